"""The exercises of notebook 7, why deep networks need fewer neurons."""

from math import prod
from typing import Any

import numpy as np

from .exercises import called, exercise, number, require, same

kink = number(
    "kink",
    "Where does the ramp of ReLU(3x - 1.5) begin?",
    0.5,
    "kink = 1.5 / 3  # where 3x - 1.5 = 0",
    ["ReLU changes from flat to rising where its input is 0.", "Solve 3x - 1.5 = 0."],
    slips=[
        (-0.5, "Put it in: 3 * (-0.5) - 1.5 is -3, not 0."),
        (1.5, "That is -b. Divide by w as well."),
        (2.0, "That is 3 / 1.5; it is the other way round."),
    ],
    told="At -b / w = 1.5 / 3.",
)


@exercise(
    """
    def most_pieces(widths):
        pieces = 1
        for w in widths:
            pieces = pieces * (w + 1)
        return pieces
    """,
    [
        "Begin with 1 piece: before any layer, all is straight.",
        "Each layer makes of p pieces at most p * (w + 1).",
    ],
    wrong=[
        ("answer = lambda widths: sum(widths) + 1", "multiply"),
        ("answer = lambda widths: np.prod(widths)", "w + 1"),
    ],
)
def most_pieces(most_pieces: Any) -> str:
    """The most straight pieces of a ReLU network with these widths."""
    for widths in ([20], [2] * 10, [16, 16, 16], [3, 5]):
        slips = (
            (prod(widths), "Each neuron adds a kink, and k kinks make k + 1 pieces: w + 1."),
            (sum(widths) + 1, "That is right for one layer. From layer to layer pieces multiply."),
            (sum(w + 1 for w in widths), "From layer to layer pieces multiply; you added."),
            (prod(widths) + 1, "The + 1 belongs to each layer, inside the product."),
        )
        found = called(most_pieces, widths, name="most_pieces")
        same(found, prod(w + 1 for w in widths), f"most_pieces({widths})", slips, shown=True)
    return "20 neurons in one layer: at most 21. In ten layers of two: at most 59,049."


billion = number(
    "neurons",
    "How many neurons do zigzags of 2^30 pieces need in 1, 2, 3, 5 and 30 layers?",
    [2.0**30, 2 * 2.0**15, 3 * 2.0**10, 5 * 2.0**6, 60.0],
    "neurons = [2**30, 2 * 2**15, 3 * 2**10, 5 * 2**6, 30 * 2]",
    [
        "A layer of m neurons makes m pieces, and from layer to layer pieces multiply.",
        "Two layers share the 30 folds: 15 each, so 2^15 neurons in each.",
        "L * 2^(30 / L).",
    ],
    slips=[
        (
            [2.0**30, 2.0**15, 2.0**10, 2.0**6, 2.0],
            "That is the number in one layer. There are L of them.",
        ),
        (
            [2.0**30, 2.0**30 / 2, 2.0**30 / 3, 2.0**30 / 5, 2.0**30 / 30],
            "The pieces of the layers multiply, so each needs the L-th root, not the L-th part.",
        ),
    ],
    told="From a billion to 60.",
)


@exercise(
    """
    def ramps(xs, ys):
        slopes = np.diff(ys) / np.diff(xs)
        return xs[:-1], np.diff(slopes, prepend=0), ys[0]
    """,
    [
        "The slope from dot i to dot i + 1 is (ys[i+1] - ys[i]) / (xs[i+1] - xs[i]).",
        "A ramp that begins at a dot adds its weight to the slope from there on: it is the slope "
        "after the dot minus the slope before it.",
        "Before the first dot the slope is 0, so the first change is the first slope itself.",
    ],
    wrong=[
        ("answer = lambda xs, ys: (xs, ys, ys[0])", "begins has the shape"),
        ("answer = lambda xs, ys: (xs[:-1], np.diff(ys) / np.diff(xs), ys[0])", "give the changes"),
        ("answer = lambda xs, ys: (xs[:-1], np.diff(ys), ys[0])", "Divide by the distance"),
        ("answer = lambda xs, ys: ys[0]", "three things"),
    ],
)
def ramps(ramps: Any) -> str:
    """One hidden ReLU layer through given dots."""
    rng = np.random.default_rng(0)
    for count in (3, 8):
        xs, ys = np.sort(rng.uniform(-1, 2, count)), rng.normal(size=count)
        found = called(ramps, xs, ys, name="ramps")
        require(
            isinstance(found, tuple | list) and len(found) == 3,
            "ramps should return three things: begins, changes, height.",
        )
        slopes = np.diff(ys) / np.diff(xs)
        same(found[0], xs[:-1], "begins")
        slips = (
            (slopes, "Those are the slopes. A ramp adds to the slope before it: give the changes."),
            (np.diff(ys, prepend=0)[:-1], "Those are changes of height, not of slope."),
            (np.diff(ys), "Divide by the distance of the dots, and take the changes."),
        )
        same(found[1], np.diff(slopes, prepend=0), "changes", slips)
        same(found[2], ys[0], "height")
    return "Any dots, one hidden layer: this is the universal approximation theorem for one number."


def _folded(x: Any, folds: int) -> Any:
    for _ in range(folds):
        x = 2 * np.maximum(x, 0) - 4 * np.maximum(x - 0.5, 0)
    return x


@exercise(
    """
    def square(x, m):
        total, tooth = x, x
        for s in range(1, m + 1):
            tooth = tent(tooth)
            total = total - tooth / 4**s
        return total
    """,
    [
        "Begin with total = x, and a second variable that is folded once more in each turn.",
        "In turn s (from 1 to m): tooth = tent(tooth), total = total - tooth / 4**s.",
    ],
    wrong=[
        ("answer = lambda x, m: x * x", "is not"),
        (
            "t = lambda x: np.minimum(2 * x, 2 - 2 * x)\nanswer = lambda x, m: x - t(x) / 4",
            "is not",
        ),
        (
            "t = lambda x: np.minimum(2 * x, 2 - 2 * x)\nanswer = lambda x, m: x + t(x) / 4",
            "taken away",
        ),
    ],
)
def square(square: Any) -> str:
    """x squared from sawtooths."""
    x = np.linspace(0, 1, 257)
    for m in (1, 2, 5):
        terms = [_folded(x, s) for s in range(m + 2)]
        right = x - sum(terms[s] / 4**s for s in range(1, m + 1))
        slips = (
            (x - sum(terms[s] / 4 for s in range(1, m + 1)), "Divide by 4**s, not by 4."),
            (x + sum(terms[s] / 4**s for s in range(1, m + 1)), "The teeth are taken away from x."),
            (x - sum(terms[s] / 4**s for s in range(1, m)), "The last term, s = m, is missing."),
            (x - sum(terms[1] / 4**s for s in range(1, m + 1)), "Fold once more in each turn."),
        )
        found = called(square, x, m, name="square")
        same(found, right, f"square(x, {m})", slips)
        off = float(np.abs(np.asarray(found) - x * x).max())
    return f"With 5 folds, 10 neurons, it is within {off:.6f} of x * x; 1 / 4**6 is {1 / 4**6:.6f}."
