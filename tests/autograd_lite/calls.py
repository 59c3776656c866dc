"""Holds a call of NumPy's functions against NumPy itself, finite differences and HIPS autograd."""

import warnings

import autograd.numpy as anp
import numpy as np
from autograd import elementwise_grad

import autograd_lite as ag
from autograd_lite import Tensor


def slope(f, operands, slot, step=1e-5):
    """Central differences of order four."""
    found = np.zeros_like(operands[slot])
    for at in np.ndindex(found.shape):
        for count, factor in ((1, 8.0), (-1, -8.0), (2, -1.0), (-2, 1.0)):
            moved = [x.copy() for x in operands]
            moved[slot][at] += count * step
            found[at] += factor * float(f(*moved)) / (12 * step)
    return found


def parts(y):
    """The arrays of a result, which may be a tuple of them."""
    return y if isinstance(y, tuple) else (y,)


def weighted(call, like):
    """A number that depends on every entry of the call's result in its own way."""
    rng = np.random.default_rng(8)
    weights = [rng.normal(size=np.shape(y)) for y in parts(like)]

    def number(*operands):
        total = 0.0
        for y, w in zip(parts(call(np, *operands)), weights, strict=True):
            total = total + np.sum(np.sin(y) * w)
        return total

    def number_hips(*operands):
        total = 0.0
        for y, w in zip(parts(call(anp, *operands)), weights, strict=True):
            total = total + anp.sum(anp.sin(y) * w)
        return total

    return number, number_hips


def hold(call, *operands, hips=True, tolerance=1e-7, second=True):
    """call(np, *operands): its value, gradient, second order, forward mode and float32.

    np is NumPy, or HIPS autograd's NumPy. hips: whether to ask it as well.
    """
    expected = call(np, *operands)
    tensors = [Tensor(x) for x in operands]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = call(np, *tensors)
    for y, e in zip(parts(found), parts(expected), strict=True):
        assert np.shape(y) == np.shape(e)
        assert isinstance(y, Tensor)
        np.testing.assert_allclose(y.data, e, rtol=1e-12, atol=1e-13)
    f, f_hips = weighted(call, expected)
    every = tuple(range(len(operands)))
    gradients = ag.grad(f, every)(*operands)
    for i, g in enumerate(gradients):
        e = slope(f, operands, i)
        np.testing.assert_allclose(g, e, rtol=tolerance, atol=tolerance * (1 + np.abs(e).max()))
        if hips:
            theirs = elementwise_grad(f_hips, i)(*operands)
            np.testing.assert_allclose(g, theirs, rtol=1e-9, atol=1e-11)
    # Each operand alone, the others plain: the same gradient.
    for i, g in enumerate(gradients):
        np.testing.assert_allclose(ag.grad(f, i)(*operands), g, rtol=1e-12, atol=1e-13)
    rng = np.random.default_rng(9)
    along = tuple(rng.normal(size=x.shape) for x in operands)
    _, tangent = ag.jvp(f, operands, along)
    total = sum(np.sum(g * d) for g, d in zip(gradients, along, strict=True))
    np.testing.assert_allclose(tangent, total, rtol=1e-9, atol=1e-10)
    if second:
        hold_second_order(f, operands, along, tolerance)
    single = call(np, *(Tensor(x.astype(np.float32)) for x in operands))
    plain = call(np, *(x.astype(np.float32) for x in operands))
    for y, e in zip(parts(single), parts(plain), strict=True):
        assert y.dtype == e.dtype


def hold_second_order(f, operands, along, tolerance):
    every = tuple(range(len(operands)))

    def directional(*x):
        pairs = zip(ag.grad(f, every)(*x), along, strict=True)
        total = 0.0
        for g, d in pairs:
            total = total + np.sum(g * d)
        return total

    found = ag.grad(directional, every)(*operands)
    for i, g in enumerate(found):
        e = slope(directional, operands, i, 1e-4)
        scale = 1 + np.abs(e).max()
        np.testing.assert_allclose(g, e, rtol=tolerance, atol=10 * tolerance * scale)
