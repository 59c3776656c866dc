"""Stacks: modules one after the other, past one another, and the multi-layer perceptron."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, overload

import numpy as np

from autograd_lite import Tensor
from autograd_lite.errors import ArgumentError, ShapeError
from autograd_lite.rows import Elementwise

from .activations import ACTIVATIONS, Activation
from .affine import fused
from .functional import operand
from .init import DEFAULTS, Initializer
from .layers import Dropout, Linear
from .module import Module
from .normalisation import BatchNorm1d, LayerNorm
from .parameters import Seed, size


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
        layers = self.layers
        i, count = 0, len(layers)
        while i < count:
            layer = layers[i]
            i += 1
            if type(layer) is Linear and i < count:
                activation = _fused(layer, layers[i])
                if activation is not None:
                    x = layer.activated(x, activation)
                    i += 1
                    continue
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

    def config(self) -> dict[str, Any]:
        return {"layers": self.layers}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Sequential:
        model = cls.__new__(cls)  # an MLP too is its layers
        Sequential.__init__(model, *config["layers"])
        return model


def _fused(layer: Linear, following: Module) -> Elementwise | None:
    """The activation that follows a linear layer, if both are computed as one operation."""
    kind = type(following)
    if not issubclass(kind, Activation) or kind.forward is not Activation.forward:
        return None
    if layer.frozen or following.frozen:
        return None
    if "forward" in layer.__dict__ or "forward" in following.__dict__:
        return None
    rule = getattr(kind, "function", None)
    return rule if isinstance(rule, Elementwise) and fused(rule) is not None else None


class Residual(Sequential):
    """The input plus what the layers make of it: O = X + F(X).

    The sum passes the gradient on unchanged, so it reaches the layers below undiminished, however
    deep the stack is.
    Raises ShapeError if the layers change the shape.
    Source: He, Zhang, Ren, Sun, Deep Residual Learning, CVPR (2016), section 3.1.

    >>> Residual(Linear(3, 3, init="zeros"))(np.ones((1, 3))).data
    array([[1., 1., 1.]], dtype=float32)
    """

    def forward(self, x: Any) -> Any:
        x = operand(x, "Residual")
        change = super().forward(x)
        if change.shape != x.shape:
            raise ShapeError(
                f"Residual: the layers turn {x.shape} into {change.shape}, so the sum with their "
                "input has no meaning.\n  Let the last layer give as many features as come in."
            )
        if isinstance(x, np.ndarray) and x.dtype != object and isinstance(change, Tensor):
            x = x.astype(change.dtype, copy=False)
        return x + change


class MLP(Sequential):
    """A multi-layer perceptron: linear layers with an activation between each two.

    H_1 = f(X W_1 + b_1), H_2 = f(H_1 W_2 + b_2), ..., and the last layer linear: it gives scores
    (logits) for cross_entropy, or values for mse.

    sizes: features, hidden sizes, outputs: [64, 32, 10].  activation: its name, or a module class.
    init: how all weights begin; if None, hidden layers as nn.init.DEFAULTS says for the activation
    (He's for the ReLU family, Xavier's for the others), and the last with Xavier's.
    scalar: build it of single `Value`s, to be drawn and stepped through.  rng: a seed or generator;
    the same seed gives the same model, scalar or not.  dtype: of the parameters.
    norm: "batch" or "layer" puts a BatchNorm1d or LayerNorm before every activation.
    dropout: puts a Dropout of this share behind every activation.
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
        norm: str | None = None,
        dropout: float = 0.0,
    ) -> None:
        sizes = [size("MLP", f"sizes[{i}]", n) for i, n in enumerate(sizes)]
        if len(sizes) < 2:
            raise ArgumentError(f"MLP: sizes={sizes}; give at least [features, outputs].")
        if norm not in NORMS:
            raise ArgumentError(f"MLP: norm={norm!r}; use 'batch', 'layer' or None.")
        build, usual = _activation(activation)
        generator = np.random.default_rng(rng)
        layers: list[Module] = []
        for i, (d, p) in enumerate(pairwise(sizes)):
            last = i == len(sizes) - 2
            how = init or ("xavier_uniform" if last else usual)
            layers.append(Linear(d, p, init=how, rng=generator, dtype=dtype, scalar=scalar))
            if not last:
                if norm is not None:
                    layers.append(NORMS[norm](p, dtype=dtype, scalar=scalar))
                layers.append(build())
                if dropout:
                    layers.append(Dropout(dropout))
        super().__init__(*layers)


NORMS: dict[str | None, Any] = {None: None, "batch": BatchNorm1d, "layer": LayerNorm}


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
