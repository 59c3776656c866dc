"""The table, continued: rows that make one number of many along axes: sum, max, prod, ..."""

# mypy: disable-error-code="has-type"
# (rules name rows that stand further down: they are called later)
from __future__ import annotations

import math
from typing import Any

import numpy as np

from .joining_rules import stack
from .rows import structural
from .rules import equal, where
from .shape_rules import kept, reshape, spread, transpose

sum = structural(
    "sum",
    value=lambda a, axis=None, keepdims=False: np.sum(a, axis=axis, keepdims=keepdims),
    vjps=(lambda g, y, a, axis=None, keepdims=False: spread(g, a, axis),),
    latex=r"\sum {a}",
    badge="Σ",
)


def _extreme_vjp(g: Any, y: Any, a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The entries that attain the extreme share its gradient equally."""
    ties = where(equal(a, spread(y, a, axis)), 1.0, 0.0)
    share = ties / np.sum(ties, axis=axis, keepdims=True)
    return spread(g, a, axis) * share.astype(a.dtype)


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
        return reshape(g, shape=kept(a.shape, axis)) * a
    back = reshape(stack(*others, axis=0), shape=moved.shape)
    return spread(g, a, axis) * transpose(back, axes=tuple(int(i) for i in np.argsort(order)))


prod = structural(
    "prod",
    value=lambda a, axis=None, keepdims=False: np.prod(a, axis=axis, keepdims=keepdims),
    vjps=(_prod_vjp,),
    latex=r"\prod {a}",
    badge="Π",
)
