"""NumPy's products on Tensors: every function, every argument, against NumPy and two oracles."""

import numpy as np
import pytest
from calls import hold

import autograd_lite as ag
from autograd_lite import ArgumentError, AxisError, ShapeError, Tensor, UnsupportedError

rng = np.random.default_rng(31)

START = rng.bit_generator.state


@pytest.fixture(autouse=True)
def _same_numbers_whichever_tests_run():
    rng.bit_generator.state = START


def array(*shape):
    return rng.normal(size=shape)


V, U, M, N, S = array(3), array(3), array(2, 3), array(3, 4), array(2, 3, 4)
PAIRS = {
    "dot": [
        ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((2, 2, 3), (3,)),
        ((2, 3), (2, 3, 2)), ((3,), (2, 3, 2)), ((2, 2, 3), (2, 3, 2)), ((), (2, 3)), ((2,), ()),
    ],
    "vdot": [((3,), (3,)), ((2, 3), (2, 3)), ((2, 3), (3, 2)), ((), ())],
    "inner": [((3,), (3,)), ((2, 3), (4, 3)), ((2, 2, 3), (3,)), ((2, 3), (2, 1, 3)), ((), (3,))],
    "outer": [((3,), (2,)), ((2, 2), (3,)), ((), (3,))],
    "kron": [
        ((2,), (3,)), ((2, 2), (1, 3)), ((2, 2), (3,)), ((3,), (2, 1, 2)), ((), (2, 2)),
        ((2, 1, 2), (1, 2, 2)),
    ],
    "matmul": [((3,), (3,)), ((2, 1, 2, 3), (4, 3, 2)), ((3,), (2, 3, 2)), ((2, 2, 3), (3,))],
}  # fmt: skip
# What HIPS autograd has, and differentiates for these shapes.
HIPS_HAS = {"dot", "inner", "outer", "kron", "matmul"}
FLAT = [((3,), (2,)), ((2,), (3,)), ((2, 2), (1, 3))]


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [(name, *pair) for name, pairs in PAIRS.items() for pair in pairs],
)
def test_products_of_two_arrays_of_any_rank(name, left, right):
    hips = name in HIPS_HAS and not (name in ("kron", "outer") and (left, right) not in FLAT)
    hold(lambda np, a, b: getattr(np, name)(a, b), array(*left), array(*right), hips=hips)


@pytest.mark.skipif(not hasattr(np, "matvec"), reason="NumPy 2.2 and newer have it")
@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("matvec", (2, 3), (3,)), ("matvec", (4, 1, 2, 3), (5, 3)), ("matvec", (2, 3), (4, 3)),
        ("vecmat", (3,), (3, 2)), ("vecmat", (5, 3), (4, 1, 3, 2)), ("vecmat", (4, 3), (3, 2)),
    ],
)  # fmt: skip
def test_stacks_of_vectors_and_matrices(name, left, right):
    hold(lambda np, a, b: getattr(np, name)(a, b), array(*left), array(*right), hips=False)


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_vecdot_along_any_axis_and_broadcasting(axis):
    hold(lambda np, a, b: np.vecdot(a, b, axis=axis), array(2, 2), array(2, 2, 2), hips=False)
    hold(lambda np, a, b: np.linalg.vecdot(a, b, axis=axis), array(2, 3), array(2, 3), hips=False)


@pytest.mark.parametrize(
    ("left", "right", "axes"),
    [
        ((2, 3), (3, 4), 1),
        ((2, 3), (2, 3), 2),
        ((2,), (3,), 0),
        ((2, 3), (2, 3), ([0, 1], [0, 1])),
        ((2, 3, 4), (4, 2), ([0, 2], [1, 0])),
        ((2, 3, 4), (4, 2), ((-1, 0), (0, -1))),
        ((2, 3), (4, 2), (0, 1)),
        ((2, 3), (2, 3), ([], [])),
    ],
)
def test_tensordot_by_a_count_or_by_pairs_of_axes(left, right, axes):
    hips = np.ndim(axes) == 0 or len(np.atleast_1d(axes[0])) > 0
    hold(lambda np, a, b: np.tensordot(a, b, axes), array(*left), array(*right), hips=hips)
    t = np.linalg.tensordot(Tensor(array(2, 3)), array(3, 2), axes=1)
    assert t.shape == (2, 2)


@pytest.mark.parametrize(
    ("spec", "shapes"),
    [
        ("ij,jk->ik", [(2, 3), (3, 4)]),
        ("ij,jk", [(2, 3), (3, 4)]),
        ("ba", [(2, 3)]),
        ("ij->ji", [(2, 3)]),
        ("ij->", [(2, 3)]),
        ("ij->i", [(2, 3)]),
        ("ij", [(2, 3)]),
        ("ii", [(3, 3)]),
        ("ii->i", [(3, 3)]),
        ("iij->ji", [(3, 3, 2)]),
        ("iii->i", [(2, 2, 2)]),
        ("ijij->ij", [(2, 3, 2, 3)]),
        ("i,i", [(3,), (3,)]),
        ("i,j->ji", [(3,), (2,)]),
        ("i,ij,j->", [(2,), (2, 3), (3,)]),
        ("ij,ij,ij->ij", [(2, 3)] * 3),
        ("ij,jk,kl,lm->im", [(2, 3), (3, 2), (2, 3), (3, 2)]),
        ("ij,k->ij", [(2, 3), (4,)]),
        ("ij,k->", [(2, 3), (4,)]),
        ("ii,ij->j", [(3, 3), (3, 2)]),
        ("...ij,...jk->...ik", [(5, 2, 3), (5, 3, 2)]),
        ("...ij,...jk->...ik", [(4, 1, 2, 3), (5, 3, 2)]),
        ("...ij,...jk", [(2, 3), (5, 3, 2)]),
        ("...i,i->...", [(2, 4, 3), (3,)]),
        ("...,...", [(2, 3), (3,)]),
        ("i...->...i", [(2, 3, 4)]),
        ("i...i->...", [(2, 3, 2)]),
        ("i...", [(2, 3)]),
        ("ij,ij->ij", [(1, 3), (2, 3)]),
        ("ij,ij->j", [(2, 1), (2, 3)]),
        ("i,->i", [(3,), ()]),
        (",", [(), ()]),
        (" i j , j k -> i k ", [(2, 3), (3, 4)]),
        ("bA,Ac->cb", [(2, 3), (3, 4)]),
        ("Ab,bA", [(2, 3), (3, 2)]),
    ],
)
def test_einsum(spec, shapes):
    operands = [array(*shape) for shape in shapes]
    stretched = "..." in spec or (1, 3) in shapes or (2, 1) in shapes
    hips = not stretched and spec.strip() != "," and not _repeats(spec)
    hold(lambda np, *x: np.einsum(spec, *x), *operands, hips=hips)
    for optimize in (True, "optimal"):
        found = np.einsum(spec, *map(Tensor, operands), optimize=optimize)
        np.testing.assert_allclose(found.data, np.einsum(spec, *operands), rtol=1e-12, atol=1e-14)


def _repeats(spec):
    return any(term.count(x) > 1 for term in spec.split("->")[0].split(",") for x in term)


def test_einsum_by_lists_of_axis_numbers():
    hold(lambda np, a, b: np.einsum(a, [0, 1], b, [1, 2], [2, 0]), M, N, hips=False)
    hold(lambda np, a, b: np.einsum(a, [0, 1], b, [1, 2]), M, N, hips=False)
    hold(lambda np, a: np.einsum(a, [1, 0]), M, hips=False)
    hold(lambda np, a, b: np.einsum(a, [Ellipsis, 4], b, [4], [Ellipsis]), S, array(4), hips=False)


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (ShapeError, r"'j' is 3 in one operand and 2", lambda: np.einsum("ij,jk", Tensor(M), M)),
        (ShapeError, r"operand 0 .*axis|axes, and its", lambda: np.einsum("ijk", Tensor(M))),
        (ShapeError, r"name 1", lambda: np.einsum("i->", Tensor(M))),
        (ShapeError, r"axis of 2 and one of 3", lambda: np.einsum("ii", Tensor(M))),
        (ArgumentError, r"names 2 operands; 1", lambda: np.einsum("ij,jk", Tensor(M))),
        (ArgumentError, r"'k' which no operand has", lambda: np.einsum("ij->k", Tensor(M))),
        (ArgumentError, r"'i' twice", lambda: np.einsum("ij->ii", Tensor(M))),
        (ArgumentError, r"not letters", lambda: np.einsum("i1->i", Tensor(M))),
        (ArgumentError, r"at most one", lambda: np.einsum("......->", Tensor(M))),
        (ArgumentError, r"no '\.\.\.'", lambda: np.einsum("i...->i", Tensor(M))),
        (ArgumentError, r"list of axis numbers", lambda: np.einsum(Tensor(M), [0, "a"])),
        (UnsupportedError, r"dtype", lambda: np.einsum("ij->", Tensor(M), dtype=np.float32)),
        (ShapeError, r"inner sizes 3 and 2", lambda: np.dot(Tensor(M), M)),
        (ShapeError, r"sizes \[3\]", lambda: np.dot(Tensor(M), np.ones((2, 4, 3)))),
        (ShapeError, r"sizes", lambda: np.inner(Tensor(M), N)),
        (ShapeError, r"differ", lambda: np.vdot(Tensor(M), V)),
        (ShapeError, r"\[3\]", lambda: np.tensordot(Tensor(M), M, 1)),
        (ArgumentError, r"axes=3", lambda: np.tensordot(Tensor(M), M, 3)),
        (ArgumentError, r"equal length", lambda: np.tensordot(Tensor(M), M, ([0], [0, 1]))),
        (ArgumentError, r"twice", lambda: np.tensordot(Tensor(M), M, ([0, 0], [0, 0]))),
        (AxisError, r"axis 5", lambda: np.tensordot(Tensor(M), M, ([5], [0]))),
        (ShapeError, r"2 and 4 entries", lambda: np.cross(Tensor(array(2)), array(4))),
        (AxisError, r"axis 4", lambda: np.cross(Tensor(V), V, axis=4)),
        (ShapeError, r"inner sizes 3 and 2", lambda: np.vecdot(Tensor(V), array(2))),
        (UnsupportedError, r"keepdims", lambda: np.vecdot(Tensor(V), V, keepdims=True)),
        (ShapeError, r"must be vectors", lambda: np.linalg.outer(Tensor(M), V)),
        (ShapeError, r"must have 3", lambda: np.linalg.cross(Tensor(array(2)), array(2))),
    ],
)
def test_what_does_not_fit_is_an_error_with_the_numbers(error, message, call):
    with pytest.raises(error, match=message):
        call()


CROSSED = [
    ((3,), (3,), {}),
    ((4, 3), (4, 3), {}),
    ((4, 3), (3,), {}),
    ((3, 4), (3, 4), {"axis": 0}),
    ((3, 4), (4, 3), {"axisa": 0}),
    ((3, 4), (4, 3), {"axisa": 0, "axisc": 0}),
    ((2, 1, 3), (4, 3), {}),
]


@pytest.mark.parametrize(("left", "right", "settings"), CROSSED)
def test_cross(left, right, settings):
    hold(lambda np, a, b: np.cross(a, b, **settings), array(*left), array(*right), hips=False)


def test_cross_of_vectors_of_two_counts_a_missing_entry_as_zero():
    a, b, c = array(4, 2), array(4, 2), array(4, 3)
    wide = np.pad(a, ((0, 0), (0, 1)))
    assert np.allclose(np.cross(Tensor(a), b).data, a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
    assert np.allclose(np.cross(Tensor(a), c).data, np.cross(wide, c))
    assert np.allclose(np.cross(Tensor(c), a).data, np.cross(c, wide))


def test_the_linalg_names_of_products():
    hold(lambda np, a, b: np.linalg.outer(a, b), V, array(2), hips=False)
    hold(lambda np, a, b: np.linalg.cross(a, b), array(2, 3), V, hips=False)
    hold(lambda np, a, b: np.linalg.cross(a, b, axis=0), array(3, 2), array(3, 2), hips=False)
    hold(lambda np, a, b: np.linalg.matmul(a, b), M, N, hips=False)
    hold(lambda np, a, b: np.linalg.tensordot(a, b, axes=1), M, N, hips=False)


@pytest.mark.parametrize(
    "shapes",
    [
        [(2, 3), (3, 4)],
        [(3,), (3,)],
        [(3,), (3, 2), (2, 4)],
        [(2, 3), (3, 4), (4,)],
        [(3,), (3, 2), (2,)],
        [(2, 5), (5, 1), (1, 4), (4, 2), (2, 3)],
    ],
)
def test_multi_dot(shapes):
    hold(lambda np, *x: np.linalg.multi_dot(x), *(array(*s) for s in shapes), hips=False)


def test_multi_dot_multiplies_in_the_order_that_takes_fewest_multiplications():
    big = [Tensor(np.ones(s)) for s in ((10, 1000), (1000, 5), (5, 500))]
    product = np.linalg.multi_dot(big)
    assert product.inputs[0].shape == (10, 5)
    product = np.linalg.multi_dot([x.T for x in reversed(big)])
    assert product.inputs[1].shape == (5, 10)
    with pytest.raises(ShapeError, match="do not chain"):
        np.linalg.multi_dot([big[0], big[2]])
    with pytest.raises(ArgumentError, match="1 arrays"):
        np.linalg.multi_dot([big[0]])


def test_plain_lists_and_arrays_of_integers_are_constants():
    t = Tensor([[1.0, 2.0], [3.0, 4.0]])
    assert np.array_equal(np.dot([1, 0], t).data, [1.0, 2.0])
    assert np.array_equal(np.einsum("ij,j->i", t, [1, 1]).data, [3.0, 7.0])
    assert np.array_equal(np.kron(t, [[1, 1]]).data, np.kron(t.data, [[1, 1]]))
    assert np.array_equal(ag.grad(lambda x: np.inner(x, [1, 2]))(np.zeros(2)), [1.0, 2.0])
