"""Programs of numbers: traced with one number in the place of every array of points.

`at_points` gives the same operations at all points: the value at each of them, one derivative a
point for arguments that are points, one total for arguments that are single numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .array_rules import sum_to
from .errors import AutogradError, ShapeError, UnsupportedError
from .listing import needed
from .recorded import Recorded
from .shape_rules import broadcast_to
from .tape import Op, Tape, mapped, sampled
from .traced import Traced, is_entrywise, operation
from .transforms import value_and_grad

Array = np.ndarray[Any, Any]
_HOW = "  Write it for single numbers, unroll arrays of weights (unroll=...), or use {other}."


def stand_in(x: Any) -> Any:
    """One number like those of an array of points; anything else as it is."""
    if not isinstance(x, np.ndarray):
        return x
    return x.flat[0] if x.size else x.dtype.type(1)


def common_shape(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The shape of all points together; ShapeError if the arrays do not go together."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        seen = ", ".join(map(str, dict.fromkeys(s for s in shapes if s)))
        raise ShapeError(
            f"compile: arrays of points of shapes {seen} do not broadcast.\n"
            "  Each axis, counted from the right, must be equal or 1; arrays of weights are taken "
            "apart by unroll=."
        ) from None


def trace_numbers(trace: Callable[[list[Any]], Traced], given: Sequence[Any], other: str) -> Traced:
    """The function traced with single numbers; UnsupportedError if it is none of numbers.

    trace: traces it, given the leaves of its arguments.  other: what the message recommends.
    """
    try:
        traced = trace([stand_in(x) for x in given])
    except (AutogradError, TypeError, ValueError, LookupError) as error:
        if not any(isinstance(x, np.ndarray) and x.ndim for x in given):
            if isinstance(error, AutogradError):
                raise
            raise UnsupportedError(
                f"compile: the function cannot be traced with arrays of single numbers: {error}\n"
                "  What works on object arrays works here: arithmetic, @, np.sum, ag.relu, "
                "ag.maximum; for np.mean(x) write np.sum(x) / x.size."
            ) from error
        raise UnsupportedError(
            "compile: the function cannot be traced with a single number in the place of each "
            f"array of points.\n{_HOW.format(other=other)} ({error})"
        ) from error
    roots = [x for x in (traced.value, *traced.gradients) if isinstance(x, Op)]
    wrong = next((op for op in needed(roots) if not is_entrywise(op)), None)
    if wrong is not None or not traced.entrywise:
        name = "an operation on whole arrays"
        if wrong is not None:
            name = getattr(wrong.function, "__name__", name)
        raise UnsupportedError(
            f"compile: {name} is not computed entry by entry, and this program is one of single "
            f"numbers.\n{_HOW.format(other=other)}"
        )
    return traced


def check_same_at_points(
    trace: Callable[[list[Any]], Traced], traced: Traced, given: Sequence[Any], other: str
) -> None:
    """Raise UnsupportedError if the function does something else with points than with numbers."""
    if not any(isinstance(x, np.ndarray) and x.ndim for x in given):
        return
    points = [np.full(3, stand_in(x)) if isinstance(x, np.ndarray) and x.ndim else x for x in given]
    try:
        same = trace(points)
        differs = not same.entrywise or _steps(same.value) != _steps(traced.value)
        reason = "It computes something else from an array than from a number (its size?)."
    except (AutogradError, TypeError, ValueError, LookupError) as error:
        differs, reason = True, str(error)
    if differs:
        raise UnsupportedError(
            f"compile: the function is not one of single numbers. {reason}\n"
            f"{_HOW.format(other=other)}"
        )


def _steps(value: Any) -> list[Any]:
    if not isinstance(value, Op):
        return [repr(np.unique(value))]
    steps = []
    for op in needed([value]):
        if op.function is not np.broadcast_to:
            steps.append((op.function, [_plain(x) for x in op.args]))
    return steps


def _plain(x: Any) -> Any:
    if isinstance(x, Op):
        return "operation"
    return repr(np.unique(x)) if isinstance(x, np.ndarray | np.generic) else repr(x)


def at_points(traced: Traced, samples: Sequence[Any]) -> None:
    """Turn a program of numbers into the same one at arrays of points."""
    tape = Tape()
    new: dict[Op, Op] = {}
    shapes = []
    for old, x in zip(traced.inputs, samples, strict=True):
        if old is not None:
            new[old] = tape.input(x, old.name)
            shapes.append(np.shape(x))
    for old, draw in traced.tape.draws:
        new[old] = tape.input(old.sample, old.name)
        tape.draws.append((new[old], draw))
    shape = common_shape(shapes)
    given = [op for op in traced.inputs if op is not None]
    told = [x for ops, _ in traced.tape.after for x in ops]
    outputs = [traced.value, *traced.gradients, *told]
    with np.errstate(all="ignore"):
        for op in needed([x for x in outputs if isinstance(x, Op)]):
            args = mapped(op.args, lambda x: new.get(x, x) if x.__class__ is Op else x)
            made = Op(op.function, args, op.kwargs, op.function(*sampled(args), **op.kwargs))
            made.name, made.line, made.comment = op.name, op.line, op.comment
            tape.put(made)
            new[op] = made
        total = _Totals(tape, new, shape)
        value = total.at_every_point(traced.value)
        wanted = [op for op, w in zip(given, traced.wanted, strict=True) if w]
        gradients = [total.of(g, new[op]) for g, op in zip(traced.gradients, wanted, strict=True)]
    inner = {new[op]: new.get(x, x) for op, x in traced.gradient_of.items() if op in new}
    traced.roots = {new[op] for op in traced.roots if op in new} | set(total.made)
    for made in total.summed:  # written where it is added up
        inner.pop(made, None)
        traced.roots.discard(made)
    traced.gradient_of = inner | total.made
    tape.checks = [(new[op], check) for op, check in traced.tape.checks]
    tape.after = [(tuple(new.get(x, x) for x in ops), do) for ops, do in traced.tape.after]
    traced.value, traced.gradients = value, gradients
    traced.inputs = [None if op is None else new[op] for op in traced.inputs]
    traced.tape = tape


class _Totals:
    """Adds derivatives up over the points that share an argument.

    made: the sums, with the argument that each belongs to.  summed: what they add up.
    """

    def __init__(self, tape: Tape, new: dict[Op, Op], shape: tuple[int, ...]) -> None:
        self.tape, self.new, self.shape = tape, new, shape
        self.made: dict[Op, Op] = {}
        self.summed: list[Op] = []

    def at_every_point(self, x: Any) -> Any:
        """What gives the value at each point."""
        if not isinstance(x, Op):
            return np.broadcast_to(x, self.shape)
        op = self.new[x]
        if op.shape == self.shape:
            return op
        return operation(broadcast_to(Recorded(self.tape, op), shape=self.shape))

    def of(self, gradient: Any, target: Op) -> Any:
        """The gradient of an argument: at its points, or added up."""
        if not isinstance(gradient, Op):
            return np.array(_sum_to(np.broadcast_to(gradient, self.shape), target.shape))
        everywhere = self.at_every_point(gradient)
        if everywhere.shape == target.shape:
            return everywhere
        total = operation(sum_to(Recorded(self.tape, everywhere), shape=target.shape))
        total.comment, total.line = "sum over the points", gradient.line
        self.made[total] = target
        self.summed.append(everywhere)
        return total


def _sum_to(x: Array, shape: tuple[int, ...]) -> Array:
    """An array of points added up over those that share an entry of `shape`."""
    if x.shape == shape:
        return x
    if math.prod(shape) == 1:
        return np.asarray(np.sum(x)).reshape(shape)
    return np.asarray(sum_to(x, shape=shape))


def point_by_point(
    f: Callable[..., Any],
    rebuild: Callable[[list[Any]], tuple[Sequence[Any], dict[str, Any]]],
    leaves: Sequence[Any],
    wanted: Sequence[bool],
) -> tuple[Any, list[Any]]:
    """Value and gradients of all leaves by the eager engine, one point after another."""

    def at_one(*numbers: Any) -> Any:
        args, kwargs = rebuild(list(numbers))
        return f(*args, **kwargs)

    chosen = tuple(i for i, w in enumerate(wanted) if w)
    differentiate = value_and_grad(at_one, chosen)
    arrays = [isinstance(x, np.ndarray | np.generic | float) for x in leaves]
    shape = common_shape([np.shape(x) for x, a in zip(leaves, arrays, strict=True) if a])
    spread = [np.broadcast_to(x, shape) if a else x for x, a in zip(leaves, arrays, strict=True)]
    value = np.empty(shape)
    found = [np.empty(shape) for _ in chosen]
    with np.errstate(all="ignore"):
        for i in np.ndindex(shape):
            y, gradients = differentiate(
                *(float(x[i]) if a else x for x, a in zip(spread, arrays, strict=True))
            )
            value[i] = y
            for array, g in zip(found, gradients, strict=True):
                array[i] = g
        totals = [_sum_to(g, np.shape(leaves[k])) for g, k in zip(found, chosen, strict=True)]
    return value, totals
