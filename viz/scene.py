"""What every frame of a walk is told from: the record, the drawing, the names and the words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from autograd_lite.graph import Node
from autograd_lite.stepwise import Step, steps

from .formulas import Formulas, Sum
from .frames import Frame, tidy
from .modules import names_in, parameter_names
from .names import name_constants, name_nodes
from .nudge import Replay
from .outline import Outline, outline
from .words import Words

NUDGES = 200_000  # operations computed again, at most, for all nudges together


NUDGED_BOXES = 6_000  # numbers in boxes, at most, for all nudges together


class Scene:
    """A graph with its record of backprop, its boxes and arrows, and the names of its nodes."""

    def __init__(
        self,
        root: Node,
        names: Mapping[str, Any] | None,
        keep: Iterable[Node] | None,
        words: Words,
        record: Callable[[Node], list[Step]] = steps,
        drawn: Outline | None = None,
        depth: int | None = None,
        model: Any = None,
    ) -> None:
        self.root = root
        self.parameters = names_in(names) if model is None else parameter_names(model)
        self.words = words
        self.names = {node: tidy(text) for node, text in name_nodes(root, names).items()}
        if drawn is None:
            drawn = outline(root, names, keep, depth, gather=keep is not None)
        self.outline = drawn
        self.steps = record(root)
        self.replay = Replay(root)
        self.shown = {b.node: b.key for b in self.outline.boxes if b.node is not None}
        self.arrow_keys = {a.origin: a.key for a in self.outline.arrows if a.origin is not None}
        self.folded = self.outline.inside
        constants = name_constants(self.replay.order, names, set(self.names.values()))
        self.formulas = Formulas(self.names, self.gathered(), constants)
        visible = len({s.input for s in self.steps if s.input in self.shown})
        self.nudges = visible * len(self.replay.order) <= NUDGES
        self.nudges_everywhere = visible * len(self.shown) <= NUDGED_BOXES
        self.arriving: dict[Node, list[Step]] = {}
        for step in self.steps:
            self.arriving.setdefault(step.input, []).append(step)

    def gathered(self) -> dict[Node, Sum]:
        """The sums that are drawn as one box, for its node and for every addition inside it."""
        boxes = {box.key: box for box in self.outline.boxes}
        found = {}
        for rest in (box for box in self.outline.boxes if box.kind == "fold" and box.node is None):
            key = next(a.target for a in self.outline.arrows if a.source == rest.key)
            top = boxes[key].node
            assert top is not None
            arrows = [a for a in self.outline.arrows if a.target == key and a.origin is not None]
            places = tuple(a.origin for a in arrows if a.origin is not None)
            told = Sum(places, rest.name.removeprefix("+ "), rest.value)
            absorbed = [node for node, box in self.outline.inside.items() if box == key]
            for node in (top, *absorbed):
                found[node] = told
                self.names[node] = self.names[top]
        return found

    def box_key(self, node: Node) -> str:
        """The box of a node, or of the folded part that it is in."""
        return self.shown.get(node) or self.folded.get(node, "")

    def arrow_key(self, step: Step) -> str:
        """The arrow that a step goes along; "" where it is not drawn."""
        return self.arrow_keys.get((step.node, step.slot), "")

    def gradient(self, node: Node) -> str:
        """The name of a node's gradient."""
        return f"∂{self.names[self.root]}/∂{self.names[node]}"


def noted(frame: Frame, said: str) -> Frame:
    """The frame with one more sentence, also for those who hear it."""
    note = f"{frame.note} {said}".strip()
    return replace(frame, note=note, status=f"{frame.status} {said}")


def numbered(frames: list[Frame]) -> list[Frame]:
    """The frames of one phase, counted."""
    return [replace(f, number=i, count=len(frames)) for i, f in enumerate(frames, 1)]


def capital(text: str) -> str:
    """The text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
