"""The known slips of a learner: what each one gives in a situation, and which one was made.

A slip is a way to get the wrong number. It is computed from the arrow and its row of the table,
so it works for any operation. A slip is named only if it alone explains the answer; and random
numbers collide, so `apart` tells whether all slips of a situation can be told from each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.graph import Node, numbers
from autograd_lite.rows import TABLE, Elementwise
from autograd_lite.stepwise import Step
from autograd_lite.symbols import Symbol

from .situations import Situation, fits, local_at, same, share_of

ACTIVATIONS = ("tanh", "sigmoid", "relu", "leaky_relu", "elu", "softplus", "gelu", "silu")
MIXED_UP = ("tanh", "sigmoid")  # whose slopes are taken for that of another activation

Gives = Iterator[tuple[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Slip:
    """One way to go wrong, and the number that it gives. Its message is `slip_` + key."""

    key: str
    gives: Any

    def explains(self, answer: Any) -> bool:
        """Whether the answer is what this slip gives."""
        if same(answer, self.gives):
            return True
        # One number for a whole array: the entry that is not 0, if there is only one.
        entries = np.asarray(self.gives, dtype=float)
        others = entries[entries != 0]
        return bool(np.ndim(answer) == 0 and entries.ndim and others.size == 1) and same(
            answer, others[0]
        )


def slips(situation: Situation) -> tuple[Slip, ...]:
    """Every slip that gives another number than the right one.

    >>> from autograd_lite import Value
    >>> from viz.situations import situations
    >>> a, b, k = Value(2.0), Value(-3.0), Value(5.0)
    >>> to_a = situations((a * b + a) * k)[4]
    >>> {slip.key: slip.gives for slip in slips(to_a)}["no_upstream"]
    -3.0
    """
    found: list[Slip] = []
    low, high = situation.range()
    with np.errstate(all="ignore"):
        for key, gives in _CATALOGUE[situation.ask](situation):
            picked = situation.pick(gives)
            if np.shape(picked) != np.shape(low) or not np.all(np.isfinite(picked)):
                continue
            if fits(picked, low, high) or any(
                s.key == key and same(picked, s.gives) for s in found
            ):
                continue
            found.append(Slip(key, picked if np.ndim(picked) else float(picked)))
    return tuple(found)


def diagnose(situation: Situation, answer: Any) -> Slip | None:
    """The slip that explains a wrong answer; None if none does, or more than one.

    >>> from autograd_lite import Value
    >>> from viz.situations import situations
    >>> a, b, k = Value(2.0), Value(-3.0), Value(5.0)
    >>> to_a = situations((a * b + a) * k)[4]
    >>> [found and found.key for found in (diagnose(to_a, x) for x in (-3.0, 10.0, -30.0, 7.0))]
    ['no_upstream', 'other_input', 'output', None]
    """
    return the_one(slips(situation), answer)


def the_one(known: tuple[Slip, ...], answer: Any) -> Slip | None:
    """The only one of these slips that explains an answer; None if there is none, or another."""
    matching = [slip for slip in known if slip.explains(answer)]
    return matching[0] if len({slip.key for slip in matching}) == 1 else None


def apart(situation: Situation) -> bool:
    """Whether every slip gives a number of its own, so that each can be named."""
    found = slips(situation)
    return not any(
        one.key != other.key and (same(one.gives, other.gives) or one.explains(other.gives))
        for i, one in enumerate(found)
        for other in found[i + 1 :]
    )


# --- the catalogue: (key, what it gives), for each kind of question -------------------------------


def _contribution(situation: Situation) -> Gives:
    step = situation.arrow
    yield from _of_one_arrow(situation)
    if step.before is not None:
        yield "total_for_share", step.after


def _of_one_arrow(situation: Situation) -> Gives:
    """Slips in what one arrow hands over."""
    step = situation.arrow
    upstream = step.upstream
    yield "sign", -step.contribution
    if isinstance(step.node.op, Elementwise):
        yield "no_upstream", share_of(step, np.ones_like(upstream) * 1.0)
        if not _copies(step.node.op, step.slot, step.node.operands):
            unchanged = "lets_through" if _is_zero(step.local) else "no_local"
            yield unchanged, share_of(step, upstream, 1.0)
        if not _is_zero(step.local):  # then the sum is the upstream alone
            yield "path_sum", share_of(step, 1.0, upstream + step.local)
        for key, local in _wrong_locals(step):
            yield key, share_of(step, upstream, local)
        if np.shape(step.contribution) != np.shape(step.node.data):
            yield "averages", step.contribution * (np.size(step.contribution) / step.node.data.size)
    else:
        yield "no_upstream", share_of(step, np.ones_like(upstream))
        yield from _softmax(step)
    # The node above had not collected all its arrows when it handed on.
    collected = [arrow.after for arrow in situation.above]
    if len(collected) > 1:
        for early in collected[:-1]:
            yield "early", share_of(step, early)
        yield "above_overwritten", share_of(step, situation.above[-1].contribution)
        yield "resends", sum(share_of(step, each) for each in collected)


def _wrong_locals(step: Step) -> Iterator[tuple[str, Any]]:
    """Local derivatives that are taken for the right one."""
    rule, slot, y = step.node.op, step.slot, step.node.data
    operands = tuple(numbers(x) for x in step.node.operands)
    others = [i for i, partial in enumerate(rule.partials) if i != slot and partial is not None]
    # One mistake has one name: the slope of minus by the other input is the wrong sign.
    copies = _copies(rule, slot, operands)
    if len(operands) == 2 and not copies:
        for other in others:
            yield "other_input", local_at(step, operands, y, other)
    if len(operands) == 1 and not same(operands[0], y):
        yield "input", operands[0]
    yield "output", y
    if copies and others:
        yield "splits", step.local / (1 + len(others))
    else:
        yield "from_input", local_at(step, operands, operands[slot])
        changed = (*operands[:slot], y, *operands[slot + 1 :])
        yield "from_output", local_at(step, changed, y)
    curved = rule.name in ACTIVATIONS or (not rule.builtin and len(operands) == 1)
    if curved and not _is_zero(step.local):  # where it is flat, "lets_through" says more
        for name in MIXED_UP:
            if name != rule.name:
                yield f"slope_of_{name}", TABLE[name].local(0, (operands[0],), y)  # type: ignore[attr-defined]


def _local(situation: Situation) -> Gives:
    step = situation.arrow
    yield "sign", -step.local
    yield "share_for_local", step.upstream * step.local
    if not same(step.upstream, 1.0):
        yield "upstream", step.upstream
    if _is_zero(step.local):
        yield "lets_through", np.ones_like(step.local) * 1.0
    yield from _wrong_locals(step)


def _total(situation: Situation) -> Gives:
    shares = [arrow.contribution for arrow in situation.arriving]
    total = situation.arriving[-1].after
    yield "sign", -total
    if len(shares) > 1:
        yield "overwrites", shares[-1]
        yield "multiplies", math.prod(shares)
        if not all(same(share, shares[-1]) for share in shares):
            yield "first_only", shares[0]
            yield "averages_arrows", total / len(shares)
    for key, share in _of_one_arrow(situation):
        if key != "sign" or len(shares) > 1:
            yield key, total - shares[-1] + share


def _update(situation: Situation) -> Gives:
    data, rate = situation.arrow.input.data, situation.rate
    slope = situation.arriving[-1].after
    yield "plus", data + rate * slope
    yield "no_rate", data - slope
    yield "not_zeroed", data - 2 * rate * slope
    yield "only_step", rate * slope
    yield "only_step", -rate * slope
    yield "gradient", slope


def _softmax(step: Step) -> Gives:
    """Slips at softmax with cross-entropy, which is known by its numbers: scale (p - one_hot)."""
    logits, gradient = np.asarray(step.input.data, dtype=float), np.asarray(step.contribution)
    if not 1 <= logits.ndim <= 2 or np.size(step.upstream) != 1:
        return
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = raised / raised.sum(axis=-1, keepdims=True)
    scale = float(np.reshape(step.upstream, ())) / (len(p) if p.ndim == 2 else 1)
    true = p - gradient / scale if scale else p
    if not (np.allclose(true.sum(axis=-1), 1) and np.allclose(true, np.round(true), atol=1e-6)):
        return
    true = np.round(true)
    yield "elementwise", -scale * true * (1 - p)
    yield "stops_at_p", -scale * true / p
    yield "already_right", np.zeros_like(gradient)


_CATALOGUE: dict[str, Callable[[Situation], Gives]] = {
    "contribution": _contribution,
    "local": _local,
    "total": _total,
    "update": _update,
}


def _copies(rule: Elementwise, slot: int, operands: tuple[Any, ...]) -> bool:
    """Whether the local derivative is a constant of the table, as for + and -."""
    symbols = tuple(Symbol(name) for name in "abc"[: len(operands)])
    return not isinstance(rule.local(slot, symbols, Symbol("y")), Node)


def _is_zero(x: Any) -> bool:
    return bool(np.all(np.asarray(x) == 0))
