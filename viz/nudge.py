"""What happens to the numbers of a recorded graph when one of them changes a little."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograd_lite.graph import Node, downward

from .formulas import is_single, single


class Replay:
    """The forward pass of a graph, done again with some numbers changed. The graph is only read.

    >>> from autograd_lite import Value
    >>> a = Value(2.0)
    >>> L = a * a
    >>> Replay(L).change({a: 3.0})[L]
    9.0
    """

    def __init__(self, root: Node) -> None:
        self.root = root
        self.order = downward(root)[::-1]

    def change(self, new: Mapping[Node, Any]) -> dict[Node, Any]:
        """Every number that differs once the nodes of `new` have these numbers, themselves too."""
        changed = dict(new)
        with np.errstate(all="ignore"):
            for node in self.order:
                if node in changed or node.op is None:
                    continue
                if any(isinstance(x, Node) and x in changed for x in node.operands):
                    given = tuple(
                        changed.get(x, x.data) if isinstance(x, Node) else x for x in node.operands
                    )
                    changed[node] = node.op.compute(given, node.params)
        return changed

    def nudge(self, node: Node, by: float) -> dict[Node, Any]:
        """Every number that differs once `node`, a single number, is raised by `by`."""
        return self.change({node: node.data + by}) if is_single(node.data) else {}

    def result(self, changed: Mapping[Node, Any]) -> float:
        """The number at the root after a change."""
        return single(changed.get(self.root, self.root.data))
