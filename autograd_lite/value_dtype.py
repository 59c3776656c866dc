"""The dtype of a `Value`: float64, but one that does not turn a `Value` into a plain number."""

from __future__ import annotations

from typing import Any

import numpy as np

from .graph import Node


class _Float64:
    """float64, as a `Value` says it.

    np.mean and np.var end with `result.dtype.type(result)`; NumPy's own type would turn a `Value`
    into a plain number there and lose its gradient.
    """

    dtype = np.dtype(np.float64)
    name, kind, itemsize = dtype.name, dtype.kind, dtype.itemsize

    @staticmethod
    def type(x: Any) -> Any:
        return x if isinstance(x, Node) else np.float64(x)

    def __eq__(self, other: object) -> bool:
        return self is other or bool(self.dtype == other)

    def __hash__(self) -> int:
        return hash(self.dtype)

    def __repr__(self) -> str:
        return repr(self.dtype)


FLOAT64: Any = _Float64()
