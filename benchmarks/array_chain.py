"""T3: a chain of 1,000 operations on arrays of 8 numbers: what each costs besides arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .registry import OURS, Numbers, Row, Run, Size, Workload, jax_row, numba_row

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Case:
    x: Array  # (8,)
    w: Array  # (8,) constants
    b: Array
    turns: int  # of four operations


def case(size: Size, share: float, check: bool) -> Case:
    rng = np.random.default_rng(0)
    # close to the identity, so that the gradient does not vanish
    w, b = 1 + rng.normal(0, 1e-3, 8), rng.normal(0, 1e-4, 8)
    return Case(rng.normal(size=8), w, b, 5 if size == "tiny" else 250)


def chain(x: Any, case: Case, tanh: Any, sin: Any) -> Any:
    for _ in range(case.turns):
        x = sin(tanh(x * case.w + case.b))
    return x


def by_hand(case: Case) -> tuple[Array, Array]:
    x, w, b, turns = case.x, case.w, case.b, case.turns
    middles, hiddens = [], []
    for _ in range(turns):
        middle = np.tanh(x * w + b)
        x = np.sin(middle)
        middles.append(middle)
        hiddens.append(np.cos(middle))
    g = np.ones_like(x)
    for middle, slope in zip(reversed(middles), reversed(hiddens), strict=True):
        g = g * slope * (1 - middle * middle) * w
    return x.sum(), g


def reference(case: Case) -> Numbers:
    return list(by_hand(case))


def ours_eager(case: Case) -> Run:
    from autograd_lite import Tensor

    def call() -> Any:
        x = Tensor(case.x)
        y = chain(x, case, np.tanh, np.sin).sum()
        y.backward()
        return y.data, x.grad

    return Run(call)


def ours_compiled(case: Case, **options: Any) -> Run:
    import autograd_lite as ag

    program = ag.compile(lambda x: np.sum(chain(x, case, np.tanh, np.sin)), **options)
    return Run(lambda: program(case.x))


def torch_eager(case: Case, compiled: bool = False) -> Run:
    import torch

    torch.set_num_threads(1)
    given = Case(case.x, torch.tensor(case.w), torch.tensor(case.b), case.turns)
    x = torch.tensor(case.x, requires_grad=True)

    def loss(x: Any) -> Any:
        return chain(x, given, torch.tanh, torch.sin).sum()

    run = torch.compile(loss) if compiled else loss

    def call() -> Any:
        x.grad = None
        y = run(x)
        y.backward()
        return y.detach(), x.grad

    return Run(call)


def jax_jit(case: Case) -> Run:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    given = Case(case.x, jnp.asarray(case.w), jnp.asarray(case.b), case.turns)
    graded = jax.jit(jax.value_and_grad(lambda x: chain(x, given, jnp.tanh, jnp.sin).sum()))
    x = jnp.asarray(case.x)
    return Run(lambda: jax.block_until_ready(graded(x)))


def hips(case: Case) -> Run:
    import autograd.numpy as anp
    from autograd import value_and_grad

    graded = value_and_grad(lambda x: anp.sum(chain(x, case, anp.tanh, anp.sin)))
    return Run(lambda: graded(case.x))


def mygrad(case: Case) -> Run:
    import mygrad as mg

    mg.turn_memory_guarding_off()

    def call() -> Any:
        x = mg.tensor(case.x)
        y = chain(x, case, mg.tanh, mg.sin).sum()
        y.backward()
        return y.data, x.grad

    return Run(call)


WORKLOADS = [
    Workload(
        name="T3",
        title="A chain of 1,000 elementwise operations on 8 numbers",
        case=case,
        reference=reference,
        baseline="PyTorch, eager",
        rows=[
            Row("PyTorch", "eager", torch_eager),
            Row(OURS, "eager", ours_eager),
            Row(OURS, "compiled", ours_compiled),
            numba_row(ours_compiled),
            jax_row(ours_compiled),
            Row("NumPy", "by hand", lambda c: Run(lambda: by_hand(c))),
            Row("JAX", "jit", jax_jit),
            Row("PyTorch", "torch.compile", lambda c: torch_eager(c, True), slow=True),
            Row("MyGrad", "", mygrad),
            Row("HIPS autograd", "", hips),
        ],
        claims=[(f"{OURS}, compiled", "NumPy, by hand"), (f"{OURS}, compiled", "JAX, jit")],
    )
]
