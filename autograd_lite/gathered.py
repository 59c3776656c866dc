"""Results that lie side by side: gradients in one vector, sums over the points from one matrix."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .op_kinds import is_view
from .stores import Stores
from .tape import Op

_SMALL = 1 << 20  # bytes up to which a call costs more than memory does
_FEW = 4  # sums that are as quick one by one


def in_one_vector(stores: Stores, gradients: Sequence[Any]) -> tuple[str | None, list[Op]]:
    """The name of one vector for all gradients, looked at once for nan; None if they are large.

    Large ones rather take the buffers of what the backward pass has used up.
    """
    found = [x for x in gradients if isinstance(x, Op)]
    usual = all(x.shape and x.function is not None and not is_view(x) for x in found)
    kinds = {x.dtype for x in found}
    several = len(set(found)) == len(found) == len(gradients)
    if not several or not usual or len(kinds) != 1 or (kind := kinds.pop()).kind != "f":
        return None, []
    size = sum(math.prod(x.shape) for x in found)
    if size * kind.itemsize > _SMALL:
        return None, []
    vector, memory = stores.memory((size,), kind, "g")
    start = 0
    for x in found:
        name, end = stores.name("g"), start + math.prod(x.shape)
        stores.head.append(f"{name} = {vector}[{start}:{end}].reshape({x.shape!r})")
        stores.compute_in(x, memory[start:end].reshape(x.shape), name)
        start = end
    return vector, found


class Totals:
    """Sums over the points that nobody but the caller reads: what they add up lies in the rows of
    one matrix, and they are computed together, at the end.
    """

    def __init__(self, stores: Stores, outputs: Sequence[Any], uses: dict[Op, int]) -> None:
        self.stores = stores
        self._row: dict[Op, str] = {}
        self._place: dict[Op, tuple[str, int]] = {}
        self._matrices: list[tuple[str, str]] = []  # of every total: its name, and the matrix
        groups: dict[Any, list[Op]] = {}
        for x in dict.fromkeys(x for x in outputs if isinstance(x, Op)):
            if x not in uses and _is_total(x):
                groups.setdefault((x.args[0].shape, x.args[0].dtype), []).append(x)
        for ((count,), kind), sums in groups.items():
            if len(sums) >= _FEW and len(sums) * count * kind.itemsize <= _SMALL:
                self._gather(sums, count, kind)

    def _gather(self, sums: list[Op], count: int, kind: Any) -> None:
        stores = self.stores
        matrix, memory = stores.memory((len(sums), count), kind, "m")
        total = stores.name("t")
        self._matrices.append((total, matrix))
        for i, op in enumerate(sums):
            row = self._row[op] = stores.name("r")
            stores.head.append(f"{row} = {matrix}[{i}]")
            self._place[op] = total, i
            if op.args[0] not in stores.leaving:
                stores.compute_in(op.args[0], memory[i], row)

    def place(self, op: Op) -> str | None:
        """The row that is still to be filled; None if it holds already what is added up."""
        total, i = self._place[op]
        self.stores.made_anew(op)
        self.stores.text[op] = f"{total}[{i}]"
        row = self._row[op]
        return None if self.stores.text[op.args[0]] == row else row

    def __contains__(self, op: Op) -> bool:
        return op in self._row

    def sums(self) -> list[tuple[str, str]]:
        """Of every total: its name, and the matrix whose rows it adds up."""
        return list(self._matrices)

    def together(self, entries: Sequence[Any]) -> str | None:
        """The text of these sums as one vector; None if they are not all from one total."""
        places = [self._place.get(x) if isinstance(x, Op) else None for x in entries]
        if None in places or len({place[0] for place in places if place}) != 1:
            return None
        numbers = [place[1] for place in places if place]
        total = next(place[0] for place in places if place)
        first = numbers[0]
        if numbers == list(range(first, first + len(numbers))):
            return f"{total}[{first}:{first + len(numbers)}]"
        name = self.stores.name("i")
        self.stores.head.append(f"{name} = {numbers!r}")
        return f"{total}[{name}]"


def _is_total(op: Op) -> bool:
    """Whether the operation adds up a vector of floats."""
    if op.function is not np.sum or len(op.args) != 1 or op.args[0].__class__ is not Op:
        return False
    whole = op.kwargs in ({}, {"axis": 0}, {"axis": None}, {"axis": (0,)})
    given = op.args[0]
    return whole and len(given.shape) == 1 and op.dtype == given.dtype and op.dtype.kind == "f"
