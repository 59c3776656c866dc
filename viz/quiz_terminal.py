"""A quiz in a terminal, line by line, so that it works in a pipe and with a screen reader too."""

from __future__ import annotations

from typing import Any, Protocol, TextIO

from autograd_lite.errors import ExpressionError

from .questions import Question
from .text import encodable
from .words import Words

HINT = {"hint", "h", "?"}
SHOW = {"show", "s"}
QUIT = {"quit", "q", "exit", "\x03", "\x04"}


class Asked(Protocol):
    """What is asked here: a quiz."""

    words: Words

    @property
    def question(self) -> Question | None:
        """What is asked now."""

    def check(self, answer: Any) -> Any:
        """What is said to an answer."""

    def hint(self) -> str:
        """The next hint."""

    def show(self) -> str:
        """The answer."""

    def summary(self) -> str:
        """How it went."""


def ask_in(quiz: Asked, stdin: TextIO, stdout: TextIO) -> None:
    """Ask until every question is answered, the input ends, or somebody types `quit`."""
    words = quiz.words

    def say(text: str) -> None:
        stdout.write(encodable(text, getattr(stdout, "encoding", None)) + "\n")
        stdout.flush()

    say(words("quiz_tolerance"))
    asked = None
    while (question := quiz.question) is not None:
        if question is not asked:
            say(f"\n{quiz}")
            asked = question
        prompt = words("quiz_prompt", commands=words("quiz_commands"))
        stdout.write(encodable(prompt, getattr(stdout, "encoding", None)))
        stdout.flush()
        line = stdin.readline()
        if not line or line.strip().lower() in _free(QUIT, question):
            say("\n" + words("quiz_left"))
            break
        try:
            typed = line.strip()
            if typed.lower() in _free(HINT, question):
                say(quiz.hint())
            elif typed.lower() in _free(SHOW, question):
                say(quiz.show())
            else:
                say(str(quiz.check(typed)))
        except ExpressionError as error:
            say(str(error))
    say("\n" + quiz.summary())


def _free(commands: set[str], question: Question) -> set[str]:
    """The commands, without those that are names in this graph: h may be an answer."""
    names = {name.lower() for name in (*question.names, *(question.choices or ()))}
    return {c for c in commands if c not in names}
