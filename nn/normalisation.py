"""Normalisation: signals brought to mean 0 and variance 1, over features or over examples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite.errors import ArgumentError, ShapeError

from .module import Module
from .parameters import features, float_dtype, parameter, size


class LayerNorm(Module):
    """Every example brought to mean 0 and variance 1 over its features, then scaled and shifted.

    O = (X - mean) / sqrt(var + eps) * weight + bias, with mean and var over the last axis.

    X: (..., d).  weight, bias: (d,), which begin at 1 and 0.  dtype, scalar: as for Linear.
    Raises ShapeError if X does not have d features, ArgumentError for d below 1 or eps not above 0.
    Source: Ba, Kiros, Hinton, Layer Normalization (2016), section 3.

    >>> LayerNorm(2, eps=1e-12)(np.array([[1.0, 3.0]])).data
    array([[-1.,  1.]], dtype=float32)
    """

    def __init__(self, d: int, eps: float = 1e-5, dtype: Any = None, scalar: bool = False) -> None:
        self.d, self.scalar = size("LayerNorm", "d", d), bool(scalar)
        self.eps = _eps("LayerNorm", eps)
        self.dtype = float_dtype("LayerNorm", dtype, self.scalar)
        self.weight = parameter(np.ones(self.d), "weight", self.dtype, self.scalar)
        self.bias = parameter(np.zeros(self.d), "bias", self.dtype, self.scalar)

    def forward(self, x: Any) -> Any:
        x = features(self, x, self.d)
        distance = x - np.sum(x, axis=-1, keepdims=True) / self.d
        variance = np.sum(distance * distance, axis=-1, keepdims=True) / self.d
        return distance / ag.sqrt(variance + self.eps) * self.weight + self.bias

    def config(self) -> dict[str, Any]:
        return {"d": self.d, "eps": self.eps, "dtype": self.dtype.name, "scalar": self.scalar}

    def describe(self) -> str:
        return f"{self.d}"


class BatchNorm1d(Module):
    """Every feature brought to mean 0 and variance 1 over the batch, then scaled and shifted.

    O = (X - mean) / sqrt(var + eps) * weight + bias

    In training, mean and var are those of the batch, and running averages are kept:
    running <- (1 - momentum) running + momentum batch, with the unbiased variance. In use, after
    `eval()`, the running ones serve, so an example's output does not depend on its neighbours.

    X: (n, d), in training with n of 2 or more.  weight, bias: (d,), which begin at 1 and 0.
    momentum: in (0, 1]; None averages over all batches alike.  dtype, scalar: as for Linear.
    Raises ShapeError if X is not (n, d) or is a single example in training, ArgumentError for
    settings out of range.
    Source: Ioffe and Szegedy, Batch Normalization, ICML (2015), algorithms 1 and 2.

    >>> layer = BatchNorm1d(1, eps=1e-12)
    >>> layer(np.array([[1.0], [3.0]])).data
    array([[-1.],
           [ 1.]], dtype=float32)
    >>> layer.running_mean
    array([0.2], dtype=float32)
    """

    buffers = ("running_mean", "running_var", "num_batches_tracked")

    def __init__(
        self,
        d: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        dtype: Any = None,
        scalar: bool = False,
    ) -> None:
        self.d, self.scalar = size("BatchNorm1d", "d", d), bool(scalar)
        self.eps = _eps("BatchNorm1d", eps)
        if momentum is not None and not 0 < momentum <= 1:
            raise ArgumentError(
                f"BatchNorm1d: momentum={momentum!r}; it lies in (0, 1], or is None."
            )
        self.momentum = None if momentum is None else float(momentum)
        self.dtype = float_dtype("BatchNorm1d", dtype, self.scalar)
        self.weight = parameter(np.ones(self.d), "weight", self.dtype, self.scalar)
        self.bias = parameter(np.zeros(self.d), "bias", self.dtype, self.scalar)
        self.running_mean = np.zeros(self.d, dtype=self.dtype)
        self.running_var = np.ones(self.d, dtype=self.dtype)
        self.num_batches_tracked = np.array(0, dtype=np.int64)

    def forward(self, x: Any) -> Any:
        x = features(self, x, self.d)
        if len(x.shape) != 2:
            raise ShapeError(f"BatchNorm1d: X {x.shape}; it takes (n, {self.d}).")
        if not self.training:
            scale = np.sqrt(self.running_var + np.asarray(self.eps, dtype=self.dtype))
            return (x - self.running_mean) / scale * self.weight + self.bias
        n = x.shape[0]
        if n < 2:
            raise ShapeError(
                f"BatchNorm1d: X {x.shape}: one example has no variance, so it cannot be trained "
                "on.\n  Choose a batch size that leaves no batch of one, or call eval() to use it."
            )
        mean = np.sum(x, axis=0) / n
        distance = x - mean
        variance = np.sum(distance * distance, axis=0) / n
        ag.afterwards(lambda m, v: self._track(m, v * (n / (n - 1))), mean, variance)
        return distance / ag.sqrt(variance + self.eps) * self.weight + self.bias

    def _track(self, mean: Any, variance: Any) -> None:
        count = self.num_batches_tracked + 1
        share = 1 / int(count) if self.momentum is None else self.momentum
        self.num_batches_tracked = np.asarray(count)
        for name, new in (("running_mean", mean), ("running_var", variance)):
            old = getattr(self, name)
            setattr(self, name, ((1 - share) * old + share * new).astype(self.dtype))

    def config(self) -> dict[str, Any]:
        given = {"d": self.d, "eps": self.eps, "momentum": self.momentum}
        return given | {"dtype": self.dtype.name, "scalar": self.scalar}

    def describe(self) -> str:
        return f"{self.d}"


def _eps(owner: str, eps: float) -> float:
    if not 0 < eps < math.inf:
        raise ArgumentError(f"{owner}: eps={eps!r}; give a small positive number.")
    return float(eps)
