"""A picture: DOT source that becomes SVG or PNG, saves itself, and shows itself in a notebook."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Collection
from html import escape
from pathlib import Path

from autograd_lite.errors import RenderError

from .engine import render
from .files import save

FONT = "Helvetica"  # one name: for a list of names Graphviz reckons with the widths of Times
# Boxes are light with dark text, and what stands on the page itself is of a middle tone with a
# light plate under text: so one picture is readable on a white and on a black page.
INK, MUTED, PAPER = "#1b1f24", "#55606c", "#f7f9fc"
STROKE = "#7b8794"
GRADIENT, GRADIENT_PAPER = "#b8390e", "#fff3e8"
INPUT, INPUT_PAPER = "#2b6cb0", "#eaf2fb"
SHARP, COARSE = 144, 72  # dots an inch of a PNG, for a picture of usual and of great size


class Drawing:
    """A drawing that shows itself in a notebook and saves itself as SVG, PNG, DOT or HTML.

    source: the drawing as DOT, the language of Graphviz; it needs no layout engine.
    """

    def __init__(self, source: str, title: str, size: int = 0) -> None:
        self.source = source
        self.title = title
        self._dots = SHARP if size <= 120 else COARSE

    def svg(self) -> str:
        """The drawing as SVG: text of the form <svg ...>...</svg>.

        Raises RenderError if there is no layout engine.
        """
        text = render(self.source, "svg").decode("utf-8")
        text = text[text.index("<svg") :]
        # Graphviz writes its internal names as comments and titles, which would pop up as tooltips.
        text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL)
        text = re.sub(r"<title>.*?</title>\n?", "", text, flags=re.DOTALL)
        start, _, rest = text.partition(">")
        label = escape(self.title)
        return f'{start} role="img" aria-label="{label}">\n<title>{label}</title>{rest}'

    def png(self) -> bytes:
        """The drawing as a PNG image.

        Raises RenderError if there is no layout engine.
        """
        return render(self.source.replace("{", f"{{ graph [dpi={self._dots}];", 1), "png")

    def html(self) -> str:
        """The drawing as a page that needs nothing else."""
        return PAGE.format(title=escape(self.title), svg=self.svg())

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the drawing to a file: `.svg`, `.png`, `.dot` or `.html`. Gives the path.

        The file appears whole or not at all.
        Raises ArgumentError for another ending, RenderError if there is no layout engine (.dot
        needs none), and OSError where the file cannot be written.
        """
        return save(
            path,
            {
                ".svg": lambda: XML + self.svg(),
                ".png": self.png,
                ".dot": lambda: self.source,
                ".html": self.html,
            },
            "a drawing",
        )

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        # PNG as well as SVG: a notebook that is not trusted shows only the first of them.
        bundle = {"text/plain": repr(self)}
        makers: dict[str, Callable[[], str]] = {
            "image/svg+xml": self.svg,
            "image/png": lambda: base64.b64encode(self.png()).decode("ascii"),
        }
        for kind, make in makers.items():
            if (include and kind not in include) or (exclude and kind in exclude):
                continue
            try:
                bundle[kind] = make()
            except RenderError as error:
                bundle["text/plain"] = f"{self!r}\n{error}"
                break
        return bundle

    def __repr__(self) -> str:
        return f"<drawing: {self.title}>"


XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ margin: 1rem; font-family: system-ui, sans-serif; }}
h1 {{ margin: 0 0 1rem; font-size: 1.15rem; }}
figure {{ margin: 0; overflow: auto; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<figure tabindex="0" aria-label="{title}">
{svg}
</figure>
</main>
</body>
</html>
"""


def plain(text: str, length: int = 40) -> str:
    """A text on one line, not too long, of characters that can be printed."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def html(text: str) -> str:
    """A text inside an HTML-like label of DOT, where it means nothing but itself."""
    # Graphviz reads \\N and its like as names here as well.
    return escape(text).replace("\\", "\\\\") or " "


def quoted(text: str) -> str:
    """A text as a quoted string of DOT, where it means nothing but itself."""
    # Graphviz reads \\N and its like as names, and &amp; as a character, so both are written out.
    text = text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("\n", "\\n") + '"'
