"""`newcomer_test`: six questions that tell whether somebody has understood backpropagation."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograd_lite.errors import ArgumentError
from autograd_lite.graph import Node

from .exercise_page import Pane, task_page
from .files import save
from .levels import recipe
from .quizzing import Quiz, Verdict
from .variants import clear
from .words import Words

# What it is about; the level that its graph is from, and which of its graphs; what is asked; and
# which of the questions, counted from the end.
ITEMS = (
    ("chain", 2, 0, "contribution", -1),
    ("upstream", 2, 2, "total", 2),
    ("local", 1, 0, "local", 0),
    ("accumulation", 4, 0, "total", -2),
    ("order", 5, 0, "next", 2),
    ("update", 3, 0, "update", -1),
)


@dataclass(eq=False)
class Item:
    """One question of the test. The first answer counts."""

    about: str
    title: str
    quiz: Quiz
    right: bool | None = field(default=None, init=False)  # None until it is answered

    @property
    def prompt(self) -> str:
        """What is asked, with what is shown beside it."""
        return str(self.quiz.first.questions[0])

    def check(self, answer: Any) -> Verdict:
        """Answer it: a number or text as for a quiz, or the name of a node."""
        verdict = self.quiz.check(answer)
        if self.right is None:
            self.right = verdict.right
        return verdict


class NewcomerTest:
    """Six items: the chain rule, upstream, local, accumulation, order, update."""

    def __init__(self, seed: int, words: Mapping[str, str] | None) -> None:
        self.seed = seed
        self.words = Words(words)
        self.items = tuple(self._item(*item) for item in ITEMS)

    def _item(self, about: str, level: int, which: int, ask: str, place: int) -> Item:
        node = _graph(f"newcomer {self.seed} {about}", level, which, ask)
        place %= len(Quiz(node, ask).first.questions)
        quiz = Quiz(node, ask, words=self.words.messages, part=slice(place, place + 1))
        return Item(about, self.words(f"test_{about}"), quiz)

    @property
    def score(self) -> int:
        """How many were right at the first answer."""
        return sum(item.right is True for item in self.items)

    @property
    def done(self) -> bool:
        """Whether every item has been answered."""
        return all(item.right is not None for item in self.items)

    def html(self) -> str:
        """The test as one self-contained page."""
        told = self.words("test_told")
        panes = [
            Pane(
                f"{i} {item.title}",
                told,
                item.quiz.as_json(),
                1,
                item.quiz.first.questions[0].frame,
            )
            for i, item in enumerate(self.items, 1)
        ]
        title = self.words("test_title")
        return task_page(title, "", panes, self.words, self.seed, test=True)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the test as a page, `.html`. Raises ArgumentError for another ending."""
        return save(path, {".html": self.html}, "a test")

    def __str__(self) -> str:
        return "\n\n".join(
            f"{i} {item.title}\n{item.prompt}" for i, item in enumerate(self.items, 1)
        )

    def __repr__(self) -> str:
        right = self.words("test_score", right=self.score, asked=len(self.items))
        return f"<test for newcomers: {right}; .items, print it, or save it as .html>"


def newcomer_test(seed: int = 0, words: Mapping[str, str] | None = None) -> NewcomerTest:
    """Six questions that say whether a lesson worked; give them before it and after it.

    One each about the chain rule, the upstream gradient, the local derivative, arrows that meet,
    the order, and the update. The first answer counts.
    seed: other numbers of the same difficulty.  words: messages in another language.
    Raises ArgumentError for a seed that is no whole number.

    >>> test = newcomer_test()
    >>> [item.about for item in test.items]
    ['chain', 'upstream', 'local', 'accumulation', 'order', 'update']
    >>> print(test.items[2].prompt.splitlines()[-1])
    What is the local derivative ∂L/∂a?
    >>> test.items[2].check("b").right, test.score
    (True, 1)
    """
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise ArgumentError(
            f"newcomer_test: seed={seed!r:.40} is no whole number.\n  Give one, as 7."
        )
    return NewcomerTest(seed, words)


def _graph(dice_for: str, level: int, which: int, ask: str) -> Node:
    dice = random.Random(dice_for)
    asks = ("total",) if ask == "next" else (ask,)
    while not clear(root := recipe(level, which)(dice), asks):
        pass
    return root
