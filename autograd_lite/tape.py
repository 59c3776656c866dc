"""The list of NumPy operations that a traced function comes to, equal ones once."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import RuleError
from .lines import Line, user_line
from .simplify import simplified, split_at_ties


class Op:
    """One operation: a function of NumPy, or of Python, and what it is applied to.

    args, kwargs: operations and constants, also inside lists, tuples and slices.  sample: what it
    gave when it was tried.  name: what the user calls it.  line: where in the user's code.
    comment: which rule asked for it.  An operation without function is an input of the program.
    """

    __slots__ = (
        *("args", "by_product", "comment", "function", "index", "inside", "kwargs", "line"),
        *("name", "sample"),
    )

    def __init__(
        self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], sample: Any
    ) -> None:
        self.function, self.args, self.kwargs, self.sample = function, args, kwargs, sample
        self.name: str | None = None
        self.line: Line | None = None
        self.comment: str | None = None
        self.index = 0  # its place on the tape
        self.inside = False  # whether a rule asked for it, not the user
        self.by_product = False  # a sum of rows that its rule computes as a product with ones

    @property
    def shape(self) -> tuple[int, ...]:
        return () if isinstance(self.sample, tuple | list) else np.shape(self.sample)

    @property
    def dtype(self) -> Any:
        return np.asarray(self.sample).dtype

    @property
    def operands(self) -> list[Op]:
        """The operations that this one needs, in order, each as often as it is named."""
        found: list[Op] = []
        each(self.args, found.append)
        each(tuple(self.kwargs.values()), found.append)
        return found

    def __repr__(self) -> str:
        return f"<{getattr(self.function, '__name__', 'input')} {self.shape}>"


class Tape:
    """The operations of one traced function, in order.

    draws:  (input, function): what is computed anew before every run, as random numbers are.
    checks: (input, function): what is called with an input before every run.
    after:  (operations, function): what is called with their results after every run.
    of_numbers: whether arrays are taken apart into numbers, which stand in object arrays.
    """

    def __init__(self, of_numbers: bool = False) -> None:
        self.of_numbers = of_numbers
        self.ops: list[Op] = []
        self.draws: list[tuple[Op, Callable[[], Any]]] = []
        self.checks: list[tuple[Op, Callable[[Any], Any]]] = []
        self.after: list[tuple[tuple[Any, ...], Callable[..., Any]]] = []
        self._known: dict[Any, Op] = {}
        self._held: list[Any] = []  # what is known by its identity must live on

    def input(self, sample: Any, name: str | None = None) -> Op:
        """A new input of the program."""
        op = Op(None, (), {}, sample)
        op.name = name
        self.put(op)
        return op

    def call(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Op:
        """The operation that stands for the call: one that is there already, or a new one."""
        if function is operator.mul and (parts := split_at_ties(args, Op)) is not None:
            factor, larger, tie = parts
            half = self.call(operator.mul, (0.5, self.call(operator.mul, (factor, tie), {})), {})
            whole = self.call(operator.mul, (factor, larger), {})
            return self.call(operator.add, (whole, half), {})
        if not kwargs:
            found = simplified(function, args, Op)
            if found.__class__ is Op:
                return found
            function, args, kwargs = found
        key = (function, self._key(args), tuple((k, self._key(x)) for k, x in kwargs.items()))
        op = self._known.get(key)
        if op is None:
            with np.errstate(all="ignore"):
                sample = function(*sampled(args), **{k: sampled(x) for k, x in kwargs.items()})
            _refuse_plain(function, sample)
            op = self._known[key] = Op(function, args, kwargs, sample)
            op.line, op.inside = user_line()
            self.put(op)
        return op

    def put(self, op: Op) -> None:
        """Put an operation at the end."""
        op.index = len(self.ops)
        self.ops.append(op)

    def _key(self, x: Any) -> Any:
        if x.__class__ is Op:
            return x
        if isinstance(x, tuple | list):
            return (x.__class__, *map(self._key, x))
        if isinstance(x, slice):
            return (slice, self._key(x.start), self._key(x.stop), self._key(x.step))
        if isinstance(x, bool | int | float | np.number | np.bool_ | str):
            return x.__class__, repr(x)
        if x is None or x is Ellipsis or isinstance(x, np.dtype | type):
            return x
        self._held.append(x)
        return "held", id(x)


def each(x: Any, do: Callable[[Op], Any]) -> None:
    """Call `do` with every operation in an argument."""
    if x.__class__ is Op:
        do(x)
    elif isinstance(x, tuple | list):
        for item in x:
            each(item, do)
    elif isinstance(x, slice):
        each((x.start, x.stop, x.step), do)


def mapped(x: Any, change: Callable[[Any], Any]) -> Any:
    """An argument with everything in it that is no container replaced by what `change` gives."""
    if isinstance(x, tuple | list):
        inside = [mapped(item, change) for item in x]
        return type(x)(*inside) if hasattr(x, "_fields") else type(x)(inside)
    if isinstance(x, slice):
        return slice(mapped(x.start, change), mapped(x.stop, change), mapped(x.step, change))
    return change(x)


def sampled(x: Any) -> Any:
    """An argument with samples in the place of operations."""
    return mapped(x, lambda item: item.sample if item.__class__ is Op else item)


def _refuse_plain(function: Any, sample: Any) -> None:
    if isinstance(sample, np.ndarray | np.generic | float):
        return
    if isinstance(sample, tuple | list) and all(
        isinstance(x, np.ndarray | np.generic) for x in sample
    ):
        return
    name = getattr(function, "__name__", str(function))
    raise RuleError(
        f"compile: {name} gives {type(sample).__name__} {sample!r:.40}, which depends on the "
        "numbers, and the program would be right for these alone.\n"
        "  Compute it outside and give it as an argument, or write np.where(condition, a, b)."
    )


def written(a: Any, index: Any, value: Any) -> Any:
    """A copy of `a` with `value` written where `index` says."""
    made = np.array(a)
    made[index] = value
    return made


def added(a: Any, index: Any, value: Any) -> Any:
    """A copy of `a` with `value` added where `index` says; repeats add up."""
    made = np.array(a)
    np.add.at(made, index, value)
    return made


INFIX: dict[Any, Any] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.true_divide: operator.truediv,
    np.power: operator.pow,
    np.negative: operator.neg,
    np.matmul: operator.matmul,
    np.greater: operator.gt,
    np.greater_equal: operator.ge,
    np.less: operator.lt,
    np.less_equal: operator.le,
    np.equal: operator.eq,
    np.not_equal: operator.ne,
    np.remainder: operator.mod,
    np.floor_divide: operator.floordiv,
    np.bitwise_and: operator.and_,
    np.bitwise_or: operator.or_,
    np.invert: operator.invert,
}
UFUNC_OF = {op: ufunc for ufunc, op in INFIX.items()}
