"""Examples larger than memory, shuffled as one: dealt out at random to files, and read by turns."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class Dealt:
    """Batches of examples that come in pieces, in a new order for every pass.

    Each example goes to one of `stacks` files, at random, so that every file is like the whole,
    however the examples were sorted. A pass takes the files in a new order, holds one of them at a
    time, and shuffles it: nearly what one shuffle of all would be, with reading from end to end.

    pieces: pairs (X, y) of arrays with as many rows.  folder: an empty one, to write to.
    rows: how many examples there are.

    >>> import tempfile
    >>> pieces = [(np.arange(6.0).reshape(3, 2), np.arange(3)), (np.ones((2, 2)), np.array([3, 4]))]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     batches = list(Dealt(pieces, folder, stacks=2, batch_size=2, seed=0))
    >>> sorted(int(label) for _, y in batches for label in y)
    [0, 1, 2, 3, 4]
    """

    def __init__(
        self,
        pieces: Iterable[tuple[Array, Array]],
        folder: str | os.PathLike[str],
        stacks: int,
        batch_size: int,
        seed: int,
    ) -> None:
        self.folder, self.stacks = Path(folder), stacks
        self.batch_size, self.seed = batch_size, seed
        self.rows, self.passes = 0, 0
        self.kinds: list[tuple[Any, tuple[int, ...]]] = []  # dtype and shape of one x and one y
        rng = np.random.default_rng([seed])
        for pair in pieces:
            self.kinds = [(array.dtype, array.shape[1:]) for array in pair]
            self.rows += len(pair[0])
            stack = rng.integers(stacks, size=len(pair[0]))
            for i in np.unique(stack):
                for name, array in zip("Xy", pair, strict=True):
                    with open(self.folder / f"{name}{i}", "ab") as file:
                        file.write(array[stack == i].tobytes())

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        rng = np.random.default_rng([self.seed, self.passes])
        self.passes += 1
        for i in rng.permutation(self.stacks):
            if not (self.folder / f"X{i}").exists():  # no example went there
                continue
            X, y = (
                np.fromfile(self.folder / f"{name}{i}", dtype).reshape(-1, *shape)
                for name, (dtype, shape) in zip("Xy", self.kinds, strict=True)
            )
            order = rng.permutation(len(X))
            for start in range(0, len(X), self.batch_size):
                batch = order[start : start + self.batch_size]
                yield X[batch], y[batch]
