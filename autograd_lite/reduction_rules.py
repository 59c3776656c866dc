"""The table, continued: rows that make one number of many along axes: sum, max, prod, ..."""

# mypy: disable-error-code="has-type"
# (rules name rows that stand further down: they are called later)
from __future__ import annotations

import math
from typing import Any

import numpy as np

from .graph import numbers
from .joining_rules import concatenate, stack
from .rows import structural
from .rules import equal, exp, where
from .shape_rules import flip, reshape, spread, transpose

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
    if count < 2:
        return spread(g, a, axis)
    rows = reshape(moved, shape=(count, *moved.shape[len(axes) :]))
    one = np.ones((1, *rows.shape[1:]), dtype=a.dtype)
    before = concatenate(one, cumprod(rows[:-1], axis=0), axis=0)
    after = flip(concatenate(one, cumprod(flip(rows[1:], axis=0), axis=0), axis=0), axis=0)
    back = reshape(before * after, shape=moved.shape)
    return spread(g, a, axis) * transpose(back, axes=tuple(int(i) for i in np.argsort(order)))


prod = structural(
    "prod",
    value=lambda a, axis=None, keepdims=False: np.prod(a, axis=axis, keepdims=keepdims),
    vjps=(_prod_vjp,),
    latex=r"\prod {a}",
    badge="Π",
)


def _logsumexp(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    largest = np.max(_floats(a), axis=axis, keepdims=True, initial=-math.inf)
    largest = np.where(np.isfinite(largest), largest, 0).astype(largest.dtype)
    with np.errstate(divide="ignore"):  # the logarithm of no entries, or of entries at -inf
        y = np.log(np.sum(np.exp(a - largest), axis=axis, keepdims=True)) + largest
    if keepdims:
        return y
    return np.squeeze(y, axis=tuple(range(a.ndim)) if axis is None else axis)[()]


def _floats(a: Any) -> Any:
    return (
        np.array([float(numbers(x)) for x in a.flat]).reshape(a.shape) if a.dtype == object else a
    )


def _logsumexp_vjp(g: Any, y: Any, a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Each entry's share: softmax. Entries at -inf have none, even if there are no others."""
    y = where(equal(y, -math.inf), 0, y)
    return spread(g, a, axis) * exp(a - spread(y, a, axis))


logsumexp = structural(
    "logsumexp",
    value=_logsumexp,
    vjps=(_logsumexp_vjp,),
    latex=r"\ln \sum e^{{a}}",
    badge="lse",
)

# --- running totals -------------------------------------------------------------------------------

cumsum = structural(
    "cumsum",
    value=lambda a, axis: np.cumsum(a, axis=axis),
    # An entry is in every total from its own on.
    vjps=(lambda g, y, a, axis: flip(cumsum(flip(g, axis=axis), axis=axis), axis=axis),),
    latex=r"\operatorname{cumsum}({a})",
    badge="Σ…",
)


def _cumprod_vjp(g: Any, y: Any, a: Any, axis: int) -> Any:
    """(product of the entries before) * (g + g' a' + g'' a' a'' + ...), the primes going on.

    By Horner's scheme from the end, with no division, so that zeros are entries like others.
    """

    def at(x: Any, i: int) -> Any:
        return x[(slice(None),) * (axis % a.ndim) + (i,)]

    shares: list[Any] = []
    rest: Any = 0.0
    for i in reversed(range(a.shape[axis])):
        rest = at(g, i) + rest
        shares.append(rest * at(y, i - 1) if i else rest)
        rest = rest * at(a, i)
    return stack(*reversed(shares), axis=axis) if shares else g


cumprod = structural(
    "cumprod",
    value=lambda a, axis: np.cumprod(a, axis=axis),
    vjps=(_cumprod_vjp,),
    badge="Π…",
)
