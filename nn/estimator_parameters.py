"""The parameters of the estimators: which values they may have.

They are checked when an estimator learns and not in its __init__, as scikit-learn's protocol asks.
"""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError

from .activations import ACTIVATIONS

SOLVERS = ("adam", "sgd", "lbfgs")
RATES = ("constant", "invscaling", "adaptive")
NAMES = {"logistic": "sigmoid"}  # what scikit-learn calls an activation, and what it is called here


def check_parameters(estimator: Any) -> None:
    """Raise ArgumentError for a parameter out of its range."""
    owner = type(estimator).__name__

    def refuse(name: str, wanted: str) -> None:
        raise ArgumentError(f"{owner}: {name}={getattr(estimator, name)!r}; give {wanted}.")

    def number(name: str, low: float, high: float, wanted: str, least: bool = True) -> None:
        value = getattr(estimator, name)
        fits = isinstance(value, Real) and not isinstance(value, bool)
        if not (fits and (low <= value if least else low < value) and value < high):
            refuse(name, wanted)

    def whole(name: str) -> None:
        value = getattr(estimator, name)
        if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
            refuse(name, "a whole number, 1 or more")

    hidden = np.atleast_1d(np.asarray(estimator.hidden_layer_sizes))
    if hidden.size and (hidden.dtype.kind not in "iu" or hidden.ndim > 1 or hidden.min() < 1):
        refuse("hidden_layer_sizes", "whole numbers, 1 or more")
    known = set(ACTIVATIONS) | set(NAMES)
    for name, choices in (("solver", SOLVERS), ("learning_rate", RATES), ("activation", known)):
        if getattr(estimator, name) not in choices:
            refuse(name, f"one of {', '.join(sorted(choices))}")
    if estimator.batch_size != "auto":
        whole("batch_size")
    whole("max_iter")
    whole("n_iter_no_change")
    for name in ("alpha", "tol", "power_t"):
        number(name, 0, math.inf, "0 or more")
    for name in ("learning_rate_init", "epsilon"):
        number(name, 0, math.inf, "a positive number", least=False)
    for name in ("momentum", "beta_1", "beta_2"):
        number(name, 0, 1, "a number in [0, 1)")
    number("validation_fraction", 0, 1, "a number in (0, 1)", least=False)
