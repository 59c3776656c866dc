"""Where the result of every operation of a program lies: in which buffer, or in one of its own.

A buffer is used again as soon as nobody needs what it holds, and an entrywise operation writes over
its own operand where that is the last time it is read. What leaves the program is the caller's own.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np

from .op_kinds import homes, is_view
from .print_numpy import dtype_text
from .tape import Op

Array = np.ndarray[Any, Any]
_NEVER = 1 << 60


class Store:
    """The memory that an operation's result is in: a buffer of the program, or an array made anew.

    array: the buffer, flat; None for what is not to be written over.  last: the place in the
    program after which nobody reads it.
    """

    def __init__(self, name: str, array: Array | None, last: int) -> None:
        self.name, self.array, self.last = name, array, last
        self.place = 0  # the line that makes it


class Stores:
    """The buffers of a program, which are handed out to its operations one after another.

    inputs, live: the operations.  leaving: those whose results leave the program.
    donate: whether these stay in buffers.  taken: names that mean something else.

    head: the lines that make the buffers.  text: what an operation's result is called.  view: the
    part of a buffer that it is.  places: arrays from outside that results are computed in, by name.
    """

    def __init__(
        self,
        inputs: Sequence[Op],
        live: Sequence[Op],
        leaving: Collection[Op],
        donate: bool,
        taken: Iterable[str],
    ) -> None:
        self.leaving, self.donate = leaving, donate
        self.head: list[str] = []
        self.text: dict[Op, str] = {}
        self.view: dict[Op, Array] = {}
        self.store: dict[Op, Store] = {}
        self.places: dict[str, Array] = {}
        self.nbytes = 0
        self.taken = set(taken)
        self.homes = homes(inputs, live)
        self._last = self._last_uses(live)
        self._targets: dict[Op, tuple[str | None, Array]] = {}
        self._shaped: dict[tuple[str, tuple[int, ...]], tuple[str, Array]] = {}
        self._pool: dict[tuple[Any, int], list[Store]] = {}
        self._ends: dict[int, list[Store]] = {}  # the buffers that are free after a place
        self._count: dict[str, int] = {}

    def _last_uses(self, live: Sequence[Op]) -> dict[Op, int]:
        last: dict[Op, int] = {}
        for i, op in enumerate(live):
            for x in (op, *op.operands):
                last.update(dict.fromkeys(self.homes[x], i))
        for op in self.leaving:
            last.update(dict.fromkeys(self.homes[op], _NEVER))
        return last

    def name(self, letter: str) -> str:
        """A name that is free."""
        while True:
            self._count[letter] = self._count.get(letter, 0) + 1
            name = f"{letter}{self._count[letter]}"
            if name not in self.taken:
                return name

    def root(self, op: Op) -> Op:
        """The operation whose result `op` looks at."""
        while op.function is not None and is_view(op) and op.args[0].__class__ is Op:
            op = op.args[0]
        return op

    # --- places that are chosen beforehand --------------------------------------------------------

    def compute_in(self, op: Op, array: Array, name: str | None = None) -> None:
        """Let the result of `op` be computed in `array`: one of the program's, or from outside.

        name: what the program calls it; None for an array from outside.
        """
        self._targets.setdefault(op, (name, array))

    def memory(self, shape: tuple[int, ...], dtype: Any, letter: str) -> tuple[str, Array]:
        """A buffer that is nobody else's, by name, and one to try things out with."""
        name = self.name(letter)
        self.head.append(f"{name} = np.empty({shape!r}, {dtype_text(dtype)})")
        made = np.empty(shape, dtype)
        self.nbytes += made.nbytes
        return name, made

    def is_in_place(self, op: Op) -> bool:
        """Whether the result is where it was to be computed."""
        return op in self._targets and self.text.get(op) == self._targets[op][0]

    # --- buffers ----------------------------------------------------------------------------------

    def named(self, op: Op, name: str) -> str:
        """Call the result of `op` so."""
        self.text[op] = name
        return name

    def made_anew(self, op: Op) -> str:
        """A name for a result that every run makes."""
        self.store[op] = Store("", None, _NEVER)
        return self.named(op, self.name("t"))

    def look_anew(self, op: Op) -> str:
        """A name for a view that every run makes."""
        if self.root(op) in self.store:
            self.store.setdefault(op, Store("", None, _NEVER))
        return self.named(op, self.name("t"))

    def buffer(self, op: Op, body: list[str]) -> str:
        """A buffer for the result of `op`, or an array of its own, made in `body`, if it leaves."""
        shape, dtype, last = op.shape, op.dtype, self._last[self.root(op)]
        if op in self._targets:
            place, array = self._targets[op]
            name = place or self.name("g")
            if place is None:
                self.places[name] = array
            self.view[op] = array
            self.store[op] = Store(name, None, _NEVER)
            return self.named(op, name)
        if op in self.leaving and not self.donate:
            name = self.name("o")
            body.append(f"{name} = np.empty({shape!r}, {dtype_text(dtype)})")
            self.store[op] = Store(name, None, last)
            return self.named(op, name)
        size = math.prod(shape)
        free = self._pool.get((dtype, size))
        if free:
            store = free.pop()
            store.last = last
        else:
            store = Store(self.name("b"), np.empty(size, dtype), last)
            self.nbytes += size * dtype.itemsize
            store.place = len(self.head)
            self.head.append("")
        return self._take(op, store, shape)

    def _take(self, op: Op, store: Store, shape: tuple[int, ...]) -> str:
        self.store[op] = store
        self._ends.setdefault(store.last, []).append(store)
        assert store.array is not None
        if (store.name, shape) not in self._shaped:
            if not self.head[store.place]:
                made = f"{store.name} = np.empty({shape!r}, {dtype_text(op.dtype)})"
                self.head[store.place] = made
                self._shaped[store.name, shape] = store.name, store.array.reshape(shape)
            else:
                name = self.name("v")
                self.head.append(f"{name} = {store.name}.reshape({shape!r})")
                self._shaped[store.name, shape] = name, store.array.reshape(shape)
        name, self.view[op] = self._shaped[store.name, shape]
        return self.named(op, name)

    def in_place(self, i: int, op: Op, candidates: Any) -> str | None:
        """The buffer of an operand that is read for the last time, to be written over."""
        if op in self.leaving or op in self._targets:
            return None
        for x in candidates:
            if x.__class__ is not Op or x not in self.view:
                continue
            root, view = self.root(x), self.view[x]
            store = self.store[root]
            if store.array is None or store.last != i or view.size != store.array.size:
                continue
            if view.shape != op.shape or view.dtype != op.dtype or not view.flags.c_contiguous:
                continue
            others = [y for y in op.operands if root in self.homes[y]]
            if any(self.text[y] != self.text[x] for y in others):
                continue
            store.last = self._last[self.root(op)]
            return self._take(op, store, op.shape)
        return None

    def free(self, i: int) -> None:
        """Take back the buffers that nobody reads after place `i`."""
        for store in self._ends.pop(i, ()):
            if store.last == i and store.array is not None:  # nobody took it over
                self._pool.setdefault((store.array.dtype, store.array.size), []).append(store)
                store.last = -1

    # --- views ------------------------------------------------------------------------------------

    def look_at(self, op: Op, text: str) -> bool:
        """Let `op` be the view of a buffer that `text` says; False if it is none."""
        given = self.view[op.args[0]]
        view = op.function(given, *op.args[1:], **op.kwargs)
        if not np.may_share_memory(view, given) and view.size:
            return False
        key = (text, op.shape)
        if key not in self._shaped:
            name = self.name("v")
            self.head.append(f"{name} = {text}")
            self._shaped[key] = name, view
        self.text[op], self.view[op] = self._shaped[key]
        return True

    def reshaped(self, name: str, shape: tuple[int, ...]) -> str:
        """The buffer seen in another shape."""
        flat = self.name("v")
        self.head.append(f"{flat} = {name}.reshape({shape!r})")
        return flat

    def is_own(self, op: Op) -> bool:
        """Whether the result is in memory of its own, not in that of something else."""
        return op in self.store and self.homes[op] == {op}
