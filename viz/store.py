"""The arrays of a page, each once, as small as they can be read.

A small array is sent as its numbers, written out. A larger one is sent as 32-bit numbers, which are
more than the four digits that are shown. What would make the page too large is summarised: a grid
in which each cell stands for a block, by its largest entry.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from .matrix import Array, Arrays, Filled, SumOf
from .numbers import short

WRITTEN = 48  # entries of an array whose numbers are sent as text
ONE, ALL = 8_192, 25_000  # entries of one array, and of all, that are sent one by one
GRID = 48  # rows and columns of a summary
LEVELS = 127


class Store:
    """Arrays by number, and the frames' references to them."""

    def __init__(self, shown: Iterable[Arrays | None]) -> None:
        self.arrays: list[dict[str, Any]] = []
        self._known: dict[tuple[Any, ...], int] = {}
        found: dict[tuple[Any, ...], Array] = {}
        for frame in shown:
            for numbers in _numbers(frame) if frame else ():
                found.setdefault(_identity(numbers), numbers)
        self._whole: set[tuple[Any, ...]] = set()
        room = ALL
        for key, numbers in sorted(found.items(), key=lambda item: item[1].size):
            if numbers.size > min(ONE, room):
                break
            self._whole.add(key)
            room -= numbers.size if numbers.size > WRITTEN else 0

    def add(self, numbers: Array) -> int:
        """The place of an array in the store."""
        key = _identity(numbers)
        if key not in self._known:
            self._known[key] = len(self.arrays)
            self.arrays.append(_packed(numbers, whole=key in self._whole))
        return self._known[key]

    def refer(self, shown: Arrays | None) -> dict[str, Any] | None:
        """The arrays of a frame as plain data; entries only of arrays that are there in full."""
        if shown is None:
            return None
        tables = [{"title": t.title, "array": self.add(t.numbers)} for t in shown.tables]
        told: dict[str, Any] = {"tables": tables, "chosen": shown.chosen, "slope": shown.slope}
        if any(_identity(numbers) not in self._whole for numbers in _numbers(shown)):
            return told
        if shown.before is not None and shown.after is not None:
            told |= {"before": self.add(shown.before), "after": self.add(shown.after)}
        if isinstance(shown.how, SumOf):
            entries = shown.how.entries
            told["sum"] = {"first": shown.how.first, "second": shown.how.second}
            told["sum"]["ahead"] = shown.how.ahead
            if entries.listed:
                told["sum"]["listed"] = [pairs.tolist() for pairs in entries.listed]
            else:
                told["sum"] |= {"base": entries.base.tolist(), "strides": entries.strides.tolist()}
        elif isinstance(shown.how, Filled):
            told["filled"] = {"formula": shown.how.formula, "places": shown.how.places}
        return told


def _numbers(shown: Arrays) -> list[Array]:
    collected = (shown.before, shown.after)
    return [table.numbers for table in shown.tables] + [x for x in collected if x is not None]


def _identity(numbers: Array) -> tuple[Any, ...]:
    return numbers.shape, numbers.dtype.str, numbers.tobytes()


def _packed(numbers: Array, whole: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"shape": list(numbers.shape)}
    plain = np.asarray(numbers, dtype=float)
    if numbers.size <= WRITTEN:
        return told | {"text": [short(x) for x in plain.reshape(-1)]}
    with np.errstate(all="ignore"):
        if whole:
            return told | {"floats": _encoded(plain.astype("<f4"))}
        return told | _summary(plain.reshape(-1, numbers.shape[-1]))


def largest_of_blocks(matrix: Array, rows: int, columns: int) -> Array:
    """A grid of at most so many rows and columns: of each block, the entry farthest from zero.

    >>> largest_of_blocks(np.array([[1.0, -2.0, 0.0], [0.5, 1.0, 3.0]]), 1, 2)
    array([[-2.,  3.]])
    """
    tall, wide = _block(matrix, rows, columns)
    down, across = -(-matrix.shape[0] // tall), -(-matrix.shape[1] // wide)
    padded = np.zeros((down * tall, across * wide))
    padded[: matrix.shape[0], : matrix.shape[1]] = matrix
    blocks = padded.reshape(down, tall, across, wide).swapaxes(1, 2).reshape(down, across, -1)
    sizes = np.where(np.isnan(blocks), np.inf, np.abs(blocks))
    found: Array = np.take_along_axis(blocks, sizes.argmax(axis=2)[..., None], axis=2)[..., 0]
    return found


def _block(matrix: Array, rows: int, columns: int) -> tuple[int, int]:
    tall, wide = (
        math.ceil(n / most) for n, most in zip(matrix.shape, (rows, columns), strict=True)
    )
    return max(1, tall), max(1, wide)


def _summary(matrix: Array) -> dict[str, Any]:
    """A grid of the largest entry of each block, in levels of the largest of all."""
    largest = largest_of_blocks(matrix, GRID, GRID)
    finite = np.abs(matrix[np.isfinite(matrix)])
    top = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    levels = np.nan_to_num(np.clip(largest / top, -1, 1)) * LEVELS
    return {
        "grid": list(largest.shape),
        "block": list(_block(matrix, GRID, GRID)),
        "levels": _encoded(np.rint(levels).astype(np.int8)),
        "low": short(float(np.nanmin(matrix))),
        "high": short(float(np.nanmax(matrix))),
    }


def _encoded(array: Array) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
