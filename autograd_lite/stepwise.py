"""Backpropagation, recorded: one step for every arrow of the graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import DataError
from .graph import Node, propagate
from .unfolding import unfold


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One arrow of backpropagation: `node` hands `input` its share of the gradient.

    contribution = upstream * local; after = before + contribution. `before` is None at the first
    of the `arrows` arrows that arrive at `input`; this is arrow number `arrow`, from 1. `local` is
    None for a rule on whole arrays, which has no single factor.
    """

    node: Node
    input: Node
    slot: int
    upstream: Any
    local: Any
    contribution: Any
    before: Any
    after: Any
    arrow: int
    arrows: int


def steps(node: Node) -> list[Step]:
    """Backpropagation from `node`, recorded: one step for every arrow of its graph, in order.

    It starts from zero and changes no `.grad`. Each step holds node, input, slot, upstream, local,
    contribution, before and after: see `Step`. Fused operations come as what they are made of.

    Raises DataError if `node` is no node, ShapeError if it has more than one entry.

    >>> from autograd_lite import Value
    >>> a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    >>> for s in steps((a * b + a) * k):
    ...     print(s.input.label, s.upstream, s.local, s.contribution, s.before, s.after)
    None 1.0 5.0 5.0 None 5.0
    k 1.0 -4.0 -4.0 None -4.0
    None 5.0 1.0 5.0 None 5.0
    a 5.0 1.0 5.0 None 5.0
    a 5.0 -3.0 -15.0 5.0 -10.0
    b 5.0 2.0 10.0 None 10.0
    """
    if not isinstance(node, Node):
        raise DataError(
            f"steps: {type(node).__name__} {node!r:.60} is not part of a graph.\n"
            "  Give a Value or a Tensor that was computed from others."
        )
    unfold(node)
    rows: list[Any] = []

    def note(*row: Any) -> None:
        local = row[4]
        if isinstance(local, np.ndarray):  # it may be a node's own array: for reading only
            local = local.view()
            local.flags.writeable = False
        rows.append((*row[:4], local, *row[5:]))

    propagate(node, node._seed(None), record=note)
    totals: dict[Node, int] = {}
    for row in rows:
        totals[row[1]] = totals.get(row[1], 0) + 1
    seen: dict[Node, int] = {}
    found = []
    for row in rows:
        seen[row[1]] = seen.get(row[1], 0) + 1
        found.append(Step(*(*row, seen[row[1]], totals[row[1]])))
    return found
