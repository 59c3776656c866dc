"""Checkpoints: a training run as a file, from which it goes on to the same numbers, bit for bit.

In the file are the weights, the optimiser, the schedule, the random states, the epoch and batch,
the history and the best weights so far. It is a safetensors file, written whole or not at all, so
that whenever the run is killed the last complete one is there.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError, AutogradError, FileError

from .array_file import read, write
from .history import History
from .run import Run

KIND = "autograd-lite checkpoint"


class Checkpoints:
    """Writes a run to `path` after every `every` steps, or after every epoch if that is None."""

    def __init__(
        self, path: str | os.PathLike[str], every: int | None, settings: dict[str, Any]
    ) -> None:
        self.path = Path(path)
        self.every = every
        self.settings = settings  # what has to be the same when the run goes on
        self.steps = 0

    def after_step(self, run: Run) -> None:
        """A step is done."""
        self.steps += 1
        if self.every is not None and self.steps % self.every == 0:
            self.write(run)

    def after_epoch(self, run: Run) -> None:
        """An epoch is done, and in the history."""
        if self.every is None:
            self.write(run)

    def write(self, run: Run) -> None:
        """Write the run as it is now."""
        arrays = {f"model/{name}": array for name, array in run.model.state_dict().items()}
        optimizer = run.optimizer.state_dict()
        plain: list[dict[str, Any]] = []
        for i, state in enumerate(optimizer.pop("states")):
            plain.append({k: v for k, v in state.items() if not isinstance(v, np.ndarray)})
            arrays |= {
                f"optimizer/{i}/{k}": v for k, v in state.items() if isinstance(v, np.ndarray)
            }
        # Between two epochs the order of the next is not drawn yet: it follows from the present.
        began = run.began if run.batch else run.rng.bit_generator.state
        texts: dict[str, Any] = {
            "settings": self.settings,
            "optimizer": optimizer | {"states": plain},
            "schedule": run.schedule.state_dict() if run.schedule else None,
            "random": began,
            "generators": {path: g.bit_generator.state for path, g in run.generators().items()},
            "steps": self.steps,
            "batch": run.batch,
            "examples": run.examples,
            "total": run.total,
            "score": run.score,
            "history": run.history.as_dict(),
        }
        if run.best is not None:
            arrays |= {f"best/{name}": array for name, array in run.best.state.items()}
            best = run.best
            texts["best"] = {"loss": best.loss, "epoch": best.epoch, "waited": best.waited}
        write(self.path, KIND, {key: json.dumps(value) for key, value in texts.items()}, arrays)

    def restore(self, run: Run) -> bool:
        """Bring the run to where the file left it; False if there is no file.

        Raises FileError for a file that is none or is damaged, ArgumentError if it is of a run with
        other settings, ShapeError if it is of another model. The run is then as it was.
        """
        if not self.path.exists():
            return False
        texts, arrays = read(self.path, KIND)
        try:
            found = {key: json.loads(text) for key, text in texts.items()}
            self._check(found["settings"])
            self._apply(run, found, arrays)
        except AutogradError:
            raise
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise FileError(
                f"{self.path} is no checkpoint of this run: {type(error).__name__} {error}."
            ) from None
        return True

    def _check(self, saved: dict[str, Any]) -> None:
        differ = [
            f"{name} was {saved.get(name)!r} and is {value!r}"
            for name, value in self.settings.items()
            if saved.get(name) != value
        ]
        if differ:
            raise ArgumentError(
                f"fit: {self.path} is of a run with other settings: {'; '.join(differ)}.\n"
                "  Give the same, or another file; resume=False begins anew."
            )

    def _apply(self, run: Run, found: dict[str, Any], arrays: dict[str, Any]) -> None:
        parts: dict[str, dict[str, Any]] = {"model": {}, "optimizer": {}, "best": {}}
        for name, array in arrays.items():
            part, _, rest = name.partition("/")
            parts[part][rest] = array
        states = found["optimizer"]["states"]
        for name, array in parts["optimizer"].items():
            i, _, key = name.partition("/")
            states[int(i)][key] = array
        history = History.from_dict(found["history"])
        run.model.load_state_dict(parts["model"])
        run.optimizer.load_state_dict(found["optimizer"] | {"states": states})
        if run.schedule is not None:
            run.schedule.load_state_dict(found["schedule"] or {})
        run.rng.bit_generator.state = found["random"]
        run.began = found["random"]
        for path, generator in run.generators().items():
            generator.bit_generator.state = found["generators"][path]
        vars(run.history).update(vars(history) | {"stopped": ""})
        self.steps, run.batch, run.examples = found["steps"], found["batch"], found["examples"]
        run.total, run.score = found["total"], found["score"]
        if run.best is not None and "best" in found:
            best = found["best"]
            run.best.loss, run.best.epoch = best["loss"], best["epoch"]
            run.best.waited = best["waited"]
            run.best.state = parts["best"]
