"""LBFGS: against PyTorch's steps, on Rosenbrock's valley, and that an error changes nothing."""

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
import nn
from autograd_lite import Tensor, Value

SCALES = np.array([1.0, 5.0, 20.0])


def closure_of(optimizer, f):
    def closure():
        optimizer.zero_grad()
        loss = f()
        loss.backward()
        closure.calls += 1
        return loss

    closure.calls = 0
    return closure


@pytest.mark.parametrize("given_too", [{}, {"lr": 0.5}, {"history_size": 2}])
def test_steps_without_a_search_are_pytorchs(given_too, rng):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    start = rng.normal(size=3)
    p, q = Tensor(start), torch.nn.Parameter(torch.tensor(start))
    # One iteration a step: what is done after an early stop differs, and is nobody's formula.
    ours = nn.LBFGS([p], max_iter=1, **given_too)
    theirs = torch.optim.LBFGS([q], max_iter=1, **given_too)

    def other():
        theirs.zero_grad()
        loss = quartic(q, torch.tensor(SCALES))
        loss.backward()
        return loss

    def quartic(p, scales):
        d = p - 1
        return (d * d * (1 + d * d) * scales).sum()

    closure = closure_of(ours, lambda: quartic(p, SCALES))
    for _ in range(8):
        ours.step(closure)
        theirs.step(other)
        np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("kind", ["tensor", "values", "float32"])
def test_the_search_finds_the_bottom_of_rosenbrocks_valley(kind):
    start = [-1.2, 1.0]
    p = (
        np.array([Value(x) for x in start], dtype=object)
        if kind == "values"
        else Tensor(np.array(start, dtype="float32" if kind == "float32" else float))
    )
    optimizer = nn.LBFGS(
        [p] if isinstance(p, Tensor) else p, line_search="strong_wolfe", tolerance_change=1e-14
    )

    def f():
        return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2

    closure = closure_of(optimizer, f)
    for _ in range(4):
        optimizer.step(closure)
    np.testing.assert_allclose(ag.detach(p), 1.0, atol=1e-3 if kind == "float32" else 1e-6)
    assert closure.calls < 150


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(-3, 3), min_size=2, max_size=5), st.floats(0.01, 100), st.floats(1e-3, 1e3)
)
def test_a_searched_length_meets_both_wolfe_conditions(start, scale, first):
    p = Tensor(np.array(start) + 0.5)
    optimizer = nn.LBFGS([p], lr=first, max_iter=1, line_search="strong_wolfe")

    def f():
        return scale * ag.softplus(p * p - 1).sum() + 0.1 * (p**4).sum()

    closure = closure_of(optimizer, f)
    before = p.data.copy()
    loss = closure().item()
    g = p.grad
    if np.max(np.abs(g)) <= 1e-6:
        return
    optimizer.step(closure)
    after = closure().item()
    step = p.data - before
    slope = g @ step
    assert after <= loss + 1e-4 * slope + 1e-12 * abs(loss)
    assert abs(p.grad @ step) <= 0.9 * abs(slope) * (1 + 1e-9)


def test_it_agrees_with_scipy_on_logistic_regression(rng):
    X = rng.normal(size=(60, 3))
    y = (X @ [1.0, -2.0, 0.5] + 0.3 * rng.normal(size=60) > 0).astype(float)
    w = Tensor(np.zeros(3))
    optimizer = nn.LBFGS([w], line_search="strong_wolfe", max_iter=60, tolerance_change=1e-14)
    optimizer.step(
        closure_of(optimizer, lambda: nn.binary_cross_entropy(X @ w, y) + 0.05 * (w * w).sum())
    )

    def by_hand(v):
        z = X @ v
        return np.mean(np.logaddexp(0, z) - y * z) + 0.05 * v @ v

    best = scipy.optimize.minimize(by_hand, np.zeros(3), tol=1e-12)
    np.testing.assert_allclose(w.data, best.x, atol=1e-5)


def test_an_error_in_the_closure_changes_nothing():
    p = Tensor([3.0, -2.0])
    optimizer = nn.LBFGS([p])
    closure = closure_of(optimizer, lambda: (p * p).sum())

    def failing():
        if closure.calls == 2:
            raise RuntimeError("in the middle")
        return closure()

    with pytest.raises(RuntimeError):
        optimizer.step(failing)
    np.testing.assert_array_equal(p.data, [3.0, -2.0])


def test_what_it_refuses():
    p = Tensor([1.0])
    for settings_ in ({"max_iter": 0}, {"history_size": True}, {"line_search": "armijo"}):
        with pytest.raises(ag.ArgumentError, match=next(iter(settings_))):
            nn.LBFGS([p], **settings_)
    with pytest.raises(ag.ArgumentError, match="needs a function"):
        nn.LBFGS([p]).step()
    optimizer = nn.LBFGS([p])
    with pytest.raises(ag.GradientError, match="the loss is inf"):
        optimizer.step(closure_of(optimizer, lambda: (p * np.inf).sum()))
