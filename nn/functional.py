"""Softmax and one-hot: the functions of classification, for every kind of data.

They are written with NumPy and the rule table, so that the same code runs on an ndarray, a `Tensor`
and an object array of `Value`s.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import Node, detach
from autograd_lite.errors import LabelError


def softmax(x: Any, axis: int = -1) -> Any:
    """Scores to probabilities: softmax(x)_i = exp(x_i - m) / sum_j exp(x_j - m), m = max_j x_j.

    Subtracting the maximum changes nothing, since it cancels, and exp cannot overflow. x: any
    shape; the probabilities along `axis` sum to 1.
    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 4.1.

    >>> softmax(np.array([1000.0, 1000.0, -1000.0]))
    array([0.5, 0.5, 0. ])
    """
    exps = ag.exp(_shifted(x, axis))
    return exps / np.sum(exps, axis=axis, keepdims=True)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithm of softmax, without ever taking the logarithm of 0.

    log softmax(x)_i = (x_i - m) - log sum_j exp(x_j - m), m = max_j x_j.

    >>> log_softmax(np.array([1000.0, 0.0]))
    array([    0., -1000.])
    """
    shifted = _shifted(x, axis)
    return shifted - ag.log(np.sum(ag.exp(shifted), axis=axis, keepdims=True))


def _shifted(x: Any, axis: int) -> Any:
    if not isinstance(x, Node | np.ndarray):
        x = np.asarray(x, dtype=float)
    return x - np.max(detach(x), axis=axis, keepdims=True)


def one_hot(labels: Any, classes: int) -> np.ndarray[Any, Any]:
    """Class numbers as rows of zeros with a single one: (n,) integers to (n, classes) float64.

    Raises LabelError if a label is not a whole number in [0, classes).

    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    checked = check_labels(labels, classes, "one_hot")
    rows: np.ndarray[Any, Any] = np.eye(classes)[checked]
    return rows


def check_labels(labels: Any, classes: int, place: str) -> np.ndarray[Any, Any]:
    """Labels as an array of intp. Raises LabelError, naming the first that is wrong."""
    try:
        array = np.asarray(labels)
    except (ValueError, OverflowError) as error:
        raise LabelError(f"{place}: the labels are no array of class numbers: {error}.") from None
    if array.dtype.kind not in "iu":
        hint = "Use integers: labels.astype(int), if they are whole numbers."
        if array.dtype == object or array.dtype.kind in "USO":
            hint = "Number the classes first: np.unique(labels, return_inverse=True)[1]."
        first = repr(array.flat[0]) if array.size else "none"
        raise LabelError(f"{place}: labels are of {array.dtype} (first: {first:.40}).\n  {hint}")
    wrong = (array < 0) | (array >= classes)
    if np.any(wrong):
        at = int(np.flatnonzero(wrong)[0])
        raise LabelError(
            f"{place}: label {array.flat[at]} at position {at} is outside [0, {classes}).\n"
            f"  {int(np.sum(wrong))} of {array.size} labels are. There are {classes} classes, "
            "numbered from 0."
        )
    return array.astype(np.intp)
