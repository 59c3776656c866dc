"""S1: the demo of a scalar engine, forward and backward: see `scalar_mlp_case`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import scalar_mlp_peers as peers
from .registry import OURS, Numbers, Row, Run, Workload, jax_row, numba_row
from .scalar_mlp_case import (
    ALPHA,
    Case,
    case,
    network_of,
    on_nodes,
    operations,
    reference,
    score,
)


def ours_eager(case: Case) -> Run:
    from autograd_lite import Value

    return on_nodes(case, Value, Value.relu, constants=True)


def ours_mlp(case: Case) -> Run:
    import autograd_lite as ag
    import nn

    sizes = [len(case.layers[0][0]), *(W.shape[1] for W, _ in case.layers)]
    model = nn.MLP(sizes, activation="relu", scalar=True)
    given = {
        f"layers.{2 * i}.{name}": array
        for i, layer in enumerate(case.layers)
        for name, array in zip(("weight", "bias"), layer, strict=True)
    }
    model.load_state_dict(given)
    parameters = list(model.parameters())
    arrays = [
        array
        for layer in model.layers
        if isinstance(layer, nn.Linear)
        for array in (layer.weight, layer.bias)
    ]

    def call() -> Any:
        for p in parameters:
            p.grad = None
        margin = 1 - case.y * model(case.X)[:, 0]
        loss = np.sum(ag.relu(margin)) / len(margin) + ALPHA * sum(p * p for p in parameters)
        loss.backward()
        return loss

    def read(loss: Any) -> Numbers:
        of = np.vectorize(lambda p: float(p.grad), otypes=[float])
        return [loss.data, *(of(array) for array in arrays)]

    return Run(call, read)


def point_loss(case: Case) -> Callable[..., Any]:
    """The loss of one point: of all parameters one by one, as in `Case.flat`, and x1, x2, y."""
    import autograd_lite as ag

    n, shapes = len(case.X), case.shapes

    def loss(*args: Any) -> Any:
        *parameters, x1, x2, y = args
        network = network_of(shapes, parameters)
        return ag.relu(1 + -y * score(network, [x1, x2], ag.relu)) * (1.0 / n)

    return loss


def point_loss_of_arrays(case: Case) -> Callable[..., Any]:
    """The same of weight arrays, which are unrolled into their numbers."""
    import autograd_lite as ag

    n = len(case.X)

    def loss(W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any, x1: Any, x2: Any, y: Any) -> Any:
        network = [list(zip(W.T, b, strict=True)) for W, b in ((W1, b1), (W2, b2), (W3, b3))]
        return ag.relu(1 + -y * score(network, [x1, x2], ag.relu)) * (1.0 / n)

    return loss


def with_l2(case: Case, loss: Any, gradients: Any) -> Numbers:
    """Loss and gradients with the L2 term, which is the same for all points, by hand."""
    arrays = case.arrays
    squares = sum(float(np.vdot(p, p)) for p in arrays)
    graded = zip(gradients, arrays, strict=True)
    return [loss + ALPHA * squares, *(g + 2 * ALPHA * p for g, p in graded)]


def over_points(case: Case, graded: Any) -> Run:
    """A function of floats, called for each point, and the sums of what it gives."""
    flat = case.flat
    points = [(*x, y) for x, y in zip(case.X.tolist(), case.y.tolist(), strict=True)]

    def call() -> Any:
        losses, gradients = zip(*(graded(*flat, *point) for point in points), strict=True)
        totals = np.array(list(map(sum, zip(*gradients, strict=True))))
        return with_l2(case, sum(losses), case.unflat(totals))

    return Run(call)


def float_program(case: Case) -> Any:
    import autograd_lite as ag

    return ag.compile(point_loss(case), argnums=tuple(range(len(case.flat))))


def ours_source(case: Case) -> Run:
    """The printed source pasted into a file, with `np` bound to functions of floats."""
    from autograd_lite import scalar_math

    program = float_program(case)
    program(*case.flat, 0.0, 0.0, 1.0)
    names: dict[str, Any] = {"np": scalar_math}
    exec(program.source, names)
    return over_points(case, names["value_and_grad"])


def ours_arrays(case: Case, **options: Any) -> Run:
    import autograd_lite as ag

    weights, arrays = tuple(range(6)), case.arrays
    loss = point_loss_of_arrays(case)
    program = ag.compile(loss, argnums=weights, unroll=weights, **options)
    x1, x2, y = case.X[:, 0].copy(), case.X[:, 1].copy(), case.y

    def call() -> Any:
        losses, gradients = program(*arrays, x1, x2, y)
        return with_l2(case, float(losses.sum()), gradients)

    return Run(call)


def ours_whole(case: Case, **options: Any) -> Run:
    """The whole loss, with each point's share of the L2 term: what is the same for all points is
    computed once by the compiled loop.
    """
    import autograd_lite as ag

    weights, arrays, n = tuple(range(6)), case.arrays, len(case.X)
    hinge = point_loss_of_arrays(case)

    def loss(*args: Any) -> Any:
        return hinge(*args) + sum(np.sum(p * p) for p in args[:6]) * (ALPHA / n)

    program = ag.compile(loss, argnums=weights, unroll=weights, **options)
    x1, x2, y = case.X[:, 0].copy(), case.X[:, 1].copy(), case.y

    def call() -> Any:
        losses, gradients = program(*arrays, x1, x2, y)
        return [losses.sum(), *gradients]

    return Run(call)


SCALED = 0.05  # of the points, where all of them would take a minute

WORKLOADS = [
    Workload(
        name="S1",
        title="Scalar MLP 2-16-16-1, 100 points, forward and backward",
        case=case,
        reference=reference,
        operations=operations,
        baseline="micrograd",
        collector=True,
        rows=[
            Row("micrograd", "", peers.micrograd),
            Row(OURS, "eager", ours_eager),
            Row(OURS, "eager, nn.MLP of numbers", ours_mlp),
            Row(OURS, "compiled, floats", lambda c: over_points(c, float_program(c))),
            Row(OURS, "compiled, floats, source pasted", ours_source),
            Row(OURS, "compiled, arrays", ours_arrays),
            numba_row(ours_whole),
            jax_row(ours_arrays),
            Row("NumPy", "matrices by hand", peers.numpy_by_hand),
            Row("JAX", "jit, matrices", peers.jax_matrices),
            Row("CasADi", "SX, map", peers.casadi_map),
            Row("PyTorch", "matrices", peers.torch_matrices),
            Row("PyTorch", "0-d tensors", peers.torch_scalars, share=SCALED),
            Row("MyGrad", "0-d tensors", peers.mygrad_scalars, share=SCALED),
            Row("HIPS autograd", "single numbers", peers.hips_scalars, share=SCALED),
        ],
        claims=[
            (f"{OURS}, compiled, numba", "JAX, jit, matrices"),
            (f"{OURS}, compiled, numba", "NumPy, matrices by hand"),
        ],
        notes=[
            "PyTorch's 0-d tensors, MyGrad and HIPS autograd compute 5 of the 100 points; their "
            "time is scaled up by the number of operations.",
        ],
    )
]
