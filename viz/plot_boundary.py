"""Where a classifier draws the line: the decision boundary of two features, also as it moves."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError, DataError, ShapeError

from .movie import Movie
from .numbers import short
from .our_nn import our_nn
from .plotting import MARKERS, colour, one_panel, panels
from .sliding import snapshots_in

GRID = 120  # points of the plane along each side
SHOWN = 6  # epochs side by side
Scores = Callable[[Any], Any]


def plot_boundary(
    model: Any, X: Any, y: Any, history: Any = None, names: Any = None, ax: Any = None
) -> Any:
    """The plane of two features, coloured by the class that the model takes each point for.

    The paler, the less sure; the boundary is where two classes are taken equally likely. Points are
    the examples, a colour and a shape for each class; those on the wrong side have a black ring.

    model: an nn.Module that gives (n, k) logits, or (n, 1) of which the sign decides; or an
    estimator with predict_proba or predict.  X: (n, 2) features.  y: (n,) labels.
    history: of a run with an `nn.Snapshots` callback; then up to six epochs stand side by side.
    names: a name for each class.  ax: a matplotlib Axes, for one epoch.
    Returns the matplotlib figure.
    Raises ShapeError if X has not two features or y not one label each, ArgumentError for more
    than eight classes or a history without snapshots, DependencyError without matplotlib.

    >>> import nn
    >>> data = nn.datasets.moons(60, rng=0)
    >>> plot_boundary(nn.MLP([2, 8, 2], rng=0), data.X, data.y).get_axes()[0].get_xlabel()
    'feature 1'
    """
    X, y, classes = _data(X, y, "plot_boundary")
    told = _names(classes, names, "plot_boundary")
    if history is None:
        figure, panel = one_panel(ax, 5.2, 4.2)
        _draw(panel, _scores(model), X, y, classes, told)
        panel.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
        return figure
    kept = snapshots_in(history, "plot_boundary")
    chosen = np.unique(np.linspace(0, len(kept) - 1, min(SHOWN, len(kept))).round().astype(int))
    figure, shown = panels(len(chosen), 3.6, 3.2)
    for panel, index in zip(shown, chosen, strict=True):
        _draw(panel, _scores(_at(model, kept, index)), X, y, classes, told)
        panel.set_title(_title(kept, index, panel.get_title()), fontsize=10)
    figure.legend(
        *shown[0].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=min(len(classes), 4),
        frameon=False,
    )
    return figure


def animate_boundary(
    model: Any, X: Any, y: Any, history: Any, names: Any = None, pause: float = 0.25
) -> Movie:
    """The decision boundary as it moves over the epochs, to save as .gif or .html.

    history: of a run with an `nn.Snapshots` callback.  pause: seconds for each of its epochs.
    The other arguments and the errors are those of `plot_boundary`.
    """
    X, y, classes = _data(X, y, "animate_boundary")
    told = _names(classes, names, "animate_boundary")
    kept = snapshots_in(history, "animate_boundary")
    if not 0.01 <= pause <= 60:
        raise ArgumentError(f"animate_boundary: pause={pause}; give 0.01 to 60 seconds.")

    def draw(panel: Any, index: int) -> None:
        _draw(panel, _scores(_at(model, kept, index)), X, y, classes, told)
        panel.set_title(_title(kept, index, panel.get_title()), fontsize=10)

    return Movie("Decision boundary", draw, kept, pause)


# --- what the model says --------------------------------------------------------------------------


def _scores(model: Any) -> Scores:
    """A function from (n, 2) points to (n, k) probabilities, or to (n,) labels as they are."""
    nn = our_nn()
    if isinstance(model, nn.Module):

        def of_module(points: Any) -> Any:
            out = np.asarray(nn.predict(model, points), dtype=float)
            out = out[:, None] if out.ndim == 1 else out
            if out.shape[1] == 1:  # the sign decides: sigmoid of one logit
                out = np.hstack([np.zeros_like(out), out])
            return nn.softmax(out, axis=-1)

        return of_module
    for name in ("predict_proba", "predict"):
        if hasattr(model, name):
            return lambda points: np.asarray(getattr(model, name)(points))
    raise DataError(
        f"plot_boundary: {type(model).__name__} is no nn.Module and has no predict.\n"
        "  Give the model, or an estimator that was fitted."
    )


def _shares(scores: Scores, points: Any, classes: Any) -> Any:
    found = scores(points)
    if found.ndim == 1:  # labels: sure of each
        return (found[:, None] == classes).astype(float)
    if found.shape[1] < len(classes):
        raise ShapeError(
            f"plot_boundary: the model gives {found.shape[1]} scores, and y has {len(classes)} "
            "classes.\n  Train one output for each class."
        )
    return found


def _at(model: Any, kept: Any, index: int) -> Any:
    """The model as it was at a snapshot; the one that was given stays as it is."""
    then = copy.deepcopy(model)
    then.load_state_dict(kept.states[index])
    return then


def _title(kept: Any, index: int, right: str) -> str:
    loss = kept.losses[index]
    return (
        f"epoch {kept.epochs[index]}"
        + ("" if loss is None else f", loss {short(loss, 3)}")
        + (f": {right}")
    )


def _data(X: Any, y: Any, what: str) -> tuple[Any, Any, Any]:
    X, y = np.asarray(X), np.asarray(y)
    if X.ndim != 2 or X.shape[1] != 2 or not len(X):
        raise ShapeError(
            f"{what}: X has shape {X.shape}; a plane has two features, (n, 2).\n"
            "  Train on two of the features, as X[:, :2]."
        )
    if y.shape != (len(X),):
        raise ShapeError(
            f"{what}: y has shape {y.shape} for {len(X)} examples; give one label each."
        )
    if not np.isfinite(X.astype(float)).all():
        raise DataError(f"{what}: X has entries that are not finite.")
    classes = np.unique(y)
    colour(0, len(classes), f"{what}: classes")
    return X, y, classes


def _names(classes: Any, names: Any, what: str) -> list[str]:
    if names is None:
        return [f"class {label}" for label in classes]
    told = [str(name) for name in names]
    if len(told) != len(classes):
        raise ArgumentError(f"{what}: {len(told)} names for {len(classes)} classes.")
    return told


# --- drawing --------------------------------------------------------------------------------------


def _draw(panel: Any, scores: Scores, X: Any, y: Any, classes: Any, told: list[str]) -> None:
    from matplotlib.colors import to_rgb

    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.12 * np.maximum(high - low, 1e-9)
    (left, bottom), (right, top) = low - margin, high + margin
    across, up = np.linspace(left, right, GRID), np.linspace(bottom, top, GRID)
    plane = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2).astype(X.dtype)
    shares = _shares(scores, plane, classes)
    count = shares.shape[1]
    paints = np.array([to_rgb(colour(i, count, "plot_boundary: classes")) for i in range(count)])
    winner, sure = shares.argmax(axis=1), shares.max(axis=1)
    strength = 0.08 + 0.42 * np.clip((sure - 1 / count) / (1 - 1 / count), 0, 1)
    image = 1 - strength[:, None] * (1 - paints[winner])
    panel.imshow(
        image.reshape(GRID, GRID, 3),
        extent=(left, right, bottom, top),
        origin="lower",
        aspect="auto",
        interpolation="bilinear",
    )
    for i in range(count):
        if 0 < np.count_nonzero(winner == i) < len(winner):
            others = np.delete(shares, i, axis=1).max(axis=1)
            panel.contour(
                across,
                up,
                (shares[:, i] - others).reshape(GRID, GRID),
                levels=[0],
                colors="#222222",
                linewidths=1.2,
            )
    found = _shares(scores, X, classes)
    labels = classes if found.shape[1] == len(classes) else np.arange(found.shape[1])
    wrong = labels[found.argmax(axis=1)] != y
    for i, label in enumerate(classes):
        panel.scatter(
            *X[y == label].T,
            s=26,
            marker=MARKERS[i],
            color=colour(i, len(classes), ""),
            edgecolors="white",
            linewidths=0.5,
            label=told[i],
        )
    panel.scatter(
        *X[wrong].T, s=60, marker="o", facecolors="none", edgecolors="black", linewidths=1
    )
    panel.set_xlim(left, right)
    panel.set_ylim(bottom, top)
    panel.set_xlabel("feature 1")
    panel.set_ylabel("feature 2")
    right_ones = int(np.count_nonzero(~wrong))
    panel.set_title(f"{right_ones} of {len(y)} right", fontsize=11)
