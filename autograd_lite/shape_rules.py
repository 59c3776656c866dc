"""The table, continued: rows that give an array another shape, order of axes, or dtype."""

# mypy: disable-error-code="has-type"
# (rules name rows that stand further down: they are called later)
from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from .matrix_rows import sum_of_rows
from .recorded import as_ndarray, is_recorded
from .rows import structural

Shape = tuple[int, ...]

reshape = structural(
    "reshape",
    value=lambda a, shape: np.reshape(a, shape),
    vjps=(lambda g, y, a, shape: reshape(g, shape=a.shape),),
)
transpose = structural(
    "transpose",
    value=lambda a, axes: np.transpose(a, axes),
    vjps=(
        lambda g, y, a, axes: transpose(
            g,
            axes=None if axes is None else tuple(int(i) for i in np.argsort(np.mod(axes, a.ndim))),
        ),
    ),
    latex=r"{a}^{\top}",
    badge="ᵀ",
)
broadcast_to = structural(
    "broadcast_to",
    value=lambda a, shape: np.broadcast_to(a, shape),
    vjps=(lambda g, y, a, shape: sum_to(g, shape=a.shape),),
)


def summed_to(a: Any, shape: Shape) -> Any:
    """The sum over every axis along which an array of this shape was stretched to that of `a`."""
    if a.shape == shape:
        return a
    extra = a.ndim - len(shape)
    if a.shape[extra:] == shape:
        plain = type(a) is np.ndarray or is_recorded(a)
        if plain and a.ndim == 2 and extra == 1 and a.dtype.char in "fd":
            return sum_of_rows(a)
        return np.add.reduce(a, axis=0 if extra == 1 else tuple(range(extra)))
    axes = tuple(range(extra)) + tuple(
        i + extra for i, n in enumerate(shape) if n == 1 and a.shape[i + extra] != 1
    )
    return np.sum(a, axis=axes, keepdims=True).reshape(shape)


sum_to = structural(
    "sum_to",
    # What undoes broadcasting.
    value=summed_to,
    vjps=(lambda g, y, a, shape: broadcast_to(g, shape=a.shape),),
)
astype = structural(
    "astype",
    value=lambda a, dtype: as_ndarray(a).astype(dtype),
    vjps=(lambda g, y, a, dtype: astype(g, dtype=a.dtype),),
)

flip = structural(
    "flip",
    value=lambda a, axis: np.flip(a, axis),
    vjps=(lambda g, y, a, axis: flip(g, axis=axis),),
)
roll = structural(
    "roll",
    # What is pushed off one end comes back at the other.
    value=lambda a, shift, axis: np.roll(a, shift, axis),
    vjps=(lambda g, y, a, shift, axis: roll(g, shift=np.negative(shift), axis=axis),),
)
rot90 = structural(
    "rot90",
    value=lambda a, k, axes: np.rot90(a, k, axes),
    vjps=(lambda g, y, a, k, axes: rot90(g, k=-k, axes=axes),),
)
tril = structural(
    "tril",
    value=lambda a, k: np.tril(a, k),
    vjps=(lambda g, y, a, k: tril(g, k=k),),
)
triu = structural(
    "triu",
    value=lambda a, k: np.triu(a, k),
    vjps=(lambda g, y, a, k: triu(g, k=k),),
)

# --- what the vjps of other rows are written with


def kept(shape: Shape, axis: Any) -> Shape:
    """The shape after a reduction over `axis` with keepdims."""
    axes = range(len(shape)) if axis is None else np.atleast_1d(axis) % builtins.max(len(shape), 1)
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def spread(g: Any, a: Any, axis: Any) -> Any:
    """A reduced array, with its axes put back and stretched to the shape of `a`."""
    return broadcast_to(reshape(g, shape=kept(a.shape, axis)), shape=a.shape)


def swap(a: Any) -> Any:
    """The last two axes exchanged: X^T."""
    return transpose(a, axes=(*range(a.ndim - 2), a.ndim - 1, a.ndim - 2))


def column(a: Any) -> Any:
    """With a new last axis of size 1."""
    return reshape(a, shape=(*a.shape, 1))


def row(a: Any) -> Any:
    """With a new axis of size 1 before the last."""
    return reshape(a, shape=(*a.shape[:-1], 1, a.shape[-1]))
