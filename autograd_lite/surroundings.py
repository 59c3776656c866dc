"""Whether what a function reads from outside is still what it was.

A program is traced with the numbers that are outside as they are. They are looked at again before
every run, so that a name that is bound to something else, or an array that was written to, is
noticed.
"""

from __future__ import annotations

import operator
from typing import Any
from zlib import crc32

from .mutation import fingerprint
from .reached import Reached

_FEW = 12  # names that are looked at one by one


class Surroundings:
    """What functions read from outside as it was at first, and whether it still is."""

    def __init__(self, f: Any) -> None:
        self.reached = Reached(f)
        self._arrays: list[tuple[Any, int]] = []
        self._buffers: list[tuple[Any, int]] = []
        self._look()

    @property
    def names(self) -> dict[int, str]:
        """The user's names of arrays outside, by identity."""
        return self.reached.names

    def add(self, f: Any) -> None:
        """Look at what another function reads as well."""
        self.reached.add(f)
        self._look()

    def watch(self, live: set[int]) -> None:
        """Notice from now on when an array is written to; those of `live` are read anew anyway."""
        arrays = [x for i, x in self.reached.arrays.items() if i not in live]
        self._arrays = [(x, fingerprint(x)) for x in arrays]
        self._buffers = [(x, crc32(x)) for x in self.reached.buffers]

    def _look(self) -> None:
        reached = self.reached
        self._bindings = [(space.get, name, x) for space, name, x in reached.bindings]
        self._sizes = [(space, len(space)) for space in reached.spaces]
        self._members = [(members, list(members)) for members in reached.members]

    def changed(self) -> bool:
        """Whether a name means something else now, or an array that was watched has changed."""
        for get, name, x in self._bindings:
            if get(name) is not x:
                return True
        for owner, name, x in self.reached.attributes:
            try:
                if getattr(owner, name) is not x:
                    return True
            except (AttributeError, ValueError):  # ValueError of a cell that is empty now
                return True
        for space, count in self._sizes:
            if len(space) != count:
                return True
        for members, before in self._members:
            if len(members) != len(before) or not all(map(operator.is_, members, before)):
                return True
        if any(crc32(x) != seen for x, seen in self._buffers):
            return True
        return any(fingerprint(x) != seen for x, seen in self._arrays)

    def test(self, names: dict[str, Any], prefix: str) -> list[str] | None:
        """The same question as tests to be written into a function: all hold while it does not.

        names: gets what the tests refer to.  None if the tests would be many or slow.
        A test may raise AttributeError or ValueError, which says that it does not hold.
        """
        reached = self.reached
        compared = [(space, f".get({name!r})", x) for space, name, x in reached.bindings]
        compared += [(owner, f".{name}", x) for owner, name, x in reached.attributes]
        if self._arrays or self._buffers or self._members or len(compared) > _FEW:
            return None
        tests = []
        for i, (place, now, x) in enumerate(compared):
            names[f"{prefix}p{i}"], names[f"{prefix}x{i}"] = place, x
            tests.append(f"{prefix}p{i}{now} is {prefix}x{i}")
        for i, (space, count) in enumerate(self._sizes):
            names[f"{prefix}s{i}"] = space
            tests.append(f"len({prefix}s{i}) == {count}")
        return tests
