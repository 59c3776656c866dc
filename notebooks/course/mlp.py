"""The exercises of notebook 6, the MLP and forward propagation."""

from itertools import pairwise
from typing import Any

import numpy as np

import nn

from .exercises import called, exercise, number, require, same

without_bias = number(
    "outputs",
    "What does the network for XOR give when b1 is (0, 0)?",
    [0.0, -1.0, -1.0, -2.0],
    "outputs = [0.0, -1.0, -1.0, -2.0]  # both units hold x1 + x2 now: O = h - 2 h",
    [
        "Without the bias both hidden units compute the same. What is it?",
        "Z = (x1 + x2, x1 + x2), which is never negative here, so H = Z.",
        "O = 1 * h1 - 2 * h2, and h1 = h2 = x1 + x2.",
    ],
    slips=[
        ([0.0, 1.0, 1.0, 0.0], "That is the output with the old bias, (0, -1)."),
        ([0.0, 0.0, 0.0, 0.0], "There is no ReLU behind the last layer: O may be negative."),
        ([0.0, 1.0, 1.0, 2.0], "That is h1. The second unit counts too, with the weight -2."),
        ([0.0, 3.0, 3.0, 6.0], "The weight of the second unit is -2, not 2."),
    ],
    told="Both units do the same now, and the network is a straight line again: O = -(x1 + x2).",
)


@exercise(
    """
    def count_parameters(sizes):
        return sum(d * p + p for d, p in zip(sizes, sizes[1:]))
    """,
    [
        "A layer from d to p units has a weight for each pair, and a bias for each of the p.",
        "For 64, 32, 10: 64 * 32 + 32, and 32 * 10 + 10. Add them.",
        "zip(sizes, sizes[1:]) gives the pairs (64, 32) and (32, 10).",
    ],
    wrong=[
        ("answer = lambda sizes: sum(sizes)", "units"),
        ("answer = lambda s: sum(d * p for d, p in zip(s, s[1:]))", "bias"),
    ],
)
def counting(count_parameters: Any) -> str:
    """Count the parameters of an MLP of any sizes."""
    for sizes in ([64, 32, 10], [2, 3], [784, 256, 128, 10]):
        pairs = [*pairwise(sizes)]
        right = sum(p.data.size for p in nn.MLP(sizes).parameters())
        slips = (
            (sum(d * p for d, p in pairs), "Those are the weights. Each unit has a bias too."),
            (sum(d * p + d for d, p in pairs), "A bias belongs to a unit that receives: p, not d."),
            (sum(sizes), "Those are the units. A weight joins each pair of neighbours."),
        )
        same(
            called(count_parameters, sizes, name="count_parameters"),
            right,
            f"count_parameters({sizes})",
            slips,
            shown=True,
        )
    return "784-256-128-10 has 235,146 of them, 85% in the first layer."


def _case(seed: int) -> tuple[Any, dict[str, Any], Any, Any]:
    """A model with random biases, its weights, examples and labels."""
    sizes = (5, 4, 3)
    rng = np.random.default_rng(seed)
    model = nn.MLP(sizes, rng=seed, dtype="float64")
    for layer in (0, 2):  # a bias of 0 would hide that it was forgotten
        bias = model.layers[layer].bias
        bias.data = rng.normal(size=bias.data.shape)
    return model, model.state_dict(), rng.normal(size=(7, sizes[0])), rng.integers(0, sizes[2], 7)


@exercise(
    """
    def forward(weights, X):
        Z = X @ weights["layers.0.weight"] + weights["layers.0.bias"]
        H = np.maximum(Z, 0)
        return H @ weights["layers.2.weight"] + weights["layers.2.bias"]
    """,
    [
        "Three lines: Z, H, O.",
        'Z = X @ weights["layers.0.weight"] + weights["layers.0.bias"]',
        "ReLU is np.maximum(Z, 0), and there is none behind the last layer.",
    ],
    wrong=[
        (
            'answer = lambda w, X: X @ w["layers.0.weight"] + w["layers.0.bias"]',
            "One more linear layer",
        ),
        ("answer = lambda w, X: X @ X", "forward(...) raised ValueError"),
    ],
)
def forward(forward: Any) -> str:
    """Forward propagation of an MLP with one hidden layer, in NumPy."""
    for seed in (0, 1):
        model, weights, X, _ = _case(seed)
        W1, b1, W2, b2 = _arrays(weights)
        H = np.maximum(X @ W1 + b1, 0)
        slips = (
            ((X @ W1 + b1) @ W2 + b2, "The activation is missing between the two layers."),
            (
                np.maximum(H @ W2 + b2, 0),
                "The last layer has no activation.",
            ),
            (H @ W2, "The second bias is missing."),
            (np.maximum(X @ W1, 0) @ W2 + b2, "The first bias is missing."),
        )
        found = called(forward, weights, X, name="forward")
        require(
            np.shape(found) != H.shape,
            "That has the shape of Z and H, the hidden layer. One more linear layer to go.",
        )
        same(found, nn.predict(model, X), "O", slips)
    return "The same numbers as the model's own, for any weights."


@exercise(
    """
    def backward(weights, X, labels):
        W2 = weights["layers.2.weight"]
        Z = X @ weights["layers.0.weight"] + weights["layers.0.bias"]
        H = np.maximum(Z, 0)
        O = H @ W2 + weights["layers.2.bias"]
        P = np.exp(O - O.max(axis=1, keepdims=True))
        P = P / P.sum(axis=1, keepdims=True)
        Y = np.eye(O.shape[1])[labels]
        dO = (P - Y) / len(X)
        dH = dO @ W2.T
        dZ = dH * (Z > 0)
        return {
            "layers.0.weight": X.T @ dZ,
            "layers.0.bias": dZ.sum(axis=0),
            "layers.2.weight": H.T @ dO,
            "layers.2.bias": dO.sum(axis=0),
        }
    """,
    [
        "Go forward first, and keep Z and H.",
        "dO = (P - Y) / n, with Y = np.eye(k)[labels] and P = nn.softmax(O, axis=1).",
        "dH = dO @ W2.T, then dZ = dH * (Z > 0): ReLU lets through where its input was positive.",
        "Weights: (what came in).T @ (gradient of what went out). Biases: its column sums.",
    ],
    wrong=[
        ("answer = lambda weights, X, labels: weights", "the gradient of layers.2.bias is not"),
        ("answer = lambda weights, X, labels: 0.5", "a dictionary"),
    ],
)
def backward(backward: Any) -> str:
    """The gradients of the cross-entropy of an MLP with one hidden layer, in NumPy."""
    for seed in (2, 3):
        model, weights, X, labels = _case(seed)
        nn.cross_entropy(model(X), labels).backward()
        found = called(backward, weights, X, labels, name="backward")
        require(
            isinstance(found, dict) and set(found) == set(weights),
            f"backward should return a dictionary with the names {', '.join(weights)}.",
        )
        for name, parameter in reversed(list(model.named_parameters())):
            right = parameter.grad
            slips = [(right * len(X), "The loss is a mean over the examples: divide by n.")]
            slips += [(-right, "The sign is wrong: it is P - Y, not Y - P.")]
            if name.startswith("layers.0"):
                slips += _through_relu(weights, X, labels, name)
            same(found[name], right, f"the gradient of {name}", slips)
    return "You have written backpropagation for an MLP, and it agrees with the engine."


def _arrays(weights: dict[str, Any]) -> list[Any]:
    return [weights[f"layers.{i}.{kind}"] for i in (0, 2) for kind in ("weight", "bias")]


def _through_relu(weights: dict[str, Any], X: Any, labels: Any, name: str) -> list[tuple[Any, str]]:
    """The gradients of the first layer where the slope of ReLU was forgotten."""
    W1, b1, W2, b2 = _arrays(weights)
    P = nn.softmax(np.maximum(X @ W1 + b1, 0) @ W2 + b2, axis=1)
    dH = (P - nn.one_hot(labels, P.shape[1])) / len(X) @ W2.T
    forgotten = X.T @ dH if name.endswith("weight") else dH.sum(axis=0)
    return [(forgotten, "ReLU's slope is missing: dZ = dH * (Z > 0).")]


@exercise(
    """
    def top_two(logits, labels):
        best = np.argsort(logits, axis=1)[:, -2:]
        return np.mean(np.any(best == labels[:, None], axis=1))
    """,
    [
        "np.argsort(logits, axis=1) has the places of the scores, the smallest first.",
        "The two largest of each row: [:, -2:]. Is the label among them?",
        "Compare with labels[:, None], and take np.any over the row, then the mean.",
    ],
    wrong=[
        (
            "answer = lambda z, y: np.mean(z.argmax(axis=1) == y)",
            "the largest score only",
        ),
        (
            "answer = lambda z, y: np.mean(np.argsort(z)[:, :2] == y[:, None]) * 2",
            "first",
        ),
    ],
)
def top_two(top_two: Any) -> str:
    """The share of examples whose label is among the two largest scores."""
    rng = np.random.default_rng(5)
    for n, k in ((200, 10), (50, 3)):
        logits, labels = rng.normal(size=(n, k)), rng.integers(0, k, n)
        order = np.argsort(logits, axis=1)
        hits = [np.mean(order[:, place] == labels) for place in (-1, -2, 0, 1)]
        slips = (
            (hits[0], "That counts the largest score only."),
            (hits[1], "That counts the second largest only. The largest counts as well."),
            (hits[2] + hits[3], "Those are the two smallest: argsort puts the smallest first."),
            ((hits[0] + hits[1]) * n, "That is how many. The share of them is asked for."),
        )
        found = called(top_two, logits, labels, name="top_two")
        same(found, hits[0] + hits[1], f"top_two of {n} examples", slips, shown=True)
    return "A share, from 0 to 1. Try it on the digits: top_two(logits, y_test)."
