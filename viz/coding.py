"""`code`: the gradient of a graph as Python, beside the graph, step by step."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from autograd_lite import Program
from autograd_lite.call_source import source_of_call
from autograd_lite.errors import ArgumentError, DataError
from autograd_lite.graph import Node
from autograd_lite.graph_source import source_of
from autograd_lite.source_lines import Source

from . import files
from .code_lines import annotated
from .code_picture import beside
from .stepping import Stepper
from .walk import check

HEAD = "import numpy as np\n\n\n"


class Coder(Stepper):
    """A gradient as code: it prints, saves and shows itself, beside its graph.

    source: the Python, to read, or to paste into a file after `import numpy as np`.
    """

    def __init__(
        self,
        source: Source | None,
        node: Node,
        wrt: Any = None,
        names: Mapping[str, Any] | None = None,
        words: Mapping[str, str] | None = None,
    ) -> None:
        check(node, None, "code")
        super().__init__(node, names, words=words, parts=False)
        self.title = self.model.words("code_page_title", root=self.model.names[node])
        self._found = source or source_of(node, wrt, self._names)
        self._at = self._told()

    @property
    def source(self) -> str:
        return self._found.text

    @cached_property
    def code(self) -> tuple[Source, bool] | None:
        return self._found, True

    def text(self, width: int = 0) -> str:
        """The source, with the number of each line beside it."""
        return annotated(self._found)

    def __repr__(self) -> str:
        return f"<{self.title}: print it, or save it as .html>"

    def picture(self) -> str:
        """The graph with every value and gradient, and the source below it, as SVG."""
        return beside(super().picture(), self.text(), self.title)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it to a file: `.html` the page, `.py` the source, `.txt` with the numbers, `.svg`.

        The file appears whole or not at all.
        Raises ArgumentError for another ending, and OSError where the file cannot be written.
        """
        writers = {
            ".html": self.html,
            ".htm": self.html,
            ".py": lambda: HEAD + self.source,
            ".txt": self.text,
            ".svg": self.picture,
        }
        return files.save(path, writers, "code")


def code(
    node: Node | Program,
    *args: Any,
    wrt: Node | Sequence[Node] | None = None,
    names: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None,
    **kwargs: Any,
) -> Coder:
    """The gradient as straight-line NumPy, beside the graph: point at a line, its node lights up.

    Each line has its number at this point. In the page a line lights up the node or the arrow that
    it computes, a node lights up its lines, and the line of the present step is marked.

    node: a scalar node, or what `ag.compile(f)` gives, followed by the arguments of a call.
    wrt: a leaf, or several, to differentiate by; left out: every leaf.
    names: `locals()`, to call nodes and arrays by their variables.
    words: messages in another language, by the keys of `viz.words.ENGLISH`.
    Raises DataError if `node` is neither, ShapeError if it has more than one entry, ArgumentError
    for arguments beside a node, and what `compile` raises where a function cannot be traced.

    >>> from autograd_lite import Value
    >>> a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    >>> code((a * b + a) * k).source.startswith("def value_and_grad(a, b, k):")
    True
    """
    if isinstance(node, Program):
        if wrt is not None or names is not None:
            raise ArgumentError(
                "code: a compiled function has its own names and argnums; wrt= and names= are for "
                "a node.\n  Write ag.compile(f, argnums=(0, 1))."
            )
        found = source_of_call(node, args, kwargs)
        return Coder(found, found.root, words=words)
    if args or kwargs:
        given = len(args) + len(kwargs)
        raise ArgumentError(
            f"code: {given} argument{'s' * (given != 1)} beside {type(node).__name__}.\n"
            "  Arguments go with a compiled function: viz.code(ag.compile(f), 2.0, 3.0)."
        )
    if callable(node) and not isinstance(node, Node):
        raise DataError(
            f"code: {getattr(node, '__name__', node)} is a function.\n"
            "  Compile it and give its arguments: viz.code(ag.compile(f), 2.0, 3.0)."
        )
    return Coder(None, node, wrt, names, words)
