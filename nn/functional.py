"""Softmax and one-hot: the functions of classification, for every kind of data.

They are written with NumPy and the rule table, so that the same code runs on an ndarray, a `Tensor`
and an object array of `Value`s.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import Node, Value, checked, detach
from autograd_lite.errors import ArgumentError, AxisError, DataError, LabelError, ShapeError
from autograd_lite.matrix_rows import totals_of_rows
from autograd_lite.recorded import is_recorded

Array = np.ndarray[Any, Any]
_INTP = np.dtype(np.intp)


def softmax(x: Any, axis: int = -1) -> Any:
    """Scores to probabilities: softmax(x)_i = exp(x_i - m) / sum_j exp(x_j - m), m = max_j x_j.

    Subtracting the maximum changes nothing, since it cancels, and exp cannot overflow. For the same
    reason the maximum may count as a constant: no gradient flows through it.
    x: any shape with an axis; the probabilities along `axis` sum to 1. Float dtypes are kept.
    Raises DataError for what is not real numbers, AxisError for an axis that x does not have,
    ShapeError for an empty one.
    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 4.1.

    >>> softmax(np.array([1000.0, 1000.0, -1000.0]))
    array([0.5, 0.5, 0. ])
    """
    exps = ag.exp(_shifted(x, axis, "softmax"))
    return exps / _total(exps, axis)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithm of softmax, without ever taking the logarithm of 0.

    log softmax(x)_i = (x_i - m) - log sum_j exp(x_j - m), m = max_j x_j.

    x, axis and what it raises: as for softmax.

    >>> log_softmax(np.array([1000.0, 0.0]))
    array([    0., -1000.])
    """
    shifted = _shifted(x, axis, "log_softmax")
    return shifted - ag.log(_total(ag.exp(shifted), axis))


def _total(x: Any, axis: int) -> Any:
    is_last = axis in (-1, len(x.shape) - 1)
    return totals_of_rows(x) if is_last else np.sum(x, axis=axis, keepdims=True)


def _shifted(x: Any, axis: int, place: str) -> Any:
    x = operand(x, place)
    if not -len(x.shape) <= axis < len(x.shape):
        raise AxisError(f"{place}: axis {axis} of an array of shape {x.shape}.")
    if not x.shape[axis]:
        raise ShapeError(f"{place}: axis {axis} of shape {x.shape} is empty: there are no scores.")
    if isinstance(x, np.ndarray) and x.dtype == object and not _all_values(x):
        # symbols cannot be compared, so their maximum stays an expression
        return x - np.frompyfunc(ag.maximum, 2, 1).reduce(x, axis=axis, keepdims=True)
    return x - np.max(detach(x), axis=axis, keepdims=True)


def _all_values(x: Array) -> bool:
    return all(isinstance(v, Value | int | float | np.number) for v in x.flat)


def one_hot(labels: Any, classes: int) -> Array:
    """Class numbers as rows of zeros with a single one: (n,) integers to (n, classes) float64.

    Raises LabelError if a label is not a whole number in [0, classes), ArgumentError for classes
    below 1.

    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    if isinstance(classes, bool) or not isinstance(classes, int | np.integer) or classes < 1:
        raise ArgumentError(f"one_hot: classes={classes!r}; give how many there are, 1 or more.")
    return rows_of_one(check_labels(labels, int(classes), "one_hot"), int(classes), np.float64)


def rows_of_one(labels: Array, classes: int, dtype: Any) -> Array:
    """`one_hot` of labels that were checked before."""
    rows: Array = np.equal(labels[..., np.newaxis], np.arange(classes)).astype(dtype)
    return rows


def check_labels(labels: Any, classes: int, place: str) -> Array:
    """Labels as an array of intp. Raises LabelError, naming the first that is wrong."""
    if type(labels) is np.ndarray and labels.dtype is _INTP and labels.size:
        if np.maximum.reduce(_unsigned(labels), None) < classes:
            return labels
    elif is_recorded(labels):
        if labels.dtype.kind not in "iu":
            raise LabelError(f"{place}: labels are of {labels.dtype}. Use integers.")

        def check(numbers: Array) -> None:
            if numbers.size and np.maximum.reduce(_unsigned(numbers), None) >= classes:
                check_labels(numbers, classes, place)

        traced: Array = checked(labels, check)
        return traced
    try:
        array = np.asarray(labels)
    except (ValueError, OverflowError) as error:
        raise LabelError(f"{place}: the labels are no array of class numbers: {error}.") from None
    if not array.size:
        return array.astype(np.intp)
    if array.dtype.kind not in "iu":
        first = str(array.flat[0])
        if array.dtype.kind == "f":
            hint = "Use integers: labels.astype(int), if they are whole numbers."
        elif array.dtype.kind == "b":
            hint = "Use integers: labels.astype(int)."
        elif array.dtype == object and all(isinstance(v, int) for v in array.flat):
            hint = f"They are too large: there are {classes} classes, numbered from 0."
        else:
            hint = "Number the classes first: np.unique(labels, return_inverse=True)[1]."
        raise LabelError(f"{place}: labels are of {array.dtype} (first: {first:.40}).\n  {hint}")
    if np.maximum.reduce(_unsigned(array), None) >= classes:
        wrong = (array < 0) | (array >= classes)
        at = int(np.flatnonzero(wrong)[0])
        raise LabelError(
            f"{place}: label {array.flat[at]} at position {at} is outside [0, {classes}).\n"
            f"  {int(np.sum(wrong))} of {array.size} labels are. There are {classes} classes, "
            "numbered from 0."
        )
    return array.astype(np.intp, copy=False)


def _unsigned(labels: Array) -> Array:
    """The labels without their signs: a negative one is a large one then."""
    return labels.view(np.uintp) if labels.dtype == np.intp else labels.astype(np.uintp)


def operand(x: Any, place: str) -> Any:
    """What may be computed with: a node, or an array of real numbers or nodes.

    Raises DataError for text, complex numbers, ragged lists and objects.
    """
    if isinstance(x, Node) or is_recorded(x):
        return x
    try:
        array = np.asarray(x)
    except ValueError:
        raise DataError(f"{place}: {x!r:.60} is not a rectangular array.") from None
    if array.dtype.kind in "biuf":
        return array
    if array.dtype == object and all(
        isinstance(v, Node | int | float | np.number) or is_recorded(v) for v in array.flat
    ):
        return array
    raise DataError(
        f"{place}: {x!r:.60} is an array of {array.dtype}, not of real numbers.\n"
        "  Encode text as numbers first; fill what is missing."
    )
