"""One NumPy operation as Python source, formatted as `ruff format` would."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import RuleError
from .simplify import astype
from .tape import Op, added, written

Printed = tuple[str, int]  # text, and how tightly its outermost operator binds
ATOM, POWER, SIGN, PRODUCT, SUM, BITS, COMPARE = 90, 80, 70, 60, 50, 40, 30

INFIX_TEXT: dict[Any, tuple[str, int]] = {
    operator.add: ("+", SUM),
    operator.sub: ("-", SUM),
    operator.mul: ("*", PRODUCT),
    operator.truediv: ("/", PRODUCT),
    operator.matmul: ("@", PRODUCT),
    operator.mod: ("%", PRODUCT),
    operator.floordiv: ("//", PRODUCT),
    operator.pow: ("**", POWER),
    operator.and_: ("&", BITS),
    operator.or_: ("|", BITS - 2),
    operator.gt: (">", COMPARE),
    operator.ge: (">=", COMPARE),
    operator.lt: ("<", COMPARE),
    operator.le: ("<=", COMPARE),
    operator.eq: ("==", COMPARE),
    operator.ne: ("!=", COMPARE),
}
PREFIX_TEXT: dict[Any, str] = {operator.neg: "-", operator.invert: "~"}


class Printer:
    """Prints operations. `operand` gives the text of another operation, `array` of a constant."""

    def __init__(self, operand: Callable[[Op], Printed], array: Callable[[Any], str]) -> None:
        self.operand, self.array = operand, array

    def expression(self, op: Op) -> Printed:
        """What the operation computes."""
        function, args = op.function, op.args
        if function is operator.pow and not _is_whole(args[1]):
            # a negative number to a broken power is complex in Python, and nan in NumPy
            return f"np.power({self.arguments(op)})", ATOM
        if function in INFIX_TEXT:
            return self._infix(function, *args)
        if function in PREFIX_TEXT:
            text, binds = self.argument(args[0])
            return PREFIX_TEXT[function] + _wrap(text, binds < SIGN), SIGN
        if function is operator.getitem:
            return f"{self._object(args[0])}[{self._index(args[1])}]", ATOM
        if function is astype:
            return f"{self._object(args[0])}.astype({dtype_text(args[1])})", ATOM
        if function is np.transpose and len(args) == 1:
            return f"{self._object(args[0])}.T", ATOM
        if function is np.reshape:
            return f"{self._object(args[0])}.reshape({self.text(args[1])})", ATOM
        if function in (written, added):
            raise RuleError("an assignment is printed as statements")
        return f"{function_text(function)}({self.arguments(op)})", ATOM

    def arguments(self, op: Op) -> str:
        """The arguments of a call, as between its brackets."""
        given = [self.text(x) for x in op.args]
        return ", ".join(given + [f"{k}={self.text(x)}" for k, x in op.kwargs.items()])

    def assignment(self, name: str, op: Op) -> str:
        """The statement that writes into the array `name`."""
        _, index, value = op.args
        if op.function is written:
            return f"{name}[{self._index(index)}] = {self.text(value)}"
        text = self._index(index)
        text = f"({text})" if isinstance(index, tuple) else text
        return f"np.add.at({name}, {text}, {self.text(value)})"

    def text(self, x: Any) -> str:
        """An argument as it stands between brackets."""
        return self.argument(x)[0]

    def argument(self, x: Any) -> Printed:
        if x.__class__ is Op:
            return self.operand(x)
        if isinstance(x, np.ndarray):
            return self.array(x), ATOM
        if isinstance(x, tuple | list):
            inside = ", ".join(map(self.text, x))
            if isinstance(x, list):
                return f"[{inside}]", ATOM
            return f"({inside}{',' * (len(x) == 1)})", ATOM
        if isinstance(x, slice):
            parts = [self.text(p) if p is not None else "None" for p in (x.start, x.stop, x.step)]
            return f"slice({', '.join(parts)})", ATOM
        return constant_text(x)

    def _infix(self, function: Any, a: Any, b: Any) -> Printed:
        sign, binds = INFIX_TEXT[function]
        (left, left_binds), (right, right_binds) = (
            self.argument(self.whole(x, beside)) for x, beside in ((a, b), (b, a))
        )
        chains = binds not in (COMPARE, POWER)
        left = _wrap(left, left_binds < binds or (left_binds == binds and not chains))
        right = _wrap(right, right_binds <= binds)
        if function is operator.pow and _SIMPLE.fullmatch(left) and _SIMPLE.fullmatch(right):
            return f"{left}**{right}", binds
        return f"{left} {sign} {right}", binds

    def whole(self, x: Any, beside: Any) -> Any:
        """2.0 beside a float array as 2, which is the same there and reads better."""
        if x.__class__ is not float or not x.is_integer() or not abs(x) < 1e6:
            return x
        floats = beside.__class__ is Op and beside.dtype.kind == "f"
        return int(x) if floats and (x or math.copysign(1.0, x) > 0) else x  # -0.0 is no 0

    def _object(self, x: Any) -> str:
        text, binds = self.argument(x)
        return _wrap(text, binds < ATOM)

    def _index(self, index: Any) -> str:
        if isinstance(index, tuple):
            return ", ".join(map(self._index_part, index)) if index else "()"
        return self._index_part(index)

    def _index_part(self, i: Any) -> str:
        if isinstance(i, slice):
            start, stop, step = (
                "" if p is None else self.text(p) for p in (i.start, i.stop, i.step)
            )
            return f"{start}:{stop}" + (f":{step}" if step else "")
        return self.text(i)


def _is_whole(exponent: Any) -> bool:
    return isinstance(exponent, int | float) and float(exponent).is_integer()


_SIMPLE = re.compile(r"-?\d[\w.+]*|[A-Za-z_][\w.]*")


def _wrap(text: str, needed: bool) -> str:
    return f"({text})" if needed else text


def function_text(function: Any) -> str:
    """How the function is called in source over `np`."""
    name = getattr(function, "__name__", "")
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc):
        return f"np.{owner.__name__}.{name}"
    for module, path in ((np, "np"), (np.linalg, "np.linalg"), (np.fft, "np.fft")):
        if getattr(module, name, None) is function:
            return f"{path}.{name}"
    raise RuleError(
        f"compile: {name or function!r} is no function of NumPy, so the source has no name for it."
    )


def dtype_text(dtype: Any) -> str:
    """A dtype in source."""
    name = np.dtype(dtype).name
    return "bool" if name == "bool" else f"np.{name}"


def constant_text(x: Any) -> Printed:
    """A constant that is no array, in source."""
    if isinstance(x, bool | np.bool_) or x is None:
        return str(x if x is None else bool(x)), ATOM
    if x is Ellipsis:
        return "...", ATOM
    if isinstance(x, str):
        return '"' + x.replace("\\", "\\\\").replace('"', '\\"') + '"', ATOM
    if isinstance(x, np.dtype | type):
        return dtype_text(x), ATOM
    if isinstance(x, np.generic):
        inner = number_text(x.item())
        return (inner, ATOM) if x.dtype == np.float64 else (f"{dtype_text(x.dtype)}({inner})", ATOM)
    text = number_text(x)
    return text, SIGN if text.startswith("-") else ATOM


def number_text(x: Any) -> str:
    """A number in source."""
    if isinstance(x, float) and not math.isfinite(x):
        return "np.nan" if math.isnan(x) else ("np.inf" if x > 0 else "-np.inf")
    if isinstance(x, int | float):
        return repr(x)
    raise RuleError(f"compile: the source has no word for {type(x).__name__} {x!r:.60}.")


def array_text(x: Any, longest: int = 40) -> str | None:
    """A constant array in source; None if that would be long."""
    if not x.ndim:
        return constant_text(x[()])[0]
    kind = "" if x.dtype in (np.float64, np.int64, bool) else f", dtype={dtype_text(x.dtype)}"
    counts = x.dtype.kind in "iu" and x.ndim == 1 and x.size > 1
    if counts and np.array_equal(x, np.arange(x.size)):
        return f"np.arange({x.size}{kind})"
    if x.size and x.ndim and (x.size > 1 or x.ndim > 1) and (x == x.flat[0]).all():
        shape = "(" + ", ".join(map(str, x.shape)) + ("," if x.ndim == 1 else "") + ")"
        value = constant_text(x.flat[0].item())[0]
        return f"np.full({shape}, {value}{kind})"
    if not x.size or x.size > 8:
        if not x.size:
            return f"np.zeros({x.shape!r}, {dtype_text(x.dtype)})"
        return None
    text = f"np.array({_nested(x.tolist())}{kind})"
    return text if len(text) <= longest else None


def _nested(x: Any) -> str:
    if isinstance(x, list):
        return "[" + ", ".join(map(_nested, x)) + "]"
    return constant_text(x)[0]
