"""The table, continued: rows that move, add up or multiply whole arrays.

A vjp gives the gradient of one input from the gradient `g` of the output. It is written with the
table's own rows and Python's operators only, so it runs on arrays to compute and on `Tensor`s to be
differentiated again.

Source: Giles, Collected Matrix Derivative Results for Forward and Reverse Mode AD (2008).
"""

# mypy: disable-error-code="has-type"
# (rules name rows that stand further down: they are called later)
from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np

from .rows import structural
from .rules import equal, where

Shape = tuple[int, ...]


def _kept(shape: Shape, axis: Any) -> Shape:
    """The shape after a reduction over `axis` with keepdims."""
    axes = range(len(shape)) if axis is None else np.atleast_1d(axis) % builtins.max(len(shape), 1)
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def _spread(g: Any, a: Any, axis: Any) -> Any:
    """A reduced array, with its axes put back and stretched to the shape of `a`."""
    return broadcast_to(reshape(g, shape=_kept(a.shape, axis)), shape=a.shape)


def _swap(a: Any) -> Any:
    """The last two axes exchanged: X^T."""
    return transpose(a, axes=(*range(a.ndim - 2), a.ndim - 1, a.ndim - 2))


def _column(a: Any) -> Any:
    return reshape(a, shape=(*a.shape, 1))


def _row(a: Any) -> Any:
    return reshape(a, shape=(*a.shape[:-1], 1, a.shape[-1]))


# --- products -------------------------------------------------------------------------------------


def _matmul_vjp_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:
        return g * b if a.ndim == 1 else _column(g) * b
    if a.ndim == 1:
        return sum_to(reshape(b @ _column(g), shape=b.shape[:-1]), shape=a.shape)
    return sum_to(g @ _swap(b), shape=a.shape)


def _matmul_vjp_b(g: Any, y: Any, a: Any, b: Any) -> Any:
    if a.ndim == 1:
        return g * a if b.ndim == 1 else sum_to(_column(a) * _row(g), shape=b.shape)
    if b.ndim == 1:
        product = _swap(a) @ _column(g)
        return sum_to(reshape(product, shape=product.shape[:-1]), shape=b.shape)
    return sum_to(_swap(a) @ g, shape=b.shape)


matmul = structural(
    "matmul",
    value=np.matmul,
    vjps=(_matmul_vjp_a, _matmul_vjp_b),
    latex="{a} {b}",
    badge="@",
)

# --- shapes ---------------------------------------------------------------------------------------

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


def _sum_to(a: Any, shape: Shape) -> Any:
    if a.shape == shape:
        return a
    extra = a.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(
        i + extra for i, n in enumerate(shape) if n == 1 and a.shape[i + extra] != 1
    )
    return np.sum(a, axis=axes, keepdims=True).reshape(shape)


sum_to = structural(
    "sum_to",
    # What undoes broadcasting: the sum over every axis along which `shape` was stretched.
    value=_sum_to,
    vjps=(lambda g, y, a, shape: broadcast_to(g, shape=a.shape),),
)
astype = structural(
    "astype",
    value=lambda a, dtype: np.asarray(a).astype(dtype),
    vjps=(lambda g, y, a, dtype: astype(g, dtype=a.dtype),),
)

# --- reductions -----------------------------------------------------------------------------------

sum = structural(
    "sum",
    value=lambda a, axis=None, keepdims=False: np.sum(a, axis=axis, keepdims=keepdims),
    vjps=(lambda g, y, a, axis=None, keepdims=False: _spread(g, a, axis),),
    latex=r"\sum {a}",
    badge="Σ",
)


def _extreme_vjp(g: Any, y: Any, a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The entries that attain the extreme share its gradient equally."""
    ties = where(equal(a, _spread(y, a, axis)), 1.0, 0.0)
    share = ties / np.sum(ties, axis=axis, keepdims=True)
    return _spread(g, a, axis) * share.astype(a.dtype)


max = structural(
    "max",
    value=lambda a, axis=None, keepdims=False: np.max(a, axis=axis, keepdims=keepdims),
    vjps=(_extreme_vjp,),
    latex=r"\max {a}",
)
min = structural(
    "min",
    value=lambda a, axis=None, keepdims=False: np.min(a, axis=axis, keepdims=keepdims),
    vjps=(_extreme_vjp,),
    latex=r"\min {a}",
)


def _prod_vjp(g: Any, y: Any, a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """g times the product of all the other entries, which division by a zero could not give."""
    axes = range(a.ndim) if axis is None else sorted(int(i) for i in np.atleast_1d(axis) % a.ndim)
    order = (*axes, *(i for i in range(a.ndim) if i not in axes))
    moved = transpose(a, axes=order)
    count = math.prod(moved.shape[: len(axes)])
    rows = reshape(moved, shape=(count, *moved.shape[len(axes) :]))
    before, after = [1.0], [1.0]
    for i in range(count - 1):
        before.append(before[-1] * rows[i])
        after.append(after[-1] * rows[count - 1 - i])
    one = np.ones(rows.shape[1:], dtype=a.dtype)
    others = [left * right * one for left, right in zip(before, reversed(after), strict=True)]
    if not others:
        return reshape(g, shape=_kept(a.shape, axis)) * a
    back = reshape(stack(*others, axis=0), shape=moved.shape)
    return _spread(g, a, axis) * transpose(back, axes=tuple(int(i) for i in np.argsort(order)))


prod = structural(
    "prod",
    value=lambda a, axis=None, keepdims=False: np.prod(a, axis=axis, keepdims=keepdims),
    vjps=(_prod_vjp,),
    latex=r"\prod {a}",
    badge="Π",
)

# --- picking and joining --------------------------------------------------------------------------


def _index_add(a: Any, index: Any, shape: Shape) -> Any:
    out = np.zeros(shape, dtype=a.dtype)
    np.add.at(out, index, a)
    return out


index = structural(
    "index",
    value=lambda a, index: a[index],
    vjps=(lambda g, y, a, index: index_add(g, index=index, shape=a.shape),),
    latex="{a}_{i}",
    badge="[ ]",
)
index_add = structural(
    "index_add",
    # Zeros of `shape`, with the entries of `a` added where `index` says; repeats add up.
    value=_index_add,
    vjps=(lambda g, y, a, index, shape: g[index],),
    badge="[ ]+",
)


def _concatenate_vjp(slot: int, g: Any, y: Any, arrays: tuple[Any, ...], axis: int) -> Any:
    axis %= y.ndim
    start = builtins.sum(a.shape[axis] for a in arrays[:slot])
    stop = start + arrays[slot].shape[axis]
    return g[(slice(None),) * axis + (slice(start, stop),)]


concatenate = structural(
    "concatenate",
    value=lambda *arrays, axis: np.concatenate(arrays, axis=axis),
    vjps=_concatenate_vjp,
    latex=r"\left[{a}, \ldots\right]",
    badge="join",
)
stack = structural(
    "stack",
    value=lambda *arrays, axis: np.stack(arrays, axis=axis),
    vjps=lambda slot, g, y, arrays, axis: g[(slice(None),) * (axis % y.ndim) + (slot,)],
    latex=r"\left[{a}, \ldots\right]",
)
