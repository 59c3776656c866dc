"""The table, continued: rows that multiply matrices and vectors."""

# mypy: disable-error-code="has-type"
# (rules name rows that stand further down: they are called later)
from __future__ import annotations

from typing import Any

import numpy as np

from .rows import structural
from .shape_rules import column, reshape, row, sum_to, swap


def _matmul_vjp_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:
        return g * b if a.ndim == 1 else column(g) * b
    if a.ndim == 1:
        return sum_to(reshape(b @ column(g), shape=b.shape[:-1]), shape=a.shape)
    return sum_to(g @ swap(b), shape=a.shape)


def _matmul_vjp_b(g: Any, y: Any, a: Any, b: Any) -> Any:
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
