"""The exercises of notebook 4, softmax and classification."""

import math
from typing import Any

import numpy as np

from .exercises import WrongAnswer, called, exercise, number, same

P = np.array([1.0, 2.0, 3.0]) / 6
Z = np.log([1.0, 2.0, 3.0])
E = np.exp([1.0, 2.0, 3.0])

probabilities = number(
    "p",
    "What does softmax make of the scores log 1, log 2 and log 3?",
    P,
    "p = [1 / 6, 2 / 6, 3 / 6]  # exp(log 2) is 2",
    [
        "exp undoes log: what are the three numbers after exp?",
        "1, 2 and 3. Their sum is 6. Divide each by it.",
    ],
    slips=[
        ([1.0, 2.0, 3.0], "Those are the exponentials. They do not add up to 1 yet."),
        (Z / Z.sum(), "You divided the scores themselves. First exp, then divide by the sum."),
        ([0.0, 0.0, 1.0], "That is the winner alone. Softmax leaves something to the others."),
        (
            np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum(),
            "The scores are the logarithms of 1, 2 and 3.",
        ),
    ],
    told="1/6, 2/6, 3/6.",
)


@exercise(
    """
    def softmax(z):
        numerator = np.exp(z - np.max(z, axis=-1, keepdims=True))
        denominator = np.sum(numerator, axis=-1, keepdims=True)
        return numerator / denominator
    """,
    [
        "Subtract the largest score of each row before exp.",
        "np.max(z, axis=-1, keepdims=True) is the largest of each row, in a shape that fits.",
        "Divide by the sum of each row: np.sum(..., axis=-1, keepdims=True).",
    ],
    wrong=[
        ("answer = lambda z: np.exp(z) / np.sum(np.exp(z), axis=-1, keepdims=True)", "overflows"),
        (
            "def answer(z):\n    e = np.exp(z - np.max(z, axis=-1, keepdims=True))\n"
            "    return e / e.sum()",
            "Each row",
        ),
        (
            "def answer(z):\n    e = np.exp(z - z.mean(axis=-1, keepdims=True))\n"
            "    return e / e.sum(axis=-1, keepdims=True)",
            "overflows",
        ),
        (
            "def answer(z):\n    e = np.exp(z - z.max())\n"
            "    return e / e.sum(axis=-1, keepdims=True)",
            "of each row",
        ),
        ("answer = lambda z: z / z.sum(axis=-1, keepdims=True)", "expected"),
        ("def answer(z):\n    e = np.exp(z - np.max(z))\n    return e", "expected"),
    ],
)
def stable(softmax: Any) -> str:
    """Write a softmax that cannot overflow, for one row or for many."""
    for scores in (
        [2.0, 1.0, 0.0],
        [1000.0, 1000.0, -1000.0],
        [3000.0, 0.0, 2999.0, -3000.0],
        [[2.0, 1.0, 0.0], [0.0, 0.0, 3.0]],
        [[1000.0, 999.0], [-1000.0, -999.0]],
    ):
        z = np.array(scores)
        right = np.exp(z - np.logaddexp.reduce(z, axis=-1, keepdims=True))
        with np.errstate(all="ignore"):
            found = called(softmax, z, name="softmax")
        case = f"softmax({scores})"
        if not np.isfinite(found).all():
            same_rows = z.ndim == 1 or z.max() < 100
            raise WrongAnswer(
                f"{case}: expected {right.round(4).tolist()}, got {np.asarray(found).tolist()}. "
                + (
                    "exp overflows: subtract the maximum first."
                    if same_rows
                    else "Subtract the maximum of each row, not of all."
                )
            )
        slips = []
        if z.ndim == 2:
            slips.append((right / len(z), "Each row should add up to 1 by itself."))
            for top in (z.max(), z.max(axis=-1, keepdims=True)):
                all_of_them = np.exp(z - top) / np.exp(z - top).sum()
                slips.append((all_of_them, "Each row should add up to 1 by itself."))
        same(found, right, case, slips, shown=True)
    return "No score is too large for it now."


guess = number(
    "L",
    "What is the cross-entropy of somebody who knows nothing about 10 classes?",
    math.log(10),
    "L = np.log(10)  # -log(1/10)",
    [
        "Who knows nothing gives 1/10 to each class, the true one too.",
        "L = -log(1/10), with the natural logarithm.",
    ],
    slips=[
        (0.1, "That is the probability of the true class. L is minus its logarithm."),
        (1.0, "That is the logarithm to the base 10. Ours is the natural one: np.log."),
        (-math.log(10), "The logarithm of 1/10 is negative, and L has a minus before it."),
        (math.log2(10), "That is the logarithm to the base 2. Ours is the natural one: np.log."),
        (0.9, "A probability again. L is minus the logarithm of what the true class got."),
    ],
    told="2.303: a network of 10 classes should begin near it.",
)

gradient = number(
    "dL_dz",
    "p = (1/6, 1/3, 1/2) and the third class is true: what is dL/dz?",
    P - [0, 0, 1],
    "dL_dz = [1 / 6, 1 / 3, 1 / 2 - 1]  # p - y",
    [
        "y is (0, 0, 1). The gradient is p - y.",
        "The first entry is 1/6 - 0.",
    ],
    slips=[
        (
            [0.0, 0.0, -0.5],
            "The wrong classes count too: their scores pull probability away from the true one.",
        ),
        (-(P - [0, 0, 1]), "The sign: that is y - p, the direction to go. The gradient is p - y."),
        (
            [0.0, 0.0, -2.0],
            "That is dL/dp: it stops at the probabilities. Go on through softmax to the scores.",
        ),
        (
            [0.0, 0.0, 0.0],
            "The third class has the most already, so the answer is right. But 1/2 is not 1: the "
            "loss still falls if it gets surer.",
        ),
        (P, "That is p. Subtract y, the 1 at the true class."),
    ],
    told="p - y. It adds up to 0: what the true class gains, the others lose.",
)


@exercise(
    """
    def cross_entropy(z, label):
        m = np.max(z)
        return m + np.log(np.sum(np.exp(z - m))) - z[label]
    """,
    [
        "Begin with log(sum(exp(z))) - z[label], and look where it overflows.",
        "log(sum(exp(z))) = m + log(sum(exp(z - m))) for every m. Which m is good?",
    ],
    wrong=[
        ("answer = lambda z, i: np.log(np.sum(np.exp(z))) - z[i]", "overflows"),
        (
            "def answer(z, i):\n    e = np.exp(z - np.max(z))\n    return -np.log(e[i] / e.sum())",
            "logarithm of 0",
        ),
        ("answer = lambda z, i: np.log(np.sum(np.exp(z - np.max(z)))) - z[i]", "Add"),
        ("answer = lambda z, i: z[i] - np.log(np.sum(np.exp(z - np.max(z)))) - np.max(z)", "sign"),
    ],
)
def from_scores(cross_entropy: Any) -> str:
    """Write the cross-entropy of one example from its scores, so that it is never infinite."""
    for scores, label in (
        ([0.0, math.log(2), math.log(3)], 2),
        ([2.0, 1.0, 0.0], 0),
        ([1000.0, 0.0], 0),
        ([1000.0, 0.0], 1),
        ([-1000.0, -1001.0], 1),
    ):
        z = np.array(scores)
        right = float(np.logaddexp.reduce(z) - z[label])
        with np.errstate(all="ignore"):
            found = called(cross_entropy, z, label, name="cross_entropy")
        case = f"cross_entropy({z.round(4).tolist()}, {label})"
        if np.shape(found) == () and not np.isfinite(float(found)):
            why = "exp overflows: take out the maximum"
            if float(found) == np.inf and right > 700 and z[0] > 0:
                why = "somewhere stands exp of 1000, or the logarithm of 0: go on from the scores"
            raise WrongAnswer(f"{case}: expected {right:.4g}, got {float(found)}; {why}.")
        slips = [
            (right - float(z.max()), "Add the maximum back that you took out."),
            (-right, "The sign: a loss is never negative."),
        ]
        same(found, right, case, slips, shown=True)
    return "So nn.cross_entropy takes scores, never probabilities."


sharper = number(
    "p_sharp",
    "What does softmax(z / T) make of the scores log 1, log 2 and log 3 at T = 1/2?",
    np.array([1.0, 4.0, 9.0]) / 14,
    "p_sharp = [1 / 14, 4 / 14, 9 / 14]  # exp(2 log 3) is 3 squared",
    [
        "Dividing by 1/2 doubles the scores. What is exp(2 log 3)?",
        "exp(2 log 3) = 9. So the three numbers are 1, 4, 9.",
    ],
    slips=[
        (
            np.sqrt([1.0, 2.0, 3.0]) / np.sqrt([1.0, 2.0, 3.0]).sum(),
            "That is T = 2, which flattens. T = 1/2 doubles the scores.",
        ),
        (P, "That is T = 1."),
        ([1.0, 4.0, 9.0], "Right so far; now divide by their sum."),
        ([0.0, 0.0, 1.0], "That is what it comes to as T goes to 0."),
    ],
    told="Lower temperature, surer answer.",
)
