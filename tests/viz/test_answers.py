"""Reading answers: numbers, arithmetic, names and lists, and clear words for anything else."""

import contextlib
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_lite import Value
from autograd_lite.errors import AutogradError, ExpressionError
from viz.answers import read


def table():
    path = Path(__file__).with_name("answer_table.py")
    found = importlib.util.spec_from_file_location("answer_table", path)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


TABLE = table()


@pytest.mark.parametrize(("text", "expected"), TABLE.READ.items())
def test_what_an_answer_says(text, expected):
    assert read(text, TABLE.NAMES) == pytest.approx(expected, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("text", TABLE.REFUSED)
def test_what_cannot_be_read_is_said(text):
    with pytest.raises(ExpressionError) as caught:
        read(text, TABLE.NAMES)
    assert isinstance(caught.value, AutogradError)
    assert "v0" not in str(caught.value)


def test_a_decimal_comma_is_named():
    with pytest.raises(ExpressionError, match=r"0,5 has a decimal comma.\n  Write 0.5"):
        read("0,5")


def test_an_unknown_name_is_told_which_there_are():
    with pytest.raises(ExpressionError, match=r"no q here.\n  Names are a, b"):
        read("q*5", TABLE.NAMES)


@pytest.mark.parametrize(("text", "wanted"), TABLE.LISTS.items())
def test_lists(text, wanted):
    size, expected = wanted
    assert np.reshape(read(text, TABLE.NAMES, (size,)), -1) == pytest.approx(expected)


@pytest.mark.parametrize(("text", "size"), TABLE.LISTS_REFUSED.items())
def test_lists_that_are_refused(text, size):
    with pytest.raises(ExpressionError):
        read(text, TABLE.NAMES, (size,))


def test_numbers_arrays_and_nodes_are_answers():
    assert read(-18) == read(np.float64(-18)) == read(Value(-18.0)) == -18
    assert read([[1, 2], [3, 4]], shape=(2, 2)).shape == (2, 2)
    assert read([1, 2, 3], shape=(1, 3)).shape == (1, 3)


@pytest.mark.parametrize("answer", [None, True, b"1", object(), [1, "x"], {}, 1j])
def test_what_is_no_number_is_refused(answer):
    with pytest.raises(ExpressionError, match="no number"):
        read(answer)


@settings(max_examples=150)
@given(st.text(max_size=40))
def test_no_text_gets_anything_but_a_number_or_an_error_of_ours(text):
    with contextlib.suppress(ExpressionError):
        assert isinstance(read(text, TABLE.NAMES), float)
