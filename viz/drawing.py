"""`draw`: the graph of a computation as a picture, with every value and gradient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from autograd_lite.errors import AutogradError
from autograd_lite.graph import Node

from .clusters import clusters_of
from .drawn_arrays import amount
from .frames import Walk
from .modules import names_in, parameter_names
from .names import computed
from .numbers import full, short
from .outline import Arrow, Box, Outline, outline
from .parts_drawn import PartsDrawn, few_parts, is_large
from .picture import (
    FONT,
    GRADIENT,
    GRADIENT_PAPER,
    INK,
    INPUT,
    INPUT_PAPER,
    MUTED,
    PAPER,
    STROKE,
    Drawing,
    html,
    plain,
    quoted,
)
from .words import Words

NONE = "–"  # a gradient that was not computed; not 0
SHOWN_UNASKED = 100  # nodes, where a node shows itself
LONGEST_NAME, LONGEST_FACTOR, LONGEST_TITLE = 30, 6, 12
ROOM = (
    '<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" FIXEDSIZE="TRUE" '
    'WIDTH="36" HEIGHT="17"><TR><TD></TD></TR></TABLE>>'
)
# Kinds of box differ in shape and outline, so that nobody needs the colours.
STYLES = {
    "operation": f'style="rounded,filled", fillcolor="{PAPER}", color="{STROKE}", penwidth=1.5',
    "leaf": f'style="filled", fillcolor="{INPUT_PAPER}", color="{INPUT}", penwidth=2.5',
    "constant": f'style="filled,dotted", fillcolor="{PAPER}", color="{STROKE}", penwidth=1.5',
    "fold": f'style="rounded,filled,dashed", fillcolor="{PAPER}", color="{STROKE}", penwidth=1.5',
}
CALLED = {"leaf": "input", "operation": "", "constant": "constant", "fold": "folded"}


def draw(
    node: Node,
    names: Mapping[str, Any] | None = None,
    depth: int | None = None,
    keep: Iterable[Node] | None = None,
    model: Any = None,
    parts: bool | None = None,
) -> Drawing:
    """Draw the graph that `node` was computed by: one box a node, one arrow an operand.

    A box shows the operation, the name, the value and the gradient dL/dname ("–" where none was
    computed). After `backward()` an arrow is labelled with its local derivative, "× b = -3": what
    it multiplies the gradient by on the way back. Inputs have square corners, operations round
    ones, constants a dotted line, folded parts a dashed one. Nothing is changed.

    names: `locals()`, to call nodes by their variables.  depth: how many operations are shown,
    counted from the result; what is below is folded.  keep: the inputs to follow in a large graph;
    the others are folded, and the folded terms of a sum into one box.
    model: the nn.Module that the graph was computed with: what belongs to a module stands together.
    A graph of more than 400 nodes is shown in parts (modules, arrays of weights, and repeats as
    "ReLU × 32"), or else folded by depth, and the drawing says so.  parts: whether it is.
    Raises DataError if `node` is no node or `names` no mapping, ArgumentError for a depth below 1
    or a model without named parameters.

    >>> from autograd_lite import Value
    >>> a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    >>> drawing = draw((a * b + a) * k)
    >>> drawing
    <drawing: graph of L: 6 boxes, 6 arrows>
    >>> drawing.source.count(" -> ")
    6
    """
    named = names_in(names) if model is None else parameter_names(model)
    whole = keep is None and depth is None and parts is not False and isinstance(node, Node)
    if whole and (parts or is_large(node)):
        grouped = few_parts(node, named)
        if grouped is not None:
            return _drawing(node, PartsDrawn(grouped, Words()).outline)
    found = outline(node, names, keep, depth, gather=True)
    return _drawing(node, found, clusters=clusters_of(computed(node), found, named))


def still(walk: Walk, index: int) -> Drawing:
    """The graph of a walk as it stands after the frame of this index, whatever `.grad` is."""
    known = walk.state(index) | {
        (change.box, change.part): change.settled for change in walk.frames[index].changes
    }
    boxes = tuple(
        box if box.node is None else replace(box, grad=known.get((box.key, "gradient")))
        for box in walk.outline.boxes
    )
    return _drawing(walk.root, replace(walk.outline, boxes=boxes), told=True)


def _drawing(
    node: Node,
    found: Outline,
    told: bool = False,
    clusters: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Drawing:
    """told: the gradients are those of the boxes, not those of the nodes.

    clusters: the boxes of each module, by its path.
    """
    root = plain(next(b.name for b in found.boxes if b.node is node), LONGEST_NAME)
    title = f"graph of {root}: {_count(found.boxes, 'box')}, {_count(found.arrows, 'arrow')}"
    lines = [
        "digraph {",
        f'graph [rankdir=LR, bgcolor="transparent", pad=0.1, {_order(found.arrows)}'
        f'nodesep=0.3, ranksep=0.35, outputorder=edgesfirst, fontname="{FONT}"];',
        f'node [shape=box, margin="0.08,0.05", fontname="{FONT}", fontsize=12, fontcolor="{INK}"];',
        f'edge [color="{STROKE}", penwidth=1.4, arrowsize=0.7, fontname="{FONT}", fontsize=11, '
        f'fontcolor="{GRADIENT}"];',
    ]
    if found.note:
        note = f'<FONT COLOR="{MUTED}">{html(found.note)}</FONT>'
        lines.append(f"label={_plate(note, PAPER)}; labelloc=b;")
    boxes = {b.key: b for b in found.boxes}
    lines += [_box(b, root, told) for b in found.boxes]
    for i, (path, keys) in enumerate(clusters.items()):
        name = f'<FONT COLOR="{MUTED}">{html(plain(path, LONGEST_NAME))}</FONT>'
        lines.append(
            f'subgraph cluster_{i} {{ id="m{i}"; label=<{name}>; labeljust=l; margin=10; '
            f'fontsize=11; style="rounded,dashed"; color="{STROKE}"; {"; ".join(keys)}; }}'
        )
    lines += [_arrow(a, boxes[a.source], boxes[a.target]) for a in found.arrows]
    return Drawing("\n".join([*lines, "}", ""]), title, len(boxes))


def _order(arrows: tuple[Arrow, ...]) -> str:
    """Operands from top to bottom as they are read, where nothing is shared.

    A shared node cannot stand in the right order for all its users; there the engine decides.
    """
    shared = len({a.source for a in arrows}) < len(arrows)
    return "" if shared else "ordering=in, "


def _count(items: tuple[Any, ...], what: str) -> str:
    return f"{len(items)} {what}" + ("" if len(items) == 1 else "es" if what == "box" else "s")


def _box(box: Box, root: str, told: bool) -> str:
    name = plain(box.name, LONGEST_NAME)
    data = box.data if box.node is None else box.node.data
    if box.kind == "constant":
        rows = f"<TR><TD>{amount(box.value if box.data is None else box.data)}</TD></TR>"
    else:
        badge = f'<FONT COLOR="{MUTED}">{html(plain(box.badge, 12))}</FONT>   ' if box.badge else ""
        rows = f'<TR><TD COLSPAN="2">{badge}<B>{html(name)}</B></TD></TR>'
        if box.kind == "fold" or box.members:
            rows += (
                f'<TR><TD COLSPAN="2"><FONT COLOR="{MUTED}">{html(box.expression)}</FONT></TD></TR>'
            )
        if box.shape:
            kind = f"{box.shape} {np.asarray(data).dtype}" if data is not None else f"{box.shape}"
            rows += _row("shape", html(kind))
        rows += _row("value", amount(box.value if data is None else data))
        gradient = _gradients(box) if box.node is None else box.node.grad
        shown = html(box.grad or NONE) if gradient is None else amount(gradient)
        rows += _row(_gradient_of(root, name), shown, GRADIENT)
    table = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{rows}</TABLE>'
    return (
        f'{box.key} [id="{box.key}", class="{box.kind}", label=<{table}>, '
        f"tooltip={quoted(_told(box, root, told))}, {STYLES[box.kind]}];"
    )


def _gradients(box: Box) -> Any:
    """The gradients of the nodes that a box stands for, as an array; None before they are there."""
    found = [node.grad for node in box.members]
    if not found or any(x is None for x in found):
        return None
    return np.array(found, dtype=float).reshape(box.shape)


def _row(title: str, cell: str, colour: str = INK) -> str:
    return (
        f'<TR><TD ALIGN="LEFT"><FONT COLOR="{MUTED}">{html(title)} </FONT></TD>'
        f'<TD ALIGN="RIGHT"><FONT COLOR="{colour}">{cell}</FONT></TD></TR>'
    )


def _gradient_of(root: str, name: str) -> str:
    title = f"∂{root}/∂{name}"
    return title if len(title) <= LONGEST_TITLE else "gradient"


def _told(box: Box, root: str, told: bool) -> str:
    """What pointing at a box tells: what it is, and its numbers in full."""
    if box.kind == "constant":
        return f"constant {box.value}: it has no gradient"
    name = plain(box.name)
    made = f" = {plain(box.expression, 80)}" if box.kind == "operation" else ""
    kind = f" ({CALLED[box.kind]})" if CALLED[box.kind] else ""
    lines = [f"{name}{made}{kind}"]
    if box.node is not None and not box.shape:
        lines.append(f"value {full(box.node.data)}")
        gradient = None if told or box.node.grad is None else full(box.node.grad)
        lines.append(f"∂{root}/∂{name} {gradient or (told and box.grad) or NONE}")
    return "\n".join(lines)


def _arrow(arrow: Arrow, source: Box, target: Box) -> str:
    told = f"{plain(source.name) or source.value} → {plain(target.name)}"
    # Before backward there is room for the label, so that the boxes stay where they are.
    label = f", label={ROOM}" if arrow.local is not None else ""
    if source.shape and arrow.local is None:
        size = html("×".join(map(str, source.shape)))
        label = f', label=<<FONT COLOR="{MUTED}" POINT-SIZE="10">{size}</FONT>>'
    if arrow.local is not None and target.grad is not None:
        text = plain((arrow.local_text or "").replace("np.", ""), 80)
        number = short(arrow.local)
        factor = (
            f"{text} = {number}" if text.isidentifier() and len(text) <= LONGEST_FACTOR else number
        )
        label = f", label={_plate(html(f'× {factor}'), GRADIENT_PAPER)}"
        through = "" if text in ("", number) else f"{text} = "
        told += f"\n∂{plain(target.name)}/∂{plain(source.name)} = {through}{full(arrow.local)}"
    style = ", style=dotted" if source.kind == "constant" else ""
    return (
        f'{arrow.source} -> {arrow.target} [id="{arrow.key}", class="slot{arrow.slot}"{label}, '
        f"tooltip={quoted(told)}{style}];"
    )


def _plate(inside: str, colour: str) -> str:
    """Text on a plate of its own, readable whatever the page is like."""
    return (
        f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" BGCOLOR="{colour}">'
        f"<TR><TD>{inside}</TD></TR></TABLE>>"
    )


def install_reprs() -> None:
    """Make every Value and Tensor show itself in notebooks as the drawing of its graph."""
    Node._repr_mimebundle_ = _show  # type: ignore[attr-defined]


def _show(node: Node, include: Any = None, exclude: Any = None) -> dict[str, str]:
    text = {"text/plain": repr(node)}
    if node.data is None:  # a symbol: an expression without numbers
        return text
    try:
        drawing = _drawing(node, outline(node, limit=SHOWN_UNASKED, gather=True))
        return drawing._repr_mimebundle_(include, exclude) | text
    except AutogradError:
        return text
