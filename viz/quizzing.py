"""`quiz`: predict each number of backprop before it is shown."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from autograd_lite.errors import ArgumentError, ExpressionError
from autograd_lite.graph import Node

from .answers import is_plain, read
from .drawing import still
from .files import save
from .frames import FORWARD
from .notebook import Showable
from .numbers import short, short_array
from .questions import Question
from .quiz_page import quiz_model, quiz_page
from .quiz_terminal import ask_in
from .rounds import Round
from .scores import Result, Score, score, summary
from .situations import ASKS
from .stage import picture
from .text import table
from .walk import check
from .words import Words

RATE = 0.1
CLOSE = 0.02  # off by this part at most: the way was right, the digits were too few


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said to an answer: true if it is right; `slip` names a known mistake."""

    right: bool
    text: str
    slip: str = ""

    def __bool__(self) -> bool:
        return self.right

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


class Quiz(Showable):
    """Questions about backprop from one node, answered one after the other.

    In a notebook it shows itself as the page. What is answered there is the page's own affair; in a
    live one `quiz.widget.answers` lists it.
    """

    def __init__(
        self,
        node: Node,
        ask: str = "contribution",
        names: Mapping[str, Any] | None = None,
        lr: float | None = None,
        keep: Iterable[Node] | None = None,
        words: Mapping[str, str] | None = None,
        part: slice = slice(None),
    ) -> None:
        if ask not in ASKS:
            raise ArgumentError(
                f"quiz: ask={ask!r} is no kind of question.\n  Use {_listed(ASKS)}."
            )
        check(node, lr, "quiz", "lr")
        self.node, self.ask = node, ask
        self.words = Words(words)
        rate = RATE if lr is None else float(lr)
        update = rate if ask == "update" or lr is not None else None
        self.first = Round(node, ask, rate, update, names, keep, self.words, part)
        if not self.first.questions:
            raise ArgumentError(
                f"quiz: there is nothing to ask with ask={ask!r}: the graph has no such step.\n"
                "  Give a node that was computed from others, and another kind of question."
            )
        self.title = self.words("quiz_page_title", root=self.first.names[node])
        self.results = [Result(q.rule) for q in self.first.questions]
        self._again: list[tuple[Question, Result]] = []  # siblings of what was shown
        self._second: Round | None = None
        self._sought = False
        self._at = 0
        self._said: Verdict | None = None

    # --- asking and answering -------------------------------------------------------------------

    @property
    def question(self) -> Question | None:
        """What is asked now; None when all is answered."""
        return self._current()[0]

    @property
    def done(self) -> bool:
        """Whether every question is answered."""
        return self.question is None

    def check(self, answer: Any) -> Verdict:
        """Answer the question: a number, or text such as "-18", "7/4", "6*-3", "b*5".

        A right answer leads to the next question, a wrong one leaves it standing. An answer is
        right within 0.1% of what can honestly be computed from the exact numbers or from the four
        digits that are shown: beside 0.9999, the slope 1 - 0.9999^2 of tanh(5) is right.
        Raises ExpressionError if it cannot be read, and then it does not count as a try;
        ArgumentError if nothing is asked any more.

        >>> from autograd_lite import Value
        >>> a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
        >>> q = Quiz((a * b + a) * k)
        >>> q.check("1*5"), q.check(-4).right, q.check(2.5).slip
        (Right. 1 · 5 = 5. ∂L/∂d: – → 5., True, 'splits')
        """
        question, result = self._standing()
        if question.choices is not None:
            verdict = self._chosen(question, answer)
        else:
            given = read(answer, question.names, question.shape)
            verdict = self._judged(question, given, answer)
        result.tries += 1
        if verdict.slip:
            result.slips.append(verdict.slip)
        if verdict.right:
            result.answered = True
            self._at += 1
        return verdict

    def hint(self) -> str:
        """The next of three hints; after the third, `show()` gives the answer."""
        question, result = self._standing()
        if result.hints < len(question.hints):
            result.hints += 1
            number = result.hints
            return self.words("quiz_hint_of", n=number, hint=question.hints[number - 1])
        return self.words("quiz_no_more_hints")

    def show(self) -> str:
        """The answer. It counts as shown, and a question like it comes back at the end."""
        question, result = self._standing()
        result.answered = result.revealed = True
        returns = self._at < len(self.results) and self._ask_again(question)
        self._at += 1
        said = [self.words("verdict_shown", answer=question.answer), question.told]
        if returns:
            said.append(self.words("verdict_comes_back"))
        return " ".join(s for s in said if s)

    def _current(self) -> tuple[Question | None, Result | None]:
        asked = [*zip(self.first.questions, self.results, strict=True), *self._again]
        return asked[self._at] if self._at < len(asked) else (None, None)

    def _standing(self) -> tuple[Question, Result]:
        question, result = self._current()
        if question is None or result is None:
            raise ArgumentError(
                "quiz: every question is answered.\n  .summary() tells how it went."
            )
        return question, result

    def _judged(self, question: Question, given: Any, answer: Any) -> Verdict:
        words, situation = self.words, question.situation
        assert situation is not None
        if situation.accepts(given):
            return Verdict(True, f"{words('verdict_right')} {question.told}")
        typed = _written(given)
        if isinstance(answer, str) and np.ndim(given) == 0 and not is_plain(answer):
            typed = f"{answer.strip()} = {typed}"
        slip, said = question.remark(given)
        if not slip:
            said = words(
                "verdict_close" if self._close(situation.right, given) else "verdict_unknown"
            )
        return Verdict(False, f"{words('verdict_wrong', answer=typed)} {said}", slip)

    @staticmethod
    def _close(right: Any, given: Any) -> bool:
        if np.ndim(right) or np.ndim(given) or not math.isfinite(right):
            return False
        return short(right) != str(round(right)) and abs(given - right) <= CLOSE * abs(right)

    def _chosen(self, question: Question, answer: Any) -> Verdict:
        words, choices = self.words, question.choices or {}
        if isinstance(answer, Node):
            called = self.first.names.get(answer, repr(answer))
        elif isinstance(answer, str):
            called = answer.strip()
        else:
            raise ExpressionError(
                f"The answer {answer!r:.60} is no name.\n  Write the name of a node, or give it."
            )
        if called not in choices:
            raise ExpressionError(words("next_no_such", name=called, nodes=", ".join(choices)))
        if choices[called]:
            wrong = words("verdict_wrong", answer=called)
            return Verdict(False, f"{wrong} {choices[called]}", "not_ready")
        if called == question.answer:
            return Verdict(True, words("verdict_right_next", answer=called))
        return Verdict(True, words("verdict_also_ready", answer=called, other=question.answer))

    # --- a question that comes back -------------------------------------------------------------

    @property
    def second(self) -> Round | None:
        """The same graph with other numbers, for what was shown; None where there is no such."""
        if not self._sought:
            self._sought, self._second = True, self.first.sibling()
        return self._second

    def _ask_again(self, question: Question) -> bool:
        if self.second is None:
            return False
        twin = self.second.questions[self.first.questions.index(question)]
        self._again.append((twin, Result(twin.rule)))
        return True

    # --- how it went ----------------------------------------------------------------------------

    @property
    def score(self) -> Score:
        """How many were answered at the first try, with help, or shown."""
        return score([*self.results, *(r for _, r in self._again)], self.words)

    def summary(self) -> str:
        """The score, and which rules need practice."""
        return summary([*self.results, *(r for _, r in self._again)], self.words)

    def __str__(self) -> str:
        question = self.question
        if question is None:
            return f"{self.words('quiz_done')} {self.summary()}"
        number, count = self._at + 1, len(self.results) + len(self._again)
        asked_of = self.first if self._at < len(self.results) else self.second
        assert asked_of is not None
        heading = self.words("quiz_question_of", n=number, count=count)
        again = self.words("ask_again", title="") if asked_of is not self.first else ""
        graph = "\n".join(asked_of.table(question))
        return f"{heading}. {again}".rstrip() + f"\n{graph}\n\n{question}"

    def text(self) -> str:
        """What is asked now, as plain text."""
        return str(self)

    def written(self) -> str:
        """All questions as plain text, and after them the answers."""
        asked = self.first.questions
        graph = table(self.first.walk, self._forward(), settled=True)
        lines = [self.words("quiz_tolerance"), *graph]
        for number, question in enumerate(asked, 1):
            lines += ["", f"{number}. {question}"]
        lines += ["", self.words("quiz_answers")]
        for number, question in enumerate(asked, 1):
            lines.append(f"{number}. {question.answer}   {question.told}".rstrip())
        return "\n".join(lines)

    def __repr__(self) -> str:
        root = self.first.names[self.node]
        done = self.words("of_them", done=self.score.answered, total=self.score.total)
        return f"<quiz about backprop of {root}: {done}; .check(answer), .hint(), print it>"

    def __len__(self) -> int:
        return len(self.results)

    @property
    def places(self) -> int:
        """The steps of the page, and one for each question that may come back."""
        return len(self.first.walk.frames) + len(self.results)

    # --- elsewhere ------------------------------------------------------------------------------

    def as_json(self) -> dict[str, Any]:
        """The model that the page's `mount` shows, as plain data."""
        return quiz_model(self.first, self.second)

    def html(self) -> str:
        """The quiz as one self-contained page. Its score is for practice: it stays on the page."""
        return quiz_page(self.first, self.second)

    def picture(self) -> str:
        """The graph with its values and no gradient, as SVG."""
        return picture(self.first.walk, self._forward())

    def png(self) -> bytes:
        """The graph with its values and no gradient, as PNG."""
        return still(self.first.walk, self._forward()).png()

    def _forward(self) -> int:
        """The last frame before there is anything to predict."""
        return sum(frame.phase == FORWARD for frame in self.first.walk) - 1

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the quiz as a page, `.html`. Raises ArgumentError for another ending."""
        return save(path, {".html": self.html, ".htm": self.html}, "a quiz")

    def ask_in(self, stdin: TextIO | None = None, stdout: TextIO | None = None) -> None:
        """Ask in a terminal, line by line: an answer, or `hint`, `show`, `quit`."""
        ask_in(self, stdin or sys.stdin, stdout or sys.stdout)


def quiz(
    node: Node,
    ask: str = "contribution",
    names: Mapping[str, Any] | None = None,
    lr: float | None = None,
    keep: Iterable[Node] | None = None,
    words: Mapping[str, str] | None = None,
) -> Quiz:
    """Predict each number of backprop from `node` before it is shown.

    ask: "contribution", what each arrow adds: upstream times local derivative;
    "local", the local derivative alone; "both", first the one and then the other;
    "total", what each node has collected when its last arrow has come, which catches overwriting;
    "next", which node is ready to hand on; "update", each leaf after w <- w - lr * gradient.
    names: `locals()`, to call nodes by their variables.  lr: the learning rate, 0.1 if left out.
    keep, words: as for `step`.
    The graph is only read. Raises DataError if `node` is no node, ShapeError if it has more than
    one entry, ArgumentError for another `ask`, or a rate that is no positive number.
    Sources: Moreno, Reisslein and Ozogul (2009), feedback at each step; Atkinson, Renkl and Merrill
    (2003), prompts for the principle.

    >>> from autograd_lite import Value
    >>> a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    >>> q = quiz((a * b + a) * k)
    >>> print(q.question.prompt)
    What does this arrow add to ∂L/∂d?
    >>> for answer in (5, -4, 5, 5, "b"):
    ...     verdict = q.check(answer)
    >>> verdict.right, verdict.slip
    (False, 'no_upstream')
    >>> q.check("b*5").right, q.check(10).right, q.done
    (True, True, True)
    >>> print(q.score)
    6 of 6 answered by yourself: 5 at the first try, 1 with a hint or another try
    """
    return Quiz(node, ask, names, lr, keep, words)


def _written(given: Any) -> str:
    return short(given) if isinstance(given, float) else short_array(given)


def _listed(items: Iterable[str]) -> str:
    return ", ".join(f'"{item}"' for item in items)
