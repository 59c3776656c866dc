"""What one entry of an array is made of, against sums of products written out with NumPy."""

import math

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite import Tensor
from autograd_lite.rows import TABLE
from viz.entries import of_share, of_value

RNG = np.random.default_rng(3)


def arrays(*shapes):
    return [Tensor(RNG.normal(size=shape)) for shape in shapes]


def share(loss, to):
    return next(s for s in ag.steps(loss) if s.input is to)


def every_sum(entries):
    """The array that the terms give, entry by entry."""
    sums = [
        math.fsum(a * (1 if b is None else b) for a, b in entries.factors(i))
        for i in range(entries.result.size)
    ]
    return np.reshape(sums, entries.result.shape)


def test_the_gradient_of_a_weight_is_column_times_column():
    X, W = arrays((4, 3), (3, 2))
    found = of_share(share(((X @ W) ** 2).sum(), W))
    G = 2 * (X.data @ W.data)
    assert found.second is X.data
    for k, j in np.ndindex(3, 2):
        pairs = found.terms(k * 2 + j)
        assert [divmod(p, 2) for p, _ in pairs] == [(i, j) for i in range(4)]
        assert [divmod(q, 3) for _, q in pairs] == [(i, k) for i in range(4)]
        expected = [(G[i, j], X.data[i, k]) for i in range(4)]
        assert np.allclose(found.factors(k * 2 + j), expected)


def test_the_value_of_a_product_is_row_times_column():
    X, W = arrays((4, 3), (3, 2))
    found = of_value(X @ W)
    for i, j in np.ndindex(4, 2):
        expected = list(zip(X.data[i], W.data[:, j], strict=True))
        assert found.factors(i * 2 + j) == expected


@pytest.mark.parametrize(
    "shapes",
    [((3,), (3, 2)), ((4, 3), (3,)), ((3,), (3,)), ((5, 4, 3), (5, 3, 2)), ((5, 4, 3), (3, 2))],
)
def test_products_of_every_rank_come_out_for_both_factors(shapes):
    A, B = arrays(*shapes)
    y = A @ B
    loss = (y * y).sum()
    for side in (A, B):
        step = share(loss, side)
        found = of_share(step)
        assert found is not None
        assert np.allclose(every_sum(found), step.contribution)
        assert found.second is not None
        assert found.second.size == (B if side is A else A).data.size
    assert np.allclose(every_sum(of_value(y)), y.data)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.sum(axis=0),
        lambda x: x.reshape(-1)[2:9],
        lambda x: x.T[1],
        lambda x: x[np.array([0, 2, 2]), np.array([1, 1, 1])],
        lambda x: np.max(x, axis=1),
        lambda x: np.prod(x, axis=0),
        lambda x: np.concatenate([x, 2.0 * x]),
        lambda x: TABLE["cumsum"](x, axis=1),
        lambda x: TABLE["logsumexp"](x, axis=1, keepdims=False),
        lambda x: nn.log_softmax(x),
        lambda x: np.tanh(x) / np.arange(1.0, 4.0),
    ],
)
def test_whatever_moves_or_adds_up_entries_comes_out(f):
    (x,) = arrays((4, 3))
    y = f(x)
    loss = (y * RNG.normal(size=y.shape)).sum()
    for step in ag.steps(loss):
        found = of_share(step)
        assert found is not None, step.node.op
        assert np.allclose(every_sum(found), step.contribution)


def test_a_bias_collects_one_term_for_every_example():
    X, W, b = arrays((4, 3), (3, 2), (2,))
    y = X @ W + b
    found = of_share(share((y * y).sum(), b))
    assert found.second is None
    assert [a for a, _ in found.factors(1)] == list(2 * y.data[:, 1])


def test_what_is_no_sum_of_products_has_no_explanation():
    (x,) = arrays((4, 3))
    assert of_value(np.max(x, axis=0)) is not None  # the largest entry, as it is
    assert of_value(np.prod(x, axis=0)) is None
    assert of_value(TABLE["logsumexp"](x, axis=1, keepdims=False)) is None


def test_a_large_product_has_a_pattern_instead_of_a_list():
    X, W = arrays((32, 64), (64, 48))
    step = share((X @ W).sum(), W)
    found = of_share(step)
    assert not found.listed
    assert len(found.base) == 32
    entry = 17 * 48 + 5
    assert math.fsum(a * b for a, b in found.factors(entry)) == pytest.approx(
        step.contribution[17, 5]
    )
