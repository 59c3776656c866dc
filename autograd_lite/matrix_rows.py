"""Sum and largest entry over the rows of a matrix, quicker than NumPy's own reductions.

`python benchmarks/row_reductions.py` prints the time of both.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from .recorded import is_recorded

_SHORT = 32  # entries in a row up to which columns are quicker, each as a vector
_FEW = 8  # rows for which nothing is gained


def sum_of_rows(a: Any) -> Any:
    """The rows of a matrix of floats added up: (n, d) to (d,).

    As a product with a row of ones, which BLAS computes faster than NumPy its sum, and with no more
    rounding.
    """
    if is_recorded(a):
        total = np.add.reduce(a, axis=0)
        total.op.by_product = True
        return total
    return _ones(len(a), a.dtype).dot(a)


def totals_of_rows(a: Any) -> Any:
    """The sum of every row of a matrix of floats: (n, d) to (n, 1); as a product with ones, too."""
    if is_recorded(a):
        total = np.sum(a, axis=-1, keepdims=True)
        total.op.by_product = a.ndim == 2 and a.dtype.char in "fd"
        return total
    if type(a) is np.ndarray and a.ndim == 2 and a.dtype.char in "fd":
        return a.dot(_ones((a.shape[1], 1), a.dtype))
    return np.sum(a, axis=-1, keepdims=True)


def is_by_columns(n: int, d: int) -> bool:
    """Whether the largest entries of the rows of an (n, d) matrix are found quicker by columns."""
    return n > _FEW and 0 < d <= _SHORT


def largest_of_rows(a: Any) -> Any:
    """The largest entry of every row of a matrix of floats, nan where it has one: (n, d) to (n, 1).

    NumPy starts anew in every row, which takes longer than a short row itself.
    """
    n, d = a.shape
    if is_by_columns(n, d):
        return np.maximum.reduce(a.T.copy(), axis=0).reshape(n, 1)
    if n <= _FEW or not d:
        return np.maximum.reduce(a, axis=1, keepdims=True)
    return a[row_numbers(n), a.argmax(axis=1)].reshape(n, 1)


@functools.lru_cache(64)
def row_numbers(count: int) -> Any:
    """0, 1, 2, ... as an array that is only made once, for reading."""
    numbers = np.arange(count)
    numbers.flags.writeable = False
    return numbers


@functools.lru_cache(64)
def _ones(shape: Any, dtype: Any) -> Any:
    ones = np.ones(shape, dtype)
    ones.flags.writeable = False
    return ones
