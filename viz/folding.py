"""Which nodes of a large graph are drawn, and which are folded into boxes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite import rules
from autograd_lite.graph import Node


@dataclass(frozen=True, slots=True)
class Sum:
    """A chain or tree of additions as one sum: the terms to show, and those to fold.

    places: for each kept term, the addition and the slot that it stood in.
    absorbed: the additions inside the sum, which are not drawn on their own.
    """

    kept: tuple[Any, ...]
    places: tuple[tuple[Node, int], ...]
    folded: tuple[Any, ...]
    absorbed: tuple[Node, ...]


def gathered(nodes: list[Node], path: Collection[Node]) -> dict[Node, Sum]:
    """The sums on `path` of which two or more terms are folded, by their topmost addition.

    An addition that has a label, more than one user or another shape stays a term of its own.
    """
    users: dict[Node, int] = {}
    for node in nodes:
        for x in node.operands:
            if isinstance(x, Node):
                users[x] = users.get(x, 0) + 1
    inner: set[Node] = set()
    found: dict[Node, Sum] = {}
    for top in reversed(nodes):
        if top.op is not rules.add or top in inner or top not in path:
            continue
        kept: list[tuple[Any, tuple[Node, int]]] = []
        folded: list[Any] = []
        absorbed: list[Node] = []
        stack: list[tuple[Any, tuple[Node, int]]] = _terms(top)
        while stack:
            term, place = stack.pop()
            if not isinstance(term, Node):
                folded.append(term)
            elif (
                term.op is rules.add
                and users[term] == 1
                and not term.label
                and np.shape(term.data) == np.shape(top.data)
            ):
                absorbed.append(term)
                stack += _terms(term)
            elif term in path:
                kept.append((term, place))
            else:
                folded.append(term)
        inner.update(absorbed)  # also of a sum left as it is: its parts fold no more than it does
        if len(folded) > 1:
            found[top] = Sum(
                tuple(term for term, _ in kept),
                tuple(place for _, place in kept),
                tuple(folded),
                tuple(absorbed),
            )
    return found


def _terms(node: Node) -> list[tuple[Any, tuple[Node, int]]]:
    return [(node.operands[slot], (node, slot)) for slot in (1, 0)]


def hidden_below(starts: Iterable[Node], *stops: Collection[Node]) -> list[Node]:
    """The nodes at and below `starts`, without entering those of any of `stops`."""
    found: dict[Node, None] = {}
    stack = list(starts)
    while stack:
        node = stack.pop()
        if node in found:
            continue
        for some in stops:
            if node in some:
                break
        else:
            found[node] = None
            stack += [x for x in node.operands if isinstance(x, Node)]
    return list(found)


def near(root: Node, depth: int) -> set[Node]:
    """The nodes at most `depth` operations below the root."""
    found, front = {root}, [root]
    for _ in range(depth - 1):
        below = (x for node in front for x in node.operands if isinstance(x, Node))
        front = [x for x in dict.fromkeys(below) if x not in found and x.op is not None]
        if not front:
            break
        found.update(front)
    return found


def with_leaves(nodes: Iterable[Node], sums: Mapping[Node, Sum]) -> set[Node]:
    """The nodes and those of their operands that are leaves: the other factor beside a kept one."""
    found = set(nodes)
    for node in tuple(found):
        operands = sums[node].kept if node in sums else node.operands
        found.update(x for x in operands if isinstance(x, Node) and x.op is None)
    return found
