"""What a function reads from outside: global names, closures, attributes of objects among them.

A program is traced with these as they are. They are looked at again before every run, so that a
name that is bound to something else, or an array that was written to, is noticed.
"""

from __future__ import annotations

import dis
import functools
import numbers as abstract_numbers
import operator
import pickle
import random
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from .errors import RuleError
from .graph import Node
from .mutation import fingerprint
from .recorded import is_recorded
from .value import Value

_DEEP, _MANY = 6, 2000  # how far into objects to look, and at how many names
_FEW = 12  # names that are looked at one by one


class Surroundings:
    """The names outside that a function may read, what they meant, and whether they still do."""

    def __init__(self, f: Any) -> None:
        self.entries: list[tuple[Any, Any, Any]] = []  # (namespace or cell, name, object)
        self.names: dict[int, str] = {}  # of arrays, by identity
        self._items: list[tuple[list[Any], list[Any]]] = []  # lists, and what was in them
        self._values: list[tuple[Value, float]] = []
        self._arrays: list[Any] = []  # in containers
        self._sizes: list[tuple[dict[str, Any], int]] = []  # of objects' attributes
        self._seen: set[int] = set()
        self._function(f, 0)
        self._watched: list[tuple[Any, int]] = []

    def add(self, f: Any) -> None:
        """Look at what another function reads as well."""
        self._function(f, 0)

    def watch(self, live: set[int]) -> None:
        """Notice from now on when an array is written to; those of `live` are read anew anyway."""
        named = [x for _, _, x in self.entries if isinstance(x, np.ndarray)]
        arrays = {id(x): x for x in named + self._arrays}
        self._watched = [(x, fingerprint(x)) for i, x in arrays.items() if i not in live]

    def changed(self) -> bool:
        """Whether a name means something else now, or an array that was watched has changed."""
        for place, name, x in self.entries:
            if place.__class__ is dict:
                if place.get(name) is not x:
                    return True
            elif place.cell_contents is not x:
                return True
        for attributes, count in self._sizes:
            if len(attributes) != count:
                return True
        for value, data in self._values:
            if value._data is not data:
                return True
        for items, before in self._items:
            if len(items) != len(before) or not all(map(operator.is_, items, before)):
                return True
        return bool(self._watched) and any(fingerprint(x) != seen for x, seen in self._watched)

    def test(self, names: dict[str, Any], prefix: str) -> list[str] | None:
        """The same question as tests to be written into a function: all hold while it does not.

        names: gets what the tests refer to.  None if the tests would be many or slow.
        """
        if self._watched or self._items or self._values or len(self.entries) > _FEW:
            return None
        tests = []
        for i, (place, name, x) in enumerate(self.entries):
            names[f"{prefix}p{i}"], names[f"{prefix}x{i}"] = place, x
            now = f".get({name!r})" if place.__class__ is dict else ".cell_contents"
            tests.append(f"{prefix}p{i}{now} is {prefix}x{i}")
        return tests

    def _function(self, f: Any, depth: int) -> None:
        if isinstance(f, functools.partial):
            for x in (f.func, *f.args, *f.keywords.values()):
                self._object(x, None, depth + 1)
            return
        if isinstance(f, types.MethodType):
            self._object(f.__self__, None, depth + 1)
            f = f.__func__
        if not isinstance(f, types.FunctionType) or id(f) in self._seen:
            self._object(f, None, depth + 1)
            return
        self._seen.add(id(f))
        if (f.__module__ or "").partition(".")[0] in _LIBRARIES:
            for cell in f.__closure__ or ():  # a transform of the user's function
                self._cell(cell, "", depth)
            return
        for name, cell in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True):
            self._cell(cell, name, depth)
        for name in _global_names(f.__code__):
            if name in f.__globals__:
                self._entry(f.__globals__, name, f.__globals__[name], depth)

    def _cell(self, cell: Any, name: str, depth: int) -> None:
        try:
            x = cell.cell_contents
        except ValueError:  # not yet bound
            return
        self._entry(cell, name, x, depth)

    def _entry(self, place: Any, name: str, x: Any, depth: int) -> None:
        if isinstance(x, types.ModuleType) or len(self.entries) >= _MANY:
            return
        if isinstance(x, abstract_numbers.Real | np.ndarray | Node | str | type(None)) or (
            not isinstance(x, type) and id(x) not in self._seen
        ):
            self.entries.append((place, name, x))
        self._object(x, name, depth)

    def _object(self, x: Any, name: str | None, depth: int) -> None:
        if isinstance(x, np.ndarray):
            if name and not is_recorded(x):
                self.names.setdefault(id(x), name)
            return
        if isinstance(x, Node):
            if isinstance(x, Value):
                self._values.append((x, x._data))
            if name and isinstance(x._data, np.ndarray) and not is_recorded(x._data):
                self.names.setdefault(id(x._data), x.label or name)
            return
        if depth > _DEEP or id(x) in self._seen or isinstance(x, type | types.ModuleType):
            return
        if isinstance(x, types.FunctionType | types.MethodType | functools.partial):
            self._function(x, depth + 1)
            return
        self._seen.add(id(x))
        if isinstance(x, dict):
            for key, item in list(x.items()):
                self._entry(x, key, item, depth + 1)
        elif isinstance(x, list | tuple):
            if isinstance(x, list):
                self._items.append((x, list(x)))
            self._arrays += [item for item in x if isinstance(item, np.ndarray)]
            for item in x:
                self._object(item, name, depth + 1)
        elif hasattr(x, "__dict__") and not isinstance(x, np.random.Generator):
            self._sizes.append((vars(x), len(vars(x))))
            for key, item in list(vars(x).items()):
                self._entry(vars(x), key, item, depth + 1)


_LIBRARIES = {"autograd_lite", "nn", "numpy"}


def _global_names(code: types.CodeType) -> Iterator[str]:
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield step.argval
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _global_names(constant)


class _Randomness:
    """The states of the random generators that a function may draw from."""

    def __init__(self, around: Surroundings) -> None:
        self._generators = [x for _, _, x in around.entries if isinstance(x, np.random.Generator)]

    def get(self) -> Any:
        legacy = np.random.get_state()  # noqa: NPY002
        return legacy, random.getstate(), [g.bit_generator.state for g in self._generators]

    def set(self, states: Any) -> None:
        legacy, python, generators = states
        np.random.set_state(legacy)  # noqa: NPY002
        random.setstate(python)
        for generator, state in zip(self._generators, generators, strict=True):
            generator.bit_generator.state = state


class Undone:
    """Random numbers that the function draws meanwhile do not count: the states are put back."""

    def __init__(self, f: Any) -> None:
        self._randomness = _Randomness(Surroundings(f))

    def __enter__(self) -> None:
        self._before = self._randomness.get()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._randomness.set(self._before)


class NoDraws:
    """Raises RuleError if random numbers are drawn meanwhile: they would be the same ever after.

    The states are then put back.
    """

    def __init__(self, around: Surroundings) -> None:
        self._randomness = _Randomness(around)

    def __enter__(self) -> None:
        self._before = self._randomness.get()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if pickle.dumps(self._randomness.get()) == pickle.dumps(self._before):
            return
        self._randomness.set(self._before)
        if kind is None:
            raise RuleError(
                "compile: the function draws random numbers, and the program would have the same "
                "ones in every call.\n"
                "  Give them as an argument, or draw them by ag.drawn(lambda: rng.random(shape))."
            )
