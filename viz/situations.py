"""One question about backprop as numbers: what is asked, what is right, and what rounding allows.

A situation is made from the engine's record alone, so a quiz, a worksheet and an exercise can ask
about any graph. `slips.py` says what a known mistake gives in the same situation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError
from autograd_lite.graph import Node, numbers
from autograd_lite.rows import Elementwise
from autograd_lite.stepwise import Step, steps

from .numbers import short

ASKS = ("contribution", "local", "both", "total", "next", "update")
TOLERANCE = 1e-3  # four digits tell numbers apart to one part in a thousand
NOTHING = 1e-9  # what counts as 0 where exactly 0 is right


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """One thing to predict at one arrow of the record.

    ask: "local", "contribution", "total" (all that `arrow.input` collects) or "update".
    arriving: every arrow into the node that receives.  above: every arrow into the one that gives.
    rate: the learning rate of an update.  entry: which entry of an array is asked; None for all.
    """

    ask: str
    arrow: Step
    arriving: tuple[Step, ...]
    above: tuple[Step, ...] = ()
    rate: float = 0.1
    entry: tuple[int, ...] | None = None

    @property
    def right(self) -> Any:
        """The right answer, with every digit."""
        return self.pick(self._exact())

    def _exact(self) -> Any:
        if self.ask == "local":
            return self.arrow.local
        if self.ask == "contribution":
            return self.arrow.contribution
        total = self.arriving[-1].after
        return total if self.ask == "total" else self.arrow.input.data - self.rate * total

    def pick(self, result: Any) -> Any:
        """The entry that is asked, of a result for the whole array."""
        if self.entry is None or np.ndim(result) == 0:
            return result
        return np.asarray(result)[self.entry]

    def range(self) -> tuple[Any, Any]:
        """The least and the greatest number that an honest calculation gives.

        A learner sees four digits. Whatever follows from those instead of from the exact numbers
        is right as well: for tanh(5) = 0.9999 the slope 1 - 0.9999^2 = 0.00019999 is right, though
        the exact one is 0.00018158.
        """
        with np.errstate(all="ignore"):
            found = [np.asarray(self.pick(x), dtype=float) for x in self._honest()]
        exact = np.asarray(self.right, dtype=float)
        kept = [x for x in found if np.all(np.isfinite(x))] or [exact]
        if not np.all(np.isfinite(exact)):
            return exact, exact
        return np.min([exact, *kept], axis=0), np.max([exact, *kept], axis=0)

    def _honest(self) -> Iterator[Any]:
        if self.ask == "local":
            yield from locals_shown(self.arrow)
        elif self.ask == "contribution":
            yield from shares_shown(self.arrow)
        elif self.ask == "total":
            yield sum(shown(s.contribution) for s in self.arriving)
            before = self.arriving[-1].before
            for share in (shown(self.arriving[-1].contribution), *shares_shown(self.arriving[-1])):
                for base in (0.0,) if before is None else (before, shown(before)):
                    yield base + share
        else:
            total, data = self.arriving[-1].after, self.arrow.input.data
            for start in (data, shown(data)):
                for slope in (total, shown(total)):
                    yield start - self.rate * slope
                    yield start - shown(self.rate * slope)

    def accepts(self, answer: Any) -> bool:
        """Whether an answer is right, to one part in a thousand of what can honestly be got."""
        return fits(answer, *self.range())


def fits(answer: Any, low: Any, high: Any) -> bool:
    """Whether every entry of an answer lies in its range, and there are as many as there should."""
    given = np.asarray(answer, dtype=float)
    return given.shape == np.shape(low) and bool(np.all(within(given, low, high)))


def within(given: Any, low: Any, high: Any) -> Any:
    """Entry by entry: whether `given` lies between `low` and `high`, or off by 0.1% at most."""
    room = np.where((low == 0) & (high == 0), NOTHING, 0.0)
    with np.errstate(invalid="ignore"):
        inside = (given >= low - TOLERANCE * np.abs(low) - room) & (
            given <= high + TOLERANCE * np.abs(high) + room
        )
    return inside | (given == low) | (np.isnan(given) & np.isnan(low))


def same(one: Any, other: Any) -> bool:
    """Whether two numbers, or arrays of one shape, cannot be told apart with four digits."""
    target = np.asarray(other, dtype=float)
    return fits(one, target, target)


def situations(
    root: Node,
    ask: str = "contribution",
    rate: float = 0.1,
    record: Sequence[Step] | None = None,
) -> list[Situation]:
    """Every question of one kind about a graph, in the order of the engine's record.

    ask: "contribution" or "local", one for each arrow, or "both", the local derivative first;
    "total" at the last arrow of each node; "update", one for each leaf.  record: `ag.steps(root)`,
    where it is known already.
    An arrow of a rule on whole arrays has no local derivative, so "local" passes over it.
    Raises ArgumentError for another `ask`; "next" is asked in words, not in numbers.

    >>> from autograd_lite import Value
    >>> a, b, k = Value(2.0), Value(-3.0), Value(5.0)
    >>> [s.right for s in situations((a * b + a) * k)]
    [5.0, -4.0, 5.0, 5.0, -15.0, 10.0]
    >>> [s.right for s in situations((a * b + a) * k, "total")]
    [5.0, -4.0, 5.0, -10.0, 10.0]
    """
    record = steps(root) if record is None else record
    kinds = {"both": ("local", "contribution")}.get(ask, (ask,))
    if ask not in ASKS or ask == "next":
        raise ArgumentError(f"ask={ask!r}: no such question of numbers.")
    arriving: dict[Node, list[Step]] = {}
    for step in record:
        arriving.setdefault(step.input, []).append(step)
    found = []
    for step in record:
        for kind in kinds:
            if kind == "local" and step.local is None:
                continue
            if kind in ("total", "update") and step.arrow < step.arrows:
                continue
            if kind == "update" and step.input.op is not None:
                continue
            into, above = arriving[step.input], arriving.get(step.node, [])
            found.append(Situation(kind, step, tuple(into), tuple(above), rate))
    return found


def shown(x: Any) -> Any:
    """The number that a learner reads where `x` stands, entry by entry."""
    array = np.asarray(x, dtype=float)
    rounded = [float(short(v)) for v in array.reshape(-1)]
    return np.asarray(rounded).reshape(array.shape) if array.ndim else rounded[0]


def local_at(step: Step, operands: tuple[Any, ...], y: Any, slot: int | None = None) -> Any:
    """The rule of an arrow, called with other numbers: the local derivative that they give."""
    with np.errstate(all="ignore"):
        return step.node.op.local(step.slot if slot is None else slot, operands, y)


def share_of(step: Step, upstream: Any, local: Any = None) -> Any:
    """What the arrow would add with another upstream gradient or another local derivative."""
    rule, node = step.node.op, step.node
    with np.errstate(all="ignore"):
        if isinstance(rule, Elementwise):
            result = upstream * (step.local if local is None else local)
        else:
            given = tuple(numbers(x) for x in node.operands)
            result = rule.vjp(step.slot, upstream, node.data, given, node.params)
        return node.fit(result, step.input)


def locals_shown(step: Step) -> list[Any]:
    """The local derivative from exact and from shown inputs and outputs."""
    if not isinstance(step.node.op, Elementwise):
        return []
    exact = tuple(numbers(x) for x in step.node.operands)
    read = tuple(shown(x) if np.asarray(x).dtype != bool else x for x in exact)
    y = step.node.data
    again = step.node.op.compute(read, {})
    outputs = (y, shown(y), shown(again))
    return [local_at(step, given, output) for given in (exact, read) for output in outputs]


def shares_shown(step: Step) -> list[Any]:
    """The contribution from exact and from shown upstream, inputs and outputs."""
    ups = (step.upstream, shown(step.upstream))
    if isinstance(step.node.op, Elementwise):
        slopes = locals_shown(step)
        return [share_of(step, up, slope) for up in ups for slope in (*slopes, shown(step.local))]
    return [share_of(step, up) for up in ups]
