"""The mutation guard: an array that a rule still needs must not change before backward.

Every array node counts its versions. Assigning to `.data` raises the version. A leaf's array that
the user has taken (`w = p.data`) can be written to without our hearing of it, so from then on, and
only as long as somebody else holds it, its bytes are compared at every use. The arrays of other
nodes are read-only for the user. An operation notes the versions of its operands, and of plain
arrays that a rule reads it notes the bytes; backward compares both before it changes anything.
"""

from __future__ import annotations

import sys
import threading
import zlib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .copying import Copied
from .describe import describe
from .errors import DataError, MutationError, ShapeError
from .graph import Node, numbers
from .reads import OUTPUT, may_read, reads
from .recorded import is_recorded
from .rows import Rule

Array = np.ndarray[Any, Any]
Stamps = tuple[Any, ...] | None

_UNKNOWN = 0  # the array is out of our hands, and no operation has used it since
_FEW = 1 << 15  # bytes that are copied faster than they are added up
_LANES = 127  # a prime, so that exchanging rows of any common width is noticed
_noticing = threading.Lock()  # leaves may be shared by threads


def fingerprint(array: Array) -> Any:
    """What tells whether any byte of the array has changed: the bytes themselves, if they are few.

    Large arrays are added up in 127 lanes of 64-bit words, about as fast as memory is read, to a
    number that is not 0.
    """
    if array.nbytes <= _FEW:
        return array.tobytes()
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    end = flat.size // (8 * _LANES) * (8 * _LANES)
    lanes = np.add.reduce(flat[:end].view(np.uint64).reshape(-1, _LANES), axis=0)
    return zlib.crc32(lanes.tobytes() + flat[end:].tobytes()) or 1


class Guarded(Copied):
    """A node whose numbers are an array, guarded against changes that backward would not see."""

    __slots__ = ("seen", "version")
    #   version  how often the array is known to have changed.
    #   seen     of a leaf, the fingerprint of an array that others may hold, None if none do;
    #            of another node, what it noted of its operands (see `stamp`).

    version: int
    seen: Any

    @property
    def data(self) -> Array:
        """The numbers. A leaf's may be written to and assigned; those of a result are read-only."""
        if is_recorded(self._data):
            return self._data  # type: ignore[no-any-return]
        if self.op is not None:
            view: Array = self._data.view()
            view.flags.writeable = False
            return view
        if self.seen is None:
            with _noticing:
                if self.seen is None:
                    if sys.getrefcount(self._data) > _ALONE:
                        self._data = self._data.copy()  # results that are views keep the old one
                    self.seen = fingerprint(self._data)
        return self._data  # type: ignore[no-any-return]

    @data.setter
    def data(self, value: Any) -> None:
        old = self._data
        array = value if value.__class__ is np.ndarray else np.asarray(numbers(value))
        if array.dtype is not old.dtype and array.dtype.kind != "f":
            if array.dtype.kind not in "biu":
                raise DataError(
                    f"{describe(self)}.data = {value!r:.60}: {array.dtype} are no real numbers."
                )
            array = array.astype(old.dtype)
        if array.shape != old.shape:
            raise ShapeError(
                f"{describe(self)}.data = an array of shape {array.shape}: the shapes differ.\n"
                "  A node keeps its shape; make a new Tensor for another one."
            )
        if self.op is None:
            self._data, self.seen = array, _UNKNOWN
        else:
            self._data = array.copy()
        self.version += 1

    def notice(self) -> None:
        """See whether the array of a leaf was written to, if it was out of our hands."""
        if self.seen == _UNKNOWN and sys.getrefcount(self._data) <= _ALONE:
            self.seen = None  # assigned, and let go of since
            return
        with _noticing:
            seen = self.seen
            if seen is not None:
                alone = sys.getrefcount(self._data) <= _ALONE
                now = fingerprint(self._data)
                if seen not in (_UNKNOWN, now):
                    self.version += 1
                self.seen = None if alone else now

    def alone(self, place: Callable[[], Any] | None = None) -> bool:
        """Whether nobody but this node holds its array, or a part of it.

        place: a weak reference; whether the array is also the one that it refers to.
        """
        if place is not None and place() is not self._data:
            return False
        return sys.getrefcount(self._data) <= _ALONE

    def settle(self, array: Array) -> None:
        """Move a leaf's numbers into `array`, which holds the same, and which nobody else has."""
        self.notice()
        self._data, self.seen = array, None

    def overwritten(self) -> None:
        """Note that the array of a leaf, which nobody else holds, was written to."""
        self.seen = None
        self.version += 1

    def verify(self, order: Iterable[Any], wanted: Any = None) -> None:
        """Raise MutationError if a rule of `order` would read numbers that are not as they were.

        wanted: the nodes that get a gradient; all if None.
        """
        guarded = [node for node in order if isinstance(node, Guarded)]
        noted = [node for node in guarded if node.seen is not None or node.version]
        changeable = any([node.op is None or node.version for node in noted])
        for node in guarded if changeable else noted:
            if node.op is None:
                continue
            stamps = node.seen
            changed = OUTPUT if node.version else None
            for i, x in enumerate(node.a):
                if isinstance(x, Guarded):
                    if x.seen is not None and x.op is None:
                        x.notice()
                    if x.version != (stamps[i] if stamps else 0):
                        changed = i
                elif stamps and stamps[i] and fingerprint(x) != stamps[i]:
                    changed = i
            if changed is not None:
                _refuse_if_read(node, wanted)


def stamp(rule: Rule, operands: tuple[Any, ...]) -> tuple[Stamps, bool]:
    """What an operation notes of its operands, and whether the user holds the array of one.

    Nothing to note is None. To be called before the engine itself holds the arrays.
    """
    found: list[Any] | None = None
    held = False
    for i, x in enumerate(operands):
        if isinstance(x, Guarded):
            if x.seen is not None and x.op is None:
                x.notice()
                held = held or x.seen is not None
            if not x.version:
                continue
            noted = x.version
        elif type(x) is np.ndarray and may_read(rule, i):
            noted = fingerprint(x)
        else:
            continue
        if found is None:
            found = [0] * len(operands)
        found[i] = noted
    return None if found is None else tuple(found), held


def unshared(data: Array, operands: tuple[Any, ...]) -> Array:
    """A result, copied if it shares the memory of a leaf's array, which the user may write to."""
    leaves = (x for x in operands if isinstance(x, Guarded) and x.op is None)
    return data.copy() if any(np.may_share_memory(data, x._data) for x in leaves) else data


def _refuse_if_read(node: Any, wanted: Any) -> None:
    rule = node.op
    for slot, operand in enumerate(node.a):
        if not isinstance(operand, Node) or (wanted is not None and operand not in wanted):
            continue
        if not rule.differentiates(slot):
            continue
        for place in sorted(reads(node, slot)):
            if not _has_changed(node, place):
                continue
            culprit = node if place == OUTPUT else node.a[place]
            what = "its output" if place == OUTPUT else f"its input {'abcdefgh'[place:][:1]}"
            raise MutationError(
                f"{rule.name}: {what}, {describe(culprit)}, was changed after it was used, and its "
                f"derivative with respect to {describe(operand)} needs the old numbers.\n"
                "  Call backward() before you change it, or compute the result anew afterwards; "
                "to keep both give the operation a copy."
            )


def unchanged(node: Any) -> bool:
    """Whether an operation would give the same from its operands as they are now."""
    for x in node.a:
        if isinstance(x, Guarded) and x.op is None and x.seen is not None:
            x.notice()
    return not any(_has_changed(node, place) for place in (OUTPUT, *range(len(node.a))))


def _has_changed(node: Any, place: int) -> bool:
    if place == OUTPUT:
        return bool(node.version)
    x, stamp = node.a[place], node.seen[place] if node.seen else 0
    if isinstance(x, Guarded):
        return bool(x.version != stamp)
    return bool(stamp) and fingerprint(x) != stamp


def _count_alone() -> int:
    """What sys.getrefcount says of an array that only its node holds."""
    node: Any = object.__new__(Guarded)
    node._data = np.zeros(1)
    return sys.getrefcount(node._data)


_ALONE = _count_alone()
