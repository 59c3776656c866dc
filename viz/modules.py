"""Which module of a model an operation belongs to, found from the parameters that it uses.

A graph knows nothing of modules. Parameters tell: by identity, if the model is given, else by the
path in their label, as "layers.0.weight". An operation that uses a parameter of `layers.0` belongs
to it, and so does what lies between two such operations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd_lite import rules
from autograd_lite.errors import ArgumentError
from autograd_lite.graph import Node

MOST = 62  # modules in sight at once; of more, only the direct users of parameters are told apart


def parameter_names(model: Any) -> dict[Node, str]:
    """The name of every parameter of a model: "layers.0.weight", or "layers.0.weight[1, 2]".

    Raises ArgumentError if the model has no named parameters.
    """
    named = getattr(model, "named_parameters", None)
    if not callable(named):
        raise ArgumentError(
            f"model={model!r:.60} is {type(model).__name__}, which has no named_parameters().\n"
            "  Give the nn.Module that the graph was computed with."
        )
    found: dict[Node, str] = {}
    for name, parameter in named():
        if isinstance(parameter, Node):
            found[parameter] = name
            continue
        for index in np.ndindex(np.shape(parameter)):
            place = ", ".join(str(i + 1) for i in index)
            found[parameter[index]] = f"{name}[{place}]"
    return found


def names_in(names: Mapping[str, Any] | None) -> dict[Node, str]:
    """The names of the parameters of the one model among these variables, if there is just one."""
    models = {id(x): x for x in (names or {}).values() if callable(_named(x))}
    return parameter_names(next(iter(models.values()))) if len(models) == 1 else {}


def _named(x: Any) -> Any:
    return None if isinstance(x, type) else getattr(x, "named_parameters", None)


def module_paths(nodes: Sequence[Node], named: Mapping[Node, str] | None = None) -> dict[Node, str]:
    """The path of the module of every node that belongs to one. `nodes`: inputs first.

    named: the names of the parameters; None: their labels.
    """
    paths: dict[Node, str] = {}
    for node in nodes:
        name = (node.label or "") if named is None else named.get(node, "")
        path = name.partition("[")[0].rpartition(".")[0]
        if node.op is None and path:
            paths[node] = path
    if not paths:
        return {}
    using: dict[Node, str] = {}
    for node in nodes:
        found = {paths[x] for x in node.operands if isinstance(x, Node) and x in paths}
        if len(found) == 1:
            using[node] = found.pop()
    between = _between(nodes, using)
    found_paths = {**paths, **between, **using}
    for node in nodes:  # the sum of products that no bias is added to
        operands = [x for x in node.operands if isinstance(x, Node)]
        if node in found_paths or node.op is not rules.add or len(operands) < 2:
            continue
        inside = {found_paths.get(x, "") for x in operands}
        if len(inside) == 1 and all(x.op is not None for x in operands) and "" not in inside:
            found_paths[node] = inside.pop()
    return found_paths


def _between(nodes: Sequence[Node], using: Mapping[Node, str]) -> dict[Node, str]:
    """The nodes on a way from one user of a module's parameters to another."""
    bits = {path: 1 << i for i, path in enumerate(dict.fromkeys(using.values()))}
    if len(bits) > MOST:
        return {}
    below: dict[Node, int] = {}
    for node in nodes:
        mask = bits[using[node]] if node in using else 0
        for x in node.operands:
            if isinstance(x, Node):
                mask |= below[x]
        below[node] = mask
    above: dict[Node, int] = dict.fromkeys(nodes, 0)
    for node in reversed(nodes):
        mask = above[node] | (bits[using[node]] if node in using else 0)
        for x in node.operands:
            if isinstance(x, Node):
                above[x] |= mask
    found = {}
    by_bit = {bit: path for path, bit in bits.items()}
    for node in nodes:
        both = below[node] & above[node]
        if node.op is not None and node not in using and both in by_bit:
            found[node] = by_bit[both]
    return found
