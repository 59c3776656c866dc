"""What the rows of the table ought to be, said again by others: mpmath, SymPy, and by hand.

Every elementwise row needs an entry in MPMATH and SYMPY, and in KINKS if it states a convention.
The tests look the entry up by name and fail if it is missing, so no row goes untested.
"""

import mpmath
import numpy as np
import sympy

from autograd_lite import array_rules, rules
from autograd_lite.operators import Operators
from autograd_lite.rows import Elementwise, Predicate, Rule, Structural

ENGINE = {
    rule.name: rule
    for module in (rules, array_rules)
    for rule in vars(module).values()
    if isinstance(rule, Rule) and not isinstance(rule, Predicate)
}
ELEMENTWISE = [rule for rule in ENGINE.values() if isinstance(rule, Elementwise)]
STRUCTURAL = [rule for rule in ENGINE.values() if isinstance(rule, Structural)]
KINKED = [rule for rule in ELEMENTWISE if rule.kink]

mp = mpmath.mp
mpf = mpmath.mpf


def _mp_gelu(a):
    scale = mpmath.sqrt(2 / mpmath.pi)
    return a / 2 * (1 + mpmath.tanh(scale * (a + mpf("0.044715") * a**3)))


def _mp_logaddexp(a, b):
    high, low = (a, b) if a > b else (b, a)
    return high + mpmath.log1p(mpmath.exp(low - high))


MPMATH = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": lambda a, b: mpmath.power(a, b),
    "negative": lambda a: -a,
    "absolute": lambda a: abs(a),
    "sign": lambda a: mpmath.sign(a),
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
    "rint": mpmath.nint,
    "trunc": lambda a: mpmath.floor(a) if a > 0 else mpmath.ceil(a),
    "floor_divide": lambda a, b: mpmath.floor(a / b),
    "remainder": lambda a, b: a - b * mpmath.floor(a / b),
    "fmod": lambda a, b: a - b * MPMATH["trunc"](a / b),
    "copysign": lambda a, b: abs(a) * (1 if b >= 0 else -1),
    "heaviside": lambda a, b: mpf(a > 0) if a else b,
    "deg2rad": mpmath.radians,
    "rad2deg": mpmath.degrees,
    "square": lambda a: a * a,
    "reciprocal": lambda a: 1 / a,
    "sqrt": mpmath.sqrt,
    "cbrt": lambda a: mpmath.sign(a) * mpmath.cbrt(abs(a)),
    "exp": mpmath.exp,
    "exp2": lambda a: mpmath.power(2, a),
    "expm1": mpmath.expm1,
    "log": mpmath.log,
    "log2": lambda a: mpmath.log(a) / mpmath.log(2),
    "log10": lambda a: mpmath.log(a) / mpmath.log(10),
    "log1p": mpmath.log1p,
    "logaddexp": _mp_logaddexp,
    "logaddexp2": lambda a, b: _mp_logaddexp(a * mpmath.ln2, b * mpmath.ln2) / mpmath.ln2,
    "sinc": mpmath.sincpi,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "arcsin": mpmath.asin,
    "arccos": mpmath.acos,
    "arctan": mpmath.atan,
    "arctan2": mpmath.atan2,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "arcsinh": mpmath.asinh,
    "arccosh": mpmath.acosh,
    "arctanh": mpmath.atanh,
    "hypot": lambda a, b: mpmath.sqrt(a * a + b * b),
    "maximum": lambda a, b: max(a, b),
    "minimum": lambda a, b: min(a, b),
    "fmax": lambda a, b: max(a, b),
    "fmin": lambda a, b: min(a, b),
    "clip": lambda a, b, c: min(max(a, b), c),
    "where": lambda a, b, c: b if a else c,
    "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
    "relu": lambda a: max(a, mpf(0)),
    "leaky_relu": lambda a, b: a if a > 0 else b * a,
    "elu": lambda a, b: a if a > 0 else b * mpmath.expm1(a),
    "softplus": lambda a: _mp_logaddexp(a, mpf(0)),
    "gelu": _mp_gelu,
    "silu": lambda a: a / (1 + mpmath.exp(-a)),
    "identity": lambda a: a,
    "shield": lambda a, b: a * b,
}

_half = sympy.Rational(1, 2)


def _sp_gelu(a):
    cubic = sympy.Float("0.044715", 30)
    return a / 2 * (1 + sympy.tanh(sympy.sqrt(2 / sympy.pi) * (a + cubic * a**3)))


class _Steps(sympy.Function):
    """A function that is flat between its jumps, which SymPy's own do not say they are."""

    def fdiff(self, argindex=1):
        return sympy.Integer(0)


class _Floor(_Steps):
    @classmethod
    def eval(cls, a):
        return sympy.floor(a) if a.is_number else None


class _Rint(_Steps):
    @classmethod
    def eval(cls, a):
        return sympy.Integer(round(float(a))) if a.is_number else None


def _sp_trunc(a):
    return sympy.Piecewise((_Floor(a), a > 0), (-_Floor(-a), True))


def _sp_sinc(a):
    return sympy.sin(sympy.pi * a) / (sympy.pi * a)


SYMPY = {
    "floor": _Floor,
    "ceil": lambda a: -_Floor(-a),
    "rint": _Rint,
    "trunc": _sp_trunc,
    "floor_divide": lambda a, b: _Floor(a / b),
    "remainder": lambda a, b: a - b * _Floor(a / b),
    "fmod": lambda a, b: a - b * _sp_trunc(a / b),
    "copysign": lambda a, b: sympy.Abs(a) * sympy.sign(b),
    "heaviside": lambda a, b: sympy.Piecewise((0, a < 0), (b, sympy.Eq(a, 0)), (1, True)),
    "deg2rad": lambda a: a * sympy.pi / 180,
    "rad2deg": lambda a: a * 180 / sympy.pi,
    "logaddexp2": lambda a, b: sympy.log(2**a + 2**b, 2),
    "sinc": _sp_sinc,
    "fmax": sympy.Max,
    "fmin": sympy.Min,
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": lambda a, b: a**b,
    "negative": lambda a: -a,
    "absolute": sympy.Abs,
    "sign": sympy.sign,
    "square": lambda a: a**2,
    "reciprocal": lambda a: 1 / a,
    "sqrt": sympy.sqrt,
    "cbrt": lambda a: sympy.sign(a) * sympy.Abs(a) ** sympy.Rational(1, 3),
    "exp": sympy.exp,
    "exp2": lambda a: sympy.Integer(2) ** a,
    "expm1": lambda a: sympy.exp(a) - 1,
    "log": sympy.log,
    "log2": lambda a: sympy.log(a, 2),
    "log10": lambda a: sympy.log(a, 10),
    "log1p": lambda a: sympy.log(1 + a),
    "logaddexp": lambda a, b: sympy.log(sympy.exp(a) + sympy.exp(b)),
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "arcsin": sympy.asin,
    "arccos": sympy.acos,
    "arctan": sympy.atan,
    "arctan2": sympy.atan2,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "arcsinh": sympy.asinh,
    "arccosh": sympy.acosh,
    "arctanh": sympy.atanh,
    "hypot": lambda a, b: sympy.sqrt(a**2 + b**2),
    "maximum": sympy.Max,
    "minimum": sympy.Min,
    "clip": lambda a, b, c: sympy.Min(sympy.Max(a, b), c),
    "where": lambda a, b, c: sympy.Piecewise((b, _condition(a)), (c, True)),
    "sigmoid": lambda a: 1 / (1 + sympy.exp(-a)),
    "relu": lambda a: sympy.Max(a, 0),
    "leaky_relu": lambda a, b: sympy.Piecewise((a, a > 0), (b * a, True)),
    "elu": lambda a, b: sympy.Piecewise((a, a > 0), (b * (sympy.exp(a) - 1), True)),
    "softplus": lambda a: sympy.log(1 + sympy.exp(a)),
    "gelu": _sp_gelu,
    "silu": lambda a: a / (1 + sympy.exp(-a)),
    "identity": lambda a: a,
    "shield": lambda a, b: a * b,
    # The comparisons, which rules use inside `where`.
    "greater": sympy.Gt,
    "greater_equal": sympy.Ge,
    "less": sympy.Lt,
    "less_equal": sympy.Le,
    "equal": sympy.Eq,
    "not_equal": sympy.Ne,
    "logical_not": lambda a: sympy.Not(_condition(a)),
}


def _condition(a):
    is_logic = isinstance(a, sympy.logic.boolalg.Boolean | bool) and not a.is_Symbol
    return a if is_logic else sympy.Ne(a, 0)


class SympyOperand(Operators):
    """A SymPy expression as an operand of the table: rows called with it call SymPy."""

    _rule_rank = 9
    __slots__ = ("expression",)
    __hash__ = object.__hash__

    def __init__(self, expression):
        self.expression = expression

    @staticmethod
    def _apply_rule(rule, operands, params):
        assert not params
        given = [
            x.expression if isinstance(x, SympyOperand) else sympy.sympify(x) for x in operands
        ]
        return SympyOperand(SYMPY[rule.name](*given))


# Conventions at kinks: inputs, and the local derivative for each of them.
inf, nan = float("inf"), float("nan")
KINKS = {
    "divide": [((1.0, 0.0), (inf, -inf)), ((0.0, 0.0), (inf, nan)), ((-1.0, 0.0), (inf, inf))],
    "power": [
        ((3.0, 0.0), (0.0, np.log(3.0))),
        ((0.0, 0.0), (0.0, 0.0)),
        ((-2.0, 0.0), (0.0, nan)),
        ((0.0, 2.0), (0.0, 0.0)),
        ((0.0, 1.0), (1.0, 0.0)),
        ((0.0, 0.5), (inf, 0.0)),
        ((0.0, -1.0), (-inf, nan)),
        ((-2.0, 3.0), (12.0, nan)),
    ],
    "absolute": [((0.0,), (0.0,))],
    "sign": [((0.0,), (0.0,))],
    "floor": [((2.0,), (0.0,)), ((0.0,), (0.0,))],
    "ceil": [((2.0,), (0.0,)), ((0.0,), (0.0,))],
    "rint": [((2.5,), (0.0,)), ((-0.5,), (0.0,))],
    "trunc": [((2.0,), (0.0,)), ((-1.0,), (0.0,))],
    "floor_divide": [((4.0, 2.0), (0.0, 0.0)), ((1.0, 0.0), (0.0, 0.0))],
    "remainder": [((4.0, 2.0), (1.0, -2.0)), ((-4.0, 3.0), (1.0, 2.0)), ((1.0, 0.0), (1.0, -inf))],
    "fmod": [((4.0, 2.0), (1.0, -2.0)), ((-4.0, 3.0), (1.0, 1.0)), ((1.0, 0.0), (1.0, -inf))],
    "copysign": [((0.0, -2.0), (0.0, 0.0)), ((3.0, 0.0), (1.0, 0.0)), ((3.0, -0.0), (-1.0, 0.0))],
    "heaviside": [((0.0, 0.3), (0.0, 1.0)), ((1.0, 0.3), (0.0, 0.0))],
    "fmax": [((2.0, 2.0), (0.5, 0.5)), ((nan, 2.0), (0.0, 1.0)), ((2.0, nan), (1.0, 0.0))],
    "fmin": [((2.0, 2.0), (0.5, 0.5)), ((nan, 2.0), (0.0, 1.0)), ((2.0, nan), (1.0, 0.0))],
    "reciprocal": [((0.0,), (-inf,))],
    "sqrt": [((0.0,), (inf,))],
    "cbrt": [((0.0,), (inf,))],
    "log": [((0.0,), (inf,))],
    "log2": [((0.0,), (inf,))],
    "log10": [((0.0,), (inf,))],
    "log1p": [((-1.0,), (inf,))],
    "logaddexp": [((inf, inf), (nan, nan)), ((-inf, -inf), (nan, nan)), ((inf, 0.0), (1.0, 0.0))],
    "logaddexp2": [((inf, inf), (nan, nan)), ((-inf, -inf), (nan, nan)), ((inf, 0.0), (1.0, 0.0))],
    "arcsin": [((1.0,), (inf,)), ((-1.0,), (inf,))],
    "arccos": [((1.0,), (-inf,)), ((-1.0,), (-inf,))],
    "arctan2": [((0.0, 0.0), (nan, nan))],
    "arccosh": [((1.0,), (inf,))],
    "arctanh": [((1.0,), (inf,)), ((-1.0,), (inf,))],
    "hypot": [((0.0, 0.0), (0.0, 0.0))],
    "maximum": [((2.0, 2.0), (0.5, 0.5)), ((0.0, 0.0), (0.5, 0.5))],
    "minimum": [((2.0, 2.0), (0.5, 0.5))],
    "clip": [
        ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0)),
        ((1.0, 0.0, 1.0), (1.0, 0.0, 0.0)),
        ((0.5, 2.0, 1.0), (0.0, 0.0, 1.0)),
        ((5.0, 2.0, 1.0), (0.0, 0.0, 1.0)),
        ((1.0, 1.0, 1.0), (1.0, 0.0, 0.0)),
        ((0.0, 1.0, 1.0), (0.0, 0.0, 1.0)),
        ((2.0, 1.0, 1.0), (0.0, 0.0, 1.0)),
    ],
    "relu": [((0.0,), (0.0,))],
    "leaky_relu": [((0.0, 0.1), (0.1, 0.0))],
    "elu": [((0.0, 1.0), (1.0, 0.0)), ((0.0, 0.5), (0.5, 0.0))],
}

SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 1e4, -1e4, 1e-300, 1e300, -1e300, inf, -inf, nan)


def points(rule, count=7):
    """`count` points inside the row's domain: one array an input."""
    rng = np.random.default_rng(7)
    columns = [_inside(low, high, rng, count) for low, high in rule.domain]
    if rule.name == "where":
        columns[0] = (np.arange(count) % 2).astype(float)
    if rule.name == "clip":
        columns[1], columns[2] = columns[0] - rng.choice([-1, 1], count), np.full(count, 2.5)
        columns[0][1] = 4.0
    return columns


def _inside(low, high, rng, count):
    if np.isfinite(low) and np.isfinite(high):
        return low + (high - low) * rng.uniform(0.03, 0.97, count)
    if np.isfinite(low):
        return low + rng.uniform(0.05, 4.0, count)
    assert not np.isfinite(high), "no row has a domain that is bounded above only: extend this"
    return rng.normal(0.0, 2.0, count)


def exact(rule, at, order=None):
    """The row's value, or its derivative of `order` (a count for each input), by mpmath."""
    with mpmath.workdps(50):
        given = tuple(mpf(float(x)) for x in at)
        f = MPMATH[rule.name]
        if order is None or not any(order):
            return float(f(*given))
        if rule.partials[0] is None:  # a condition: not a number to vary
            condition, *given = given
            return float(mpmath.diff(lambda *x: f(condition, *x), tuple(given), tuple(order[1:])))
        return float(mpmath.diff(f, given, tuple(order)))
