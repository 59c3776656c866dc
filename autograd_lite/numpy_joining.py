"""NumPy's functions that join arrays, found by `Tensor`: concatenate, stack, ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import joining_rules
from .graph import Node
from .numpy_arguments import refuse
from .numpy_shapes import ravel


def concatenate(arrays: Any, axis: int | None = 0, out: Any = None, **settings: Any) -> Any:
    """Arrays joined along an axis they have."""
    refuse("np.concatenate", {"out": out, **settings})
    if axis is None:
        return joining_rules.concatenate(
            *(ravel(np.asarray(a) if not isinstance(a, Node) else a) for a in arrays), axis=0
        )
    return joining_rules.concatenate(*arrays, axis=axis)


def stack(arrays: Any, axis: int = 0, out: Any = None, **settings: Any) -> Any:
    """Arrays joined along a new axis."""
    refuse("np.stack", {"out": out, **settings})
    return joining_rules.stack(*arrays, axis=axis)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.concatenate: concatenate,
    np.stack: stack,
}
METHODS: dict[str, Callable[..., Any]] = {}
