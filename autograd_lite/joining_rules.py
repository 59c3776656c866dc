"""The table, continued: rows that join arrays."""

# mypy: disable-error-code="has-type"
# (rules name rows that stand further down: they are called later)
from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from .rows import structural


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
