"""What stands for an array while a function is traced: knows what is known, refuses the rest."""

import math

import numpy as np
import pytest

from autograd_lite import RuleError
from autograd_lite.recorded import (
    Recorded,
    as_ndarray,
    blank,
    is_recorded,
    is_unknown,
    picked,
    when_known,
)
from autograd_lite.tape import Op, Tape

A = np.arange(12.0).reshape(3, 4) + 0.5


def recorded(array=A):
    tape = Tape()
    return Recorded(tape, tape.input(array, "a"))


def written(tape):
    """The operations on the tape, in order, inputs left out."""
    return [op for op in tape.ops if op.function is not None]


@pytest.mark.parametrize("array", [A, A.astype(np.float32), np.float64(3.0), np.zeros((0, 2)), A.T])
def test_what_is_known_of_it_is_what_numpy_says_of_the_array(array):
    x = recorded(array)
    for name in ("shape", "dtype", "ndim", "size", "itemsize", "nbytes"):
        assert getattr(x, name) == getattr(array, name)
    assert isinstance(x, np.ndarray)
    assert type(x) is not np.ndarray
    assert is_recorded(x)
    assert is_unknown(x)
    assert not is_recorded(array)


def test_questions_about_shapes_and_dtypes_are_answered_and_not_written_down():
    x = recorded()
    assert (np.shape(x), np.ndim(x), np.size(x), len(x)) == ((3, 4), 2, 12, 3)
    assert np.result_type(x, np.float32(1)) == np.float64
    assert not np.iscomplexobj(x)
    assert written(x.tape) == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda x: x + 1, lambda x: 1 - x, lambda x: x @ np.ones((4, 2)), lambda x: -x,
        lambda x: x > 2, lambda x: x**2, lambda x: 2.0**x, lambda x: x // 2, lambda x: 7 % x,
        lambda x: x[1], lambda x: x[:, ::2], lambda x: x[..., None], lambda x: x[[0, 2]],
        lambda x: x.T, lambda x: x.transpose(1, 0), lambda x: x.reshape(4, -1),
        lambda x: x.reshape((2, 6)), lambda x: x.ravel(), lambda x: x.flatten(),
        lambda x: x.astype(np.float32), lambda x: x.sum(), lambda x: x.sum(axis=0),
        lambda x: x.mean(axis=1, keepdims=True), lambda x: x.max(axis=-1), lambda x: x.argmax(1),
        lambda x: x.clip(1, 5), lambda x: x.cumsum(axis=1), lambda x: x.take([0, 1], axis=1),
        lambda x: x.repeat(2, axis=0), lambda x: x.swapaxes(0, 1), lambda x: x.std(),
        lambda x: np.exp(x), lambda x: np.add.reduce(x, axis=1), lambda x: np.maximum(x, 3.0),
        lambda x: np.where(x > 3, x, 0.0), lambda x: np.concatenate([x, x]),
        lambda x: np.stack([x]),
        lambda x: np.transpose(x, (1, 0)), lambda x: np.reshape(x, (6, 2)),
        lambda x: np.broadcast_to(x, (2, 3, 4)), lambda x: np.take(x, [1], axis=0),
        lambda x: np.zeros_like(x), lambda x: np.ones_like(x, dtype=np.float32),
        lambda x: np.add.outer(x[0], x[1]), lambda x: np.amax(x, axis=0), lambda x: np.abs(x),
        lambda x: x.copy(), lambda x: x.view(), lambda x: np.einsum("ij->j", x),
    ],
)  # fmt: skip
def test_what_is_asked_has_the_shape_dtype_and_sample_that_numpy_gives(ask):
    expected, found = ask(A), ask(recorded())
    sample = found.op.sample if is_recorded(found) else found
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(sample, expected)


def test_another_order_in_memory_is_refused():
    with pytest.raises(RuleError, match="order='F'"):
        recorded().reshape(2, 6, order="F")


def test_results_of_several_arrays_come_as_such():
    values, vectors = np.linalg.eigh(recorded(np.eye(3)))
    assert (values.shape, vectors.shape) == ((3,), (3, 3))
    assert np.linalg.eigh(recorded(np.eye(3))).eigenvalues.shape == (3,)  # a named tuple
    assert [part.shape for part in np.split(recorded(), 2, axis=1)] == [(3, 2), (3, 2)]


def test_rows_come_one_by_one():
    rows = list(recorded())
    assert [row.shape for row in rows] == [(4,)] * 3
    with pytest.raises(TypeError, match="single number"):
        len(recorded(np.float64(1.0)))


@pytest.mark.parametrize(
    "ask",
    [
        bool, float, int, complex, math.exp, np.asarray, np.array,
        lambda x: x.item(), lambda x: x.tolist(), lambda x: x.tobytes(),
        lambda x: range(3)[x], lambda x: [1, 2][x], lambda x: "yes" if x > 1 else "no",
    ],
)  # fmt: skip
def test_its_numbers_are_not_known_and_it_says_what_to_do(ask):
    with pytest.raises(RuleError, match=r"compile: .*(not known|numbers of a traced)") as info:
        ask(recorded(np.float64(2.0)))
    assert "\n  " in str(info.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.__setitem__(0, 1.0), lambda x: x.__iadd__(1), lambda x: x.__isub__(1),
        lambda x: x.__imul__(2), lambda x: x.__itruediv__(2),
        lambda x: np.exp(x, out=np.zeros((3, 4))),
        lambda x: np.copyto(x, 1.0), lambda x: np.put(x, 0, 1.0), lambda x: np.add.at(x, 0, 1.0),
        lambda x: np.multiply.at(x, 0, 1.0), lambda x: np.cumsum(x, out=np.zeros(12)),
    ],
)  # fmt: skip
def test_it_is_not_changed_in_place(change):
    with pytest.raises(RuleError, match="in place"):
        change(recorded())


@pytest.mark.parametrize(
    "ask",
    [lambda x: x[x > 1], np.nonzero, np.unique, lambda x: np.where(x > 1), lambda x: x.nonzero()],
)
def test_sizes_that_depend_on_numbers_are_refused(ask):
    with pytest.raises(RuleError, match=r"np\.where"):
        ask(recorded())


def test_only_a_blank_array_is_written_to_and_the_tape_says_so():
    x = recorded()
    assert type(blank((2, 2), float)) is np.ndarray
    room = blank((3, 4), np.float64, x)
    room[:, 0] = x[:, 1]
    np.add.at(room, (slice(None), 0), 1.0)
    expected = np.zeros((3, 4))
    expected[:, 0] = A[:, 1] + 1
    np.testing.assert_array_equal(room.op.sample, expected)
    assert [op.function.__name__ for op in written(x.tape)][-2:] == ["written", "added"]


def test_a_table_may_be_read_at_a_place_that_is_not_known():
    place = recorded(np.array([2, 0]))
    table = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(picked(table, place).op.sample, table[[2, 0]])
    columns = recorded(np.array([1, 0]))
    np.testing.assert_array_equal(picked(table, ([0, 2], columns)).op.sample, [1.0, 4.0])
    np.testing.assert_array_equal(picked(table, 1), table[1])


def test_what_is_done_with_numbers_waits_until_they_are_known():
    seen, x = [], recorded()
    when_known(seen.append, A)
    assert seen == [A]
    when_known(seen.append, x)
    assert len(seen) == 1
    ((ops, do),) = x.tape.after
    assert ops == (x.op,)
    assert do == seen.append


def test_as_ndarray_leaves_it_as_it_is():
    x = recorded()
    assert as_ndarray(x) is x
    assert type(as_ndarray([1.0])) is np.ndarray
    assert isinstance(x.op, Op)
    assert repr(x) == "Recorded(float64, shape (3, 4))"
