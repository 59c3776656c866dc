"""Gradients that lie side by side in one vector."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .op_kinds import is_view
from .stores import Stores
from .tape import Op
from .totals import SMALL


def in_one_vector(stores: Stores, gradients: Sequence[Any]) -> tuple[str | None, list[Op]]:
    """The name of one vector for all gradients, looked at once for nan; None if they are large.

    Large ones rather take the buffers of what the backward pass has used up.
    """
    found = [x for x in gradients if isinstance(x, Op)]
    usual = all(x.shape and x.function is not None and not is_view(x) for x in found)
    kinds = {x.dtype for x in found}
    several = len(set(found)) == len(found) == len(gradients)
    if not several or not usual or len(kinds) != 1 or (kind := kinds.pop()).kind != "f":
        return None, []
    size = sum(math.prod(x.shape) for x in found)
    if size * kind.itemsize > SMALL:
        return None, []
    vector, memory = stores.memory((size,), kind, "g")
    start = 0
    for x in found:
        name, end = stores.name("g"), start + math.prod(x.shape)
        stores.head.append(f"{name} = {vector}[{start}:{end}].reshape({x.shape!r})")
        stores.compute_in(x, memory[start:end].reshape(x.shape), name)
        start = end
    return vector, found
