"""The graph: what a node is, the order of backpropagation, the backward loop and its record.

Nothing here asks whether a node is a number or an array. Nothing recurses, however long the chain.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from . import rules
from .leaving import check_stays
from .recorded import is_unknown
from .recording import differentiating, here, state
from .rows import Elementwise, Rule, Structural

_walks = itertools.count(1)
_walking = threading.RLock()  # the marks of a walk are on the nodes, which threads may share


class Node:
    """One number or array in a graph: what `Value`, `Tensor` and `Symbol` have in common.

    data:  the number or array.          grad:   dL/d(this), `None` until it was computed.
    op:    the rule that made it,        inputs: one node for each operand of that rule, so that
           `None` for a leaf.                    `a + a` has two.
    label: a name for people.            params: the rule's settings (axis=..., keepdims=...).
    """

    __slots__ = ("_data", "a", "b", "grad", "label", "mark", "op")
    #   _data   what `data` gives; arrays guard that door, and the engine goes in here.
    #   a, b    the operand nodes; or, in `a`, the tuple of all operands where `b` is None.
    #   mark    the last walk that met the node: the walk's number, negative once it is done.

    _data: Any
    a: Any
    b: Any
    data: Any
    grad: Any
    label: str | None
    mark: int
    op: Any
    shape: tuple[int, ...]
    dtype: Any
    params: Mapping[str, Any] = MappingProxyType({})
    seen: Any = None  # of arrays, what is noted of them (see mutation.py)
    _zero: Any = None
    # Held during backward, so that threads which share leaves lose nothing of what they add there.
    _adding: Any = _walking

    _rule_rank = 0
    __hash__ = object.__hash__

    @property
    def operands(self) -> tuple[Any, ...]:
        """What the rule was called with: nodes, and plain numbers or arrays as they are."""
        raise NotImplementedError

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The operands as nodes; a constant is wrapped in a leaf, a new one each time."""
        kind: Any = type(self)
        return tuple(x if isinstance(x, Node) else kind(x) for x in self.operands)

    def local(self, slot: int) -> Any:
        """The local derivative with respect to operand number `slot`, as numbers."""
        raise NotImplementedError

    def local_graph(self, slot: int) -> Any:
        """The same as a graph: the rule called with the nodes themselves."""
        return self.op.local(slot, self.operands, self)

    def fit(self, share: Any, operand: Node) -> Any:
        """A contribution in the shape and dtype of the operand that receives it."""
        return share

    def hand_down(self) -> None:
        """Add upstream x local to the gradient of each operand."""
        raise NotImplementedError

    @staticmethod
    def sweep(order: Sequence[Any], seed: Any) -> None:
        """Fill the gradients of `order`, of which the first node gets `seed`."""
        for node in order:
            if node.grad is None or node.op is not None:
                node.grad = node._zero
        order[0].grad = seed
        for node in order:
            if node.op is not None:
                node.hand_down()

    def notice(self) -> None:
        """Take note of a change of the numbers that could not be seen when it was made."""

    def verify(self, order: Iterable[Any], wanted: Any = None) -> None:
        """Raise MutationError if numbers that the rules of `order` need have changed."""

    def backward(self, upstream: Any = None) -> None:
        """Fill `.grad` of every node this one depends on, by the chain rule from the top down.

        dL/d(input) += dL/d(output) * d(output)/d(input), once for every arrow of the graph.

        Gradients of interior nodes are computed anew; those of leaves are added to what they hold,
        so two calls add exactly twice.

        upstream: dL/d(this node); 1 if left out, which needs a node with a single entry.
        Raises ShapeError if a node of several entries gets no upstream, or one of another shape.
        Source: Rumelhart, Hinton, Williams, Nature 323 (1986); Griewank, Walther, Evaluating
        Derivatives (2008), chapter 3.

        >>> from autograd_lite import Value
        >>> a, b, k = Value(2.0), Value(-3.0), Value(5.0)
        >>> L = (a * b + a) * k
        >>> L.backward()
        >>> a.grad, b.grad, k.grad
        (-10.0, 10.0, -4.0)
        """
        backward(self, self._seed(upstream))

    def _seed(self, upstream: Any) -> Any:
        raise NotImplementedError


Node.data = vars(Node)["_data"]  # one slot under two names: no cost where nothing is guarded


def downward(root: Node | Iterable[Node], stops: Iterable[Node] = ()) -> list[Node]:
    """Every node that `root`, or one of several roots, depends on, each node before its inputs.

    This is reverse topological order, found by an iterative depth-first walk with marks on the
    nodes. The walk does not enter the nodes of `stops`, and leaves them out.
    """
    roots = (root,) if isinstance(root, Node) else tuple(root)
    with _walking:
        walk = next(_walks)
        done = -walk
        for node in stops:
            node.mark = done
        order: list[Node] = []
        stack = list(roots)
        push, pop, append = stack.append, stack.pop, order.append
        while stack:
            node = pop()
            mark = node.mark
            if mark == done:
                continue
            if mark != walk:
                first, second = node.a, node.b
                below: Any
                if second is None:
                    if first.__class__ is tuple:
                        below = []
                        for x in first:
                            if isinstance(x, Node) and x.mark != done:
                                below.append(x)
                    else:
                        below = () if first is None or first.mark == done else (first,)
                elif first is None or first.mark == done:
                    below = () if second.mark == done else (second,)
                else:
                    below = (first,) if second.mark == done else (first, second)
                if below:
                    node.mark = walk
                    push(node)
                    stack += below
                    continue
            node.mark = done  # all its inputs are
            append(node)
    order.reverse()
    return order


def backward(root: Node, seed: Any) -> None:
    """The backward loop, with gradients kept on the nodes."""
    if here.aliases:
        check_stays(downward(root), ".backward()", "Use ag.grad there: transforms nest.")
    with root._adding:
        _backward(root, seed)


def _backward(root: Node, seed: Any) -> None:
    if root.op is None:
        root.grad = seed if root.grad is None else root.grad + seed
        return
    order = downward(root)
    if state.paused and here.detector is not None:
        found = propagate(root, seed)
        for node in order:
            before = node.grad if node.op is None else None
            if node not in found:
                node.grad = node._zero if before is None else before
            else:
                after = found[node] if before is None else before + found[node]
                node.grad = after if after.__class__ is float else np.array(after)
        return
    root.verify(order)
    with np.errstate(all="ignore"):
        root.sweep(order, seed)


def propagate(
    root: Node,
    seed: Any,
    stops: Iterable[Node] = (),
    build: bool = False,
    record: Callable[..., None] | None = None,
) -> dict[Node, Any]:
    """The backward loop, with gradients kept in a dictionary, which it returns.

    stops:  where to end: only gradients of these nodes are wanted. Empty: of every node.
    build:  call the rules with the nodes themselves, so that the gradient is a graph as well and
            can be differentiated or printed; otherwise with their numbers.
    record: called for every arrow: node, input, slot, upstream, local, contribution, before, after.
    """
    return Sweep((root,), stops, build).run({root: seed}, record)


class Sweep:
    """The backward loop over the part of a graph between `roots` and `stops`, walked once.

    It runs for any number of upstream gradients: the rows of a Jacobian share one order of the
    nodes, and with `keep` the local derivatives as well.
    """

    def __init__(
        self,
        roots: Iterable[Node],
        stops: Iterable[Node] = (),
        build: bool = False,
        keep: bool = False,
    ) -> None:
        roots, stops = tuple(roots), tuple(stops)
        self.build = build
        self.order = downward(roots, stops)
        self.wanted = reached(self.order, stops) if stops else None
        self.locals: dict[tuple[Node, int], Any] | None = {} if keep else None
        for root in {type(root): root for root in roots}.values():
            root.verify(self.order, self.wanted)

    def run(
        self, seeds: Mapping[Node, Any], record: Callable[..., None] | None = None
    ) -> dict[Node, Any]:
        """The gradients of all nodes met, from those of the roots."""
        records = [] if record is None else [record]
        if not state.paused:
            return self._run(seeds, records)
        with differentiating() as detector:
            if detector is not None:
                records.insert(0, detector.arrow)
            return self._run(seeds, records)

    def _run(
        self, seeds: Mapping[Node, Any], records: list[Callable[..., None]]
    ) -> dict[Node, Any]:
        gradients: dict[Node, Any] = dict(seeds)
        with np.errstate(all="ignore"):
            for node in self.order:
                if node.op is None or node not in gradients:
                    continue
                upstream = gradients[node]
                for slot, operand, local, share in arrows(
                    node, upstream, self.build, self.wanted, self.locals
                ):
                    before = gradients.get(operand)
                    after = share if before is None else before + share
                    gradients[operand] = after
                    for record in records:
                        record(node, operand, slot, upstream, local, share, before, after)
        return gradients


def reached(order: list[Node], starts: Iterable[Node]) -> set[Node]:
    """The nodes of `order` through which something flows from `starts`, and `starts`."""
    found = set(starts)
    for node in reversed(order):
        if node.op is not None and any(isinstance(x, Node) and x in found for x in node.operands):
            found.add(node)
    return found


def arrows(
    node: Node,
    upstream: Any,
    build: bool,
    wanted: set[Node] | None,
    kept: dict[tuple[Node, int], Any] | None = None,
) -> Iterator[tuple[int, Node, Any, Any]]:
    """(slot, operand, local derivative, contribution) for every operand that gets a share.

    kept: where to find local derivatives that were computed before, and to leave new ones.
    """
    rule: Rule = node.op
    operands = node.operands
    slots = [
        slot
        for slot, operand in enumerate(operands)
        if isinstance(operand, Node)
        and (wanted is None or operand in wanted)
        and rule.differentiates(slot)
    ]
    if isinstance(rule, Elementwise):
        singular = rule.may_be_infinite(operands)
        for slot in slots:
            local = None if kept is None else kept.get((node, slot))
            if local is None:
                local = node.local_graph(slot) if build else node.local(slot)
                if kept is not None:
                    kept[node, slot] = local
            share = product(upstream, local, singular)
            yield slot, operands[slot], local, node.fit(share, operands[slot])
    else:
        assert isinstance(rule, Structural)
        given = operands if build else tuple([numbers(x) for x in operands])
        y = node if build else node._data
        for slot, share in rule.shares(slots, upstream, y, given, node.params):
            yield slot, operands[slot], None, node.fit(share, operands[slot])


def numbers(operand: Any) -> Any:
    """The numbers of an operand, node or not, for reading: an array must not be written to."""
    return operand._data if isinstance(operand, Node) else operand


def product(upstream: Any, local: Any, singular: bool) -> Any:
    """upstream * local, without the multiplications by 1 that the rules themselves put there.

    An upstream of exactly 0 gives 0 even where `local` is infinite or nan. Numbers show when that
    is so; symbols do not, so for them it is spelled out where the row is flagged as singular.
    """
    if local.__class__ is int and local in (1, -1):
        return upstream if local == 1 else -upstream
    if upstream.__class__ is int and upstream == 1:
        return local
    if upstream.__class__ is float and local.__class__ is float:
        return upstream * local if upstream else 0.0
    if is_unknown(numbers(upstream)) or is_unknown(numbers(local)):
        return rules.shield(upstream, local) if singular else upstream * local
    share = upstream * local
    if np.isnan(np.add.reduce(numbers(share), axis=None)):
        return rules.shield(upstream, local)
    return share
