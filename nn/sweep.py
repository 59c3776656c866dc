"""One pass of an optimiser over its parameters, block by block, in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd_lite import Tensor
from autograd_lite.mutation import overwritten

from .flat import Array, Flat

if TYPE_CHECKING:
    from .optimizer import Optimizer, State

# Entries that are updated together: few enough to stay in a processor's cache while a formula goes
# over them, enough that NumPy's cost of a call hardly shows (`benchmarks/optimizers.py --blocks`).
BLOCK = 1 << 16


class Block(NamedTuple):
    """A piece of the vectors, and which pieces of which gradients belong to it."""

    stretch: slice
    p: Array
    state: tuple[Array, ...]
    work: tuple[Array, ...]
    pieces: list[tuple[int, slice | None]]  # (place of the parameter, what of it; None: all)
    joined: Array  # room for the pieces, side by side
    decayed: Array  # room for the gradient after weight decay


class Segment(NamedTuple):
    """Parameters that lie side by side, are at the same step, and all decay or all do not."""

    places: list[int]
    decays: bool
    blocks: list[Block]


class Sweep:
    """The parameters of one dtype with their state, and the order in which a step goes over them.

    places: where each parameter of `flat` is among those of the optimiser.

    What a step needs is laid out once, and again only when other parameters have a gradient than
    before, or the vector has moved.
    """

    def __init__(
        self,
        dtype: Any,
        groups: Sequence[Any],
        decays: Sequence[Any],
        slots: tuple[str, ...],
        scratch: int,
    ) -> None:
        chosen = [i for i, g in enumerate(groups) if isinstance(g, Tensor) and g.dtype == dtype]
        # Those that decay first, so that there is one seam between them and the others.
        self.places = sorted(chosen, key=lambda i: not decays[i])
        self.decays = [bool(decays[i]) for i in self.places]
        self.flat = Flat([groups[i] for i in self.places])
        self.slots = slots
        self.kept = [np.zeros(self.flat.size, self.flat.dtype) for _ in slots]
        self.rooms = np.empty((scratch + 2, min(BLOCK, self.flat.size)), self.flat.dtype)
        self.segments: list[Segment] = []
        self.moved: list[Tensor] = []
        self.known: tuple[bool, ...] | None = None  # for which parameters that is laid out,
        self.data: Array | None = None  # and where the vector was
        self.constants: dict[tuple[float, ...], tuple[Array, ...]] = {}

    def run(
        self,
        optimizer: Optimizer,
        states: list[State],
        known: tuple[bool, ...],
        gradient: Callable[[Block], Array],
    ) -> None:
        """Move the parameters that are known to have a gradient along it, block by block."""
        if known != self.known or self.data is not self.flat.data:
            self._lay_out(states, known)
            self.known, self.data = known, self.flat.data
        decay, w = None, optimizer.weight_decay
        if w:
            (decay,) = self._as_arrays((1 - optimizer.lr * w if optimizer.decoupled else w,))
        for places, decays, blocks in self.segments:
            t = states[places[0]]["t"] + 1
            factors = self._as_arrays(optimizer.factors(t))
            for block in blocks:
                p, g = block.p, gradient(block)
                if decay is not None and decays:
                    if optimizer.decoupled:
                        p *= decay
                    else:
                        g = np.add(np.multiply(p, decay, out=block.decayed), g, out=block.decayed)
                optimizer.move(p, g, block.state, factors, block.work)
            for place in places:
                states[place]["t"] = t
        overwritten(self.moved)

    def joined(self, gradients: Sequence[Any]) -> Callable[[Block], Array]:
        """What gives the gradient of a block from those of the parameters, given by place."""

        def gradient(block: Block) -> Array:
            pieces = [
                gradients[i] if what is None else gradients[i].reshape(-1)[what]
                for i, what in block.pieces
            ]
            g: Array = pieces[0]
            if len(pieces) > 1 or g.dtype is not block.joined.dtype:
                return np.concatenate(pieces, None, block.joined, casting="same_kind")
            return g.reshape(-1)

        return gradient

    def _as_arrays(self, factors: tuple[float, ...]) -> tuple[Array, ...]:
        """Numbers as NumPy takes them fastest: arrays of the dtype, without axes."""
        found = self.constants.get(factors)
        if found is None:
            if len(self.constants) > 8:
                self.constants.clear()
            found = tuple([np.array(x, self.flat.dtype) for x in factors])
            self.constants[factors] = found
        return found

    def _lay_out(self, states: list[State], known: tuple[bool, ...]) -> None:
        """Divide the parameters that have a gradient into segments, and their state into views."""
        self.segments = []
        self.moved = [p for p, moved in zip(self.flat.params, known, strict=True) if moved]
        first, alike = 0, None
        for i, place in enumerate(self.places):
            now = (states[place].get("t", 0), self.decays[i]) if known[i] else None
            if i and now != alike:
                self._add_segment(first, i, alike)
                first = i
            alike = now
            if now is not None:
                kept = {}
                for slot, vector in zip(self.slots, self.kept, strict=True):
                    kept[slot] = self.flat.piece(vector, i)
                    kept[slot][...] = states[place].get(slot, 0.0)
                states[place] = kept | {"t": now[0]}
        self._add_segment(first, len(self.places), alike)

    def _add_segment(self, first: int, stop: int, alike: tuple[int, bool] | None) -> None:
        if alike is None:  # these have no gradient
            return
        flat = self.flat
        ends = [*flat.starts, flat.size]
        blocks = []
        for begin in range(ends[first], ends[stop], BLOCK):
            end = min(begin + BLOCK, ends[stop])
            inside: list[tuple[int, slice | None]] = []
            for i in range(first, stop):
                if ends[i] < end and begin < ends[i + 1]:
                    part = slice(max(begin - ends[i], 0), min(end, ends[i + 1]) - ends[i])
                    whole = part == slice(0, ends[i + 1] - ends[i])
                    inside.append((self.places[i], None if whole else part))
            joined, decayed, *work = self.rooms[:, : end - begin]
            stretch = slice(begin, end)
            state = tuple([vector[stretch] for vector in self.kept])
            blocks.append(
                Block(stretch, flat.data[stretch], state, tuple(work), inside, joined, decayed)
            )
        self.segments.append(Segment(self.places[first:stop], alike[1], blocks))
