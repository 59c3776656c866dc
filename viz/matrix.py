"""Arrays in a frame: the tables that stand side by side, and how one entry of the last comes about.

Entries are counted from 1, as in mathematics: W_21 is in row 2, column 1.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .entries import Entries
from .numbers import short
from .words import Words

Array = np.ndarray[Any, Any]
TERMS, LARGEST = 6, 4  # terms written out; of more, the largest, and the rest as one number


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """An array with the name it has in the explanation."""

    title: str
    numbers: Array


@dataclass(frozen=True, slots=True, eq=False)
class SumOf:
    """An entry as a sum of products of entries of the tables `first` and `second`.

    ahead: the factor from `second` is written first, as in X^T G, where G came first.
    """

    entries: Entries
    first: int
    second: int | None
    ahead: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """An entry as a formula of entries of other tables: "({0} - {1}) / 3".

    places: for each number of the formula, its table and what a step along each axis of the result
    adds to the index there: 0 along an axis that was stretched.
    """

    formula: str
    places: tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """The arrays of one frame; the last table is what comes out.

    how: how each of its entries comes about; None where nothing simple says it.
    chosen: the entry that is explained until the reader chooses another, by its flat index.
    slope: whether the last table is a complete gradient, so that an entry has a meaning.
    before, after: what the receiving node had collected, and has now, where the last table is one
    of several contributions.
    """

    tables: tuple[Table, ...]
    how: SumOf | Filled | None
    chosen: int = 0
    slope: bool = False
    before: Array | None = None
    after: Array | None = None

    @property
    def result(self) -> Table:
        return self.tables[-1]

    def lit(self, entry: int) -> dict[int, list[int]]:
        """The entries of each table that the chosen one is made of, by table and flat index."""
        lit: dict[int, list[int]] = {len(self.tables) - 1: [entry]}
        if isinstance(self.how, SumOf):
            terms = self.how.entries.terms(entry)
            lit[self.how.first] = [int(p) for p, _ in terms]
            if self.how.second is not None:
                lit[self.how.second] = [int(q) for _, q in terms]
        elif self.how is not None:
            where = np.unravel_index(entry, self.result.numbers.shape)
            for table, strides in self.how.places:
                lit[table] = [int(np.dot(where, strides)) if strides else 0]
        return lit

    def sentence(self, entry: int, words: Words) -> str:
        """How an entry comes about: "Entry 2: 2 · 4 + 1 · (-1) = 7."; "" if nothing simple says.

        >>> from autograd_lite import Tensor, steps
        >>> from .entries import of_share
        >>> X, W = Tensor([[1.0, 2.0, 3.0], [0.0, 1.0, 4.0]]), Tensor([[1.0], [1.0], [1.0]])
        >>> to_W = steps(((X @ W) * [[4.0], [-1.0]]).sum())[-1]
        >>> found = of_share(to_W)
        >>> tables = tuple(Table("", x) for x in (found.first, found.second, found.result))
        >>> Arrays(tables, SumOf(found, 0, 1, ahead=True)).sentence(1, Words())
        'Entry (2, 1): 2 · 4 + 1 · (-1) = 7.'
        """
        if self.how is None:
            return ""
        result = short(self.result.numbers.reshape(-1)[entry])
        if isinstance(self.how, SumOf):
            made = _added(self.how.entries.factors(entry), self.how.ahead, words)
        else:
            lit = self.lit(entry)
            numbers = [
                bracketed(self.tables[table].numbers.reshape(-1)[lit[table][0]])
                for table, _ in self.how.places
            ]
            made = _tidied(self.how.formula.format(*numbers))
        key = "entry_same" if made == result else "entry_made"
        said = words(key, entry=self.place(entry), made=made, total=result)
        if self.before is None or self.after is None:
            return said
        before, after = (short(x.reshape(-1)[entry]) for x in (self.before, self.after))
        return said + " " + words("entry_total", before=before, after=after)

    def place(self, entry: int) -> str:
        """The place of an entry as it is said: 2, or (2, 1)."""
        return place(entry, self.result.numbers.shape)


def place(entry: int, shape: tuple[int, ...]) -> str:
    """An entry by its flat index, counted from 1.

    >>> place(3, (4,)), place(3, (2, 2))
    ('4', '(2, 2)')
    """
    where = [int(i) + 1 for i in np.unravel_index(entry, shape)]
    return str(where[0]) if len(where) == 1 else f"({', '.join(map(str, where))})"


def arrays(
    tables: Sequence[Table], how: SumOf | Filled | None, slope: bool = False
) -> Arrays | None:
    """The arrays of a frame, with the largest entry chosen; None where each is a single number."""
    if all(np.size(table.numbers) == 1 for table in tables):
        return None
    found = np.abs(np.asarray(tables[-1].numbers, dtype=float)).reshape(-1)
    chosen = int(np.argmax(np.where(np.isfinite(found), found, -1))) if found.size else 0
    return Arrays(tuple(tables), how, chosen, slope)


def filled(
    template: str, tables: Sequence[Table], result: Table, names: Sequence[str] = ()
) -> Arrays | None:
    """A result whose every entry is one formula of the same entry of the tables.

    template: "{0} - {1}", by number of the table; or by `names`.
    """
    shape = np.shape(result.numbers)
    order = {name: i for i, name in enumerate(names)}
    places = []
    text = ""
    for before, field, _, _ in string.Formatter().parse(template):
        text += before.replace("{", "{{").replace("}", "}}")
        if field is not None:
            table = order[field] if names else int(field)
            places.append((table, _strides(np.shape(tables[table].numbers), shape)))
            text += f"{{{len(places) - 1}}}"
    return arrays([*tables, result], Filled(text, tuple(places)))


def bracketed(x: Any) -> str:
    """A number as it stands in a formula: in brackets if it is negative."""
    text = short(x)
    return f"({text})" if text.startswith("-") else text


def _tidied(text: str) -> str:
    """A formula without brackets around a number where none are needed.

    >>> _tidied("(-1) - (-2)"), _tidied("ReLU((-1))")
    ('-1 - (-2)', 'ReLU(-1)')
    """
    return re.sub(r"^\((-[^()]*)\)|(?<=\()\((-[^()]*)\)(?=\))", lambda m: m[1] or m[2], text)


def _strides(small: tuple[int, ...], large: tuple[int, ...]) -> tuple[int, ...]:
    """What a step along each axis of the large array adds to the flat index in the small one."""
    strides = [0] * len(large)
    size = 1
    for back in range(1, len(small) + 1):
        if small[-back] > 1:
            strides[-back] = size
        size *= small[-back]
    return tuple(strides)


def _added(factors: list[tuple[float, float | None]], ahead: bool, words: Words) -> str:
    """Products, added up; of many, the largest and what the others come to."""
    shown = list(range(len(factors)))
    sizes = [first if second is None else first * second for first, second in factors]
    if len(factors) > TERMS:
        shown = sorted(sorted(shown, key=lambda i: -abs(sizes[i]))[:LARGEST])
    text = ""
    for i in shown:
        first, second = factors[i]
        if second is None:
            term = short(first) if not text else short(abs(first))
            text += term if not text else f" {'-' if first < 0 else '+'} {term}"
            continue
        left, right = (second, first) if ahead else (first, second)
        term = f"{bracketed(left) if text else short(left)} · {bracketed(right)}"
        text += f" + {term}" if text else term
    if len(shown) < len(factors):
        rest = sum(size for i, size in enumerate(sizes) if i not in set(shown))
        text += words("entry_rest", count=len(factors) - len(shown), rest=short(rest))
    return text or "0"
