"""The table, continued: rows that pick entries, and put them back."""

# mypy: disable-error-code="has-type"
# (rules name rows that stand further down: they are called later)
from __future__ import annotations

import math
from typing import Any

import numpy as np

from .recorded import blank, picked
from .rows import Structural, structural
from .shape_rules import Shape, reshape

# --- indexing -------------------------------------------------------------------------------------


def _names_none_twice(index: Any) -> bool:
    """Whether an index can be seen to be without repeats: integers, slices and boolean masks."""
    return all(
        not isinstance(i, np.ndarray | list) or (isinstance(i, np.ndarray) and i.dtype == bool)
        for i in (index if isinstance(index, tuple) else (index,))
    )


def _index_add(a: Any, index: Any, shape: Shape) -> Any:
    out = blank(shape, a.dtype, a, index)
    if _names_none_twice(index):
        out[index] = a
    else:
        np.add.at(out, index, a)
    return out


index = structural(
    "index",
    value=picked,
    vjps=(lambda g, y, a, index: index_add(g, index=index, shape=a.shape),),
    latex="{a}_{i}",
    badge="[ ]",
)
index_add = structural(
    "index_add",
    # Zeros of `shape`, with the entries of `a` added where `index` says; repeats add up.
    value=_index_add,
    vjps=(lambda g, y, a, index, shape: picked(g, index),),
    badge="[ ]+",
)

# --- rows that only move entries ------------------------------------------------------------------


def _put_back(a: Any, positions: Any, shape: Shape) -> Any:
    if a.dtype.kind == "f" and a.dtype.itemsize <= 8:  # float64 and narrower: bincount has float64
        added = np.bincount(positions.ravel(), weights=a.ravel(), minlength=math.prod(shape))
        return added.astype(a.dtype, copy=False).reshape(shape)
    out = blank((math.prod(shape),), a.dtype, a, positions)
    np.add.at(out, positions.ravel(), a.ravel())
    return out.reshape(shape)


put_back = structural(
    "put_back",
    # Zeros of `shape`; each entry is added at its position, counted row by row.
    value=_put_back,
    vjps=(lambda g, y, a, positions, shape: picked(reshape(g, shape=(-1,)), positions),),
    badge="[ ]+",
)


def positions(shape: Shape) -> Any:
    """The position of every entry, counted row by row: 0, 1, 2, ..."""
    return np.arange(math.prod(shape)).reshape(shape)


def moving(name: str, function: Any, **fields: Any) -> Structural:
    """A row whose output entries are entries of its input, moved, left out or repeated.

    Where each one came from `function` says itself, when it is given the positions instead of the
    entries; the gradient goes back there, and repeats add up.
    """
    return structural(
        name,
        value=function,
        vjps=(
            lambda g, y, a, **params: put_back(
                g, positions=function(positions(a.shape), **params), shape=a.shape
            ),
        ),
        **fields,
    )


take = moving("take", np.take, latex="{a}_{i}", badge="[ ]")
take_along_axis = moving("take_along_axis", np.take_along_axis, latex="{a}_{i}", badge="[ ]")
repeat = moving("repeat", np.repeat)
tile = moving("tile", np.tile)
diagonal = moving("diagonal", np.diagonal)
sort = structural(
    "sort",
    # Entries that tie keep their order, and so do their gradients.
    value=lambda a, axis: np.sort(a, axis=axis),
    vjps=(
        lambda g, y, a, axis: put_back(
            g,
            positions=np.take_along_axis(
                positions(a.shape), np.argsort(a, axis=axis, kind="stable"), axis
            ),
            shape=a.shape,
        ),
    ),
)
diag = structural(
    "diag",
    # A matrix of zeros with the vector on its k-th diagonal.
    value=lambda a, k: np.diag(a, k),
    vjps=(lambda g, y, a, k: diagonal(g, offset=k),),
)
