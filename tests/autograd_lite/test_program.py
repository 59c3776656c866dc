"""compile: source that can be read, run and pasted; floats, arrays of points, IEEE 754."""

import inspect
import math

import numpy as np
import pytest
from compiled import hold

import autograd_lite as ag
from autograd_lite import DataError, GradientError, RuleError, ShapeError, Value

NEURON = """\
def value_and_grad(w, x, b):
    # forward
    c = w * x  # line {line}: multiply
    d = c + b  # line {line}: add
    y = np.tanh(d)  # line {line}: tanh
    # backward
    dd = 1 - y * y  # line {line}: tanh, backward
    dw = dd * x  # line {line}: multiply, backward
    return y, (dw, dd)
"""


def neuron(w, x, b):
    return np.tanh(w * x + b)


def pasted(program, *args):
    names = {"np": np}
    exec(program.source, names)
    with np.errstate(all="ignore"):
        return names["value_and_grad"](*args)


def test_the_source_of_a_tanh_neuron_reads_as_one_would_write_it():
    g = ag.compile(neuron, (0, 2))
    line = neuron.__code__.co_firstlineno + 1
    assert g.source == NEURON.format(line=line)
    assert "def value_and_grad" in repr(g)
    assert g.__name__ == "neuron"


def test_it_is_called_like_value_and_grad_and_agrees():
    at = (-3.0, 2.0, 6.9)
    for argnums in (0, 1, -1, (0,), (2, 0), (0, 1, 2), ()):
        compiled = ag.compile(neuron, argnums)(*at)
        value, slopes = ag.value_and_grad(neuron, argnums)(*at)
        assert compiled[0] == pytest.approx(value, rel=1e-15)
        assert type(compiled[1]) is type(slopes)
        assert compiled[1] == pytest.approx(slopes, rel=1e-14)
    assert ag.compile(neuron)(1, 0, np.float32(0.5))[1] == 0.0


def test_the_source_runs_when_it_is_pasted():
    g = ag.compile(neuron, (0, 1, 2))
    value, slopes = pasted(g, -3.0, 2.0, 6.9)
    assert float(value) == pytest.approx(g(-3.0, 2.0, 6.9)[0], rel=1e-15)
    assert slopes == pytest.approx(g(-3.0, 2.0, 6.9)[1], rel=1e-14)


def test_arrays_of_points_give_values_and_the_gradient_of_their_sum():
    g = ag.compile(neuron, (0, 1, 2))
    x = np.linspace(-1.0, 1.0, 7)
    value, (dw, dx, db) = g(0.5, x, -0.2)
    each = [g(0.5, float(p), -0.2) for p in x]
    np.testing.assert_allclose(value, [v for v, _ in each], rtol=1e-14)
    np.testing.assert_allclose(dx, [s[1] for _, s in each], rtol=1e-14)
    assert dw.shape == db.shape == ()
    assert float(dw) == pytest.approx(sum(s[0] for _, s in each))
    assert float(db) == pytest.approx(sum(s[2] for _, s in each))
    rows = np.array([[0.5], [1.5]])
    value, (dw, dx, db) = g(rows, x, np.array([-0.2]))
    assert (value.shape, dw.shape, dx.shape, db.shape) == ((2, 7), (2, 1), (7,), (1,))
    np.testing.assert_allclose(dw[:, 0], [float(g(r, x, -0.2)[1][0]) for r in (0.5, 1.5)])
    whole = g(1.0, np.arange(3), 0.0)
    assert whole[0].dtype == np.float64


def test_results_on_arrays_are_the_caller_s_own():
    x = np.array([1.0, 2.0])
    for f in (lambda x: x, np.exp, lambda x: x * 1.0 + 0.0, lambda x: 3.0):
        g = ag.compile(f)
        value, slope = g(x)
        value[:] = 9.0
        slope[:] = 9.0
        assert np.array_equal(x, [1.0, 2.0])
        assert value is not slope
    value, slope = ag.compile(np.exp)(x)
    value[:] = 0.0
    np.testing.assert_allclose(slope, np.exp(x))


def test_dtypes_follow_the_arrays():
    x = np.ones(3, np.float32)
    value, (dw, dx, _) = ag.compile(neuron, (0, 1, 2))(0.5, x, 1)
    assert value.dtype == dx.dtype == dw.dtype == np.float32
    value, (dw, dx, _) = ag.compile(neuron, (0, 1, 2))(np.float64(0.5), x, np.ones(3))
    assert (value.dtype, dx.dtype) == (np.float64, np.float32)
    value, slope = ag.compile(lambda x: ag.where(x > 0, 1, 0))(x)
    assert value.dtype == slope.dtype == np.float32


@pytest.mark.parametrize(
    ("f", "at", "value", "slope"),
    [
        (lambda x: 1 / x, 0.0, math.inf, -math.inf),
        (lambda x: x**-1, 0.0, math.inf, -math.inf),
        (lambda x: np.exp(x), 1000.0, math.inf, math.inf),
        (lambda x: np.log(x), -1.0, math.nan, -1.0),
        (lambda x: x ** (1 / 3), -8.0, math.nan, math.nan),
        (lambda x: np.sqrt(x), 0.0, 0.0, math.inf),
        (lambda x: x / 0.0, 1.0, math.inf, math.inf),
        (lambda x: x**2, 1e200, math.inf, 2e200),
        (lambda x: ag.sigmoid(x), -1e4, 0.0, 0.0),
        (lambda x: ag.softplus(x), 1e4, 1e4, 1.0),
        (lambda x: ag.where(x > 0, np.sqrt(x), x * 2), 0.0, 0.0, 2.0),
        (lambda x: ag.where(x != 0, 1 / x, 0.0), 0.0, 0.0, 0.0),
    ],
)
def test_numbers_follow_ieee_754(f, at, value, slope):
    found = ag.compile(f)(at)
    assert found == pytest.approx((value, slope), nan_ok=True)
    assert type(found[0]) is type(found[1]) is float
    array = ag.compile(f)(np.array([at, at]))
    assert array[0][1] == pytest.approx(value, nan_ok=True)
    assert array[1][1] == pytest.approx(slope, nan_ok=True)


def test_constants_and_functions_that_do_not_depend_on_their_argument():
    assert ag.compile(lambda x: 3.0)(1.0) == (3.0, 0.0)
    assert ag.compile(lambda x: x)(2.0) == (2.0, 1.0)
    assert ag.compile(lambda x, y: x, 1)(2.0, 3.0) == (2.0, 0.0)
    value, slope = ag.compile(lambda x: 3.0)(np.ones(2))
    assert value.tolist() == [3.0, 3.0]
    assert slope.tolist() == [0.0, 0.0]
    assert ag.compile(lambda x: x * math.nan * 0)(1.0)[0] != 0.0  # 0 times nan is not folded
    assert ag.compile(lambda x: x * math.inf)(1.0) == (math.inf, math.inf)


def test_equal_constants_and_equal_parts_are_computed_once_and_count_twice():
    g = ag.compile(lambda x, y: np.exp(x * y) * 2.0 + np.exp(x * y) * 2.0, (0, 1))
    assert g.source.count("np.exp") == 1
    value, slopes = g(0.5, 0.25)
    assert value == pytest.approx(4 * math.exp(0.125))
    assert slopes == pytest.approx((math.exp(0.125), 2 * math.exp(0.125)))


def test_arguments_may_have_any_name():
    def f(np, value_and_grad, y, dd, c, dc, lambda_):
        return ag.tanh(np * value_and_grad + y) * dd + c * dc / lambda_

    at = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
    program = ag.compile(f, tuple(range(7)))
    value, slopes = ag.value_and_grad(f, tuple(range(7)))(*at)
    assert program(*at)[0] == pytest.approx(value)
    assert program(*at)[1] == pytest.approx(slopes)
    assert float(pasted(program, *at)[0]) == pytest.approx(value)

    def g(np, np_):
        return np * np_

    assert ag.compile(g, (0, 1))(2.0, 3.0) == (6.0, (3.0, 2.0))


def test_generated_names_never_clash_with_keywords_or_arguments():
    import keyword

    def f(x):
        for i in range(400):
            x = np.tanh(x * (1.0 + i / 1000))
        return x

    source = ag.compile(f).source
    compile(source, "<source>", "exec")
    for line in source.splitlines():
        if " = " in line:
            assert not keyword.iskeyword(line.split(" = ")[0].strip())
    assert ag.compile(f)(0.5) == pytest.approx(ag.value_and_grad(f)(0.5))


def test_defaults_variable_arguments_and_counts():
    f = lambda x, k=2.0: x * k
    assert ag.compile(f)(3.0) == (6.0, 2.0)
    assert ag.compile(f)(3.0, 5.0) == (15.0, 5.0)
    assert ag.compile(f, (0, 1))(3.0, 5.0) == (15.0, (5.0, 3.0))
    assert "def value_and_grad(x):" in ag.compile(f).source
    many = ag.compile(lambda *x: x[0] * x[-1], (0, -1))
    with pytest.raises(RuleError, match="any number of arguments"):
        many.source
    assert many(2.0, 3.0, 4.0) == (8.0, (4.0, 2.0))
    assert "def value_and_grad(x0, x1, x2):" in many.source
    for wrong in ((), (1.0, 2.0, 3.0)):
        with pytest.raises(RuleError, match="2 arguments"):
            ag.compile(f)(*wrong)
    for argnums in (5, (0, 7)):
        with pytest.raises(GradientError, match="argnums"):
            ag.compile(neuron, argnums)(1.0, 2.0, 3.0)


def test_values_as_arguments_give_a_graph_and_closures_over_them_are_constants():
    v = Value(2.0, label="v")
    value, slope = ag.compile(lambda x: x**3)(v)
    assert isinstance(value, Value)
    assert isinstance(slope, Value)
    assert slope.data == 12.0
    square = v * v
    g = ag.compile(lambda x: x * square + v)
    assert g(3.0) == (14.0, 4.0)
    assert square.operands == (v, v)  # the caller's graph is as it was
    square.backward()
    assert v.grad == 4.0


def test_derivatives_can_be_compiled_too():
    f = lambda x: x**3 * 2
    assert ag.compile(ag.grad(f))(2.0) == (24.0, 24.0)
    assert ag.compile(ag.grad(ag.grad(f)))(2.0) == (24.0, 12.0)
    assert ag.compile(lambda x: ag.jvp(f, (x,), (1.0,))[1])(2.0) == (24.0, 24.0)
    assert ag.compile(lambda x: ag.compile(f)(x)[1])(2.0) == (24.0, 24.0)
    assert "positive" not in ag.compile(ag.grad(f)).source
    assert ag.compile(ag.grad(np.sin))(0.3) == pytest.approx((math.cos(0.3), -math.sin(0.3)))


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x: x if x > 0 else -x, "where"),
        (lambda x: x and 1.0, "where"),
        (lambda x: x * 1.0 if int(x) else x, "float"),
        (lambda x: math.exp(x), "NumPy's functions"),
        (lambda x: np.spacing(x), "np.spacing gives the distance"),
        (lambda x: None, "gave NoneType"),
        (lambda x: "text", "gave str"),
        (lambda x: [x], "gave list"),
        (lambda x: x + "a", "not a number or an array"),
        (lambda x: np.asarray(x), "plain array"),
        (lambda x: x.item() * x, "where"),
    ],
)
def test_what_cannot_be_traced_is_refused_with_the_reason(f, words):
    with pytest.raises(ag.AutogradError, match=words):
        ag.compile(f)(1.0)


@pytest.mark.parametrize("bad", ["text", None, [1.0, "a"], 1j, np.array([Value(1.0)])])
def test_arguments_that_are_no_numbers_are_refused(bad):
    with pytest.raises(DataError):
        ag.compile(lambda x, y: x * y)(1.0, bad)


def test_points_that_do_not_broadcast_are_refused():
    with pytest.raises(ShapeError, match=r"\(2,\), \(3,\)"):
        ag.compile(lambda x, y: x * y)(np.ones(2), np.ones(3))


def test_a_long_program_compiles():
    def f(x):
        for _ in range(3000):
            x = x * 1.0001 + 0.0001
        return x

    assert ag.compile(f)(1.0) == pytest.approx(ag.value_and_grad(f)(1.0))


def test_every_elementwise_row_compiles_by_name():
    for rule in list(ag.TABLE.values()):
        if not isinstance(rule, ag.rows.Elementwise) or rule.arity != 1 or not rule.builtin:
            continue
        low, high = rule.domain[0]
        x = 0.4 if low < 0.4 < high else 1.7
        assert ag.compile(rule)(x) == pytest.approx(ag.value_and_grad(rule)(x), rel=1e-13)
        assert list(inspect.signature(rule.partials[0]).parameters) == ["a", "y"]


def test_a_line_of_another_cell_of_a_notebook_is_called_so():
    names = {"np": np}
    cells = {
        "somewhere/ipykernel_7/123.py": "def double(x):\n    return 2 * x\n",
        "somewhere/ipykernel_7/456.py": "def f(x):\n    return np.tanh(double(x))\n",
    }
    for path, cell in cells.items():
        exec(compile(cell, path, "exec"), names)
    source = ag.compile(names["f"]).source
    assert "2 * x  # line 2 of another cell: multiply" in source
    assert "  # line 2: tanh" in source
    assert "123" not in source


def test_a_condition_that_is_known_and_a_factor_of_one_are_not_written_down():
    def f(x, y):
        return np.log(x) * y + np.sqrt(x)

    g = ag.compile(f, argnums=(0, 1))
    assert g(2.0, 3.0) == ag.value_and_grad(f, argnums=(0, 1))(2.0, 3.0)
    assert "False" not in g.source
    assert "1.0 *" not in g.source
    # Known, but not the same for all entries; and known, but another shape than what it chooses.
    for condition in (np.array([True, False]), np.array([[False], [False]])):
        chosen = ag.compile(lambda x, c=condition: np.sum(np.where(c, 0.0, x)))
        wanted = np.sum(np.where(condition, 0.0, np.array([2.0, 5.0])))
        assert chosen(np.array([2.0, 5.0]))[0] == wanted


def test_a_zero_keeps_its_sign():
    def f(x):
        return 1 / (x * -0.0) + 1 / (-0.0 + x * -0.0)

    g = ag.compile(f)
    with np.errstate(all="ignore"):
        expected = f(np.float64(2.0))
        for at in (2.0, np.array([2.0])):
            for _ in range(2):  # traced, and again
                assert g(at)[0] == expected == -np.inf
        names = {"np": np}
        exec(g.source, names)
        assert names["value_and_grad"](np.float64(2.0))[0] == expected


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_where_two_are_equal_the_page_halves_the_gradient_by_masks(dtype):
    def f(z, w):
        return np.sum(np.maximum(z, 0) * w) + np.sum(np.minimum(z, w) * w)

    z, w = np.array([-1, 0, 0, 2, 3], dtype), np.array([1, 2, 0, 2, -1], dtype)
    program = hold(f, (0, 1), (z, w), exactness=1e-6)
    assert "* (z > 0) + 0.5 * (" in program.source
    assert "where" not in program.source
    _, (dz, dw) = program(z, w)
    assert dz.dtype == dw.dtype == dtype
    np.testing.assert_array_equal(dz, [1, 3, 0, 3, -1])


def test_contributions_that_are_one_and_the_same_are_summed_under_the_gradient_s_name():
    def f(x, y):
        error = np.tanh(x) - y
        return np.mean(error * error)

    program = hold(f, 0, (np.ones(4), np.zeros(4)))
    lines = [line.strip().partition("  #")[0] for line in program.source.splitlines()]
    assert [line for line in lines if line.startswith("derror")] == [
        "derror = 0.25 * error",
        "derror = derror + derror",
    ]


@pytest.mark.parametrize("axis", [None, 0, (0, 1), (1,), -1])
def test_a_sum_that_keeps_its_axes_and_loses_them_again_is_one_sum(axis):
    x = np.arange(6.0).reshape(2, 3)
    shape = np.sum(x, axis=axis).shape
    f = lambda x: np.reshape(np.sum(x * x, axis=axis, keepdims=True), shape)
    program = hold(f, 0, (x,))
    lines = [line.partition("#")[0] for line in program.source.splitlines()]
    (total,) = [line for line in lines if "np.sum" in line]
    assert "keepdims" not in total
    assert "reshape" not in total
