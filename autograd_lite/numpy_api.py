"""How NumPy's own functions find the rules when they are called with a `Tensor`.

A ufunc is looked up by itself. Another function has an adapter with NumPy's signature in the file
of its family: numpy_shapes.py, numpy_reductions.py, ... What has no rule raises an error that names
it: it never returns a detached constant.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import (
    array_rules,
    numpy_building,
    numpy_curves,
    numpy_differences,
    numpy_elementwise,
    numpy_factors,
    numpy_joining,
    numpy_linalg,
    numpy_norms,
    numpy_padding,
    numpy_picking,
    numpy_products,
    numpy_reductions,
    numpy_shapes,
    numpy_statistics,
)
from .composed_ufuncs import COMPOSED_UFUNCS
from .errors import MutationError, UnsupportedError
from .graph import Node, downward, numbers
from .leaving import check_stays
from .numpy_arguments import array, refuse
from .numpy_refusals import no_rule, public_name
from .recorded import is_recorded
from .recording import here
from .symbols import BY_UFUNC

UFUNCS: dict[Any, Any] = {**BY_UFUNC, **COMPOSED_UFUNCS, np.matmul: array_rules.matmul}
REDUCTIONS: dict[Any, Any] = {
    np.add: numpy_reductions.sum_,
    np.multiply: numpy_reductions.prod,
    np.maximum: numpy_reductions.max_,
    np.minimum: numpy_reductions.min_,
    np.logaddexp: numpy_reductions.logsumexp,
}
ACCUMULATIONS: dict[Any, Any] = {
    np.add: numpy_reductions.cumsum,
    np.multiply: numpy_reductions.cumprod,
}
# Questions about the numbers. Their answers are plain: booleans, positions, shapes, zeros.
QUESTIONS: set[Any] = {
    np.isnan,
    np.isfinite,
    np.isinf,
    np.isneginf,
    np.isposinf,
    np.isreal,
    np.iscomplex,
    np.isrealobj,
    np.iscomplexobj,
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
    np.argpartition,
    np.argwhere,
    np.lexsort,
    np.allclose,
    np.isclose,
    np.isin,
    np.array_equal,
    np.array_equiv,
    np.array_repr,
    np.array_str,
    np.array2string,
    np.zeros_like,
    np.ones_like,
    np.empty_like,
    np.result_type,
    np.linalg.matrix_rank,
    np.common_type,
    np.can_cast,
    np.min_scalar_type,
    np.count_nonzero,
    np.any,
    np.all,
    np.nonzero,
    np.flatnonzero,
    np.searchsorted,
    np.digitize,
    np.einsum_path,
    np.diag_indices_from,
    np.tril_indices_from,
    np.triu_indices_from,
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
    if method == "__call__":
        if function in UFUNCS:
            if settings:
                refuse(f"np.{name}", settings)
            return UFUNCS[function](*inputs)
        if function in QUESTIONS:
            return function(*map(numbers, inputs), **settings)
        if function in numpy_products.UFUNCS:
            return _call(function, numpy_products.UFUNCS[function], inputs, settings)
        raise no_rule(f"np.{name}")
    if method == "reduce" and function in REDUCTIONS:
        return _settled(REDUCTIONS[function], name, *inputs, **{"axis": 0, **settings})
    if method == "accumulate" and function in ACCUMULATIONS:
        return _settled(ACCUMULATIONS[function], name, *inputs, **{"axis": 0, **settings})
    if method == "outer" and function in UFUNCS:
        refuse(f"np.{name}.outer", settings)
        first, second = map(array, inputs)
        column = array_rules.reshape(first, shape=first.shape + (1,) * second.ndim)
        return UFUNCS[function](column, second)
    if method == "reduce" and function in QUESTIONS:
        return function.reduce(*map(numbers, inputs), **settings)
    raise no_rule(f"np.{name}.{method}")


def _settled(adapter: Callable[..., Any], name: str, *inputs: Any, **settings: Any) -> Any:
    known = inspect.signature(adapter).parameters
    refuse(f"np.{name}", {key: value for key, value in settings.items() if key not in known})
    return adapter(*inputs, **{key: value for key, value in settings.items() if key in known})


def function(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """`__array_function__` of Tensor: the adapter of a NumPy function."""
    if function in FUNCTIONS:
        return _call(function, FUNCTIONS[function], args, kwargs)
    if function in QUESTIONS:
        try:
            return function(*map(_shown, args), **{k: _shown(v) for k, v in kwargs.items()})
        except ValueError as error:
            if "read-only" not in str(error):
                raise
            raise MutationError(
                f"{public_name(function)}: a Tensor as out= would be changed in place."
            ) from None
    raise no_rule(public_name(function))


def _shown(x: Any) -> Any:
    """The numbers of a node, to look at and not to write to; also inside lists."""
    if isinstance(x, list | tuple):
        return type(x)(map(_shown, x))
    if not isinstance(x, Node):
        return x
    view = numbers(x)
    if is_recorded(view):
        return view
    view = np.asarray(view).view()
    view.flags.writeable = False
    return view


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
    numpy_building,
    numpy_differences,
    numpy_elementwise,
    numpy_factors,
    numpy_joining,
    numpy_linalg,
    numpy_norms,
    numpy_padding,
    numpy_picking,
    numpy_products,
    numpy_reductions,
    numpy_shapes,
    numpy_statistics,
)


def _answer(name: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if name == "tolist" and here.aliases:
            check_stays(downward(self), ".tolist()", "list(t) keeps the graph; .data leaves it.")
        return getattr(numbers(self), name)(*args, **kwargs)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"ndarray's own {name}, of the numbers."
    return method


# The methods of ndarray that change it, and those that answer questions.
IN_PLACE_METHODS = ("fill", "put", "resize")
ANSWERS = ("all", "any", "argmax", "argmin", "argpartition", "argsort", "nonzero", "tolist")


def _refused_in_place(name: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        raise MutationError(
            f".{name}() would change a Tensor in place, and the gradients of what was computed "
            "from it would be wrong.\n  Build a new one with np.where or np.concatenate; to change "
            "a parameter between steps assign to its .data."
        )

    method.__name__ = method.__qualname__ = name
    method.__doc__ = "Refused: a Tensor is not changed in place."
    return method


# NumPy's function: the adapter with its signature that calls the rules.
FUNCTIONS: dict[Any, Callable[..., Any]] = {}
# The methods of ndarray that Tensor has as well.
METHODS: dict[str, Callable[..., Any]] = {name: _answer(name) for name in ANSWERS}
METHODS |= {name: _refused_in_place(name) for name in IN_PLACE_METHODS}
# And its attributes, but for those that every use of a Tensor asks for.
PROPERTIES: dict[str, Callable[..., Any]] = {
    "mT": numpy_shapes.matrix_transpose,
    "flat": numpy_shapes.ravel,
    "real": lambda a: a,
    "imag": lambda a: np.zeros_like(numbers(a)),
    "itemsize": lambda a: numbers(a).itemsize,
    "nbytes": lambda a: numbers(a).nbytes,
}
for _family in FAMILIES:
    FUNCTIONS |= _family.FUNCTIONS
    METHODS |= _family.METHODS
