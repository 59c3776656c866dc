"""Stepping through backprop as a list of frames: the one model behind page, text and terminal.

A frame is one moment: an operation that computes its value, an arrow that hands over its share of
the gradient, a number that is updated. `walk` builds the frames from the engine's record alone
(`autograd_lite.steps`), the drawing's outline and the rule table, and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from autograd_lite.graph import Node
from autograd_lite.stepwise import Step

from .formula import MINUS, Formula
from .mathml import markup, plain
from .matrix import Arrays
from .outline import Outline
from .words import Words

FORWARD, BACKWARD, UPDATE = "forward", "backward", "update"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the explanation: what it is, and its formula."""

    key: str
    title: str
    formula: Formula

    def __str__(self) -> str:
        return plain(self.formula)

    def as_json(self) -> dict[str, str]:
        return {"key": self.key, "title": self.title, "math": markup(self.formula)}


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One arrow of the receiving node: where from, the product, what it adds, and its state."""

    source: str
    product: str
    amount: str
    state: str  # done, current or waiting; a waiting row has neither product nor amount

    def as_json(self) -> dict[str, str]:
        return {
            "source": pretty(self.source),
            "product": pretty(self.product),
            "amount": pretty(self.amount),
            "state": self.state,
        }


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a node's gradient has collected so far, arrow by arrow."""

    title: str
    gradient: str
    rows: tuple[LedgerRow, ...]
    total_title: str
    total: str
    complete: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "rows": [row.as_json() for row in self.rows],
            "totalTitle": self.total_title,
            "total": pretty(self.total),
            "complete": self.complete,
        }


@dataclass(frozen=True, slots=True)
class Nudge:
    """What a small change of one node does to the values of the others, by box key."""

    button: str
    sentence: str
    values: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "button": self.button,
            "sentence": pretty(self.sentence),
            "values": {key: pretty(value) for key, value in self.values},
        }


@dataclass(frozen=True, slots=True)
class Change:
    """What a box shows in this frame (`now`) and from the next one on (`settled`)."""

    box: str
    part: str  # value or gradient
    now: str
    settled: str
    full: str
    complete: bool = True

    def as_json(self) -> dict[str, Any]:
        return {
            "box": self.box,
            "part": self.part,
            "now": pretty(self.now),
            "settled": pretty(self.settled),
            "full": pretty(self.full),
            "complete": self.complete,
        }


@dataclass(frozen=True, slots=True)
class BesideRow:
    """The same place in two orders: an arrow of each, and whether it is done here."""

    here: str
    right: str
    state: str  # done, current or waiting


@dataclass(frozen=True, slots=True)
class Beside:
    """The order of this walk and the right one, arrow by arrow."""

    title: str
    heads: tuple[str, str]
    rows: tuple[BesideRow, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "heads": list(self.heads),
            "rows": [{"here": r.here, "right": r.right, "state": r.state} for r in self.rows],
        }


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment of the walk. Everything a reader sees of it is here, in words and in formulas."""

    phase: str
    number: int  # within the phase, from 1
    count: int  # frames of the phase
    title: str
    status: str
    lines: tuple[Line, ...] = ()
    why: str = ""
    note: str = ""
    ledger: Ledger | None = None
    meaning: str = ""
    nudge: Nudge | None = None
    giving: tuple[str, ...] = ()
    receiving: str = ""
    arrows: tuple[str, ...] = ()
    arrow_text: str = ""
    arrow_tip: str = ""
    arrow: int = 0
    arrows_in_all: int = 0
    changes: tuple[Change, ...] = ()
    warning: str = ""  # what goes wrong here, where a walk is wrong on purpose
    beside: Beside | None = None
    arrays: Arrays | None = None
    step: Step | None = field(default=None, compare=False, repr=False)

    def line(self, key: str) -> str:
        """The line called `key` (rule, chain, local, numbers, ...) as text; "" if there is none."""
        return next((str(line) for line in self.lines if line.key == key), "")

    def as_json(self) -> dict[str, Any]:
        """The frame as plain data, with formulas as MathML, for the page."""
        return {
            "phase": self.phase,
            "n": self.number,
            "count": self.count,
            "title": pretty(self.title),
            "status": pretty(self.status),
            "lines": [line.as_json() for line in self.lines],
            "why": pretty(self.why),
            "note": pretty(self.note),
            "ledger": self.ledger and self.ledger.as_json(),
            "meaning": pretty(self.meaning),
            "nudge": self.nudge and self.nudge.as_json(),
            "giving": list(self.giving),
            "receiving": self.receiving,
            "arrows": list(self.arrows),
            "arrowText": pretty(self.arrow_text),
            "arrowTip": pretty(self.arrow_tip),
            "arrow": self.arrow,
            "arrowsInAll": self.arrows_in_all,
            "changes": [change.as_json() for change in self.changes],
            "warning": pretty(self.warning),
            "beside": self.beside and self.beside.as_json(),
        }


@dataclass(frozen=True)
class Walk:
    """A graph with the frames that step through it."""

    root: Node
    names: Mapping[Node, str]
    outline: Outline
    words: Words
    frames: tuple[Frame, ...]
    constants: Mapping[int, str] = field(default_factory=dict)  # names of plain arrays, by identity
    clusters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # boxes of each module

    def __iter__(self) -> Iterator[Frame]:
        return iter(self.frames)

    def state(self, index: int) -> dict[tuple[str, str], str]:
        """What the boxes show at a frame, by (box, part); what is not computed yet is missing."""
        known = {}
        for i, frame in enumerate(self.frames[: index + 1]):
            for change in frame.changes:
                known[change.box, change.part] = change.now if i == index else change.settled
        return known

    def phases(self) -> list[tuple[str, int, int]]:
        """(phase, its first frame, how many frames) for each phase that there is."""
        found = []
        for phase in (FORWARD, BACKWARD, UPDATE):
            at = [i for i, frame in enumerate(self.frames) if frame.phase == phase]
            if at:
                found.append((phase, at[0], len(at)))
        return found


def pretty(text: str) -> str:
    """Text with a real minus sign where a hyphen stands for one."""
    return re.sub(r"(?<![\w.])-(?=[\d.∂]|inf\b)| - ", lambda m: m[0].replace("-", MINUS), text)


def tidy(name: str, length: int = 40) -> str:
    """A name on one line and not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return line if len(line) <= length else line[: length - 1] + "…"
