"""The boxes and arrows of a large graph in parts, for the walk and for the drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd_lite.graph import Node, downward

from .formulas import brief
from .grouping import SINGLE, Part, parts
from .matrix import Array
from .outline import LIMIT, Arrow, Box, Outline, write
from .words import Words

MOST = 80  # parts; a graph of more is folded by depth instead


def few_parts(root: Node, named: Mapping[Node, str]) -> tuple[Part, ...] | None:
    """The parts of a graph; None where it does not fall into few of them."""
    found = parts(root, named)
    few = len(found) <= MOST and any(part.kind != SINGLE for part in found)
    return found if few else None


def is_large(root: Node) -> bool:
    """Whether a graph of single numbers is too large for a box a number."""
    nodes = downward(root)
    return len(nodes) > LIMIT and all(np.ndim(node.data) == 0 for node in nodes)


class PartsDrawn:
    """Parts with the keys of their boxes and arrows.

    between: the key of the arrow from one part to another.
    """

    def __init__(self, found: Sequence[Part], words: Words) -> None:
        self.words, self.parts = words, found
        self.part_of = {node: part for part in found for node in part.members}
        self.keys = {part: f"n{i}" for i, part in enumerate(found)}
        self.between: dict[tuple[Part, Part], str] = {}
        self.outline = self._outline()

    def _outline(self) -> Outline:
        boxes: list[Box] = []
        lines: list[Arrow] = []
        constants = 0
        for part in self.parts:
            key = self.keys[part]
            boxes.append(self._box(part, key))
            seen: set[Part] = set()
            for node in part.members:
                for slot, x in enumerate(node.operands):
                    if not isinstance(x, Node):
                        if part.kind == SINGLE:
                            source = f"c{constants}"
                            constants += 1
                            boxes.insert(-1, _constant(source, x))
                            lines.append(_line(lines, source, key, slot, (node, slot)))
                        continue
                    source_part = self.part_of[x]
                    if source_part is part:
                        continue
                    alone = part.kind == SINGLE and source_part.kind == SINGLE
                    if source_part in seen and not alone:
                        continue
                    seen.add(source_part)
                    origin = (node, slot) if alone else None
                    made = _line(lines, self.keys[source_part], key, slot, origin)
                    lines.append(made)
                    self.between.setdefault((source_part, part), made.key)
        inside = {
            node: self.keys[part]
            for part in self.parts
            if part.kind != SINGLE
            for node in part.members
        }
        nodes = len(self.part_of)
        note = self.words("parts_note", nodes=f"{nodes:,}", parts=len(self.parts))
        return Outline(tuple(boxes), tuple(lines), note, inside)

    def _box(self, part: Part, key: str) -> Box:
        kind = "leaf" if part.is_given else "operation"
        if part.kind == SINGLE:
            node = part.members[0]
            badge = node.op.badge if node.op else ""
            return Box(key, kind, node, part.name, badge, "", write(node.data), None, ())
        value = brief(values(part)) if part.is_given else ""
        count = len(part.members)
        key_of_note = "part_given" if part.is_given else "part_operations"
        note = self.words(key_of_note, count=f"{count:,}")
        return Box(
            key, kind, None, part.name, "", note, value, None, part.shape, part.shown, values(part)
        )


def values(part: Part) -> Array:
    """The numbers of a part, as an array."""
    return np.array([float(node.data) for node in part.shown]).reshape(part.shape)


def _constant(key: str, x: Any) -> Box:
    return Box(key, "constant", None, "", "", "", write(x), None, np.shape(x))


def _line(
    lines: Sequence[Arrow], source: str, target: str, slot: int, origin: tuple[Node, int] | None
) -> Arrow:
    return Arrow(f"e{len(lines)}", source, target, slot, None, None, origin)
