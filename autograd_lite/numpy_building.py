"""NumPy's functions that build an array step by step, found by `Tensor`: linspace, ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import rules, shape_rules
from .errors import ArgumentError, MutationError, ShapeError
from .graph import Node, numbers
from .numpy_arguments import axis_in, refuse, whole
from .numpy_joining import stack
from .numpy_shapes import astype, moveaxis
from .recorded import when_known


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    """Numbers in equal steps from start to stop: start + (stop - start) * k / count."""
    refuse("np.linspace", {"dtype": dtype})
    count = whole(num)
    if count < 0:
        raise ArgumentError(f"linspace: num={count}; give 0 or more.")
    parts = count - 1 if endpoint else count
    first, length = start, stop - start
    ndim = np.ndim(numbers(length))
    kind = numbers(length).dtype
    steps = (np.arange(count) / parts if parts > 0 else np.zeros(count)).astype(kind)
    steps = steps.reshape((-1,) + (1,) * ndim)
    found = first + length * steps
    if axis:
        found = moveaxis(found, 0, axis_in("linspace", axis, found.ndim))
    return (found, length / parts if parts > 0 else np.nan) if retstep else found


def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Powers of the base whose exponents are in equal steps."""
    refuse("np.logspace", {"dtype": dtype})
    return rules.power(base, linspace(start + 0.0 * base, stop, num, endpoint, axis=axis))


def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """Numbers in equal ratios from start to stop, which have one sign."""
    refuse("np.geomspace", {"dtype": dtype})
    when_known(_refuse_two_signs, numbers(start) * numbers(stop))
    ratio = rules.log(stop / start)
    found = start * rules.exp(linspace(0.0 * ratio, ratio, num, endpoint, axis=axis))
    return astype(found, np.result_type(found.dtype, np.float64))


def _refuse_two_signs(product: Any) -> None:
    if np.any(product <= 0):
        raise ArgumentError("geomspace: start and stop must have the same sign and not be 0.")


def apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """A function of vectors applied to every vector along an axis."""
    place = axis_in("apply_along_axis", axis, arr.ndim)
    others = tuple(n for i, n in enumerate(arr.shape) if i != place)
    rows = shape_rules.reshape(moveaxis(arr, place, -1), shape=(-1, arr.shape[place]))
    if not len(rows):
        raise ShapeError(f"apply_along_axis: shape {arr.shape} has no vector along axis {axis}.")
    found = [func1d(row, *args, **kwargs) for row in rows]
    inner = np.shape(numbers(found[0]))
    joined = stack(found) if any(isinstance(x, Node) for x in found) else np.stack(found)
    result = shape_rules.reshape(joined, shape=others + inner)
    where = range(len(others), len(others) + len(inner))
    order = [*range(place), *where, *range(place, len(others))]
    return shape_rules.transpose(result, axes=tuple(order))


def apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    """A reduction applied to one axis after another; the axes stay, with size 1."""
    for axis in np.atleast_1d(axes):
        place = axis_in("apply_over_axes", axis, a.ndim)
        reduced = func(a, place)
        if reduced.ndim != a.ndim:
            shape = (*reduced.shape[:place], 1, *reduced.shape[place:])
            reduced = shape_rules.reshape(reduced, shape=shape)
        a = reduced
    return a


def full_like(a: Any, fill_value: Any, *args: Any, **settings: Any) -> Any:
    """A plain array of one number in the shape of `a`; a node as the number is refused."""
    if isinstance(fill_value, Node):
        raise MutationError(
            "np.full_like: a Tensor cannot be written into a plain array; its gradient would be "
            "lost.\n  Write fill_value * np.ones(a.shape), or np.broadcast_to."
        )
    return np.full_like(numbers(a), fill_value, *args, **settings)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.linspace: linspace,
    np.logspace: logspace,
    np.geomspace: geomspace,
    np.apply_along_axis: apply_along_axis,
    np.apply_over_axes: apply_over_axes,
    np.full_like: full_like,
}
METHODS: dict[str, Callable[..., Any]] = {}
