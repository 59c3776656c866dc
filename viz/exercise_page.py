"""Several tasks as one self-contained page, with what came of them as a line of CSV."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from .page import script, style
from .words import Words

COLUMNS = (
    *("student", "seed", "level", "tasks done", "tasks", "questions"),
    *("at once", "with help", "shown", "slips"),
)


@dataclass(frozen=True)
class Pane:
    """One task on a page: its name, what is said above it, and the model that is mounted.

    questions: how many it has.  at: the frame that it opens with.
    """

    name: str
    told: str
    model: dict[str, Any]
    questions: int = 0
    at: int = 0


def task_page(
    title: str,
    about: str,
    panes: Sequence[Pane],
    words: Words,
    seed: int | str = "",
    level: int | str = "",
    student: str = "",
    test: bool = False,
) -> str:
    """The page as one HTML document. test: without hints."""
    data = {
        "title": title,
        "about": about,
        "seed": seed,
        "level": level,
        "student": student,
        "test": test,
        "file": re.sub(r"[^\w-]+", "-", f"result-{level or 'test'}-{seed}-{student}").strip("-"),
        "columns": COLUMNS,
        "words": words.messages,
        "tasks": [
            {
                "name": pane.name,
                "told": pane.told,
                "questions": pane.questions,
                "at": pane.at,
                "model": {k: v for k, v in pane.model.items() if k != "words"},
            }
            for pane in panes
        ],
    }
    # "<" cannot appear inside the model, so no name can end its script element or open another.
    model = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    parts = {
        "title": escape(title),
        "noscript": escape(words("no_script_quiz")),
        "css": style(asks=True) + _asset("exercise.css"),
        "model": model,
        "js": script(asks=True) + _asset("exercise.js"),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _asset("exercise.html"))


@cache
def _asset(name: str) -> str:
    return files("viz").joinpath(name).read_text("utf-8")
