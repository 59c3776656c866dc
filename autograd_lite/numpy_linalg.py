"""NumPy's linear algebra, found by `Tensor`: inverses, determinants, products of matrices.

A matrix is the last two axes; the axes before them are a stack of matrices.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import linalg_rules, numpy_products, rules
from .errors import ArgumentError, LinAlgError, ShapeError
from .graph import numbers
from .numpy_arguments import array, axes_in, matrix, refuse, whole
from .numpy_norms import norm, svdvals
from .numpy_shapes import matrix_transpose
from .product_rules import matmul
from .reduction_rules import sum
from .shape_rules import reshape, transpose


class SlogdetResult(NamedTuple):
    """Sign and logarithm of a determinant. The sign is plain: its derivative is 0."""

    sign: Any
    logabsdet: Any


# --- inverses and determinants --------------------------------------------------------------------


def inv(a: Any) -> Any:
    """np.linalg.inv: the inverse."""
    return linalg_rules.inv(matrix(a, "inv", square=True))


def solve(a: Any, b: Any) -> Any:
    """np.linalg.solve: x with a x = b; b of one axis is a vector, else columns of a matrix."""
    a, b = matrix(a, "solve", square=True), array(b)
    if b.ndim == 0 or b.shape[-1 if b.ndim == 1 else -2] != a.shape[-1]:
        raise ShapeError(
            f"np.linalg.solve: a {a.shape}, b {b.shape}: b must have {a.shape[-1]} "
            f"{'entries' if b.ndim < 2 else 'rows'}."
        )
    return linalg_rules.solve(a, b)


def det(a: Any) -> Any:
    """np.linalg.det: the determinant, with its gradient at singular matrices too."""
    return linalg_rules.det(matrix(a, "det", square=True))


def slogdet(a: Any) -> SlogdetResult:
    """np.linalg.slogdet: the sign, plain, and the logarithm of the determinant's size."""
    a = matrix(a, "slogdet", square=True)
    return SlogdetResult(np.linalg.slogdet(numbers(a))[0], linalg_rules.log_det(a))


def pinv(a: Any, rcond: Any = None, hermitian: bool = False, **settings: Any) -> Any:
    """np.linalg.pinv: the pseudo-inverse. Its gradient needs a matrix of full rank."""
    rtol = settings.pop("rtol", None)
    refuse("np.linalg.pinv", {"hermitian": hermitian or None, **settings})
    if rcond is not None and rtol is not None:
        raise ArgumentError("np.linalg.pinv: rcond= and rtol= are the same thing; give one.")
    given = rtol if rcond is None else rcond
    return linalg_rules.pinv(matrix(a, "pinv"), rcond=None if given is None else numbers(given))


def matrix_power(a: Any, n: int) -> Any:
    """np.linalg.matrix_power: a multiplied n times; of the inverse if n is negative."""
    a, count = matrix(a, "matrix_power", square=True), whole(n)
    if count == 0:
        return rules.where(False, a, np.eye(a.shape[-1], dtype=a.dtype))
    if count < 0:
        a, count = inv(a), -count
    result = None
    while True:  # by the binary digits of n: a, a^2, a^4, ...
        if count % 2:
            result = a if result is None else matmul(result, a)
        count //= 2
        if not count:
            return result
        a = matmul(a, a)


def cond(x: Any, p: Any = None) -> Any:
    """np.linalg.cond: the condition number, norm(x) * norm(inv(x)); by singular values if p=2."""
    x = matrix(x, "cond", square=p not in (None, 2, -2))
    if x.shape[-1] == 0 or x.shape[-2] == 0:
        raise LinAlgError(f"np.linalg.cond: a matrix of shape {x.shape} has no condition number.")
    if p in (None, 2, -2):
        levels = svdvals(x)
        large, small = levels[..., 0], levels[..., -1]
        return large / small if p != -2 else small / large
    return norm(x, p, (-2, -1)) * norm(inv(x), p, (-2, -1))


def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """np.linalg.tensorsolve: x with tensordot(a, x, x.ndim) = b."""
    a, b = array(a), array(b)
    if axes is not None:
        last = axes_in("np.linalg.tensorsolve", axes, a.ndim)
        a = transpose(a, axes=(*(i for i in range(a.ndim) if i not in last), *last))
    shape = a.shape[b.ndim :] if a.ndim > b.ndim else ()
    size = math.prod(shape)
    if a.size != size**2 or b.size != size:
        raise LinAlgError(
            f"np.linalg.tensorsolve: a {a.shape}, b {b.shape}: the sizes of the axes of a that b "
            "does not have must multiply to the size of b."
        )
    flat = solve(reshape(a, shape=(size, size)), reshape(b, shape=(size,)))
    return reshape(flat, shape=shape)


def tensorinv(a: Any, ind: int = 2) -> Any:
    """np.linalg.tensorinv: what undoes tensordot(a, ., ind)."""
    a, ind = array(a), whole(ind)
    if ind <= 0:
        raise ArgumentError(f"np.linalg.tensorinv: ind={ind}; give 1 or more.")
    size = math.prod(a.shape[ind:])
    if a.size != size**2:
        raise LinAlgError(
            f"np.linalg.tensorinv: the first {ind} axes of shape {a.shape} must have together as "
            "many places as the others."
        )
    found = linalg_rules.inv(reshape(a, shape=(size, size)))
    return reshape(found, shape=a.shape[ind:] + a.shape[:ind])


# --- products -------------------------------------------------------------------------------------


def multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """np.linalg.multi_dot: a product of matrices in the order that takes fewest multiplications.

    Source: Cormen, Leiserson, Rivest, Stein, Introduction to Algorithms (2009), section 15.2.
    """
    refuse("np.linalg.multi_dot", {"out": out})
    given = [array(a) for a in arrays]
    if len(given) < 2:
        raise ArgumentError(f"np.linalg.multi_dot: {len(given)} arrays; give two or more.")
    shapes = [a.shape for a in given]
    first_row, last_column = given[0].ndim == 1, given[-1].ndim == 1
    if first_row:
        given[0] = reshape(given[0], shape=(1, *shapes[0]))
    if last_column:
        given[-1] = reshape(given[-1], shape=(*shapes[-1], 1))
    fits = all(a.ndim == 2 for a in given) and all(
        a.shape[1] == b.shape[0] for a, b in itertools.pairwise(given)
    )
    if not fits:
        raise ShapeError(
            f"np.linalg.multi_dot: {' @ '.join(map(str, shapes))}: these matrices do not chain."
        )
    product = _chain(given)
    if not (first_row or last_column):
        return product
    return reshape(product, shape=product.shape[int(first_row) : 1 if last_column else 2])


def _chain(given: list[Any]) -> Any:
    sizes = [given[0].shape[0], *(a.shape[1] for a in given)]
    count = len(given)
    cost = [[0] * count for _ in range(count)]
    split = [[0] * count for _ in range(count)]
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            cost[i][j], split[i][j] = min(
                (cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )
    products = {(i, i): a for i, a in enumerate(given)}
    waiting = [(0, count - 1)]
    while waiting:
        i, j = waiting[-1]
        parts = [(i, split[i][j]), (split[i][j] + 1, j)]
        missing = [part for part in parts if part not in products]
        if missing and (i, j) not in products:
            waiting += missing
            continue
        waiting.pop()
        if (i, j) not in products:
            products[i, j] = matmul(products[parts[0]], products[parts[1]])
    return products[0, count - 1]


def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """np.linalg.trace: the sum of the diagonal of each matrix."""
    refuse("np.linalg.trace", {"dtype": dtype})
    return sum(diagonal(matrix(x, "trace"), offset=offset), axis=-1)


def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """np.linalg.diagonal: the diagonal of each matrix, or one beside it."""
    x, k = matrix(x, "diagonal"), whole(offset)
    rows, columns = x.shape[-2:]
    along = np.arange(max(0, min(rows + min(k, 0), columns - max(k, 0))))
    return x[..., along - min(k, 0), along + max(k, 0)]


def _outer(x1: Any, x2: Any, /) -> Any:
    """np.linalg.outer: all products of the entries of two vectors."""
    x1, x2 = array(x1), array(x2)
    if x1.ndim != 1 or x2.ndim != 1:
        raise ShapeError(
            f"np.linalg.outer: {x1.shape}, {x2.shape}: both must be vectors. np.outer takes others."
        )
    return numpy_products.outer(x1, x2)


def _cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """np.linalg.cross: the vector at a right angle to both, of 3 entries along `axis`."""
    x1, x2 = array(x1), array(x2)
    if not (x1.ndim and x2.ndim and x1.shape[axis] == 3 and x2.shape[axis] == 3):
        raise ShapeError(
            f"np.linalg.cross: {x1.shape}, {x2.shape}: axis {axis} must have 3 entries in both."
        )
    return numpy_products.cross(x1, x2, axis=axis)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.linalg.inv: inv,
    np.linalg.solve: solve,
    np.linalg.det: det,
    np.linalg.slogdet: slogdet,
    np.linalg.pinv: pinv,
    np.linalg.matrix_power: matrix_power,
    np.linalg.cond: cond,
    np.linalg.tensorsolve: tensorsolve,
    np.linalg.tensorinv: tensorinv,
    np.linalg.multi_dot: multi_dot,
    np.linalg.trace: trace,
    np.linalg.diagonal: diagonal,
    np.linalg.matrix_transpose: matrix_transpose,
    np.linalg.outer: _outer,
    np.linalg.cross: _cross,
    np.linalg.matmul: matmul,
    np.linalg.vecdot: numpy_products.vecdot,
    np.linalg.tensordot: numpy_products.tensordot,
}
METHODS: dict[str, Callable[..., Any]] = {}
