"""Numbers as a person writes them: four digits, and all of them on request."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

SMALL_MATRIX = 4  # rows and columns up to which an array is written out
WHOLE = 1e6  # below this the digits before the point are all shown: 12346, not 1.235e+04


def short(x: Any, digits: int = 4) -> str:
    """A number to four significant digits, never "-0"; whole numbers below a million in full.

    >>> short(-15.0), short(1 / 3), short(1.5e-8), short(12345.6), short(1234567.0), short(-0.0)
    ('-15', '0.3333', '1.5e-08', '12346', '1.235e+06', '0')
    """
    value = float(_scalar(x))
    if not math.isfinite(value):
        return str(value)
    if abs(value) < WHOLE and (value.is_integer() or abs(value) >= 10**digits):
        return str(round(value))
    return f"{value:.{digits}g}"


def full(x: Any) -> str:
    """A number with every digit that tells it from its neighbours.

    >>> full(1 / 3), full(np.float32(0.1))
    ('0.3333333333333333', '0.1')
    """
    x = _scalar(x)
    return str(x) if isinstance(x, np.generic) else repr(float(x))


def short_array(array: Any) -> str:
    """A small matrix row by row; a larger array as its shape and dtype.

    >>> short_array(np.eye(2)), short_array(np.ones((64, 32), np.float32))
    ('[[1, 0], [0, 1]]', '(64, 32) float32')
    """
    array = np.asarray(array)
    if array.ndim == 0:
        return short(array)
    if not is_small(array):
        return f"{array.shape} {array.dtype}"
    if array.ndim == 1:
        return f"[{', '.join(map(short, array))}]"
    return f"[{', '.join(short_array(row) for row in array)}]"


def is_small(array: Any) -> bool:
    """Whether an array is written out entry by entry."""
    sizes = np.shape(array)
    return len(sizes) <= 2 and 0 < min(sizes, default=1) <= max(sizes, default=1) <= SMALL_MATRIX


def _scalar(x: Any) -> Any:
    return x.reshape(())[()] if isinstance(x, np.ndarray) and x.size == 1 else x
