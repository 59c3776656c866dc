"""Layers: the linear model, dropout, normalisation, and stacks of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, overload

import numpy as np

import autograd_lite as ag
from autograd_lite import Node, Tensor, Value
from autograd_lite.errors import ArgumentError, DataError, ShapeError

from .activations import ACTIVATIONS
from .functional import operand
from .init import DEFAULTS, Initializer, initializer
from .module import Module

Seed = int | np.random.Generator | None


class Linear(Module):
    """The linear model O = X W + b.

    X: (n, d) examples, or (d,) for one.  W: weight (d, p).  b: bias (p,).  O: (n, p), or (p,).
    init: how W begins, a name or function of nn.init, Xavier's if None; b begins at 0.
    rng: a seed or generator.  dtype: of the parameters, float32 if None; plain input is cast to it.
    scalar: hold single `Value`s (float64) instead of one `Tensor`, to see every number.
    Raises ShapeError if X does not have d features, DataError for text or ragged lists,
    ArgumentError for sizes below 1 or a dtype that is no float.

    >>> layer = Linear(3, 2, rng=0)
    >>> layer(np.ones((4, 3))).shape
    (4, 2)
    """

    def __init__(
        self,
        d: int,
        p: int,
        bias: bool = True,
        init: str | Initializer | None = None,
        rng: Seed = None,
        dtype: Any = None,
        scalar: bool = False,
    ) -> None:
        self.d, self.p = _size("Linear", "d", d), _size("Linear", "p", p)
        self.scalar = bool(scalar)
        self.dtype = _float_dtype("Linear", dtype, self.scalar)
        begin = np.asarray(
            initializer(init or "xavier_uniform")(self.d, self.p, np.random.default_rng(rng))
        )
        if begin.shape != (self.d, self.p):
            raise ShapeError(
                f"Linear: init gave an array of shape {begin.shape}; the weight is "
                f"({self.d}, {self.p})."
            )
        self.weight = _parameter(begin, "weight", self.dtype, self.scalar)
        self.bias = _parameter(np.zeros(self.p), "bias", self.dtype, self.scalar) if bias else None

    def forward(self, x: Any) -> Any:
        x = _input(self, x, self.d)
        out = x @ self.weight
        return out if self.bias is None else out + self.bias

    def describe(self) -> str:
        return f"{self.d}, {self.p}" + (", bias=False" * (self.bias is None))


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
        self.d, self.scalar = _size("LayerNorm", "d", d), bool(scalar)
        if not 0 < eps < math.inf:
            raise ArgumentError(f"LayerNorm: eps={eps!r}; give a small positive number.")
        self.eps = float(eps)
        self.dtype = _float_dtype("LayerNorm", dtype, self.scalar)
        self.weight = _parameter(np.ones(self.d), "weight", self.dtype, self.scalar)
        self.bias = _parameter(np.zeros(self.d), "bias", self.dtype, self.scalar)

    def forward(self, x: Any) -> Any:
        x = _input(self, x, self.d)
        distance = x - np.sum(x, axis=-1, keepdims=True) / self.d
        variance = np.sum(distance * distance, axis=-1, keepdims=True) / self.d
        return distance / ag.sqrt(variance + self.eps) * self.weight + self.bias

    def describe(self) -> str:
        return f"{self.d}"


def _input(layer: Linear | LayerNorm, x: Any, d: int) -> Any:
    """An input with d features; a plain one in the layer's own dtype."""
    kind, weight = type(layer).__name__, layer.weight
    x = operand(x, kind)
    if isinstance(x, np.ndarray) and x.dtype != layer.dtype:
        if x.dtype != object or not any(isinstance(v, Node) for v in x.flat):
            x = x.astype(layer.dtype)
        elif not layer.scalar:
            raise DataError(
                f"{kind}: the input is an array of Values, shape {x.shape}; the layer holds "
                "Tensors.\n  Build the model with scalar=True, or give plain numbers."
            )
    if isinstance(x, Tensor) and layer.scalar:
        raise DataError(
            f"{kind}: the input is a Tensor {x.shape}; the layer holds single Values.\n"
            "  Give plain numbers or an array of Values, or build the model with scalar=False."
        )
    if not x.shape or x.shape[-1] != d:
        name = getattr(weight, "label", None) or "weight"
        got = x.shape[-1] if x.shape else "no axis"
        raise ShapeError(
            f"{kind}: X {x.shape}, {name} {weight.shape}: the layer takes {d} features, got {got}."
            f"\n  {_advice(name, d, got)}"
        )
    return x


def _advice(name: str, d: int, got: Any) -> str:
    """What to look at when the features do not fit, from where the layer stands."""
    if got == "no axis":
        return "Give (n, features), one row an example, or (features,) for one."
    number = name.split(".")[-2] if name.count(".") == 2 else ""
    if not number.isdigit() or number == "0":
        return "Each row of X is one example. Does the data have as many columns?"
    return f"The layers before layer {number} gave {got} features. Did they mean to give {d}?"


def _size(owner: str, name: str, size: Any) -> int:
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
        raise ArgumentError(f"{owner}: {name}={size!r}; give a whole number, 1 or more.")
    return int(size)


def _float_dtype(owner: str, dtype: Any, scalar: bool) -> Any:
    try:
        found = np.dtype("float64" if scalar else dtype or "float32")
    except TypeError as error:
        raise ArgumentError(f"{owner}: dtype={dtype!r}: {error}.") from None
    if found.kind != "f":
        raise ArgumentError(f"{owner}: dtype={dtype!r}; parameters are floats, as 'float32'.")
    return found


def _parameter(numbers: Any, label: str, dtype: Any, scalar: bool) -> Any:
    if not scalar:
        return Tensor(np.asarray(numbers, dtype=dtype), label=label)
    values = np.empty(np.shape(numbers), dtype=object)
    for index in np.ndindex(values.shape):
        place = ("_" if max(values.shape) > 9 else "").join(str(i + 1) for i in index)
        values[index] = Value(float(numbers[index]), label=f"{label[0]}{place}")
    return values


class Dropout(Module):
    """In training, sets a share `p` of the entries to 0 and scales the rest by 1 / (1 - p).

    The expected output equals the input, so in use (`eval()`) everything passes unchanged.
    rng: a seed or generator; without one, `nn.fit` seeds it from its own seed.
    Raises ArgumentError for p outside [0, 1).
    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, JMLR 15 (2014).

    >>> Dropout(0.5, rng=0)(np.ones(6))
    array([2., 0., 0., 0., 2., 2.])
    """

    def __init__(self, p: float = 0.5, rng: Seed = None) -> None:
        if not 0 <= p < 1:
            raise ArgumentError(f"Dropout: p={p!r}; the share to drop lies in [0, 1).")
        self.p = float(p)
        self.seeded = rng is not None
        self.rng = np.random.default_rng(rng)

    def forward(self, x: Any) -> Any:
        x = operand(x, "Dropout")
        if not self.training or self.p == 0:
            return x
        kept = (self.rng.random(x.shape) >= self.p) / (1 - self.p)
        return x * (kept.astype(x.dtype) if x.dtype.kind == "f" else kept)

    def describe(self) -> str:
        return f"{self.p}"


class Sequential(Module):
    """Modules one after the other.

    >>> from nn import ReLU
    >>> model = Sequential(Linear(4, 8, rng=0), ReLU(), Linear(8, 3, rng=1))
    >>> model(np.zeros((5, 4))).shape, len(model)
    ((5, 3), 3)
    """

    def __init__(self, *layers: Module) -> None:
        for i, layer in enumerate(layers):
            if not isinstance(layer, Module):
                hint = " Give nn.ReLU(), not nn.ReLU." if isinstance(layer, type) else ""
                raise ArgumentError(
                    f"Sequential: layer {i} is {layer!r:.60}, which is no module.{hint}"
                )
        self.layers = list(layers)
        for name, parameter in self.named_parameters():
            # a name that a user has given, or the place in a larger model, stays
            if isinstance(parameter, Tensor) and name.endswith(parameter.label or name):
                parameter.label = name

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    @overload
    def __getitem__(self, index: int) -> Module: ...
    @overload
    def __getitem__(self, index: slice) -> Sequential: ...
    def __getitem__(self, index: int | slice) -> Module:
        if isinstance(index, slice):
            return Sequential(*self.layers[index])
        return self.layers[index]

    def __iter__(self) -> Iterator[Module]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)


class MLP(Sequential):
    """A multi-layer perceptron: linear layers with an activation between each two.

    H_1 = f(X W_1 + b_1), H_2 = f(H_1 W_2 + b_2), ..., and the last layer linear: it gives scores
    (logits) for cross_entropy, or values for mse.

    sizes: features, hidden sizes, outputs: [64, 32, 10].  activation: its name, or a module class.
    init: how all weights begin; if None, hidden layers as nn.init.DEFAULTS says for the activation
    (He's for the ReLU family, Xavier's for the others), and the last with Xavier's.
    scalar: build it of single `Value`s, to be drawn and stepped through.  rng: a seed or generator;
    the same seed gives the same model, scalar or not.  dtype: of the parameters.
    Parameters are called "layers.0.weight", "layers.0.bias", "layers.2.weight", ...: activations
    count as layers.
    Raises ArgumentError for fewer than two sizes, sizes below 1, or an unknown activation.

    >>> MLP([64, 32, 10])
    MLP(
      (layers.0): Linear(64, 32)
      (layers.1): ReLU()
      (layers.2): Linear(32, 10)
    )
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str | Callable[[], Module] = "relu",
        scalar: bool = False,
        rng: Seed = 0,
        dtype: Any = None,
        init: str | Initializer | None = None,
    ) -> None:
        sizes = [_size("MLP", f"sizes[{i}]", n) for i, n in enumerate(sizes)]
        if len(sizes) < 2:
            raise ArgumentError(f"MLP: sizes={sizes}; give at least [features, outputs].")
        build, usual = _activation(activation)
        generator = np.random.default_rng(rng)
        layers: list[Module] = []
        for i, (d, p) in enumerate(pairwise(sizes)):
            last = i == len(sizes) - 2
            how = init or ("xavier_uniform" if last else usual)
            layers.append(Linear(d, p, init=how, rng=generator, dtype=dtype, scalar=scalar))
            if not last:
                layers.append(build())
        super().__init__(*layers)


def _activation(given: str | Callable[[], Module]) -> tuple[Callable[[], Module], str]:
    """What builds the activation, and how the weights before it usually begin."""
    if isinstance(given, str) and given in ACTIVATIONS:
        return ACTIVATIONS[given], DEFAULTS.get(given, "xavier_uniform")
    if not isinstance(given, str) and not isinstance(given, Module) and callable(given):
        name = next((name for name, build in ACTIVATIONS.items() if build is given), "")
        return given, DEFAULTS.get(name, "xavier_uniform")
    raise ArgumentError(
        f"MLP: activation={given!r:.60}: there is no such one. "
        f"Use {', '.join(ACTIVATIONS)}, or a module class as nn.ReLU."
    )
