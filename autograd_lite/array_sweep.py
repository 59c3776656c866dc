"""The backward loop for graphs of arrays only, without detours: the one that training runs.

It computes what `graph.arrows` describes arrow by arrow: upstream x local in the shape and dtype of
the input that receives it, where an upstream of exactly 0 hands on 0.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from .pullbacks import pullback, shielded_share
from .rows import Elementwise
from .shape_rules import summed_to

Array = np.ndarray[Any, Any]
leaves_lock = threading.Lock()


def sweep(order: Sequence[Any], seed: Array) -> None:
    """Fill the gradients of `order`, Tensors all, of which the first gets `seed`.

    Leaves get theirs at the end, all that arrived there in one sum.
    """
    arrived = _arrived(order, seed, shielded=False)
    if arrived is None:  # a NaN: it stays only where it has not come of 0 times infinity
        arrived = _arrived(order, seed, shielded=True)
        assert arrived is not None
    with leaves_lock:  # other threads may add to them as well
        for leaf, share in arrived.items():
            leaf.grad = share if leaf.grad is None else np.asarray(leaf.grad + share)


def _arrived(order: Sequence[Any], seed: Array, shielded: bool) -> dict[Any, Array] | None:
    """What arrives at every leaf. If not `shielded`, None where a NaN has come up.

    A NaN passes through elementwise rows, so it shows at the leaves below them and before
    structural rows. One that a structural row makes stays in either case.
    """
    kind = type(order[0])
    for node in order:
        if node.op is not None:
            node.grad = None
    order[0].grad = seed
    arrived: dict[Any, Array] = {}
    doubtful: set[Any] = set()  # leaves below elementwise rows
    for node in order:
        rule, upstream = node.op, node.grad
        if rule is None or upstream is None:
            continue
        operands, y = node.a, node._data
        shares: Iterable[tuple[Any, Any]]
        entrywise = type(rule) is Elementwise
        if not entrywise:
            at_once = None if shielded else rule.at_once
            found = None if at_once is None else at_once(node, upstream, kind)
            if found is not None:
                shares = found
            elif not shielded and holds_nan(upstream):
                return None
            else:
                shares = _of_whole_arrays(node, kind)
        elif shielded:
            shares = _shielded(rule, operands, kind, upstream, y)
        else:
            try:
                if len(operands) == 1:
                    (x,) = operands
                    share = (rule.pullbacks.get("t") or pullback(rule, "t"))(upstream, x._data, y)
                    fits = type(share) is ndarray and share.dtype is x._data.dtype
                    if fits and x.grad is None and x.op is not None:
                        x.grad = share  # and nothing to add it to
                        continue
                    shares = ((x, share),)
                else:
                    shares = _of_entries(rule, operands, kind, upstream, y)
            except ArithmeticError:  # Python's own 1 / 0.0, where IEEE 754 has an answer
                shares = _shielded(rule, operands, kind, upstream, y)
        for operand, share in shares:
            data = operand._data
            if type(share) is not ndarray:
                share = np.asarray(share)
            if share.shape != data.shape:
                share = np.asarray(summed_to(share, data.shape))  # undo broadcasting
            if share.dtype is not data.dtype:
                share = share.astype(data.dtype, copy=False)
            if operand.op is not None:
                before = operand.grad
                operand.grad = share if before is None else np.asarray(before + share)
                continue
            if entrywise:
                doubtful.add(operand)
            if operand in arrived:
                arrived[operand] += share
            elif share is upstream or share.base is not None:
                arrived[operand] = share.copy()  # a leaf's gradient is the user's own to change
            else:
                arrived[operand] = share
    if not shielded and any(holds_nan(arrived[leaf]) for leaf in doubtful):
        return None
    return arrived


def _of_entries(
    rule: Elementwise, operands: Sequence[Any], kind: Any, upstream: Array, y: Array
) -> Iterable[tuple[Any, Any]]:
    """The operands of an elementwise row that are Tensors, each with its gradient."""
    pulls = rule.pullbacks
    if len(operands) == 2:
        a, b = operands
        if type(a) is not kind:
            which = "at" if type(a) is ndarray else "nt"
            pull = pulls.get(which) or pullback(rule, which)
            return ((b, pull(upstream, a, b._data, y)),)
        if type(b) is not kind:
            which = "ta" if type(b) is ndarray else "tn"
            pull = pulls.get(which) or pullback(rule, which)
            return ((a, pull(upstream, a._data, b, y)),)
        pull = pulls.get("tt") or pullback(rule, "tt")
        first, second = pull(upstream, a._data, b._data, y)
        return (a, first), (b, second)
    which = "".join(
        "t" if type(x) is kind else "a" if type(x) is ndarray else "n" for x in operands
    )
    found = (pulls.get(which) or pullback(rule, which))(upstream, *_numbers(operands, kind), y)
    receive = [x for x in operands if type(x) is kind]
    return zip(receive, found if len(receive) > 1 else (found,), strict=True)


def _shielded(
    rule: Elementwise, operands: Sequence[Any], kind: Any, upstream: Array, y: Array
) -> Iterable[tuple[Any, Any]]:
    """The same, where an upstream of exactly 0 gives 0 whatever the local derivative is."""
    given = _numbers(operands, kind)
    for slot, x in enumerate(operands):
        if type(x) is kind:
            yield x, shielded_share(rule, slot, upstream, given, y)


def _of_whole_arrays(node: Any, kind: Any) -> Iterable[tuple[Any, Any]]:
    """The same for a row on whole arrays."""
    rule, operands = node.op, node.a
    slots = [i for i, x in enumerate(operands) if type(x) is kind and rule.differentiates(i)]
    given = _numbers(operands, kind)
    for slot, share in rule.shares(slots, node.grad, node._data, given, node.params):
        yield operands[slot], share


def _numbers(operands: Sequence[Any], kind: Any) -> list[Any]:
    return [x._data if type(x) is kind else x for x in operands]


def holds_nan(array: Any) -> bool:
    """Whether an array holds a NaN: the sum of its squares shows it, in one reading."""
    total = np.vdot(array, array)
    return bool(total != total)
