"""`fit`: mini-batches, epochs, validation, and a record of how it went."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from tqdm import tqdm

from autograd_lite import detach, no_grad
from autograd_lite.errors import ArgumentError, DataError, GradientError, ShapeError

from . import losses
from .history import History
from .module import Module
from .optim import Adam, Optimizer

Array = np.ndarray[Any, Any]
Loss = Callable[[Any, Any], Any]
Metric = Callable[[Array, Array], float]
EVALUATION_BATCH = 1024


def accuracy(logits: Array, labels: Array) -> float:
    """The share of examples whose largest score is that of their own class.

    >>> accuracy(np.array([[2.0, 1.0], [0.0, 3.0]]), np.array([0, 0]))
    0.5
    """
    return float(np.mean(np.argmax(logits, axis=-1) == labels))


def fit(
    model: Module,
    X: Any,
    y: Any,
    loss: Loss | None = None,
    optimizer: Optimizer | None = None,
    epochs: int = 20,
    batch_size: int = 32,
    validation: float | tuple[Any, Any] | None = None,
    metric: Metric | None = None,
    shuffle: bool = True,
    seed: int = 0,
    progress: bool = True,
    callbacks: Sequence[Callable[[Module, History], Any]] = (),
) -> History:
    """Train a model: for each mini-batch, forward, loss, backward, one step of the optimiser.

    X: (n, ...) examples.  y: (n,) class labels, or (n, ...) targets.
    loss: called (output, target); by default cross_entropy for integer y and mse for others.
    optimizer: by default Adam over the model's parameters.
    validation: a share of the examples to hold out (the last after one shuffle), or (X, y).
    metric: called (output, target) with plain arrays; by default accuracy for integer y.
    seed: of the shuffling; the same seed and model give the same run, bit for bit.
    progress: show loss, metric and examples a second.  callbacks: called (model, history) after
    every epoch; one that returns True ends the training.

    Ctrl-C ends it between two steps: the model keeps what it has learned, and the history says so.
    Raises ShapeError if X and y differ in length, DataError for NaN or infinite features,
    ArgumentError for settings out of range, GradientError if the loss is no longer finite.

    >>> from nn import MLP, datasets
    >>> data = datasets.xor(200, rng=0)
    >>> history = fit(MLP([2, 8, 2], rng=1), data.X, data.y, epochs=3, progress=False)
    >>> len(history)
    3
    """
    X, y = _examples(X, y, "fit")
    if epochs < 0 or batch_size < 1:
        raise ArgumentError(f"fit: epochs={epochs}, batch_size={batch_size}; give 1 or more.")
    rng = np.random.default_rng(seed)
    X, y, held = _hold_out(X, y, validation, rng)
    classify = y.dtype.kind in "iu"
    loss = loss or (losses.cross_entropy if classify else losses.mse)
    metric = metric or (accuracy if classify else None)
    optimizer = optimizer or Adam(model.parameters())
    name = getattr(metric, "__name__", "metric") if metric else "metric"
    history = History(metric_name=name, examples=len(X))
    report = _Report(history, epochs, len(X), progress)
    was_training = model.training
    try:
        for _ in range(epochs):
            start = time.perf_counter()
            model.train()
            total, score = 0.0, 0.0
            order = rng.permutation(len(X)) if shuffle else np.arange(len(X))
            for batch in _batches(order, batch_size):
                optimizer.zero_grad()
                output = model(X[batch])
                value = loss(output, y[batch])
                number = float(value.item())
                if not np.isfinite(number):
                    raise GradientError(
                        f"fit: the loss is {number} in epoch {len(history) + 1}, after "
                        f"{report.done % max(len(X), 1)} examples of it.\n"
                        "  A smaller learning rate, scaled features or nn.clip_grad_norm may help."
                    )
                value.backward()
                optimizer.step()
                total += number * len(batch)
                if metric:
                    score += metric(detach(output), y[batch]) * len(batch)
                report.advance(len(batch), number)
            history.loss.append(total / len(X))
            history.metric.append(score / len(X) if metric else None)
            val = evaluate(model, *held, loss, metric) if held else (None, None)
            history.val_loss.append(val[0])
            history.val_metric.append(val[1])
            history.seconds.append(time.perf_counter() - start)
            report.epoch()
            wishes = [callback(model, history) for callback in callbacks]
            if any(wish is True for wish in wishes):
                history.stopped = f"Stopped by a callback after epoch {len(history)}."
                break
    except KeyboardInterrupt:
        history.stopped = f"Interrupted in epoch {len(history) + 1}; the model is as it was then."
    finally:
        report.close()
        optimizer.zero_grad()
        if not was_training:
            model.eval()
    return history


def evaluate(
    model: Module, X: Any, y: Any, loss: Loss, metric: Metric | None = None
) -> tuple[float, float | None]:
    """Mean loss and metric on data, without recording a graph and with the model in use mode."""
    X, y = _examples(X, y, "evaluate")
    total, score = 0.0, 0.0
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            for batch in _batches(np.arange(len(X)), EVALUATION_BATCH):
                output = model(X[batch])
                total += float(loss(output, y[batch]).item()) * len(batch)
                score += metric(detach(output), y[batch]) * len(batch) if metric else 0.0
    finally:
        if was_training:
            model.train()
    return total / len(X), (score / len(X) if metric else None)


def predict(model: Module, X: Any) -> Array:
    """The model's output as a plain array, without recording a graph, in use mode."""
    was_training = model.training
    model.eval()
    try:
        with no_grad():
            return np.asarray(detach(model(X)))
    finally:
        if was_training:
            model.train()


def _examples(X: Any, y: Any, place: str) -> tuple[Array, Array]:
    X, y = np.asarray(X), np.asarray(y)
    if X.dtype.kind not in "biuf":
        raise DataError(f"{place}: X is of {X.dtype}, not of real numbers.")
    if X.ndim < 1 or y.ndim < 1 or len(X) != len(y):
        raise ShapeError(
            f"{place}: X {X.shape} and y {y.shape}: each example, a row of X, needs one entry of y."
        )
    if not len(X):
        raise ShapeError(f"{place}: X {X.shape} holds no examples.")
    if X.dtype.kind == "f" and not np.all(np.isfinite(X)):
        at = tuple(int(i) for i in np.argwhere(~np.isfinite(X))[0])
        count = int(np.sum(~np.isfinite(X)))
        raise DataError(
            f"{place}: X has {count} entries that are NaN or infinite, the first at {at}.\n"
            "  Fill or drop those examples first."
        )
    return X, y


def _hold_out(
    X: Array, y: Array, validation: float | tuple[Any, Any] | None, rng: np.random.Generator
) -> tuple[Array, Array, tuple[Array, Array] | None]:
    if validation is None:
        return X, y, None
    if not isinstance(validation, int | float):
        return X, y, _examples(*validation, "fit, validation")
    count = round(len(X) * validation)
    if not 0 < validation < 1 or not 0 < count < len(X):
        raise ArgumentError(
            f"fit: validation={validation} of {len(X)} examples leaves none to learn from or to "
            "validate on.\n  Give a share between 0 and 1, or (X, y)."
        )
    order = rng.permutation(len(X))
    kept, held = order[:-count], order[-count:]
    return X[kept], y[kept], (X[held], y[held])


def _batches(order: Array, size: int) -> Iterator[Array]:
    return (order[i : i + size] for i in range(0, len(order), size))


class _Report:
    """A progress bar on a terminal; elsewhere a line for about every tenth epoch."""

    def __init__(self, history: History, epochs: int, examples: int, shown: bool) -> None:
        self.history, self.epochs, self.done = history, epochs, 0
        live = shown and sys.stderr.isatty()
        self.lines = shown and not live
        self.bar = tqdm(
            total=epochs * examples,
            unit=" examples",
            unit_scale=True,
            disable=not live,
            dynamic_ncols=True,
            desc=f"epoch 0/{epochs}",
        )

    def advance(self, count: int, loss: float) -> None:
        self.done += count
        self.bar.update(count)

    def epoch(self) -> None:
        h, now = self.history, len(self.history)
        parts = {"loss": h.loss[-1], h.metric_name: h.metric[-1], "val_loss": h.val_loss[-1]}
        parts[f"val_{h.metric_name}"] = h.val_metric[-1]
        shown = ", ".join(f"{k} {v:.4f}" for k, v in parts.items() if v is not None)
        self.bar.set_description(f"epoch {now}/{self.epochs}", refresh=False)
        self.bar.set_postfix_str(shown)
        if self.lines and (now % max(self.epochs // 10, 1) == 0 or now in (1, self.epochs)):
            speed = f"{h.examples_per_second:,.0f} examples/s"
            print(f"epoch {now}/{self.epochs}: {shown}, {speed}", file=sys.stderr)

    def close(self) -> None:
        self.bar.close()
