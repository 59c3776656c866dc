"""Functions that turn a function into its derivative: `grad`, `value_and_grad`, `jvp`.

They keep gradients in a dictionary of their own and leave every `.grad` alone. Each argument goes
in behind an identity node, so that transforms of transforms do not confuse their levels.
"""

from __future__ import annotations

import functools
import numbers as abstract_numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from . import array_rules, rules
from .errors import DataError, GradientError, ShapeError
from .graph import Node, downward, numbers, product, propagate, reached
from .recording import inside_transform
from .rows import Elementwise
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
        return Value(float(x), label=None)
    if isinstance(x, np.ndarray | np.generic):
        return Tensor(x)
    raise DataError(
        f"{place} is {type(x).__name__} {x!r:.60}, which cannot be differentiated.\n"
        "  Give numbers, arrays, or lists, tuples and dicts of them; skip others with argnums."
    )


def _positions(argnums: int | tuple[int, ...], count: int, name: str) -> tuple[int, ...]:
    found = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for i in found:
        if not -count <= i < count:
            raise GradientError(
                f"{name}: argnums={argnums}, but the function was called with {count} "
                f"positional argument{'s' * (count != 1)}: 0 to {count - 1}."
            )
    return found


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
        chosen = _positions(argnums, len(args), "grad")
        containers = [_Container(args[i], f"argument {i}") for i in chosen]
        originals = [leaf for c in containers for leaf in c.leaves]
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
        results = []
        for c in containers:
            results.append(c.rebuild(gradients[: len(c.leaves)]))
            gradients = gradients[len(c.leaves) :]
        value = result if build else _plain(result)
        return value, (results[0] if isinstance(argnums, int) else tuple(results))

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
    for i, (x, dx) in enumerate(zip(primals, tangents, strict=True)):
        if np.shape(numbers(x)) != np.shape(numbers(dx)):
            raise ShapeError(
                f"jvp: primal {i} has shape {np.shape(numbers(x))}, its tangent "
                f"{np.shape(numbers(dx))}. They must be equal."
            )
    with inside_transform() as outer:
        build = outer > 0 or any(isinstance(x, Node) for x in (*primals, *tangents))
        nodes = [_alias(x, f"primal {i}") for i, x in enumerate(primals)]
        result = f(*nodes)
        if not isinstance(result, Node):
            return result, 0.0 * result
        directions = [dx if isinstance(dx, Node) else _direction(dx) for dx in tangents]
        tangent = push_forward(result, dict(zip(nodes, directions, strict=True)), build)
    if tangent is None:
        tangent = _zero(result)
    return (result, tangent) if build else (_plain(result), _plain(tangent))


def _direction(dx: Any) -> Any:
    return float(dx) if isinstance(dx, abstract_numbers.Real) else np.asarray(dx, dtype=float)


def push_forward(root: Node, tangents: dict[Node, Any], build: bool) -> Any:
    """The tangent of `root`, from those of the nodes in `tangents`; None if it depends on none."""
    if root in tangents:
        return tangents[root]
    order = downward(root, tangents)
    flowing = reached(order, tangents)
    found = dict(tangents)
    with np.errstate(all="ignore"):
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
                    share = product(found[operand], local, node.op.may_be_infinite(node.operands))
                else:
                    share = _transposed_twice(node, slot, found[operand], build)
                total = share if total is None else total + share
            if total is not None:
                found[node] = _stretch(total, node)
    return found.get(root)


def _transposed_twice(node: Node, slot: int, tangent: Any, build: bool) -> Any:
    """J t from the rule for g J: what is linear in g is differentiated with respect to g."""
    given = node.operands if build else tuple(numbers(x) for x in node.operands)
    y = node if build else node.data
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


def _single(result: Any) -> Any:
    """The function's result, which must be one number."""
    if isinstance(result, Value) or (np.ndim(numbers(result)) == 0 and _is_number(numbers(result))):
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
    if isinstance(gradient, np.ndarray):
        return gradient
    return float(gradient)
