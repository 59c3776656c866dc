"""S2: a chain of operations on single numbers, forward and backward: its time, and its memory.

y <- y * 0.5 + x, over and over: as deep as a graph can be, and every number stays below 2 x.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .registry import OURS, Held, Numbers, Row, Run, Size, Workload

Make = Callable[[float], Any]


@dataclass(frozen=True)
class Case:
    n: int  # operations
    x: float = 0.7


def chain(x: Any, n: int) -> Any:
    y = x
    for _ in range(n // 2):
        y = y * 0.5 + x
    return y


def case_of(n: int) -> Callable[[Size, float, bool], Case]:
    return lambda size, share, check: Case(max(2, round((100 if size == "tiny" else n) * share)))


def reference(case: Case) -> Numbers:
    y, dy = case.x, 1.0
    for _ in range(case.n // 2):
        y, dy = y * 0.5 + case.x, dy * 0.5 + 1.0
    return [y, dy]


def eager(case: Case, make: Make) -> Run:
    """Nodes with .data, .grad and .backward()."""

    def call() -> Any:
        x = make(case.x)
        y = chain(x, case.n)
        y.backward()
        return float(y.data), float(x.grad)

    return Run(call)


def held(case: Case, make: Make) -> Held:
    def forward() -> Any:
        x = make(case.x)
        return x, chain(x, case.n)

    def backward(made: Any) -> Any:
        x, y = made
        y.backward()
        return float(y.data), float(x.grad)

    return Held(forward, backward)


def ours() -> Make:
    from autograd_lite import Value

    return Value


def micrograd(deep: bool = True) -> Make:
    from micrograd.engine import Value

    if deep:
        sys.setrecursionlimit(10**8)
    make: Make = Value
    return make


def torch_() -> Make:
    import torch

    torch.set_num_threads(1)
    return lambda number: torch.tensor(number, dtype=torch.float64, requires_grad=True)


def mygrad() -> Make:
    import mygrad

    mygrad.turn_memory_guarding_off()
    sys.setrecursionlimit(10**8)
    make: Make = mygrad.tensor
    return make


def hips(case: Case) -> Run:
    from autograd import value_and_grad

    graded = value_and_grad(lambda x: chain(x, case.n))
    return Run(lambda: graded(case.x))


def hips_held(case: Case) -> Held:
    from autograd.core import make_vjp

    return Held(
        lambda: make_vjp(lambda x: chain(x, case.n), case.x),
        lambda made: (made[1], made[0](1.0)),
    )


def jax_eager(case: Case) -> Run:
    import jax

    jax.config.update("jax_enable_x64", True)
    graded = jax.value_and_grad(lambda x: chain(x, case.n))
    return Run(lambda: graded(case.x))


def casadi(case: Case) -> Run:
    import casadi

    x = casadi.SX.sym("x")
    y = chain(x, case.n)
    graded = casadi.Function("graded", [x], [y, casadi.gradient(y, x)])
    return Run(lambda: graded(case.x), lambda result: [float(v) for v in result])


def compiled(case: Case) -> Run:
    import autograd_lite as ag

    program = ag.compile(lambda x: chain(x, case.n))
    return Run(lambda: program(case.x))


def rows(large: bool) -> list[Row]:
    all_of_them = [
        Row(OURS, "eager", lambda c: eager(c, ours())),
        Row("micrograd", "recursion limit raised", lambda c: eager(c, micrograd())),
        Row("PyTorch", "0-d tensors", lambda c: eager(c, torch_())),
    ]
    if large:
        return all_of_them
    return [
        *all_of_them,
        Row("micrograd", "", lambda c: eager(c, micrograd(False)), fails="RecursionError"),
        Row(OURS, "compiled, floats", compiled, slow=True),
        Row("CasADi", "SX, built once", casadi),
        Row("HIPS autograd", "", hips),
        Row("MyGrad", "0-d tensors", lambda c: eager(c, mygrad())),
        Row("JAX", "grad, without jit", jax_eager, share=0.1, slow=True),
    ]


MEMORY = [
    Row(OURS, "eager", lambda c: held(c, ours())),
    Row("micrograd", "recursion limit raised", lambda c: held(c, micrograd())),
    Row("PyTorch", "0-d tensors", lambda c: held(c, torch_())),
    Row("HIPS autograd", "", hips_held),
    Row("MyGrad", "0-d tensors", lambda c: held(c, mygrad())),
]

WORKLOADS = [
    Workload(
        name="S2",
        title="A chain of 100,000 operations on single numbers",
        case=case_of(100_000),
        reference=reference,
        operations=lambda case: case.n,
        baseline="micrograd, recursion limit raised",
        rows=rows(large=False),
        notes=["JAX computes a tenth of the chain; its time is scaled up."],
    ),
    Workload(
        name="S2-million",
        title="A chain of 1,000,000 operations on single numbers",
        case=case_of(1_000_000),
        reference=reference,
        operations=lambda case: case.n,
        baseline="micrograd, recursion limit raised",
        rows=rows(large=True),
        quick=False,
    ),
    Workload(
        name="S2-memory",
        title="Memory of a chain of 100,000 operations on single numbers",
        case=case_of(100_000),
        reference=reference,
        baseline=f"{OURS}, eager",
        rows=MEMORY,
        kind="memory",
        small_first=True,
        unit="bytes an operation",
        per=lambda case: float(case.n),
    ),
]
