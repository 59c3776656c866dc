"""Numbers and arrays in a box of a drawing: a matrix in brackets, or a strip with its range."""

from __future__ import annotations

from typing import Any

import numpy as np

from .matrix import Array
from .numbers import is_small, short
from .picture import html
from .store import largest_of_blocks

ROWS, COLUMNS = 8, 16  # cells of a strip, at most
ABOVE, BELOW, GROUND = (0x1F, 0x6F, 0xB4), (0xC2, 0x54, 0x0A), (0xFF, 0xFF, 0xFF)


def amount(data: Any) -> str:
    """A number, a small matrix in brackets, or a strip and the range of a large array."""
    if isinstance(data, str):
        return html(data)
    if np.ndim(data) == 0:
        return html(short(data))
    array = np.asarray(data)
    if not array.size:
        return "empty"
    if is_small(array):
        rows = "".join(
            "<TR>" + "".join(f'<TD ALIGN="RIGHT">{html(short(x))}</TD>' for x in row) + "</TR>"
            for row in np.atleast_2d(array)
        )
        return (
            '<TABLE BORDER="1" SIDES="LR" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">'
            f"{rows}</TABLE>"
        )
    if not np.isfinite(array).all():
        return "not all finite"
    told = html(f"{short(array.min())} … {short(array.max())}")
    return (
        '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">'
        f'<TR><TD ALIGN="RIGHT">{_strip(array)}</TD></TR><TR><TD ALIGN="RIGHT">{told}</TD></TR>'
        "</TABLE>"
    )


def _strip(array: Array) -> str:
    """A cell for every block of entries, as strong as its largest; below zero with a bar."""
    cells = largest_of_blocks(array.reshape(-1, array.shape[-1]).astype(float), ROWS, COLUMNS)
    top = float(np.abs(cells).max()) or 1.0
    rows = "".join(
        "<TR>" + "".join(_cell(float(x), float(x) / top) for x in row) + "</TR>" for row in cells
    )
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="1" CELLPADDING="0">{rows}</TABLE>'


def _cell(value: float, share: float) -> str:
    strength = 0.06 + 0.94 * abs(share) ** 0.5
    ink = BELOW if value < 0 else ABOVE
    mixed = (round(g + (i - g) * strength) for g, i in zip(GROUND, ink, strict=True))
    colour = "#" + "".join(f"{part:02x}" for part in mixed)
    bar = '<FONT POINT-SIZE="6" COLOR="#ffffff">–</FONT>' if value < 0 else ""
    return f'<TD WIDTH="9" HEIGHT="9" FIXEDSIZE="TRUE" BGCOLOR="{colour}">{bar}</TD>'
