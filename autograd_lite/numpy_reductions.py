"""NumPy's reductions and running totals, found by `Tensor`: sum, mean, max, cumsum, ..."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import reduction_rules, rules, shape_rules
from .errors import ArgumentError, AxisError, DataError
from .graph import Node, numbers
from .numpy_arguments import array, axes, axes_in, axis_in, plain, refuse, unset
from .numpy_shapes import astype, ravel
from .recorded import when_known


def _masked(a: Any, where: Any, otherwise: Any) -> Any:
    """The entries where the mask holds, and `otherwise` elsewhere."""
    if where is unset or where is True:
        return a
    return rules.where(plain(where, "where=", "the mask"), a, otherwise)


def _total(rule: Any, neutral: float, join: Any) -> Callable[..., Any]:
    def reduce(
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        keepdims: Any = False,
        initial: Any = unset,
        where: Any = unset,
    ) -> Any:
        refuse(f"np.{rule.name}", {"out": out})
        a = a if dtype is None else astype(a, dtype)
        total = rule(_masked(a, where, neutral), axis=axes(axis), keepdims=bool(keepdims))
        return total if initial is unset else join(total, initial)

    reduce.__name__ = reduce.__qualname__ = rule.name
    reduce.__doc__ = f"The {rule.name} over `axis` (all if None), `where` a mask holds."
    return reduce


def _extreme(rule: Any, join: Any) -> Callable[..., Any]:
    def reduce(
        a: Any,
        axis: Any = None,
        out: Any = None,
        keepdims: Any = False,
        initial: Any = unset,
        where: Any = unset,
    ) -> Any:
        refuse(f"np.{rule.name}", {"out": out})
        if where is not unset and where is not True and initial is unset:
            raise ArgumentError(
                f"np.{rule.name}: where= needs initial=, for when no entry is left."
            )
        if initial is not unset and a.size == 0:
            a = shape_rules.reshape(a, shape=a.shape)
            return _of_nothing(a, axis, keepdims, initial)
        extreme = rule(_masked(a, where, initial), axis=axes(axis), keepdims=bool(keepdims))
        return extreme if initial is unset else join(extreme, initial)

    reduce.__name__ = reduce.__qualname__ = rule.name
    reduce.__doc__ = f"The {rule.name} over `axis` (all if None); ties share the gradient equally."
    return reduce


def _of_nothing(a: Any, axis: Any, keepdims: Any, initial: Any) -> Any:
    """The extreme of no entries, which is `initial` alone."""
    return reduction_rules.sum(a, axis=axes(axis), keepdims=bool(keepdims)) + initial


sum_ = _total(reduction_rules.sum, 0, rules.add)
prod = _total(reduction_rules.prod, 1, rules.multiply)
max_ = _extreme(reduction_rules.max, rules.maximum)
min_ = _extreme(reduction_rules.min, rules.minimum)


def _count(a: Any, axis: Any, keepdims: Any, where: Any) -> Any:
    """How many entries each result is made of."""
    if where is not unset and where is not True:
        mask = np.broadcast_to(where, a.shape)
        kind = a.dtype if isinstance(a.dtype, np.dtype) and a.dtype.kind == "f" else np.float64
        return np.sum(mask, axis=axis, keepdims=bool(keepdims)).astype(kind)
    if axis is None:
        return math.prod(a.shape)
    several = axis if isinstance(axis, tuple) else (axis,)
    try:
        return math.prod(a.shape[i] for i in several)
    except IndexError:
        raise AxisError(
            f"mean: axis {axis} of an array of shape {a.shape}. It has axes 0 to {a.ndim - 1}."
        ) from None


def mean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    *,
    where: Any = unset,
) -> Any:
    """The mean over `axis` (all if None): sum / count."""
    a = a if hasattr(a, "shape") else np.asarray(a)
    if a.dtype == np.float16 and dtype is None:  # its sum overflows at 65504: NumPy's way
        return astype(mean(astype(a, np.float32), axis, dtype, out, keepdims, where=where), "f2")
    total = sum_(a, axis, dtype, out, keepdims, where=where)
    return total / _count(a, axes(axis), keepdims, where)


def _squared_distance(
    a: Any,
    axis: Any,
    dtype: Any,
    out: Any,
    ddof: float,
    keepdims: Any,
    where: Any,
    given_mean: Any,
    correction: Any,
) -> Any:
    a = a if hasattr(a, "shape") else np.asarray(a)
    if correction is not unset:
        if ddof:
            raise ArgumentError("ddof and correction are two names of one thing; give one of them.")
        ddof = correction
    if a.dtype == np.float16 and dtype is None:
        wide = astype(a, np.float32)
        return astype(
            _squared_distance(wide, axis, None, out, ddof, keepdims, where, given_mean, unset), "f2"
        )
    middle = (
        mean(a, axis, dtype, out, keepdims=True, where=where) if given_mean is unset else given_mean
    )
    distance = (a if dtype is None else astype(a, dtype)) - middle
    total = sum_(distance * distance, axis, keepdims=keepdims, where=where)
    return total / rules.maximum(_count(a, axes(axis), keepdims, where) - ddof, 0)


def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: Any = False,
    *,
    where: Any = unset,
    mean: Any = unset,
    correction: Any = unset,
) -> Any:
    """The variance over `axis`: the mean squared distance from the mean, over count - ddof."""
    return _squared_distance(a, axis, dtype, out, ddof, keepdims, where, mean, correction)


def std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: Any = False,
    *,
    where: Any = unset,
    mean: Any = unset,
    correction: Any = unset,
) -> Any:
    """The standard deviation over `axis`: the root of the variance; flat where that is 0."""
    variance = _squared_distance(a, axis, dtype, out, ddof, keepdims, where, mean, correction)
    none = rules.equal(variance, 0)
    return rules.where(none, 0.0, rules.sqrt(rules.where(none, 1.0, variance)))


def average(
    a: Any,
    axis: Any = None,
    weights: Any = None,
    returned: bool = False,
    *,
    keepdims: Any = False,
) -> Any:
    """The weighted mean over `axis`: sum(a * weights) / sum(weights)."""
    a = array(a)
    if weights is None:
        result = mean(a, axis, keepdims=keepdims)
        scale: Any = np.full_like(numbers(result), 1.0)
        scale = scale * _count(a, axes(axis), keepdims, unset)
        return (result, scale) if returned else result
    weights = array(weights)
    if weights.shape != a.shape:
        if axis is None:
            raise ArgumentError(
                f"average: weights of shape {weights.shape} for an array of {a.shape} need axis=."
            )
        places = axes_in("average", axis, a.ndim)
        if weights.shape != tuple(a.shape[i] for i in places):
            raise ArgumentError(
                f"average: weights of shape {weights.shape} do not fit axis {axis} of {a.shape}."
            )
        order = tuple(int(i) for i in np.argsort(places))
        weights = shape_rules.transpose(weights, axes=order)
        weights = shape_rules.reshape(
            weights, shape=tuple(n if i in places else 1 for i, n in enumerate(a.shape))
        )
    spread = shape_rules.broadcast_to(weights, shape=a.shape)
    scale = sum_(spread, axis, keepdims=keepdims)
    kind = np.result_type(a.dtype, weights.dtype)
    scale = scale if scale.dtype == kind else astype(scale, kind)
    when_known(_refuse_zero, numbers(scale))
    result = sum_(a * weights, axis, keepdims=keepdims) / scale
    return (result, scale) if returned else result


def _refuse_zero(scale: Any) -> None:
    if np.any(np.equal(scale, 0)):
        raise ArgumentError("average: the weights add up to 0, so there is nothing to divide by.")


def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """From peak to peak: max - min."""
    return max_(a, axis, out, keepdims) - min_(a, axis, out, keepdims)


def logsumexp(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    r"""The logarithm of a sum of exponentials, without overflow.

    y = log(sum_j exp(a_j)), computed as m + log(sum_j exp(a_j - m)) with m = max(a).

    a: numbers, an array, a Tensor, or Values in a list or an object array.
    axis: an int, a tuple, or None for all.  keepdims: whether the axes stay, with size 1.
    Its gradient is the softmax of `a`. Entries at -inf count for nothing; the result of none is
    -inf. Raises AxisError for an axis that is not there, DataError for what is no real number.
    Source: Blanchard, Higham, Higham, Accurately Computing the Log-Sum-Exp and Softmax Functions,
    IMA Journal of Numerical Analysis 41 (2021).

    >>> logsumexp(np.array([1000.0, 1000.0]))
    np.float64(1000.693...)
    """
    a = array(a)
    if isinstance(a, np.ndarray) and a.dtype.kind in "biu":
        a = a.astype(np.float64)
    if isinstance(a, np.ndarray) and a.dtype.kind not in "fO":
        raise DataError(f"logsumexp: an array of {a.dtype}, shape {a.shape}. Use real numbers.")
    place = None if axis is None else axes_in("logsumexp", axis, a.ndim)
    if isinstance(a, Node) and not a.shape:
        return a  # the logarithm of the exponential of one number
    return reduction_rules.logsumexp(a, axis=place, keepdims=bool(keepdims))


def _running(rule: Any) -> Callable[..., Any]:
    def running(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        refuse(f"np.{rule.name}", {"out": out})
        a = array(a) if dtype is None else astype(array(a), dtype)
        if axis is None:
            return rule(ravel(a), axis=0)
        return rule(a, axis=axis_in(rule.name, axis, a.ndim))

    running.__name__ = running.__qualname__ = rule.name
    running.__doc__ = f"The {rule.name} along an axis (of all entries in one row if None)."
    return running


cumsum, cumprod = _running(reduction_rules.cumsum), _running(reduction_rules.cumprod)


def _cumulative(running: Any, first: float) -> Callable[..., Any]:
    def cumulative(
        x: Any,
        /,
        *,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        include_initial: bool = False,
    ) -> Any:
        if axis is None and x.ndim > 1:
            raise ArgumentError(f"{running.__name__}: an array of {x.ndim} axes needs axis=.")
        total = running(x, 0 if axis is None else axis, dtype, out)
        if not include_initial:
            return total
        place = axis_in(running.__name__, 0 if axis is None else axis, total.ndim)
        shape = tuple(1 if i == place else n for i, n in enumerate(total.shape))
        return np.concatenate([np.full(shape, first, dtype=total.dtype), total], axis=place)

    return cumulative


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.sum: sum_,
    np.prod: prod,
    np.max: max_,
    np.amax: max_,
    np.min: min_,
    np.amin: min_,
    np.mean: mean,
    np.var: var,
    np.std: std,
    np.average: average,
    np.ptp: ptp,
    np.cumsum: cumsum,
    np.cumprod: cumprod,
}
if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    FUNCTIONS[np.cumulative_sum] = _cumulative(cumsum, 0.0)
    FUNCTIONS[np.cumulative_prod] = _cumulative(cumprod, 1.0)
METHODS: dict[str, Callable[..., Any]] = {
    "sum": sum_,
    "prod": prod,
    "max": max_,
    "min": min_,
    "mean": mean,
    "var": var,
    "std": std,
    "cumsum": cumsum,
    "cumprod": cumprod,
}
