"""NumPy's differences of neighbours, found by `Tensor`: diff, gradient, unwrap, ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import shape_rules
from .errors import ArgumentError, ShapeError
from .graph import Node, numbers
from .numpy_arguments import array, at, axes_in, axis_in, unset, whole
from .numpy_joining import concatenate
from .numpy_shapes import ravel, same_dtype


def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = unset, append: Any = unset) -> Any:
    """The n-th difference of neighbours along an axis: a[i + 1] - a[i]."""
    a = array(a)
    if whole(n) < 0:
        raise ArgumentError(f"diff: n={n}; give 0 or more.")
    if not n:
        return a
    if not a.ndim:
        raise ShapeError("diff: a single number has no neighbours; give an array with an axis.")
    place = axis_in("diff", axis, a.ndim)

    def end(x: Any) -> Any:
        x = array(x)
        if x.ndim:
            return x
        shape = tuple(1 if i == place else size for i, size in enumerate(a.shape))
        return shape_rules.broadcast_to(x, shape=shape)

    parts = [end(prepend)] * (prepend is not unset) + [a] + [end(append)] * (append is not unset)
    a = concatenate(parts, axis=place) if len(parts) > 1 else a
    for _ in range(n):
        a = a[at(place, slice(1, None))] - a[at(place, slice(None, -1))]
    return a


def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """The differences of neighbours in one row, between `to_begin` and `to_end`."""
    a = ravel(ary)
    parts = [] if to_begin is None else [same_dtype(ravel(to_begin), a)]
    parts.append(a[1:] - a[:-1])
    if to_end is not None:
        parts.append(same_dtype(ravel(to_end), a))
    return concatenate(parts) if len(parts) > 1 else parts[0]


def _spacing(given: Any, size: int, axis: int) -> Any:
    """The distance of neighbours: one number, or one for each pair."""
    steps = array(given)
    if not steps.ndim:
        return given
    if steps.shape != (size,):
        raise ShapeError(
            f"gradient: coordinates of shape {steps.shape} for {size} entries along axis {axis}."
        )
    steps = steps[1:] - steps[:-1]
    if not isinstance(steps, Node) and np.all(steps == steps[0]):
        return steps[0]
    return steps


def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """The slope along each axis, by central differences inside and one-sided ones at the ends."""
    f = array(f)
    if edge_order not in (1, 2):
        raise ArgumentError(f"gradient: edge_order={edge_order}; give 1 or 2.")
    places = tuple(range(f.ndim)) if axis is None else axes_in("gradient", axis, f.ndim)
    spacings = varargs or (1.0,)
    if len(spacings) == 1 and np.ndim(numbers(spacings[0])) == 0:
        spacings = spacings * len(places)
    if len(spacings) != len(places):
        raise ArgumentError(f"gradient: {len(varargs)} spacings for {len(places)} axes.")
    found = []
    for place, given in zip(places, spacings, strict=True):
        if f.shape[place] < edge_order + 1:
            raise ShapeError(
                f"gradient: axis {place} of shape {f.shape} is too short; edge_order={edge_order} "
                f"needs {edge_order + 1} entries."
            )
        found.append(_slope(f, _spacing(given, f.shape[place], place), place, edge_order))
    return found[0] if len(found) == 1 else tuple(found)


def _slope(f: Any, h: Any, axis: int, edge_order: int) -> Any:
    def part(start: Any, stop: Any) -> Any:
        return f[at(axis, slice(start, stop))]

    def along(steps: Any) -> Any:
        return shape_rules.reshape(steps, shape=(-1,) + (1,) * (f.ndim - axis - 1))

    uneven = np.ndim(numbers(h)) > 0
    first, last = (h[0], h[-1]) if uneven else (h, h)
    if uneven:
        before, after = along(h[:-1]), along(h[1:])
        inner = (
            -after / (before * (before + after)) * part(None, -2)
            + (after - before) / (before * after) * part(1, -1)
            + before / (after * (before + after)) * part(2, None)
        )
    else:
        inner = (part(2, None) - part(None, -2)) / (2.0 * h)
    if edge_order == 1:
        left = (part(1, 2) - part(0, 1)) / first
        right = (part(-1, None) - part(-2, -1)) / last
    else:
        p, q = (h[0], h[1]) if uneven else (h, h)
        left = (
            -(2.0 * p + q) / (p * (p + q)) * part(0, 1)
            + (p + q) / (p * q) * part(1, 2)
            - p / (q * (p + q)) * part(2, 3)
        )
        p, q = (h[-2], h[-1]) if uneven else (h, h)
        right = (
            q / (p * (p + q)) * part(-3, -2)
            - (q + p) / (p * q) * part(-2, -1)
            + (2.0 * q + p) / (q * (p + q)) * part(-1, None)
        )
    return same_dtype(concatenate([left, inner, right], axis=axis), f)


def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: float = 2 * np.pi) -> Any:
    """Angles with whole periods added so that neighbours differ by half of one at most."""
    place = axis_in("unwrap", axis, p.ndim)
    turns = np.unwrap(numbers(p), discont=discont, axis=place, period=period) - numbers(p)
    return p + turns.astype(p.dtype)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.diff: diff,
    np.ediff1d: ediff1d,
    np.gradient: gradient,
    np.unwrap: unwrap,
}
METHODS: dict[str, Callable[..., Any]] = {}
