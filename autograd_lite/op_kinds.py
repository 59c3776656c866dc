"""What kind of operation one on a tape is, as far as memory is concerned."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from .tape import UFUNC_OF, Op

_VIEWS = {
    np.transpose, np.reshape, np.broadcast_to, np.squeeze, np.swapaxes, np.expand_dims,
    np.moveaxis, np.diagonal, np.ravel, np.flip,
}  # fmt: skip


def is_view(op: Op) -> bool:
    """Whether the result is its first operand, looked at in another way."""
    if not isinstance(op.sample, np.ndarray) or not op.args or op.args[0].__class__ is not Op:
        return False
    if op.function in _VIEWS:
        return True
    if op.function is not operator.getitem or not isinstance(op.args[0].sample, np.ndarray):
        return False
    index = op.args[1] if isinstance(op.args[1], tuple) else (op.args[1],)
    return all(i is None or i is Ellipsis or isinstance(i, slice | int | np.integer) for i in index)


def homes(inputs: Sequence[Op], live: Sequence[Op]) -> dict[Op, set[Op]]:
    """For every operation those that made the memory in which its result may lie."""
    found: dict[Op, set[Op]] = {op: {op} for op in inputs}
    for op in live:
        if is_view(op):
            found[op] = found[op.args[0]]
            continue
        found[op] = {op}
        if entrywise(op) is None:
            shared = (found[x] for x in op.operands if _may_share(op.sample, x.sample))
            found[op] = found[op].union(*shared)
    return found


def _may_share(a: Any, b: Any) -> bool:
    """Whether a result, or a part of it, may be a view of an operand."""
    if isinstance(a, tuple | list):
        return any(_may_share(part, b) for part in a)
    if isinstance(b, tuple | list):
        return any(_may_share(a, part) for part in b)
    return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and np.may_share_memory(a, b)


def entrywise(op: Op) -> np.ufunc | None:
    """The ufunc that the operation is, with one result and no settings; None if it is none."""
    ufunc = UFUNC_OF.get(op.function, op.function)
    if ufunc is np.matmul or op.kwargs or not isinstance(ufunc, np.ufunc):
        return None
    return ufunc if ufunc.nout == 1 and ufunc.nin == len(op.args) and not ufunc.signature else None


def is_mask(x: Any) -> bool:
    """Whether an operand is made of booleans."""
    return np.asarray(x.sample if x.__class__ is Op else x).dtype == bool


def has_one_operand(op: Op) -> bool:
    """Whether the operation has one operand, which is on the tape."""
    return len(op.args) == 1 and op.args[0].__class__ is Op


def is_dot(op: Op) -> bool:
    """Whether np.dot, which is called quicker than np.matmul, can write the product into place."""
    a, b = (x if isinstance(x, np.ndarray) else getattr(x, "sample", None) for x in op.args)
    if not isinstance(a, np.ndarray) or not isinstance(b, np.ndarray):
        return False
    kinds = {a.dtype, b.dtype, op.dtype}
    return len(kinds) == 1 and 1 <= a.ndim <= 2 and 1 <= b.ndim <= 2 and op.dtype.kind == "f"
