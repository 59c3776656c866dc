"""A program of numbers as one loop over the points, compiled to machine code by numba."""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .errors import DependencyError, UnsupportedError
from .listing import Plan
from .points import common_shape
from .print_numpy import ATOM, Printed, Printer, function_text, number_text
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
_KINDS = ("float64", "float32", "int64", "int32", "int16", "int8", "bool")


class Loop:
    """Runs a program of numbers at any number of points.

    run(leaves) takes what the program takes, numbers and arrays of points, and gives the value at
    each point and the gradients: at each point for an array, added up for a number.
    """

    def __init__(
        self, plan: Plan, names: dict[Op, str], is_point: Sequence[bool], wanted: Sequence[bool]
    ) -> None:
        self.plan, self.names = plan, dict(names)
        self.is_point = list(is_point)
        self.wanted = [i for i, w in enumerate(wanted) if w]
        self.totals = [k for k, i in enumerate(self.wanted) if not is_point[i]]
        self.spread = [k for k, i in enumerate(self.wanted) if is_point[i]]
        self.dtypes = [_dtype(x) for x in plan.outputs]
        self._printer = Printer(self._operand, _constant)
        self._check()
        self.source = self._printed()
        self._function = _compiled(self.source)

    def _check(self) -> None:
        for op in (*self.plan.live, *self.plan.inputs):
            if op.dtype.name not in _KINDS:
                raise UnsupportedError(
                    f"compile: numba has no numbers of dtype {op.dtype}.\n"
                    "  Use float32 or float64, or backend='python'."
                )

    # --- the source -----------------------------------------------------------------------------

    def _operand(self, op: Op) -> Printed:
        return self.names[op], ATOM

    def _printed(self) -> str:
        taken = set(self.names.values())
        free = (f"t{i}" for i in itertools.count(1) if f"t{i}" not in taken)
        own = {
            key: next(n for n in (key + "_" * i for i in itertools.count()) if n not in taken)
            for key in ("count", "i", "numbers", "totals", "values", "slopes", "points")
        }
        numbers, i = own["numbers"], own["i"]
        head: list[str] = []
        inner: list[str] = []
        body: list[str] = []
        for k, (op, point) in enumerate(zip(self.plan.inputs, self.is_point, strict=True)):
            place = f"{own['points']}{k}[{i}]" if point else f"{numbers}[{k}]"
            text = place if point else _cast(place, op.dtype)
            (inner if point else head).append(f"{self.names[op]} = {text}")
        for op in self.plan.live:
            if op not in self.names:
                self.names[op] = next(free)
            body.append(f"{self.names[op]} = {_cast(self._text(op), op.dtype, op.function)}")
        value, *gradients = self.plan.outputs
        body.append(f"{own['values']}[{i}] = {self._result(value)}")
        # added up in memory: as variables of the loop they would make numba three times as slow
        for j, k in enumerate(self.totals):
            body.append(f"{own['totals']}[{j}] += {self._result(gradients[k])}")
        for k in self.spread:
            body.append(f"{own['slopes']}{k}[{i}] = {self._result(gradients[k])}")
        given = [f"{own['points']}{k}" for k, point in enumerate(self.is_point) if point]
        outs = [f"{own['slopes']}{k}" for k in self.spread]
        signature = [own["count"], numbers, *given, own["values"], own["totals"], *outs]
        return "\n".join(
            [
                f"def value_and_grad({', '.join(signature)}):",
                *(f"    {line}" for line in head),
                f"    for {i} in range({own['count']}):",
                *(f"        {line}" for line in (*inner, *body)),
                "",
            ]
        )

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

    def run(self, leaves: Sequence[Any]) -> tuple[Any, list[Any]]:
        """The value at each point, and the gradients."""
        points = [x for x, point in zip(leaves, self.is_point, strict=True) if point]
        shape = common_shape([x.shape for x in points])
        count = math.prod(shape)
        flat = [_flat(x, shape) for x in points]
        numbers = np.array(
            [0.0 if p else x for x, p in zip(leaves, self.is_point, strict=True)], float
        )
        values = np.empty(count, self.dtypes[0])
        totals = np.zeros(len(self.totals))
        slopes = [np.empty(count, self.dtypes[1 + k]) for k in self.spread]
        self._function(count, numbers, *flat, values, totals, *slopes)
        found: list[Any] = [None] * len(self.wanted)
        for k, total in zip(self.totals, totals.tolist(), strict=True):
            found[k] = self.dtypes[1 + k].type(total)
        for k, slope in zip(self.spread, slopes, strict=True):
            x = leaves[self.wanted[k]]
            found[k] = _added_up(slope.reshape(shape), x.shape)
        return values.reshape(shape)[()], found


def _constant(x: Array) -> str:
    if x.size != 1:
        raise UnsupportedError(
            f"compile: the function uses an array of shape {x.shape} from outside, and a program "
            "of numbers has no place for it.\n  Give it as an argument, or use backend='python'."
        )
    return number_text(x.item())


def _flat(x: Array, shape: tuple[int, ...]) -> Array:
    if x.shape != shape:
        x = np.broadcast_to(x, shape)
    return np.ascontiguousarray(x).reshape(-1)


def _added_up(slopes: Array, shape: tuple[int, ...]) -> Array:
    from .array_rules import sum_to

    return slopes if slopes.shape == shape else np.asarray(sum_to(slopes, shape=shape))


def _dtype(x: Any) -> Any:
    kind = np.asarray(x.sample if isinstance(x, Op) else x).dtype
    return kind if kind.kind == "f" else np.dtype(float)


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
    if math.isinf(a):
        return math.nan
    if math.isinf(b) and not math.isnan(a):  # numba rounds the quotient, which is -0.0
        return -1.0 if a != 0 and (a < 0) != (b < 0) else 0.0
    return np.floor_divide(a, b)  # type: ignore[no-any-return]


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
