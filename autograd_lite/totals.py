"""Sums over the points that nobody but the caller reads, computed together, at the end.

What they add up lies in the rows of matrices. Sums of products, such as those of every derivative
with every activation of a layer, are one product of two such matrices; the others are sums along
the rows of one.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .stores import Stores
from .tape import Op

SMALL = 1 << 20  # bytes up to which a call costs more than memory does
_FEW = 4  # sums that are as quick one by one


class Matrix:
    """Vectors of one length in the rows of a matrix of the program."""

    def __init__(self, stores: Stores, vectors: Sequence[Op]) -> None:
        first = vectors[0]
        self.stores, self.row = stores, {}
        self.name, memory = stores.memory((len(vectors), *first.shape), first.dtype, "m")
        for i, x in enumerate(vectors):
            row = stores.name("r")
            stores.head.append(f"{row} = {self.name}[{i}]")
            self.row[x] = i, row
            if x not in stores.leaving:
                stores.compute_in(x, memory[i], row)
        self._missing = dict.fromkeys(vectors)

    def fill(self, x: Op) -> list[tuple[str, str]]:
        """The row of a vector and what is to be copied into it, if it was not computed there."""
        if x not in self._missing:
            return []
        del self._missing[x]
        row, text = self.row[x][1], self.stores.text[x]
        return [] if row == text else [(row, text)]


class Place(NamedTuple):
    """Where a sum is: in which vector of totals, and which number of it."""

    total: str
    number: int


class Totals:
    """The sums among the outputs of a program that are computed together.

    uses: how often every operation is read by others.
    """

    def __init__(self, stores: Stores, outputs: Sequence[Any], uses: dict[Op, int]) -> None:
        self.stores, self._uses = stores, uses
        self._place: dict[Op, Place] = {}
        self._fills: dict[Op, list[tuple[Matrix, Op]]] = {}  # where an operation is: what to fill
        self._lines: list[tuple[str, str, str | None]] = []
        groups: dict[Any, list[Op]] = {}
        for x in dict.fromkeys(x for x in outputs if isinstance(x, Op)):
            if x not in uses and _is_total(x):
                groups.setdefault((x.args[0].shape, x.args[0].dtype), []).append(x)
        for sums in groups.values():
            if len(sums) >= _FEW:
                self._gather(sums)

    def _gather(self, sums: list[Op]) -> None:
        products = {x: x.args[0].args for x in sums if self._is_product(x.args[0])}
        matrices: list[Matrix] = []
        for edges in _pairings(products):
            left = list(dict.fromkeys(a for a, _ in edges.values()))
            right = list(dict.fromkeys(b for _, b in edges.values()))
            if len(edges) >= _FEW and 2 * len(edges) >= len(left) * len(right):
                matrices += self._multiply(edges, left, right)
        rest = [x for x in sums if x not in self._place]
        for matrix in matrices:
            self._add_up([x for x in rest if x.args[0] in matrix.row], matrix)
        rest = [x for x in rest if x not in self._place]
        vectors = list(dict.fromkeys(x.args[0] for x in rest))
        if vectors and len(vectors) * vectors[0].sample.nbytes <= SMALL:
            self._add_up(rest, Matrix(self.stores, vectors))

    def _is_product(self, op: Op) -> bool:
        """Whether the operation multiplies two vectors, for one sum alone."""
        if op.function is not operator.mul or self._uses[op] > 1 or op in self.stores.leaving:
            return False
        a, b = op.args
        same = a.__class__ is b.__class__ is Op and a.shape == b.shape == op.shape
        return same and a.dtype == b.dtype == op.dtype

    def _multiply(self, edges: dict[Op, tuple[Op, Op]], left: Any, right: Any) -> list[Matrix]:
        """Compute the sums of these products as one product of matrices."""
        rows, columns = Matrix(self.stores, left), Matrix(self.stores, right)
        total, turned = self.stores.name("t"), self.stores.name("v")
        self.stores.head.append(f"{turned} = {columns.name}.T")
        self._lines.append((total, rows.name, turned))
        for op, (a, b) in edges.items():
            self._place[op] = Place(total, rows.row[a][0] * len(right) + columns.row[b][0])
            self._fills[op] = []
            self._fills[op.args[0]] = [(rows, a), (columns, b)]
        return [rows, columns]

    def _add_up(self, sums: list[Op], matrix: Matrix) -> None:
        """Compute these sums as those of the rows of a matrix."""
        if not sums:
            return
        total = self.stores.name("t")
        self._lines.append((total, matrix.name, None))
        for op in sums:
            self._place[op] = Place(total, matrix.row[op.args[0]][0])
            self._fills[op] = [(matrix, op.args[0])]

    # --- in the program -------------------------------------------------------------------------

    def __contains__(self, op: Op) -> bool:
        return op in self._fills

    def place(self, op: Op) -> list[tuple[str, str]]:
        """The rows that are still to be filled where `op` would be computed, and with what."""
        if op in self._place:
            self.stores.made_anew(op)
            self.stores.text[op] = "{}[{}]".format(*self._place[op])
        return [pair for matrix, x in self._fills[op] for pair in matrix.fill(x)]

    def lines(self) -> list[tuple[str, str, str | None]]:
        """Of every vector of totals: its name, a matrix, and what that is multiplied with; None
        for the sums of its rows.
        """
        return self._lines

    def together(self, entries: Sequence[Any]) -> str | None:
        """The text of these sums as one vector; None if they are not all from one."""
        places = [self._place.get(x) if isinstance(x, Op) else None for x in entries]
        found = [place for place in places if place is not None]
        if len(found) < len(places) or len({place.total for place in found}) != 1:
            return None
        total, first = found[0]
        indices = [place.number for place in found]
        if indices == list(range(first, first + len(indices))):
            return f"{total}[{first}:{first + len(indices)}]"
        name = self.stores.name("i")
        self.stores.head.append(f"{name} = {indices!r}")
        return f"{total}[{name}]"


def _is_total(op: Op) -> bool:
    """Whether the operation adds up a vector of floats."""
    if op.function is not np.sum or len(op.args) != 1 or op.args[0].__class__ is not Op:
        return False
    whole = op.kwargs in ({}, {"axis": 0}, {"axis": None}, {"axis": (0,)})
    given = op.args[0]
    return whole and len(given.shape) == 1 and op.dtype == given.dtype and op.dtype.kind == "f"


def _pairings(products: dict[Op, Any]) -> Iterable[dict[Op, tuple[Op, Op]]]:
    """Products that share factors, such that no factor is on both sides; the factors of the outer
    loop, in the order of the products, on the left.
    """
    of: dict[Op, list[Op]] = {}
    for product, factors in products.items():
        for x in factors:
            of.setdefault(x, []).append(product)
    seen: set[Op] = set()
    for start in products:
        if start in seen:
            continue
        side = {products[start][0]: 0}
        stack, edges, fits = list(side), [], True
        while stack:
            x = stack.pop()
            for product in of[x]:
                a, b = products[product]
                other = b if a is x else a
                if product not in seen:
                    seen.add(product)
                    edges.append(product)
                if other not in side:
                    side[other] = 1 - side[x]
                    stack.append(other)
                fits &= side[other] != side[x]
        if fits:
            yield _sorted_out(products, [x for x in products if x in set(edges)], side)


def _sorted_out(
    products: dict[Op, Any], edges: list[Op], side: dict[Op, int]
) -> dict[Op, tuple[Op, Op]]:
    """The factors of every product, those first that change more slowly."""
    pairs = [sorted(products[x], key=lambda factor: side[factor]) for x in edges]
    turned = len(pairs) > 1 and pairs[0][0] is not pairs[1][0]
    return {x: (b, a) if turned else (a, b) for x, (a, b) in zip(edges, pairs, strict=True)}
