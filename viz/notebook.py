"""Showing a walk in a notebook: live where a kernel and anywidget are, else as picture and page.

What a saved notebook shows depends on who opens it. A viewer that trusts nothing drops scripts and
frames and leaves the picture; one that trusts the notebook runs the page in a frame; a live kernel
shares the step with a widget.
"""

from __future__ import annotations

import base64
import contextlib
import json
import uuid
from functools import cache
from html import escape
from typing import Any

from autograd_lite.errors import ArgumentError, DependencyError, RenderError

from .page import asset, filled, script, style
from .stage import data_url

LEAST, MOST = 440, 720  # height of a walk in a notebook, in pixels
AROUND = 112  # of that, what stands above and below the drawing
STAGE = 620  # width of the drawing beside the explanation, in a notebook of usual width


class Showable:
    """What shows itself in notebooks as a page to step through.

    A subclass gives `as_json()`, the model that the page's `mount(element, model)` shows; `html()`,
    the page; `picture()`, a still SVG; `png()`; `title`; `text()`; and `__len__`, its steps.
    """

    title: str
    _at = 0
    _live: Any = None

    def as_json(self) -> dict[str, Any]:
        """Everything that the page shows, as plain data."""
        raise NotImplementedError

    def html(self) -> str:
        """One self-contained HTML page."""
        raise NotImplementedError

    def picture(self) -> str:
        """A still picture, as SVG."""
        raise NotImplementedError

    def png(self) -> bytes:
        """A still picture, as PNG."""
        raise NotImplementedError

    def text(self) -> str:
        """The same as plain text."""
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    @property
    def places(self) -> int:
        """How many places there are to be at."""
        return len(self)

    @property
    def at(self) -> int:
        """The step that is shown, from 0; in a live notebook the one that the reader is at.

        Setting it moves the page there. Raises ArgumentError if there is no such step.
        """
        return self._at if self._live is None else int(self._live.at)

    @at.setter
    def at(self, step: int) -> None:
        if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step < self.places:
            raise ArgumentError(
                f"at={step!r}: there is no such step.\n  Give a whole number from 0 to "
                f"{self.places - 1}."
            )
        self._at = step
        if self._live is not None:
            self._live.at = step

    @property
    def widget(self) -> Any:
        """The live page, an `anywidget` widget whose traitlet `at` is the step that is shown.

        It is made once, so every place that shows it shows the same step.
        Raises DependencyError if anywidget is not installed.
        """
        if self._live is None:
            self._live = _widget_class()(
                walk=json.dumps(self.as_json(), ensure_ascii=False, separators=(",", ":")),
                at=self._at,
                last=self.places - 1,
                height=height(self.picture()),
                key=uuid.uuid4().hex,
            )
        return self._live

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        key = "" if self._live is None else self._live.key
        still = self.picture()
        shown = framed(self.html(), still, self.title, height(still), key)
        bundle = {"text/plain": self.text(), "text/html": shown}
        with contextlib.suppress(RenderError):  # the picture in the HTML needs no layout engine
            bundle["image/png"] = base64.b64encode(self.png()).decode("ascii")
        return {
            kind: content
            for kind, content in bundle.items()
            if (not include or kind in include) and (not exclude or kind not in exclude)
        }

    def _ipython_display_(self) -> None:
        # Two outputs: what is saved with the notebook, and the live page, which is not. The live
        # one hides the other, and where it cannot be shown there is nothing of it to see.
        from IPython.display import display

        widget = None
        if _is_live():
            with contextlib.suppress(DependencyError):
                widget = self.widget
        display(self._repr_mimebundle_(), raw=True)  # type: ignore[no-untyped-call]
        if widget is not None:
            view = widget._repr_mimebundle_()
            data = dict(view[0] if isinstance(view, tuple) else view)
            display({**data, "text/plain": "", "text/html": ""}, raw=True)  # type: ignore[no-untyped-call]


def framed(page: str, still: str, title: str, high: int, key: str = "") -> str:
    """The picture for viewers that trust nothing, and the page in a frame for the others.

    still: the picture, as SVG or as a `data:` address.
    high: of the frame at first, in pixels.  key: of the live walk that takes the place of both.
    """
    if not still.startswith("data:"):
        still = data_url(still)
    beside = filled("notebook_frame.js", {"place": asset("page_place.js"), "most": str(MOST)})
    return (
        f'<div class="autograd-lite-walk" data-walk="{key}">\n'
        f'<img alt="{escape(title)}" src="{still}" '
        'style="max-width:100%"/>\n'
        f'<iframe class="autograd-lite" srcdoc="{escape(page)}" sandbox="allow-scripts" '
        f'title="{escape(title)}" style="width:100%;height:{high}px;box-sizing:border-box;'
        'border:1px solid #8b97a3;border-radius:8px"></iframe>\n'
        f"<script>{beside}</script>\n</div>"
    )


def height(svg: str) -> int:
    """How high a page with this drawing begins, in pixels; it grows where the words need room."""
    head = svg[: svg.index(">")]
    across, down = (float(x) for x in head.split('viewBox="0 0 ')[1].split('"')[0].split())
    return round(min(max(down * min(1.25, STAGE / across) + AROUND, LEAST), 680))


def _is_live() -> bool:
    """Whether a Jupyter kernel runs this, so that a widget has somebody to talk to."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return getattr(shell, "kernel", None) is not None


@cache
def _widget_class() -> Any:
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise DependencyError(
            "A live walk needs anywidget, which is not installed.\n"
            '  Install it with: pip install "autograd-lite[notebook]"'
        ) from None

    class Live(anywidget.AnyWidget):
        """A walk whose step the kernel knows: reading `at` asks the page, setting it moves it."""

        _esm = script(asks=True) + filled("widget.js", {"most": str(MOST)})
        _css = style(asks=True)
        walk = traitlets.Unicode().tag(sync=True)
        at = traitlets.Int(0).tag(sync=True)
        height = traitlets.Int(LEAST).tag(sync=True)
        key = traitlets.Unicode().tag(sync=True)
        answers: Any = traitlets.List().tag(
            sync=True
        )  # of a quiz: what was typed, and whether right
        last = traitlets.Int(0)

        @traitlets.validate("at")
        def _within(self, proposal: Any) -> int:
            return max(0, min(int(proposal["value"]), self.last))

    return Live
