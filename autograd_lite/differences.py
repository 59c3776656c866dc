"""Derivatives from values alone, by central differences: what `check_grads` compares with."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_SHRINK = (1.0, 1 / 16, 1 / 256)  # steps tried on a single entry, as shares of the first


class Vector:
    """Numbers and arrays as one flat vector, and back again in their shapes and dtypes."""

    def __init__(self, leaves: Sequence[Any]) -> None:
        self.leaves = list(leaves)
        self.shapes: list[tuple[int, ...]] = [np.shape(x) for x in leaves]
        self.dtypes = [np.asarray(x).dtype for x in leaves]
        self.ends = np.cumsum([math.prod(s) for s in self.shapes], dtype=int)
        self.size = int(self.ends[-1]) if len(self.ends) else 0
        self.start = self.flat(leaves)
        self.eps = max((float(np.finfo(d).eps) for d in self.dtypes), default=2.3e-16)
        sizes = [np.abs(np.asarray(x, float)) for x in leaves]
        typical = [math.sqrt(float(np.mean(s * s))) if s.size else 0.0 for s in sizes]
        # How far an entry may be moved: in proportion to itself, or to its neighbours if it is 0.
        self.scale = np.concatenate(
            [np.maximum(s, t or 1.0).ravel() for s, t in zip(sizes, typical, strict=True)] or [[]]
        )

    def flat(self, leaves: Sequence[Any]) -> Any:
        """One vector of float64."""
        return np.concatenate([np.ravel(np.asarray(x, float)) for x in leaves] or [np.zeros(0)])

    def parts(self, z: Any, like: Sequence[Any] | None = None) -> list[Any]:
        """The vector in pieces: floats where there were floats, else arrays."""
        pieces = np.split(z, self.ends[:-1]) if len(self.ends) else []
        found: list[Any] = []
        for i, piece in enumerate(pieces):
            given = self.leaves[i] if like is None else like[i]
            if isinstance(given, np.ndarray | np.generic):
                found.append(piece.reshape(self.shapes[i]).astype(given.dtype))
            else:
                found.append(float(piece[0]))
        return found

    def place(self, i: int, names: Sequence[str]) -> str:
        """What entry i of the vector is called: the name of its leaf, and its index there."""
        leaf = int(np.searchsorted(self.ends, i, side="right"))
        inside = i - (int(self.ends[leaf - 1]) if leaf else 0)
        if not self.shapes[leaf]:
            return names[leaf]
        index = np.unravel_index(inside, self.shapes[leaf])
        return f"{names[leaf]}[{', '.join(str(int(k)) for k in index)}]"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a derivative is not accepted."""

    what: str
    found: float
    text: str


class Differences:
    """Central differences of a vector function around one point, with steps that fit the dtype.

    Two steps h and h/2 are extrapolated, which leaves an error of h^4, so h may be as large as
    eps^(1/4), where rounding hardly counts: 1.2e-4 in float64, 0.02 in float32.
    """

    def __init__(self, f: Callable[[Any], Any], start: Any, eps: float, rtol: float | None) -> None:
        self.f, self.start, self.eps = f, start, eps
        self.step = eps**0.25
        self.rtol = rtol if rtol is not None else min(0.1, max(1e-4, 1e5 * eps))
        self.middle = f(start)

    def agree(self, found: float, size: float, weights: Any, v: Any) -> bool:
        """Whether a derivative along v is right as far as rounding lets one see: a strict test."""
        expected, _, noise = self._slope(weights, v, self.step)
        allowed = self.eps**0.5 * max(size, abs(expected)) + noise
        return bool(abs(found - expected) <= allowed)

    def judge(self, found: float, weights: Any, v: Any, size: float) -> Verdict | None:
        """Whether the derivative along one entry is right, with the step that suits it best.

        size: how far the entry may be moved.
        """
        best: tuple[float, float, float] | None = None
        for share in _SHRINK:
            step = self.step * size * share
            expected, doubt, noise = self._slope(weights, v, step)
            if math.isfinite(expected) and (best is None or doubt + noise < best[1]):
                best = expected, doubt + noise, step
        if best is None:
            step = self.step * size * _SHRINK[-1]
            return Verdict(
                "cannot be checked: the point is at the edge of its domain",
                found,
                f"One step of {step:.2g} away the function is not finite. Move the point inside.",
            )
        expected, doubt, step = best
        if abs(found - expected) <= self.rtol * max(abs(found), abs(expected)) + 3 * doubt:
            return None
        kink = self._kink(weights, v, size)
        if kink is not None:
            return Verdict("cannot be checked: the point lies on a kink", found, kink)
        return Verdict(
            "is wrong",
            found,
            f"expected  {expected:.10g}   (central differences, step {step:.2g})\n"
            "  Mend the partials or vjps of the rows it uses; .item(), .data and ag.detach let no "
            "gradient through.",
        )

    def _slope(self, weights: Any, v: Any, step: float) -> tuple[float, float, float]:
        """The slope along v, how much it moved with the step, and what rounding may do to it."""
        with np.errstate(all="ignore"):
            wide, w = self._central(weights, v, step)
            narrow, n = self._central(weights, v, step / 2)
            noise = 16 * self.eps * max(w, n) / step
            return (4 * narrow - wide) / 3, 0.01 * abs(narrow - wide), noise

    def _central(self, weights: Any, v: Any, step: float) -> tuple[float, float]:
        up, down = self.f(self.start + step * v), self.f(self.start - step * v)
        used = weights != 0
        up, down, weights = up[used], down[used], weights[used]
        size = float(np.sum(np.abs(weights) * (np.abs(up) + np.abs(down))))
        return float(np.sum(weights * (up - down))) / (2 * step), size

    def _kink(self, weights: Any, v: Any, size: float) -> str | None:
        """What the slopes on both sides are, if they stay apart however small the step."""
        used = weights != 0
        middle = self.middle[used]
        found = []
        for share in (1.0, 1 / 16):
            step = self.step * size * share
            up = self.f(self.start + step * v)[used] - middle
            down = middle - self.f(self.start - step * v)[used]
            found.append([float(np.sum(weights[used] * d)) / step for d in (down, up)])
        (left, right), (near_left, near_right) = found
        steep = max(abs(near_left), abs(near_right))
        if steep > 8 * max(abs(left), abs(right)):
            return "The function jumps there. Move the point off the jump."
        apart = abs(near_right - near_left)
        if apart > 10 * self.rtol * steep and apart > 0.5 * abs(right - left):
            return (
                f"From the left the slope is {near_left:.6g}, from the right {near_right:.6g}. "
                "Move the point off the kink."
            )
        return None
