"""NumPy's products of vectors, matrices and arrays, found by `Tensor`: dot, tensordot, kron, ..."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import rules
from .errors import ArgumentError, ShapeError
from .joining_rules import stack
from .numpy_arguments import array, axis_in, refuse, whole
from .numpy_einsum import einsum
from .product_rules import matmul
from .reduction_rules import sum
from .shape_rules import column, reshape, row, transpose


def dot(a: Any, b: Any, out: Any = None) -> Any:
    """np.dot: the sum over the last axis of a and the last but one of b; a number multiplies.

    For arrays of any rank, dot(a, b)[i, j, k, m] = sum(a[i, j, :] * b[k, :, m]).
    """
    refuse("np.dot", {"out": out})
    a, b = array(a), array(b)
    if a.ndim == 0 or b.ndim == 0:
        return rules.multiply(a, b)
    if b.ndim <= 2:
        return matmul(a, b)
    return tensordot(a, b, (-1, -2))


def vdot(a: Any, b: Any, /) -> Any:
    """np.vdot: the sum of all products of entries, whatever the shapes."""
    return matmul(_flat(a), _flat(b))


def inner(a: Any, b: Any, /) -> Any:
    """np.inner: the sum over the last axes of both; a number multiplies."""
    a, b = array(a), array(b)
    if a.ndim == 0 or b.ndim == 0:
        return rules.multiply(a, b)
    return tensordot(a, b, (-1, -1))


def outer(a: Any, b: Any, out: Any = None) -> Any:
    """np.outer: all products of an entry of a with one of b, a row for each entry of a."""
    refuse("np.outer", {"out": out})
    return rules.multiply(column(_flat(a)), _flat(b))


def _flat(a: Any) -> Any:
    a = array(a)
    return _shaped(a, (a.size,))


def vecdot(a: Any, b: Any, /, *, axis: int = -1) -> Any:
    """np.vecdot: the sum of products along an axis, for every pair of vectors of two stacks."""
    a, b = _last(a, axis, "np.vecdot"), _last(b, axis, "np.vecdot")
    _same_inner("np.vecdot", a, b, -1)
    return sum(rules.multiply(a, b), axis=-1)


def matvec(a: Any, b: Any, /) -> Any:
    """np.matvec: matrix times vector, for every pair of two stacks of them."""
    a, b = _stacks("np.matvec", (a, 2), (b, 1))
    _same_inner("np.matvec", a, b, -1)
    product = matmul(a, column(b))
    return reshape(product, shape=product.shape[:-1])


def vecmat(a: Any, b: Any, /) -> Any:
    """np.vecmat: vector times matrix, for every pair of two stacks of them."""
    a, b = _stacks("np.vecmat", (a, 1), (b, 2))
    _same_inner("np.vecmat", a, b, -2)
    product = matmul(row(a), b)
    return reshape(product, shape=(*product.shape[:-2], product.shape[-1]))


def _stacks(name: str, *operands: tuple[Any, int]) -> list[Any]:
    found = [array(x) for x, _ in operands]
    for x, (_, least) in zip(found, operands, strict=True):
        if x.ndim < least:
            raise ShapeError(
                f"{name}: an operand of shape {x.shape} has {x.ndim} axes; it needs {least}."
            )
    return found


def _same_inner(name: str, a: Any, b: Any, axis: int) -> None:
    if a.shape[-1] != b.shape[axis]:
        raise ShapeError(
            f"{name}: {a.shape}, {b.shape}: inner sizes {a.shape[-1]} and {b.shape[axis]} differ."
        )


def _last(a: Any, axis: Any, name: str) -> Any:
    """The array with one axis moved to the end."""
    a = array(a)
    i = axis_in(name, axis, a.ndim)
    return _ordered(a, (*(k for k in range(a.ndim) if k != i), i))


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """np.tensordot: products summed over pairs of axes.

    axes: how many of the last of a and the first of b; or two lists of axes, pair by pair.
    """
    a, b = array(a), array(b)
    if not isinstance(axes, tuple | list | np.ndarray):
        n = whole(axes)
        if not 0 <= n <= min(a.ndim, b.ndim):
            raise ArgumentError(
                f"np.tensordot: axes={n} for operands of {a.ndim} and {b.ndim} axes."
            )
        ours, theirs = list(range(a.ndim - n, a.ndim)), list(range(n))
    else:
        pair = [np.atleast_1d(x) for x in axes]
        if len(pair) != 2 or len(pair[0]) != len(pair[1]):
            raise ArgumentError(
                f"np.tensordot: axes={axes!r:.60} is not a number, nor two lists of equal length."
            )
        ours = [axis_in("np.tensordot", i, a.ndim) for i in pair[0]]
        theirs = [axis_in("np.tensordot", i, b.ndim) for i in pair[1]]
    if len(set(ours)) < len(ours) or len(set(theirs)) < len(theirs):
        raise ArgumentError(f"np.tensordot: axes={axes!r:.60} names an axis twice.")
    sizes = [a.shape[i] for i in ours]
    if sizes != [b.shape[i] for i in theirs]:
        raise ShapeError(
            f"np.tensordot: {a.shape}, {b.shape}: axes {ours} of the first have sizes {sizes}, "
            f"axes {theirs} of the second {[b.shape[i] for i in theirs]}."
        )
    left = [i for i in range(a.ndim) if i not in ours]
    right = [i for i in range(b.ndim) if i not in theirs]
    size = math.prod(sizes)
    rows, columns = ([a.shape[i] for i in left], [b.shape[i] for i in right])
    a = _shaped(_ordered(a, (*left, *ours)), (math.prod(rows), size))
    b = _shaped(_ordered(b, (*theirs, *right)), (size, math.prod(columns)))
    return _shaped(matmul(a, b), (*rows, *columns))


def _shaped(a: Any, shape: tuple[int, ...]) -> Any:
    return a if a.shape == shape else reshape(a, shape=shape)


def _ordered(a: Any, order: tuple[int, ...]) -> Any:
    return a if order == tuple(range(a.ndim)) else transpose(a, axes=order)


def kron(a: Any, b: Any) -> Any:
    """np.kron: every entry of a times the whole of b, laid out as blocks."""
    a, b = array(a), array(b)
    ndim = max(a.ndim, b.ndim)
    first = (1,) * (ndim - a.ndim) + a.shape
    second = (1,) * (ndim - b.ndim) + b.shape
    spread = rules.multiply(
        reshape(a, shape=tuple(k for n in first for k in (n, 1))),
        reshape(b, shape=tuple(k for n in second for k in (1, n))),
    )
    return reshape(spread, shape=tuple(m * n for m, n in zip(first, second, strict=True)))


def cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """np.cross: the vector at a right angle to both, for vectors of 3 along an axis.

    A vector of 2 counts as one whose third entry is 0; of two such, the result is the third entry.
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = _last(a, axisa, "np.cross"), _last(b, axisb, "np.cross")
    if a.shape[-1] not in (2, 3) or b.shape[-1] not in (2, 3):
        raise ShapeError(
            f"np.cross: vectors of {a.shape[-1]} and {b.shape[-1]} entries; they must have 3 or 2."
        )
    (a0, a1, a2), (b0, b1, b2) = _entries(a), _entries(b)
    last = a0 * b1 - a1 * b0
    if a2 is None and b2 is None:
        return last
    first = _minus(a1, b2, a2, b1)
    second = _minus(a2, b0, a0, b2)
    shape = np.broadcast_shapes(a.shape[:-1], b.shape[:-1])
    result = stack(first, second, last, axis=-1)
    i = axis_in("np.cross", axisc, len(shape) + 1)
    order = list(range(len(shape)))
    order.insert(i, len(shape))
    return _ordered(result, tuple(order))


def _entries(a: Any) -> tuple[Any, Any, Any]:
    return a[..., 0], a[..., 1], a[..., 2] if a.shape[-1] == 3 else None


def _minus(p: Any, q: Any, r: Any, s: Any) -> Any:
    """p q - r s, where a missing factor is 0."""
    if p is None or q is None:
        return -(r * s)
    return p * q if r is None or s is None else p * q - r * s


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.dot: dot,
    np.vdot: vdot,
    np.inner: inner,
    np.outer: outer,
    np.tensordot: tensordot,
    np.einsum: einsum,
    np.kron: kron,
    np.cross: cross,
}
METHODS: dict[str, Callable[..., Any]] = {
    "dot": dot,
}
# The ufuncs of products have settings of their own, and are called with NumPy's signature too.
UFUNCS: dict[Any, Callable[..., Any]] = {
    np.vecdot: vecdot,
}
if hasattr(np, "matvec"):  # NumPy 2.2
    UFUNCS |= {np.matvec: matvec, np.vecmat: vecmat}
