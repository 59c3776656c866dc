"""What `fit` remembers of a training run."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd_lite.files import write_whole

if TYPE_CHECKING:
    from .snapshots import Snapshots


@dataclass
class History:
    """Loss and metric of every epoch; `None` where there was nothing to measure.

    loss, metric: means over the epoch's training batches, as the weights were then. val_loss,
    val_metric: on the validation data after the epoch. seconds: of the epoch.
    stopped: why the run ended early, "" if it did not.  eager: why no compiled program computed its
    batches, "" if nothing stood in the way.
    """

    metric_name: str = "accuracy"
    loss: list[float] = field(default_factory=list)
    metric: list[float | None] = field(default_factory=list)
    val_loss: list[float | None] = field(default_factory=list)
    val_metric: list[float | None] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    examples: int = 0
    stopped: str = ""
    eager: str = ""

    def __post_init__(self) -> None:
        # Not part of the table: what `nn.Snapshots` kept, if it was a callback of the run.
        self.snapshots: Snapshots | None = None

    COLUMNS = ("loss", "metric", "val_loss", "val_metric", "seconds")

    def add(
        self,
        loss: float,
        metric: float | None,
        val_loss: float | None,
        val_metric: float | None,
        seconds: float,
    ) -> None:
        """Remember one more epoch."""
        self.loss.append(loss)
        self.metric.append(metric)
        self.val_loss.append(val_loss)
        self.val_metric.append(val_metric)
        self.seconds.append(seconds)

    def __len__(self) -> int:
        return len(self.loss)

    @property
    def examples_per_second(self) -> float:
        """Training examples a second, over the whole run."""
        total = sum(self.seconds)
        return self.examples * len(self) / total if total else 0.0

    def rows(self) -> list[tuple[float | None, ...]]:
        """(epoch, loss, metric, val_loss, val_metric, seconds) for every epoch."""
        columns = zip(*(getattr(self, name) for name in self.COLUMNS), strict=True)
        return [(i + 1, *row) for i, row in enumerate(columns)]

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data, as for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> History:
        """What `as_dict` gave."""
        return cls(**data)

    def to_csv(self, path: str | Path) -> Path:
        """Write the table as CSV, whole or not at all; returns the path."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(("epoch", *self.COLUMNS))
        writer.writerows(["" if x is None else x for x in row] for row in self.rows())
        return write_whole(path, text.getvalue())

    def __repr__(self) -> str:
        shown = [0, *range(len(self) // 5, len(self) - 1, max(len(self) // 5, 1)), len(self) - 1]
        rows = self.rows()
        names = (
            "epoch",
            "loss",
            self.metric_name,
            "val_loss",
            f"val_{self.metric_name}",
            "seconds",
        )
        lines = [" ".join(f"{name:>12}" for name in names)]
        for i in sorted(set(shown)) if rows else []:
            cells = ("-" if x is None else f"{x:.4g}" for x in rows[i])
            lines.append(" ".join(f"{cell:>12}" for cell in cells))
        if self.stopped:
            lines.append(self.stopped)
        if self.eager:
            lines.append(f"Not compiled: {self.eager}")
        return "\n".join(lines)
