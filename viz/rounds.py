"""One graph with its walk and its questions; and the same again with other numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autograd_lite.graph import Node

from .questions import Question, questions
from .scene import Scene
from .text import table
from .variants import variant
from .walk import played
from .words import Words

LARGEST = 40  # questions of a graph that is asked again with other numbers
APART = 8  # questions up to which numbers are sought that keep all slips apart


class Round:
    """The walk through one graph, and what is asked on the way."""

    def __init__(
        self,
        root: Node,
        ask: str,
        rate: float,
        update: float | None,
        names: Mapping[str, Any] | None,
        keep: Iterable[Node] | None,
        words: Words,
        part: slice = slice(None),
    ) -> None:
        self.part = part  # which of the questions are asked
        self.root, self.ask, self.rate, self.update = root, ask, rate, update
        self.keep = None if keep is None else list(keep)
        self.words = words
        scene = Scene(root, names, self.keep, words)
        self.names = dict(scene.names)
        self.walk = played(scene, update)
        self.questions: list[Question] = questions(scene, self.walk, ask, rate)[part]

    def table(self, question: Question) -> list[str]:
        """The graph as lines of text, with what is known while the question stands."""
        frames = (*self.walk.frames[: question.frame], question.shown)
        return table(replace(self.walk, frames=frames), question.frame)

    def sibling(self, seed: int = 0) -> Round | None:
        """The same questions about the same graph with other numbers; None if none were found."""
        if len(self.questions) > LARGEST:
            return None
        apart = self.ask in ("contribution", "local", "total") and len(self.questions) <= APART
        copies = variant(self.root, seed, (self.ask,) if apart else ())
        if not all(np.all(np.isfinite(copy.data)) for copy in copies.values()):
            return None
        names = {
            self.names[n]: copy for n, copy in copies.items() if n in self.names and not n.label
        }
        keep = None if self.keep is None else [copies[n] for n in self.keep if n in copies]
        rest = (self.ask, self.rate, self.update, names, keep, self.words, self.part)
        other = Round(copies[self.root], *rest)
        same = [q.frame for q in other.questions] == [q.frame for q in self.questions]
        return other if same else None
