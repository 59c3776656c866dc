"""NumPy's functions on Python floats, from the math module: what `np` means for scalar programs.

They raise ArithmeticError or ValueError where a float has no answer (`log(0)`, overflow); callers
then run the same code on `np.float64`, which answers as IEEE 754 says. That is faster than asking
NumPy every time: the exceptional case pays, the ordinary one does not.
"""

from __future__ import annotations

import math
from math import (
    acos as arccos,
)
from math import (
    acosh as arccosh,
)
from math import (
    asin as arcsin,
)
from math import (
    asinh as arcsinh,
)
from math import (
    atan as arctan,
)
from math import (
    atan2 as arctan2,
)
from math import (
    atanh as arctanh,
)
from math import (
    cbrt,
    copysign,
    cos,
    cosh,
    exp,
    exp2,
    expm1,
    fmod,
    hypot,
    inf,
    log,
    log1p,
    log2,
    log10,
    nan,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)
from math import (
    degrees as rad2deg,
)
from math import (
    fabs as absolute,
)
from math import (
    pow as power,
)
from math import (
    radians as deg2rad,
)
from operator import floordiv as floor_divide
from operator import mod as remainder
from typing import Any

import numpy as np

__all__ = [
    "absolute",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "cbrt",
    "ceil",
    "clip",
    "copysign",
    "cos",
    "cosh",
    "deg2rad",
    "exactly",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "heaviside",
    "hypot",
    "inf",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "logical_not",
    "maximum",
    "minimum",
    "nan",
    "positive",
    "power",
    "rad2deg",
    "reciprocal",
    "remainder",
    "rint",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "tan",
    "tanh",
    "trunc",
    "where",
]


def sign(a: float) -> float:
    """-1, 0 or 1; nan of nan."""
    return a if a != a else float((a > 0) - (a < 0))


def floor(a: float) -> float:
    """The largest whole number that is not above a."""
    return math.copysign(float(math.floor(a)), a)


def ceil(a: float) -> float:
    """The smallest whole number that is not below a."""
    return math.copysign(float(math.ceil(a)), a)


def rint(a: float) -> float:
    """The nearest whole number; of two, the even one."""
    return math.copysign(float(round(a)), a)


def trunc(a: float) -> float:
    """a without its fraction."""
    return math.copysign(float(math.trunc(a)), a)


def heaviside(a: float, b: float) -> float:
    """0 below 0, b at 0, 1 above."""
    return a if a != a else b if a == 0 else float(a > 0)


def square(a: float) -> float:
    """a * a."""
    return a * a


def reciprocal(a: float) -> float:
    """1 / a."""
    return 1.0 / a


def positive(a: float) -> float:
    """a itself."""
    return a


def logical_not(a: float) -> bool:
    """Whether a is 0."""
    return not a


def maximum(a: float, b: float) -> float:
    """The larger; nan if either is nan."""
    return a if a >= b or a != a else b


def minimum(a: float, b: float) -> float:
    """The smaller; nan if either is nan."""
    return a if a <= b or a != a else b


def fmax(a: float, b: float) -> float:
    """The larger; one that is nan does not count."""
    return a if a >= b or b != b else b


def fmin(a: float, b: float) -> float:
    """The smaller; one that is nan does not count."""
    return a if a <= b or b != b else b


def clip(a: float, low: float, high: float) -> float:
    """a, held between low and high."""
    return minimum(maximum(a, low), high)


def where(condition: object, a: float, b: float) -> float:
    """a if the condition holds, else b."""
    return a if condition else b


def logaddexp(a: float, b: float) -> float:
    """log(e^a + e^b) without overflow."""
    if a == b:  # equal infinities too
        return a + 0.6931471805599453
    high, low = (a, b) if a > b else (b, a)
    return high + math.log1p(math.exp(low - high))


def logaddexp2(a: float, b: float) -> float:
    """log2(2^a + 2^b) without overflow."""
    if a == b:  # equal infinities too
        return a + 1.0
    high, low = (a, b) if a > b else (b, a)
    return high + math.log1p(math.exp2(low - high)) / 0.6931471805599453


def exactly(rule: Any, given: tuple[Any, ...], slots: tuple[int, ...]) -> list[float]:
    """The value of a row, and its local derivatives in `slots`, by IEEE 754: no case raises."""
    with np.errstate(all="ignore"):
        floats = tuple(np.float64(x) if x.__class__ is float else x for x in given)
        y = np.float64(rule.on_arrays(*floats))
        return [float(y), *(float(rule.local(slot, floats, y)) for slot in slots)]
