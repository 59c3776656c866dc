"""From a node to the frames that step through it: forward, backward, update."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError, DataError, ShapeError
from autograd_lite.graph import Node, steps

from .array_frames import of_forward
from .backward import backward
from .formula import name, row
from .formulas import amount, brief, full, is_single, shape
from .frames import FORWARD, Change, Frame, Line, Walk
from .mathml import plain
from .naive import naive_steps
from .orders import beside_right
from .outline import Box
from .scene import Scene, noted, numbered
from .updating import updates
from .words import Words

RECORDS = {"right": steps, "naive": naive_steps}


def walk(
    root: Node,
    names: Mapping[str, Any] | None = None,
    update: float | None = None,
    keep: Iterable[Node] | None = None,
    words: Words | None = None,
    order: str = "right",
) -> Walk:
    """Every frame of the walk through backprop from `root`, which is only read.

    Raises DataError if `root` is no node, ShapeError if it has more than one entry, ArgumentError
    if `update` is no positive number or `order` is none of its kinds.
    """
    if not isinstance(root, Node):
        raise DataError(
            f"step: {type(root).__name__} {root!r:.60} is not part of a graph.\n"
            "  Give a Value or a Tensor that was computed from others."
        )
    if not is_single(root.data):
        raise ShapeError(
            f"step: the node has shape {np.shape(root.data)}, and backprop starts at one number.\n"
            "  Step through a scalar made from it, such as its .sum() or a loss."
        )
    if update is not None and not (
        isinstance(update, int | float) and 0 < update < math.inf and not isinstance(update, bool)
    ):
        raise ArgumentError(
            f"step: update={update!r} is no learning rate.\n  Give a positive number, such as 0.1."
        )
    if order not in RECORDS:
        raise ArgumentError(
            f"step: order={order!r}; give 'right', or 'naive' to see what goes wrong without it."
        )
    scene = Scene(root, names, keep, words or Words(), RECORDS[order])
    back = backward(scene)
    frames = [*forward(scene), *(back if order == "right" else beside_right(scene, back))]
    if update is not None:
        frames += updates(scene, float(update))
    formulas = scene.formulas
    return Walk(root, scene.names, scene.outline, scene.words, tuple(frames), formulas.constants)


def forward(scene: Scene) -> list[Frame]:
    """One frame for every operation that is drawn, in the order of computation."""
    frames = [_compute(scene, box) for box in scene.outline.boxes if box.kind == "operation"]
    if not frames:
        return [_given(scene)]
    folded = sum(1 for n in scene.folded if n.op is not None)
    folded += sum(1 for box in scene.outline.boxes if box.kind == "fold")
    if folded:
        frames[0] = noted(frames[0], scene.words("forward_folded", count=folded))
    if scene.outline.note:
        frames[0] = noted(frames[0], scene.outline.note)
    value = brief(scene.root.data)
    said = scene.words("forward_last", root=scene.names[scene.root], value=value)
    frames[-1] = noted(frames[-1], said)
    return numbered(frames)


def _given(scene: Scene) -> Frame:
    root = scene.names[scene.root]
    said = scene.words("forward_leaf", output=root, value=brief(scene.root.data))
    title = scene.words("forward_leaf_title", output=root)
    return Frame(FORWARD, 1, 1, title, said, note=said, receiving=scene.shown[scene.root])


def _compute(scene: Scene, box: Box) -> Frame:
    node, words = box.node, scene.words
    assert node is not None
    equation = scene.formulas.equation(node)
    arrays = of_forward(scene, node)
    lines = [Line("rule", words("line_rule"), equation)]
    note = ""
    if arrays is None:
        computed = row(scene.formulas.numbers(node), "=", amount(node.data))
        numbers = row(name(scene.names[node]), "=", *computed.parts)
        lines.append(Line("numbers", words("line_numbers"), numbers))
        status = words("forward_status", formula=plain(equation), numbers=plain(computed))
    elif is_single(node.data):
        status = words("forward_status", formula=plain(equation), numbers=brief(node.data))
    else:
        note = words("forward_array", output=scene.names[node], shape=shape(np.shape(node.data)))
        said = arrays.sentence(arrays.chosen, words)
        status = f"{plain(equation)}. {note} {said}".strip()
    arrows = tuple(a.key for a in scene.outline.arrows if a.target == box.key)
    giving = tuple(dict.fromkeys(a.source for a in scene.outline.arrows if a.target == box.key))
    text = brief(node.data)
    return Frame(
        FORWARD,
        0,
        0,
        words("forward_title", output=plain(equation)),
        status,
        tuple(lines),
        note=note,
        arrays=arrays,
        giving=giving,
        receiving=box.key,
        arrows=arrows,
        changes=(Change(box.key, "value", text, text, full(node.data)),),
    )
