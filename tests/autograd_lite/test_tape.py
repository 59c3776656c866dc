"""The list of operations: what is written down once, and what is simplified before it is."""

import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_lite.errors import RuleError
from autograd_lite.tape import Op, Tape, added, written

AWKWARD = np.array([0.0, -0.0, 1.0, -1.0, 0.5, np.inf, -np.inf, np.nan, 5e-324, 1e308])
NUMBERS = [0, 1, -1, 2, True, 0.0, -0.0, 1.0, -1.0, 2.0, np.inf, np.nan, np.float64(1), np.int64(1)]
INFIX = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.gt, operator.ge,
    operator.lt, operator.le, operator.eq, operator.ne,
]  # fmt: skip


def tape_and_input(sample=AWKWARD):
    tape = Tape()
    return tape, tape.input(sample, "x")


def sample_of(x):
    return x.sample if isinstance(x, Op) else x


def assert_bits(found, expected):
    found, expected = np.asarray(found), np.asarray(expected)
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(found, expected)
    if found.dtype.kind == "f":
        known = ~np.isnan(expected)
        np.testing.assert_array_equal(np.signbit(found)[known], np.signbit(expected)[known])


def test_equal_calls_are_one_operation():
    tape, x = tape_and_input()
    y = tape.call(np.exp, (x,), {})
    assert tape.call(np.exp, (x,), {}) is y
    assert tape.call(np.sum, (x,), {"axis": 0}) is tape.call(np.sum, (x,), {"axis": 0})
    assert tape.call(np.sum, (x,), {"axis": 0}) is not tape.call(np.sum, (x,), {})
    a = tape.call(np.concatenate, ([x, y],), {})
    assert tape.call(np.concatenate, ([x, y],), {}) is a
    assert tape.call(np.concatenate, ([y, x],), {}) is not a


@pytest.mark.parametrize(
    ("a", "b"), [(0.0, -0.0), (2, 2.0), (True, 1), (np.float32(2), 2.0), ((1, 2), [1, 2])]
)
def test_constants_that_are_equal_and_yet_not_the_same_are_kept_apart(a, b):
    tape, x = tape_and_input(np.ones(2))
    assert tape.call(np.add, (x, a), {}) is not tape.call(np.add, (x, b), {})
    assert tape.call(np.add, (x, a), {}) is tape.call(np.add, (x, a), {})


def test_arrays_are_told_apart_by_who_they_are_not_by_what_they_hold():
    tape, x = tape_and_input(np.ones(2))
    first, second = np.array([1.0, 2.0]), np.array([1.0, 2.0])
    assert tape.call(np.add, (x, first), {}) is tape.call(np.add, (x, first), {})
    assert tape.call(np.add, (x, first), {}) is not tape.call(np.add, (x, second), {})


def test_an_array_that_is_gone_lends_its_identity_to_nobody():
    tape, x = tape_and_input(np.ones(2))
    made = {tape.call(np.add, (x, np.full(2, float(i))), {}) for i in range(50)}
    assert len(made) == 50


def test_what_depends_on_the_numbers_is_refused():
    tape, x = tape_and_input(np.ones(2))
    with pytest.raises(RuleError, match=r"depends on the numbers"):
        tape.call(lambda a: int(a[0]), (x,), {})


def test_written_and_added_leave_the_array_as_it_was():
    a = np.zeros(3)
    np.testing.assert_array_equal(written(a, 1, 5.0), [0, 5, 0])
    np.testing.assert_array_equal(added(a, [1, 1], 5.0), [0, 10, 0])
    np.testing.assert_array_equal(a, np.zeros(3))


# --- simplified ---------------------------------------------------------------------------------


def test_what_changes_nothing_is_not_written_down():
    tape, x = tape_and_input()
    for function, args in (
        (operator.mul, (x, 1)), (operator.mul, (1, x)), (operator.mul, (x, 1.0)),
        (operator.truediv, (x, 1)), (operator.pow, (x, 1)), (np.positive, (x,)),
        (np.reshape, (x, x.shape)), (np.broadcast_to, (x, x.shape)),
        (np.where, (True, x, 0.0)), (np.where, (np.zeros(10, bool), 0.0, x)),
    ):  # fmt: skip
        assert tape.call(function, args, {}) is x, (function, args)
    turned = tape.call(np.transpose, (x,), {})
    assert tape.call(np.transpose, (turned,), {}) is x


def test_what_may_change_a_bit_is_written_down():
    tape, x = tape_and_input()
    for function, args in (
        (operator.mul, (x, 0)), (operator.sub, (x, x)), (operator.truediv, (x, x)),
        (operator.add, (x, 0)), (operator.add, (x, 0.0)), (operator.sub, (0.0, x)),
        (operator.mul, (x, np.ones((2, 10)))), (operator.pow, (x, 0)), (operator.eq, (x, x)),
    ):  # fmt: skip
        assert tape.call(function, args, {}).function is not None, (function, args)
    whole = tape.input(np.arange(3), "n")
    assert tape.call(operator.mul, (whole, 1.0), {}).dtype == float


@pytest.mark.parametrize("function", INFIX)
@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_arithmetic_with_a_number_keeps_every_bit(function, number):
    for dtype in (np.float64, np.float32, np.int64):
        with np.errstate(all="ignore"):
            data = AWKWARD.astype(dtype) if dtype is not np.int64 else np.arange(-2, 3)
            for sample in (data, data[2], data.reshape(-1, 1)):
                tape, x = tape_and_input(sample)
                for args in ((x, number), (number, x)):
                    expected = function(*map(sample_of, args))
                    assert_bits(sample_of(tape.call(function, args, {})), expected)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_chains_of_changes_of_shape_and_choices_keep_every_bit(data):
    tape, x = tape_and_input(AWKWARD[:6].reshape(2, 3))
    for _ in range(data.draw(st.integers(1, 5))):
        a = sample_of(x)
        shape = a.shape
        condition = tape.call(operator.gt, (x, 0.5), {})
        choices = [
            (np.reshape, (x, (a.size,))), (np.reshape, (x, (1, *shape))), (np.transpose, (x,)),
            (np.reshape, (x, shape)), (np.broadcast_to, (x, (2, *shape))),
            (np.where, (condition, 1.0, 0.0)), (np.where, (condition, 0.0, -0.0)),
            (np.where, (condition, 1.0, -0.0)), (np.where, (True, x, 2.0)),
            (np.where, (False, x, 2.0)), (operator.mul, (x, x)),
            (operator.mul, (x, tape.call(np.where, (condition, 1.0, 0.0), {}))),
            (operator.mul, (x, tape.call(np.where, (condition, 1.0, -0.0), {}))),
            (operator.add, (x, tape.call(np.broadcast_to, (x, (2, *shape)), {}))),
        ]  # fmt: skip
        function, args = data.draw(st.sampled_from(choices))
        with np.errstate(all="ignore"):
            expected = function(*map(sample_of, args))
            x = tape.call(function, args, {})
        assert_bits(sample_of(x), expected)
