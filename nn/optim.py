"""Optimisers: how parameters follow their gradients.

Each formula is a pure function of parameter, gradient and state.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError

from .optimizer import Array, Optimizer, State, positive, share


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

    def update(self, p: Array, g: Array, state: State) -> tuple[Array, State]:
        if not self.momentum:
            return p - self.lr * g, {}
        v = self.momentum * state["v"] + g if state else g
        step = g + self.momentum * v if self.nesterov else v
        return p - self.lr * step, {"v": v}


class Adam(Optimizer):
    """Adam: steps scaled by running estimates of the gradient's mean and square.

    m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2,
    p <- p - lr * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)

    weight_decay w adds w p to the gradient.
    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR (2015), algorithm 1.
    """

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

    def update(self, p: Array, g: Array, state: State) -> tuple[Array, State]:
        first, second = self.betas
        t = state.get("t", 0) + 1
        m, v = (1 - first) * g, (1 - second) * (g * g)
        if state:
            m += first * state["m"]
            v += second * state["v"]
        step = np.asarray(np.sqrt(v))
        step /= (1 - second**t) ** 0.5
        step += self.eps
        np.divide(m, step, out=step)
        step *= self.lr / (1 - first**t)
        return p - step, {"t": t, "m": m, "v": v}


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

    def update(self, p: Array, g: Array, state: State) -> tuple[Array, State]:
        v = self.alpha * state.get("v", 0.0) + (1 - self.alpha) * (g * g)
        return p - self.lr * g / (np.sqrt(v) + self.eps), {"v": v}


class Adagrad(Optimizer):
    """Steps scaled by all gradients so far: rarely moved parameters move further.

    v <- v + g^2,  p <- p - lr * g / (sqrt(v) + eps)

    Source: Duchi, Hazan, Singer, JMLR 12 (2011), section 1.
    """

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

    def update(self, p: Array, g: Array, state: State) -> tuple[Array, State]:
        v = state.get("v", 0.0) + g * g
        return p - self.lr * g / (np.sqrt(v) + self.eps), {"v": v}
