"""The case of S1: an MLP 2-16-16-1 on 100 points, hinge loss and L2, number by number.

One call is forward and backward over all points: about 65,000 additions, multiplications and ReLUs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .registry import Numbers, Run, Size

Array = np.ndarray[Any, Any]
Layers = list[tuple[Any, Any]]  # weight and bias of each
Network = list[list[tuple[Any, Any]]]  # of each layer the neurons: weights and bias

ALPHA = 1e-4  # of the L2 term


@dataclass(frozen=True)
class Case:
    X: Array  # (n, 2)
    y: Array  # (n,), -1 or 1
    layers: Layers

    @property
    def shapes(self) -> list[tuple[int, int]]:
        return [W.shape for W, _ in self.layers]

    @property
    def arrays(self) -> list[Array]:
        """W1, b1, W2, b2, W3, b3."""
        return [part for layer in self.layers for part in layer]

    @property
    def flat(self) -> list[float]:
        """All parameters: of each layer the weights, neuron by neuron, and then the biases."""
        return [float(v) for W, b in self.layers for v in (*W.T.ravel(), *b)]

    def unflat(self, numbers: Any) -> Numbers:
        """From as many numbers in that order: W1, b1, W2, b2, W3, b3."""
        found, at = [], 0
        values = np.asarray(numbers, float)
        for d, p in self.shapes:
            found.append(values[at : at + d * p].reshape(p, d).T)
            found.append(values[at + d * p : at + d * p + p])
            at += d * p + p
        return found


def case(size: Size, share: float, check: bool) -> Case:
    """Two half moons, one inside the other."""
    rng = np.random.default_rng(0)
    n = max(1, round((8 if size == "tiny" else 100) * share))
    angle = rng.uniform(0, np.pi, n)
    y = np.where(np.arange(n) % 2, 1.0, -1.0)
    X = np.stack([y * np.cos(angle) + (y > 0), y * np.sin(angle) + 0.5 * (y > 0)], axis=1)
    hidden = 4 if size == "tiny" else 16
    sizes = [2, hidden, hidden, 1]
    layers = [
        (rng.uniform(-1, 1, (d, p)), rng.uniform(-0.1, 0.1, p))
        for d, p in itertools.pairwise(sizes)
    ]
    return Case(X + rng.normal(0, 0.1, (n, 2)), y, layers)


def operations(case: Case) -> float:
    """Forward operations on single numbers: products, sums and ReLUs, loss and L2 included."""
    a_point: int = sum(2 * W.size + W.shape[1] for W, _ in case.layers) - 1 + 4
    return len(case.X) * a_point + 2 * len(case.flat) + 3


def by_hand(case: Case) -> tuple[float, Numbers]:
    """Loss and gradients in matrix form."""
    (W1, b1), (W2, b2), (W3, b3) = case.layers
    X, n = case.X, len(case.X)
    h1 = np.maximum(X @ W1 + b1, 0.0)
    h2 = np.maximum(h1 @ W2 + b2, 0.0)
    margin = 1.0 - case.y * (h2 @ W3 + b3)[:, 0]
    loss = np.maximum(margin, 0.0).sum() / n
    loss += ALPHA * sum((W * W).sum() + (b * b).sum() for W, b in case.layers)
    ds = (np.where(margin > 0, -case.y, 0.0) / n)[:, None]
    d2 = (ds @ W3.T) * (h2 > 0)
    d1 = (d2 @ W2.T) * (h1 > 0)
    gradients = [X.T @ d1, d1.sum(0), h1.T @ d2, d2.sum(0), h2.T @ ds, ds.sum(0)]
    return loss, [g + 2 * ALPHA * p for g, p in zip(gradients, case.arrays, strict=True)]


def reference(case: Case) -> Numbers:
    loss, gradients = by_hand(case)
    return [loss, *gradients]


def network_of(shapes: list[tuple[int, int]], flat: Sequence[Any]) -> Network:
    """For each layer its neurons, (weights, bias), of parameters in the order of `Case.flat`."""
    network, at = [], 0
    for d, p in shapes:
        biases = flat[at + d * p : at + d * p + p]
        network.append([(flat[at + j * d : at + (j + 1) * d], biases[j]) for j in range(p)])
        at += d * p + p
    return network


def score(network: Network, x: list[Any], relu: Callable[[Any], Any]) -> Any:
    """The output of the network, as the demo of micrograd computes it."""
    for i, layer in enumerate(network):
        x = [sum((w * v for w, v in zip(weights, x, strict=True)), b) for weights, b in layer]
        if i < len(network) - 1:
            x = [relu(v) for v in x]
    return x[0]


def whole_loss(network: Network, points: Any, labels: Any, relu: Callable[[Any], Any]) -> Any:
    losses = [relu(1 + -y * score(network, x, relu)) for x, y in zip(points, labels, strict=True)]
    squares = sum(p * p for layer in network for weights, b in layer for p in (*weights, b))
    return sum(losses) * (1.0 / len(losses)) + ALPHA * squares


def eager(
    case: Case, make: Callable[[float], Any], relu: Callable[[Any], Any], constants: bool
) -> tuple[Callable[[], Any], list[Any]]:
    """Forward on nodes that `make` gives, and the parameters.

    constants: whether the points are plain numbers, which need no node.
    """
    parameters = [make(v) for v in case.flat]
    network = network_of(case.shapes, parameters)
    wrap = float if constants else make
    points = [[wrap(v) for v in row] for row in case.X.tolist()]
    labels = case.y.tolist()
    return lambda: whole_loss(network, points, labels, relu), parameters


def on_nodes(
    case: Case, make: Callable[[float], Any], relu: Callable[[Any], Any], constants: bool
) -> Run:
    """Rows with nodes that have .data, .grad and .backward()."""
    forward, parameters = eager(case, make, relu, constants)

    def call() -> Any:
        for p in parameters:
            p.grad = 0.0
        loss = forward()
        loss.backward()
        return loss

    return Run(call, lambda loss: [loss.data, *case.unflat([float(p.grad) for p in parameters])])


def read_flat(case: Case) -> Callable[[Any], Numbers]:
    return lambda result: [result[0], *case.unflat(result[1])]
