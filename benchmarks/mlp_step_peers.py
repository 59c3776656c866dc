"""The rows of other libraries of T1 and T2."""

from __future__ import annotations

from typing import Any

import numpy as np

from .mlp_step_case import BETAS, Case, Update
from .registry import Run


def torch_step(case: Case, compiled: bool = False, **options: Any) -> Run:
    import torch

    torch.set_num_threads(case.threads)
    layers: list[Any] = []
    for i, (d, p) in enumerate(zip(case.sizes, case.sizes[1:], strict=False)):
        layers.append(torch.nn.Linear(d, p))
        with torch.no_grad():
            layers[-1].weight.copy_(torch.tensor(case.parameters[2 * i].T.copy()))
            layers[-1].bias.copy_(torch.tensor(case.parameters[2 * i + 1]))
        layers.append(torch.nn.Tanh() if case.activation == "tanh" else torch.nn.ReLU())
    model = torch.nn.Sequential(*layers[:-1])
    X, labels = torch.tensor(case.X), torch.tensor(case.labels)
    if case.optimizer == "SGD":
        optimizer: Any = torch.optim.SGD(model.parameters(), lr=case.lr, **options)
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=case.lr, eps=case.eps, **options)

    def loss_of(X: Any, labels: Any) -> Any:
        return torch.nn.functional.cross_entropy(model(X), labels)

    run = torch.compile(loss_of) if compiled else loss_of

    def call() -> float:
        optimizer.zero_grad()
        loss = run(X, labels)
        loss.backward()
        optimizer.step()
        return float(loss.item())

    def read(loss: float) -> list[Any]:
        arrays = [p.detach().numpy() for p in model.parameters()]
        return [loss, *(a.T if a.ndim == 2 else a for a in arrays)]

    return Run(call, read)


def jax_step(case: Case) -> Run:
    """The whole step is one jitted function, whose parameters are given away to it."""
    import jax
    import jax.numpy as jnp

    b1, b2 = BETAS
    lr, eps = case.lr, case.eps
    activation = jnp.tanh if case.activation == "tanh" else jax.nn.relu

    def loss_of(parameters: Any, X: Any, labels: Any) -> Any:
        h = X
        for W, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            h = activation(h @ W + b)
        log_p = jax.nn.log_softmax(h @ parameters[-2] + parameters[-1])
        return -jnp.take_along_axis(log_p, labels[:, None], axis=1).mean()

    def sgd(parameters: Any, state: Any, X: Any, labels: Any) -> Any:
        loss, gradients = jax.value_and_grad(loss_of)(parameters, X, labels)
        return loss, [p - lr * g for p, g in zip(parameters, gradients, strict=True)], state

    def adam(parameters: Any, state: Any, X: Any, labels: Any) -> Any:
        loss, gradients = jax.value_and_grad(loss_of)(parameters, X, labels)
        m, v, t = state
        t = t + 1
        m = [b1 * a + (1 - b1) * g for a, g in zip(m, gradients, strict=True)]
        v = [b2 * a + (1 - b2) * g * g for a, g in zip(v, gradients, strict=True)]
        new = [
            p - lr * (a / (1 - b1**t)) / (jnp.sqrt(s / (1 - b2**t)) + eps)
            for p, a, s in zip(parameters, m, v, strict=True)
        ]
        return loss, new, (m, v, t)

    step = jax.jit(sgd if case.optimizer == "SGD" else adam, donate_argnums=(0, 1))
    parameters = [jnp.asarray(p) for p in case.copies()]
    state: Any = ()
    if case.optimizer == "Adam":
        state = (
            [jnp.zeros_like(p) for p in parameters],
            [jnp.zeros_like(p) for p in parameters],
            jnp.float32(0),
        )
    X, labels = jnp.asarray(case.X), jnp.asarray(case.labels)
    kept = [parameters, state]

    def call() -> float:
        loss, kept[0], kept[1] = step(kept[0], kept[1], X, labels)
        jax.block_until_ready(kept)
        return float(loss)

    return Run(call, lambda loss: [loss, *map(np.asarray, kept[0])])


def hips_step(case: Case) -> Run:
    import autograd.numpy as anp
    from autograd import value_and_grad

    parameters, rows = case.copies(), np.arange(len(case.X))
    update = Update(case, parameters)

    def loss_of(parameters: Any) -> Any:
        h = case.X
        for W, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            z = anp.dot(h, W) + b
            h = anp.tanh(z) if case.activation == "tanh" else anp.maximum(z, 0)
        z = anp.dot(h, parameters[-2]) + parameters[-1]
        z = z - anp.max(z, axis=1, keepdims=True)
        log_p = z - anp.log(anp.sum(anp.exp(z), axis=1, keepdims=True))
        return -anp.sum(log_p[rows, case.labels]) / len(rows)

    graded = value_and_grad(loss_of)

    def call() -> float:
        loss, gradients = graded(parameters)
        update.step(gradients)
        return float(loss)

    return Run(call, lambda loss: [loss, *parameters])


def mygrad_step(case: Case) -> Run:
    import mygrad as mg
    from mygrad.nnet.losses import softmax_crossentropy

    mg.turn_memory_guarding_off()
    parameters = case.copies()
    update = Update(case, parameters)
    tensors = [mg.tensor(p, copy=False) for p in parameters]

    def call() -> float:
        h: Any = case.X
        for W, b in zip(tensors[:-2:2], tensors[1:-2:2], strict=True):
            z = mg.matmul(h, W) + b
            h = mg.tanh(z) if case.activation == "tanh" else mg.maximum(z, 0)
        loss = softmax_crossentropy(mg.matmul(h, tensors[-2]) + tensors[-1], case.labels)
        loss.backward()
        update.step([t.grad for t in tensors])
        return float(loss.item())

    return Run(call, lambda loss: [loss, *parameters])
