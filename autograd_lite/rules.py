"""The table of derivatives: one row an operation, each rule written once.

A row is ordinary Python over its inputs `a`, `b`, `c` and its output `y`. It is called with numbers
to compute, with nodes to differentiate the derivative, and with symbols to print itself as LaTeX or
as Python. So a rule has no `if`, `and`, `not` or `==` on its operands: it has `where`, `equal` and
`logical_not`. It prefers the form that is accurate and cheap, which is often one from the output.

The rows that move whole arrays about are in `array_rules.py`.
Sources: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), chapters 3 and 4; and
Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.3, for the activations.
"""

# mypy: disable-error-code="has-type"
# (rules name rows that stand further down: they are called later)
from __future__ import annotations

from math import factorial, inf, pi
from math import sqrt as _sqrt
from typing import Any

import numpy as np

from .rows import TABLE, Elementwise, Predicate, Rule, Structural, elementwise

__all__ = ["TABLE", "Elementwise", "Predicate", "Rule", "Structural"]

# How tightly Python's operators bind, for the printers.
COMPARE, SUM, PRODUCT, SIGN, POWER, ATOM = 1, 2, 3, 4, 5, 9

# --- comparisons: plain booleans, through which no gradient flows ---------------------------------

greater = Predicate("greater", np.greater, (">", COMPARE), ">")
greater_equal = Predicate("greater_equal", np.greater_equal, (">=", COMPARE), r"\ge")
less = Predicate("less", np.less, ("<", COMPARE), "<")
less_equal = Predicate("less_equal", np.less_equal, ("<=", COMPARE), r"\le")
equal = Predicate("equal", np.equal, ("==", COMPARE), "=")
not_equal = Predicate("not_equal", np.not_equal, ("!=", COMPARE), r"\ne")
logical_not = Predicate("logical_not", np.logical_not, None, r"\lnot")

# --- arithmetic -----------------------------------------------------------------------------------

add = elementwise(
    "add",
    value=np.add,
    partials=(lambda a, b, y: 1, lambda a, b, y: 1),
    latex="{a} + {b}",
    why="addition passes the gradient on unchanged",
    infix=("+", SUM),
    badge="+",
)
subtract = elementwise(
    "subtract",
    value=np.subtract,
    partials=(lambda a, b, y: 1, lambda a, b, y: -1),
    latex="{a} - {b}",
    why=("what is subtracted from passes the gradient on unchanged", "minus turns the sign"),
    infix=("-", SUM),
    badge="−",
)
multiply = elementwise(
    "multiply",
    value=np.multiply,
    partials=(lambda a, b, y: b, lambda a, b, y: a),
    latex=r"{a} \cdot {b}",
    why=("the slope is the other factor", "the slope is the other factor"),
    infix=("*", PRODUCT),
    badge="×",
)
divide = elementwise(
    "divide",
    value=np.divide,
    partials=(lambda a, b, y: 1 / b, lambda a, b, y: -y / b),
    latex=r"\frac{{a}}{{b}}",
    why=("the slope is 1 / denominator", "the slope is -output / denominator"),
    kink="a / 0 is infinite or nan, as IEEE 754 says, and so is its derivative",
    singular=True,
    tame=lambda a, b: _is_plain(b) and bool(np.all(np.asarray(b) != 0)),
    infix=("/", PRODUCT),
    badge="÷",
)
power = elementwise(
    "power",
    value=np.power,
    partials=(
        lambda a, b, y: b * power(a, where(equal(b, 0), 0, b - 1)),
        lambda a, b, y: y * log(where(equal(a, 0), 1, a)),
    ),
    latex="{a}^{{b}}",
    why=("bring the exponent down, lower it by 1", "the slope is output * ln(base)"),
    domain=((0, inf), (-inf, inf)),
    kink="x**0 has slope 0; 0**b has slope 0 in b, nan if b < 0; a negative base has nan in b",
    singular=True,
    tame=lambda a, b: _is_plain(b) and bool(np.all((np.asarray(b) >= 1) & (np.asarray(b) < inf))),
    infix=("**", POWER),
    badge="^",
)
negative = elementwise(
    "negative",
    value=np.negative,
    partials=(lambda a, y: -1,),
    latex="-{a}",
    why="minus turns the sign",
    infix=("-", SIGN),
    badge="−",
)
absolute = elementwise(
    "absolute",
    value=np.absolute,
    partials=(lambda a, y: sign(a),),
    latex=r"\left|{a}\right|",
    why="the slope is the sign of the input",
    kink="0 at 0",
    badge="|a|",
)
sign = elementwise(
    "sign",
    value=np.sign,
    partials=(lambda a, y: 0,),
    latex=r"\operatorname{sign}({a})",
    why="flat everywhere but at the jump",
    kink="0 at 0",
)
floor = elementwise(
    "floor",
    value=np.floor,
    partials=(lambda a, y: 0,),
    latex=r"\left\lfloor {a} \right\rfloor",
    why="flat everywhere but at the jumps",
    kink="0 at the jumps",
)
ceil = elementwise(
    "ceil",
    value=np.ceil,
    partials=(lambda a, y: 0,),
    latex=r"\left\lceil {a} \right\rceil",
    why="flat everywhere but at the jumps",
    kink="0 at the jumps",
)
rint = elementwise(
    "rint",
    value=np.rint,
    partials=(lambda a, y: 0,),
    latex=r"\operatorname{rint}({a})",
    why="flat everywhere but at the jumps",
    kink="0 at the jumps",
)
trunc = elementwise(
    "trunc",
    value=np.trunc,
    partials=(lambda a, y: 0,),
    latex=r"\operatorname{trunc}({a})",
    why="flat everywhere but at the jumps",
    kink="0 at the jumps",
)
floor_divide = elementwise(
    "floor_divide",
    value=np.floor_divide,
    partials=(lambda a, b, y: 0, lambda a, b, y: 0),
    latex=r"\left\lfloor {a} / {b} \right\rfloor",
    why="flat everywhere but at the jumps",
    kink="0 at the jumps, and at b = 0",
    badge="//",
)
remainder = elementwise(
    "remainder",
    value=np.remainder,
    partials=(lambda a, b, y: 1, lambda a, b, y: -floor_divide(a, b)),
    latex=r"\operatorname{mod}({a}, {b})",
    why=("a saw with slope 1", "the slope is -floor(a / b)"),
    kink="at a jump the slope of both sides; not finite at b = 0",
    singular=True,
    badge="%",
)
fmod = elementwise(
    "fmod",
    value=np.fmod,
    partials=(lambda a, b, y: 1, lambda a, b, y: -trunc(a / b)),
    latex=r"\operatorname{fmod}({a}, {b})",
    why=("a saw with slope 1", "the slope is -trunc(a / b)"),
    kink="at a jump the slope of both sides; not finite at b = 0",
    singular=True,
)
copysign = elementwise(
    "copysign",
    value=np.copysign,
    partials=(lambda a, b, y: sign(a) * copysign(1, b), lambda a, b, y: 0),
    latex=r"\left|{a}\right| \cdot \operatorname{sign}({b})",
    why=("1 if both signs are equal, -1 if not", "flat everywhere but at the jump"),
    kink="0 at a = 0",
)
heaviside = elementwise(
    "heaviside",
    value=np.heaviside,
    partials=(lambda a, b, y: 0, lambda a, b, y: where(equal(a, 0), 1, 0)),
    latex=r"\operatorname{H}({a}, {b})",
    why=("flat everywhere but at the jump", "1 where the input is 0, as there the output is b"),
    kink="0 in a at the jump; 1 in b there",
)
deg2rad = elementwise(
    "deg2rad",
    value=np.deg2rad,
    partials=(lambda a, y: pi / 180,),
    latex=r"\frac{\pi}{180} \cdot {a}",
    why="a degree is pi / 180",
)
rad2deg = elementwise(
    "rad2deg",
    value=np.rad2deg,
    partials=(lambda a, y: 180 / pi,),
    latex=r"\frac{180}{\pi} \cdot {a}",
    why="a radian is 180 / pi degrees",
)
square = elementwise(
    "square",
    value=np.square,
    partials=(lambda a, y: 2 * a,),
    latex="{a}^2",
    why="the slope is twice the input",
    badge="a²",
)
reciprocal = elementwise(
    "reciprocal",
    value=np.reciprocal,
    partials=(lambda a, y: -y * y,),
    latex=r"\frac{1}{{a}}",
    why="the slope is -output^2",
    kink="infinite at 0",
    singular=True,
    badge="1/a",
)
sqrt = elementwise(
    "sqrt",
    value=np.sqrt,
    partials=(lambda a, y: 0.5 / y,),
    latex=r"\sqrt{{a}}",
    why="the slope is 1 / (2 output)",
    domain=(0, inf),
    kink="infinite at 0; a gradient of 0 that arrives there stays 0",
    singular=True,
    badge="√",
)
cbrt = elementwise(
    "cbrt",
    value=np.cbrt,
    partials=(lambda a, y: 1 / (3 * y * y),),
    latex=r"\sqrt[3]{{a}}",
    why="the slope is 1 / (3 output^2)",
    kink="infinite at 0; a gradient of 0 that arrives there stays 0",
    singular=True,
    badge="∛",
)

# --- exponentials and logarithms ------------------------------------------------------------------

exp = elementwise(
    "exp",
    value=np.exp,
    partials=(lambda a, y: y,),
    latex="e^{{a}}",
    why="exp is its own slope: the output",
)
exp2 = elementwise(
    "exp2",
    value=np.exp2,
    partials=(lambda a, y: y * log(2),),
    latex="2^{{a}}",
    why="the slope is output * ln 2",
)
expm1 = elementwise(
    "expm1",
    value=np.expm1,
    partials=(lambda a, y: y + 1,),
    latex=r"\left(e^{{a}} - 1\right)",
    why="the slope is output + 1",
)
log = elementwise(
    "log",
    value=np.log,
    partials=(lambda a, y: 1 / a,),
    latex=r"\ln({a})",
    why="the slope is 1 / input",
    domain=(0, inf),
    kink="infinite at 0",
    singular=True,
)
log2 = elementwise(
    "log2",
    value=np.log2,
    partials=(lambda a, y: 1 / (a * log(2)),),
    latex=r"\log_2({a})",
    why="the slope is 1 / (input * ln 2)",
    domain=(0, inf),
    kink="infinite at 0",
    singular=True,
)
log10 = elementwise(
    "log10",
    value=np.log10,
    partials=(lambda a, y: 1 / (a * log(10)),),
    latex=r"\log_{10}({a})",
    why="the slope is 1 / (input * ln 10)",
    domain=(0, inf),
    kink="infinite at 0",
    singular=True,
)
log1p = elementwise(
    "log1p",
    value=np.log1p,
    partials=(lambda a, y: 1 / (1 + a),),
    latex=r"\ln(1 + {a})",
    why="the slope is 1 / (1 + input)",
    domain=(-1, inf),
    kink="infinite at -1",
    singular=True,
)
logaddexp = elementwise(
    "logaddexp",
    value=np.logaddexp,
    partials=(lambda a, b, y: sigmoid(a - b), lambda a, b, y: sigmoid(b - a)),
    latex=r"\ln\left(e^{{a}} + e^{{b}}\right)",
    why="the slope is this input's share: sigmoid of the difference",
    kink="nan where both inputs are the same infinity",
    singular=True,
)
logaddexp2 = elementwise(
    "logaddexp2",
    value=np.logaddexp2,
    partials=(
        lambda a, b, y: sigmoid((a - b) * log(2)),
        lambda a, b, y: sigmoid((b - a) * log(2)),
    ),
    latex=r"\log_2\left(2^{{a}} + 2^{{b}}\right)",
    why="the slope is this input's share: sigmoid of the difference * ln 2",
    kink="nan where both inputs are the same infinity",
    singular=True,
)

# --- circular and hyperbolic functions ------------------------------------------------------------

sin = elementwise(
    "sin",
    value=np.sin,
    partials=(lambda a, y: cos(a),),
    latex=r"\sin({a})",
    why="the slope is cos(input)",
)
cos = elementwise(
    "cos",
    value=np.cos,
    partials=(lambda a, y: -sin(a),),
    latex=r"\cos({a})",
    why="the slope is -sin(input)",
)
tan = elementwise(
    "tan",
    value=np.tan,
    partials=(lambda a, y: 1 + y * y,),
    latex=r"\tan({a})",
    why="the slope is 1 + output^2",
    domain=(-pi / 2, pi / 2),
)
arcsin = elementwise(
    "arcsin",
    value=np.arcsin,
    partials=(lambda a, y: 1 / sqrt((1 - a) * (1 + a)),),
    latex=r"\arcsin({a})",
    why="the slope is 1 / sqrt(1 - input^2)",
    domain=(-1, 1),
    kink="infinite at -1 and 1",
    singular=True,
)
arccos = elementwise(
    "arccos",
    value=np.arccos,
    partials=(lambda a, y: -1 / sqrt((1 - a) * (1 + a)),),
    latex=r"\arccos({a})",
    why="the slope is -1 / sqrt(1 - input^2)",
    domain=(-1, 1),
    kink="infinite at -1 and 1",
    singular=True,
)
arctan = elementwise(
    "arctan",
    value=np.arctan,
    partials=(lambda a, y: 1 / (1 + a * a),),
    latex=r"\arctan({a})",
    why="the slope is 1 / (1 + input^2)",
)
arctan2 = elementwise(
    "arctan2",
    value=np.arctan2,
    partials=(
        lambda a, b, y: b / hypot(a, b) / hypot(a, b),
        lambda a, b, y: -a / hypot(a, b) / hypot(a, b),
    ),
    latex=r"\operatorname{atan2}({a}, {b})",
    why=("the slope is b / (a^2 + b^2)", "the slope is -a / (a^2 + b^2)"),
    kink="nan at (0, 0)",
    singular=True,
)
sinh = elementwise(
    "sinh",
    value=np.sinh,
    partials=(lambda a, y: cosh(a),),
    latex=r"\sinh({a})",
    why="the slope is cosh(input)",
)
cosh = elementwise(
    "cosh",
    value=np.cosh,
    partials=(lambda a, y: sinh(a),),
    latex=r"\cosh({a})",
    why="the slope is sinh(input)",
)
tanh = elementwise(
    "tanh",
    value=np.tanh,
    partials=(lambda a, y: 1 - y * y,),
    latex=r"\tanh({a})",
    why="the slope is 1 - output^2",
)
arcsinh = elementwise(
    "arcsinh",
    value=np.arcsinh,
    partials=(lambda a, y: 1 / hypot(a, 1),),
    latex=r"\operatorname{arsinh}({a})",
    why="the slope is 1 / sqrt(input^2 + 1)",
)
arccosh = elementwise(
    "arccosh",
    value=np.arccosh,
    partials=(lambda a, y: 1 / (sqrt(a - 1) * sqrt(a + 1)),),
    latex=r"\operatorname{arcosh}({a})",
    why="the slope is 1 / sqrt(input^2 - 1)",
    domain=(1, inf),
    kink="infinite at 1",
    singular=True,
)
arctanh = elementwise(
    "arctanh",
    value=np.arctanh,
    partials=(lambda a, y: 1 / ((1 - a) * (1 + a)),),
    latex=r"\operatorname{artanh}({a})",
    why="the slope is 1 / (1 - input^2)",
    domain=(-1, 1),
    kink="infinite at -1 and 1",
    singular=True,
)
hypot = elementwise(
    "hypot",
    value=np.hypot,
    partials=(
        lambda a, b, y: a / where(equal(y, 0), 1, y),
        lambda a, b, y: b / where(equal(y, 0), 1, y),
    ),
    latex=r"\sqrt{{a}^2 + {b}^2}",
    why="the slope is this side / the hypotenuse",
    kink="0 at (0, 0)",
)
sinc = elementwise(
    "sinc",
    # Near 0 by its Taylor series, whose derivatives hold there too; elsewhere as it is defined.
    value=lambda a: where(
        absolute(a) < SINC_NEAR, _sinc_series(a * a), sin(pi * a) / (pi * _away(a))
    ),
    partials=(
        lambda a, y: where(
            absolute(a) < SINC_NEAR, a * _sinc_series_slope(a * a), (cos(pi * a) - y) / _away(a)
        ),
    ),
    latex=r"\frac{\sin(\pi {a})}{\pi {a}}",
    why="the slope is (cos(pi * input) - output) / input, and 0 at 0",
)

# --- choices --------------------------------------------------------------------------------------

maximum = elementwise(
    "maximum",
    value=np.maximum,
    partials=(
        lambda a, b, y: where(a > b, 1, where(equal(a, b), 0.5, 0)),
        lambda a, b, y: where(b > a, 1, where(equal(a, b), 0.5, 0)),
    ),
    latex=r"\max({a}, {b})",
    why="the larger input passes the gradient on, the smaller gets 0",
    kink="a tie shares equally: 0.5 each",
    badge="max",
)
minimum = elementwise(
    "minimum",
    value=np.minimum,
    partials=(
        lambda a, b, y: where(a < b, 1, where(equal(a, b), 0.5, 0)),
        lambda a, b, y: where(b < a, 1, where(equal(a, b), 0.5, 0)),
    ),
    latex=r"\min({a}, {b})",
    why="the smaller input passes the gradient on, the larger gets 0",
    kink="a tie shares equally: 0.5 each",
    badge="min",
)
fmax = elementwise(
    "fmax",
    value=np.fmax,
    partials=(
        lambda a, b, y: where(a > b, 1, where(equal(a, b), 0.5, where(not_equal(b, b), 1, 0))),
        lambda a, b, y: where(b > a, 1, where(equal(a, b), 0.5, where(not_equal(a, a), 1, 0))),
    ),
    latex=r"\operatorname{fmax}({a}, {b})",
    why="the larger input passes the gradient on, the smaller and nan get 0",
    kink="a tie shares equally: 0.5 each",
)
fmin = elementwise(
    "fmin",
    value=np.fmin,
    partials=(
        lambda a, b, y: where(a < b, 1, where(equal(a, b), 0.5, where(not_equal(b, b), 1, 0))),
        lambda a, b, y: where(b < a, 1, where(equal(a, b), 0.5, where(not_equal(a, a), 1, 0))),
    ),
    latex=r"\operatorname{fmin}({a}, {b})",
    why="the smaller input passes the gradient on, the larger and nan get 0",
    kink="a tie shares equally: 0.5 each",
)
clip = elementwise(
    "clip",
    value=np.clip,
    partials=(
        lambda a, b, c, y: where(a < b, 0, where(a > c, 0, 1)),
        lambda a, b, c, y: where(a < b, where(b < c, 1, 0), 0),
        lambda a, b, c, y: where(a > c, 1, where(a < b, where(b < c, 0, 1), 0)),
    ),
    latex=r"\operatorname{clip}({a}, {b}, {c})",
    why=(
        "1 between the bounds, 0 outside",
        "1 where the input is below the lower bound",
        "1 where the input is above the upper bound",
    ),
    kink="at a bound the input passes its gradient on; crossed bounds give the upper one",
)
where = elementwise(
    "where",
    value=np.where,
    partials=(
        None,
        lambda a, b, c, y: where(a, 1, 0),
        lambda a, b, c, y: where(a, 0, 1),
    ),
    latex=r"\operatorname{where}({a}, {b}, {c})",
    why=("a condition has no gradient", "1 where it was chosen", "1 where it was chosen"),
)

# --- activations ----------------------------------------------------------------------------------

sigmoid = elementwise(
    "sigmoid",
    value=lambda a: 1 / (1 + exp(-a)),
    partials=(lambda a, y: y * (1 - y),),
    latex=r"\sigma({a})",
    why="the slope is output * (1 - output)",
    badge="σ",
)
relu = elementwise(
    "relu",
    value=lambda a: maximum(a, 0),
    partials=(lambda a, y: where(a > 0, 1, 0),),
    latex=r"\operatorname{ReLU}({a})",
    why="1 if the input is positive, else 0",
    kink="0 at 0",
    from_output=True,
    badge="ReLU",
)
leaky_relu = elementwise(
    "leaky_relu",
    value=lambda a, b: where(a > 0, a, b * a),
    partials=(lambda a, b, y: where(a > 0, 1, b), lambda a, b, y: where(a > 0, 0, a)),
    latex=r"\operatorname{LeakyReLU}({a}, {b})",
    why=("1 if the input is positive, else the small slope", "the input where it is not positive"),
    kink="the small slope at 0",
    badge="LeakyReLU",
    defaults=(0.01,),
)
elu = elementwise(
    "elu",
    value=lambda a, b: where(a > 0, a, b * expm1(minimum(a, 0))),
    partials=(
        lambda a, b, y: where(a > 0, 1, y + b),
        lambda a, b, y: where(a > 0, 0, expm1(minimum(a, 0))),
    ),
    latex=r"\operatorname{ELU}({a}, {b})",
    why=("1 if the input is positive, else output + alpha", "e^input - 1 where input <= 0"),
    kink="alpha at 0, which for alpha = 1 is the slope of both sides",
    badge="ELU",
    defaults=(1.0,),
)
softplus = elementwise(
    "softplus",
    value=lambda a: logaddexp(a, 0),
    partials=(lambda a, y: sigmoid(a),),
    latex=r"\ln\left(1 + e^{{a}}\right)",
    why="the slope is sigmoid(input)",
)
GELU_SCALE, GELU_CUBIC = _sqrt(2 / pi), 0.044715
gelu = elementwise(
    "gelu",
    # The tanh form of Hendrycks and Gimpel, Gaussian Error Linear Units (2016), section 2.
    value=lambda a: 0.5 * a * (1 + tanh(GELU_SCALE * (a + GELU_CUBIC * a * a * a))),
    partials=(lambda a, y: _gelu_slope(a, tanh(GELU_SCALE * (a + GELU_CUBIC * a * a * a))),),
    latex=r"\operatorname{GELU}({a})",
    why="the slope of 0.5 a (1 + t), where t = tanh(0.798 (a + 0.0447 a^3))",
    badge="GELU",
)
silu = elementwise(
    "silu",
    value=lambda a: a * sigmoid(a),
    partials=(lambda a, y: sigmoid(a) + y * (1 - sigmoid(a)),),
    latex=r"\operatorname{SiLU}({a})",
    why="the slope is s + output * (1 - s), where s = sigmoid(input)",
    badge="SiLU",
)

# --- what the engine itself needs -----------------------------------------------------------------

identity = elementwise(
    "identity",
    value=np.positive,
    partials=(lambda a, y: 1,),
    latex="{a}",
    why="passed on unchanged",
    badge="=",
)
shield = elementwise(
    "shield",
    # upstream x local for a row whose local derivative may be infinite: no gradient arriving
    # means none handed on, so that `where` protects the branch it did not choose.
    value=lambda a, b: where(equal(a, 0), 0.0, a * b),
    partials=(
        lambda a, b, y: where(equal(a, 0), where(less(absolute(b), inf), b, 0), b),
        lambda a, b, y: a,
    ),
    latex=r"{a} \cdot {b}",
    why="the slope is the other factor, and 0 times infinity counts as 0",
    singular=True,
    badge="×",
)


SINC_NEAR = 0.1
# sinc(a) = sum of these times a^(2k): (-1)^k pi^(2k) / (2k + 1)!
SINC_SERIES = tuple((-1) ** k * pi ** (2 * k) / factorial(2 * k + 1) for k in range(9))


def _sinc_series(square: Any) -> Any:
    total: Any = SINC_SERIES[-1]
    for factor in reversed(SINC_SERIES[:-1]):
        total = total * square + factor
    return total


def _sinc_series_slope(square: Any) -> Any:
    """The slope of the series in a, over a."""
    slopes = [2 * k * factor for k, factor in enumerate(SINC_SERIES)][1:]
    total: Any = slopes[-1]
    for factor in reversed(slopes[:-1]):
        total = total * square + factor
    return total


def _away(a: Any) -> Any:
    """The input, or 1 where the branch that divides by it is not chosen."""
    return where(absolute(a) < SINC_NEAR, 1, a)


def _is_plain(x: object) -> bool:
    return not hasattr(x, "_apply_rule")


def _gelu_slope(a: Any, t: Any) -> Any:
    return 0.5 * (1 + t) + 0.5 * a * (1 - t * t) * GELU_SCALE * (1 + 3 * GELU_CUBIC * a * a)
