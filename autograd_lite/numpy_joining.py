"""NumPy's functions that join and split arrays, found by `Tensor`: concatenate, split, ..."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import joining_rules, shape_rules
from .errors import AxisError, ShapeError
from .numpy_arguments import array, at, axis_in, plain, refuse, whole
from .numpy_shapes import atleast_1d, atleast_2d, atleast_3d, ravel


def concatenate(arrays: Any, axis: int | None = 0, out: Any = None, **settings: Any) -> Any:
    """Arrays joined along an axis they have."""
    refuse("np.concatenate", {"out": out, **settings})
    if axis is None:
        return joining_rules.concatenate(*map(ravel, arrays), axis=0)
    return joining_rules.concatenate(*arrays, axis=whole(axis))


def stack(arrays: Any, axis: int = 0, out: Any = None, **settings: Any) -> Any:
    """Arrays joined along a new axis."""
    refuse("np.stack", {"out": out, **settings})
    return joining_rules.stack(*arrays, axis=whole(axis))


def _several(found: Any) -> Sequence[Any]:
    return found if isinstance(found, tuple) else (found,)


def hstack(tup: Any, **settings: Any) -> Any:
    """Arrays joined side by side: along axis 1, vectors along axis 0."""
    arrays = _several(atleast_1d(*tup))
    refuse("np.hstack", settings)
    return joining_rules.concatenate(*arrays, axis=0 if arrays[0].ndim == 1 else 1)


def vstack(tup: Any, **settings: Any) -> Any:
    """Arrays joined one below the other: along axis 0, vectors as rows."""
    refuse("np.vstack", settings)
    return joining_rules.concatenate(*_several(atleast_2d(*tup)), axis=0)


def dstack(tup: Any) -> Any:
    """Arrays joined one behind the other: along axis 2."""
    return joining_rules.concatenate(*_several(atleast_3d(*tup)), axis=2)


def column_stack(tup: Any) -> Any:
    """Vectors as the columns of a matrix; matrices side by side."""
    arrays = [array(a) for a in tup]
    columns = [a if a.ndim > 1 else shape_rules.reshape(a, shape=(-1, 1)) for a in arrays]
    return joining_rules.concatenate(*columns, axis=1)


def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """One array and another at its end."""
    return concatenate((array(arr), array(values)), axis=axis)


def block(arrays: Any) -> Any:
    """An array from nested lists of blocks."""

    def depth(x: Any) -> int:
        return 1 + max(map(depth, x), default=0) if isinstance(x, list) else 0

    deep = depth(arrays)

    def ndim(x: Any) -> int:
        return max(map(ndim, x)) if isinstance(x, list) else array(x).ndim

    axes = max(deep, ndim(arrays))

    def join(x: Any, level: int) -> Any:
        if isinstance(x, list):
            return joining_rules.concatenate(*(join(i, level + 1) for i in x), axis=level - deep)
        if level != deep:
            raise ShapeError("block: the lists are not nested equally deep.")
        a = array(x)
        return shape_rules.reshape(a, shape=(1,) * (axes - a.ndim) + a.shape)

    return join(arrays, 0)


def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Pieces along an axis: as many as the number says, or cut at the positions."""
    place = axis_in("array_split", axis, ary.ndim)
    size = ary.shape[place]
    if np.ndim(indices_or_sections):
        cuts = [0, *map(whole, plain(indices_or_sections, "array_split", "a position")), size]
    else:
        count = whole(indices_or_sections)
        if count <= 0:
            raise ShapeError(f"array_split: {count} pieces; give 1 or more.")
        each, more = divmod(size, count)
        cuts = [i * each + min(i, more) for i in range(count + 1)]
    return [ary[at(place, slice(start, stop))] for start, stop in itertools.pairwise(cuts)]


def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Equal pieces along an axis, or pieces cut at the positions."""
    if not np.ndim(indices_or_sections):
        size = ary.shape[axis_in("split", axis, ary.ndim)]
        count = whole(indices_or_sections)
        if count <= 0 or size % count:
            raise ShapeError(
                f"split: axis {axis} of shape {ary.shape} has {size} entries, which do not make "
                f"{count} equal pieces.\n  np.array_split makes pieces that differ by one."
            )
    return array_split(ary, indices_or_sections, axis)


def _split_of(name: str, least: int) -> Callable[..., list[Any]]:
    def pieces(ary: Any, indices_or_sections: Any) -> list[Any]:
        if ary.ndim < least:
            raise AxisError(f"{name}: an array of shape {ary.shape} has fewer than {least} axes.")
        axis = {"hsplit": min(ary.ndim, 2) - 1, "vsplit": 0, "dsplit": 2}[name]
        return split(ary, indices_or_sections, axis)

    return pieces


def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """The entries along an axis, each by itself."""
    place = axis_in("unstack", axis, x.ndim)
    return tuple(x[at(place, i)] for i in range(x.shape[place]))


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.concatenate: concatenate,
    np.stack: stack,
    np.hstack: hstack,
    np.vstack: vstack,
    np.dstack: dstack,
    np.column_stack: column_stack,
    np.append: append,
    np.block: block,
    np.array_split: array_split,
    np.split: split,
    np.hsplit: _split_of("hsplit", 1),
    np.vsplit: _split_of("vsplit", 2),
    np.dsplit: _split_of("dsplit", 3),
}
if hasattr(np, "unstack"):  # NumPy 2.1
    FUNCTIONS[np.unstack] = unstack
METHODS: dict[str, Callable[..., Any]] = {}
