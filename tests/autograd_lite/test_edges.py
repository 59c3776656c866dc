"""Edges that bite: ties, zeros, empty and 0-d arrays, whole numbers, dtypes, sharing, indices."""

import math
import operator

import numpy as np
import pytest
from numpy_calls import CALLS, METHODS
from scipy import special

import autograd_lite as ag
from autograd_lite import Tensor, Value

M = np.array([[0.5, -1.5, 2.0], [3.0, 0.25, -0.75]])


# --- zeros and ties -------------------------------------------------------------------------------


def test_norm_and_std_have_gradient_zero_where_they_have_a_kink():
    for f in (np.linalg.norm, np.std, lambda x: np.std(x, axis=0).sum(), np.ptp):
        gradient = ag.grad(f)(np.zeros((3, 2)))
        assert np.array_equal(gradient, np.zeros((3, 2)))
    assert np.array_equal(ag.grad(np.std)(np.full(4, 7.0)), np.zeros(4))


def test_sqrt_at_zero_is_infinite_and_an_upstream_of_zero_stays_zero():
    assert ag.grad(np.sqrt)(0.0) == math.inf
    assert np.array_equal(
        ag.grad(lambda x: np.sum(np.sqrt(x)))(np.array([0.0, 4.0])), [np.inf, 0.25]
    )
    assert np.array_equal(
        ag.grad(lambda x: np.sum(np.sqrt(x) * np.array([0.0, 1.0])))(np.array([0.0, 4.0])),
        [0, 0.25],
    )


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (np.max, [0, 1 / 3, 1 / 3, 1 / 3, 0]),
        (lambda x: np.min(-x), [0, -1 / 3, -1 / 3, -1 / 3, 0]),
        (np.ptp, [-0.5, 1 / 3, 1 / 3, 1 / 3, -0.5]),
        (lambda x: np.sum(np.sort(x) * np.arange(5.0)), [0, 2, 3, 4, 1]),  # ties keep their order
        (lambda x: np.partition(x, 4)[4], None),
        (np.median, [0, 1, 0, 0, 0]),
        (lambda x: np.quantile(x, 0.5), [0, 1, 0, 0, 0]),
        (lambda x: np.sum(np.maximum(x, 3.0)), [0, 0.5, 0.5, 0.5, 0]),
        (lambda x: np.sum(np.clip(x, 1.0, 3.0)), [1, 1, 1, 1, 1]),
    ],
)
def test_ties_share_or_keep_their_order_and_the_total_is_right(f, expected):
    x = np.array([1.0, 3.0, 3.0, 3.0, 1.0])
    gradient = ag.grad(f)(x)
    if expected is None:
        assert sorted(gradient) == [0, 0, 0, 0, 1]
        assert x[int(np.argmax(gradient))] == 3.0
    else:
        np.testing.assert_allclose(gradient, expected)


@pytest.mark.parametrize("kind", [float, lambda x: np.array([x])])
@pytest.mark.parametrize(
    ("base", "exponent", "in_base", "in_exponent"),
    [
        (0.0, 0.0, 0.0, 0.0),
        (5.0, 0.0, 0.0, math.log(5.0)),
        (0.0, 1.0, 1.0, 0.0),
        (0.0, 2.0, 0.0, 0.0),
        (0.0, 3.5, 0.0, 0.0),
        (-2.0, 3.0, 12.0, math.nan),
        (-2.0, 2.0, -4.0, math.nan),
        (-2.0, -1.0, -0.25, math.nan),
        (-3.0, 0.0, 0.0, math.nan),
        (2.0, -1.0, -0.25, 0.5 * math.log(2.0)),
    ],
)
def test_powers_at_zero_and_of_negative_numbers(kind, base, exponent, in_base, in_exponent):
    f = lambda x, y: np.sum(x**y)
    slopes = ag.grad(f, (0, 1))(kind(base), kind(exponent))
    assert float(np.ravel(slopes[0])[0]) == pytest.approx(in_base)
    assert float(np.ravel(slopes[1])[0]) == pytest.approx(in_exponent, nan_ok=True)
    constant = ag.grad(lambda x: np.sum(x**exponent))(kind(base))  # no nan of the exponent's
    assert float(np.ravel(constant)[0]) == pytest.approx(in_base)


def test_second_derivatives_of_powers_at_zero():
    for n, expected in ((0, 0.0), (1, 0.0), (2, 2.0), (3, 0.0), (4, 0.0)):
        assert ag.grad(ag.grad(lambda x, n=n: x**n))(0.0) == expected
        second = ag.grad(lambda x, n=n: np.sum(ag.grad(lambda x: np.sum(x**n))(x)))
        assert np.array_equal(second(np.zeros(2)), [expected] * 2)


@pytest.mark.parametrize(
    "safe",
    [
        lambda x: np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), 0.0),
        lambda x: np.where(x > 0, np.log(x), 0.0),
        lambda x: np.where(x > 0, np.sqrt(x), 0.0),
        lambda x: np.where(x > 0, 1 / x, 0.0),
        lambda x: np.where(x > 0, x**1.5, 0.0),
        lambda x: np.where(x > 0, np.arccosh(x + 1), 0.0),
        lambda x: np.select([x > 0], [np.log(x)]),
        lambda x: np.where(x > 0, np.exp(x * 1e3) ** -1, 0.0),
    ],
)
def test_where_protects_the_branch_that_it_does_not_choose_second_order_too(safe):
    x = np.array([-1.0, 0.0, 2.0])
    with np.errstate(all="ignore"):
        gradient = ag.grad(lambda x: np.sum(safe(x)))
        second = ag.grad(lambda x: np.sum(gradient(x)))(x)
        _, tangent = ag.jvp(safe, (x,), (np.ones(3),))
        assert np.array_equal(gradient(x)[:2], [0, 0])
        assert np.array_equal(second[:2], [0, 0])
        assert np.array_equal(tangent[:2], [0, 0])
        assert np.isfinite(gradient(x)[2])
        assert np.isfinite(second[2])


# --- sizes ----------------------------------------------------------------------------------------

EMPTY = [
    np.sum, np.prod, np.cumsum, np.cumprod, np.sort, np.ravel, np.exp, np.flip, np.diff,
    np.transpose, ag.logsumexp, lambda x: np.mean(np.concatenate([np.ravel(x), np.ones(2)])),
    lambda x: np.sum(x, axis=0), lambda x: np.max(x, axis=1), lambda x: np.stack([x, x]),
    lambda x: np.max(x, initial=2.0), lambda x: np.repeat(x, 3), lambda x: np.tile(x, (2, 1)),
    lambda x: np.roll(x, 1), lambda x: x[:, :2], lambda x: x[:, [0, 0, 1]],
    lambda x: np.split(x, 3, 1)[0],
    lambda x: np.tril(x), lambda x: np.pad(x, 1), lambda x: np.broadcast_to(x, (4, 0, 3)),
    lambda x: np.take(x, np.array([], dtype=int), axis=1), lambda x: x.T @ x,
    lambda x: np.where(x > 0, x, 1.0),
    lambda x: np.clip(x, 0, 1), lambda x: x[x > 0], lambda x: np.vstack([x, x]),
]  # fmt: skip


@pytest.mark.parametrize("f", EMPTY, ids=range(len(EMPTY)))
def test_an_array_without_entries_has_a_gradient_without_entries(f):
    t = Tensor(np.zeros((0, 3)))
    found, expected = f(t), f(np.zeros((0, 3)))
    assert np.array_equal(ag.detach(found), expected)
    np.sum(found).backward()
    assert t.grad.shape == (0, 3)
    assert ag.jvp(f, (np.zeros((0, 3)),), (np.zeros((0, 3)),))[1].shape == np.shape(expected)


def test_a_reduction_of_no_entries_without_an_answer_is_an_error():
    for f in (np.max, np.min, np.ptp, np.median, lambda x: np.quantile(x, 0.5)):
        with pytest.raises(ag.ShapeError):
            f(Tensor(np.zeros((0, 3))))


ZERO_D = [
    np.sum, np.prod, np.max, np.mean, np.ravel, np.exp, np.transpose, np.squeeze, np.atleast_2d,
    ag.logsumexp, np.median, np.ptp, np.cumsum, np.std, lambda x: np.repeat(x, 3), np.copy,
    lambda x: np.expand_dims(x, 0), lambda x: np.stack([x, x]), lambda x: np.hstack([x, x]),
    lambda x: np.broadcast_to(x, (2, 2)), lambda x: x[()], lambda x: x[None], lambda x: x[...],
    lambda x: np.full(3, 2.0) * x, lambda x: np.tile(x, 2), lambda x: np.reshape(x, (1, 1)),
    lambda x: np.clip(x, 0, 1), lambda x: np.where(True, x, 0.0), np.flip,
    lambda x: np.sort(x, None),
]  # fmt: skip


@pytest.mark.parametrize("f", ZERO_D, ids=range(len(ZERO_D)))
def test_a_single_number_as_an_array_without_axes(f):
    t = Tensor(0.7)
    found, expected = f(t), f(np.array(0.7))
    np.testing.assert_allclose(ag.detach(found), expected, atol=1e-15)
    assert found.shape == np.shape(expected)
    np.sum(found).backward()
    assert t.grad.shape == ()
    slope = (np.sum(f(np.array(0.7 + 1e-6))) - np.sum(f(np.array(0.7 - 1e-6)))) / 2e-6
    assert float(t.grad) == pytest.approx(slope, abs=1e-6)


# --- kinds of numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize("x", [np.array([1, 2, 3]), np.array([True, False, True]), 3, True])
def test_whole_numbers_and_booleans_are_differentiated_as_real_numbers(x):
    gradient = ag.grad(lambda x: np.sum(np.sin(x) * 2))(x)
    np.testing.assert_allclose(gradient, 2 * np.cos(np.asarray(x, dtype=float)))
    assert np.asarray(gradient).dtype == np.float64
    assert Tensor(x).dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble], ids=["float16", "longdouble"])
@pytest.mark.parametrize(
    ("function", "call", "x"), CALLS + METHODS, ids=lambda c: c if isinstance(c, str) else ""
)
def test_narrow_and_wide_floats_keep_the_dtype_that_numpy_gives(function, call, x, dtype):
    x = x.astype(dtype)
    try:
        expected = call(x)
    except TypeError:
        pytest.skip("NumPy has it not for this dtype")
    t = Tensor(x)
    found = call(t)
    several = isinstance(found, list | tuple)
    total = 0.0
    for part, want in zip(*((found, expected) if several else ([found], [expected])), strict=True):
        assert part.dtype == np.asarray(want).dtype
        total = total + np.sum(part)
    total.backward()
    assert t.grad.dtype == dtype


def test_numpy_s_promotion_holds_for_every_operator():
    single, double = np.float32([1.5, 2.5]), np.array([1.0, 2.0])
    for op in (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow,
               operator.mod, operator.floordiv):  # fmt: skip
        for other in (2, 2.0, True, np.float32(2), np.float64(2), double, np.float16(2), single):
            t = Tensor(single)
            assert op(t, other).dtype == op(single, other).dtype
            assert op(other, t).dtype == op(other, single).dtype
            np.sum(op(other, t) + op(t, other)).backward()
            assert t.grad.dtype == np.float32


# --- how often, how long --------------------------------------------------------------------------


def test_a_tensor_that_is_used_ten_thousand_times():
    t = Tensor([1.0, 2.0])
    total = sum(t * float(i) for i in range(10_000))
    total.backward(np.ones(2))
    assert np.array_equal(t.grad, [sum(range(10_000))] * 2)
    v = Value(2.0)
    sum([v] * 10_000).backward()
    assert v.grad == 10_000.0


def test_sixty_diamonds_one_on_the_other_take_sixty_steps():
    t = x = Tensor([1.0])
    for _ in range(60):
        x = x + x
    x.backward(np.ones(1))
    assert t.grad[0] == 2.0**60


def test_a_very_long_sum_is_added_in_pairs_as_numpy_adds():
    x = np.full(1 << 20, 0.1, dtype=np.float32)
    t = Tensor(x)
    y = np.sum(t)
    assert y.data == np.sum(x)
    assert abs(float(y.data) - 0.1 * len(x)) < 1.0  # one after the other it is off by 950
    np.mean(t * t).backward()
    np.testing.assert_allclose(t.grad, 2 * x / len(x), rtol=1e-6)
    assert Tensor(np.full(70_000, 1.0, dtype=np.float16)).mean().data == 1.0


BINARY = sorted(
    name
    for name, rule in ag.TABLE.items()
    if getattr(rule, "partials", None) and len(rule.partials) == 2 and rule.builtin
)


@pytest.mark.parametrize("name", BINARY)
def test_the_same_tensor_in_both_places_gets_both_shares(name):
    rule = ag.TABLE[name]
    x = np.array([0.6, 1.7])
    both = Tensor(x)
    rule(both, both).sum().backward()
    a, b = Tensor(x), Tensor(x)
    rule(a, b).sum().backward()
    assert np.array_equal(both.grad, a.grad + b.grad)


# --- indices --------------------------------------------------------------------------------------

X = np.arange(24.0).reshape(2, 3, 4)
INDICES = [
    np.s_[0], np.s_[-1, ..., ::-2], np.s_[..., None, 1], np.s_[:, [0, 2, 0, 0]],
    np.s_[[0, 0], [1, 1]],
    np.s_[np.array([[0, 1], [1, 1]])], np.s_[:, np.array([True, False, True])], np.s_[X > 7],
    np.s_[X[..., 0] > 3], np.s_[0, [1, 1], ::-1], np.s_[[1, 0], :, [2, 2]], np.s_[None, 1, None],
    np.s_[:, 1:1], np.s_[[]], np.s_[np.zeros((2, 3), dtype=bool)], np.s_[True], np.s_[False],
    np.s_[np.int64(1), np.uint8(2)], np.s_[::-1, ::-1, ::-1], np.s_[..., -1, [0, -1, 3]],
    np.s_[np.array(1)], np.s_[:, np.newaxis, [True, True, False], 1],
]  # fmt: skip


@pytest.mark.parametrize("index", INDICES, ids=map(str, range(len(INDICES))))
def test_every_kind_of_index_picks_and_puts_back(index):
    expected = X[index]
    weights = np.random.default_rng(0).normal(size=expected.shape)
    t = Tensor(X)
    assert np.array_equal(t[index].data, expected)
    np.sum(t[index] ** 2 * weights).backward()
    wanted = np.zeros_like(X)
    np.add.at(wanted, index, 2 * expected * weights)
    np.testing.assert_allclose(t.grad, wanted)
    f = lambda x: np.sum(np.sin(x[index]) * weights)
    second = ag.grad(lambda x: np.sum(ag.grad(f)(x)))(X)
    wanted = np.zeros_like(X)
    np.add.at(wanted, index, -np.sin(expected) * weights)
    np.testing.assert_allclose(second, wanted, atol=1e-14)


def test_a_view_of_a_view_shares_the_gradient_of_what_it_views():
    t = Tensor(X)
    view = t[::-1, 1:].T.reshape(4, 4)[::2]
    view.sum().backward()
    wanted = np.zeros_like(X)
    wanted[::-1, 1:].T.reshape(4, 4)  # the same path on positions
    positions = np.arange(24).reshape(X.shape)[::-1, 1:].T.reshape(4, 4)[::2]
    np.put(wanted, positions, 1.0)
    assert np.array_equal(t.grad, wanted)


# --- Python's own ways with numbers and lists -----------------------------------------------------

OPERATORS = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.floordiv,
    operator.mod, divmod, operator.lt, operator.le, operator.gt, operator.ge, operator.eq,
    operator.ne,
]  # fmt: skip


@pytest.mark.parametrize("op", OPERATORS, ids=lambda op: op.__name__)
@pytest.mark.parametrize("other", [2, 2.5, True, np.float64(1.5), np.int32(2), np.array(1.5)])
def test_a_plain_number_stands_on_either_side_of_every_operator(op, other):
    x = np.array([0.6, 1.7])
    for order in (1, -1):
        plain = op(*(other, x)[::order])
        found = op(*(other, Tensor(x))[::order])
        pairs = zip(found, plain, strict=True) if op is divmod else [(found, plain)]
        for part, want in pairs:
            np.testing.assert_allclose(ag.detach(part), want)
        for one in x:
            value = op(*(other, Value(one))[::order])
            number = op(*(float(other), float(one))[::order])
            if op is divmod:
                assert [v.data for v in value] == pytest.approx(list(number))
            else:
                assert getattr(value, "data", value) == pytest.approx(number)


@pytest.mark.parametrize("op", OPERATORS[:8], ids=lambda op: op.__name__)
@pytest.mark.parametrize(
    "left",
    [abs(M), abs(M).astype(np.float32), M > 0, abs(M).astype(int), np.float64(2), np.array(3.0)],
)
def test_an_array_on_the_left_never_makes_an_object_array(op, left):
    for right in (Tensor(M + 4), Tensor(np.array(2.0)), Tensor(np.ones(3))):
        found = op(left, right)
        for part in found if op is divmod else [found]:
            assert type(part) is Tensor
            assert part.data.dtype.kind == "f"
            assert part.shape == np.broadcast_shapes(np.shape(left), right.shape)


def test_a_tensor_as_a_sequence():
    t = Tensor(M)
    a, b = t
    assert type(a) is type(b) is Tensor
    assert len(t) == 2
    assert [row.shape for row in t] == [(3,), (3,)]
    total = sum(list(t)) + sum([t[0], t[1]])
    total.sum().backward()
    assert np.array_equal(t.grad, np.full((2, 3), 2.0))
    assert 2.0 in t
    assert 9.0 not in t
    (first, *_), _ = M, None
    assert np.array_equal(next(iter(t)).data, first)
    with pytest.raises(ag.DataError):
        len(Tensor(1.0))
    with pytest.raises(ag.DataError):
        iter(Tensor(1.0))
    np.stack(list(t)).sum().backward()
    with pytest.raises(ag.LeaveGraphError, match=r"np\.stack"):
        np.array([t, t])
    with pytest.raises(ag.LeaveGraphError, match=r"np\.stack"):
        np.array(list(t))


def test_python_s_functions_of_numbers():
    for kind in (Tensor, Value):
        x = kind(-2.7)
        assert (float(abs(x)), float(x), int(x)) == (2.7, -2.7, -2)
        assert [float(y) for y in divmod(x, 1)] == [float(y) for y in divmod(-2.7, 1)]
        assert [float(f(x)) for f in (math.floor, math.ceil, math.trunc, round)] == [-3, -2, -2, -3]
        y = round(x, 1) * x + (x % 2) ** 2
        y.backward()
        assert float(x.grad) == pytest.approx(-2.7 + 2 * (-2.7 % 2))
    with pytest.raises(ag.LeaveGraphError):
        ag.grad(lambda x: x * int(x))(2.0)


def test_attributes_of_ndarray():
    t = Tensor(M)
    assert (t.size, t.ndim, t.nbytes, t.itemsize) == (6, 2, 48, 8)
    assert t.tolist() == M.tolist()
    assert np.array_equal(t.mT.data, M.T)
    assert t.real is t
    assert not t.imag.any()
    copied = t.copy()
    assert copied.op is not None
    copied.sum().backward()
    assert np.array_equal(t.grad, np.ones((2, 3)))
    assert np.array_equal(np.sort(t).data, t.sort().data)
    assert np.array_equal(t.data, M)  # sorting by the method gives a new Tensor, too
    assert t.partition(1).shape == (2, 3)
    assert [float(x) for x in t.flat] == M.ravel().tolist()
    for change in (lambda: t.fill(0), lambda: t.put(0, 1.0), lambda: t.resize(3)):
        with pytest.raises(ag.MutationError, match="in place"):
            change()
    assert np.array_equal(t.data, M)


# --- logsumexp ------------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_logsumexp_is_scipy_s_with_softmax_as_its_gradient(axis, keepdims):
    for x in (M, M * 1e3, M - 1e4, np.where(M > 0, M, -np.inf)):
        expected = special.logsumexp(x, axis=axis, keepdims=keepdims)
        t = Tensor(x)
        values = np.frompyfunc(Value, 1, 1)(x)
        for given in (x, t, values):
            found = ag.logsumexp(given, axis=axis, keepdims=keepdims)
            assert np.shape(found) == np.shape(expected)
            np.testing.assert_allclose(ag.detach(found), expected, rtol=1e-14)
            if given is not x:
                np.sum(found).backward()
        np.testing.assert_allclose(t.grad, special.softmax(x, axis=axis), rtol=1e-12)
        of_values = np.array([v.grad for v in values.flat]).reshape(x.shape)
        np.testing.assert_allclose(of_values, t.grad, rtol=1e-12, atol=1e-300)


def test_logsumexp_of_nothing_of_minus_infinity_and_of_one_number():
    assert ag.logsumexp([]) == -np.inf
    t = Tensor([-np.inf, -np.inf])
    y = ag.logsumexp(t)
    y.backward()
    assert y.item() == -np.inf
    assert np.array_equal(t.grad, [0, 0])
    v = Value(2.0)
    assert ag.logsumexp(v) is v
    assert ag.logsumexp([Value(1.0), Value(1.0)]).data == pytest.approx(1 + math.log(2))
    assert ag.logsumexp(np.array([1, 1])) == pytest.approx(1 + math.log(2))
    assert ag.logsumexp(np.float32([1, 1])).dtype == np.float32
    with pytest.raises(ag.DataError):
        ag.logsumexp("abc")
    with pytest.raises(ag.AxisError):
        ag.logsumexp([1.0], axis=1)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda t: np.sum(t, axis=2), ag.AxisError),
        (lambda t: np.sum(t, axis=0.5), ag.DataError),
        (lambda t: np.max(t, where=t > 0), ag.ArgumentError),
        (lambda t: np.partition(t, 9), ag.IndexingError),
        (lambda t: np.insert(t, 9, 1.0), ag.IndexingError),
        (lambda t: np.delete(t, 9), ag.IndexingError),
        (lambda t: np.take(t, 1.5), ag.IndexingError),
        (lambda t: np.take(t, t), ag.IndexingError),
        (lambda t: np.choose([0, 5, 0], [t, t]), ag.IndexingError),
        (lambda t: np.average(t, weights=[[0, 0, 0], [0, 0, 0]]), ag.ArgumentError),
        (lambda t: np.average(t, weights=[1, 2]), ag.ArgumentError),
        (lambda t: np.split(t, 4), ag.ShapeError),
        (lambda t: np.pad(t, -1), ag.ArgumentError),
        (lambda t: np.pad(t, (1, 2, 3)), ag.ShapeError),
        (lambda t: np.quantile(t, 1.5), ag.ArgumentError),
        (lambda t: np.quantile(t, t[0]), ag.ArgumentError),
        (lambda t: np.diff(t, n=-1), ag.ArgumentError),
        (lambda t: np.gradient(t[:1], axis=0), ag.ShapeError),
        (lambda t: np.resize(t, (-1, 2)), ag.ShapeError),
        (lambda t: np.meshgrid(t, indexing="x"), ag.DataError),
        (lambda t: np.linspace(t, t, -1), ag.ArgumentError),
        (lambda t: np.var(t, ddof=1, correction=1), ag.ArgumentError),
        (lambda t: np.ldexp(1.0, t), ag.DataError),
        (lambda t: np.full_like(M, t), ag.MutationError),
        (lambda t: np.sum(t, dtype=int), ag.DataError),
        (lambda t: np.isneginf(t, t), ag.MutationError),
        (lambda t: np.where(t > 0, t), ag.ArgumentError),
        (lambda t: np.piecewise(t, [t > 0], [1, 2, 3]), ag.ShapeError),
    ],
)
def test_a_call_that_makes_no_sense_is_an_error_with_the_numbers(call, error):
    t = Tensor(M)
    with pytest.raises(error):
        call(t)
    assert np.array_equal(t.data, M)
