"""Layers: the linear model, a table of vectors, dropout, and flattening."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd_lite import Node, checked, drawn
from autograd_lite.errors import ArgumentError, DataError, IndexingError, ShapeError
from autograd_lite.recorded import as_ndarray
from autograd_lite.rows import Elementwise

from .affine import affine
from .functional import operand
from .init import Initializer, initializer
from .module import Module
from .parameters import Seed, features, float_dtype, parameter, size


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
        self.d, self.p = size("Linear", "d", d), size("Linear", "p", p)
        self.scalar = bool(scalar)
        self.dtype = float_dtype("Linear", dtype, self.scalar)
        begin = np.asarray(
            initializer(init or "xavier_uniform")(self.d, self.p, np.random.default_rng(rng))
        )
        if begin.shape != (self.d, self.p):
            raise ShapeError(
                f"Linear: init gave an array of shape {begin.shape}; the weight is "
                f"({self.d}, {self.p})."
            )
        self.weight = parameter(begin, "weight", self.dtype, self.scalar)
        self.bias = parameter(np.zeros(self.p), "bias", self.dtype, self.scalar) if bias else None

    def forward(self, x: Any) -> Any:
        return self.activated(x, None)

    def activated(self, x: Any, activation: Elementwise | None) -> Any:
        """f(X W + b) with an activation f from the rule table, None for none; fused if it can be.

        >>> from autograd_lite.rules import tanh
        >>> Linear(3, 2, rng=0).activated(np.ones((4, 3)), tanh).op
        <rule affine_tanh>
        """
        x = features(self, x, self.d)
        if self.bias is not None:
            return affine(x, self.weight, self.bias, activation)
        out = x @ self.weight
        return out if activation is None else activation(out)

    def config(self) -> dict[str, Any]:
        given = {"d": self.d, "p": self.p, "bias": self.bias is not None}
        return given | {"dtype": self.dtype.name, "scalar": self.scalar}

    def describe(self) -> str:
        return f"{self.d}, {self.p}" + (", bias=False" * (self.bias is None))


class Embedding(Module):
    """A table of vectors, one for each of `count` things; the input says which.

    O = W[i].  i: whole numbers in [0, count), of any shape.  W: weight (count, d), normal at first.
    O: the shape of i, and d.  An example uses few rows, and only those get a gradient.
    rng, dtype, scalar: as for Linear.
    Raises IndexingError for a number outside [0, count), DataError for what is no whole number.

    >>> Embedding(5, 3, rng=0)(np.array([[0, 4]])).shape
    (1, 2, 3)
    """

    def __init__(
        self, count: int, d: int, rng: Seed = None, dtype: Any = None, scalar: bool = False
    ) -> None:
        self.count, self.d = size("Embedding", "count", count), size("Embedding", "d", d)
        self.scalar = bool(scalar)
        self.dtype = float_dtype("Embedding", dtype, self.scalar)
        begin = np.random.default_rng(rng).normal(size=(self.count, self.d))
        self.weight = parameter(begin, "weight", self.dtype, self.scalar)

    def forward(self, x: Any) -> Any:
        index = x if isinstance(x, Node) else as_ndarray(x)
        if isinstance(index, Node) or index.dtype.kind not in "iu":
            got = type(x).__name__ if isinstance(x, Node) else f"an array of {index.dtype}"
            raise DataError(
                f"Embedding: the input is {got}; it takes whole numbers, which row each.\n"
                "  Give integers: x.astype(int), if they are whole numbers."
            )
        return self.weight[checked(index, self._check)]

    def _check(self, index: Any) -> None:
        wrong = (index < 0) | (index >= self.count)
        if np.any(wrong):
            at = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise IndexingError(
                f"Embedding: {index[at]} at {at} is outside [0, {self.count})."
                f" {int(np.sum(wrong))} of {index.size} are."
            )

    def config(self) -> dict[str, Any]:
        given = {"count": self.count, "d": self.d}
        return given | {"dtype": self.dtype.name, "scalar": self.scalar}

    def describe(self) -> str:
        return f"{self.count}, {self.d}"


class Flatten(Module):
    """All that belongs to one example in one row: (n, ...) to (n, the product of the others).

    Raises ShapeError for a single number.

    >>> Flatten()(np.zeros((5, 8, 8))).shape
    (5, 64)
    """

    def forward(self, x: Any) -> Any:
        x = operand(x, "Flatten")
        if not x.shape:
            raise ShapeError("Flatten: a single number has no examples. Give (n, ...).")
        return x.reshape(x.shape[0], math.prod(x.shape[1:]))

    def config(self) -> dict[str, Any]:
        return {}


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
        shape, dtype = x.shape, x.dtype if x.dtype.kind == "f" else np.dtype(float)

        def draw() -> Any:
            kept = (self.rng.random(shape) >= self.p) / (1 - self.p)
            return kept.astype(dtype, copy=False)

        return x * drawn(draw)

    def config(self) -> dict[str, Any]:
        return {"p": self.p}

    def describe(self) -> str:
        return f"{self.p}"
