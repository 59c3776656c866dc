"""`exercise`: a new exercise of one of eight levels, as often as a teacher wants one."""

from __future__ import annotations

import base64
import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograd_lite.errors import ArgumentError, RenderError
from autograd_lite.graph import Node

from .exercise_page import Pane, task_page
from .files import save
from .levels import checked
from .notebook import framed
from .quizzing import Quiz
from .stepping import Stepper
from .tasks import ALONE, WATCH, Task, tasks
from .words import Words
from .worksheet import Worksheet, worksheet

HEIGHT = 700  # of the frame in a notebook, in pixels


class Exercise:
    """Tasks of one level: watch one, complete one, two alone, and some of earlier levels.

    tasks: all of them.  node, names, ask, prompt: of the first that is done alone, which is also
    what `quiz()` asks and `worksheet()` prints.
    """

    def __init__(
        self, level: int, seed: int, student: str = "", words: Mapping[str, str] | None = None
    ) -> None:
        self.level, self.seed, self.student = level, seed, student
        self.words = Words(words)
        self.tasks = tasks(level, seed, words)
        self._main = next(task for task in self.tasks if task.kind == ALONE)

    @property
    def node(self) -> Node:
        return self._main.node

    @property
    def names(self) -> dict[str, Node]:
        return self._main.names

    @property
    def ask(self) -> str:
        return self._main.ask

    @property
    def prompt(self) -> str:
        return f"{self.words(f'level_{self.level}')} {self._main.prompt}"

    def step(self) -> Stepper:
        """The walk that is watched first."""
        return next(task for task in self.tasks if task.kind == WATCH).step()

    def quiz(self) -> Quiz:
        """The questions that are answered alone, all still open."""
        return self._main.quiz()

    def worksheet(self) -> Worksheet:
        """The same graph as a sheet to print, with its key."""
        return worksheet(self.node, words=self.words.messages)

    @property
    def title(self) -> str:
        title = self.words("exercise_title", level=self.level, seed=self.seed)
        if not self.student:
            return title
        return self.words("exercise_for", title=title, student=self.student)

    def html(self) -> str:
        """All tasks as one self-contained page. Its score is for practice."""
        panes = [self._pane(i, task) for i, task in enumerate(self.tasks, 1)]
        about = self.words(f"level_{self.level}")
        return task_page(self.title, about, panes, self.words, self.seed, self.level, self.student)

    def _pane(self, number: int, task: Task) -> Pane:
        name = self.words("task_name", number=number, kind=self.words(f"task_{task.kind}"))
        return Pane(name, task.prompt, task.as_json(), task.count)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the exercise as a page, `.html`. Gives the path.

        The file appears whole or not at all. Raises ArgumentError for another ending.
        """
        return save(path, {".html": self.html}, "an exercise")

    def __str__(self) -> str:
        lines = [self.title, self.words(f"level_{self.level}")]
        for i, task in enumerate(self.tasks, 1):
            name = self.words("task_name", number=i, kind=self.words(f"task_{task.kind}"))
            lines.append(f"  {name}: {task.prompt}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return (
            f"<exercise of level {self.level}, seed {self.seed}: {len(self.tasks)} tasks; "
            ".quiz(), .step(), .worksheet(), save it as .html>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        alone = self.quiz()  # what it looks like where no page may run: a graph with its values
        bundle = {
            "text/plain": str(self),
            "text/html": framed(self.html(), alone.picture(), self.title, HEIGHT),
        }
        with contextlib.suppress(RenderError):  # the picture in the HTML needs no layout engine
            bundle["image/png"] = base64.b64encode(alone.png()).decode("ascii")
        return bundle


def exercise(
    level: int, seed: int = 0, student: str = "", words: Mapping[str, str] | None = None
) -> Exercise:
    """A new exercise: graphs with friendly numbers that keep all known slips apart.

    level: 1 one operation, 2 a chain, 3 plus and minus, 4 sharing, 5 waiting for all arrows,
    6 a neuron with its update, 7 a linear layer, 8 softmax with cross-entropy and a classifier.
    seed: the same seed gives the same exercise, everywhere.  student: a name to print on it.
    words: messages in another language, by the keys of `viz.words.ENGLISH`.
    Raises ArgumentError for a level that there is not, or a seed that is no whole number.
    Source: Atkinson, Renkl and Merrill (2003), fading worked examples.

    >>> found = exercise(4, seed=7)
    >>> found.ask, [task.kind for task in found.tasks]
    ('total', ['watch', 'complete', 'alone', 'alone', 'review'])
    >>> found.quiz().check("?").right  # doctest: +SKIP
    False
    """
    checked(level, "exercise")
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise ArgumentError(f"exercise: seed={seed!r:.40} is no whole number.\n  Give one, as 7.")
    return Exercise(level, seed, str(student), words)
