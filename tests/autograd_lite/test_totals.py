"""Sums over the points in one go: products of pairs as a matrix product, others along rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag

X = np.linspace(-1.5, 2.0, 11)


def factor(i, x):
    """The i-th of functions of x that have nothing in common."""
    return (np.sin, np.cos, np.tanh, np.exp, np.arctan, np.square)[i % 6](x + i)


def bilinear(pairs):
    """w0 a b + w1 a c + ..., whose derivatives are the sums of these products over the points."""

    def f(w, x):
        made = {}

        def at(i):
            if i not in made:
                made[i] = factor(i, x)
            return made[i]

        return sum(w[k] * at(i) * at(j) for k, (i, j) in enumerate(pairs))

    return f


def totals(pairs, x=X):
    return [np.sum(factor(i, x) * factor(j, x)) for i, j in pairs]


def program_of(pairs):
    program = ag.compile(bilinear(pairs), unroll=0)
    for scale in (1.0, 0.5):  # the second run finds what the first has left
        _, dw = program(np.arange(1.0, len(pairs) + 1), X * scale)
        np.testing.assert_allclose(dw, totals(pairs, X * scale), rtol=1e-12, atol=1e-12)
    return program.source_in_place


def test_all_pairs_of_two_layers_are_one_product_of_matrices():
    for pairs in (
        [(i, j) for i in range(3) for j in range(3, 7)],
        [(j, i) for i in range(3) for j in range(3, 7)],
        [(i, 3 + j) for i in range(2) for j in range(2)],
    ):
        source = program_of(pairs)
        assert source.count(" = dot(") == 1
        assert "reduce" not in source
        assert "[0:" in source  # the totals of all weights are one piece of it


def test_layers_that_have_nothing_in_common_are_products_of_their_own():
    pairs = [(i, j) for i in (0, 1) for j in (2, 3)] + [(i, j) for i in (4, 5) for j in (6, 7, 8)]
    source = program_of(pairs)
    assert source.count(" = dot(") == 2


def test_pairs_that_are_few_among_many_are_added_up_one_by_one():
    source = program_of([(0, 1), (0, 2), (3, 2), (3, 4), (5, 4), (5, 6), (7, 6), (7, 8)])
    assert " = dot(" not in source
    assert source.count("add.reduce(") == 1


def test_factors_that_are_on_both_sides_are_no_matrices():
    source = program_of([(0, 1), (1, 2), (2, 0), (3, 3), (0, 3)])
    assert " = dot(" not in source


def test_the_sum_of_a_factor_is_that_of_its_row():
    def f(W, b, v, x):
        h = [ag.tanh(W[i] * x + b[i]) for i in range(4)]
        return sum(h[i] * v[i] for i in range(4)) + v[4] * x * h[0]

    at = tuple(np.random.default_rng(0).normal(size=k) for k in (4, 4, 5))
    program = ag.compile(f, (0, 1, 2), unroll=(0, 1, 2))
    W, b, v = at
    for x in (X, 2 * X):
        value, (dW, db, dv) = program(*at, x)
        h = np.tanh(np.outer(x, W) + b)
        np.testing.assert_allclose(value, h @ v[:4] + v[4] * x * h[:, 0])
        back = (v[:4] + np.outer(x, [v[4], 0, 0, 0])) * (1 - h * h)
        np.testing.assert_allclose(dW, x @ back)
        np.testing.assert_allclose(db, back.sum(axis=0))
        np.testing.assert_allclose(dv, [*h.sum(axis=0), (x * h[:, 0]).sum()])
    assert " = dot(" in program.source_in_place
    assert program.source_in_place.count(" copyto(") == 4  # the arguments alone


def test_a_factor_that_is_the_value_itself_is_the_callers_own():
    def f(w, x):
        return ag.exp(sum(w[k] * x ** (k + 1) for k in range(4)))

    w = np.array([0.1, -0.2, 0.3, 0.05])
    program = ag.compile(f, unroll=0)
    value, dw = program(w, X)
    kept = value.copy()
    program(w, X + 1)
    np.testing.assert_array_equal(value, kept)
    np.testing.assert_allclose(dw, [(kept * X**k).sum() for k in (1, 2, 3, 4)])
    assert " = dot(" in program.source_in_place


def test_at_many_points_only_products_are_gathered():
    """A matrix of all that is added up would be larger than the processor's cache."""
    pairs = [(i, j) for i in range(2) for j in range(2, 5)] + [(5, 5), (6, 6), (7, 7), (8, 8)]
    x = np.linspace(-1, 1, 60_000)
    program = ag.compile(bilinear(pairs), unroll=0)
    _, dw = program(np.ones(len(pairs)), x)
    np.testing.assert_allclose(dw, totals(pairs, x), rtol=1e-10, atol=1e-8)
    assert program.source_in_place.count(" = dot(") == 1
    assert program.source_in_place.count("add.reduce(") == 4


@pytest.mark.parametrize("count", [0, 1])
def test_no_point_and_one(count):
    pairs = [(i, j) for i in range(2) for j in range(2, 4)]
    x = X[:count]
    _, dw = ag.compile(bilinear(pairs), unroll=0)(np.ones(4), x)
    np.testing.assert_allclose(dw, totals(pairs, x))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=14, unique=True)
)
def test_any_pairs_give_the_sums_of_their_products(pairs):
    program_of(pairs)
