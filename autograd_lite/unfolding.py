"""Fused operations, shown as what they are made of.

A fused row computes several operations as one and keeps less for the backward pass: a linear layer
with its activation. A learner wants to see the product, the sum and the activation. So before a
graph is drawn or stepped through, each such node is put in terms of them: it stays the same node,
with the same numbers and gradient, and gets the operations of `composed` below it.
"""

from __future__ import annotations

from typing import Any

from .graph import Node, Sweep, downward
from .mutation import unchanged
from .recording import watch


def unfold(root: Node) -> None:
    """Put what every fused operation below `root` is made of in its place.

    A node stays as it is where that cannot be computed again, because one of its inputs has other
    numbers since, as weights have after a step of an optimiser.

    >>> import numpy as np, nn
    >>> y = nn.Sequential(nn.Linear(2, 2, rng=0), nn.Tanh())(np.ones((1, 2)))
    >>> y.op, len(y.inputs)
    (<rule affine_tanh>, 3)
    >>> unfold(y)
    >>> y.op, y.inputs[0].op, y.inputs[0].inputs[0].op
    (<rule tanh>, <rule add>, <rule matmul>)
    """
    for node in downward(root):
        if node.op is not None and node.op.unfolds and unchanged(node):
            _unfold(node)


def _unfold(node: Any) -> None:
    with watch() as made:
        top = node.op.composed(*node.operands, **node.params)
    if node.grad is not None:
        found = Sweep((top,), [x for x in node.operands if isinstance(x, Node)]).run(
            {top: node.grad}
        )
        for inner in made:
            inner.grad = found.get(inner)
    node.a, node.params, node.seen, node.op = top.a, top.params, top.seen, top.op
