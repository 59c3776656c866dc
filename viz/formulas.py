"""The formulas of one arrow: its rule, its chain rule and its numbers, read from the rule table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.errors import AutogradError
from autograd_lite.graph import Node
from autograd_lite.rows import Elementwise
from autograd_lite.symbols import Symbol, latex

from . import formula
from .formula import Formula, name, number, row, words
from .numbers import full as full_number
from .numbers import short

PLACES = ("qa", "qb", "qc")  # stand for the operands while a formula is read
OUTPUT = "qy"
CIRCLED = "①②③④⑤⑥⑦⑧⑨"
SMALL = (4, 4)


@dataclass(frozen=True, slots=True)
class Sum:
    """A chain of additions that is drawn as one box.

    places: the addition and the slot of each term that is drawn; more, value: of the others.
    """

    places: tuple[tuple[Node, int], ...]
    more: str
    value: str


class Formulas:
    """The formulas of a graph whose nodes have these names, some of them in sums."""

    def __init__(
        self,
        names: Mapping[Node, str],
        sums: Mapping[Node, Sum] | None = None,
        constants: Mapping[int, str] | None = None,
    ) -> None:
        self.names = names
        self.sums = sums or {}
        self.constants = constants or {}  # names of plain arrays, by identity

    def operand(self, node: Node, slot: int) -> Formula:
        """An operand as it is called; one that stands twice is told apart by ①, ②."""
        operand = node.operands[slot]
        if isinstance(operand, Node):
            return name(self.slot_name(node, slot))
        given = self.constants.get(id(operand))
        return amount(operand) if given is None else name(given)

    def operand_name(self, node: Node, slot: int) -> str:
        """The name of an operand, node or not; a plain number is its own name."""
        operand = node.operands[slot]
        if isinstance(operand, Node):
            return self.slot_name(node, slot)
        return self.constants.get(id(operand), brief(operand))

    def slot_name(self, node: Node, slot: int) -> str:
        operand = node.operands[slot]
        twins = [i for i, x in enumerate(node.operands) if x is operand]
        mark = CIRCLED[min(twins.index(slot), 8)] if len(twins) > 1 else ""
        return self.names[operand] + mark

    def rule(self, node: Node) -> Formula:
        """What made the node, on names: a · b."""
        if node in self.sums:
            told = self.sums[node]
            terms = [self.operand(*place) for place in told.places]
            return _added([*terms, words(told.more)])
        return self.filled(node, [self.operand(node, i) for i in range(len(node.operands))])

    def equation(self, node: Node) -> Formula:
        """The node's name and what made it: c = a · b."""
        return row(name(self.names[node]), "=", self.rule(node))

    def numbers(self, node: Node) -> Formula:
        """What made the node, on numbers: 2 · (-3)."""
        if node in self.sums:
            told = self.sums[node]
            terms = [amount(data(top.operands[slot])) for top, slot in told.places]
            return _added([*terms, number(told.value)])
        return self.filled(node, [amount(data(x)) for x in node.operands])

    def filled(self, node: Node, operands: list[Formula]) -> Formula:
        """The rule of the node on these operands."""
        rule = node.op
        if len(operands) > len(PLACES) or "{a}" not in rule.latex:
            listed = [part for o in operands for part in (formula.operator(","), o)][1:]
            return row(Formula("word", rule.name), "(", *listed, ")")
        template = rule.latex
        for place, letter in zip(PLACES, "abc", strict=True):
            template = template.replace("{" + letter + "}", "{" + place + "}")
        return formula.substitute(
            formula.parse(template), dict(zip(PLACES, operands, strict=False))
        )

    def local(self, node: Node, slot: int) -> tuple[Formula | None, Formula | None]:
        """The local derivative on names and on numbers: (b, -3) or (1 - y², 1 - 0.5²).

        None for a rule on whole arrays, and for one that chooses by cases.
        """
        rule = node.op
        if not isinstance(rule, Elementwise):
            return None, None
        symbols = [
            x if isinstance(x, int | float) else Symbol(place)
            for x, place in zip(node.operands, PLACES, strict=False)
        ]
        try:
            written = latex(rule.local(slot, tuple(symbols), Symbol(OUTPUT)))
        except (AutogradError, ArithmeticError, AttributeError, TypeError, ValueError):
            return None, None  # a learner's own rule that cannot be traced: its number remains
        if "where" in written:
            return None, None
        places = (*PLACES[: len(symbols)], OUTPUT)
        named = [*(self.operand(node, i) for i in range(len(symbols))), name(self.names[node])]
        counted = [amount(data(x)) for x in (*node.operands, node)]
        shape_of_it = formula.squares(formula.parse(written))
        return (
            formula.substitute(shape_of_it, dict(zip(places, named, strict=True))),
            formula.substitute(shape_of_it, dict(zip(places, counted, strict=True))),
        )

    def entrywise(self, node: Node, slot: int, upstream: Formula, given: Any) -> Formula:
        """The gradient of an operand as a fused row writes each entry of it: (p - y) / n."""
        template: str = node.op.vjp_entry[slot]
        if is_single(given) and single(given) == 1.0:
            template = template.removeprefix("{g} · ")
        written = formula.parse(template.replace("{", "").replace("}", ""))
        return formula.substitute(written, {"g": upstream})

    def matmul(self, node: Node, slot: int, root: str) -> tuple[Formula, str] | None:
        """The gradient of a matrix product in matrix form, and the shapes that fit: X^T dL/dO."""
        left, right = (np.shape(data(x)) for x in node.operands)
        if len(left) > 2 or len(right) > 2:
            return None
        upstream = formula.partial(root, self.names[node])
        other = self.operand(node, 1 - slot)
        turned = Formula("power", parts=(other, formula.operator("ᵀ")))
        out = np.shape(node.data)
        if slot and len(left) == 2:
            return row(turned, "·", upstream), shapes(left[::-1], out, right)
        if not slot and len(right) == 2:
            return row(upstream, "·", turned), shapes(out, right[::-1], left)
        return row(upstream, "·", other), shapes(
            out, left if slot else right, right if slot else left
        )


def _added(terms: list[Formula]) -> Formula:
    return row(*[part for term in terms for part in ("+", term)][1:])


def shapes(first: tuple[int, ...], second: tuple[int, ...], result: tuple[int, ...]) -> str:
    """(d, n)(n, p) → (d, p)"""
    return f"{shape(first)}{shape(second)} → {shape(result)}"


def shape(sizes: tuple[int, ...]) -> str:
    """A shape as NumPy writes it: (2, 3)."""
    return str(tuple(sizes))


def data(operand: Any) -> Any:
    """The numbers of an operand, node or not."""
    return operand.data if isinstance(operand, Node) else operand


def is_single(x: Any) -> bool:
    """Whether there is exactly one number."""
    return bool(np.size(x) == 1)


def single(x: Any) -> float:
    """The one number of a number or of an array with one entry."""
    return float(np.asarray(x).reshape(-1)[0])


def amount(x: Any) -> Formula:
    """A number to four digits; a small array as a matrix; a large one as its shape."""
    if is_single(x):
        return number(short(single(x)))
    array = np.asarray(x)
    if array.ndim <= 2 and max(np.atleast_2d(array).shape) <= max(SMALL):
        return formula.matrix(
            tuple(tuple(short(float(v)) for v in r) for r in np.atleast_2d(array))
        )
    return words(shape(array.shape))


def brief(x: Any) -> str:
    """The same for one short line in a box: a number, or the shape of an array."""
    if is_single(x):
        return short(single(x))
    sizes = np.shape(x)
    return f"{sizes[0]} entries" if len(sizes) == 1 else "×".join(map(str, sizes))


def full(x: Any) -> str:
    """Every digit of a number, every entry of a small array, the range of a large one."""
    if is_single(x):
        return full_number(np.asarray(x).reshape(-1)[0])
    array = np.asarray(x)
    if array.size <= 16:
        return np.array2string(array, separator=", ", precision=6).replace("\n", "")
    low, high = np.nanmin(array), np.nanmax(array)
    return f"{shape(array.shape)}, {short(float(low))} … {short(float(high))}"
