"""Schedules: how the learning rate changes while a model learns.

A schedule holds an optimiser and sets its `lr`. `nn.fit(..., schedule=...)` moves it after every
epoch or batch, as its `every` says; in a loop of your own, call `step()`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from autograd_lite.errors import ArgumentError, UnsupportedError

from .optimizer import Optimizer
from .settings import not_negative, positive, share

EVERY = ("epoch", "batch")


class Schedule:
    """What all schedules share. A new one writes `rate`.

    optimizer: whose `lr` is set; what it is now is the base.  every: "epoch" or "batch", when
    `nn.fit` moves it.
    Raises ArgumentError for settings out of range.
    """

    def __init__(self, optimizer: Optimizer, every: str = "epoch") -> None:
        if not isinstance(optimizer, Optimizer):
            raise ArgumentError(
                f"{type(self).__name__}: {optimizer!r:.60} is no optimiser. Give nn.SGD(...) first."
            )
        if every not in EVERY:
            raise ArgumentError(f"{type(self).__name__}: every={every!r}; use 'epoch' or 'batch'.")
        self.optimizer, self.every = optimizer, every
        self.base = optimizer.lr
        self.count = 0

    def rate(self, count: int) -> float:
        """The learning rate after `count` moves."""
        raise UnsupportedError(
            f"{type(self).__name__} has no rate method. Write rate(self, count)."
        )

    def step(self, loss: float | None = None) -> None:
        """Move on by one epoch or batch. loss: what `ReduceLROnPlateau` looks at."""
        self.count += 1
        self._set()

    def _set(self) -> None:
        self.optimizer.lr = max(self.rate(self.count), math.ulp(0.0))  # a rate is above 0

    def state_dict(self) -> dict[str, Any]:
        """Where the schedule is, to go on later."""
        return {"schedule": type(self).__name__, "base": self.base, "count": self.count}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take the state of `state_dict()` of the same kind of schedule."""
        kind = type(self).__name__
        if state.get("schedule") != kind:
            raise ArgumentError(f"{kind}: the state is of {state.get('schedule')}, not of {kind}.")
        self.base, self.count = float(state["base"]), int(state["count"])
        self._set()


class StepLR(Schedule):
    """The rate times `gamma` after every `step_size` moves: base gamma^floor(count / step_size).

    >>> from nn import SGD
    >>> from autograd_lite import Value
    >>> optimizer = SGD([Value(0.0)], lr=1.0)
    >>> schedule = StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for _ in range(5):
    ...     print(optimizer.lr, end=" ")
    ...     schedule.step()
    1.0 1.0 0.5 0.5 0.25
    """

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, every: str = "epoch"
    ) -> None:
        super().__init__(optimizer, every)
        self.step_size = _count(self, "step_size", step_size)
        self.gamma = positive(self, "gamma", gamma)

    def rate(self, count: int) -> float:
        return self.base * self.gamma ** (count // self.step_size)


class CosineLR(Schedule):
    """From the base down to `least` along half a cosine, in `steps` moves; then it stays there.

    least + (base - least) (1 + cos(pi count / steps)) / 2

    Source: Loshchilov and Hutter, SGDR, ICLR (2017), equation 5.
    """

    def __init__(
        self, optimizer: Optimizer, steps: int, least: float = 0.0, every: str = "epoch"
    ) -> None:
        super().__init__(optimizer, every)
        self.steps = _count(self, "steps", steps)
        self.least = not_negative(self, "least", least)

    def rate(self, count: int) -> float:
        return _cosine(self.base, self.least, min(count / self.steps, 1.0))


class WarmupLR(Schedule):
    """From `start` times the base up to it in a straight line, in `steps` moves; then on as `then`.

    then: another schedule of the same optimiser, which begins where the warm-up ends.
    Source: Goyal et al., Accurate, Large Minibatch SGD (2017), section 2.2.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        steps: int,
        start: float = 0.01,
        then: Schedule | None = None,
        every: str = "epoch",
    ) -> None:
        super().__init__(optimizer, every if then is None else then.every)
        self.steps = _count(self, "steps", steps)
        self.start = share(self, "start", start)
        if isinstance(then, ReduceLROnPlateau) or (then and then.optimizer is not optimizer):
            raise ArgumentError(
                "WarmupLR: then= takes a schedule of the same optimiser that is a function of the "
                "count: StepLR, CosineLR, OneCycleLR."
            )
        self.then = then
        self._set()

    def rate(self, count: int) -> float:
        if count < self.steps:
            return self.base * (self.start + (1 - self.start) * count / self.steps)
        return self.then.rate(count - self.steps) if self.then else self.base


class OneCycleLR(Schedule):
    """Up from max_lr / divide to `max_lr`, then down to nearly 0, both along half a cosine.

    steps: moves in all.  rise: which share of them goes up.  divide: how far below max_lr it
    begins.  final: how far below that it ends. It moves with every batch.
    Source: Smith and Topin, Super-Convergence (2019), section 3.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float,
        steps: int,
        rise: float = 0.3,
        divide: float = 25.0,
        final: float = 1e4,
        every: str = "batch",
    ) -> None:
        super().__init__(optimizer, every)
        self.max_lr = positive(self, "max_lr", max_lr)
        self.steps = _count(self, "steps", steps)
        self.rise = share(self, "rise", rise)
        self.divide, self.final = positive(self, "divide", divide), positive(self, "final", final)
        self._set()

    def rate(self, count: int) -> float:
        begin = self.max_lr / self.divide
        top = self.rise * self.steps - 1
        if count <= top:
            return _cosine(begin, self.max_lr, count / top)
        share_down = min((count - top) / (self.steps - 1 - top), 1.0)
        return _cosine(self.max_lr, begin / self.final, share_down)


class ReduceLROnPlateau(Schedule):
    """The rate times `factor` when the loss has not fallen for more than `patience` moves.

    A loss counts as lower if it is below (1 - threshold) times the best so far. `nn.fit` gives the
    validation loss if there is one, else the training loss.  least: the lowest rate.

    >>> from nn import SGD
    >>> from autograd_lite import Value
    >>> optimizer = SGD([Value(0.0)], lr=1.0)
    >>> schedule = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    >>> for loss in (3.0, 2.0, 2.0, 2.0, 2.0):
    ...     schedule.step(loss)
    ...     print(optimizer.lr, end=" ")
    1.0 1.0 1.0 0.5 0.5
    """

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        least: float = 0.0,
    ) -> None:
        super().__init__(optimizer, "epoch")
        self.factor = share(self, "factor", factor)
        self.patience = _count(self, "patience", patience, 0)
        self.threshold = share(self, "threshold", threshold)
        self.least = not_negative(self, "least", least)
        self.best, self.waited, self.reductions = math.inf, 0, 0

    def rate(self, count: int) -> float:
        return max(self.base * self.factor**self.reductions, min(self.least, self.base))

    def step(self, loss: float | None = None) -> None:
        if loss is None:
            raise ArgumentError("ReduceLROnPlateau: give step(loss), the loss to look at.")
        if loss < self.best * (1 - self.threshold) or math.isinf(self.best):
            self.best, self.waited = float(loss), 0
        else:
            self.waited += 1
        if self.waited > self.patience:
            self.reductions, self.waited = self.reductions + 1, 0
        super().step()

    def state_dict(self) -> dict[str, Any]:
        own = {"best": self.best, "waited": self.waited, "reductions": self.reductions}
        return super().state_dict() | own

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        if state.get("schedule") == type(self).__name__:
            self.best, self.waited = float(state["best"]), int(state["waited"])
            self.reductions = int(state["reductions"])
        super().load_state_dict(state)


def _cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


def _count(owner: object, name: str, value: Any, least: int = 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        kind = type(owner).__name__
        raise ArgumentError(f"{kind}: {name}={value!r}; give a whole number, {least} or more.")
    return value
