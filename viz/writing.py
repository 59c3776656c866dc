"""How a derivation is written: names, rules, chain rules and numbers, as LaTeX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd_lite import rules
from autograd_lite.graph import Node, downward, numbers
from autograd_lite.rows import Elementwise
from autograd_lite.stepwise import Step
from autograd_lite.symbols import Symbol, latex

from .numbers import is_small, short
from .tex import (
    approximately,
    bracketed,
    constant,
    math_name,
    printable,
    quantity,
    shape,
    signed,
    upright,
)
from .whole import SUM, in_a_word, whole

ROWS = "$(\\ldots)_i$ is row $i$: one for every example, and their gradients add up"
TWINS = r"$(1), (2), \ldots$ tell apart the places where one operand stands twice"


class Writer:
    """Writes the formulas of a graph whose nodes have these names."""

    def __init__(self, called: Mapping[Node, str]) -> None:
        self.remarks: dict[str, None] = {}  # what the formulas used that wants a word, in order
        self.names: dict[Node, str] = {}
        taken: set[str] = set()
        for node, name in called.items():
            written = math_name(name)
            while written in taken:  # x1 and x_1 are two names, but one formula
                written += "'"
            taken.add(written)
            self.names[node] = written

    def name(self, operand: Any) -> str:
        return self.names[operand] if isinstance(operand, Node) else quantity(operand)

    def gradient(self, y: Node, node: Node) -> str:
        return rf"\frac{{\partial {self.name(y)}}}{{\partial {self.name(node)}}}"

    def definition(self, node: Node) -> str:
        """What the node computes, on names: a \\cdot b."""
        chosen = _chosen(node)
        if chosen is not None:
            text = "true" if chosen == 1 else "false"
            return rf"{self.name(node.operands[chosen])} \quad (\text{{the condition is {text}}})"
        return self._rule(node, [self._symbol(x) for x in node.operands])

    def computed(self, node: Node) -> str:
        """The same on numbers, and the result."""
        result = f" {approximately(node.data)} {quantity(node.data)}"
        if _chosen(node):
            return result
        values = [numbers(x) for x in node.operands]
        if isinstance(node.op, Elementwise) and not any(np.ndim(x) for x in values):
            return f" = {self._rule(node, [_digits(x) for x in values])}{result}"
        if np.ndim(node.data) == 0 or is_small(node.data):
            return result
        return rf" \quad ({shape(np.shape(node.data))})"

    def _rule(self, node: Node, operands: Sequence[Any]) -> str:
        rule = node.op
        if isinstance(rule, Elementwise) and not node.params:
            return latex(Symbol(None, rule, tuple(operands)))
        parts = [latex(x) for x in operands]
        if rule.name in ("matmul", "transpose", "sum", "prod", "max", "min"):
            filled = rule.latex
            for letter, part in zip("abc", parts, strict=False):
                filled = filled.replace("{" + letter + "}", f"{{{part}}}")
            axis = node.params.get("axis")
            over = "" if axis is None else rf" \quad (\text{{axis }} {str(axis).strip('()')})"
            return f"{filled}{over}"
        settings = "".join(
            rf", \mathrm{{{upright(f'{key} = {_setting(value)}')}}}"
            for key, value in node.params.items()
            if value is not None and value is not False
        )
        return rf"\operatorname{{{upright(rule.name)}}}\left({', '.join(parts)}{settings}\right)"

    def _symbol(self, operand: Any) -> Any:
        """An operand as a symbol that prints as its name."""
        if isinstance(operand, Node):
            return Symbol(printable(self.names[operand]))
        return operand if np.ndim(operand) == 0 else Symbol(constant(operand))

    # --- the chain rule ----------------------------------------------------------------------

    def chain(self, y: Node, step: Step) -> str:
        """One arrow in symbols: dL/dc * dc/da; at the top, where dL/dL is 1, its local rule."""
        if step.node is y and step.local is not None:
            return self.share(y, step)
        if step.local is None:
            return self._whole(y, step)
        times = r"\cdot" if np.ndim(step.node.data) == 0 else r"\odot"
        upper, lower = self.name(step.node), self._place(step)
        term = (
            rf"{self.gradient(y, step.node)} {times} \frac{{\partial {upper}}}{{\partial {lower}}}"
        )
        return self._summed(step, term)

    def share(self, y: Node, step: Step) -> str:
        """The same arrow with its local derivative written out: dL/dc * b."""
        if step.local is None:
            return self._whole(y, step)
        written, sum_of_terms = self._local(step)
        if step.node is y:
            return self._summed(step, written)
        times = r"\cdot" if np.ndim(step.node.data) == 0 else r"\odot"
        if sum_of_terms or written.startswith("-"):
            written = rf"\left({written}\right)"
        return self._summed(step, f"{self.gradient(y, step.node)} {times} {written}")

    def _place(self, step: Step) -> str:
        """The operand of the arrow; told apart where it stands twice: a^{(1)}."""
        twins = [i for i, x in enumerate(step.node.operands) if x is step.input]
        if len(twins) < 2:
            return self.name(step.input)
        self.remarks[TWINS] = None
        return rf"{{{self.name(step.input)}}}^{{({twins.index(step.slot) + 1})}}"

    def _local(self, step: Step) -> tuple[str, bool]:
        """The local rule on names, and whether it needs brackets as a factor."""
        node = step.node
        operands = tuple(map(self._symbol, node.operands))
        with np.errstate(all="ignore"):  # a plain operand may lie outside the domain
            found = node.op.local(step.slot, operands, Symbol(printable(self.name(node))))
        if not isinstance(found, Node):
            return quantity(found), False
        infix = getattr(found.op, "infix", None)
        return _cases(latex(_squares(found))), infix is not None and infix[0] in "+-"

    def _summed(self, step: Step, term: str) -> str:
        """A term whose entries are added where the operand was stretched to fit."""
        small, large = np.shape(step.input.data), np.shape(step.node.data)
        if small == large:
            return term
        if large[1:] == small:  # a bias: one row, used once for every example
            if term.endswith(r" \odot 1"):
                term = term.removesuffix(r" \odot 1")
            self.remarks[ROWS] = None
            return rf"\sum_{{i=1}}^{{{large[0]}}} \left({term}\right)_{{i}}"
        return in_a_word(SUM, rf"_{{\to {shape(small)}}}", term, self.remarks)

    def _whole(self, y: Node, step: Step) -> str:
        """One arrow of a rule on whole arrays."""
        upstream = self.gradient(y, step.node) if step.node is not y else "1"
        return whole(step, upstream, self._written, self.remarks)

    def _written(self, operand: Any) -> str:
        return self.names[operand] if isinstance(operand, Node) else constant(operand)

    # --- numbers -----------------------------------------------------------------------------

    def numbers(self, y: Node, arrows: Sequence[Step]) -> str:
        """The numbers of a derivative: 5 \\cdot 1 + 5 \\cdot (-3) = 5 - 15 = -10."""
        total = arrows[-1].after if len(arrows) == arrows[-1].arrows else _added(arrows)
        result = f"{approximately(total)} {quantity(total)}"
        if np.ndim(total) or any(np.ndim(s.node.data) or s.local is None for s in arrows):
            if np.ndim(total) == 0 or is_small(total):
                return result
            return rf"\in \mathbb{{R}}^{{{shape(np.shape(total))}}}"
        factors = []
        for step in arrows:
            local = bracketed(step.local)
            factors.append(
                local
                if step.node is y and len(arrows) > 1
                else quantity(step.local)
                if step.node is y
                else rf"{quantity(step.upstream)} \cdot {local}"
            )
        if len(arrows) == 1:
            if arrows[0].node is y:
                return result
            return f"= {factors[0]} {result}"
        shares = signed([quantity(s.contribution) for s in arrows])
        return f"= {signed(factors)} = {shares} {result}"


def _setting(value: Any) -> str:
    """A setting of an operation as Python writes it, if that is short: axis=0, shape=(2, 3)."""
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:37]}..."


def _chosen(node: Node) -> int | None:
    """The operand that a `where` with one plain condition chose."""
    if node.op is not rules.where or isinstance(node.operands[0], Node):
        return None
    return (1 if node.operands[0] else 2) if np.ndim(node.operands[0]) == 0 else None


def _added(arrows: Sequence[Step]) -> Any:
    total = arrows[0].contribution
    for step in arrows[1:]:
        total = total + step.contribution
    return total


def _digits(x: Any) -> Any:
    """A number as it is printed, so that a definition on numbers has four digits too."""
    return x if isinstance(x, bool | np.bool_) else float(short(x))


def _squares(expression: Node) -> Node:
    """The same expression with y * y as y squared."""
    made: dict[Node, Any] = {}
    for node in reversed(downward(expression)):
        if node.op is None:
            made[node] = node
            continue
        operands = tuple(made[x] if isinstance(x, Node) else x for x in node.operands)
        if node.op is rules.multiply and operands[0] is operands[1]:
            made[node] = Symbol(None, rules.square, operands[:1])
        else:
            made[node] = Symbol(None, node.op, operands)
    result: Node = made[expression]
    return result


def _cases(text: str) -> str:
    r"""\operatorname{where}(c, a, b) as a person writes it, by cases."""
    head = r"\operatorname{where}("
    while head in text:
        start = text.rindex(head)  # the innermost first
        parts, depth, at = [""], 1, start + len(head)
        while depth:
            letter = text[at]
            depth += (letter in "({") - (letter in ")}")
            if letter == "," and depth == 1:
                parts.append("")
            elif depth:
                parts[-1] += letter
            at += 1
        condition, first, second = (part.strip() for part in parts)
        cases = (
            rf"\begin{{cases}} {first} & \text{{if }} {condition} \\ "
            rf"{second} & \text{{else}} \end{{cases}}"
        )
        text = text[:start] + cases + text[at:]
    return text
