"""T1 and T2: one training step of an MLP: see `mlp_step_case`."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import mlp_step_peers as peers
from .mlp_step_case import BETAS, Case, Update, case_of, loss_and_gradients, reference
from .registry import OURS, Row, Run, Workload, jax_row


def numpy_naive(case: Case) -> Run:
    parameters = case.copies()
    update = Update(case, parameters)

    def call() -> float:
        loss, gradients = loss_and_gradients(case, parameters, case.X)
        update.step(gradients)
        return loss

    return Run(call, lambda loss: [loss, *parameters])


def numpy_buffers(case: Case) -> Run:
    """Every array is there before the first step, and every result goes into one of them."""
    parameters, X, n = case.copies(), case.X, len(case.X)
    update, rows = Update(case, parameters), np.arange(len(case.X))
    outs = [np.empty((n, W.shape[1]), np.float32) for W in parameters[::2]]
    slopes = [np.empty_like(h) for h in outs]
    backs = [np.empty_like(h) for h in outs]
    gradients = [np.empty_like(p) for p in parameters]
    masks = [np.empty(h.shape, bool) for h in outs]
    column, one = np.empty((n, 1), np.float32), np.float32(1)
    weights, biases, last = parameters[::2], parameters[1::2], len(outs) - 1
    tanh = case.activation == "tanh"

    def call() -> float:
        h = X
        for i, out in enumerate(outs):
            np.dot(h, weights[i], out=out)
            np.add(out, biases[i], out=out)
            if i < last:
                if tanh:
                    np.tanh(out, out=out)
                else:
                    np.maximum(out, 0, out=out)
            h = out
        z, g = outs[last], backs[last]
        np.maximum.reduce(z, axis=1, keepdims=True, out=column)
        np.subtract(z, column, out=z)
        np.exp(z, out=g)
        np.add.reduce(g, axis=1, keepdims=True, out=column)
        np.divide(g, column, out=g)
        loss = float((np.log(column[:, 0]) - z[rows, case.labels]).sum()) / n
        g[rows, case.labels] -= one
        np.multiply(g, np.float32(1 / n), out=g)
        for i in range(last, -1, -1):
            g = backs[i]
            below = outs[i - 1] if i else X
            np.dot(below.T, g, out=gradients[2 * i])
            np.add.reduce(g, axis=0, out=gradients[2 * i + 1])
            if i:
                np.dot(g, weights[i].T, out=backs[i - 1])
                if tanh:
                    slope = slopes[i - 1]
                    np.multiply(below, below, out=slope)
                    np.subtract(one, slope, out=slope)
                    np.multiply(backs[i - 1], slope, out=backs[i - 1])
                else:
                    np.greater(below, 0, out=masks[i - 1])
                    np.multiply(backs[i - 1], masks[i - 1], out=backs[i - 1])
        update.step(gradients)
        return loss

    return Run(call, lambda loss: [loss, *parameters])


def ours_model(case: Case) -> tuple[Any, Any]:
    """A model with the weights of the case, and the optimiser that moves it."""
    import nn

    model = nn.MLP(case.sizes, activation=case.activation, dtype=np.float32)
    names = list(model.state_dict())
    model.load_state_dict(dict(zip(names, case.copies(), strict=True)))
    optimizer: nn.Optimizer
    if case.optimizer == "SGD":
        optimizer = nn.SGD(model.parameters(), lr=case.lr)
    else:
        optimizer = nn.Adam(model.parameters(), lr=case.lr, betas=BETAS, eps=case.eps)
    return model, optimizer


def ours_eager(case: Case) -> Run:
    import nn

    model, optimizer = ours_model(case)

    def call() -> float:
        optimizer.zero_grad()
        loss = nn.cross_entropy(model(case.X), case.labels)
        loss.backward()
        optimizer.step()
        return float(loss.item())

    return Run(call, lambda loss: [loss, *model.state_dict().values()])


def ours_compiled(case: Case, **options: Any) -> Run:
    """The loss as a function of the weight arrays, compiled; then the optimiser by hand."""
    import autograd_lite as ag
    import nn

    parameters = case.copies()
    update = Update(case, parameters)
    activation = np.tanh if case.activation == "tanh" else ag.relu

    def loss(X: Any, labels: Any, *parameters: Any) -> Any:
        h = X
        for W, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            h = activation(h @ W + b)
        return nn.cross_entropy(h @ parameters[-2] + parameters[-1], labels)

    argnums = tuple(range(2, 2 + len(parameters)))
    program = ag.compile(loss, argnums=argnums, **options)

    def call() -> float:
        value, gradients = program(case.X, case.labels, *parameters)
        update.step(gradients)
        return float(value)

    return Run(call, lambda loss: [loss, *parameters])


def ours_whole(case: Case) -> Run:
    """The step as `nn.fit` runs it: a program that writes into the vector that nn's optimiser moves
    along.
    """
    import nn
    from nn.compiled_step import BatchProgram

    model, optimizer = ours_model(case)
    flat = optimizer.flat
    assert flat is not None
    program = BatchProgram(model, nn.cross_entropy, flat, case.X, case.labels, True)

    def call() -> float:
        loss, _ = program(case.X, case.labels, 1)
        optimizer.step_flat(None, flat)
        return loss

    return Run(call, lambda loss: [loss, *model.state_dict().values()])


ROWS = [
    Row("PyTorch", "eager", peers.torch_step),
    Row(OURS, "eager", ours_eager),
    Row(OURS, "compiled", lambda c: ours_compiled(c, donate=True)),
    Row(OURS, "compiled, nn's optimiser", ours_whole),
    jax_row(ours_compiled),
    Row("NumPy", "by hand, with buffers", numpy_buffers),
    Row("NumPy", "by hand, plain", numpy_naive),
    Row("JAX", "jit", peers.jax_step),
    Row("PyTorch", "eager, foreach optimiser", lambda c: peers.torch_step(c, foreach=True)),
    Row("PyTorch", "eager, fused optimiser", lambda c: peers.torch_step(c, fused=True)),
    Row(
        "PyTorch",
        "torch.compile, fused optimiser",
        lambda c: peers.torch_step(c, compiled=True, fused=True),
        slow=True,
    ),
    Row("MyGrad", "", peers.mygrad_step),
    Row("HIPS autograd", "", peers.hips_step),
]
CLAIMS = [
    (f"{OURS}, {own}", other)
    for own in ("eager", "compiled", "compiled, nn's optimiser")
    for other in (
        "NumPy, by hand, with buffers",
        "JAX, jit",
        "PyTorch, eager, fused optimiser",
        "PyTorch, torch.compile, fused optimiser",
    )
]
UPDATED = "Rows without an optimiser of their own are updated by the same lines of NumPy."

WORKLOADS = [
    Workload(
        name="T1",
        title="SGD step, MLP 64-32-32-10 tanh, batch 32, float32",
        case=case_of((64, 32, 32, 10), 32, "tanh", "SGD"),
        reference=reference,
        tolerance=1e-5,
        baseline="PyTorch, eager",
        rows=ROWS,
        claims=CLAIMS,
        rebuild=True,
        notes=[UPDATED],
    ),
    Workload(
        name="T2",
        title="Adam step, MLP 784-512-256-10 ReLU, batch 128, float32",
        case=case_of((784, 512, 256, 10), 128, "relu", "Adam"),
        reference=reference,
        tolerance=1e-5,
        baseline="PyTorch, eager",
        rows=ROWS,
        claims=CLAIMS,
        rebuild=True,
        threads=(1, 2),
        notes=[UPDATED],
    ),
]
