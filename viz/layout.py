"""Where every box and arrow of a graph goes: laid out once, so that stepping moves nothing.

Graphviz places the boxes and routes the arrows. Without a layout engine a plain layered layout of
our own takes its place, so that a page can be made on any machine.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from autograd_lite.errors import RenderError

from .engine import render

Point = tuple[float, float]
GAP, ROW_GAP, MARGIN = 84.0, 34.0, 14.0
LABEL_HEIGHT = 26.0
CLUSTER_MARGIN = 30
ROUNDS = 3
MANY = 250  # arrows above which the graph is laid out once: each round takes seconds
LONGEST = 5_000  # columns that all arrows together may cross for Graphviz to route them
NARROW, WIDE = "iljtf.,:;'|!()[] 1", "mwMW@%—⊙"


@dataclass(frozen=True, slots=True)
class BoxSize:
    """A box before it has a place."""

    key: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """An arrow before it has a path, with the room its label needs."""

    key: str
    source: str
    target: str
    label_width: float


@dataclass(frozen=True, slots=True)
class Placed:
    """The top left corner of each box, the curve of each arrow, the place of each label."""

    width: float
    height: float
    boxes: dict[str, Point]
    curves: dict[str, tuple[Point, ...]]  # start and then three points for every Bezier piece
    labels: dict[str, Point]
    engine: str


def text_width(text: str, size: float) -> float:
    """How wide a text is at most in a common sans-serif font, in the unit of `size`."""
    total = 0.0
    for letter in text:
        if unicodedata.combining(letter):
            continue
        if unicodedata.east_asian_width(letter) in "WF":
            total += 1.02
        else:
            total += 0.38 if letter in NARROW else 0.96 if letter in WIDE else 0.655
    return total * size


def place(
    boxes: Sequence[BoxSize], lines: Sequence[Line], clusters: Sequence[Sequence[str]] = ()
) -> Placed:
    """Lay the graph out from left to right, with the ends of the arrows apart on each side.

    clusters: the keys of boxes that are to stand together.
    """
    columns = _columns(boxes, lines)
    # An arrow over many columns costs Graphviz a hidden node in each: minutes, not seconds.
    if sum(columns[line.target] - columns[line.source] for line in lines) > LONGEST:
        return _layers(boxes, lines)
    try:
        placed = _read(
            json.loads(render(_dot(boxes, lines, {}, {}, clusters), "json")), boxes, lines
        )
        # Again, with the arrows on each side of a box in the order in which they come.
        for _ in range(ROUNDS if len(lines) <= MANY else 0):
            ins = _ranks(lines, placed, columns, "target")
            outs = _ranks(lines, placed, columns, "source")
            source = _dot(boxes, lines, ins, outs, clusters)
            placed = _read(json.loads(render(source, "json")), boxes, lines)
            if (ins, outs) == tuple(
                _ranks(lines, placed, columns, s) for s in ("target", "source")
            ):
                break
        return placed
    except RenderError:
        return _layers(boxes, lines)


def _ranks(
    lines: Sequence[Line], placed: Placed, columns: dict[str, int], side: str
) -> dict[str, int]:
    """For each arrow, its place from the top among those on the same side of the same box."""
    heights: dict[str, list[tuple[float, int, str]]] = {}
    for i, line in enumerate(lines):
        curve = placed.curves[line.key]
        # A short arrow counts by where its other end is, a long one by where it comes from.
        short = columns[line.target] - columns[line.source] == 1
        point = {"target": 0 if short else -4, "source": -1 if short else 3}[side]
        height = curve[point][1]
        heights.setdefault(getattr(line, side), []).append((height, i, line.key))
    return {key: n for found in heights.values() for n, (_, _, key) in enumerate(sorted(found))}


def _dot(
    boxes: Sequence[BoxSize],
    lines: Sequence[Line],
    ins: dict[str, int],
    outs: dict[str, int],
    clusters: Sequence[Sequence[str]] = (),
) -> str:
    incoming = {b.key: [line for line in lines if line.target == b.key] for b in boxes}
    outgoing = {b.key: [line for line in lines if line.source == b.key] for b in boxes}
    out = [
        "digraph {",
        "rankdir=LR; nodesep=0.36; ranksep=0.3; splines=true;",
        "node [shape=plain, margin=0]; edge [arrowhead=none];",
    ]
    for box in boxes:
        ports = (
            _side("in", len(incoming[box.key]) if ins else 1, box),
            _side("out", len(outgoing[box.key]) if outs else 1, box),
        )
        cells = "".join(f"<TD>{side}</TD>" for side in ports)
        out.append(f"{box.key} [label=<{_table(box.width, box.height, f'<TR>{cells}</TR>')}>];")
    for i, keys in enumerate(clusters):
        out.append(f"subgraph cluster_{i} {{ margin={CLUSTER_MARGIN}; {'; '.join(keys)}; }}")
    for line in lines:
        # An invisible table reserves the label's room exactly, whatever fonts the engine has.
        room = f", label=<{_table(line.label_width, LABEL_HEIGHT, '<TR><TD></TD></TR>')}>"
        start = f"{line.source}:out{outs.get(line.key, 0)}:e"
        end = f"{line.target}:in{ins.get(line.key, 0)}:w"
        out.append(f"{start} -> {end} [comment={line.key}{room if line.label_width else ''}];")
    return "\n".join([*out, "}"])


def _side(name: str, count: int, box: BoxSize) -> str:
    """Half a box as a column of ports, one for every arrow on that side."""
    width = int(box.width / 2) - 1  # a little room: cells that touch the edge draw a warning
    height = int((box.height - 2) / max(count, 1))
    rows = [
        f'<TR><TD PORT="{name}{i}" WIDTH="{width}" HEIGHT="{height}"></TD></TR>'
        for i in range(max(count, 1))
    ]
    return _table(width, box.height - 2, "".join(rows))


def _table(width: float, height: float, rows: str) -> str:
    return (
        '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" FIXEDSIZE="TRUE" '
        f'WIDTH="{width:.0f}" HEIGHT="{height:.0f}">{rows}</TABLE>'
    )


def _read(answer: dict[str, object], boxes: Sequence[BoxSize], lines: Sequence[Line]) -> Placed:
    _, _, width, height = (float(x) for x in str(answer["bb"]).split(","))
    objects: list[dict[str, str]] = answer.get("objects", [])  # type: ignore[assignment]
    edges: list[dict[str, str]] = answer.get("edges", [])  # type: ignore[assignment]
    centres = {o["name"]: _point(o["pos"]) for o in objects if "pos" in o}  # no clusters

    def flip(p: Point) -> Point:
        return (round(p[0] + MARGIN, 1), round(height - p[1] + MARGIN, 1))

    corners = {}
    for box in boxes:
        x, y = flip(centres[box.key])
        corners[box.key] = (round(x - box.width / 2, 1), round(y - box.height / 2, 1))
    curves, labels = {}, {}
    for edge in edges:
        points = [flip(_point(p)) for p in edge["pos"].split() if p[0] not in "es"]
        curves[edge["comment"]] = tuple(points)
        if "lp" in edge:
            labels[edge["comment"]] = flip(_point(edge["lp"]))
        else:
            labels[edge["comment"]] = middle(points)
    return Placed(width + 2 * MARGIN, height + 2 * MARGIN, corners, curves, labels, "graphviz")


def _point(text: str) -> Point:
    x, y = text.split(",")[-2:]
    return float(x), float(y)


def middle(points: Sequence[Point]) -> Point:
    """The point half way along a curve, by its middle piece."""
    at = (len(points) - 1) // 3 // 2 * 3
    p, q, r, s = points[at : at + 4]
    return tuple(
        round((a + 3 * b + 3 * c + d) / 8, 1) for a, b, c, d in zip(p, q, r, s, strict=True)
    )  # type: ignore[return-value]


def _columns(boxes: Sequence[BoxSize], lines: Sequence[Line]) -> dict[str, int]:
    """The column of each box: by longest path from the leaves, a leaf beside its first user."""
    inputs: dict[str, list[str]] = {b.key: [] for b in boxes}
    users: dict[str, list[str]] = {b.key: [] for b in boxes}
    for line in lines:
        inputs[line.target].append(line.source)
        users[line.source].append(line.target)
    column: dict[str, int] = {}
    for box in boxes:
        column[box.key] = 1 + max((column[s] for s in inputs[box.key]), default=-1)
    for box in boxes:  # a leaf stands beside its first user
        if not inputs[box.key] and users[box.key]:
            column[box.key] = min(column[t] for t in users[box.key]) - 1
    return column


def _layers(boxes: Sequence[BoxSize], lines: Sequence[Line]) -> Placed:
    """Boxes in columns; within a column, by the mean height of the inputs.

    `boxes` come in forward order. It is a plain layout: long arrows may pass behind boxes.
    """
    column = _columns(boxes, lines)
    inputs: dict[str, list[str]] = {b.key: [] for b in boxes}
    for line in lines:
        inputs[line.target].append(line.source)
    corners: dict[str, Point] = {}
    sizes = {b.key: b for b in boxes}
    room = max([GAP, *(line.label_width + 24 for line in lines)])
    x = MARGIN
    for number in range(max(column.values(), default=0) + 1):
        members = [b for b in boxes if column[b.key] == number]

        def wish(box: BoxSize) -> float:
            above = [corners[s][1] for s in inputs[box.key] if s in corners]
            return sum(above) / len(above) if above else math.inf

        y = MARGIN
        for box in sorted(members, key=wish):
            start = max(y, wish(box)) if wish(box) < math.inf else y
            corners[box.key] = (x, start)
            y = start + box.height + ROW_GAP
        x += max((b.width for b in members), default=0.0) + room
    curves: dict[str, tuple[Point, ...]] = {}
    labels: dict[str, Point] = {}
    for line in lines:
        (sx, sy), (tx, ty) = corners[line.source], corners[line.target]
        slots = [other for other in lines if other.target == line.target]
        begin = (sx + sizes[line.source].width, sy + sizes[line.source].height / 2)
        share = (slots.index(line) + 1) / (len(slots) + 1)
        end = (tx, ty + sizes[line.target].height * share)
        reach = (end[0] - begin[0]) / 2
        curve = (begin, (begin[0] + reach, begin[1]), (end[0] - reach, end[1]), end)
        curves[line.key], labels[line.key] = curve, middle(curve)
    width = max(corners[b.key][0] + b.width for b in boxes) + MARGIN
    height = max(corners[b.key][1] + b.height for b in boxes) + MARGIN
    return Placed(width, height, corners, curves, labels, "layers")
