"""Arguments and results taken apart into numbers and arrays, and put together again.

A container is a list, tuple, named tuple or dict, of others or of leaves. A leaf is a number, an
array, a node, or an object array of `Value`s, which counts as one array.
"""

from __future__ import annotations

import copy
import numbers as abstract_numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import array_rules, rules
from .errors import DataError, ShapeError
from .graph import Node, numbers
from .recorded import is_recorded
from .tensor import Tensor, gathered
from .value import Value


class Parts:
    """The leaves of something, where each of them is, and how to put others in their places.

    >>> parts = Parts({"W": 1.0, "b": [2.0, 3.0]}, "argument 0")
    >>> parts.leaves, parts.places
    ([1.0, 2.0, 3.0], ["argument 0['W']", "argument 0['b'][0]", "argument 0['b'][1]"])
    >>> parts.rebuild([10, 20, 30])
    {'W': 10, 'b': [20, 30]}
    """

    def __init__(self, given: Any, place: str) -> None:
        self.leaves: list[Any] = []
        self.places: list[str] = []
        self.place = place
        self._frame = self._take(given, place)

    def _take(self, x: Any, place: str) -> Any:
        if isinstance(x, dict):
            inside = [self._take(item, f"{place}[{key!r}]") for key, item in x.items()]
            return _like(x, inside)
        if isinstance(x, list | tuple):
            names = getattr(x, "_fields", None)
            steps = [f".{n}" for n in names] if names else [f"[{i}]" for i in range(len(x))]
            return _like(x, [self._take(item, place + s) for item, s in zip(x, steps, strict=True)])
        self.leaves.append(x)
        self.places.append(place)
        return _Leaf()

    def rebuild(self, leaves: Sequence[Any]) -> Any:
        """The same container with other leaves."""
        return _fill(self._frame, iter(leaves))

    def follow(self, other: Any, name: str, what: str) -> list[Any]:
        """The leaves of `other`, which must be built as this one is.

        Raises ShapeError, as of the transform `name`, at the first place where it is not.
        """
        found: list[Any] = []
        self._compare(self._frame, other, self.place, found, f"{name}: {what}")
        return found

    def _compare(self, frame: Any, x: Any, place: str, found: list[Any], what: str) -> None:
        if isinstance(frame, _Leaf):
            found.append(x)
            return
        if isinstance(frame, dict):
            if not isinstance(x, dict) or set(x) != set(frame):
                given = f"keys {sorted(map(str, x))}" if isinstance(x, dict) else type(x).__name__
                raise ShapeError(
                    f"{what} for {place} is {given}; that is a dict with keys "
                    f"{sorted(map(str, frame))}.\n  They must be built alike."
                )
            for key, item in frame.items():
                self._compare(item, x[key], f"{place}[{key!r}]", found, what)
            return
        if not isinstance(x, list | tuple) or len(x) != len(frame):
            length = f" of {len(x)}" if isinstance(x, list | tuple) else ""
            raise ShapeError(
                f"{what} for {place} is {type(x).__name__}{length}; that is "
                f"{type(frame).__name__} of {len(frame)}.\n  They must be built alike."
            )
        for i, (item, y) in enumerate(zip(frame, x, strict=True)):
            self._compare(item, y, f"{place}[{i}]", found, what)


class _Leaf:
    """The place of a leaf in a container."""


def _like(x: Any, inside: list[Any]) -> Any:
    """A container of the type of `x`, with other contents in the same order."""
    if isinstance(x, dict):
        if type(x) is dict:
            return dict(zip(x, inside, strict=True))
        new = copy.copy(x)  # an OrderedDict, a defaultdict: with what else it holds
        for key, item in zip(x, inside, strict=True):
            new[key] = item
        return new
    return type(x)(*inside) if hasattr(x, "_fields") else type(x)(inside)


def _fill(frame: Any, leaves: Any) -> Any:
    if isinstance(frame, _Leaf):
        return next(leaves)
    items = frame.values() if isinstance(frame, dict) else frame
    return _like(frame, [_fill(item, leaves) for item in items])


# --- leaves ---------------------------------------------------------------------------------------


def is_grid(x: Any) -> bool:
    """Whether a leaf is an array of objects, as of `Value`s."""
    return isinstance(x, np.ndarray) and x.dtype == object


def is_number(x: Any) -> bool:
    """Whether a leaf is a plain real number or an array of them."""
    return isinstance(x, abstract_numbers.Real) or (
        isinstance(x, np.ndarray | np.generic) and x.dtype.kind in "biuf"
    )


def alias(x: Any, place: str) -> Any:
    """A node that stands for an argument: a fresh leaf, or an identity over a node.

    So what is differentiated inside is told apart from what the outside differentiates.
    """
    if isinstance(x, Node):
        return rules.identity(x)
    if is_grid(x):
        grid = np.empty(x.shape, dtype=object)
        for i in np.ndindex(x.shape):
            grid[i] = alias(x[i], f"{place}{list(i)}")
        return grid
    if isinstance(x, abstract_numbers.Real):
        return Value(x)  # type: ignore[arg-type]
    if isinstance(x, np.ma.MaskedArray | np.matrix):
        raise DataError(
            f"{place} is a {type(x).__name__}, whose arithmetic is not that of an array.\n"
            "  Give np.asarray of it, and a mask as an argument of its own."
        )
    if isinstance(x, np.ndarray | np.generic):
        return Tensor(x)
    raise DataError(
        f"{place} is {type(x).__name__} {x!r:.60}, which cannot be differentiated.\n"
        "  Give numbers, arrays, or lists, tuples and dicts of them; skip others with argnums."
    )


def cells(leaf: Any) -> list[Any]:
    """What a leaf holds one by one: the entries of an object array, else the leaf itself."""
    return list(leaf.flat) if is_grid(leaf) else [leaf]


def has_node(leaf: Any) -> bool:
    """Whether a leaf is a node, or an array with nodes in it."""
    return any(isinstance(x, Node) for x in cells(leaf))


def shape_of(leaf: Any) -> tuple[int, ...]:
    """The shape of a leaf, of whatever kind."""
    return leaf.shape if isinstance(leaf, Node) else np.shape(leaf)


def zero(leaf: Any) -> Any:
    """The gradient where nothing depends on a leaf: 0 in its shape and dtype."""
    if is_grid(leaf):
        grid = np.empty(leaf.shape, dtype=object)
        grid.fill(0.0)
        return grid
    data = numbers(leaf)
    if np.ndim(data) == 0 and not isinstance(data, np.ndarray):
        return 0.0
    return np.zeros(data.shape, dtype=data.dtype if data.dtype.kind == "f" else np.float64)


def collect(found: dict[Node, Any], stand_in: Any, leaf: Any) -> Any:
    """The gradient of a leaf, as what the leaf is, from those that `stand_in`'s nodes have got."""
    if is_grid(leaf):
        grid = zero(leaf)
        for i in np.ndindex(leaf.shape):
            grid[i] = collect(found, stand_in[i], leaf[i])
        return grid
    if stand_in not in found:
        return zero(leaf)
    gradient = found[stand_in]
    array = isinstance(leaf, np.ndarray | Tensor)
    if isinstance(gradient, Node):
        return gathered(gradient) if array and isinstance(gradient, Value) else gradient
    if is_recorded(gradient):
        return gradient
    if not array:
        return float(gradient)
    # A sum of 0-d arrays is a NumPy scalar, which is made an array again; a view of what belongs to
    # the graph, or of one number stretched, is not for the user to write to.
    gradient = np.asarray(gradient)
    own = gradient.flags.owndata and gradient.flags.writeable
    return gradient if own else gradient.copy()


def fitted(x: Any, leaf: Any, what: str, place: str) -> Any:
    """A tangent or cotangent `x` in the kind, shape and dtype of its leaf, which is at `place`.

    Raises ShapeError if its shape is another one, DataError if it is no number or array; `what`
    is how the errors call it.
    """
    if not (isinstance(x, Node) or is_number(x) or (is_grid(x) and has_node(x))):
        raise DataError(
            f"{what} for {place} is {type(x).__name__} {x!r:.60}, not a number or an array."
        )
    theirs, ours = shape_of(leaf), shape_of(x)
    if theirs != ours:
        raise ShapeError(
            f"{what} for {place} has shape {ours}, but {place} has {theirs}. They must be equal."
        )
    if is_grid(leaf):
        cut = x if is_grid(x) else np.asarray(x, dtype=object)
        if isinstance(x, Tensor):
            cut = np.empty(ours, dtype=object)
            for i in np.ndindex(ours):
                cut[i] = x[i]
        return cut
    if not isinstance(leaf, Tensor | np.ndarray):
        return x if isinstance(x, Node) else float(x)
    dtype = zero(leaf).dtype
    if isinstance(x, Node) or is_grid(x):
        traced = x if isinstance(x, Tensor) else gathered(x)
        return traced if traced.dtype == dtype else array_rules.astype(traced, dtype=dtype)
    return np.array(x, dtype=dtype)


def seeds(outputs: Sequence[Any], cotangents: Sequence[Any]) -> dict[Node, Any]:
    """The gradients with which a backward pass starts: those of the same node add up."""
    found: dict[Node, Any] = {}
    for output, cotangent in zip(outputs, cotangents, strict=True):
        for node, g in zip(cells(output), cells(cotangent), strict=True):
            if isinstance(node, Node):
                found[node] = found[node] + g if node in found else g
    return found


def plain(x: Any) -> Any:
    """A leaf as the numbers it holds: float for a Value, array for a Tensor; others as they are."""
    if is_grid(x) and has_node(x):
        return np.array([float(numbers(v)) for v in x.flat]).reshape(x.shape)
    if not isinstance(x, Node):
        return x
    data = numbers(x)
    return np.array(data)[()] if isinstance(data, np.ndarray) else data


def cut(x: Any) -> Any:
    """A node without its history: what `no_grad` around a transform asks for."""
    if is_grid(x):
        grid = np.empty(x.shape, dtype=object)
        for i in np.ndindex(x.shape):
            grid[i] = cut(x[i])
        return grid
    if isinstance(x, Value | Tensor):
        return type(x)(numbers(x))
    return x
