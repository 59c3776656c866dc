"""The exercises of notebook 3, a linear layer."""

from typing import Any

import numpy as np

from .exercises import called, exercise, number, require, same

X = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]])
W = np.array([[1.0], [-1.0], [2.0]])
G = np.array([[4.0], [-1.0]])

shape = number(
    "shape",
    "What is the shape of O, for 100 images of 64 pixels and a layer of 10 neurons?",
    (100, 10),
    "shape = (100, 10)  # (100, 64) @ (64, 10)",
    [
        "X has one row for each image and one column for each pixel: (100, 64).",
        "W has one column for each neuron. In (n, d)(d, p) the inner d goes away.",
    ],
    slips=[
        ((10, 100), "Rows are examples, columns are neurons."),
        ((64, 10), "That is the shape of W. And O?"),
        (
            (100, 64),
            "That is the shape of X. Of each image, one number per neuron is left.",
        ),
    ],
    told="One row for each example, one column for each neuron.",
)

count = number(
    "parameters",
    "How many numbers does a layer from 64 inputs to 10 neurons learn?",
    650,
    "parameters = 64 * 10 + 10  # the weights, and a bias for each neuron",
    [
        "Each neuron has one weight for each input.",
        "That makes 64 * 10 weights. And each neuron has a bias.",
    ],
    slips=[
        (640, "The weights are right. Each neuron has a bias too."),
        (704, "A bias belongs to a neuron, not to an input: 10 of them."),
        (65000, "The number of examples does not matter: all of them use the same weights."),
        (64, "Each of the 10 neurons has 64 weights of its own, and a bias."),
        (641, "Each neuron has a bias of its own: 10, not 1."),
    ],
    told="640 weights and 10 biases, whatever the number of examples.",
)

weights = number(
    "dL_dW",
    "What is dL/dW = X^T G?",
    X.T @ G,
    "dL_dW = np.array([[4.0], [7.0], [13.0]])  # or X.T @ G, once X and G are there",
    [
        "Entry k belongs to input k. Take column k of X, and multiply it with G entry by entry.",
        "Entry 1: 1 * 4 + 0 * (-1) = 4. Entry 2: 2 * 4 + 1 * (-1) = 7.",
        "Entry 3: 3 * 4 + (-1) * (-1).",
    ],
    slips=[
        (X.T @ G / 2, "You took the mean over the examples. Their contributions add up."),
        (X.T @ np.array([[4.0], [1.0]]), "The second entry of G is -1, not 1."),
        (
            X.T @ np.array([[1.0], [1.0]]),
            "Those are the sums of the columns of X. Weigh by G.",
        ),
        (
            X[:1].T * 4.0,
            "That is what the first example brings. The second counts too.",
        ),
        (W * 3.0, "X is missing: a product reacts to one factor with the other one."),
    ],
    told="Each weight adds up what all examples want of it.",
)

bias = number(
    "dL_db",
    "What is dL/db?",
    [3.0],
    "dL_db = [3.0]  # 4 + (-1): b is used once for each example",
    [
        "b is added to every row of O, so there are as many arrows to it as examples.",
        "Where arrows meet, add: 4 and -1.",
    ],
    slips=[
        ([1.5], "That is the mean. Where arrows meet, they add."),
        ([4.0], "That is what the first example brings. The second brings -1."),
        ([5.0], "4 and -1 add up to 3."),
        ([2.0], "That is the number of examples. Each brings its entry of G."),
    ],
    told="The sum of G over the examples.",
)


@exercise(
    """
    def linear_backward(X, W, G):
        dW = X.T @ G
        db = G.sum(axis=0)
        dX = G @ W.T
        return dW, db, dX
    """,
    [
        "Write down the shapes: X (n, d), W (d, p), G (n, p). A gradient has its array's shape.",
        "dW is (d, p): which two arrays, and which of them transposed, give (d, n)(n, p)?",
        "dX is (n, d): (n, p)(p, d). And db is (p,): what has to go away from (n, p)?",
    ],
    wrong=[
        ("answer = lambda X, W, G: (X.T @ G, G, G @ W.T)", "db has the shape"),
        ("answer = lambda X, W, G: (X.T @ G, G.mean(axis=0), G @ W.T)", "a mean"),
        ("answer = lambda X, W, G: (X.T @ G / len(X), G.sum(axis=0), G @ W.T)", "a mean"),
        ("answer = lambda X, W, G: (G.T @ X, G.sum(axis=0), G @ W.T)", "dW has the shape"),
        ("answer = lambda X, W, G: (X.T @ G, G.sum(axis=0), X @ W @ W.T)", "dX"),
        ("answer = lambda X, W, G: (X @ G, G.sum(axis=0), G @ W.T)", "ValueError"),
        ("answer = lambda X, W, G: X.T @ G", "three arrays"),
    ],
)
def backward(linear_backward: Any) -> str:
    """Write the backward pass of a linear layer, in three lines."""
    dice = np.random.default_rng(0)
    for n, d, p in ((2, 3, 1), (5, 4, 3), (1, 2, 4)):
        x, w, g = (dice.integers(-4, 5, size).astype(float) for size in ((n, d), (d, p), (n, p)))
        found = called(linear_backward, x, w, g, name="linear_backward")
        require(
            isinstance(found, tuple | list) and len(found) == 3,
            "linear_backward should return three arrays: dW, db, dX.",
        )
        # By loops, entry by entry, with no matrix product.
        dw, db, dx = np.zeros((d, p)), np.zeros(p), np.zeros((n, d))
        for i in range(n):
            for j in range(p):
                db[j] += g[i, j]
                for k in range(d):
                    dw[k, j] += x[i, k] * g[i, j]
                    dx[i, k] += w[k, j] * g[i, j]
        means = "That is a mean over the examples; their contributions add up."
        same(found[0], dw, "dW", [(dw / n, means)] if n > 1 else [], shown=True)
        same(found[1], db, "db", [(db / n, means)] if n > 1 else [], shown=True)
        same(found[2], dx, "dX", shown=True)
    return "These three lines are in every library for neural networks."
