"""A page with a slider over the epochs of a training run, and what it says at each."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from autograd_lite.errors import ArgumentError

from .numbers import short
from .page import asset, filled
from .words import Words


def sliding_page(
    title: str, figure: str, frames: list[Any], kept: Any, show: str, pause: float
) -> str:
    """One self-contained HTML page.

    figure: what is seen, as markup.  frames: what `show(index)` of the script `show` reads as
    `model.frames[index]`, one for each snapshot.  pause: seconds for each while it plays.
    """
    words = Words()
    model = {
        "frames": frames,
        "said": [_said(words, kept, i) for i in range(len(kept))],
        "words": {key: words(key) for key in ("play", "pause")},
        "pause": round(1000 * pause),
    }
    data = json.dumps(model, ensure_ascii=False, separators=(",", ":"))
    return filled(
        "slider.html",
        {
            "title": escape(title),
            "play": escape(words("play")),
            "epoch": escape(words("epoch")),
            "last": str(len(kept) - 1),
            "figure": figure,
            "model": data.replace("<", "\\u003c"),
            "js": asset(show) + asset("slider.js"),
        },
    )


def _said(words: Words, kept: Any, index: int) -> str:
    text = words("epoch_of", epoch=kept.epochs[index], last=kept.epochs[-1])
    loss = kept.losses[index]
    return text if loss is None else words("epoch_loss", text=text, loss=short(loss))


def snapshots_in(history: Any, what: str) -> Any:
    """The snapshots of a history, or the snapshots themselves; ArgumentError if there are none."""
    kept = getattr(history, "snapshots", history)
    if kept is None or not hasattr(kept, "states"):
        raise ArgumentError(
            f"{what}: the history has no snapshots.\n"
            "  Train with nn.fit(..., callbacks=[nn.Snapshots(model)])."
        )
    return kept
