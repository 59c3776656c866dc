"""Every call of numpy_calls.py on a Tensor: the value, the gradient, both modes, second order."""

import numpy as np
import pytest
from numpy_calls import ANSWERS, CALLS, METHODS, M

import autograd_lite as ag
from autograd_lite import Tensor

every_call = pytest.mark.parametrize(
    ("function", "call", "x"), CALLS + METHODS, ids=lambda c: c if isinstance(c, str) else ""
)


def parts(result):
    return list(result) if isinstance(result, list | tuple) else [result]


def weighted(call, x):
    """A number that depends on every entry of the call's results, each in its own way."""
    rng = np.random.default_rng(8)
    weights = [rng.normal(size=np.shape(part)) for part in parts(call(x))]

    def f(x):
        total = 0.0
        for part, w in zip(parts(call(x)), weights, strict=True):
            total = total + np.sum(np.tanh(part * 0.2) * w)
        return total

    return f


def slope(f, x, step=1e-5):
    """Central differences of order four."""
    found = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        for count, factor in ((1, 8.0), (-1, -8.0), (2, -1.0), (-2, 1.0)):
            moved = x.copy()
            moved[at] += count * step
            found[at] += factor * f(moved) / (12 * step)
    return found


@every_call
def test_value_and_dtype_are_numpy_s(function, call, x):
    for dtype, exactness in ((np.float64, 1e-13), (np.float32, 2e-5)):
        found, expected = parts(call(Tensor(x.astype(dtype)))), parts(call(x.astype(dtype)))
        assert any(type(part) is Tensor for part in found)
        for part, want in zip(found, expected, strict=True):
            assert np.shape(part) == np.shape(want)
            np.testing.assert_allclose(ag.detach(part), want, rtol=exactness, atol=exactness)
            assert part.dtype == np.asarray(want).dtype, (part.dtype, want)


@every_call
def test_gradient_is_the_slope_in_the_dtype_of_the_input(function, call, x):
    f = weighted(call, x)
    t = Tensor(x)
    f(t).backward()
    np.testing.assert_allclose(t.grad, slope(f, x), rtol=1e-7, atol=1e-8)
    single = Tensor(x.astype(np.float32))
    f(single).backward()
    assert single.grad.dtype == np.float32
    assert single.grad.shape == x.shape


@every_call
def test_forward_mode_and_second_order(function, call, x):
    f = weighted(call, x)
    direction = np.random.default_rng(3).normal(size=x.shape)
    gradient = ag.grad(f)(x)
    value, tangent = ag.jvp(f, (x,), (direction,))
    assert value == pytest.approx(float(f(x)), rel=1e-12, abs=1e-12)
    assert tangent == pytest.approx(np.sum(gradient * direction), rel=1e-10, abs=1e-12)

    # The second derivative along the direction and another, against the slope of the first.
    other = np.random.default_rng(4).normal(size=x.shape)

    def along(x):
        return np.sum(ag.grad(f)(x) * direction)

    expected = slope(lambda s: along(x + s * other), np.array(0.0), 1e-4)
    second = ag.grad(along)(x)
    assert np.sum(second * other) == pytest.approx(float(expected), rel=1e-6, abs=1e-6)
    assert np.isfinite(second).all()


@pytest.mark.parametrize(("name", "call"), ANSWERS, ids=lambda c: c if isinstance(c, str) else "")
def test_methods_that_answer_questions_give_ndarray_s_answers(name, call):
    found = call(Tensor(M))
    assert not isinstance(found, Tensor)
    assert np.array_equal(found, call(M))
