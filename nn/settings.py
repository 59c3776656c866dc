"""Checks of what optimisers and schedules are given: settings, and lists of parameters."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np

from autograd_lite import Node, Tensor, Value
from autograd_lite.errors import ArgumentError, DataError


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


def listed(place: str, params: Iterable[Any], empty: bool = False) -> list[Any]:
    """The parameters, each once: Tensors and Values that are leaves."""
    if isinstance(params, Node) or not isinstance(params, Iterable):
        raise DataError(
            f"{place}: {type(params).__name__} is no list of parameters.\n"
            "  Give model.parameters(), or a list such as [w, b]."
        )
    found: list[Any] = []
    for p in params:
        found += p.flat if isinstance(p, np.ndarray) and p.dtype == object else [p]
    for p in found:
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
    if not found and not empty:
        raise ArgumentError(f"{place}: there are no parameters. Give model.parameters().")
    return list(dict.fromkeys(found))
