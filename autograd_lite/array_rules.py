"""The table, continued: every row that moves, adds up or multiplies whole arrays, in one place.

A vjp gives the gradient of one input from the gradient `g` of the output. It is written with the
table's own rows and Python's operators only, so it runs on arrays to compute and on `Tensor`s to be
differentiated again.

Source: Giles, Collected Matrix Derivative Results for Forward and Reverse Mode AD (2008).
"""

from __future__ import annotations

from .joining_rules import concatenate, stack
from .padding_rules import pad
from .picking_rules import (
    diag,
    diagonal,
    index,
    index_add,
    put_back,
    repeat,
    sort,
    take,
    take_along_axis,
    tile,
)
from .product_rules import matmul
from .reduction_rules import cumprod, cumsum, logsumexp, max, min, prod, sum
from .shape_rules import (
    astype,
    broadcast_to,
    flip,
    reshape,
    roll,
    rot90,
    sum_to,
    transpose,
    tril,
    triu,
)

__all__ = [
    "astype",
    "broadcast_to",
    "concatenate",
    "cumprod",
    "cumsum",
    "diag",
    "diagonal",
    "flip",
    "index",
    "index_add",
    "logsumexp",
    "matmul",
    "max",
    "min",
    "pad",
    "prod",
    "put_back",
    "repeat",
    "reshape",
    "roll",
    "rot90",
    "sort",
    "stack",
    "sum",
    "sum_to",
    "take",
    "take_along_axis",
    "tile",
    "transpose",
    "tril",
    "triu",
]
