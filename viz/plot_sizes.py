"""Plots of sizes: the gradient of each layer, and the memory that each node keeps for backward."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite import memory
from autograd_lite.errors import ArgumentError, DataError
from autograd_lite.graph import Node, downward, numbers

from .numbers import short
from .plotting import BLUE, ORANGE, new_figure, one_panel, tidy

VANISHING, EXPLODING = 1e-2, 1e2  # the first layer's gradient beside the last one's


def plot_gradients(model: Any, ax: Any = None) -> Any:
    """The size of the gradient of each parameter, from the first layer to the last.

    The size is the root mean square of dL/dW over the entries of W. The title says how large the
    first bias's is beside the last one's (the weights' where there are no biases): below 1/100
    gradients vanish, above 100 they explode.

    model: an nn.Module, after `backward()`.  ax: a matplotlib Axes.  Returns the matplotlib figure.
    A parameter without a gradient, as a frozen one, is shown as a dash.
    Raises ArgumentError if none has a gradient, DataError if there are no parameters,
    DependencyError without matplotlib.

    >>> import nn, numpy as np
    >>> model = nn.MLP([2, 4, 1], rng=0)
    >>> nn.mse(model(np.ones((3, 2))), np.zeros((3, 1))).backward()
    >>> len(plot_gradients(model).get_axes()[0].patches)
    4
    """
    every = [(name, _rms(parameter)) for name, parameter in _arrays(model)]
    if not every:
        raise DataError("plot_gradients: the model has no parameters.")
    if all(size is None for _, size in every):
        raise ArgumentError(
            "plot_gradients: no parameter has a gradient.\n"
            "  Call backward() on a loss of the model first, and plot before zero_grad()."
        )
    missing = [size is None for _, size in every]
    found = [(name, 0.0 if size is None else size) for name, size in every]
    figure, panel = one_panel(ax, 7.4, 1.5 + 0.34 * len(found))
    sizes = np.array([size for _, size in found])
    places = np.arange(len(found))
    weights = [name.rpartition(".")[2] == "weight" for name, _ in found]
    positive = sizes[(sizes > 0) & np.isfinite(sizes)]
    floor = float(positive.min()) / 3 if positive.size else 1e-3
    top = float(positive.max()) * 3 if positive.size else 1.0
    shown = np.where(np.isfinite(sizes), np.maximum(sizes, floor), top)
    panel.barh(
        places,
        shown,
        height=0.66,
        color=[BLUE if weight else ORANGE for weight in weights],
        hatch=["" if weight else "///" for weight in weights],
        edgecolor="white",
        linewidth=0,
    )
    for place, size, width, none in zip(places, sizes, shown, missing, strict=True):
        panel.text(width * 1.08, place, "–" if none else short(size, 3), va="center", fontsize=9)
    panel.set_yticks(places, [name for name, _ in found])
    panel.set_ylim(len(found) - 0.4, -0.6)
    panel.set_xscale("log")
    panel.set_xlim(floor / 1.5, top * 2)
    panel.set_xlabel("root mean square of the gradient (log scale)")
    told = [pair for pair, none in zip(found, missing, strict=True) if not none]
    panel.set_title(_verdict(told), fontsize=10)
    if len({*weights}) > 1:
        from matplotlib.patches import Patch

        panel.legend(
            handles=[
                Patch(facecolor=BLUE, label="weights"),
                Patch(facecolor=ORANGE, hatch="///", edgecolor="white", label="biases and others"),
            ],
            frameon=False,
            loc="upper left",
            bbox_to_anchor=(1, 1),
        )
    tidy(panel)
    panel.grid(False, axis="y")
    return figure


def _arrays(model: Any) -> list[tuple[str, Any]]:
    """The parameters as whole arrays; a scalar model's are arrays of Values."""
    from .our_nn import our_nn

    if not isinstance(model, our_nn().Module):
        raise DataError(
            f"plot_gradients: {type(model).__name__} is no nn.Module.\n  Give the model itself."
        )
    return list(model.named_parameters())


def _rms(parameter: Any) -> float | None:
    """The root mean square of a parameter's gradient; None if it has none."""
    if isinstance(parameter, Node):
        gradient = parameter.grad
    else:
        each = [value.grad for value in np.ravel(parameter)]
        gradient = None if any(g is None for g in each) else np.array(each, dtype=float)
    if gradient is None:
        return None
    array = np.asarray(numbers(gradient), dtype=float)
    return float(np.sqrt(np.mean(np.square(array)))) if array.size else 0.0


def _verdict(found: list[tuple[str, float]]) -> str:
    """How much of the gradient that the last layer gets arrives at the first."""
    if not all(np.isfinite(size) for _, size in found):
        return "Some gradients are not finite"
    # A bias's gradient is what arrives at its layer. A weight's is that times the layer's input,
    # which grows with the other weights and so hides what happens to the gradient.
    for kind in ("bias", "weight"):
        sizes = [size for name, size in found if name.rpartition(".")[2] == kind]
        if len(sizes) > 1:
            break
    else:
        return "Size of the gradients"
    if not sizes[0] or not sizes[-1]:
        return "No gradient reaches some of the layers"
    ratio = sizes[0] / sizes[-1]
    word = "vanishing: " if ratio < VANISHING else "exploding: " if ratio > EXPLODING else ""
    return f"{word}the first {kind} gets {short(ratio, 2)} of the last one's gradient"


def plot_memory(node: Any, other: Any = None, names: tuple[str, str] | None = None) -> Any:
    """The memory that backprop keeps, node by node in the order of computation.

    Until backward, every node keeps what its rule reads. With `ag.checkpoint` most of it is let go
    and computed again: give both graphs to see them on one scale.

    node: a loss, or another end of a graph.  other: the same with checkpointing, or any other
    graph.  names: their titles; "without checkpointing" and "with checkpointing" for two.
    Returns the matplotlib figure.
    Raises DataError if one of them is no node, DependencyError without matplotlib.

    >>> import numpy as np
    >>> from autograd_lite import Tensor
    >>> loss = np.tanh(Tensor(np.ones((100, 100)))).sum()
    >>> plot_memory(loss).get_axes()[0].get_title()
    'total 161 kB'
    """
    graphs = [node] if other is None else [node, other]
    kept = [memory(graph) for graph in graphs]
    titles = names or (("",) if other is None else ("without checkpointing", "with checkpointing"))
    if len(titles) != len(graphs):
        raise ArgumentError(f"plot_memory: {len(titles)} names for {len(graphs)} graphs.")
    largest = max((row.bytes for found in kept for row in found), default=1)
    unit, size = next((u, s) for u, s in _UNITS if largest >= s or s == 1)
    figure = new_figure(5.6 * len(graphs), 3.6)
    axes = figure.subplots(1, len(graphs), sharey=True, squeeze=False)[0]
    for panel, graph, found, title in zip(axes, graphs, kept, titles, strict=True):
        of = {id(row.node): row for row in found}
        rows = [of[id(each)] for each in reversed(downward(graph)) if id(each) in of]
        heights = np.array([row.bytes for row in rows]) / size
        places = np.arange(1, len(rows) + 1)
        for leaf, colour, text, hatch in (
            (False, BLUE, "kept for backward", ""),
            (True, ORANGE, "leaves: data and parameters", "///"),
        ):
            chosen = np.array([(not row.op) == leaf for row in rows])
            panel.bar(
                places[chosen],
                heights[chosen],
                color=colour,
                label=text,
                hatch=hatch,
                edgecolor="white",
                linewidth=0,
                width=0.85,
            )
        told = f"total {_said(found.total)}"
        panel.set_title(f"{title}: {told}" if title else told, fontsize=11)
        panel.set_xlabel(f"node, in the order of computation ({len(rows)} in all)")
        if len(rows) <= 16:
            panel.set_xticks(places, [_cut(row.name) for row in rows], rotation=60, ha="right")
            panel.set_xlabel("node, in the order of computation")
        panel.tick_params(axis="x", labelsize=9)
        tidy(panel)
        panel.grid(False, axis="x")
    axes[0].set_ylabel(f"memory in {unit}")
    figure.legend(
        *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False
    )
    return figure


_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("bytes", 1.0))


def _cut(name: str) -> str:
    """The end of a name, where "layers.0.weight" says most."""
    return name if len(name) <= 18 else "…" + name[-17:]


def _said(count: float) -> str:
    unit, size = next((u, s) for u, s in _UNITS if count >= s or s == 1)
    return f"{count / size:.3g} {unit}"
