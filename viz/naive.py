"""Backprop in the wrong order, recorded: depth first, without waiting for all paths.

A node hands its gradient on as soon as the search comes to it, whatever is still to arrive. Where a
node that was computed from others is used more than once, what arrives later never gets further,
and the numbers below come out wrong. This is why the engine goes in topological order.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from autograd_lite.graph import Node, arrows
from autograd_lite.stepwise import Step, steps


def naive_steps(root: Node) -> list[Step]:
    """Backprop from `root` as a depth-first search does it: a step for every arrow, as `ag.steps`.

    Of the two ways to search, the last operand first or the first operand first, the one is taken
    that goes wrong, if one of them does. The graph is only read.

    >>> from autograd_lite import Value
    >>> x = Value(1.0, label="x")
    >>> a = x * 2.0
    >>> L = (a * -3.0 + a) * 5.0
    >>> naive_steps(L)[-2].after, steps(L)[-1].after  # 10 and not -20
    (10.0, -20.0)
    """
    right = {step.input: step.after for step in steps(root)}
    found: list[Step] = []
    for last_first in (True, False):
        found = _depth_first(root, last_first)
        if any(differs(value, right[node]) for node, value in totals(found).items()):
            break
    return found


def _depth_first(root: Node, last_first: bool) -> list[Step]:
    gradients: dict[Node, Any] = {root: root._seed(None)}
    handed_on: set[Node] = set()
    rows: list[Any] = []
    stack = [root]
    with np.errstate(all="ignore"):
        while stack:
            node = stack.pop()
            if node in handed_on or node.op is None:
                continue
            handed_on.add(node)
            upstream = gradients[node]
            reached = []
            for slot, operand, local, share in arrows(node, upstream, False, None):
                before = gradients.get(operand)
                after = share if before is None else before + share
                gradients[operand] = after
                rows.append((node, operand, slot, upstream, local, share, before, after))
                reached.append(operand)
            stack += reached if last_first else reversed(reached)
    count = Counter(row[1] for row in rows)
    seen: Counter[Node] = Counter()
    found = []
    for row in rows:
        seen[row[1]] += 1
        found.append(Step(*(*row, seen[row[1]], count[row[1]])))
    return found


def totals(record: list[Step]) -> dict[Node, Any]:
    """What every node has collected at the end of a record."""
    return {step.input: step.after for step in record}


def differs(one: Any, other: Any) -> bool:
    """Whether two gradients are not the same numbers, but for rounding."""
    return not np.allclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True)
