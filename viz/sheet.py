"""One worksheet and its key as HTML: the drawing, the given numbers, and blanks or numbers."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import numpy as np

from .formula import Formula, name, partial, row
from .formulas import Formulas, amount, is_single, single
from .frames import FORWARD, Frame, Walk, pretty
from .mathml import markup
from .numbers import short
from .situations import Situation, situations
from .slips import slips
from .stage import draw

BLANK = '<span class="blank"></span>'
MOST_SLIPS = 8  # in the key, for one number


class Sheet:
    """A walk on paper: `page(False)` has blanks, `page(True)` the numbers and the slips."""

    def __init__(self, walk: Walk, seed: int | None = None) -> None:
        self.walk = walk
        self.words = walk.words
        self.seed = seed
        self.root = walk.names[walk.root]
        self.formulas = Formulas(walk.names, constants=walk.constants)
        record = [frame.step for frame in walk.frames if frame.step is not None]
        self.asked = situations(walk.root, "contribution", record=record)
        totals = situations(walk.root, "total", record=record)
        self.totals = {s.arrow: s for s in totals}

    # --- pages -------------------------------------------------------------------------------

    def page(self, key: bool) -> str:
        """One page: the sheet with its blanks, or its key."""
        parts = [
            self._header(key),
            f'<div class="given"><b>{self._say("sheet_given")}:</b> {self._given()}</div>',
            f"<figure>{self._drawing(key)}</figure>",
            self._forward(key),
            self._backward(key),
            self._slips() if key else "",
        ]
        kind = "page key" if key else "page sheet"
        return f'<section class="{kind}">{"".join(parts)}</section>'

    def _say(self, key: str, **values: object) -> str:
        return escape(pretty(self.words(key, **values)))

    def _header(self, key: bool) -> str:
        title = self._say("sheet_key_title" if key else "sheet_title", root=self.root)
        lines = ""
        if not key:
            lines = (
                f'<span class="line">{self._say("sheet_name")}</span>'
                f'<span class="line date">{self._say("sheet_date")}</span>'
            )
        seed = ""
        if self.seed is not None:
            seed = f'<span class="seed">{self._say("sheet_seed", seed=self.seed)}</span>'
        return f"<header><h1>{title}</h1>{lines}{seed}</header>"

    def _given(self) -> str:
        """The leaves, and the arrays that are constants, with their numbers."""
        given = {self.walk.names[n]: n.data for n in self.walk.names if n.op is None}
        for node in self.walk.names:
            for x in node.operands:
                if id(x) in self.walk.constants:
                    given[self.walk.constants[id(x)]] = x
        return ", ".join(
            f"<span>{markup(row(name(called), '='))} {number(data, True)}</span>"
            for called, data in given.items()
        )

    def _drawing(self, key: bool) -> str:
        """The graph with a number at every arrow and room for what is to be filled in."""
        svg = draw(self.walk).svg
        start, end = svg.index('role="group"'), svg.index(">")
        title = self._say("sheet_drawing", root=self.root)
        inside = svg[end:].replace(' role="img" tabindex="-1"', "")  # one picture, not many
        svg = f'{svg[:start]}role="img" aria-label="{title}"{inside}'
        for i, frame in enumerate(self._arrows(), 1):
            for arrow in frame.arrows:
                svg = _put(svg, f'data-label="{arrow}"', mark(i))
        if key:
            for frame in self.walk.frames:
                for change in frame.changes:
                    box = svg.index(f'data-box="{change.box}"')
                    shown = escape(pretty(change.settled))
                    svg = _put(svg, f'<text class="{change.part}"', shown, box)
            return svg
        dash = escape(self.words("dash"))
        return re.sub(
            rf'<text class="(?:value|gradient)" x="([\d.]+)" y="([\d.]+)"[^>]*>{dash}</text>',
            lambda m: (
                f'<rect class="room" x="{float(m[1]) - 58:g}" y="{float(m[2]) - 18:g}" '
                'width="60" height="23" rx="3"/>'
            ),
            svg,
        )

    # --- tables ------------------------------------------------------------------------------

    def _arrows(self) -> list[Frame]:
        return [frame for frame in self.walk.frames if frame.step is not None]

    def _forward(self, key: bool) -> str:
        rows = []
        for frame in self.walk.frames:
            node = next((b.node for b in self.walk.outline.boxes if b.key == frame.receiving), None)
            if frame.phase != FORWARD or node is None or node.op is None:
                continue
            made = markup(self.formulas.equation(node))
            if key and is_single(node.data):
                made += markup(row("=", self.formulas.numbers(node)))
            rows.append(f"<tr><td>{made} {markup(row('='))} {number(node.data, key)}</td></tr>")
        if not rows:
            return ""
        heading = self._say("sheet_forward")
        return (
            f'<h2>{heading}</h2><div class="wide" tabindex="0"><table>{"".join(rows)}</table></div>'
        )

    def _backward(self, key: bool) -> str:
        rows = []
        for i, (frame, asked) in enumerate(zip(self._arrows(), self.asked, strict=True), 1):
            step = asked.arrow
            receiving = self.formulas.slot_name(step.node, step.slot)
            way = markup(row(name(self.walk.names[step.node]), "→", name(receiving)))
            total = f'<span class="more">{self._counted(asked)}</span>'
            if step in self.totals:
                gradient = markup(row(partial(self.root, self.walk.names[step.input]), "="))
                total = f"{gradient} {number(step.after, key)}"
            rows.append(
                f'<tr><td class="n">{mark(i)}</td><td class="way">{way}</td>'
                f'<td>{self._share(frame, asked, key)}</td><td class="total">{total}</td></tr>'
            )
        titles = (self._say(f"sheet_{k}") for k in ("arrow", "share", "total"))
        head = "<td></td>" + "".join(f"<th>{title}</th>" for title in titles)
        return (
            f"<h2>{self._say('sheet_backward', root=self.root)}</h2>"
            f'<div class="wide" tabindex="0"><table><thead><tr>{head}</tr>'
            f"</thead><tbody>{''.join(rows)}</tbody></table></div>"
        )

    def _counted(self, asked: Situation) -> str:
        arrow = asked.arrow
        return self._say("sheet_more", arrow=arrow.arrow, arrows=arrow.arrows)

    def _share(self, frame: Frame, asked: Situation, key: bool) -> str:
        """Upstream times local, in symbols and with room for the numbers."""
        step = asked.arrow
        upstream = partial(self.root, self.walk.names[step.node])
        if step.local is None or not is_single(step.node.data):
            return f"{_chain(frame)} {markup(row('='))} {number(step.contribution, key)}"
        local = partial(self.walk.names[step.node], self.formulas.slot_name(step.node, step.slot))
        dot, equals = markup(row("·")), markup(row("="))
        return (
            f"{markup(row(upstream, '·', local))} {equals} {number(step.upstream, key)} {dot} "
            f"{number(step.local, key, factor=True)} {equals} {number(step.contribution, key)}"
        )

    # --- the slips ---------------------------------------------------------------------------

    def _slips(self) -> str:
        items = []
        for i, asked in enumerate(self.asked, 1):
            told = [self._slip("sheet_slip", n, said) for n, said in self._told(asked)]
            total = self.totals.get(asked.arrow)
            if total is not None and asked.arrow.arrows > 1:
                merges = [t for t in self._told(total) if t[0] not in dict(self._told(asked))]
                told += [self._slip("sheet_total_slip", n, said) for n, said in merges]
            if told:
                step = asked.arrow
                to = self.formulas.slot_name(step.node, step.slot)
                way = escape(f"{mark(i)} {self.walk.names[step.node]} → {to}")
                items.append(f"<li><b>{way}</b>{'; '.join(told)}</li>")
        if not items:
            return ""
        return f"<h2>{self._say('sheet_slips')}</h2><ul>{''.join(items)}</ul>"

    def _slip(self, key: str, shown: str, said: str) -> str:
        return self._say(key, number=shown, said=said)

    def _told(self, asked: Situation) -> list[tuple[str, str]]:
        """(number, what was done) for each number that only one slip gives."""
        given: dict[str, set[str]] = {}
        for slip in slips(asked):
            shown = _one_line(slip.gives)
            if shown:
                given.setdefault(shown, set()).add(slip.key)
        return [
            (shown, self.words(f"short_{min(keys)}"))
            for shown, keys in given.items()
            if len(keys) == 1
        ][:MOST_SLIPS]


def mark(i: int) -> str:
    """The number of an arrow: ① to ⑳, then (21)."""
    return chr(0x2460 + i - 1) if i <= 20 else f"({i})"


def _put(svg: str, place: str, text: str, start: int = 0) -> str:
    """The drawing with another text in the first element at `place`, or as it is without one."""
    at = svg.find(place, start)
    if at < 0:
        return svg
    opened, closed = svg.index(">", at) + 1, svg.index("<", at + 1)
    return svg[:opened] + text + svg[closed:]


def _chain(frame: Frame) -> str:
    return next(markup(line.formula) for line in frame.lines if line.key == "chain")


def _one_line(x: Any) -> str:
    array = np.asarray(x, dtype=float)
    if array.size == 1:
        return short(single(array))
    if array.size > 6:
        return ""
    rows = (", ".join(map(short, r)) for r in np.atleast_2d(array))
    return f"({'; '.join(rows)})"


def number(x: Any, known: bool, factor: bool = False) -> str:
    """A number or small array, or as many blanks; a negative factor stands in brackets."""
    if is_single(x):
        if not known:
            return BLANK
        shown: Formula = amount(x)
        return markup(row("(", shown, ")") if factor and single(x) < 0 else shown)
    array = np.atleast_2d(np.asarray(x))
    rows = "".join(
        "<tr>" + "".join(f"<td>{pretty(short(v)) if known else BLANK}</td>" for v in line) + "</tr>"
        for line in array
    )
    return f'<table class="grid">{rows}</table>'
