"""`memory`: what a graph keeps alive, node by node, in bytes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import DataError
from .graph import Node, downward, numbers

_ROWS = 12  # of the table that is printed; the smaller ones are added up in one line


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What one node keeps alive: its numbers, its gradient, its settings and itself.

    name: its label, else its operation. op: the operation, "" for a leaf. bytes: without what a
    node further down keeps alive already. view: whether its array is a view of another node's.
    """

    node: Node
    name: str
    op: str
    shape: tuple[int, ...]
    dtype: Any
    bytes: int
    view: bool


class Memory:
    """What a graph keeps alive: iterate over it for one `Kept` a node, the largest first.

    total:      bytes of the whole graph.
    parameters: bytes of its leaves, which would be there without a graph.
    """

    def __init__(self, rows: list[Kept]) -> None:
        self.rows = sorted(rows, key=lambda row: -row.bytes)
        self.total = sum(row.bytes for row in rows)
        self.parameters = sum(row.bytes for row in rows if not row.op)

    def __iter__(self) -> Iterator[Kept]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def by_op(self) -> dict[str, int]:
        """Bytes for each operation, the largest first; leaves are under ""."""
        found: dict[str, int] = {}
        for row in self.rows:
            found[row.op] = found.get(row.op, 0) + row.bytes
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def __repr__(self) -> str:
        graph = self.total - self.parameters
        share = f" ({graph / self.parameters:.3g} times)" if self.parameters else ""
        counts = f"{len(self.rows)} nodes keep" if len(self.rows) != 1 else "1 node keeps"
        lines = [
            f"{counts} {_size(self.total)} alive: {_size(graph)} for backward, "
            f"beside {_size(self.parameters)} of leaves{share}."
        ]
        shown = self.rows if len(self.rows) <= _ROWS + 1 else self.rows[:_ROWS]
        table = [(_size(r.bytes), r.name, str(r.shape), str(r.dtype), _kind(r)) for r in shown]
        widths = [max(len(row[i]) for row in table) for i in range(5)]
        for row in table:
            cells = [row[0].rjust(widths[0])]
            cells += [cell.ljust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
            lines.append("  " + "  ".join(cells).rstrip())
        rest = self.rows[len(shown) :]
        if rest:
            size = _size(sum(row.bytes for row in rest)).rjust(widths[0])
            lines.append(f"  {size}  in {len(rest)} smaller nodes")
        return "\n".join(lines)


def memory(node: Node) -> Memory:
    """The bytes that the graph below `node` keeps alive, by node and in total.

    Counted are the arrays of the nodes and of the constants in them, gradients, settings such as
    index arrays, and the Python objects themselves; an array that several nodes share, or of which
    one is a view, counts once, at the node furthest down. For a graph of `Value`s it is mainly the
    objects, by `sys.getsizeof`.

    Backpropagation costs this memory: what lies between input and loss has to be remembered until
    backward.

    Raises DataError if `node` is not a node.

    >>> import numpy as np
    >>> from autograd_lite import Tensor
    >>> W = Tensor(np.ones((100, 50)), label="W")
    >>> kept = memory(np.tanh(np.ones((1000, 100)) @ W).sum())
    >>> {op: bytes // 1000 for op, bytes in kept.by_op().items()}
    {'matmul': 1200, 'tanh': 400, '': 40, 'sum': 0}
    """
    if not isinstance(node, Node):
        raise DataError(
            f"memory: {type(node).__name__} {node!r:.60} is not part of a graph.\n"
            "  Give a Value or a Tensor, such as the loss."
        )
    met: set[int] = set()
    return Memory([_kept(x, met) for x in reversed(downward(node))])


def _kept(node: Any, met: set[int]) -> Kept:
    data = numbers(node)
    owner = _owner(data)
    view = owner is not data and id(owner) in met
    held = [data, node.grad, node.label, node.a, node.b]
    held += [getattr(node, name, None) for name in ("da", "db", "seen", "kept")]
    held += [node.params] if isinstance(node.params, dict) else []
    return Kept(
        node,
        node.label or (node.op.name if node.op else type(node).__name__),
        node.op.name if node.op else "",
        node.shape,
        np.dtype(getattr(node.dtype, "dtype", node.dtype)),
        sys.getsizeof(node) + sum(_bytes(x, met) for x in held),
        view,
    )


def _bytes(x: Any, met: set[int]) -> int:
    """What an object takes that has not been met before, with what it holds but other nodes."""
    if x is None or x.__class__ is bool or isinstance(x, Node) or id(x) in met:
        return 0
    if isinstance(x, np.ndarray):
        owner = _owner(x)
        size = sys.getsizeof(x) - (x.nbytes if x.base is None else 0)
        if id(owner) not in met:
            size += owner.nbytes if isinstance(owner, np.ndarray) else sys.getsizeof(owner)
            met.add(id(owner))
        met.add(id(x))
        return size
    met.add(id(x))
    inside = x.values() if isinstance(x, dict) else x if isinstance(x, tuple | list) else ()
    return sys.getsizeof(x) + sum(_bytes(y, met) for y in inside)


def _owner(array: Any) -> Any:
    """What an array's memory belongs to: itself, or the array that it is a view of."""
    while isinstance(array, np.ndarray) and array.base is not None:
        array = array.base
    return array


def _kind(row: Kept) -> str:
    return ("leaf" if not row.op else row.op) + ", a view" * row.view


def _size(count: int) -> str:
    """Bytes for people: 1.23 MB."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} B"
