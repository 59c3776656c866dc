"""What a function can read from outside: what its names mean, and what can be reached from there.

Followed are global names, closures, defaults, attributes of objects, of their classes and of
modules, and what is in containers; nearest first, as far as the code of the functions on the way
mentions it.
"""

from __future__ import annotations

import array
import collections
import contextlib
import dis
import functools
import inspect
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .graph import Node
from .recorded import is_recorded
from .value import Value

_MANY = 2000  # names that are followed at most

_OURS = {"autograd_lite", "nn", "viz", "numpy", "math", "cmath"}
_LIBRARIES = _OURS | sys.stdlib_module_names | {"builtins"}  # do not read what belongs to the user
_PLAIN = (
    int, float, complex, str, bytes, type(None), type(...), np.generic, np.dtype, np.ufunc,
    types.CodeType, np.random.RandomState,
)  # fmt: skip
_LOOKS_UP = {"getattr", "vars", "globals", "eval", "exec", "__dict__", "attrgetter"}


class Reached:
    """What can be reached from functions and objects.

    bindings: (dict of names, name, object).  attributes: (owner, name, object), the owner a cell
    of a closure, a function, or an object with slots.
    spaces: dicts of attributes; a name that is added there may hide another.
    members: what iterates over the objects in a container.
    arrays, buffers: what is written to in place; by identity, and of the standard library.
    names: of arrays, by identity.  generators: of random numbers.
    """

    def __init__(self, *roots: Any) -> None:
        self.bindings: list[tuple[Mapping[str, Any], str, Any]] = []
        self.attributes: list[tuple[Any, str, Any]] = []
        self.spaces: list[Mapping[str, Any]] = []
        self.members: list[Any] = []
        self.arrays: dict[int, Any] = {}
        self.buffers: list[Any] = []
        self.names: dict[int, str] = {}
        self.generators: list[np.random.Generator] = []
        self._seen: dict[int, Any] = {}
        self._bound: set[tuple[int, str]] = set()
        self._waiting: collections.deque[tuple[Any, str | None]] = collections.deque()
        self._classes: set[type] = set()
        self._users: set[str] = set()  # packages of the roots
        self._mentioned: set[str] = set()  # names in the code that was reached
        self._looks_up = False  # whether that code has names made from strings
        self._open: list[tuple[Mapping[str, Any], Any]] = []  # of which mentioned names count
        for x in roots:
            self.add(x)

    def add(self, x: Any) -> None:
        """Follow another function or object, too."""
        self._users |= {_package(x), _package(getattr(x, "__func__", None) or x)}
        if isinstance(x, functools.partial):
            self._users.add(_package(x.func))
        self._follow(x)
        while self._waiting and len(self.bindings) + len(self.attributes) < _MANY:
            self._look(*self._waiting.popleft())
            if not self._waiting:
                self._bind_mentioned()

    def _follow(self, x: Any, name: str | None = None) -> None:
        self._waiting.append((x, name))

    def _bind(self, space: Mapping[str, Any], name: str, x: Any) -> None:
        key = id(space), name
        if key in self._bound or (isinstance(x, types.ModuleType) and _package(x) in _OURS):
            return
        self._bound.add(key)
        self.bindings.append((space, name, x))
        self._follow(x, name)

    def _attribute(self, owner: Any, name: str, known_as: str | None = None) -> None:
        x = getattr(owner, name)
        self.attributes.append((owner, name, x))
        self._follow(x, known_as or name)

    def _bind_mentioned(self) -> None:
        """Follow the names in objects, classes and modules that the code mentions."""
        for space, owner in self._open:
            every = self._looks_up and not self._is_library(owner)
            for name, x in list(space.items()):
                implied = isinstance(owner, type) and _is_operator(name, x)
                if every or implied or name in self._mentioned:
                    self._bind(space, name, x)

    def _look(self, x: Any, name: str | None) -> None:
        if isinstance(x, np.ndarray):
            if not is_recorded(x):
                self.arrays.setdefault(id(x), x)
                if name:
                    self.names.setdefault(id(x), name)
        elif isinstance(x, Node):
            if isinstance(x, Value):
                self.attributes.append((x, "_data", x._data))
            elif name and not is_recorded(x._data):
                self.names.setdefault(id(x._data), x.label or name)
        elif not isinstance(x, _PLAIN) and id(x) not in self._seen:
            self._seen[id(x)] = x  # which keeps it alive, so that no other gets its number
            self._go_into(x)

    def _go_into(self, x: Any) -> None:
        if isinstance(x, types.FunctionType):
            self._function(x)
        elif isinstance(x, types.ModuleType):
            self._open.append((vars(x), x))
        elif isinstance(x, type):
            self._class(x)
        elif isinstance(x, np.random.Generator):
            self.generators.append(x)
        elif isinstance(x, types.BuiltinMethodType):
            self._follow(x.__self__)
        elif isinstance(x, bytearray | array.array):
            self.buffers.append(x)
        elif _package(x) == "autograd_lite" and hasattr(x, "__wrapped__"):
            self._follow(x.__wrapped__)  # a program looks at its own surroundings
        else:
            self._members(x)
            self._attributes(x)

    def _function(self, f: types.FunctionType) -> None:
        for name, cell in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True):
            if id(cell) not in self._seen:
                self._seen[id(cell)] = cell
                with contextlib.suppress(ValueError):  # not yet bound
                    self._attribute(cell, "cell_contents", name)
        if self._is_library(f):
            return  # a transform or decorator: the user's function is in its closure
        self._attribute(f, "__code__")
        for kind in ("__defaults__", "__kwdefaults__"):
            if getattr(f, kind):
                self._attribute(f, kind)
        if vars(f):
            self._space(vars(f))
        for name, is_global in _names_read(f.__code__):
            self._mentioned.add(name)
            self._looks_up = self._looks_up or name in _LOOKS_UP
            if is_global and name in f.__globals__:
                self._bind(f.__globals__, name, f.__globals__[name])

    def _class(self, kind: type) -> None:
        for c in [*kind.__mro__, *inspect.getmro(type(kind))]:
            if not self._is_library(c) and c not in self._classes:
                self._classes.add(c)
                self._open.append((vars(c), c))
                self.spaces.append(vars(c))

    def _is_library(self, x: Any) -> bool:
        """Whether a module, function or object is of a package that is not followed."""
        package = _package(x)
        if package in _LIBRARIES or package in self._users:
            return package in _LIBRARIES
        file = getattr(sys.modules.get(package), "__file__", None) or ""
        return "site-packages" in file or "dist-packages" in file

    def _members(self, x: Any) -> None:
        if isinstance(x, dict):
            self.members += [x.keys(), x.values()]
            for name, item in list(x.items()):
                self._follow(item, name if isinstance(name, str) else None)
        elif isinstance(x, list | tuple | collections.deque | set | frozenset):
            if not isinstance(x, tuple | frozenset):
                self.members.append(x)
            for item in list(x):
                self._follow(item)

    def _attributes(self, x: Any) -> None:
        """What the object itself has, in its __dict__ and __slots__, and what its class has."""
        own = getattr(x, "__dict__", None)
        if isinstance(own, dict):
            if any(map(self._is_library, type(x).__mro__[:-1])):
                self._space(own)  # its methods, which are not followed, may read any of them
            else:
                self.spaces.append(own)
                self._open.append((own, x))
        for c in type(x).__mro__:
            for name, slot in list(vars(c).items()):
                if isinstance(slot, types.MemberDescriptorType) and hasattr(x, name):
                    if "__slots__" in vars(c):
                        self._attribute(x, name)
                    else:  # of a class in C: what a method or a partial is made of
                        self._follow(getattr(x, name))
        self._follow(type(x))

    def _space(self, attributes: dict[str, Any]) -> None:
        self.spaces.append(attributes)
        for name, item in list(attributes.items()):
            self._bind(attributes, name, item)


def _is_operator(name: str, x: Any) -> bool:
    """Whether it is a method that Python calls without naming it, as for `a @ b` or `f(x)`."""
    return name.startswith("__") and isinstance(x, types.FunctionType)


def _package(x: Any) -> str:
    """The package that a module, a function, a class, or an object's class is of."""
    if isinstance(x, types.ModuleType):
        written = x.__name__
    else:
        written = (x if isinstance(x, types.FunctionType | type) else type(x)).__module__
    return str(written).partition(".")[0]


def _names_read(code: types.CodeType) -> Iterator[tuple[str, bool]]:
    """The names of globals and attributes that code reads, and whether it is as a global."""
    names = set(code.co_names)
    for step in dis.get_instructions(code):
        reads = not step.opname.startswith(("STORE_", "DELETE_"))
        if reads and step.argval.__class__ is str and step.argval in names:
            yield step.argval, step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names_read(constant)
