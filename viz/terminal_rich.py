"""One frame for a terminal in colour and boxes, by `rich`: the graph, and the step beside it."""

from __future__ import annotations

import io
import os
from typing import Any

from .frames import BACKWARD, FORWARD, UPDATE, Walk
from .text import beside_text, encodable, frame_rows, screen, table

BESIDE = 116  # columns from which the step stands beside the graph and not below it
COLOURS = {FORWARD: "#5b8dff", BACKWARD: "#e8731c", UPDATE: "#2fa84f"}
SIGNS = {FORWARD: "▶", BACKWARD: "◀", UPDATE: "↻"}


def rich_screen(walk: Walk, index: int, width: int, height: int, encoding: str) -> str | None:
    """The frame as text with the codes of the terminal; None where `rich` is not installed.

    Where it would be higher than the terminal, boxes are left out, and then the frames around them.
    """
    try:
        from rich.console import Console
    except ImportError:
        return None

    def drawn(limit: int) -> str:
        out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace", newline="")
        console = Console(
            file=out,
            width=width,
            force_terminal=True,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
            no_color=bool(os.environ.get("NO_COLOR")),
        )
        console.print(_screen(walk, index, width, limit, encoding))
        out.flush()
        out.seek(0)
        return out.read().rstrip("\n")

    boxes = len(walk.outline.boxes)
    whole = drawn(boxes)
    over = whole.count("\n") + 1 - height
    if over <= 0:
        return whole
    fewer = drawn(max(4, boxes - over - 1))
    if fewer.count("\n") < height:
        return fewer
    return encodable(screen(walk, index, width, height), encoding)


def _screen(walk: Walk, index: int, width: int, limit: int, encoding: str) -> Any:
    from rich.box import ASCII, ROUNDED
    from rich.console import Group
    from rich.padding import Padding
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    frame, words = walk.frames[index], walk.words
    colour = COLOURS[frame.phase]

    def told(text: str, style: str = "") -> Text:
        return Text(encodable(text, encoding), style=style)

    box = ROUNDED if encodable("╭", encoding) == "╭" else ASCII
    beside = width >= BESIDE
    room = (width // 2 if beside else width) - 4
    lines = table(walk, index, width=room, limit=limit)
    graph = Text("\n").join(
        told(line.removeprefix("  "), f"bold {colour}" if _is_marked(line) else "")
        for line in lines
    )
    step: Any = Table.grid(padding=(0, 2))
    step.add_column(no_wrap=True, style="dim")
    step.add_column(ratio=1)
    for title, text, key in frame_rows(frame, words):
        step.add_row(told(title), told(text, _style(key, colour)))
    told_beside = beside_text(frame.beside, words) if frame.beside else []
    if told_beside:
        step = Group(step, Text(""), *map(told, told_beside))
    left = Panel(graph, title=told(words("graph", root=walk.names[walk.root])), box=box)
    right = Panel(step, title=told(frame.title, f"bold {colour}"), box=box, border_style=colour)
    head = Table.grid(expand=True)
    head.add_column()
    head.add_column(justify="right", style="dim")
    head.add_row(
        _phases(walk, index, told),
        told(words("count", n=frame.number, count=frame.count)),
    )
    if beside:
        both = Table.grid(expand=True)
        both.add_column(ratio=1)
        both.add_column(ratio=1)
        both.add_row(left, right)
        return Group(Padding(head, (0, 1)), both)
    return Group(Padding(head, (0, 1)), left, right)


def _is_marked(line: str) -> bool:
    """Whether the row of a box is one that gives or receives."""
    return any(sign in line.rpartition("   ")[2] for sign in ("◀", "──"))


def _style(key: str, colour: str) -> str:
    return {
        "numbers": "bold",
        "current": f"bold {colour}",
        "why": "italic",
        "warning": "bold red",
    }.get(key, "")


def _phases(walk: Walk, index: int, told: Any) -> Any:
    """The phases side by side: done, here, to come, told apart by sign, colour and weight."""
    from rich.text import Text

    parts = []
    for number, (phase, first, count) in enumerate(walk.phases(), 1):
        name = f"{number} {walk.words(f'phase_{phase}')}"
        if phase == walk.frames[index].phase:
            parts.append(told(f" {SIGNS[phase]} {name} ", f"bold reverse {COLOURS[phase]}"))
        else:
            done = index >= first + count
            parts.append(told(f" {name} {walk.words('state_done') if done else ''}", "dim"))
    return Text(" ").join(parts)
