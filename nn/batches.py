"""Data for training: checked, split, and given out in batches, from arrays or from a stream."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError, DataError, ShapeError

Array = np.ndarray[Any, Any]
Batch = tuple[Array, Array]
CHUNK = 1 << 22  # entries that are looked at together: a file larger than memory is read in pieces


def examples(X: Any, y: Any, place: str) -> Batch:
    """X and y as arrays that can be trained on; ShapeError or DataError if they cannot."""
    X, y = _plain(X, "X", place), _plain(y, "y", place)
    if X.ndim < 1 or y.ndim < 1 or len(X) != len(y):
        raise ShapeError(
            f"{place}: X {X.shape} and y {y.shape}: each example, a row of X, needs one entry of y."
        )
    if not len(X):
        raise ShapeError(f"{place}: X {X.shape} holds no examples.")
    return X, y


def _plain(data: Any, name: str, place: str) -> Array:
    try:
        array = np.asarray(data)
    except ValueError:
        raise DataError(f"{place}: {name} is not a rectangular array.") from None
    if array.dtype.kind not in "biuf":
        first = f" (first: {array.flat[0]!r:.40})" if array.size else ""
        hint = (
            "Number the classes: np.unique(y, return_inverse=True)[1]."
            if name == "y"
            else "Encode text as numbers, and fill what is missing."
        )
        raise DataError(
            f"{place}: {name} is of {array.dtype}{first}, not of real numbers.\n  {hint}"
        )
    if array.dtype.kind == "f":
        _check_finite(array, name, place)
    return array


def _check_finite(array: Array, name: str, place: str) -> None:
    rows = max(1, CHUNK // max(1, array[:1].size)) if array.ndim else 1
    count, first = 0, None
    for start in range(0, len(array) if array.ndim else 1, rows):
        wrong = ~np.isfinite(array[start : start + rows] if array.ndim else array)
        if first is None and np.any(wrong):
            at = tuple(int(i) for i in np.argwhere(wrong)[0])
            first = (at[0] + start, *at[1:]) if at else at
        count += int(np.sum(wrong))
    if count:
        raise DataError(
            f"{place}: {name} has {count} entries that are NaN or infinite, the first at {first}.\n"
            "  Fill or drop those examples first."
        )


def hold_out(
    X: Array, y: Array, validation: float | tuple[Any, Any] | None, rng: np.random.Generator
) -> tuple[Array | None, Batch | None]:
    """Which examples to learn from (None: all), and what to validate on: given, or a share."""
    if validation is None:
        return None, None
    if isinstance(validation, list | tuple):
        if len(validation) != 2:
            raise ArgumentError(
                f"fit: validation has {len(validation)} parts; give a share, or (X, y)."
            )
        return None, examples(*validation, "fit, validation")
    if isinstance(validation, bool) or not isinstance(validation, int | float | np.number):
        raise ArgumentError(
            f"fit: validation is {type(validation).__name__}; give a share, or (X, y)."
        )
    count = round(len(X) * validation)
    if not 0 < validation < 1 or not 0 < count < len(X):
        raise ArgumentError(
            f"fit: validation={validation} of {len(X)} examples leaves none to learn from or to "
            "validate on.\n  Give a share between 0 and 1, or (X, y)."
        )
    order = rng.permutation(len(X))
    return order[:-count], (X[order[-count:]], y[order[-count:]])


def batches(order: Array, size: int) -> Iterator[Array]:
    """The order cut into pieces; the last may be shorter."""
    return (order[i : i + size] for i in range(0, len(order), size))


class Arrays:
    """Batches of arrays, in a new order for every epoch. The arrays may be files (np.memmap)."""

    def __init__(
        self, X: Array, y: Array, chosen: Array | None, batch_size: int, shuffle: bool
    ) -> None:
        self.X, self.y, self.chosen = X, y, chosen
        self.batch_size, self.shuffle = batch_size, shuffle
        self.examples = len(X) if chosen is None else len(chosen)

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        """The batches of one epoch."""
        order = rng.permutation(self.examples) if self.shuffle else np.arange(self.examples)
        if self.chosen is not None:
            order = self.chosen[order]
        X, y = self.X, self.y  # take is quicker here than X[batch]
        return ((X.take(batch, 0), y.take(batch, 0)) for batch in batches(order, self.batch_size))

    def first(self) -> Batch:
        """All examples, to see whether they fit the model."""
        return self.X, self.y


class Stream:
    """Batches as an iterable of (X, y) gives them, once through it for every epoch."""

    examples = 0  # unknown

    def __init__(self, given: Iterable[Any]) -> None:
        self.given = given
        self.once = iter(given) is given
        self.started = False

    def first(self) -> Batch:
        """The first batch, to see whether the data fits the model. It is not used up."""
        for pair in self.given:
            if self.once:
                self.given = itertools.chain([pair], self.given)
            return self._checked(0, pair)
        raise ShapeError("fit: X gives no batches.")

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        """The batches of one epoch, each checked as it comes."""
        if self.once and self.started:
            raise ArgumentError(
                "fit: X is an iterator, which gives its batches once; there is none left for "
                "another epoch.\n"
                "  Give a list, or an object whose __iter__ starts anew; or epochs=1."
            )
        self.started = True
        for i, pair in enumerate(self.given):
            yield self._checked(i, pair)

    @staticmethod
    def _checked(i: int, pair: Any) -> Batch:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise DataError(
                f"fit: batch {i + 1} is {type(pair).__name__} {pair!r:.40}; give pairs (X, y)."
            )
        return examples(pair[0], pair[1], f"fit, batch {i + 1}")
