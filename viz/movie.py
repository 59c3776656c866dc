"""A plot that moves over the epochs, saved as GIF or as a page with a slider."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from .files import save
from .notebook import framed
from .plotting import new_figure
from .sliding import sliding_page

SIZE, DOTS, COLOURS = (5.2, 4.2), 90, 128  # inches, dots an inch, and colours of a frame


class Movie:
    """A plot that moves: `.save("boundary.gif")` or `.save("boundary.html")`.

    A notebook shows the page.
    """

    def __init__(
        self, title: str, draw: Callable[[Any, int], None], kept: Any, pause: float
    ) -> None:
        self.title = title
        self._draw, self._kept, self._pause = draw, kept, pause
        new_figure(1, 1)  # without matplotlib, say so now

    def __len__(self) -> int:
        return len(self._kept)

    def __repr__(self) -> str:
        return f"<{self.title}: {len(self)} frames; save it as .gif or .html>"

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the movie: a `.gif`, or an `.html` page with a slider that needs nothing else.

        Raises ArgumentError for another ending, OSError where the file cannot be written.
        """
        return save(path, {".gif": self.gif, ".html": self.html}, "a movie")

    def html(self) -> str:
        """The movie as one self-contained page with a slider."""
        images = [
            "data:image/png;base64," + base64.b64encode(frame).decode() for frame in self._frames()
        ]
        figure = f'<img alt="{escape(self.title)}" src="{images[-1]}">'
        return sliding_page(self.title, figure, images, self._kept, "movie.js", self._pause)

    def gif(self) -> bytes:
        """The movie as an animated GIF, which begins again when it ends."""
        from PIL import Image  # matplotlib brings it

        images = [Image.open(io.BytesIO(frame)).convert("RGB") for frame in self._frames()]
        content = io.BytesIO()
        pause = round(1000 * self._pause)
        images[0].save(
            content,
            "gif",
            save_all=True,
            append_images=images[1:],
            duration=[pause] * (len(images) - 1) + [max(pause, 1500)],
            loop=0,
        )
        return content.getvalue()

    def _frames(self) -> list[bytes]:
        from PIL import Image  # matplotlib brings it

        figure = new_figure(*SIZE)
        panel = figure.subplots()
        found = []
        for index in range(len(self)):
            panel.clear()
            self._draw(panel, index)
            content = io.BytesIO()
            figure.savefig(content, format="png", dpi=DOTS)
            small = io.BytesIO()
            Image.open(content).convert("RGB").quantize(COLOURS).save(small, "png")
            found.append(small.getvalue())
            if not index:
                figure.set_layout_engine("none")  # every frame has the place of the first
        return found

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        page = self.html()
        last = page.partition('<img alt="')[2].partition('src="')[2].partition('"')[0]
        png = last.partition("base64,")[2]
        return {
            "text/plain": repr(self),
            "text/html": framed(page, last, self.title, 520),
            "image/png": png,
        }
