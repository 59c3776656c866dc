"""What the tests of nn share."""

from types import SimpleNamespace

import numpy as np
import pytest

from autograd_lite import Tensor, Value


def boxed(array):
    """An object array of Values with the numbers of an array."""
    return np.asarray(np.frompyfunc(lambda x: Value(float(x)), 1, 1)(np.asarray(array)))


def gradients(parameter):
    """What backward left on a Tensor or on an object array of Values, as an array.

    A Value that nothing arrived at counts as 0, as the entry of a Tensor does.
    """
    if isinstance(parameter, Tensor):
        return parameter.grad
    given = np.frompyfunc(lambda v: 0.0 if v.grad is None else v.grad, 1, 1)
    return given(parameter).astype(float)


def slope(f, x, step=1e-6):
    """Central differences of a function of an array that gives one number."""
    x = np.array(x, dtype=float)
    found = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += step
        down[i] -= step
        found[i] = (float(f(up)) - float(f(down))) / (2 * step)
    return found


@pytest.fixture(scope="session")
def kit():
    return SimpleNamespace(boxed=boxed, gradients=gradients, slope=slope)


@pytest.fixture
def rng():
    return np.random.default_rng(2024)
