"""Data for training: checked, split, and cut into batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError, DataError, ShapeError

Array = np.ndarray[Any, Any]


def examples(X: Any, y: Any, place: str) -> tuple[Array, Array]:
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
    if array.dtype.kind == "f" and not np.all(np.isfinite(array)):
        at = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        count = int(np.sum(~np.isfinite(array)))
        raise DataError(
            f"{place}: {name} has {count} entries that are NaN or infinite, the first at {at}.\n"
            "  Fill or drop those examples first."
        )
    return array


def hold_out(
    X: Array, y: Array, validation: float | tuple[Any, Any] | None, rng: np.random.Generator
) -> tuple[Array, Array, tuple[Array, Array] | None]:
    """What to learn from, and what to validate on: given, or a share of the examples."""
    if validation is None:
        return X, y, None
    if isinstance(validation, list | tuple):
        if len(validation) != 2:
            raise ArgumentError(
                f"fit: validation has {len(validation)} parts; give a share, or (X, y)."
            )
        return X, y, examples(*validation, "fit, validation")
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
    kept, held = order[:-count], order[-count:]
    return X[kept], y[kept], (X[held], y[held])


def batches(order: Array, size: int) -> Iterator[Array]:
    """The order cut into pieces; the last may be shorter."""
    return (order[i : i + size] for i in range(0, len(order), size))
