"""Which numbers a derivative rule reads: found by calling it, not written down a second time.

x + y needs neither x nor y to go backward, x * y needs both, tanh needs its output alone. So an
array may change between forward and backward if no rule reads it, and must not if one does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .graph import Node, downward, numbers
from .operators import Operators
from .rows import INPUT_NAMES, TABLE, Elementwise, Rule
from .symbols import Symbol

OUTPUT = -1  # the output's place, where the inputs have 0, 1, 2, ...
_known: dict[Elementwise, tuple[frozenset[int], ...]] = {}
_read_at_all: dict[Elementwise, frozenset[int]] = {}


def partial_reads(rule: Elementwise) -> tuple[frozenset[int], ...]:
    """For each input, the places whose numbers its local derivative is made of.

    >>> from autograd_lite.rules import add, multiply, tanh
    >>> [sorted(places) for rule in (add, multiply, tanh) for places in partial_reads(rule)]
    [[], [], [1], [0], [-1]]
    """
    if rule not in _known:
        inputs, y = tuple(Symbol(name) for name in INPUT_NAMES[: rule.arity]), Symbol("y")
        places: dict[Node, int] = {**{x: i for i, x in enumerate(inputs)}, y: OUTPUT}
        found = []
        for slot, partial in enumerate(rule.partials):
            local = None if partial is None else rule.local(slot, inputs, y)
            met = downward(local) if isinstance(local, Node) else ()
            found.append(frozenset(places[node] for node in met if node in places))
        _known[rule] = tuple(found)
    return _known[rule]


def may_read(rule: Rule, place: int) -> bool:
    """Whether some derivative of the rule may read the input at `place`: a quick answer.

    What a rule on whole arrays reads can depend on shapes and settings, so there it may.
    """
    if not isinstance(rule, Elementwise):
        return True
    found = _read_at_all.get(rule)
    if found is None:
        found = _read_at_all[rule] = frozenset[int]().union(*partial_reads(rule))
    return place in found


def reads(node: Node, slot: int) -> frozenset[int]:
    """The places whose numbers are read to hand a gradient from `node` to operand `slot`."""
    rule = node.op
    if isinstance(rule, Elementwise):
        return partial_reads(rule)[slot]
    everything = frozenset([OUTPUT, *range(len(node.operands))])
    read: set[int] = set()
    y, g = (_Witness(numbers(node), frozenset(of), read) for of in ((OUTPUT,), ()))
    given = tuple(
        _Witness(np.asarray(numbers(x)), frozenset([i]), read) for i, x in enumerate(node.operands)
    )
    try:
        with np.errstate(all="ignore"):
            share = rule.vjp(slot, g, y, given, node.params)
    except Exception:  # it did what a witness cannot follow, so it may have read anything
        return everything
    return frozenset(read | (share.places if isinstance(share, _Witness) else frozenset()))


class _Witness(Operators):
    """An array that remembers which places its numbers come from. Shapes and dtypes are free."""

    _rule_rank = 9
    __hash__ = object.__hash__

    def __init__(self, array: Any, places: frozenset[int], read: set[int]) -> None:
        self.array, self.places, self.read = array, places, read

    @staticmethod
    def _apply_rule(rule: Rule, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        if isinstance(rule, Elementwise):
            return _through(rule.on_arrays, operands, params)
        return _through(lambda *given, **settings: rule.compute(given, settings), operands, params)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return _through(getattr(ufunc, method), inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return _through(function, args, kwargs)

    def __matmul__(self, other: Any) -> Any:
        return TABLE["matmul"](self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return TABLE["matmul"](other, self)

    def __getitem__(self, index: Any) -> Any:
        return _through(lambda a, i: a[i], (self, index), {})

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __len__(self) -> int:
        return len(self.array)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self.array, name)
        if callable(found):
            return lambda *args, **kwargs: _through(
                lambda a, *rest, **settings: getattr(a, name)(*rest, **settings),
                (self, *args),
                kwargs,
            )
        return _Witness(found, self.places, self.read) if isinstance(found, np.ndarray) else found

    def _numbers(self, *args: Any, **kwargs: Any) -> Any:
        """The plain numbers, by whatever door: then they count as read."""
        self.read |= self.places
        return self.array

    __array__ = _numbers

    def __bool__(self) -> bool:
        return bool(self._numbers())

    def __float__(self) -> float:
        return float(self._numbers())

    def __int__(self) -> int:
        return int(self._numbers())

    def __index__(self) -> int:
        return self._numbers().item().__index__()  # type: ignore[no-any-return]


def _through(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """The function of the plain arrays, as a witness of all that went in."""
    met: list[_Witness] = []
    result = function(*_bare(args, met), **_bare(kwargs, met))
    places = frozenset[int]().union(*(w.places for w in met))
    if isinstance(result, np.ndarray | np.generic):
        return _Witness(result, places, met[0].read)
    if function not in (np.shape, np.ndim, np.size):
        met[0].read |= places  # a plain answer about the numbers
    return result


def _bare(x: Any, met: list[_Witness]) -> Any:
    if isinstance(x, _Witness):
        met.append(x)
        return x.array
    if isinstance(x, list | tuple):
        return type(x)(_bare(item, met) for item in x)
    return {key: _bare(item, met) for key, item in x.items()} if isinstance(x, dict) else x
