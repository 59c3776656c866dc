"""Plots of functions: an activation with its derivative, softmax against temperature."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

import autograd_lite
from autograd_lite import TABLE, Tensor
from autograd_lite.errors import ArgumentError, AutogradError, RuleError
from autograd_lite.rows import Elementwise, Rule

from .our_nn import our_nn
from .plotting import BLUE, LINES, MUTED, ORANGE, colour, one_panel, panels, tidy

USUAL = ("relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "sigmoid", "tanh")
FLAT = 0.05  # a unit whose slope is below this hands on next to nothing: it is saturated
SAMPLES = 801


def plot_activations(*activations: Any, low: float = -4.0, high: float = 4.0) -> Any:
    """Each activation with its derivative, and where it saturates.

    Shaded is where |dy/dx| < 0.05: there next to no gradient gets through. Values and slopes are
    those of the rule table, so a row of `ag.define` can be plotted too.

    activations: names of elementwise rows of one input, or the rows; the usual eight if none is
    given.  low, high: the range of the input.  Returns the matplotlib figure.
    Raises RuleError for a name that is not in the table, ArgumentError for a row of several inputs
    or a range that is none, DependencyError without matplotlib.

    >>> plot_activations("relu", "tanh").get_axes()[1].get_title()
    'tanh'
    """
    rows = [_row(each) for each in activations or USUAL]
    if not (np.isfinite([low, high]).all() and low < high):
        raise ArgumentError(
            f"plot_activations: low={low}, high={high}; give two numbers, the smaller one first."
        )
    figure, shown = panels(len(rows), 3.4, 2.9, columns=4)
    for i, (panel, row) in enumerate(zip(shown, rows, strict=True)):
        x, y, slope = _values(row, low, high)
        flat = np.abs(slope) < FLAT
        panel.fill_between(
            x,
            0,
            1,
            where=flat,
            transform=panel.get_xaxis_transform(),
            color=MUTED,
            alpha=0.18,
            linewidth=0,
            label=f"saturated: |dy/dx| < {FLAT}",
        )
        panel.plot(x, y, color=BLUE, linewidth=2, label="y")
        panel.plot(x, slope, color=ORANGE, linestyle="--", linewidth=1.6, label="dy/dx")
        panel.set_title(row.name, fontsize=11)
        panel.set_xlabel("x")
        panel.set_xlim(low, high)
        both = np.concatenate([y, slope])
        seen = both[np.isfinite(both) & (np.abs(both) < 3 * max(abs(low), abs(high)))]
        if seen.size:
            margin = 0.08 * max(float(np.ptp(seen)), 0.5)
            panel.set_ylim(seen.min() - margin, seen.max() + margin)
        tidy(panel)
        if i == 0:
            figure.legend(
                *panel.get_legend_handles_labels(),
                loc="outside lower center",
                ncols=3,
                frameon=False,
            )
    return figure


def _row(given: Any) -> Elementwise:
    row = given
    if isinstance(given, str):
        row = TABLE.get(given) or getattr(autograd_lite, given, None)
        if not isinstance(row, Rule):
            raise RuleError(
                f"plot_activations: there is no operation {given!r}.\n"
                f"  Try {', '.join(USUAL)}; ag.define adds one of your own."
            )
    elif not isinstance(given, Rule):
        row = TABLE.get(str(getattr(given, "__name__", "")))
    if not isinstance(row, Elementwise):
        raise ArgumentError(
            f"plot_activations: {given!r:.60} is no elementwise operation of the rule table.\n"
            "  Give a name, such as 'tanh', or what ag.define returned."
        )
    if len(row.partials) - len(row.defaults) != 1:
        raise ArgumentError(
            f"plot_activations: {row.name} has {len(row.partials)} inputs; a curve needs one."
        )
    return row


def _values(row: Elementwise, low: float, high: float) -> tuple[Any, Any, Any]:
    """Inputs, outputs and slopes; nan where the operation is not defined."""
    x = np.linspace(low, high, SAMPLES)
    leaf = Tensor(x)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            out = row(leaf)
            out.sum().backward()
        except AutogradError as error:
            raise ArgumentError(f"plot_activations: {row.name}: {error}") from error
    slope = np.zeros_like(x) if leaf.grad is None else np.asarray(leaf.grad)
    y = np.array(out.data, dtype=float)
    y[~np.isfinite(y)] = np.nan
    return x, y, np.where(np.isfinite(slope) & np.isfinite(y), slope, np.nan)


def plot_softmax(
    logits: Any = (2.0, 1.0, 0.5, -1.0),
    names: Any = None,
    low: float = 0.1,
    high: float = 10.0,
    ax: Any = None,
) -> Any:
    """Softmax against temperature: p_i = exp(z_i / T) / sum_j exp(z_j / T).

    A low temperature gives nearly everything to the largest logit, a high one the same to all.

    logits: (k,) scores, 2 to 8 of them.  names: one for each.  low, high: the temperatures, above
    0.  ax: a matplotlib Axes.  Returns the matplotlib figure.
    Raises ArgumentError for other logits or temperatures, DependencyError without matplotlib.

    >>> plot_softmax([2.0, 0.0]).get_axes()[0].get_xlabel()
    'temperature T'
    """
    scores = np.asarray(logits, dtype=float)
    if scores.ndim != 1 or len(scores) < 2 or not np.isfinite(scores).all():
        raise ArgumentError(
            f"plot_softmax: logits of shape {scores.shape}; give a row of 2 or more finite numbers."
        )
    if not 0 < low < high < np.inf:
        raise ArgumentError(
            f"plot_softmax: temperatures from {low} to {high}; give 0 < low < high."
        )
    called = [f"z = {z:g}" for z in scores] if names is None else [str(name) for name in names]
    if len(called) != len(scores):
        raise ArgumentError(f"plot_softmax: {len(called)} names for {len(scores)} logits.")
    temperatures = np.geomspace(low, high, 300)
    shares = our_nn().softmax(scores / temperatures[:, None], axis=-1)
    figure, panel = one_panel(ax, 6, 3.8)
    for i, name in enumerate(called):
        panel.plot(
            temperatures,
            shares[:, i],
            color=colour(i, len(called), "plot_softmax"),
            linestyle=LINES[i % 4],
            linewidth=2,
            label=name,
        )
    panel.axhline(1 / len(scores), color=MUTED, linewidth=0.9, linestyle=":")
    panel.axvline(1, color=MUTED, linewidth=0.9, linestyle=":")
    panel.text(1.03, 0.97, "T = 1", color=MUTED, va="top", transform=panel.get_xaxis_transform())
    panel.text(
        low * 1.05, 1 / len(scores) + 0.012, f"1/{len(scores)} each", color=MUTED, fontsize=9
    )
    panel.set_xscale("log")
    panel.set_xlim(low, high)
    panel.set_ylim(0, 1)
    ticks = [t for t in (0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100) if low <= t <= high]
    panel.set_xticks(ticks, [f"{t:g}" for t in ticks])
    panel.minorticks_off()
    panel.set_xlabel("temperature T")
    panel.set_ylabel("probability")
    panel.set_title("softmax(z / T)", fontsize=11)
    tidy(panel)
    panel.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
