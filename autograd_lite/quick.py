"""The program of plain floats as the function that a call enters: no frame stands between.

It tests the classes of its arguments, computes with the math module for NumPy, and gives the
result. Everything else, be it an array, an infinity that math refuses or a nan, goes the long way.
"""

from __future__ import annotations

import itertools
import math
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from . import scalar_math
from .listing import Plan
from .print_numpy import ATOM, Printed, Printer, function_text
from .simplify import astype
from .surroundings import Surroundings
from .tape import Op

Call = Callable[..., tuple[Any, Any]]
Outputs = Callable[[list[str]], str]

# What gives one of its operands, which may be a whole number.
_CHOICES = {
    "where", "maximum", "minimum", "fmax", "fmin", "clip", "positive", "heaviside",
    "floor_divide", "remainder", "logical_not",
}  # fmt: skip
_ARITHMETIC = (
    operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.neg,
)  # fmt: skip
_DEEPEST = 30  # operations in one expression
_MANY = 8  # arguments from which on it is faster to look at them together
_MISSING = object()


def is_known_to_math(op: Op) -> bool:
    """Whether the operation is one of single numbers that floats have, too."""
    if op.shape or op.kwargs or op.function is astype:
        return False
    if getattr(op.function, "__module__", "") == "_operator":
        # ~True is -2 in Python
        return op.function not in (operator.getitem, operator.invert)
    text = function_text(op.function)
    return text.count(".") == 1 and hasattr(scalar_math, text.partition(".")[2])


class Floats(Printer):
    """The program as statements of Python on floats.

    What is read once is written where it is read: a variable costs as much as an addition.

    statements: in order.  names: what the functions in them are.
    """

    def __init__(self, plan: Plan, given: dict[Op, str]) -> None:
        super().__init__(self._operand, lambda x: repr(float(x)))
        self.names: dict[str, Any] = {}
        self.statements: list[str] = []
        self._taken = set(given.values())
        self._free = (f"_{i}" for i in itertools.count())
        self._text: dict[Op, Printed] = {op: (name, ATOM) for op, name in given.items()}
        self._depth = dict.fromkeys(given, 0)
        uses = dict(plan.uses)
        for x in plan.outputs:
            if isinstance(x, Op):
                uses[x] = uses.get(x, 0) + 1
        chosen = {op.args[0] for op in plan.live if _is_choice(op)}
        for op in plan.live:
            self._text[op] = self.expression(op)
            self._depth[op] = 1 + max((self._depth[x] for x in op.operands), default=0)
            if uses.get(op, 0) > 1 or op in chosen or self._depth[op] > _DEEPEST:
                self.keep(op)
        self.plan = plan

    def results(self) -> list[str]:
        """The texts of the value and the gradients."""
        floats = _floats(self.plan)
        return [self._as_float(x, floats) for x in self.plan.outputs]

    def free(self) -> str:
        """A name that means nothing yet."""
        return next(name for name in self._free if name not in self._taken)

    def keep(self, op: Op) -> str:
        """Give the result a name."""
        text, binds = self._text[op]
        if not (binds == ATOM and text.isidentifier()):
            name = self.free()
            self.statements.append(f"{name} = {text}")
            self._text[op] = name, ATOM
            self._depth[op] = 0
        return self._text[op][0]

    def _operand(self, op: Op) -> Printed:
        return self._text[op]

    def whole(self, x: Any, beside: Any) -> Any:
        """A number beside a float as a float, too."""
        floats = beside.__class__ is Op and beside.dtype.kind == "f"
        return float(x) if type(x) is int and floats else x

    def expression(self, op: Op) -> Printed:
        """What the operation computes; a choice as Python has it."""
        if _is_choice(op):
            a, b = (self.text(self.whole(x, op)) for x in op.args)
            sign = "<" if op.function is np.maximum else ">"
            return f"{b} if {a} {sign} {b} else {a}", 0
        if op.function is np.where:
            (condition, binds), *sides = (self.argument(x) for x in op.args)
            yes, no = (text if side > 0 else f"({text})" for text, side in sides)
            return f"{yes} if {condition if binds > 0 else f'({condition})'} else {no}", 0
        text, binds = super().expression(op)
        return re.sub(r"\bnp\.(\w+)", self._named, text), binds

    def _named(self, found: re.Match[str]) -> str:
        """One of NumPy's functions as a global name, which is found faster."""
        name = found[1]
        while name in self._taken:
            name += "_"
        self.names[name] = getattr(scalar_math, found[1])
        return name

    def _as_float(self, x: Any, floats: set[Op]) -> str:
        if not isinstance(x, Op):
            number = float(x)
            return repr(number) if math.isfinite(number) else f"float({str(number)!r})"
        text = self._text[x][0]
        return text if x in floats else f"float({text})"


def quick_call(
    plan: Plan,
    names: dict[Op, str],
    outputs: Outputs,
    long_way: Call,
    around: Surroundings,
) -> Any:
    """The method that a program of floats is called by.

    outputs: puts the texts of the gradients together as the call gives them.
    long_way: what is called in its place when a float has no answer.
    around: what is outside, and must be as it was.
    """
    given = {op: names[op] for op in plan.inputs}
    floats = Floats(plan, given)
    own = {
        key: floats.free()
        for key in ("self", "missing", "more", "settings", "changed", "long_way", "outside")
    }
    tests = [f"not {own['settings']}"]
    outside = around.test(floats.names, own["outside"])
    tests += [f"not {own['changed']}()"] if outside is None else outside
    few = len(given) <= _MANY
    parts = (_with_few if few else _with_many)(floats, list(given.values()), outputs, own)
    signature, kinds, given_again, body = parts
    floats.names |= {
        own["missing"]: _MISSING,
        own["long_way"]: lambda program, args, settings: long_way(
            program, *(x for x in args if x is not _MISSING), **settings
        ),
        own["changed"]: around.changed,
    }
    lines = [
        f"def call({own['self']}, {signature}, **{own['settings']}):",
        "    try:",
        f"        if {' and '.join([*kinds, *tests])}:",
        *(f"            {line}" for line in body),
        "    except (ArithmeticError, ValueError, AttributeError):",
        "        pass",
        f"    return {own['long_way']}({own['self']}, {given_again}, {own['settings']})",
    ]
    exec(compile("\n".join(lines), "<autograd-lite program>", "exec"), floats.names)
    return floats.names.pop("call")


Parts = tuple[str, list[str], str, list[str]]


def _with_few(floats: Floats, given: list[str], outputs: Outputs, own: dict[str, str]) -> Parts:
    """Signature, tests of the arguments, the arguments, and statements, where each has a name."""
    distinct = dict.fromkeys(floats.keep(x) for x in floats.plan.outputs[1:] if isinstance(x, Op))
    finite = " and ".join(f"{n} == {n}" for n in distinct)
    value, *gradients = floats.results()
    body = [
        *floats.statements,
        f"if {finite}:" if finite else "if True:",
        f"    return {value}, {outputs(gradients)}",
    ]
    kinds = " is ".join(f"{name}.__class__" for name in given) + " is float"
    signature = ", ".join(f"{name}={own['missing']}" for name in given)
    more = own["more"]
    return (
        f"{signature}, /, *{more}",
        [kinds, f"not {more}"],
        f"({', '.join(given)}, *{more})",
        body,
    )


def _with_many(floats: Floats, given: list[str], outputs: Outputs, own: dict[str, str]) -> Parts:
    """The same, where many are looked at together: their classes are counted, and nan shows in the
    sum of the gradients. So does infinity less infinity, which goes the long way for nothing.
    """
    found, total, more = floats.free(), floats.free(), own["more"]
    value, *gradients = floats.results()
    together = outputs(gradients)
    several = together.startswith("(")
    body = [
        f"{', '.join(given)} = {more}",
        *floats.statements,
        f"{found} = {together}",
        f"{total} = {f'sum({found})' if several else found}",
        f"if {total} == {total}:",
        f"    return {value}, {found}",
    ]
    count = f"[*map(type, {more})].count(float) == {len(given)} == len({more})"
    return f"*{more}", [count], more, body


def float_page(plan: Plan, names: dict[Op, str]) -> Any:
    """The program as a function of all its floats in one sequence: value and gradients."""
    floats = Floats(plan, {op: names[op] for op in plan.inputs})
    value, *gradients = floats.results()
    given = floats.free()
    lines = [
        f"def page({given}):",
        f"    {', '.join(names[op] for op in plan.inputs)}, = {given}",
        *(f"    {line}" for line in floats.statements),
        f"    return {value}, ({' '.join(f'{x},' for x in gradients)})",
    ]
    exec(compile("\n".join(lines), "<autograd-lite program>", "exec"), floats.names)
    return floats.names.pop("page")


def _is_choice(op: Op) -> bool:
    """Whether the operation is the larger or smaller of something and a number."""
    if op.function not in (np.maximum, np.minimum) or op.args[0].__class__ is not Op:
        return False
    return type(op.args[1]) in (int, float) and op.args[1] == op.args[1]


def _floats(plan: Plan) -> set[Op]:
    """The operations that give a float for certain, not a whole number or a truth."""
    found = set(plan.inputs)
    for op in plan.live:
        if getattr(op.function, "__module__", "") != "_operator":
            is_float = op.function.__name__ not in _CHOICES
        else:
            of = op.args if op.function in _ARITHMETIC else ()
            is_float = any(x in found if isinstance(x, Op) else type(x) is float for x in of)
        if is_float:
            found.add(op)
    return found
