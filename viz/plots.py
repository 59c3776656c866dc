"""Plots with matplotlib: how training went, and what the classifier confuses."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.errors import LabelError, ShapeError

from .plotting import BLUE, ORANGE, one_panel, panels, tidy


def plot_history(history: Any, ax: Any = None) -> Any:
    """Loss, and the metric if there is one, over the epochs, for training and validation data.

    history: what `nn.fit` returns.  ax: a matplotlib Axes for the loss alone; a new figure with a
    panel each for loss and metric if left out.  Returns the matplotlib figure.
    Raises DependencyError if matplotlib is not installed.
    """
    rows = [("loss", history.loss, history.val_loss)]
    if ax is not None:
        figure, shown = ax.figure, [ax]
    else:
        if any(v is not None for v in history.metric):
            rows.append((history.metric_name, history.metric, history.val_metric))
        figure, shown = panels(len(rows), 5, 3.6)
    for panel, (name, train, validation) in zip(shown, rows, strict=True):
        epochs = np.arange(1, len(train) + 1)
        marker = "o" if len(train) == 1 else None
        panel.plot(epochs, train, color=BLUE, marker=marker, label="training")
        if any(v is not None for v in validation):
            held = [np.nan if v is None else v for v in validation]
            panel.plot(
                epochs, held, color=ORANGE, marker=marker, linestyle="--", label="validation"
            )
        panel.set_xlabel("epoch")
        panel.set_ylabel(name)
        panel.set_title(f"{name} over the epochs", fontsize=11)
        if name == "loss":
            panel.set_ylim(bottom=min(0, *train) if train else 0)
        tidy(panel)
        panel.legend(frameon=False)
    return figure


def plot_confusion(labels: Any, predictions: Any, names: Any = None, ax: Any = None) -> Any:
    """The confusion matrix: how often true class i was taken for class j.

    labels, predictions: (n,) integers.  names: a name for each class.  Counts of 0 are left blank;
    off the diagonal a count stands in bold.  Returns the matplotlib figure.
    Raises ShapeError if the lengths differ, LabelError for a class below 0, DependencyError
    without matplotlib.
    """
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    if labels.shape != predictions.shape or labels.ndim != 1 or not labels.size:
        raise ShapeError(
            f"plot_confusion: labels {labels.shape} and predictions {predictions.shape}; give two "
            "rows of the same length."
        )
    if min(labels.min(), predictions.min()) < 0:
        raise LabelError("plot_confusion: classes are numbered from 0; there is one below it.")
    count = int(max(labels.max(), predictions.max())) + 1
    matrix = np.zeros((count, count), dtype=int)
    np.add.at(matrix, (labels, predictions), 1)
    figure, ax = one_panel(ax, 5.4, 5)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for i, j in zip(*np.nonzero(matrix), strict=True):
        ax.text(
            j,
            i,
            str(matrix[i, j]),
            ha="center",
            va="center",
            color="white" if shares[i, j] > 0.5 else "black",
            weight="normal" if i == j else "bold",
        )
    ticks = [str(n) for n in (names if names is not None else range(count))]
    ax.set_xticks(range(count), ticks)
    ax.set_yticks(range(count), ticks)
    ax.set_xlabel("predicted")
    ax.set_ylabel("true")
    right = int(np.trace(matrix))
    ax.set_title(f"{right} of {labels.size} right ({right / labels.size:.1%})")
    return figure
