"""A quiz as one self-contained page, and the model that its script shows.

What is not yet answered is nowhere in the page to be read: frames and answers are sealed (encoded,
not encrypted), and the script unseals a frame when its question is answered. Who looks for the
answers will find them, so the score is for practice.
"""

from __future__ import annotations

import json
import string
from html import escape
from typing import Any

import numpy as np

from .formulas import brief, full
from .frames import Frame, pretty
from .page import document, setting
from .questions import Question
from .rounds import Round
from .situations import NOTHING, TOLERANCE
from .store import Store


def quiz_model(first: Round, second: Round | None = None) -> dict[str, Any]:
    """What the page's `mount(element, model)` shows of a quiz, as plain data.

    second: the same graph with other numbers, for questions that come back.
    """
    rounds = [first] if second is None else [first, second]
    shown = [q.shown for each in rounds for q in each.questions]
    shown += [frame for each in rounds[1:] for frame in each.walk.frames]
    plain = setting(first.walk, also=tuple(shown))
    frames = [*shown, *(frame for each in rounds for frame in each.walk.frames)]
    store = Store(frame.arrays for frame in frames)
    sealed = [
        {
            "frames": [_frame(frame, store, again=each is not first) for frame in each.walk.frames],
            "questions": [_question(q, store) for q in each.questions],
            "names": [[k, _safe(v)] for k, v in each.questions[-1].names.items()],
            "given": _given(each),
        }
        for each in rounds
    ]
    plain["quiz"] = {
        "ask": first.ask,
        "sealed": seal({"rounds": sealed, "arrays": store.arrays}),
        "asked": [q.frame for q in first.questions],
        "tolerance": TOLERANCE,
        "nothing": NOTHING,
    }
    return plain


LETTERS = string.ascii_lowercase
PLAIN = string.digits + LETTERS + LETTERS.upper() + "\"'<~\\|"
SEALED = (
    "5678901234" + LETTERS[13:] + LETTERS[:13] + (LETTERS[13:] + LETTERS[:13]).upper() + "'\"~<|\\"
)


def seal(content: Any) -> str:
    """Plain data as text that says nothing to a reader. Sealing the text again opens it."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return text.translate(str.maketrans(PLAIN, SEALED))


def quiz_page(first: Round, second: Round | None = None) -> str:
    """The quiz as one HTML document."""
    words = first.words
    title = words("quiz_page_title", root=first.names[first.root])
    return document(quiz_model(first, second), title, escape(words("no_script_quiz")))


def _given(each: Round) -> dict[str, list[str]]:
    """What stands in the boxes before the walk begins, by box: short, and with every digit."""
    found = {}
    for box in each.walk.outline.boxes:
        # An array that is a constant is the same in every round; its box says its name and shape.
        if box.kind != "operation" and not (box.kind == "constant" and box.shape):
            data = None if box.node is None else box.node.data
            short, long = (box.value,) * 2 if data is None else (brief(data), full(data))
            found[box.key] = [pretty(short), pretty(long)]
    return found


def _frame(frame: Frame, store: Store, again: bool = False) -> dict[str, Any]:
    found = frame.as_json() | {"arrays": store.refer(frame.arrays)}
    if again:  # asked once more at the end: there is nothing to play with
        found["nudge"] = None
    return found


def _question(q: Question, store: Store) -> dict[str, Any]:
    """One question with everything that checks an answer to it."""
    shown = _frame(q.shown, store)
    if shown["arrays"] is not None:
        shown["arrays"]["given"] = True  # all of them are there before the answer, the last one too
    found: dict[str, Any] = {
        "ask": q.ask,
        "frame": q.frame,
        "shown": shown,
        "prompt": pretty(q.prompt),
        "example": pretty(q.example),
        "hints": [pretty(hint) for hint in q.hints],
        "answer": pretty(q.answer),
        "told": pretty(q.told),
        "rule": q.rule,
    }
    if q.situation is None:
        return {**found, "choices": {k: pretty(v) for k, v in (q.choices or {}).items()}}
    low, high = q.situation.range()
    return {
        **found,
        "known": len(q.names),  # of the names of the round, which become known one by one
        "size": int(np.size(low)) if np.ndim(low) else 0,
        "low": _numbers(low),
        "high": _numbers(high),
        "slips": [[slip.key, _numbers(slip.gives), pretty(said)] for slip, said in q.remarks],
    }


def _numbers(x: Any) -> list[Any]:
    return [_safe(v) for v in np.reshape(np.asarray(x, dtype=float), -1)]


def _safe(x: float) -> Any:
    """A number for JSON, which has no infinity and no nan; the script reads their names."""
    return float(x) if np.isfinite(x) else str(float(x))
