"""A sheet to print for each notebook, with its key: backprop by hand on a graph from the lesson.

    python notebooks/sheets.py                  one sheet and its key for each, in ./sheets
    python notebooks/sheets.py --seeds 30 03    30 sheets with other numbers, for notebook 3
    python notebooks/sheets.py --no-key         without the keys, to hand out

Other numbers are searched for until every known slip gives a number of its own, which takes up to
some seconds a sheet. Open a file in a browser and print it. `teaching.md` says what they are for.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import autograd_lite as ag
import nn
import viz
from autograd_lite import AutogradError, Tensor, Value

Graph = Callable[[], ag.Node]


def _values(**numbers: float) -> list[Value]:
    return [Value(number, label=name) for name, number in numbers.items()]


def _named(name: str, node: ag.Node) -> ag.Node:
    node.label = name
    return node


def chain_rule() -> ag.Node:
    """L = (a*b + a) * k."""
    a, b, k = _values(a=2.0, b=-3.0, k=5.0)
    return _named("L", (a * b + a) * k)


def one_neuron() -> ag.Node:
    """A tanh neuron and its squared error."""
    w, x, b = _values(w=-2.0, x=3.0, b=6.9)
    y = _named("y", ag.tanh(_named("z", w * x + b)))
    return _named("L", (y + 0.5) ** 2)


def linear_layer() -> ag.Node:
    """Two examples, three features, one neuron; the loss weighs the two outputs."""
    X = Tensor([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]], label="X")
    W = Tensor([[1.0], [-1.0], [2.0]], label="W")
    b = Tensor([0.5], label="b")
    u = Tensor([[3.0], [-2.0]], label="u")
    return _named("L", (_named("O", X @ W + b) * u).sum())


def softmax() -> ag.Node:
    """Cross-entropy of three scores, the third being true."""
    z = Tensor([[0.0, 1.0, 2.0]], label="z")
    return _named("L", nn.cross_entropy(z, [2]))


def activations() -> ag.Node:
    """One ReLU that lets through, one that does not, and a tanh."""
    x, u, v, w = _values(x=2.0, u=1.5, v=-0.5, w=0.25)
    return _named("L", ag.relu(u * x) * 3.0 + ag.relu(v * x) + ag.tanh(w * x))


def mlp() -> ag.Node:
    """Two hidden ReLU units and a linear output."""
    x, w1, w2, b2, v1, v2 = _values(x=1.0, w1=2.0, w2=3.0, b2=-1.0, v1=1.0, v2=-2.0)
    h1 = _named("h1", ag.relu(_named("z1", x * w1)))
    h2 = _named("h2", ag.relu(_named("z2", x * w2 + b2)))
    return _named("o", h1 * v1 + h2 * v2)


def depth() -> ag.Node:
    """The tent, twice: the slope is 2 or -2 for each fold."""
    (x,) = _values(x=0.375)
    y = _named("y", 2.0 * ag.relu(x) - 4.0 * ag.relu(x - 0.5))
    return _named("L", 2.0 * ag.relu(y) - 4.0 * ag.relu(y - 0.5))


def deeper() -> ag.Node:
    """Two sigmoids in a row, and a way past the second."""
    x, w = _values(x=0.5, w=2.0)
    h = _named("h", ag.sigmoid(w * x))
    return _named("L", h + ag.sigmoid(w * h))


def autodiff() -> ag.Node:
    """A graph to run through backward and, on the back of the sheet, forward."""
    a, b, k = _values(a=2.0, b=3.0, k=-2.0)
    c = _named("c", a * b)
    return _named("L", c * a + k * c)


def build_it() -> ag.Node:
    """A short and a long path to the same node: who has to wait?"""
    a, b, k = _values(a=2.0, b=-1.0, k=3.0)
    c = _named("c", a * b)
    d = _named("d", c * k + a)
    return _named("L", d * c)


SHEETS: dict[str, Graph] = {
    "01": chain_rule,
    "02": one_neuron,
    "03": linear_layer,
    "04": softmax,
    "05": activations,
    "06": mlp,
    "07": depth,
    "08": deeper,
    "09": autodiff,
    "10": build_it,
}


def main(arguments: list[str] | None = None) -> int:
    """The command line. Gives 0 if all went well."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("notebooks", nargs="*", metavar="NUMBER", help="as 03; all if left out")
    asked.add_argument("-o", "--output", default="sheets", help="a folder (default: sheets)")
    asked.add_argument("--seeds", type=int, default=0, help="so many with other numbers each")
    asked.add_argument("--no-key", action="store_true", help="leave the keys out")
    given = asked.parse_args(arguments)
    if unknown := [n for n in given.notebooks if n not in SHEETS]:
        asked.error(f"there is no sheet {', '.join(unknown)}; there are {', '.join(SHEETS)}")
    if given.seeds < 0:
        asked.error(f"--seeds {given.seeds}: give a whole number, 0 or more")
    folder = Path(given.output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in given.notebooks or SHEETS:
            graph = SHEETS[number]
            seeds = range(1, given.seeds + 1) if given.seeds else None
            sheet = viz.worksheet(graph(), seed=seeds)
            path = folder / f"{number}_{graph.__name__}.html"
            print(f"{sheet.save(path, key=not given.no_key)}: {graph.__doc__}")
    except (AutogradError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
