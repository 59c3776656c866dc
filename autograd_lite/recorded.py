"""`Recorded`: stands for an array while a function is traced, and writes down what NumPy is asked.

A `Tensor` whose numbers are a `Recorded` goes through the rules like any other, forward and
backward; what the rules ask of NumPy goes on a `Tape`, which `listing` prints to be read and
`buffers` prints to be run. Each operation is tried on a sample, the arguments of the first call, so
shapes and dtypes are NumPy's own answer.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .errors import RuleError
from .rows import Elementwise, Rule
from .simplify import astype
from .tape import INFIX, Op, Tape, added, mapped, sampled, written

# Functions whose result has a size that depends on the numbers.
_UNSIZED = {
    np.nonzero, np.flatnonzero, np.argwhere, np.unique, np.compress, np.extract, np.trim_zeros,
    np.union1d, np.intersect1d, np.setdiff1d, np.setxor1d,
}  # fmt: skip
# Questions about shapes and dtypes, which are known.
_STATIC = {
    np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.iscomplexobj, np.isrealobj,
    np.common_type, np.min_scalar_type, np.einsum_path,
}  # fmt: skip


def _unwrapped(x: Any) -> Any:
    return mapped(x, lambda item: item.op if type(item) is Recorded else item)


class Recorded:
    """What NumPy and the rules see in place of an array: isinstance(x, np.ndarray) holds for it.

    What asks for its numbers (if, while, bool, int, float, item, np.asarray) raises RuleError.
    """

    __slots__ = ("fresh", "op", "tape")
    __hash__ = object.__hash__
    __array_priority__ = 1000
    __class__ = np.ndarray  # type: ignore[assignment]
    base = None
    _rule_rank = 1

    def __init__(self, tape: Tape, op: Op, fresh: bool = False) -> None:
        self.tape, self.op = tape, op
        self.fresh = fresh  # whether nobody else holds it, so that it may be written to

    # --- what is known --------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        return self.op.shape

    @property
    def dtype(self) -> Any:
        return np.asarray(self.op.sample).dtype

    @property
    def ndim(self) -> int:
        return len(self.op.shape)

    @property
    def size(self) -> int:
        return int(np.size(self.op.sample))

    @property
    def itemsize(self) -> int:
        return int(self.dtype.itemsize)

    @property
    def nbytes(self) -> int:
        return self.size * self.itemsize

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a single number")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    # --- what is written down -------------------------------------------------------------------

    def _call(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        tape = self.tape
        settings = {key: _unwrapped(x) for key, x in kwargs.items()}
        op = tape.call(function, _unwrapped(args), settings)
        if not isinstance(op.sample, tuple | list):
            return Recorded(tape, op)
        parts = [
            Recorded(tape, tape.call(operator.getitem, (op, i), {})) for i in range(len(op.sample))
        ]
        made = type(op.sample)
        return made(*parts) if hasattr(made, "_fields") else made(parts)

    @staticmethod
    def _apply_rule(rule: Rule, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        if isinstance(rule, Elementwise):
            return rule.on_arrays(*operands)
        return rule.compute(operands, params)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "at" and ufunc is np.add:
            target, index, value = inputs
            return target._becomes(added, index, value)
        if kwargs.pop("out", None) is not None or method == "at":
            raise _in_place(f"np.{ufunc.__name__} with out=")
        if method == "__call__" and not kwargs:
            return self._call(INFIX.get(ufunc, ufunc), *inputs)
        if method == "reduce" and ufunc in _REDUCERS:
            kwargs = {"axis": 0, **kwargs}
            return self._call(_REDUCERS[ufunc], *inputs, **kwargs)
        return self._call(getattr(ufunc, method), *inputs, **kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if any(kind is not Recorded and hasattr(kind, "_apply_rule") for kind in types):
            return NotImplemented  # a Tensor is among the arguments, and answers
        if function in _STATIC:
            return function(*sampled(_unwrapped(args)), **_sampled_settings(kwargs))
        if function in _UNSIZED or (function is np.where and len(args) == 1):
            raise RuleError(
                f"compile: np.{function.__name__} gives an array whose size depends on the "
                "numbers, and a program is made for sizes that are known.\n"
                "  Use np.where(condition, a, b), or compute the positions outside."
            )
        if kwargs.get("out") is not None:
            raise _in_place(f"np.{function.__name__} with out=")
        if function is np.copyto or function is np.put:
            raise _in_place(f"np.{function.__name__}")
        if function is np.zeros_like or function is np.ones_like:
            kind = np.zeros if function is np.zeros_like else np.ones
            shape = kwargs.get("shape")
            return kind(
                args[0].shape if shape is None else shape,
                kwargs.get("dtype") or (args[1] if len(args) > 1 else None) or args[0].dtype,
            )
        if function is np.empty_like:
            return np.zeros(args[0].shape, args[0].dtype)
        function, args, kwargs = _plainer(function, args, kwargs)
        return self._call(function, *args, **kwargs)

    def __getitem__(self, index: Any) -> Any:
        return self._call(operator.getitem, self, _of_known_size(index))

    def __setitem__(self, index: Any, value: Any) -> None:
        self._becomes(written, index, value)

    def _becomes(self, function: Any, index: Any, value: Any) -> None:
        if not self.fresh:
            raise _in_place("a[...] = ...")
        self.op = self._call(function, self, index, value).op

    @property
    def T(self) -> Any:
        return self.transpose()

    def transpose(self, *axes: Any) -> Any:
        if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], tuple | list)):
            axes = tuple(axes[0]) if axes[0] is not None else ()
        if self.ndim < 2:
            return self
        axes = tuple(i % self.ndim for i in axes)
        given = (axes,) if axes and axes != tuple(reversed(range(self.ndim))) else ()
        return self._call(np.transpose, self, *given)

    def reshape(self, *shape: Any, order: str = "C") -> Any:
        if len(shape) == 1 and isinstance(shape[0], tuple | list):
            shape = tuple(shape[0])
        if order != "C":
            raise RuleError(f"compile: reshape with order={order!r} is not supported. Use 'C'.")
        return self._call(np.reshape, self, np.reshape(self.op.sample, shape).shape)

    def astype(self, dtype: Any, *args: Any, copy: bool = True) -> Any:
        return self._call(astype, self, np.dtype(dtype))

    def copy(self, order: str = "C") -> Any:
        return self

    def view(self) -> Any:
        return self

    def flatten(self, order: str = "C") -> Any:
        return self.reshape(-1, order=order)

    ravel = flatten

    # --- what is refused ------------------------------------------------------------------------

    def _unknown(self, what: str) -> RuleError:
        return RuleError(
            f"compile: {what} of a traced array of shape {self.shape} is not known: the program is "
            "made for every array of that shape.\n"
            "  Write np.where(condition, a, b) instead of if, while, and, or, not; what stays the "
            "same in every call can be computed outside."
        )

    def __bool__(self) -> bool:
        raise self._unknown("the truth")

    def __float__(self) -> float:
        raise self._unknown("float()")

    def __int__(self) -> int:
        raise self._unknown("int()")

    def __index__(self) -> int:
        raise self._unknown("int()")

    def __complex__(self) -> complex:
        raise self._unknown("complex()")

    def item(self, *args: Any) -> float:
        raise self._unknown(".item()")

    def tolist(self) -> list[Any]:
        raise self._unknown(".tolist()")

    def tobytes(self) -> bytes:
        raise self._unknown(".tobytes()")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuleError(
            f"compile: the numbers of a traced array of shape {self.shape} are not known: the "
            "program is made for every array of that shape.\n"
            "  Instead of np.asarray and functions outside NumPy use NumPy's own; instead of "
            "table[i], with a traced i, write Tensor(table)[i]."
        )

    def __repr__(self) -> str:
        return f"Recorded({self.dtype}, shape {self.shape})"


def _of_known_size(index: Any) -> Any:
    for i in index if isinstance(index, tuple) else (index,):
        if type(i) is Recorded and i.dtype == bool:
            raise RuleError(
                "compile: a mask that depends on the numbers picks a number of entries that "
                "is not known.\n  Use np.where(mask, a, 0), which keeps the shape."
            )
    return index


def _in_place(what: str) -> RuleError:
    return RuleError(
        f"compile: {what} would change an array in place while the function is traced.\n"
        "  Build a new one: a = a + b, np.where(mask, new, a), np.concatenate."
    )


_REDUCERS: dict[Any, Any] = {
    np.add: np.sum,
    np.multiply: np.prod,
    np.maximum: np.max,
    np.minimum: np.min,
    np.logical_and: np.all,
    np.logical_or: np.any,
}


def _sampled_settings(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {key: sampled(_unwrapped(x)) for key, x in kwargs.items()}


def _plainer(function: Any, args: Any, kwargs: Any) -> tuple[Any, Any, Any]:
    """The call without settings that say nothing, and by the name that the others go by."""
    function = {np.amax: np.max, np.amin: np.min}.get(function, function)
    kwargs = {k: v for k, v in kwargs.items() if v is not None and v is not np._NoValue}
    if kwargs.get("keepdims") is False:
        del kwargs["keepdims"]
    axis = kwargs.get("axis")
    if isinstance(axis, tuple) and len(axis) == 1 and function in _REDUCERS.values():
        kwargs["axis"] = axis[0]
    if function is np.reshape:
        shape = args[1] if len(args) > 1 else kwargs.pop("shape", None)
        sample = args[0].op.sample if type(args[0]) is Recorded else args[0]
        return np.reshape, (args[0], np.reshape(sample, shape).shape), {}
    if function is np.transpose:
        axes = args[1] if len(args) > 1 else kwargs.pop("axes", None)
        ndim = args[0].ndim
        axes = tuple(i % ndim for i in axes) if axes is not None else None
        if axes == tuple(reversed(range(ndim))):
            axes = None
        return np.transpose, (args[0],) if axes is None else (args[0], axes), {}
    if function is np.take and kwargs.get("mode") == "raise":
        positions = (kwargs.pop("indices"),) if "indices" in kwargs else ()
        del kwargs["mode"]
        return function, (*args, *positions), kwargs
    if function is np.broadcast_to:
        shape = args[1] if len(args) > 1 else kwargs.pop("shape")
        return function, (args[0], tuple(shape) if np.ndim(shape) else (int(shape),)), {}
    return function, args, kwargs


def _operator(function: Any, swapped: bool = False) -> Any:
    def method(self: Recorded, *others: Any) -> Any:
        if any(hasattr(x, "_apply_rule") and type(x) is not Recorded for x in others):
            return NotImplemented
        if any(isinstance(x, np.ndarray) and x.dtype == object for x in others):
            return NotImplemented
        operands = (*others, self) if swapped else (self, *others)
        return self._call(function, *operands)

    return method


for _name in ["add", "sub", "mul", "truediv", "pow", "matmul", "mod", "floordiv"]:
    _function = getattr(operator, _name)
    setattr(Recorded, f"__{_name}__", _operator(_function))
    setattr(Recorded, f"__r{_name}__", _operator(_function, swapped=True))
for _name in ["neg", "gt", "ge", "lt", "le", "eq", "ne", "and", "or", "invert"]:
    setattr(
        Recorded,
        f"__{_name}__",
        _operator(getattr(operator, _name + "_" * (_name in ("and", "or")))),
    )


def _changes(name: str) -> Any:
    def method(self: Recorded, other: Any) -> Any:
        raise _in_place(f"a {name} b")

    return method


for _name, _sign in {"iadd": "+=", "isub": "-=", "imul": "*=", "itruediv": "/="}.items():
    setattr(Recorded, f"__{_name}__", _changes(_sign))


def _method(name: str) -> Any:
    function = getattr(np, name)

    @functools.wraps(function)
    def method(self: Recorded, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    return method


for _name in (
    *("sum", "mean", "max", "min", "prod", "std", "var", "any", "all", "argmax", "argmin"),
    *("argsort", "cumsum", "cumprod", "clip", "round", "take", "repeat", "squeeze", "swapaxes"),
    *("diagonal", "trace", "dot", "nonzero", "searchsorted", "argpartition"),
):
    setattr(Recorded, _name, _method(_name))


def as_ndarray(x: Any) -> Any:
    """np.asarray, which leaves what is traced as it is."""
    return x if type(x) is Recorded else np.asarray(x)


def picked(a: Any, index: Any) -> Any:
    """a[index] of a plain array, with an index that may be traced, which NumPy would not see."""
    places = index if isinstance(index, tuple) else (index,)
    traced = next((x for x in places if type(x) is Recorded), None)
    if traced is None:
        return a[index]
    return traced._call(operator.getitem, a, _of_known_size(index))


def blank(shape: tuple[int, ...], dtype: Any, *coming: Any) -> Any:
    """Zeros to write into; `coming` is what will be written, and where."""
    traced: list[Recorded] = []
    mapped(coming, lambda x: traced.append(x) if type(x) is Recorded else None)
    if not traced:
        return np.zeros(shape, dtype=dtype)
    tape = traced[0].tape
    zeros = tape.call(np.zeros, (shape, np.dtype(dtype)), {})
    return Recorded(tape, zeros, fresh=True)


def when_known(do: Callable[..., Any], *arrays: Any) -> None:
    """Call `do` with these arrays: at once, or, if one of them is traced, after every run."""
    traced = next((x for x in arrays if type(x) is Recorded), None)
    if traced is None:
        do(*arrays)
    else:
        traced.tape.after.append((tuple(map(_unwrapped, arrays)), do))


def is_unknown(x: Any) -> bool:
    """Whether an operand has no numbers yet: those of a symbol are None."""
    return x is None or type(x) is Recorded


def is_recorded(x: Any) -> bool:
    """Whether `x` stands for an array that is not known yet."""
    return type(x) is Recorded
