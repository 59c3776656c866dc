"""Whether two rows computed the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np


def distance(found: list[Any], expected: list[Any]) -> float:
    """The largest relative distance of the arrays: |a - b| / |b| in the Euclidean norm.

    inf where their number or their shapes differ, or an entry is no finite number.
    """
    if len(found) != len(expected):
        return float("inf")
    worst = 0.0
    for a, b in zip(found, expected, strict=True):
        one, two = np.asarray(a, float), np.asarray(b, float)
        if one.shape != two.shape or not np.all(np.isfinite(one)):
            return float("inf")
        norm = float(np.linalg.norm(two))
        gap = float(np.linalg.norm(one - two))
        worst = max(worst, gap / norm if norm else gap)
    return worst
