"""The commands `autograd-lite train` and `predict`: an MLP on somebody's own table."""

from __future__ import annotations

import argparse
import csv
import io
import sys
import warnings
from pathlib import Path
from typing import Any

from autograd_lite.errors import ArgumentError, DependencyError
from autograd_lite.files import write_whole

from .our_nn import our_nn


def add(commands: Any) -> None:
    """Put both on the command line."""
    train = commands.add_parser(
        "train",
        help="train an MLP on a CSV file",
        description="Train an MLP on a CSV file, and measure it on rows that it has not seen.",
    )
    train.add_argument("data", type=Path, help="a CSV file with a header; .gz too")
    train.add_argument("--target", required=True, metavar="COLUMN", help="what to predict")
    train.add_argument("--hidden", default="32,16", help="sizes of hidden layers (default 32,16)")
    train.add_argument("--task", choices=("auto", "classification", "regression"), default="auto")
    train.add_argument("--epochs", type=int, default=60, help="default 60")
    train.add_argument("--lr", type=float, default=3e-3, help="learning rate (default 0.003)")
    train.add_argument("--batch-size", type=int, default=32, help="default 32")
    train.add_argument("--test-size", type=float, default=0.2, help="share held out (default 0.2)")
    train.add_argument("--seed", type=int, default=0, help="default 0")
    train.add_argument(
        "--drop", action="append", default=[], metavar="COLUMN", help="leave a column out"
    )
    train.add_argument("--delimiter", help="between fields; found out if not given")
    train.add_argument("--save", type=Path, metavar="FILE", help="keep the model, as .safetensors")
    train.add_argument("--report", type=Path, metavar="DIR", help="leave plots and a summary")
    train.add_argument("--quiet", action="store_true", help="no progress")
    train.set_defaults(run=_train)

    predict = commands.add_parser(
        "predict",
        help="predict the rows of a CSV file with a trained model",
        description="Predict the rows of a CSV file with a model that `train --save` kept.",
    )
    predict.add_argument("model", type=Path, help="the file that train --save wrote")
    predict.add_argument("data", type=Path, help="a CSV file with the columns of the training")
    predict.add_argument("-o", "--output", type=Path, metavar="FILE", help="write CSV to a file")
    predict.add_argument("--proba", action="store_true", help="the probability of every class too")
    predict.add_argument("--delimiter", help="between fields; found out if not given")
    predict.set_defaults(run=_predict)


def _sizes(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise ArgumentError(f"--hidden {text}: give sizes such as 32,16.") from None


def _delimiter(text: str | None) -> str | None:
    given = {"tab": "\t", "\\t": "\t"}.get(text or "", text)
    if given is not None and len(given) != 1:
        raise ArgumentError(f"--delimiter {text!r}: give one character, or tab.")
    return given


def _train(options: argparse.Namespace) -> None:
    tables = our_nn().tables
    if options.save is not None and options.save.suffix != ".safetensors":
        raise ArgumentError(f"--save {options.save}: the model is saved as .safetensors.")
    if options.save is not None and not options.save.parent.is_dir():  # before the training
        raise ArgumentError(f"--save {options.save}: there is no folder {options.save.parent}.")
    run = tables.train_table(
        options.data,
        options.target,
        hidden=_sizes(options.hidden),
        task=options.task,
        epochs=options.epochs,
        lr=options.lr,
        batch_size=options.batch_size,
        test_size=options.test_size,
        seed=options.seed,
        drop=options.drop,
        delimiter=_delimiter(options.delimiter),
        progress=not options.quiet,
    )
    lines = summary(run)
    print("\n".join(lines))
    if options.save is not None:
        print(f"Saved {tables.save_table_model(run, options.save)}.")
    if options.report is not None:
        _report(run, lines, options.report)
    if run.history.stopped.startswith("Interrupted"):
        print(run.history.stopped)


def summary(run: Any) -> list[str]:
    """What was learned from what, and how well, as lines of text."""
    made = run.preparation
    kinds = [f"{len(made.means)} of numbers"] if made.means else []
    if made.categories:
        kinds.append(f"{len(made.categories)} of texts")
    lines = [
        f"{_rows(made.rows)}, {len(made.columns)} column{'s' * (len(made.columns) != 1)} "
        f"({', '.join(kinds)}), {made.features} feature{'s' * (made.features != 1)}; "
        f"{_rows(len(run.truth))} held out."
    ]
    if made.dropped:
        verb = "is" if made.dropped == 1 else "are"
        lines.append(f"{_rows(made.dropped)} without a {made.target} {verb} left out.")
    if made.task == "classification":
        lines += [
            f"{made.target}: {len(made.classes)} classes.",
            f"Accuracy on the held-out rows: {run.metric:.1%}; "
            f"always saying the commonest class: {run.baseline:.1%}.",
        ]
    else:
        lines += [
            f"R² on the held-out rows: {run.metric:.3f}; always saying the mean: 0.",
            f"Mean absolute error: {run.error:.4g}; {made.target} has a standard deviation of "
            f"{made.target_scale:.4g}.",
        ]
    if run.metric <= run.baseline:
        lines.append("That is no better than the baseline: the columns may not tell the target.")
    return lines


def _report(run: Any, lines: list[str], folder: Path) -> None:
    from .plot_predictions import plot_predictions
    from .plots import plot_confusion, plot_history

    if folder.exists() and not folder.is_dir():
        raise ArgumentError(f"--report {folder}: there is a file of that name. Name a folder.")
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "summary.txt", "\n".join(lines) + "\n")
    run.history.to_csv(folder / "history.csv")
    made = ["summary.txt", "history.csv"]
    try:
        plot_history(run.history).savefig(folder / "loss.png", dpi=120)
        made.append("loss.png")
        if run.preparation.task == "classification":
            known = run.preparation.classes[: 1 + max(run.truth.max(), run.guesses.max())]
            figure, name = plot_confusion(run.truth, run.guesses, known), "confusion"
        else:
            figure, name = plot_predictions(run.truth, run.guesses), "predictions"
        figure.savefig(folder / f"{name}.png", dpi=120)
        made.append(f"{name}.png")
    except DependencyError as error:
        print(f"Without plots: {error}")
    print(f"In {folder}: {', '.join(made)}.")


def _predict(options: argparse.Namespace) -> None:
    tables = our_nn().tables
    kept = our_nn().metadata(options.model).get("table", {})
    classes = kept.get("classes", [])
    if options.proba and not classes:
        raise ArgumentError("--proba: the model predicts numbers, which have no probabilities.")
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    header = [kept.get("target", "prediction")]
    writer.writerow(header + [f"p({name})" for name in classes] * options.proba)
    delimiter = _delimiter(options.delimiter)
    rows = 0
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = _warn  # type: ignore[assignment]
        for values, shares in tables.predict_table(options.model, options.data, delimiter):
            rows += len(values)
            for i, value in enumerate(values):
                written = [value if classes else f"{value:.6g}"]
                if options.proba:
                    written += [f"{share:.4f}" for share in shares[i]]
                writer.writerow(written)
    if options.output is None:
        sys.stdout.write(text.getvalue())
    else:
        print(f"Wrote {_rows(rows)} to {write_whole(options.output, text.getvalue())}.")


def _warn(message: Warning | str, *_: Any) -> None:
    print(f"Warning: {message}", file=sys.stderr)


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"
