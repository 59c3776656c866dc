"""A network as it learned: one drawing, and a page whose slider moves it through the epochs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from autograd_lite.errors import ArgumentError, ShapeError

from .network_marks import Mark, View
from .notebook import framed
from .picture import Drawing
from .sliding import sliding_page, snapshots_in
from .words import Words


class Training(Drawing):
    """The network after the last epoch, which saves itself as a page with a slider over them all.

    `.html` is the page; `.svg`, `.png` and `.dot` are the last epoch.
    """

    def __init__(self, last: Drawing, views: list[View], kept: Any) -> None:
        super().__init__(last.source, f"{last.title}, {len(kept)} epochs to slide through")
        self._views = views
        self._kept = kept

    def html(self) -> str:
        """The page: the network at the epoch that the slider says."""
        frames = [[_plain(mark) for mark in _marks(view)] for view in self._views]
        title = Words()("network_learns", title=self.title.partition(":")[0])
        pause = min(0.5, max(0.06, 8 / len(frames)))
        return sliding_page(title, self.svg(), frames, self._kept, "network_epochs.js", pause)

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        bundle = super()._repr_mimebundle_(include, exclude)
        if "image/svg+xml" in bundle:
            bundle["text/html"] = framed(self.html(), bundle.pop("image/svg+xml"), self.title, 460)
        return bundle


def _marks(view: View) -> list[Mark]:
    """Every part of the drawing that changes from epoch to epoch."""
    found: list[Mark] = []
    for number, layer in enumerate(view.layers):
        for unit in layer.shown:
            found += [view.circle(number, unit)]
            found += [bias for bias in [view.bias(number, unit)] if bias]
        if number:
            before = view.layers[number - 1].shown
            found += [view.arrow(number, i, j) for i in before for j in layer.shown]
    return found


def _plain(mark: Mark) -> list[Any]:
    width = round(mark.width, 2)
    return [mark.key, mark.kind, mark.colour, mark.clear, width, mark.label, mark.told]


def kept_in(history: Any, model: Any, gradients: bool) -> Any:
    """The snapshots of a history, or the snapshots themselves, made sure of."""
    kept = snapshots_in(history, "network")
    if gradients:
        raise ArgumentError(
            "network: snapshots keep weights and no gradients; leave out history or gradients."
        )
    own = {name: array.shape for name, array in model.state_dict().items()}
    theirs = {name: array.shape for name, array in kept.states[0].items()}
    if own != theirs:
        raise ShapeError(
            f"network: the snapshots are of a model with {_sizes(theirs)}, this one has "
            f"{_sizes(own)}.\n  Give the model that was trained."
        )
    return kept


def _sizes(shapes: dict[str, Any]) -> str:
    return ", ".join(f"{name} {shape}" for name, shape in shapes.items())
