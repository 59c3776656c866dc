"""A function of arrays, traced once: what it and its gradient come to, as operations of NumPy."""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .errors import RuleError
from .graph import Node, numbers, propagate
from .recorded import Recorded, is_recorded
from .recording import count_open, here, inside_transform
from .rows import Elementwise
from .shape_rules import broadcast_to
from .simplify import astype
from .tape import UFUNC_OF, Op, Tape
from .tensor import Tensor
from .value import Value

Array = np.ndarray[Any, Any]


class Traced:
    """The operations that give a function's value and its gradient.

    inputs:    the operations that stand for the arguments, in order; None for what is no array and
               no float, which the program is made for.
    value:     what gives the value; an array or a number if it depends on no argument.
    gradients: the same, for every argument that is differentiated.
    wanted:    of every input, whether it is differentiated.
    entrywise: whether all rules worked entry by entry.
    boxed:     whether arguments that are not differentiated are Tensors, too, so that they can
               stand in arrays of objects beside those that are.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        given: Sequence[Any],
        names: Sequence[str],
        wanted: Sequence[bool],
        rebuild: Callable[[list[Any]], tuple[Sequence[Any], dict[str, Any]]],
        boxed: bool = False,
    ) -> None:
        self.tape = Tape(of_numbers=boxed)
        self.wanted = [
            w
            for x, w in zip(given, wanted, strict=True)
            if isinstance(x, np.ndarray | np.generic | float)
        ]
        self.inputs: list[Op | None] = []
        leaves: list[Any] = []
        stops: list[Tensor] = []
        for x, name, differentiated in zip(given, names, wanted, strict=True):
            if not isinstance(x, np.ndarray | np.generic | float):
                self.inputs.append(None)
                leaves.append(x)
                continue
            op = self.tape.input(x, name)
            self.inputs.append(op)
            leaf: Any = Recorded(self.tape, op)
            if differentiated or boxed:
                leaf = Tensor(leaf, label=name)
            if differentiated:
                stops.append(leaf)
            leaves.append(leaf)
        with tracing(self.tape) as labels, inside_transform(), np.errstate(all="ignore"):
            args, kwargs = rebuild(leaves)
            with named_locals(f) as names_seen:
                result = f(*args, **kwargs)
            for name, x in names_seen.items():
                op = operation(x)
                if isinstance(op, Op) and op.name is None:
                    op.name = name
            self._differentiate(result, stops, labels)
        self.gradient_of, self.roots = labels.gradient_of, labels.roots
        self.entrywise = labels.entrywise
        self.owners = labels.owners  # the Tensors that arrays from outside belong to

    def _differentiate(self, result: Any, stops: list[Tensor], labels: Labels) -> None:
        found: dict[Node, Any] = {}
        if isinstance(result, np.ndarray) and not is_recorded(result) and result.shape == ():
            result = result[()]
        if labels.entrywise:
            result = self._at_every_point(result)
        if isinstance(result, np.ndarray) and not is_recorded(result) and result.dtype == object:
            raise RuleError(
                f"compile: the function gave an array of {result.size} traced numbers, shape "
                f"{result.shape}, not one.\n  Add them up (np.sum), or pick one of them."
            )
        if isinstance(result, Tensor) and is_recorded(numbers(result)):
            seed = np.ones(result.shape, dtype=result.dtype)
            found = propagate(result, np.broadcast_to(np.ones((), seed.dtype), seed.shape), stops)
        elif isinstance(result, Value):
            result = result.data
        elif not isinstance(result, np.ndarray | np.generic | float | int):
            raise RuleError(
                f"compile: the function gave {type(result).__name__} {result!r:.60}, not a number "
                "or an array.\n  A program gives one value and its gradient."
            )
        self.value = operation(result)
        self.gradients = [
            operation(found[x]) if x in found else np.zeros(x.shape, _float_dtype(x)) for x in stops
        ]
        for op, stop in zip(self.gradients, stops, strict=True):
            if isinstance(op, Op) and op not in labels.values:
                labels.gradient_of.setdefault(op, operation(stop))

    def _at_every_point(self, result: Any) -> Any:
        """The result of a function of numbers, called with points, at each of them."""
        shapes = [op.shape for op in self.inputs if op is not None]
        try:
            shape = np.broadcast_shapes(*shapes)
        except ValueError:
            return result
        if not shape or not isinstance(result, Node | np.ndarray | np.generic | float | int):
            return result
        if np.shape(operation_sample(result)) == shape:
            return result
        if any(not is_entrywise(op) for op in self.tape.ops):
            return result
        return broadcast_to(result, shape=shape)


def _float_dtype(x: Tensor) -> Any:
    return x.dtype if x.dtype.kind == "f" else np.float64


def operation(x: Any) -> Any:
    """What stands behind a traced array: its operation; plain numbers as they are."""
    data = numbers(x)
    return data.op if is_recorded(data) else data


def operation_sample(x: Any) -> Any:
    """The sample of a traced array; plain numbers as they are."""
    found = operation(x)
    return found.sample if isinstance(found, Op) else found


def is_entrywise(op: Op) -> bool:
    """Whether each entry of the result depends on the same entry of the operands alone."""
    function = UFUNC_OF.get(op.function, op.function)
    plain = isinstance(function, np.ufunc) and function.signature is None
    return plain or op.function in (None, np.where, np.clip, astype)


class Labels:
    """What is told of every operation while it is traced: the rule, and whose gradient it is."""

    differentiating = 0

    def __init__(self) -> None:
        self.gradient_of: dict[Op, Any] = {}
        self.values: set[Op] = set()  # what the function computed: it keeps its name as such
        self.owners: dict[int, Tensor] = {}
        self.entrywise = True  # whether all rules so far worked entry by entry
        self.roots: set[Op] = set()  # what a rule, or an arrow, comes to

    def forward(self, rule: Any, operands: tuple[Any, ...], node: Any) -> None:
        """A rule was applied."""
        for x in operands:
            if isinstance(x, Tensor) and x.op is None and not is_recorded(x._data):
                self.owners[id(x._data)] = x
        self.entrywise &= isinstance(rule, Elementwise)
        if not self.differentiating:
            value = operation(node)
            if isinstance(value, Op):
                self.values.add(value)
            self._tell(value, rule.name, None)

    def arrow(
        self,
        node: Node,
        operand: Node,
        slot: int,
        upstream: Any,
        local: Any,
        share: Any,
        before: Any,
        after: Any,
    ) -> None:
        """A gradient was handed down one arrow of the graph."""
        op, target, source = operation(after), operation(operand), operation(node)
        if not isinstance(op, Op):
            return
        line = source.line if isinstance(source, Op) else None
        self._tell(op, f"{node.op.name}, backward", line)
        if isinstance(target, Op) and op not in self.values:
            self.gradient_of.setdefault(op, target)

    def tangent(self, *told: Any) -> None:
        """Forward mode is not told of."""

    def _tell(self, op: Any, comment: str, line: Any) -> None:
        """Put a comment on an operation and on those it was made of that have none."""
        stack = [op] if isinstance(op, Op) else []
        self.roots.update(stack)
        while stack:
            x = stack.pop()
            if x.comment is None and x.function is not None and x.inside:
                x.comment = comment
                x.line = line or x.line
                stack += x.operands


@contextlib.contextmanager
def tracing(tape: Tape) -> Iterator[Labels]:
    """While a function is traced on `tape`."""
    labels = Labels()
    before = here.detector, here.tape
    here.detector, here.tape = labels, tape
    count_open(1)
    try:
        yield labels
    finally:
        count_open(-1)
        here.detector, here.tape = before


# What NumPy and Python ask for a seed that nobody gave.
_ENTROPY = random.SystemRandom.getrandbits.__code__


@contextlib.contextmanager
def named_locals(f: Any) -> Iterator[dict[str, Any]]:
    """The local variables of `f` when it returns, so that the program can call them as it does."""
    found: dict[str, Any] = {}
    code = getattr(f, "__code__", None)
    before = sys.getprofile()
    if code is None or before is not None:
        yield found
        return

    def look(frame: Any, event: str, arg: Any) -> None:
        if event == "return" and frame.f_code is code:
            found.update(frame.f_locals)
        elif event == "call" and frame.f_code is _ENTROPY:
            raise RuleError(
                "compile: the function makes a random generator without a seed, and the program "
                "would have the same numbers in every call.\n"
                "  Make it outside, and draw by ag.drawn(lambda: rng.random(shape))."
            )

    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(before)
