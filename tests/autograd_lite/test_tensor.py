"""Tensor: one array; dtypes, operators, and what it refuses."""

import operator

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import (
    AutogradError,
    DataError,
    LeaveGraphError,
    MutationError,
    ShapeError,
    Tensor,
    Value,
)

BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
A = np.array([[0.5, 1.5, 2.0], [2.5, 0.25, 1.0]])
B = np.array([2.0, 0.5, 1.5])


def slope(f, x, step=1e-6):
    found = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[at] += step
        down[at] -= step
        found[at] = (np.sum(f(up)) - np.sum(f(down))) / (2 * step)
    return found


@pytest.mark.parametrize("f", BINARY)
def test_every_operator_with_tensors_arrays_lists_and_numbers_on_either_side(f):
    for other in (B, B.tolist(), 2.0, 3, np.float64(1.5), np.array(2.0), True):
        plain = np.asarray(other)
        t = Tensor(A)
        y = f(t, other)
        assert type(y) is Tensor
        assert np.array_equal(y.data, f(A, plain))
        y.sum().backward()
        np.testing.assert_allclose(t.grad, slope(lambda a, p=plain: f(a, p), A), rtol=1e-7)
        t = Tensor(A)
        y = f(other, t)
        assert type(y) is Tensor
        assert np.array_equal(y.data, f(plain, A))
        y.sum().backward()
        np.testing.assert_allclose(t.grad, slope(lambda a, p=plain: f(p, a), A), rtol=1e-7)
    a, b = Tensor(A), Tensor(B)
    f(a, b).sum().backward()
    np.testing.assert_allclose(a.grad, slope(lambda x: f(x, B), A), rtol=1e-7)
    np.testing.assert_allclose(b.grad, slope(lambda x: f(A, x), B), rtol=1e-7)


def test_unary_operators_matmul_and_augmented_assignment():
    t = Tensor(-A)
    assert np.array_equal((-t).data, A)
    assert np.array_equal(abs(t).data, A)
    assert (+t) is t
    assert np.array_equal((t @ B).data, -A @ B)
    assert np.array_equal((np.ones(2) @ t).data, np.ones(2) @ -A)
    assert np.array_equal(([1.0, 1.0] @ t).data, np.ones(2) @ -A)
    u = t
    u += 1.0
    u *= 2.0
    assert u is not t
    assert np.array_equal(t.data, -A)
    u.sum().backward()
    assert np.array_equal(t.grad, np.full((2, 3), 2.0))


@pytest.mark.parametrize("f", COMPARISONS)
def test_comparisons_give_plain_boolean_arrays(f):
    t = Tensor(A)
    for found in (f(t, 1.5), f(t, Tensor(np.full(3, 1.5))), f(t, np.full(3, 1.5))):
        assert type(found) is np.ndarray
        assert found.dtype == bool
        assert np.array_equal(found, f(A, 1.5))
    assert np.array_equal(f(1.5, t), f(1.5, A))
    assert np.array_equal(f(np.full(3, 1.5), t), f(1.5, A))


def test_dtypes_follow_numpy():
    single, double = np.ones(2, np.float32), np.ones(2, np.float64)
    assert Tensor(single).dtype == np.float32
    assert Tensor([1, 2]).dtype == np.float64
    assert Tensor([True]).dtype == np.float64
    assert Tensor(np.ones(2, np.float16)).dtype == np.float16
    assert Tensor([1.0, 2.0], dtype=np.float32).dtype == np.float32
    t = Tensor(single)
    for plain in (2, 2.0, True):
        for y in (t * plain, plain * t, plain - t, t**plain, np.maximum(t, plain)):
            assert y.dtype == np.float32
    for wide in (np.float64(2.0), double, np.arange(2)):
        assert (t * wide).dtype == (single * wide).dtype
    a, b = Tensor(single), Tensor(double)
    np.sum(a * b).backward()
    assert (a.grad.dtype, b.grad.dtype) == (np.float32, np.float64)
    third = (np.where(t > 0, t, 0.0), np.clip(t, 0, 1), t.mean(), t.var(), t.T, ag.relu(t))
    assert all(y.dtype == np.float32 for y in third)
    locals_ = [s.local for s in ag.steps(np.sum(ag.relu(t))) if s.local is not None]
    assert [x.dtype for x in locals_] == [np.float32]
    for f in (ag.relu, ag.gelu, ag.silu, ag.elu, ag.leaky_relu, ag.softplus, ag.sigmoid, ag.tanh):
        t.grad = None
        f(t).sum().backward()
        assert t.grad.dtype == np.float32


def test_data_is_a_copy():
    array = np.ones(3)
    t = Tensor(array)
    y = t * 2
    array[:] = 7.0
    assert np.array_equal(t.data, np.ones(3))
    assert np.array_equal(y.data, [2.0] * 3)


def test_properties_item_length_iteration_and_text():
    t = Tensor(A, label="X")
    assert (t.shape, t.ndim, t.size, len(t)) == ((2, 3), 2, 6, 2)
    assert t.T.shape == (3, 2)
    assert [row.shape for row in t] == [(3,), (3,)]
    assert Tensor([[2.5]]).item() == 2.5
    assert float(Tensor(2.5)) == 2.5
    assert bool(Tensor([1.0]))
    assert not Tensor(0.0)
    assert f"{Tensor(2.0):.1f}" == "2.0"
    assert repr(t) == "Tensor([[0.5 , 1.5 , 2.  ],\n        [2.5 , 0.25, 1.  ]], label='X')"
    assert "dtype=float32" in repr(Tensor(np.ones(2, np.float32)))
    assert "op=multiply" in repr(t * 2)
    assert len(repr(Tensor(np.zeros(100_000)))) < 200
    assert 0.25 in Tensor(A.ravel())
    assert len({t, Tensor(A)}) == 2
    first, second = t
    (first * second).sum().backward()
    assert np.array_equal(t.grad, A[::-1])


@pytest.mark.parametrize(
    "data",
    [["a", "b"], "text", None, [1j], [[1.0], [1.0, 2.0]], [None], {}, object(), [Value(1.0)]],
)
def test_what_is_no_array_of_real_numbers_is_refused(data):
    with pytest.raises(DataError) as caught:
        Tensor(data)
    assert isinstance(caught.value, TypeError)
    t = Tensor([1.0, 2.0])
    for f in BINARY:
        with pytest.raises(DataError):
            f(t, data)


def test_complex_numbers_and_whole_number_dtypes_are_refused():
    t = Tensor([1.0])
    for other in (1j, np.complex128(1), np.array([1j])):
        with pytest.raises(DataError):
            t * other
        with pytest.raises(DataError):
            other * t
    for dtype in (int, bool, complex, "U3"):
        with pytest.raises(DataError, match="astype"):
            t.astype(dtype)


def test_a_tensor_with_an_object_array_of_values_is_refused():
    t, objects = Tensor([1.0, 2.0]), np.array([Value(1.0), Value(2.0)])
    for f in (operator.add, operator.matmul, np.maximum):
        with pytest.raises(DataError, match="do not mix"):
            f(t, objects)
        with pytest.raises(DataError, match="do not mix"):
            f(objects, t)
    with pytest.raises(DataError, match="do not mix"):
        np.concatenate([t, objects])
    with pytest.raises(DataError, match="node of a graph already"):
        Tensor(t)


def test_writing_into_arrays_and_tensors_is_refused_and_changes_nothing():
    t, array = Tensor([1.0, 2.0], label="t"), np.zeros(2)
    with pytest.raises(MutationError, match="in place") as caught:
        t[0] = 5.0
    assert isinstance(caught.value, TypeError)
    with pytest.raises(MutationError, match="a = a"):
        array += t
    with pytest.raises(MutationError):
        np.multiply(t, 2.0, out=array)
    with pytest.raises(MutationError):
        np.full_like(array, t)
    with pytest.raises(MutationError):
        np.copyto(array, t)
    for f in (
        lambda: np.asarray(t),
        lambda: np.array([t, t]),
        lambda: np.full(2, t),
        lambda: np.zeros(2).__setitem__(slice(None), t),
    ):
        with pytest.raises(LeaveGraphError) as caught:
            f()
        assert isinstance(caught.value, TypeError)
    assert np.array_equal(array, [0.0, 0.0])
    assert np.array_equal(t.data, [1.0, 2.0])
    assert t.grad is None


def test_a_tensor_of_several_entries_is_no_number():
    t = Tensor([1.0, 2.0, 3.0], label="t")
    for f in (float, bool, Tensor.item, Tensor.backward, lambda t: f"{t:.2f}"):
        with pytest.raises(ShapeError, match="3 entries") as caught:
            f(t)
        assert isinstance(caught.value, ValueError)
    for f in (len, iter, list):
        with pytest.raises(TypeError) as caught:
            f(Tensor(1.0))
        assert isinstance(caught.value, AutogradError)
    assert t.grad is None


def test_float_inside_a_transform_is_refused():
    with pytest.raises(LeaveGraphError):
        ag.grad(lambda x: float(x.sum()) * np.sum(x))(np.ones(2))
    with pytest.raises(LeaveGraphError):
        ag.grad(lambda x: np.sum(np.asarray(x)))(np.ones(2))


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda t: t + np.ones(3), r"add: \(2, 2\), \(3,\)"),
        (lambda t: t @ np.ones((3, 4)), r"matmul: \(2, 2\) @ \(3, 4\): inner sizes 2 and 3 differ"),
        (lambda t: np.ones(5) @ t, "inner sizes 5 and 2 differ"),
        (lambda t: t @ 2.0, "matmul"),
        (lambda t: t.reshape(3), r"size 4 into shape \(3,\)"),
        (lambda t: np.broadcast_to(t, (3, 3)), "broadcast_to"),
        (lambda t: np.concatenate([t, np.ones((3, 3))]), "concatenate"),
        (lambda t: np.stack([t, np.ones(2)]), "stack"),
        (lambda t: np.squeeze(t, 0), r"axis 0 of shape \(2, 2\)"),
        (lambda t: t.transpose(0), "transpose"),
        (lambda t: np.max(t[:0]), "zero-size"),
        (lambda t: ag.where(np.ones(3, bool), t, 0.0), r"where: \(3,\), \(2, 2\)"),
        (lambda t: t.sum(axis=(0, 0)), "axis"),
    ],
)
def test_shapes_that_do_not_fit_are_an_error_with_the_shapes_and_the_names(f, words):
    t = Tensor(np.ones((2, 2)), label="weights")
    with pytest.raises(ShapeError, match=words) as caught:
        f(t)
    assert isinstance(caught.value, ValueError)
    assert "(2, 2)" in str(caught.value) or "0" in str(caught.value)
    assert len(str(caught.value)) < 500


def test_the_name_of_a_tensor_is_in_the_error():
    with pytest.raises(ShapeError, match=r"a: X \(2, 3\)   b: weight \(2,\)"):
        Tensor(np.ones((2, 3)), label="X") @ Tensor(np.ones(2), label="weight")


@pytest.mark.parametrize("axis", [2, -3, (0, 5)])
@pytest.mark.parametrize("f", [np.sum, np.mean, np.max, np.min, np.prod, np.var, np.std])
def test_an_axis_that_is_not_there_is_an_error(f, axis):
    with pytest.raises(ag.AxisError, match=r"axis") as caught:
        f(Tensor(np.ones((2, 2))), axis=axis)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, IndexError)
    with pytest.raises(DataError, match="whole number"):
        f(Tensor(np.ones((2, 2))), axis="rows")
    with pytest.raises(DataError, match="whole number"):
        f(Tensor(np.ones((2, 2))), axis=1.5)


@pytest.mark.parametrize("index", [5, (0, 9), 1.5, "a", np.array([True, False, True]), [7]])
def test_an_index_that_is_not_there_is_an_error(index):
    t = Tensor(np.ones((2, 2)))
    with pytest.raises(ag.IndexingError) as caught:
        t[index]
    assert isinstance(caught.value, IndexError)
    for node in (Tensor([0.0]), Value(0.0), (Tensor(0.0), 1)):
        with pytest.raises(ag.IndexingError, match="cannot be an index"):
            t[node]


def test_dividing_by_a_plain_zero_is_infinite_in_the_gradient_too():
    t = Tensor([1.0, -1.0])
    with np.errstate(all="ignore"):
        y = t / 0.0
    y.backward(np.ones(2))
    assert np.array_equal(t.grad, [np.inf, np.inf])


def test_where_protects_products_and_overflows_as_well():
    """0 arriving at x * log(x) or exp(x) hands on 0, whatever stands there."""
    cases = [
        (lambda x: ag.where(x > 0, x * np.log(x), 0.0), [0.0, 1.0], [0.0, 1.0]),
        (lambda x: ag.where(x < 100, np.exp(x), x), [1000.0, 0.0], [1.0, 1.0]),
        (lambda x: ag.where(x != 0, np.sin(x) / x, 1.0), [0.0, np.pi], [0.0, -1 / np.pi]),
        (lambda x: ag.where(x > 0, np.sqrt(x) * np.log(x), x * x), [0.0, 1.0], [0.0, 1.0]),
    ]
    for f, at, expected in cases:
        with np.errstate(all="ignore"):
            found = ag.grad(lambda x, f=f: np.sum(f(x)))(np.array(at))
            np.testing.assert_allclose(found, expected, atol=1e-15)
            for x, want in zip(at, expected, strict=True):
                assert ag.grad(f)(x) == pytest.approx(want, abs=1e-15)
                assert ag.jvp(f, (x,), (1.0,))[1] == pytest.approx(want, abs=1e-15)
                v = Value(x)
                f(v).backward()
                assert v.grad == pytest.approx(want, abs=1e-15)
                assert np.isfinite(ag.grad(ag.grad(f))(x))


def test_detach_gives_the_numbers_without_the_history():
    t, v = Tensor([1.0, 2.0]), Value(3.0)
    plain = ag.detach(t * 2)
    assert type(plain) is np.ndarray
    plain[:] = 0.0
    assert np.array_equal((t * 2).data, [2.0, 4.0])
    assert ag.detach(v * 2) == 6.0
    assert type(ag.detach(v)) is float
    objects = ag.detach(np.array([[v, v * 2]]))
    assert objects.dtype == np.float64
    assert np.array_equal(objects, [[3.0, 6.0]])
    assert ag.detach(5) == 5
    assert ag.grad(lambda x: ag.detach(x) * x)(3.0) == 3.0
