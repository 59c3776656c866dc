"""The exercises of notebook 1, the chain rule by hand."""

from typing import Any

from autograd_lite import Value

from .exercises import called, exercise, number, require, same

reaction = number(
    "dc_db",
    "How strongly does c = a * b react to b, at a = 2 and b = -3?",
    2.0,
    "dc_db = 2.0  # hold a = 2 still: c is 2 * b, so b up 1 means c up 2",
    [
        "Hold a still. Raise b from -3 to -2. Where was c, and where is it now?",
        "c goes from -6 to -4 while b goes up by 1.",
    ],
    slips=[
        (-3.0, "That is b itself, which is what c reacts with when a is raised."),
        (-6.0, "That is the value of c. The question is how much c changes."),
        (0.02, "That is the change for a nudge of 0.01. Say it for a change of 1: divide by 0.01."),
        (-2.0, "From -6 to -4 is up, not down."),
    ],
    told="The other factor: c = a * b reacts to b with a.",
)

chain = number(
    "dm_da",
    "m = c * k with c = a * b: how strongly does m react to a?",
    -15.0,
    "dm_da = 5.0 * -3.0  # m reacts to c with k = 5, and c reacts to a with b = -3",
    [
        "Two reactions are at work: m to c, and c to a. Write both down.",
        "m reacts to c with k = 5. c reacts to a with b = -3.",
        "Each unit of a moves c by -3, and each unit of c moves m by 5. So multiply.",
    ],
    slips=[
        (
            -3.0,
            "That is how c reacts to a. m does not see a, it sees c: what does it make of that?",
        ),
        (5.0, "That is how m reacts to c. And how does c react to a?"),
        (2.0, "You added the two reactions. Along a path they multiply: 5 for each of the -3."),
        (10.0, "That is dm/db: you took a where b was wanted."),
        (-30.0, "That is the value of m. The question is how much m changes."),
    ],
    told="Upstream times local: 5 * (-3).",
)

plus = number(
    "dL_dc, dL_da_here",
    "What does d = c + a hand to c and to a, when dL/dd = 5?",
    [5.0, 5.0],
    "dL_dc = 5.0\ndL_da_here = 5.0  # d goes up by 1 with either, so each gets all of it",
    [
        "Raise c by 1 and leave a. How much does d rise? Now the same with a.",
        "Both local derivatives are 1. Upstream times local is 5 * 1, twice.",
    ],
    slips=[
        (
            [2.5, 2.5],
            "A plus does not share the gradient out, it copies it: raising c by 1 raises d by a "
            "whole 1, whatever a does.",
        ),
        ([-6.0, 2.0], "Those are the values of c and a. A plus does not look at them."),
        ([1.0, 1.0], "Those are the local derivatives. Multiply each by what comes from upstream."),
        ([5.0, -15.0], "That second arrow is the one from c. Here the question is the plus alone."),
    ],
    told="Copied, not split: 5 to each.",
)

total = number(
    "dL_da",
    "What is dL/da, when one arrow brings 5 and the other brings -15?",
    -10.0,
    "dL_da = 5.0 + -15.0  # both paths count",
    [
        "Nudge a, and two things in the graph move: c, and d directly. Both move L.",
        "The effects of the two paths on L come on top of each other.",
    ],
    slips=[
        (-15.0, "The second arrival overwrote the first. What came from d still counts."),
        (5.0, "That is what d brings. The arrow from c brings something too."),
        (-75.0, "Effects multiply along a path; where paths meet, they add."),
        (10.0, "Add 5 and -15: the second one is negative, and larger."),
        (-5.0, "The mean of the two? Both effects happen in full: add them."),
    ],
    told="-10: where paths meet, add.",
)


@exercise(
    """
    def gradients(a, b, k):
        c = a * b
        d = c + a
        L = d * k
        dL = 1.0
        dd = dL * k
        dk = dL * d
        dc = dd * 1.0
        da = dd * 1.0
        da = da + dc * b
        db = dc * a
        return da, db, dk
    """,
    [
        "Go forward first: c, then d, then L. Then backward, from L, one line for each arrow.",
        "The first arrow: L = d * k hands dL * k to d. The second: it hands dL * d to k.",
        "a receives twice. The second line for a must keep what the first one brought.",
    ],
    wrong=[
        ("answer = lambda a, b, k: (b * k, a * k, a * b + a)", "add, do not overwrite"),
        ("answer = lambda a, b, k: (k, a * k, a * b + a)", "only the arrow of the plus"),
        ("answer = lambda a, b, k: (b + k, a * k, a * b + a)", "multiply"),
        ("answer = lambda a, b, k: b * k + k", "three numbers"),
        ("answer = lambda a, b, k: a / 0", "ZeroDivisionError"),
        ("answer = 3", "a function"),
    ],
)
def by_hand(gradients: Any) -> str:
    """Write the backward pass of L = (a*b + a) * k with your own hands."""
    for a, b, k in ((2.0, -3.0, 5.0), (1.0, 4.0, -2.0), (-0.5, 0.3, 1.7)):
        right = (b * k + k, a * k, a * b + a)
        found = called(gradients, a, b, k, name="gradients")
        require(
            isinstance(found, tuple | list) and len(found) == 3,
            "gradients should return three numbers: da, db, dk, in this order.",
        )
        slips = (
            ((b * k, *right[1:]), "da has lost the arrow of the plus: add, do not overwrite."),
            (
                (k, *right[1:]),
                "da has only the arrow of the plus. The product hands it something too.",
            ),
            ((b + k, *right[1:]), "Along the path through c, multiply: dc * b."),
        )
        same(found, right, f"gradients(a={a}, b={b}, k={k})", slips, shown=True)
    return "That is backpropagation, written out. The engine does the same for any graph."


@exercise(
    """
    def nudge(f, x, h=1e-6):
        return (f(x + h) - f(x - h)) / (2 * h)
    """,
    [
        "How much does f change when x goes from x - h to x + h?",
        "(f(x + h) - f(x - h)) is the change. Over which distance? Divide by it.",
    ],
    wrong=[
        ("answer = lambda f, x, h=1e-6: (f(x + h) - f(x - h)) / h", "2 * h"),
        ("answer = lambda f, x, h=1e-6: f(x + h) - f(x - h)", "Divide"),
        ("answer = lambda f, x, h=1e-6: (f(x - h) - f(x + h)) / (2 * h)", "minus"),
    ],
)
def nudging(nudge: Any) -> str:
    """Write a function that measures a derivative by nudging."""
    for f, x, right, name in (
        (lambda x: x * x, 3.0, 6.0, "x * x"),
        (lambda x: (x * -3 + x) * 5, 2.0, -10.0, "(x * -3 + x) * 5"),
        (lambda x: 1 / x, 0.5, -4.0, "1 / x"),
    ):
        found = called(nudge, f, x, name="nudge")
        slips = (
            (2 * right, "Between x - h and x + h lie two steps of h: divide by 2 * h."),
            (-right, "The change is the later one minus the earlier one."),
            (right * 1e-6, "That is the change itself. Divide it by the distance."),
            (right * 2e-6, "That is the change itself. Divide it by the distance."),
        )
        same(found, right, f"nudge(lambda x: {name}, {x})", slips, shown=True)
    return "Now there is a witness for every gradient."


def _twice(x: float) -> float:
    v = Value(x)
    L = v * v * v
    L.backward()
    return float(v.grad or 0.0)


cube = number(
    "dy_dx",
    "y = x * x * x at x = 2, along all its arrows.",
    _twice(2.0),
    "dy_dx = 4.0 + 4.0 + 4.0  # each of the three places brings 2 * 2",
    [
        "x stands in three places, so three arrows end at x. What does each bring?",
        "u = x * x, y = u * x. The arrow from y brings u = 4. And u hands back x twice, each times "
        "what it got.",
    ],
    slips=[
        (4.0, "That is what one place of x brings. x stands in three."),
        (8.0, "Either the value of y, or two places of three. Count the arrows that end at x."),
        (6.0, "That is 3 * x. The power rule says 3 * x to the power 2."),
    ],
    told="Three arrows, 4 each: the power rule 3 x^2 is only that.",
)
