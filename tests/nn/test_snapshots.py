"""Snapshots: the model as it was after each epoch."""

import numpy as np
import pytest

import autograd_lite as ag
import nn


@pytest.fixture
def data():
    return nn.datasets.xor(60, rng=0)


def trained(data, scalar=False, every=1, epochs=3):
    model = nn.MLP([2, 4, 2], rng=1, scalar=scalar)
    kept = nn.Snapshots(model, every=every)
    history = nn.fit(
        model, data.X, data.y, epochs=epochs, progress=False, callbacks=[kept], batch_size=30
    )
    return model, history, kept


@pytest.mark.parametrize("scalar", [False, True])
def test_first_and_last_are_the_model_before_and_after(data, scalar):
    model, history, kept = trained(data, scalar)
    assert history.snapshots is kept
    assert kept.epochs == [0, 1, 2, 3]
    assert kept.losses == [None, *history.loss]
    before = nn.MLP([2, 4, 2], rng=1, scalar=scalar).state_dict()
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(kept.states[0][name], before[name])
        np.testing.assert_array_equal(kept.states[-1][name], array)
        if array.size > 2:
            assert not np.array_equal(kept.states[1][name], kept.states[2][name])


def test_every_second_epoch(data):
    assert trained(data, every=2, epochs=5)[2].epochs == [0, 2, 4]


def test_training_is_the_same_with_and_without(data):
    model, _, _ = trained(data)
    other = nn.MLP([2, 4, 2], rng=1)
    nn.fit(other, data.X, data.y, epochs=3, progress=False, batch_size=30)
    for name, array in other.state_dict().items():
        np.testing.assert_array_equal(array, model.state_dict()[name])


@pytest.mark.parametrize("every", [0, -1, 1.5, True, None])
def test_a_wrong_pace_is_refused(every):
    with pytest.raises(ag.ArgumentError, match="every="):
        nn.Snapshots(nn.MLP([2, 2]), every=every)


def test_another_model_is_refused(data):
    with pytest.raises(ag.ArgumentError, match="another model"):
        nn.fit(
            nn.MLP([2, 2]),
            data.X,
            data.y,
            epochs=1,
            progress=False,
            callbacks=[nn.Snapshots(nn.MLP([2, 2]))],
        )


def test_a_history_as_plain_data_has_no_weights(data):
    _, history, _ = trained(data)
    assert "snapshots" not in history.as_dict()
    assert nn.History.from_dict(history.as_dict()).snapshots is None
