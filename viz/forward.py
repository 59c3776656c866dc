"""The forward frames: one for every operation that computes its value."""

from __future__ import annotations

import numpy as np

from .array_frames import of_forward
from .formula import name, row
from .formulas import amount, brief, full, is_single, shape
from .frames import FORWARD, Change, Frame, Line
from .mathml import plain
from .outline import Box
from .scene import Scene, noted, numbered


def forward(scene: Scene) -> list[Frame]:
    """One frame for every operation that is drawn, in the order of computation."""
    frames = [compute(scene, box) for box in scene.outline.boxes if box.kind == "operation"]
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


def compute(scene: Scene, box: Box) -> Frame:
    """The frame in which a box computes its value."""
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
