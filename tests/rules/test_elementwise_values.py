"""The value of every elementwise row: against mpmath on its domain, against NumPy at the edges."""

import itertools
import warnings

import mpmath
import numpy as np
import pytest
from oracles import ELEMENTWISE, MPMATH, SPECIAL, exact, points

from autograd_lite import Tensor, Value
from autograd_lite.rows import Elementwise
from autograd_lite.value import interpret

every_row = pytest.mark.parametrize("rule", ELEMENTWISE, ids=lambda rule: rule.name)
STABLE = "tanh sigmoid softplus log1p expm1 silu gelu elu relu leaky_relu arcsinh arctan".split()


def boxed(array):
    return np.frompyfunc(lambda x: Value(float(x)), 1, 1)(array)


def unboxed(array):
    return np.frompyfunc(lambda v: v.data, 1, 1)(array).astype(float)


def same(found, expected, ulps=8):
    """Equal infinities, nans and signs; finite numbers to a few units in the last place."""
    if np.isnan(expected) or np.isinf(expected) or expected == 0:
        return bool(np.array_equal(found, expected, equal_nan=True))
    return abs(found - expected) <= ulps * np.spacing(abs(expected))


@every_row
def test_value_on_the_domain_is_mpmath_s(rule):
    given = points(rule)
    expected = [exact(rule, at) for at in zip(*given, strict=True)]
    assert np.all(np.isfinite(expected))
    np.testing.assert_allclose(rule(*given), expected, rtol=3e-15, atol=1e-16)


@every_row
def test_every_kind_of_operand_gives_the_same_value(rule):
    given = points(rule)
    expected = rule(*given)
    assert type(expected) is np.ndarray
    assert expected.dtype == np.float64
    tensor = rule(*map(Tensor, given))
    assert isinstance(tensor, Tensor)
    assert np.array_equal(tensor.data, expected)
    objects = rule(*map(boxed, given))
    assert objects.dtype == object
    assert all(isinstance(v, Value) for v in objects)
    np.testing.assert_allclose(unboxed(objects), expected, rtol=3e-15)
    np.testing.assert_allclose(rule(*[list(x) for x in given]), expected, rtol=3e-15)
    for at, want in zip(zip(*map(np.ndarray.tolist, given), strict=True), expected, strict=True):
        plain, value = rule(*at), rule(*map(Value, at))
        assert type(plain) is float
        assert type(value) is Value
        assert plain == pytest.approx(want, rel=3e-15)
        assert value.data == pytest.approx(want, rel=3e-15)


@every_row
def test_whole_numbers_count_as_real_numbers(rule):
    given = (3, 2, 4)[: rule.arity]
    if rule.domain[0][1] <= 1.5 and rule.name != "tan":
        given = (0,)
    expected = rule(*map(float, given))
    assert rule(*given) == expected
    assert rule(*map(Value, given)).data == pytest.approx(expected, rel=1e-15)
    assert rule(*map(Tensor, given)).data == pytest.approx(expected, rel=1e-15)


@every_row
def test_float32_stays_float32_and_plain_numbers_do_not_widen_it(rule):
    given = [x.astype(np.float32) for x in points(rule)]
    y = rule(*map(Tensor, given))
    assert y.dtype == np.float32
    for slot in range(rule.arity):
        if rule.partials[slot] is not None and (rule.name != "clip" or slot == 0):
            mixed = [float(x[0]) for x in given]
            mixed[slot] = Tensor(given[slot])
            y = rule(*mixed)
            assert y.dtype == np.float32
            y.sum().backward()
            assert mixed[slot].grad.dtype == np.float32
            assert mixed[slot].grad.shape == given[slot].shape


def grid(rule):
    return itertools.product(SPECIAL[:: 1 if rule.arity < 3 else 3], repeat=rule.arity)


def _in_float_range(rule, at):
    """mpmath's value if the answer is a finite real number that a float can hold."""
    if not all(np.isfinite(at)):
        return None
    try:
        with mpmath.workdps(50):
            value = MPMATH[rule.name](*map(mpmath.mpf, at))
            found = float(value)
    except (ZeroDivisionError, ValueError, TypeError, OverflowError):
        return None
    too_small = 0 < abs(value) < 1e-290
    return found if np.isfinite(found) and not too_small else None


@every_row
def test_special_numbers_follow_ieee_754_and_numpy(rule):
    for at in grid(rule):
        with np.errstate(all="ignore"):
            expected = float(rule.on_arrays(*map(np.float64, at)))
            array = rule(*map(Tensor, at)).data
        value = rule(*map(Value, at))
        assert same(value.data, expected), (at, value.data, expected)
        assert same(float(array), expected), (at, array, expected)
        if isinstance(rule.value, np.ufunc):
            with np.errstate(all="ignore"):
                assert same(expected, float(rule.value(*at))), at


@every_row
def test_finite_answers_are_right_and_come_without_a_warning(rule):
    checked = 0
    for at in grid(rule):
        expected = _in_float_range(rule, at)
        if expected is None or (rule.name == "shield" and 0.0 in at):
            continue
        if rule.name in ("arctan2", "copysign") and any(x == 0 and np.signbit(x) for x in at):
            continue  # mpmath has no negative zero
        if rule.name in ("remainder", "fmod") and abs(at[0]) > 1e100 * abs(at[1]):
            continue  # the quotient has more digits than are asked for
        if rule.name in ("sin", "cos", "tan") and abs(at[0]) > 1e5:
            continue  # mpmath reduces by pi to more digits than are asked for
        if rule.name in ("gelu", "hypot", "arctan2") and max(map(abs, at)) > 1e100:
            continue
        checked += 1
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            values = list(map(Value, at))
            value = rule(*values)
            value.backward()
            tensors = list(map(Tensor, at))
            tensor = rule(*tensors)
            tensor.backward()
        assert value.data == pytest.approx(expected, rel=1e-13, abs=1e-15), at
        assert float(tensor.data) == pytest.approx(expected, rel=1e-13, abs=1e-15), at
        for slot, (v, t) in enumerate(zip(values, tensors, strict=True)):
            if rule.partials[slot] is None:
                assert v.grad is t.grad is None
            else:
                assert same(v.grad, float(t.grad), ulps=64) or abs(v.grad - t.grad) < 1e-14, at
    assert checked >= 3


@pytest.mark.parametrize("name", STABLE)
@pytest.mark.parametrize("x", [1e4, -1e4, 0.0])
def test_stable_rows_are_right_with_gradients_at_ten_thousand(name, x):
    from autograd_lite import TABLE

    rule = TABLE[name]
    if rule.domain[0][0] >= x:
        pytest.skip("outside the domain")
    if name == "expm1" and x > 700:
        pytest.skip("the answer is larger than a float")
    extra = rule.defaults
    with mpmath.workdps(9000):  # 1 - tanh(1e4) needs its digits
        f = MPMATH[name]
        given = [mpmath.mpf(x), *map(mpmath.mpf, extra)]
        value = float(f(*given))
        step = mpmath.mpf(10) ** -20
        slope = float((f(given[0] + step, *given[1:]) - f(*given)) / step)
    if name in ("relu", "leaky_relu") and x == 0:
        slope = {"relu": 0.0, "leaky_relu": 0.01}[name]  # their conventions
    for kind in (Value, Tensor):
        node = kind(x)
        y = rule(node, *extra)
        y.backward()
        assert float(y.data) == pytest.approx(value, rel=1e-15, abs=1e-300)
        assert float(node.grad) == pytest.approx(slope, rel=1e-12, abs=1e-15)


def test_logaddexp_is_stable_at_ten_thousand():
    for kind in (Value, Tensor):
        a, b = kind(1e4), kind(-1e4)
        y = Elementwise.__call__(
            ELEMENTWISE[[r.name for r in ELEMENTWISE].index("logaddexp")], a, b
        )
        y.backward()
        assert (float(y.data), float(a.grad), float(b.grad)) == (1e4, 1.0, 0.0)


@every_row
def test_the_printed_operator_is_the_interpreted_rule(rule):
    """The printed one asks the math module where it can: the last bits may differ, no more."""
    for at in grid(rule):
        for constants in itertools.product([False, True], repeat=rule.arity):
            if all(constants) or (rule.name == "power" and at == (-np.inf, 0.5)):
                continue  # NumPy takes the square root there: nan, where IEEE 754 has infinity
            given = tuple(x if c else Value(x) for x, c in zip(at, constants, strict=True))
            printed, interpreted = rule(*given), interpret(rule, given)
            assert same(printed.data, interpreted.data), given
            assert printed.op is interpreted.op
            assert len(printed.operands) == len(interpreted.operands)
            for p, q in zip(printed.operands, interpreted.operands, strict=True):
                assert p is q if isinstance(p, Value) else same(p, q)
            for slot, x in enumerate(printed.operands):
                if isinstance(x, Value):
                    p, q = printed.local(slot), interpreted.local(slot)
                    assert same(p, q, 16) or abs(p - q) <= 1e-15 * abs(printed.data), given


@every_row
def test_plain_numbers_stand_on_either_side(rule):
    at = [float(x[0]) for x in points(rule)]
    expected = rule(*at)
    for slot in range(rule.arity):
        if rule.partials[slot] is None:
            continue
        for make in (float, np.float64, lambda x: np.array(x)):
            given = [make(x) for x in at]
            given[slot] = Value(at[slot])
            y = rule(*given)
            assert type(y) is Value
            assert y.data == pytest.approx(expected, rel=1e-15)
            assert y.operands[slot] is given[slot]
            assert [isinstance(x, Value) for x in y.operands] == [
                i == slot for i in range(rule.arity)
            ]
