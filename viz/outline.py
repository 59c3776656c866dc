"""The one description of a graph that every picture is built from.

It says which boxes and arrows there are and what stands in them, in words and numbers; how it looks
is for others. Large graphs are folded here, so every picture folds them alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError, AutogradError
from autograd_lite.graph import Node, numbers, reached
from autograd_lite.rows import Elementwise
from autograd_lite.symbols import Symbol, python

from .folding import Sum, gathered, hidden_below, near, with_leaves
from .names import name_nodes
from .numbers import short, short_array

LIMIT = 400


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """A node, a constant, or a folded part of the graph.

    kind: "leaf", "operation", "constant" or "fold". value and grad are written out to four digits;
    grad is None where none was computed. A fold stands for `node` and all that only it needs; one
    that stands for many terms of a sum has no node of its own. members: the nodes of a box that
    stands for many alike, in the order of its array. data: the numbers of such a box, or of a
    constant.
    """

    key: str
    kind: str
    node: Node | None
    name: str
    badge: str
    expression: str
    value: str
    grad: str | None
    shape: tuple[int, ...]
    members: tuple[Node, ...] = ()
    data: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Arrow:
    """An operand of an operation: one for each slot, so `a + a` has two.

    local: the local derivative as a number, None where it is not one number. local_text: the same
    in the operands' names, as "b" for c = a * b; None for a rule on whole arrays.
    origin: the node and the slot of the graph that the arrow stands for; None where the arrow
    stands for many. It differs from (target, slot) where a sum was gathered.
    """

    key: str
    source: str
    target: str
    slot: int
    local: float | None
    local_text: str | None
    origin: tuple[Node, int] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Boxes in the order of computation, arrows between them, and a note on what was folded.

    inside: for every node without a box of its own, the key of the box that it is part of.
    """

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    note: str = ""
    inside: Mapping[Node, str] = field(default_factory=dict)


def outline(
    root: Node,
    names: Mapping[str, Any] | None = None,
    keep: Iterable[Node] | None = None,
    depth: int | None = None,
    limit: int = LIMIT,
    gather: bool = False,
) -> Outline:
    """Describe the graph of `root`.

    names: variables to name nodes by, as locals().
    keep:  nodes to follow: what does not lead from one of them to the root is folded, each such
           operand into one box that shows its value.
    gather: fold sums as well. A neuron z = w1 x1 + w2 x2 + ... + w64 x64 + b is a chain of 64
           additions, so that sixty folded products would be sixty boxes, one for each addition.
           Gathered, the chain is one sum with the kept products and one box, "+ 60 more", whose
           value is what the folded products add up to. Addition is associative and hands its
           gradient on unchanged, so the box of the chain has the right value and gradient, and so
           has every term.
    depth: how many operations above the root are shown; what is below is folded.
    limit: a graph of more nodes is folded by depth, as far as fits, and the note says so.
    Raises DataError if `root` is no node, ArgumentError for a depth below 1.
    """
    if depth is not None and (isinstance(depth, bool) or not isinstance(depth, int) or depth < 1):
        raise ArgumentError(
            f"depth={depth!r}: the number of operations to show, counted from the result.\n"
            "  Give 1 or more, or leave it out to see the whole graph."
        )
    called = name_nodes(root, names)
    nodes = list(called)
    shown = set(nodes)
    sums: dict[Node, Sum] = {}
    note = ""
    if keep is not None:
        path = (reached(nodes[::-1], keep) & shown) | {root}
        sums = gathered(nodes, path) if gather else {}
        absorbed = {x for found in sums.values() for x in found.absorbed}
        shown = with_leaves(path - absorbed, sums)
        if len(shown) < len(nodes):
            note = f"{len(nodes) - len(shown)} of {len(nodes)} nodes are folded."
    if depth is not None:
        shown &= with_leaves(near(root, depth), sums)
        note = f"Shown to a depth of {depth}: {len(shown)} of {len(nodes)} nodes."
    if len(shown) > limit:
        depth = 1
        while len(with_leaves(near(root, depth + 1), sums) & shown) <= limit:
            depth += 1
        shown &= with_leaves(near(root, depth), sums)
        note = (
            f"{len(nodes)} nodes are too many for one drawing, so it ends at depth {depth}; "
            "depth= or keep= shows another part."
        )
    return _Describer(called, shown, {n: s for n, s in sums.items() if n in shown}).outline(note)


class _Describer:
    """Writes boxes and arrows, inputs first."""

    def __init__(self, called: dict[Node, str], shown: set[Node], sums: Mapping[Node, Sum]) -> None:
        self.called, self.shown, self.sums = called, shown, sums
        self.boxes: list[Box] = []
        self.arrows: list[Arrow] = []
        self.keys: dict[Node, str] = {}
        self.inside: dict[Node, str] = {}

    def outline(self, note: str) -> Outline:
        attached = self._attached()
        for node in self.called:
            if node in attached:
                self._fold(node)
            elif node in self.sums:
                self._sum(node, self.sums[node])
            elif node in self.shown:
                self._node(node)
        return Outline(tuple(self.boxes), tuple(self.arrows), note, self.inside)

    def _attached(self) -> set[Node]:
        """The hidden nodes that a shown one needs directly: each becomes a fold."""
        needed: set[Node] = set()
        for node in self.shown:
            operands = self.sums[node].kept if node in self.sums else node.operands
            needed.update(x for x in operands if isinstance(x, Node) and x not in self.shown)
        return needed

    def _box(
        self,
        kind: str,
        node: Node | None,
        name: str,
        data: Any,
        grad: Any,
        badge: str = "",
        expression: str = "",
    ) -> str:
        key = f"n{len(self.boxes)}"
        written = None if grad is None else write(grad)
        size, given = np.shape(data), data if node is None else None
        self.boxes.append(
            Box(key, kind, node, name, badge, expression, write(data), written, size, (), given)
        )
        if node is not None:
            self.keys[node] = key
        return key

    def _fold(self, node: Node) -> None:
        below = hidden_below([node], self.shown, self.inside, self.keys)
        count = sum(x.op is not None for x in below)
        text = f"{count} operation{'s' * (count != 1)} folded" if count else "folded"
        key = self._box("fold", node, self.called[node], node.data, node.grad, "…", text)
        self.inside.update((x, key) for x in below if x is not node)

    def _node(self, node: Node) -> None:
        name = self.called[node]
        if node.op is None:
            self._box("leaf", node, name, node.data, node.grad)
            return
        sources = [self._source(x) for x in node.operands]
        expression = self._expression(node)
        key = self._box("operation", node, name, node.data, node.grad, node.op.badge, expression)
        for slot, source in enumerate(sources):
            self._arrow(source, key, slot, *self._local(node, slot), (node, slot))

    def _sum(self, node: Node, found: Sum) -> None:
        sources = [self._source(x) for x in found.kept]
        with np.errstate(all="ignore"):
            value = np.sum([numbers(x) for x in found.folded], axis=0)
        more = f"+ {len(found.folded)} more"
        rest = self._box("fold", None, more, value, node.grad, "…", f"{len(found.folded)} terms")
        below = hidden_below(
            [x for x in found.folded if isinstance(x, Node)], self.shown, self.inside, self.keys
        )
        self.inside.update((x, rest) for x in below)
        terms = " + ".join([*map(self._text, found.kept)])
        key = self._box(
            "operation", node, self.called[node], node.data, node.grad, "+", f"{terms} {more}"
        )
        self.inside.update((x, key) for x in found.absorbed)
        for slot, (source, origin) in enumerate(zip(sources, found.places, strict=True)):
            self._arrow(source, key, slot, *self._local(*origin), origin)
        self._arrow(rest, key, len(sources), 1.0, "1", None)

    def _source(self, operand: Any) -> str:
        if isinstance(operand, Node):
            return self.keys[operand]
        return self._box("constant", None, "", operand, None)

    def _arrow(
        self,
        source: str,
        target: str,
        slot: int,
        local: float | None,
        text: str | None,
        origin: tuple[Node, int] | None,
    ) -> None:
        key = f"e{len(self.arrows)}"
        self.arrows.append(Arrow(key, source, target, slot, local, text, origin))

    def _text(self, operand: Any) -> str:
        return self.called[operand] if isinstance(operand, Node) else write(operand)

    def _expression(self, node: Node) -> str:
        """What the node computes, in the names of its operands: "a * b"."""
        parts = [self._text(x) for x in node.operands]
        infix = getattr(node.op, "infix", None)
        if infix is not None:
            return f" {infix[0]} ".join(parts) if len(parts) > 1 else infix[0] + parts[0]
        if node.op.badge == "@":
            return " @ ".join(parts)
        settings = [
            f"{k}={v!r:.20}" for k, v in node.params.items() if v is not None and v is not False
        ]
        return f"{node.op.name}({', '.join([*parts, *settings])})"

    def _local(self, node: Node, slot: int) -> tuple[float | None, str | None]:
        """The local derivative of a slot, as a number and in names."""
        rule = node.op
        if not isinstance(rule, Elementwise) or rule.partials[slot] is None:
            return None, None
        if not isinstance(node.operands[slot], Node):
            return None, None
        parts = tuple(Symbol(self.called[x]) if isinstance(x, Node) else x for x in node.operands)
        text: str | None = None
        if not any(np.ndim(x) for x in parts if not isinstance(x, Node)):
            try:
                text = python(rule.local(slot, parts, Symbol(self.called[node])))
            except (AutogradError, ArithmeticError, AttributeError, TypeError, ValueError):
                text = None  # a learner's own rule that cannot be traced: its number remains
        if np.ndim(node.data):
            return None, text
        with np.errstate(all="ignore"):
            return float(node.local(slot)), text


def write(data: Any) -> str:
    """A number or array as it stands in a box."""
    return short(data) if np.ndim(data) == 0 else short_array(data)
