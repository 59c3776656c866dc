"""NumPy's decompositions of matrices, found by `Tensor`: cholesky, eigh, svd, qr.

A matrix is the last two axes; the axes before them are a stack of matrices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import linalg_rules, spectral_rules
from .errors import ArgumentError, UnsupportedError
from .joining_rules import concatenate
from .numpy_arguments import matrix, refuse
from .numpy_norms import svdvals
from .product_rules import matmul
from .shape_rules import swap


class EighResult(NamedTuple):
    """Eigenvalues, smallest first, and the eigenvectors as columns."""

    eigenvalues: Any
    eigenvectors: Any


class SVDResult(NamedTuple):
    """U diag(S) Vh."""

    U: Any
    S: Any
    Vh: Any


class QRResult(NamedTuple):
    """Q with orthonormal columns, and R, an upper triangle."""

    Q: Any
    R: Any


def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """np.linalg.cholesky: L with a = L L^T; L^T if `upper`, from the upper triangle of a."""
    a = matrix(a, "cholesky", square=True)
    return swap(linalg_rules.cholesky(swap(a))) if upper else linalg_rules.cholesky(a)


def eigh(a: Any, UPLO: str = "L") -> EighResult:
    """np.linalg.eigh: eigenvalues and eigenvectors of a symmetric matrix, from one triangle."""
    packed = _packed_eigh(a, UPLO, "eigh")
    return EighResult(spectral_rules.eigenvalues(packed), spectral_rules.eigenvectors(packed))


def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """np.linalg.eigvalsh: the eigenvalues of a symmetric matrix, smallest first."""
    return spectral_rules.eigenvalues(_packed_eigh(a, UPLO, "eigvalsh"))


def _packed_eigh(a: Any, uplo: str, name: str) -> Any:
    if str(uplo).upper() not in ("L", "U"):
        raise ArgumentError(f"np.linalg.{name}: UPLO={uplo!r}; give 'L' or 'U'.")
    return spectral_rules.eigh(matrix(a, name, square=True), uplo=uplo.upper())


def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """np.linalg.svd: a = U diag(S) Vh.

    Of a matrix that is not square give full_matrices=False: the columns that NumPy fills U or V up
    with are not determined by a.
    """
    a = matrix(a, "svd")
    refuse("np.linalg.svd", {"hermitian": hermitian or None})
    if not compute_uv:
        return svdvals(a)
    rows, columns = a.shape[-2:]
    if full_matrices and rows != columns:
        raise UnsupportedError(
            f"np.linalg.svd of a matrix {a.shape}: full_matrices=True is not supported for a "
            "Tensor that is not square.\n  Give full_matrices=False."
        )
    packed = spectral_rules.svd(a)
    return SVDResult(
        spectral_rules.left_vectors(packed, rows=rows),
        spectral_rules.singular_values(packed, rows=rows),
        swap(spectral_rules.right_vectors(packed, rows=rows)),
    )


def qr(a: Any, mode: str = "reduced") -> Any:
    """np.linalg.qr: a = Q R. Its gradient needs independent columns."""
    a = matrix(a, "qr")
    rows, columns = a.shape[-2:]
    if mode not in ("reduced", "r", "complete") or (mode == "complete" and rows > columns):
        raise UnsupportedError(
            f"np.linalg.qr of a matrix {a.shape}: mode={mode!r} is not supported for a Tensor. "
            "Give 'reduced' or 'r'."
        )
    # The columns beyond a square say nothing of Q: R of those is Q^T a.
    packed = linalg_rules.qr(a[..., :, :rows] if columns > rows else a)
    q, r = packed[..., :rows, :], swap(packed[..., rows:, :])
    if columns > rows:
        r = concatenate(r, matmul(swap(q), a[..., :, rows:]), axis=-1)
    return r if mode == "r" else QRResult(q, r)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.linalg.cholesky: cholesky,
    np.linalg.eigh: eigh,
    np.linalg.eigvalsh: eigvalsh,
    np.linalg.svd: svd,
    np.linalg.qr: qr,
}
METHODS: dict[str, Callable[..., Any]] = {}
