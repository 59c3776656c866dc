"""A walk as one self-contained HTML page: no network, no library, everything inside the file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from .formulas import Formulas, full
from .frames import Walk, pretty
from .mathml import plain
from .stage import draw, picture

SCRIPTS = (
    "page.js",
    "page_panel.js",
    "page_view.js",
    "page_tips.js",
    "page_tools.js",
    "page_place.js",
)
PACE = 2200  # milliseconds a frame stays while the page plays
PHASES = {"forward": "phase_forward", "backward": "phase_backward", "update": "phase_update"}


def model(walk: Walk) -> dict[str, Any]:
    """Everything that the page's `mount(element, model)` shows, as plain data."""
    drawing = draw(walk)
    words = walk.words
    formulas = Formulas(walk.names)
    outline_boxes = {box.key: box for box in walk.outline.boxes}
    root = walk.names[walk.root]
    boxes = []
    for cell in drawing.cells:
        box = outline_boxes[cell.key]
        x, y = drawing.corners[cell.key]
        operation = cell.kind == "operation"
        name = walk.names[box.node] if box.node is not None else cell.name
        boxes.append(
            {
                "key": cell.key,
                "kind": cell.kind,
                "name": name,
                "expression": pretty(plain(formulas.rule(box.node)))
                if operation and box.node is not None
                else "",
                "note": cell.note,
                "gradient": f"∂{root}/∂{name}" if cell.gradient_title else "",
                "given": not operation,
                "value": pretty(cell.value),
                "full": pretty(cell.value if box.node is None else full(box.node.data)),
                "x": x,
                "y": y,
                "width": cell.width,
                "height": cell.height,
            }
        )
    named = {box["key"]: box for box in boxes}
    arrows = [
        {
            "key": arrow.key,
            "source": arrow.source,
            "target": arrow.target,
            "constant": named[arrow.source]["kind"] == "constant",
            "formula": _made(named[arrow.target]),
        }
        for arrow in walk.outline.arrows
    ]
    return {
        "version": 1,
        "svg": drawing.svg,
        "boxes": boxes,
        "arrows": arrows,
        "phases": [
            {"key": key, "name": words(PHASES[key]), "first": first, "count": count}
            for key, first, count in walk.phases()
        ],
        "frames": [frame.as_json() for frame in walk.frames],
        "words": words.messages,
        "pace": PACE,
    }


def _made(box: dict[str, Any]) -> str:
    return f"{box['name']} = {box['expression']}" if box["expression"] else str(box["name"])


def page(walk: Walk, at: int = 0) -> str:
    """The page as one HTML document, opened at the frame of this index."""
    title = escape(walk.words("page_title", root=walk.names[walk.root]))
    # "<" cannot appear inside the model, so no label can end its script element or open another.
    data = json.dumps(model(walk), ensure_ascii=False, separators=(",", ":")).replace(
        "<", "\\u003c"
    )
    parts = {
        "title": title,
        "noscript": f"{escape(walk.words('no_script'))}{picture(walk)}",
        "css": style(),
        "model": data,
        "js": script(),
        "at": str(at),
    }
    return filled("page.html", parts)


def script() -> str:
    """The script that defines `mount(element, model, options)`."""
    return "".join(map(asset, SCRIPTS))


def style() -> str:
    """The style of all that `mount` shows."""
    return asset("graph.css") + asset("page.css")


def filled(name: str, parts: Mapping[str, str]) -> str:
    """A file of the package with each {{part}} put in its place."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], asset(name))


@cache
def asset(name: str) -> str:
    """The text of a file of the package."""
    return files("viz").joinpath(name).read_text("utf-8")
