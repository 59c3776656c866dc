"""What one entry of an array is made of: the products that add up to it.

    (X W)[i, j] = sum_k X[i, k] * W[k, j]        dL/dW[k, j] = sum_i X[i, k] * dL/dO[i, j]

No operation is known by name here. A rule is asked by calling it: the reaction of every output to
one entry of an input is its Jacobian's column (`ag.jvp`), and where the other operand is filled
with the numbers 1, 2, 3, ..., that column says which of its entries stands where. Whatever is found
is computed again and compared; an array whose entries do not come out has no explanation here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite import jvp
from autograd_lite.errors import AutogradError
from autograd_lite.graph import Node
from autograd_lite.rows import Elementwise, Structural
from autograd_lite.stepwise import Step

from .formulas import data

Array = np.ndarray[Any, Any]
Pairs = Array  # (terms, 2): for each term, the flat index in `first` and in `second`
LISTED = 3_000  # terms, of all entries together, that are listed where no pattern is found
CHECKED, SAMPLE = 300, 60  # entries computed again, at most and at least


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Every entry of `result` as a sum of products of one entry of `first` and one of `second`.

    second: None where every factor is 1.
    base, strides: the terms of the first entry, and what a step along each axis of `result` adds to
    their two indices; listed: instead, the terms of every entry.
    """

    result: Array
    first: Array
    second: Array | None
    base: Pairs
    strides: Array
    listed: tuple[Pairs, ...] = ()

    def terms(self, entry: int) -> Pairs:
        """The terms of one entry, by its flat index."""
        if self.listed:
            return self.listed[entry]
        where = np.unravel_index(entry, self.result.shape)
        return np.asarray(self.base + np.asarray(where, dtype=int) @ self.strides)

    def factors(self, entry: int) -> list[tuple[float, float | None]]:
        """The two numbers of every term; the second is None where it is 1 for every term."""
        first = self.first.reshape(-1)
        if self.second is None:
            return [(float(first[p]), None) for p, _ in self.terms(entry)]
        second = self.second.reshape(-1)
        return [(float(first[p]), float(second[q])) for p, q in self.terms(entry)]


def of_share(step: Step) -> Entries | None:
    """What every entry of a contribution is made of; None where no sum of products was found."""
    upstream = np.asarray(step.upstream)
    result = np.asarray(step.contribution)
    node = step.node
    if isinstance(node.op, Elementwise):
        local = np.broadcast_to(np.asarray(step.local), np.shape(node.data))
        second = None if np.all(local == 1) else local
        return fitted(result, upstream, second, _stretched(result.shape, upstream.shape))
    try:
        return _structural_share(step, upstream, result)
    except (AutogradError, ArithmeticError, TypeError, ValueError):
        return None


def of_value(node: Node) -> Entries | None:
    """What every entry of a value is made of; None where no sum of products was found.

    It is found for operations that are linear in each operand: products, sums, and what moves
    entries about.
    """
    rule = node.op
    operands = [np.asarray(data(x)) for x in node.operands]
    result = np.asarray(node.data)
    if not isinstance(rule, Structural) or not rule.differentiates(0) or len(operands) > 2:
        return None

    def row(entry: int, others: list[Array]) -> Array:
        return np.asarray(rule.vjp(0, _unit(result, entry), result, tuple(others), node.params))

    try:
        if len(operands) == 1:

            def moved(entry: int) -> Pairs:
                places = np.flatnonzero(row(entry, operands))
                return np.stack([places, places], axis=1)

            return fitted(result, operands[0], None, moved)
        codes = _codes(operands[1])

        def product(entry: int) -> Pairs:
            found = row(entry, [operands[0], codes]).reshape(-1)
            return _decoded(found, codes.size)

        return fitted(result, operands[0], operands[1], product)
    except (AutogradError, ArithmeticError, TypeError, ValueError):
        return None


def _structural_share(step: Step, upstream: Array, result: Array) -> Entries | None:
    node, slot = step.node, step.slot
    operands = [np.asarray(data(x)) for x in node.operands]
    own = operands[slot]

    def column(entry: int, others: list[Array]) -> Array:
        """How every output reacts to one entry of the operand."""

        def f(x: Any) -> Any:
            return node.op(*others[:slot], x, *others[slot + 1 :], **dict(node.params))

        return np.asarray(jvp(f, (others[slot],), (_unit(own, entry),))[1])

    if len(operands) == 2:
        other = operands[1 - slot]
        codes = _codes(other)
        coded = [codes, own] if slot else [own, codes]

        def product(entry: int) -> Pairs:
            return _decoded(column(entry, coded).reshape(-1), codes.size)

        try:
            found = fitted(result, upstream, other, product)
        except (AutogradError, ArithmeticError, TypeError, ValueError):
            found = None
        if found is not None:
            return found

    def places(entry: int) -> Array:
        return np.flatnonzero(column(entry, operands))

    def moved(entry: int) -> Pairs:
        found = places(entry)
        return np.stack([found, found], axis=1)

    ones = np.ones_like(upstream, dtype=float)
    local = np.asarray(node.op.vjp(slot, ones, node.data, tuple(operands), node.params))
    if np.all((local == 1) | (local == 0)):
        found = fitted(result, upstream, None, moved)
        if found is not None:
            return found

    def single(entry: int) -> Pairs:
        """Every entry goes into one output, by a factor of its own."""
        found = places(entry)
        return np.stack([found, np.full_like(found, entry)], axis=1)

    found = fitted(result, upstream, np.broadcast_to(local, own.shape), single)
    if found is not None or own.size * upstream.size > LISTED:
        return found
    jacobian = np.stack([column(i, operands).reshape(-1) for i in range(own.size)])

    def every(entry: int) -> Pairs:
        found = np.flatnonzero(jacobian[entry])
        return np.stack([found, entry * upstream.size + found], axis=1)

    return fitted(result, upstream, jacobian, every)


def _stretched(small: tuple[int, ...], large: tuple[int, ...]) -> Callable[[int], Pairs]:
    """The copies that each entry was stretched to, by broadcasting."""
    size = int(np.prod(small, dtype=int))
    owner = np.broadcast_to(np.arange(size).reshape(small), large).reshape(-1)
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(size + 1))

    def copies(entry: int) -> Pairs:
        places = order[starts[entry] : starts[entry + 1]]
        return np.stack([places, places], axis=1)

    return copies


def _unit(like: Array, entry: int) -> Array:
    unit = np.zeros(like.shape)
    unit.reshape(-1)[entry] = 1.0
    return unit


def _codes(array: Array) -> Array:
    """The numbers 1, 2, 3, ... in the shape of an array: each says where it stands."""
    return np.arange(1.0, array.size + 1).reshape(array.shape)


def _decoded(found: Array, size: int) -> Pairs:
    places = np.flatnonzero(found)
    codes = found[places]
    where = np.rint(codes).astype(int)
    if np.any(where != codes) or np.any(where < 1) or np.any(where > size):
        raise ValueError("the factors are not the entries of the other operand")
    return np.stack([places, where - 1], axis=1)


def fitted(
    result: Array, first: Array, second: Array | None, terms: Callable[[int], Pairs]
) -> Entries | None:
    """The entries by a pattern if there is one, else listed; None if they do not come out.

    terms: for the flat index of an entry, its terms.
    """
    if not result.size:
        return None
    base = terms(0)
    strides = np.zeros((result.ndim, 2), dtype=int)
    regular = True
    for axis, size in enumerate(result.shape):
        if size == 1:
            continue
        step = terms(int(np.prod(result.shape[axis + 1 :], dtype=int)))
        regular = regular and len(base) > 0 and step.shape == base.shape
        if regular:
            strides[axis] = step[0] - base[0]
            regular = bool(np.all(step - base == strides[axis]))
    if regular:
        found = Entries(result, first, second, base, strides)
        if _comes_out(found):
            return found
    if result.size * max(1, len(base)) > LISTED:
        return None
    listed = tuple(terms(i) for i in range(result.size))
    found = Entries(result, first, second, base, strides, listed)
    return found if sum(map(len, listed)) <= LISTED and _comes_out(found) else None


def _comes_out(found: Entries) -> bool:
    """Whether the sums of products give the array; of a large one, a sample of its entries."""
    size = found.result.size
    most = max(1, min(CHECKED, LISTED // max(1, len(found.base)) + SAMPLE))
    entries = np.arange(size)
    if size > most:
        entries = np.unique(np.linspace(0, size - 1, most).astype(int))
    first = found.first.reshape(-1).astype(float)
    second = np.ones(1) if found.second is None else found.second.reshape(-1).astype(float)
    result = found.result.reshape(-1)
    tolerance = 1e-4 if found.result.dtype.itemsize < 8 else 1e-9
    for entry in entries:
        p, q = found.terms(int(entry)).T
        if found.second is None:
            q = np.zeros_like(q)
        if np.any((p < 0) | (p >= first.size) | (q < 0) | (q >= second.size)):
            return False
        with np.errstate(all="ignore"):
            products = first[p] * second[q]
            products[first[p] == 0] = 0.0  # a rule may shield 0 times infinity
            gap = abs(products.sum() - result[entry])
            if not gap <= tolerance * (np.abs(products).sum() + 1e-300):
                return False
    return True
