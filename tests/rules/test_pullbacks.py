"""What is printed to hand gradients of arrays down, beside the partials that it is printed from."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import Tensor, rules
from autograd_lite.graph import Node
from autograd_lite.pullbacks import pullback, shielded_share, source
from autograd_lite.rows import TABLE, Elementwise

ROWS = [rule for rule in TABLE.values() if isinstance(rule, Elementwise)]
BOTH = ("float32", "float64")


def operands_of(rule, which, dtype):
    """Arrays and plain numbers inside the domain of each input; those of "n" are numbers."""
    rng = np.random.default_rng(3)
    found = []
    for (low, high), kind in zip(rule.domain, which, strict=True):
        low, high = max(low, -2.0), min(high, 2.0 + max(low, 0.0))
        x = rng.uniform(low + 0.1, high - 0.1, 5)
        found.append(float(x[0]) if kind == "n" else x.astype(dtype))
    return found


def kinds(rule):
    """Every way in which some inputs are traced and the others are arrays or numbers."""
    ways = [""]
    for partial in rule.partials:
        ways = [way + kind for way in ways for kind in ("an" if partial is None else "tan")]
    return [way for way in ways if "t" in way]


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize(
    ("rule", "which"),
    [(rule, which) for rule in ROWS for which in kinds(rule)],
    ids=lambda x: getattr(x, "name", x),
)
def test_printed_pullback_gives_what_the_partials_give(rule, which, dtype):
    given = operands_of(rule, which, dtype)
    with np.errstate(all="ignore"):
        y = np.asarray(rule.on_arrays(*given))
        g = np.linspace(-1.0, 2.0, 5).astype(dtype)
        found = pullback(rule, which)(g, *given, y)
        traced = [slot for slot, kind in enumerate(which) if kind == "t"]
        for slot, share in zip(traced, found if len(traced) > 1 else (found,), strict=True):
            expected = shielded_share(rule, slot, g, given, y)
            np.testing.assert_allclose(share, expected, rtol=1e-6 if dtype == "float32" else 1e-13)


def test_pullbacks_are_read_as_one_would_write_them():
    assert source(rules.multiply, [0, 1]) == "def multiply(g, a, b, y):\n    return g * b, g * a\n"
    assert source(rules.subtract, [0, 1]) == "def subtract(g, a, b, y):\n    return g, -g\n"
    assert source(rules.relu, [0]) == "def relu(g, a, y):\n    return g * (a > 0)\n"
    assert "np.logical_not(a)" in source(rules.where, [2])


def test_gradient_through_relu_and_power_by_a_number_stays_float32():
    x = Tensor(np.linspace(-1, 1, 7, dtype=np.float32))
    (ag.relu(x) ** 2 + np.where(x.data > 0, x, 2 * x)).sum().backward()
    assert x.grad.dtype == np.float32
    expected = 2 * np.maximum(x.data, 0) + np.where(x.data > 0, 1, 2)
    np.testing.assert_allclose(x.grad, expected, rtol=1e-6)
    one = np.ones(3, np.float32)
    assert pullback(rules.power, "tn")(one, one, 2, one).dtype == np.float32


def test_zero_upstream_shields_in_the_fast_loop_and_below_it():
    x = Tensor([0.0, 4.0, -1.0])
    inner = x * 1.0
    np.where(np.array([False, True, False]), np.sqrt(np.abs(inner)), 0.0).sum().backward()
    assert x.grad.tolist() == [0.0, 0.25, 0.0]
    assert inner.grad.tolist() == [0.0, 0.25, 0.0]


def test_nan_that_goes_into_a_dropped_entry_is_shielded_in_the_middle_too():
    x, constant = Tensor([0.0, 4.0]), np.array([1.0])
    inner = x * 1.0
    joined = np.concatenate([np.sqrt(inner), constant])
    (joined * np.array([0.0, 1.0, 1.0])).sum().backward()
    assert inner.grad.tolist() == [0.0, 0.25]
    assert x.grad.tolist() == [0.0, 0.25]


def test_division_by_a_plain_zero_hands_down_what_ieee_754_says():
    x = Tensor([1.0, -2.0])
    with np.errstate(all="ignore"):
        (x / 0.0).sum().backward()
    assert x.grad.tolist() == [np.inf, np.inf]


def test_both_loops_give_the_same():
    """The loop for arrays and the general one, which a `Value` in the graph brings about."""
    rng = np.random.default_rng(0)
    X, w = rng.normal(size=(4, 3)), rng.normal(size=3)

    def loss(x, w):
        h = np.tanh(X @ x + w[0]) * np.maximum(w, 0.1).sum()
        return (h * h / (1 + np.exp(-x[:1]))).sum() + np.sum(x[1:] ** w[0])

    x, v = Tensor(np.abs(rng.normal(size=3)) + 0.5), Tensor(w)
    y = loss(x, v)
    y.backward()
    fast = x.grad.copy(), v.grad.copy()
    x.grad = v.grad = None
    order = ag.graph.downward(y)
    with np.errstate(all="ignore"):
        Node.sweep(order, np.ones(()))
    np.testing.assert_allclose(x.grad, fast[0], rtol=1e-13)
    np.testing.assert_allclose(v.grad, fast[1], rtol=1e-13)


def test_two_leaves_that_get_the_same_share_do_not_share_its_array():
    a, b = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    y = a + b
    y.backward(np.ones(2))
    a.grad += 5.0
    assert b.grad.tolist() == [1.0, 1.0]
    assert y.grad.tolist() == [1.0, 1.0]
