"""A typed expression as a graph: `tanh(w*x + b)` with `w=-3 x=2 b=6.9`.

The text is parsed with `ast` and walked by hand against the names of the rule table. Nothing of it
is ever evaluated by Python.
"""

from __future__ import annotations

import ast
import difflib
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_lite import Value, rules
from autograd_lite.errors import ExpressionError
from autograd_lite.graph import Node, numbers
from autograd_lite.rows import TABLE, Elementwise

RUNNING_EXAMPLE = "L = (a*b + a)*k"
RUNNING_VALUES = {"a": 2.0, "b": -3.0, "k": 5.0}
CONSTANTS = {"pi": math.pi, "e": math.e}
LONGEST = 10_000

_BINARY: dict[type, Elementwise] = {
    ast.Add: rules.add,
    ast.Sub: rules.subtract,
    ast.Mult: rules.multiply,
    ast.Div: rules.divide,
    ast.Pow: rules.power,
}
_HIDDEN = {"identity", "shield", "where"}


def function_names() -> list[str]:
    """The functions that an expression may call."""
    named = [n for n, r in TABLE.items() if isinstance(r, Elementwise) and n not in _HIDDEN]
    return sorted([*named, "abs"])


def parse(text: str, values: Mapping[str, float]) -> tuple[Node, dict[str, Node]]:
    """The graph of an expression, and its nodes by name.

    text:   arithmetic over names, numbers and the rule table's functions; `^` is a power. It may be
            several statements, `c = a*b; L = c + a`, of which the last is the result.
    values: a number for each name; pi and e have theirs if none is given.
    Raises ExpressionError, with the place, for anything else.

    >>> L, nodes = parse("c = a*b; L = c + a", {"a": 2, "b": -3})
    >>> L.item(), sorted(nodes)
    (-4.0, ['L', 'a', 'b', 'c'])
    """
    reader = _Reader(text, values)
    return reader.result, reader.nodes


def parse_assignment(text: str) -> tuple[str, float]:
    """`w=-3` as ("w", -3.0). The right side may be arithmetic: `x=1/3`.

    >>> parse_assignment("x=1/4")
    ('x', 0.25)
    """
    name, equals, right = text.partition("=")
    name = name.strip()
    if not equals or not name.isidentifier() or not right.strip():
        raise ExpressionError(f"{text!r} is no assignment.\n  Write name=number, as w=-3 or x=1/3.")
    if name in TABLE or name == "abs":
        raise ExpressionError(f"{name} is taken: it is a function. Use another name.")
    return name, number(right)


def number(text: str, values: Mapping[str, float] | None = None) -> float:
    """Arithmetic as a float: '6*-3', '1/3', '2^10'; names have the numbers in `values`."""
    found = _Reader(text, values or {}, constant=True).result
    return float(numbers(found))


class _Reader:
    def __init__(self, text: str, values: Mapping[str, float], constant: bool = False) -> None:
        self.values = values
        self.nodes: dict[str, Node] = {}
        self.text = text.strip()
        if not self.text:
            raise ExpressionError("The expression is empty.\n  Write for example tanh(w*x + b).")
        if len(text) > LONGEST:
            raise ExpressionError(
                f"The expression has {len(text)} characters; the longest read is {LONGEST}."
            )
        self.source = self.text.replace("^", "**")
        try:
            with np.errstate(all="ignore"):
                result = self._statements(ast.parse(self.source).body)
        except SyntaxError as error:
            raise self._error(f"cannot be read ({error.msg})", (error.offset or 1) - 1) from None
        except (RecursionError, MemoryError):
            raise ExpressionError("The expression is nested too deeply to be read.") from None
        except ValueError as error:
            if isinstance(error, ExpressionError):
                raise
            raise ExpressionError(f"The expression cannot be read: {error}.") from None
        if result is None:  # nothing but a comment
            raise ExpressionError("The expression is empty.\n  Write for example tanh(w*x + b).")
        if not constant and not isinstance(result, Node):
            raise ExpressionError(
                f"{self.text} has no variable, so there is nothing to differentiate.\n"
                "  Use a name and give it a value: autograd-lite step 'x**2' x=3."
            )
        unused = [name for name in values if name not in self.nodes]
        if unused:
            raise ExpressionError(
                f"{', '.join(unused)} {'has' if len(unused) == 1 else 'have'} a value but "
                f"{'does' if len(unused) == 1 else 'do'} not occur in {self.text}."
            )
        self.result: Any = result

    def _statements(self, body: list[ast.stmt]) -> Any:
        result: Any = None
        for statement in body:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                name = statement.targets[0].id
                if len(statement.targets) > 1 or name in self.nodes or name in self.values:
                    raise self._error(f"gives {name} a value twice", statement.col_offset)
                result = self._of(statement.value)
                if not isinstance(result, Node):
                    result = Value(result)
                elif result.label is not None:
                    result = rules.identity(result)
                result.label = name
                self.nodes[name] = result
            elif isinstance(statement, ast.Expr) and statement is body[-1]:
                result = self._of(statement.value)
            else:
                raise self._error("has a statement that is no expression", statement.col_offset)
        return result

    def _of(self, node: ast.expr) -> Any:
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            return _BINARY[type(node.op)](self._of(node.left), self._of(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            inside = self._of(node.operand)
            return rules.negative(inside) if isinstance(node.op, ast.USub) else inside
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, int | float)
            and node.value.__class__ is not bool
        ):
            return self._finite(node.value, node)
        if isinstance(node, ast.Name):
            return self._named(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._call(node, node.func.id)
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()
        raise self._error(
            f"has a part that is no arithmetic ({kind})",
            node.col_offset,
            "Use + - * / ** ( ), numbers, names and the functions of the rule table.",
        )

    def _finite(self, value: float, node: ast.expr) -> float:
        try:
            return float(value)
        except OverflowError:
            raise self._error("has a number too large for a float", node.col_offset) from None

    def _named(self, node: ast.Name) -> Any:
        name = node.id
        if name not in self.nodes:
            if name in self.values:
                self.nodes[name] = Value(self.values[name], label=name)
            elif name in CONSTANTS:
                return CONSTANTS[name]
            elif name in TABLE or name == "abs":
                raise self._error(f"uses the function {name} as a number", node.col_offset)
            else:
                raise self._error(
                    f"has no value for {name}", node.col_offset, f"Add {name}=NUMBER."
                )
        return self.nodes[name]

    def _call(self, node: ast.Call, name: str) -> Any:
        rule = TABLE.get("absolute" if name == "abs" else name)
        if not isinstance(rule, Elementwise) or name in _HIDDEN:
            near = difflib.get_close_matches(name, function_names(), n=3)
            hint = (
                f"Near: {', '.join(near)}." if near else f"There are {', '.join(function_names())}."
            )
            raise self._error(f"calls {name}, which is no function here", node.col_offset, hint)
        count = len(node.args)
        least = rule.arity - len(rule.defaults)
        if node.keywords or not least <= count <= rule.arity:
            takes = f"{least}" if least == rule.arity else f"{least} or {rule.arity}"
            raise self._error(
                f"gives {name} {count} input{'s' * (count != 1)}; it takes {takes}", node.col_offset
            )
        return rule(*(self._of(argument) for argument in node.args))

    def _error(self, what: str, column: int, hint: str = "") -> ExpressionError:
        line = self.source.splitlines()[0] if "\n" not in self.source else ""
        shown = f"\n  {line}\n  {' ' * max(column, 0)}^" if line and len(line) <= 90 else ""
        return ExpressionError(f"The expression {what}.{shown}" + (f"\n  {hint}" if hint else ""))
