"""NumPy's order statistics, found by `Tensor`: median, quantile, percentile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import picking_rules, rules, shape_rules
from .errors import ArgumentError, ShapeError
from .graph import Node, numbers
from .numpy_arguments import array, axes_in, refuse
from .numpy_reductions import mean
from .recorded import is_recorded


def _in_order(a: Any, axis: Any, name: str) -> tuple[Any, tuple[int, ...]]:
    """The entries over `axis` sorted along a last axis, and the axes that were meant."""
    places = tuple(range(a.ndim)) if axis is None else axes_in(name, axis, a.ndim)
    others = tuple(i for i in range(a.ndim) if i not in places)
    rows = shape_rules.transpose(a, axes=(*others, *places))
    count = int(np.prod([a.shape[i] for i in places]))
    if not count:
        raise ShapeError(f"{name}: of no entries, along axis {axis} of shape {a.shape}.")
    rows = shape_rules.reshape(rows, shape=(*(a.shape[i] for i in others), count))
    return picking_rules.sort(rows, axis=rows.ndim - 1), places


def _nan_where_one_is(result: Any, rows: Any) -> Any:
    """NumPy's answer is nan wherever an entry was; sorting puts those last."""
    missing = np.isnan(numbers(rows)[..., -1])
    if not is_recorded(missing) and not np.any(missing):
        return result
    return rules.where(missing, np.nan, result)


def _kept(result: Any, a: Any, places: tuple[int, ...], keepdims: Any, ahead: int = 0) -> Any:
    if not keepdims:
        return result
    shape = result.shape[:ahead] + tuple(1 if i in places else n for i, n in enumerate(a.shape))
    return shape_rules.reshape(result, shape=shape)


def median(
    a: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    keepdims: Any = False,
) -> Any:
    """The entry in the middle, or the mean of the two there; ties go by their order in `a`."""
    refuse("np.median", {"out": out})
    a = array(a)
    rows, places = _in_order(a, axis, "median")
    n = rows.shape[-1]
    middle = rows[..., (n - 1) // 2 : n // 2 + 1]
    result = _nan_where_one_is(mean(middle, axis=-1), rows)
    return _kept(result, a, places, keepdims)


def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
    interpolation: Any = None,
) -> Any:
    """The value below which the part `q` of the entries lies, by any of NumPy's methods."""
    refuse("np.quantile", {"out": out, "weights": weights, "interpolation": interpolation})
    if isinstance(q, Node):
        raise ArgumentError("quantile: q is a node; it is a setting and has no gradient here.")
    a = array(a)
    rows, places = _in_order(a, axis, "quantile")
    n = rows.shape[-1]
    # Each method gives a place between two sorted entries; of 0, 1, 2, ... it gives that place.
    try:
        place = np.asarray(np.quantile(np.arange(n, dtype=np.float64), q, method=method))  # type: ignore[call-overload]
    except ValueError as error:
        raise ArgumentError(f"quantile: {error}.") from None
    below = np.floor(place).astype(int)
    kind = a.dtype if isinstance(q, float | int) else np.result_type(a.dtype, np.asarray(q).dtype)
    part = (place - below).astype(kind)
    low, high = rows[..., below], rows[..., np.minimum(below + 1, n - 1)]
    result = low + rules.where(part == 0, 0.0, (high - low) * part)  # inf - inf counts for nothing
    if place.ndim:
        ahead = range(result.ndim - place.ndim, result.ndim)
        result = shape_rules.transpose(result, axes=(*ahead, *range(result.ndim - place.ndim)))
    return _kept(_nan_where_one_is(result, rows), a, places, keepdims, place.ndim)


def percentile(a: Any, q: Any, *args: Any, **settings: Any) -> Any:
    """The quantile of q per cent."""
    if isinstance(q, Node):
        raise ArgumentError("percentile: q is a node; it is a setting and has no gradient here.")
    return quantile(
        a, q / 100 if isinstance(q, float | int) else np.true_divide(q, 100), *args, **settings
    )


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.median: median,
    np.quantile: quantile,
    np.percentile: percentile,
}
METHODS: dict[str, Callable[..., Any]] = {}
