"""What all optimisers share: which parameters they move, and that a step is whole or not at all.

The parameters of one dtype lie in one vector (`flat.py`), which a step goes over in blocks, in
place, with Ctrl-C held back. What could raise is done before, so a step that fails or is
interrupted never leaves half-updated parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd_lite import Tensor, Value
from autograd_lite.errors import (
    ArgumentError,
    DataError,
    GradientError,
    ShapeError,
    UnsupportedError,
)
from autograd_lite.graph import numbers

from .flat import Array, Flat
from .interrupts import uninterrupted
from .settings import listed, not_negative, positive
from .sweep import Sweep

State = dict[str, Any]


class Optimizer:
    """What all optimisers share. A new one writes `update`, or `move`, which is faster.

    params: the parameters, as `model.parameters()`: Tensors or Values. One whose gradient is None
    is left as it is.  lr: the learning rate, > 0; it may be assigned between steps.
    weight_decay: w adds w p to the gradient; or, where a class sets `decoupled`, shrinks p itself
    to p (1 - lr w) before the step.  no_decay: parameters that are left out of it, usually
    `model.biases()`.
    Raises ArgumentError for no parameters or a setting out of its range, DataError for what is no
    parameter.

    A new optimiser in the short form, `update`:

    >>> class SignSGD(Optimizer):
    ...     def update(self, p, g, state):
    ...         return p - self.lr * np.sign(g), {}
    >>> t = Tensor([1.0, 1.0])
    >>> t.grad = np.array([5.0, -0.1])
    >>> SignSGD([t], lr=0.5).step()
    >>> t.data
    array([0.5, 1.5])

    Whoever computes all gradients at once writes them into `flat.grad` and calls `step_flat`:

    >>> optimizer = SignSGD([t], lr=0.5)
    >>> flat = optimizer.flat
    >>> flat.gradient(0)[...] = [1.0, 1.0]
    >>> optimizer.step_flat()
    >>> t.data
    array([0., 1.])
    """

    decoupled = False
    needs_closure = False  # whether a step computes the loss again by itself
    slots: tuple[str, ...] = ()  # for `move`: the names of the arrays that are kept for a parameter
    scratch = 1  # for `move`: how many arrays it needs for numbers in between

    def __init__(
        self,
        params: Iterable[Any],
        lr: float,
        weight_decay: float = 0.0,
        no_decay: Iterable[Any] = (),
    ) -> None:
        self.lr = lr
        self.weight_decay = not_negative(self, "weight_decay", weight_decay)
        self.params = listed(type(self).__name__, params)
        spared = set(listed(f"{type(self).__name__}, no_decay", no_decay, empty=True))
        tensors = [p for p in self.params if isinstance(p, Tensor)]
        values = [p for p in self.params if isinstance(p, Value)]
        # All single Values are updated together, as one array.
        self._groups: list[Tensor | list[Value]] = [*tensors, *([values] if values else [])]
        self._tensors, self._shapes = tensors, [p.shape for p in tensors]
        self._all_tensors = not values
        self._decays: list[Any] = [p not in spared for p in tensors]
        if values:
            self._decays.append(np.array([float(v not in spared) for v in values]))
        self._states: list[State] = [{} for _ in self._groups]
        self._sweeps: list[Sweep] | None = None

    @property
    def lr(self) -> float:
        """The learning rate."""
        return self._lr

    @lr.setter
    def lr(self, rate: float) -> None:
        # a plain float, since one of NumPy's would widen float32 parameters
        self._lr = positive(self, "lr", rate)

    # --- the formula --------------------------------------------------------------------------

    def update(self, p: Array, g: Array, state: State) -> tuple[Array, State]:
        """The new parameter and the new state, from parameter, gradient and state, after decay.

        The state is a new dict of numbers and arrays like p; at the first step it is empty.
        """
        count = state.get("t", 0) + 1
        new = np.array(p)
        kept = {slot: _like(p, state.get(slot, 0.0)) for slot in self.slots}
        work = [np.empty_like(new) for _ in range(self.scratch)]
        self.move(new, g, tuple(kept.values()), self.factors(count), tuple(work))
        return new, kept | {"t": count}

    def factors(self, t: Any) -> tuple[Any, ...]:
        """The numbers in the formula of `move` at a parameter's step number t = 1, 2, ..."""
        return (self.lr,)

    def move(
        self,
        p: Array,
        g: Array,
        state: tuple[Array, ...],
        factors: tuple[Any, ...],
        work: tuple[Array, ...],
    ) -> None:
        """The step, in place, for a piece of the parameters: p and the state are written to.

        state: the arrays that `slots` names, zero at the first step.  factors: what `factors` gave.
        work: `scratch` arrays like p, to be used as one likes.  g is not to be changed. The formula
        must go entry by entry, and must not raise.
        """
        raise UnsupportedError(
            f"{type(self).__name__} has no update method. Write update(self, p, g, state)."
        )

    # --- the step -----------------------------------------------------------------------------

    @property
    def flat(self) -> Flat | None:
        """All parameters as one vector; None if they are Values, or of more than one dtype.

        Ask for it before every step of your own: it brings back what was assigned in between. Its
        `data` then holds the numbers of all parameters; write the gradients into its `grad`.
        """
        sweep = self._one_sweep()
        return None if sweep is None else sweep.flat

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient.

        closure: computes the loss and its gradients first; the step returns the loss.
        Raises ShapeError for a gradient that does not fit its parameter, DataError for one that is
        not of real numbers; nothing has moved then.
        """
        loss = None if closure is None else closure()
        gradients: list[Array | None] = []
        for tensor, shape in zip(self._tensors, self._shapes, strict=True):
            g = tensor.grad
            as_usual = g.__class__ is np.ndarray and g.shape == shape and g.dtype.kind == "f"
            gradients.append(g if as_usual or g is None else self._fitting(tensor))
        if self._is_pure() or not self._all_tensors:
            self._step_pure(gradients)
            return loss
        sweeps = self._gathered()
        with np.errstate(all="ignore"), uninterrupted():
            for sweep in sweeps:
                known = tuple([gradients[place] is not None for place in sweep.places])
                sweep.run(self, self._states, known, sweep.joined(gradients))
        return loss

    def step_flat(self, known: Sequence[bool] | None = None, flat: Flat | None = None) -> None:
        """Move the parameters along the gradients in `flat.grad`, whatever their `grad` is.

        known: for each of `flat.params`, whether it has a gradient; all have if it is left out.
        flat: the vector that the gradients were written to, to make sure that it is still the one.
        Raises UnsupportedError where there is no `flat`, GradientError if it is another one by now.
        """
        sweep = self._one_sweep()
        if sweep is None:
            raise UnsupportedError(
                f"{type(self).__name__}: step_flat moves Tensors of one dtype; these parameters "
                "are not.\n  Use step()."
            )
        if flat is not None and sweep.flat is not flat:
            raise GradientError(
                f"{type(self).__name__}: the gradients were written for {flat.dtype} parameters, "
                f"which are {sweep.flat.dtype} by now.\n  Ask for optimizer.flat anew."
            )
        if self._is_pure():
            gradients: list[Array | None] = [None] * len(self._groups)
            for i, place in enumerate(sweep.places):
                if known is None or known[i]:
                    gradients[place] = sweep.flat.gradient(i)
            self._step_pure(gradients)
            return
        with np.errstate(all="ignore"), uninterrupted():
            grad = sweep.flat.grad
            moved = (True,) * len(sweep.places) if known is None else tuple(known)
            sweep.run(self, self._states, moved, lambda block: grad[block.stretch])

    def _is_pure(self) -> bool:
        """Whether the formula is written as `update`, which makes new arrays."""
        return type(self).update is not Optimizer.update

    def _one_sweep(self) -> Sweep | None:
        """That of all parameters, if one vector can hold them."""
        if self.needs_closure or not self._all_tensors:
            return None
        sweeps = self._gathered()
        return sweeps[0] if len(sweeps) == 1 else None

    def _gathered(self) -> list[Sweep]:
        """The vectors of all dtypes, with every parameter in its own."""
        kept, slots = self._sweeps, self.slots
        if kept is None or not all(s.slots == slots and s.flat.gather() for s in kept):
            dtypes = dict.fromkeys(g.dtype for g in self._groups if isinstance(g, Tensor))
            kept = self._sweeps = [
                Sweep(dtype, self._groups, self._decays, slots, self.scratch) for dtype in dtypes
            ]
        return kept

    def _fitting(self, p: Tensor) -> Array:
        """The gradient of a parameter, in its shape."""
        g: Array = np.asarray(p.grad)
        if g.dtype.kind not in "fiub":
            raise DataError(f"{self._named(p)}: its gradient is of {g.dtype}, not of real numbers.")
        if g.shape != p.shape:
            try:
                g = np.broadcast_to(g, p.shape)
            except ValueError:
                raise ShapeError(
                    f"{self._named(p)}: its gradient has shape {g.shape}, the parameter {p.shape}."
                    "\n  Nothing has moved."
                ) from None
        return g

    def _named(self, p: Tensor) -> str:
        name = p.label or f"parameter {[id(q) for q in self.params].index(id(p))}"
        return f"{type(self).__name__}: {name}"

    def _step_pure(self, gradients: list[Array | None]) -> None:
        """The step by `update`: everything is computed, then put in place."""
        computed: list[tuple[int, Array, State]] = []
        with np.errstate(all="ignore"):
            for i, group in enumerate(self._groups):
                if isinstance(group, Tensor):
                    gradient = gradients[i]
                    if gradient is not None:
                        p, g = self._decayed(numbers(group), gradient, self._decays[i])
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

    # --- saving and loading -------------------------------------------------------------------

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
        for sweep in self._sweeps or ():
            sweep.known = None  # the vectors stay, the state is brought into them anew

    def _expected(self, i: int, key: str) -> set[tuple[int, ...]]:
        """The shapes that an entry of the state of parameter `i` may have."""
        group = self._groups[i]
        return {(), group.shape if isinstance(group, Tensor) else (len(group),)}

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_sweeps": None}  # a copy's parameters are not in our vectors


def _copy(state: State) -> State:
    return {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in state.items()}


def _like(p: Array, entry: Any) -> Array:
    """An entry of a state as a new array like p."""
    return np.array(np.broadcast_to(np.asarray(entry, p.dtype), p.shape))
