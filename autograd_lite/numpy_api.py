"""How NumPy's own functions find the rules when they are called with a `Tensor`.

A ufunc is looked up by itself; another function has an adapter here with NumPy's signature. What
has no rule raises an error that names it: it never returns a detached constant.
"""

from __future__ import annotations

import inspect
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import array_rules, rules
from .errors import AxisError, DataError, MutationError, ShapeError, UnsupportedError
from .graph import Node, numbers
from .symbols import BY_UFUNC, Symbol

UFUNCS: dict[Any, Any] = {**BY_UFUNC, np.matmul: array_rules.matmul}
REDUCTIONS: dict[Any, Any] = {
    np.add: array_rules.sum,
    np.multiply: array_rules.prod,
    np.maximum: array_rules.max,
    np.minimum: array_rules.min,
}
# Questions about the numbers. Their answers are plain: booleans, positions, shapes.
QUESTIONS: set[Any] = {
    np.isnan,
    np.isfinite,
    np.isinf,
    np.signbit,
    np.logical_and,
    np.logical_or,
    np.logical_xor,
    np.shape,
    np.ndim,
    np.size,
    np.argmax,
    np.argmin,
    np.argsort,
    np.allclose,
    np.isclose,
    np.array_equal,
    np.array_repr,
    np.array_str,
    np.array2string,
    np.zeros_like,
    np.ones_like,
    np.empty_like,
    np.result_type,
    np.iscomplexobj,
    np.count_nonzero,
    np.any,
    np.all,
    np.nonzero,
    np.flatnonzero,
    np.unique,
    np.searchsorted,
    np.may_share_memory,
    np.shares_memory,
}
_unset: Any = object()


def ufunc(function: np.ufunc, method: str, inputs: Sequence[Any], settings: dict[str, Any]) -> Any:
    """`__array_ufunc__` of Tensor: the rule of a ufunc, or of its reduction."""
    name = function.__name__
    if settings.pop("out", None) is not None:
        raise MutationError(
            f"np.{name}: the result cannot be written into a plain array in place; its gradient "
            "would be lost.\n  Write a = a + t, not a += t, and leave out= away."
        )
    if method == "reduce" and function in REDUCTIONS:
        axis = settings.pop("axis", 0)
        keepdims = settings.pop("keepdims", False)
        _refuse(f"np.{name}.reduce", settings)
        return REDUCTIONS[function](inputs[0], axis=axis, keepdims=keepdims)
    if method == "__call__":
        if function in QUESTIONS:
            return function(*map(numbers, inputs), **settings)
        if function in UFUNCS:
            _refuse(f"np.{name}", settings)
            return UFUNCS[function](*inputs)
    raise UnsupportedError(_no_rule(name if method == "__call__" else f"{name}.{method}"))


def function(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """`__array_function__` of Tensor: the adapter of a NumPy function."""
    if function in FUNCTIONS:
        adapter = FUNCTIONS[function]
        try:
            return adapter(*args, **kwargs)
        except TypeError as error:
            _refuse_unknown(function, adapter, args, kwargs, error)
            raise
    if function in QUESTIONS:
        return function(*map(numbers, args), **{k: numbers(v) for k, v in kwargs.items()})
    if function in (np.copyto, np.put, np.place, np.putmask, np.full_like, np.fill_diagonal):
        raise MutationError(
            f"np.{function.__name__}: a Tensor cannot be written into a plain array; its gradient "
            "would be lost.\n  Build the array from it: t * np.ones(n), or np.where(mask, t, a)."
        )
    raise UnsupportedError(_no_rule(function.__name__))


def _no_rule(name: str) -> str:
    return (
        f"np.{name} has no derivative rule, so its result would carry no gradient.\n"
        "  Build it from functions that have one, define one with ag.define, or take .data if no "
        "gradient should flow."
    )


def _refuse(name: str, settings: dict[str, Any]) -> None:
    given = sorted(
        key for key, value in settings.items() if value is not _unset and value is not None
    )
    if given:
        raise UnsupportedError(
            f"{name}: {', '.join(given)}= is not supported for a Tensor. Leave it away."
        )


def _refuse_unknown(
    function: Any, adapter: Callable[..., Any], args: Any, kwargs: Any, error: TypeError
) -> None:
    """Raise UnsupportedError if the call has settings of NumPy's that the adapter does not know."""
    try:
        inspect.signature(adapter).bind(*args, **kwargs)
    except TypeError:
        raise UnsupportedError(
            f"np.{function.__name__}: {error}.\n  This setting is not supported for a Tensor."
        ) from None


def _reduction(rule: Any) -> Callable[..., Any]:
    def reduce(
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        keepdims: Any = False,
        initial: Any = _unset,
        where: Any = _unset,
    ) -> Any:
        _refuse(rule.name, {"dtype": dtype, "out": out, "initial": initial, "where": where})
        return rule(a, axis=_axis(axis), keepdims=bool(keepdims))

    reduce.__name__ = reduce.__qualname__ = rule.name
    reduce.__doc__ = f"The {rule.name} over `axis` (all if None), as NumPy's."
    return reduce


def _extreme(rule: Any) -> Callable[..., Any]:
    def reduce(
        a: Any,
        axis: Any = None,
        out: Any = None,
        keepdims: Any = False,
        initial: Any = _unset,
        where: Any = _unset,
    ) -> Any:
        _refuse(rule.name, {"out": out, "initial": initial, "where": where})
        return rule(a, axis=_axis(axis), keepdims=bool(keepdims))

    reduce.__name__ = reduce.__qualname__ = rule.name
    reduce.__doc__ = f"The {rule.name} over `axis` (all if None); ties share the gradient equally."
    return reduce


sum_, prod = _reduction(array_rules.sum), _reduction(array_rules.prod)
max_, min_ = _extreme(array_rules.max), _extreme(array_rules.min)


def _axis(axis: Any) -> Any:
    if axis is None:
        return None
    return tuple(map(_whole, axis)) if isinstance(axis, tuple) else _whole(axis)


def _whole(x: Any) -> int:
    try:
        return operator.index(x)
    except TypeError:
        raise DataError(f"An axis or a size is a whole number, not {x!r:.60}.") from None


def _count(shape: tuple[int, ...], axis: Any) -> int:
    if axis is None:
        return math.prod(shape)
    axes = axis if isinstance(axis, tuple) else (axis,)
    try:
        return math.prod(shape[i] for i in axes)
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


def reshape(a: Any, *shape: Any, order: str = "C") -> Any:
    """The same entries in another shape; one size may be -1."""
    if order != "C":
        raise UnsupportedError(f"reshape: order={order!r} is not supported for a Tensor; use 'C'.")
    sizes = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
    return array_rules.reshape(a, shape=_sizes(sizes))


def _sizes(shape: Any) -> tuple[int, ...]:
    return tuple(map(_whole, shape)) if np.ndim(shape) else (_whole(shape),)


def ravel(a: Any, order: str = "C") -> Any:
    """All entries in one row."""
    return reshape(a, -1, order=order)


def transpose(a: Any, *axes: Any) -> Any:
    """The axes in another order; reversed if none are given."""
    order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
    return array_rules.transpose(a, axes=tuple(order) if order else None)


def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged."""
    order = list(range(a.ndim))
    try:
        order[axis1], order[axis2] = order[axis2], order[axis1]
    except IndexError:
        raise AxisError(f"swapaxes: axes {axis1} and {axis2} of shape {a.shape}.") from None
    return array_rules.transpose(a, axes=tuple(order))


def squeeze(a: Any, axis: Any = None) -> Any:
    """Without the axes of size 1."""
    if axis is None:
        return array_rules.reshape(a, shape=tuple(n for n in a.shape if n != 1))
    axes = axis if isinstance(axis, tuple) else (axis,)
    for i in axes:
        if not -a.ndim <= i < a.ndim:
            raise AxisError(f"squeeze: axis {i} of an array of shape {a.shape}.")
        if a.shape[i] != 1:
            raise ShapeError(f"squeeze: axis {i} of shape {a.shape} has size {a.shape[i]}, not 1.")
    gone = {i % a.ndim for i in axes}
    return array_rules.reshape(a, shape=tuple(n for i, n in enumerate(a.shape) if i not in gone))


def expand_dims(a: Any, axis: Any) -> Any:
    """With new axes of size 1 at the places `axis`."""
    axes = axis if isinstance(axis, tuple) else (axis,)
    ndim = a.ndim + len(axes)
    if any(not -ndim <= i < ndim for i in axes):
        raise AxisError(f"expand_dims: axis {axis} for a result of {ndim} axes.")
    new = {i % ndim for i in axes}
    if len(new) != len(axes):
        raise AxisError(f"expand_dims: axis {axis} names the same place twice.")
    old = iter(a.shape)
    return array_rules.reshape(a, shape=tuple(1 if i in new else next(old) for i in range(ndim)))


def concatenate(arrays: Any, axis: int | None = 0, out: Any = None, **settings: Any) -> Any:
    """Arrays joined along an axis they have."""
    _refuse("np.concatenate", {"out": out, **settings})
    if axis is None:
        return array_rules.concatenate(
            *(ravel(np.asarray(a) if not isinstance(a, Node) else a) for a in arrays), axis=0
        )
    return array_rules.concatenate(*arrays, axis=axis)


def stack(arrays: Any, axis: int = 0, out: Any = None, **settings: Any) -> Any:
    """Arrays joined along a new axis."""
    _refuse("np.stack", {"out": out, **settings})
    return array_rules.stack(*arrays, axis=axis)


def clip(a: Any, a_min: Any = _unset, a_max: Any = _unset, out: Any = None, **settings: Any) -> Any:
    """Every entry held between two bounds; a bound of None is none."""
    low = settings.pop("min", None) if a_min is _unset else a_min
    high = settings.pop("max", None) if a_max is _unset else a_max
    _refuse("np.clip", {"out": out, **settings})
    return rules.clip(a, -math.inf if low is None else low, math.inf if high is None else high)


def where(condition: Any, *choices: Any) -> Any:
    """Entries of the first choice where the condition holds, else of the second."""
    if not choices:
        return np.where(numbers(condition))
    return rules.where(condition, *choices)


def astype(a: Any, dtype: Any) -> Any:
    """The same numbers in another float dtype."""
    if np.dtype(dtype).kind != "f":
        raise DataError(
            f"astype: a Tensor holds real numbers of a float dtype, not {np.dtype(dtype)}.\n"
            "  For whole numbers, which have no gradient, take .data.astype."
        )
    return array_rules.astype(a, dtype=np.dtype(dtype))


def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """The array stretched to a shape, without copying entries."""
    return array_rules.broadcast_to(array, shape=_sizes(shape))


def dot(a: Any, b: Any, out: Any = None) -> Any:
    """The product of vectors or matrices; a number multiplies."""
    _refuse("np.dot", {"out": out})
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return rules.multiply(a, b)
    if np.ndim(b) > 2:
        raise UnsupportedError(f"np.dot of shapes {np.shape(a)}, {np.shape(b)}: use np.matmul.")
    return array_rules.matmul(a, b)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.sum: sum_,
    np.prod: prod,
    np.max: max_,
    np.min: min_,
    np.mean: mean,
    np.var: var,
    np.std: std,
    np.reshape: lambda a, shape, order="C": reshape(a, shape, order=order),
    np.ravel: ravel,
    np.transpose: lambda a, axes=None: transpose(a, *(() if axes is None else (tuple(axes),))),
    np.swapaxes: swapaxes,
    np.squeeze: squeeze,
    np.expand_dims: expand_dims,
    np.concatenate: concatenate,
    np.stack: stack,
    np.clip: clip,
    np.where: where,
    np.broadcast_to: broadcast_to,
    np.dot: dot,
}
# The methods of ndarray that Tensor has as well.
METHODS: dict[str, Callable[..., Any]] = {
    "sum": sum_,
    "prod": prod,
    "max": max_,
    "min": min_,
    "mean": mean,
    "var": var,
    "std": std,
    "reshape": reshape,
    "ravel": ravel,
    "flatten": ravel,
    "transpose": transpose,
    "swapaxes": swapaxes,
    "squeeze": squeeze,
    "clip": clip,
    "dot": dot,
    "argmax": lambda a, axis=None: np.argmax(a.data, axis=axis),
    "argmin": lambda a, axis=None: np.argmin(a.data, axis=axis),
    "astype": astype,
}
# np.clip asks its operand for the method of that name.
setattr(Symbol, "clip", clip)  # noqa: B010
