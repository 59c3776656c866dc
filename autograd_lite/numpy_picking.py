"""NumPy's functions that pick, repeat and sort entries, found by `Tensor`: take, sort, ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import joining_rules, picking_rules, reduction_rules, rules, shape_rules
from .errors import IndexingError, RuleError, ShapeError
from .graph import numbers
from .numpy_arguments import array, axes_in, axis_in, plain, refuse, sizes, whole
from .numpy_shapes import ravel, same_dtype
from .recorded import is_recorded


def _positions(name: str, function: Callable[..., Any], *given: Any, **settings: Any) -> Any:
    """The positions that NumPy's own function gives; IndexingError for one that is not there."""
    try:
        return function(*given, **settings)
    except (IndexError, ValueError) as error:
        raise IndexingError(f"{name}: {error}.") from None


def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    """The entries at `indices` along an axis; of all entries in one row if axis is None."""
    refuse("np.take", {"out": out})
    place = None if axis is None else axis_in("take", axis, a.ndim)
    positions = plain(indices, "take", "indices")
    if positions.dtype.kind not in "biu":
        raise IndexingError(f"take: indices are whole numbers, not {positions.dtype}.")
    return picking_rules.take(a, indices=positions, axis=place, mode=mode)


def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    """For each place of `indices`, the entry that stands there along the axis."""
    positions = plain(indices, "take_along_axis", "indices")
    if axis is None:
        return picking_rules.take_along_axis(ravel(arr), indices=positions, axis=0)
    place = axis_in("take_along_axis", axis, arr.ndim)
    return picking_rules.take_along_axis(arr, indices=positions, axis=place)


def compress(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    """The entries along an axis where the condition holds."""
    return take(a, np.flatnonzero(plain(condition, "compress", "the condition")), axis, out)


def extract(condition: Any, arr: Any) -> Any:
    """All entries where the condition holds, in one row."""
    return compress(np.ravel(plain(condition, "extract", "the condition")), arr)


def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """For each place, the entry there of the choice that `a` numbers."""
    refuse("np.choose", {"out": out})
    which = plain(a, "choose", "the selecting array")
    count = len(choices)
    if mode == "wrap":
        which = which % count
    elif mode == "clip":
        which = np.clip(which, 0, count - 1)
    elif mode != "raise" or np.any((which < 0) | (which >= count)):
        raise IndexingError(f"choose: an entry of {which!r:.60} is none of 0 to {count - 1}.")
    result = choices[-1]
    for i in reversed(range(count - 1)):
        result = rules.where(which == i, choices[i], result)
    shape = np.broadcast_shapes(which.shape, np.shape(numbers(result)))
    return (
        result
        if np.shape(numbers(result)) == shape
        else shape_rules.broadcast_to(result, shape=shape)
    )


def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """For each place, the entry there of the first choice whose condition holds."""
    if len(condlist) != len(choicelist) or not len(condlist):
        raise ShapeError(f"select: {len(condlist)} conditions and {len(choicelist)} choices.")
    result = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        result = rules.where(plain(condition, "select", "a condition"), choice, result)
    return result


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """Each function on the entries where its condition holds; one more is for all others."""
    if any(map(is_recorded, condlist if isinstance(condlist, list | tuple) else (condlist,))):
        raise RuleError(
            "compile: np.piecewise gives a function only the entries where its condition holds, "
            "and how many these are depends on the numbers.\n"
            "  Write np.select([condition, ...], [values, ...]), or np.where."
        )
    single = np.ndim(condlist) == 0 or (x.ndim and not isinstance(condlist[0], list | np.ndarray))
    conditions = plain([condlist] if single else condlist, "piecewise", "a condition")
    masks = list(conditions.astype(bool))
    if len(funclist) == len(masks) + 1:
        masks.append(~np.any(masks, axis=0))
    if len(funclist) != len(masks):
        raise ShapeError(f"piecewise: {len(masks)} conditions and {len(funclist)} functions.")
    total: Any = np.zeros(x.shape, dtype=x.dtype)
    later = np.zeros(x.shape, dtype=bool)
    for mask, function in zip(reversed(masks), reversed(funclist), strict=True):
        here = mask & ~later
        later = later | mask
        entries = x[here]
        part = function(entries, *args, **kw) if callable(function) else function
        part = same_dtype(shape_rules.broadcast_to(part, shape=entries.shape), x)
        total = total + picking_rules.index_add(part, index=here, shape=x.shape)
    return total


def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """Every entry several times, along an axis."""
    place = None if axis is None else axis_in("repeat", axis, a.ndim)
    counts = plain(repeats, "repeat", "the count")
    return picking_rules.repeat(a, repeats=counts if counts.ndim else int(counts), axis=place)


def tile(A: Any, reps: Any) -> Any:
    """The whole array several times, side by side along each axis."""
    return picking_rules.tile(A, reps=sizes(reps))


def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """Without the entries at the positions `obj` along an axis."""
    a, place = (ravel(arr), 0) if axis is None else (arr, axis_in("delete", axis, arr.ndim))
    which = obj if isinstance(obj, slice) else plain(obj, "delete", "a position")
    left = _positions("delete", np.delete, np.arange(a.shape[place]), which)
    return take(a, left, place)


def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """With `values` before the positions `obj` along an axis."""
    where = obj if isinstance(obj, slice) else plain(obj, "insert", "a position")
    a = array(arr)
    new = same_dtype(array(values), a)
    # Where each entry of the result comes from, np.insert says itself when it moves positions.
    old = picking_rules.positions(a.shape)
    added = a.size + picking_rules.positions(new.shape)
    order = _positions("insert", np.insert, old, where, added, axis=axis)
    return joining_rules.concatenate(ravel(a), ravel(new), axis=0)[order]


def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The entries of a diagonal of two axes, along a new last axis."""
    plane = axes_in("diagonal", (axis1, axis2), a.ndim)
    return picking_rules.diagonal(a, offset=whole(offset), axis1=plane[0], axis2=plane[1])


def diag(v: Any, k: int = 0) -> Any:
    """The diagonal of a matrix; or a matrix with the vector on its diagonal."""
    if v.ndim == 1:
        return picking_rules.diag(v, k=whole(k))
    if v.ndim == 2:
        return diagonal(v, k)
    raise ShapeError(f"diag: shape {v.shape}; give a vector or a matrix.")


def trace(
    a: Any,
    offset: int = 0,
    axis1: int = 0,
    axis2: int = 1,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    """The sum of a diagonal."""
    refuse("np.trace", {"dtype": dtype, "out": out})
    return reduction_rules.sum(diagonal(a, offset, axis1, axis2), axis=-1)


def sort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """The entries in rising order along an axis; ties keep theirs, and so do their gradients."""
    refuse("np.sort", {"order": order})
    if axis is None:
        return picking_rules.sort(ravel(a), axis=0)
    return picking_rules.sort(a, axis=axis_in("sort", axis, a.ndim))


def partition(
    a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None
) -> Any:
    """The entry `kth` where sorting puts it, smaller ones before, larger ones after."""
    refuse("np.partition", {"order": order})
    a, place = (ravel(a), 0) if axis is None else (a, axis_in("partition", axis, a.ndim))
    places = plain(kth, "partition", "kth")
    indices = _positions("partition", np.argpartition, numbers(a), places, axis=place)
    return picking_rules.take_along_axis(a, indices=indices, axis=place)


def searchsorted(a: Any, v: Any, side: Any = "left", sorter: Any = None) -> Any:
    """Where each entry of `v` would go among the sorted entries: plain positions."""
    return np.searchsorted(numbers(a), numbers(v), side, sorter)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.take: take,
    np.take_along_axis: take_along_axis,
    np.compress: compress,
    np.extract: extract,
    np.choose: choose,
    np.select: select,
    np.piecewise: piecewise,
    np.repeat: repeat,
    np.tile: tile,
    np.delete: delete,
    np.insert: insert,
    np.diagonal: diagonal,
    np.diag: diag,
    np.diagflat: lambda v, k=0: diag(ravel(v), k),
    np.trace: trace,
    np.sort: sort,
    np.partition: partition,
}
METHODS: dict[str, Callable[..., Any]] = {
    "take": take,
    "compress": lambda a, condition, axis=None, out=None: compress(condition, a, axis, out),
    "repeat": repeat,
    "diagonal": diagonal,
    "trace": trace,
    "sort": sort,
    "partition": partition,
    "searchsorted": searchsorted,
}
