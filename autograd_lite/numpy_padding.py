"""np.pad, found by `Tensor`: a frame of constants, of copies, or of statistics of the array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import padding_rules, shape_rules
from .errors import ArgumentError, ShapeError, UnsupportedError
from .graph import Node
from .numpy_arguments import array, at, plain, refuse
from .numpy_joining import concatenate
from .numpy_reductions import max_, mean, min_
from .numpy_statistics import median

COPIES = ("edge", "reflect", "symmetric", "wrap")
STATISTICS: dict[str, Callable[..., Any]] = {
    "maximum": max_,
    "mean": mean,
    "median": median,
    "minimum": min_,
}


def _pairs(given: Any, ndim: int, what: str) -> tuple[tuple[Any, Any], ...]:
    """A setting of np.pad, as (before, after) for each axis."""
    if isinstance(given, dict):
        wide = [(0, 0)] * ndim
        for axis, value in given.items():
            wide[axis] = value if np.ndim(value) else (value, value)
        given = wide
    try:
        pairs = np.broadcast_to(plain(given, "pad", what), (ndim, 2))
    except ValueError:
        raise ShapeError(
            f"pad: {what}={given!r:.60} does not give a pair for each of {ndim} axes."
        ) from None
    return tuple((low, high) for low, high in pairs.tolist())


def pad(array_: Any, pad_width: Any, mode: Any = "constant", **settings: Any) -> Any:
    """The array in a frame: of constants, of copies of its entries, or of their statistics."""
    a = array(array_)
    width = _pairs(pad_width, a.ndim, "pad_width")
    if not a.ndim:
        return a  # there is no axis to pad
    if any(n.__class__ is not int or n < 0 for pair in width for n in pair):
        raise ArgumentError(f"pad: pad_width={pad_width!r:.60}; give whole numbers, 0 or more.")
    if mode == "constant":
        constant = settings.pop("constant_values", 0)
        if isinstance(constant, Node):
            raise UnsupportedError(
                "np.pad: constant_values as a node is not supported; join it with np.concatenate."
            )
        refuse("np.pad", settings)
        return padding_rules.pad(a, width=width, mode=mode, constant_values=constant)
    if mode in COPIES:
        if settings.pop("reflect_type", "even") != "even":
            raise UnsupportedError("np.pad: reflect_type='odd' is not supported for a Tensor.")
        refuse("np.pad", settings)
        return padding_rules.pad(a, width=width, mode=mode)
    if mode in STATISTICS or mode == "linear_ramp":
        key = "end_values" if mode == "linear_ramp" else "stat_length"
        extra = settings.pop(key, 0 if mode == "linear_ramp" else None)
        refuse("np.pad", settings)
        pairs = _pairs(extra, a.ndim, key) if extra is not None else ((None, None),) * a.ndim
        for axis, (frame, setting) in enumerate(zip(width, pairs, strict=True)):
            a = _framed(a, axis, frame, setting, mode)
        return a
    raise UnsupportedError(
        f"np.pad: mode={mode!r:.40} is not supported for a Tensor. Supported: constant, "
        f"linear_ramp, {', '.join((*COPIES, *STATISTICS))}."
    )


def _framed(a: Any, axis: int, frame: Any, setting: Any, mode: str) -> Any:
    """The array with both ends of one axis padded, as np.pad goes axis by axis."""
    parts = [a]
    for side in (0, 1):
        if not frame[side]:
            continue
        if mode == "linear_ramp":
            part = _ramp(a, axis, frame[side], setting[side], side)
        else:
            length = min(setting[side] or a.shape[axis], a.shape[axis])
            chosen = slice(-length, None) if side else slice(None, length)
            part = STATISTICS[mode](a[at(axis, chosen)], axis=axis, keepdims=True)
            shape = tuple(frame[side] if i == axis else n for i, n in enumerate(part.shape))
            part = shape_rules.broadcast_to(part, shape=shape)
        parts = [*parts, part] if side else [part, *parts]
    return concatenate(parts, axis=axis) if len(parts) > 1 else a


def _ramp(a: Any, axis: int, count: int, end: Any, side: int) -> Any:
    """From the edge of the array to the value `end`, in equal steps."""
    edge = a[at(axis, slice(-1, None) if side else slice(None, 1))]
    steps = (np.arange(count) / count).astype(a.dtype)
    steps = (steps[::-1] if side else steps).reshape((-1,) + (1,) * (a.ndim - axis - 1))
    return end + (edge - end) * steps


FUNCTIONS: dict[Any, Callable[..., Any]] = {np.pad: pad}
METHODS: dict[str, Callable[..., Any]] = {}
