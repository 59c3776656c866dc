"""How an operand is called in an error."""

from __future__ import annotations

from typing import Any

import numpy as np

from .graph import Node


def describe(x: Any) -> str:
    """An operand in an error: its name and shape; a single number as it is."""
    if isinstance(x, Node):
        return f"{x.label or (x.op.name if x.op else type(x).__name__)} {x.shape}"
    return f"array {x.shape}" if isinstance(x, np.ndarray) else f"{type(x).__name__} {x!r:.40}"
