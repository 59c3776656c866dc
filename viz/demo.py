"""The main job, on real input: train on handwritten digits, then look inside what was trained."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite import TABLE, Value, no_grad
from autograd_lite.errors import ArgumentError, DependencyError

from . import expression
from .drawing import draw
from .network import network
from .numbers import short
from .our_nn import our_nn
from .plots import plot_confusion, plot_history
from .stepping import step

ACTIVATION = "relu"
SIZES = [64, 256, 32, 10]
EPOCHS, BATCH, RATE = 40, 32, 2e-3
SHOWN = 4  # inputs of the neuron that are not folded


def run(out: Path | None = None, seed: int = 0, seeds: int = 1) -> Path:
    """Train, test, and leave the pictures in a folder; returns the folder.

    out: the folder; a new one beside the working files if None. An existing folder is used as it
    is, and files of the same names are replaced.
    seeds: with more than one, `seed`, `seed + 1`, ... are trained and the median is said as well.
    Raises ArgumentError if `out` is a file or seeds is below 1.
    """
    if seeds < 1:
        raise ArgumentError(f"--seeds {seeds}: give 1 or more.")
    folder = _folder(out)
    nn = our_nn()
    data = nn.datasets.digits()
    split = data.split(test_size=1 / 3, rng=0)
    X_train, X_test, _, y_test = split
    print(
        f"{len(X_train)} real handwritten digits to learn from, {len(X_test)} held out, "
        f"{len(SIZES) - 1} layers {'-'.join(map(str, SIZES))}."
    )
    model, history, accuracy, seconds = train(nn, split, seed)
    print(f"Accuracy on the {len(X_test)} held-out digits: {accuracy:.1%} ({seconds:.1f} s).")
    if seeds > 1:
        others = [train(nn, split, seed + i)[2] for i in range(1, seeds)]
        listed = ", ".join(f"{a:.1%}" for a in [accuracy, *others])
        print(f"Median of {seeds} seeds: {statistics.median([accuracy, *others]):.1%} ({listed}).")

    folder.mkdir(parents=True, exist_ok=True)
    made = _pages(model, X_test, y_test, folder)
    try:
        with no_grad():
            guesses = np.argmax(model(X_test).data, axis=1)
        for name, figure, text in (
            ("loss.png", plot_history(history), "loss and accuracy over the epochs"),
            (
                "confusion.png",
                plot_confusion(y_test, guesses, data.target_names),
                "which digit was taken for which",
            ),
        ):
            figure.savefig(folder / name, dpi=120)
            made.append((name, text))
    except DependencyError as error:
        made.append(("(no plots)", f"{error}".replace("\n ", "")))
    print(f"\nIn {folder}:")
    width = max(len(name) for name, _ in made)
    for name, text in made:
        print(f"  {name:<{width}}  {text}")
    print(f"\nNew to backpropagation? Open {folder / made[0][0]} in a browser first.")
    return folder


def train(nn: Any, split: Any, seed: int) -> tuple[Any, Any, float, float]:
    """One training run: the model, its history, its accuracy on the held-out part, the seconds."""
    X_train, X_test, y_train, y_test = split
    model = nn.MLP(SIZES, activation=ACTIVATION, rng=seed)
    start = time.perf_counter()
    history = nn.fit(
        model,
        X_train,
        y_train,
        optimizer=nn.Adam(model.parameters(), lr=RATE),
        epochs=EPOCHS,
        batch_size=BATCH,
        seed=seed,
    )
    seconds = time.perf_counter() - start
    with no_grad():
        guesses = np.argmax(model(X_test).data, axis=1)
    return model, history, float(np.mean(guesses == y_test)), seconds


def neuron(
    weights: Any, bias: float, inputs: Any, activation: str = ACTIVATION, shown: int = SHOWN
) -> tuple[Value, list[Value]]:
    """One neuron as a graph of single numbers: h = activation(sum_i w_i x_i + b).

    The `shown` largest products stand first, by name; the sum of all the others is the node `rest`.
    Returns h, and the leaves to keep when the rest is folded.

    >>> h, kept = neuron([1.0, -2.0, 0.5], 0.25, [3.0, 1.0, 2.0], shown=1)
    >>> h.item(), [leaf.label for leaf in kept]
    (2.25, ['w1', 'x1', 'b'])
    """
    weights, inputs = np.asarray(weights, dtype=float), np.asarray(inputs, dtype=float)
    order = np.argsort(-np.abs(weights * inputs), kind="stable")
    kept: list[Value] = []
    total: Any = None
    for i in order[:shown]:
        w, x = Value(weights[i], label=f"w{i + 1}"), Value(inputs[i], label=f"x{i + 1}")
        kept += [w, x]
        total = w * x if total is None else total + w * x
    rest: Any = None
    for i in order[shown:]:
        product = Value(weights[i]) * Value(inputs[i])
        rest = product if rest is None else rest + product
    if rest is not None:
        rest.label = "rest"
        total = total + rest
    b = Value(bias, label="b")
    kept.append(b)
    z = total + b
    z.label = "z"
    h: Value = TABLE[activation](z)
    h.label = "h"
    return h, kept


def _pages(model: Any, X: Any, y: Any, folder: Path) -> list[tuple[str, str]]:
    """The pages and drawings; (file, what it is), the first to open first."""
    example, nodes = expression.parse(expression.RUNNING_EXAMPLE, expression.RUNNING_VALUES)
    step(example, names=nodes, update=0.1).save(folder / "start-here.html")

    layer = model.layers[0]
    weights, bias = layer.weight.data, layer.bias.data
    # The neuron that answers most strongly to the first digit: its ReLU lets the gradient through.
    which = int(np.argmax(X[0] @ weights + bias))
    h, kept = neuron(weights[:, which], bias[which], X[0])
    step(h, keep=kept).save(folder / "neuron.html")
    h.backward()
    draw(h, keep=kept).save(folder / "neuron.svg")
    network(model, X[0]).save(folder / "network.svg")
    called = f"hidden neuron {which + 1} looking at a real {y[0]}"
    return [
        ("start-here.html", f"step through backprop of {expression.RUNNING_EXAMPLE}: begin here"),
        ("neuron.html", f"step through backprop of {called}, h = {short(h.item())}"),
        ("neuron.svg", "the graph of that neuron, all but four inputs folded"),
        ("network.svg", "the trained network, with what it saw in that digit"),
    ]


def _folder(out: Path | None) -> Path:
    if out is not None:
        if out.exists() and not out.is_dir():
            raise ArgumentError(f"--out {out}: there is a file of that name. Name a folder.")
        return out
    folder, count = Path("autograd-lite-demo"), 2
    while folder.exists():
        folder, count = Path(f"autograd-lite-demo-{count}"), count + 1
    return folder
