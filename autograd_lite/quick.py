"""The program of plain floats as the function that a call enters: no frame stands between.

It tests the classes of its arguments, runs the page with the math module for NumPy, and gives the
result. Everything else, be it an array, an infinity that math refuses or a nan, goes the long way.
"""

from __future__ import annotations

import itertools
import math
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

from . import scalar_math
from .listing import Plan
from .print_numpy import function_text
from .simplify import astype
from .surroundings import Surroundings
from .tape import Op

Call = Callable[..., tuple[Any, Any]]

# What gives one of its operands, which may be a whole number.
_CHOICES = {
    "where", "maximum", "minimum", "fmax", "fmin", "clip", "positive", "heaviside",
    "floor_divide", "remainder", "logical_not",
}  # fmt: skip
_ARITHMETIC = (
    operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.neg,
)  # fmt: skip


def is_known_to_math(op: Op) -> bool:
    """Whether the operation is one of single numbers that floats have, too."""
    if op.shape or op.kwargs or op.function is astype:
        return False
    if getattr(op.function, "__module__", "") == "_operator":
        # ~True is -2 in Python
        return op.function not in (operator.getitem, operator.invert)
    text = function_text(op.function)
    return text.count(".") == 1 and hasattr(scalar_math, text.partition(".")[2])


def quick_call(
    plan: Plan,
    page: Sequence[tuple[str, Any]],
    names: dict[Op, str],
    outputs: Callable[[Any], Any],
    long_way: Call,
    around: Surroundings,
) -> Any:
    """The method that a program of floats is called by.

    page: the lines of the source, each with the operation that it computes.
    outputs: puts the texts of the gradients together as the call gives them.
    long_way: what is called in its place when a float has no answer.
    around: what is outside, and must be as it was.
    """
    given = [names[op] for op in plan.inputs]
    statements = [line[4:] for line, op in page if op is not None]
    taken = set(re.findall(r"\w+", "\n".join(statements))) | set(given)
    free = (f"_{i}" for i in itertools.count())
    own = {
        key: next(n for n in free if n not in taken)
        for key in ("self", "missing", "more", "settings", "changed", "long_way", "outside")
    }
    globals_: dict[str, Any] = {}
    kinds = " is ".join(f"{name}.__class__" for name in given) + " is float"
    tests = [kinds, f"not {own['more']}", f"not {own['settings']}"]
    outside = around.test(globals_, own["outside"])
    tests += [f"not {own['changed']}()"] if outside is None else outside
    value, *gradients = plan.outputs
    floats = _floats(plan)
    texts = [_as_float(x, names, floats) for x in (value, *gradients)]
    distinct = dict.fromkeys(names[x] for x in gradients if isinstance(x, Op))
    result = f"return {texts[0]}, {outputs(texts[1:])}"
    finite = " and ".join(f"{n} == {n}" for n in distinct)
    globals_ |= {
        own["missing"]: _MISSING,
        own["long_way"]: lambda program, args, settings: long_way(
            program, *(x for x in args if x is not _MISSING), **settings
        ),
        own["changed"]: around.changed,
    }
    body = [_bound(line, taken, globals_) for line in statements]
    signature = ", ".join(f"{name}={own['missing']}" for name in given)
    given_again = f"({', '.join(given)}, *{own['more']})"
    lines = [
        f"def call({own['self']}, {signature}, /, *{own['more']}, **{own['settings']}):",
        f"    if {' and '.join(tests)}:",
        "        try:",
        *(f"            {line}" for line in body),
        f"            if {finite}:" if finite else "            if True:",
        f"                {result}",
        "        except (ArithmeticError, ValueError):",
        "            pass",
        f"    return {own['long_way']}({own['self']}, {given_again}, {own['settings']})",
    ]
    exec(compile("\n".join(lines), "<autograd-lite program>", "exec"), globals_)
    return globals_.pop("call")


def float_page(source: str) -> Any:
    """The page itself as a function of floats."""
    names: dict[str, Any] = {"np": scalar_math}
    exec(compile(source, "<autograd-lite program>", "exec"), names)
    return names.pop("value_and_grad")


_MISSING = object()


def _bound(line: str, taken: set[str], names: dict[str, Any]) -> str:
    """The line with NumPy's functions as global names, which are found faster."""

    def name_of(found: re.Match[str]) -> str:
        name = found[1]
        while name in taken:
            name += "_"
        names[name] = getattr(scalar_math, found[1])
        return name

    return re.sub(r"\bnp\.(\w+)", name_of, line.partition("  # ")[0])


def _as_float(x: Any, names: dict[Op, str], floats: set[Op]) -> str:
    if not isinstance(x, Op):
        number = float(x)
        return repr(number) if math.isfinite(number) else f"float({str(number)!r})"
    return names[x] if x in floats else f"float({names[x]})"


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
