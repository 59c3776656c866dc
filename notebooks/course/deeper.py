"""The exercises of notebook 8, why deep networks are harder to train."""

from math import sqrt
from typing import Any

import numpy as np

import nn

from .exercises import called, exercise, number, require, same

sigmoids = number(
    "sigmoids",
    "After how many sigmoids of weight 1 is the gradient's factor surely below a millionth?",
    10,
    "sigmoids = 10  # (1/4)**10 = 9.5e-7, and (1/4)**9 = 3.8e-6 is not enough",
    [
        "The slope of one sigmoid is at most 1/4.",
        "Find the smallest n with (1/4)**n below 0.000001. Note that (1/4)**5 is 1/1024.",
    ],
    slips=[
        (9, "(1/4)**9 is 3.8e-6, nearly four millionths."),
        (20, "Each factor is at most 1/4, not 1/2: it goes twice as fast."),
        (6, "Each factor is at most 1/4, not 1/10."),
        (11, "Ten are enough already."),
        (5, "(1/4)**5 is 1/1024: about a thousandth."),
    ],
    told="(1/4)^10 is just below a millionth.",
)

deviation = number(
    "deviation",
    "He's standard deviation for a layer of 50 features.",
    sqrt(2 / 50),
    "deviation = np.sqrt(2 / 50)  # 0.2",
    [
        "Var(W) = 2 / d, with d the number of features that come in.",
        "The standard deviation is the root of the variance.",
    ],
    slips=[
        (2 / 50, "That is the variance. The standard deviation is its root."),
        (sqrt(1 / 50), "ReLU sets one half to zero: it takes 2 / d, not 1 / d."),
        (1 / 50, "The variance should be 2 / 50, and its root is asked for."),
    ],
    told="0.2, the root of 2 / 50.",
)

factor = number(
    "factor",
    "By what factor has the variance grown after 20 residual blocks, each of which doubles it?",
    2.0**20,
    "factor = 2**20  # about a million",
    ["One block: 2. Two blocks: 2 * 2.", "20 factors of 2."],
    slips=[
        (40.0, "The factors multiply from block to block: 2 * 2 * 2 * ..."),
        (21.0, "Each block doubles what it gets, which is more each time."),
        (20.0, "Each block doubles what it gets, which is more each time."),
        (2.0**10, "That is how much the standard deviation grows. The variance grows more."),
        (2.0, "That is one block."),
    ],
    told="A million: residual networks explode if their branches begin at full size.",
)


@exercise(
    """
    def normalise(Z):
        distance = Z - Z.mean(axis=0)
        return distance / np.sqrt(Z.var(axis=0) + 1e-5)
    """,
    [
        "Mean and variance are taken down each column, over the examples: axis=0.",
        "(Z - mean) / np.sqrt(variance + 1e-5)",
    ],
    wrong=[
        ("answer = lambda Z: Z - Z.mean(axis=0)", "deviation"),
        ("answer = lambda Z: (Z - Z.mean()) / np.sqrt(Z.var() + 1e-5)", "each column"),
        (
            "answer = lambda Z: (Z - Z.mean(1, keepdims=True))"
            " / np.sqrt(Z.var(1, keepdims=True) + 1e-5)",
            "layer normalisation",
        ),
        ("answer = lambda Z: (Z - Z.mean(axis=0)) / (Z.var(axis=0) + 1e-5)", "root"),
    ],
)
def normalise(normalise: Any) -> str:
    """Batch normalisation without the learned numbers."""
    rng = np.random.default_rng(0)
    for shape in ((6, 3), (50, 4)):
        Z = rng.normal(2.0, 3.0, shape) * (1 + np.arange(shape[1]))
        right = nn.BatchNorm1d(shape[1], dtype="float64")(Z).data
        distance, variance = Z - Z.mean(axis=0), Z.var(axis=0) + 1e-5
        rows = Z - Z.mean(axis=1, keepdims=True)
        slips = (
            (distance, "The mean is gone. Divide by the standard deviation too."),
            (distance / variance, "Divide by the root of the variance, not by the variance."),
            (
                (Z - Z.mean()) / np.sqrt(Z.var() + 1e-5),
                "Mean and variance are those of each column: axis=0.",
            ),
            (
                rows / np.sqrt(Z.var(axis=1, keepdims=True) + 1e-5),
                "That is layer normalisation, along the rows. Here each column is meant: axis=0.",
            ),
        )
        same(called(normalise, Z, name="normalise"), right, "the result", slips)
    return "The same numbers as nn.BatchNorm1d's."


@exercise(
    """
    def signal_sizes(model, X):
        sizes = []
        for layer in model:
            X = nn.predict(layer, X)
            if isinstance(layer, nn.Linear):
                sizes.append(X.std())
        return sizes
    """,
    [
        "for layer in model: X = nn.predict(layer, X). What comes out of one goes into the next.",
        "isinstance(layer, nn.Linear) says whether to write the standard deviation down: X.std().",
    ],
    wrong=[
        ("answer = lambda model, X: [X.std() for layer in model]", "one number for each"),
        (
            "import nn\n"
            "answer = lambda m, X: [nn.predict(m[:1], X).std(), nn.predict(m[:2], X).std(),"
            " nn.predict(m, X).std()]",
            "is not",
        ),
    ],
)
def signal_sizes(signal_sizes: Any) -> str:
    """The standard deviation of what comes out of each linear layer."""
    rng = np.random.default_rng(1)
    for sizes in ([5, 8, 8, 3], [4, 6, 2]):
        model, X = nn.MLP(sizes, rng=2, dtype="float64"), rng.normal(size=(30, sizes[0]))
        ends = [i for i, layer in enumerate(model) if isinstance(layer, nn.Linear)]
        right = [nn.predict(model[: i + 1], X).std() for i in ends]
        found = called(signal_sizes, model, X, name="signal_sizes")
        require(
            np.shape(found) == (len(ends),),
            f"signal_sizes should return one number for each of the {len(ends)} linear layers.",
        )
        same(found, right, "the list")
    return "Now try it on the deep networks above, trained and untrained."
