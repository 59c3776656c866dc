"""See it: drawings of graphs, backpropagation step by step, derivations, networks, plots.

>>> from autograd_lite import Value
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> L = a * b
>>> print(step(L))  # doctest: +SKIP
"""

from .derivation import derivation
from .drawing import draw, install_reprs
from .network import network
from .plots import plot_confusion, plot_history
from .quizzing import quiz
from .stepping import step
from .worksheet import worksheet

install_reprs()

__all__ = [
    "derivation",
    "draw",
    "network",
    "plot_confusion",
    "plot_history",
    "quiz",
    "step",
    "worksheet",
]
