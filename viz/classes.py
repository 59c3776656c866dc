"""`class_pages`: exercises for a class as one zip of static pages, ready for phones."""

from __future__ import annotations

import io
import os
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from tqdm import tqdm

from autograd_lite.errors import ArgumentError

from .exercises import Exercise
from .files import save
from .levels import LEVELS, checked
from .newcomer import newcomer_test
from .words import Words

MOST = 5_000  # pages in one zip
LONGEST_NAME = 80
SEEDS = 100_000  # those of students


@dataclass(frozen=True)
class Copy:
    """One column of pages: a seed, and whose it is."""

    name: str  # of its files
    seed: int
    student: str = ""


def class_pages(
    path: str | os.PathLike[str],
    levels: Iterable[int] = range(1, len(LEVELS) + 1),
    seeds: int | Iterable[int] = 30,
    students: Sequence[str] | None = None,
    progress: bool = True,
    words: Mapping[str, str] | None = None,
) -> Path:
    """Write the exercises of a class as a zip of static pages with an index. Gives the path.

    Every page works from a folder, without a network and with nothing to install. At its end is a
    line of CSV with the result; `class_results` adds the lines of a class up. Equal arguments give
    equal bytes.

    path: a `.zip`.  levels: which, of 1 to 8.  seeds: how many exercises of each level, or which.
    students: names; then each has pages with a seed of their own instead, made from the name.
    progress: show a bar.  words: messages in another language.
    The zip appears whole or not at all.
    Raises ArgumentError for a level that there is not, no or too many pages, a name that comes
    twice, or another ending; OSError where the file cannot be written.

    >>> class_pages("class.zip", levels=[1, 2], seeds=3, progress=False)  # doctest: +SKIP
    PosixPath('class.zip')
    """
    chosen = _levels(levels)
    if students is None and isinstance(seeds, int) and seeds < 1:
        raise ArgumentError(f"class_pages: seeds={seeds}; give how many, 1 or more.")
    copies = _copies(seeds) if students is None else _of_students(students)
    count = len(chosen) * len(copies)
    if not 1 <= count <= MOST:
        raise ArgumentError(
            f"class_pages: {len(chosen)} levels times {len(copies)} copies: 1 to {MOST} pages are "
            "written.\n  Give other levels, seeds or students."
        )
    language = Words(words)

    def zipped() -> bytes:
        pages = {"index.html": _index(chosen, copies, language)}
        pages["newcomer-test.html"] = newcomer_test(words=words).html()
        places = [(level, copy) for level in chosen for copy in copies]
        bar = tqdm(places, desc=language("class_progress"), disable=not progress, leave=False)
        for level, copy in bar:
            page = Exercise(level, copy.seed, copy.student, words).html()
            pages[_place(level, copy)] = page
        return _zip(pages)

    return save(path, {".zip": zipped}, "a class")


def _levels(levels: Iterable[int]) -> list[int]:
    try:
        return sorted({checked(level, "class_pages") for level in levels})
    except TypeError:
        raise ArgumentError(
            f"class_pages: levels={levels!r:.40} are no levels.\n  Give several, as [1, 2, 3]."
        ) from None


def _copies(seeds: Any) -> list[Copy]:
    try:
        count = isinstance(seeds, int) and not isinstance(seeds, bool)
        found = list(range(1, min(seeds, MOST + 1) + 1) if count else seeds)
    except TypeError:
        found = [None]
    if any(isinstance(seed, bool) or not isinstance(seed, int) for seed in found):
        raise ArgumentError(
            f"class_pages: seeds={seeds!r:.40}; give how many, as 30, or which, as [4, 7]."
        )
    wide = max((len(str(seed)) for seed in found), default=1)
    return [Copy(f"{seed:0{wide}}", seed) for seed in dict.fromkeys(found)]


def _of_students(students: Sequence[str]) -> list[Copy]:
    if isinstance(students, str) or not all(isinstance(name, str) for name in students):
        raise ArgumentError("class_pages: students are no list of names.\n  Give one, as ['Mia'].")
    found: dict[str, Copy] = {}
    taken: set[str] = set()
    for student in (" ".join(name.split())[:LONGEST_NAME] for name in students):
        if not student:
            continue
        if student in found:
            raise ArgumentError(
                f"class_pages: the name {student!r} comes twice, so two students would share a "
                "page.\n  Tell them apart, as 'Mia K.' and 'Mia S.'."
            )
        name, count = _file_name(student), 2
        while name in taken:
            name, count = f"{_file_name(student)}-{count}", count + 1
        taken.add(name)
        found[student] = Copy(name, zlib.crc32(student.encode()) % SEEDS, student)
    return list(found.values())


def _file_name(student: str) -> str:
    plain = unicodedata.normalize("NFKD", student).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "student"


def _place(level: int, copy: Copy) -> str:
    return f"level-{level}/{copy.name}.html"


def _index(levels: list[int], copies: list[Copy], words: Words) -> str:
    """The page with a link to every other."""
    title = escape(words("class_title"))
    sections = []
    for level in levels:
        links = "".join(
            f'<li><a href="{_place(level, copy)}">{escape(copy.student or str(copy.seed))}</a></li>'
            for copy in copies
        )
        head = escape(words("level", level=level))
        told = escape(words(f"level_{level}"))
        sections.append(f"<section><h2>{head}</h2><p>{told}</p><ul>{links}</ul></section>")
    test = f'<p><a href="newcomer-test.html">{escape(words("class_test"))}</a></p>'
    parts = {
        "title": title,
        "told": escape(words("class_told")),
        "test": test,
        "sections": "\n".join(sections),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _asset("class.html"))


def _zip(pages: Mapping[str, str]) -> bytes:
    """The pages as a zip whose bytes depend on nothing else."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, page in pages.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, page)
    return file.getvalue()


@cache
def _asset(name: str) -> str:
    return files("viz").joinpath(name).read_text("utf-8")
