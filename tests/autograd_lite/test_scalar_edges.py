"""Single numbers at the edges: powers of every order, odd kinds of numbers, Python's functions."""

import decimal
import fractions
import math
import operator

import numpy as np
import pytest
import sympy

import autograd_lite as ag
from autograd_lite import DataError, Tensor, Value

inf, nan = math.inf, math.nan


def derivative(f, order):
    for _ in range(order):
        f = ag.grad(f)
    return f


@pytest.mark.parametrize("exponent", range(-3, 6))
@pytest.mark.parametrize("at", [-2.0, 0.0, 1.5])
def test_whole_powers_are_right_to_every_order(exponent, at):
    """Of a negative base too, where the way over logarithms would be nan."""
    x = sympy.Symbol("x")
    for order in range(1, 5):
        wanted = sympy.diff(x**exponent, x, order)
        if at == 0.0 and exponent < 0:
            continue  # infinite: see test_value
        expected = float(wanted.subs(x, sympy.Rational(at)))
        assert derivative(lambda z: z**exponent, order)(at) == pytest.approx(expected, rel=1e-14)
        assert derivative(lambda z: z ** Value(float(exponent)), order)(at) == pytest.approx(
            expected, rel=1e-14
        )
        found = derivative(lambda z: np.sum(z**exponent), 1)(np.array([at]))
        assert order > 1 or found[0] == pytest.approx(expected, rel=1e-14)


def test_a_power_of_two_unknowns_at_its_edges():
    both = ag.grad(lambda x, y: x**y, (0, 1))
    assert both(0.0, 2.0) == (0.0, 0.0)
    assert both(0.0, 0.0) == (0.0, 0.0)
    in_base, in_exponent = both(-2.0, 3.0)
    assert in_base == 12.0
    assert math.isnan(in_exponent)
    assert ag.grad(lambda x: 0**x)(2.0) == ag.grad(ag.grad(lambda x: 0**x))(2.0) == 0.0
    assert ag.grad(lambda x: x**x)(1.0) == 1.0
    assert ag.grad(lambda x: 2**x)(3.0) == pytest.approx(8 * math.log(2))


@pytest.mark.parametrize(
    "safe",
    [
        lambda x: ag.where(x > 0, ag.log(x), x * x),
        lambda x: ag.where(x > 0, ag.sqrt(x), x * x),
        lambda x: ag.where(x > 0, x**0.5, x * x),
        lambda x: ag.where(x > 0, 1 / x, x * x),
        lambda x: ag.where(x != 0, ag.sin(x) / x, x * x),
    ],
)
def test_where_protects_from_a_branch_that_is_nan_to_the_second_order(safe):
    for transform, expected in ((ag.grad, 0.0), (lambda f: ag.grad(ag.grad(f)), 2.0)):
        with np.errstate(all="ignore"):
            assert transform(safe)(0.0) == expected
    with np.errstate(all="ignore"):
        assert ag.jvp(ag.grad(safe), (0.0,), (1.0,)) == (0.0, 2.0)


BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
HUGE = 10**400


@pytest.mark.parametrize("op", BINARY)
def test_a_whole_number_beyond_every_float_is_refused_on_either_side(op):
    x = Value(2.0)
    for pair in ((x, HUGE), (HUGE, x), (x, -HUGE)):
        with pytest.raises(DataError, match="too large for a float"):
            op(*pair)
    assert op(x, 10**300).data == pytest.approx(op(2.0, 1e300) if op is not operator.pow else inf)
    assert x.grad is None


@pytest.mark.parametrize("number", [-inf, -1e308, 0.0, 1e308, inf, nan])
@pytest.mark.parametrize("huge", [HUGE, -HUGE])
def test_a_whole_number_beyond_every_float_compares_as_with_a_float(number, huge):
    for op in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
        assert op(Value(number), huge) == op(number, huge)
        assert op(huge, Value(number)) == op(huge, number)


@pytest.mark.parametrize("op", BINARY)
def test_a_decimal_is_refused_with_the_way_out(op):
    x, half = Value(2.0), decimal.Decimal("0.5")
    for pair in ((x, half), (half, x)):
        with pytest.raises(DataError, match=r"float\(Decimal\('0\.5'\)\)"):
            op(*pair)
    with pytest.raises(DataError, match="Decimal"):
        Value(half)
    with pytest.raises(DataError, match="Decimal"):
        ag.grad(lambda z: z * z)(half)
    assert (x == half) is False


@pytest.mark.parametrize(
    "three", [3, True + 2, np.int8(3), np.uint64(3), np.float32(3), fractions.Fraction(3), 3.0]
)
def test_numbers_of_every_kind_are_differentiated_as_floats(three):
    for f, expected in ((lambda x: x * x, 6.0), (lambda x: x**3, 27.0), (lambda x: 2**x, None)):
        found = ag.grad(f)(three)
        assert type(found) is float
        assert found == pytest.approx(8 * math.log(2) if expected is None else expected)
    assert ag.grad(lambda x: three * x / three)(2.0) == 1.0


def test_sum_prod_max_min_and_sorted_of_values():
    a, b, c = Value(1.0), Value(-2.0), Value(3.0)
    assert max([a, b, c]) is c
    assert min(a, b, -1) is b
    assert [v is w for v, w in zip(sorted([c, a, b]), [b, a, c], strict=True)] == [True] * 3
    total = sum([a, b, c]) + math.prod([a, b, c])
    total.backward()
    assert total.data == 2.0 - 6.0
    assert [v.grad for v in (a, b, c)] == [1 - 6.0, 1 + 3.0, 1 - 2.0]
    assert ag.grad(lambda x: max(x, 2.0) * max(0.0, x))(3.0) == 6.0


def test_value_in_a_list_a_set_and_a_condition():
    a, twin = Value(1.0), Value(1.0)
    assert a in [twin]  # by number, as == is
    assert a in {a}
    assert twin not in {a}  # by identity, as hash is
    assert [1.0, a].index(a) == 0
    assert ("yes" if Value(0.0) else "no") == "no"
    assert not (Value(0.0) and Value(1.0))


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: x // 2, 0.0),
        (lambda x: 7 // x, 0.0),
        (lambda x: x % 2, 1.0),
        (lambda x: 7 % x, -2.0),
        (lambda x: divmod(x, 2)[1] + divmod(x, 2)[0] * 2, 1.0),
        (lambda x: math.floor(x) * x, 2.0),
        (lambda x: math.ceil(x) * x, 3.0),
        (lambda x: math.trunc(x) * x, 2.0),
        (lambda x: round(x) * x, 3.0),
    ],
)
def test_rounding_is_flat_and_a_remainder_has_the_slope_of_what_remains(f, slope):
    assert ag.grad(f)(2.75) == pytest.approx(slope)
    assert ag.jvp(f, (2.75,), (1.0,))[1] == pytest.approx(slope)
    assert f(Value(2.75)).data == pytest.approx(float(f(2.75)))


def test_the_norm_of_a_vector_of_zeros_has_gradient_zero():
    assert np.array_equal(ag.grad(np.linalg.norm)(np.zeros(3)), np.zeros(3))
    assert ag.grad(lambda x, y: np.hypot(x, y), (0, 1))(0.0, 0.0) == (0.0, 0.0)
    assert ag.grad(np.sqrt)(0.0) == inf
    t = Tensor(np.zeros(2))
    (np.linalg.norm(t) * 0.0).backward()
    assert np.array_equal(t.grad, np.zeros(2))
