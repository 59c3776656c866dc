"""Arrays as plain text: matrices side by side, as a person writes them on paper."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .matrix import Array, Table
from .numbers import short
from .words import Words

ROWS, COLUMNS = 8, 8  # of an array that is written out; of a larger one, its range
GAP = "   "


def blocks(tables: Iterable[Table], words: Words, width: int) -> list[str]:
    """The tables side by side, as many in a row as fit.

    >>> from .words import Words
    >>> found = blocks([Table("X", np.eye(2)), Table("b", np.array([-0.5, 3.0]))], Words(), 60)
    >>> print("\\n".join(found))
    X (2, 2)   b (2,)
    [1  0]     [-0.5  3]
    [0  1]
    """
    lines: list[str] = []
    row: list[list[str]] = []
    for table in tables:
        block = _block(table, words)
        if row and sum(_wide(b) + len(GAP) for b in [*row, block]) - len(GAP) > width:
            lines += [*_beside(row), ""]
            row = []
        row.append(block)
    return [*lines, *_beside(row)]


def _block(table: Table, words: Words) -> list[str]:
    array = np.asarray(table.numbers)
    if array.size == 1:
        return [f"{table.title} = {short(array)}"]
    head = words("table_shape", title=table.title, shape=str(array.shape)[1:-1])
    return [head, *(written(array) or [summary(array, words)])]


def written(array: Array) -> list[str]:
    """The rows of a small array, their columns aligned; of a block of matrices, one by one."""
    if not array.size or array.size > ROWS * COLUMNS or array.shape[-1] > COLUMNS:
        return []
    rows = [[short(x) for x in line] for line in array.reshape(-1, array.shape[-1])]
    if len(rows) > ROWS:
        return []
    widths = [max(len(line[i]) for line in rows) for i in range(len(rows[0]))]
    return ["[" + "  ".join(x.rjust(w) for x, w in zip(r, widths, strict=True)) + "]" for r in rows]


def summary(array: Array, words: Words) -> str:
    """The range of a large array."""
    if not array.size:
        return "[]"
    with np.errstate(all="ignore"):
        low, high = float(array.min()), float(array.max())
    return words("table_range", low=short(low), high=short(high))


def _wide(block: list[str]) -> int:
    return max(map(len, block))


def _beside(row: list[list[str]]) -> list[str]:
    height = max(map(len, row), default=0)
    widths = [_wide(block) for block in row]
    return [
        GAP.join(
            (block[i] if i < len(block) else "").ljust(width)
            for block, width in zip(row, widths, strict=True)
        ).rstrip()
        for i in range(height)
    ]
