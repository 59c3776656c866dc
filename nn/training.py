"""`fit`: mini-batches, epochs, validation, and a record of how it went."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd_lite import detach, no_grad
from autograd_lite.errors import ArgumentError

from . import losses
from .batches import Array, Arrays, Batch, Stream, batches, examples, hold_out
from .checkpoints import Checkpoints
from .compiled_step import CompiledStep
from .functional import check_labels
from .history import History
from .interrupts import uninterrupted
from .layers import Dropout
from .metrics import accuracy
from .module import Module
from .optim import Adam
from .optimizer import Optimizer
from .progress import Report
from .run import Best, Loss, Metric, Run
from .schedules import Schedule

EVALUATION_BATCH = 1024


def fit(
    model: Module,
    X: Any,
    y: Any = None,
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
    schedule: Schedule | None = None,
    clip_norm: float | None = None,
    accumulate: int = 1,
    early_stopping: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: int | None = None,
    resume: bool = False,
    compile: bool = True,
) -> History:
    """Train a model: for each mini-batch, forward, loss, backward, one step of the optimiser.

    X: (n, ...) examples.  y: (n,) class labels, or (n, ...) targets. Arrays, lists, pandas frames,
    and np.memmap, of which only what is needed is read. Or X is an iterable of batches (X, y), gone
    through once an epoch, and y is left out: for data that no array holds.
    loss: called (output, target); by default cross_entropy for integer y and mse for others.
    optimizer: by default Adam over the model's parameters.
    validation: a share of the examples to hold out (the last after one shuffle), or (X, y).
    metric: called (output, target) with plain arrays; by default accuracy for integer y.
    seed: of the shuffling, and of Dropout layers that have no seed of their own; the same seed and
    a model built the same way give the same run, bit for bit.
    progress: show loss, metric and examples a second.  callbacks: called (model, history) after
    every epoch; one that returns True ends the training.
    schedule: changes the learning rate.  clip_norm: the most that the norm of the gradient may be.
    accumulate: how many batches to add up the gradient of before a step, which is then that of one
    batch as large as all of them.
    early_stopping: end after that many epochs without a lower validation loss; the model then has
    the weights of the best one.
    checkpoint: a file to write the run to after every epoch, or every `checkpoint_every` steps,
    whole or not at all.  resume: go on from that file, if it is there, to the same numbers, bit for
    bit, as a run that was never stopped (with the same NumPy, number of threads and settings).

    compile: once batches of one shape have come a few times, compute their loss and gradients by a
    program traced from model and loss, to the same numbers, bit for bit. Where that cannot be, it
    goes on without, and the history says why in `eager`.

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
    _whole("epochs", epochs, 0)
    _whole("batch_size", batch_size, 1)
    _whole("accumulate", accumulate, 1)
    for name, value in (("early_stopping", early_stopping), ("checkpoint_every", checkpoint_every)):
        if value is not None:
            _whole(name, value, 1)
    if checkpoint is None and (resume or checkpoint_every is not None):
        raise ArgumentError("fit: resume and checkpoint_every need checkpoint=, the file to use.")
    rng = np.random.default_rng(seed)
    data, held = _data(X, y, batch_size, validation, shuffle, rng)
    if early_stopping is not None and held is None:
        raise ArgumentError(
            "fit: early_stopping looks at the validation loss; give validation=0.2 or (X, y)."
        )
    first = data.first()
    loss, metric = _loss_and_metric(first[1], loss, metric)
    _try_out(model, loss, [first, held] if held else [first])
    if schedule is not None and optimizer is None:
        optimizer = schedule.optimizer
    optimizer = optimizer or Adam(model.parameters())
    _fits(optimizer, schedule)
    _seed_dropout(model, seed)
    name = getattr(metric, "__name__", "metric") if metric else "metric"
    history = History(metric_name=name, examples=data.examples)
    run = Run(model, data, loss, metric, optimizer, schedule, clip_norm, accumulate, history, rng)
    if compile:
        run.compiled = CompiledStep(model, loss)
    if early_stopping is not None:
        run.best = Best(early_stopping)
    keeper = None
    if checkpoint is not None:
        settings = {
            "examples": data.examples,
            "batch_size": batch_size,
            "shuffle": shuffle,
            "seed": seed,
            "accumulate": accumulate,
            "early_stopping": early_stopping,
        }
        keeper = Checkpoints(checkpoint, checkpoint_every, settings)
        if resume:
            keeper.restore(run)
    report = Report(history, epochs, data.examples, progress)
    was_training = model.training
    try:
        while len(history) < epochs and not history.stopped:
            _epoch(run, held, report, keeper)
            wishes = [callback(model, history) for callback in callbacks]
            if any(wish is True for wish in wishes):
                history.stopped = f"Stopped by a callback after epoch {len(history)}."
            if keeper is not None:
                keeper.after_epoch(run)
    except KeyboardInterrupt:
        history.stopped = f"Interrupted in epoch {len(history) + 1}; the model is as it was then."
    finally:
        if run.compiled is not None:
            history.eager = run.compiled.reason
        report.close()
        optimizer.zero_grad()
        if not was_training:
            model.eval()
    if run.best is not None and run.best.state:
        model.load_state_dict(run.best.state)
    return history


def _epoch(run: Run, held: Batch | None, report: Report, keeper: Checkpoints | None) -> None:
    """One epoch, or the rest of it: train, validate, remember."""
    start = time.perf_counter()
    for count, found in run.epoch():
        report.advance(count, found)
        if keeper is not None:
            keeper.after_step(run)
    history = run.history
    val_loss, val_metric = None, None
    if held is not None:
        val_loss, val_metric = evaluate(run.model, *held, run.loss, run.metric)
    mean, share = run.means()
    with uninterrupted():
        history.add(mean, share, val_loss, val_metric, time.perf_counter() - start)
        history.examples = run.examples
    if run.schedule is not None and run.schedule.every == "epoch":
        run.schedule.step(mean if val_loss is None else val_loss)
    report.epoch()
    best = run.best
    if best and val_loss is not None and best.look(val_loss, len(history), run.model):
        history.stopped = (
            f"Stopped after epoch {len(history)}: the validation loss was lowest, "
            f"{best.loss:.4g}, after epoch {best.epoch}, whose weights the model has."
        )


def _data(
    X: Any,
    y: Any,
    batch_size: int,
    validation: float | tuple[Any, Any] | None,
    shuffle: bool,
    rng: np.random.Generator,
) -> tuple[Arrays | Stream, Batch | None]:
    """Where the batches come from, and what to validate on."""
    if y is None and isinstance(X, Iterable) and not isinstance(X, np.ndarray):
        if isinstance(validation, float | int):
            raise ArgumentError(
                "fit: a share cannot be held out of a stream of batches; give validation=(X, y)."
            )
        return Stream(X), hold_out(np.zeros(0), np.zeros(0), validation, rng)[1]
    if y is None:
        raise ArgumentError("fit: y is missing. Give fit(model, X, y), or an iterable of (X, y).")
    X, y = examples(X, y, "fit")
    chosen, held = hold_out(X, y, validation, rng)
    return Arrays(X, y, chosen, batch_size, shuffle), held


def _fits(optimizer: Optimizer, schedule: Schedule | None) -> None:
    if schedule is not None and schedule.optimizer is not optimizer:
        raise ArgumentError("fit: the schedule is of another optimiser. Give both the same.")


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
