"""The table, continued: the row that puts a frame around an array."""

from __future__ import annotations

from typing import Any

import numpy as np

from .picking_rules import positions, put_back
from .rows import structural


def _pad_vjp(g: Any, y: Any, a: Any, width: Any, mode: Any, **settings: Any) -> Any:
    """What stands in the frame goes back to the entry it copies; constants have no gradient."""
    if mode == "constant":
        return g[tuple(slice(low, low + n) for (low, _), n in zip(width, a.shape, strict=True))]
    return put_back(g, positions=np.pad(positions(a.shape), width, mode), shape=a.shape)


pad = structural(
    "pad",
    value=lambda a, width, mode, **settings: np.pad(a, width, mode, **settings),
    vjps=(_pad_vjp,),
)
