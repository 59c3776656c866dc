"""The table, continued: rows that multiply matrices and vectors."""

# mypy: disable-error-code="has-type"
# (rules name rows that stand further down: they are called later)
from __future__ import annotations

from typing import Any

import numpy as np

from .rows import structural
from .shape_rules import column, reshape, row, sum_to, swap


def _matmul_vjp_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    if a.ndim == b.ndim == 2:
        return g @ b.T
    if b.ndim == 1:
        return g * b if a.ndim == 1 else column(g) * b
    if a.ndim == 1:
        return sum_to(reshape(b @ column(g), shape=b.shape[:-1]), shape=a.shape)
    return sum_to(g @ swap(b), shape=a.shape)


def _matmul_vjp_b(g: Any, y: Any, a: Any, b: Any) -> Any:
    if a.ndim == b.ndim == 2:
        return a.T @ g
    if a.ndim == 1:
        return g * a if b.ndim == 1 else sum_to(column(a) * row(g), shape=b.shape)
    if b.ndim == 1:
        product = swap(a) @ column(g)
        return sum_to(reshape(product, shape=product.shape[:-1]), shape=b.shape)
    return sum_to(swap(a) @ g, shape=b.shape)


matmul = structural(
    "matmul",
    value=np.matmul,
    vjps=(_matmul_vjp_a, _matmul_vjp_b),
    latex="{a} {b}",
    badge="@",
)


def _einsum_vjp(
    slot: int, g: Any, y: Any, arrays: tuple[Any, ...], spec: str, optimize: Any
) -> Any:
    """The same sum of products, with the gradient in the place of the input it is for."""
    terms, result = spec.split("->")
    names = terms.split(",")
    others = [i for i in range(len(arrays)) if i != slot]
    back = ",".join([result, *(names[i] for i in others)]) + "->" + names[slot]
    return einsum(g, *(arrays[i] for i in others), spec=back, optimize=True)


einsum = structural(
    "einsum",
    # `numpy_einsum` brings every call to a form in which this row and its vjp are einsums: no label
    # twice in an operand, none in one operand alone, no size stretched.
    value=lambda *arrays, spec, optimize: np.einsum(spec, *arrays, optimize=optimize),
    vjps=_einsum_vjp,
    latex=r"\operatorname{einsum}({a}, \ldots)",
    badge="Σ×",
)


def _convolve_vjp(g: Any, other: Any, size: int) -> Any:
    """The stretch of g * reversed(other) in which both overlap whole."""
    return convolve(g, other[::-1])[len(other) - 1 : len(other) - 1 + size]


convolve = structural(
    "convolve",
    value=lambda a, b: np.convolve(a, b),
    vjps=(
        lambda g, y, a, b: _convolve_vjp(g, b, len(a)),
        lambda g, y, a, b: _convolve_vjp(g, a, len(b)),
    ),
    latex="{a} * {b}",
    badge="*",
)
