"""`copy.deepcopy` and `pickle` of graphs, node by node: a million of them need no recursion.

Both modules go down into what an object holds by calling themselves. A graph is therefore handed to
them as one list, inputs first: when a node's turn comes, what it holds has been done already and is
in their memo. So nodes that several results share stay shared.
"""

from __future__ import annotations

import copy
import itertools
import threading
import weakref
from typing import Any

from .graph import Node, downward
from .leaving import check_stays
from .recording import here

KEEP = "Nodes do not change, so use it as it is; copy.copy gives one with the same inputs."
_PLAIN = {float, int, bool, str, type(None)}
_fields: dict[type, tuple[str, ...]] = {}


class _Here(threading.local):
    stream: Any = None  # a weak reference to the list that is being pickled in this thread


_here = _Here()


class Copied(Node):
    """What a node needs so that its graph can be copied and pickled."""

    __slots__ = ()

    def woken(self) -> None:
        """What there is to do once a node has been copied or unpickled."""

    def __copy__(self) -> Any:
        """A node of its own, with the same inputs."""
        return _rebuild(type(self), *_state(self))

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if here.aliases:
            check_stays(downward(self), "copy.deepcopy", KEEP)
        for node in reversed(downward(self)):
            if id(node) not in memo:
                fields = (_copied(x, memo) for x in _state(node))
                memo[id(node)] = _rebuild(type(node), *fields)
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        if here.aliases:
            check_stays(downward(self), "pickle", KEEP)
        streaming = _here.stream is not None and _here.stream() is not None
        if streaming or self.op is None:
            return _rebuild, (type(self), *_state(self))
        return _done, (_Stream(self),)  # pickle finds the root itself in its memo by then


class _Stream:
    """The nodes of a graph as a list to pickle, inputs first."""

    __slots__ = ("__weakref__", "root")

    def __init__(self, root: Node) -> None:
        self.root = root

    def __reduce__(self) -> tuple[Any, ...]:
        nodes = reversed(downward(self.root))
        return list, (), None, itertools.chain([_Mark(self)], nodes, [_Mark(None)])


class _Mark:
    """The begin or the end of a stream, which says so when its turn comes to be pickled."""

    def __init__(self, stream: _Stream | None) -> None:
        self.stream = stream

    def __reduce__(self) -> tuple[Any, ...]:
        # Weak, so that a pickling that failed half-way leaves nothing behind.
        _here.stream = None if self.stream is None else weakref.ref(self.stream)
        return _done, ()


def _done(*_: Any) -> None:
    """Nothing is left to do: the nodes have been rebuilt."""


def _slots(kind: type) -> tuple[str, ...]:
    if kind not in _fields:
        names = [name for base in kind.__mro__ for name in getattr(base, "__slots__", ())]
        _fields[kind] = tuple(sorted(set(names) - {"__weakref__", "mark"}))
    return _fields[kind]


def _state(node: Any) -> tuple[Any, ...]:
    if node.op is None:
        node.notice()  # of an array that the user holds, before it parts from it
    return tuple([getattr(node, name, None) for name in _slots(type(node))])


def _rebuild(kind: type, *fields: Any) -> Any:
    node: Any = object.__new__(kind)
    for name, field in zip(_slots(kind), fields, strict=True):
        setattr(node, name, field)
    node.mark = 0
    node.woken()
    return node


def _copied(x: Any, memo: dict[int, Any]) -> Any:
    if x.__class__ in _PLAIN:
        return x
    if x.__class__ is tuple:
        return tuple([_copied(item, memo) for item in x])
    return memo[id(x)] if id(x) in memo else copy.deepcopy(x, memo)
