"""Symbolic operands: a rule, or a whole graph, as LaTeX and as Python source.

A row called with `Symbol`s builds an expression, which is a graph without numbers. The printers
work on any graph, so they print a learner's `Value`s as well.
"""

from __future__ import annotations

import math
import numbers as abstract_numbers
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from . import rules
from .errors import RuleError
from .graph import Node, numbers
from .operators import Operators
from .rows import Elementwise, Predicate, Rule, Structural
from .rules import ATOM, COMPARE, POWER, PRODUCT, SIGN, SUM

Printed = tuple[str, int]  # text, and how tightly its outermost operator binds


class Symbol(Operators, Node):
    """An operand that stands for a number. Rules called with it build an expression.

    >>> from autograd_lite import rules
    >>> y = Symbol("y")
    >>> print(python(rules.tanh.partials[0](Symbol("a"), y)), "|", latex(rules.exp(y / 2)))
    1 - y * y | e^{\\frac{y}{2}}
    """

    __slots__ = ()
    _rule_rank = 3
    shape: tuple[int, ...] = ()
    __hash__ = object.__hash__

    def __init__(self, label: str | None, op: Rule | None = None, operands: tuple[Any, ...] = ()):
        self.label = label
        self.op = op
        self.a = operands
        self.b = self.data = self.grad = None
        self.mark = 0

    @property
    def operands(self) -> tuple[Any, ...]:
        operands: tuple[Any, ...] = self.a
        return operands

    @staticmethod
    def _apply_rule(rule: Rule, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        operands = tuple(_operand(rule, x) for x in operands)
        if rule is rules.power and operands[1].__class__ in (int, float) and operands[1] == 1:
            return operands[0]
        if rule is rules.where and not isinstance(operands[0], Symbol):
            return operands[1] if operands[0] else operands[2]
        if params or isinstance(rule, Structural):
            raise RuleError(f"{rule.name}: symbols stand for single numbers, not for arrays.")
        return Symbol(None, rule, operands)

    def _seed(self, upstream: Any) -> Any:
        return 1 if upstream is None else upstream

    def __bool__(self) -> bool:
        raise RuleError(
            f"The truth of {python(self)} is not known while the rule is traced: a symbol stands "
            "for every number.\n  Write where(condition, a, b) instead of if, and, or, not."
        )

    def __float__(self) -> float:
        raise RuleError(
            f"{python(self)} is a symbol, not a number, while the rule is traced.\n"
            "  Use autograd_lite's or NumPy's functions (ag.exp, np.exp), not the math module's."
        )

    __int__ = __index__ = __float__

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        rule = BY_UFUNC.get(ufunc)
        if rule is None or method != "__call__" or kwargs:
            raise RuleError(f"np.{ufunc.__name__} has no rule, so it cannot be traced.")
        return rule(*inputs)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuleError(f"{python(self)} is a symbol for one number and is no array.")

    def __repr__(self) -> str:
        return f"Symbol({python(self)!r})"


def _operand(rule: Rule, x: Any) -> Any:
    """A symbol or one number: a traced number that is no symbol counts as a constant."""
    if isinstance(x, Symbol):
        return x
    x = numbers(x)
    if isinstance(x, abstract_numbers.Real | np.bool_) or (
        isinstance(x, np.ndarray) and x.ndim == 0 and x.dtype.kind in "biuf"
    ):
        return x
    raise RuleError(
        f"{rule.name}: a symbol stands for one number and does not go with {type(x).__name__} "
        f"{x!r:.60}."
    )


BY_UFUNC: dict[Any, Any] = {
    rule.value: rule
    for rule in [*rules.TABLE.values(), *vars(rules).values()]
    if isinstance(rule, Elementwise | Predicate) and isinstance(rule.value, np.ufunc)
}


def python(
    expression: Any,
    names: Mapping[Node, str] | None = None,
    literal: Callable[[Any], Any] | None = None,
) -> str:
    """The expression as Python source over `np`. Leaves print as `names` says, else by label.

    literal: applied to every number before it is printed, as `float` to make all of them floats.
    """
    printer = _PythonPrinter(literal or (lambda x: x))
    return _print(expression, names or {}, printer.number, printer.operation)[0]


def latex(expression: Any, names: Mapping[Node, str] | None = None) -> str:
    """The expression as LaTeX. Leaves print as `names` says, else by label."""
    named = {node: latex_name(name) for node, name in (names or {}).items()}
    return _print(expression, named, _latex_number, _latex_operation, latex_name)[0]


def latex_name(name: str) -> str:
    """A name as LaTeX: x1 and w_2 with a subscript, longer ones upright.

    >>> latex_name("x1"), latex_name("w_2"), latex_name("loss")
    ('x_{1}', 'w_{2}', '\\\\mathrm{loss}')
    """
    match = re.fullmatch(r"([A-Za-z])_?(\d+)", name)
    if match:
        return f"{match[1]}_{{{match[2]}}}"
    if (len(name) == 1 and name not in "_#$%&{}") or "\\" in name:
        return name
    return r"\mathrm{" + re.sub(r"([_#$%&{}])", r"\\\1", name) + "}"


def _print(
    expression: Any,
    names: Mapping[Node, Any],
    number: Callable[[Any], Printed],
    operation: Callable[[Rule, list[Printed], tuple[Any, ...]], Printed],
    name: Callable[[str], str] = str,
) -> Printed:
    """Print from the leaves up, without recursion. `names` gives texts, or (text, binding)."""
    if not isinstance(expression, Node):
        return number(expression)
    printed: dict[Node, Printed] = {}
    stack = [expression]
    while stack:
        node = stack[-1]
        missing = []
        if node in printed:
            pass
        elif node in names:
            text = names[node]
            printed[node] = (text, ATOM) if isinstance(text, str) else text
        elif node.op is None:
            printed[node] = number(node.data) if node.label is None else (name(node.label), ATOM)
        else:
            missing = [x for x in node.operands if isinstance(x, Node) and x not in printed]
            if not missing:
                texts = [printed[x] if isinstance(x, Node) else number(x) for x in node.operands]
                printed[node] = operation(node.op, texts, node.operands)
        if missing:
            stack += missing
        else:
            stack.pop()
    return printed[expression]


def _wrap(printed: Printed, needed: bool) -> str:
    return f"({printed[0]})" if needed else printed[0]


# --- Python ---------------------------------------------------------------------------------------


class _PythonPrinter:
    def __init__(self, literal: Callable[[Any], Any]) -> None:
        self.literal = literal

    def number(self, x: Any) -> Printed:
        if isinstance(x, bool | np.bool_):
            return str(bool(x)), ATOM
        x = self.literal(x)
        text = repr(int(x)) if isinstance(x, int | np.integer) else repr(float(x))
        text = {"inf": "np.inf", "-inf": "-np.inf", "nan": "np.nan"}.get(text, text)
        return text, SIGN if text.startswith("-") else ATOM

    def operation(self, rule: Rule, texts: list[Printed], operands: tuple[Any, ...]) -> Printed:
        infix = getattr(rule, "infix", None)
        if infix is not None and (rule is not rules.power or _is_whole(operands[1])):
            symbol, binds = infix
            if len(texts) == 1:
                return symbol + _wrap(texts[0], texts[0][1] < binds), binds
            left, right = texts
            chains = binds not in (COMPARE, POWER)
            left_text = _wrap(left, left[1] < binds or (left[1] == binds and not chains))
            return f"{left_text} {symbol} {_wrap(right, right[1] <= binds)}", binds
        if has_python_name(rule):
            return f"np.{rule.value.__name__}({', '.join(text for text, _ in texts)})", ATOM
        if isinstance(rule, Structural):
            raise RuleError(f"{rule.name} works on whole arrays; the printer has no form for it.")
        # A row that NumPy has no name for prints as what it is made of.
        parts = [Symbol(None) if isinstance(x, Node) else x for x in operands]
        named: dict[Node, Any] = {
            part: text for part, text in zip(parts, texts, strict=True) if part.__class__ is Symbol
        }
        return _print(rule.value(*parts), named, self.number, self.operation)


def has_python_name(rule: Rule) -> bool:
    """Whether NumPy has a function for the row, so that it prints as one call."""
    return getattr(np, getattr(rule.value, "__name__", ""), None) is rule.value


def _is_whole(exponent: Any) -> bool:
    # A float base to a whole power is a float on Python numbers too; to others it may be complex.
    return exponent.__class__ in (int, float) and float(exponent).is_integer()


# --- LaTeX ----------------------------------------------------------------------------------------


def _latex_number(x: Any) -> Printed:
    if np.ndim(x) > 0:
        return r"\mathrm{array}", ATOM
    value = float(x)
    if math.isinf(value) or math.isnan(value):
        text = r"\mathrm{nan}" if math.isnan(value) else (r"-\infty" if value < 0 else r"\infty")
        return text, SIGN if value < 0 else ATOM
    digits, _, exponent = f"{value:.12g}".partition("e")
    if exponent:
        return rf"{digits} \cdot 10^{{{int(exponent)}}}", PRODUCT
    return digits, SIGN if value < 0 else ATOM


def _latex_operation(rule: Rule, texts: list[Printed], operands: tuple[Any, ...]) -> Printed:
    if isinstance(rule, Predicate):
        if len(texts) == 1:
            return f"{rule.latex} {_wrap(texts[0], texts[0][1] < ATOM)}", SIGN
        return f"{texts[0][0]} {rule.latex} {texts[1][0]}", COMPARE
    if rule is rules.identity:
        return texts[0]
    infix = rules.multiply.infix if rule is rules.shield else getattr(rule, "infix", None)
    template = rule.latex

    def fill(match: re.Match[str]) -> str:
        index = "abc".index(match[1])
        printed = texts[index]
        before = template[: match.start()].rstrip()
        after = template[match.end() :].lstrip()
        if before[-1:] in tuple("{(|[,") and (
            after[:1] in tuple("})|],") or after[:6] == "\\right"
        ):
            return printed[0]
        if after.startswith("^"):
            return _wrap(printed, printed[1] < ATOM)
        needed = infix[1] if infix else SUM
        tight = rule is rules.subtract and index == 1
        negative = bool(before) and printed[0].startswith("-")
        return _wrap(printed, printed[1] < needed or (tight and printed[1] == needed) or negative)

    text = re.sub(r"\{([abc])\}", fill, template)
    if infix:
        return text, infix[1]
    return text, POWER if re.search(r"^[^{(\\]*\^|\}\^", template) else ATOM
