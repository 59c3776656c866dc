"""What a learner typed, as a number: digits, fractions, arithmetic, names of nodes.

`6*-3`, `-18/1`, `1e-3`, `b*5`, `1 - y^2`, `2 · (−3)`. The text is split into names, numbers and
signs by hand, and then read by `expression.py`; nothing is ever evaluated by Python. The page reads
answers with the same grammar, in `answers.js`; one table of answers tests both.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_lite.errors import ExpressionError
from autograd_lite.graph import Node

from . import expression

LONGEST = 200
# As typed, and as the rule table calls it.
FUNCTIONS = {
    "abs": "abs",
    "cos": "cos",
    "exp": "exp",
    "ln": "log",
    "log": "log",
    "relu": "relu",
    "sigmoid": "sigmoid",
    "sin": "sin",
    "sqrt": "sqrt",
    "tan": "tan",
    "tanh": "tanh",
}
CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
SIGNS = str.maketrans(
    {"−": "-", "–": "-", "·": "*", "⋅": "*", "×": "*", "∗": "*", "÷": "/", "⁄": "/"}
    | {"²": "^2", "³": "^3", "\u00a0": " ", "\u202f": " ", "\u2009": " "}
)
NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
COMMA = re.compile(r"[0-9]+,[0-9]+")
WORD = re.compile(r"[^\W\d]\w*")
OPERATOR = re.compile(r"\*\*|[-+*/^()]")


def read(answer: Any, names: Mapping[str, float] | None = None, shape: tuple[int, ...] = ()) -> Any:
    """The number that an answer says, or the array of them if `shape` asks for one.

    answer: a number, text, a list or array; text for an array has commas between its entries, and
    brackets or semicolons as you like.  names: the numbers of names that may be used.
    Raises ExpressionError, saying what to write, if it cannot be read; then nothing was answered.

    >>> read("6*-3"), read("-18/1"), read("b*5", {"b": -3.0}), read("1 − 0.5²"), read(-18)
    (-18.0, -18.0, -15.0, 0.75, -18.0)
    >>> read("1/6, 1/3, -1/2", shape=(1, 3)).tolist()[0][2]
    -0.5
    """
    if isinstance(answer, Node):
        answer = answer.data
    if isinstance(answer, str):
        return _array(answer, names or {}, shape) if shape else _number(answer, names or {})
    try:
        if answer is None or isinstance(answer, bool | np.bool_ | bytes):
            raise TypeError
        given = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        raise ExpressionError(
            f"The answer {answer!r:.60} is {type(answer).__name__}, and no number.\n"
            '  Give a number, or text such as "-18", "7/4" or "6*-3".'
        ) from None
    if given.ndim and given.shape != shape:
        if given.size != math.prod(shape):
            raise _count(given.size, shape)
        given = given.reshape(shape)
    return given if given.ndim else float(given)


def _array(text: str, names: Mapping[str, float], shape: tuple[int, ...]) -> Any:
    size = math.prod(shape)
    entries = [e for e in re.split(r"[,;\n]", re.sub(r"[\[\]]", " ", text)) if e.strip()]
    spaced = text.translate(SIGNS).strip("[] ").split()
    if len(entries) == 1 and len(spaced) == size and all(map(is_plain, spaced)):
        entries = spaced
    if len(entries) == 1 and size > 1:
        return _number(entries[0], names)  # a slip may be one number where an array is asked
    if len(entries) != size:
        raise _count(len(entries), shape)
    return np.array([_number(e, names) for e in entries]).reshape(shape)


def is_plain(text: str) -> bool:
    """Whether the text is one number, with no arithmetic and no name."""
    return NUMBER.fullmatch(text.translate(SIGNS).strip().lstrip("+-")) is not None


def _count(found: int, shape: tuple[int, ...]) -> ExpressionError:
    return ExpressionError(
        f"There are {found} numbers in the answer; {math.prod(shape)} are asked.\n"
        "  Separate them with commas, row after row: 1/6, 1/3, -1/2."
    )


def _number(text: str, names: Mapping[str, float]) -> float:
    known = {**CONSTANTS, **names}
    if len(text) > LONGEST:
        raise ExpressionError(f"The answer has {len(text)} characters; at most {LONGEST} are read.")
    plain = text.translate(SIGNS).strip()
    plain = plain.removeprefix("=").strip()
    if not plain:
        raise ExpressionError("There is no answer yet.\n  Write a number, such as -18 or 6*-3.")
    if comma := COMMA.search(plain):
        point = comma[0].replace(",", ".")
        raise ExpressionError(f"{comma[0]} has a decimal comma.\n  Write {point}, with a point.")
    source, used = _translated(plain, known)
    try:
        return expression.number(source, used)
    except ExpressionError:
        raise _unread(text) from None


def _translated(text: str, known: Mapping[str, float]) -> tuple[str, dict[str, float]]:
    """The text with every name replaced by v0, v1, ..., and the numbers of those."""
    longest_first = sorted(known, key=len, reverse=True)
    places: dict[str, str] = {}
    out: list[str] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        name = next((n for n in longest_first if _stands(text, at, n)), None)
        if name is not None:
            out.append(places.setdefault(name, f"v{len(places)}"))
            at += len(name)
        elif found := NUMBER.match(text, at):
            size = float(found[0])
            if math.isinf(size):
                raise ExpressionError(f"{found[0]:.40} is too large for a number.")
            out.append(repr(size))
            at = found.end()
        elif found := OPERATOR.match(text, at):
            out.append("**" if found[0] == "^" else found[0])
            at = found.end()
        elif found := WORD.match(text, at):
            if found[0] not in FUNCTIONS:
                raise _unknown(found[0], known)
            out.append(FUNCTIONS[found[0]])
            at = found.end()
        else:
            raise _unread(text)
    return " ".join(out), {place: known[name] for name, place in places.items()}


def _stands(text: str, at: int, name: str) -> bool:
    """Whether the name stands at this place, and is not part of a longer word."""
    if not name or not text.startswith(name, at):
        return False
    end = at + len(name)
    starts_inside = at > 0 and _wordy(text[at - 1]) and _wordy(name[0])
    ends_inside = end < len(text) and _wordy(text[end]) and _wordy(name[-1])
    return not (starts_inside or ends_inside)


def _wordy(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _unread(text: str) -> ExpressionError:
    return ExpressionError(
        f"{text.strip():.60} cannot be read as a number.\n"
        "  Write a number, a fraction or arithmetic: -18, 7/4, 6*-3, 1e-3."
    )


def _unknown(word: str, known: Mapping[str, float]) -> ExpressionError:
    offered = [n for n in known if n not in CONSTANTS and "/" not in n]
    listed = ", ".join(offered[:12]) + (", ..." if len(offered) > 12 else "")
    return ExpressionError(
        f"There is no {word:.40} here." + (f"\n  Names are {listed}." if offered else "")
    )
