"""What a call of NumPy comes to before it is written down: x * 1 is x, and the like.

Only what changes no bit of the result, be it NaN, infinite or a zero of either sign.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np


def astype(a: Any, dtype: Any) -> Any:
    """The array in another dtype."""
    return a.astype(dtype)


def simplified(function: Any, args: tuple[Any, ...], op_class: Any) -> Any:
    """The operation that the call comes to, or (function, args, kwargs) in a simpler form."""
    kwargs: dict[str, Any] = {}
    if function in _ARITHMETIC:
        a, b = _unstretched(args, op_class)
        return _arithmetic(function, a, b, op_class)
    if function is np.where and (chosen := _chosen(args, op_class)) is not None:
        return chosen
    if function in _COMPARISONS:
        return function, _unstretched(args, op_class), kwargs
    if args[0].__class__ is not op_class:
        return function, args, kwargs
    a = args[0]
    if function is np.positive and a.dtype.kind == "f":
        return a
    if function is operator.pow and a.dtype.kind == "f" and _are_numbers(args[1:]) and args[1] == 1:
        return a
    if function is np.reshape:
        if args[1] == a.shape:
            return a
        if a.function is np.reshape and a.args[0].__class__ is op_class:
            return simplified(function, (a.args[0], args[1]), op_class)
        if a.function is np.sum and a.kwargs.get("keepdims") and _without_ones(a, args[1]):
            axis = a.kwargs.get("axis")
            axis = axis[0] if isinstance(axis, tuple) and len(axis) == 1 else axis
            every = axis is None or len(a.shape) == _count(axis)
            return np.sum, a.args, {} if every else {"axis": axis}
    elif function is np.broadcast_to:
        if args[1] == a.shape:
            return a
    elif function is np.transpose:
        if a.function is np.transpose and len(args) == len(a.args) == 1:
            return a.args[0]
    elif function is astype and args[1] == a.dtype:
        return a
    elif function is astype and args[1] == np.float64 and _chooses_one(a):
        return np.where, (a.args[0], 1.0, 0.0) if a.args[1] else (a.args[0], 0.0, 1.0), {}
    return function, args, kwargs


def _unstretched(args: tuple[Any, ...], op_class: Any) -> tuple[Any, ...]:
    """Operands that NumPy stretches itself, without broadcast_to."""
    shapes = [x.shape if x.__class__ is op_class else np.shape(x) for x in args]
    shape = np.broadcast_shapes(*shapes)
    found = list(args)
    for i, x in enumerate(args):
        if x.__class__ is op_class and x.function is np.broadcast_to:
            inner = x.args[0]
            given = inner.shape if inner.__class__ is op_class else np.shape(inner)
            if np.broadcast_shapes(given, *(s for k, s in enumerate(shapes) if k != i)) == shape:
                found[i], shapes[i] = inner, given
    return tuple(found)


def _count(axis: Any) -> int:
    return len(axis) if isinstance(axis, tuple) else 1


def _without_ones(total: Any, shape: Any) -> bool:
    """Whether `shape` is that of a sum with keepdims, without the axes that it kept."""
    axis = total.kwargs.get("axis")
    if axis is None:
        return bool(shape == ())
    given = total.args[0].shape
    axes = {i % len(given) for i in (axis if isinstance(axis, tuple) else (axis,))}
    return bool(shape == tuple(n for i, n in enumerate(given) if i not in axes))


_COMPARISONS = (operator.eq, operator.ne, operator.gt, operator.ge, operator.lt, operator.le)
_ARITHMETIC = (operator.add, operator.sub, operator.mul, operator.truediv)


def _arithmetic(function: Any, a: Any, b: Any, op_class: Any) -> Any:
    if b.__class__ is not op_class:
        b = _number(b, a)
        unit = b.__class__ is float and b == 1 and a.dtype.kind == "f"
        if unit and function in (operator.mul, operator.truediv):
            return a
    elif a.__class__ is not op_class:
        a = _number(a, b)
        unit = a.__class__ is float and abs(a) == 1 and b.dtype.kind == "f"
        if unit and function is operator.mul:
            return b if a == 1 else (operator.neg, (b,), {})
    elif function in (operator.add, operator.sub) and a.dtype == b.dtype:
        b = _uncast(b, op_class)
    elif function is operator.mul and a.dtype == b.dtype:
        if (mask := _mask(b, op_class)) is not None and mask.shape == b.shape and a.shape:
            b = mask
        elif (mask := _mask(a, op_class)) is not None and mask.shape == a.shape and b.shape:
            a = mask
    return function, (a, b), {}


def _chosen(args: tuple[Any, ...], op_class: Any) -> Any:
    """What `where` gives if its condition is known, and nothing of the other changes its form."""
    if len(args) != 3 or not isinstance(args[0], bool | np.bool | np.ndarray):
        return None
    condition, a, b = np.asarray(args[0]), args[1], args[2]
    if condition.dtype != bool or not (condition.all() or not condition.any()):
        return None
    wanted, other = (a, b) if condition.all() else (b, a)
    if wanted.__class__ is not op_class or other.__class__ not in (int, float):
        return None
    fits = np.broadcast_shapes(condition.shape, wanted.shape) == wanted.shape
    return wanted if fits and condition.size and wanted.dtype.kind == "f" else None


def _uncast(x: Any, op_class: Any) -> Any:
    """The booleans that were made floats: to add or subtract them is the same."""
    if x.function is not astype or x.dtype.kind != "f" or not x.shape:
        return x
    given = x.args[0]
    return given if given.__class__ is op_class and given.dtype == bool else x


def _chooses_one(x: Any) -> bool:
    """Whether `x` is where(c, 1, 0) or where(c, 0, 1)."""
    if x.function is not np.where:
        return False
    if not _are_numbers(x.args[1:]):
        return False
    return tuple(repr(float(v)) for v in x.args[1:]) in (("1.0", "0.0"), ("0.0", "1.0"))


def _are_numbers(x: tuple[Any, ...]) -> bool:
    return all(item.__class__ in (int, float) for item in x)


def _mask(x: Any, op_class: Any) -> Any:
    """The condition c, if `x` is where(c, 1, 0) in some float dtype: a factor c is the same."""
    inner = x.args[0] if x.function is astype else x
    if x.dtype.kind != "f" or inner.__class__ is not op_class or not _chooses_one(inner):
        return None
    condition = inner.args[0]
    known = condition.__class__ is op_class and condition.dtype == bool
    return condition if known and inner.args[1] else None


def split_at_ties(args: tuple[Any, ...], op_class: Any) -> Any:
    """(x, c, e) for the arrays x * where(c, 1, where(e, 0.5, 0)), else None.

    As x * c + 0.5 * (x * e) it is read, and computed, more easily: NumPy's where takes one entry
    after the other.
    """
    x, choice = args
    if x.__class__ is not op_class or choice.__class__ is not op_class or not x.shape:
        return None
    if choice.function is not np.where or choice.shape != x.shape or x.dtype.kind != "f":
        return None
    larger, one, other = choice.args
    if one.__class__ is not int or one != 1 or other.__class__ is not op_class:
        return None
    is_half = other.function is np.where and _are_numbers(other.args[1:])
    return (x, larger, other.args[0]) if is_half and other.args[1:] == (0.5, 0) else None


def _number(x: Any, beside: Any) -> Any:
    """A constant array that holds one number over and over, as that number, where it may be one.

    It may if the other operand alone decides shape and dtype of the result.
    """
    if not isinstance(x, np.ndarray | np.generic):
        weak = isinstance(x, int) and not isinstance(x, bool) and beside.dtype.kind == "f"
        return float(x) if weak else x
    other = beside.sample
    if other.__class__ is float and x.shape == () and x.dtype == np.float64:
        return float(x)
    if (
        not isinstance(other, np.ndarray | np.generic)
        or x.dtype != other.dtype
        or other.dtype.kind != "f"
    ):
        return x
    if isinstance(x, np.ndarray) and x.flags.writeable:  # somebody may write to it later
        return x
    uniform = x.size == 1 or (math.prod(x.shape) > 0 and not any(x.strides))
    if (
        uniform
        and (other.ndim or not x.ndim)
        and np.broadcast_shapes(x.shape, other.shape) == other.shape
    ):
        return float(x.flat[0])
    return x
