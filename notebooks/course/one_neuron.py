"""The exercises of notebook 2, one neuron."""

import math
from typing import Any

from .exercises import WrongAnswer, called, exercise, number, require, same

# The neuron of the notebook, with numbers alone.
W, X, B, T, RATE = -2.0, 3.0, 6.9, -0.5, 0.1
Z = W * X + B
Y = math.tanh(Z)
UP = 2 * (Y - T)  # dL/dy
SLOPE = 1 - Y * Y
DW = UP * SLOPE * X

slope = number(
    "dy_dz",
    "How strongly does y = tanh(z) react to z, at z = 0.9 and y = 0.7163?",
    SLOPE,
    "dy_dz = 1 - 0.7163**2  # from the output",
    [
        "For tanh the slope is 1 - (output)^2.",
        "The output of tanh is y = 0.7163.",
    ],
    slips=[
        (1 - Z * Z, "You squared the input z. The slope is 1 - output^2, and the output is y."),
        (Y * (1 - Y), "That is the rule of the sigmoid, y * (1 - y). For tanh: 1 - y^2."),
        (Y, "That is y itself. How much does y move when z moves?"),
        (Y * Y, "Nearly: 1 minus that."),
    ],
    told="1 - y^2 = 0.4869: about half of a change of z comes through.",
)

gradient = number(
    "dL_dw",
    "How strongly does the loss react to the weight w?",
    DW,
    """
    dL_dy = 2 * (0.7163 - -0.5)     # the square: 2 * what is squared
    dL_dz = dL_dy * (1 - 0.7163**2) # tanh
    dL_dw = dL_dz * 3.0             # z = w * x + b reacts to w with x
    """,
    [
        "Go back from L: the square, then the minus, then tanh, the plus, and the product.",
        "dL/dy = 2 * (y - t) = 2.4326. Then times the slope of tanh, 0.4869.",
        "z = w * x + b reacts to w with x = 3.",
    ],
    slips=[
        (UP * SLOPE, "That is dL/dz. How does z react to w?"),
        (UP * X, "tanh is missing: between y and z lies its slope, 1 - y^2."),
        (UP * (1 - Z * Z) * X, "The slope of tanh is 1 - output^2, and you took the input."),
        (UP / 2 * SLOPE * X, "The square reacts with 2 * (y - t). The 2 is missing."),
        (UP * SLOPE * W, "That is dL/dx: a product reacts to one factor with the other one."),
        (SLOPE * X, "That is dy/dw. The loss comes after y: multiply by dL/dy."),
        (2 * (Y - -T) * SLOPE * X, "y - t with t = -0.5 is y + 0.5."),
    ],
    told="Four small products, one for each arrow: 3.553.",
)

update = number(
    "new_w",
    "What is w after one step against its gradient, with rate 0.1?",
    W - RATE * DW,
    "new_w = -2.0 - 0.1 * 3.5534",
    [
        "Raising w raises L, since the slope is positive. So in which direction should w go?",
        "w <- w - rate * gradient.",
    ],
    slips=[
        (
            W + RATE * DW,
            "That climbs the hill: raising w raises L. Go against the gradient: minus.",
        ),
        (W - DW, "The whole gradient is too far: multiply it by the rate, 0.1."),
        (-RATE * DW, "That is the change. Add it to where w was, -2."),
        (W - RATE, "A step of 0.1 whatever the slope? Multiply the rate by the gradient."),
    ],
    told="The slope is positive, so w goes down.",
)

twice = number(
    "w_grad",
    "backward() was called twice, and nothing was cleared between. What does w.grad hold?",
    2 * DW,
    "w_grad = 2 * 3.5534  # the second walk adds its share to what was there",
    [
        "Where arrows meet, gradients add. What would the engine do with what is there already?",
        "It adds. Each of the two walks brings 3.5534.",
    ],
    slips=[
        (DW, "That would be so if backward() cleared the leaves first. It adds to what is there."),
        (0.0, "Nothing cleared it, so it is not 0."),
        (DW * DW, "It adds; it does not multiply."),
    ],
    told="Twice as much as it should be. So clear before each backward().",
)

off = number(
    "dL_dw",
    "y = relu(z) with z = 1 * 2 - 5 = -3, L = (y - 2)^2: how strongly does L react to w?",
    0.0,
    "dL_dw = 0.0  # relu is flat at z = -3, so nothing comes through",
    [
        "What is relu(-3)? And relu(-2.99)?",
        "The slope of relu is 0 where its input is negative. Zero times anything is zero.",
    ],
    slips=[
        (-8.0, "You let the gradient through. At z = -3 relu is flat: y stays 0 when z moves."),
        (-4.0, "That is dL/dy. relu lets nothing of it through at z = -3."),
        (8.0, "You let the gradient through. At z = -3 relu is flat: y stays 0 when z moves."),
    ],
    told="0: a neuron that is switched off learns nothing from this example.",
)


@exercise(
    """
    def train(w, b, x, t, rate, steps):
        w, b = Value(w), Value(b)
        for _ in range(steps):
            y = np.tanh(w * x + b)
            L = (y - t) ** 2
            w.grad = b.grad = None
            L.backward()
            w.data = w.data - rate * w.grad
            b.data = b.data - rate * b.grad
        return w.data, b.data
    """,
    [
        "One turn of the loop: forward, clear, backward, update.",
        "forward: y = np.tanh(w * x + b); L = (y - t) ** 2.  clear: w.grad = b.grad = None.",
        "update: w.data = w.data - rate * w.grad, and the same for b.",
    ],
    wrong=[
        (
            _CODE := """
import numpy as np
from autograd_lite import Value
def answer(w, b, x, t, rate, steps):
    w, b = Value(w), Value(b)
    for _ in range(steps):
        L = (np.tanh(w * x + b) - t) ** 2
        L.backward()
        w.data = w.data - rate * w.grad
        b.data = b.data - rate * b.grad
    return w.data, b.data
""",
            "cleared",
        ),
        (_CODE.replace("- rate", "+ rate"), "against"),
        (
            _CODE.replace(
                "        L.backward()", "        w.grad = b.grad = None\n        L.backward()"
            ).replace("        b.data = b.data - rate * b.grad\n", ""),
            "moves b",
        ),
        ("answer = lambda w, b, x, t, rate, steps: w", "two numbers"),
        (_CODE.replace("return w.data, b.data", "return w.data * 2, b.data"), "expected"),
    ],
)
def training(train: Any) -> str:
    """Write the loop in which a neuron learns: forward, clear, backward, update."""
    for case in ((W, B, X, T, 0.1, 1), (W, B, X, T, 0.1, 5), (0.5, 0.0, -1.0, 0.8, 0.3, 4)):
        w, b, x, t, rate, steps = case
        found = called(train, *case, name="train")
        require(
            isinstance(found, tuple | list) and len(found) == 2,
            "train should return two numbers: w and b, after the last step.",
        )
        slips = (
            (_trained(*case, kept=True), "Is the gradient cleared before each backward()?"),
            (_trained(w, b, x, t, -rate, steps), "Go against the gradient: minus, not plus."),
            ((_trained(*case, bias=False)), "Only w moves. The update moves b as well."),
            ((_trained(*case, kept=True, sign=-1)), "Go against the gradient: minus, not plus."),
        )
        same(found, _trained(*case), f"train{case}", slips, shown=True)
    return "This loop is all there is to training. Networks only have more weights."


def _trained(
    w: float,
    b: float,
    x: float,
    t: float,
    rate: float,
    steps: int,
    kept: bool = False,
    bias: bool = True,
    sign: float = 1,
) -> tuple[float, float]:
    """The same by formulas alone. kept: gradients are not cleared."""
    dw = db = 0.0
    for _ in range(steps):
        y = math.tanh(w * x + b)
        dz = 2 * (y - t) * (1 - y * y)
        dw, db = dz * x + kept * dw, dz + kept * db
        w -= sign * rate * dw
        b -= sign * rate * db * bias
    return w, b


# Which nodes hand something to a node, in the graph of L = (a*b + a) * k with a = 2 * x.
GIVERS = {"L": "", "d": "L", "k": "L", "c": "d", "a": "cd", "b": "c", "x": "a"}


@exercise(
    'order = ["L", "d", "k", "c", "a", "b", "x"]',
    [
        "L is first: it needs nobody. Who has got all his arrows after L has handed on?",
        "After L: d and k are complete. k has no inputs. After d: c is complete, and a is not yet.",
        "a is complete when both d and c have handed on.",
    ],
    wrong=[
        ('answer = ["L", "d", "a", "c", "k", "b", "x"]', "a is not ready"),
        ('answer = ["d", "L", "k", "c", "a", "b", "x"]', "d is not ready"),
        ('answer = ["L", "d", "k", "c", "a", "b"]', "x"),
        ('answer = ["L", "d", "k", "c", "a", "b", "z"]', "no node"),
        ('answer = ["L", "d", "d", "c", "a", "b", "x"]', "once"),
        ("answer = 7", "names"),
    ],
)
def ready(order: Any) -> str:
    """Give an order in which every node has all its arrows before it hands on."""
    require(
        isinstance(order, list | tuple | str) and all(isinstance(name, str) for name in order),
        "order should be a list of names, as ['L', 'd'].",
    )
    for at, name in enumerate(order):
        require(name in GIVERS, f"There is no node {name!r}. There are {', '.join(GIVERS)}.")
        require(name not in order[:at], f"{name} stands there twice; each hands on once.")
        if late := [giver for giver in GIVERS[name] if giver not in order[:at]]:
            raise WrongAnswer(
                f"{name} is not ready at place {at + 1}: its arrow from {late[0]} has not come yet."
            )
    if missing := [name for name in GIVERS if name not in order]:
        raise WrongAnswer(f"So far it is right. Still missing: {', '.join(missing)}.")
    return "Every node waits until it has everything. There are several such orders; all are right."
