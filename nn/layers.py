"""Layers: the linear model, the activations between, and stacks of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import Node, Tensor, Value
from autograd_lite.errors import ArgumentError, ShapeError

from . import functional
from .init import DEFAULTS, Initializer, initializer
from .module import Module

Seed = int | np.random.Generator | None


class Linear(Module):
    """The linear model O = X W + b.

    X: (n, d) examples, or (d,) for one.  W: weight (d, p).  b: bias (p,).  O: (n, p), or (p,).
    init: how W begins, a name or function of nn.init; b begins at 0.  rng: a seed or generator.
    dtype: of the parameters; plain input is cast to it.
    scalar: hold single `Value`s (float64) instead of one `Tensor`, to see every number.
    Raises ShapeError if X does not have d features, ArgumentError for sizes below 1.

    >>> layer = Linear(3, 2, rng=0)
    >>> layer(np.ones((4, 3))).shape
    (4, 2)
    """

    def __init__(
        self,
        d: int,
        p: int,
        bias: bool = True,
        init: str | Initializer = "xavier_uniform",
        rng: Seed = None,
        dtype: Any = "float32",
        scalar: bool = False,
    ) -> None:
        for name, size in (("d", d), ("p", p)):
            if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
                raise ArgumentError(f"Linear: {name}={size!r}; a layer has 1 or more of them.")
        self.d, self.p, self.scalar = int(d), int(p), scalar
        self.dtype = np.dtype("float64" if scalar else dtype)
        if self.dtype.kind != "f":
            raise ArgumentError(f"Linear: dtype={dtype!r}; parameters are floats, as 'float32'.")
        weight = initializer(init)(self.d, self.p, np.random.default_rng(rng))
        self.weight = _parameter(weight, "weight", self.dtype, scalar)
        self.bias = _parameter(np.zeros(self.p), "bias", self.dtype, scalar) if bias else None

    def forward(self, x: Any) -> Any:
        x = self._input(x)
        out = x @ self.constant_if_frozen(self.weight)
        return out if self.bias is None else out + self.constant_if_frozen(self.bias)

    def _input(self, x: Any) -> Any:
        if not isinstance(x, Node):
            x = np.asarray(x)
            if x.dtype != object:
                x = x.astype(self.dtype, copy=False)
        if not x.shape or x.shape[-1] != self.d:
            name = getattr(self.weight, "label", None) or "weight"
            raise ShapeError(
                f"Linear: {x.shape} @ ({self.d}, {self.p}): the layer takes {self.d} features, "
                f"the input has {x.shape[-1] if x.shape else 'no axis'}.\n"
                f"  input: {x.shape}   {name}: ({self.d}, {self.p})\n"
                "  Each row is one example. Does the layer before give as many as this one takes?"
            )
        return x

    def describe(self) -> str:
        return f"{self.d}, {self.p}" + (", bias=False" * (self.bias is None))


def _parameter(numbers: Any, label: str, dtype: Any, scalar: bool) -> Any:
    if not scalar:
        return Tensor(np.asarray(numbers, dtype=dtype), label=label)
    values = np.empty(np.shape(numbers), dtype=object)
    for index in np.ndindex(values.shape):
        place = ("_" if max(values.shape) > 9 else "").join(str(i + 1) for i in index)
        values[index] = Value(float(numbers[index]), label=f"{label[0]}{place}")
    return values


class Activation(Module):
    """A function applied to every entry. Without one between them, linear layers are one layer."""

    function: Callable[..., Any]

    def forward(self, x: Any) -> Any:
        return type(self).function(x)


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
        self.slope = float(slope)

    def forward(self, x: Any) -> Any:
        return ag.leaky_relu(x, self.slope)

    def describe(self) -> str:
        return f"{self.slope}"


class ELU(Activation):
    """x for positive inputs, alpha * (exp(x) - 1) for the others."""

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = float(alpha)

    def forward(self, x: Any) -> Any:
        return ag.elu(x, self.alpha)

    def describe(self) -> str:
        return f"{self.alpha}"


class Softmax(Module):
    """Scores to probabilities along `axis`. For training, cross_entropy takes the scores."""

    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return functional.softmax(x, self.axis)


class LogSoftmax(Module):
    """The logarithm of softmax along `axis`, without overflow."""

    def __init__(self, axis: int = -1) -> None:
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return functional.log_softmax(x, self.axis)


class Identity(Module):
    """Gives back what it gets."""

    def forward(self, x: Any) -> Any:
        return x


class Dropout(Module):
    """In training, sets a share `p` of the entries to 0 and scales the rest by 1 / (1 - p).

    The expected output equals the input, so in use (`eval()`) everything passes unchanged.
    Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, JMLR 15 (2014).
    """

    def __init__(self, p: float = 0.5, rng: Seed = None) -> None:
        if not 0 <= p < 1:
            raise ArgumentError(f"Dropout: p={p!r}; the share to drop lies in [0, 1).")
        self.p = float(p)
        self.rng = np.random.default_rng(rng)

    def forward(self, x: Any) -> Any:
        if not self.training or self.p == 0:
            return x
        x = x if isinstance(x, Node) else np.asarray(x)
        kept = (self.rng.random(x.shape) >= self.p) / (1 - self.p)
        return x * (kept.astype(x.dtype) if x.dtype.kind == "f" else kept)

    def describe(self) -> str:
        return f"{self.p}"


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


class Sequential(Module):
    """Modules one after the other.

    >>> model = Sequential(Linear(4, 8, rng=0), ReLU(), Linear(8, 3, rng=1))
    >>> model(np.zeros((5, 4))).shape, len(model)
    ((5, 3), 3)
    """

    def __init__(self, *layers: Module) -> None:
        for i, layer in enumerate(layers):
            if not callable(layer):
                raise ArgumentError(f"Sequential: layer {i} is {layer!r:.60}, which is no module.")
        self.layers = list(layers)
        for name, parameter in self.named_parameters():
            if isinstance(parameter, Tensor):
                parameter.label = name

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def __getitem__(self, index: int) -> Module:
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
    init: how weights begin; by default He's for the ReLU family, Xavier's for the others.
    scalar: build it of single `Value`s, to be drawn and stepped through.  rng: a seed or generator;
    the same seed gives the same model.  dtype: of the parameters.
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
        dtype: Any = "float32",
        init: str | Initializer | None = None,
    ) -> None:
        sizes = list(sizes)
        if len(sizes) < 2:
            raise ArgumentError(f"MLP: sizes={sizes}; give at least [features, outputs].")
        if isinstance(activation, str):
            if activation not in ACTIVATIONS:
                raise ArgumentError(
                    f"MLP: activation={activation!r}: there is no such one. "
                    f"Use {', '.join(ACTIVATIONS)}, or a module class."
                )
            init = init or DEFAULTS.get(activation, "xavier_uniform")
            activation = ACTIVATIONS[activation]
        generator = np.random.default_rng(rng)
        layers: list[Module] = []
        for i, (d, p) in enumerate(pairwise(sizes)):
            last = i == len(sizes) - 2
            how = "xavier_uniform" if last and init != "zeros" else (init or "xavier_uniform")
            layers.append(Linear(d, p, init=how, rng=generator, dtype=dtype, scalar=scalar))
            if not last:
                layers.append(activation())
        super().__init__(*layers)
