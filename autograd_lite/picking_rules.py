"""The table, continued: rows that pick entries, and put them back."""

# mypy: disable-error-code="has-type"
# (rules name rows that stand further down: they are called later)
from __future__ import annotations

from typing import Any

import numpy as np

from .rows import structural
from .shape_rules import Shape


def _index_add(a: Any, index: Any, shape: Shape) -> Any:
    out = np.zeros(shape, dtype=a.dtype)
    np.add.at(out, index, a)
    return out


index = structural(
    "index",
    value=lambda a, index: a[index],
    vjps=(lambda g, y, a, index: index_add(g, index=index, shape=a.shape),),
    latex="{a}_{i}",
    badge="[ ]",
)
index_add = structural(
    "index_add",
    # Zeros of `shape`, with the entries of `a` added where `index` says; repeats add up.
    value=_index_add,
    vjps=(lambda g, y, a, index, shape: g[index],),
    badge="[ ]+",
)
