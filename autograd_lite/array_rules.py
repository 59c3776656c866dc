"""The table, continued: every row that moves, adds up or multiplies whole arrays, in one place.

A vjp gives the gradient of one input from the gradient `g` of the output. It is written with the
table's own rows and Python's operators only, so it runs on arrays to compute and on `Tensor`s to be
differentiated again.

Source: Giles, Collected Matrix Derivative Results for Forward and Reverse Mode AD (2008).
"""

from __future__ import annotations

from .joining_rules import concatenate, stack
from .picking_rules import index, index_add
from .product_rules import matmul
from .reduction_rules import max, min, prod, sum
from .shape_rules import astype, broadcast_to, reshape, sum_to, transpose

__all__ = [
    "astype",
    "broadcast_to",
    "concatenate",
    "index",
    "index_add",
    "matmul",
    "max",
    "min",
    "prod",
    "reshape",
    "stack",
    "sum",
    "sum_to",
    "transpose",
]
