"""`fit`: mini-batches, epochs, validation, and a record of how it went."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd_lite import detach, no_grad
from autograd_lite.errors import ArgumentError, GradientError

from . import losses
from .batches import Array, batches, examples, hold_out
from .functional import check_labels
from .history import History
from .interrupts import uninterrupted
from .layers import Dropout
from .module import Module
from .optim import Adam
from .optimizer import Optimizer
from .progress import Report

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
    seed: of the shuffling, and of Dropout layers that have no seed of their own; the same seed and
    a model built the same way give the same run, bit for bit.
    progress: show loss, metric and examples a second.  callbacks: called (model, history) after
    every epoch; one that returns True ends the training.

    Ctrl-C ends it between two steps: the model keeps what it has learned, and the history says so.
    Raises ShapeError if X and y differ in length or do not fit the model, DataError for NaN or
    infinite numbers, LabelError for a label outside the model's classes, ArgumentError for settings
    out of range, all before the first step; GradientError if the loss is no longer finite.

    >>> from nn import MLP, datasets
    >>> data = datasets.xor(200, rng=0)
    >>> history = fit(MLP([2, 8, 2], rng=1), data.X, data.y, epochs=3, progress=False)
    >>> len(history)
    3
    """
    X, y = examples(X, y, "fit")
    _whole("epochs", epochs, 0)
    _whole("batch_size", batch_size, 1)
    rng = np.random.default_rng(seed)
    X, y, held = hold_out(X, y, validation, rng)
    loss, metric = _loss_and_metric(y, loss, metric)
    _try_out(model, loss, [(X, y), held] if held else [(X, y)])
    optimizer = optimizer or Adam(model.parameters())
    _seed_dropout(model, seed)
    name = getattr(metric, "__name__", "metric") if metric else "metric"
    history = History(metric_name=name, examples=len(X))
    report = Report(history, epochs, len(X), progress)
    was_training = model.training
    try:
        for _ in range(epochs):
            start = time.perf_counter()
            model.train()
            total, score = 0.0, 0.0
            order = rng.permutation(len(X)) if shuffle else np.arange(len(X))
            for number, batch in enumerate(batches(order, batch_size)):
                optimizer.zero_grad()
                target = y[batch]
                output = model(X[batch])
                value = loss(output, target)
                found = float(value.item())
                if not math.isfinite(found):
                    raise GradientError(
                        f"fit: the loss is {found} in epoch {len(history) + 1}, "
                        f"batch {number + 1}.\n"
                        "  A smaller learning rate, scaled features or nn.clip_grad_norm may help."
                    )
                value.backward()
                optimizer.step()
                total += found * len(batch)
                if metric:
                    score += metric(detach(output), target) * len(batch)
                report.advance(len(batch), found)
            val_loss, val_metric = evaluate(model, *held, loss, metric) if held else (None, None)
            mean, share = total / len(X), score / len(X) if metric else None
            with uninterrupted():
                history.add(mean, share, val_loss, val_metric, time.perf_counter() - start)
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
    model: Module, X: Any, y: Any, loss: Loss | None = None, metric: Metric | None = None
) -> tuple[float, float | None]:
    """Mean loss and metric on data, without recording a graph and with the model in use mode.

    X, y, loss, metric: as for `fit`, with the same defaults and errors.

    >>> from nn import MLP, datasets
    >>> data = datasets.iris()
    >>> loss, share = evaluate(MLP([4, 3], init="zeros"), data.X, data.y)
    >>> round(loss, 4), round(share, 4)
    (1.0986, 0.3333)
    """
    X, y = examples(X, y, "evaluate")
    loss, metric = _loss_and_metric(y, loss, metric)
    total, score = 0.0, 0.0
    with _in_use(model):
        for batch in batches(np.arange(len(X)), EVALUATION_BATCH):
            output = model(X[batch])
            total += float(loss(output, y[batch]).item()) * len(batch)
            score += metric(detach(output), y[batch]) * len(batch) if metric else 0.0
    return total / len(X), (score / len(X) if metric else None)


def predict(model: Module, X: Any) -> Array:
    """The model's output as a plain array, without recording a graph, in use mode.

    >>> from nn import MLP
    >>> predict(MLP([2, 3], init="zeros"), [[1.0, 2.0]])
    array([[0., 0., 0.]], dtype=float32)
    """
    with _in_use(model):
        return np.asarray(detach(model(X)))


@contextlib.contextmanager
def _in_use(model: Module) -> Iterator[None]:
    """No graph, no dropout; afterwards every module is in the mode that it was in."""
    training = [module for _, module in model.named_modules() if module.training]
    model.eval()
    try:
        with no_grad():
            yield
    finally:
        for module in training:
            module.training = True


def _loss_and_metric(
    y: Array, loss: Loss | None, metric: Metric | None
) -> tuple[Loss, Metric | None]:
    classes = y.dtype.kind in "iu"
    return (
        loss or (losses.cross_entropy if classes else losses.mse),
        metric or (accuracy if classes else None),
    )


def _try_out(model: Module, loss: Loss, data: list[tuple[Array, Array]]) -> None:
    """Find out on one example, before anything is changed, whether data, model and loss fit."""
    for X, y in data:
        with _in_use(model):
            output = model(X[:1])
            if loss is losses.cross_entropy and len(output.shape) == 2 and y.ndim == 1:
                check_labels(y, output.shape[1], "fit")
            loss(output, y[:1])


def _seed_dropout(model: Module, seed: int) -> None:
    for i, (_, module) in enumerate(model.named_modules()):
        if isinstance(module, Dropout) and not module.seeded:
            module.rng = np.random.default_rng([seed, i])


def _whole(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ArgumentError(f"fit: {name}={value!r}; give a whole number, {least} or more.")
