"""How NumPy's own functions find the rules when they are called with a `Tensor`.

A ufunc is looked up by itself; another function has an adapter here with NumPy's signature. What
has no rule raises an error that names it: it never returns a detached constant.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import (
    array_rules,
    numpy_curves,
    numpy_elementwise,
    numpy_factors,
    numpy_joining,
    numpy_linalg,
    numpy_norms,
    numpy_products,
    numpy_reductions,
    numpy_shapes,
)
from .errors import MutationError, UnsupportedError
from .graph import numbers
from .numpy_arguments import refuse
from .symbols import BY_UFUNC

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
        refuse(f"np.{name}.reduce", settings)
        return REDUCTIONS[function](inputs[0], axis=axis, keepdims=keepdims)
    if method == "__call__":
        if function in QUESTIONS:
            return function(*map(numbers, inputs), **settings)
        if function in UFUNCS:
            refuse(f"np.{name}", settings)
            return UFUNCS[function](*inputs)
        if function in numpy_products.UFUNCS:
            return _call(function, numpy_products.UFUNCS[function], inputs, settings)
    called = name if method == "__call__" else f"{name}.{method}"
    raise UnsupportedError(_no_rule(f"np.{called}"))


def function(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """`__array_function__` of Tensor: the adapter of a NumPy function."""
    if function in FUNCTIONS:
        return _call(function, FUNCTIONS[function], args, kwargs)
    if function in QUESTIONS:
        return function(*map(numbers, args), **{k: numbers(v) for k, v in kwargs.items()})
    if function in (np.copyto, np.put, np.place, np.putmask, np.full_like, np.fill_diagonal):
        raise MutationError(
            f"{public_name(function)}: a Tensor cannot be written into a plain array; its gradient "
            "would be lost.\n  Build the array from it: t * np.ones(n), or np.where(mask, t, a)."
        )
    raise UnsupportedError(_no_rule(public_name(function)))


def public_name(function: Any) -> str:
    """A function of NumPy's as users write it: np.sum, np.linalg.norm."""
    module = getattr(function, "__module__", None) or "numpy"
    return f"np{module.removeprefix('numpy')}.{function.__name__}"


def _no_rule(name: str) -> str:
    return (
        f"{name} has no derivative rule, so its result would carry no gradient.\n"
        "  Build it from functions that have one, define one with ag.define, or take .data if no "
        "gradient should flow."
    )


def _call(function: Any, adapter: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Call the adapter; UnsupportedError if it does not know a setting that NumPy has."""
    try:
        return adapter(*args, **kwargs)
    except TypeError as error:
        try:
            inspect.signature(adapter).bind(*args, **kwargs)
        except TypeError:
            raise UnsupportedError(
                f"{public_name(function)}: {error}.\n  This setting is not supported for a Tensor."
            ) from None
        raise


FAMILIES = (
    numpy_curves,
    numpy_elementwise,
    numpy_factors,
    numpy_joining,
    numpy_linalg,
    numpy_norms,
    numpy_products,
    numpy_reductions,
    numpy_shapes,
)
# NumPy's function: the adapter with its signature that calls the rules.
FUNCTIONS: dict[Any, Callable[..., Any]] = {}
# The methods of ndarray that Tensor has as well.
METHODS: dict[str, Callable[..., Any]] = {
    "argmax": lambda a, axis=None: np.argmax(numbers(a), axis=axis),
    "argmin": lambda a, axis=None: np.argmin(numbers(a), axis=axis),
}
for _family in FAMILIES:
    FUNCTIONS |= _family.FUNCTIONS
    METHODS |= _family.METHODS
