"""Random numbers that are drawn while a function is traced, or only looked at."""

from __future__ import annotations

import pickle
import random
from typing import Any

import numpy as np

from .errors import RuleError
from .reached import Reached


class _Randomness:
    """The states of the random generators that a function may draw from."""

    def __init__(self, reached: Reached) -> None:
        self._generators = reached.generators

    def get(self) -> Any:
        legacy = np.random.get_state()  # noqa: NPY002
        return legacy, random.getstate(), [g.bit_generator.state for g in self._generators]

    def set(self, states: Any) -> None:
        legacy, python, generators = states
        np.random.set_state(legacy)  # noqa: NPY002
        random.setstate(python)
        for generator, state in zip(self._generators, generators, strict=True):
            generator.bit_generator.state = state


class Undone:
    """Random numbers that the function draws meanwhile do not count: the states are put back."""

    def __init__(self, f: Any) -> None:
        self._randomness = _Randomness(Reached(f))

    def __enter__(self) -> None:
        self._before = self._randomness.get()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._randomness.set(self._before)


class NoDraws:
    """Raises RuleError if random numbers are drawn meanwhile: they would be the same ever after.

    The states are then put back.
    """

    def __init__(self, reached: Reached) -> None:
        self._randomness = _Randomness(reached)

    def __enter__(self) -> None:
        self._before = self._randomness.get()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if pickle.dumps(self._randomness.get()) == pickle.dumps(self._before):
            return
        self._randomness.set(self._before)
        if kind is None:
            raise RuleError(
                "compile: the function draws random numbers, and the program would have the same "
                "ones in every call.\n"
                "  Give them as an argument, or draw them by ag.drawn(lambda: rng.random(shape))."
            )
