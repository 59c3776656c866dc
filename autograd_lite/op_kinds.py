"""What kind of operation one on a tape is, as far as memory is concerned."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .tape import UFUNC_OF, Op

_VIEWS = {
    np.transpose, np.reshape, np.broadcast_to, np.squeeze, np.swapaxes, np.expand_dims,
    np.moveaxis, np.diagonal, np.ravel, np.flip,
}  # fmt: skip


def is_view(op: Op) -> bool:
    """Whether the result is the operand's memory, looked at in another way."""
    if op.function in _VIEWS:
        return op.args[0].__class__ is Op and bool(op.shape or op.args[0].shape)
    if op.function is not operator.getitem or not op.args[0].shape:
        return False
    index = op.args[1] if isinstance(op.args[1], tuple) else (op.args[1],)
    return all(i is None or i is Ellipsis or isinstance(i, slice | int | np.integer) for i in index)


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
