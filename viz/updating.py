"""The update frames: every leaf moves against its gradient."""

from __future__ import annotations

import math
from typing import Any

from . import formula
from .array_frames import of_update
from .formula import name, partial, row
from .formulas import amount, brief, full, is_single, single
from .frames import UPDATE, Change, Frame, Line
from .mathml import plain
from .numbers import short
from .scene import Scene, noted, numbered
from .telling import beside


def updates(scene: Scene, rate: float) -> list[Frame]:
    """One frame for every leaf that is drawn: w <- w - rate * gradient."""
    words = scene.words
    place = {box.node: i for i, box in enumerate(scene.outline.boxes)}
    leaves = [n for n in scene.replay.order if n.op is None and n in scene.arriving]
    leaves.sort(key=lambda n: place.get(n, len(place)))
    new = {n: n.data - rate * scene.arriving[n][-1].after for n in leaves}
    frames = []
    for node in leaves:
        if node not in scene.shown:
            continue
        called, gradient = scene.names[node], scene.gradient(node)
        slope = scene.arriving[node][-1].after
        slope_name = partial(scene.names[scene.root], called)
        symbols = row(
            name(called), "←", name(called), "−", formula.words(words("rate")), "·", slope_name
        )
        numbers = row(
            amount(node.data), "−", amount(rate), "·", amount(slope), "=", amount(new[node])
        )
        arrays = of_update(scene, node, slope, new[node], rate)
        lines = [Line("rule", words("line_rule"), symbols)]
        moved = plain(numbers)
        if arrays is None:
            lines.append(Line("numbers", words("line_numbers"), numbers))
        else:
            moved = arrays.sentence(arrays.chosen, words).removesuffix(".")
        old_text, new_text = brief(node.data), brief(new[node])
        now = f"{old_text} → {new_text}" if is_single(node.data) else new_text
        key = scene.shown[node]
        frames.append(
            Frame(
                UPDATE,
                0,
                0,
                words("update_title", name=called),
                words("update_status", name=called, gradient=gradient, numbers=moved)
                if arrays is None
                else words("update_array", name=called, gradient=gradient, entry=moved),
                tuple(lines),
                arrays=arrays,
                meaning=_direction(scene, slope, called),
                receiving=key,
                changes=(Change(key, "value", now, new_text, full(new[node])),),
            )
        )
    if frames:
        after = scene.replay.result(scene.replay.change(new))
        before = single(scene.root.data)
        note = words(
            "update_last",
            root=scene.names[scene.root],
            before=short(before),
            after=beside(before, after),
        )
        hidden = len(leaves) - len(frames)
        if hidden:
            note = f"{words('update_hidden', count=hidden)} {note}"
        frames[-1] = noted(frames[-1], note)
    return numbered(frames)


def _direction(scene: Scene, slope: Any, called: str) -> str:
    if not is_single(slope) or not math.isfinite(single(slope)):
        return ""
    sign = single(slope)
    key = "update_down" if sign > 0 else "update_up" if sign < 0 else "update_still"
    return scene.words(key, name=called, root=scene.names[scene.root])
