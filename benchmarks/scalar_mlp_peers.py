"""The rows of other libraries of S1."""

from __future__ import annotations

from typing import Any

import numpy as np

from .registry import Run
from .scalar_mlp_case import (
    ALPHA,
    Case,
    by_hand,
    eager,
    network_of,
    on_nodes,
    read_flat,
    score,
    whole_loss,
)


def micrograd(case: Case) -> Run:
    from micrograd.engine import Value

    return on_nodes(case, Value, Value.relu, constants=False)


def torch_scalars(case: Case) -> Run:
    import torch

    torch.set_num_threads(1)

    def make(number: float) -> Any:
        return torch.tensor(number, dtype=torch.float64, requires_grad=True)

    forward, parameters = eager(case, make, torch.relu, constants=True)

    def call() -> Any:
        for p in parameters:
            p.grad = None
        loss = forward()
        loss.backward()
        return loss

    return Run(call, lambda loss: [loss.item(), *case.unflat([p.grad.item() for p in parameters])])


def torch_matrices(case: Case) -> Run:
    import torch

    torch.set_num_threads(1)
    X, y = torch.tensor(case.X), torch.tensor(case.y)
    parameters = [torch.tensor(p, requires_grad=True) for layer in case.layers for p in layer]

    def call() -> Any:
        W1, b1, W2, b2, W3, b3 = parameters
        for p in parameters:
            p.grad = None
        h = torch.relu(torch.relu(X @ W1 + b1) @ W2 + b2)
        loss = torch.relu(1 - y * (h @ W3 + b3)[:, 0]).mean()
        loss = loss + ALPHA * sum((p * p).sum() for p in parameters)
        loss.backward()
        return loss

    return Run(call, lambda loss: [loss.item(), *(p.grad.numpy() for p in parameters)])


def hips_scalars(case: Case) -> Run:
    import autograd.numpy as anp
    from autograd import value_and_grad

    points, labels, shapes = case.X.tolist(), case.y.tolist(), case.shapes

    def loss(parameters: Any) -> Any:
        network = network_of(shapes, list(parameters))
        return whole_loss(network, points, labels, lambda v: anp.maximum(v, 0.0))

    graded, flat = value_and_grad(loss), case.flat
    return Run(lambda: graded(flat), read_flat(case))


def mygrad_scalars(case: Case) -> Run:
    import mygrad

    mygrad.turn_memory_guarding_off()
    forward, parameters = eager(
        case, mygrad.tensor, lambda v: mygrad.maximum(v, 0.0), constants=True
    )

    def call() -> Any:
        loss = forward()
        loss.backward()
        return loss

    return Run(call, lambda loss: [loss.item(), *case.unflat([float(p.grad) for p in parameters])])


def jax_matrices(case: Case) -> Run:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    X, y = jnp.asarray(case.X), jnp.asarray(case.y)
    parameters = [jnp.asarray(p) for layer in case.layers for p in layer]

    def loss(parameters: Any) -> Any:
        W1, b1, W2, b2, W3, b3 = parameters
        h = jax.nn.relu(jax.nn.relu(X @ W1 + b1) @ W2 + b2)
        hinge = jax.nn.relu(1 - y * (h @ W3 + b3)[:, 0]).mean()
        return hinge + ALPHA * sum((p * p).sum() for p in parameters)

    graded = jax.jit(jax.value_and_grad(loss))
    return Run(
        lambda: jax.block_until_ready(graded(parameters)), lambda result: [result[0], *result[1]]
    )


def casadi_map(case: Case) -> Run:
    import casadi

    n, flat = len(case.X), np.asarray(case.flat)
    parameters, x, y = casadi.SX.sym("p", len(flat)), casadi.SX.sym("x", 2), casadi.SX.sym("y")
    network = network_of(case.shapes, casadi.vertsplit(parameters))

    def relu(v: Any) -> Any:
        return casadi.fmax(v, 0)

    loss = relu(1 + -y * score(network, [x[0], x[1]], relu)) / n
    graded = casadi.Function(
        "graded", [parameters, x, y], [loss, casadi.gradient(loss, parameters)]
    )
    over_points = graded.map("over_points", "serial", n, [0], [0, 1])
    points, labels = case.X.T.copy(), case.y[None]

    def call() -> Any:
        value, gradient = over_points(flat, points, labels)
        loss = float(value) + ALPHA * float(flat @ flat)
        return loss, np.asarray(gradient)[:, 0] + 2 * ALPHA * flat

    return Run(call, read_flat(case))


def numpy_by_hand(case: Case) -> Run:
    return Run(lambda: by_hand(case), lambda result: [result[0], *result[1]])
