"""What a `Tensor` is given: its data, an index, the operands of a rule; and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np

from .describe import describe
from .errors import DataError, IndexingError
from .graph import Node, numbers
from .product_rules import matmul
from .recorded import is_recorded
from .rows import Elementwise, Rule


def as_array(data: Any, dtype: Any) -> np.ndarray[Any, Any]:
    """The data of a new Tensor: a copy, in a float dtype; DataError for what is no real number."""
    if isinstance(data, Node):
        raise DataError(
            f"Tensor: {data!r:.60} is a node of a graph already.\n"
            "  Use it as it is, or ag.detach(it) for the same numbers as a constant."
        )
    try:
        array = data if is_recorded(data) else np.array(data, dtype=dtype)
    except (ValueError, TypeError) as error:
        raise DataError(f"Tensor: {data!r:.60} is no array of numbers: {error}.") from None
    if array.dtype.kind in "biu":
        return array.astype(np.float64)
    if array.dtype.kind != "f":
        hint = (
            "Values stay in a plain array: np.array(values, dtype=object)."
            if array.dtype == object and any(isinstance(v, Node) for v in array.flat)
            else "A Tensor holds real numbers; convert or encode the data first."
        )
        raise DataError(
            f"Tensor: {data!r:.60} gives an array of {array.dtype}, shape {array.shape}.\n  {hint}"
        )
    return array


def plain_index(index: Any) -> Any:
    """An index of integers, slices and masks, as the caller's arrays are now."""
    if isinstance(index, Node):
        raise IndexingError(
            f"{describe(index)} cannot be an index: a position has no gradient.\n"
            "  Use an integer, a slice, or a plain array of integers or booleans (.data)."
        )
    if isinstance(index, tuple):
        return tuple(plain_index(i) for i in index)
    if isinstance(index, list) and not index:
        return np.array(index, dtype=int)  # no entries; NumPy would make them floats
    if is_recorded(index):
        return index
    # A copy: the backward pass needs the index as it was, whatever becomes of the caller's array.
    return np.array(index) if isinstance(index, np.ndarray | list) else index


def refusal(rule: Rule, operands: tuple[Any, ...], params: dict[str, Any], reason: str) -> str:
    """The message for operands that a rule cannot work on: shapes, settings, reason, names."""
    shapes = [np.shape(numbers(x)) for x in operands]
    if rule is matmul and all(shapes) and len(shapes) == 2:
        inner, outer = shapes[0][-1], shapes[1][-2 if len(shapes[1]) > 1 else 0]
        if inner != outer:
            reason = f"inner sizes {inner} and {outer} differ"
    elif isinstance(rule, Elementwise):
        reason = (
            "these shapes do not broadcast: from the right, each pair must be equal or have a 1"
        )
    symbol = {"matmul": " @ "}.get(rule.name, ", ")
    settings = "".join(f", {key}={value!r:.60}" for key, value in params.items())
    named = "   ".join(
        f"{name}: {describe(x)}" for name, x in zip("abcdefgh", operands, strict=False)
    )
    return f"{rule.name}: {symbol.join(map(str, shapes))}{settings}: {reason}.\n  {named}"
