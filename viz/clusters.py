"""The boxes of a module as a cluster of the drawing: its hull, and the cover that folds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from autograd_lite.graph import Node

from .layout import BoxSize, Placed, text_width
from .modules import module_paths
from .outline import Outline
from .words import Words

SIDE, TOP, TITLE = 13.0, 31.0, 15.5
Rectangle = tuple[float, float, float, float]


def clusters_of(
    nodes: Sequence[Node], outline: Outline, named: Mapping[Node, str]
) -> dict[str, tuple[str, ...]]:
    """The keys of the boxes of every module that has more than one, by the module's path.

    nodes: inputs first.  named: the names of the parameters; if there are none, their labels.
    """
    paths = module_paths(nodes, named or None)
    found: dict[str, list[str]] = {}
    for box in outline.boxes:
        if box.node is not None and box.node in paths:
            found.setdefault(paths[box.node], []).append(box.key)
    return {path: tuple(keys) for path, keys in found.items() if len(keys) > 1}


def hulls(
    clusters: Mapping[str, Sequence[str]], boxes: Sequence[BoxSize], placed: Placed
) -> dict[str, Rectangle]:
    """The rectangle (x, y, width, height) around each cluster; none where it would hold others."""
    sizes = {box.key: box for box in boxes}
    found = {}
    for path, keys in clusters.items():
        corners = [placed.boxes[key] for key in keys]
        left = min(x for x, _ in corners) - SIDE
        top = min(y for _, y in corners) - TOP
        right = max(placed.boxes[k][0] + sizes[k].width for k in keys) + SIDE
        bottom = max(placed.boxes[k][1] + sizes[k].height for k in keys) + SIDE
        right = max(right, left + text_width(path, TITLE) + 60)
        inside = set(keys)
        others = (
            key
            for key, (x, y) in placed.boxes.items()
            if key not in inside
            and x < right
            and x + sizes[key].width > left
            and y < bottom
            and y + sizes[key].height > top
        )
        if next(others, None) is None:
            found[path] = (left, top, right - left, bottom - top)
    return found


def hull_svg(path: str, rectangle: Rectangle, words: Words) -> str:
    """The rectangle behind a cluster, with the module's path, which folds and unfolds it."""
    x, y, width, height = rectangle
    told = escape(words("fold", module=path), quote=True)
    safe = escape(path, quote=True)
    return (
        f'<g class="cluster" data-cluster="{safe}">'
        f'<rect class="hull" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="16"/>'
        f'<g class="handle" role="button" tabindex="0" aria-expanded="true" aria-label="{told}">'
        f'<rect class="grip" x="{x + 6:g}" y="{y + 4:g}" rx="8" height="24" '
        f'width="{text_width(path, TITLE) + 34:g}"/>'
        f'<text class="fold-mark" x="{x + 13:g}" y="{y + 21:g}">▾</text>'
        f'<text class="title" x="{x + 31:g}" y="{y + 21:g}">{escape(path)}</text></g></g>'
    )


def cover_svg(path: str, count: int, rectangle: Rectangle, words: Words) -> str:
    """What stands in place of a cluster's boxes while it is folded."""
    x, y, width, height = rectangle
    centre, middle = x + width / 2, y + height / 2
    return (
        f'<g class="cover" data-cover="{escape(path, quote=True)}" visibility="hidden">'
        f'<rect class="frame" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="16"/>'
        f'<text class="name" x="{centre:g}" y="{middle - 4:g}" text-anchor="middle">'
        f'{escape(path)}</text><text class="title" x="{centre:g}" y="{middle + 20:g}" '
        f'text-anchor="middle">{escape(words("folded_boxes", count=count))}</text></g>'
    )
