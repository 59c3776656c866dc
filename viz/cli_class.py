"""The commands of a teacher: `autograd-lite exercise`, `pages`, `results`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from autograd_lite.errors import ArgumentError


def add(commands: Any) -> None:
    """Put the commands on the command line."""
    one = commands.add_parser("exercise", help="make one exercise as a page")
    one.add_argument("level", type=int, help="1 to 8")
    one.add_argument("--seed", type=int, default=0)
    one.add_argument("-o", "--output", type=Path, default=Path("exercise.html"), metavar="FILE")
    one.set_defaults(run=_exercise)

    pages = commands.add_parser(
        "pages", help="make a zip of exercise pages for a class, ready for phones"
    )
    pages.add_argument("--levels", default="1-8", help="as 1-8 or 2,4-6 (default 1-8)")
    pages.add_argument("--seeds", type=int, default=30, metavar="N", help="of each (default 30)")
    pages.add_argument(
        "--students", type=Path, metavar="FILE", help="a name a line: a seed for each instead"
    )
    pages.add_argument("-o", "--output", type=Path, default=Path("class.zip"), metavar="FILE")
    pages.set_defaults(run=_pages)

    results = commands.add_parser(
        "results", help="add up the results that a class copied from its pages"
    )
    results.add_argument("files", nargs="+", type=Path, metavar="CSV")
    results.set_defaults(run=_results)

    test = commands.add_parser("test", help="six questions that say whether a lesson worked")
    test.add_argument("--seed", type=int, default=0)
    test.add_argument("-o", "--output", type=Path, default=Path("test.html"), metavar="FILE")
    test.set_defaults(run=_test)


def _exercise(options: argparse.Namespace) -> None:
    from . import exercise

    print(f"Open {exercise(options.level, options.seed).save(options.output)} in a browser.")


def _pages(options: argparse.Namespace) -> None:
    from . import class_pages

    students = None
    if options.students is not None:
        try:
            students = options.students.read_text("utf-8-sig").splitlines()
        except UnicodeDecodeError:
            raise ArgumentError(
                f"--students {options.students}: the file is no text in UTF-8.\n"
                "  Save it as plain text, a name a line."
            ) from None
    made = class_pages(options.output, levels(options.levels), options.seeds, students)
    print(f"Wrote {made}: unpack it and open index.html.")


def _results(options: argparse.Namespace) -> None:
    from . import class_results

    print(class_results(*options.files))


def _test(options: argparse.Namespace) -> None:
    from . import newcomer_test

    print(f"Open {newcomer_test(options.seed).save(options.output)} in a browser.")


def levels(text: str) -> list[int]:
    """Levels as typed: 1-8, or 2,4-6.

    >>> levels("2,4-6")
    [2, 4, 5, 6]
    """
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if not first.isdecimal() or not (last.isdecimal() or not dash):
            raise ArgumentError(f"--levels {text}: give levels as 1-8 or 2,4-6.")
        found += range(int(first), int(last or first) + 1)
    return found
