"""summary: layers, shapes, parameters and bytes, counted by hand."""

import numpy as np
import pytest

import autograd_lite as ag
import nn


def test_the_table_counts_what_a_hand_counts():
    inner = nn.Residual(nn.Linear(5, 5), nn.BatchNorm1d(5))
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(6, 5, dtype="float64"), inner, nn.Linear(5, 2, bias=False)
    )
    table = nn.summary(model, np.zeros((4, 2, 3)))
    found = [(row.path, row.output, row.parameters, row.bytes) for row in table]
    assert found == [
        ("layers.0", (4, 6), 0, 0),
        ("layers.1", (4, 5), 35, 280),
        ("layers.2.layers.0", (4, 5), 30, 120),
        ("layers.2.layers.1", (4, 5), 10, 40),
        ("layers.3", (4, 2), 10, 40),
    ]
    assert (table.parameters, table.bytes) == (85, 480)
    assert len(table) == 5
    assert repr(table).splitlines()[-1].split() == ["in", "all", "85", "480"]
    assert model.training
    assert all(row.output is None for row in nn.summary(model))


def test_shared_parameters_count_once_and_a_module_of_ones_own_has_a_row():
    class Tied(nn.Module):
        def __init__(self):
            self.one = nn.Linear(3, 3)
            self.two = self.one
            self.scale = ag.Tensor(np.ones(3))

        def forward(self, x):
            return self.two(self.one(x)) * self.scale

    table = nn.summary(Tied(), np.zeros((1, 3)))
    assert [(row.path, row.parameters) for row in table] == [("Tied", 3), ("one", 12)]
    assert table.parameters == 15


def test_a_scalar_model_and_a_single_layer():
    assert nn.summary(nn.MLP([2, 3, 1], scalar=True)).bytes == 13 * 8
    (row,) = nn.summary(nn.Linear(2, 3))
    assert (row.path, row.layer, row.parameters) == ("Linear", "Linear(2, 3)", 9)


def test_what_it_refuses():
    with pytest.raises(ag.ArgumentError, match="no module"):
        nn.summary([1])
    with pytest.raises(ag.ShapeError, match="takes 2 features"):
        nn.summary(nn.MLP([2, 3]), np.zeros((1, 4)))
