"""A large graph of single numbers in few parts: modules, arrays of parameters, and repeats.

Nodes that play the same part stand together: the 2,048 weights of a layer are one array, the sums
of products in it are one module, its 32 activations are one "ReLU × 32". Between parts there is one
arrow for all arrows between their nodes, and no circle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograd_lite import rules
from autograd_lite.graph import Node
from autograd_lite.source import short_names

from .modules import module_paths
from .names import computed

PARAMETER, MODULE, REPEAT, SINGLE = "parameter", "module", "repeat", "single"
ROUNDS = 2  # how far a node's surroundings are compared to say that two play the same part


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Nodes that are shown as one box.

    shown: those whose numbers are the part's own: all, or for a module its outputs.
    shape: of the array that the shown ones make.
    """

    kind: str
    name: str
    members: tuple[Node, ...]
    shown: tuple[Node, ...]
    shape: tuple[int, ...]

    @property
    def is_given(self) -> bool:
        return all(node.op is None for node in self.members)


def parts(root: Node, named: Mapping[Node, str]) -> tuple[Part, ...]:
    """The parts of a graph, each behind those that it needs.

    named: the names of parameters, "layers.0.weight[3, 5]".
    """
    nodes = computed(root)
    groups = _grouped(nodes, named)
    order = _ordered(nodes, groups)
    if order is None:  # nodes that stand together need each other through others
        groups = {node: key for node, key in groups.items() if key[0] == PARAMETER}
        order = _ordered(nodes, groups) or [(SINGLE, str(i)) for i in range(len(nodes))]
    members: dict[tuple[str, str], list[Node]] = {}
    for i, node in enumerate(nodes):
        members.setdefault(groups.get(node, (SINGLE, str(i))), []).append(node)
    outside = _used_outside(nodes, groups) | {root}
    letters = short_names({str(node.label) for node in nodes if node.label} | {"L", "l", "o"})
    taken: set[str] = set()
    found = []
    for key in order:
        found.append(_part(key, members[key], root, named, outside, letters, taken))
    return tuple(found)


def _part(
    key: tuple[str, str],
    members: list[Node],
    root: Node,
    named: Mapping[Node, str],
    outside: set[Node],
    letters: Iterator[str],
    taken: set[str],
) -> Part:
    kind, name = key
    shown = members
    shape: tuple[int, ...] = (len(members),)
    if kind == PARAMETER:
        shape, shown = _array(members, named)
    elif kind == MODULE:
        shown = [node for node in members if node in outside]
        shape = (len(shown),)
    elif kind == REPEAT:
        first = members[0]
        what = "input" if first.op is None else first.op.badge
        name = f"{what} × {len(members)}"
        inside = set(members)
        if any(x in inside for node in members for x in node.operands if isinstance(x, Node)):
            name = f"{what} of {len(members) + 1}"
            shown = [node for node in members if node in outside]
            shape = (len(shown),)
    else:
        node = members[0]
        name = named.get(node) or (str(node.label) if node.label else "")
        name = name or ("L" if node is root else next(letters))
        shape = ()
    base, count = name, 2
    while name in taken:
        name, count = f"{base} ({count})", count + 1
    taken.add(name)
    return Part(kind, name, tuple(members), tuple(shown), shape)


def _grouped(nodes: Sequence[Node], named: Mapping[Node, str]) -> dict[Node, tuple[str, str]]:
    """The part of every node that does not stand alone."""
    paths = module_paths(nodes, named or None)
    groups: dict[Node, tuple[str, str]] = {}
    for node in nodes:
        if node.op is None and "[" in named.get(node, ""):
            groups[node] = (PARAMETER, named[node].partition("[")[0])
        elif node.op is not None and node in paths:
            groups[node] = (MODULE, paths[node])
    groups |= _sums(nodes, groups)
    role = _roles(nodes, groups)
    count: dict[int, int] = {}
    for node in nodes:
        if node not in groups:
            count[role[node]] = count.get(role[node], 0) + 1
    for node in nodes:
        if node not in groups and count[role[node]] > 1:
            groups[node] = (REPEAT, f"role {role[node]}")
    groups.pop(nodes[-1], None)  # the result stands alone
    return groups


def _sums(
    nodes: Sequence[Node], groups: Mapping[Node, tuple[str, str]]
) -> dict[Node, tuple[str, str]]:
    """Chains and trees of additions, each a part of its own."""
    users: dict[Node, list[Node]] = {}
    for node in nodes:
        for x in node.operands:
            if isinstance(x, Node):
                users.setdefault(x, []).append(node)
    top: dict[Node, Node] = {}
    for node in reversed(nodes):
        if node.op is not rules.add or node in groups:
            continue
        above = users.get(node, [])
        inside = len(above) == 1 and above[0] in top
        top[node] = top[above[0]] if inside else node
    sizes: dict[Node, int] = {}
    for node in top.values():
        sizes[node] = sizes.get(node, 0) + 1
    return {n: (REPEAT, f"sum {id(t)}") for n, t in top.items() if sizes[t] > 1}


def _roles(nodes: Sequence[Node], groups: Mapping[Node, tuple[str, str]]) -> dict[Node, int]:
    """A number for every node, the same for those that are alike, and whose neighbours are."""
    numbers: dict[object, int] = {}

    def number(what: object) -> int:
        return numbers.setdefault(what, len(numbers))

    def alike(node: Node) -> object:
        return groups.get(node) or (node.op.name if node.op else "leaf")

    role = {node: number(alike(node)) for node in nodes}
    for _ in range(ROUNDS):
        above: dict[Node, set[int]] = {node: set() for node in nodes}
        for node in nodes:
            for x in node.operands:
                if isinstance(x, Node):
                    above[x].add(role[node])
        role = {
            node: role[node]
            if node in groups
            else number(
                (
                    role[node],
                    tuple(role[x] if isinstance(x, Node) else -1 for x in node.operands),
                    frozenset(above[node]),
                )
            )
            for node in nodes
        }
    return role


def _ordered(
    nodes: Sequence[Node], groups: Mapping[Node, tuple[str, str]]
) -> list[tuple[str, str]] | None:
    """The parts behind what they need; None if they need each other in a circle."""
    keys = {node: groups.get(node, (SINGLE, str(i))) for i, node in enumerate(nodes)}
    needs: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for node in nodes:
        mine = needs.setdefault(keys[node], set())
        mine |= {keys[x] for x in node.operands if isinstance(x, Node)} - {keys[node]}
    users: dict[tuple[str, str], list[tuple[str, str]]] = {key: [] for key in needs}
    for key, needed in needs.items():
        for other in needed:
            users[other].append(key)
    missing = {key: len(needed) for key, needed in needs.items()}
    done = [key for key, count in missing.items() if not count]
    for key in done:  # grows as parts become ready
        for user in users[key]:
            missing[user] -= 1
            if not missing[user]:
                done.append(user)
    return done if len(done) == len(needs) else None


def _used_outside(nodes: Sequence[Node], groups: Mapping[Node, tuple[str, str]]) -> set[Node]:
    return {
        x
        for node in nodes
        for x in node.operands
        if isinstance(x, Node) and (x not in groups or groups[x] != groups.get(node))
    }


def _array(
    members: Sequence[Node], named: Mapping[Node, str]
) -> tuple[tuple[int, ...], list[Node]]:
    """The shape of a parameter, and its entries in order; a list of those used, if some are not."""
    places = {
        node: tuple(map(int, re.findall(r"\d+", named[node].partition("[")[2]))) for node in members
    }
    found = sorted(members, key=lambda node: places[node])
    shape = tuple(int(n) for n in np.max([places[node] for node in members], axis=0))
    return (shape if int(np.prod(shape)) == len(members) else (len(members),)), found
