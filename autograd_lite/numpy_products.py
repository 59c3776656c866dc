"""NumPy's products of vectors and matrices, found by `Tensor`: dot, ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import product_rules, rules
from .errors import UnsupportedError
from .numpy_arguments import refuse


def dot(a: Any, b: Any, out: Any = None) -> Any:
    """The product of vectors or matrices; a number multiplies."""
    refuse("np.dot", {"out": out})
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return rules.multiply(a, b)
    if np.ndim(b) > 2:
        raise UnsupportedError(f"np.dot of shapes {np.shape(a)}, {np.shape(b)}: use np.matmul.")
    return product_rules.matmul(a, b)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.dot: dot,
}
METHODS: dict[str, Callable[..., Any]] = {
    "dot": dot,
}
