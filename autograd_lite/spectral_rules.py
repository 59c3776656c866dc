"""The table, continued: eigenvalues and singular values, with their vectors.

A decomposition is one row, whose result holds all factors in one array; `eigenvalues`,
`eigenvectors` and their like read them off. Where two eigenvalues coincide, their vectors are any
two of a plane: then the eigenvalues have a gradient only if they all enter alike, and the vectors
have none. Reading them is refused in the backward pass, in either mode and at any order.

Eigenvalues coincide here if they are nearer to each other than 8 n eps times the largest: the
rounding errors of a decomposition stay below that.

Sources: for eigh Giles, Collected Matrix Derivative Results for Forward and Reverse Mode AD (2008);
for svd Townsend, Differentiating the Singular Value Decomposition (2016).
"""

# mypy: disable-error-code="has-type"
# (rules name rows that stand further down: they are called later)
from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .errors import GradientError
from .graph import numbers
from .joining_rules import concatenate
from .linalg_rules import on_lower
from .recorded import when_known
from .rows import structural
from .rules import equal, where
from .shape_rules import column, row, swap

# --- levels that coincide -------------------------------------------------------------------------


def _nearness(levels: Any) -> Any:
    """How near two levels of a matrix count as one."""
    largest = np.max(np.abs(levels), axis=-1, initial=0)[..., None, None]
    return 8 * levels.shape[-1] * np.finfo(levels.dtype).eps * largest


def _coincident(levels: Any) -> Any:
    """For each pair of different levels whether it counts as one level."""
    apart = np.abs(levels[..., :, None] - levels[..., None, :])
    return (apart <= _nearness(levels)) & ~np.eye(levels.shape[-1], dtype=bool)


def _refuse(pairs: Any, levels: Any, what: str) -> None:
    """Raise GradientError if a pair is marked, naming the two levels."""
    if np.any(pairs):
        *at, i, j = (int(k) for k in np.argwhere(pairs)[0])
        values = levels[tuple(at)]
        raise GradientError(
            f"{what} {min(i, j)} and {max(i, j)} coincide: {values[i]:.10g} and {values[j]:.10g}"
            + (f", in the matrix at {at}" if at else "")
            + ".\n  Their vectors are not determined, so there is no gradient here."
        )


def _alike(a: Any, levels: Any, what: str) -> Any:
    """The matrix as it is; refused if it tells apart what belongs to levels that coincide."""
    when_known(partial(_refuse_unlike, what), a, levels)
    return a


def _refuse_unlike(what: str, a: Any, levels: Any) -> None:
    pairs = _coincident(levels)
    if np.any(pairs):
        along = np.arange(a.shape[-1])
        diagonal = a[..., along, along]
        tells = np.abs(a) + np.abs(diagonal[..., :, None] - diagonal[..., None, :])
        rounding = np.sqrt(np.finfo(a.dtype).eps) * np.max(np.abs(a), axis=(-2, -1), keepdims=True)
        _refuse(pairs & (tells > rounding), levels, what)


alike = structural(
    "alike",
    # What stands in the axes of the eigenvectors, where no choice of them may make a difference.
    value=_alike,
    vjps=(lambda g, y, a, levels, what: alike(g, levels=levels, what=what),),
    latex="{a}",
    badge="=",
)


def _on_levels(g: Any, levels: Any, what: str) -> Any:
    """The gradient of the levels as a diagonal matrix, in the axes of their vectors."""
    return alike(row(g) * np.eye(g.shape[-1], dtype=g.dtype), levels=numbers(levels), what=what)


def _over_gaps(a: Any, gaps: Any) -> Any:
    """Each entry over the gap of its two levels; 0 where there is no gap."""
    closed = equal(gaps, 0)
    return where(closed, 0, a / where(closed, 1, gaps))


# --- parts of a packed decomposition --------------------------------------------------------------


def _part(start: int, stop: int | None) -> tuple[Any, ...]:
    return Ellipsis, slice(start, stop), slice(None)


def _placed(g: Any, y: Any, start: int) -> Any:
    """A gradient of some rows of the packed array, with zeros for the other rows."""
    stop = start + g.shape[-2]
    above, below = (
        np.zeros((*y.shape[:-2], n, y.shape[-1]), dtype=y.dtype)
        for n in (start, y.shape[-2] - stop)
    )
    return concatenate(above, g, below, axis=-2)


# --- eigenvalues of a symmetric matrix ------------------------------------------------------------


def _eigh(a: Any, uplo: Any) -> Any:
    w, v = np.linalg.eigh(a, uplo)
    return np.concatenate([w[..., None, :], v], axis=-2)


def _eigh_vjp(g: Any, y: Any, a: Any, uplo: str) -> Any:
    w, v = eigenvalues(y), eigenvectors(y)
    gw, gv = g[..., 0, :], g[..., 1:, :]
    inside = _on_levels(gw, w, "eigh: eigenvalues") + _over_gaps(swap(v) @ gv, row(w) - column(w))
    total = on_lower(v @ inside @ swap(v))
    return total if uplo == "L" else swap(total)


eigh = structural(
    "eigh",
    # Eigenvalues in the first row of the result, eigenvectors as columns below them.
    value=_eigh,
    vjps=(_eigh_vjp,),
    latex=r"\operatorname{eigh}({a})",
)
eigenvalues = structural(
    "eigenvalues",
    value=lambda a: a[..., 0, :],
    vjps=(lambda g, y, a: _placed(row(g), a, 0),),
    latex=r"\lambda({a})",
    badge="λ",
)


def _eigenvectors_vjp(g: Any, y: Any, a: Any) -> Any:
    when_known(_refuse_coincident, numbers(a)[..., 0, :])
    return _placed(g, a, 1)


def _refuse_coincident(levels: Any) -> None:
    _refuse(_coincident(levels), levels, "eigh: eigenvalues")


eigenvectors = structural(
    "eigenvectors",
    value=lambda a: a[..., 1:, :],
    vjps=(_eigenvectors_vjp,),
    latex="V({a})",
    badge="V",
)

# --- singular values ------------------------------------------------------------------------------


def _svd(a: Any) -> Any:
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return np.concatenate([u, s[..., None, :], np.swapaxes(vt, -1, -2)], axis=-2)


def _zero_levels(s: Any) -> Any:
    """Which singular values count as 0."""
    return s <= _nearness(s)[..., 0]


def _svd_vjp(g: Any, y: Any, a: Any) -> Any:
    rows, columns = a.shape[-2:]
    u, s, v = (part(y, rows=rows) for part in (left_vectors, singular_values, right_vectors))
    gu, gs, gv = g[..., :rows, :], g[..., rows, :], g[..., rows + 1 :, :]
    zero = _zero_levels(numbers(s))
    # A singular value of 0 is at a kink, as |a| is: its gradient is 0.
    inside = _on_levels(gs * (~zero).astype(a.dtype), s, "svd: singular values")
    gaps = (row(s) - column(s)) * (row(s) + column(s))
    ku, kv = swap(u) @ gu, swap(v) @ gv
    inside = inside + _over_gaps(ku - swap(ku), gaps) * row(s)
    inside = inside + column(s) * _over_gaps(kv - swap(kv), gaps)
    total = u @ inside @ swap(v)
    over = where(zero, 0, 1 / where(zero, 1, s))
    if rows > columns:
        total = total + ((gu - u @ ku) * row(over)) @ swap(v)
    if rows < columns:
        total = total + (u * row(over)) @ swap(gv - v @ kv)
    return total


svd = structural(
    "svd",
    # U, below it one row of singular values, below that V: the columns belong together.
    value=_svd,
    vjps=(_svd_vjp,),
    latex=r"\operatorname{svd}({a})",
)
singular_values = structural(
    "singular_values",
    value=lambda a, rows: a[..., rows, :],
    vjps=(lambda g, y, a, rows: _placed(row(g), a, rows),),
    latex=r"\sigma({a})",
    badge="σᵢ",
)


def _vectors_vjp(g: Any, a: Any, rows: int, start: int) -> Any:
    columns = a.shape[-2] - rows - 1
    when_known(partial(_refuse_vectors, rows, columns), numbers(a)[..., rows, :])
    return _placed(g, a, start)


def _refuse_vectors(rows: int, columns: int, levels: Any) -> None:
    _refuse(_coincident(levels), levels, "svd: singular values")
    if rows != columns and np.any(_zero_levels(levels)):
        raise GradientError(
            f"svd: a singular value is 0 ({np.min(levels):.4g}) and the matrix is not square "
            f"({rows} by {columns}).\n"
            "  Its vector is not determined, so there is no gradient here."
        )


left_vectors = structural(
    "left_vectors",
    value=lambda a, rows: a[..., :rows, :],
    vjps=(lambda g, y, a, rows: _vectors_vjp(g, a, rows, 0),),
    latex="U({a})",
    badge="U",
)
right_vectors = structural(
    "right_vectors",
    value=lambda a, rows: a[..., rows + 1 :, :],
    vjps=(lambda g, y, a, rows: _vectors_vjp(g, a, rows, rows + 1),),
    latex="V({a})",
    badge="V",
)
