"""The arguments of NumPy's functions: axes and sizes as whole numbers, and what is refused."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .errors import AxisError, DataError, LinAlgError, UnsupportedError
from .graph import Node

unset: Any = object()


def refuse(name: str, settings: dict[str, Any]) -> None:
    """Raise UnsupportedError if one of the settings was given: it would be ignored."""
    given = sorted(
        key for key, value in settings.items() if value is not unset and value is not None
    )
    if given:
        raise UnsupportedError(
            f"{name}: {', '.join(given)}= is not supported for a Tensor. Leave it away."
        )


def axes(axis: Any) -> Any:
    """The axis or axes as whole numbers; None stays None."""
    if axis is None:
        return None
    return tuple(map(whole, axis)) if isinstance(axis, tuple) else whole(axis)


def whole(x: Any) -> int:
    """A whole number; DataError if it is none."""
    try:
        return operator.index(x)
    except TypeError:
        raise DataError(f"An axis or a size is a whole number, not {x!r:.60}.") from None


def sizes(shape: Any) -> tuple[int, ...]:
    """A shape as a tuple of whole numbers."""
    return tuple(map(whole, shape)) if np.ndim(shape) else (whole(shape),)


def array(x: Any) -> Any:
    """An operand with a shape: a node as it is, anything else as an array."""
    return x if isinstance(x, Node) else np.asarray(x)


def place(axis: Any, ndim: int, name: str) -> int:
    """An axis counted from the front; AxisError if an array of `ndim` axes does not have it."""
    i = whole(axis)
    if not -ndim <= i < ndim:
        raise AxisError(f"{name}: axis {i} of an array of {ndim} axes.")
    return i % ndim


def matrix(x: Any, name: str, square: bool = False) -> Any:
    """An operand that is a matrix or a stack of them."""
    x = array(x)
    if x.ndim < 2 or (square and x.shape[-1] != x.shape[-2]):
        raise LinAlgError(
            f"np.linalg.{name}: shape {x.shape} is not that of a "
            f"{'square ' * square}matrix or a stack of them."
        )
    return x
