"""Keeping a model's numbers as they were after each epoch, to look at how it learned."""

from __future__ import annotations

from typing import Any

from autograd_lite.errors import ArgumentError

from .history import History
from .module import Module


class Snapshots:
    """A callback of `fit` that keeps `model.state_dict()`, first as it is now, then as it learns.

    It is then `history.snapshots` too. epochs: the numbers of the epochs that were kept, 0 for the
    model before training.  states: the state of each.  losses: the training loss of each, None for
    epoch 0.

    model: the model that will be trained.  every: keep every so many epochs. Each state is as large
    as the model.
    Raises ArgumentError if `every` is no whole number from 1 up, or `fit` trains another model.

    >>> import nn
    >>> data = nn.datasets.xor(200, rng=0)
    >>> model = nn.MLP([2, 8, 2], rng=1)
    >>> kept = nn.Snapshots(model, every=2)
    >>> history = nn.fit(model, data.X, data.y, epochs=4, progress=False, callbacks=[kept])
    >>> history.snapshots.epochs
    [0, 2, 4]
    """

    def __init__(self, model: Module, every: int = 1) -> None:
        if isinstance(every, bool) or not isinstance(every, int) or every < 1:
            raise ArgumentError(f"Snapshots: every={every!r}; give a whole number, 1 or more.")
        self.model = model
        self.every = every
        self.epochs: list[int] = [0]
        self.states: list[dict[str, Any]] = [model.state_dict()]
        self.losses: list[float | None] = [None]

    def __call__(self, model: Module, history: History) -> None:
        """Keep the state after an epoch; `fit` calls this."""
        if model is not self.model:
            raise ArgumentError(
                "Snapshots: fit trains another model than the one that was given.\n"
                "  Make it with the model that is trained: nn.Snapshots(model)."
            )
        history.snapshots = self
        if len(history) % self.every == 0:
            self.epochs.append(len(history))
            self.states.append(model.state_dict())
            self.losses.append(history.loss[-1])

    def __len__(self) -> int:
        return len(self.epochs)

    def __repr__(self) -> str:
        return f"<{len(self)} snapshots, epochs {self.epochs[0]} to {self.epochs[-1]}>"
