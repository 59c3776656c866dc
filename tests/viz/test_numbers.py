"""Numbers as a person writes them."""

import numpy as np
import pytest

from viz.numbers import full, is_small, short, short_array


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (-15.0, "-15"),
        (1 / 3, "0.3333"),
        (2 / 3, "0.6667"),
        (123456.0, "123456"),
        (12345.6, "12346"),
        (999999.9, "1000000"),
        (1234567.0, "1.235e+06"),
        (1.5e-8, "1.5e-08"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
        (np.float32(0.1), "0.1"),
        (np.array([2.5]), "2.5"),
        (np.array(7), "7"),
    ],
)
def test_short(x, text):
    assert short(x) == text


def test_full_tells_a_number_from_its_neighbour():
    assert float(full(0.1 + 0.2)) == 0.1 + 0.2
    assert full(np.float32(1) / np.float32(3)) == "0.33333334"


def test_small_arrays_are_written_out_and_large_ones_are_not():
    assert short_array(np.eye(2)) == "[[1, 0], [0, 1]]"
    assert short_array(np.zeros((64, 32), np.float32)) == "(64, 32) float32"
    assert short_array(np.array(2.5)) == "2.5"


@pytest.mark.parametrize(
    ("shape", "small"),
    [((), True), ((4,), True), ((5,), False), ((4, 4), True), ((2, 2, 2), False), ((0, 3), False)],
)
def test_is_small(shape, small):
    assert is_small(np.zeros(shape)) is small
