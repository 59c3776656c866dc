"""The exercises of notebook 9, backprop as automatic differentiation."""

from math import sqrt
from typing import Any

import autograd_lite as ag
from autograd_lite import Value

from .exercises import called, exercise, number, require, same


@exercise(
    """
    def slope(a, y):
        return (1 + a / ag.sqrt(a * a + 4)) / 2
    """,
    [
        "y is half of a sum. The derivative of a is 1. And that of the root?",
        "The root of u has the slope 1 / (2 root(u)), times the slope of u = a^2 + 4, which is 2a.",
        "So the root's derivative is a / root(a^2 + 4). Half of 1 + that.",
    ],
    wrong=[
        ("answer = lambda a, y: 1 + a / np.sqrt(a * a + 4)", "half"),
        ("answer = lambda a, y: (1 + 1 / (2 * np.sqrt(a * a + 4))) / 2", "inside of the root"),
        ("answer = lambda a, y: y", "y itself"),
    ],
)
def slope(slope: Any) -> str:
    """The local derivative of squareplus."""
    for a in (-1.5, 0.0, 0.7, 3.0):
        root = sqrt(a * a + 4)
        y = (a + root) / 2
        right = ag.grad(lambda a: (a + ag.sqrt(a * a + 4)) / 2)(a)
        slips = (
            (1 + a / root, "Do not forget the half in front."),
            (
                (1 + 1 / (2 * root)) / 2,
                "The chain rule: times the derivative of the inside of the root.",
            ),
            (y, "That is y itself, not its derivative."),
        )
        same(called(slope, a, y, name="slope"), right, f"slope at a = {a}", slips, shown=True)
    require(
        isinstance(called(slope, Value(0.5), Value(1.28), name="slope"), Value),
        "With numbers it is right. A row is called with Values as well: use ag.sqrt.",
    )
    return "It also equals y / (2y - a), which needs no root: the output is known already."


def _graphs() -> list[Any]:
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    x = Value(0.4, label="x")
    u = x * x
    shared = ag.exp(u) * u + ag.sin(u)  # u hands on only when three arrows have arrived
    return [(a * b + a) * k, shared]


@exercise(
    """
    def backward(steps):
        gradient = {steps[0].node: 1.0}
        for s in steps:
            gradient[s.input] = gradient.get(s.input, 0.0) + gradient[s.node] * s.local
        return gradient
    """,
    [
        "Go through the steps in order. What each adds is gradient[s.node] * s.local.",
        "It adds to what s.input has already: gradient.get(s.input, 0.0).",
        "Return the dictionary at the end.",
    ],
    wrong=[
        (
            """
            def answer(steps):
                gradient = {steps[0].node: 1.0}
                for s in steps:
                    gradient[s.input] = gradient[s.node] * s.local
                return gradient
            """,
            "add",
        ),
        ("answer = lambda steps: 3.0", "a dictionary"),
        ("answer = lambda steps: {steps[0].node: 1.0}", "has no gradient"),
        (
            """
            def answer(steps):
                gradient = {steps[0].node: 1.0}
                for s in steps:
                    gradient[s.input] = gradient.get(s.input, 0.0) + s.local
                return gradient
            """,
            "local derivative alone",
        ),
    ],
)
def backward(backward: Any) -> str:
    """Backpropagation from a list of steps."""
    for root in _graphs():
        steps = ag.steps(root)
        found = called(backward, steps, name="backward")
        require(
            isinstance(found, dict), "backward should return a dictionary from node to gradient."
        )
        totals, last, local = {}, {}, {}
        for s in steps:
            totals[s.input] = s.after
            last[s.input] = s.contribution
            local[s.input] = local.get(s.input, 0.0) + s.local
        for node, right in totals.items():
            name = node.label or node.op.name
            require(node in found, f"{name} has no gradient in what backward returns.")
            slips = (
                (last[node], "Several arrows end there: add, do not overwrite."),
                (
                    local[node],
                    "That is the local derivative alone. Times what the node has collected.",
                ),
            )
            same(found[node], right, f"the gradient of {name}", slips, shown=True)
    return "That is the loop of graph.py; the rest there is finding the order."


runs = number(
    "runs",
    "The fewest runs for three Jacobians.",
    [1, 1, 10],
    "runs = [1, 1, 10]  # reverse; forward (one input: the time); reverse (10 results)",
    [
        "Forward mode takes a run for each input, reverse mode one for each result.",
        "(2): the input is one number, the time. (3): 64 inputs, 10 results.",
    ],
    slips=[
        ([1, 3, 10], "(2): there is one input, the time, so forward mode needs a single run."),
        ([1, 1, 64], "(3): reverse mode takes one run for each of the 10 results, fewer than 64."),
        (
            [1_000_000, 1, 10],
            "(1): a loss is one number. Reverse mode gives its whole gradient at once.",
        ),
        ([1_000_000, 3, 64], "Those are the worse modes. Take the better one each time."),
    ],
    told="Few results: reverse. Few inputs: forward.",
)

parts = number(
    "parts",
    "Checkpoints for 100 layers: size of a part, outputs held at most, and without checkpoints.",
    [10, 20, 100],
    "parts = [10, 20, 100]  # s = sqrt(100), 100 / 10 + 10, and all of them",
    ["s = sqrt(n).", "n / s + s with n = 100 and s = 10."],
    slips=[
        ([10, 10, 100], "While backward works on a part, its 10 layers are held as well: n/s + s."),
        ([10, 20, 10], "Without checkpoints the output of each layer is kept."),
        ([50, 52, 100], "That works, but sqrt(n) is better: 100 / 10 + 10."),
    ],
    told="A fifth of the memory, for one more forward pass.",
)


@exercise(
    """
    def newton(f, x, steps):
        for _ in range(steps):
            x = x - ag.grad(f)(x) / ag.grad(ag.grad(f))(x)
        return x
    """,
    [
        "ag.grad(f) is a function, the derivative. ag.grad(ag.grad(f)) is the second one.",
        "In a loop: x = x - f'(x) / f''(x).",
    ],
    wrong=[
        ("answer = lambda f, x, steps: x - f(x)", "newton(f, 2.0, 1)"),
        (
            """
            import autograd_lite as ag
            def answer(f, x, steps):
                for _ in range(steps):
                    x = x - f(x) / ag.grad(f)(x)
                return x
            """,
            "where f itself is 0",
        ),
        (
            """
            import autograd_lite as ag
            def answer(f, x, steps):
                return x - ag.grad(f)(x) / ag.grad(ag.grad(f))(x)
            """,
            "one step",
        ),
        (
            """
            import autograd_lite as ag
            def answer(f, x, steps):
                for _ in range(steps):
                    x = x + ag.grad(f)(x) / ag.grad(ag.grad(f))(x)
                return x
            """,
            "minus",
        ),
    ],
)
def newton(newton: Any) -> str:
    """Newton's method, by second derivatives."""

    def f(x: Any) -> Any:
        return x**4 - 3 * x + ag.exp(x)

    first, second = ag.grad(f), ag.grad(ag.grad(f))

    def go(x: float, steps: int, step: Any) -> float:
        for _ in range(steps):
            x = x + step(x)
        return float(x)

    for steps in (1, 3):
        right = go(2.0, steps, lambda x: -first(x) / second(x))
        slips = (
            (
                go(2.0, steps, lambda x: -f(x) / first(x)),
                "That looks for a place where f itself is 0.",
            ),
            (go(2.0, steps, lambda x: first(x) / second(x)), "The step is minus f' / f''."),
            (
                go(2.0, 1, lambda x: -first(x) / second(x)),
                "That is one step; repeat it `steps` times.",
            ),
        )
        found = called(newton, f, 2.0, steps, name="newton")
        same(found, right, f"newton(f, 2.0, {steps})", slips, shown=True)
    same(first(called(newton, f, 2.0, 30, name="newton")), 0.0, "f' after 30 steps")
    return "After a few steps f' is 0 to the last digit."
