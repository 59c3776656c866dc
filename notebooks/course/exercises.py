"""Exercises that check themselves: an answer is right, not there yet, or wrong for a reason.

A module of the course holds the exercises of one notebook. Each is a function that looks at an
answer and raises `WrongAnswer` with a hint by the slip that was made; the decorator `exercise`
gives it its solution and its hints. `number` makes one whose answer is a number or an array, from a
table of slips.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograd_lite import Node

Slip = tuple[Any, str]  # a wrong answer, and what is said to it
CLOSE = 2e-3  # relative: three digits are enough


class WrongAnswer(AssertionError):
    """An answer that is not right; in a notebook it shows its words alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"Not yet. {self}"]


class Unanswered(Exception):
    """There is nothing to look at yet."""


class Exercise:
    """One exercise: call it with an answer; `.hint()` and `.solution()` help.

    check: looks at the answer; raises WrongAnswer with a hint, and may return a remark.
    answer: the solution, as the code that a learner could have written.
    hints: from a nudge to nearly all of it.  slips: answers that are known to be wrong, with the
    words that they get.  wrong: the same as code that sets `answer`, with a few words of what it
    gets. The tests try each of them.
    """

    def __init__(
        self,
        check: Callable[[Any], str | None],
        answer: str,
        hints: Sequence[str],
        slips: Sequence[Slip] = (),
        wrong: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.check, self.hints = check, tuple(hints)
        self.slips, self.wrong = tuple(slips), tuple(wrong)
        self.answer = textwrap.dedent(answer).strip()
        self.name, self.__doc__ = check.__name__, check.__doc__
        self._given = 0

    def __call__(self, answer: Any) -> None:
        """Say whether an answer is right. Raises WrongAnswer, with a hint, if it is not."""
        try:
            if _is_blank(answer):
                raise Unanswered("replace the ... above with your answer, and run the cell again.")
            remark = self.check(answer)
        except Unanswered as open_still:
            print(f"Not answered yet: {open_still}")
            return
        print(f"Right. {remark or ''}".rstrip())

    def hint(self) -> None:
        """Print the next hint."""
        at = min(self._given, len(self.hints) - 1)
        self._given = at + 1
        print(f"Hint {at + 1} of {len(self.hints)}: {self.hints[at]}")

    def solution(self) -> None:
        """Print a solution. Try at least twice before you look."""
        print(self.answer)

    def __repr__(self) -> str:
        task = (self.__doc__ or "").strip().split("\n")[0]
        return f"<exercise {self.name}: {task} Call it with an answer; .hint(), .solution()>"


def exercise(
    answer: str, hints: Sequence[str], wrong: Sequence[tuple[str, str]] = ()
) -> Callable[[Callable[[Any], str | None]], Exercise]:
    """Make an exercise of a function that checks an answer: see Exercise."""
    return lambda check: Exercise(check, answer, hints, wrong=wrong)


def number(
    name: str,
    task: str,
    right: Any,
    answer: str,
    hints: Sequence[str],
    slips: Sequence[Slip] = (),
    told: str = "",
) -> Exercise:
    """An exercise whose answer is a number or an array.

    name: what the answer is called when it is spoken of, as "dL/da".  task: one sentence.
    told: what is said to the right answer.
    """

    def check(given: Any) -> str:
        same(given, right, name, slips)
        return told

    check.__name__, check.__doc__ = name, task
    return Exercise(check, answer, hints, slips)


SHOWN = 50  # characters of the arguments of a call, at most


# --- for those who write a check ------------------------------------------------------------------


def same(
    given: Any, right: Any, name: str, slips: Iterable[Slip] = (), shown: bool = False
) -> None:
    """Raise WrongAnswer if a number or an array is not `right`, with the words of its slip.

    shown: whether the message says what is right, as it may of one case among many.
    """
    wanted, came = np.asarray(right), _numbers(given, name)
    if came.shape != wanted.shape:
        raise WrongAnswer(f"{name} has the shape {came.shape}; it should be {wanted.shape}.")
    if _close(came, wanted):
        return
    start = f"{name}: expected {_written(wanted)}, " if shown else f"{name} is not "
    start += f"got {_written(came)}." if shown else f"{_written(came)}."
    for wrong, words in slips:
        if np.shape(wrong) == came.shape and _close(came, np.asarray(wrong)):
            raise WrongAnswer(f"{start} {words}")
    if came.size > 1 and not shown:
        off = np.argwhere(~np.isclose(came, wanted, rtol=CLOSE, atol=1e-9))
        at = tuple(int(i) for i in off[0])
        start += f" The first entry that is off is {list(at)}; {len(off)} of {came.size} are."
    elif not shown and _close(-came, wanted):
        start += " Look at the sign."
    raise WrongAnswer(start)


def called(function: Any, *arguments: Any, name: str = "") -> Any:
    """What a learner's function gives. Raises Unanswered if nothing, WrongAnswer if it fails."""
    name = name or getattr(function, "__name__", "your function")
    if not callable(function):
        raise WrongAnswer(f"{name} should be a function; it is {function!r:.60}.")
    shown = ", ".join(_written(a) for a in arguments)
    shown = shown if len(shown) <= SHOWN and " at 0x" not in shown else "..."
    try:
        found = function(*arguments)
    except NotImplementedError:
        found = None
    except Exception as error:
        raise WrongAnswer(f"{name}({shown}) raised {type(error).__name__}: {error}") from error
    if _is_blank(found):
        raise Unanswered(
            f"{name}({shown}) gives nothing so far. Write its body, return the result, and run the "
            "cell again."
        )
    return found


def require(holds: Any, words: str) -> None:
    """Raise WrongAnswer with these words unless something holds."""
    if not holds:
        raise WrongAnswer(words)


def rehearse(cell: str, namespace: dict[str, Any]) -> None:
    """Give the cell of an exercise its solution, in a copy of a notebook's names.

    The last statement of the cell calls the exercise. Raises WrongAnswer if the solution is not
    accepted, or is not looked at.
    """
    last = ast.parse(cell).body[-1]
    if not (isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)):
        raise SyntaxError(f"The cell ends with no call of an exercise:\n{cell}")
    names = dict(namespace)
    found = eval(ast.unparse(last.value.func), names)
    if not isinstance(found, Exercise):
        raise SyntaxError(f"The cell ends with a call of {found!r}, which is no exercise.")
    exec(found.answer, names)
    asked = [eval(ast.unparse(argument), names) for argument in last.value.args]
    if len(asked) != 1 or _is_blank(asked[0]):
        raise WrongAnswer(f"{found.name}: the solution does not set what the cell asks for.")
    try:
        found.check(asked[0])
    except Unanswered as error:
        raise WrongAnswer(f"{found.name}: the solution answers nothing: {error}") from error


# --- inside ---------------------------------------------------------------------------------------


def _is_blank(answer: Any) -> bool:
    if isinstance(answer, dict):
        return any(map(_is_blank, answer.values()))
    if isinstance(answer, list | tuple):
        return any(map(_is_blank, answer))
    return answer is ... or answer is None


def _numbers(given: Any, name: str) -> Any:
    if isinstance(given, Node):
        given = given.data
    try:
        return np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        pass
    try:  # an object array of Values
        return np.vectorize(lambda each: float(getattr(each, "data", each)))(given)
    except (TypeError, ValueError):
        raise WrongAnswer(f"{name} should be numbers; it is {given!r:.60}.") from None


def _close(came: Any, wanted: Any) -> bool:
    near = CLOSE if wanted.dtype.kind == "f" else 0.0  # what is counted is counted exactly
    return bool(np.allclose(came, wanted, rtol=near, atol=1e-9, equal_nan=True))


def _written(given: Any) -> str:
    if isinstance(given, Node):
        given = given.data
    if isinstance(given, np.ndarray | float | np.number):
        text = np.array2string(np.asarray(given), precision=4, separator=", ", threshold=12)
        return " ".join(text.split()).removesuffix(".")
    if callable(given):
        return str(getattr(given, "__name__", "a function")).replace("<lambda>", "f")
    return f"{given!r:.60}"
