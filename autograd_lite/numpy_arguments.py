"""The arguments of NumPy's functions: axes and sizes as whole numbers, and what is refused."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .errors import DataError, UnsupportedError

unset: Any = object()


def refuse(name: str, settings: dict[str, Any]) -> None:
    """Raise UnsupportedError if one of the settings was given: it would be ignored."""
    given = sorted(
        key for key, value in settings.items() if value is not unset and value is not None
    )
    if given:
        raise UnsupportedError(
            f"{name}: {', '.join(given)}= is not supported for a Tensor. Leave it away."
        )


def axes(axis: Any) -> Any:
    """The axis or axes as whole numbers; None stays None."""
    if axis is None:
        return None
    return tuple(map(whole, axis)) if isinstance(axis, tuple) else whole(axis)


def whole(x: Any) -> int:
    """A whole number; DataError if it is none."""
    try:
        return operator.index(x)
    except TypeError:
        raise DataError(f"An axis or a size is a whole number, not {x!r:.60}.") from None


def sizes(shape: Any) -> tuple[int, ...]:
    """A shape as a tuple of whole numbers."""
    return tuple(map(whole, shape)) if np.ndim(shape) else (whole(shape),)
