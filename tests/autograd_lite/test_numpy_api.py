"""NumPy's functions and the methods of ndarray on Tensors: the same results, and gradients."""

import warnings
from pathlib import Path

import autograd.numpy as anp
import numpy as np
import numpy_calls
import pytest
from autograd import elementwise_grad

import autograd_lite as ag
from autograd_lite import (
    AutogradError,
    AxisError,
    ShapeError,
    Tensor,
    UnsupportedError,
    numpy_api,
    numpy_curves,
    numpy_factors,
    numpy_linalg,
    numpy_norms,
    numpy_products,
)
from autograd_lite.composed_ufuncs import COMPOSED_UFUNCS

rng = np.random.default_rng(4)
X = rng.normal(size=(2, 3, 4))
M = rng.normal(size=(3, 4))
Q = rng.normal(size=(3, 1, 4, 1))
MASK = X > 0

# function, as a call on (np, x), the operand; np is NumPy, or HIPS autograd's.
CALLS = [
    *[
        (f, lambda np, x, f=f, s=s: getattr(np, f)(x, **s), X)
        for f in ("sum", "prod", "max", "min", "mean", "var", "std")
        for s in (
            {},
            {"axis": 0},
            {"axis": -1, "keepdims": True},
            {"axis": (0, 2)},
            {"axis": (-1, 1), "keepdims": True},
        )
    ],
    ("var", lambda np, x: np.var(x, ddof=1), M),
    ("var", lambda np, x: np.var(x, axis=1, ddof=1), M),
    ("std", lambda np, x: np.std(x, 0, ddof=1), M),
    ("sum", lambda np, x: np.sum(x, 1), X),
    ("mean", lambda np, x: np.mean(x, axis=np.int64(1)), X),
    ("reshape", lambda np, x: np.reshape(x, (4, 6)), X),
    ("reshape", lambda np, x: np.reshape(x, -1), X),
    ("reshape", lambda np, x: np.reshape(x, (2, -1)), X),
    ("ravel", lambda np, x: np.ravel(x), X),
    ("transpose", lambda np, x: np.transpose(x), X),
    ("transpose", lambda np, x: np.transpose(x, (1, 2, 0)), X),
    ("transpose", lambda np, x: np.transpose(x, [2, 0, 1]), X),
    ("swapaxes", lambda np, x: np.swapaxes(x, 0, -1), X),
    ("squeeze", lambda np, x: np.squeeze(x), Q),
    ("squeeze", lambda np, x: np.squeeze(x, axis=1), Q),
    ("squeeze", lambda np, x: np.squeeze(x, axis=(1, -1)), Q),
    ("expand_dims", lambda np, x: np.expand_dims(x, 0), X),
    ("expand_dims", lambda np, x: np.expand_dims(x, -1), X),
    ("expand_dims", lambda np, x: np.expand_dims(x, (0, 2)), M),
    ("concatenate", lambda np, x: np.concatenate([x, x * 2, M]), M),
    ("concatenate", lambda np, x: np.concatenate((x, M), axis=-1), M),
    ("concatenate", lambda np, x: np.concatenate([x, x], axis=None), M),
    ("stack", lambda np, x: np.stack([x, x * x]), M),
    ("stack", lambda np, x: np.stack((x, M), axis=-1), M),
    ("clip", lambda np, x: np.clip(x, -0.5, 0.5), X),
    ("clip", lambda np, x: np.clip(x, 0.1, None), X),
    ("clip", lambda np, x: np.clip(x, None, 0.1), X),
    ("clip", lambda np, x: np.clip(x, a_min=-0.2, a_max=M[::-1] + 0.05), M),
    ("where", lambda np, x: np.where(MASK, x, x * 2), X),
    ("where", lambda np, x: np.where(MASK, 0.0, x), X),
    ("where", lambda np, x: np.where(x > 0, x, M), X),
    ("broadcast_to", lambda np, x: np.broadcast_to(x, (2, 3, 4)), M),
    ("dot", lambda np, x: np.dot(x, M.T), M),
    ("dot", lambda np, x: np.dot(M[0], x.T), M),
    ("dot", lambda np, x: np.dot(x, M[0]), M),
    ("dot", lambda np, x: np.dot(x, M[0]), X),
    ("dot", lambda np, x: np.dot(x[0], x[1]), M),
    ("dot", lambda np, x: np.dot(x, np.float32(2.0)), M),
]
METHODS = [
    ("sum", lambda x: x.sum(), X),
    ("sum", lambda x: x.sum(1), X),
    ("sum", lambda x: x.sum(axis=(0, 1), keepdims=True), X),
    ("prod", lambda x: x.prod(axis=1), X),
    ("max", lambda x: x.max(axis=-1), X),
    ("min", lambda x: x.min(0), X),
    ("mean", lambda x: x.mean(axis=(0, 2)), X),
    ("var", lambda x: x.var(axis=1, ddof=1), X),
    ("std", lambda x: x.std(), X),
    ("reshape", lambda x: x.reshape(4, 6), X),
    ("reshape", lambda x: x.reshape((4, -1)), X),
    ("reshape", lambda x: x.reshape([4, 6]), X),
    ("reshape", lambda x: x.reshape(np.array([4, 6])), X),
    ("reshape", lambda x: x.reshape(-1), X),
    ("reshape", lambda x: x.reshape(np.int64(24)), X),
    ("ravel", lambda x: x.ravel(), X),
    ("flatten", lambda x: x.flatten(), X),
    ("transpose", lambda x: x.transpose(), X),
    ("transpose", lambda x: x.transpose(1, 0, 2), X),
    ("transpose", lambda x: x.transpose((1, 0, 2)), X),
    ("transpose", lambda x: x.transpose(None), X),
    ("swapaxes", lambda x: x.swapaxes(0, 2), X),
    ("squeeze", lambda x: x.squeeze(), Q),
    ("squeeze", lambda x: x.squeeze(1), Q),
    ("clip", lambda x: x.clip(-0.5, 0.5), X),
    ("clip", lambda x: x.clip(min=0), X),
    ("dot", lambda x: x.dot(M.T), M),
    ("astype", lambda x: x.astype(np.float64), M),
    ("astype", lambda x: x.astype("f8"), M),
]
ANSWERS = [
    ("argmax", lambda x: x.argmax(), X),
    ("argmax", lambda x: x.argmax(1), X),
    ("argmin", lambda x: x.argmin(axis=0), X),
]


ALGEBRA = (numpy_curves, numpy_factors, numpy_linalg, numpy_norms, numpy_products)


def name(case):
    return case if isinstance(case, str) else ""


def slope(f, x, step=1e-5):
    found = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        for count, factor in ((1, 8.0), (-1, -8.0), (2, -1.0), (-2, 1.0)):
            moved = x.copy()
            moved[at] += count * step
            found[at] += factor * f(moved) / (12 * step)
    return found


def check(call, x):
    expected = np.asarray(call(x))
    weights = np.random.default_rng(8).normal(size=expected.shape)
    t = Tensor(x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y = call(t)
    assert type(y) is Tensor
    assert y.shape == expected.shape
    np.testing.assert_allclose(y.data, expected, rtol=1e-14, atol=1e-15)
    np.sum(np.tanh(y) * weights).backward()
    np.testing.assert_allclose(
        t.grad, slope(lambda x: np.sum(np.tanh(call(x)) * weights), x), rtol=1e-7, atol=1e-8
    )
    single = call(Tensor(x.astype(np.float32)))
    return t.grad, weights, single


@pytest.mark.parametrize(("function", "call", "x"), CALLS, ids=name)
def test_numpy_s_functions(function, call, x):
    gradient, weights, single = check(lambda x: call(np, x), x)
    if function not in (
        "clip",
        "concatenate",
        "squeeze",
        "dot",
        "expand_dims",
        "swapaxes",
        "broadcast_to",
    ):
        hips = elementwise_grad(lambda x: anp.sum(anp.tanh(call(anp, x)) * weights))(x)
        np.testing.assert_allclose(gradient, hips, rtol=1e-9, atol=1e-12)
    double = call(np, x.astype(np.float32)).dtype
    assert single.dtype == double


@pytest.mark.parametrize(("method", "call", "x"), METHODS, ids=name)
def test_methods_of_ndarray(method, call, x):
    check(call, x)


@pytest.mark.parametrize(("method", "call", "x"), ANSWERS, ids=name)
def test_questions_have_plain_answers(method, call, x):
    found = call(Tensor(x))
    assert not isinstance(found, Tensor)
    assert np.array_equal(found, call(x))


def test_every_function_and_method_of_the_tables_is_tested():
    elsewhere = {f for family in ALGEBRA for f in family.FUNCTIONS}
    functions = {f.__name__ for f in numpy_api.FUNCTIONS if f not in elsewhere}
    assert functions - {"imag", "full_like"} <= {case[0] for case in CALLS + numpy_calls.CALLS}
    ufuncs = {f.__name__ for f in COMPOSED_UFUNCS}
    assert ufuncs <= {case[0] for case in numpy_calls.CALLS}
    tested = METHODS + ANSWERS + numpy_calls.METHODS + numpy_calls.ANSWERS
    assert set(numpy_api.METHODS) - {"sort", "partition", *numpy_api.IN_PLACE_METHODS} <= {
        case[0] for case in tested
    }


@pytest.mark.parametrize("family", ALGEBRA, ids=lambda family: family.__name__)
def test_every_function_of_algebra_and_of_curves_is_named_in_the_tests_beside_this_one(family):
    names = "test_numpy_products.py", "test_numpy_linalg.py", "test_numpy_curves.py"
    text = "".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in names)
    for function in family.FUNCTIONS:
        called = f"{numpy_api.public_name(function)}(".replace("np._core.umath", "np")
        assert called in text or f'"{function.__name__}"' in text, called


UNARY_QUESTIONS = [
    np.isnan, np.isfinite, np.isinf, np.signbit, np.shape, np.ndim, np.size, np.argmax, np.argmin,
    np.argsort, np.array_repr, np.array_str, np.array2string, np.zeros_like, np.ones_like,
    np.iscomplexobj, np.count_nonzero, np.any, np.all, np.flatnonzero, np.result_type, np.isreal,
    np.isneginf, np.argwhere, np.min_scalar_type, np.isrealobj, np.iscomplex, np.imag,
]  # fmt: skip


@pytest.mark.parametrize("f", UNARY_QUESTIONS, ids=lambda f: f.__name__)
def test_questions_about_a_tensor_are_answered_for_its_numbers(f):
    found, expected = f(Tensor(M)), f(M)
    assert not isinstance(found, Tensor)
    assert type(found) is type(expected)
    assert found is expected or np.array_equal(found, expected)


def test_questions_about_two_and_the_rest_of_the_table():
    a, b = Tensor(M), Tensor(M + 1e-12)
    assert np.allclose(a, b)
    assert np.isclose(a, M).all()
    assert not np.array_equal(a, b)
    assert np.array_equal(np.logical_and(a, 0), np.zeros((3, 4), bool))
    assert np.logical_or(a, M).all()
    assert not np.logical_xor(a, a).any()
    assert np.array_equal(np.logical_not(a), ~M.astype(bool))
    assert np.empty_like(a).shape == (3, 4)
    assert [x.tolist() for x in np.nonzero(a)] == [x.tolist() for x in np.nonzero(M)]
    assert np.searchsorted(Tensor([1.0, 2.0]), 1.5) == 1
    assert np.shares_memory(a, a.data)
    assert np.may_share_memory(a, a.data)
    where = np.where(a > 0)
    assert all(np.array_equal(p, q) for p, q in zip(where, np.where(M > 0), strict=True))
    assert [np.array_equal(p, q) for p, q in zip(np.where(a), np.where(M), strict=True)] == [
        True
    ] * 2


def test_reductions_of_ufuncs():
    for f, g in (
        (np.add, np.sum),
        (np.multiply, np.prod),
        (np.maximum, np.max),
        (np.minimum, np.min),
    ):
        t = Tensor(M)
        y = f.reduce(t)
        assert np.array_equal(y.data, g(M, axis=0))
        assert np.array_equal(f.reduce(t, axis=1, keepdims=True).data, g(M, axis=1, keepdims=True))
        y.sum().backward()
        assert t.grad.shape == M.shape


@pytest.mark.parametrize(
    "f",
    [
        np.linalg.norm, np.fft.fft, np.linalg.inv, np.unique, np.spacing, np.frexp, np.angle,
        np.nansum, np.nanmedian, np.roots, np.histogram, np.bincount, np.polyder, np.i0,
    ],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_a_function_without_a_rule_is_refused_by_name_never_detached(f):
    if f in numpy_api.FUNCTIONS or f in numpy_api.UFUNCS:
        pytest.skip("it has a rule by now")
    with pytest.raises(UnsupportedError, match=f.__name__) as caught:
        f(Tensor(M))
    assert isinstance(caught.value, TypeError)
    with pytest.raises(AutogradError):
        ag.grad(lambda x: np.sum(np.abs(f(x))))(M)


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.sum(t, out=np.zeros(())),
        lambda t: np.quantile(t, 0.5, weights=np.ones(12), method="inverted_cdf"),
        lambda t: np.median(t, out=np.zeros(())),
        lambda t: np.pad(t, 1, "reflect", reflect_type="odd"),
        lambda t: np.pad(t, 1, "empty"),
        lambda t: np.sort(t, order="x"),
        lambda t: np.exp(t, where=MASK[0]),
        lambda t: np.add(t, 1.0, dtype=np.float32),
        lambda t: np.maximum.accumulate(t),
        lambda t: np.hypot.reduce(t),
        lambda t: np.maximum.reduceat(t, [0, 1]),
        lambda t: np.add.at(np.zeros((3, 4)), 0, t),
        lambda t: np.reshape(t, (4, 3), order="A"),
        lambda t: np.concatenate([t, t], dtype=np.float32),
    ],
)
def test_settings_that_are_not_supported_are_refused_not_ignored(call):
    with pytest.raises(UnsupportedError):
        call(Tensor(M))


def test_bad_axes_of_the_functions_that_move_axes():
    t = Tensor(M)
    for call in (
        lambda: np.swapaxes(t, 0, 5),
        lambda: np.squeeze(t, axis=7),
        lambda: np.expand_dims(t, 4),
        lambda: np.expand_dims(t, (0, 0)),
        lambda: np.transpose(t, (0, 3)),
        lambda: np.concatenate([t, t], axis=2),
        lambda: np.stack([t, t], axis=4),
        lambda: t.T[0].sum(axis=1),
    ):
        with pytest.raises(AxisError):
            call()
    with pytest.raises(ShapeError):
        np.transpose(t, (0,))
    with pytest.raises(ag.DataError):
        t.reshape(2.0, 6)
    with pytest.raises(ag.DataError):
        t.reshape("a")


def test_a_reduction_of_nothing_and_of_a_single_entry():
    assert np.sum(Tensor(np.zeros((0, 3)))).item() == 0.0
    t = Tensor(np.zeros((0, 3)))
    np.sum(t * 2).backward()
    assert t.grad.shape == (0, 3)
    one = Tensor(2.0)
    for f in (np.sum, np.max, np.prod, np.mean):
        one.grad = None
        f(one).backward()
        assert one.grad == 1.0


def test_mean_var_std_are_public_and_take_lists_and_object_arrays():
    numbers = [1.0, 2.0, 4.0]
    values = np.array([ag.Value(x) for x in numbers])
    for ours, theirs in ((ag.mean, np.mean), (ag.var, np.var), (ag.std, np.std)):
        assert ours(numbers) == pytest.approx(theirs(numbers))
        assert ours(np.array(numbers)) == pytest.approx(theirs(numbers))
        y = ours(values)
        assert isinstance(y, ag.Value)
        assert y.data == pytest.approx(theirs(numbers))
