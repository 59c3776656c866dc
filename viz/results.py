"""`class_results`: the lines of CSV that a class copied from its pages, added up."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograd_lite.errors import DataError

from .exercise_page import COLUMNS
from .words import Words


@dataclass(frozen=True, slots=True)
class Line:
    """One result: whose, of which exercise, and what came of it."""

    student: str
    seed: str
    level: str
    tasks_done: int
    tasks: int
    asked: int
    first: int
    helped: int
    shown: int
    slips: Mapping[str, int]

    @property
    def right(self) -> int:
        return self.first + self.helped


class ClassResults:
    """The results of a class.

    lines: the latest of each student and exercise.  slips: how often each slip was made in all.
    """

    def __init__(self, lines: list[Line], words: Words) -> None:
        self.lines = lines
        self.words = words
        self.slips: Counter[str] = Counter()
        for line in lines:
            self.slips.update(line.slips)

    @property
    def students(self) -> dict[str, list[Line]]:
        """The lines of each student, by name."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.student, []).append(line)
        return dict(sorted(found.items()))

    def __str__(self) -> str:
        words = self.words
        out = [
            words(
                "results_head",
                students=len(self.students),
                lines=len(self.lines),
                right=sum(line.right for line in self.lines),
                asked=sum(line.asked for line in self.lines),
                first=sum(line.first for line in self.lines),
            )
        ]
        if self.slips:
            out.append(words("results_slips"))
            out += [f"  {self._slip(key, count)}" for key, count in self.slips.most_common()]
        else:
            out.append(words("results_none"))
        for student, lines in self.students.items():
            out.append(
                words(
                    "results_row",
                    student=student or "?",
                    right=sum(line.right for line in lines),
                    asked=sum(line.asked for line in lines),
                    first=sum(line.first for line in lines),
                    shown=sum(line.shown for line in lines),
                )
            )
        return "\n".join(out)

    def _slip(self, key: str, count: int) -> str:
        short = f"short_{key}"
        said = self.words(short) if short in self.words else key
        return self.words("results_slip", count=count, slip=key, said=said)

    def __repr__(self) -> str:
        return f"<results of a class: {len(self.students)} students, {len(self.lines)} lines>"


def class_results(
    *paths: str | os.PathLike[str], words: Mapping[str, str] | None = None
) -> ClassResults:
    """Add up the results of a class: who got how far, and which slips were made how often.

    paths: CSV files as the pages of `class_pages` save them, one or many lines each, with or
    without the line of titles. A student's later line for the same exercise replaces the earlier
    one, in the order of the files. A page's score is for practice: its answers are in its source.
    Raises DataError, naming file and line, for a line that is no result; OSError where a file
    cannot be read.
    """
    found: dict[tuple[str, str, str], Line] = {}
    for path in map(Path, paths):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, cells in enumerate(csv.reader(file), 1):
                if not any(cells) or tuple(cells) == COLUMNS:
                    continue
                line = _read(cells, f"{path.name}, line {number}")
                key = (line.student, line.seed, line.level)
                found.pop(key, None)
                found[key] = line
    if not found:
        raise DataError(
            "class_results: there is no result in these files.\n"
            "  Give CSV files that hold the lines copied from the exercise pages."
        )
    return ClassResults(list(found.values()), Words(words))


def _read(cells: list[str], where: str) -> Line:
    if len(cells) != len(COLUMNS):
        raise DataError(
            f"class_results: {where} has {len(cells)} fields; a result has {len(COLUMNS)}: "
            f"{', '.join(COLUMNS)}.\n  Copy the whole line from the page."
        )
    try:
        counts = [int(cell) for cell in cells[3:9]]
        slips: Counter[str] = Counter()
        for slip in filter(None, (part.strip() for part in cells[9].split(";"))):
            key, _, times = slip.rpartition(" ")
            slips[key] += int(times)
    except ValueError as error:
        raise DataError(
            f"class_results: {where}: {error}.\n  Copy the line from the page as it is."
        ) from None
    if min([*counts, *slips.values()], default=0) < 0:
        raise DataError(f"class_results: {where} has a negative count.")
    student = cells[0].strip().removeprefix("'")
    done, tasks, asked, first, helped, shown = counts
    return Line(student, cells[1], cells[2], done, tasks, asked, first, helped, shown, slips)
