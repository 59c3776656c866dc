"""The command line: `autograd-lite demo`, `step`, `quiz`, `draw`, `worksheet`, `derive`, ..."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import autograd_lite
from autograd_lite.errors import ArgumentError, AutogradError

from . import cli_class, cli_code, cli_tables, expression
from .situations import ASKS
from .text import encodable

EXPRESSION_HELP = (
    "arithmetic over names, numbers and functions such as tanh, exp, relu; "
    f"left out: the running example, {expression.RUNNING_EXAMPLE}"
)
EXAMPLES = """examples:
  autograd-lite demo
  autograd-lite step
  autograd-lite step "tanh(w*x + b)" w=-3 x=2 b=6.9
  autograd-lite step "tanh(w*x + b)" w=-3 x=2 b=6.9 --html steps.html
  autograd-lite quiz
  autograd-lite quiz "tanh(w*x + b)" w=-3 x=2 b=6.9 --ask both --html quiz.html
  autograd-lite draw "tanh(w*x + b)" w=-3 x=2 b=6.9 -o graph.svg
  autograd-lite worksheet "tanh(w*x + b)" w=-3 x=2 b=6.9 -o sheet.html --seeds 3
  autograd-lite pages --levels 1-8 --seeds 30 -o class.zip
  autograd-lite derive "tanh(w*x + b)" w=-3 x=2 b=6.9 --wrt w
  autograd-lite derive -o derivation.tex
  autograd-lite code "tanh(w*x + b)" w=-3 x=2 b=6.9
  autograd-lite train data.csv --target COLUMN --save model.safetensors
  autograd-lite predict model.safetensors new.csv
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0, 1 for a failure, 2 for wrong input."""
    parser = _parser()
    options = parser.parse_args(
        _protect_negatives(sys.argv[1:] if arguments is None else arguments)
    )
    if not hasattr(options, "run"):
        parser.print_help()
        return 2
    try:
        options.run(options)
        sys.stdout.flush()
    except AutogradError as error:
        print(f"autograd-lite: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        if isinstance(error, BrokenPipeError):  # the reader, such as `head`, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        where = f"{error.filename}: " if error.filename else ""
        print(f"autograd-lite: {where}{error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograd-lite",
        description="See backpropagation, and walk through it by hand.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=autograd_lite.__version__)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    demo = commands.add_parser(
        "demo", help="train an MLP on real handwritten digits and look inside"
    )
    demo.add_argument("--out", type=Path, help="where the files go; default: a new folder")
    demo.add_argument("--seed", type=int, default=0, help="random seed of the run (default 0)")
    demo.add_argument(
        "--seeds",
        type=int,
        default=1,
        metavar="N",
        help="train with N seeds and say the median too",
    )
    demo.set_defaults(run=_demo)

    step = _graph_command(commands, "step", "walk through backpropagation, one arrow at a time")
    step.add_argument("--text", action="store_true", help="print every step instead of walking")
    step.add_argument("--html", type=Path, metavar="FILE", help="save the page to step through")
    step.add_argument(
        "--update", type=float, metavar="RATE", help="add the update, x <- x - RATE * gradient"
    )
    step.add_argument(
        "--order",
        choices=("right", "naive"),
        default="right",
        help="naive: depth first, to see what goes wrong without waiting for all paths",
    )
    step.set_defaults(run=_step)

    quiz = _graph_command(commands, "quiz", "predict each number before it is shown")
    quiz.add_argument(
        "--ask", choices=ASKS, default=ASKS[0], help="what to predict (default: what an arrow adds)"
    )
    quiz.add_argument("--lr", type=float, metavar="RATE", help="learning rate of an update")
    quiz.add_argument("--html", type=Path, metavar="FILE", help="save the quiz as a page")
    quiz.add_argument("--text", action="store_true", help="print all questions, then the answers")
    quiz.set_defaults(run=_quiz)

    draw = _graph_command(commands, "draw", "draw the graph, with values and gradients")
    draw.add_argument(
        "-o", "--output", type=Path, default=Path("graph.svg"), help=".svg, .png, .dot or .html"
    )
    draw.add_argument("--forward", action="store_true", help="values only, as before backward")
    draw.set_defaults(run=_draw)

    sheet = _graph_command(commands, "worksheet", "make sheets to fill in by hand, with their key")
    sheet.add_argument("-o", "--output", type=Path, default=Path("sheet.html"), metavar="FILE")
    sheet.add_argument("--seed", type=int, help="other numbers of the same kind")
    sheet.add_argument("--seeds", type=int, metavar="N", help="a sheet for each seed from 1 to N")
    sheet.add_argument("--no-key", action="store_true", help="leave the keys out")
    sheet.set_defaults(run=_worksheet)

    derive = _graph_command(commands, "derive", "write out the derivation, as Markdown and LaTeX")
    derive.add_argument(
        "--wrt", metavar="NAMES", help="what to differentiate by, as w or w,b; default: everything"
    )
    derive.add_argument("--latex", action="store_true", help="print LaTeX for a paper")
    derive.add_argument("-o", "--output", type=Path, metavar="FILE", help="save as .md or .tex")
    derive.set_defaults(run=_derive)
    cli_code.add(_graph_command(commands, "code", "print the gradient as Python"), _graph)
    cli_class.add(commands)
    cli_tables.add(commands)
    return parser


def _graph_command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text + ".")
    command.add_argument("expression", nargs="?", help=EXPRESSION_HELP)
    command.add_argument("values", nargs="*", metavar="name=number", help="a value for each name")
    return command


def _protect_negatives(arguments: Sequence[str]) -> list[str]:
    # argparse takes an expression that begins with a minus, "-a*b", for an option.
    return [
        f" {x}" if x.startswith("-") and len(x) > 2 and any(c in x for c in "*+/(^ ") else x
        for x in arguments
    ]


def _graph(options: argparse.Namespace) -> tuple[Any, dict[str, Any]]:
    text, assignments = options.expression, list(options.values)
    if text is None:
        return expression.parse(expression.RUNNING_EXAMPLE, expression.RUNNING_VALUES)
    values: dict[str, float] = {}
    for assignment in assignments:
        name, value = expression.parse_assignment(assignment)
        if name in values:
            raise ArgumentError(f"{name} has two values: {values[name]:g} and {value:g}. Give one.")
        values[name] = value
    return expression.parse(text, values)


def _step(options: argparse.Namespace) -> None:
    from . import step

    root, nodes = _graph(options)
    stepper = step(root, names=nodes, update=options.update, order=options.order)
    if options.html is not None:
        print(f"Open {stepper.save(options.html)} in a browser.")
    elif options.text or not (sys.stdout.isatty() and sys.stdin.isatty()):
        print(stepper)
    else:
        stepper.walk(sys.stdin, sys.stdout)


def _quiz(options: argparse.Namespace) -> None:
    from . import quiz

    root, nodes = _graph(options)
    asked = quiz(root, ask=options.ask, names=nodes, lr=options.lr)
    if options.html is not None:
        print(f"Open {asked.save(options.html)} in a browser.")
    elif options.text:
        print(encodable(asked.written(), sys.stdout.encoding))
    else:
        asked.ask_in(sys.stdin, sys.stdout)


def _draw(options: argparse.Namespace) -> None:
    from . import draw

    root, nodes = _graph(options)
    if not options.forward:
        root.backward()
    print(f"Wrote {draw(root, names=nodes).save(options.output)}.")


def _worksheet(options: argparse.Namespace) -> None:
    from . import worksheet

    root, nodes = _graph(options)
    if options.seeds is not None and (options.seeds < 1 or options.seed is not None):
        raise ArgumentError(
            f"--seeds {options.seeds}: give a number of 1 or more, and no --seed beside it."
        )
    seed = options.seed if options.seeds is None else range(1, options.seeds + 1)
    made = worksheet(root, names=nodes, seed=seed)
    path = made.save(options.output, key=not options.no_key)
    print(f"Wrote {path}: {repr(made).strip('<>')}.")


def _derive(options: argparse.Namespace) -> None:
    from . import derivation

    root, nodes = _graph(options)
    wanted = [name.strip() for name in options.wrt.split(",")] if options.wrt else None
    for name in wanted or ():
        if name not in nodes:
            raise ArgumentError(f"--wrt {name}: no such name. There are {', '.join(nodes)}.")
    by = None if wanted is None else tuple(nodes[name] for name in wanted)
    found = derivation(root, wrt=by, names=nodes)
    if options.output is not None:
        print(f"Wrote {found.save(options.output)}.")
    else:
        print(found.latex if options.latex else found.markdown, end="")


def _demo(options: argparse.Namespace) -> None:
    from .demo import run

    run(out=options.out, seed=options.seed, seeds=options.seeds)
