"""The mutation guard: an array that a rule still needs must not change before backward.

One clock counts all changes. Every array node knows when it was last changed, as by assigning to
`.data`, and a result also when it was computed. A leaf's array that the user has taken
(`w = p.data`) can be written to without our hearing of it, so from then on, and only as long as
somebody else holds it, its bytes are compared at every use. The arrays of other nodes are read-only
for the user. Of plain arrays that a rule reads an operation notes the bytes. Backward compares
times and bytes before it changes anything; where the clock still stands, nothing has changed.
"""

from __future__ import annotations

import sys
import threading
import zlib
from collections.abc import Callable, Iterable, Sequence
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
Seen = int | tuple[int, dict[int, Any]]  # when, and the plain arrays that are read, by place

_UNKNOWN = 0  # the array is out of our hands, and no operation has used it since
_FEW = 1 << 13  # bytes that are copied faster than they are added up
_LANES = 127  # a prime, so that exchanging rows of any common width is noticed


class _Clock:
    """What time it is: it goes on by 1 with every change of an array that a node has."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 1

    def tick(self) -> int:
        """The time of a change that is happening."""
        with _ticking:
            self.now += 1
            return self.now

    def at_least(self, time: int) -> None:
        """Go on to a time that a node from elsewhere has seen."""
        with _ticking:
            self.now = max(self.now, time)


clock = _Clock()
_ticking = threading.Lock()
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
    #   version  when the array is known to have changed last, 0 if it never has.
    #   seen     of a leaf, the fingerprint of an array that others may hold, None if none do;
    #            of a result, when it was computed, and from which plain arrays (see `stamp`).

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
        self.version = clock.tick()

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
                    self.version = clock.tick()
                self.seen = None if alone else now

    def alone(self) -> bool:
        """Whether nobody but this node holds its array, or a part of it."""
        return sys.getrefcount(self._data) <= _ALONE

    def settle(self, array: Array) -> None:
        """Move a leaf's numbers into `array`, which holds the same, and which nobody else has."""
        self.notice()
        self._data, self.seen = array, None

    def woken(self) -> None:
        """Set the clock, which may be that of another process, by what the node knows."""
        known = (self.seen[0] if type(self.seen) is tuple else self.seen) if self.op else 0
        clock.at_least(max(self.version, known))

    def verify(self, order: Iterable[Any], wanted: Any = None) -> None:
        """Raise MutationError if a rule of `order` would read numbers that are not as they were.

        wanted: the nodes that get a gradient; all if None.
        """
        for node in order:
            if node.op is None and node.seen is not None:
                node.notice()
        now = clock.now
        for node in [node for node in order if node.seen != now]:
            if node.op is None or not isinstance(node, Guarded):
                continue
            if type(node.seen) is tuple and node.seen[0] == now:
                changed = [
                    i for i, noted in node.seen[1].items() if fingerprint(node.a[i]) != noted
                ]
            else:
                changed = [i for i in (OUTPUT, *range(len(node.a))) if _has_changed(node, i)]
            if changed:
                _refuse_if_read(node, wanted, changed)


def stamp(rule: Rule, operands: tuple[Any, ...]) -> tuple[Seen, bool]:
    """What an operation notes of its operands, and whether the user holds the array of one.

    To be called before the engine itself holds the arrays.
    """
    plain: dict[int, Any] = {}
    held = False
    for i, x in enumerate(operands):
        if isinstance(x, Guarded):
            if x.seen is not None and x.op is None:
                x.notice()
                held = held or x.seen is not None
        elif type(x) is np.ndarray and may_read(rule, i):
            plain[i] = fingerprint(x)
    return (clock.now, plain) if plain else clock.now, held


def overwritten(leaves: Iterable[Guarded]) -> None:
    """Note that the arrays of leaves, which nobody else holds, were written to."""
    time = clock.tick()
    for leaf in leaves:
        leaf.seen, leaf.version = None, time


def all_alone(nodes: Sequence[Guarded], places: Sequence[Callable[[], Any]]) -> bool:
    """Whether each node's array is the one that its weak reference knows, and nobody else's."""
    for node, place in zip(nodes, places, strict=True):
        if place() is not node._data or sys.getrefcount(node._data) > _ALONE:
            return False
    return True


def unshared(data: Array, operands: tuple[Any, ...]) -> Array:
    """A result, copied if it shares the memory of a leaf's array, which the user may write to."""
    leaves = (x for x in operands if isinstance(x, Guarded) and x.op is None)
    return data.copy() if any(np.may_share_memory(data, x._data) for x in leaves) else data


def _refuse_if_read(node: Any, wanted: Any, changed: list[int]) -> None:
    rule = node.op
    for slot, operand in enumerate(node.a):
        if not isinstance(operand, Node) or (wanted is not None and operand not in wanted):
            continue
        if not rule.differentiates(slot):
            continue
        for place in sorted(reads(node, slot).intersection(changed)):
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
    """Whether the array at a place is another one than when the node was computed."""
    time, plain = node.seen if type(node.seen) is tuple else (node.seen, {})
    x = node if place == OUTPUT else node.a[place]
    if isinstance(x, Guarded):
        return bool(x.version > time)
    return place in plain and fingerprint(x) != plain[place]


def _count_alone() -> int:
    """What sys.getrefcount says of an array that only its node holds."""
    node: Any = object.__new__(Guarded)
    node._data = np.zeros(1)
    return sys.getrefcount(node._data)


_ALONE = _count_alone()
