"""S1: the demo of a scalar engine, forward and backward: see `scalar_mlp_case`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from . import scalar_mlp_peers as peers
from .registry import OURS, Numbers, Row, Run, Workload
from .scalar_mlp_case import (
    ALPHA,
    Case,
    case,
    network_of,
    on_nodes,
    operations,
    read_flat,
    reference,
    score,
    with_l2,
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
    """The loss of one point of all parameters, one by one, and of x1, x2 and y."""
    import autograd_lite as ag

    n, shapes = len(case.X), case.shapes

    def loss(*args: Any) -> Any:
        *parameters, x1, x2, y = args
        network = network_of(shapes, parameters)
        return ag.relu(1 + -y * score(network, [x1, x2], ag.relu)) * (1.0 / n)

    return loss


def ours_floats(case: Case) -> Run:
    import autograd_lite as ag

    flat = case.flat
    program = ag.compile(point_loss(case), argnums=tuple(range(len(flat))))
    points = [(*x, y) for x, y in zip(case.X.tolist(), case.y.tolist(), strict=True)]

    def call() -> Any:
        found = [program(*flat, *point) for point in points]
        gradients = list(map(sum, zip(*map(operator.itemgetter(1), found), strict=True)))
        return with_l2(case, sum(map(operator.itemgetter(0), found)), gradients)

    return Run(call, read_flat(case))


def ours_arrays(case: Case, **options: Any) -> Run:
    import autograd_lite as ag

    flat = case.flat
    program = ag.compile(point_loss(case), argnums=tuple(range(len(flat))), **options)
    x1, x2, y = case.X[:, 0].copy(), case.X[:, 1].copy(), case.y

    def call() -> Any:
        losses, gradients = program(*flat, x1, x2, y)
        return with_l2(case, float(losses.sum()), gradients)

    return Run(call, read_flat(case))


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
            Row(OURS, "compiled, floats", ours_floats),
            Row(OURS, "compiled, arrays", ours_arrays),
            Row(OURS, "compiled, numba", lambda c: ours_arrays(c, backend="numba"), slow=True),
            Row(OURS, "compiled, jax", lambda c: ours_arrays(c, backend="jax"), slow=True),
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
