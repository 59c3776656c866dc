"""T4: memory between forward and backward of a deep MLP, 64 layers of 256, batch 256, float32.

1.00 is one stored activation a layer, the least from which backward can start without computing
forward again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .registry import OURS, Held, Numbers, Row, Size, Workload

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Case:
    X: Array  # (n, width)
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    @property
    def minimum(self) -> float:
        """Bytes of one activation a layer."""
        return float(len(self.weights) * self.X.nbytes)


def case(size: Size, share: float, check: bool) -> Case:
    depth, width, n = (3, 8, 8) if size == "tiny" else (64, 256, 256)
    rng = np.random.default_rng(0)
    weights = [
        rng.normal(0, np.sqrt(1 / width), (width, width)).astype(np.float32) for _ in range(depth)
    ]
    biases = [rng.normal(0, 0.01, width).astype(np.float32) for _ in range(depth)]
    return Case(rng.normal(size=(n, width)).astype(np.float32), tuple(weights), tuple(biases))


def reference(case: Case) -> Numbers:
    """Loss, and the gradient of each weight and bias."""
    hidden = [case.X.astype(float)]
    for W, b in zip(case.weights, case.biases, strict=True):
        hidden.append(np.tanh(hidden[-1] @ W.astype(float) + b))
    g = np.full_like(hidden[-1], 1 / hidden[-1].size)
    weights: list[Array] = []
    biases: list[Array] = []
    for i in range(len(case.weights) - 1, -1, -1):
        g = g * (1 - hidden[i + 1] ** 2)
        weights.insert(0, hidden[i].T @ g)
        biases.insert(0, g.sum(axis=0))
        g = g @ case.weights[i].T.astype(float)
    return [hidden[-1].mean(), *weights, *biases]


def layers(x: Any, weights: Any, biases: Any, tanh: Any) -> Any:
    for W, b in zip(weights, biases, strict=True):
        x = tanh(x @ W + b)
    return x


def ours_eager(case: Case) -> Held:
    from autograd_lite import Tensor

    weights, biases = [Tensor(W) for W in case.weights], [Tensor(b) for b in case.biases]

    def backward(loss: Any) -> Any:
        loss.backward()
        return loss.item(), *(p.grad for p in (*weights, *biases))

    return Held(lambda: layers(case.X, weights, biases, np.tanh).mean(), backward)


def ours_nn(case: Case) -> Held:
    import nn

    width, depth = len(case.biases[0]), len(case.weights)
    stack: list[Any] = []
    for _ in range(depth):
        stack += [nn.Linear(width, width, dtype=np.float32), nn.Tanh()]
    model = nn.Sequential(*stack)
    linear: list[Any] = [layer for layer in model.layers if isinstance(layer, nn.Linear)]
    for layer, W, b in zip(linear, case.weights, case.biases, strict=True):
        layer.weight.data, layer.bias.data = W.copy(), b.copy()

    def backward(loss: Any) -> Any:
        loss.backward()
        weights = [layer.weight.grad for layer in linear]
        return loss.item(), *weights, *(layer.bias.grad for layer in linear)

    return Held(lambda: model(case.X).mean(), backward)


def ours_compiled(case: Case) -> Held:
    import autograd_lite as ag

    depth = len(case.weights)

    def loss(X: Any, *parameters: Any) -> Any:
        return np.mean(layers(X, parameters[:depth], parameters[depth:], np.tanh))

    program = ag.compile(
        loss,
        argnums=tuple(range(1, 1 + 2 * depth)),
        donate=True,
    )
    parameters = (*case.weights, *case.biases)

    def run(_: Any = None) -> Any:
        value, gradients = program(case.X, *parameters)
        return value, *gradients

    return Held(lambda: run() and None, run, program=True)


def torch_eager(case: Case) -> Held:
    import torch

    torch.set_num_threads(1)
    weights = [torch.tensor(W, requires_grad=True) for W in case.weights]
    biases = [torch.tensor(b, requires_grad=True) for b in case.biases]
    X = torch.tensor(case.X)

    def forward() -> Any:
        x = X
        for W, b in zip(weights, biases, strict=True):
            x = torch.tanh(torch.addmm(b, x, W))
        return x.mean()

    def backward(loss: Any) -> Any:
        loss.backward()
        return loss.item(), *(p.grad.numpy() for p in (*weights, *biases))

    return Held(forward, backward)


def hips(case: Case) -> Held:
    import autograd.numpy as anp
    from autograd.core import make_vjp

    depth = len(case.weights)

    def loss(parameters: Any) -> Any:
        weights, biases = parameters[:depth], parameters[depth:]
        x = layers(case.X, weights, biases, anp.tanh)
        return anp.mean(x)

    def forward() -> Any:
        return make_vjp(loss, [*case.weights, *case.biases])

    return Held(
        forward,
        lambda made: [made[1], *made[0](np.float32(1))],
    )


def mygrad(case: Case) -> Held:
    import mygrad as mg

    mg.turn_memory_guarding_off()
    weights = [mg.tensor(W, copy=False) for W in case.weights]
    biases = [mg.tensor(b, copy=False) for b in case.biases]

    def backward(loss: Any) -> Any:
        loss.backward()
        return loss.item(), *(p.grad for p in (*weights, *biases))

    return Held(
        lambda: mg.mean(layers(case.X, weights, biases, mg.tanh)),
        backward,
    )


WORKLOADS = [
    Workload(
        name="T4",
        title="Memory between forward and backward, MLP of depth 64, width 256, batch 256",
        case=case,
        reference=reference,
        tolerance=1e-5,
        baseline=f"{OURS}, eager",
        rows=[
            Row(OURS, "eager, tanh(x @ W + b)", ours_eager),
            Row(OURS, "eager", ours_nn),
            Row(OURS, "compiled", ours_compiled),
            Row("PyTorch", "eager", torch_eager),
            Row("HIPS autograd", "", hips),
            Row("MyGrad", "", mygrad),
        ],
        kind="memory",
        unit="activations a layer",
        per=lambda case: case.minimum,
        notes=[
            "For a compiled program: all the buffers that it keeps, those of the gradients "
            "included, in which it may have held activations before.",
        ],
    )
]
