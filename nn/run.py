"""`Run`: one training run, how far it is, and how it moves on by one step."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd_lite import AnomalyError, detach, detect_anomaly
from autograd_lite.errors import GradientError

from .batches import Array, Arrays, Batch, Stream
from .clipping import clip_flat, clip_grad_norm
from .compiled_step import BatchProgram, CompiledStep
from .flat import Flat
from .history import History
from .layers import Dropout
from .metrics import accuracy
from .module import Module
from .optimizer import Optimizer
from .schedules import Schedule

Loss = Callable[[Any, Any], Any]
Metric = Callable[[Array, Array], float]


class Run:
    """A model that learns: what it needs, and where in which epoch it is.

    batch: how many batches of the epoch are done.  total, score, examples: what they have summed up
    to.  began: the state of `rng` when the epoch began, from which its order follows.
    """

    def __init__(
        self,
        model: Module,
        data: Arrays | Stream,
        loss: Loss,
        metric: Metric | None,
        optimizer: Optimizer,
        schedule: Schedule | None,
        clip_norm: float | None,
        accumulate: int,
        history: History,
        rng: np.random.Generator,
    ) -> None:
        self.model, self.data = model, data
        self.loss, self.metric = loss, metric
        self.optimizer, self.schedule = optimizer, schedule
        self.clip_norm, self.accumulate = clip_norm, accumulate
        self.history, self.rng = history, rng
        self.batch, self.examples = 0, 0
        self.total, self.score = 0.0, 0.0
        self.best: Best | None = None
        self.compiled: CompiledStep | None = None
        self._flat: Flat | None = None  # where the gradients of the last step are, if in a vector
        self._known: Sequence[bool] = ()
        self.began: dict[str, Any] = dict(rng.bit_generator.state)

    def epoch(self) -> Iterator[tuple[int, float]]:
        """Train for the rest of the epoch; gives (examples, loss) after every step."""
        self.model.train()
        self._flat = None  # asked for once an epoch: only between epochs can it become another
        if self.compiled is not None:
            self.compiled.look_again()
        if not self.batch:
            self.began = dict(self.rng.bit_generator.state)
            self.examples, self.total, self.score = 0, 0.0, 0.0
        coming = itertools.islice(self.data.epoch(self.rng), self.batch, None)
        while group := list(itertools.islice(coming, self.accumulate)):
            count = sum([len(X) for X, _ in group])
            found = self._step(group, count)
            self.batch += len(group)
            self.examples += count
            if self.schedule is not None and self.schedule.every == "batch":
                self.schedule.step()
            yield count, found
        self._hand_out()
        if not self.examples:
            raise GradientError("fit: there were no batches in this epoch.")
        self.batch = 0

    def _step(self, group: list[Batch], count: int) -> float:
        """One step of the optimiser over a few batches; gives the mean loss."""
        programs = self._programs(group, count)
        if programs is None:
            found, score = self._eagerly(group, count)
        else:
            found, score = self._by_programs(programs, group, count)
        self.total += found * count
        self.score += score
        return found

    def _eagerly(self, group: list[Batch], count: int) -> tuple[float, float]:
        first: list[tuple[float, float]] = []

        def closure() -> float:
            first.append(self._gradient(group, count))
            return first[-1][0]

        self._flat = None
        self.optimizer.step(closure)
        return first[0]

    def _programs(self, group: list[Batch], count: int) -> list[BatchProgram] | None:
        """The programs for these batches; None if they are to be computed eagerly."""
        if self.compiled is None:
            return None
        self._flat = flat = self._flat or self.optimizer.flat
        if flat is None:
            self.compiled.reason = (
                f"{type(self.optimizer).__name__} does not move one vector of Tensors"
            )
            return None
        found: list[BatchProgram] = []
        for X, y in group:
            program = self.compiled.program(flat, X, y, len(X) == count)
            if program is None:
                return None
            found.append(program)
        return found

    def _by_programs(
        self, programs: list[BatchProgram], group: list[Batch], count: int
    ) -> tuple[float, float]:
        """The same step, with the gradients of each batch written into the optimiser's vector."""
        flat = self._flat
        assert flat is not None
        mean, score, total = 0.0, 0.0, None
        for program, (X, y) in zip(programs, group, strict=True):
            share = len(X) / count
            found, output = program(X, y, share)
            if not math.isfinite(found):
                raise GradientError(self._not_finite(found, X, y))
            if len(group) > 1:
                total = flat.grad.copy() if total is None else total + flat.grad
            mean += found * share
            if self.metric:
                own = output if self.metric is accuracy else output.copy()
                score += self.metric(own, y) * len(X)
        if total is not None:
            flat.grad[...] = total
        if self.clip_norm is not None:
            clip_flat(flat, self.clip_norm)
        self._known = programs[-1].known
        self.optimizer.step_flat(None if all(self._known) else self._known, flat)
        return mean, score

    def _hand_out(self) -> None:
        """Give every parameter the gradient of the last step, which programs keep in a vector."""
        if self._flat is not None:
            for i, (p, known) in enumerate(zip(self._flat.params, self._known, strict=True)):
                p.grad = self._flat.gradient(i).copy() if known else None

    def _gradient(self, group: list[Batch], count: int) -> tuple[float, float]:
        """The gradient of the mean loss over all examples; gives it, and the metric's sum."""
        self.optimizer.zero_grad()
        mean, score = 0.0, 0.0
        for X, y in group:
            output = self.model(X)
            value = self.loss(output, y)
            found = float(value.item())
            if not math.isfinite(found):
                raise GradientError(self._not_finite(found, X, y))
            share = len(X) / count
            (value if share == 1 else value * share).backward()
            mean += found * share
            if self.metric:
                score += self.metric(detach(output), y) * len(X)
        if self.clip_norm is not None:
            clip_grad_norm(self.optimizer.params, self.clip_norm)
        return mean, score

    def _not_finite(self, found: float, X: Array, y: Array) -> str:
        """What happened, and the operation that it began with, found by computing once more."""
        culprit = ""
        try:
            with detect_anomaly():
                self.loss(self.model(X), y)
        except AnomalyError as error:
            culprit = "  " + str(error).replace("\n", "\n  ") + "\n"
        return (
            f"fit: the loss is {found} in epoch {len(self.history) + 1}, batch {self.batch + 1}.\n"
            f"{culprit}"
            "  A smaller learning rate, scaled features or clip_norm= may help."
        )

    def means(self) -> tuple[float, float | None]:
        """The mean loss and metric of the epoch."""
        return self.total / self.examples, self.score / self.examples if self.metric else None

    def generators(self) -> dict[str, np.random.Generator]:
        """The random generators inside the model, by the path of their module."""
        return {
            path: module.rng
            for path, module in self.model.named_modules()
            if isinstance(module, Dropout)
        }


class Best:
    """The best weights so far, and how long there have been no better ones.

    patience: after how many epochs without a lower loss to stop.
    """

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.loss, self.epoch, self.waited = math.inf, 0, 0
        self.state: dict[str, Array] = {}

    def look(self, loss: float, epoch: int, model: Module) -> bool:
        """Take the weights if the loss is the lowest so far; whether it is time to stop."""
        if loss < self.loss:
            self.loss, self.epoch, self.waited = loss, epoch, 0
            self.state = model.state_dict()
        else:
            self.waited += 1
        return self.waited >= self.patience
