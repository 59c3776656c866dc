"""Reductions over the rows of a matrix give what NumPy's own give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograd_lite.matrix_rows import largest_of_rows, row_numbers, sum_of_rows, totals_of_rows
from autograd_lite.recorded import Recorded
from autograd_lite.tape import Tape

SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 80))
MATRICES = st.sampled_from(["f4", "f8"]).flatmap(
    lambda dtype: hnp.arrays(
        dtype, SHAPES, elements=st.floats(-1e6, 1e6, width=32), fill=st.floats(-1, 1, width=32)
    )
)


@given(MATRICES, st.sampled_from("CF"), st.sampled_from([None, np.nan, np.inf, -np.inf]))
@settings(max_examples=200, deadline=None)
def test_the_largest_of_every_row(a, order, bad):
    a = np.array(a, order=order)
    if bad is not None:
        a[len(a) // 2, -1] = bad
    found = largest_of_rows(a)
    assert found.dtype == a.dtype
    np.testing.assert_array_equal(found, np.max(a, axis=1, keepdims=True))


@given(MATRICES, st.sampled_from("CF"))
@settings(max_examples=200, deadline=None)
def test_sums_of_rows_and_over_rows(a, order):
    a = np.array(a, order=order)
    size = np.abs(a).astype(float)
    for found, axis, shape in (
        (sum_of_rows(a), 0, a.shape[1:]),
        (totals_of_rows(a), 1, (len(a), 1)),
    ):
        assert (found.shape, found.dtype) == (shape, a.dtype)
        off = np.abs(found.astype(float) - a.astype(float).sum(axis).reshape(shape))
        bound = np.finfo(a.dtype).eps * max(a.shape) * size.sum(axis).reshape(shape)
        assert np.all(off <= bound + np.finfo(a.dtype).tiny)


def test_what_is_no_matrix_of_floats_is_summed_by_numpy():
    for a in (np.ones((2, 3, 4)), np.ones((2, 3), np.float16), np.ones((2, 3), int)):
        np.testing.assert_array_equal(totals_of_rows(a), np.sum(a, axis=-1, keepdims=True))


@pytest.mark.parametrize(("shape", "is_one"), [((4, 3), True), ((2, 4, 3), False)])
def test_a_traced_total_is_marked_where_it_is_a_product_in_the_program(shape, is_one):
    tape = Tape()
    total = totals_of_rows(Recorded(tape, tape.input(np.ones(shape), "a")))
    assert total.op.by_product is is_one
    assert total.shape == (*shape[:-1], 1)


def test_numbers_of_rows_are_made_once_and_for_reading():
    assert row_numbers(5) is row_numbers(5)
    with pytest.raises(ValueError, match="read-only"):
        row_numbers(5)[0] = 1
