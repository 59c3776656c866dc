"""Module: finding parameters, modes, freezing, saving and loading."""

import copy
import pickle
from collections import namedtuple

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite import Tensor, Value


class Odd(nn.Module):
    """Parameters in every place where they are looked for."""

    def __init__(self):
        self.scale = Tensor(np.ones(2))
        self.parts = [nn.Linear(2, 2, rng=0), (nn.Linear(2, 2, rng=1),)]
        self.table = {"head": nn.Linear(2, 1, rng=2), "shift": Tensor([3.0])}
        self.values = np.array([Value(1.0), Value(2.0)], dtype=object)
        self.buffer = np.ones(3)
        self.note = "text"

    def forward(self, x):
        return self.table["head"](self.parts[1][0](self.parts[0](x * self.scale)))


def names(module):
    return [name for name, _ in module.named_parameters()]


def test_parameters_are_found_in_attributes_lists_tuples_and_dicts():
    assert names(Odd()) == [
        "scale",
        "table.shift",
        "values",
        "parts.0.weight",
        "parts.0.bias",
        "parts.1.0.weight",
        "parts.1.0.bias",
        "table.head.weight",
        "table.head.bias",
    ]


def test_parameters_of_a_scalar_model_are_single_values():
    found = list(nn.MLP([2, 3, 1], scalar=True).parameters())
    assert len(found) == 2 * 3 + 3 + 3 + 1
    assert all(isinstance(v, Value) for v in found)


def test_a_shared_module_tensor_or_value_counts_once():
    inner = nn.Linear(2, 2, rng=0)
    model = nn.Sequential(inner, nn.ReLU(), inner)
    model.again = inner.weight
    assert sorted(names(model)) == ["again", "layers.0.bias"]
    assert len(list(model.parameters())) == 2
    v = Value(1.0)
    holder = nn.Module()
    holder.a = np.array([v, Value(2.0)], dtype=object)
    holder.b = np.array([v], dtype=object)
    assert [p.item() for p in holder.parameters()] == [1.0, 2.0]


def test_modules_that_point_at_each_other_are_walked_once():
    parent, child = nn.Module(), nn.Linear(1, 1)
    parent.child, child.parent = child, parent
    assert names(parent) == ["child.weight", "child.bias"]
    assert [path for path, _ in parent.named_modules()] == ["", "child"]


def test_a_result_is_no_parameter_and_a_plain_array_neither():
    model = nn.Linear(2, 2, rng=0)
    model.last = model(np.ones(2))
    model.mean = np.zeros(2)
    assert names(model) == ["weight", "bias"]


def test_calling_a_module_without_forward_says_what_to_write():
    with pytest.raises(ag.UnsupportedError, match=r"Module has no forward method\. Write forward"):
        nn.Module()(1.0)


def test_zero_grad_forgets():
    model = nn.MLP([2, 1])
    np.sum(model(np.ones((1, 2)))).backward()
    assert all(p.grad is not None for p in model.parameters())
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())


def test_train_and_eval_reach_everything_inside():
    model = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Dropout(0.5)))
    assert model.eval() is model
    assert not any(m.training for _, m in model.named_modules())
    assert model.train() is model
    assert all(m.training for _, m in model.named_modules())


def test_repr_is_a_tree():
    model = nn.Sequential(nn.Linear(2, 3, bias=False), nn.Sequential(nn.LeakyReLU(0.2)))
    assert repr(model) == (
        "Sequential(\n"
        "  (layers.0): Linear(2, 3, bias=False)\n"
        "  (layers.1): Sequential(\n"
        "    (layers.0): LeakyReLU(0.2)\n"
        "  )\n"
        ")"
    )


# --- freezing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("scalar", [False, True])
def test_frozen_parameters_get_no_gradient_and_do_not_move(scalar):
    model = nn.MLP([2, 3, 2], activation="tanh", scalar=scalar, dtype="float64")
    model.layers[0].freeze()
    before = model.state_dict()
    nn.cross_entropy(model(np.array([[1.0, -2.0]])), [1]).backward()
    optimizer = nn.Adam(model.parameters(), lr=0.1)
    optimizer.step()
    after = model.state_dict()
    for name in before:
        same = np.array_equal(before[name], after[name])
        assert same == name.startswith("layers.0"), name
    model.layers[0].unfreeze()
    nn.cross_entropy(model(np.array([[1.0, -2.0]])), [1]).backward()
    optimizer.step()
    assert not np.array_equal(before["layers.0.weight"], model.state_dict()["layers.0.weight"])


def test_the_input_of_a_frozen_module_still_gets_its_gradient():
    layer = nn.Linear(2, 1, rng=0, dtype="float64").freeze()
    x = Tensor([[1.0, 2.0]])
    np.sum(layer(x)).backward()
    np.testing.assert_array_equal(x.grad, layer.weight.data.T)


def test_freezing_holds_for_a_forward_that_a_user_wrote():
    Pair = namedtuple("Pair", "a b")

    class Own(nn.Module):
        def __init__(self):
            self.w, self.pair = Tensor([2.0]), Pair(Tensor([3.0]), [Tensor([4.0])])
            self.table = {"t": Tensor([5.0])}
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            return self.w * self.pair.a * self.pair.b[0] * self.table["t"] * x

    own = Own()
    x = Tensor([1.0])
    np.sum(own(x)).backward()
    assert [p.grad.item() for p in own.parameters()] == [60.0, 40.0, 30.0, 24.0]
    own.freeze()
    out = own(x)
    np.sum(out).backward()
    assert out.item() == 120.0
    assert [p.grad for p in own.parameters()] == [None] * 4
    assert own.calls == 2  # what forward assigns is kept
    assert isinstance(own.w, Tensor)
    assert own.unfreeze() is own
    np.sum(own(x)).backward()
    assert own.w.grad.item() == 60.0


# --- saving and loading ---------------------------------------------------------------------------


def test_state_passes_between_tensor_and_scalar_models(rng):
    one = nn.MLP([3, 4, 2], rng=1, dtype="float64")
    other = nn.MLP([3, 4, 2], rng=2, scalar=True)
    assert list(one.state_dict()) == list(other.state_dict())
    x = rng.normal(size=(5, 3))
    other.load_state_dict(one.state_dict())
    np.testing.assert_allclose(ag.detach(other(x)), one(x).data, rtol=1e-12)
    third = nn.MLP([3, 4, 2], rng=3, dtype="float64")
    third.load_state_dict(other.state_dict())
    np.testing.assert_array_equal(third(x).data, one(x).data)


def test_state_dict_is_a_copy_in_c_order():
    model = nn.Linear(3, 2, rng=0)
    state = model.state_dict()
    state["weight"][:] = 7
    assert not np.any(model.weight.data == 7)
    model.weight.data = np.asfortranarray(model.weight.data)
    assert model.state_dict()["weight"].flags.c_contiguous


def test_loading_casts_to_the_models_own_dtype_and_copies():
    model = nn.Linear(1, 1)
    source = np.array([[2.0]])
    model.load_state_dict({"weight": source, "bias": [3]})
    source[:] = 9
    assert model.weight.dtype == np.float32
    assert (model.weight.item(), model.bias.item()) == (2.0, 3.0)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"weight": None}, ag.DataError, "weight is of object"),
        ({"weight": np.ones((2, 3))}, ag.ShapeError, r"weight has shape \(2, 3\), the model's"),
        ({"weight": "abc"}, ag.DataError, "not of real numbers"),
        ({"weight": np.ones((3, 2)) * 1j}, ag.DataError, "complex128"),
        ({"weight": [[1.0], [1.0, 2.0]]}, ag.DataError, "weight is no array"),
        ({"weight": np.full((3, 2), 1e300)}, ag.DataError, "too large for the model's float32"),
        ({"extra": np.ones(1)}, ag.ShapeError, "extra is unknown"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, error, message):
    model = nn.Linear(3, 2, rng=0)
    before = model.state_dict()
    with pytest.raises(error, match=message):
        model.load_state_dict({"bias": np.full(2, 9.0), "weight": np.ones((3, 2)), **change})
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_missing_name_and_a_wrong_kind_of_state_are_refused():
    model = nn.Linear(3, 2, rng=0)
    with pytest.raises(ag.ShapeError, match="weight is missing") as caught:
        model.load_state_dict({"bias": np.zeros(2)})
    assert isinstance(caught.value, ValueError)
    with pytest.raises(ag.DataError, match="no mapping of names"):
        model.load_state_dict([1, 2])


def test_models_can_be_copied_and_pickled(rng):
    model = nn.MLP([3, 4, 2], activation="gelu")
    x = rng.normal(size=(2, 3))
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(twin(x).data, model(x).data)
        next(twin.parameters()).data = np.zeros((3, 4), dtype="float32")
        assert np.any(next(model.parameters()).data)
