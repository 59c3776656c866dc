"""A model's loss and all its gradients as one compiled program, which `fit` runs for a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.buffers import Buffered
from autograd_lite.errors import AutogradError, RuleError
from autograd_lite.graph import numbers, propagate
from autograd_lite.listing import Listing, Plan
from autograd_lite.randomness import NoDraws
from autograd_lite.recorded import Recorded, is_recorded
from autograd_lite.recording import inside_transform
from autograd_lite.surroundings import Surroundings
from autograd_lite.tape import Op, Tape
from autograd_lite.traced import operation, tracing

from .flat import Array, Flat
from .module import Module

WARM = 8  # batches of one shape that are computed eagerly before it is worth a program
MANY = 32  # programs at most


class CompiledStep:
    """Programs that compute the loss of a batch and write its gradients into `flat.grad`.

    One for every shape and dtype that batches have; none before a shape has come a few times.
    reason: why there is no program, once one could not be made; the caller goes on eagerly then,
    to the same numbers.
    """

    def __init__(self, model: Module, loss: Callable[[Any, Any], Any]) -> None:
        self.model, self.loss = model, loss
        self.reason = ""
        self._seen: dict[Any, int] = {}
        self._programs: dict[Any, BatchProgram] = {}
        self._around: Surroundings | None = None

    def look_again(self) -> None:
        """Forget the programs if the model is another one than they were made from."""
        if self._around is not None and self._around.changed():
            self._programs.clear()
            self._around = None

    def program(self, flat: Flat, X: Array, y: Array, whole: bool) -> BatchProgram | None:
        """The program for such a batch; None if there is none, or not yet.

        whole: whether the batch is all that a step is computed from; otherwise the program takes
        its share in it.
        """
        if self.reason:
            return None
        key = (X.shape, X.dtype, y.shape, y.dtype, whole)
        found = self._programs.get(key)
        if found is not None and found.flat is flat:  # it writes into that one's gradient
            return found
        seen = self._seen[key] = self._seen.get(key, 0) + 1
        if seen <= WARM or len(self._programs) >= MANY:
            return None
        try:
            if self._around is None:
                self._around = Surroundings(self.model)
                self._around.add(self.loss)
            with NoDraws(self._around.reached):
                found = BatchProgram(self.model, self.loss, flat, X, y, whole)
        except (AutogradError, TypeError, ValueError, IndexError, AttributeError) as error:
            self.reason = str(error).split("\n")[0]
            return None
        if self._around is not None:
            self._around.watch(found.live)
        self._programs[key] = found
        return found


class BatchProgram:
    """The program for batches of one shape."""

    def __init__(
        self,
        model: Module,
        loss: Callable[[Any, Any], Any],
        flat: Flat,
        X: Array,
        y: Array,
        whole: bool,
    ) -> None:
        tape = Tape()
        self.flat, self.params = flat, flat.params
        inputs = [tape.input(X, "X"), tape.input(y, "y")]
        share = None if whole else tape.input(0.5, "share")
        held = [(p, numbers(p), p.seen) for p in self.params]
        given = []
        try:
            for i, (p, array, _) in enumerate(held):
                given.append(tape.input(array, f"p{i}"))
                p._data, p.seen = Recorded(tape, given[-1]), None
            with tracing(tape) as labels, inside_transform(), np.errstate(all="ignore"):
                output = model(Recorded(tape, inputs[0]))
                value = loss(output, Recorded(tape, inputs[1]))
                _check_single(value)
                scaled = value if share is None else value * Recorded(tape, share)
                seed = np.ones(scaled.shape, dtype=scaled.dtype)
                found = propagate(scaled, seed, self.params)
        finally:
            for p, array, seen in held:
                p._data, p.seen = array, seen
        self.known = [p in found for p in self.params]
        gradients = [operation(found[p]) for p in self.params if p in found]
        self._plan_buffers(
            tape,
            labels,
            [*inputs, *([share] if share else []), *given],
            flat,
            operation(value),
            gradients,
            operation(output),
        )

    def _plan_buffers(
        self,
        tape: Tape,
        labels: Any,
        inputs: Sequence[Op],
        flat: Flat,
        value: Any,
        gradients: list[Any],
        output: Any,
    ) -> None:
        draws = [op for op, _ in tape.draws]
        extra = [output, *(x for ops, _ in tape.after for x in ops)]
        plan = Plan([*inputs, *draws], [value, *gradients], extra, changing=labels.owners)
        names = Listing(plan, labels.gradient_of, labels.roots, None).names
        targets = iter([flat.gradient(i) for i, known in enumerate(self.known) if known])
        buffered = Buffered(plan, names, donate=True, targets=list(targets))
        self.run = buffered.make()
        self.source = buffered.source
        self.draws = [draw for _, draw in tape.draws]
        self._checks = [check for op, check in tape.checks if op is inputs[1]]
        self._check_inputs = [check for op, check in tape.checks if op is inputs[0]]
        self._after = [(len(ops), do) for ops, do in tape.after]
        self._tensors = {
            name: labels.owners[id(x)]
            for name, x in plan.constants.items()
            if id(x) in labels.owners
        }
        self.live = {id(x) for x in plan.constants.values()}

    def __call__(self, X: Array, y: Array, share: float) -> tuple[float, Array]:
        """Loss and output of the batch; its gradients are in `flat.grad` then.

        The output is the program's, which the next run overwrites.
        """
        for check in self._checks:
            check(y)
        for check in self._check_inputs:
            check(X)
        draws = [draw() for draw in self.draws]
        names = self.run.__globals__
        for name, tensor in self._tensors.items():
            names[name] = tensor._data
        given = [X, y] if share == 1 else [X, y, share]
        with np.errstate(all="ignore"):
            value, _, (output, *beside) = self.run(*given, *[p._data for p in self.params], *draws)
        rest = iter(beside)
        for count, do in self._after:
            do(*(np.array(next(rest)) for _ in range(count)))
        return float(value), output


def _check_single(value: Any) -> None:
    if not isinstance(value, Tensor) or value.size != 1 or not is_recorded(numbers(value)):
        raise RuleError(
            f"the loss is {type(value).__name__}, not a number that depends on the model"
        )
