"""`step`: walk through backprop, forward and backward, as text, as a page, or in a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO, overload

from autograd_lite.errors import AutogradError
from autograd_lite.graph import Node
from autograd_lite.graph_source import source_of
from autograd_lite.source_lines import Source

from . import files, text
from .drawing import still
from .frames import UPDATE, Frame
from .notebook import Showable
from .page import model as as_json
from .page import page
from .stage import picture
from .terminal import walk_in
from .walk import walk
from .words import Words

LONGEST_CODE = 60  # operations up to which a walk can be read as code as well


class Stepper(Showable):
    """A walk through backprop: a sequence of frames that prints, saves and shows itself.

    In a notebook it shows itself: as a page to step through, which shares its step with `at` where
    the kernel has anywidget, and as a picture for those who open the saved notebook.
    """

    def __init__(
        self,
        node: Node,
        names: Mapping[str, Any] | None = None,
        update: float | None = None,
        keep: Any = None,
        words: Mapping[str, str] | None = None,
        order: str = "right",
        model: Any = None,
        depth: int | None = None,
        parts: bool | None = None,
    ) -> None:
        self.node = node
        self.model = walk(node, names, update, keep, Words(words), order, model, depth, parts)
        self.title = self.model.words("page_title", root=self.model.names[self.node])
        self._names = {name: x for x, name in self.model.names.items()} | self._arrays()
        self._in_order = order == "right"

    def _arrays(self) -> dict[str, Any]:
        """The plain arrays that nodes met, by the names that the walk has for them."""
        named, operands = self.model.constants, (x for n in self.model.names for x in n.operands)
        return {named[id(x)]: x for x in operands if id(x) in named}

    @cached_property
    def code(self) -> tuple[Source, bool] | None:
        """The walk as source, and whether that is open to begin with; None where it has none.

        It has one where every operation is drawn by itself, and there are not too many.
        """
        whole = all(
            box.node is not None or box.kind == "constant" for box in self.model.outline.boxes
        )
        operations = sum(box.kind == "operation" for box in self.model.outline.boxes)
        inside = self.model.outline.inside
        if not self._in_order or not whole or inside or operations > LONGEST_CODE:
            return None
        try:
            return source_of(self.node, names=self._names), False
        except (AutogradError, ArithmeticError, AttributeError, TypeError, ValueError):
            return None  # a learner's own rule that cannot be traced

    @property
    def frames(self) -> tuple[Frame, ...]:
        return self.model.frames

    def __len__(self) -> int:
        return len(self.frames)

    def __iter__(self) -> Iterator[Frame]:
        return iter(self.frames)

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Frame, ...]: ...
    def __getitem__(self, index: int | slice) -> Frame | tuple[Frame, ...]:
        return self.frames[index]

    def text(self, width: int = text.WIDTH) -> str:
        """Every step as plain text, `width` columns wide."""
        return text.walk_text(self.model, width)

    def __str__(self) -> str:
        return text.encodable(self.text(), getattr(sys.stdout, "encoding", None))

    def __repr__(self) -> str:
        root = self.model.names[self.node]
        return (
            f"<walk through backprop of {root}: {len(self)} steps; print it, or save it as .html>"
        )

    def html(self) -> str:
        """The walk as one self-contained HTML page, opened at the step `at`."""
        return page(self.model, self.at, self.code, self.title)

    def as_json(self) -> dict[str, Any]:
        """Everything that the page shows, as plain data."""
        return as_json(self.model, self.code)

    def picture(self) -> str:
        """The graph with every value and gradient, as SVG."""
        return picture(self.model, self._told())

    def png(self) -> bytes:
        """The graph with every value and gradient, as PNG.

        Raises RenderError if there is no layout engine.
        """
        return still(self.model, self._told()).png()

    def _told(self) -> int:
        """The frame at which every gradient is known and nothing is updated yet."""
        return max(i for i, frame in enumerate(self.frames) if frame.phase != UPDATE)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the walk to a file: `.html` the page, `.txt` or `.md` the text. Gives the path.

        The file appears whole or not at all.
        Raises ArgumentError for another ending, and OSError where the file cannot be written.
        """
        writers = {
            ".html": self.html,
            ".htm": self.html,
            ".txt": self._plain,
            ".md": self._markdown,
        }
        return files.save(path, writers, "a walk")

    def _plain(self) -> str:
        return self.text() + "\n"

    def _markdown(self) -> str:
        title = self.model.words("text_title", root=self.model.names[self.node])
        fence = "```"
        while fence in self.text():
            fence += "`"
        return f"# {title}\n\n{fence}text\n{self.text()}\n{fence}\n"

    def walk(self, stdin: TextIO | None = None, stdout: TextIO | None = None) -> None:
        """Step through in a terminal, key by key; line by line where that is not possible.

        Right, Enter, Space or n: next. Left, b or p: previous. Home or g, End or G: first, last.
        q: leave.
        """
        walk_in(self.model, stdin or sys.stdin, stdout or sys.stdout)


def step(
    node: Node,
    names: Mapping[str, Any] | None = None,
    update: float | None = None,
    keep: Any = None,
    words: Mapping[str, str] | None = None,
    order: str = "right",
    model: Any = None,
    depth: int | None = None,
    parts: bool | None = None,
) -> Stepper:
    """Walk through backprop from `node`: forward, then backward one arrow at a time.

    Each backward step shows dL/d(input) += dL/d(output) * d(output)/d(input) in symbols, its local
    rule and why, the numbers, and what the input has collected. The graph is only read: no `.grad`
    changes.

    node: a scalar node.  names: `locals()`, to call nodes by their variables.
    update: a learning rate; then the walk ends with w <- w - rate * gradient.
    keep: the nodes to draw one by one in a large graph; the others are folded.
    words: messages in another language, by the keys of `viz.words.ENGLISH`.
    order: "naive" goes depth first, without waiting for all paths, beside the right order: the
    step where it goes wrong is marked, and so is what comes out wrong.
    model: the nn.Module that the graph was computed with: its parameters have their paths as names,
    and what belongs to a module stands together. `names` may hold it too.
    depth: how many operations are shown, counted from the result; what is below is folded.
    parts: whether a graph of single numbers is shown in parts: modules, arrays of parameters, and
    repeats such as "ReLU × 32". None: if it has more than 400 nodes.
    Raises DataError if `node` is no node, ShapeError if it has more than one entry, ArgumentError
    for a rate that is no positive number, another order, a depth below 1, or a model without named
    parameters.

    >>> from autograd_lite import Value
    >>> a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    >>> walk = step((a * b + a) * k)
    >>> len(walk), walk[7].title, walk[7].line("numbers")
    (9, 'c = a · b hands a its share', '5 · (-3) = -15')
    """
    return Stepper(node, names, update, keep, words, order, model, depth, parts)
