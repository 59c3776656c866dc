"""The fused rows of linear layers beside what they are composed of, and how drawings see them."""

import pickle

import numpy as np
import pytest

import autograd_lite as ag
import nn
import viz
from autograd_lite import Tensor, rules
from autograd_lite.graph import downward
from autograd_lite.rows import TABLE
from autograd_lite.unfolding import unfold
from nn.affine import affine, fused

ACTIVATIONS = {None: None, "tanh": rules.tanh, "sigmoid": rules.sigmoid, "relu": rules.relu}
every = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=map(str, ACTIVATIONS))
single_or_many = pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 4, 3)], ids=str)


def operands(shape, dtype="float64"):
    rng = np.random.default_rng(1)
    arrays = rng.normal(size=shape), rng.normal(size=(3, 2)), rng.normal(size=2)
    return [x.astype(dtype) for x in arrays]


def gradients(f, arrays):
    tensors = [Tensor(x) for x in arrays]
    y = f(*tensors)
    (y * np.arange(1.0, 1 + y.size).reshape(y.shape)).sum().backward()
    return y, [t.grad for t in tensors]


@every
@single_or_many
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_value_and_gradients_are_those_of_what_it_is_composed_of(activation, shape, dtype):
    row, arrays = fused(activation), operands(shape, dtype)
    y, found = gradients(row, arrays)
    z, expected = gradients(row.composed, arrays)
    assert y.op is row
    assert z.op is not row
    assert y.dtype == z.dtype == dtype
    np.testing.assert_array_equal(y.data, z.data)
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == dtype
        np.testing.assert_allclose(one, other, rtol=1e-5 if dtype == "float32" else 1e-12)


@every
def test_second_derivatives_and_forward_mode_agree_too(activation):
    row, (x, w, b) = fused(activation), operands((4, 3))
    v = np.random.default_rng(2).normal(size=w.shape)

    def loss(f):
        return lambda w: np.sum(f(x, w, b) ** 3)

    np.testing.assert_allclose(
        ag.hvp(loss(row), w, v), ag.hvp(loss(row.composed), w, v), rtol=1e-10, atol=1e-12
    )
    found, expected = (ag.jvp(loss(f), (w,), (v,)) for f in (row, row.composed))
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    if activation is not rules.relu:
        ag.check_grads(lambda x, w, b: np.sum(row(x, w, b) ** 2), x, w, b, order=2)


@every
def test_object_arrays_of_values_run_what_it_is_composed_of(activation):
    x, w, b = operands((4, 3))
    values = np.array([[ag.Value(v) for v in line] for line in w], dtype=object)
    y = fused(activation)(x, values, b)
    assert y.dtype == object
    np.sum(y).backward()
    tensor = Tensor(w)
    np.sum(fused(activation)(x, tensor, b)).backward()
    np.testing.assert_allclose([[v.grad for v in line] for line in values], tensor.grad, rtol=1e-12)


@pytest.mark.parametrize("name", nn.activations.ACTIVATIONS)
def test_a_model_gives_the_same_fused_or_watched_operation_by_operation(name):
    model = nn.MLP([3, 5, 4, 2], name, rng=0, dtype="float64")
    x, y = operands((4, 3))[0], [0, 1, 1, 0]
    nn.cross_entropy(model(x), y).backward()
    found = [p.grad for p in model.parameters()]
    model.zero_grad()
    with ag.detect_anomaly():
        loss = nn.cross_entropy(model(x), y)
        loss.backward()
    assert not any(node.op is not None and node.op.unfolds for node in downward(loss))
    for p, expected in zip(model.parameters(), found, strict=True):
        np.testing.assert_allclose(p.grad, expected, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize(
    ("name", "last"), [("tanh", "affine_tanh"), ("relu", "affine_relu"), ("gelu", "gelu")]
)
def test_only_slopes_that_follow_from_the_output_are_fused(name, last):
    y = nn.Sequential(nn.Linear(3, 2, rng=0), nn.activations.ACTIVATIONS[name]())(np.ones((1, 3)))
    assert y.op.name == last


def test_what_a_user_changes_about_a_module_is_not_fused_away():
    class Loud(nn.Tanh):
        def forward(self, x):
            return super().forward(x) * 2

    x, linear = np.ones((1, 3)), nn.Linear(3, 2, rng=0)
    plain = nn.Sequential(linear, nn.Tanh())(x).data
    np.testing.assert_array_equal(nn.Sequential(linear, Loud())(x).data, 2 * plain)
    seen = []
    tanh = nn.Tanh()
    tanh.forward = lambda x: seen.append(x) or x
    nn.Sequential(linear, tanh)(x)
    assert len(seen) == 1
    frozen = nn.Sequential(linear, nn.Tanh()).freeze()
    np.testing.assert_array_equal(frozen(x), plain)


def test_between_forward_and_backward_a_layer_keeps_one_activation():
    n, width, depth = 64, 32, 8
    layers = [m for _ in range(depth) for m in (nn.Linear(width, width, rng=0), nn.Tanh())]
    loss = np.sum(nn.Sequential(*layers)(np.ones((n, width), np.float32)))
    kept = ag.memory(loss).by_op()
    assert set(kept) == {"affine_tanh", "sum", ""}
    least = depth * n * width * 4 + n * width * 4  # and the input, which is no leaf,
    least += n * width * 4  # and its bytes, which tell whether it has changed since: 8 kB at most
    assert kept["affine_tanh"] < 1.1 * least


def test_drawings_and_steps_show_the_product_the_sum_and_the_activation():
    model = nn.MLP([3, 5, 2], "tanh", rng=0, dtype="float64")
    x, y = operands((4, 3))[0], [0, 1, 1, 0]
    loss = nn.cross_entropy(model(x), y)
    loss.backward()
    with ag.detect_anomaly():  # operation by operation
        other = nn.cross_entropy(model(x), y)
    model.zero_grad()
    other.backward()
    assert viz.draw(loss).source == viz.draw(other).source
    assert str(viz.step(loss)) == str(viz.step(other))
    rows = [step.node.op.name for step in ag.steps(loss)]
    assert rows == [step.node.op.name for step in ag.steps(other)]
    assert rows.count("matmul") == 3
    inner = [n for n in downward(loss) if n.op is rules.add]
    for node, same in zip(inner, (n for n in downward(other) if n.op is rules.add), strict=True):
        np.testing.assert_allclose(node.grad, same.grad, rtol=1e-12)


def test_unfolding_keeps_the_node_its_numbers_and_its_gradient():
    x, w, b = map(Tensor, operands((4, 3)))
    y = affine(x, w, b, rules.tanh)
    loss = (y * y).sum()
    loss.backward()
    data, grad, expected = y.data.copy(), y.grad.copy(), w.grad.copy()
    with ag.no_grad():
        unfold(loss)
    assert y.op is rules.tanh
    np.testing.assert_array_equal(y.data, data)
    np.testing.assert_array_equal(y.grad, grad)
    w.grad = None
    loss.backward()
    np.testing.assert_allclose(w.grad, expected, rtol=1e-13)


def test_a_layer_whose_weights_have_changed_since_stays_folded():
    x, w, b = map(Tensor, operands((4, 3)))
    y = affine(x, w, b, rules.tanh)
    w.data = w.data + 1.0
    unfold(y)
    assert y.op is fused(rules.tanh)
    assert "affine_tanh" in viz.draw(y).source
    with pytest.raises(ag.AutogradError, match="was changed after it was used"):
        y.sum().backward()


def test_zero_upstream_shields_a_unit_whose_output_is_nan():
    x, w, b = operands((4, 3))
    w[:, 0] = np.nan
    tensor = Tensor(b)
    y = affine(x, w, tensor, rules.tanh)
    (y * np.array([0.0, 1.0])).sum().backward()
    assert tensor.grad[0] == 0.0
    assert tensor.grad[1] != 0.0


def test_fused_graphs_can_be_pickled_and_their_rows_are_on_the_table():
    model = nn.MLP([3, 4, 2], "tanh", rng=0)
    loss = model(np.ones((2, 3))).sum()
    again = pickle.loads(pickle.dumps(loss))
    again.backward()
    loss.backward()
    found = [n.grad for n in downward(again) if n.op is None]
    expected = [n.grad for n in downward(loss) if n.op is None]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert {"affine", "affine_tanh", "affine_relu", "affine_sigmoid"} <= set(TABLE)


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ag.AutogradError, match=r"affine_tanh: .*\(4, 3\).*\(2, 2\)"):
        affine(Tensor(np.ones((4, 3))), np.ones((2, 2)), np.ones(2), rules.tanh)
