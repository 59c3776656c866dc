"""`plot_predictions`: how near the predictions of a regression come to the truth."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.errors import DependencyError, ShapeError


def plot_predictions(truth: Any, predictions: Any) -> Any:
    """Predicted against true numbers, with the line on which they would be equal.

    truth, predictions: (n,) numbers.  Returns the matplotlib figure.
    Raises ShapeError if the lengths differ, DependencyError without matplotlib.
    """
    truth, predictions = np.asarray(truth, dtype=float), np.asarray(predictions, dtype=float)
    if truth.shape != predictions.shape or truth.ndim != 1 or not truth.size:
        raise ShapeError(
            f"plot_predictions: truth {truth.shape} and predictions {predictions.shape}; give two "
            "rows of the same length."
        )
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise DependencyError(
            "Plots need matplotlib, which is not installed.\n"
            '  Install it with: pip install "autograd-lite[plot]"'
        ) from None
    figure = Figure(figsize=(5.4, 5), layout="constrained")
    ax = figure.subplots()
    ends = [min(truth.min(), predictions.min()), max(truth.max(), predictions.max())]
    ax.plot(ends, ends, color="0.5", linewidth=1, linestyle="--", label="equal")
    ax.scatter(truth, predictions, s=14, alpha=0.6, color="#1d4ed8", label="one row")
    ax.set_xlabel("true")
    ax.set_ylabel("predicted")
    error = float(np.mean(np.abs(truth - predictions)))
    ax.set_title(f"{truth.size} rows, mean absolute error {error:.4g}")
    ax.legend()
    return figure
