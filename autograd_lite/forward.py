"""Forward mode: `jvp`, the derivative along a direction, from the same rows as reverse mode."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from . import array_rules, rules
from .containers import cells, fitted, is_grid, zero
from .errors import DataError, ShapeError
from .graph import Node, Sweep, downward, numbers, product, reached
from .recorded import is_unknown
from .recording import differentiating, inside_transform, is_paused
from .rows import Elementwise
from .tensor import Tensor, gathered
from .tracing import Call, check_function
from .value import Value


def jvp(
    f: Callable[..., Any],
    primals: tuple[Any, ...],
    tangents: tuple[Any, ...],
    *,
    has_aux: bool = False,
    **kwargs: Any,
) -> Any:
    """Forward mode: f's value, and its derivative along the direction `tangents`.

    dy = sum_i dy/dx_i * dx_i, carried from the inputs up through every node by the same rules.

    primals, tangents: the arguments of f and a direction, built and shaped as they are: numbers,
    arrays, or lists, tuples and dicts of them. f may give any of these too, and dy is built as y.
    Keyword arguments are passed on to f. has_aux: f gives (value, aux), the result is (y, dy, aux).

    Raises ShapeError if primals and tangents differ in number, shape or structure, DataError if
    an argument or a result cannot be differentiated.
    Source: Griewank and Walther, Evaluating Derivatives (2008), section 3.1.

    >>> jvp(lambda x, y: x * y, (3.0, 2.0), (1.0, 0.0))
    (6.0, 2.0)
    """
    check_function(f, "jvp")
    for given, what in ((primals, "primals"), (tangents, "tangents")):
        if not isinstance(given, tuple | list):
            raise DataError(
                f"jvp: {what} is {type(given).__name__} {given!r:.60}.\n"
                "  Give a tuple with one entry for each argument of f: ag.jvp(f, (x,), (dx,))."
            )
    if len(primals) != len(tangents):
        raise ShapeError(f"jvp: {len(primals)} primals and {len(tangents)} tangents; give as many.")
    paused = is_paused()
    with inside_transform():
        call = Call("jvp", f, primals, kwargs, range(len(primals)), has_aux, paused)
        directions: dict[Node, Any] = {}
        pairs = zip(call.arguments, tangents, strict=True)
        found = [x for parts, dx in pairs for x in parts.follow(dx, "jvp", "the tangent")]
        places = [place for parts in call.arguments for place in parts.places]
        for dx, leaf, stand_in, place in zip(found, call.leaves, call.aliases, places, strict=True):
            along = fitted(dx, leaf, "jvp: the tangent", place)
            directions.update(zip(cells(stand_in), cells(along), strict=True))
        call.build = call.build or any(isinstance(x, Node) for x in directions.values())
        reached_by = Push(call.roots(), directions, call.build).run(directions)
        outputs = [tangent_of(y, reached_by) for y in call.outputs]
    value, along = (
        call.result.rebuild([call.give(y) for y in leaves]) for leaves in (call.outputs, outputs)
    )
    return (value, along, call.give_all(call.aux)) if has_aux else (value, along)


def tangent_of(output: Any, found: Mapping[Node, Any]) -> Any:
    """The tangent of an output of f, of whatever kind; 0 where it depends on no direction."""
    if is_grid(output):
        grid = zero(output)
        for i in np.ndindex(output.shape):
            grid[i] = tangent_of(output[i], found)
        return grid
    if not isinstance(output, Node):
        return np.zeros_like(output, dtype=zero(output).dtype) if np.ndim(output) else 0.0
    if output not in found:
        return zero(output)
    tangent = found[output]
    if isinstance(tangent, Node):
        return tangent
    return np.array(tangent)[()] if isinstance(output, Tensor) else float(tangent)


class Push:
    """Forward mode over the part of a graph between `starts` and `roots`, walked once.

    It runs for any number of directions, as the columns of a Jacobian need; with `keep` the local
    derivatives are computed once.
    """

    def __init__(
        self, roots: Iterable[Node], starts: Iterable[Node], build: bool, keep: bool = False
    ) -> None:
        roots, starts = tuple(roots), tuple(starts)
        order = downward(roots, starts)
        self.roots, self.build = roots, build
        self.flowing = reached(order, starts)
        self.order = [n for n in reversed(order) if n.op is not None and n in self.flowing]
        self.kept: dict[Any, Any] | None = {} if keep else None
        for root in {type(root): root for root in roots}.values():
            root.verify(order, self.flowing)

    def run(self, tangents: Mapping[Node, Any]) -> dict[Node, Any]:
        """The tangents of all nodes that those of the starts reach."""
        found = dict(tangents)
        anomaly = None
        with np.errstate(all="ignore"), differentiating() as detector:
            for node in self.order:
                slots = [
                    slot
                    for slot, operand in enumerate(node.operands)
                    if isinstance(operand, Node)
                    and operand in found
                    and node.op.differentiates(slot)
                ]
                if not slots:
                    continue
                if isinstance(node.op, Elementwise):
                    total = None
                    for slot in slots:
                        share = _along(found[node.operands[slot]], self._local(node, slot), node)
                        total = share if total is None else total + share
                else:
                    total = self._transposed_twice(node, slots, found)
                found[node] = _stretch(total, node)
                if detector is not None:
                    arrived = [found[node.operands[slot]] for slot in slots]
                    anomaly = anomaly or detector.tangent(node, found[node], arrived)
        ends = (numbers(found[root]) for root in self.roots if root in found)
        if anomaly is not None and not all(np.all(np.isfinite(x)) for x in ends):
            raise anomaly
        return found

    def _local(self, node: Node, slot: int) -> Any:
        if self.kept is not None and (node, slot) in self.kept:
            return self.kept[node, slot]
        local = node.local_graph(slot) if self.build else node.local(slot)
        if self.kept is not None:
            self.kept[node, slot] = local
        return local

    def _transposed_twice(self, node: Node, slots: list[int], found: dict[Node, Any]) -> Any:
        """J t from the rule for J^T g, which is linear in g: the pullback of t through it."""
        key = (node, *slots)
        if self.kept is not None and key in self.kept:
            known, linear, back = self.kept[key]
            return _pull(known, linear, back, found)
        given = node.operands if self.build else tuple([numbers(x) for x in node.operands])
        y = node if self.build else numbers(node)
        g = Value(0.0) if isinstance(node, Value) else Tensor(np.zeros(node.shape, node.dtype))
        linear = [
            (node.operands[slot], node.fit(share, node.operands[slot]))
            for slot, share in node.op.shares(slots, g, y, given, node.params)
        ]
        linear = [(x, share) for x, share in linear if isinstance(share, Node)]
        back = Sweep([share for _, share in linear], (g,), self.build, self.kept is not None)
        if self.kept is not None:
            self.kept[key] = g, linear, back
        return _pull(g, linear, back, found)


def _pull(g: Any, linear: list[Any], back: Sweep, found: dict[Node, Any]) -> Any:
    seeds: dict[Node, Any] = {}
    for operand, share in linear:
        t = found[operand]
        if isinstance(share, Tensor) and not isinstance(t, Tensor):
            t = gathered(t) if isinstance(t, Node) else np.asarray(t)
        seeds[share] = seeds[share] + t if share in seeds else t
    return back.run(seeds).get(g, zero(g))


def _along(tangent: Any, local: Any, node: Node) -> Any:
    """tangent x local. A factor of exactly 0 gives 0 even where the other one is infinite.

    Reverse mode has the same agreement: what arrives at a branch that `where` did not choose is 0.
    """
    share = product(tangent, local, node.op.may_be_infinite(node.operands))
    data = numbers(share)
    if is_unknown(data) or np.all(np.isfinite(data)):
        return share
    return rules.where(rules.equal(local, 0), 0.0, rules.shield(tangent, local))


def _stretch(total: Any, node: Node) -> Any:
    """The tangent of a node in the shape and dtype of the node."""
    if not isinstance(node, Tensor):
        return total
    if not isinstance(total, Tensor):
        total = gathered(total) if isinstance(total, Node) else np.asarray(total)
    if total.shape != node.shape:
        total = array_rules.broadcast_to(total, shape=node.shape)
    return total if total.dtype == node.dtype else array_rules.astype(total, dtype=node.dtype)
