"""The exercises of notebook 5, activations."""

from typing import Any

import numpy as np

from .exercises import called, exercise, number, require, same


@exercise(
    """
    def one_layer(W1, b1, W2, b2):
        W = W1 @ W2
        b = b1 @ W2 + b2
        return W, b
    """,
    [
        "Multiply out (X W1 + b1) W2 + b2. Which part has X in it?",
        "X W1 W2 has X in it. The rest, b1 W2 + b2, is the bias.",
    ],
    wrong=[
        ("answer = lambda W1, b1, W2, b2: (W1 @ W2, b1 + b2)", "b has the shape"),
        ("answer = lambda W1, b1, W2, b2: (W1 @ W2, b2)", "b1 goes through the second layer too"),
        ("answer = lambda W1, b1, W2, b2: (W2 @ W1, b1 @ W2 + b2)", "raised"),
        ("answer = lambda W1, b1, W2, b2: (W1 @ W2, b1 @ W2)", "b2 is missing"),
        ("answer = lambda W1, b1, W2, b2: W1 @ W2", "two arrays"),
        ("answer = lambda W1, b1, W2, b2: (W1 @ W2 + 1, b1 @ W2 + b2)", "W: expected"),
    ],
)
def collapse(one_layer: Any) -> str:
    """Write a function that makes one linear layer of two."""
    dice = np.random.default_rng(0)
    for d, h, p in ((2, 3, 1), (4, 2, 3)):
        W1, b1, W2, b2 = (
            dice.integers(-3, 4, size).astype(float) for size in ((d, h), h, (h, p), p)
        )
        found = called(one_layer, W1, b1, W2, b2, name="one_layer")
        require(
            isinstance(found, tuple | list) and len(found) == 2,
            "one_layer should return two arrays: W and b.",
        )

        # What the two layers do to 0 is the bias; to a row of the unit matrix, a row of W more.
        def both(X: Any, W1: Any = W1, b1: Any = b1, W2: Any = W2, b2: Any = b2) -> Any:
            return (X @ W1 + b1) @ W2 + b2

        bias = both(np.zeros((1, d)))[0]
        same(found[0], both(np.eye(d)) - bias, "W", shown=True)
        slips = (
            (b2, "b1 goes through the second layer too: b1 @ W2."),
            (bias - b2, "b2 is missing."),
        )
        same(found[1], bias, "b", slips, shown=True)
    return "So two linear layers are one, and so are two hundred."


steepest = number(
    "slope",
    "What is the slope of the sigmoid where it is steepest?",
    0.25,
    "slope = 0.25  # at z = 0 the output is 1/2, and 1/2 * (1 - 1/2) = 1/4",
    [
        "It is steepest in the middle, at z = 0. What is the output there?",
        "y = 1/2, and the slope is y * (1 - y).",
    ],
    slips=[
        (0.5, "That is the output at z = 0. The slope is y * (1 - y)."),
        (1.0, "That is the slope of tanh at 0. The sigmoid is flatter."),
        (0.0, "At the ends. Where is it steepest?"),
    ],
    told="A quarter, at best.",
)

ten = number(
    "factor",
    "By which factor does a gradient shrink, at least, through the slopes of ten sigmoids?",
    0.25**10,
    "factor = 0.25**10  # multiply along the path",
    ["Along a path, slopes multiply.", "Ten factors, none larger than 0.25."],
    slips=[
        (2.5, "Slopes multiply along a path; you added them."),
        (0.025, "Slopes multiply along a path; that is one slope divided by ten."),
        (0.25, "That is one of them."),
        (0.5**10, "The slope is 1/4, the output 1/2."),
    ],
    told="About a millionth. Notebook 8 shows what becomes of a network like that.",
)


@exercise(
    """
    def silu_slope(z):
        s = 1 / (1 + np.exp(-z))
        return s + z * s * (1 - s)
    """,
    [
        "SiLU is a product, z times sigmoid(z), and z stands in both factors: two paths.",
        "One path brings sigmoid(z), the other z times the slope of the sigmoid.",
        "The slope of the sigmoid is s * (1 - s).",
    ],
    wrong=[
        ("def answer(z):\n    s = 1 / (1 + np.exp(-z))\n    return s", "two paths"),
        ("def answer(z):\n    s = 1 / (1 + np.exp(-z))\n    return s * (1 - s)", "product"),
        ("def answer(z):\n    s = 1 / (1 + np.exp(-z))\n    return z * s * (1 - s)", "two paths"),
        ("answer = lambda z: z / (1 + np.exp(-z))", "silu itself"),
        ("answer = lambda z: 1.0", "expected"),
    ],
)
def modern(silu_slope: Any) -> str:
    """Write the slope of SiLU, z * sigmoid(z)."""
    for z in (1.5, -2.0, 0.0):
        s = 1 / (1 + np.exp(-z))
        h = 1e-6
        right = ((z + h) / (1 + np.exp(-z - h)) - (z - h) / (1 + np.exp(-z + h))) / (2 * h)
        found = called(silu_slope, z, name="silu_slope")
        slips = [
            (z * s, "That is silu itself."),
            (s, "z stands in both factors: two paths, and they add."),
            (s * (1 - s), "That is the slope of the sigmoid. silu is a product, z * sigmoid(z)."),
            (z * s * (1 - s), "z stands in both factors: two paths, and they add."),
        ]
        # At 0 several slips agree by chance with what is right, or with each other.
        same(found, right, f"silu_slope({z})", slips if z else (), shown=True)
    return "Multiply along a path, add where paths meet: that is the product rule."


leaky = number(
    "dL_dw",
    "y = leaky_relu(z) with z = 1 * 2 - 5 = -3, L = (y - 2)^2: how strongly does L react to w?",
    2 * (-0.03 - 2) * 0.01 * 2,
    "dL_dw = 2 * (-0.03 - 2) * 0.01 * 2  # the square, the slope 0.01, and x",
    [
        "y = 0.01 * (-3) = -0.03. So dL/dy = 2 * (-0.03 - 2).",
        "On the left the slope is 0.01. And z = w * x + b reacts to w with x = 2.",
    ],
    slips=[
        (0.0, "That was ReLU. The leaky one has the slope 0.01 on the left."),
        (2 * (-0.03 - 2) * 2, "You let all of it through. At z = -3 the slope is 0.01."),
        (2 * (-0.03 - 2) * 0.01, "That is dL/dz. z reacts to w with x = 2."),
        (2 * -2 * 0.01 * 2, "y is not 0 here, but 0.01 * (-3)."),
        (-2 * (-0.03 - 2) * 0.01 * 2, "The sign: y - 2 is negative."),
    ],
    told="Little, but not nothing: it can still come back.",
)


@exercise(
    """
    def dead(H):
        return np.sum(np.all(H == 0, axis=0))
    """,
    [
        "A row of H is an example, a column is a unit. A dead unit is a column of zeros.",
        "np.all(H == 0, axis=0) says for each column whether all its entries are 0.",
    ],
    wrong=[
        ("answer = lambda H: np.sum(np.all(H == 0, axis=1))", "Columns are units"),
        ("answer = lambda H: np.sum(H == 0)", "single entries"),
        ("answer = lambda H: np.sum(np.any(H == 0, axis=0))", "for all examples"),
        ("answer = lambda H: np.mean(np.all(H == 0, axis=0))", "expected"),
    ],
)
def dead(dead: Any) -> str:
    """Write a function that counts the dead units of a layer."""
    for H in (
        [[0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]],
        [[1.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.0, 3.0]],
        [[1.0, 2.0], [0.5, 1.0]],
    ):
        array = np.array(H)
        right = sum(not any(column) for column in zip(*H, strict=True))
        slips = (
            (sum(not any(row) for row in H), "Columns are units, and rows are examples."),
            (int(np.sum(array == 0)), "You counted single entries. A dead unit is a whole column."),
            (
                sum(not all(column) for column in zip(*H, strict=True)),
                "A unit that is 0 for one example is only silent. Dead is 0 for all examples.",
            ),
        )
        slips = tuple(slip for slip in slips if slip[0] != right)
        same(called(dead, array, name="dead"), right, f"dead({H})", slips, shown=True)
    return "You can now examine a network like a doctor."
