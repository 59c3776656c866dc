"""Straight-line Python from expressions: equal parts once, one statement for what has a name."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from .graph import Node, downward
from .rules import identity
from .symbols import has_python_name, python


class Merged:
    """A graph of symbols with equal sub-expressions made one: the same rule of the same operands.

    A row that neither Python nor NumPy has a name for is replaced by what it is made of.
    `whole` are the operations that stood in the graph, not the parts of such rows; `uses` counts
    how often a node is an operand.
    """

    def __init__(self) -> None:
        self.first: dict[tuple[Any, ...], Node] = {}
        self.same: dict[Node, Any] = {}
        self.uses: dict[Node, int] = {}
        self.whole: set[Node] = set()

    def of(self, x: Any) -> Any:
        """The one node that stands for `x` and its equals."""
        return self.same.get(x, x) if isinstance(x, Node) else x

    def take(self, *roots: Any) -> list[Node]:
        """The operations below `roots` that are new, inputs first."""
        new: list[Node] = []
        for root in roots:
            if isinstance(root, Node):
                self._take(root, new, whole=True)
        return new

    def _take(self, root: Node, new: list[Node], whole: bool) -> None:
        for node in reversed(downward(root)):
            if node in self.same:
                continue
            if node.op is None:
                self.same[node] = node
                continue
            operands = tuple(map(self.of, node.operands))
            if node.op is identity:
                self.same[node] = operands[0]
                continue
            if not has_python_name(node.op):
                made_of = node.op.value(*operands)
                if isinstance(made_of, Node):
                    self._take(made_of, new, whole=False)
                found = self.of(made_of)
            else:
                key = (node.op, *(x if isinstance(x, Node) else repr(x) for x in operands))
                found = self.first.setdefault(key, node)
                if found is node:
                    node.a = operands
                    new.append(node)
                    for x in operands:
                        if isinstance(x, Node):
                            self.uses[x] = self.uses.get(x, 0) + 1
            self.same[node] = found
            if whole:
                self.whole.add(found)


def statements(nodes: Iterable[Node], named: dict[Node, str], literal: Any = None) -> list[str]:
    """`name = expression` for every node that has a name; the others are written where they go."""
    lines = []
    for node in nodes:
        if node in named:
            name = named.pop(node)
            lines.append(f"{name} = {python(node, named, literal)}")
            named[node] = name
    return lines


def short_names(taken: Iterable[str]) -> Iterator[str]:
    """c, d, e, ... and then c1, d1, ..., without those that are taken."""
    letters = "cdefghijkmnpqrstuvwz"
    taken = set(taken)
    names = (c + n for n in map(str, itertools.chain([""], itertools.count(1))) for c in letters)
    return (name for name in names if name not in taken)
