"""NumPy's reductions, found by `Tensor`: sum, mean, max, ..."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import reduction_rules, rules
from .errors import AxisError
from .numpy_arguments import axes, refuse, unset


def _reduction(rule: Any) -> Callable[..., Any]:
    def reduce(
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        keepdims: Any = False,
        initial: Any = unset,
        where: Any = unset,
    ) -> Any:
        refuse(rule.name, {"dtype": dtype, "out": out, "initial": initial, "where": where})
        return rule(a, axis=axes(axis), keepdims=bool(keepdims))

    reduce.__name__ = reduce.__qualname__ = rule.name
    reduce.__doc__ = f"The {rule.name} over `axis` (all if None), as NumPy's."
    return reduce


def _extreme(rule: Any) -> Callable[..., Any]:
    def reduce(
        a: Any,
        axis: Any = None,
        out: Any = None,
        keepdims: Any = False,
        initial: Any = unset,
        where: Any = unset,
    ) -> Any:
        refuse(rule.name, {"out": out, "initial": initial, "where": where})
        return rule(a, axis=axes(axis), keepdims=bool(keepdims))

    reduce.__name__ = reduce.__qualname__ = rule.name
    reduce.__doc__ = f"The {rule.name} over `axis` (all if None); ties share the gradient equally."
    return reduce


sum_, prod = _reduction(reduction_rules.sum), _reduction(reduction_rules.prod)
max_, min_ = _extreme(reduction_rules.max), _extreme(reduction_rules.min)


def _count(shape: tuple[int, ...], axis: Any) -> int:
    if axis is None:
        return math.prod(shape)
    several = axis if isinstance(axis, tuple) else (axis,)
    try:
        return math.prod(shape[i] for i in several)
    except IndexError:
        raise AxisError(
            f"mean: axis {axis} of an array of shape {shape}. It has axes 0 to {len(shape) - 1}."
        ) from None


def mean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False
) -> Any:
    """The mean over `axis` (all if None): sum / count."""
    a = a if hasattr(a, "shape") else np.asarray(a)
    return sum_(a, axis, dtype, out, keepdims) / _count(a.shape, axis)


def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: Any = False,
) -> Any:
    """The variance over `axis`: the mean squared distance from the mean, over count - ddof."""
    a = a if hasattr(a, "shape") else np.asarray(a)
    distance = a - mean(a, axis, dtype, out, keepdims=True)
    return sum_(distance * distance, axis, keepdims=keepdims) / (_count(a.shape, axis) - ddof)


def std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: Any = False,
) -> Any:
    """The standard deviation over `axis`: the square root of the variance."""
    return rules.sqrt(var(a, axis, dtype, out, ddof, keepdims))


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.sum: sum_,
    np.prod: prod,
    np.max: max_,
    np.min: min_,
    np.mean: mean,
    np.var: var,
    np.std: std,
}
METHODS: dict[str, Callable[..., Any]] = {
    "sum": sum_,
    "prod": prod,
    "max": max_,
    "min": min_,
    "mean": mean,
    "var": var,
    "std": std,
}
