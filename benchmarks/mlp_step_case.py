"""The case of T1 and T2: one step of training an MLP in float32."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .registry import Numbers, Size

Array = np.ndarray[Any, Any]
BETAS = (0.9, 0.999)
BLOCK = 1 << 14  # entries of a block of the update: what stays in the fastest cache


@dataclass(frozen=True)
class Case:
    """X: (n, d).  labels: (n,).  parameters: W1, b1, W2, b2, ...  activation: of hidden layers."""

    X: Array
    labels: Array
    parameters: tuple[Array, ...]
    activation: Literal["tanh", "relu"]
    optimizer: Literal["SGD", "Adam"]
    lr: float
    eps: float
    threads: int

    @property
    def sizes(self) -> list[int]:
        weights = self.parameters[::2]
        return [len(weights[0]), *(W.shape[1] for W in weights)]

    def copies(self) -> list[Array]:
        return [p.copy() for p in self.parameters]


def case_of(
    sizes: tuple[int, ...], n: int, activation: Any, optimizer: Any
) -> Callable[[Size, float, bool], Case]:
    """The MLP of a workload, on normal examples with random labels.

    When it is checked the step is a large one, and Adam's eps hides no sign that rounding decides.
    When it is timed the step is tiny: after thousands the gradients are as they were, neither zero
    nor denormal.
    """

    def case(size: Size, share: float, check: bool) -> Case:
        rng = np.random.default_rng(0)
        used = sizes if size != "tiny" else (6, *(5 for _ in sizes[1:-1]), 3)
        parameters: list[Array] = []
        for d, p in itertools.pairwise(used):
            parameters.append(rng.normal(0, np.sqrt(2 / d), (d, p)).astype(np.float32))
            parameters.append(np.zeros(p, np.float32))
        examples = n if size != "tiny" else 4
        return Case(
            rng.normal(size=(examples, used[0])).astype(np.float32),
            rng.integers(0, used[-1], examples),
            tuple(parameters),
            activation,
            optimizer,
            lr=(1.0 if optimizer == "SGD" else 0.05) if check else 1e-6,
            eps=1e-3 if check else 1e-8,
            threads=int(os.environ.get("BENCHMARK_THREADS", "1")),
        )

    return case


def reference(case: Case) -> Numbers:
    """Loss before the step and parameters after it, in float64."""
    parameters = [p.astype(float) for p in case.parameters]
    loss, gradients = loss_and_gradients(case, parameters, case.X.astype(float))
    if case.optimizer == "SGD":
        return [loss, *(p - case.lr * g for p, g in zip(parameters, gradients, strict=True))]
    # The first step of Adam, whose corrected averages are the gradient itself.
    moved = zip(parameters, gradients, strict=True)
    return [loss, *(p - case.lr * g / (np.abs(g) + case.eps) for p, g in moved)]


def loss_and_gradients(case: Case, parameters: list[Array], X: Array) -> tuple[float, list[Array]]:
    """As a textbook has it, with a new array for each result."""
    hidden, n = [X], len(X)
    for W, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
        z = hidden[-1] @ W + b
        hidden.append(np.tanh(z) if case.activation == "tanh" else np.maximum(z, 0))
    z = hidden[-1] @ parameters[-2] + parameters[-1]
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    loss = -log_p[np.arange(n), case.labels].sum() / n
    g = np.exp(log_p)
    g[np.arange(n), case.labels] -= 1
    g /= n
    gradients: list[Array] = []
    for i in range(len(hidden) - 1, -1, -1):
        h = hidden[i]
        gradients[:0] = [h.T @ g, g.sum(axis=0)]
        if i:
            g = g @ parameters[2 * i].T
            g *= (1 - h * h) if case.activation == "tanh" else h > 0
    return float(loss), gradients


class Update:
    """The optimiser by hand: in place, block by block, so that memory is gone through once."""

    def __init__(self, case: Case, parameters: list[Array]) -> None:
        self.case, self.t = case, 0
        self.parameters = [p.reshape(-1) for p in parameters]
        self.m = [np.zeros_like(p) for p in self.parameters]
        self.v = [np.zeros_like(p) for p in self.parameters]
        largest = min(BLOCK, max(p.size for p in self.parameters))
        self.scratch = np.empty((2, largest), np.float32)
        self.step = self._sgd if case.optimizer == "SGD" else self._adam

    def _sgd(self, gradients: Any) -> None:
        lr = np.float32(self.case.lr)
        for p, g in zip(self.parameters, gradients, strict=True):
            g = g.reshape(-1)
            for i in range(0, p.size, BLOCK):
                part = p[i : i + BLOCK]
                one = self.scratch[0, : part.size]
                np.multiply(g[i : i + BLOCK], lr, out=one)
                np.subtract(part, one, out=part)

    def _adam(self, gradients: Any) -> None:
        self.t += 1
        (b1, b2), f = BETAS, np.float32
        rate = f(self.case.lr / (1 - b1**self.t))
        root, eps = f(1 / np.sqrt(1 - b2**self.t)), f(self.case.eps)
        for p, g, m, v in zip(self.parameters, gradients, self.m, self.v, strict=True):
            g = g.reshape(-1)
            for i in range(0, p.size, BLOCK):
                cut = slice(i, i + BLOCK)
                pi, gi, mi, vi = p[cut], g[cut], m[cut], v[cut]
                one, two = self.scratch[0, : pi.size], self.scratch[1, : pi.size]
                np.multiply(mi, f(b1), out=mi)
                np.multiply(gi, f(1 - b1), out=one)
                np.add(mi, one, out=mi)
                np.multiply(one, gi, out=one)
                np.multiply(one, f((1 - b2) / (1 - b1)), out=one)
                np.multiply(vi, f(b2), out=vi)
                np.add(vi, one, out=vi)
                np.sqrt(vi, out=one)
                np.multiply(one, root, out=one)
                np.add(one, eps, out=one)
                np.multiply(mi, rate, out=two)
                np.divide(two, one, out=two)
                np.subtract(pi, two, out=pi)
