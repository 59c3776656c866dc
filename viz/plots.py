"""Plots with matplotlib: how training went, and what the classifier confuses."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.errors import DependencyError, LabelError, ShapeError

# Colours that stay apart for colour-blind readers (Okabe and Ito, 2008).
BLUE, ORANGE = "#0072B2", "#D55E00"


def plot_history(history: Any, ax: Any = None) -> Any:
    """Loss, and the metric if there is one, over the epochs, for training and validation data.

    history: what `nn.fit` returns.  ax: a matplotlib Axes for the loss alone; a new figure with a
    panel each for loss and metric if left out.  Returns the matplotlib figure.
    Raises DependencyError if matplotlib is not installed.
    """
    plt = _pyplot()
    rows = [("loss", history.loss, history.val_loss)]
    if ax is None:
        if any(v is not None for v in history.metric):
            rows.append((history.metric_name, history.metric, history.val_metric))
        figure, axes = plt.subplots(
            1, len(rows), figsize=(5 * len(rows), 3.6), layout="constrained", squeeze=False
        )
        panels = list(axes[0])
    else:
        figure, panels = ax.figure, [ax]
    for panel, (name, train, validation) in zip(panels, rows, strict=True):
        epochs = np.arange(1, len(train) + 1)
        panel.plot(epochs, train, color=BLUE, label="training")
        if any(v is not None for v in validation):
            panel.plot(epochs, validation, color=ORANGE, linestyle="--", label="validation")
        panel.set_xlabel("epoch")
        panel.set_ylabel(name)
        if name == "loss":
            panel.set_ylim(bottom=0)
        panel.spines[["top", "right"]].set_visible(False)
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
    plt = _pyplot()
    count = int(max(labels.max(), predictions.max())) + 1
    matrix = np.zeros((count, count), dtype=int)
    np.add.at(matrix, (labels, predictions), 1)
    figure = ax.figure if ax is not None else plt.figure(figsize=(5.4, 5), layout="constrained")
    ax = ax if ax is not None else figure.subplots()
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


def _pyplot() -> Any:
    try:
        from matplotlib import pyplot
    except ImportError:
        raise DependencyError(
            "Plots need matplotlib, which is not installed.\n"
            '  Install it with: pip install "autograd-lite[plot]"'
        ) from None
    return pyplot
