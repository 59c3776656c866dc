"""Notebook 10, steps 6 to 9: the operations of an MLP, its loss, the network, training."""

from typing import Any

import numpy as np

import autograd_lite as ag
import nn

from .engine_parts import node_of, ours, pulled, step
from .exercises import called, require, same


@step(
    ["add", "multiply", "matmul", "relu"],
    """
    def add(a, b):
        return Node(
            a.data + b.data,
            (a, b),
            lambda g: (unbroadcast(g, a.data.shape), unbroadcast(g, b.data.shape)),
        )


    def multiply(a, b):
        return Node(
            a.data * b.data,
            (a, b),
            lambda g: (
                unbroadcast(g * b.data, a.data.shape),
                unbroadcast(g * a.data, b.data.shape),
            ),
        )


    def matmul(a, b):
        return Node(a.data @ b.data, (a, b), lambda g: (g @ b.data.T, a.data.T @ g))


    def relu(a):
        return Node(np.maximum(a.data, 0), (a,), lambda g: (g * (a.data > 0),))
    """,
    [
        "add and multiply: as before, with unbroadcast(..., a.data.shape) around each gradient.",
        "matmul: O = A B. You know it from notebook 3: dA = g @ B.T, dB = A.T @ g.",
        "relu: g where the input is positive, 0 elsewhere. A pull with one gradient returns "
        "(g * ...,) with a comma.",
    ],
    wrong=[
        (
            "from course.engine_parts import ours\n"
            "Node = ours('Node')\n"
            "relu = lambda a: Node(np.maximum(a.data, 0), (a,), lambda g: (g,))\n"
            "answer = (ours('add'), ours('multiply'), ours('matmul'), relu)",
            "negative",
        ),
        (
            "from course.engine_parts import ours\n"
            "Node = ours('Node')\n"
            "add = lambda a, b: Node(a.data + b.data, (a, b), lambda g: (g, g))\n"
            "answer = (add, ours('multiply'), ours('matmul'), ours('relu'))",
            "add: the gradient of input 2 has the shape",
        ),
        (
            "from course.engine_parts import ours\n"
            "Node = ours('Node')\n"
            "matmul = lambda a, b: Node(a.data @ b.data, (a, b), lambda g: (g, g))\n"
            "answer = (ours('add'), ours('multiply'), matmul, ours('relu'))",
            "matmul: the gradient of input 1 has the shape",
        ),
    ],
)
def arrays(answer: Any) -> str:
    """Addition, multiplication, matrix product and ReLU of arrays."""
    rng = np.random.default_rng(2)
    X, W, bias = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=3)
    for name, function, theirs, inputs in (
        ("add", answer[0], lambda a, b: a + b, (X, bias)),
        ("multiply", answer[1], lambda a, b: a * b, (X, bias)),
        ("multiply", answer[1], lambda a, b: a * b, (rng.normal(size=(4, 1)), X)),
        ("matmul", answer[2], lambda a, b: a @ b, (X, W)),
        ("relu", answer[3], ag.relu, (X,)),
    ):
        mine, tensors = [ours("Node")(x) for x in inputs], [ag.Tensor(x) for x in inputs]
        made, wanted = node_of(called(function, *mine, name=name), name), theirs(*tensors)
        same(made.data, wanted.data, f"the value of {name}")
        g = rng.normal(size=wanted.shape)
        wanted.backward(g)
        for i, (found, t) in enumerate(zip(pulled(made, g, name), tensors, strict=True), 1):
            slips = ((g, "The slope is 0 where the input is negative."),) if name == "relu" else ()
            same(found, t.grad, f"{name}: the gradient of input {i}", slips)
    return "Every operation that an MLP needs."


@step(
    ["cross_entropy"],
    """
    def cross_entropy(logits, labels):
        n = len(labels)
        shifted = logits.data - logits.data.max(axis=1, keepdims=True)
        P = np.exp(shifted)
        P = P / P.sum(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        Y = np.eye(P.shape[1])[labels]
        return Node(-(log_p * Y).sum() / n, (logits,), lambda g: (g * (P - Y) / n,))
    """,
    [
        "Subtract each row's maximum first. log p is shifted - log(sum(exp(shifted))).",
        "The labels as one-hot rows: Y = np.eye(k)[labels]. The loss: -(log_p * Y).sum() / n.",
        "The gradient is the one of notebook 4: (P - Y) / n, times g.",
    ],
    wrong=[
        (
            """
            from course.engine_parts import ours
            Node = ours("Node")
            def answer(logits, labels):
                P = np.exp(logits.data)
                P = P / P.sum(axis=1, keepdims=True)
                Y = np.eye(P.shape[1])[labels]
                n = len(labels)
                loss = -np.log((P * Y).sum(axis=1)).mean()
                return Node(loss, (logits,), lambda g: (g * (P - Y) / n,))
            """,
            "1000",
        ),
        (
            """
            from course.engine_parts import ours
            Node = ours("Node")
            def answer(logits, labels):
                right = ours("cross_entropy")(logits, labels)
                return Node(right.data, (logits,), lambda g: (right.pull(g)[0] * len(labels),))
            """,
            "mean",
        ),
        (
            """
            from course.engine_parts import ours
            Node = ours("Node")
            def answer(logits, labels):
                right = ours("cross_entropy")(logits, labels)
                return Node(right.data, (logits,), lambda g: (-right.pull(g)[0],))
            """,
            "P - Y",
        ),
    ],
)
def cross_entropy(cross_entropy: Any) -> str:
    """Softmax and cross-entropy as one operation, with its gradient, without overflow."""
    rng = np.random.default_rng(3)
    small, labels = rng.normal(size=(5, 4)), rng.integers(0, 4, 5)
    large = np.array([[1000.0, 0.0, -1000.0, 999.0]])
    for z, y in ((small, labels), (large, np.array([3]))):
        logits, tensor = ours("Node")(z), ag.Tensor(z)
        with np.errstate(all="ignore"):
            made = node_of(called(cross_entropy, logits, y, name="cross_entropy"), "cross_entropy")
        require(
            np.isfinite(made.data).all(),
            "With scores of 1000 the loss is not finite: subtract each row's maximum before exp.",
        )
        wanted = nn.cross_entropy(tensor, y)
        same(made.data, wanted.data, "the loss")
        wanted.backward(2.0)
        found = pulled(made, np.asarray(2.0), "cross_entropy")[0]
        slips = (
            (tensor.grad * len(y), "The loss is a mean: divide by the number of examples."),
            (-tensor.grad, "The sign: it is P - Y."),
            (tensor.grad / 2, "Times g, what comes from above."),
        )
        same(found, tensor.grad, "the gradient of the logits", slips)
    return "Stable at a thousand, and one line of gradient."


@step(
    ["parameters_of", "scores"],
    """
    def parameters_of(sizes, rng):
        parameters = []
        for d, p in zip(sizes, sizes[1:]):
            parameters.append(Node(rng.normal(0, np.sqrt(2 / d), (d, p))))
            parameters.append(Node(np.zeros(p)))
        return parameters


    def scores(parameters, X):
        H = Node(X)
        for i in range(0, len(parameters), 2):
            if i > 0:
                H = relu(H)
            H = add(matmul(H, parameters[i]), parameters[i + 1])
        return H
    """,
    [
        "parameters_of: for each pair of neighbouring sizes (d, p) a weight, Node of a (d, p) "
        "array, and a bias, Node(np.zeros(p)).",
        "He's weights: rng.normal(0, np.sqrt(2 / d), (d, p)).",
        "scores: H = Node(X). For each weight and bias: H = add(matmul(H, W), b), with a relu "
        "before each layer but the first.",
    ],
    wrong=[
        (
            "from course.engine_parts import ours\n"
            "answer = (ours('parameters_of'), lambda p, X: ours('relu')(ours('scores')(p, X)))",
            "last layer has no ReLU",
        ),
        (
            "from course.engine_parts import ours\n"
            "answer = (lambda s, rng: ours('parameters_of')(s, rng)[::2], ours('scores'))",
            "4 parameters",
        ),
        (
            "from course.engine_parts import ours\nNode = ours('Node')\n"
            "def begin(sizes, rng):\n"
            "    return [Node(np.zeros(p.data.shape)) for p in ours('parameters_of')(sizes, rng)]\n"
            "answer = (begin, ours('scores'))",
            "deviation",
        ),
    ],
)
def mlp(answer: Any) -> str:
    """An MLP: its parameters, and its scores for a batch."""
    parameters_of, scores = answer
    sizes = [64, 128, 10]
    made = called(parameters_of, sizes, np.random.default_rng(0), name="parameters_of")
    require(
        isinstance(made, list) and len(made) == 4,
        f"parameters_of({sizes}, rng) should return 4 parameters: weight, bias, weight, bias.",
    )
    shapes = [np.shape(p.data) for p in made]
    require(
        shapes == [(64, 128), (128,), (128, 10), (10,)],
        f"The shapes are {shapes}; they should be (64, 128), (128,), (128, 10), (10,).",
    )
    spread, wanted = np.std(made[0].data), np.sqrt(2 / 64)
    require(
        0.9 * wanted < spread < 1.1 * wanted,
        f"The first weights have the standard deviation {spread:.3f}; He's is {wanted:.3f}.",
    )
    model = nn.MLP([6, 5, 4, 3], rng=1, dtype="float64")
    Node = ours("Node")
    mine = [Node(p.data) for p in model.parameters()]
    X, labels = np.random.default_rng(4).normal(size=(7, 6)), np.arange(7) % 3
    found = node_of(called(scores, mine, X, name="scores"), "scores")
    theirs = model(X)
    slips = ((np.maximum(theirs.data, 0), "The last layer has no ReLU behind it."),)
    same(found.data, theirs.data, "the scores", slips)
    ours("backward")(ours("cross_entropy")(found, labels))
    nn.cross_entropy(theirs, labels).backward()
    for (name, p), m in zip(model.named_parameters(), mine, strict=True):
        require(m.grad is not None, f"No gradient reaches {name}: is it a part of the graph?")
        same(m.grad, p.grad, f"the gradient of {name}")
    return "Three layers, and every gradient is the one of nn.MLP."


@step(
    ["train"],
    """
    def train(parameters, X, y, epochs, lr, batch_size, rng):
        losses = []
        for epoch in range(epochs):
            shuffled = rng.permutation(len(X))
            total = 0.0
            for start in range(0, len(X), batch_size):
                batch = shuffled[start : start + batch_size]
                loss = cross_entropy(scores(parameters, X[batch]), y[batch])
                backward(loss)
                for p in parameters:
                    p.data = p.data - lr * p.grad
                total += float(loss.data) * len(batch)
            losses.append(total / len(X))
        return losses
    """,
    [
        "Two loops: over epochs, and in each over batches of the shuffled examples "
        "(rng.permutation(len(X))).",
        "In the inner one: loss = cross_entropy(scores(parameters, X[batch]), y[batch]), then "
        "backward(loss), then p.data = p.data - lr * p.grad for each parameter.",
        "Return a list with the mean loss of each epoch.",
    ],
    wrong=[
        (
            "from course.engine_parts import ours\n"
            "def answer(ps, X, y, epochs, lr, batch_size, rng):\n"
            "    return ours('train')(ps, X, y, epochs, -lr, batch_size, rng)",
            "minus",
        ),
        (
            "def answer(ps, X, y, epochs, lr, batch_size, rng):\n"
            "    return [1.0 for _ in range(epochs)]",
            "did not move",
        ),
        (
            "from course.engine_parts import ours\n"
            "def answer(ps, X, y, epochs, lr, batch_size, rng):\n"
            "    return ours('train')(ps, X, y, 1, lr, batch_size, rng)",
            "one loss for each epoch",
        ),
    ],
)
def train(train: Any) -> str:
    """Training by gradient descent in small batches."""
    data = nn.datasets.moons(60, rng=0)
    model = nn.MLP([2, 8, 2], rng=0, dtype="float64")
    mine = [ours("Node")(p.data) for p in model.parameters()]
    arguments = (mine, data.X, data.y, 1, 0.1, 60, np.random.default_rng(0))
    losses = called(train, *arguments, name="train")  # one step, with all examples
    before = [p.data for p in model.parameters()]
    first = nn.cross_entropy(model(data.X), data.y)
    first.backward()
    nn.SGD(model.parameters(), lr=0.1).step()
    require(
        isinstance(losses, list) and len(losses) == 1,
        "train should return one loss for each epoch.",
    )
    for m, p, start in zip(mine, model.parameters(), before, strict=True):
        require(not np.array_equal(m.data, start), "A parameter did not move.")
        slips = ((2 * start - p.data, "The step goes the wrong way: p.data minus lr * p.grad."),)
        same(m.data, p.data, "a parameter after one step", slips)
    same(losses, [first.item()], "the loss of the first epoch", shown=True)
    rng = np.random.default_rng(1)
    mine = ours("parameters_of")([2, 16, 2], rng)
    losses = train(mine, data.X, data.y, 100, 0.2, 10, rng)
    require(len(losses) == 100, "train should return one loss for each epoch.")
    require(
        losses[-1] < 0.2, f"After 100 epochs on the two moons the loss is still {losses[-1]:.3f}."
    )
    return f"On the two moons the loss fell from {losses[0]:.2f} to {losses[-1]:.3f}."
