"""Medians, spreads, and quotients of rounds that were taken in turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Spread:
    """The median, and the quartiles on either side of it."""

    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread | None:
    """None of nothing."""
    if not values:
        return None
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return Spread(float(median), float(low), float(high))


def quotient(above: Sequence[float], below: Sequence[float]) -> Spread | None:
    """How many times faster `below` is: of each round by itself, as both had the same moment.

    Where one has fewer rounds, the first rounds of the other stand beside them.
    """
    pairs = [a / b for a, b in zip(above, below, strict=False)]
    return spread(pairs)
