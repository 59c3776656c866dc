"""The arguments of NumPy's functions: axes and sizes as whole numbers, and what is refused."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .errors import AxisError, DataError, IndexingError, LinAlgError, UnsupportedError
from .graph import Node
from .recorded import is_recorded

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


def array(a: Any) -> Any:
    """A node as it is, anything else as an array."""
    return a if isinstance(a, Node | np.ndarray) else np.asarray(a)


def plain(x: Any, name: str, what: str) -> Any:
    """Positions, counts, masks: a copy as an array; IndexingError for a node."""
    several = x if isinstance(x, list | tuple) else (x,)
    if any(isinstance(i, Node) for i in several):
        raise IndexingError(
            f"{name}: {what} is a node, but a position has no gradient.\n"
            "  Use integers or a plain array of integers or booleans (.data)."
        )
    return x if is_recorded(x) else np.array(x)


def axes(axis: Any) -> Any:
    """The axis or axes as whole numbers; None stays None."""
    if axis is None:
        return None
    return tuple(map(whole, axis)) if isinstance(axis, tuple | list) else whole(axis)


def whole(x: Any) -> int:
    """A whole number; DataError if it is none."""
    try:
        return operator.index(x)
    except TypeError:
        raise DataError(f"An axis or a size is a whole number, not {x!r:.60}.") from None


def sizes(shape: Any) -> tuple[int, ...]:
    """A shape as a tuple of whole numbers."""
    return tuple(map(whole, shape)) if np.ndim(shape) else (whole(shape),)


def matrix(x: Any, name: str, square: bool = False) -> Any:
    """An operand that is a matrix or a stack of them."""
    x = array(x)
    if x.ndim < 2 or (square and x.shape[-1] != x.shape[-2]):
        raise LinAlgError(
            f"np.linalg.{name}: shape {x.shape} is not that of a "
            f"{'square ' * square}matrix or a stack of them."
        )
    return x


def axis_in(name: str, axis: Any, ndim: int) -> int:
    """One axis, counted from 0; AxisError if an array of `ndim` axes does not have it."""
    i = whole(axis)
    if not -ndim <= i < ndim:
        raise AxisError(f"{name}: axis {i} of an array of {ndim} axes.")
    return i % ndim


def axes_in(name: str, axis: Any, ndim: int) -> tuple[int, ...]:
    """Several axes, counted from 0; AxisError if one is not there or named twice."""
    several = axis if isinstance(axis, tuple | list | np.ndarray) else (axis,)
    found = tuple(axis_in(name, i, ndim) for i in several)
    if len(set(found)) != len(found):
        raise AxisError(f"{name}: axis {axis} names the same axis twice.")
    return found


def at(axis: int, index: Any) -> tuple[Any, ...]:
    """The index that takes `index` along one axis and everything along those before it."""
    return (slice(None),) * axis + (index,)
