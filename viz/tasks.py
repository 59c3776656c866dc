"""One task of an exercise: a graph to watch, to complete, or to work out alone."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from autograd_lite.graph import Node

from .levels import LEVELS, made
from .names import name_nodes
from .numbers import short, short_array
from .page import model
from .quizzing import Quiz
from .stepping import Stepper
from .words import Words

WATCH, COMPLETE, ALONE, REVIEW = "watch", "complete", "alone", "review"
A_FIFTH = 4  # questions of a level to one from an earlier level


@dataclass(frozen=True, eq=False)
class Task:
    """A graph with what is to be done with it.

    kind: watch, complete, alone or review.  ask: what is asked, as for `viz.quiz`.
    asked: which of its questions; the earlier ones are worked out already.
    """

    kind: str
    level: int
    ask: str
    node: Node
    asked: slice = field(default_factory=lambda: slice(None))
    messages: Mapping[str, str] | None = None

    @cached_property
    def names(self) -> dict[str, Node]:
        """The nodes of the graph by their names."""
        return {name: node for node, name in name_nodes(self.node).items()}

    @cached_property
    def words(self) -> Words:
        return Words(self.messages)

    @property
    def prompt(self) -> str:
        """What is to be done, and what else is given."""
        words = self.words
        naive = self.kind == WATCH and self.order == "naive"
        told = words("told_watch_naive" if naive else f"told_{self.kind}", level=self.level)
        return " ".join([told, *_given(self.node, words)])

    @property
    def order(self) -> str:
        """The order that is watched: level 5 shows the wrong one."""
        return "naive" if self.kind == WATCH and self.level == 5 else "right"

    def step(self) -> Stepper:
        """The walk through the graph."""
        rate = 0.1 if "update" in LEVELS[self.level - 1].asks else None
        return Stepper(self.node, None, rate, None, self.messages, self.order)

    @cached_property
    def count(self) -> int:
        """How many questions it has."""
        return 0 if self.kind == WATCH else len(self._untouched.first.questions)

    @cached_property
    def _untouched(self) -> Quiz:
        return self.quiz()

    def as_json(self) -> dict[str, Any]:
        """The model that a page mounts: the walk that is watched, or the questions."""
        return model(self.step().model) if self.kind == WATCH else self._untouched.as_json()

    def quiz(self) -> Quiz:
        """The questions, all still to be answered."""
        return Quiz(self.node, self.ask, words=self.messages, part=self.asked)


def tasks(level: int, seed: int, messages: Mapping[str, str] | None = None) -> tuple[Task, ...]:
    """Watch one, complete one, two alone; then one question in five from earlier levels."""
    asks = LEVELS[level - 1].asks

    def task(kind: str, turn: int, ask: str) -> Task:
        dice = random.Random(f"exercise {level} {seed} {turn}")
        return Task(kind, level, ask, made(level, ask, dice, seed + turn), messages=messages)

    # One that has a part to work out and a part to ask.
    many = (task(COMPLETE, 1 + 5 * i, asks[0]) for i in range(9))
    complete = next(one for one in many if one.count > 1)
    half = slice(complete.count // 2, None)
    found = [
        task(WATCH, 0, asks[0]),
        Task(COMPLETE, level, asks[0], complete.node, half, messages),
        task(ALONE, 2, asks[0]),
        task(ALONE, 3, asks[-1]),
    ]
    if level > 1:
        dice = random.Random(f"review {level} {seed}")
        wanted = max(1, round(sum(t.count for t in found) / A_FIFTH))
        while wanted > 0:
            earlier = dice.randrange(1, level)
            ask = dice.choice(LEVELS[earlier - 1].asks)
            whole = Task(
                REVIEW, earlier, ask, made(earlier, ask, dice, dice.randrange(9)), messages=messages
            )
            last = min(wanted, whole.count)
            some = slice(whole.count - last, None)
            found.append(Task(REVIEW, earlier, ask, whole.node, some, messages))
            wanted -= last
    return tuple(found)


def _given(root: Node, words: Words) -> list[str]:
    """What a learner needs beside the drawing: scores as powers of e, and the true class."""
    if root.op is None or root.op.name != "softmax_cross_entropy":
        return []
    scores = root.operands[0]
    powers = ", ".join(short(v) for v in np.round(np.exp(scores.data), 9).ravel())
    if scores.op is None:
        told = words("told_softmax", numbers=powers)
    else:
        told = words("told_weights", x=short_array(scores.operands[0]), numbers=powers)
    count = scores.data.shape[-1]
    true = words("told_true", number=int(root.params["labels"][0]) + 1, count=count)
    return [told, true]
