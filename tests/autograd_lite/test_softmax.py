"""The softmax of the textbook, unchanged, on every kind of data."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import Tensor, Value

INPUTS = [
    np.array([[1.0, 2.0, 3.0], [0.1, -0.4, 0.25]]),
    np.array([[1e4, -1e4, 0.0], [-1e4, -1e4 + 1, -1e4]]),
    np.array([[1e4, 1e4 - 1, 1e4 - 2]]),
    np.array([0.5, 0.25, -3.0]),
]


def softmax(vec):
    shifted = np.exp(vec - np.max(vec, axis=-1, keepdims=True))
    return shifted / np.sum(shifted, axis=-1, keepdims=True)


def by_hand(x, weights):
    s = np.exp(x - x.max(-1, keepdims=True))
    s /= s.sum(-1, keepdims=True)
    return s, s * (weights - (weights * s).sum(-1, keepdims=True))


@pytest.mark.parametrize("x", INPUTS, ids=str)
def test_it_runs_unchanged_with_right_gradients(x):
    weights = np.random.default_rng(0).normal(size=x.shape)
    expected, slope = by_hand(x, weights)
    assert type(softmax(x)) is np.ndarray
    np.testing.assert_allclose(softmax(x), expected)
    t = Tensor(x)
    y = softmax(t)
    np.testing.assert_allclose(y.data, expected, rtol=1e-15)
    np.sum(y * weights).backward()
    np.testing.assert_allclose(t.grad, slope, rtol=1e-12, atol=1e-16)
    values = np.frompyfunc(lambda v: Value(float(v)), 1, 1)(x)
    z = softmax(values)
    assert all(isinstance(v, Value) for v in z.flat)
    np.testing.assert_allclose([v.data for v in z.flat], expected.ravel(), rtol=1e-14)
    np.sum(z * weights).backward()
    found = np.array([v.grad for v in values.flat]).reshape(x.shape)
    np.testing.assert_allclose(found, slope, rtol=1e-12, atol=1e-16)


def test_its_second_derivative_is_right():
    x, weights = np.array([0.3, -0.2, 0.9]), np.array([1.0, -2.0, 0.5])

    def gradient(x):
        return ag.grad(lambda v: np.sum(softmax(v) * weights))(x)

    found = ag.grad(lambda v: np.sum(gradient(v) * weights))(x)
    step = 1e-5
    for i in range(3):
        d = np.eye(3)[i] * step
        expected = np.sum((gradient(x + d) - gradient(x - d)) * weights) / (2 * step)
        assert found[i] == pytest.approx(expected, rel=1e-8)
