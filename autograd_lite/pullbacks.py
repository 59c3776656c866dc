"""What a row does to the gradient that arrives, as a function of arrays printed from the table.

The backward loop could call the partials and multiply. Printed once, by the printer that prints a
learner's gradient code, the same is one plain function of NumPy's, with no multiplication by 1, no
row that looks for the kind of its operands, and a gate for a local derivative of 1 or 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import rules
from .graph import Node, downward, product
from .rows import INPUT_NAMES, Elementwise, Predicate
from .source import Merged, short_names, statements
from .symbols import Symbol, python


def pullback(rule: Elementwise, which: str) -> Callable[..., Any]:
    """The function `(g, a, b, ..., y)` of a row that gives the gradients of its traced inputs.

    which: for each input "t" if it is traced, "a" if it is a constant array, "n" for a plain number
    of Python. One gradient comes by itself, several as a tuple.

    >>> from autograd_lite.rules import multiply
    >>> pullback(multiply, "tt")(1.0, 2.0, 3.0, 6.0), pullback(multiply, "tn")(1.0, 2.0, 3.0, 6.0)
    ((3.0, 2.0), 3.0)
    """
    traced = [slot for slot, kind in enumerate(which) if kind == "t"]
    if _is_printed(rule, which, traced):
        names: dict[str, Any] = {"np": np}
        exec(compile(source(rule, traced), "<autograd-lite pullback>", "exec"), names)
        found: Callable[..., Any] = names[rule.name]
    else:

        def found(g: Any, *given: Any) -> Any:
            shares = [shielded_share(rule, slot, g, given[:-1], given[-1]) for slot in traced]
            return shares if len(shares) > 1 else shares[0]

    rule.pullbacks[which] = found
    return found


def shielded_share(
    rule: Elementwise, slot: int, g: Any, given: Sequence[Any], y: np.ndarray[Any, Any]
) -> Any:
    """The same for one input by the partial itself, where an upstream of exactly 0 gives 0."""
    local = rule.local(slot, tuple(given), y)
    if isinstance(local, np.ndarray) and local.dtype.kind in "iub":
        local = local.astype(y.dtype)  # a choice of 1 or 0 must not widen float32
    return product(g, local, rule.singular)


def source(rule: Elementwise, traced: Sequence[int]) -> str:
    """The function of the inputs `traced`, as Python.

    >>> from autograd_lite.rules import relu, tanh
    >>> print(source(tanh, [0]) + source(relu, [0]))
    def tanh(g, a, y):
        return g * (1 - y * y)
    def relu(g, a, y):
        return g * (a > 0)
    <BLANKLINE>
    """
    names = INPUT_NAMES[: rule.arity]
    parts = _parts(rule, traced)
    merged = Merged()
    nodes = merged.take(*parts)
    spare = short_names((*names, "y", "g"))
    shared = {node: next(spare) for node, count in merged.uses.items() if count > 1 and node.op}
    lines = statements(nodes, shared)
    lines.append("return " + ", ".join(python(merged.of(part), shared) for part in parts))
    return f"def {rule.name}(g, {', '.join(names)}, y):\n" + "".join(f"    {x}\n" for x in lines)


def _is_printed(rule: Elementwise, which: str, traced: Sequence[int]) -> bool:
    """Whether the printed function gives what the partials give.

    Not where NumPy would be called with plain numbers alone: its answer counts as an array, which
    widens float32, and Python's does not.
    """
    numbers = {name for name, kind in zip(INPUT_NAMES, which, strict=False) if kind == "n"}
    for part in _parts(rule, traced):
        for node in downward(part):
            if node.op is not None and getattr(node.op, "infix", None) is None:
                leaves = {x.label for x in downward(node) if x.op is None}
                if leaves and leaves <= numbers:
                    return False
    return True


def _parts(rule: Elementwise, traced: Sequence[int]) -> list[Any]:
    inputs = tuple(Symbol(name) for name in INPUT_NAMES[: rule.arity])
    g, y = Symbol("g"), Symbol("y")
    return [_times(g, rule.local(slot, inputs, y)) for slot in traced]


def _times(g: Symbol, local: Any) -> Any:
    """upstream x local, without 1 and -1, without "1 where it holds, 0 elsewhere", nor with 0.5
    where two are equal: NumPy's where is slow.
    """
    if not isinstance(local, Node):
        return g if local == 1 else -g if local == -1 else g * local
    if local.op is rules.where:
        condition, yes, no = local.operands
        if type(yes) is type(no) is int and {yes, no} == {0, 1}:
            return _gate(g, condition) if yes else g * rules.logical_not(condition)
        if type(yes) is int and yes == 1 and getattr(no, "op", None) is rules.where:
            tie, half, rest = no.operands
            if (type(half), type(rest)) == (float, int) and (half, rest) == (0.5, 0):
                return _gate(g, condition) + 0.5 * _gate(g, tie)
    return g * local


def _gate(g: Symbol, condition: Any) -> Any:
    """g where the condition holds, 0 elsewhere."""
    known = isinstance(condition.op, Predicate)
    return g * (condition if known else rules.not_equal(condition, 0))
