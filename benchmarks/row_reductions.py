"""Two ways to add up the rows of a matrix: NumPy's sum, and a product with a row of ones.

    python benchmarks/row_sums.py

Prints the time of each, and how far each is from the sum in float64 (float32 alone).
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

SHAPES = ((32, 10), (32, 32), (128, 512), (1000, 256), (20_000, 64))


def main() -> None:
    rng = np.random.default_rng(0)
    print("rows x columns   dtype     np.add.reduce  ones @ a   faster   errors")
    for shape in SHAPES:
        for dtype in (np.float32, np.float64):
            a, ones = rng.random(shape).astype(dtype), np.ones(shape[0], dtype)
            ways: list[Callable[[], Any]] = [partial(np.add.reduce, a, 0), partial(ones.dot, a)]
            count = max(20, 20_000_000 // (a.size * 8 + 20_000))
            times = [1e6 * min(timeit.repeat(way, number=count, repeat=9)) / count for way in ways]
            exact = a.astype(float).sum(axis=0)
            errors = [f"{np.max(np.abs(way() - exact) / exact):.1e}" for way in ways]
            told = " ".join(errors) if dtype is np.float32 else ""
            print(
                f"{shape[0]:6} x {shape[1]:3}     {np.dtype(dtype).name}  {times[0]:8.2f} us  "
                f"{times[1]:8.2f} us  {times[0] / times[1]:5.2f}x   {told}"
            )


if __name__ == "__main__":
    main()
