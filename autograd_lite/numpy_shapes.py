"""NumPy's functions that change shapes, found by `Tensor`: reshape, transpose, ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import shape_rules
from .errors import AxisError, DataError, ShapeError, UnsupportedError
from .numpy_arguments import sizes


def reshape(a: Any, *shape: Any, order: str = "C") -> Any:
    """The same entries in another shape; one size may be -1."""
    if order != "C":
        raise UnsupportedError(f"reshape: order={order!r} is not supported for a Tensor; use 'C'.")
    given = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
    return shape_rules.reshape(a, shape=sizes(given))


def ravel(a: Any, order: str = "C") -> Any:
    """All entries in one row."""
    return reshape(a, -1, order=order)


def transpose(a: Any, *axes: Any) -> Any:
    """The axes in another order; reversed if none are given."""
    order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
    return shape_rules.transpose(a, axes=tuple(order) if order else None)


def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged."""
    order = list(range(a.ndim))
    try:
        order[axis1], order[axis2] = order[axis2], order[axis1]
    except IndexError:
        raise AxisError(f"swapaxes: axes {axis1} and {axis2} of shape {a.shape}.") from None
    return shape_rules.transpose(a, axes=tuple(order))


def squeeze(a: Any, axis: Any = None) -> Any:
    """Without the axes of size 1."""
    if axis is None:
        return shape_rules.reshape(a, shape=tuple(n for n in a.shape if n != 1))
    axes = axis if isinstance(axis, tuple) else (axis,)
    for i in axes:
        if not -a.ndim <= i < a.ndim:
            raise AxisError(f"squeeze: axis {i} of an array of shape {a.shape}.")
        if a.shape[i] != 1:
            raise ShapeError(f"squeeze: axis {i} of shape {a.shape} has size {a.shape[i]}, not 1.")
    gone = {i % a.ndim for i in axes}
    return shape_rules.reshape(a, shape=tuple(n for i, n in enumerate(a.shape) if i not in gone))


def expand_dims(a: Any, axis: Any) -> Any:
    """With new axes of size 1 at the places `axis`."""
    axes = axis if isinstance(axis, tuple) else (axis,)
    ndim = a.ndim + len(axes)
    if any(not -ndim <= i < ndim for i in axes):
        raise AxisError(f"expand_dims: axis {axis} for a result of {ndim} axes.")
    new = {i % ndim for i in axes}
    if len(new) != len(axes):
        raise AxisError(f"expand_dims: axis {axis} names the same place twice.")
    old = iter(a.shape)
    return shape_rules.reshape(a, shape=tuple(1 if i in new else next(old) for i in range(ndim)))


def astype(a: Any, dtype: Any) -> Any:
    """The same numbers in another float dtype."""
    if np.dtype(dtype).kind != "f":
        raise DataError(
            f"astype: a Tensor holds real numbers of a float dtype, not {np.dtype(dtype)}.\n"
            "  For whole numbers, which have no gradient, take .data.astype."
        )
    return shape_rules.astype(a, dtype=np.dtype(dtype))


def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """The array stretched to a shape, without copying entries."""
    return shape_rules.broadcast_to(array, shape=sizes(shape))


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.reshape: lambda a, shape, order="C": reshape(a, shape, order=order),
    np.ravel: ravel,
    np.transpose: lambda a, axes=None: transpose(a, *(() if axes is None else (tuple(axes),))),
    np.swapaxes: swapaxes,
    np.squeeze: squeeze,
    np.expand_dims: expand_dims,
    np.broadcast_to: broadcast_to,
}
METHODS: dict[str, Callable[..., Any]] = {
    "reshape": reshape,
    "ravel": ravel,
    "flatten": ravel,
    "transpose": transpose,
    "swapaxes": swapaxes,
    "squeeze": squeeze,
    "astype": astype,
}
