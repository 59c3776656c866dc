"""NumPy's linear algebra on Tensors: against NumPy, finite differences and HIPS autograd."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad
from calls import hold, slope

import autograd_lite as ag
from autograd_lite import (
    ArgumentError,
    AutogradError,
    AxisError,
    GradientError,
    LinAlgError,
    ShapeError,
    Tensor,
    UnsupportedError,
)

rng = np.random.default_rng(41)

START = rng.bit_generator.state


@pytest.fixture(autouse=True)
def _same_numbers_whichever_tests_run():
    rng.bit_generator.state = START


def array(*shape):
    return rng.normal(size=shape)


def symmetric(*levels):
    """A matrix with these eigenvalues."""
    q = np.linalg.qr(array(len(levels), len(levels)))[0]
    return q @ np.diag(levels) @ q.T


def of_rank(rows, columns, rank):
    return array(rows, rank) @ array(rank, columns)


SQUARE, STACK = array(3, 3), array(2, 2, 2)
ORDS = [None, 1, 2, 3, 0.5, -1, -2, -3.5, np.inf, -np.inf]
MATRIX_ORDS = [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf]


@pytest.mark.parametrize("ord", ORDS)
@pytest.mark.parametrize("keepdims", [False, True])
def test_norms_of_vectors(ord, keepdims):
    # HIPS autograd divides by the number 0 for some of these, and has no rule for inf.
    hips = ord in (None, 2, 3) and not keepdims
    settings = {"keepdims": True} if keepdims else {}
    hold(lambda np, x: np.linalg.norm(x, ord, **settings), array(3), hips=hips)
    hold(lambda np, x: np.linalg.norm(x, ord, 1, **settings), array(2, 3), hips=hips)
    hold(lambda np, x: np.linalg.norm(x, ord, axis=-2, keepdims=keepdims), array(2, 3), hips=False)
    hold(
        lambda np, x: np.linalg.vector_norm(x, axis=(0, 2), keepdims=keepdims, ord=ord or 2),
        array(2, 1, 2),
        hips=False,
    )


@pytest.mark.parametrize("ord", MATRIX_ORDS)
def test_norms_of_matrices(ord):
    hips = ord in (None, "fro", "nuc")
    hold(lambda np, x: np.linalg.norm(x, ord), array(2, 3), hips=hips)
    hold(lambda np, x: np.linalg.norm(x, ord, (1, 0)), array(3, 2), hips=False)
    hold(
        lambda np, x: np.linalg.norm(x, ord, axis=(0, -1), keepdims=True),
        array(2, 2, 3),
        hips=False,
    )
    hold(lambda np, x: np.linalg.matrix_norm(x, ord=ord or "fro"), array(2, 3, 2), hips=False)


def test_the_norm_of_everything():
    hold(lambda np, x: np.linalg.norm(x), array(2, 2, 2), hips=False)
    hold(lambda np, x: np.linalg.norm(x, keepdims=True), array(2, 2, 2), hips=False)
    hold(lambda np, x: np.linalg.vector_norm(x), array(2, 2, 2), hips=False)
    hold(lambda np, x: np.linalg.vector_norm(x, ord=np.inf), array(2, 2), hips=False)


def test_a_norm_of_zero_that_counts_has_gradient_zero():
    x = np.array([[1.0, 0.0, -2.0], [0.0, 0.0, 3.0]])
    t = Tensor(x)
    y = np.linalg.norm(t, 0, axis=1)
    assert np.array_equal(y.data, [2.0, 1.0])
    y.sum().backward()
    assert np.array_equal(t.grad, np.zeros((2, 3)))


@pytest.mark.parametrize("ord", [None, 1, 2, 3, 1.5, 0.5, np.inf, -np.inf, -1, 0])
def test_at_zero_every_norm_of_a_vector_has_gradient_zero_to_second_order(ord):
    def f(x):
        return np.linalg.norm(x, ord)

    zero = np.zeros(3)
    assert np.array_equal(ag.grad(f)(zero), zero)
    assert np.array_equal(ag.grad(lambda x: np.sum(ag.grad(f)(x)))(zero), zero)
    assert ag.jvp(f, (zero,), (np.ones(3),))[1] == 0
    half = np.array([0.0, 2.0, 0.0])
    assert np.isfinite(ag.grad(f)(half)).all()
    if ord not in (-np.inf, -1):
        assert ag.grad(f)(half)[0] == 0


@pytest.mark.parametrize("ord", MATRIX_ORDS)
def test_at_zero_every_norm_of_a_matrix_has_gradient_zero(ord):
    assert np.array_equal(
        ag.grad(lambda x: np.linalg.norm(x, ord))(np.zeros((2, 3))), np.zeros((2, 3))
    )


def test_the_gradient_of_a_norm_with_a_corner_is_the_one_of_smallest_length():
    assert np.array_equal(
        ag.grad(lambda x: np.linalg.norm(x, np.inf))(np.array([2.0, -2.0])), [0.5, -0.5]
    )
    eye = np.eye(3)
    assert np.allclose(ag.grad(lambda x: np.linalg.norm(x, 2))(eye), eye / 3)
    assert np.allclose(ag.grad(lambda x: np.linalg.norm(x, "nuc"))(eye), eye)
    low = np.outer([3.0, 4.0], [1.0, 0.0])  # one singular value of 0: no part of the gradient
    assert np.allclose(ag.grad(lambda x: np.linalg.norm(x, "nuc"))(low), low / 5)


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (ArgumentError, lambda x: np.linalg.norm(x, "fro", axis=0)),
        (ArgumentError, lambda x: np.linalg.norm(x, 3)),
        (ArgumentError, lambda x: np.linalg.norm(x, 2, axis=(0, 1, 2))),
        (AxisError, lambda x: np.linalg.norm(x, axis=2)),
        (AxisError, lambda x: np.linalg.norm(x, axis=(0, 0))),
        (ArgumentError, lambda x: np.linalg.norm(x, "abc")),
        (ag.DataError, lambda x: np.linalg.norm(x, axis=0.5)),
    ],
)
def test_norms_that_there_are_not(error, call):
    with pytest.raises((error, AxisError)):
        call(Tensor(array(2, 3)))


# --- inverses and determinants --------------------------------------------------------------------

FUNCTIONS = [
    ("inv", lambda np, a: np.linalg.inv(a), True),
    ("det", lambda np, a: np.linalg.det(a), True),
    ("slogdet", lambda np, a: np.linalg.slogdet(a)[1], True),
    ("logabsdet", lambda np, a: np.linalg.slogdet(a).logabsdet, False),
    ("pinv", lambda np, a: np.linalg.pinv(a), False),
    ("pinv", lambda np, a: np.linalg.pinv(a, rtol=1e-9), False),
    *[
        ("power", lambda np, a, n=n: np.linalg.matrix_power(a, n), False)
        for n in (-3, -1, 0, 1, 2, 5)
    ],
    *[
        ("cond", lambda np, a, p=p: np.linalg.cond(a, p), False)
        for p in (None, 2, -2, 1, "fro", np.inf)
    ],
    ("trace", lambda np, a: np.linalg.trace(a), False),
    ("trace", lambda np, a: np.linalg.trace(a, offset=1), False),
    ("diagonal", lambda np, a: np.linalg.diagonal(a), False),
    ("diagonal", lambda np, a: np.linalg.diagonal(a, offset=-1), False),
    ("transpose", lambda np, a: np.linalg.matrix_transpose(a), False),
    ("transpose", lambda np, a: np.matrix_transpose(a), False),
    ("svdvals", lambda np, a: np.linalg.svdvals(a), False),
    ("eigvalsh", lambda np, a: np.linalg.eigvalsh(a), False),
    ("eigvalsh", lambda np, a: np.linalg.eigvalsh(a, UPLO="U"), False),
    ("eigh", lambda np, a: tuple(np.linalg.eigh(a)), False),
    ("eigh", lambda np, a: tuple(np.linalg.eigh(a, "u")), False),
    ("svd", lambda np, a: tuple(np.linalg.svd(a)), False),
    ("svd", lambda np, a: np.linalg.svd(a, compute_uv=False), True),
    ("qr", lambda np, a: tuple(np.linalg.qr(a)), False),
    ("qr", lambda np, a: tuple(np.linalg.qr(a, "complete")), False),
    ("qr", lambda np, a: np.linalg.qr(a, mode="r"), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "call", "hips"), FUNCTIONS, ids=lambda x: x if isinstance(x, str) else ""
)
def test_functions_of_one_square_matrix_or_a_stack_of_them(name, call, hips):
    hold(call, SQUARE, hips=hips)
    hold(call, STACK, hips=False)


OBLONG = [
    ("pinv", lambda np, a: np.linalg.pinv(a), True),
    ("svd", lambda np, a: tuple(np.linalg.svd(a, full_matrices=False)), True),
    ("svdvals", lambda np, a: np.linalg.svdvals(a), False),
    ("svd", lambda np, a: np.linalg.svd(a, compute_uv=False), False),
    ("qr", lambda np, a: tuple(np.linalg.qr(a)), False),
    ("qr", lambda np, a: np.linalg.qr(a, "r"), False),
    ("cond", lambda np, a: np.linalg.cond(a), False),
    ("trace", lambda np, a: np.linalg.trace(a, offset=-1), False),
    ("diagonal", lambda np, a: np.linalg.diagonal(a, offset=1), False),
    ("diagonal", lambda np, a: np.linalg.diagonal(a, offset=5), False),
]


@pytest.mark.parametrize(
    ("name", "call", "hips"), OBLONG, ids=lambda x: x if isinstance(x, str) else ""
)
def test_functions_of_a_matrix_that_is_not_square(name, call, hips):
    hips = hips and name == "svd"
    hold(call, array(3, 2), hips=hips)
    hold(call, array(2, 3), hips=hips)
    hold(call, array(2, 3, 2), hips=False)


def test_cholesky_of_either_triangle():
    a = SQUARE @ SQUARE.T + 2 * np.eye(3)
    hold(lambda np, a: np.linalg.cholesky(a), a, hips=False)
    hold(lambda np, a: np.linalg.cholesky(a, upper=True), a, hips=False)
    hold(lambda np, a: np.linalg.cholesky(a @ np.swapaxes(a, -1, -2)), STACK, hips=True)
    hold(lambda np, a: np.linalg.cholesky(a @ a.T), SQUARE)


def test_the_gradient_of_a_function_of_one_triangle_is_on_that_triangle():
    t = Tensor(symmetric(1.0, 2.0, 4.0))
    np.linalg.eigvalsh(t)[0].backward()
    assert np.array_equal(t.grad, np.tril(t.grad))
    t = Tensor(symmetric(1.0, 2.0, 4.0))
    np.linalg.eigh(t, "U")[1][0, 0].backward()
    assert np.array_equal(t.grad, np.triu(t.grad))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (3,)), ((2, 2, 2), (2, 1)),
        ((2, 2), (3, 2, 1)), ((3, 1, 2, 2), (2, 2, 1)),
    ],
)  # fmt: skip
def test_solve(a, b):
    hips = len(a) == 2 and len(b) <= 2
    hold(
        lambda np, a, b: np.linalg.solve(a + 3 * np.eye(a.shape[-1]), b),
        array(*a),
        array(*b),
        hips=hips,
    )


def test_tensorsolve_and_tensorinv():
    a = (array(6, 6) + 4 * np.eye(6)).reshape(2, 3, 6)
    hold(lambda np, a, b: np.linalg.tensorsolve(a, b), a, array(2, 3), hips=False)
    moved = np.moveaxis(a, 2, 0)
    hold(lambda np, a, b: np.linalg.tensorsolve(a, b, axes=(0,)), moved, array(2, 3), hips=False)
    hold(lambda np, a: np.linalg.tensorinv(a), a, hips=False)
    hold(lambda np, a: np.linalg.tensorinv(a, ind=1), a.reshape(6, 3, 2), hips=False)
    with pytest.raises(AxisError, match="axis 9"):
        np.linalg.tensorsolve(Tensor(a), np.ones((2, 3)), axes=(9,))


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_the_determinant_has_its_first_two_derivatives_at_every_matrix(rank):
    a = of_rank(3, 3, rank)
    step = np.array([1.0, -2.0, 0.5])[:, None] * np.array([0.3, 1.0, 2.0])
    minors = np.array([
        [(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(a, i, 0), j, 1)) for j in range(3)]
        for i in range(3)
    ])  # fmt: skip
    np.testing.assert_allclose(ag.grad(np.linalg.det)(a), minors, rtol=1e-12, atol=1e-13)

    def directional(x):
        return np.sum(ag.grad(np.linalg.det)(x) * step)

    np.testing.assert_allclose(
        ag.grad(directional)(a), slope(directional, [a], 0), rtol=1e-8, atol=1e-8
    )
    _, forward = ag.jvp(lambda x: ag.grad(np.linalg.det)(x), (a,), (step,))
    np.testing.assert_allclose(forward, ag.grad(directional)(a), rtol=1e-10, atol=1e-12)


def test_the_third_derivative_of_the_determinant():
    c, d = array(3, 3), array(3, 3)

    def twice(x):
        return np.sum(c * ag.grad(lambda x: np.sum(d * ag.grad(np.linalg.det)(x)))(x))

    a = array(3, 3)
    np.testing.assert_allclose(ag.grad(twice)(a), slope(twice, [a], 0), rtol=1e-7, atol=1e-8)
    with pytest.raises(GradientError, match=r"third derivative.*go down to"):
        ag.grad(twice)(of_rank(3, 3, 2))


def test_the_sign_of_slogdet_is_plain_and_its_log_has_no_gradient_where_it_is_infinite():
    t = Tensor(SQUARE)
    sign, log = np.linalg.slogdet(t)
    assert not isinstance(sign, Tensor)
    assert sign * np.exp(log.item()) == pytest.approx(np.linalg.det(SQUARE))
    with pytest.raises(GradientError, match="determinant of a matrix"):
        np.linalg.slogdet(Tensor(np.zeros((2, 2))))[1].backward()


SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (r"inv: the matrix \(2, 2\) is singular.*from 5 down", lambda t: np.linalg.inv(t)),
        (r"at \[1\]", lambda t: np.linalg.inv(np.stack([t + np.eye(2), t]))),
        (r"solve: a \(2, 2\), b \(2,\)", lambda t: np.linalg.solve(t, np.ones(2))),
        (r"not that of a square", lambda t: np.linalg.inv(t[:1])),
        (r"not that of a square", lambda t: np.linalg.det(t[0])),
        (r"not that of a matrix", lambda t: np.linalg.svd(t[0])),
        (r"cholesky: \(2, 2\): .*not positive definite", lambda t: np.linalg.cholesky(-t)),
        (r"no condition number", lambda t: np.linalg.cond(t[:0])),
        (r"tensorinv", lambda t: np.linalg.tensorinv(t, 2)),
        (r"tensorsolve", lambda t: np.linalg.tensorsolve(t, np.ones(3))),
    ],
)
def test_a_matrix_that_will_not_do_is_an_error_of_both_families(message, call):
    with pytest.raises(LinAlgError, match=message) as caught:
        call(Tensor(SINGULAR))
    assert isinstance(caught.value, AutogradError)
    assert isinstance(caught.value, np.linalg.LinAlgError)


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (ShapeError, "b must have 2 rows", lambda t: np.linalg.solve(t, np.ones((3, 1)))),
        (UnsupportedError, "pinv", lambda t: np.linalg.lstsq(t, np.ones(2))),
        (UnsupportedError, "eigh", lambda t: np.linalg.eig(t)),
        (UnsupportedError, "eigh", lambda t: np.linalg.eigvals(t)),
        (UnsupportedError, "full_matrices", lambda t: np.linalg.svd(t[:1])),
        (UnsupportedError, "hermitian", lambda t: np.linalg.svd(t, hermitian=True)),
        (UnsupportedError, "hermitian", lambda t: np.linalg.pinv(t, hermitian=True)),
        (ArgumentError, "the same thing", lambda t: np.linalg.pinv(t, 1e-9, rtol=1e-9)),
        (UnsupportedError, "complete", lambda t: np.linalg.qr(t[:, :1], "complete")),
        (UnsupportedError, "raw", lambda t: np.linalg.qr(t, "raw")),
        (ArgumentError, "'X'", lambda t: np.linalg.eigh(t, "X")),
        (ag.DataError, "whole number", lambda t: np.linalg.matrix_power(t, 0.5)),
        (ArgumentError, "ind=0", lambda t: np.linalg.tensorinv(t, 0)),
    ],
)
def test_what_is_not_supported_says_so_and_what_to_do(error, message, call):
    with pytest.raises(error, match=message):
        call(Tensor(SINGULAR))


def test_the_rank_is_a_plain_number():
    assert np.linalg.matrix_rank(Tensor(SINGULAR)) == 1
    assert np.linalg.matrix_rank(Tensor(SINGULAR), tol=10.0) == 0
    assert not isinstance(np.linalg.matrix_rank(Tensor(SINGULAR)), Tensor)


# --- spectra that coincide ------------------------------------------------------------------------

DOUBLE = symmetric(1.0, 3.0, 3.0)


@pytest.mark.parametrize(
    "f",
    [
        lambda a: np.linalg.eigvalsh(a)[2],
        lambda a: np.sum(np.linalg.eigh(a)[1]),
        # The logarithm of the unit matrix: nothing of its gradient would show that it is wrong.
        lambda a: np.sum(_logarithm(a)),
        lambda a: np.linalg.svd(a)[0][0, 0],
        lambda a: np.linalg.svd(a)[2][0, 0],
        lambda a: np.linalg.svdvals(a)[0],
    ],
)
def test_where_levels_coincide_vectors_and_single_levels_have_no_gradient(f):
    for a in (DOUBLE, np.eye(3), np.diag([2.0, 2.0, 1.0])):
        with pytest.raises(GradientError, match=r"coincide: "):
            ag.grad(f)(a)
    with pytest.raises(GradientError, match=r"values (0 and 1|1 and 2) coincide: 3"):
        ag.grad(f)(DOUBLE)
    with pytest.raises(GradientError, match=r"in the matrix at \[1\]"):
        ag.grad(lambda a: np.sum(np.linalg.eigh(a)[1]))(np.stack([SQUARE, np.eye(3)]))


def _logarithm(a):
    w, v = np.linalg.eigh(a)
    return (v * np.log(w)) @ v.T


def test_what_all_levels_enter_alike_has_a_gradient_where_they_coincide():
    for a in (DOUBLE, np.eye(3)):
        for f, expected in (
            (lambda a: np.sum(np.linalg.eigvalsh(a)), np.eye(3)),
            (
                lambda a: np.sum(np.linalg.eigvalsh(a) ** 2),
                np.tril(4 * a) - np.diag(np.diag(2 * a)),
            ),
            (lambda a: np.sum(np.log(np.linalg.eigvalsh(a))), None),
        ):
            found = ag.grad(f)(a)
            if expected is None:
                inverse = np.linalg.inv(a)
                expected = np.tril(2 * inverse) - np.diag(np.diag(inverse))
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)
    squares = ag.grad(lambda a: np.sum(np.linalg.svdvals(a) ** 2))(np.eye(3))
    np.testing.assert_allclose(squares, 2 * np.eye(3), atol=1e-14)


def test_forward_mode_refuses_what_coincides_as_well():
    turn = np.zeros((3, 3))
    turn[1, 0] = 1.0
    for f in (np.linalg.eigvalsh, lambda a: np.linalg.eigh(a)[1], lambda a: np.linalg.svd(a)[0]):
        with pytest.raises(GradientError, match="coincide"):
            ag.jvp(f, (np.eye(3),), (turn,))
    _, along = ag.jvp(np.linalg.eigvalsh, (np.eye(3),), (np.eye(3),))
    assert np.allclose(along, np.ones(3))


def test_vectors_of_levels_that_are_apart_may_be_near():
    a = symmetric(1.0, 1.0 + 1e-6, 2.0)
    c = array(3, 3)

    def f(x):
        return np.sum(np.linalg.eigh((x + x.T) / 2)[1] ** 2 * c)

    found = ag.grad(f)(a)
    assert np.isfinite(found).all()
    assert np.allclose(found, slope(f, [a], 0, 1e-9), rtol=1e-3)


def test_singular_values_of_zero():
    low = of_rank(3, 3, 2)
    f = lambda a: np.sum(np.linalg.svd(a)[0] ** 2 * np.arange(9.0).reshape(3, 3))
    assert np.isfinite(ag.grad(f)(low)).all()  # square: the last vector is what is left
    with pytest.raises(GradientError, match=r"singular value is 0 .*not square \(4 by 2\)"):
        ag.grad(lambda a: np.sum(np.linalg.svd(a, full_matrices=False)[0]))(of_rank(4, 2, 1))
    with pytest.raises(GradientError, match=r"pinv: the matrix \(3, 3\) has not full rank"):
        ag.grad(lambda a: np.sum(np.linalg.pinv(a)))(low)
    with pytest.raises(GradientError, match="columns of a matrix"):
        ag.grad(lambda a: np.sum(np.linalg.qr(a)[0]))(low)


def test_empty_stacks_and_empty_matrices():
    for shape in ((0, 2, 2), (0, 0), (2, 0, 0)):
        for f in (
            np.linalg.inv,
            np.linalg.det,
            np.linalg.cholesky,
            np.linalg.eigvalsh,
            np.linalg.svdvals,
        ):
            gradient = ag.grad(lambda a, f=f: np.sum(f(a)))(np.zeros(shape))
            assert gradient.shape == shape


def test_hips_autograd_agrees_on_a_symmetric_matrix_s_levels():
    a = symmetric(1.0, 2.0, 4.0)

    def f(np, a):
        w, v = np.linalg.eigh(a @ a.T + a)
        return np.sum(v**2 * np.array([1.0, 2.0, 5.0])[:, None]) + np.sum(w**3)

    found, theirs = ag.grad(lambda a: f(np, a))(a), elementwise_grad(lambda a: f(anp, a))(a)
    np.testing.assert_allclose(found, theirs, rtol=1e-9, atol=1e-10)
