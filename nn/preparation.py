"""From the columns of a table to numbers that a model learns from, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from autograd_lite.errors import DataError, FileError

from .csv_file import CSVFile

Array = np.ndarray[Any, Any]
CATEGORIES = 100  # distinct texts that a column may have at most
CLASSES = 20  # distinct whole numbers that are classes and not amounts
SHARE_SEED = 0x9E3779B97F4A7C15  # of which rows are held out


@dataclass
class Preparation:
    """How the columns of a table become features and targets.

    A column of numbers is standardised, (x - mean) / scale, and missing ones take the mean. A
    column of texts becomes one feature for each text (one-hot); a missing one is a text of its own.
    """

    target: str
    task: str  # "classification" or "regression"
    columns: list[str]  # the features' columns, in the order of the file
    means: dict[str, float] = field(default_factory=dict)  # of the columns of numbers
    scales: dict[str, float] = field(default_factory=dict)
    ranges: dict[str, list[float]] = field(default_factory=dict)  # of those: least and most
    categories: dict[str, list[str]] = field(default_factory=dict)  # "" stands for a missing one
    classes: list[str] = field(default_factory=list)
    target_mean: float = 0.0
    target_scale: float = 1.0
    rows: int = 0
    dropped: int = 0  # rows without a target
    majority: float = 0.0  # the share of the commonest class

    @property
    def features(self) -> int:
        """How many features there are."""
        return len(self.means) + sum(map(len, self.categories.values()))

    @property
    def outputs(self) -> int:
        """How many outputs the model has."""
        return len(self.classes) if self.task == "classification" else 1

    def X(self, frame: Any, first: int, where: str) -> Array:
        """The features of some rows. DataError naming the row of a text that is not known."""
        missing = [name for name in self.columns if name not in frame.columns]
        if missing:
            raise DataError(
                f"{where} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}, which "
                f"the model was trained on.\n  Its columns: {', '.join(map(str, frame.columns))}."
            )
        parts = []
        for name in self.columns:
            if name in self.means:
                numbers = _numbers(frame[name], name, first, where)
                filled = np.where(np.isnan(numbers), self.means[name], numbers)
                parts.append(((filled - self.means[name]) / self.scales[name])[:, None])
            else:
                parts.append(_one_hot(frame[name], self.categories[name], name, first, where))
        return np.concatenate(parts, axis=1).astype(np.float32)

    def strange(self, frame: Any, first: int, where: str) -> dict[str, str]:
        """By column, what to warn of: numbers far outside those that the model was trained on.

        Far is farther away than the whole range of the training is wide.
        """
        found = {}
        for name, (least, most) in self.ranges.items():
            numbers = _numbers(frame[name], name, first, where)
            reach = (most - least) or self.scales[name]
            far = np.flatnonzero((numbers < least - reach) | (numbers > most + reach))
            if len(far):
                row, number = first + int(far[0]), numbers[far[0]]
                others = f", and so are {len(far) - 1:,} more" if len(far) > 1 else ""
                found[name] = (
                    f"{where}, row {row}: {name} is {number:.6g}, far outside the {least:.6g} to "
                    f"{most:.6g} of the training{others}. What the model says there is a guess."
                )
        return found

    def y(self, frame: Any, first: int, where: str) -> Array:
        """The targets of some rows: numbers of classes, or standardised numbers."""
        column = frame[self.target]
        if self.task == "classification":
            known = {name: i for i, name in enumerate(self.classes)}
            return np.array([known[text] for text in column.str.strip()], dtype=np.intp)
        numbers = _numbers(column, self.target, first, where)
        return ((numbers - self.target_mean) / self.target_scale).astype(np.float32)[:, None]

    def back(self, output: Array) -> Any:
        """What outputs of the model mean: names of classes, or numbers."""
        if self.task == "classification":
            return [self.classes[i] for i in np.argmax(output, axis=1)]
        return (output[:, 0].astype(float) * self.target_scale + self.target_mean).tolist()

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Preparation:
        """What `as_dict` gave; FileError for anything else."""
        try:
            return cls(**data)
        except TypeError:
            raise FileError("The model was not trained on a table by autograd-lite.") from None


def held_out(first: int, count: int, share: float, seed: int) -> Array:
    """Which of `count` rows from number `first` on are held out: the same at every reading."""
    numbers = np.arange(first, first + count, dtype=np.uint64) + np.uint64(seed % 2**32 << 32)
    with np.errstate(over="ignore"):  # a mixing function: wrapping round is what it is for
        numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        numbers = numbers ^ (numbers >> np.uint64(31)) ^ np.uint64(SHARE_SEED)
    chosen: Array = numbers.astype(np.float64) / 2.0**64 < share
    return chosen


class _Column:
    """What is seen of one column, piece by piece."""

    def __init__(self) -> None:
        self.numeric = True
        self.whole = True
        self.count, self.mean, self.squares = 0, 0.0, 0.0  # of numbers, by Welford and Chan
        self.least, self.most = math.inf, -math.inf
        self.texts: dict[str, int] = {}
        self.missing = 0
        self.full = False  # more texts than are counted

    def look(self, column: Any, learned: Array, pandas: Any) -> None:
        """Count texts in all rows; mean and scale are of those that are learned from."""
        present = column.dropna().str.strip()
        self.missing += len(column) - len(present)
        if not self.full:
            for text, count in present.value_counts().items():
                self.texts[text] = self.texts.get(text, 0) + int(count)
            self.full = len(self.texts) > max(CATEGORIES, CLASSES)
        if not self.numeric or not len(present):
            return
        numbers = pandas.to_numeric(present, errors="coerce").to_numpy(dtype=float)
        if np.isnan(numbers).any():
            self.numeric = False
            return
        self.whole = self.whole and bool(np.all(numbers == np.floor(numbers)))
        numbers = numbers[learned[column.notna().to_numpy()]]
        if not len(numbers):
            return
        self.least = min(self.least, float(np.min(numbers)))
        self.most = max(self.most, float(np.max(numbers)))
        with np.errstate(over="ignore", invalid="ignore"):
            n, mean = len(numbers), float(np.mean(numbers))
            squares = float(np.sum((numbers - mean) ** 2))
            distance, total = mean - self.mean, self.count + n
            self.squares += squares + distance * distance * self.count * n / total
            self.mean += distance * n / total
        self.count = total

    @property
    def scale(self) -> float:
        spread = math.sqrt(self.squares / self.count) if self.count else 0.0
        return spread or 1.0


def prepare(
    table: CSVFile, target: str, task: str, drop: list[str], share: float, seed: int
) -> Preparation:
    """Look at every row once, and decide how each column is prepared.

    Only rows that are learned from count for means and scales; texts and classes are of all.
    Raises DataError if there is nothing to learn from, or a column is neither numbers nor texts of
    a few kinds.
    """
    where = str(table.path)
    table.column(target, "column")
    for name in drop:
        table.column(name, "column")
    names = [name for name in table.columns if name != target and name not in drop]
    if not names:
        raise DataError(f"{where} has no column to learn from beside {target!r}.")
    seen = {name: _Column() for name in [*names, target]}
    rows = dropped = 0
    for first, frame in table.pieces():
        kept = frame[target].notna().to_numpy()
        dropped += int(np.sum(~kept))
        rows += int(np.sum(kept))
        learned = ~held_out(first, len(frame), share, seed)[kept]
        for name, column in seen.items():
            column.look(frame.loc[kept, name], learned, table.pandas)
    if rows < 2:
        counted = "1 row" if rows == 1 else f"{rows} rows"
        raise DataError(f"{where} has {counted} with a {target!r}; there is nothing to learn.")
    made = Preparation(target, _task(seen[target], task, where, target), names)
    made.rows, made.dropped = rows, dropped
    _prepare_target(made, seen[target], where)
    for name in names:
        column = seen[name]
        if column.numeric and column.count:
            if not math.isfinite(column.mean) or not math.isfinite(column.squares):
                raise DataError(f"{where}: the column {name!r} has numbers that are infinite.")
            made.means[name], made.scales[name] = column.mean, column.scale
            made.ranges[name] = [column.least, column.most]
        elif column.full:
            raise DataError(
                f"{where}: the column {name!r} has more than {CATEGORIES} different texts, as "
                f"names or dates have.\n  Leave it out: --drop {name!r}."
            )
        else:
            made.categories[name] = sorted(column.texts) + [""] * bool(column.missing)
            if not column.texts:
                raise DataError(f"{where}: the column {name!r} is empty. --drop {name!r}.")
    return made


def _task(column: _Column, task: str, where: str, target: str) -> str:
    few = not column.full and len(column.texts) <= CLASSES
    if task == "auto":
        return "classification" if not column.numeric or (column.whole and few) else "regression"
    if task == "regression" and not column.numeric:
        text = next(iter(column.texts))
        raise DataError(
            f"{where}: {target!r} holds texts such as {text!r}; they have no regression."
        )
    return task


def _prepare_target(made: Preparation, column: _Column, where: str) -> None:
    if made.task == "regression":
        if not math.isfinite(column.mean) or not math.isfinite(column.squares):
            raise DataError(f"{where}: {made.target!r} has numbers that are infinite.")
        made.target_mean, made.target_scale = column.mean, column.scale
        return
    if column.full:
        raise DataError(
            f"{where}: {made.target!r} has more than {CATEGORIES} classes.\n"
            "  If they are amounts, --task regression."
        )

    def order(text: str) -> tuple[float, str]:
        return (_number(text) if column.numeric else 0.0, text)

    made.classes = sorted(column.texts, key=order)
    if len(made.classes) < 2:
        raise DataError(f"{where}: {made.target!r} is {made.classes[0]!r} in every row.")
    made.majority = max(column.texts.values()) / sum(column.texts.values())


def _numbers(column: Any, name: str, first: int, where: str) -> Array:
    try:
        numbers: Array = column.to_numpy(dtype=float, na_value=np.nan)
        wrong = np.isinf(numbers)
    except ValueError:
        numbers = np.array([_number(text) for text in column])
        wrong = ~np.isfinite(numbers) & column.notna().to_numpy()
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        text = str(column.iloc[i])
        raise DataError(f"{where}, row {first + i}: {name} is {text!r:.60}, not a finite number.")
    return numbers


def _number(text: Any) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        return math.nan


def _one_hot(column: Any, known: list[str], name: str, first: int, where: str) -> Array:
    place = {text: i for i, text in enumerate(known)}
    texts = column.fillna("").str.strip()
    found = texts.map(place)
    if found.isna().any():
        i = int(np.flatnonzero(found.isna())[0])
        text = str(texts.iloc[i])
        what = f"{text!r:.60}" if text else "missing"
        listed = ", ".join(repr(t) if t else "missing" for t in known[:12])
        raise DataError(
            f"{where}, row {first + i}: {name} is {what}, which the model has not seen.\n"
            f"  It knows {listed}{', ...' if len(known) > 12 else ''}."
        )
    return np.asarray(np.eye(len(known))[found.to_numpy(dtype=int)])
