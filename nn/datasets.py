"""Data to learn from: two real sets that ship with the package, three that are generated.

The sources and licences of the real ones are in data/README.md.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError

Array = np.ndarray[Any, Any]
Seed = int | np.random.Generator


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples and their classes.

    X: (n, d) float64, one example a row.  y: (n,) int64, classes numbered from 0.
    Both are copies of the caller's own, free to be changed.

    >>> data = iris()
    >>> data.X.shape, data.target_names[data.y[0]]
    ((150, 4), 'setosa')
    """

    name: str
    X: Array
    y: Array
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    description: str

    def split(self, test_size: float = 1 / 3, rng: Seed = 0) -> tuple[Array, Array, Array, Array]:
        """X_train, X_test, y_train, y_test: a stratified split, the same for the same seed.

        Each class is shuffled by itself and gives its share to the test part, to within one
        example; the test part as a whole has round(n * test_size). Both parts are then shuffled.
        rng: a seed, or a generator, which the split advances.
        Raises ArgumentError for a share or a seed that cannot be used, and for one that leaves a
        part empty.

        >>> X_train, X_test, y_train, y_test = digits().split()
        >>> len(X_train), len(X_test)
        (1198, 599)
        """
        n = len(self.y)
        share = _number("split", "test_size", test_size, "give a share between 0 and 1")
        if not 0 < round(n * share) < n:
            raise ArgumentError(
                f"split: test_size={test_size!r} of the {n} examples of {self.name} leaves a part "
                "empty.\n  Give a share between 0 and 1."
            )
        generator = _generator("split", rng)
        order = [generator.permutation(np.flatnonzero(self.y == c)) for c in np.unique(self.y)]
        counts = _shares([len(c) for c in order], share)
        test = np.concatenate([c[:k] for c, k in zip(order, counts, strict=True)])
        train = np.concatenate([c[k:] for c, k in zip(order, counts, strict=True)])
        train, test = generator.permutation(train), generator.permutation(test)
        return self.X[train], self.X[test], self.y[train], self.y[test]

    def __repr__(self) -> str:
        n, d = self.X.shape
        return f"Dataset({self.name}: {n} examples, {d} features, {len(self.target_names)} classes)"


def _shares(sizes: list[int], share: float) -> list[int]:
    """Each size times the share, rounded down or up so that the sum is the whole's, rounded.

    The largest remainders are rounded up: the method of Hamilton (1792).
    """
    exact = np.array(sizes) * share
    counts = np.floor(exact).astype(int)
    missing = round(sum(sizes) * share) - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[: max(missing, 0)]] += 1
    return [int(n) for n in counts]


def digits() -> Dataset:
    """1,797 handwritten digits, 8 x 8 pixels each, from 43 writers.

    X: (1797, 64), pixels row by row, from 0 (paper) to 1 (ink): the counts 0 to 16 over 16.
    Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI (1998), test part.

    >>> digits()
    Dataset(digits: 1797 examples, 64 features, 10 classes)
    """
    pixels, labels = _table("digits")
    names = tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8))
    return Dataset(
        "digits",
        pixels / 16,
        labels.astype(np.int64),
        names,
        tuple("0123456789"),
        "Handwritten digits, 8 x 8 pixels, scaled to 0..1.",
    )


def iris() -> Dataset:
    """150 irises of three species: length and width of sepal and petal, in centimetres.

    Source: R. A. Fisher, The Use of Multiple Measurements in Taxonomic Problems (1936).
    Samples 35 and 38 are as Fisher printed them, which some copies get wrong.

    >>> iris()
    Dataset(iris: 150 examples, 4 features, 3 classes)
    """
    millimetres, labels = _table("iris")
    return Dataset(
        "iris",
        millimetres / 10,
        labels.astype(np.int64),
        ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
        ("setosa", "versicolor", "virginica"),
        "Irises of three species, measured in centimetres.",
    )


@cache
def _table(name: str) -> tuple[Array, Array]:
    with (files(__package__ or "nn") / "data" / f"{name}.npz").open("rb") as file:
        table = np.load(file, allow_pickle=False)
        return table["X"], table["y"]


def moons(n: int = 200, noise: float = 0.1, rng: Seed = 0) -> Dataset:
    """Two half-circles that reach into each other.

    n: examples in all.  noise: standard deviation of what is added to every coordinate.
    rng: a seed, or a generator, which this advances.
    Raises ArgumentError for n below 2, noise below 0 or a seed that cannot be used.

    >>> moons(100)
    Dataset(moons: 100 examples, 2 features, 2 classes)
    """
    generator = _checked("moons", n, noise, rng, classes=2)
    upper = n - n // 2
    t = np.concatenate([np.linspace(0, np.pi, upper), np.linspace(0, np.pi, n // 2)])
    y = np.repeat([0, 1], [upper, n // 2])
    x1 = np.where(y == 0, np.cos(t), 1 - np.cos(t))
    x2 = np.where(y == 0, np.sin(t), 0.5 - np.sin(t))
    return _generated("moons", np.stack([x1, x2], axis=1), y, noise, generator)


def spirals(
    n: int = 300, noise: float = 0.05, rng: Seed = 0, classes: int = 3, turns: float = 0.75
) -> Dataset:
    """Arms of a spiral, one a class, which no straight line separates.

    Arm c at radius r (0 to 1) has the angle 2 pi (turns r + c / classes).
    n: examples in all.  noise, rng: as for moons.  turns: how often an arm goes round.
    Raises ArgumentError for n below classes, noise below 0, fewer than two classes, turns that
    are no finite number or a seed that cannot be used.

    >>> spirals(90, classes=3)
    Dataset(spirals: 90 examples, 2 features, 3 classes)
    """
    if not _is_whole(classes) or classes < 2:
        raise ArgumentError(f"spirals: classes={classes!r}; give a whole number, 2 or more.")
    turns = _number("spirals", "turns", turns, "give a finite number, such as 0.75")
    generator = _checked("spirals", n, noise, rng, classes)
    y = np.arange(n) % classes
    radius = (np.arange(n) // classes + 1) / ((n - 1) // classes + 1)
    angle = 2 * np.pi * (turns * radius + y / classes)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return _generated("spirals", points, y, noise, generator)


def xor(n: int = 200, noise: float = 0.0, rng: Seed = 0) -> Dataset:
    """Points of a square, in class 1 where exactly one coordinate is positive.

    n: examples in all, each coordinate at 0.05 to 1 from 0 before noise.
    noise, rng: as for moons; noise is added after the class is set.
    Raises ArgumentError for n below 2, noise below 0 or a seed that cannot be used.

    >>> xor(100)
    Dataset(xor: 100 examples, 2 features, 2 classes)
    """
    generator = _checked("xor", n, noise, rng, classes=2)
    signs = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]])[np.arange(n) % 4]
    points = signs * generator.uniform(0.05, 1.0, (n, 2))
    return _generated("xor", points, np.arange(n) % 2, noise, generator)


def _is_whole(n: object) -> bool:
    return isinstance(n, int | np.integer) and not isinstance(n, bool)


def _number(owner: str, name: str, given: Any, advice: str) -> float:
    """A finite number, or an ArgumentError that names it."""
    is_real = isinstance(given, int | float | np.integer | np.floating)
    if is_real and abs(given) <= sys.float_info.max:  # not nan, nor a whole number beyond any float
        return float(given)
    raise ArgumentError(f"{owner}: {name}={given!r}; {advice}.")


def _generator(owner: str, rng: Any) -> np.random.Generator:
    if isinstance(rng, np.random.Generator):
        return rng
    if not _is_whole(rng) or rng < 0:
        raise ArgumentError(
            f"{owner}: rng={rng!r}; give a seed, a whole number from 0, or a np.random.Generator."
        )
    return np.random.default_rng(rng)


def _checked(name: str, n: int, noise: float, rng: Seed, classes: int) -> np.random.Generator:
    if not _is_whole(n) or n < classes:
        raise ArgumentError(
            f"{name}: n={n!r}; give a whole number, at least {classes}: one example a class."
        )
    advice = "give a standard deviation of 0 or more"
    if _number(name, "noise", noise, advice) < 0:
        raise ArgumentError(f"{name}: noise={noise!r}; {advice}.")
    return _generator(name, rng)


def _generated(
    name: str, points: Array, y: Array, noise: float, generator: np.random.Generator
) -> Dataset:
    X = points + noise * generator.standard_normal(points.shape)
    order = generator.permutation(len(y))
    classes = tuple(str(c) for c in np.unique(y))
    return Dataset(
        name, X[order], y[order].astype(np.int64), ("x1", "x2"), classes, f"Generated: {name}."
    )
