"""Value: one number; how it meets Python's operators, NumPy, and other kinds of data."""

import fractions
import math
import operator

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import DataError, LeaveGraphError, MutationError, Tensor, UnsupportedError, Value

inf, nan = math.inf, math.nan
BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


def slopes(f, a, b, step=1e-6):
    return (
        (f(a + step, b) - f(a - step, b)) / (2 * step),
        (f(a, b + step) - f(a, b - step)) / (2 * step),
    )


@pytest.mark.parametrize("f", BINARY)
def test_every_operator_with_values_and_with_plain_numbers_on_either_side(f):
    a, b = 2.5, 3.0
    da, db = slopes(f, a, b)
    x, y = Value(a), Value(b)
    both = f(x, y)
    both.backward()
    assert type(both) is Value
    assert both.data == f(a, b)
    assert (x.grad, y.grad) == (pytest.approx(da), pytest.approx(db))
    others = [float, int, np.float64, np.float32, np.int64, fractions.Fraction, np.array]
    for make in others:
        right = Value(a)
        z = f(right, make(b) if make is not int else 3)
        assert type(z) is Value, make
        z.backward()
        assert z.data == pytest.approx(f(a, b))
        assert right.grad == pytest.approx(da)
        left = Value(b)
        z = f(make(a) if make not in (int, np.int64) else make(2), left)
        assert type(z) is Value, make
        z.backward()
        expected_a = 2 if make in (int, np.int64) else a
        assert z.data == pytest.approx(f(expected_a, b))
        assert left.grad == pytest.approx(slopes(f, expected_a, b)[1])


def test_unary_operators_and_augmented_assignment():
    x = Value(-2.0)
    assert ((-x).data, abs(x).data, (+x).data) == (2.0, 2.0, -2.0)
    y = x
    y += 1
    y *= 3
    y -= x
    y /= 2
    y **= 2
    y.backward()
    assert x.data == -2.0
    assert y.data == 0.25
    assert x.grad == 2 * -0.5 * (3 - 1) / 2


def test_two_to_the_value_and_value_to_the_two():
    x = Value(3.0)
    y = 2**x + x**2
    y.backward()
    assert y.data == 17.0
    assert x.grad == pytest.approx(8 * math.log(2) + 6)


@pytest.mark.parametrize("f", COMPARISONS)
@pytest.mark.parametrize("b", [1.0, 2.0, 3.0, nan, inf])
def test_comparisons_are_of_numbers_and_give_plain_booleans(f, b):
    expected = f(2.0, b)
    for found in (
        f(Value(2.0), Value(b)),
        f(Value(2.0), b),
        f(2.0, Value(b)),
        f(Value(2.0), np.float64(b)),
        f(np.float64(2.0), Value(b)),
    ):
        assert type(found) in (bool, np.bool_)
        assert found == expected


def test_equal_numbers_are_equal_and_hash_goes_by_identity():
    a, b = Value(1.0), Value(1.0)
    assert a == b == 1.0
    assert a != 2.0
    assert not a == 2.0
    assert hash(a) != hash(b)
    assert {a: 1, b: 2}[a] == 1
    assert a != "1.0"
    assert a is not None
    assert (a == None) is False  # noqa: E711
    assert np.array_equal(a == np.array([1.0, 2.0]), [True, False])
    assert (a < np.array([1.0, 2.0])).dtype == bool


def test_truth_float_item_and_text():
    assert bool(Value(2.0))
    assert bool(Value(nan))
    assert not Value(0.0)
    assert float(Value(2.5)) == Value(2.5).item() == 2.5
    assert f"{Value(2.0):.2f}" == "2.00"
    assert "no" if Value(0.0) else True
    x = Value(2.0, label="x")
    y = x * 3
    assert repr(x) == "Value(2.0, label='x')"
    y.backward()
    assert repr(y) == "Value(6.0, grad=1.0, op=multiply)"
    assert (x.shape, x.ndim, x.size) == ((), 0, 1)
    assert x.dtype == np.float64


def test_float_is_allowed_outside_transforms_and_refused_inside():
    assert math.exp(Value(0.0)) == 1.0
    with pytest.raises(LeaveGraphError, match="lose its gradient") as caught:
        ag.grad(lambda x: math.exp(x) * x)(1.0)
    assert isinstance(caught.value, TypeError)
    with pytest.raises(LeaveGraphError):
        ag.jvp(lambda x: float(x), (1.0,), (1.0,))
    assert ag.grad(lambda x: x.item() * x)(3.0) == 3.0
    assert float(Value(1.0)) == 1.0  # the failure above left nothing behind

    def into_an_array(x):
        floats = np.zeros(2)
        floats[0] = x
        return floats[0]

    with pytest.raises((LeaveGraphError, ValueError)):
        ag.grad(into_an_array)(1.0)


@pytest.mark.parametrize(
    ("f", "at", "value", "slope"),
    [
        (lambda x: x.exp(), 1000.0, inf, inf),
        (lambda x: x.exp(), -1000.0, 0.0, 0.0),
        (lambda x: 1 / x, 0.0, inf, -inf),
        (lambda x: 1 / x, -0.0, -inf, -inf),
        (lambda x: x / 0, 1.0, inf, inf),
        (lambda x: x / 0.0, -1.0, -inf, inf),
        (lambda x: x.log(), -1.0, nan, -1.0),
        (lambda x: x.log(), 0.0, -inf, inf),
        (lambda x: x.sqrt(), -1.0, nan, nan),
        (lambda x: x.sqrt(), 0.0, 0.0, inf),
        (lambda x: x**-1, 0.0, inf, -inf),
        (lambda x: x**-2, 0.0, inf, -inf),
        (lambda x: x ** (1 / 3), -8.0, nan, nan),
        (lambda x: x**0.5, 0.0, 0.0, inf),
        (lambda x: x**2, 1e200, inf, 2e200),
        (lambda x: x * 1e300, 1e300, inf, 1e300),
        (lambda x: x**3, -inf, -inf, inf),
        (lambda x: x.sin(), inf, nan, nan),
        (lambda x: x.cosh(), 1e4, inf, inf),
        (lambda x: x.arctanh(), 1.0, inf, inf),
        (lambda x: x.tanh(), 1e4, 1.0, 0.0),
        (lambda x: x.sigmoid(), -1e4, 0.0, 0.0),
        (lambda x: x - x, inf, nan, 0.0),
        (lambda x: x + 1, nan, nan, 1.0),
    ],
)
def test_numbers_follow_ieee_754(f, at, value, slope):
    x = Value(at)
    y = f(x)
    y.backward()
    assert y.data == pytest.approx(value, nan_ok=True)
    assert x.grad == pytest.approx(slope, nan_ok=True)
    assert ag.grad(lambda z: ag.grad(f)(z) * 1.0)(at) is not None  # second order raises nothing


@pytest.mark.parametrize(
    "name",
    """exp exp2 expm1 log log2 log10 log1p sqrt cbrt square reciprocal absolute sign negative sin
    cos tan arcsin arccos arctan sinh cosh tanh arcsinh arctanh""".split(),
)
def test_numpy_s_functions_take_values_and_object_arrays(name):
    at = 0.4
    f = getattr(np, name)
    x = Value(at)
    y = f(x)
    assert type(y) is Value
    assert y.op is ag.TABLE[name]
    assert y.data == pytest.approx(f(at), rel=1e-14)
    array = np.array([Value(at), Value(0.3)], dtype=object)
    z = f(array)
    assert z.dtype == object
    assert [float(v) for v in z] == pytest.approx(f(np.array([at, 0.3])), rel=1e-14)
    if name != "sign":  # NumPy's sign of an object compares, and gives plain -1, 0, 1
        assert all(isinstance(v, Value) for v in z)
        z[0].backward()
        expected = ag.grad(ag.TABLE[name])(at)
        assert array[0].grad == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("name", "arctan2 hypot logaddexp maximum minimum power add divide".split())
def test_numpy_s_functions_of_two_take_values_on_either_side(name):
    f = getattr(np, name)
    for first, second in ((Value(0.5), 2.0), (0.5, Value(2.0)), (Value(0.5), Value(2.0))):
        y = f(first, second)
        assert type(y) is Value
        assert y.data == pytest.approx(f(0.5, 2.0), rel=1e-14)
    mixed = f(Value(0.5), np.array([1.0, 2.0]))
    assert mixed.dtype == object
    assert all(isinstance(v, Value) for v in mixed)
    assert [v.data for v in mixed] == pytest.approx(f(0.5, np.array([1.0, 2.0])), rel=1e-14)


def test_arrays_on_either_side_give_object_arrays_of_values():
    x, array = Value(2.0), np.array([[1.0, -2.0], [3.0, 0.5]])
    for f in BINARY[:4]:
        for found, expected in ((f(x, array), f(2.0, array)), (f(array, x), f(array, 2.0))):
            assert isinstance(found, np.ndarray)
            assert found.shape == (2, 2)
            assert all(isinstance(v, Value) for v in found.flat)
            np.testing.assert_allclose([v.data for v in found.flat], expected.ravel())
    np.sum(x * array).backward()
    assert x.grad == array.sum()


def test_sum_mean_max_of_one_value_is_what_it_is_of_one_number():
    for f in (np.sum, np.mean, np.max, np.min, np.prod):
        x = Value(3.0)
        y = f(x) * 2
        y.backward()
        assert (y.data, x.grad) == (6.0, 2.0)
    assert ag.grad(lambda x: np.sum(x**2))(3.0) == 6.0
    assert ag.grad(lambda x: np.mean((x - 1) ** 2))(3.0) == 4.0
    assert np.isnan(Value(nan))
    assert not np.isinf(Value(1.0))
    assert np.isfinite(Value(1.0))


def test_object_arrays_reduce_multiply_and_compare():
    values = np.array([Value(1.0), Value(3.0), Value(2.0)], dtype=object)
    weights = np.array([0.5, -1.0, 2.0])
    for f in (np.sum, np.mean, np.max, np.min, np.var, np.std, np.prod):
        y = f(values)
        assert isinstance(y, Value), f
        assert y.data == pytest.approx(f(np.array([1.0, 3.0, 2.0])))
    y = values @ weights
    y.backward()
    assert [v.grad for v in values] == weights.tolist()
    assert np.argmax(values) == 1
    assert np.array_equal(values > 1.5, [False, True, True])
    spread = np.array([Value(1.0), Value(3.0), Value(2.0)], dtype=object)
    np.var(spread).backward()
    assert [v.grad for v in spread] == pytest.approx([-2 / 3, 2 / 3, 0.0])
    with pytest.raises(MutationError):
        weights += Value(1.0)


def test_clip_and_where_of_values():
    for at, expected in ((-1.0, 0.0), (0.5, 1.0), (2.0, 0.0)):
        assert ag.grad(lambda x: np.clip(x, 0, 1))(at) == expected
        assert ag.grad(lambda x: x.clip(0, 1))(at) == expected
        assert ag.grad(lambda x: ag.clip(x, 0, 1))(at) == expected
    assert ag.grad(lambda x: ag.where(x > 0, x * 2, x * 3))(-1.0) == 3.0
    assert ag.grad(lambda x: np.where(x > 0, x * 2, x * 3))(-1.0) == 3.0


@pytest.mark.parametrize("data", ["3", None, 1j, [1.0, 2.0], {}, np.array([1.0, 2.0]), object()])
def test_what_is_no_real_number_is_refused(data):
    with pytest.raises(DataError) as caught:
        Value(data)
    assert isinstance(caught.value, TypeError)
    x = Value(1.0)
    if not isinstance(data, np.ndarray):
        for f in BINARY:
            with pytest.raises(DataError):
                f(x, data)
            if not isinstance(data, dict):
                with pytest.raises((DataError, TypeError)):
                    f(data, x)
    assert x.grad is None


def test_a_value_with_a_tensor_is_refused_naming_both():
    v, t = Value(2.0), Tensor([1.0])
    for f in (*BINARY, ag.maximum, np.hypot, operator.eq):
        for pair in ((v, t), (t, v)):
            with pytest.raises(DataError, match=r"Tensor and a Value do not mix"):
                f(*pair)


def test_functions_without_a_rule_are_refused_by_name():
    for f in (np.spacing, np.frexp, np.isnat):
        with pytest.raises(UnsupportedError, match=f.__name__):
            f(Value(1.5))
    with pytest.raises(UnsupportedError):
        np.add.accumulate(Value(1.0))


def test_numbers_of_every_kind_go_in_and_come_out_as_floats():
    kinds = (
        1,
        True,
        np.float32(1),
        np.int8(1),
        np.array(1.0),
        np.array([1]),
        fractions.Fraction(1),
    )
    for data in kinds:
        assert type(Value(data).data) is float
        assert Value(data).data == 1.0
    with pytest.raises(DataError, match="too large"):
        Value(10**400)
    with pytest.raises(DataError, match="node of a graph already"):
        Value(Value(1.0))
