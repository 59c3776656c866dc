"""The source of a graph, line by line, tied to the boxes, arrows and frames of a walk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd_lite.graph import Node
from autograd_lite.source_lines import Arrow, Source, SourceLine

from .formulas import brief, full
from .frames import BACKWARD, FORWARD, Walk, pretty
from .numbers import is_small, short_array

LONGEST = 36  # characters up to which the entries of an array stand beside its line


def model(walk: Walk, source: Source, opened: bool = False) -> dict[str, Any]:
    """What the page shows of a source, as plain data.

    Each line has its code and its comment; its number, known from frame `at` on; the keys of its
    boxes and arrows; and the frames that it belongs to. `said` is what a frame without a line says.
    """
    tied = _Tied(walk)
    lines = [tied.line(line) for line in source.lines]
    at = 0
    for line in lines:
        at = line["at"] = min(line["frames"], default=at)
    here = {index for line in lines for index in line["frames"]}
    said = {
        str(i): pretty(text)
        for i in range(len(walk.frames))
        if i not in here and (text := _said(walk, source, i))
    }
    return {"lines": lines, "said": said, "opened": opened}


class _Tied:
    """Where the nodes and arrows of a graph are in its walk."""

    def __init__(self, walk: Walk) -> None:
        outline = walk.outline
        self.box_of: dict[Node, str] = dict(outline.inside)
        self.box_of |= {box.node: box.key for box in outline.boxes if box.node is not None}
        self.arrow_of = {a.origin: a.key for a in outline.arrows if a.origin is not None}
        self.forward: dict[str, int] = {}
        self.backward: dict[Arrow, int] = {}
        for i, frame in enumerate(walk.frames):
            if frame.phase == FORWARD:
                self.forward.setdefault(frame.receiving, i)
            elif frame.step is not None:
                self.backward[frame.step.node, frame.step.slot] = i

    def line(self, line: SourceLine) -> dict[str, Any]:
        code, comment = split(line.text)
        receiving = [node.operands[slot] for node, slot in line.arrows]
        boxes = [self.box_of.get(x, "") for x in (*line.nodes, *receiving)]
        arrows = [self.arrow_of.get(arrow, "") for arrow in line.arrows]
        frames = {self.forward.get(self.box_of.get(x, "")) for x in line.nodes}
        frames |= {self.backward.get(arrow) for arrow in line.arrows}
        return {
            "code": code,
            "comment": comment,
            "value": "" if line.value is None else pretty(amount(line.value)),
            "full": "" if line.value is None else pretty(full(line.value)),
            "phase": FORWARD if line.nodes else BACKWARD if line.arrows else "",
            "boxes": _each(boxes),
            "arrows": _each(arrows),
            "frames": sorted(i for i in frames if i is not None),
        }


def _each(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(key for key in keys if key))


def _said(walk: Walk, source: Source, index: int) -> str:
    """Why a backward frame has no line of code."""
    frame, words = walk.frames[index], walk.words
    if frame.phase != BACKWARD:
        return ""
    root = walk.names[walk.root]
    if frame.step is None:
        return words("code_seed", gradient=f"∂{root}/∂{root}")
    after = source.after.get((frame.step.node, frame.step.slot))
    gradient = f"∂{root}/∂{walk.names[frame.step.input]}"
    if after is None:
        return words("code_left_out")
    return words("code_named" if after else "code_inside", gradient=gradient, text=after)


def split(text: str) -> tuple[str, str]:
    """A line as its code and its comment."""
    if text.lstrip().startswith("#"):
        return text, ""
    code, _, comment = text.partition("  # ")
    return code, comment


def amount(x: Any) -> str:
    """The number of a line: to four digits; a small array row by row, a large one as its shape."""
    if np.size(x) > 1 and is_small(x) and len(text := short_array(x)) <= LONGEST:
        return text
    return brief(x)


def annotated(source: Source) -> str:
    """The source with the number of each line beside it. It runs as the source does."""
    lines = []
    for line in source.lines:
        code, comment = split(line.text)
        told = [] if line.value is None else [amount(line.value)]
        noted = "  # " + "; ".join(told + [comment] * bool(comment))
        lines.append(code + noted * bool(told or comment))
    return "\n".join(lines) + "\n"
