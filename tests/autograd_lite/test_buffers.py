"""The form of a program that runs: what lies in which buffer, what is written over, what leaves."""

import tracemalloc

import numpy as np
import pytest
from compiled import agree, by_hand, hold

import autograd_lite as ag
import nn

rng = np.random.default_rng(0)


def body(program):
    """The statements that run in every call."""
    lines = program.source_in_place.splitlines()
    start = next(i for i, line in enumerate(lines) if line.lstrip().startswith("def "))
    return lines[start + 1 :]


def test_an_entrywise_result_is_written_over_where_it_is_read_for_the_last_time():
    f = lambda x: np.sum(np.exp(np.sin(np.cos(x * 2.0)) + 1.0) * 3.0)
    x = rng.normal(size=100)
    program = hold(f, 0, (x,), (x + 1,))
    # x * 2, sin, cos and exp are read backward; + 1 and * 3 need no room of their own
    assert program._last.buffered.nbytes <= 5 * x.nbytes


def test_what_is_needed_later_is_not_written_over():
    def f(x, w):
        a = x * w
        b = a + 1.0
        c = np.tanh(b)
        return np.sum(a * b * c)  # a and b are read again, long after the first time

    hold(f, (0, 1), (rng.normal(size=50), rng.normal(size=50)))


def test_results_that_are_the_same_array_leave_as_two():
    program = ag.compile(lambda x, y: np.sum(x + y), argnums=(0, 1))
    _, (dx, dy) = program(np.ones(4), np.ones(4))
    assert not np.may_share_memory(dx, dy)
    dx += 5.0
    assert np.array_equal(dy, np.ones(4))


@pytest.mark.parametrize("f", [lambda x: x, lambda x: x.T, lambda x: x[::-1], lambda x: x[:1]])
def test_an_argument_that_leaves_as_it_is_or_as_a_view_leaves_as_a_copy(f):
    x = rng.normal(size=(3, 4))
    hold(f, 0, (x,))


def test_donated_results_lie_in_buffers_that_the_next_call_overwrites():
    f = lambda x: np.sum(np.exp(x))
    kept, donated = ag.compile(f), ag.compile(f, donate=True)
    x = rng.normal(size=20)
    for program, stays in ((kept, True), (donated, False)):
        _, first = program(x)
        before = first.copy()
        program(x + 1)
        assert np.array_equal(first, before) is stays


def test_a_steady_state_allocates_what_leaves_and_nothing_else():
    def f(W, x):
        for _ in range(10):
            x = np.tanh(x @ W)
        return np.sum(x * x)

    W, x = rng.normal(size=(64, 64)) / 8, rng.normal(size=(256, 64))
    program = ag.compile(f)
    program(W, x)
    tracemalloc.start()
    program(W, x)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < W.nbytes + 20_000  # the gradient of W; one activation would be 128 kB more


def test_names_of_the_program_s_own_functions_may_be_the_user_s():
    def f(copyto, dot, maximum, exp):
        return np.sum(np.exp(copyto @ dot) * np.maximum(maximum, 0.5) + exp)

    args = (
        rng.normal(size=(2, 3)),
        rng.normal(size=(3, 2)),
        rng.normal(size=2),
        rng.normal(size=2),
    )
    hold(f, (0, 1, 2, 3), args)


@pytest.mark.parametrize("d", [1, 3, 32, 33])
@pytest.mark.parametrize("n", [1, 8, 9, 40])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_and_cross_entropy_of_rows_of_any_length(n, d, dtype):
    logits = rng.normal(size=(n, d)).astype(dtype) * 3
    logits[0, -1] = logits[0, 0]  # a tie, where there is more than one
    labels = rng.integers(0, d, n)
    exactness = 1e-11 if dtype is np.float64 else 1e-5
    loss = lambda logits: nn.cross_entropy(logits, labels)
    program = ag.compile(loss)
    agree(program(logits), by_hand(loss, 0, (logits,)), exactness)
    by_columns = n > 8 and d <= 32
    assert any(".T)" in line and "copyto" in line for line in body(program)) is by_columns
    soft = lambda x: np.sum(nn.softmax(x) ** 2)
    agree(ag.compile(soft)(logits), by_hand(soft, 0, (logits,)), exactness)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_come_through_the_reductions_of_rows(bad):
    logits = rng.normal(size=(20, 4))
    logits[3, 2] = bad
    labels = rng.integers(0, 4, 20)
    loss = lambda logits: nn.cross_entropy(logits, labels)
    with np.errstate(invalid="ignore"):
        expected = ag.value_and_grad(loss)(logits)
    found = ag.compile(loss)(logits)
    agree(found, expected)
    assert np.isfinite(found[1][:3]).all()


def test_a_largest_entry_that_is_read_again_and_again_is_right_each_time():
    def f(x):
        largest = np.max(x, axis=1, keepdims=True)
        other = np.max(np.sin(x), axis=1, keepdims=True)  # in the same room for columns
        return np.sum((x - largest) * other + largest)

    hold(f, 0, (rng.normal(size=(12, 5)),), (rng.normal(size=(12, 5)),))


def test_several_threads_run_one_program_each_in_buffers_of_its_own():
    from concurrent.futures import ThreadPoolExecutor

    f = lambda x: np.sum(np.tanh(x @ x.T))
    program = ag.compile(f)
    given = [rng.normal(size=(40, 40)) for _ in range(16)]
    expected = [program(x) for x in given]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(program, given * 5))
    for a, b in zip(found, expected * 5, strict=True):
        agree(a, b, 1e-15)
