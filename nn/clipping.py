"""Gradient clipping by the norm of all gradients together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError, GradientError

from .flat import Array, Flat
from .settings import listed

# Between these a sum of squares has lost nothing, in float32 too.
LEAST, MOST = 1e-30, 1e30


def clip_grad_norm(params: Iterable[Any], max_norm: float) -> float:
    """Scale all gradients together so that their norm is at most `max_norm`; returns what it was.

    norm = sqrt(sum of g^2 over all parameters).
    Raises ArgumentError for a `max_norm` that is not above 0, GradientError for a norm that is
    infinite or NaN.
    Source: Pascanu, Mikolov, Bengio, ICML (2013), algorithm 1.

    >>> from autograd_lite import Tensor
    >>> t = Tensor(np.zeros(2))
    >>> t.grad = np.array([3.0, 4.0])
    >>> clip_grad_norm([t], 1.0), t.grad
    (5.0, array([0.6, 0.8]))
    """
    check_max_norm(max_norm)
    known = [p for p in listed("clip_grad_norm", params) if p.grad is not None]
    norm = _norm([p.grad for p in known], max_norm)
    if norm > max_norm:
        for p in known:
            p.grad = p.grad * (max_norm / norm)
    return norm


def clip_flat(flat: Flat, max_norm: float) -> float:
    """The same for the gradients in `flat.grad`, in place, to the same numbers."""
    check_max_norm(max_norm)
    norm = _norm([flat.gradient(i) for i in range(len(flat.params))], max_norm)
    if norm > max_norm:
        grad = flat.grad
        grad *= max_norm / norm
    return norm


def check_max_norm(max_norm: float) -> None:
    """Raise ArgumentError unless gradients can be scaled to this norm."""
    if not max_norm > 0:
        raise ArgumentError(f"clip_grad_norm: max_norm={max_norm!r}; give a positive number.")


def _norm(gradients: Sequence[Any], max_norm: float) -> float:
    with np.errstate(all="ignore"):
        norm = math.hypot(*map(_length, gradients))
    if not math.isfinite(norm):
        raise GradientError(
            f"clip_grad_norm: the norm of the gradients is {norm}; no factor makes it {max_norm}.\n"
            "  A smaller learning rate or scaled features may help."
        )
    return norm


def _length(gradient: Any) -> float:
    flat: Array = np.asarray(gradient).reshape(-1)
    square = float(flat @ flat) if flat.dtype.char in "fd" else 0.0
    if LEAST < square < MOST:
        return math.sqrt(square)
    wide = flat.astype(float)  # too large or too small for its own dtype, or all zero
    most = float(np.max(np.abs(wide), initial=0.0))
    if not 0.0 < most < math.inf:
        return most
    wide /= most
    return most * math.sqrt(float(wide @ wide))
