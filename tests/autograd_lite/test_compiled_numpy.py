"""Every NumPy function with a derivative, inside a compiled function."""

import numpy as np
import pytest
from compiled import hold
from numpy_calls import CALLS, METHODS
from test_numpy_calls import weighted

import autograd_lite as ag

# Their results have sizes, or their functions get entries, that depend on the numbers.
REFUSED = {"extract", "piecewise"}
rng = np.random.default_rng(5)
A, B = rng.normal(size=(3, 3)), rng.normal(size=(4, 3))
STACK = rng.normal(size=(2, 3, 3))
SYMMETRIC = A @ A.T + 3 * np.eye(3)
WEIGHTS = np.arange(9.0).reshape(3, 3)

LINALG = {
    "inv": (lambda a: np.linalg.inv(a), STACK),
    "pinv": (lambda a: np.linalg.pinv(a), B),
    "det": (lambda a: np.linalg.det(a), STACK),
    "slogdet": (lambda a: np.linalg.slogdet(a)[1], A),
    "solve": (lambda a: np.linalg.solve(a, np.arange(3.0)), A),
    "cholesky": (lambda a: np.linalg.cholesky(a), SYMMETRIC),
    "qr": (lambda a: np.linalg.qr(a)[1], B),
    "eigh": (lambda a: np.linalg.eigh(a)[1] ** 2 * WEIGHTS + np.linalg.eigh(a)[0], SYMMETRIC),
    "svd": (lambda a: np.linalg.svd(a, full_matrices=False)[1], B),
    "svd vectors": (lambda a: np.linalg.svd(a, full_matrices=False)[0] ** 2, B),
    "norm": (lambda a: np.linalg.norm(a, axis=1), A),
    "nuclear norm": (lambda a: np.linalg.norm(a, "nuc"), A),
    "matrix_power": (lambda a: np.linalg.matrix_power(a, -2), A),
    "multi_dot": (lambda a: np.linalg.multi_dot([a, B.T, B]), A),
    "cond": (lambda a: np.linalg.cond(a), A),
    "tensorsolve": (lambda a: np.linalg.tensorsolve(a, np.arange(3.0)), A),
    "interp": (lambda a: np.interp(a, [-1.0, 0.0, 1.0], [0.0, 2.0, 1.0]), A),
    "interp knots": (lambda a: np.interp([0.1, 0.3], np.sort(a[0]), a[1]), A),
    "interp period": (lambda a: np.interp(a, [-1.0, 0.0, 1.0], [0.0, 2.0, 1.0], period=2.5), A),
    "einsum": (lambda a: np.einsum("ij,kj->ik", a, a), A),
    "einsum diagonal": (lambda a: np.einsum("ii->i", a), A),
    "kron": (lambda a: np.kron(a, a), A),
    "cross": (lambda a: np.cross(a, a[::-1]), A),
    "convolve": (lambda a: np.convolve(a[0], a[1]), A),
    "outer": (lambda a: np.outer(a, a), A),
    "tensordot": (lambda a: np.tensordot(a, a, 1), A),
    "picked by argmax": (lambda a: a[np.arange(3), np.argmax(a, 1)], A),
    "logsumexp": (lambda a: ag.logsumexp(a, axis=1), A),
}


@pytest.mark.parametrize(
    ("function", "call", "x"), CALLS + METHODS, ids=lambda c: c if isinstance(c, str) else ""
)
def test_calls_of_numpy_compile_and_agree(function, call, x):
    f = weighted(call, x)
    if function in REFUSED:
        with pytest.raises(ag.RuleError, match="depend"):
            ag.compile(f)(x)
    else:
        hold(f, 0, (x,), (np.asarray(x * 1.01),), exactness=1e-9)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", LINALG)
def test_linear_algebra_compiles_in_either_order(name, order):
    call, x = LINALG[name]

    def f(x):
        return np.sum(np.sin(call(x)))

    def of_gradient(x):
        return np.sum(ag.grad(f)(x) ** 2)

    hold(f if order == 1 else of_gradient, 0, (x,), (np.asfortranarray(x * 1.01),), exactness=1e-8)
