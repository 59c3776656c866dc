"""Names for the nodes of a graph: their labels, the user's variables, or short letters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from autograd_lite.errors import DataError
from autograd_lite.graph import Node
from autograd_lite.source import short_names
from autograd_lite.source_lines import in_reading_order
from autograd_lite.unfolding import unfold


def name_nodes(root: Node, names: Mapping[str, Any] | None = None) -> dict[Node, str]:
    """A short name for every node of the graph, no two alike.

    A node is called by its own label; else by the variable in `names` (such as locals()) that holds
    it, alone or in a list, dict or array; else a single number at the root is L, a leaf is x1, x2,
    ... and anything else c, d, e, ... in the order of computation. A leaf is numbered because there
    may be many, all of one kind; the letters stay free for what is computed.
    A name that comes twice gets a number: w, w_2. Constants have no name.
    Raises DataError if `root` is no node or `names` is no mapping.

    >>> from autograd_lite import Value
    >>> a, b, k = Value(2.0), Value(-3.0), Value(5.0)
    >>> L = (a * b + a) * k
    >>> [name for name in name_nodes(L, {"a": a, "b": b, "k": k}).values()]
    ['a', 'b', 'c', 'd', 'k', 'L']
    """
    if not isinstance(root, Node):
        raise DataError(
            f"{type(root).__name__} {root!r:.60} is not part of a graph.\n"
            "  Give a Value or a Tensor that was computed from others."
        )
    if names is not None and not isinstance(names, Mapping):
        raise DataError(
            f"names={names!r:.60} is {type(names).__name__}, not names with their objects.\n"
            '  Give names=locals(), or a dict such as {"w": w}.'
        )
    nodes = computed(root)
    variables = dict(_variables(names or {}))
    given = {node: str(node.label) if node.label else variables.get(node) for node in nodes}
    taken = {name for name in given.values() if name}
    letters = short_names(taken | {"L", "l", "o"})
    numbers = (f"x{i}" for i in range(1, len(nodes) + 2))
    found: dict[Node, str] = {}
    used: set[str] = set()
    for node in nodes:
        name = given[node]
        if name is None:
            if (
                node is root
                and node.op is not None
                and "L" not in taken
                and np.ndim(node.data) == 0
            ):
                name = "L"
            else:
                fresh = letters if node.op is not None else numbers
                name = next(n for n in fresh if n not in taken)
        base, count = name, 2
        while name in used:
            name, count = f"{base}_{count}", count + 1
        used.add(name)
        found[node] = name
    return found


def name_constants(
    nodes: Iterable[Node], names: Mapping[str, Any] | None, taken: Collection[str]
) -> dict[int, str]:
    """A name for every plain array among the operands, by its identity: a variable's, else "data".

    A variable gives its name if it holds this array, or the same numbers in another type.
    """
    variables = {
        name: value
        for name, value in (names or {}).items()
        if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and name not in taken
    }
    found: dict[int, str] = {}
    for node in nodes:
        for x in node.operands:
            if not isinstance(x, np.ndarray) or x.size < 2 or id(x) in found:
                continue
            for name, value in variables.items():
                same = value.shape == x.shape and (value is x or np.allclose(value, x, 1e-6))
                if same and name not in found.values():
                    found[id(x)] = name
                    break
            else:
                fresh = ("data", *(f"data_{i}" for i in range(2, len(found) + 3)))
                free = (n for n in fresh if n not in taken and n not in found.values())
                found[id(x)] = next(free)
    return found


def computed(root: Node) -> list[Node]:
    """Every node that `root` depends on, inputs first, and the left operand before the right one.

    That is how a person works an expression out, so letters and steps come in the order of reading.
    Fused operations are unfolded into what they are made of.
    """
    unfold(root)
    return in_reading_order(root)


def _variables(names: Mapping[str, Any]) -> Iterator[tuple[Node, str]]:
    """(node, name) of the variables; a later name of the same node does not replace the first."""
    seen: set[Node] = set()
    inside: list[tuple[Node, str]] = []
    for name, value in list(names.items()):
        if not isinstance(name, str) or name.startswith("_"):
            continue
        if isinstance(value, Node):
            if value not in seen:
                seen.add(value)
                yield value, name
        else:
            inside += [(node, name + place) for place, node in _members(value)]
    for node, name in inside:
        if node not in seen:
            seen.add(node)
            yield node, name


def _members(value: Any) -> Iterator[tuple[str, Node]]:
    if isinstance(value, np.ndarray) and value.dtype == object:
        for index in np.ndindex(value.shape):
            entry: Any = value[index]
            if isinstance(entry, Node):
                yield f"[{', '.join(map(str, index))}]", entry
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            if isinstance(item, Node):
                yield f"[{i}]", item
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, Node):
                yield f"[{key!r}]", item
