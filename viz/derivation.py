"""`derivation`: dL/d(wrt) written out, every step in order, as LaTeX and as Markdown."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.errors import DataError, GradientError
from autograd_lite.graph import Node
from autograd_lite.stepwise import Step, steps

from .files import save
from .names import name_nodes
from .numbers import short
from .picture import plain
from .tex import approximately, quantity, signed
from .writing import Writer

ALL_FORWARD = 40  # operations up to which all of them are defined, also those beside the path
TERMS_A_LINE = 3
TEX_HEAD = (
    "% For \\input in a paper with \\usepackage{amsmath, amssymb}; "
    "\\allowdisplaybreaks lets a long one break.\n"
)
BREAK = " \\\\[4pt]\n"  # a little apart, for the fractions


class Derivation:
    """A derivation that prints itself: as Markdown, as LaTeX, and in a notebook.

    markdown: with formulas in `$$`, as notebooks and GitHub show them.
    latex:    sentences and align* environments (packages amsmath, amssymb), to paste into a paper.
    value:    the derivative, as a number or an array; a list or tuple of them as `wrt` was one.
    values:   the same by the names of what was differentiated by.
    """

    def __init__(
        self,
        title: str,
        parts: list[tuple[str, list[str]]],
        values: dict[str, Any],
        value: Any,
    ) -> None:
        self.title = title
        self.parts = parts
        self.values = values
        self.value = value

    @property
    def latex(self) -> str:
        found = []
        for sentence, lines in self._told():
            found.append(sentence)
            if lines:
                body = BREAK.join(f"  {line}" for line in lines)
                found.append(f"\\begin{{align*}}\n{body}\n\\end{{align*}}")
        return "\n".join(found) + "\n"

    @property
    def markdown(self) -> str:
        found = []
        for sentence, lines in self._told():
            found.append(sentence)
            if lines:
                body = BREAK.join(lines)
                found.append(f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$")
        return "\n\n".join(found) + "\n"

    def _told(self) -> list[tuple[str, list[str]]]:
        return [part for part in self.parts if part[0] or part[1]]

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the derivation to a file, `.md`, or `.tex` for a paper to input. Gives the path.

        The file appears whole or not at all.
        Raises ArgumentError for another ending, and OSError where the file cannot be written.
        """
        return save(
            path,
            {".md": lambda: self.markdown, ".tex": lambda: TEX_HEAD + self.latex},
            "a derivation",
        )

    def __str__(self) -> str:
        return self.markdown

    def __repr__(self) -> str:
        formulas = sum(len(lines) for _, lines in self.parts)
        return f"<derivation of {self.title}: {formulas} lines; print it>"

    def _repr_markdown_(self) -> str:
        return self.markdown

    def _repr_latex_(self) -> str:
        return self.latex


def derivation(
    y: Node,
    wrt: Node | Sequence[Node] | None = None,
    names: Mapping[str, Any] | None = None,
) -> Derivation:
    """Write out the derivative of `y` with respect to `wrt`, by the chain rule from `y` down.

    dL/dx = sum over the arrows x -> v of dL/dv * dv/dx, once for every node v between, so that
    each result is used again and the length is that of the graph, not of the number of its paths.
    Each derivative stands in symbols, by its local rule, and in numbers. It is read from
    `ag.steps`, and changes nothing. Arrays are written in matrix form with their shapes:
    dL/dW = X^T dL/dO, and a sum over the examples for a bias.

    y: a node with a single entry.
    wrt: a node that it depends on, a leaf or not; a list or tuple of such; left out: every leaf.
    names: `locals()`, to call nodes by their variables.
    Raises DataError if `y` is no node or `wrt` no number, array or node; GradientError if `wrt` is
    a constant or `y` does not depend on it; ShapeError if `y` has more than one entry.

    >>> from autograd_lite import Value
    >>> a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    >>> found = derivation((a * b + a) * k, wrt=a)
    >>> found.value
    -10.0
    >>> print(found.parts[0][1][0])
    c &= a \\cdot b = 2 \\cdot (-3) = -6
    >>> derivation((a * b + a) * k, wrt=(a, k)).value
    (-10.0, -4.0)
    """
    called = name_nodes(y, names)
    record = steps(y)
    wanted = _wanted(y, wrt, called, record)
    found = _on_the_way(record, wanted)
    ends = {step.input: step.after for step in found}
    for node in wanted:
        if node not in ends and node is not y:
            raise GradientError(
                f"derivation: {called[y]} does not depend on {called[node]}: no gradient flows "
                f"from the one to the other.\n  {called[node]} only decides which case holds, as "
                "in a condition."
            )
    ends[y] = np.ones(np.shape(y.data))[()]
    writer = Writer(called)
    title = ", ".join(f"∂{plain(called[y])}/∂{plain(called[node])}" for node in wanted)
    parts = [_forward(writer, y, wanted, found), _backward(writer, y, found)]
    parts += [(_result(writer, y, node, ends[node]), []) for node in wanted]
    values = [ends[node] for node in wanted]
    value: Any = values[0]
    if not isinstance(wrt, Node):
        value = values if isinstance(wrt, list) else tuple(values)
    return Derivation(plain(title, 200), parts, {called[n]: ends[n] for n in wanted}, value)


def _wanted(y: Node, wrt: Any, called: Mapping[Node, str], record: list[Step]) -> list[Node]:
    """The nodes to differentiate by, each once, in the order they were given."""
    if wrt is None:
        moved = {step.input for step in record}
        return [n for n in called if n.op is None and n in moved] or [y]
    several = list(wrt) if isinstance(wrt, list | tuple) else [wrt]
    if not several:
        raise DataError(
            f"derivation: wrt={wrt!r} names nothing to differentiate by.\n"
            f"  Give one or more of {_listed(called)}; or leave wrt out for every leaf."
        )
    for node in several:
        _check(y, node, called)
    return list(dict.fromkeys(several))


def _check(y: Node, wrt: Any, called: Mapping[Node, str]) -> None:
    if isinstance(wrt, Node):
        if wrt not in called:
            name = wrt.label or (short(wrt.data) if np.ndim(wrt.data) == 0 else "an array")
            raise GradientError(
                f"derivation: {called[y]} does not depend on wrt={name}, which is not in its graph."
                f"\n  {called[y]} was computed from {_listed(called)}."
            )
        return
    if isinstance(wrt, int | float | np.number | np.ndarray) and not isinstance(wrt, bool):
        raise GradientError(
            f"derivation: wrt={wrt!r:.60} is a plain number or array, a constant in the graph of "
            f"{called[y]}.\n  Make it a Value or a Tensor before computing with it."
        )
    raise DataError(
        f"derivation: wrt is {type(wrt).__name__} {wrt!r:.60}, not a node of the graph.\n"
        f"  Give one of {_listed(called)}."
    )


def _listed(called: Mapping[Node, str]) -> str:
    leaves = [name for node, name in called.items() if node.op is None] or [*called.values()]
    return ", ".join(leaves[:8]) + (f" and {len(leaves) - 8} more" if len(leaves) > 8 else "")


def _on_the_way(record: list[Step], wanted: list[Node]) -> list[Step]:
    """The steps along arrows that lead down to one of `wanted`."""
    alive = set(wanted)
    found = []
    for step in reversed(record):  # an arrow into a node comes before the arrows out of it
        if step.input in alive:
            alive.add(step.node)
            found.append(step)
    return found[::-1]


def _forward(
    writer: Writer, y: Node, wanted: list[Node], found: list[Step]
) -> tuple[str, list[str]]:
    """What is given, and a definition of every operation that is spoken of."""
    order = list(writer.names)
    path = {step.node for step in found} | {y}
    whole = sum(node.op is not None for node in order) <= ALL_FORWARD
    defined = [node for node in order if node.op is not None and (whole or node in path)]
    used = {x for node in defined for x in node.operands if isinstance(x, Node)} | set(wanted)
    within = set(defined)
    given = [node for node in order if node in used and node not in within]
    lines = [
        f"{writer.name(node)} &= {writer.definition(node)}{writer.computed(node)}"
        for node in defined
    ]
    listed = ", ".join(
        f"${writer.name(x)} {approximately(x.data)} {quantity(x.data)}$" for x in given
    )
    what = "Forward" if lines else f"There is one node, ${writer.name(y)}$"
    return (f"{what}, with {listed}:" if lines and given else f"{what}."), lines


def _backward(writer: Writer, y: Node, found: list[Step]) -> tuple[str, list[str]]:
    """For each node the sum over the arrows that leave it: symbols, local rules, numbers."""
    arriving: dict[Node, list[Step]] = {}
    for step in found:
        arriving.setdefault(step.input, []).append(step)
    # A node is complete at the last arrow that arrives at it: that is when its formula is written.
    finished = {steps_of[-1]: node for node, steps_of in arriving.items()}
    lines: list[str] = []
    for step in found:
        if step in finished:
            lines += _sum(writer, y, step.input, arriving[step.input])
    told = [
        r"each $\partial v / \partial u$ on the right is the local derivative, with the other "
        "operands held still",
        *writer.remarks,
    ]
    held = f"Backward: {'; '.join(told)}."
    return (held if lines else ""), lines


def _sum(writer: Writer, y: Node, node: Node, arrows: list[Step]) -> list[str]:
    left = writer.gradient(y, node)
    chain = [writer.chain(y, step) for step in arrows]
    local = [writer.share(y, step) for step in arrows]
    stages = [chain]
    if local != chain:
        stages.append(local)
    lines = []
    for terms in stages:
        for start in range(0, len(terms), TERMS_A_LINE):
            some = signed(terms[start : start + TERMS_A_LINE])
            if start:
                lines.append(rf" &\quad {'' if some.startswith('-') else '+ '}{some}")
            else:
                lines.append(f"{'' if lines else left} &= {some}")
    reckoned = f"&{writer.numbers(y, arrows)}"
    if not lines[-1].endswith(reckoned):  # a local rule that is a number says it already
        lines.append(reckoned)
    return [*(line.strip() for line in lines)]


def _result(writer: Writer, y: Node, wrt: Node, value: Any) -> str:
    gradient = f"${writer.gradient(y, wrt)} {approximately(value)} {quantity(value)}$"
    if np.ndim(value) == 0 and np.isfinite(value):
        direction = "falls" if value < 0 else "rises"
        if value == 0:
            moves = f"${writer.name(y)}$ does not change at first"
        else:
            moves = f"${writer.name(y)}$ {direction} by about ${quantity(abs(value) * 0.01)}$"
        return f"So {gradient}: raise ${writer.name(wrt)}$ by $0.01$ and {moves}."
    return f"So {gradient}."
