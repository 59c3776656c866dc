"""What all optimisers share: which parameters they move, and that a step is whole or not at all.

A step first computes every new array and only then puts them in place, with Ctrl-C held back for
that moment, so an interrupt never leaves half-updated parameters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from numbers import Real
from typing import Any

import numpy as np

from autograd_lite import Node, Tensor, Value
from autograd_lite.errors import ArgumentError, DataError, GradientError, UnsupportedError
from autograd_lite.graph import numbers

from .interrupts import uninterrupted

Array = np.ndarray[Any, Any]
State = dict[str, Any]


class Optimizer:
    """What all optimisers share. A new one writes `update`.

    params: the parameters, as `model.parameters()`: Tensors or Values. One whose gradient is None
    is left as it is.  lr: the learning rate, > 0; it may be assigned between steps.
    weight_decay: w adds w p to the gradient; or, where a class sets `decoupled`, shrinks p itself
    to p (1 - lr w) before the step.  no_decay: parameters that are left out of it, usually
    `model.biases()`.
    Raises ArgumentError for no parameters or a setting out of its range, DataError for what is no
    parameter.
    """

    decoupled = False
    needs_closure = False  # whether a step computes the loss again by itself

    def __init__(
        self,
        params: Iterable[Any],
        lr: float,
        weight_decay: float = 0.0,
        no_decay: Iterable[Any] = (),
    ) -> None:
        self.lr = lr
        self.weight_decay = not_negative(self, "weight_decay", weight_decay)
        self.params = _parameters(type(self).__name__, params)
        spared = set(_parameters(f"{type(self).__name__}, no_decay", no_decay, empty=True))
        tensors = [p for p in self.params if isinstance(p, Tensor)]
        values = [p for p in self.params if isinstance(p, Value)]
        # All single Values are updated together, as one array.
        self._groups: list[Tensor | list[Value]] = [*tensors, *([values] if values else [])]
        self._decays: list[Any] = [p not in spared for p in tensors]
        if values:
            self._decays.append(np.array([float(v not in spared) for v in values]))
        self._states: list[State] = [{} for _ in self._groups]

    @property
    def lr(self) -> float:
        """The learning rate."""
        return self._lr

    @lr.setter
    def lr(self, rate: float) -> None:
        # a plain float, since one of NumPy's would widen float32 parameters
        self._lr = positive(self, "lr", rate)

    def update(self, p: Array, g: Array, state: State) -> tuple[Array, State]:
        """The new parameter and the new state, from parameter, gradient and state, after decay.

        The state is a new dict of numbers and arrays like p; at the first step it is empty.
        """
        raise UnsupportedError(f"{type(self).__name__} has no update method. Write update.")

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient.

        closure: computes the loss and its gradients first; the step returns the loss.
        """
        loss = None if closure is None else closure()
        computed: list[tuple[int, Array, State]] = []
        with np.errstate(all="ignore"):
            for i, group in enumerate(self._groups):
                if isinstance(group, Tensor):
                    if group.grad is not None:
                        p, g = self._decayed(numbers(group), group.grad, self._decays[i])
                        computed.append((i, *self.update(p, g, self._states[i])))
                elif any(v.grad is not None for v in group):
                    computed.append((i, *self._update_values(group, i)))
        with uninterrupted():
            for i, data, state in computed:
                group = self._groups[i]
                self._states[i] = state
                if isinstance(group, Tensor):
                    group.data = np.asarray(data)
                else:
                    for value, number in zip(group, data.tolist(), strict=True):
                        value.data = number
        return loss

    def _decayed(self, p: Array, g: Array, decays: Any) -> tuple[Array, Array]:
        """Parameter and gradient after weight decay, for those that decay."""
        if not self.weight_decay or decays is False:
            return p, g
        w = self.weight_decay if decays is True else self.weight_decay * decays
        return (p * (1 - self.lr * w), g) if self.decoupled else (p, g + w * p)

    def _update_values(self, group: list[Value], i: int) -> tuple[Array, State]:
        """All Values at once; those without a gradient keep their number and their state."""
        state = self._states[i]
        p = np.array([v.data for v in group])
        known = np.array([v.grad is not None for v in group])
        g = np.array([0.0 if v.grad is None else v.grad for v in group])
        new, after = self.update(*self._decayed(p, g, self._decays[i]), state)
        kept = {key: np.where(known, entry, state.get(key, 0.0)) for key, entry in after.items()}
        return np.where(known, new, p), kept

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for p in self.params:
            p.grad = None

    def state_dict(self) -> dict[str, Any]:
        """The kind of optimiser, its learning rate, and a copy of its state, to go on later."""
        return {
            "optimizer": type(self).__name__,
            "lr": self.lr,
            "states": [_copy(s) for s in self._states],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take the state of `state_dict()` of the same optimiser over the same parameters.

        Raises ArgumentError, changing nothing, if it is another's.
        """
        kind = type(self).__name__
        if not isinstance(state, Mapping) or not {"optimizer", "lr", "states"} <= set(state):
            raise ArgumentError(f"{kind}: {state!r:.60} is no state of an optimiser.")
        if state["optimizer"] != kind:
            raise ArgumentError(f"{kind}: the state is of {state['optimizer']}, not of {kind}.")
        states = [_copy(s) for s in state["states"]]
        if len(states) != len(self._states):
            raise ArgumentError(
                f"{kind}: the state is of {len(states)} parameters, "
                f"this optimiser has {len(self._states)}."
            )
        for i, entries in enumerate(states):
            for key, entry in entries.items():
                expected = self._expected(i, key)
                if np.shape(entry) not in expected:
                    raise ArgumentError(
                        f"{kind}: the state {key!r} of parameter {i} has shape {np.shape(entry)}, "
                        f"the parameter {max(expected)}.\n  It is of another model."
                    )
        self.lr, self._states = state["lr"], states

    def _expected(self, i: int, key: str) -> set[tuple[int, ...]]:
        """The shapes that an entry of the state of parameter `i` may have."""
        group = self._groups[i]
        return {(), group.shape if isinstance(group, Tensor) else (len(group),)}


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
    listed = [p for p in _parameters("clip_grad_norm", params) if p.grad is not None]
    norm = math.hypot(*(float(np.linalg.norm(np.asarray(p.grad, float))) for p in listed))
    if not math.isfinite(norm):
        raise GradientError(
            f"clip_grad_norm: the norm of the gradients is {norm}; no factor makes it {max_norm}.\n"
            "  A smaller learning rate or scaled features may help."
        )
    if norm > max_norm:
        for p in listed:
            p.grad = p.grad * (max_norm / norm)
    return norm


def _parameters(place: str, params: Iterable[Any], empty: bool = False) -> list[Any]:
    """The parameters, each once."""
    if isinstance(params, Node) or not isinstance(params, Iterable):
        raise DataError(
            f"{place}: {type(params).__name__} is no list of parameters.\n"
            "  Give model.parameters(), or a list such as [w, b]."
        )
    listed: list[Any] = []
    for p in params:
        listed += p.flat if isinstance(p, np.ndarray) and p.dtype == object else [p]
    for p in listed:
        if not isinstance(p, Tensor | Value):
            raise DataError(
                f"{place}: {type(p).__name__} {p!r:.40} is no parameter; it takes Tensors and "
                "Values.\n  Give model.parameters()."
            )
        if p.op is not None:
            raise DataError(
                f"{place}: {p!r:.60} was computed from others; only a leaf can be a parameter.\n"
                "  Give what it was computed from."
            )
    if not listed and not empty:
        raise ArgumentError(f"{place}: there are no parameters. Give model.parameters().")
    return list(dict.fromkeys(listed))


def _copy(state: State) -> State:
    return {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in state.items()}


def positive(owner: object, name: str, value: float) -> float:
    """A setting that must be above 0."""
    if not (_is_number(value) and 0 < value < math.inf):
        raise ArgumentError(f"{type(owner).__name__}: {name}={value!r}; give a positive number.")
    return float(value)


def not_negative(owner: object, name: str, value: float) -> float:
    """A setting that must not be below 0."""
    if not (_is_number(value) and 0 <= value < math.inf):
        raise ArgumentError(f"{type(owner).__name__}: {name}={value!r}; give 0 or more.")
    return float(value)


def share(owner: object, name: str, value: float) -> float:
    """A setting in [0, 1)."""
    if not (_is_number(value) and 0 <= value < 1):
        raise ArgumentError(f"{type(owner).__name__}: {name}={value!r}; it lies in [0, 1).")
    return float(value)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
