"""`detach`: numbers without their history."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import RuleError
from .graph import Node, numbers
from .symbols import Symbol
from .tensor import Tensor


def detach(x: Any) -> Any:
    """The same numbers as a constant, through which no gradient flows.

    A float for a `Value`, an ndarray (a copy) for a `Tensor`, a float array for an object array of
    `Value`s; plain numbers and arrays come back as they are.

    >>> from autograd_lite import Value
    >>> detach(Value(2.0) * 3)
    6.0
    """
    if isinstance(x, Symbol):
        raise RuleError(
            "ag.detach inside a rule: a formula has no word for what is not differentiated.\n"
            "  Give the partial as it is to be, without ag.detach."
        )
    if isinstance(x, Tensor):
        return numbers(x).copy()  # of a traced one: itself
    if isinstance(x, np.ndarray) and x.dtype == object:
        return np.array([float(numbers(v)) for v in x.flat]).reshape(x.shape)
    return numbers(x) if isinstance(x, Node) else x
