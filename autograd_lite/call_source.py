"""`source_of_call`: one call of a compiled function as a graph of numbers, beside its source."""

from __future__ import annotations

import numbers as abstract_numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .errors import DataError
from .graph import Node, numbers
from .leaves import Leaves
from .program import Program
from .randomness import NoDraws
from .recorded import Recorded, is_recorded
from .recording import inside_transform
from .rows import Elementwise
from .source_lines import Differentiated, Source, in_reading_order
from .surroundings import Surroundings
from .tape import Op, Tape
from .tensor import Tensor
from .traced import named_locals, operation, tracing
from .tracing import positions
from .unfolding import unfold
from .value import Value
from .version import file_of, unrolled


def source_of_call(program: Program, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Source:
    """The source of a compiled function, and the graph of one call: `source.root`, of numbers.

    The nodes of the graph are labelled by their names in the source. What is not differentiated is
    a constant in it. Fused operations come as what they are made of.
    Raises DataError if the result does not depend on what is differentiated, and what `compile`
    raises where the function cannot be traced.

    >>> from autograd_lite import compile
    >>> source_of_call(compile(lambda w, x: w * x, argnums=(0, 1)), (2.0, 3.0), {}).root
    Value(6.0, label='y', op=multiply)
    """
    leaves = _taken_apart(program, args, kwargs)
    around, tape = Surroundings(program.function), Tape()
    stand_ins = [
        _stand_in(tape, x, name, wanted)
        for x, name, wanted in zip(leaves.given, leaves.names, leaves.wanted, strict=True)
    ]
    with (
        NoDraws(around.reached),
        tracing(tape) as told,
        inside_transform(),
        np.errstate(all="ignore"),
    ):
        given, settings = leaves.rebuild(stand_ins)
        with named_locals(program.function) as seen:
            result = program.function(*given, **settings)
        if isinstance(result, Tensor):
            unfold(result)
        for name, x in seen.items():
            op = operation(x)
            if isinstance(op, Op) and op.name is None:
                op.name = name
    if not isinstance(result, Tensor) or not is_recorded(numbers(result)):
        raise DataError(
            f"compile: the function gave {type(result).__name__}, which depends on no argument "
            f"that is differentiated (argnums={program.argnums}), so it has no graph."
        )
    graph = _of_numbers(result, [x for x in stand_ins if isinstance(x, Tensor)])
    wanted = [graph[x] for x in stand_ins if isinstance(x, Tensor)]
    found = Differentiated(tape, {y: x for x, y in graph.items()}, graph[result], wanted, told)
    named = around.names | {i: x.label for i, x in told.owners.items() if x.label}
    inputs = [operation(x) for x in stand_ins if is_recorded(numbers(x))]
    inputs += [op for op, _ in tape.draws]
    source = found.source(inputs, named, file_of(program.function))
    for node, name in source.names.items():
        node.label = name
    return source


def _taken_apart(program: Program, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Leaves:
    program.check_count(len(args))
    chosen = positions(program.argnums, len(args), "compile")
    values = tuple(float(x) if isinstance(x, abstract_numbers.Real) else x for x in args)
    if any(isinstance(x, Node) for x in values):
        raise DataError(
            "compile: an argument is a Value or a Tensor, and a program is shown for numbers.\n"
            "  Give its .data; or compute with it, and show the graph of the result."
        )
    names = program.names_of(len(args))
    return Leaves(values, dict(kwargs), chosen, names, unrolled(program.unroll, len(args)))


def _stand_in(tape: Tape, x: Any, name: str, wanted: bool) -> Any:
    if not isinstance(x, np.ndarray | np.generic | float):
        return x  # a setting
    recorded = Recorded(tape, tape.input(x, name))
    return Tensor(recorded, label=name) if wanted else recorded


def _of_numbers(result: Tensor, arguments: Sequence[Tensor]) -> dict[Node, Node]:
    """For every stand-in a node of a graph of numbers: of Values where these are single numbers."""
    order = list(dict.fromkeys([*in_reading_order(result), *arguments]))
    single = all(
        not x.shape and (isinstance(x.op, Elementwise) if x.op else is_recorded(numbers(x)))
        for x in order
    )
    kind: Any = Value if single else Tensor
    graph: dict[Node, Node] = {}

    def numbered(x: Any) -> Any:
        if isinstance(x, Node):
            return graph[x]
        if not is_recorded(x):
            return x
        return x.op.sample if x.shape else np.asarray(x.op.sample).item()

    for x in order:
        if x.op is not None:
            operands = tuple(map(numbered, x.operands))
            graph[x] = kind._apply_rule(x.op, operands, dict(x.params))
        elif is_recorded(numbers(x)):
            sample = numbers(x).op.sample
            graph[x] = kind(float(sample)) if single else kind(np.array(sample))
        else:
            graph[x] = x  # a parameter that the function knows from outside
    return graph
