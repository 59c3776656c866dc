"""A walk as one self-contained HTML page: no network, no library, everything inside the file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from autograd_lite.source_lines import Source

from . import code_lines
from .formulas import Formulas, full
from .frames import Frame, Walk, pretty
from .mathml import plain
from .stage import draw, picture
from .store import Store

SCRIPTS = (
    "page.js",
    "page_panel.js",
    "page_code.js",
    "page_folding.js",
    "page_jump.js",
    "page_matrix.js",
    "page_strip.js",
    "page_numbers.js",
    "page_view.js",
    "page_tips.js",
    "page_tools.js",
    "page_place.js",
)
QUIZ_SCRIPTS = ("quiz.js", "answers.js")
STYLES = ("graph.css", "page.css", "matrix.css", "page_code.css")
QUIZ_STYLES = ("quiz.css",)
MANY = 60  # boxes above which modules are folded to begin with
PACE = 2200  # milliseconds a frame stays while the page plays
PHASES = {"forward": "phase_forward", "backward": "phase_backward", "update": "phase_update"}


def model(walk: Walk, code: tuple[Source, bool] | None = None) -> dict[str, Any]:
    """Everything that the page's `mount(element, model)` shows, as plain data.

    code: the walk as source, and whether that is open to begin with.
    """
    store = Store(frame.arrays for frame in walk.frames)
    frames = [frame.as_json() | {"arrays": store.refer(frame.arrays)} for frame in walk.frames]
    found = setting(walk) | {"frames": frames, "arrays": store.arrays}
    return found if code is None else found | {"code": code_lines.model(walk, *code)}


def setting(walk: Walk, also: tuple[Frame, ...] = ()) -> dict[str, Any]:
    """A model without its frames: the drawing, what its boxes and arrows are, and the words.

    also: frames of other kinds that the boxes must have room for.
    """
    drawing = draw(replace(walk, frames=walk.frames + also) if also else walk)
    words = walk.words
    formulas = Formulas(walk.names, constants=walk.constants)
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
        "root": root,
        "svg": drawing.svg,
        "boxes": boxes,
        "arrows": arrows,
        "phases": [
            {"key": key, "name": words(PHASES[key]), "first": first, "count": count}
            for key, first, count in walk.phases()
        ],
        "clusters": {path: list(walk.clusters[path]) for path in drawing.clusters},
        "folded": len(boxes) > MANY,
        "words": _spoken(words.messages),
        "pace": PACE,
    }


def _spoken(messages: Mapping[str, str]) -> dict[str, str]:
    """The messages that the scripts use by name; what a frame says is in the frame."""
    names = set(re.findall(r'"([a-z_]+)"', script(asks=True)))
    families = tuple(name for name in names if name.endswith("_"))  # say("state_" + ...)
    return {k: message for k, message in messages.items() if k in names or k.startswith(families)}


def _made(box: dict[str, Any]) -> str:
    return f"{box['name']} = {box['expression']}" if box["expression"] else str(box["name"])


def page(walk: Walk, at: int = 0, code: tuple[Source, bool] | None = None, title: str = "") -> str:
    """The page as one HTML document, opened at the frame of this index."""
    title = title or walk.words("page_title", root=walk.names[walk.root])
    noscript = f"{escape(walk.words('no_script'))}{picture(walk)}"
    if code is not None and code[1]:
        noscript += f"<pre>{escape(code_lines.annotated(code[0]))}</pre>"
    return document(model(walk, code), title, noscript, at)


def document(shown: dict[str, Any], title: str, noscript: str, at: int = 0) -> str:
    """An HTML document that mounts a model. noscript: what is there without JavaScript, as HTML."""
    data = _inert(json.dumps(shown, ensure_ascii=False, separators=(",", ":")))
    asks = "quiz" in shown
    parts = {
        "title": escape(title),
        "noscript": noscript,
        "css": style(asks),
        "model": data,
        "js": script(asks),
        "at": str(at),
    }
    return filled("page.html", parts)


def filled(name: str, parts: Mapping[str, str]) -> str:
    """A file of the package with each {{part}} put in its place."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], asset(name))


def _inert(text: str) -> str:
    """JSON that can neither end its script element nor begin a comment or a script in it.

    To escape every "<" would make a page of formulas a fifth larger.
    """
    return re.sub(r"<(?=[!sS])", r"\\u003c", text.replace("</", r"<\/"))


def script(asks: bool = False) -> str:
    """The JavaScript that defines `mount`. asks: with what a quiz needs."""
    return "".join(map(asset, SCRIPTS + QUIZ_SCRIPTS * asks))


def style(asks: bool = False) -> str:
    """The style of everything that `mount` shows. asks: with what a quiz needs."""
    return "".join(map(asset, STYLES + QUIZ_STYLES * asks))


@cache
def asset(name: str) -> str:
    """The text of a file of the package."""
    return files("viz").joinpath(name).read_text("utf-8")
