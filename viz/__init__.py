"""See it: drawings of graphs, backpropagation step by step, derivations, networks, plots.

>>> from autograd_lite import Value
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> L = a * b
>>> print(step(L))  # doctest: +SKIP
"""

from .classes import class_pages
from .coding import code
from .derivation import derivation
from .drawing import draw, install_reprs
from .exercises import exercise
from .network import network
from .newcomer import newcomer_test
from .plot_boundary import animate_boundary, plot_boundary
from .plot_functions import plot_activations, plot_softmax
from .plot_sizes import plot_gradients, plot_memory
from .plots import plot_confusion, plot_history
from .quizzing import quiz
from .results import class_results
from .stepping import step
from .worksheet import worksheet

install_reprs()

__all__ = [
    "animate_boundary",
    "class_pages",
    "class_results",
    "code",
    "derivation",
    "draw",
    "exercise",
    "network",
    "newcomer_test",
    "plot_activations",
    "plot_boundary",
    "plot_confusion",
    "plot_gradients",
    "plot_history",
    "plot_memory",
    "plot_softmax",
    "quiz",
    "step",
    "worksheet",
]
