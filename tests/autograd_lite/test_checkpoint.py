"""checkpoint: the same values and gradients from fewer nodes."""

import gc
import pickle

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import GradientError, MutationError, Tensor, Value
from autograd_lite.graph import downward

rng = np.random.default_rng(4)
WEIGHTS = rng.normal(size=(4, 4))
X = rng.normal(size=4)


def as_it_is(f):
    return f


def deep(W, wrap, depth=6):
    """A network with a skip connection in every layer, each of them wrapped."""

    def network(x):
        for _ in range(depth):
            x = wrap(lambda z: np.tanh(W @ z) * z + np.sin(z))(x)
        return np.sum(x * x)

    return network


def backward_of(wrap):
    W, x = Tensor(WEIGHTS), Tensor(X)
    y = deep(W, wrap)(x)
    y.backward()
    return y, x, W


def test_values_and_gradients_are_the_same_bit_for_bit():
    (y, x, W), (y2, x2, W2) = backward_of(as_it_is), backward_of(ag.checkpoint)
    assert np.array_equal(y.data, y2.data)
    assert np.array_equal(x.grad, x2.grad)
    assert np.array_equal(W.grad, W2.grad)
    assert len(downward(y)) > 30
    assert len(downward(y2)) == 6 + 2 + 2  # a node a layer, the loss, the leaves
    assert sum(n.op is not None and n.op.name == "checkpoint" for n in downward(y2)) == 6


def test_the_graph_keeps_one_array_a_layer_alive():
    x = Tensor(np.ones((64, 64)))

    def network(wrap):
        h = x
        for _ in range(8):
            h = wrap(lambda z: np.tanh(np.sin(np.exp(-z * z)) + 1.0))(h)
        return ag.memory(np.sum(h))

    plain, saved = network(as_it_is), network(ag.checkpoint)
    layer = 64 * 64 * 8
    assert saved.total - saved.parameters <= 8 * layer + 4096
    assert plain.total - plain.parameters >= 8 * 5 * layer


@pytest.mark.parametrize(
    "transform",
    [
        ag.grad,
        lambda f: ag.grad(lambda x: np.sum(ag.grad(f)(x) ** 2)),
        lambda f: lambda x: ag.jvp(f, (x,), (x,))[1],
        lambda f: lambda x: ag.hvp(f, x, x),
        ag.hessian,
        lambda f: ag.jacobian(ag.grad(f), mode="fwd"),
        lambda f: ag.grad(lambda x: np.sum(ag.hvp(f, x, x))),
        lambda f: lambda x: ag.vjp(f, x)[1](2.0)[0],
    ],
)
def test_it_goes_under_every_transform_and_nests(transform):
    nested = lambda f: ag.checkpoint(lambda z: ag.checkpoint(f)(ag.checkpoint(np.sin)(z)) * z)
    plain = lambda f: lambda z: f(np.sin(z)) * z
    for given, wanted in ((ag.checkpoint, as_it_is), (nested, plain)):
        found = transform(deep(WEIGHTS, given, 2))(X)
        expected = transform(deep(WEIGHTS, wanted, 2))(X)
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("transform", [ag.grad, lambda f: lambda W: ag.hvp(f, W, W[::-1])])
def test_what_the_function_closes_over_is_differentiated(transform):
    found = transform(lambda W: deep(W, ag.checkpoint, 2)(X))(WEIGHTS)
    expected = transform(lambda W: deep(W, as_it_is, 2)(X))(WEIGHTS)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
    assert np.any(found)
    cube = ag.grad(lambda x: ag.checkpoint(lambda: x * x)() * x)
    assert cube(2.0) == 12.0


def test_an_interior_node_that_is_closed_over_gets_its_gradient():
    t = Tensor(X)
    inside = np.sin(t)
    np.sum(ag.checkpoint(lambda z: z * inside)(t) + inside).backward()
    np.testing.assert_allclose(t.grad, np.sin(X) + X * np.cos(X) + np.cos(X))
    np.testing.assert_allclose(inside.grad, X + 1)
    history = Tensor(2.0)
    for _ in range(50):
        history = history * 1.01
    y = ag.checkpoint(lambda z: z * history)(Tensor(3.0))
    assert [x is history for x in y.operands] == [False, True]


def test_values_and_several_results():
    def f(a):
        return a * w, [a + w * w, {"c": a.sin()}]

    v, w = Value(2.0), Value(3.0)
    first, (second, third) = ag.checkpoint(f)(v)
    assert (first.data, second.data, third["c"].data) == (6.0, 11.0, np.sin(2.0))
    (first * second + third["c"]).backward()
    found = v.grad, w.grad
    v.grad = w.grad = None
    first, (second, third) = f(v)
    (first * second + third["c"]).backward()
    assert found == (v.grad, w.grad)
    array = np.array([Value(1.0), Value(2.0)])
    np.sum(ag.checkpoint(lambda z: z * z * w)(array)).backward()
    assert [x.grad for x in array] == [6.0, 12.0]


def test_arrays_and_numbers_in_containers():
    def f(p, scale=1.0):
        return {"a": np.tanh(p["x"]) * p["y"] * scale, "b": (p["y"] * 2, p["x"].sum())}

    def loss(wrap):
        def g(p):
            r = wrap(f)(p, scale=3.0)
            return np.sum(r["a"]) * r["b"][1] + r["b"][0]

        return g

    p = {"x": X, "y": 0.7}
    found, expected = (ag.grad(loss(wrap))(p) for wrap in (ag.checkpoint, as_it_is))
    np.testing.assert_allclose(found["x"], expected["x"], rtol=1e-14)
    assert found["y"] == pytest.approx(expected["y"], rel=1e-14)
    assert type(found["y"]) is float
    single = ag.grad(lambda x: np.sum(ag.checkpoint(lambda z: (z * 2, z.sum()))(x)[0]))
    assert single(X.astype(np.float32)).dtype == np.float32


def test_a_result_that_is_not_used_hands_on_nothing_though_its_slope_is_infinite():
    f = ag.checkpoint(lambda z: (z * 2, np.sqrt(z)))
    assert np.array_equal(ag.grad(lambda x: np.sum(f(x)[0]))(np.zeros(2)), [2.0, 2.0])


def test_without_nodes_or_recording_it_is_the_function():
    f = ag.checkpoint(lambda x: x * 2)
    assert f(3.0) == 6.0
    with ag.no_grad():
        assert f(Value(3.0)).op is None
    assert ag.compile(ag.checkpoint(lambda x: x * x))(3.0) == (9.0, 6.0)


def test_steps_show_one_arrow_for_each_input():
    v, w = Value(2.0), Value(3.0)
    steps = ag.steps(ag.checkpoint(lambda a: a * w + a)(v))
    assert [(s.input is v, s.input is w, s.contribution) for s in steps] == [
        (True, False, 4.0),
        (False, True, 2.0),
    ]


def test_a_function_that_is_another_one_the_second_time_is_caught():
    numbers = np.random.default_rng(1)
    y = ag.checkpoint(lambda z: z * numbers.normal())(Value(2.0))
    with pytest.raises(GradientError, match=r"gave other numbers .* apart.\n.*random numbers"):
        y.backward()
    other, calls = [Tensor(1.0), Tensor(1.0)], []

    def alternating(z):
        calls.append(z)
        return z * other[len(calls) % 2]

    y = ag.checkpoint(alternating)(Tensor(2.0))
    with pytest.raises(GradientError, match="used other nodes"):
        y.backward()
    growing = []

    def grows(z):
        growing.append(1.0)
        return z * np.array(growing)

    y = ag.checkpoint(grows)(Tensor(2.0))
    with pytest.raises(GradientError, match=r"shape \(1,\) at first, and of \(2,\)"):
        np.sum(y).backward()


def test_a_parameter_that_changed_in_between_is_caught():
    t = Tensor(X)
    y = np.sum(ag.checkpoint(lambda z: z * z)(t))
    t.data = t.data * 2
    with pytest.raises(MutationError, match="checkpoint"):
        y.backward()


def test_it_cannot_be_pickled_and_says_so():
    y = ag.checkpoint(lambda z: z * z)(Value(2.0))
    with pytest.raises(ag.UnsupportedError, match="checkpointed call cannot be pickled"):
        pickle.dumps(y.op)
    with pytest.raises(ag.DataError, match="not a function"):
        ag.checkpoint(3.0)


def test_an_error_inside_comes_through_and_leaves_nothing_open():
    with pytest.raises(ZeroDivisionError):
        ag.checkpoint(lambda z: 1 // 0)(Value(2.0))
    assert ag.recording.state.paused == 0
    assert ag.recording.here.watches == []


def test_nothing_is_left_to_the_garbage_collector():
    while gc.collect():  # what other tests have left may take several rounds
        pass
    gc.disable()
    try:
        backward_of(ag.checkpoint)
        ag.grad(deep(WEIGHTS, ag.checkpoint))(X)
        ag.hvp(deep(WEIGHTS, ag.checkpoint), X, X)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_forward_mode_where_two_inputs_get_the_same_gradient():
    total = ag.checkpoint(lambda a, b: a + b)
    assert ag.jvp(total, (1.0, 2.0), (1.0, 3.0)) == (3.0, 4.0)
    assert ag.jvp(lambda a: total(a, a), (np.ones(2),), (np.ones(2),))[1].tolist() == [2.0, 2.0]
