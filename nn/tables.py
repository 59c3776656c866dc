"""`train_table` and `predict_table`: an MLP on a CSV file, kept with its preparation."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError, DataError, FileError

from .csv_file import CSVFile
from .dealt import Dealt
from .functional import softmax
from .history import History
from .module import Module
from .optim import Adam
from .preparation import Array, Preparation, held_out, prepare
from .saving import load, metadata, save
from .stacks import MLP
from .training import fit, predict

HELD = 50_000_000  # numbers of features that are held in memory at a time
TASKS = ("auto", "classification", "regression")


@dataclass
class TableRun:
    """What `train_table` did.

    metric: accuracy or R^2 on the rows that were held out; baseline: that of always saying the
    commonest class, or the mean.  error: the mean absolute error, for a regression.
    """

    model: Module
    preparation: Preparation
    history: History
    metric_name: str
    metric: float
    baseline: float
    error: float | None
    truth: Array
    guesses: Array
    streamed: bool


class _Rows:
    """The rows of a table as features and targets."""

    def __init__(self, table: CSVFile, made: Preparation, share: float, seed: int) -> None:
        self.table, self.made = table, made
        self.share, self.seed = share, seed

    def pieces(self, held: bool) -> Iterator[tuple[Array, Array]]:
        """Features and targets of the rows that are held out, or of the others, by pieces."""
        where = str(self.table.path)
        for first, frame in self.table.pieces():
            known = frame[self.made.target].notna().to_numpy()
            chosen = known & (held_out(first, len(frame), self.share, self.seed) == held)
            if chosen.any():
                # of all its rows, so that an error names the row of the file
                X = self.made.X(frame, first, where)[chosen]
                yield X, self.made.y(frame[chosen], first, where)


def train_table(
    path: str | os.PathLike[str],
    target: str,
    hidden: Sequence[int] = (32, 16),
    task: str = "auto",
    epochs: int = 60,
    lr: float = 3e-3,
    batch_size: int = 32,
    test_size: float = 0.2,
    seed: int = 0,
    drop: Sequence[str] = (),
    delimiter: str | None = None,
    progress: bool = True,
    held: int = HELD,
) -> TableRun:
    """Train an MLP on a CSV file, and measure it on rows that it has not seen.

    target: the column to predict.  task: "classification" or "regression"; "auto" is a regression
    if the column holds numbers that are not a few whole ones.  hidden: the sizes of hidden layers.
    test_size: the share of rows that are held out, the same ones for the same seed.  drop: columns
    to leave out.  held: a table of more numbers than this is not held in memory; it is dealt out at
    random to temporary files, about this much each, and every epoch goes through these.
    Raises FileError for a file that is no table, DataError for columns that cannot be learned from,
    ArgumentError for settings out of range, DependencyError without pandas.
    """
    if task not in TASKS:
        raise ArgumentError(f"train: task={task!r}; use {', '.join(TASKS)}.")
    if not 0 < test_size < 1:
        raise ArgumentError(f"train: test_size={test_size!r}; give a share between 0 and 1.")
    table = CSVFile(path, delimiter)
    made = prepare(table, target, task, list(drop), test_size, seed)
    rows = _Rows(table, made, test_size, seed)
    test = _joined(rows.pieces(held=True), f"{path}: no row is held out", "a larger test_size")
    model = MLP([made.features, *hidden, made.outputs], rng=seed)
    settings: dict[str, Any] = {
        "optimizer": Adam(model.parameters(), lr=lr),
        "epochs": epochs,
        "seed": seed,
        "progress": progress,
    }
    learned = rows.pieces(held=False)
    none_left = f"{path}: no row is left to learn from", "a smaller test_size"
    streamed = made.rows * made.features > held
    if streamed:
        with tempfile.TemporaryDirectory(prefix="autograd-lite-") as folder:
            stacks = -(-made.rows * made.features // held)
            dealt = Dealt(learned, folder, stacks, batch_size, seed)
            if not dealt.rows:
                raise DataError(_too_few(*none_left))
            history = fit(model, dealt, **settings)
    else:
        X, y = _joined(learned, *none_left)
        history = fit(model, X, y, batch_size=batch_size, **settings)
    return _measured(model, made, history, test, streamed)


def _joined(pieces: Iterator[Any], problem: str, cure: str) -> tuple[Array, Array]:
    listed = list(pieces)
    if not listed:
        raise DataError(_too_few(problem, cure))
    X, y = zip(*listed, strict=True)
    return np.concatenate(X), np.concatenate(y)


def _too_few(problem: str, cure: str) -> str:
    return f"{problem}. Give more rows, or {cure}."


def _measured(
    model: Module, made: Preparation, history: History, test: tuple[Array, Array], streamed: bool
) -> TableRun:
    output = predict(model, test[0])
    if made.task == "classification":
        truth, guesses = test[1], np.argmax(output, axis=1)
        metric = float(np.mean(truth == guesses))
        common = float(np.max(np.bincount(truth)) / len(truth))
        return TableRun(
            model, made, history, "accuracy", metric, common, None, truth, guesses, streamed
        )
    truth, guesses = np.asarray(made.back(test[1])), np.asarray(made.back(output))
    spread = float(np.sum((truth - truth.mean()) ** 2))
    metric = 1 - float(np.sum((truth - guesses) ** 2)) / spread if spread else 0.0
    error = float(np.mean(np.abs(truth - guesses)))
    return TableRun(model, made, history, "R²", metric, 0.0, error, truth, guesses, streamed)


def save_table_model(run: TableRun, path: str | os.PathLike[str]) -> Any:
    """Keep a trained model with its preparation in one file."""
    return save(run.model, path, {"table": run.preparation.as_dict()})


def predict_table(
    model: str | os.PathLike[str], path: str | os.PathLike[str], delimiter: str | None = None
) -> Iterator[tuple[list[Any], Array | None]]:
    """Predictions for the rows of a CSV file, piece by piece: (what is predicted, probabilities).

    model: a file of `save_table_model`. The columns may stand in any order, and others beside them.
    Raises FileError for a file that is no such model or no table; DataError naming the column that
    is missing, or the row of a text that the model has not seen. Warns once for each column with a
    number that is far outside those of the training.
    """
    kept = metadata(model)
    if "table" not in kept:
        raise FileError(
            f"{model} was not trained on a table: it holds no columns.\n"
            "  Use nn.load and nn.predict for it, or train it with autograd-lite train."
        )
    made = Preparation.from_dict(kept["table"])
    network = load(model)
    table = CSVFile(path, delimiter)
    warned: set[str] = set()
    for first, frame in table.pieces():
        for name, text in made.strange(frame, first, str(path)).items():
            if name not in warned:
                warnings.warn(text, stacklevel=2)
                warned.add(name)
        output = predict(network, made.X(frame, first, str(path)))
        yield (
            made.back(output),
            (np.asarray(softmax(output)) if made.task == "classification" else None),
        )
