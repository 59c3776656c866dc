"""NumPy's norms of vectors and matrices, found by `Tensor`."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import ArgumentError, AxisError
from .linalg_rules import norm as length
from .linalg_rules import norm_p
from .numpy_arguments import array, axis_in
from .reduction_rules import max, min, sum
from .rules import absolute, sign
from .shape_rules import transpose
from .spectral_rules import singular_values, svd

INF = math.inf


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """np.linalg.norm: of all entries, of vectors along one axis, of matrices along two.

    Vectors: ord None or 2 (length), 1, inf, -inf, 0 (how many are not 0), or any p.
    Matrices: ord None or "fro" (length), 1, -1, inf, -inf (largest or smallest sum of a column or
    row), 2, -2 (largest, smallest singular value), "nuc" (sum of the singular values).
    Where a norm has a corner its gradient is that of smallest length: 0 at 0, ties share equally.
    Raises ArgumentError for an ord that there is not, AxisError for an axis that is not there.

    >>> import autograd_lite as ag
    >>> ag.grad(np.linalg.norm)(np.array([3.0, 4.0]))
    array([0.6, 0.8])
    >>> ag.grad(np.linalg.norm)(np.zeros(2))
    array([0., 0.])
    """
    x = array(x)
    if axis is None:
        every = tuple(range(x.ndim))
        if ord is None or (ord in ("f", "fro") and x.ndim == 2):
            return length(x, axis=every, keepdims=bool(keepdims))
        axes = every
    else:
        given = axis if isinstance(axis, tuple) else (axis,)
        axes = tuple(axis_in("np.linalg.norm", i, x.ndim) for i in given)
    if len(axes) == 1:
        return _of_vectors(x, ord, axes, bool(keepdims))
    if len(axes) != 2:
        raise ArgumentError(
            f"np.linalg.norm: ord={ord!r} over {len(axes)} axes of shape {x.shape}: a norm is of "
            "vectors (one axis) or matrices (two).\n"
            "  Say axis=, or use np.linalg.vector_norm, which takes any number of axes."
        )
    if axes[0] == axes[1]:
        raise AxisError(f"np.linalg.norm: axis={axis} names the same axis twice.")
    return _of_matrices(x, ord, axes, bool(keepdims))


def _of_vectors(x: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    settings: dict[str, Any] = {"axis": axes, "keepdims": keepdims}
    if ord is None or ord == 2:
        return length(x, **settings)
    if not isinstance(ord, numbers.Real):
        raise ArgumentError(
            f"np.linalg.norm: ord={ord!r:.60} is no norm of vectors. Give a number, inf or -inf."
        )
    if ord == INF:
        return max(absolute(x), **settings)
    if ord == -INF:
        return min(absolute(x), **settings)
    if ord == 1:
        return sum(absolute(x), **settings)
    if ord == 0:
        return sum(absolute(sign(x)), **settings)  # a count: flat wherever it is smooth
    return norm_p(x, p=float(ord), **settings)


def _of_matrices(x: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    down, across = axes
    if ord in (None, "f", "fro"):
        return length(x, axis=axes, keepdims=keepdims)
    if ord in (1, -1, INF, -INF):
        inner, outer = (down, across) if abs(ord) == 1 else (across, down)
        sums = sum(absolute(x), axis=inner, keepdims=True)
        found = (max if ord > 0 else min)(sums, axis=outer, keepdims=True)
    elif ord in (2, -2, "nuc"):
        rest = tuple(i for i in range(x.ndim) if i not in axes)
        levels = svdvals(transpose(x, axes=(*rest, down, across)))
        found = {2: max, -2: min, "nuc": sum}[ord](levels, axis=-1)
        return found.reshape(_kept(x.shape, axes)) if keepdims else found
    else:
        raise ArgumentError(
            f"np.linalg.norm: ord={ord!r:.60} is no norm of matrices. "
            "Give None, 'fro', 'nuc', 1, -1, 2, -2, inf or -inf."
        )
    left = tuple(n for i, n in enumerate(x.shape) if i not in axes)
    return found if keepdims else found.reshape(left)


def _kept(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def svdvals(x: Any, /) -> Any:
    """np.linalg.svdvals: the singular values, largest first."""
    x = array(x)
    return singular_values(svd(x), rows=x.shape[-2])


def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """np.linalg.vector_norm: of all entries over any axes taken as one vector."""
    x = array(x)
    given = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(axis_in("np.linalg.vector_norm", i, x.ndim) for i in given)
    return _of_vectors(x, ord, axes, bool(keepdims))


def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """np.linalg.matrix_norm: of the matrices in the last two axes."""
    return norm(x, ord, (-2, -1), keepdims)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.linalg.norm: norm,
    np.linalg.vector_norm: vector_norm,
    np.linalg.matrix_norm: matrix_norm,
    np.linalg.svdvals: svdvals,
}
METHODS: dict[str, Callable[..., Any]] = {}
