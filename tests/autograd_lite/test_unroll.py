"""compile(unroll=...): functions over arrays of weights as programs of single numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite import Value

rng = np.random.default_rng(0)
WEIGHTS = (rng.normal(size=(2, 4)), rng.normal(size=4), rng.normal(size=(4, 1)), rng.normal(size=1))
X1, X2 = rng.normal(size=(2, 20))
Y = np.sign(rng.normal(size=20))
ALL = (0, 1, 2, 3)


def hinge(W1, b1, W2, b2, x1, x2, y):
    h = ag.relu(np.array([x1, x2]) @ W1 + b1)
    score = np.sum(h @ W2 + b2)
    return ag.relu(1 - y * score)


def by_hand(W1, b1, W2, b2, x1, x2, y):
    x = np.stack([x1, x2], axis=1)
    a = x @ W1 + b1
    h = np.maximum(a, 0)
    margin = 1 - y * (h @ W2 + b2)[:, 0]
    ds = np.where(margin > 0, -y, 0.0)[:, None]
    da = (ds @ W2.T) * (a > 0)
    return np.maximum(margin, 0), (x.T @ da, da.sum(0), h.T @ ds, ds.sum(0))


def assert_same(found, expected, rtol=1e-10):
    np.testing.assert_allclose(found[0], expected[0], rtol=rtol)
    for a, b in zip(found[1], expected[1], strict=True):
        assert np.shape(a) == np.shape(b)
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-12)


def test_weights_become_numbers_with_names_and_the_program_reads_as_one_of_numbers():
    def neuron(w, x):
        return np.tanh(w[0] * x[0] + w[1] * x[1])

    line = neuron.__code__.co_firstlineno + 1
    g = ag.compile(neuron, unroll=True)
    value, slope = g(np.array([0.5, -1.0]), np.array([1.0, 2.0]))
    assert value == pytest.approx(np.tanh(-1.5))
    np.testing.assert_allclose(slope, (1 - value**2) * np.array([1.0, 2.0]))
    assert type(value) is float
    assert g.source == (
        "def value_and_grad(w_0, w_1, x_0, x_1):\n"
        "    # forward\n"
        f"    c = w_0 * x_0  # line {line}: multiply\n"
        f"    d = w_1 * x_1  # line {line}: multiply\n"
        f"    e = c + d  # line {line}: add\n"
        f"    y = np.tanh(e)  # line {line}: tanh\n"
        "    # backward\n"
        f"    de = 1 - y * y  # line {line}: tanh, backward\n"
        f"    dw_0 = de * x_0  # line {line}: multiply, backward\n"
        f"    dw_1 = de * x_1  # line {line}: multiply, backward\n"
        "    return y, (dw_0, dw_1)\n"
    )


def test_an_mlp_at_one_point_at_many_and_in_any_shape_agrees_with_matrices():
    g = ag.compile(hinge, ALL, unroll=ALL)
    values, _ = by_hand(*WEIGHTS, X1, X2, Y)
    for i in range(3):
        at = float(X1[i]), float(X2[i]), float(Y[i])
        for _ in range(2):
            assert_same(g(*WEIGHTS, *at), by_hand(*WEIGHTS, *(np.array([p]) for p in at)))
    assert "W1_1_3" in g.source
    assert "np.array" not in g.source
    assert_same(g(*WEIGHTS, X1, X2, Y), by_hand(*WEIGHTS, X1, X2, Y))
    grid = [p.reshape(4, 5) for p in (X1, X2, Y)]
    value, _ = g(*WEIGHTS, *grid)
    np.testing.assert_allclose(value, values.reshape(4, 5))


def test_points_get_one_derivative_each_and_numbers_one_total():
    def f(w, x, k):
        return w[0] * x * k + w[1]

    g = ag.compile(f, (0, 1, 2), unroll=0)
    x = np.array([1.0, 2.0, 3.0])
    value, (dw, dx, dk) = g(np.array([0.5, 2.0]), x, 4.0)
    np.testing.assert_allclose(value, 0.5 * x * 4 + 2)
    np.testing.assert_allclose(dw, [24.0, 3.0])
    np.testing.assert_allclose(dx, [2.0, 2.0, 2.0])
    assert dk == pytest.approx(3.0)
    column = np.array([[1.0], [2.0]])
    value, (dw, dx, dk) = g(np.array([0.5, 2.0]), x, column)
    assert (value.shape, dx.shape, dk.shape) == ((2, 3), (3,), (2, 1))
    np.testing.assert_allclose(dk[:, 0], [3.0, 3.0])
    np.testing.assert_allclose(dw, [18.0, 6.0])


def test_all_points_may_stand_in_one_program():
    def total(W1, b1, W2, b2, x1, x2, y):
        return sum(hinge(W1, b1, W2, b2, *p) for p in zip(x1, x2, y, strict=True))

    g = ag.compile(total, ALL, unroll=True)
    value, gradients = g(*WEIGHTS, X1[:5], X2[:5], Y[:5])
    values, expected = by_hand(*WEIGHTS, X1[:5], X2[:5], Y[:5])
    assert_same((value, gradients), (values.sum(), expected))


def test_it_agrees_with_values_in_object_arrays():
    def f(W, b):
        h = np.tanh(W @ b) * np.exp(-b) + ag.sigmoid(b) ** 2
        return np.sum(h / (1 + h * h)) + np.sum(W) / W.size

    W, b = rng.normal(size=(3, 3)), rng.normal(size=3)
    boxes = [np.vectorize(Value, otypes=[object])(x) for x in (W, b)]
    y = f(*boxes)
    y.backward()
    expected = [np.vectorize(lambda v: v.grad, otypes=[float])(x) for x in boxes]
    assert_same(ag.compile(f, (0, 1), unroll=True)(W, b), (y.data, expected))


def test_containers_and_settings_are_unrolled_too():
    def f(parameters, x, power):
        return (parameters["w"][0] * x + parameters["w"][1]) ** power + parameters["b"]

    g = ag.compile(f, unroll=0)
    value, found = g({"w": np.array([2.0, 1.0]), "b": 0.5}, 3.0, 2)
    assert value == 49.5
    np.testing.assert_allclose(found["w"], [42.0, 14.0])
    assert found["b"] == 1.0


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 1.0, -2.0, 0.5, 700.0, -800.0, np.inf, np.nan]), min_size=3),
    st.sampled_from([0.0, -1.0, 2.0]),
)
def test_what_is_not_finite_is_what_the_eager_engine_says(points, w):
    def f(a, x):
        return ag.where(x > 0, ag.sqrt(x), a[0] * x) * ag.exp(a[1] * x) + ag.log(a[0] * a[0])

    x, a = np.array(points), np.array([w, 1.0])
    value, (da, dx) = ag.compile(f, (0, 1), unroll=0)(a, x)
    each = ag.value_and_grad(lambda a0, a1, p: f([a0, a1], p), (0, 1, 2))
    with np.errstate(all="ignore"):
        found = [each(w, 1.0, float(p)) for p in x]
        np.testing.assert_allclose(value, [v for v, _ in found], rtol=1e-12)
        np.testing.assert_allclose(dx, [s[2] for _, s in found], rtol=1e-12)
        np.testing.assert_allclose(da, np.sum([s[:2] for _, s in found], axis=0), rtol=1e-12)


def test_float32_stays_float32():
    w, x = np.array([0.5, 2.0], np.float32), np.ones(3, np.float32)
    value, (dw, dx) = ag.compile(lambda w, x: np.tanh(w[0] * x) * w[1], (0, 1), unroll=0)(w, x)
    assert value.dtype == dw.dtype == dx.dtype == np.float32


def test_no_points_and_no_weights():
    g = ag.compile(lambda w, x: w[0] * x, (0, 1), unroll=0)
    value, (dw, dx) = g(np.array([2.0]), np.zeros(0))
    assert value.shape == dx.shape == (0,)
    assert dw.tolist() == [0.0]
    value, dw = ag.compile(lambda w, x: x * 1.0, unroll=0)(np.zeros((0, 2)), 3.0)
    assert value == 3.0
    assert dw.shape == (0, 2)


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda w, x: w * x, r"array of 2 traced numbers, shape \(2,\)"),
        (lambda w, x: w[0] * np.cumsum(x), "single number"),
        (lambda w, x: w[0] * x[0], "single number"),
        (lambda w, x: w[0] if w[0] > 0 else x, "single number"),
    ],
)
def test_what_is_no_program_of_numbers_is_refused_with_the_reason(f, words):
    with pytest.raises(ag.AutogradError, match=words):
        ag.compile(f, unroll=0)(np.ones(2), np.ones(3))


def test_shapes_and_positions_that_do_not_fit_are_refused():
    f = lambda w, x, y: w[0] * x * y
    with pytest.raises(ag.ShapeError, match=r"\(2,\), \(3,\)"):
        ag.compile(f, unroll=0)(np.ones(1), np.ones(2), np.ones(3))
    with pytest.raises(ag.GradientError, match="unroll"):
        ag.compile(f, unroll=3)(np.ones(1), 1.0, 2.0)
    with pytest.raises(ag.UnsupportedError, match=r"np.sum\(x\) / x.size"):
        ag.compile(lambda w: np.mean(w), unroll=True)(np.ones(2))
    with pytest.raises(ag.DataError, match="unroll"):
        ag.compile(f, unroll="w")(np.ones(1), 1.0, 2.0)


def test_totals_over_the_points_are_added_up_together_and_are_the_callers_own():
    def f(w, v, x):
        line = w[0] * x + w[1] + w[2] * x * x
        return line * v[0] + ag.tanh(v[1] * line) + v[2] * x

    program = ag.compile(f, (0, 1), unroll=(0, 1))
    w, v, x = np.array([0.5, 2.0, -1.0]), np.array([1.5, -0.5, 3.0]), np.linspace(-1, 1, 9)
    first = program(w, v, x)
    assert program.source_in_place.count("add.reduce(") == 1
    # the arguments alone are copied: what is added up is computed where it is added up
    assert program.source_in_place.count(" copyto(") == 3
    kept = [np.array(first[0]), *map(np.array, first[1])]
    program(2 * w, 3 * v, x + 1)
    for a, b in zip((first[0], *first[1]), kept, strict=True):
        np.testing.assert_array_equal(a, b)
    for i in range(3):
        h = 1e-6 * np.eye(3)[i]
        for at, (up, down) in enumerate((((w + h, v), (w - h, v)), ((w, v + h), (w, v - h)))):
            slope = (np.sum(f(*up, x)) - np.sum(f(*down, x))) / 2e-6
            assert first[1][at][i] == pytest.approx(slope, rel=1e-6, abs=1e-7)


def test_totals_that_share_what_they_add_up_and_those_of_the_points_themselves():
    """One derivative for two weights, one that is an argument, and one that is a constant."""

    def f(w, x):
        return w[0] * x + w[1] * x + w[2] + w[3] * x * 2 + w[4] * (x * x) + w[5] * x**3

    x = np.linspace(0.5, 2, 7)
    for donate in (False, True):
        program = ag.compile(f, unroll=0, donate=donate)
        for scale in (1.0, 2.0):
            at = x * scale
            _, dw = program(np.arange(1.0, 8.0), at)
            expected = [at.sum(), at.sum(), 7, 2 * at.sum(), (at**2).sum(), (at**3).sum(), 0]
            np.testing.assert_allclose(dw, expected)


def test_totals_that_are_shared_are_all_from_one_sum():
    program = ag.compile(lambda w, x: sum(w[i] * x ** (i // 2 + 1) for i in range(8)), unroll=0)
    x = np.linspace(0.5, 2, 7)
    _, dw = program(np.arange(1.0, 9.0), x)
    np.testing.assert_allclose(dw, [(x ** (i // 2 + 1)).sum() for i in range(8)])
    assert "np.array([" not in program.source_in_place


def test_weights_in_float32_of_any_order_in_memory():
    def f(W, x):
        return ag.relu(W[0, 0] * x + W[0, 1]) * W[1, 0] + W[1, 1] * x + W[2, 0] * W[2, 1]

    W = np.arange(1, 7, dtype=np.float32).reshape(2, 3).T
    x = np.linspace(-1, 1, 5, dtype=np.float32)
    value, dW = ag.compile(f, unroll=0)(W, x)
    assert (value.dtype, dW.dtype, dW.shape) == (np.float32, np.float32, (3, 2))
    on = (W[0, 0] * x + W[0, 1] > 0).astype(float)
    hidden = on * (W[0, 0] * x + W[0, 1])
    expected = [[(on * x).sum() * W[1, 0], on.sum() * W[1, 0]], [hidden.sum(), x.sum()]]
    np.testing.assert_allclose(dW[:2], expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(dW[2], [5 * W[2, 1], 5 * W[2, 0]])


def test_an_argument_named_as_an_array_that_is_taken_apart_would_be():
    def f(of, W, W_0, add):
        return of["W"][0] * W_0 + of["W"][1] * add * W

    program = ag.compile(f, (0, 1, 2, 3), unroll=0)
    value, (d_of, dW, d0, d1) = program({"W": np.array([2.0, 3.0])}, 1.0, np.array([1.0, 2.0]), 5.0)
    np.testing.assert_allclose(value, [17.0, 19.0])
    np.testing.assert_allclose(d_of["W"], [3.0, 10.0])
    np.testing.assert_allclose(d0, [2.0, 2.0])
    assert (dW, d1) == (30.0, 6.0)
