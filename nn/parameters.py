"""What layers with parameters share: their sizes, their dtype, their input, their parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import Node, Tensor, Value
from autograd_lite.errors import ArgumentError, DataError, ShapeError
from autograd_lite.graph import numbers

from .functional import operand

Seed = int | np.random.Generator | None


def features(layer: Any, x: Any, d: int) -> Any:
    """An input with d features; a plain one in the layer's own dtype."""
    array = numbers(x) if type(x) is Tensor else x
    usual = type(array) is np.ndarray and (array is not x or array.dtype is layer.dtype)
    if usual and array.shape[-1:] == (d,) and not layer.scalar:
        return x
    kind, weight = type(layer).__name__, layer.weight
    x = operand(x, kind)
    if isinstance(x, np.ndarray) and x.dtype != layer.dtype:
        if x.dtype != object or not any(isinstance(v, Node) for v in x.flat):
            x = x.astype(layer.dtype)
        elif not layer.scalar:
            raise DataError(
                f"{kind}: the input is an array of Values, shape {x.shape}; the layer holds "
                "Tensors.\n  Build the model with scalar=True, or give plain numbers."
            )
    if isinstance(x, Tensor) and layer.scalar:
        raise DataError(
            f"{kind}: the input is a Tensor {x.shape}; the layer holds single Values.\n"
            "  Give plain numbers or an array of Values, or build the model with scalar=False."
        )
    if not x.shape or x.shape[-1] != d:
        name = getattr(weight, "label", None) or "weight"
        got = x.shape[-1] if x.shape else "no axis"
        raise ShapeError(
            f"{kind}: X {x.shape}, {name} {weight.shape}: the layer takes {d} features, got {got}."
            f"\n  {_advice(name, d, got)}"
        )
    return x


def _advice(name: str, d: int, got: Any) -> str:
    """What to look at when the features do not fit, from where the layer stands."""
    if got == "no axis":
        return "Give (n, features), one row an example, or (features,) for one."
    number = name.split(".")[-2] if name.count(".") == 2 else ""
    if not number.isdigit() or number == "0":
        return "Each row of X is one example. Does the data have as many columns?"
    return f"The layers before layer {number} gave {got} features. Did they mean to give {d}?"


def size(owner: str, name: str, given: Any) -> int:
    """A size that a caller gave: a whole number, 1 or more."""
    if isinstance(given, bool) or not isinstance(given, int | np.integer) or given < 1:
        raise ArgumentError(f"{owner}: {name}={given!r}; give a whole number, 1 or more.")
    return int(given)


def float_dtype(owner: str, dtype: Any, scalar: bool) -> Any:
    """The float dtype of a layer's parameters."""
    try:
        found = np.dtype("float64" if scalar else dtype or "float32")
    except TypeError as error:
        raise ArgumentError(f"{owner}: dtype={dtype!r}: {error}.") from None
    if found.kind != "f":
        raise ArgumentError(f"{owner}: dtype={dtype!r}; parameters are floats, as 'float32'.")
    return found


def parameter(numbers: Any, label: str, dtype: Any, scalar: bool) -> Any:
    """A parameter that begins with these numbers: a Tensor, or an object array of Values."""
    if not scalar:
        return Tensor(np.asarray(numbers, dtype=dtype), label=label)
    values = np.empty(np.shape(numbers), dtype=object)
    for index in np.ndindex(values.shape):
        place = ("_" if max(values.shape) > 9 else "").join(str(i + 1) for i in index)
        values[index] = Value(float(numbers[index]), label=f"{label[0]}{place}")
    return values
