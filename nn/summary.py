"""`summary`: the layers of a model, with their shapes and what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.errors import ArgumentError

from .functional import operand
from .module import Module
from .stacks import Sequential
from .training import predict


@dataclass(frozen=True)
class Row:
    """One layer: its path, what it is, the shape of its output, its parameters and their bytes."""

    path: str
    layer: str
    output: tuple[int, ...] | None
    parameters: int
    bytes: int


class Summary:
    """The layers of a model as a table; iterate over its rows, or print it.

    parameters, bytes: of the whole model. Parameters that two layers share count once.
    """

    def __init__(self, rows: list[Row], parameters: int, size: int) -> None:
        self.rows, self.parameters, self.bytes = rows, parameters, size

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        cells = [("layer", "", "output", "parameters", "bytes")]
        for row in self.rows:
            shape = "-" if row.output is None else f"({', '.join(map(str, row.output))})"
            cells.append((row.path, row.layer, shape, f"{row.parameters:,}", f"{row.bytes:,}"))
        cells.append(("in all", "", "", f"{self.parameters:,}", f"{self.bytes:,}"))
        widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
        lines = []
        for texts in cells:
            left = [texts[i].ljust(widths[i]) for i in range(3)]
            right = [texts[i].rjust(widths[i]) for i in (3, 4)]
            lines.append("  ".join(left + right).rstrip())
        lines.insert(1, "─" * max(map(len, lines)))
        lines.insert(-1, lines[1])
        return "\n".join(lines)


def summary(model: Module, x: Any = None) -> Summary:
    """The layers of a model: path, settings, output shape, parameters and bytes.

    x: a batch of inputs to find the shapes with; without one they are left out. The model is left
    in its mode, and no graph is kept. The shapes of layers inside a module of your own are unknown.
    Raises ArgumentError if `model` is no module, and what the model raises for an x that does not
    fit.

    >>> from nn import MLP
    >>> summary(MLP([4, 8, 3]), np.zeros((5, 4)))
    layer                   output  parameters  bytes
    ─────────────────────────────────────────────────
    layers.0  Linear(4, 8)  (5, 8)          40    160
    layers.1  ReLU()        (5, 8)           0      0
    layers.2  Linear(8, 3)  (5, 3)          27    108
    ─────────────────────────────────────────────────
    in all                                  67    268
    """
    if not isinstance(model, Module):
        raise ArgumentError(f"summary: {model!r:.60} is no module. Give a model.")
    shapes: dict[int, tuple[int, ...]] = {}
    if x is not None:
        _follow(model, operand(x, "summary"), shapes)
    rows = []
    for path, module in model.named_modules():
        inside = [m for name, m in module.named_modules() if name]
        if not inside:
            count, size = _held(module)
            shape = shapes.get(id(module))
            rows.append(Row(path or type(model).__name__, repr(module), shape, count, size))
        elif any(_held(module, own=True)):
            kind = type(module).__name__
            rows.append(Row(path or kind, kind, None, *_held(module, own=True)))
    return Summary(rows, *_held(model))


def _follow(module: Module, x: Any, shapes: dict[int, tuple[int, ...]]) -> Any:
    """The output, noting the shapes on the way through stacks."""
    output = predict(module, x)
    shapes[id(module)] = tuple(output.shape)
    if isinstance(module, Sequential):
        for layer in module:
            x = _follow(layer, x, shapes)
    return output


def _held(module: Module, own: bool = False) -> tuple[int, int]:
    """How many numbers and bytes the parameters are; with `own`, without those further inside."""
    inner = {
        id(p)
        for name, part in module.named_modules()
        if name and own
        for _, p in part.named_parameters()
    }
    parameters = [p for _, p in module.named_parameters() if id(p) not in inner]
    count = sum(int(np.prod(p.shape)) for p in parameters)
    sizes = [p.dtype.itemsize if isinstance(p, Tensor) else 8 for p in parameters]
    size = sum(int(np.prod(p.shape)) * each for p, each in zip(parameters, sizes, strict=True))
    return count, size
