"""S3: the gradient of one tanh neuron, at 10,000 points as arrays, and in 10,000 single calls."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .registry import OURS, Numbers, Row, Run, Size, Workload, jax_row, numba_row

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Case:
    """w1, w2, b, x1, x2 at every point: (5, n)."""

    points: Array


def case(size: Size, share: float, check: bool) -> Case:
    n = max(1, round((50 if size == "tiny" else 10_000) * share))
    return Case(np.random.default_rng(0).normal(size=(5, n)))


def operations(case: Case) -> float:
    return float(case.points.shape[1])


def reference(case: Case) -> Numbers:
    w1, w2, b, x1, x2 = case.points
    y = np.tanh(w1 * x1 + w2 * x2 + b)
    slope = 1 / np.cosh(w1 * x1 + w2 * x2 + b) ** 2
    return [y, slope * x1, slope * x2, slope]


def neuron(w1: Any, w2: Any, b: Any, x1: Any, x2: Any) -> Any:
    return np.tanh(w1 * x1 + w2 * x2 + b)


def flat(result: Any) -> Numbers:
    """[y, dw1, dw2, db] from (y, (dw1, dw2, db))."""
    return [np.asarray(result[0]), *map(np.asarray, result[1])]


def stacked(results: Any) -> Numbers:
    """The same from one such pair a point."""
    return [
        np.array([float(y) for y, _ in results]),
        *np.array([[float(g) for g in gradients] for _, gradients in results]).T,
    ]


# At all points in one call ------------------------------------------------------------------------


def by_hand(case: Case) -> Run:
    w1, w2, b, x1, x2 = case.points

    def call() -> Any:
        y = np.tanh(w1 * x1 + w2 * x2 + b)
        slope = 1 - y * y
        return y, (slope * x1, slope * x2, slope)

    return Run(call, flat)


def ours_arrays(case: Case, **options: Any) -> Run:
    import autograd_lite as ag

    program = ag.compile(neuron, argnums=(0, 1, 2), **options)
    points = tuple(case.points)
    return Run(lambda: program(*points), flat)


def ours_eager(case: Case) -> Run:
    from autograd_lite import Tensor

    w1, w2, b, x1, x2 = case.points

    def call() -> Any:
        parameters = Tensor(w1), Tensor(w2), Tensor(b)
        y = neuron(*parameters, x1, x2)
        y.sum().backward()
        return y.data, tuple(p.grad for p in parameters)

    return Run(call, flat)


def jax_vmap(case: Case) -> Run:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def f(w1: Any, w2: Any, b: Any, x1: Any, x2: Any) -> Any:
        return jnp.tanh(w1 * x1 + w2 * x2 + b)

    graded = jax.jit(jax.vmap(jax.value_and_grad(f, argnums=(0, 1, 2))))
    points = [jnp.asarray(p) for p in case.points]
    return Run(lambda: jax.block_until_ready(graded(*points)), flat)


def casadi_function() -> Any:
    import casadi

    names = [casadi.SX.sym(name) for name in ("w1", "w2", "b", "x1", "x2")]
    w1, w2, b, x1, x2 = names
    y = casadi.tanh(w1 * x1 + w2 * x2 + b)
    gradients = [casadi.gradient(y, v) for v in (w1, w2, b)]
    return casadi.Function("graded", names, [y, *gradients])


def casadi_map(case: Case) -> Run:
    mapped = casadi_function().map(case.points.shape[1])
    rows = [p[None] for p in case.points]
    return Run(lambda: mapped(*rows), lambda result: [np.asarray(r)[0] for r in result])


def numba_loop(case: Case) -> Run:
    import numba

    @numba.njit  # type: ignore[untyped-decorator, unused-ignore]
    def loop(points: Any, out: Any) -> Any:
        for i in range(points.shape[1]):
            y = math.tanh(points[0, i] * points[3, i] + points[1, i] * points[4, i] + points[2, i])
            slope = 1 - y * y
            out[0, i], out[1, i] = y, slope * points[3, i]
            out[2, i], out[3, i] = slope * points[4, i], slope
        return out

    return Run(lambda: loop(case.points, np.empty((4, case.points.shape[1]))))


def torch_arrays(case: Case) -> Run:
    import torch

    torch.set_num_threads(1)
    w1, w2, b, x1, x2 = (torch.tensor(p) for p in case.points)
    parameters = [w1.requires_grad_(), w2.requires_grad_(), b.requires_grad_()]

    def call() -> Any:
        y = torch.tanh(w1 * x1 + w2 * x2 + b)
        return y.detach(), torch.autograd.grad(y.sum(), parameters)

    return Run(call, flat)


# One call a point ---------------------------------------------------------------------------------


def calls(case: Case, graded: Any, wrap: Any = float) -> Run:
    points = [tuple(map(wrap, p)) for p in case.points.T.tolist()]
    return Run(lambda: [graded(*p) for p in points], stacked)


def python_call(case: Case) -> Run:
    tanh = math.tanh

    def graded(w1: float, w2: float, b: float, x1: float, x2: float) -> Any:
        y = tanh(w1 * x1 + w2 * x2 + b)
        slope = 1 - y * y
        return y, (slope * x1, slope * x2, slope)

    return calls(case, graded)


def ours_call(case: Case) -> Run:
    import autograd_lite as ag

    return calls(case, ag.compile(neuron, argnums=(0, 1, 2)))


def ours_source(case: Case) -> Run:
    """The printed source pasted into a file, with `np` bound to the functions of `math`."""
    import autograd_lite as ag

    names: dict[str, Any] = {"np": math}
    exec(ag.compile(neuron, argnums=(0, 1, 2)).source, names)
    return calls(case, names["value_and_grad"])


def eager_call(case: Case, make: Any, tanh: Any) -> Run:
    def graded(*numbers: float) -> Any:
        w1, w2, b = (make(v) for v in numbers[:3])
        y = tanh(w1 * numbers[3] + w2 * numbers[4] + b)
        y.backward()
        return y.data, (w1.grad, w2.grad, b.grad)

    return calls(case, graded)


def ours_value(case: Case) -> Run:
    import autograd_lite as ag

    return eager_call(case, ag.Value, ag.tanh)


def micrograd_call(case: Case) -> Run:
    from micrograd.engine import Value

    def tanh(v: Any) -> Any:  # micrograd has no tanh; this is the one of its lecture
        t = math.tanh(v.data)
        out = Value(t, (v,), "tanh")

        def backward() -> None:
            v.grad += (1 - t * t) * out.grad

        out._backward = backward
        return out

    return eager_call(case, Value, tanh)


def jax_call(case: Case) -> Run:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def f(w1: Any, w2: Any, b: Any, x1: Any, x2: Any) -> Any:
        return jnp.tanh(w1 * x1 + w2 * x2 + b)

    graded = jax.jit(jax.value_and_grad(f, argnums=(0, 1, 2)))
    points = [tuple(p) for p in case.points.T.tolist()]

    def call() -> Any:
        found = [graded(*p) for p in points]
        return jax.block_until_ready(found)

    return Run(call, stacked)


def casadi_call(case: Case) -> Run:
    """CasADi's way without conversions: numbers are written into a buffer and read from another."""
    buffer, trigger = casadi_function().buffer()
    given: Any = np.zeros(5)
    found: Any = np.zeros(4)
    cells = [given[i : i + 1] for i in range(5)]
    outs = [found[i : i + 1] for i in range(4)]
    for i, cell in enumerate(cells):
        buffer.set_arg(i, memoryview(cell))
    for i, out in enumerate(outs):
        buffer.set_res(i, memoryview(out))
    memory: Any = memoryview(given)
    results = memoryview(found)

    def graded(*point: float) -> Any:
        memory[0], memory[1], memory[2], memory[3], memory[4] = point
        trigger()
        return results[0], (results[1], results[2], results[3])

    run = calls(case, graded)
    # What the trigger calls is freed with the buffer, so somebody has to hold it.
    return Run(run.call, lambda results: stacked(results) if buffer else [])


WORKLOADS = [
    Workload(
        name="S3-arrays",
        title="Gradient of a tanh neuron at 10,000 points, one call",
        case=case,
        reference=reference,
        operations=operations,
        baseline="JAX, jit(vmap)",
        rows=[
            Row("NumPy", "by hand", by_hand),
            Row(OURS, "compiled, arrays", ours_arrays),
            numba_row(ours_arrays),
            jax_row(ours_arrays),
            Row(OURS, "eager", ours_eager),
            Row("JAX", "jit(vmap)", jax_vmap),
            Row("numba", "loop by hand", numba_loop, slow=True),
            Row("PyTorch", "eager", torch_arrays),
            Row("CasADi", "map", casadi_map),
        ],
        claims=[(f"{OURS}, compiled, arrays", "NumPy, by hand")],
    ),
    Workload(
        name="S3-calls",
        title="Gradient of a tanh neuron, 10,000 single calls",
        case=case,
        reference=reference,
        operations=operations,
        baseline="JAX, jit",
        rows=[
            Row("Python", "by hand", python_call),
            Row(OURS, "compiled", ours_call),
            Row(OURS, "compiled, source pasted", ours_source),
            Row(OURS, "eager", ours_value),
            Row("CasADi", "buffers", casadi_call),
            Row("JAX", "jit", jax_call),
            Row("micrograd", "", micrograd_call),
        ],
        claims=[
            (f"{OURS}, compiled", "CasADi, buffers"),
            (f"{OURS}, compiled", "Python, by hand"),
        ],
    ),
]
