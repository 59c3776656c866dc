"""NumPy's elementwise functions that are no ufuncs, found by `Tensor`: clip, where, ..."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import rules
from .graph import numbers
from .numpy_arguments import refuse, unset
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
    return rules.where(condition, *choices)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.clip: clip,
    np.where: where,
}
METHODS: dict[str, Callable[..., Any]] = {
    "clip": clip,
}
# np.clip asks its operand for the method of that name.
setattr(Symbol, "clip", clip)  # noqa: B010
