"""Notebook 10, steps 1 to 5: nodes, two operations, the order, backward, broadcasting."""

from typing import Any

import numpy as np

import autograd_lite as ag

from .engine_parts import node_of, ours, pulled, step
from .exercises import Unanswered, WrongAnswer, called, require, same


@step(
    ["Node"],
    """
    class Node:
        def __init__(self, data, inputs=(), pull=None):
            self.data = np.asarray(data, dtype=float)
            self.grad = None
            self.inputs = inputs
            self.pull = pull
    """,
    [
        "Four lines: self.data, self.grad, self.inputs and self.pull.",
        "self.data = np.asarray(data, dtype=float) makes an array of whatever comes, a number too.",
        "self.grad = None: nobody has asked yet.",
    ],
    wrong=[
        (
            """
            class answer:
                def __init__(self, data, inputs=(), pull=None):
                    self.data = data
            """,
            "has no grad",
        ),
        (
            """
            class answer:
                def __init__(self, data, inputs=(), pull=None):
                    self.data, self.grad, self.inputs, self.pull = data, None, inputs, pull
            """,
            "np.asarray",
        ),
        (
            """
            class answer:
                def __init__(self, data, inputs=(), pull=None):
                    self.data, self.grad = np.asarray(data, dtype=float), 0.0
                    self.inputs, self.pull = inputs, pull
            """,
            "None",
        ),
    ],
)
def node(Node: Any) -> str:
    """A node: an array, its gradient, where it came from, and how to hand a gradient on."""
    leaf = called(Node, 3.0, name="Node")
    if not getattr(leaf, "__dict__", None):
        raise Unanswered("__init__ keeps nothing so far.")
    for part in ("data", "grad", "inputs", "pull"):
        require(hasattr(leaf, part), f"Node(3.0) has no {part}.")
    require(isinstance(leaf.data, np.ndarray), ".data should be an array: np.asarray(data, ...).")
    require(leaf.data.dtype == float, ".data should hold floats: np.asarray(data, dtype=float).")
    same(leaf.data, 3.0, "Node(3.0).data")
    require(leaf.grad is None, ".grad should begin as None: nobody has asked for it yet.")
    require(len(leaf.inputs) == 0 and leaf.pull is None, "A leaf has no inputs and no pull.")

    def pull(g: Any) -> Any:
        return (g,)

    made = called(Node, [[1, 2], [3, 4]], (leaf,), pull, name="Node")
    require(tuple(made.inputs) == (leaf,), ".inputs should be the tuple that was given.")
    require(made.pull is pull, ".pull should be the function that was given.")
    same(made.data, [[1, 2], [3, 4]], ".data")
    return "Six lines of an engine."


@step(
    ["add", "multiply"],
    """
    def add(a, b):
        return Node(a.data + b.data, (a, b), lambda g: (g, g))


    def multiply(a, b):
        return Node(a.data * b.data, (a, b), lambda g: (g * b.data, g * a.data))
    """,
    [
        "return Node(the value, (a, b), lambda g: (gradient for a, gradient for b))",
        "A plus hands g on to both. What does a product hand to a?",
        "g times the other factor: (g * b.data, g * a.data).",
    ],
    wrong=[
        (
            "from course.engine_parts import ours\nadd = ours('add')\n"
            "answer = (add, lambda a, b: type(a)(a.data * b.data, (a, b),"
            " lambda g: (g * a.data, g * b.data)))",
            "other factor",
        ),
        (
            "from course.engine_parts import ours\n"
            "answer = (lambda a, b: type(a)(a.data + b.data, (a, b), lambda g: (g / 2, g / 2)),"
            " ours('multiply'))",
            "does not split",
        ),
        ("answer = (lambda a, b: a.data + b.data, lambda a, b: a.data * b.data)", "return a Node"),
        (
            "from course.engine_parts import ours\n"
            "answer = (ours('add'), lambda a, b: type(a)(a.data * b.data, (a, b),"
            " lambda g: (b.data, a.data)))",
            "Times g",
        ),
    ],
)
def operations(answer: Any) -> str:
    """Addition and multiplication, each with its pull."""
    add, multiply = answer
    Node = ours("Node")
    for x, y, g in ((2.0, -3.0, 5.0), (0.5, 4.0, -1.5)):
        for name, function, value, right, slips in (
            (
                "add",
                add,
                x + y,
                (g, g),
                (((g / 2, g / 2), "A plus does not split g, it copies it."),),
            ),
            (
                "multiply",
                multiply,
                x * y,
                (g * y, g * x),
                (
                    ((g * x, g * y), "Each gets g times the *other factor*."),
                    ((y, x), "Those are the local derivatives. Times g, what comes from above."),
                ),
            ),
        ):
            a, b = Node(x), Node(y)
            made = node_of(called(function, a, b, name=name), name)
            same(made.data, value, f"{name} of {x} and {y}", shown=True)
            require(
                len(made.inputs) == 2 and made.inputs[0] is a and made.inputs[1] is b,
                f"The inputs of {name}(a, b) should be (a, b), the nodes themselves.",
            )
            found = pulled(made, np.asarray(g), name)
            same(found, right, f"{name}({x}, {y}).pull({g})", slips, shown=True)
    return "Value and derivative side by side: two rows of a table."


@step(
    ["order"],
    """
    def order(root):
        found, seen, stack = [], set(), [(root, False)]
        while stack:
            node, inputs_done = stack.pop()
            if inputs_done:
                found.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack += [(x, False) for x in node.inputs]
        return found
    """,
    [
        "Go down from the root into the inputs, and write a node down when all of its inputs are "
        "done. Remember in a set which nodes you have met.",
        "By recursion it is five lines, but Python stops after about 1,000 nested calls. Use a "
        "list as a stack instead.",
        "Put a node on the stack twice: first as (node, False), and when that is taken off, as "
        "(node, True), with its inputs above it. When (node, True) comes, its inputs are done.",
    ],
    wrong=[
        (
            """
            def answer(root):
                return [root] + [y for x in root.inputs for y in answer(x)]
            """,
            "more than once",
        ),
        (
            """
            def answer(root, found=None):
                found = [] if found is None else found
                if root not in found:
                    for x in root.inputs:
                        answer(x, found)
                    found.append(root)
                return found
            """,
            "RecursionError",
        ),
        (
            """
            def answer(root):
                found = [root]
                for x in found:
                    found += [y for y in x.inputs if y not in found]
                return found[::-1]
            """,
            "before its input",
        ),
        ("answer = lambda root: [root]", "misses"),
    ],
)
def order(order: Any) -> str:
    """Every node below a root, each once, and after its inputs."""
    Node = ours("Node")
    a, b = Node(1.0), Node(2.0)
    c = Node(0.0, (a, b))
    d = Node(0.0, (c, a))
    # Here one path from the root to `a` is short and the other is long.
    e = Node(0.0, (a, Node(0.0, (Node(0.0, (d, a)), c))))
    for root, count in ((a, 1), (d, 4), (e, 7)):
        _check_order(called(order, root, name="order"), root, count)
    chain = Node(1.0)
    for _ in range(10_000):
        chain = Node(1.0, (chain, chain))
    try:
        found = order(chain)
    except RecursionError:
        raise WrongAnswer(
            "Right for small graphs, but a chain of 10,000 operations raised RecursionError: "
            "Python nests about 1,000 calls. Use a list as a stack."
        ) from None
    require(len(found) == 10_001, f"A chain of 10,001 nodes gave {len(found)}.")
    return "Now the graph can be as deep as it likes."


def _check_order(found: Any, root: Any, count: int) -> None:
    require(isinstance(found, list), f"order should return a list; it returned {found!r:.60}.")
    require(len({*map(id, found)}) == len(found), "A node stands in the list more than once.")
    require(len(found) == count, f"The list misses nodes: it has {len(found)} of {count}.")
    place = {id(x): i for i, x in enumerate(found)}
    for x in found:
        for y in x.inputs:
            require(
                place[id(y)] < place[id(x)],
                "A node stands before its input. Each must come after *all* of its inputs, also "
                "where one path is longer than another.",
            )
    require(found[-1] is root, "The root should stand at the end.")


@step(
    ["backward"],
    """
    def backward(root):
        nodes = order(root)
        for node in nodes:
            node.grad = np.zeros_like(node.data)
        root.grad = np.ones_like(root.data)
        for node in reversed(nodes):
            if node.pull is not None:
                for x, g in zip(node.inputs, node.pull(node.grad)):
                    x.grad = x.grad + g
    """,
    [
        "First set every node's grad to zeros, in the shape of its data, and the root's to ones.",
        "Then go through order(root) from the end. node.pull(node.grad) gives one gradient for "
        "each of node.inputs.",
        "Where they arrive, add: x.grad = x.grad + g. Leaves have no pull; skip them.",
    ],
    wrong=[
        (
            """
            from course.engine_parts import ours
            order = ours("order")
            def answer(root):
                root.grad = np.ones_like(root.data)
                for node in reversed(order(root)):
                    if node.pull is not None:
                        for x, g in zip(node.inputs, node.pull(node.grad)):
                            x.grad = g
            """,
            "add",
        ),
        (
            """
            from course.engine_parts import ours
            order = ours("order")
            def answer(root):
                for node in order(root):
                    node.grad = node.grad if node.grad is not None else np.zeros_like(node.data)
                root.grad = np.ones_like(root.data)
                for node in reversed(order(root)):
                    if node.pull is not None:
                        for x, g in zip(node.inputs, node.pull(node.grad)):
                            x.grad = x.grad + g
            """,
            "second time",
        ),
    ],
)
def backward(backward: Any) -> str:
    """Backpropagation: the gradient of a root for every node below it."""
    Node, add, multiply = (ours(name) for name in ("Node", "add", "multiply"))
    a, b, k = Node(2.0), Node(-3.0), Node(5.0)
    L = multiply(add(multiply(a, b), a), k)
    _run(backward, L)
    if L.grad is None or a.grad is None:
        raise Unanswered("backward has set no gradient so far.")
    slips = ((-15.0, "Where two arrows arrive, add: a has 5 + (-15)."), (5.0, "add: 5 + (-15)."))
    for name, node, right in (("k", k, -4.0), ("b", b, 10.0), ("a", a, -10.0)):
        same(
            node.grad, right, f"dL/d{name} of (a*b + a)*k", slips if name == "a" else (), shown=True
        )
    _run(backward, L)
    same(a.grad, -10.0, "dL/da, when backward is called a second time,", shown=True)
    rng = np.random.default_rng(0)
    for _ in range(20):  # random programs, against autograd_lite
        numbers = rng.uniform(-1.5, 1.5, 3)
        mine, theirs = [Node(x) for x in numbers], [ag.Value(x) for x in numbers]
        for _ in range(8):
            i, j, product = rng.integers(len(mine)), rng.integers(len(mine)), rng.integers(2)
            mine.append((multiply if product else add)(mine[i], mine[j]))
            theirs.append(theirs[i] * theirs[j] if product else theirs[i] + theirs[j])
        _run(backward, mine[-1])
        theirs[-1].backward()
        for m, t in zip(mine, theirs, strict=True):
            if t.grad is not None:
                same(m.grad, t.grad, "a gradient in a random program", shown=True)
    return "Twenty random programs, and the same gradients as autograd_lite."


def _run(backward: Any, root: Any) -> None:
    try:
        backward(root)
    except Exception as error:
        raise WrongAnswer(f"backward(root) raised {type(error).__name__}: {error}") from error


@step(
    ["unbroadcast"],
    """
    def unbroadcast(g, shape):
        while g.ndim > len(shape):
            g = g.sum(axis=0)
        for axis, size in enumerate(shape):
            if size == 1:
                g = g.sum(axis=axis, keepdims=True)
        return g
    """,
    [
        "Axes that NumPy put in front: sum over axis 0 until g has as many axes as shape.",
        "Axes of size 1 that NumPy stretched: sum over them, with keepdims=True.",
    ],
    wrong=[
        ("answer = lambda g, shape: g", "has the shape"),
        ("answer = lambda g, shape: g.sum(axis=0)", "has the shape"),
        ("answer = lambda g, shape: np.full(shape, g.sum())", "is not"),
        ("answer = lambda g, shape: np.resize(g.mean(axis=0), shape)", "is not"),
    ],
)
def unbroadcast(unbroadcast: Any) -> str:
    """The gradient of something that NumPy has stretched, in its own shape."""
    rng = np.random.default_rng(1)
    for big, small in (
        ((4, 3), (4, 3)),
        ((4, 3), (3,)),
        ((4, 3), (4, 1)),
        ((2, 4, 3), (4, 1)),
        ((5,), ()),
    ):
        g = rng.normal(size=big)
        t = ag.Tensor(np.zeros(small))
        np.sum((t + np.zeros(big)) * g).backward()
        found = called(unbroadcast, g, small, name="unbroadcast")
        same(found, t.grad, f"unbroadcast of a gradient {big} to {small}")
    return "A number that was used many times gets the sum of many gradients: nothing new."
