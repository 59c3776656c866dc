"""The command `autograd-lite code`: the gradient as Python."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograd_lite.errors import ArgumentError

from .text import encodable


def add(command: argparse.ArgumentParser, graph: Callable[[Any], Any]) -> None:
    """The options of the command. graph: reads the expression and gives its node and its names."""
    command.add_argument(
        "--wrt", metavar="NAMES", help="what to differentiate by, as w or w,b; default: everything"
    )
    command.add_argument(
        "--plain", action="store_true", help="the source alone, without the number of each line"
    )
    command.add_argument("--html", type=Path, metavar="FILE", help="save it beside its graph")
    command.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="save as .py, .txt, .html or .svg"
    )
    command.set_defaults(run=lambda options: _run(options, *graph(options)))


def _run(options: argparse.Namespace, root: Any, nodes: dict[str, Any]) -> None:
    from . import code

    wanted = [name.strip() for name in options.wrt.split(",")] if options.wrt else None
    leaves = [name for name, node in nodes.items() if node.op is None]
    for name in wanted or ():
        if name not in leaves:
            raise ArgumentError(f"--wrt {name}: no such input. There are {', '.join(leaves)}.")
    made = code(root, wrt=None if wanted is None else [nodes[x] for x in wanted], names=nodes)
    if options.html is not None:
        print(f"Open {made.save(options.html)} in a browser.")
    if options.output is not None:
        print(f"Wrote {made.save(options.output)}.")
    if options.html is None and options.output is None:
        print(encodable(made.source if options.plain else made.text(), sys.stdout.encoding), end="")
