"""How a training run shows that it goes on."""

from __future__ import annotations

import sys
import time

from tqdm import tqdm

from .history import History

EVERY = 0.1  # seconds between two looks of a bar


class Report:
    """A progress bar on a terminal; elsewhere a line for about every tenth epoch."""

    def __init__(self, history: History, epochs: int, examples: int, shown: bool) -> None:
        self.history, self.epochs = history, epochs
        live = shown and sys.stderr.isatty()
        self.live, self.lines = live, shown and not live
        self.waiting, self.due = 0, 0.0  # examples that the bar does not show yet, and until when
        self.measured = ""  # the last epoch's metric and validation, behind the batch's loss
        self.bar = tqdm(
            total=epochs * examples,
            unit=" examples",
            unit_scale=True,
            disable=not live,
            dynamic_ncols=True,
            desc=f"epoch 0/{epochs}",
        )

    def advance(self, count: int, loss: float) -> None:
        """One batch of `count` examples is done."""
        if not self.live:
            return
        self.waiting += count
        now = time.perf_counter()
        if now >= self.due:  # writing a text for every step would take longer than a small one
            self.due = now + EVERY
            self.bar.set_postfix_str(f"loss {loss:.4f}{self.measured}", refresh=False)
            self._update()

    def _update(self) -> None:
        self.bar.update(self.waiting)
        self.waiting = 0

    def epoch(self) -> None:
        """One epoch is done, and in the history."""
        h, now = self.history, len(self.history)
        numbers = {
            "loss": h.loss[-1],
            h.metric_name: h.metric[-1],
            "val_loss": h.val_loss[-1],
            f"val_{h.metric_name}": h.val_metric[-1],
        }
        texts = [f"{name} {x:.4f}" for name, x in numbers.items() if x is not None]
        shown = ", ".join(texts)
        self.measured = "".join(f", {text}" for text in texts[1:])
        self._update()
        self.bar.set_description(f"epoch {now}/{self.epochs}", refresh=False)
        self.bar.set_postfix_str(shown)
        if self.lines and (now % max(self.epochs // 10, 1) == 0 or now in (1, self.epochs)):
            speed = f"{h.examples_per_second:,.0f} examples/s"
            print(f"epoch {now}/{self.epochs}: {shown}, {speed}", file=sys.stderr)

    def close(self) -> None:
        """Leave the bar as it is, on a line of its own."""
        self._update()
        self.bar.close()
        if self.history.eager and (self.live or self.lines):
            print(f"Not compiled: {self.history.eager}", file=sys.stderr)
