"""How weights begin.

Too small, and signals fade from layer to layer; too large, and they explode or saturate. With
fan_in inputs and fan_out outputs a layer keeps the variance of its signal if

    Xavier (Glorot):  Var(W) = 2 / (fan_in + fan_out)    tanh, sigmoid, linear
    He (Kaiming):     Var(W) = 2 / fan_in                ReLU and its kin, which halve the signal

Sources: Glorot and Bengio, AISTATS (2010); He, Zhang, Ren, Sun, ICCV (2015).
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError

Array = np.ndarray[Any, Any]
Initializer = Callable[[int, int, np.random.Generator], Array]


def he_normal(fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    """Normal, standard deviation sqrt(2 / fan_in). Shape (fan_in, fan_out), float64.

    >>> he_normal(200, 300, np.random.default_rng(0)).std().round(3)
    np.float64(0.1)
    """
    return rng.normal(0.0, sqrt(2.0 / fan_in), (fan_in, fan_out))


def he_uniform(fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    """Uniform on +-sqrt(6 / fan_in), of the same variance as `he_normal`."""
    bound = sqrt(6.0 / fan_in)
    return rng.uniform(-bound, bound, (fan_in, fan_out))


def xavier_normal(fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    """Normal, standard deviation sqrt(2 / (fan_in + fan_out)). Shape (fan_in, fan_out), float64."""
    return rng.normal(0.0, sqrt(2.0 / (fan_in + fan_out)), (fan_in, fan_out))


def xavier_uniform(fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    """Uniform on +-sqrt(6 / (fan_in + fan_out)), of the same variance as `xavier_normal`."""
    bound = sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, (fan_in, fan_out))


def zeros(fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    """All zero. For weights this keeps all neurons of a layer alike, so they never differ."""
    return np.zeros((fan_in, fan_out))


INITIALIZERS: dict[str, Initializer] = {
    "he_normal": he_normal,
    "he_uniform": he_uniform,
    "xavier_normal": xavier_normal,
    "xavier_uniform": xavier_uniform,
    "zeros": zeros,
}
# What follows a linear layer decides how its weights begin.
DEFAULTS: dict[str, str] = {
    "relu": "he_normal",
    "leaky_relu": "he_normal",
    "elu": "he_normal",
    "gelu": "he_normal",
    "silu": "he_normal",
    "softplus": "he_normal",
    "tanh": "xavier_uniform",
    "sigmoid": "xavier_uniform",
}


def initializer(init: str | Initializer) -> Initializer:
    """An initializer by its name; a function comes back as it is.

    Raises ArgumentError, with the names there are, for another name.
    """
    if callable(init):
        return init
    if init not in INITIALIZERS:
        raise ArgumentError(f"init={init!r}: there is no such one. Use {', '.join(INITIALIZERS)}.")
    return INITIALIZERS[init]
