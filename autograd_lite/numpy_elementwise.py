"""NumPy's elementwise functions that are no ufuncs, found by `Tensor`: clip, where, round, ..."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import rules
from .errors import ArgumentError
from .graph import numbers
from .numpy_arguments import refuse, unset, whole
from .operators import rounded
from .symbols import Symbol


def clip(a: Any, a_min: Any = unset, a_max: Any = unset, out: Any = None, **settings: Any) -> Any:
    """Every entry held between two bounds; a bound of None is none."""
    low = settings.pop("min", None) if a_min is unset else a_min
    high = settings.pop("max", None) if a_max is unset else a_max
    refuse("np.clip", {"out": out, **settings})
    return rules.clip(a, -math.inf if low is None else low, math.inf if high is None else high)


def where(condition: Any, *choices: Any) -> Any:
    """Entries of the first choice where the condition holds, else of the second."""
    if not choices:
        return np.where(numbers(condition))
    if len(choices) != 2:
        raise ArgumentError(f"where: {len(choices)} choice beside the condition; give two or none.")
    return rules.where(condition, *choices)


def round_(a: Any, decimals: int = 0, out: Any = None) -> Any:
    """Rounded to decimals, half to even. Flat between its jumps: the gradient is 0."""
    refuse("np.round", {"out": out})
    return rounded(a, whole(decimals))


def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """nan and infinities replaced by numbers; what was replaced has no gradient."""
    data, info = numbers(x), np.finfo(x.dtype)
    filled = rules.where(np.isnan(data), nan, x)
    filled = rules.where(data == np.inf, float(info.max) if posinf is None else posinf, filled)
    return rules.where(data == -np.inf, float(info.min) if neginf is None else neginf, filled)


def _fix(x: Any, out: Any = None) -> Any:
    refuse("np.fix", {"out": out})
    return rules.trunc(x)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.clip: clip,
    np.where: where,
    np.round: round_,
    np.around: round_,
    np.fix: _fix,
    np.sinc: lambda x: rules.sinc(x),
    np.nan_to_num: nan_to_num,
    np.real: lambda val: val,
    np.imag: lambda val: np.zeros_like(numbers(val)),
    np.real_if_close: lambda a, tol=100: a,
}
METHODS: dict[str, Callable[..., Any]] = {
    "clip": clip,
    "round": round_,
}
# np.clip asks its operand for the method of that name.
setattr(Symbol, "clip", clip)  # noqa: B010
