"""compile(backend=...): the same program as machine code by numba, and by jax."""

import builtins

import numpy as np
import pytest
from hypothesis import given, settings
from programs import programs_and_points

import autograd_lite as ag
from autograd_lite import loops


def neuron(w, x, b):
    return np.tanh(w * x + b)


def assert_same(found, expected, rtol=1e-10, atol=1e-13):
    """Equal to rounding, and of the same kinds."""
    pairs = [(found[0], expected[0])]
    several = isinstance(expected[1], tuple)
    pairs += zip(found[1], expected[1], strict=True) if several else [(found[1], expected[1])]
    for a, b in pairs:
        assert np.asarray(a).dtype == np.asarray(b).dtype
        assert np.shape(a) == np.shape(b)
        assert isinstance(a, float) == isinstance(b, float)
        np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)


@pytest.fixture
def numba():
    return pytest.importorskip("numba", reason="numba is not installed: pip install numba")


@pytest.fixture(params=["one by one", "in blocks"])
def order(request, monkeypatch):
    """How points are computed: programs as small as those of tests are never worth blocks."""
    monkeypatch.setattr(loops, "_MOVED", 10**9 if request.param == "one by one" else 0)
    return request.param


def test_numba_gives_what_python_gives_at_points_of_any_shape(numba, order):
    fast, plain = ag.compile(neuron, (0, 1, 2), backend="numba"), ag.compile(neuron, (0, 1, 2))
    x, column = np.linspace(-1, 1, 7), np.array([[0.5], [1.5]])
    for at in (
        (0.5, 1.0, -0.2),
        (1, 2, 3),
        (0.5, x, -0.2),
        (0.5, x[:3].copy(), -0.2),
        (column, x, np.array([-0.2])),
        (np.float64(0.5), x[::2], 0.1),
        (column, np.zeros(0), 0.1),
        (x, np.asfortranarray(np.ones((3, 7))), 0.3),
    ):
        assert_same(fast(*at), plain(*at))
    assert ("for i in range(8):" in fast.source_in_place) == (order == "in blocks")


def test_numba_compiles_once_for_any_number_of_points(numba):
    g = ag.compile(neuron, (0, 2), backend="numba")
    for n in (1, 5, 100):
        g(0.5, np.ones(n), 0.1)
    assert len(g._versions) == 1
    g(0.5, np.ones((2, 2)), 0.1)
    assert len(g._versions) == 1
    g(0.5, 1.0, 0.1)
    assert len(g._versions) == 2


def test_numba_keeps_float32(numba, order):
    x = np.linspace(-2, 2, 9, dtype=np.float32)
    for f in (neuron, lambda w, x, b: w * x / 3.0 + ag.where(x > b, x, 0.1)):
        at = np.float32(0.7), x, np.float32(0.3)
        fast, plain = (ag.compile(f, (0, 1, 2), backend=k)(*at) for k in ("numba", "python"))
        assert_same(fast, plain, rtol=1e-6, atol=1e-6)
        assert fast[0].dtype == np.float32
    overflow = ag.compile(lambda x: np.exp(x) / np.exp(x), backend="numba")
    assert np.isnan(overflow(np.full(2, 100, np.float32))[0]).all()


def test_numba_runs_unrolled_weights(numba, order):
    def f(W, b, x):
        return np.sum(np.tanh(W[0] * x + b))

    rng = np.random.default_rng(0)
    at = rng.normal(size=(1, 3)), rng.normal(size=3), rng.normal(size=8)
    fast, plain = (ag.compile(f, (0, 1, 2), k, unroll=(0, 1)) for k in ("numba", "python"))
    assert_same(fast(*at), plain(*at))
    assert_same(fast(*at[:2], 0.5), plain(*at[:2], 0.5))
    x = at[2].copy()
    x[1] = np.nan
    assert_same(fast(*at[:2], x), plain(*at[:2], x))


def test_points_that_fill_no_block_are_added_up_without_what_lies_behind_them(numba, order):
    """After a full block its last points would be added once more, or 1 / 0 of no point at all."""

    def f(w, x):
        return ag.log(w[0] * x) + w[1] / x

    fast = ag.compile(f, (0, 1), "numba", unroll=0)
    w = np.array([0.5, 2.0])
    for count in (1, 7, 8, 9, 16, 19):
        x = np.linspace(1.0, 2.0, count)
        value, (dw, dx) = fast(w, x)
        np.testing.assert_allclose(value, np.log(w[0] * x) + w[1] / x)
        np.testing.assert_allclose(dw, [count / w[0], np.sum(1 / x)])
        np.testing.assert_allclose(dx, 1 / x - w[1] / x**2)


def test_arguments_of_several_dtypes_and_with_names_as_the_loop_has_them(numba, order):
    def f(points3, rows_float64, sums, x, totals):
        return points3 * x + rows_float64 * x * x + ag.tanh(sums * x) * totals

    at = (np.float32(0.5), np.float64(2.0), np.float32(0.25), np.linspace(-1, 1, 9), 3.0)
    chosen = (0, 1, 2, 4)
    fast, plain = (ag.compile(f, chosen, kind)(*at) for kind in ("numba", "python"))
    assert_same(fast, plain, rtol=1e-6, atol=1e-6)


def test_many_operations_at_each_point_are_computed_in_blocks(numba):
    def f(w, x):
        return sum((ag.relu(w[i] * x + w[i - 1]) * w[i - 2] for i in range(20)), 0.0)

    fast, plain = (ag.compile(f, 0, kind, unroll=0) for kind in ("numba", "python"))
    at = np.random.default_rng(0).normal(size=20), np.linspace(-1, 1, 11)
    assert_same(fast(*at), plain(*at))
    assert "in range(8):" in fast.source_in_place


@pytest.mark.fuzz  # seconds a program: numba compiles each
@settings(max_examples=60, deadline=None)
@given(programs_and_points(most=8))
def test_numba_agrees_with_eager_on_random_programs(program_and_point):
    pytest.importorskip("numba")
    program, at = program_and_point
    points = [np.array([x, 0.7, x]) for x in at]
    try:
        expected = ag.compile(program.__call__)(*points)
    except ag.UnsupportedError:
        return
    found = ag.compile(program.__call__, backend="numba")(*points)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-6, atol=1e-7)


def test_every_row_runs_under_numba_as_numpy_computes_it(numba, order):
    points = np.array([0.3, -0.7, 2.0, -1.5, 0.0, np.inf, -np.inf, np.nan, 0.25, -3.0])
    rows = [r for r in list(ag.TABLE.values()) if isinstance(r, ag.rows.Elementwise) and r.builtin]
    for rule in rows:
        at = (points, points[::-1].copy(), points.copy())[: rule.arity]
        f = lambda *x, rule=rule: rule(*x)
        fast, plain = (ag.compile(f, backend=kind)(*at) for kind in ("numba", "python"))
        for a, b in zip(fast, plain, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15, err_msg=rule.name)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(x * x),
        lambda x: x / x.size,
        lambda x: x[0] * 2,
        lambda x: x @ x,
        lambda x: np.cumsum(x),
        lambda x: x * np.arange(3.0),
    ],
)
def test_numba_refuses_functions_of_arrays_and_says_what_to_do(numba, f):
    with pytest.raises(ag.UnsupportedError, match=r"unroll|backend='python'"):
        ag.compile(f, backend="numba")(np.ones(3))


@pytest.fixture
def jax():
    return pytest.importorskip("jax", reason="jax is not installed: pip install jax")


def written(x):
    """Its gradient writes into arrays: pieces, repeats, places picked by an array."""
    picked = x[np.array([0, 2, 0])] * x[1:4] ** 2
    return np.sum(picked) + np.sum(np.sort(x) * np.arange(5.0)) + x[-1] * np.max(x)


def test_jax_gives_what_python_gives_of_numbers_and_of_arrays(jax):
    x = np.linspace(-1, 1, 7)
    cases = [
        (neuron, (0, 1, 2), (0.5, 1.0, -0.2)),
        (neuron, (0, 1, 2), (0.5, x, -0.2)),
        (neuron, 1, (np.array([[0.5], [1.5]]), x, -0.2)),
        (written, 0, (np.array([0.3, -1.0, 2.0, 0.1, 1.5]),)),
        (lambda W, X: np.sum(np.log(np.sum(np.exp(X @ W), axis=1))), (0, 1), (np.eye(3), x[:3])),
    ]
    cases[-1] = (cases[-1][0], (0, 1), (np.eye(3), np.stack([x[:3], x[2:5]])))
    for f, argnums, at in cases:
        fast, plain = ag.compile(f, argnums, "jax")(*at), ag.compile(f, argnums)(*at)
        assert_same(fast, plain)
        first = fast[1][0] if isinstance(fast[1], tuple) else fast[1]
        assert isinstance(first, float | np.ndarray | np.generic)


def test_jax_computes_in_64_bits_and_leaves_the_setting_as_it_was(jax):
    before = jax.config.jax_enable_x64
    assert ag.compile(neuron, backend="jax")(0.1, 0.2, 0.3)[0] == pytest.approx(
        np.tanh(0.32), rel=1e-15
    )
    assert jax.config.jax_enable_x64 == before
    x = np.ones(3, np.float32)
    value, slope = ag.compile(lambda x: np.exp(x), backend="jax")(x)
    assert value.dtype == slope.dtype == np.float32


def test_jax_gives_arrays_that_are_the_caller_s_own_to_write_to(jax):
    g = ag.compile(lambda x: x * 2.0, backend="jax")
    value, slope = g(np.ones(2))
    value[:] = slope[:] = 9.0
    assert g(np.ones(2))[0].tolist() == [2.0, 2.0]
    assert ag.compile(lambda x: ag.where(x != 0, 1 / x, 0.0), backend="jax")(0.0) == (0.0, 0.0)


def test_jax_sees_what_changes_outside(jax):
    k = np.arange(50.0)
    g = ag.compile(lambda x: np.sum(x * k), backend="jax")
    assert g(np.ones(50))[0] == k.sum()
    k[0] = 100.0
    assert g(np.ones(50))[0] == k.sum()


def test_jax_writes_into_arrays_as_jax_has_it(jax):
    g = ag.compile(written, backend="jax")
    g(np.arange(5.0))
    assert ".at[" in g.source_in_place
    assert "np.add.at" not in g.source_in_place
    assert "np.add.at" in g.source


@pytest.mark.parametrize(("backend", "extra"), [("numba", "jit"), ("jax", "jax")])
def test_a_backend_that_is_missing_names_the_command(monkeypatch, backend, extra):
    real = builtins.__import__

    def missing(name, *args, **kwargs):
        if name.partition(".")[0] == backend:
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ag.DependencyError, match=rf"pip install 'autograd-lite\[{extra}\]'"):
        ag.compile(neuron, backend=backend)(0.5, 1.0, 0.1)


def test_an_unknown_backend_is_refused_at_once():
    with pytest.raises(ag.ArgumentError, match="'python', 'numba', 'jax'"):
        ag.compile(neuron, backend="cuda")
