"""A program of numbers as one loop over the points, compiled to machine code by numba."""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from .errors import DependencyError, UnsupportedError
from .leaves import Bundle
from .listing import Plan
from .points import common_shape
from .print_numpy import ATOM, Printed, Printer, dtype_text, function_text, number_text
from .simplify import astype
from .tape import UFUNC_OF, Op

Array = np.ndarray[Any, Any]
_WORDS: dict[Any, str] = {
    operator.add: "{0} + {1}", operator.sub: "{0} - {1}", operator.mul: "{0} * {1}",
    operator.truediv: "{0} / {1}", operator.neg: "-{0}", operator.gt: "{0} > {1}",
    operator.ge: "{0} >= {1}", operator.lt: "{0} < {1}", operator.le: "{0} <= {1}",
    operator.eq: "{0} == {1}", operator.ne: "{0} != {1}", operator.and_: "{0} & {1}",
    operator.or_: "{0} | {1}", np.where: "{1} if {0} else {2}", np.logical_not: "not {0}",
    np.clip: "np.minimum(np.maximum({0}, {1}), {2})",
}  # fmt: skip
_LANES = 8  # points that are computed side by side
_MOST = 1000  # sums up to which the compiler finds out in time that their rows are apart
_OWN = (
    "count", "i", "k", "numbers", "points", "rows", "size", "slopes", "start", "sums", "totals",
    "values",
)  # fmt: skip
Names = dict[str, str]
_MOVED = 16  # operations computed side by side that save what moving one number costs
_INSTRUCTIONS: set[Any] = {
    np.sqrt, np.absolute, np.fabs, np.square, np.positive, np.invert, np.maximum, np.minimum,
}  # fmt: skip
_KINDS = ("float64", "float32", "int64", "int32", "int16", "int8", "bool")


class Loop:
    """Runs a program of numbers at any number of points.

    run(given) takes what the program takes, one for every bundle: numbers, arrays of points, and
    arrays that are taken apart. It gives the value at each point and the gradients: at each point
    for an array of points, added up for a number.
    """

    def __init__(
        self,
        plan: Plan,
        names: dict[Op, str],
        is_point: Sequence[bool],
        bundles: Sequence[Bundle],
    ) -> None:
        self.plan, self.names = plan, dict(names)
        self.is_point, self.bundles = list(is_point), list(bundles)
        wanted = [b.wanted for b in bundles for _ in range(b.size)]
        self.wanted = [i for i, w in enumerate(wanted) if w]
        self.totals = [k for k, i in enumerate(self.wanted) if not is_point[i]]
        self.spread = [k for k, i in enumerate(self.wanted) if is_point[i]]
        self.dtypes = [_dtype(x) for x in plan.outputs]
        self._printer = Printer(self._operand, _constant)
        self._check()
        self._plan_run()
        self.source = self._printed()
        self._function = _compiled(self.source)

    def _check(self) -> None:
        for op in (*self.plan.live, *self.plan.inputs):
            if op.dtype.name not in _KINDS:
                raise UnsupportedError(
                    f"compile: numba has no numbers of dtype {op.dtype}.\n"
                    "  Use float32 or float64, or backend='python'."
                )

    def _plan_run(self) -> None:
        """Where in what is given the points and the numbers are, and where gradients come out."""
        self._points: list[int] = []
        self._numbers: list[tuple[int, bool]] = []
        self._out: list[tuple[int, Bundle | None, int]] = []
        self._slopes = [self.dtypes[1 + k] for k in self.spread]
        self._count = len(self.totals)
        at, totals, spread = 0, 0, 0
        for i, bundle in enumerate(self.bundles):
            point = bundle.shape is None and self.is_point[at]
            if point:
                self._points.append(i)
            else:
                self._numbers.append((i, bundle.shape is not None))
            at += bundle.size
            if bundle.wanted and point:
                self._out.append((i, None, spread))
                spread += 1
            elif bundle.wanted:
                self._out.append((i, bundle, totals))
                totals += bundle.size

    # --- the source -----------------------------------------------------------------------------

    def _operand(self, op: Op) -> Printed:
        return self.names[op], ATOM

    def _printed(self) -> str:
        taken = set(self.names.values())
        free = (f"t{i}" for i in itertools.count(1) if f"t{i}" not in taken)
        for op in self.plan.live:
            if op not in self.names:
                self.names[op] = next(free)
        taken = set(self.names.values())
        own = {key: _free_name(key, taken) for key in _OWN}
        numbers, points, values = own["numbers"], own["points"], own["values"]
        head: list[str] = []
        arrays: list[tuple[str, Op]] = []
        for k, (op, point) in enumerate(zip(self.plan.inputs, self.is_point, strict=True)):
            if point:
                arrays.append((f"{points}{k}", op))
            else:
                head.append(f"{self.names[op]} = {_cast(f'{numbers}[{len(head)}]', op.dtype)}")
        body = [
            f"{self.names[op]} = {_cast(self._text(op), op.dtype, op.function)}"
            for op in self.plan.live
        ]
        value, *gradients = self.plan.outputs
        spread = [(values, self._result(value), self.dtypes[0])]
        for k in self.spread:
            text = f"{own['slopes']}{k}"
            spread.append((text, self._result(gradients[k]), self.dtypes[1 + k]))
        added = [(self._result(gradients[k]), self.dtypes[1 + k]) for k in self.totals]
        signature = [own["count"], numbers, *(name for name, _ in arrays), values, own["totals"]]
        signature += [name for name, _, _ in spread[1:]]
        inner = self._in_blocks if self._is_worth_blocks(len(arrays)) else self._one_by_one
        return "\n".join(
            [
                f"def value_and_grad({', '.join(signature)}):",
                *(f"    {line}" for line in [*head, *inner(own, arrays, body, spread, added)]),
                "",
            ]
        )

    def _is_worth_blocks(self, arrays: int) -> bool:
        """Whether what is computed side by side saves more than what is moved costs."""
        of_one_kind = len({self.dtypes[1 + k] for k in self.totals}) <= 1
        if not arrays or len(self.totals) > _MOST or not of_one_kind:
            return False
        calls = sum(not _is_arithmetic(op) for op in self.plan.live)
        return len(self.plan.live) > _MOVED * (arrays + 1 + len(self.spread) + calls)

    def _one_by_one(
        self, own: Names, arrays: Any, body: list[str], spread: Any, added: Any
    ) -> list[str]:
        i = own["i"]
        inner = [f"{self.names[op]} = {name}[{i}]" for name, op in arrays]
        inner += body
        inner += [f"{name}[{i}] = {text}" for name, text, _ in spread]
        # added up in memory: as variables of the loop they would make numba three times as slow
        inner += [f"{own['totals']}[{j}] += {text}" for j, (text, _) in enumerate(added)]
        return [f"for {i} in range({own['count']}):", *(f"    {line}" for line in inner)]

    def _in_blocks(
        self, own: Names, arrays: Any, body: list[str], spread: Any, added: Any
    ) -> list[str]:
        """Eight points at a time, so that the processor can compute them side by side.

        What is read and written lies in the rows of one array for each dtype: the compiler sees
        then that no row runs into another. Of the last block some points may be none of the
        caller's; what they give is left behind.
        """
        i, k, start, size, sums = (own[key] for key in ("i", "k", "start", "size", "sums"))
        counts: dict[str, int] = {}

        def row(dtype: Any) -> tuple[str, int]:
            name = f"{own['rows']}_{dtype.name}"
            counts[name] = counts.get(name, 0) + 1
            return name, counts[name] - 1

        def text_of(place: tuple[str, int]) -> str:
            return f"{place[0]}[{place[1]}, {i}]"

        inside = [(name, op, text_of(row(op.dtype))) for name, op in arrays]
        outside = [(name, text, text_of(row(dtype))) for name, text, dtype in spread]
        totals = [(text, row(dtype)) for text, dtype in added]
        lines = [f"{sums} = np.zeros(({len(added)}, {_LANES}))"] * bool(added)
        lines += [
            f"{name} = np.zeros(({count}, {_LANES}), {dtype_text(name.rpartition('_')[2])})"
            for name, count in counts.items()
        ]
        block = [f"{size} = min({_LANES}, {own['count']} - {start})", f"for {i} in range({size}):"]
        block += [f"    {place} = {name}[{start} + {i}]" for name, _, place in inside]
        block.append(f"for {i} in range({_LANES}):")
        block += [f"    {self.names[op]} = {place}" for _, op, place in inside]
        block += [f"    {line}" for line in body]
        block += [f"    {place} = {text}" for _, text, place in outside]
        block += [f"    {text_of(place)} = {text}" for text, place in totals]
        block.append(f"for {i} in range({size}):")
        block += [f"    {name}[{start} + {i}] = {place}" for name, _, place in outside]
        if totals:
            name, first = totals[0][1]
            block += [
                f"if {size} < {_LANES}:",
                f"    for {k} in range({len(totals)}):",
                f"        for {i} in range({size}, {_LANES}):",
                f"            {name}[{first} + {k}, {i}] = 0",
                f"for {k} in range({len(totals)}):",
                f"    for {i} in range({_LANES}):",
                f"        {sums}[{k}, {i}] += {name}[{first} + {k}, {i}]",
            ]
        lines.append(f"for {start} in range(0, {own['count']}, {_LANES}):")
        lines += [f"    {line}" for line in block]
        if added:
            lines += [
                f"for {k} in range({len(added)}):",
                f"    for {i} in range({_LANES}):",
                f"        {own['totals']}[{k}] += {sums}[{k}, {i}]",
            ]
        return lines

    def _result(self, x: Any) -> str:
        if isinstance(x, Op):
            return self.names[x]
        return number_text(float(np.asarray(x).flat[0]))

    def _text(self, op: Op) -> str:
        function = UFUNC_OF.get(op.function, op.function)
        word = _WORDS.get(op.function) or _WORDS.get(function)
        args = [self._argument(x, op) for x in op.args]
        if word is not None:
            return word.format(*args)
        if op.function is astype:
            return args[0]
        if function is np.invert:
            return f"not {args[0]}" if op.dtype == bool else f"~{args[0]}"
        return f"{function_text(function)}({', '.join(args)})"

    def _argument(self, x: Any, op: Op) -> str:
        if type(x) is int and op.function is operator.pow:
            x = float(x)
        text, binds = self._printer.argument(x)
        return text if binds == ATOM else f"({text})"

    # --- a run ----------------------------------------------------------------------------------

    def run(self, given: Sequence[Any]) -> tuple[Any, list[Any]]:
        """The value at each point, and the gradients, one for every bundle; None for nan."""
        points = [given[i] for i in self._points]
        shape = points[0].shape if len(points) == 1 else common_shape([x.shape for x in points])
        count = math.prod(shape)
        numbers = [given[i].ravel() if apart else (given[i],) for i, apart in self._numbers]
        together = np.concatenate(numbers, dtype=float) if numbers else np.empty(0)
        values = np.empty(count, self.dtypes[0])
        totals = np.zeros(self._count)
        slopes = [np.empty(count, dtype) for dtype in self._slopes]
        flat = [_flat(x, shape) for x in points]
        self._function(count, together, *flat, values, totals, *slopes)
        for x in (totals, *slopes):
            square = np.vdot(x, x)
            if square != square:
                return None, []
        found: list[Any] = []
        for i, bundle, at in self._out:
            if bundle is None:
                found.append(_added_up(slopes[at].reshape(shape), given[i].shape))
            elif bundle.shape is None:
                found.append(bundle.dtype.type(totals[at]))
            else:
                part = totals[at : at + bundle.size].reshape(bundle.shape)
                found.append(part if part.dtype is bundle.dtype else part.astype(bundle.dtype))
        return values.reshape(shape)[()], found


def _free_name(name: str, taken: Collection[str]) -> str:
    """A name that no other begins with, since some are numbered."""
    while any(other.startswith(name) for other in taken):
        name += "_"
    return name


def _constant(x: Array) -> str:
    if x.size != 1:
        raise UnsupportedError(
            f"compile: the function uses an array of shape {x.shape} from outside, and a program "
            "of numbers has no place for it.\n  Give it as an argument, or use backend='python'."
        )
    return number_text(x.item())


def _flat(x: Array, shape: tuple[int, ...]) -> Array:
    if x.shape == shape and x.flags.c_contiguous:
        return x.reshape(-1)
    if x.shape != shape:
        x = np.broadcast_to(x, shape)
    return np.ascontiguousarray(x).reshape(-1)


def _added_up(slopes: Array, shape: tuple[int, ...]) -> Array:
    from .array_rules import sum_to

    return slopes if slopes.shape == shape else np.asarray(sum_to(slopes, shape=shape))


def _dtype(x: Any) -> Any:
    kind = np.asarray(x.sample if isinstance(x, Op) else x).dtype
    return kind if kind.kind == "f" else np.dtype(float)


def _is_arithmetic(op: Op) -> bool:
    """Whether the processor has an instruction for it."""
    function = UFUNC_OF.get(op.function, op.function)
    return op.function in _WORDS or function in _INSTRUCTIONS or function is astype


def _cast(text: str, dtype: Any, function: Any = None) -> str:
    """The text, rounded as NumPy rounds it: numba computes with constants in float64."""
    if dtype == np.float64 and function is not astype:
        return text
    if dtype.kind == "b":
        return text if function is not astype else f"{text} != 0"
    return f"np.{dtype.name}({text})"


def _heaviside(a: float, b: float) -> float:
    return a if a != a else b if a == 0 else 1.0 if a > 0 else 0.0


def _floor_divide(a: float, b: float) -> float:
    """As NumPy does it: numba rounds the quotient, so that -3 // 0.3 is -10 and not -11."""
    if b == 0:
        return a / b
    rest = np.fmod(a, b)
    quotient = (a - rest) / b
    if rest != 0 and (b < 0) != (rest < 0):
        quotient -= 1.0
    if quotient == 0:
        return math.copysign(0.0, a / b)
    whole = np.floor(quotient)
    return float(whole + 1.0 if quotient - whole > 0.5 else whole)


def _compiled(source: str) -> Callable[..., Any]:
    """The loop, compiled when it is called first, once for every set of dtypes."""
    numba = _numba()
    names: dict[str, Any] = {"np": np}
    for name, function in (("heaviside", _heaviside), ("floor_divide", _floor_divide)):
        if f"np.{name}(" in source:
            source = source.replace(f"np.{name}(", f"own_{name}(")
            names[f"own_{name}"] = _helper(function)
    exec(compile(source, "<autograd-lite loop>", "exec"), names)
    fast = numba.njit(error_model="numpy")(names["value_and_grad"])

    def call(*given: Any) -> None:
        try:
            fast(*given)
        except numba.core.errors.NumbaError as error:
            lines = str(error).splitlines()
            reason = next((x for x in lines if "nsupported" in x), lines[0])
            raise UnsupportedError(
                f"compile: numba cannot compile the program.\n  Use backend='python'. ({reason})"
            ) from error

    return call


@functools.cache
def _helper(function: Any) -> Any:
    return _numba().njit(error_model="numpy")(function)


def _numba() -> Any:
    try:
        import numba
    except ImportError:
        raise DependencyError(
            "compile: backend='numba' needs numba, which is not installed.\n"
            "  pip install 'autograd-lite[jit]', or use backend='python'."
        ) from None
    return numba
