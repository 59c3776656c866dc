"""Optimisers: how parameters follow their gradients.

Each formula goes over a piece of the parameters, entry by entry, in place: `x *= f` and `x += y`
write to x, and what is needed in between is written to a, b.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError

from .flat import Array
from .optimizer import Optimizer
from .settings import positive, share


class SGD(Optimizer):
    """Gradient descent: p <- p - lr * g.

    With momentum m: v <- m v + g, p <- p - lr v; with Nesterov's: p <- p - lr (g + m v).
    weight_decay w adds w p to the gradient.
    Sources: Polyak, USSR Comp. Math. 4 (1964); Sutskever et al., ICML (2013).

    >>> from autograd_lite import Value
    >>> k = Value(5.0)
    >>> k.grad = -4.0
    >>> SGD([k], lr=0.1).step()
    >>> k.data
    5.4
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
        no_decay: Iterable[Any] = (),
    ) -> None:
        super().__init__(params, lr, weight_decay, no_decay)
        self.momentum = share(self, "momentum", momentum)
        self.nesterov = bool(nesterov)
        if nesterov and not momentum:
            raise ArgumentError(
                "SGD: nesterov=True looks ahead along the momentum; give momentum > 0."
            )

    @property
    def slots(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("v",) if self.momentum else ()

    def factors(self, t: Any) -> tuple[Any, ...]:
        return self.lr, self.momentum

    def move(self, p: Array, g: Array, state: Any, factors: Any, work: Any) -> None:
        (a,), (lr, momentum) = work, factors
        step = g
        if self.momentum:
            (v,) = state
            v *= momentum
            v += g
            step = np.add(g, np.multiply(v, momentum, out=a), out=a) if self.nesterov else v
        p -= np.multiply(step, lr, out=a)


class Adam(Optimizer):
    """Adam: steps scaled by running estimates of the gradient's mean and square.

    m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2,
    p <- p - lr * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)

    weight_decay w adds w p to the gradient. The state has m / (1 - b1) and v / (1 - b2): sums in
    place of means, whose constant factors go into eps and the rate.
    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR (2015), algorithm 1.
    """

    slots = ("m", "v")

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        no_decay: Iterable[Any] = (),
    ) -> None:
        super().__init__(params, lr, weight_decay, no_decay)
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise ArgumentError(f"{type(self).__name__}: betas={betas!r}; give two numbers.")
        self.betas = (share(self, "betas[0]", betas[0]), share(self, "betas[1]", betas[1]))
        self.eps = positive(self, "eps", eps)

    def factors(self, t: Any) -> tuple[Any, ...]:
        first, second = self.betas
        root = ((1 - second**t) / (1 - second)) ** 0.5
        return first, second, self.eps * root, self.lr * root * (1 - first) / (1 - first**t)

    def move(self, p: Array, g: Array, state: Any, factors: Any, work: Any) -> None:
        # Written so that factors which are the same for all entries need no pass of their own.
        (m, v), (first, second, eps, rate), (a,) = state, factors, work
        m *= first
        m += g
        v *= second
        v += np.multiply(g, g, out=a)
        np.sqrt(v, out=a)
        a += eps
        np.divide(m, a, out=a)
        a *= rate
        p -= a


class AdamW(Adam):
    """Adam with decoupled weight decay: p <- p (1 - lr w), then Adam's step.

    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR (2019).
    """

    decoupled = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        no_decay: Iterable[Any] = (),
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, no_decay)


class RMSprop(Optimizer):
    """Steps scaled by a running estimate of the gradient's square.

    v <- a v + (1 - a) g^2,  p <- p - lr * g / (sqrt(v) + eps)

    Source: Tieleman and Hinton, Neural Networks for Machine Learning, lecture 6.5 (2012).
    """

    slots = ("v",)
    scratch = 2

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        no_decay: Iterable[Any] = (),
    ) -> None:
        super().__init__(params, lr, weight_decay, no_decay)
        self.alpha = share(self, "alpha", alpha)
        self.eps = positive(self, "eps", eps)

    def factors(self, t: Any) -> tuple[Any, ...]:
        return self.lr, self.alpha, 1 - self.alpha, self.eps

    def move(self, p: Array, g: Array, state: Any, factors: Any, work: Any) -> None:
        (v,), (lr, alpha, rest, eps), (a, b) = state, factors, work
        v *= alpha
        np.multiply(g, g, out=a)
        a *= rest
        v += a
        np.sqrt(v, out=a)
        a += eps
        np.multiply(g, lr, out=b)
        b /= a
        p -= b


class Adagrad(Optimizer):
    """Steps scaled by all gradients so far: rarely moved parameters move further.

    v <- v + g^2,  p <- p - lr * g / (sqrt(v) + eps)

    Source: Duchi, Hazan, Singer, JMLR 12 (2011), section 1.
    """

    slots = ("v",)
    scratch = 2

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        eps: float = 1e-10,
        weight_decay: float = 0.0,
        no_decay: Iterable[Any] = (),
    ) -> None:
        super().__init__(params, lr, weight_decay, no_decay)
        self.eps = positive(self, "eps", eps)

    def factors(self, t: Any) -> tuple[Any, ...]:
        return self.lr, self.eps

    def move(self, p: Array, g: Array, state: Any, factors: Any, work: Any) -> None:
        (v,), (lr, eps), (a, b) = state, factors, work
        v += np.multiply(g, g, out=a)
        np.sqrt(v, out=a)
        a += eps
        np.multiply(g, lr, out=b)
        b /= a
        p -= b
