"""Activations as modules: what stands between linear layers.

Each is a function of nn as well (`nn.relu`, `nn.softmax`), and works on every kind of data.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import autograd_lite as ag
from autograd_lite.errors import ArgumentError

from . import functional
from .affine import fused
from .functional import operand
from .module import Module


class Activation(Module):
    """A function applied to every entry. Without one between them, linear layers are one layer."""

    function: Callable[..., Any]

    def forward(self, x: Any) -> Any:
        return type(self).function(operand(x, type(self).__name__))

    def config(self) -> dict[str, Any]:
        return {}


class ReLU(Activation):
    """max(0, x): 0 for negative inputs, the input otherwise."""

    function = ag.relu


class Tanh(Activation):
    """tanh(x), between -1 and 1."""

    function = ag.tanh


class Sigmoid(Activation):
    """1 / (1 + exp(-x)), between 0 and 1."""

    function = ag.sigmoid


class GELU(Activation):
    """x times the share of a normal distribution below x, in its tanh form."""

    function = ag.gelu


class SiLU(Activation):
    """x * sigmoid(x)."""

    function = ag.silu


class Softplus(Activation):
    """log(1 + exp(x)), a smooth ReLU."""

    function = ag.softplus


class LeakyReLU(Activation):
    """x for positive inputs, slope * x for the others."""

    def __init__(self, slope: float = 0.01) -> None:
        self.slope = _finite(type(self).__name__, "slope", slope)

    def forward(self, x: Any) -> Any:
        return ag.leaky_relu(operand(x, "LeakyReLU"), self.slope)

    def config(self) -> dict[str, Any]:
        return {"slope": self.slope}

    def describe(self) -> str:
        return f"{self.slope}"


class ELU(Activation):
    """x for positive inputs, alpha * (exp(x) - 1) for the others."""

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = _finite(type(self).__name__, "alpha", alpha)

    def forward(self, x: Any) -> Any:
        return ag.elu(operand(x, "ELU"), self.alpha)

    def config(self) -> dict[str, Any]:
        return {"alpha": self.alpha}

    def describe(self) -> str:
        return f"{self.alpha}"


class Softmax(Module):
    """Scores to probabilities along `axis`. For training, cross_entropy takes the scores."""

    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return functional.softmax(x, self.axis)

    def config(self) -> dict[str, Any]:
        return {"axis": self.axis}


class LogSoftmax(Module):
    """The logarithm of softmax along `axis`, without overflow."""

    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return functional.log_softmax(x, self.axis)

    def config(self) -> dict[str, Any]:
        return {"axis": self.axis}


class Identity(Module):
    """Gives back what it gets."""

    def forward(self, x: Any) -> Any:
        return x

    def config(self) -> dict[str, Any]:
        return {}


ACTIVATIONS: dict[str, Callable[[], Module]] = {
    "relu": ReLU,
    "tanh": Tanh,
    "sigmoid": Sigmoid,
    "gelu": GELU,
    "silu": SiLU,
    "softplus": Softplus,
    "leaky_relu": LeakyReLU,
    "elu": ELU,
    "identity": Identity,
}


# The rows of a linear layer with each of these: a pickled graph looks for them by name.
for _build in ACTIVATIONS.values():
    fused(getattr(_build, "function", None))


def _finite(owner: str, name: str, value: float) -> float:
    if not math.isfinite(value):
        raise ArgumentError(f"{owner}: {name}={value!r}; give a finite number.")
    return float(value)
