"""How wrong a prediction is, as one number to make small."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import Tensor
from autograd_lite.errors import ArgumentError, LabelError, ShapeError
from autograd_lite.rows import structural

from .functional import check_labels, log_softmax, operand, rows_of_one, softmax

REDUCTIONS = ("mean", "sum", "none")


def _picked(logits: Any, labels: Any) -> Any:
    """Minus the log-probability of each example's own class: (n,)."""
    return -log_softmax(logits)[np.arange(len(labels)), labels]


def _mean_picked(logits: Any, labels: Any) -> Any:
    return np.sum(_picked(logits, labels)) / len(labels)


def _cross_entropy_vjp(g: Any, y: Any, logits: Any, labels: Any) -> Any:
    target = rows_of_one(labels, logits.shape[-1], logits.dtype)
    return (softmax(logits) - target) * (g / len(labels))


softmax_cross_entropy = structural(
    "softmax_cross_entropy",
    # Fused: from logits, p - target is all that its gradient needs, and no log of 0 can arise.
    value=_mean_picked,
    vjps=(_cross_entropy_vjp,),
    composed=_mean_picked,
    latex=r"\operatorname{cross\_entropy}({a})",
    vjp_latex=(r"\frac{{g}}{n} \left(\operatorname{softmax}({a}) - \operatorname{onehot}\right)",),
    vjp_remarks=(
        "$n$ is the number of examples",
        r"$\operatorname{onehot}$ has a 1 in each row, at the true class, and 0 elsewhere",
    ),
    badge="CE",
)


def cross_entropy(logits: Any, labels: Any, reduction: str = "mean") -> Any:
    """Cross-entropy of a softmax classifier, computed from logits without overflow.

    L = mean_i( log(sum_j exp(z_ij)) - z_i,label_i ),  dL/dz = (softmax(z) - one_hot(label)) / n

    logits: (n, k) scores, or (k,) for one example.  labels: (n,) integers in [0, k), or one.
    reduction: "mean", "sum", or "none" for one loss an example.  Returns a scalar node; for plain
    logits a plain number.
    Raises LabelError if a label is outside [0, k), ShapeError if n differs or is 0, ArgumentError
    for another reduction.
    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.2.2.3.

    >>> cross_entropy(np.array([[2.0, 0.0]]), np.array([0])).item()
    0.126928...
    """
    logits, single = operand(logits, "cross_entropy"), False
    _check_reduction("cross_entropy", reduction)
    if len(logits.shape) == 1 and np.ndim(labels) == 0:
        logits, labels, single = logits.reshape(1, -1), np.atleast_1d(labels), True
    if len(logits.shape) != 2 or not logits.shape[1]:
        raise ShapeError(
            f"cross_entropy: logits {logits.shape} and labels {np.shape(labels)}.\n"
            "  Give logits (n, classes) and labels (n,), or logits (classes,) and one label."
        )
    checked = check_labels(labels, logits.shape[1], "cross_entropy")
    if checked.shape != logits.shape[:1]:
        raise ShapeError(
            f"cross_entropy: logits {logits.shape} and labels {checked.shape}: "
            f"{logits.shape[0]} examples need labels of shape {logits.shape[:1]}."
            + ("\n  Flatten the labels: labels.ravel()." if checked.ndim > 1 else "")
        )
    if reduction == "none":
        losses = _picked(logits, checked)
        return losses[0] if single else losses
    if not len(checked):
        raise ShapeError(f"cross_entropy: no examples, so no {reduction}. Give at least one.")
    mean = softmax_cross_entropy(logits, labels=checked)
    return mean if reduction == "mean" else mean * len(checked)


def mse(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """Mean squared error: mean((prediction - target)^2).

    prediction, target: the same shape.  reduction: "mean" over all entries, "sum" or "none".
    Raises ShapeError if the shapes differ: (n,) and (n, 1) would silently give n^2 differences.

    >>> mse(np.array([1.0, 2.0]), np.array([1.0, 4.0])).item()
    2.0
    """
    prediction, target = _same_shape("mse", prediction, target, reduction)
    distance = prediction - target
    return _reduce(distance * distance, reduction)


def binary_cross_entropy(logits: Any, targets: Any, reduction: str = "mean") -> Any:
    """Cross-entropy of a yes-or-no answer, from its logit z, without overflow.

    L = mean( t softplus(-z) + (1 - t) softplus(z) ), which for the sigmoid s is
    mean( -t log s(z) - (1 - t) log(1 - s(z)) ).  dL/dz = (s(z) - t) / n

    logits, targets: the same shape; targets in [0, 1].  reduction: "mean", "sum" or "none".
    Raises ShapeError if the shapes differ, LabelError if a target is outside [0, 1].

    >>> binary_cross_entropy(np.array([0.0, 1000.0]), np.array([1, 1])).item()
    0.346573...
    """
    logits, targets = _same_shape("binary_cross_entropy", logits, targets, reduction)
    plain = ag.detach(targets)
    if np.size(plain) and not (np.min(plain) >= 0 and np.max(plain) <= 1):
        raise LabelError(
            f"binary_cross_entropy: targets go from {np.min(plain)} to {np.max(plain)}; "
            "they must lie in [0, 1]."
        )
    yes, no = ag.softplus(-logits), ag.softplus(logits)
    return _reduce(targets * yes + (1 - targets) * no, reduction)


def hinge(scores: Any, targets: Any, reduction: str = "mean") -> Any:
    """Hinge loss of a margin classifier: mean(max(0, 1 - t * score)).

    scores, targets: the same shape; targets -1 or 1.  reduction: "mean", "sum" or "none".
    Raises ShapeError if the shapes differ, LabelError for another target.
    Source: Cortes and Vapnik, Machine Learning 20 (1995).

    >>> hinge(np.array([2.0, 0.5]), np.array([1, -1])).item()
    0.75
    """
    scores, targets = _same_shape("hinge", scores, targets, reduction)
    plain = np.asarray(ag.detach(targets))
    if not np.all(np.abs(plain) == 1):
        raise LabelError("hinge: targets must be -1 or 1.\n  From 0 and 1: 2 * labels - 1.")
    return _reduce(ag.relu(1 - targets * scores), reduction)


def _same_shape(place: str, first: Any, second: Any, reduction: str) -> tuple[Any, Any]:
    _check_reduction(place, reduction)
    first, second = operand(first, place), operand(second, place)
    if first.shape != second.shape:
        raise ShapeError(
            f"{place}: shapes {first.shape} and {second.shape} differ.\n"
            "  Reshape one of them: for a single output, y.reshape(-1, 1)."
        )
    if not math.prod(first.shape) and reduction != "none":
        raise ShapeError(f"{place}: no examples, so no {reduction}. Give at least one.")
    if isinstance(first, Tensor) and isinstance(second, np.ndarray) and second.dtype != object:
        # a float64 target must not widen a float32 model
        second = second.astype(first.dtype, copy=False)
    return first, second


def _check_reduction(place: str, reduction: str) -> None:
    if reduction not in REDUCTIONS:
        raise ArgumentError(f"{place}: reduction={reduction!r}; use 'mean', 'sum' or 'none'.")


def _reduce(losses: Any, reduction: str) -> Any:
    if reduction == "none":
        return losses
    total = np.sum(losses) if losses.shape else losses
    return total if reduction == "sum" else total / math.prod(losses.shape)
