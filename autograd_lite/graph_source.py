"""`source_of`: a graph that exists, and its gradient, as a page of Python.

The rules of the graph are applied once more, to stand-ins that write down what NumPy is asked, as
`compile` does with a function.
"""

from __future__ import annotations

import itertools
import keyword
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .errors import DataError
from .graph import Node, downward, numbers
from .recorded import Recorded
from .recording import inside_transform
from .source_lines import Differentiated, Source, in_reading_order
from .symbols import Symbol
from .tape import Op, Tape
from .tensor import Tensor
from .traced import operation, tracing
from .unfolding import unfold


def source_of(
    node: Node,
    wrt: Node | Sequence[Node] | None = None,
    names: Mapping[str, Any] | None = None,
) -> Source:
    """A graph that was computed already, and its gradient, as straight-line NumPy.

    It is what `compile` prints for a function, made of the nodes themselves: its arguments are the
    leaves and the arrays that they met, its names the labels. Choices that were made while the
    graph was computed, as by an `if` or the condition of a `where`, are as they were. Where the
    node has several entries, the gradient is that of their sum. Fused operations come as what they
    are made of.

    wrt: a leaf, or several, to differentiate by; left out: every leaf that a gradient reaches.
    names: `locals()`, to call nodes and arrays by their variables.
    Raises DataError if `node` is no node with numbers, `wrt` no leaf of its graph or `names` no
    mapping.

    >>> from autograd_lite import Value
    >>> a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    >>> source = source_of((a * b + a) * k)
    >>> [line.value.item() for line in source.lines if line.nodes]
    [-6.0, -4.0, -20.0]
    >>> [line.value.item() for line in source.lines if line.arrows]
    [-10.0, 10.0]
    """
    if not isinstance(node, Node) or isinstance(node, Symbol):
        raise DataError(
            f"source_of: {type(node).__name__} {node!r:.60} is not part of a graph of numbers.\n"
            "  Give a Value or a Tensor that was computed from others; for a function, "
            "ag.compile(f).source."
        )
    if names is not None and not isinstance(names, Mapping):
        raise DataError(
            f"source_of: names={names!r:.60} is {type(names).__name__}, not names with their "
            'objects.\n  Give names=locals(), or a dict such as {"w": w}.'
        )
    node.verify(downward(node))
    unfold(node)
    order = in_reading_order(node)
    wanted = None if wrt is None else _leaves(wrt, order)
    stands = _Again(node, order, _Names(names or {}))
    found = Differentiated(stands.tape, stands.nodes, node, wanted, stands.labels)
    for op in stands.tape.ops:
        op.line = None  # that is a line of who asked, not of who computed
    return found.source(stands.inputs)


def _leaves(wrt: Any, order: Sequence[Node]) -> list[Node]:
    several = list(wrt) if isinstance(wrt, list | tuple) else [wrt]
    for x in several:
        if not any(x is node and node.op is None for node in order):
            told = f"the node {x.label or x!r:.60}" if isinstance(x, Node) else f"{x!r:.60}"
            raise DataError(
                f"source_of: wrt={told} is no leaf of this graph.\n"
                "  The source is a function of the leaves: give one of them, or a list."
            )
    return list(dict.fromkeys(several))


class _Names:
    """Names that Python can read, no two alike."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.of: dict[int, str] = {}
        for name, x in list(names.items()):
            if isinstance(name, str) and not name.startswith("_"):
                self.of.setdefault(id(x), name)
        self._taken = {"np", "value_and_grad"}

    def give(self, x: Any, other: str = "") -> str | None:
        """A name for a node or an array: its label, else its variable, else one like `other`."""
        told = (isinstance(x, Node) and x.label) or self.of.get(id(x), "")
        name = re.sub(r"\W+", "_", told).strip("_") or other
        if not name:
            return None
        name = "_" * name[0].isdigit() + name + "_" * keyword.iskeyword(name)
        tries = itertools.chain([name], (f"{name}_{i}" for i in itertools.count(2)))
        found = next(x for x in tries if x not in self._taken)
        self._taken.add(found)
        return found


class _Again:
    """A stand-in for every node of a graph, made by its own rules from those of the leaves.

    nodes: the stand-ins.  inputs: the operations that stand for the leaves, then for plain arrays.
    """

    def __init__(self, root: Node, order: Sequence[Node], names: _Names) -> None:
        self.tape = Tape()
        self.nodes: dict[Node, Any] = {}
        self._leaves: list[Op] = []
        self._names = names
        self._arrays: dict[int, Recorded] = {}
        with tracing(self.tape) as labels, inside_transform(), np.errstate(all="ignore"):
            for node in order:
                if node.op is None:
                    stand_in = self._input(node)
                    self._leaves.append(stand_in.op)
                    self.nodes[node] = Tensor(stand_in, label=stand_in.op.name)
                    continue
                operands = tuple(map(self._operand, node.operands))
                self.nodes[node] = Tensor._apply_rule(node.op, operands, dict(node.params))
                op = operation(self.nodes[node])
                if isinstance(op, Op) and op.name is None:
                    op.name = names.give(node)
        self.labels = labels
        self.inputs = self._leaves + [x.op for x in self._arrays.values()]

    def _operand(self, x: Any) -> Any:
        if isinstance(x, Node):
            return self.nodes[x]
        if isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.size > 1 and any(x.strides):
            if id(x) not in self._arrays:
                self._arrays[id(x)] = self._input(x)
            return self._arrays[id(x)]
        return x

    def _input(self, x: Any) -> Recorded:
        data = numbers(x)
        name = self._names.give(x, "x" if isinstance(x, Node) else "data")
        op = self.tape.input(data if np.ndim(data) else np.asarray(data)[()], name)
        return Recorded(self.tape, op)
