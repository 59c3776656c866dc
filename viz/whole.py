"""What a rule on whole arrays does to the gradient that reaches it, as LaTeX.

A matrix product has its matrix form, with shapes that fit; what only moves or adds up entries is
said in a word. Any other rule is called with tensors, which gives its gradient as a graph, and that
is printed. What cannot be traced is written with its Jacobian: the chain rule itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.errors import AutogradError
from autograd_lite.graph import Node, downward, numbers
from autograd_lite.rows import Elementwise, Structural
from autograd_lite.stepwise import Step
from autograd_lite.symbols import latex

from .tex import constant, printable, shape

LONGEST = 12  # operations of a traced gradient; one of more is easier to read as its Jacobian
Told = tuple[str, str]  # a word, and what it means
SPREAD = ("spread", "hands each entry's gradient to all the entries that were added into it")
SUM = ("sum", "adds the gradients of all the places that one entry was stretched to")
PART = ("part", "picks the part that belongs to this operand")
HANDED: dict[str, Told] = {
    "sum": SPREAD,
    "sum_to": SPREAD,
    "max": ("largest", "hands the gradient to the largest entry; equal ones share it"),
    "min": ("smallest", "hands the gradient to the smallest entry; equal ones share it"),
    "prod": ("others", "multiplies the gradient by the product of all the other entries"),
    "reshape": ("reshape", "puts the same numbers back into the earlier shape"),
    "astype": ("cast", "changes the type of the numbers back"),
    "broadcast_to": SUM,
    "index": ("place", "puts the gradient where the entries were taken from, and 0 elsewhere"),
    "index_add": ("pick", "takes the gradient of the places that the entries were added to"),
    "concatenate": PART,
    "stack": PART,
}
SIMPLE = ("{a} {b}", r"{a}^{\top}")
FLAT = "$J^{\\top}$ is the transposed matrix of all partial derivatives, with arrays as columns"


def whole(step: Step, upstream: str, name: Callable[[Any], str], remarks: dict[str, None]) -> str:
    """One arrow of a structural rule: X^T dL/dO, a word, or the traced gradient.

    upstream: the gradient of the rule's output, written.  name: an operand, written.
    remarks: gets a sentence for every word that wants one.
    """
    rule = step.node.op
    if rule.name == "matmul":
        return matmul(upstream, step, name)
    if rule.name == "transpose":
        return rf"{{{upstream}}}^{{\top}}"
    if rule.name in HANDED:
        target = shape(np.shape(step.input.data))
        arrow = rf"_{{\to {target}}}" if target != shape(np.shape(step.node.data)) else ""
        return in_a_word(HANDED[rule.name], arrow, upstream, remarks)
    if rule.vjp_latex:
        places = {"g": upstream, "y": name(step.node)}
        places |= dict(zip("abc", map(name, step.node.operands), strict=False))
        written: str = rule.vjp_latex[step.slot]
        for place, text in places.items():
            written = written.replace("{" + place + "}", f"{{{text}}}")
        for sentence in rule.vjp_remarks:
            remarks[sentence] = None
        return written
    traced = _traced(step, upstream, name)
    if traced is not None:
        return traced
    remarks[FLAT] = None
    return rf"J^{{\top}} \, {upstream}"


def in_a_word(told: Told, below: str, term: str, remarks: dict[str, None]) -> str:
    """What is done to a gradient, by a word that the text then explains."""
    word, meaning = told
    remarks[rf"$\operatorname{{{word}}}$ {meaning}"] = None
    return rf"\operatorname{{{word}}}{below}\left({term}\right)"


def matmul(upstream: str, step: Step, name: Callable[[Any], str]) -> str:
    """The gradient of a factor of a matrix product, and the shapes that fit."""
    left, right = step.node.operands
    other = right if step.slot == 0 else left
    a, b = np.shape(numbers(left)), np.shape(numbers(right))
    called = name(other) if isinstance(other, Node) else constant(other)
    turned = rf"{{{called}}}^{{\top}}"
    if step.slot == 0:
        first, second = (upstream, turned) if len(b) > 1 or len(a) > 1 else (upstream, called)
        shapes = (step.node.shape, b[:-2] + b[:-3:-1], a) if len(b) > 1 else None
    else:
        first, second = (turned, upstream) if len(a) > 1 else (called, upstream)
        if len(a) == 1 and len(b) > 1:
            first = rf"{{{called}}}"
            second = rf"{{{upstream}}}^{{\top}}"
        shapes = (a[:-2] + a[:-3:-1], step.node.shape, b) if len(a) > 1 else None
    fits = ""
    if shapes:
        one, two, out = (shape(s) for s in shapes)
        fits = rf" \quad ({one})({two}) \to ({out})"
    return rf"{first} \, {second}{fits}"


def _traced(step: Step, upstream: str, name: Callable[[Any], str]) -> str | None:
    """The rule's own gradient, called with tensors and printed; None where that says nothing."""
    node = step.node
    called: dict[Node, str] = {}

    def stand_in(data: Any, written: str) -> Tensor:
        made = Tensor(data)
        called[made] = printable(written)
        return made

    g, y = stand_in(step.upstream, upstream), stand_in(node.data, name(node))
    stands = {x: stand_in(x.data, name(x)) for x in node.operands if isinstance(x, Node)}
    operands = tuple(stands[x] if isinstance(x, Node) else x for x in node.operands)
    try:
        found = node.op.vjp(step.slot, g, y, operands, node.params)
        if not isinstance(found, Tensor) or not _is_plain(found, called):
            return None
        return latex(found, called)
    except (AutogradError, ArithmeticError, AttributeError, TypeError, ValueError):
        return None


def _is_plain(gradient: Node, called: dict[Node, str]) -> bool:
    """Whether a traced gradient prints as a formula that says what it does, and all of it.

    Numbers that the rule worked out on the way would stand there unexplained, and what moves whole
    arrays prints without brackets.
    """
    order = downward(gradient)
    made = [node for node in order if node.op is not None]
    if len(made) > LONGEST or any(n.op is None and n not in called for n in order):
        return False
    for node in made:
        whole_arrays, written = isinstance(node.op, Structural), node.op.latex
        named = r"\operatorname" in written and r"\ldots" not in written
        if whole_arrays and not (named or written in SIMPLE):
            return False
        for x in node.operands:
            if not isinstance(x, Node):
                if np.ndim(x):
                    return False
            elif whole_arrays and isinstance(x.op, Elementwise):
                return False
    return True
