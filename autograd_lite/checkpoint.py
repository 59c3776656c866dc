"""`checkpoint`: less memory for more time, by computing a part of the graph again in backward."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NoReturn

import numpy as np

from . import array_rules, rules
from .containers import Parts, cells, is_grid
from .errors import GradientError, RuleError, UnsupportedError
from .graph import Node, Sweep, numbers
from .mutation import stamp
from .recording import here, is_paused, note, watch
from .rows import Structural
from .tensor import Tensor, gathered
from .tracing import check_function
from .value import Value


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """f, keeping nothing but its inputs and results: backward calls it again for the rest.

    The values and gradients are those of f itself. Between forward and backward the graph holds one
    node for the call, where f would have left one for each of its operations; in return f runs
    twice. A function and a decorator; calls nest, and work under every transform. A gradient that
    is itself differentiated keeps the nodes of the second run.

    f may take and give numbers, arrays, nodes, and lists, tuples and dicts of them; nodes that it
    reaches in another way, as the weights of a model, get their gradients as well. It must compute
    the same from the same: draw random numbers outside and hand them in.

    Raises GradientError in backward if f then gives other numbers than at first, or uses other
    nodes.
    Source: Griewank and Walther, Evaluating Derivatives (2008), chapter 12; Chen, Xu, Zhang,
    Guestrin, Training Deep Nets with Sublinear Memory Cost (2016).

    >>> W = Tensor([[0.5, -1.0], [2.0, 0.1]])
    >>> layer = lambda x: np.tanh(W @ x)
    >>> y = np.sum(checkpoint(layer)(np.ones(2)))
    >>> y.inputs[0]
    Tensor([-0.46211716,  0.97045194], op=checkpoint)
    >>> y.backward()
    >>> W.grad[0]
    array([0.78644773, 0.78644773])
    """
    check_function(f, "checkpoint")

    @functools.wraps(f)
    def checkpointed(*args: Any, **kwargs: Any) -> Any:
        given = Parts((args, kwargs), "")
        entries = [x for leaf in given.leaves for x in cells(leaf) if isinstance(x, Node)]
        if (
            here.tape is not None
            or is_paused()
            or not all(isinstance(x, Value | Tensor) for x in entries)
        ):
            return f(*args, **kwargs)  # nothing is kept; or f is traced, or printed
        row = _Again(f, given)
        return row.first(tuple({id(x): x for x in entries}.values()))

    return checkpointed


class _Again(Structural):
    """The row of one checkpointed call. Its derivative comes from calling the function again."""

    def __init__(self, f: Callable[..., Any], given: Parts) -> None:
        super().__init__(
            "checkpoint",
            value=f,
            vjps=_whole,
            latex=r"\operatorname{checkpoint}({a})",
            badge="↻",
            builtin=False,
        )
        self.given = given
        self.arguments: tuple[Node, ...] = ()  # the nodes among the arguments, each once
        self.captured: tuple[Node, ...] = ()  # those that f reached in another way

    def __reduce__(self) -> NoReturn:
        raise UnsupportedError(
            "checkpoint: a graph with a checkpointed call cannot be pickled, because backward "
            "would need its function.\n  Call backward() first, and pickle the numbers (.data)."
        )

    def first(self, arguments: tuple[Node, ...]) -> Any:
        """Call f, and leave one node for all that it computed."""
        self.arguments = arguments
        with watch() as made:
            result, stand_ins = self._call([numbers(x) for x in arguments])
        parts = Parts(result, "the result")
        nodes = _nodes(parts.leaves)
        self.captured = tuple(_outside(nodes, made, stand_ins))
        operands = (*self.arguments, *self.captured)
        if not operands or not nodes:
            note(*made)  # an outer call gets them as they are
            return result
        put = iter(self._nodes(nodes, operands))
        return parts.rebuild([_replaced(leaf, put) for leaf in parts.leaves])

    def shares(
        self, slots: list[int], g: Any, y: Any, operands: tuple[Any, ...], params: Any
    ) -> Iterator[tuple[int, Any]]:
        """The gradients of all inputs together, from one more call of f."""
        build = any(isinstance(x, Node) for x in (g, *operands))
        with watch() as made:
            result, stand_ins = self._call(operands[: len(self.arguments)])
            nodes = _nodes(Parts(result, "").leaves)
            self._check(nodes, y, _outside(nodes, made, stand_ins))
            seeds: dict[Node, Any] = {}
            for node, seed in zip(nodes, self._split(nodes, g), strict=True):
                if isinstance(seed, Node) or np.any(seed):
                    seeds[node] = seeds[node] + seed if node in seeds else seed
            stops = (*stand_ins, *self.captured)
            found = Sweep(seeds, stops, build).run(seeds) if seeds else {}
        if build:
            note(*made)  # the gradient is made of them
        for slot in slots:
            if stops[slot] in found:
                yield slot, found[stops[slot]]

    def _call(self, operands: Sequence[Any]) -> tuple[Any, list[Node]]:
        """f's result, and the nodes that stood for its arguments."""
        stand_ins = [
            rules.identity(x) if isinstance(x, Node) else type(node)(x)  # type: ignore[call-arg]
            for x, node in zip(operands, self.arguments, strict=True)
        ]
        places = {id(node): x for node, x in zip(self.arguments, stand_ins, strict=True)}
        leaves = []
        for leaf in self.given.leaves:
            found = [places.get(id(x), x) for x in cells(leaf)]
            leaves.append(_replaced(leaf, iter(x for x in found if isinstance(x, Node))))
        args, kwargs = self.given.rebuild(leaves)
        return self.value(*args, **kwargs), stand_ins

    def _nodes(self, results: list[Node], operands: tuple[Node, ...]) -> list[Node]:
        """The nodes that take the place of f's results: one, or pieces of one that holds all."""
        if len(results) == 1 and isinstance(results[0], Value):
            return [Value._made(self, numbers(results[0]), operands, None, None, None)]
        seen, _ = stamp(self, operands)
        data = np.array(numbers(results[0])) if len(results) == 1 else _joined(results)
        whole = Tensor._node(data, self, operands, {}, seen)
        if len(results) == 1:
            return [whole]
        pieces: list[Node] = []
        start = 0
        for node in results:
            stop = start + np.size(numbers(node))
            if isinstance(node, Value):
                row = _Entry(start, whole.shape)
                pieces.append(Value._made(row, numbers(node), (whole,), None, None, None))
            else:
                flat = array_rules.index(whole, index=slice(start, stop))
                piece = array_rules.reshape(flat, shape=node.shape)
                pieces.append(array_rules.astype(piece, dtype=node.dtype))
            start = stop
        return pieces

    def _split(self, nodes: list[Node], g: Any) -> Iterator[Any]:
        """The gradient of each result, from that of the node which holds all."""
        if len(nodes) == 1:
            yield g
            return
        start = 0
        for node in nodes:
            stop = start + np.size(numbers(node))
            piece = array_rules.index(g, index=slice(start, stop))
            piece = array_rules.reshape(piece, shape=node.shape)
            if isinstance(node, Value):
                yield piece if isinstance(piece, Node) else float(piece)
            else:
                yield array_rules.astype(piece, dtype=node.dtype)
            start = stop

    def _check(self, nodes: list[Node], y: Any, outside: list[Node]) -> None:
        """Raise GradientError if the second call was not like the first one."""
        name = getattr(self.value, "__name__", "the function")
        now = np.asarray(numbers(nodes[0]) if len(nodes) == 1 else _joined(nodes))
        before = np.asarray(numbers(y))
        advice = (
            "\n  It must compute the same from the same: hand random numbers in as arguments, and "
            "change no .data and no state that it reads before backward()."
        )
        if now.shape != before.shape:
            raise GradientError(
                f"checkpoint: {name} gave an array of shape {before.shape} at first, and of "
                f"{now.shape} when backward called it again.{advice}"
            )
        if not np.array_equal(now, before, equal_nan=True):
            with np.errstate(all="ignore"):
                apart = np.nanmax(np.abs(now - before))
            raise GradientError(
                f"checkpoint: {name} gave other numbers when backward called it again, up to "
                f"{apart:.3g} apart.{advice}"
            )
        known = set(self.captured)
        if not known.issuperset(outside):
            raise GradientError(
                f"checkpoint: {name} used other nodes when backward called it again, and their "
                f"gradient would be lost.{advice}"
            )


class _Entry(Structural):
    """The row of a `Value` that is one entry of an array."""

    def __init__(self, position: int, shape: tuple[int, ...]) -> None:
        self.position, self.whole = slice(position, position + 1), shape
        super().__init__("entry", value=lambda a: a[position].item(), vjps=(self._put,))

    def _put(self, g: Any, y: Any, a: Any) -> Any:
        one = gathered(g) if isinstance(g, Value) else g if isinstance(g, Node) else np.asarray(g)
        row = array_rules.reshape(one, shape=(1,))
        return array_rules.index_add(row, index=self.position, shape=self.whole)


def _whole(slot: int, g: Any, y: Any, arrays: Any) -> NoReturn:
    raise RuleError("checkpoint: the gradients of its inputs come all at once, from `shares`.")


def _nodes(leaves: Iterable[Any]) -> list[Node]:
    return [x for leaf in leaves for x in cells(leaf) if isinstance(x, Node)]


def _joined(nodes: list[Node]) -> np.ndarray[Any, Any]:
    return np.concatenate([np.ravel(numbers(node)) for node in nodes])


def _replaced(leaf: Any, nodes: Iterator[Node]) -> Any:
    """A leaf with its nodes exchanged for the next ones."""
    if is_grid(leaf):
        grid = np.empty(leaf.shape, dtype=object)
        for i in np.ndindex(leaf.shape):
            grid[i] = next(nodes) if isinstance(leaf[i], Node) else leaf[i]
        return grid
    return next(nodes) if isinstance(leaf, Node) else leaf


def _outside(nodes: Iterable[Node], made: set[Any], stops: list[Node]) -> list[Node]:
    """What `nodes` were computed from, beside the `stops`, that was not `made` meanwhile."""
    found: list[Node] = []
    seen: set[Node] = set(stops)
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in made:
            stack += [x for x in node.operands if isinstance(x, Node)]
        else:
            found.append(node)
    return found
