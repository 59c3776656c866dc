"""Reductions over the rows of a matrix: NumPy's own, and those of autograd_lite.matrix_rows.

    python benchmarks/row_reductions.py

Prints the time of each, and for sums in float32 how far each is from the sum in float64.
"""

from __future__ import annotations

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)

import timeit  # noqa: E402
from collections.abc import Callable  # noqa: E402
from functools import partial  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from autograd_lite.matrix_rows import (  # noqa: E402
    largest_of_rows,
    sum_of_rows,
    totals_of_rows,
)

SHAPES = ((32, 10), (32, 32), (128, 10), (1000, 10), (128, 512), (1000, 256), (20_000, 64))
WAYS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "sum of the rows": (lambda a: np.add.reduce(a, axis=0), sum_of_rows),
    "sum of each row": (lambda a: np.add.reduce(a, axis=1, keepdims=True), totals_of_rows),
    "largest of each row": (
        lambda a: np.maximum.reduce(a, axis=1, keepdims=True),
        largest_of_rows,
    ),
}


def main() -> None:
    rng = np.random.default_rng(0)
    for name, ways in WAYS.items():
        print(f"{name}\nrows x columns   dtype          NumPy       ours     faster   errors")
        for shape in SHAPES:
            for dtype in (np.float32, np.float64):
                a = rng.random(shape).astype(dtype)
                print(f"{shape[0]:6} x {shape[1]:3}     {np.dtype(dtype).name}  {line(a, ways)}")
        print()


def line(a: Any, ways: tuple[Callable[[Any], Any], Callable[[Any], Any]]) -> str:
    """Times of both ways, and their errors."""
    count = max(20, 20_000_000 // (a.size * 8 + 20_000))
    slow, fast = (
        1e6 * min(timeit.repeat(partial(way, a), number=count, repeat=9)) / count for way in ways
    )
    told = ""
    if a.dtype == np.float32:
        exact = ways[0](a.astype(float))
        told = " ".join(f"{np.max(np.abs(way(a) - exact) / exact):.1e}" for way in ways)
    return f"{slow:8.2f} us  {fast:8.2f} us  {slow / fast:5.2f}x   {told}"


if __name__ == "__main__":
    main()
