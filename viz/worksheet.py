"""`worksheet`: backprop on paper, with blanks to fill in and, on pages of its own, the key."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError, UnsupportedError
from autograd_lite.graph import Node

from .files import save
from .names import name_nodes
from .sheet import Sheet
from .variants import variant
from .walk import walk
from .words import Words

MOST = 160  # numbers to write on one sheet
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
{css}</style>
</head>
<body>
<main>
{pages}
</main>
</body>
</html>
"""


class Worksheet:
    """Sheets to print, then their keys. Saves itself as one HTML page, ready for A4.

    seeds: the seeds of the sheets, None for the numbers of the graph itself.
    nodes: the result of each sheet, a node whose graph has its numbers.
    """

    def __init__(self, sheets: list[Sheet]) -> None:
        self._sheets = sheets
        self.seeds = [sheet.seed for sheet in sheets]
        self.nodes = [sheet.walk.root for sheet in sheets]

    def html(self, key: bool = True) -> str:
        """The sheets as one HTML page; `key=False` leaves the keys out, to hand it to learners."""
        pages = [sheet.page(key=False) for sheet in self._sheets]
        if key:
            pages += [sheet.page(key=True) for sheet in self._sheets]
        first = self._sheets[0]
        return PAGE.format(
            title=escape(first.words("sheet_title", root=first.root)),
            css=files("viz").joinpath("sheet.css").read_text("utf-8"),
            pages="\n".join(pages),
        )

    def save(self, path: str | os.PathLike[str], key: bool = True) -> Path:
        """Write the sheets and, unless `key=False`, their keys to an `.html` file. Gives the path.

        Print it from a browser: every sheet and every key begins a page of its own.
        The file appears whole or not at all.
        Raises ArgumentError for another ending, and OSError where the file cannot be written.
        """
        return save(path, {".html": lambda: self.html(key)}, "a worksheet")

    def __repr__(self) -> str:
        count = len(self._sheets)
        return f"<{count} worksheet{'s' * (count != 1)} on {self._sheets[0].root}>"

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{escape(self.html())}" width="100%" height="900" sandbox="" '
            f'title="{escape(repr(self))}"></iframe>'
        )


def worksheet(
    y: Node,
    names: Mapping[str, Any] | None = None,
    seed: int | Iterable[int] | None = None,
    words: Mapping[str, str] | None = None,
) -> Worksheet:
    """A sheet to work through backprop by hand, and its key with the usual slips.

    The sheet has the drawing, the numbers that are given, and a blank for each value and for the
    upstream, local derivative, contribution and total of each arrow. The key, on a page of its own,
    has the numbers, and says what went wrong "if you wrote -3".

    y: a node with a single entry.  names: `locals()`, to call nodes by their variables.
    seed: makes other numbers of the same kind and signs, such that slips can be told apart; the
    seed is printed on the sheet. Several seeds give a sheet and a key each; left out, the numbers
    of the graph are used.
    words: messages in another language, by the keys of `viz.words.ENGLISH`.
    Raises DataError if `y` is no node, ShapeError if it has more than one entry, ArgumentError for
    a seed that is no whole number or a node that was not computed, UnsupportedError for more
    numbers than a person would write.

    >>> from autograd_lite import Value
    >>> a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    >>> worksheet((a * b + a) * k, seed=range(30))
    <30 worksheets on L>
    """
    language = Words(words)
    first = walk(y, names, words=language)
    count = _count(first)
    if not count:
        raise ArgumentError(
            f"worksheet: {first.names[y]} was not computed from anything, so a sheet would ask "
            "for nothing.\n  Give a node that was computed from others."
        )
    if count > MOST or first.outline.inside:
        raise UnsupportedError(
            f"worksheet: this graph asks for {count} numbers; a sheet has {MOST} at most.\n"
            "  Take a smaller example: fewer inputs, fewer units, or one example of the batch."
        )
    called = name_nodes(y, names)
    sheets = []
    for each in _seeds(seed):
        if each is None:
            sheets.append(Sheet(first))
            continue
        made = variant(y, each)
        again = {name: made[node] for node, name in called.items()}
        for name, node in again.items():
            node.label = name
        sheets.append(Sheet(walk(made[y], words=language), each))
    return Worksheet(sheets)


def _seeds(seed: int | Iterable[int] | None) -> list[int | None]:
    if seed is None:
        return [None]
    try:
        several: list[Any] = [seed] if isinstance(seed, int) else list(seed)
    except TypeError:
        several = []
    if not several or any(isinstance(s, bool) or not isinstance(s, int) for s in several):
        raise ArgumentError(
            f"worksheet: seed={seed!r:.60} is no whole number, nor several of them.\n"
            "  Give one, as seed=7, or a range, as seed=range(30)."
        )
    return several


def _count(found: Any) -> int:
    """How many numbers the sheet asks for."""
    values = sum(np.size(n.data) for n in found.names if n.op is not None)
    record = [frame.step for frame in found.frames if frame.step is not None]
    return int(
        values + sum(np.size(s.contribution) * (1 if s.local is None else 3) for s in record)
    )
