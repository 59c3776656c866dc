"""What all plots share: matplotlib where it is installed, figures of their own, and colours.

Figures are made without pyplot, so nothing global changes and no window opens.
"""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from autograd_lite.errors import ArgumentError, DependencyError

# Colours that stay apart for colour-blind readers (Okabe and Ito, 2008).
BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
COLOURS = (BLUE, ORANGE, GREEN, PINK, "#E69F00", "#56B4E9", "#8C6D1F", "#333333")
MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")
LINES = ("-", "--", "-.", ":")
MUTED = "#667380"


def new_figure(width: float, height: float) -> Any:
    """An empty figure of this many inches, which shows itself in a notebook.

    Raises DependencyError if matplotlib is not installed.
    """
    return _figure_class()(figsize=(width, height), layout="constrained")


def panels(count: int, width: float, height: float, columns: int = 3) -> tuple[Any, list[Any]]:
    """A figure with `count` panels of this size, and the panels."""
    columns = min(columns, count)
    rows = -(-count // columns)
    figure = new_figure(width * columns, height * rows)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for extra in axes[count:]:
        extra.set_visible(False)
    return figure, list(axes[:count])


def tidy(panel: Any) -> None:
    """Without the frame lines that say nothing."""
    panel.spines[["top", "right"]].set_visible(False)
    panel.grid(alpha=0.25, linewidth=0.6)
    panel.set_axisbelow(True)


def one_panel(ax: Any, width: float, height: float) -> tuple[Any, Any]:
    """The figure and the panel to draw in: those of `ax` if it is given."""
    if ax is not None:
        return ax.figure, ax
    figure = new_figure(width, height)
    return figure, figure.subplots()


def colour(index: int, count: int, what: str) -> str:
    """The colour of one of `count` things; ArgumentError if there are too many to tell apart."""
    if count > len(COLOURS):
        raise ArgumentError(
            f"{what}: {count} is more than the {len(COLOURS)} that can be told apart by colour.\n"
            "  Plot fewer of them at a time."
        )
    return COLOURS[index]


@cache
def _figure_class() -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise DependencyError(
            "Plots need matplotlib, which is not installed.\n"
            '  Install it with: pip install "autograd-lite[plot]"'
        ) from None

    class Plot(Figure):
        """A matplotlib figure that needs no pyplot to show itself in a notebook."""

        def _repr_png_(self) -> bytes:
            content = io.BytesIO()
            self.savefig(content, format="png", dpi=110)
            return content.getvalue()

    return Plot
