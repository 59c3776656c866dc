"""A traced graph and its gradient as lines of Python that know what they compute.

What is written down while a graph is traced keeps its node or its arrow, so that graph, steps and
code can be shown as three readings of one thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .graph import Node, numbers, propagate
from .listing import Listing, Plan
from .print_numpy import constant_text
from .recorded import is_recorded
from .recording import inside_transform
from .tape import Op, Tape
from .tensor import Tensor
from .traced import Labels, operation, tracing

Arrow = tuple[Node, int]  # a node, and the slot of the operand to which it hands its share


@dataclass(frozen=True, slots=True, eq=False)
class SourceLine:
    """One line of a source, and what it computes.

    value:  the number or array that it computes at this point; None for a line that computes none.
    nodes:  whose numbers it computes.  arrows: whose shares of a gradient it computes, each as the
    node that hands down and the slot of the operand that receives.
    """

    text: str
    value: Any = None
    nodes: tuple[Node, ...] = ()
    arrows: tuple[Arrow, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Source:
    """A graph and its gradient as Python, line by line.

    root:  the node that is differentiated.
    names: what nodes are called in the source, as far as they have a name there.
    arguments: what the source is called with to compute this graph: numbers and arrays by name.
    after: for every arrow, what the source calls the gradient that its operand has after it; ""
           where that is part of a longer expression; None where nothing asked for needs it.
    """

    root: Node
    lines: tuple[SourceLine, ...]
    names: Mapping[Node, str]
    arguments: Mapping[str, Any]
    after: Mapping[Arrow, str | None]

    @property
    def text(self) -> str:
        """The source, to be read, or pasted into a file after `import numpy as np`."""
        return "\n".join(line.text for line in self.lines) + "\n"

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text.rstrip("\n")


def in_reading_order(root: Node) -> list[Node]:
    """Every node that `root` depends on, inputs first, the left operand before the right one."""
    done: dict[Node, None] = {}
    entered: set[Node] = set()
    stack = [root]
    while stack:
        node = stack[-1]
        if node in done:
            stack.pop()
        elif node in entered:
            done[stack.pop()] = None
        else:
            entered.add(node)
            stack += [x for x in reversed(node.operands) if isinstance(x, Node) and x not in done]
    return list(done)


class Differentiated:
    """The gradient of a traced graph, with the operations that each node and arrow came to.

    stand_ins: for every node of the graph of numbers, what stood for it.
    wanted:  the leaves to differentiate by; None: those that a gradient reaches.
    told:    what was told of the operations while they were traced.
    """

    def __init__(
        self,
        tape: Tape,
        stand_ins: Mapping[Node, Any],
        root: Node,
        wanted: Sequence[Node] | None,
        told: Labels,
    ) -> None:
        self.root, self.tape = root, tape
        self.operations = {node: operation(x) for node, x in stand_ins.items()}
        self.forward = set(tape.ops)
        self.arrows: dict[Arrow, tuple[Any, ...]] = {}  # upstream, before, share, after
        node_of = {id(x): node for node, x in stand_ins.items()}
        top = stand_ins[root]
        stops = [] if wanted is None else [stand_ins[x] for x in wanted]
        found: dict[Node, Any] = {}

        def note(node: Node, operand: Node, slot: int, upstream: Any, *rest: Any) -> None:
            _, share, before, after = rest
            self.arrows[node_of[id(node)], slot] = tuple(
                map(operation, (upstream, before, share, after))
            )

        with tracing(tape) as labels, inside_transform(), np.errstate(all="ignore"):
            if isinstance(top, Tensor) and is_recorded(numbers(top)):
                one = np.ones((), top.dtype)
                found = propagate(top, np.broadcast_to(one, top.shape), stops, record=note)
        leaves = [x for x in in_reading_order(root) if x.op is None and stand_ins[x] in found]
        self.wanted = leaves if wanted is None else wanted
        self.gradients = [
            operation(found[stand_ins[x]]) if stand_ins[x] in found else np.zeros(x.shape, x.dtype)
            for x in self.wanted
        ]
        self._roots = told.roots | labels.roots
        self._changing = told.owners
        values = {op for op in self.operations.values() if isinstance(op, Op)}
        self._values = values
        self._gradient_of = {op: x for op, x in labels.gradient_of.items() if op not in values}

    def source(
        self,
        inputs: Sequence[Op],
        named: Mapping[int, str] | None = None,
        file: str | None = None,
    ) -> Source:
        """The page.

        inputs: its arguments, in order.  named: arrays that people have a name for, by identity.
        file: of the function that was traced.
        """
        outputs = [self.operations[self.root], *self.gradients]
        plan = Plan(inputs, outputs, (), dict(named or {}), self._changing)
        listing = Listing(plan, self._gradient_of, self._roots, file)
        tied = self._tied()
        stated = {op for _, op in listing.lines if op is not None}
        lines = []
        ends = [op for _, op in listing.lines[1:]] + [None]
        for (text, op), following in zip(listing.lines, ends, strict=True):
            if op is None:
                lines.append(SourceLine(text))
                continue
            ties = dict.fromkeys(tie for x in _written_in(op, stated) for tie in tied.get(x, ()))
            nodes = tuple(x for x in ties if isinstance(x, Node))
            arrows = tuple(x for x in ties if not isinstance(x, Node))
            value = None if following is op else op.sample  # a long statement has several lines
            lines.append(SourceLine(text, value, nodes, arrows))
        named_ops = [(x, op) for x, op in self.operations.items() if isinstance(op, Op)]
        names = {x: listing.names[op] for x, op in named_ops if op in listing.names}
        after = {arrow: _text(told[-1], listing) for arrow, told in self.arrows.items()}
        given = {listing.names[op]: op.sample for op in plan.inputs}
        return Source(self.root, tuple(lines), names, given | plan.constants, after)

    def _tied(self) -> dict[Op, list[Node | Arrow]]:
        """For every operation the nodes, or the arrows, that it was needed for."""
        tied: dict[Op, list[Node | Arrow]] = {}
        for node, op in self.operations.items():
            if node.op is not None and isinstance(op, Op):
                for part in [op, *_needed_for(op.operands, self._values)]:
                    tied.setdefault(part, []).append(node)
        for arrow, (upstream, before, share, after) in self.arrows.items():
            arrived = {x for x in (upstream, before) if isinstance(x, Op)}
            for part in _needed_for([after, share], self.forward, arrived):
                tied.setdefault(part, []).append(arrow)
        return tied


def _needed_for(roots: Iterable[Any], *stops: set[Op]) -> list[Op]:
    """The operations that `roots` need, themselves too, as far as `stops` and the inputs."""
    found: dict[Op, None] = {}
    stack = [x for x in roots if isinstance(x, Op)]
    while stack:
        op = stack.pop()
        if op not in found and op.function is not None and not any(op in x for x in stops):
            found[op] = None
            stack += op.operands
    return list(found)


def _written_in(op: Op, stated: set[Op]) -> list[Op]:
    """The operations in the statement of `op`: those that have none of their own are inside."""
    found = {op: None}
    stack = op.operands
    while stack:
        part = stack.pop()
        if part not in found and part not in stated and part.function is not None:
            found[part] = None
            stack += part.operands
    return list(found)


def _text(made: Any, listing: Listing) -> str | None:
    """What a source calls what was made; "" inside an expression, None where it is left out."""
    if not isinstance(made, Op):
        return constant_text(np.asarray(made).flat[0])[0] if np.size(made) else ""
    if made in listing.names:
        return listing.names[made]
    return "" if made in listing.plan.uses else None
