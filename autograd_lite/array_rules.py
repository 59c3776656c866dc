"""The table, continued: every row that moves, adds up or multiplies whole arrays, in one place.

A vjp gives the gradient of one input from the gradient `g` of the output. It is written with the
table's own rows and Python's operators only, so it runs on arrays to compute and on `Tensor`s to be
differentiated again.

Source: Giles, Collected Matrix Derivative Results for Forward and Reverse Mode AD (2008).
"""

from __future__ import annotations

from .joining_rules import concatenate, stack
from .linalg_rules import (
    cholesky,
    cofactor_slopes,
    cofactors,
    det,
    inv,
    log_det,
    norm,
    norm_p,
    pinv,
    qr,
    solve,
)
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
from .product_rules import convolve, einsum, matmul
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
from .spectral_rules import (
    alike,
    eigenvalues,
    eigenvectors,
    eigh,
    left_vectors,
    right_vectors,
    singular_values,
    svd,
)

__all__ = [
    "alike",
    "astype",
    "broadcast_to",
    "cholesky",
    "cofactor_slopes",
    "cofactors",
    "concatenate",
    "convolve",
    "cumprod",
    "cumsum",
    "det",
    "diag",
    "diagonal",
    "eigenvalues",
    "eigenvectors",
    "eigh",
    "einsum",
    "flip",
    "index",
    "index_add",
    "inv",
    "left_vectors",
    "log_det",
    "logsumexp",
    "matmul",
    "max",
    "min",
    "norm",
    "norm_p",
    "pad",
    "pinv",
    "prod",
    "put_back",
    "qr",
    "repeat",
    "reshape",
    "right_vectors",
    "roll",
    "rot90",
    "singular_values",
    "solve",
    "sort",
    "stack",
    "sum",
    "sum_to",
    "svd",
    "take",
    "take_along_axis",
    "tile",
    "transpose",
    "tril",
    "triu",
]
