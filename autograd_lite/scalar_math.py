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
    cos,
    cosh,
    exp,
    exp2,
    expm1,
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
    fabs as absolute,
)
from math import (
    pow as power,
)
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
    "clip",
    "cos",
    "cosh",
    "exactly",
    "exp",
    "exp2",
    "expm1",
    "hypot",
    "inf",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logical_not",
    "maximum",
    "minimum",
    "nan",
    "positive",
    "power",
    "reciprocal",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "square",
    "tan",
    "tanh",
    "where",
]


def sign(a: float) -> float:
    """-1, 0 or 1; nan of nan."""
    return a if a != a else float((a > 0) - (a < 0))


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


def exactly(rule: Any, given: tuple[Any, ...], slots: tuple[int, ...]) -> list[float]:
    """The value of a row, and its local derivatives in `slots`, by IEEE 754: no case raises."""
    with np.errstate(all="ignore"):
        floats = tuple(np.float64(x) if x.__class__ is float else x for x in given)
        y = np.float64(rule.on_arrays(*floats))
        return [float(y), *(float(rule.local(slot, floats, y)) for slot in slots)]
