"""Cases for the rows of products and linear algebra: what the tests of structural rows try."""

import autograd.numpy as anp
import numpy as np

rng = np.random.default_rng(21)


def array(*shape):
    return rng.normal(size=shape)


def positive(*shape):
    """Symmetric and positive definite in its lower triangle; the upper one is not read."""
    root = array(*shape)
    return (
        root @ np.swapaxes(root, -1, -2) + shape[-1] * np.eye(shape[-1]) + np.triu(array(*shape), 1)
    )


def levelled(*shape, at=0):
    """A packed decomposition: any numbers, with one row of levels that are positive and apart."""
    packed = array(*shape)
    packed[..., at, :] = np.arange(1, shape[-1] + 1) + 0.1 * np.abs(packed[..., at, :])
    return packed


RANK_2 = np.array([[1.0, 2.0, 3.0], [2.0, 1.0, 0.0], [3.0, 3.0, 3.0]])
RANK_1 = np.outer([1.0, -2.0, 0.5], [2.0, 1.0, 3.0])
ALGEBRA = [
    *[
        ("einsum", tuple(array(*shape) for shape in shapes), {"spec": spec, "optimize": optimize})
        for spec, shapes, optimize in (
            ("ab,bc->ac", [(2, 3), (3, 4)], False),
            ("ab,bc->ca", [(2, 3), (3, 4)], True),
            ("abc,cd->abd", [(2, 3, 4), (4, 2)], False),
            ("a,b->ab", [(2,), (3,)], False),
            ("a,a->", [(3,), (3,)], False),
            ("ab,ab->ab", [(2, 3), (2, 3)], False),
            ("a,ab,b->", [(2,), (2, 3), (3,)], True),
            ("ab,bc,cd->ad", [(2, 3), (3, 2), (2, 4)], "greedy"),
            (",ab->ba", [(), (2, 3)], False),
        )
    ],
    ("convolve", (array(4), array(3)), {}),
    ("convolve", (array(2), array(3)), {}),
    ("convolve", (array(1), array(1)), {}),
    *[
        ("norm", (operand,), {"axis": axis, "keepdims": keep})
        for operand, axis in (
            (array(3), (0,)),
            (array(2, 3), (0, 1)),
            (array(2, 3), 1),
            (array(2, 3, 2), (0, 2)),
            (array(), ()),
        )
        for keep in (False, True)
    ],
    *[
        ("norm_p", (array(2, 3),), {"p": p, "axis": axis, "keepdims": keep})
        for p in (3.0, 1.5, 0.5, -1.0)
        for axis, keep in (((1,), False), ((0,), True), ((0, 1), False))
    ],
    *[(name, (array(*shape),), {}) for name in ("inv", "det", "cofactors", "log_det")
      for shape in ((1, 1), (3, 3), (2, 1, 2, 2))],
    ("det", (RANK_2,), {}),
    ("det", (RANK_1,), {}),
    ("det", (np.zeros((2, 2)),), {}),
    ("cofactor_slopes", (array(3, 3), array(3, 3)), {}),
    ("cofactor_slopes", (array(2, 4, 4), array(2, 4, 4)), {}),
    *[
        ("solve", (array(*a), array(*b)), {})
        for a, b in (
            ((3, 3), (3,)),
            ((3, 3), (3, 2)),
            ((2, 3, 3), (3,)),
            ((2, 3, 3), (3, 2)),
            ((3, 3), (2, 3, 1)),
            ((2, 1, 2, 2), (3, 2, 2)),
        )
    ],
    *[("pinv", (array(*shape),), {"rcond": rcond})
      for shape, rcond in (((3, 2), None), ((2, 3), None), ((2, 2), 1e-10), ((2, 4, 2), None))],
    ("cholesky", (positive(3, 3),), {}),
    ("cholesky", (positive(2, 2, 2),), {}),
    *[("qr", (array(*shape),), {}) for shape in ((3, 3), (4, 2), (2, 3, 2), (1, 1))],
    *[("eigh", (array(*shape),), {"uplo": uplo})
      for shape in ((3, 3), (2, 2, 2), (1, 1)) for uplo in "LU"],
    ("eigenvalues", (levelled(4, 3),), {}),
    ("eigenvalues", (levelled(2, 3, 2),), {}),
    ("eigenvectors", (levelled(4, 3),), {}),
    ("eigenvectors", (levelled(2, 3, 2),), {}),
    ("alike", (array(3, 3),), {"levels": np.array([1.0, 2.0, 4.0]), "what": "test: levels"}),
    *[("svd", (array(*shape),), {}) for shape in ((3, 3), (3, 2), (2, 3), (2, 2, 3), (1, 1))],
    *[
        (name, (levelled(*shape, at=rows),), {"rows": rows})
        for name in ("left_vectors", "singular_values", "right_vectors")
        for shape, rows in (((7, 3), 3), ((6, 2), 3), ((2, 6, 2), 2))
    ],
]  # fmt: skip
# The same in HIPS autograd's words, where it has them and differentiates what NumPy computes.
HIPS = {
    "einsum": lambda *arrays, spec, optimize: anp.einsum(spec, *arrays, optimize=optimize),
    "inv": anp.linalg.inv,
    "log_det": lambda a: anp.linalg.slogdet(a)[1],
}
