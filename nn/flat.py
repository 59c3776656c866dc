"""Parameters as one vector, of which each one's array is a view.

One long vector can be updated in pieces that stay in the processor's cache, whatever the shapes of
the parameters are; and all gradients can be handed over as one vector.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.graph import numbers
from autograd_lite.mutation import all_alone

Array = np.ndarray[Any, Any]


class Memory(np.ndarray[Any, Any]):
    """The memory of a vector.

    A class of its own, since NumPy takes the first array of another class for the base of a view:
    a part of a parameter's array then has that array, not the vector, for its base, and the engine
    sees whether somebody holds it.
    """


class Flat:
    """The parameters of an optimiser, Tensors of one dtype, as one vector.

    params: in the order of the vector.  data: the numbers of all of them, (n,).  grad: room for all
    their gradients, (n,), of the same dtype; whoever has computed them writes them here.

    A Tensor whose numbers are assigned, or whose array somebody else holds, leaves the vector.
    `gather` brings it back, and moves all into a new vector if the old one is not theirs alone: so
    `data` may be another array after it. `grad` is always the same array.
    """

    def __init__(self, params: Sequence[Tensor]) -> None:
        self.params = list(params)
        self.dtype = np.dtype(self.params[0].dtype)
        ends = list(itertools.accumulate(p.size for p in self.params))
        self.starts = [0, *ends[:-1]]
        self.size = ends[-1]
        self.data = np.zeros(0, self.dtype)
        self._grad: Array | None = None
        # The Tensors alone hold their views, so that the engine sees whether somebody else does.
        self._places: list[Any] = [_nowhere] * len(self.params)
        self._move()

    @property
    def grad(self) -> Array:
        """Room for all gradients, (n,)."""
        if self._grad is None:
            self._grad = np.zeros(self.size, self.dtype)
        return self._grad

    def view(self, i: int) -> Array:
        """The numbers of parameter `i` inside `data`, in its shape."""
        return self.piece(self.data, i)

    def gradient(self, i: int) -> Array:
        """The gradient of parameter `i` inside `grad`, in its shape."""
        return self.piece(self.grad, i)

    def piece(self, vector: Array, i: int) -> Array:
        """The part of a vector of `size` entries that belongs to parameter `i`, in its shape."""
        p = self.params[i]
        return vector[self.starts[i] : self.starts[i] + p.size].reshape(p.shape)

    def gather(self) -> bool:
        """Bring every parameter into `data`; False if one has another dtype than it had."""
        return all_alone(self.params, self._places) or self._gather()

    def _gather(self) -> bool:
        if any(numbers(p).dtype != self.dtype for p in self.params):
            return False
        inside = [numbers(p) is place() for p, place in zip(self.params, self._places, strict=True)]
        if any(here and not p.alone() for here, p in zip(inside, self.params, strict=True)):
            self._move()
        else:
            for i, here in enumerate(inside):
                if not here:
                    self._settle(i)
        return True

    def _move(self) -> None:
        """Bring all parameters into a new vector."""
        self._memory = Memory(self.size, self.dtype)  # which owns its numbers
        self.data = self._memory.view(np.ndarray)
        for i in range(len(self.params)):
            self._settle(i)

    def _settle(self, i: int) -> None:
        p = self.params[i]
        self.view(i)[...] = numbers(p)
        start = self.starts[i] * self.dtype.itemsize
        array: Array = np.ndarray(p.shape, self.dtype, self._memory, start)
        p.settle(array)
        self._places[i] = weakref.ref(array)


def _nowhere() -> None:
    """Where a parameter is that has not been brought into the vector."""
