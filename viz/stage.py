"""The drawing of a walk as SVG: every box and arrow once, with a class for each thing that changes.

The page switches the classes and texts. `picture` does the same once, for a still image.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from . import layout
from .clusters import cover_svg, hull_svg, hulls
from .formulas import brief
from .frames import Change, Walk, pretty, tidy
from .outline import Arrow, Box

NAME, SMALL, FIGURE, LABEL, SHAPE = 17.0, 15.5, 18.0, 16.0, 14.0  # sizes of text
PAD, HEAD, LINE_HEIGHT = 11.0, 30.0, 27.0
LEAST, MOST = 116.0, 268.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A box of the drawing with its texts."""

    key: str
    kind: str
    name: str
    badge: str
    value: str  # what it shows before the walk begins: "" where it is computed on the way
    gradient_title: str  # "" where there is no gradient
    note: str
    width: float
    height: float


def cells(walk: Walk) -> list[Cell]:
    """The boxes of the walk, each wide enough for everything that it will ever show."""
    texts: dict[tuple[str, str], list[str]] = {}
    for frame in walk.frames:
        for change in frame.changes:
            texts.setdefault((change.box, change.part), []).extend([change.now, change.settled])
        if frame.nudge:
            for key, value in frame.nudge.values:
                texts.setdefault((key, "value"), []).append(value)
    root = walk.names[walk.root]
    return [_cell(walk, box, texts, root) for box in walk.outline.boxes]


def _cell(walk: Walk, box: Box, texts: dict[tuple[str, str], list[str]], root: str) -> Cell:
    key, kind = box.key, box.kind
    called = tidy(box.name, 22)
    badge = tidy(box.badge, 10) if box.node is not None else ""
    value = box.value if box.node is None else "" if kind == "operation" else brief(box.node.data)
    if kind == "constant" and box.shape:
        value = f"{_constant(walk, key)} {'×'.join(map(str, box.shape))}"
    note = ""
    title = ""
    if kind == "fold" or box.members:
        note = tidy(box.expression, 26)
    if box.node is not None or box.members:
        title = f"∂{root}/∂{called}"
        if layout.text_width(title, SMALL) > 84:
            title = walk.words("gradient")

    def widest(part: str) -> float:
        bold = FIGURE * 1.08  # what has just been computed is shown in bold
        found = [layout.text_width(pretty(t), bold) for t in texts.get((key, part), ["–"])]
        return max([layout.text_width(pretty(value), FIGURE), *found])

    rows = [
        2 * layout.text_width(badge, SMALL) + layout.text_width(called, NAME) + 14,
        layout.text_width(walk.words("value"), SMALL) + 10 + widest("value"),
        layout.text_width(note, SMALL),
    ]
    if title:
        rows.append(layout.text_width(title, SMALL) + 10 + widest("gradient"))
    if kind == "constant":
        rows[1] = widest("value")
    width = min(MOST, max(LEAST if kind != "constant" else 64.0, *rows) + 2 * PAD)
    height = HEAD + LINE_HEIGHT * (1 + bool(title) + bool(note)) + 6
    if kind == "constant":
        height = 44.0
    return Cell(key, kind, called, badge, value, title, note, round(width), height)


@dataclass(frozen=True, slots=True)
class Drawing:
    """The SVG of a walk before its first frame, its boxes, and where their corners are."""

    svg: str
    cells: list[Cell]
    corners: dict[str, layout.Point]
    clusters: tuple[str, ...] = ()  # the modules that are drawn as one


def draw(walk: Walk) -> Drawing:
    """Draw the walk as it is before its first frame."""
    boxes = cells(walk)
    labels = {f.arrows[0]: f.arrow_text for f in walk.frames if f.arrow_text and f.arrows}
    outline_arrows = walk.outline.arrows
    shapes = {b.key: "×".join(map(str, b.shape)) for b in walk.outline.boxes if b.shape}
    sizes = [layout.BoxSize(b.key, b.width, b.height) for b in boxes]
    placed = layout.place(
        sizes,
        [
            layout.Line(
                a.key,
                a.source,
                a.target,
                _room(labels.get(a.key, ""), shapes.get(a.source, "")),
            )
            for a in outline_arrows
        ],
        list(walk.clusters.values()),
    )
    around = hulls(walk.clusters, sizes, placed)
    kinds = {b.key: b.kind for b in boxes}
    parts = [hull_svg(path, rectangle, walk.words) for path, rectangle in around.items()]
    parts += [_arrow(a, placed, kinds) for a in outline_arrows]
    parts += [_box(b, placed, walk) for b in boxes]
    parts += [
        _label(a.key, labels.get(a.key, ""), shapes.get(a.source, ""), placed)
        for a in outline_arrows
    ]
    parts += [
        cover_svg(path, len(walk.clusters[path]), rectangle, walk.words)
        for path, rectangle in around.items()
    ]
    title = escape(walk.words("graph", root=walk.names[walk.root]))
    width, height = math.ceil(placed.width), math.ceil(placed.height)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ag-graph" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="group" aria-label="{title}">'
        + "".join(parts)
        + "</svg>"
    )
    return Drawing(svg, boxes, placed.boxes, tuple(around))


def _box(b: Cell, placed: layout.Placed, walk: Walk) -> str:
    x, y = placed.boxes[b.key]
    right, centre = b.width - PAD, b.width / 2
    out = [
        f'<g class="box {b.kind}" data-box="{b.key}" transform="translate({x} {y})" '
        f'role="img" tabindex="-1" aria-label="{escape(b.name)}">',
        f'<rect class="frame" width="{b.width}" height="{b.height}" rx="11"/>',
    ]
    if b.kind == "constant":
        out.append(_text("value", centre, 29, b.value, "middle"))
    else:
        if b.badge:
            out.append(_text("badge", PAD, 22, b.badge))
        out.append(_text("name", centre, 22.5, b.name, "middle"))
        first = HEAD + 19
        if b.note:
            out.append(_text("title", centre, first, b.note, "middle"))
            first += LINE_HEIGHT
        out.append(_text("title", PAD, first, walk.words("value")))
        out.append(_text("value", right, first, b.value or walk.words("dash"), "end"))
        if b.gradient_title:
            second = first + LINE_HEIGHT
            out.append(_text("title", PAD, second, b.gradient_title))
            out.append(_text("gradient", right, second, walk.words("dash"), "end"))
        arrivals = max((f.arrows_in_all for f in walk.frames if f.receiving == b.key), default=0)
        if 1 < arrivals <= 8:  # a dot for every arrow that will arrive
            start = centre - (arrivals - 1) * 5
            out += [
                f'<circle class="pip" cx="{start + 10 * i}" cy="{b.height}" r="4"/>'
                for i in range(arrivals)
            ]
    return "".join([*out, "</g>"])


def _text(kind: str, x: float, y: float, text: str, anchor: str = "start") -> str:
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{kind}" x="{x:g}" y="{y:g}"{place}>{escape(pretty(text))}</text>'


def _arrow(arrow: Arrow, placed: layout.Placed, kinds: dict[str, str]) -> str:
    key, source = arrow.key, arrow.source
    points = placed.curves[key]
    path = f"M{points[0][0]:g},{points[0][1]:g}C" + " ".join(f"{x:g},{y:g}" for x, y in points[1:])
    return (
        f'<g class="arrow from-{kinds[source]}" data-arrow="{key}" role="img" tabindex="-1">'
        f'<path class="reach" d="{path}"/><path class="line" d="{path}"/>'
        f'<path class="tip ahead" d="{_tip(points[-1], points[:-1][::-1])}"/>'
        f'<path class="tip back" d="{_tip(points[0], points[1:])}"/></g>'
    )


def _tip(end: layout.Point, before: tuple[layout.Point, ...]) -> str:
    """An arrowhead at `end`, coming from the nearest point that is some way off."""
    origin = next((p for p in before if math.dist(p, end) > 6), before[-1])
    angle = math.atan2(end[1] - origin[1], end[0] - origin[0])
    corners = [end]
    for turn in (2.72, -2.72):
        corners.append((end[0] + 13 * math.cos(angle + turn), end[1] + 13 * math.sin(angle + turn)))
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in corners) + "Z"


def _constant(walk: Walk, key: str) -> str:
    """The name of a plain array that is drawn as this box."""
    origin = next((a.origin for a in walk.outline.arrows if a.source == key), None)
    return walk.constants.get(id(origin[0].operands[origin[1]]), "") if origin else ""


def _room(label: str, shape: str) -> float:
    """How wide an arrow must be for its label, and for the shape of what it carries."""
    wide = layout.text_width("◀ " + label, LABEL * 0.92) + 14 if label else 0.0
    return max(wide, layout.text_width(shape, SHAPE) + 8 if shape else 0.0)


def _label(key: str, text: str, shape: str, placed: layout.Placed) -> str:
    x, y = placed.labels[key]
    place = f'x="{x:g}" y="{y + 4:g}" text-anchor="middle"'
    # Its text is put there when its arrow is shown: what is to come is nowhere in the page.
    label = f'<text class="label" data-label="{key}" {place}></text>' if text else ""
    return label + (f'<text class="shape" {place}>{shape}</text>' if shape else "")


def picture(walk: Walk, index: int = -1) -> str:
    """The drawing as it stands after the frame of this index, as an SVG file with its own style."""
    frames = walk.frames[: index % len(walk.frames) + 1]
    phase = frames[-1].phase
    svg = draw(walk).svg
    for change in {(c.box, c.part): c for frame in frames for c in frame.changes}.values():
        svg = _put(svg, change)
    arrived: dict[str, int] = {}
    for frame in frames:
        if frame.arrow:
            arrived[frame.receiving] = frame.arrow
        for arrow in frame.arrows if frame.phase == phase else ():
            svg = svg.replace(f'" data-arrow="{arrow}"', f' past" data-arrow="{arrow}"', 1)
    for box, count in arrived.items():
        start = svg.index(f'data-box="{box}"')
        filled = svg[start:].replace('class="pip"', 'class="pip full"', count)
        svg = (
            svg[:start] + filled if 'class="pip"' in svg[start : svg.index("</g>", start)] else svg
        )
    svg = svg.replace('class="ag-graph"', f'class="ag-graph alone phase-{phase}"', 1)
    style = files("viz").joinpath("graph.css").read_text("utf-8")
    return svg.replace(">", f"><style>{escape(style, quote=False)}</style>", 1)


def _put(svg: str, change: Change) -> str:
    at = svg.index(f'<text class="{change.part}"', svg.index(f'data-box="{change.box}"'))
    start, end = svg.index(">", at) + 1, svg.index("</text>", at)
    return svg[:start] + escape(pretty(change.settled)) + svg[end:]


def data_url(svg: str) -> str:
    """The picture as a `data:` address, for an `<img>` that every notebook viewer shows."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
