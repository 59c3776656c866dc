"""jacobian, hessian, hvp: against SymPy, HIPS autograd and differences, in both modes."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite import ArgumentError, DataError, GradientError, ShapeError, Tensor, Value

rng = np.random.default_rng(8)
MODES = ["auto", "rev", "fwd"]
FORMULAS = [
    ("x*y", "x + y*z", "sin(x)*z**2"),
    ("exp(x*y)/z", "sqrt(x**2 + z**2)"),
    ("tanh(x)*tanh(y)", "log(z)*x", "y**3", "x*y*z", "5"),
    ("atan2(x, z) + y**x",),
]
POINTS = [(0.7, 1.3, 2.1), (1.9, 0.4, 0.8)]


def compiled(texts):
    """The formulas as a function of an array, and SymPy's own derivatives of it."""
    names = sympy.symbols("x y z")
    exprs = [sympy.sympify(t) for t in texts]
    modules = [
        {n: getattr(np, n) for n in ("sin", "exp", "sqrt", "tanh", "log")} | {"atan2": np.arctan2}
    ]
    rows = [sympy.lambdify(names, e, modules) for e in exprs]

    def f(x):
        return np.stack([row(x[0], x[1], x[2]) + 0.0 * x[0] for row in rows])

    def exact(derivatives, point):
        at = dict(zip(names, map(sympy.Float, point), strict=True))
        return np.array(derivatives.subs(at).evalf(17), dtype=float)

    return f, exprs, names, exact


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("texts", FORMULAS)
def test_jacobian_is_what_sympy_says(texts, mode):
    f, exprs, names, exact = compiled(texts)
    for point in POINTS:
        found = ag.jacobian(f, mode=mode)(np.array(point))
        np.testing.assert_allclose(
            found, exact(sympy.Matrix(exprs).jacobian(names), point), rtol=1e-12, atol=1e-14
        )


@pytest.mark.parametrize("texts", FORMULAS)
def test_hessian_is_what_sympy_says(texts):
    f, exprs, names, exact = compiled(texts)
    total = lambda x: np.sum(f(x))
    for point in POINTS:
        x = np.array(point)
        expected = exact(sympy.hessian(sum(exprs), names), point)
        found = ag.hessian(total)(x)
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(found, found.T, rtol=1e-12, atol=1e-13)
        forward = ag.jacobian(ag.grad(total), mode="fwd")(x)
        np.testing.assert_allclose(forward, expected, rtol=1e-11, atol=1e-12)
        twice = ag.jacobian(ag.jacobian(total, mode="fwd"), mode="fwd")(x)
        np.testing.assert_allclose(twice, expected, rtol=1e-11, atol=1e-12)
        for v in np.eye(3):
            np.testing.assert_allclose(ag.hvp(total, x, v), expected @ v, rtol=1e-11, atol=1e-12)


W1, W2 = rng.normal(size=(5, 4)), rng.normal(size=(3, 5))


def network(x, np=np):
    return np.sum(np.tanh(W2 @ np.tanh(W1 @ x)) ** 2)


def test_hvp_and_hessian_are_those_of_hips_autograd():
    for seed in range(3):
        x, v = np.random.default_rng(seed).normal(size=(2, 4))
        theirs = autograd.hessian(lambda x: network(x, anp))(x)
        np.testing.assert_allclose(ag.hessian(network)(x), theirs, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(ag.hvp(network, x, v), theirs @ v, rtol=1e-11, atol=1e-12)
        f = lambda x, np=np: np.tanh(W1 @ x) * x[0]
        np.testing.assert_allclose(
            ag.jacobian(f)(x), autograd.jacobian(lambda x, f=f: f(x, anp))(x), rtol=1e-12
        )


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.integers(0, 3), max_size=2),
    st.lists(st.integers(0, 3), max_size=2),
    st.sampled_from(MODES),
    st.integers(0, 99),
)
def test_shapes_are_output_then_input_and_columns_are_slopes(inner, outer, mode, seed):
    """Any shapes, empty ones and single numbers too."""
    random = np.random.default_rng(seed)
    x = random.normal(size=inner)
    mixing = random.normal(size=(int(np.prod(outer)), x.size))

    def f(x):
        return np.sin(mixing @ x.reshape(-1)).reshape(outer)

    found = ag.jacobian(f, mode=mode)(x)
    assert found.shape == (*outer, *inner)
    direction = random.normal(size=inner)
    step = 1e-6
    slope = (f(x + step * direction) - f(x - step * direction)) / (2 * step)
    along = np.tensordot(found, direction, axes=len(inner))
    np.testing.assert_allclose(along, slope, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("mode", MODES)
def test_numbers_arrays_and_constants(mode):
    J = lambda f, *x, **settings: ag.jacobian(f, mode=mode, **settings)(*x)
    assert J(lambda x: x**3, 2.0) == 12.0
    assert type(J(lambda x: x**3, 2.0)) is type(J(lambda x: 5.0, 2.0)) is float
    assert np.array_equal(J(lambda x: np.array([x, x * x]), 3.0), [1.0, 6.0])
    assert np.array_equal(J(lambda x: np.sum(x * x), np.arange(3)), [0.0, 2.0, 4.0])
    single = J(lambda x: x * x, np.ones(2, np.float32))
    assert single.dtype == np.float32
    assert np.array_equal(single, 2 * np.eye(2))
    constant = J(lambda x: np.ones((2, 2)), np.ones(3, np.float32))
    assert constant.dtype == np.float32
    assert np.array_equal(constant, np.zeros((2, 2, 3)))
    assert J(lambda x: x * 2, np.array(3.0)).shape == ()
    assert isinstance(J(lambda x: x * 2, np.array(3.0)), np.ndarray)
    assert J(lambda x: x, np.zeros((0, 2))).shape == (0, 2, 0, 2)
    assert np.array_equal(J(lambda x: x, np.arange(3.0)), np.eye(3))
    assert J(lambda x, k: x * k, 2.0, 3.0, argnums=-1) == 2.0
    kept = J(lambda x: x * 2, np.ones(2))
    kept += 1  # the user's own


@pytest.mark.parametrize("mode", MODES)
def test_containers_give_containers_of_blocks(mode):
    p = {"W": rng.normal(size=(2, 3)), "b": [0.5, rng.normal(size=2)]}
    x = rng.normal(size=3)

    def f(p):
        return np.tanh(p["W"] @ x * p["b"][0] + p["b"][1]), {"sum": np.sum(p["W"]) * p["b"][0]}

    out, rest = ag.jacobian(f, mode=mode)(p)
    assert list(out) == list(rest["sum"]) == ["W", "b"]
    assert out["W"].shape == (2, 2, 3)
    assert out["b"][0].shape == (2,)
    assert out["b"][1].shape == (2, 2)
    assert type(rest["sum"]["b"][0]) is float
    assert np.array_equal(rest["sum"]["W"], np.full((2, 3), 0.5))
    slope = 1 - np.tanh(p["W"] @ x * 0.5 + p["b"][1]) ** 2
    np.testing.assert_allclose(out["b"][0], slope * (p["W"] @ x), rtol=1e-13)
    np.testing.assert_allclose(out["b"][1], np.diag(slope), rtol=1e-13)
    a, b = ag.jacobian(lambda x, y: x * y, (0, 1), mode)(2.0, 3.0)
    assert (a, b) == (3.0, 2.0)


def test_hessian_of_containers_and_of_several_arguments():
    p = {"W": rng.normal(size=(2, 3)), "b": 0.3}
    x = rng.normal(size=3)
    H = ag.hessian(lambda p: np.sum(np.tanh(p["W"] @ x + p["b"])))(p)
    assert H["W"]["W"].shape == (2, 3, 2, 3)
    assert H["W"]["b"].shape == H["b"]["W"].shape == (2, 3)
    np.testing.assert_allclose(H["W"]["b"], H["b"]["W"], rtol=1e-12)
    z = np.tanh(p["W"] @ x + 0.3)
    assert H["b"]["b"] == pytest.approx(np.sum(-2 * z * (1 - z * z)), rel=1e-12)
    assert ag.hessian(lambda a, b: a * b * b, (0, 1))(2.0, 3.0) == ((0.0, 6.0), (6.0, 4.0))
    assert ag.hessian(lambda a, b: a * b * b, 1)(2.0, 3.0) == 4.0
    assert ag.hessian(lambda a: 3.0 * a)(2.0) == 0.0
    assert np.array_equal(ag.hessian(lambda x: 5.0)(np.ones(2)), np.zeros((2, 2)))


def test_hvp_takes_containers_and_further_arguments():
    p = {"W": rng.normal(size=(2, 3)), "b": 0.3}
    v = {"W": rng.normal(size=(2, 3)), "b": -0.7}
    f = lambda p, x, scale: np.sum(np.tanh(p["W"] @ x + p["b"]) ** 2) * scale
    x = rng.normal(size=3)
    found = ag.hvp(f, p, v, x, scale=2.0)
    H = ag.hessian(f)(p, x, scale=2.0)
    expected = np.sum(H["W"]["W"] * v["W"], axis=(2, 3)) + H["W"]["b"] * v["b"]
    np.testing.assert_allclose(found["W"], expected, rtol=1e-11)
    assert type(found["b"]) is float
    single = np.ones(2, np.float32)
    assert ag.hvp(lambda x: np.sum(x**3), single, single).dtype == np.float32
    assert ag.hvp(lambda x: x**3, 2.0, 1.0) == 12.0
    assert ag.hvp(lambda x: 3.0, 2.0, 1.0) == 0.0


def test_aux_comes_back_plain():
    f = lambda x: (np.sum(x**3), {"square": x * x, "name": "cube"})
    x = np.array([1.0, 2.0])
    for found, aux in (
        ag.hessian(f, has_aux=True)(x),
        ag.hvp(f, x, np.ones(2), has_aux=True),
        ag.jacobian(f, has_aux=True)(x),
    ):
        assert isinstance(found, np.ndarray)
        assert aux["name"] == "cube"
        assert type(aux["square"]) is np.ndarray
        assert np.array_equal(aux["square"], [1.0, 4.0])


@pytest.mark.parametrize("mode", ["rev", "fwd"])
def test_values_give_arrays_of_values_that_can_be_differentiated(mode):
    v = np.array([Value(2.0), Value(3.0)])
    f = lambda v: np.array([v[0] * v[1], v[0] ** 3, v[1] * 1.0])
    J = ag.jacobian(f, mode=mode)(v)
    assert J.dtype == object
    assert [[float(x) for x in row] for row in J] == [[3.0, 2.0], [12.0, 0.0], [0.0, 1.0]]
    J[1, 0].backward()
    assert v[0].grad == 12.0
    t = Tensor([2.0, 3.0])
    J = ag.jacobian(lambda x: x**3, mode=mode)(t)
    assert isinstance(J, Tensor)
    np.sum(J).backward()
    assert np.array_equal(t.grad, [12.0, 18.0])
    H = ag.hessian(lambda v: v[0] ** 2 * v[1])(v)
    assert [[float(x) for x in row] for row in H] == [[6.0, 4.0], [4.0, 0.0]]


@pytest.mark.parametrize("inner", ["rev", "fwd"])
@pytest.mark.parametrize("outer", ["rev", "fwd"])
def test_jacobians_of_jacobians(inner, outer):
    x = rng.normal(size=4)
    f = lambda x, np=np: np.tanh(W1 @ x) * x[1]
    found = ag.jacobian(ag.jacobian(f, mode=inner), mode=outer)(x)
    expected = autograd.jacobian(autograd.jacobian(lambda x: f(x, anp)))(x)
    assert found.shape == (5, 4, 4)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)
    scaled = lambda s: np.sum(ag.jacobian(lambda x: np.tanh(s * (W1 @ x)), mode=inner)(x) ** 2)
    slope = (scaled(0.6 + 1e-6) - scaled(0.6 - 1e-6)) / 2e-6
    assert ag.grad(scaled)(0.6) == pytest.approx(slope, rel=1e-7)
    along = ag.jvp(scaled, (0.6,), (1.0,))[1]
    assert along == pytest.approx(ag.grad(scaled)(0.6), rel=1e-12)


def test_the_function_runs_once():
    calls = []

    def f(x):
        calls.append(1)
        return np.tanh(W1 @ x)

    for mode in MODES:
        calls.clear()
        ag.jacobian(f, mode=mode)(np.ones(4))
        assert len(calls) == 1
    calls.clear()
    ag.hessian(lambda x: np.sum(f(x)))(np.ones(4))
    assert len(calls) == 1


def test_auto_is_the_cheaper_mode(monkeypatch):
    from autograd_lite import higher

    used = []
    for name in ("_by_rows", "_by_columns"):
        real = getattr(higher, name)
        monkeypatch.setattr(
            higher, name, lambda call, name=name, real=real: used.append(name) or real(call)
        )
    ag.jacobian(lambda x: np.tanh(W1 @ x * x[0]))(np.ones(4))  # 5 by 4
    ag.jacobian(lambda t: np.tanh(W1 * t))(0.5)  # 20 by 1
    ag.jacobian(lambda x: np.sum(np.tanh(x)))(np.ones(5))  # 1 by 5
    assert used == ["_by_rows", "_by_columns", "_by_rows"]


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (ArgumentError, "one of auto, rev, fwd", lambda: ag.jacobian(np.sin, mode="forward")),
        (DataError, "ag.hessian\\(f\\)", lambda: ag.hessian(3.0)),
        (DataError, "ag.jacobian\\(f\\)", lambda: ag.jacobian(np.ones(2))),
        (GradientError, "jacobian: argnums=1, but", lambda: ag.jacobian(np.sin, 1)(1.0)),
        (ShapeError, r"hessian: .*\(3,\).*\n.*ag.jacobian", lambda: ag.hessian(np.sin)(np.ones(3))),
        (ShapeError, r"hvp: .*\(3,\)", lambda: ag.hvp(np.sin, np.ones(3), np.ones(3))),
        (
            ShapeError,
            r"hvp: v for argument 0\['W'\] has shape \(3,\)",
            lambda: ag.hvp(lambda p: np.sum(p["W"] ** 2), {"W": np.ones(2)}, {"W": np.ones(3)}),
        ),
        (
            ShapeError,
            r"hvp: v for argument 0 is float; that is a dict with keys \['W'\]",
            lambda: ag.hvp(lambda p: np.sum(p["W"] ** 2), {"W": np.ones(2)}, 1.0),
        ),
        (
            DataError,
            r"argument 0\['W'\]\[1\] is NoneType",
            lambda: ag.jacobian(id)({"W": [1, None]}),
        ),
        (DataError, "complex", lambda: ag.jacobian(lambda x: x)(1j)),
        (DataError, "return", lambda: ag.jacobian(lambda x: None)(1.0)),
        (DataError, "two things", lambda: ag.jacobian(lambda x: x, has_aux=True)(1.0)),
    ],
)
def test_what_is_refused(error, message, call):
    with pytest.raises(error, match=message):
        call()


def test_names_and_keywords_go_through():
    def curve(x, *, k):
        """A curve."""
        return x**k

    for transform in (ag.jacobian, ag.hessian):
        assert transform(curve).__name__ == "curve"
        assert transform(curve).__doc__ == "A curve."
    assert ag.hessian(curve)(2.0, k=3) == 12.0
    assert ag.jacobian(curve)(2.0, k=3) == 12.0
