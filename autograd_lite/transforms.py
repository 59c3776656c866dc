"""Functions that turn a function into its derivative: `grad`, `value_and_grad`, `jvp`.

They keep gradients in a dictionary of their own and leave every `.grad` alone. Each argument goes
in behind an identity node, so that transforms of transforms do not confuse their levels.
"""

from __future__ import annotations

import functools
import numbers as abstract_numbers
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from . import array_rules, rules
from .errors import DataError, GradientError, ShapeError
from .graph import Node, downward, numbers, product, propagate, reached
from .recording import differentiating, inside_transform, is_paused
from .rows import Elementwise
from .symbols import Symbol
from .tensor import Tensor
from .value import Value


class _Container:
    """Where the numbers and arrays are in an argument, perhaps a list, tuple or dict of them."""

    def __init__(self, argument: Any, place: str) -> None:
        self.leaves: list[Any] = []
        self.places: list[str] = []
        self.shape = self._take(argument, place)

    def _take(self, x: Any, place: str) -> Any:
        if isinstance(x, dict):
            return {key: self._take(x[key], f"{place}[{key!r}]") for key in x}
        if isinstance(x, list | tuple) and not isinstance(x, str):
            inside = [self._take(item, f"{place}[{i}]") for i, item in enumerate(x)]
            if hasattr(x, "_fields"):
                return type(x)(*inside)
            return type(x)(inside)
        if isinstance(x, np.ndarray) and x.dtype == object:
            array = np.empty(x.shape, dtype=object)
            for i in np.ndindex(x.shape):
                array[i] = self._take(x[i], f"{place}{list(i)}")
            return array
        self.leaves.append(x)
        self.places.append(place)
        return _Slot(len(self.leaves) - 1)

    def rebuild(self, leaves: list[Any]) -> Any:
        return _fill(self.shape, leaves)


class _Slot:
    def __init__(self, number: int) -> None:
        self.number = number


def _fill(shape: Any, leaves: list[Any]) -> Any:
    if isinstance(shape, _Slot):
        return leaves[shape.number]
    if isinstance(shape, dict):
        return {key: _fill(item, leaves) for key, item in shape.items()}
    if isinstance(shape, np.ndarray):
        array = np.empty(shape.shape, dtype=object)
        for i in np.ndindex(shape.shape):
            array[i] = _fill(shape[i], leaves)
        return array
    inside = [_fill(item, leaves) for item in shape]
    return type(shape)(*inside) if hasattr(shape, "_fields") else type(shape)(inside)


def _alias(x: Any, place: str) -> Node:
    """A node that stands for an argument: a fresh leaf, or an identity over a node."""
    if isinstance(x, Node):
        return rules.identity(x)  # type: ignore[no-any-return]
    if isinstance(x, abstract_numbers.Real):
        return Value(x)  # type: ignore[arg-type]
    if isinstance(x, np.ndarray | np.generic):
        return Tensor(x)
    raise DataError(
        f"{place} is {type(x).__name__} {x!r:.60}, which cannot be differentiated.\n"
        "  Give numbers, arrays, or lists, tuples and dicts of them; skip others with argnums."
    )


def positions(argnums: int | tuple[int, ...], count: int, name: str) -> tuple[int, ...]:
    """The arguments that `argnums` names; refused if one is not there or named twice."""
    try:
        found = tuple(operator.index(i) for i in _several(argnums))
    except TypeError:
        raise DataError(
            f"{name}: argnums={argnums!r:.60} is neither a whole number nor a tuple of them."
        ) from None
    for i in found:
        if not -count <= i < count:
            raise GradientError(
                f"{name}: argnums={argnums}, but the function was called with {count} "
                f"positional argument{'s' * (count != 1)}, numbered from 0."
            )
    if len({i % count for i in found}) != len(found):
        raise GradientError(f"{name}: argnums={argnums} names the same argument twice.")
    return found


def _several(argnums: Any) -> Any:
    return argnums if isinstance(argnums, tuple | list) else (argnums,)


def _zero(leaf: Any) -> Any:
    data = numbers(leaf)
    if np.ndim(data) == 0 and not isinstance(data, np.ndarray):
        return 0.0
    kept = data.dtype if data.dtype.kind == "f" else np.float64
    return np.zeros(data.shape, dtype=kept)


def value_and_grad(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0
) -> Callable[..., tuple[Any, Any]]:
    """The function that gives f's value and its gradient: (f(x), df/dx).

    argnums: which positional arguments to differentiate; a tuple gives a tuple of gradients. An
    argument may be a float, an array, or a list, tuple or dict of them, and its gradient comes back
    as what it is. f must give a single number. If it does not depend on an argument, the gradient
    there is 0.

    Transforms nest: the gradient of `grad(f)` is the second derivative.

    Raises ShapeError if f gives more than one number, DataError if it gives none, GradientError if
    argnums names an argument that is not there.

    >>> f = value_and_grad(lambda x, y: x * x * y, argnums=(0, 1))
    >>> f(3.0, 2.0)
    (18.0, (12.0, 9.0))
    """

    @functools.wraps(f)
    def wrapped(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        chosen = positions(argnums, len(args), "grad")
        containers = [_Container(args[i], f"argument {i}") for i in chosen]
        originals = [leaf for c in containers for leaf in c.leaves]
        paused = is_paused()
        places = [place for c in containers for place in c.places]
        with inside_transform() as outer:
            build = outer > 0 or any(isinstance(x, Node) for x in originals)
            nodes = [_alias(x, place) for x, place in zip(originals, places, strict=True)]
            rest = list(args)
            remaining = list(nodes)
            for i, c in zip(chosen, containers, strict=True):
                rest[i] = c.rebuild(remaining[: len(c.leaves)])
                remaining = remaining[len(c.leaves) :]
            result = _single(f(*rest, **kwargs))
            found: dict[Node, Any] = {}
            if isinstance(result, Node):
                seed = 1 if isinstance(result, Value) else result._seed(None)
                found = propagate(result, seed, nodes, build)
        gradients = [
            _as_given(found[node], x) if node in found else _zero(x)
            for node, x in zip(nodes, originals, strict=True)
        ]
        if paused:
            result, *gradients = map(_cut, (result, *gradients))
        results = []
        for c in containers:
            results.append(c.rebuild(gradients[: len(c.leaves)]))
            gradients = gradients[len(c.leaves) :]
        value = result if build else _plain(result)
        return value, (tuple(results) if isinstance(argnums, tuple | list) else results[0])

    return wrapped


def grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """The gradient of f: df/dx. Nested, it gives higher derivatives.

    See `value_and_grad` for the arguments and what is raised.

    >>> cube = lambda x: x**3
    >>> grad(cube)(2.0), grad(grad(cube))(2.0), grad(grad(grad(cube)))(2.0)
    (12.0, 12.0, 6.0)
    """
    both = value_and_grad(f, argnums)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def jvp(
    f: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...]
) -> tuple[Any, Any]:
    """Forward mode: f's value, and its derivative along the direction `tangents`.

    dy = sum_i dy/dx_i * dx_i, carried from the inputs up through every node by the same rules.

    primals, tangents: the arguments of f and a direction of the same shapes.
    Raises ShapeError if primals and tangents differ in number or shape.
    Source: Griewank and Walther, Evaluating Derivatives (2008), section 3.1.

    >>> jvp(lambda x, y: x * y, (3.0, 2.0), (1.0, 0.0))
    (6.0, 2.0)
    """
    if len(primals) != len(tangents):
        raise ShapeError(f"jvp: {len(primals)} primals and {len(tangents)} tangents; give as many.")
    paused = is_paused()
    with inside_transform() as outer:
        build = outer > 0 or any(isinstance(x, Node) for x in (*primals, *tangents))
        nodes = [_alias(x, f"primal {i}") for i, x in enumerate(primals)]
        pairs = zip(tangents, nodes, strict=True)
        directions = [_direction(dx, x, i) for i, (dx, x) in enumerate(pairs)]
        result = _number_or_array(f(*nodes))
        if not isinstance(result, Node):
            return result, _zero(result)
        tangent = push_forward(result, dict(zip(nodes, directions, strict=True)), build)
    if tangent is None:
        tangent = _zero(result)
    if paused:
        result, tangent = _cut(result), _cut(tangent)
    return (result, tangent) if build else (_plain(result), _plain(tangent))


def _direction(dx: Any, primal: Node, i: int) -> Any:
    """A tangent, in the shape and dtype of its primal."""
    plain = dx if isinstance(dx, Node) else _alias(dx, f"tangent {i}")
    if plain.shape != primal.shape:
        raise ShapeError(
            f"jvp: primal {i} has shape {primal.shape}, its tangent {plain.shape}. "
            "They must be equal."
        )
    if isinstance(dx, Node):
        return dx
    return (
        numbers(plain).astype(primal.dtype) if isinstance(primal, Tensor) else float(numbers(plain))
    )


def _number_or_array(result: Any) -> Any:
    """The function's result, which for forward mode may be an array."""
    if isinstance(result, np.ndarray) and result.dtype == object and result.ndim == 0:
        result = result.item()  # np.where of a Value
    if isinstance(result, Node) or _is_number(result):
        return result
    raise DataError(
        f"jvp: the function gave {type(result).__name__} {result!r:.60}, not a number or an "
        "array.\n  Does it end with return?"
    )


def push_forward(root: Node, tangents: dict[Node, Any], build: bool) -> Any:
    """The tangent of `root`, from those of the nodes in `tangents`; None if it depends on none."""
    if root in tangents:
        return tangents[root]
    order = downward(root, tangents)
    flowing = reached(order, tangents)
    root.verify(order, flowing)
    found = dict(tangents)
    anomaly = None
    with np.errstate(all="ignore"), differentiating() as detector:
        for node in reversed(order):
            if node.op is None or node not in flowing:
                continue
            total = None
            for slot, operand in enumerate(node.operands):
                if not isinstance(operand, Node) or operand not in found:
                    continue
                if isinstance(node.op, Elementwise):
                    if node.op.partials[slot] is None:
                        continue
                    local = node.local_graph(slot) if build else node.local(slot)
                    share = _along(found[operand], local, node)
                else:
                    share = _transposed_twice(node, slot, found[operand], build)
                total = share if total is None else total + share
            if total is not None:
                found[node] = _stretch(total, node)
                if detector is not None:
                    arrived = [x for x in node.operands if isinstance(x, Node) and x in found]
                    made = detector.tangent(node, found[node], [found[x] for x in arrived])
                    anomaly = anomaly or made
    if anomaly is not None and not np.all(np.isfinite(numbers(found[root]))):
        raise anomaly
    return found.get(root)


def _along(tangent: Any, local: Any, node: Node) -> Any:
    """tangent x local. A factor of exactly 0 gives 0 even where the other one is infinite.

    Reverse mode has the same agreement: what arrives at a branch that `where` did not choose is 0.
    """
    share = product(tangent, local, node.op.may_be_infinite(node.operands))
    data = numbers(share)
    if data is None or np.all(np.isfinite(data)):
        return share
    return rules.where(rules.equal(local, 0), 0.0, rules.shield(tangent, local))


def _transposed_twice(node: Node, slot: int, tangent: Any, build: bool) -> Any:
    """J t from the rule for g J: what is linear in g is differentiated with respect to g."""
    given = node.operands if build else tuple(numbers(x) for x in node.operands)
    y = node if build else numbers(node)
    g = Tensor(np.zeros(node.shape, dtype=node.dtype))
    linear = node.op.vjp(slot, g, y, given, node.params)
    inner = array_rules.sum(linear * tangent)
    return propagate(inner, inner._seed(None), (g,), build).get(g, np.zeros(node.shape))


def _stretch(total: Any, node: Node) -> Any:
    if np.shape(numbers(total)) == node.shape:
        return total
    return array_rules.broadcast_to(
        total if isinstance(total, Node) else np.asarray(total), shape=node.shape
    )


def _cut(x: Any) -> Any:
    """A node without its history: what `no_grad` around a transform asks for."""
    if isinstance(x, Symbol) or not isinstance(x, Node):
        return x
    return (Value if isinstance(x, Value) else Tensor)(numbers(x))


def _single(result: Any) -> Any:
    """The function's result, which must be one number."""
    if isinstance(result, Value | Symbol) or (
        np.ndim(numbers(result)) == 0 and _is_number(numbers(result))
    ):
        return result
    data = numbers(result)
    if isinstance(data, np.ndarray) and data.size == 1 and data.dtype != object:
        return result
    if isinstance(data, np.ndarray) and data.size == 1:
        return data.item()
    if isinstance(data, np.ndarray):
        raise ShapeError(
            f"grad: the function gave an array of shape {data.shape}; only a single number has a "
            "gradient.\n  Reduce it (np.sum, np.mean), or use ag.jvp for a direction."
        )
    raise DataError(
        f"grad: the function gave {type(result).__name__} {result!r:.60}, not a number.\n"
        "  Does it end with return?"
    )


def _is_number(x: Any) -> bool:
    return isinstance(x, abstract_numbers.Real) or (
        isinstance(x, np.ndarray | np.generic) and x.dtype.kind in "biuf"
    )


def _plain(x: Any) -> Any:
    """A node as the numbers it holds: float for a Value, array for a Tensor."""
    x = numbers(x)
    return x[()] if isinstance(x, np.ndarray) else x


def _as_given(gradient: Any, argument: Any) -> Any:
    """A gradient as what its argument was: a float for a number, an array for an array."""
    if isinstance(gradient, Node):
        return gradient
    # A sum of 0-d arrays is a NumPy scalar, which is made an array again.
    return np.asarray(gradient) if isinstance(argument, np.ndarray | Tensor) else float(gradient)
