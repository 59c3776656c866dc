"""Optimisers: how parameters follow their gradients.

Each formula is a pure function of parameter, gradient and state. A step first computes every new
array and only then puts them in place, with Ctrl-C held back for that moment, so an interrupt never
leaves half-updated parameters.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from autograd_lite import Tensor, Value
from autograd_lite.errors import ArgumentError, DataError

Array = np.ndarray[Any, Any]
State = dict[str, Any]


class Optimizer:
    """What all optimisers share. A new one writes `update`.

    params: the parameters, as `model.parameters()`: Tensors or Values.  lr: the learning rate, > 0;
    it may be assigned between steps.
    Raises ArgumentError for no parameters or a setting out of its range.
    """

    def __init__(self, params: Iterable[Any], lr: float) -> None:
        listed = list(params)
        if not listed:
            raise ArgumentError(
                f"{type(self).__name__}: there are no parameters. Give model.parameters()."
            )
        for p in listed:
            if not isinstance(p, Tensor | Value):
                raise DataError(
                    f"{type(self).__name__}: {type(p).__name__} {p!r:.40} is no parameter; "
                    "give Tensors or Values."
                )
        self.lr = _positive(self, "lr", lr)
        self.params = list(dict.fromkeys(listed))
        tensors = [p for p in self.params if isinstance(p, Tensor)]
        values = [p for p in self.params if isinstance(p, Value)]
        # All single Values are updated together, as one array.
        self._groups: list[Tensor | list[Value]] = [*tensors, *([values] if values else [])]
        self._states: list[State] = [{} for _ in self._groups]

    def update(self, p: Array, g: Array, state: State) -> tuple[Array, State]:
        """The new parameter and the new state, from parameter, gradient and state."""
        raise NotImplementedError

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        computed: list[tuple[int, Array, State]] = []
        for i, group in enumerate(self._groups):
            if isinstance(group, Tensor):
                if group.grad is not None:
                    computed.append((i, *self.update(group.data, group.grad, self._states[i])))
            elif any(v.grad is not None for v in group):
                computed.append((i, *self._update_values(group, self._states[i])))
        with uninterrupted():
            for i, data, state in computed:
                group = self._groups[i]
                self._states[i] = state
                if isinstance(group, Tensor):
                    group.data = data
                else:
                    for value, number in zip(group, data.tolist(), strict=True):
                        value.data = number

    def _update_values(self, group: list[Value], state: State) -> tuple[Array, State]:
        p = np.array([v.data for v in group])
        known = np.array([v.grad is not None for v in group])
        g = np.array([0.0 if v.grad is None else v.grad for v in group])
        new, new_state = self.update(p, g, state)
        for key, after in new_state.items():
            if isinstance(after, np.ndarray):
                new_state[key] = np.where(known, after, state.get(key, np.zeros_like(after)))
        return np.where(known, new, p), new_state

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for p in self.params:
            p.grad = None

    def state_dict(self) -> dict[str, Any]:
        """The learning rate and a copy of the state, to go on later."""
        return {"lr": self.lr, "states": [_copy(s) for s in self._states]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take the state of `state_dict()` of the same optimiser over the same parameters."""
        if len(state["states"]) != len(self._states):
            raise ArgumentError(
                f"{type(self).__name__}: the state is of {len(state['states'])} parameters, "
                f"this optimiser has {len(self._states)}."
            )
        self.lr, self._states = state["lr"], [_copy(s) for s in state["states"]]


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
    ) -> None:
        super().__init__(params, lr)
        self.momentum = _share(self, "momentum", momentum)
        self.nesterov = bool(nesterov)
        self.weight_decay = _not_negative(self, "weight_decay", weight_decay)
        if nesterov and not momentum:
            raise ArgumentError(
                "SGD: nesterov=True looks ahead along the momentum; give momentum > 0."
            )

    def update(self, p: Array, g: Array, state: State) -> tuple[Array, State]:
        if self.weight_decay:
            g = g + self.weight_decay * p
        if not self.momentum:
            return p - self.lr * g, {}
        v = state["v"] * self.momentum + g if state else g
        step = g + self.momentum * v if self.nesterov else v
        return p - self.lr * step, {"v": v}


class Adam(Optimizer):
    """Adam: steps scaled by running estimates of the gradient's mean and square.

    m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2,
    p <- p - lr * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)

    weight_decay w adds w p to the gradient.
    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR (2015), algorithm 1.
    """

    decoupled = False

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr)
        self.betas = (_share(self, "betas[0]", betas[0]), _share(self, "betas[1]", betas[1]))
        self.eps = _positive(self, "eps", eps)
        self.weight_decay = _not_negative(self, "weight_decay", weight_decay)

    def update(self, p: Array, g: Array, state: State) -> tuple[Array, State]:
        first, second = self.betas
        if self.weight_decay and self.decoupled:
            p = p * (1 - self.lr * self.weight_decay)
        elif self.weight_decay:
            g = g + self.weight_decay * p
        t = state.get("t", 0) + 1
        m = first * state["m"] + (1 - first) * g if t > 1 else (1 - first) * g
        v = second * state["v"] + (1 - second) * (g * g) if t > 1 else (1 - second) * (g * g)
        scale = np.sqrt(v)
        scale /= (1 - second**t) ** 0.5
        scale += self.eps
        np.divide(m, scale, out=scale)
        scale *= self.lr / (1 - first**t)
        return p - scale, {"t": t, "m": m, "v": v}


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
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)


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
    ) -> None:
        super().__init__(params, lr)
        self.alpha = _share(self, "alpha", alpha)
        self.eps = _positive(self, "eps", eps)
        self.weight_decay = _not_negative(self, "weight_decay", weight_decay)

    def update(self, p: Array, g: Array, state: State) -> tuple[Array, State]:
        if self.weight_decay:
            g = g + self.weight_decay * p
        v = self.alpha * state.get("v", 0.0) + (1 - self.alpha) * (g * g)
        return p - self.lr * g / (np.sqrt(v) + self.eps), {"v": v}


def clip_grad_norm(params: Iterable[Any], max_norm: float) -> float:
    """Scale all gradients together so that their norm is at most `max_norm`; returns what it was.

    norm = sqrt(sum of g^2 over all parameters).
    Source: Pascanu, Mikolov, Bengio, ICML (2013), algorithm 1.

    >>> from autograd_lite import Tensor
    >>> t = Tensor(np.zeros(2))
    >>> t.grad = np.array([3.0, 4.0])
    >>> clip_grad_norm([t], 1.0), t.grad
    (5.0, array([0.6, 0.8]))
    """
    if not max_norm > 0:
        raise ArgumentError(f"clip_grad_norm: max_norm={max_norm!r}; give a positive number.")
    listed = [p for p in params if p.grad is not None]
    norm = float(np.sqrt(sum(float(np.sum(np.square(p.grad, dtype=float))) for p in listed)))
    if norm > max_norm:
        for p in listed:
            p.grad = p.grad * (max_norm / norm)
    return norm


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back Ctrl-C until the block is done. Other threads never get it, so there it is free."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[tuple[int, Any]] = []
    before = signal.getsignal(signal.SIGINT)
    if before is None:  # installed outside Python, where it cannot be put back
        yield
        return
    signal.signal(signal.SIGINT, lambda number, frame: caught.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if caught and callable(before):
            before(*caught[0])


def _copy(state: State) -> State:
    return {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in state.items()}


def _positive(owner: object, name: str, value: float) -> float:
    if not (np.isfinite(value) and value > 0):
        raise ArgumentError(f"{type(owner).__name__}: {name}={value!r}; give a positive number.")
    return float(value)


def _not_negative(owner: object, name: str, value: float) -> float:
    if not (np.isfinite(value) and value >= 0):
        raise ArgumentError(f"{type(owner).__name__}: {name}={value!r}; give 0 or more.")
    return float(value)


def _share(owner: object, name: str, value: float) -> float:
    if not 0 <= value < 1:
        raise ArgumentError(f"{type(owner).__name__}: {name}={value!r}; it lies in [0, 1).")
    return float(value)
