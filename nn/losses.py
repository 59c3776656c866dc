"""How wrong a prediction is, as one number to make small."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import Node, Tensor
from autograd_lite.errors import ArgumentError, LabelError, ShapeError
from autograd_lite.rows import structural

from .functional import check_labels, log_softmax, one_hot, softmax


def _picked(logits: Any, labels: Any) -> Any:
    """Minus the log-probability of each example's own class: (n,)."""
    return -log_softmax(logits)[np.arange(len(labels)), labels]


def _mean_picked(logits: Any, labels: Any) -> Any:
    losses = _picked(logits, labels)
    return np.sum(losses) / len(labels)


def _cross_entropy_vjp(g: Any, y: Any, logits: Any, labels: Any) -> Any:
    target = one_hot(labels, logits.shape[-1]).astype(logits.dtype)
    return (softmax(logits) - target) * (g / len(labels))


softmax_cross_entropy = structural(
    "softmax_cross_entropy",
    # Fused: from logits, p - target is all that its gradient needs, and no log of 0 can arise.
    value=_mean_picked,
    vjps=(_cross_entropy_vjp,),
    composed=_mean_picked,
    latex=r"\operatorname{cross\_entropy}({a})",
    badge="CE",
)


def cross_entropy(logits: Any, labels: Any, reduction: str = "mean") -> Any:
    """Cross-entropy of a softmax classifier, computed from logits without overflow.

    L = mean_i( log(sum_j exp(z_ij)) - z_i,label_i ),  dL/dz = (softmax(z) - one_hot(label)) / n

    logits: (n, k) scores, or (k,) for one example.  labels: (n,) integers in [0, k), or one.
    reduction: "mean", "sum", or "none" for one loss an example.  Returns a scalar node.
    Raises LabelError if a label is outside [0, k), ShapeError if n differs.
    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.2.2.3.

    >>> cross_entropy(np.array([[2.0, 0.0]]), np.array([0])).item()
    0.126928...
    """
    logits = _operand(logits)
    if len(logits.shape) == 1:
        logits, labels = logits.reshape(1, -1), np.atleast_1d(labels)
    if len(logits.shape) != 2:
        raise ShapeError(f"cross_entropy: logits have shape {logits.shape}; give (n, classes).")
    checked = check_labels(labels, logits.shape[1], "cross_entropy")
    if checked.shape != logits.shape[:1]:
        raise ShapeError(
            f"cross_entropy: logits {logits.shape} and labels {checked.shape}: "
            f"{logits.shape[0]} examples need {logits.shape[0]} labels."
        )
    if not len(checked):
        raise ShapeError("cross_entropy: no examples, so there is no mean. Give at least one.")
    if reduction == "mean":
        return softmax_cross_entropy(logits, labels=checked)
    return _reduce(_picked(logits, checked), reduction)


def mse(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """Mean squared error: mean((prediction - target)^2).

    prediction, target: the same shape.  reduction: "mean", "sum" or "none".
    Raises ShapeError if the shapes differ: (n,) and (n, 1) would silently give n^2 differences.

    >>> mse(np.array([1.0, 2.0]), np.array([1.0, 4.0])).item()
    2.0
    """
    prediction, target = _same_shape("mse", prediction, target)
    distance = prediction - target
    return _reduce(distance * distance, reduction)


def binary_cross_entropy(logits: Any, targets: Any, reduction: str = "mean") -> Any:
    """Cross-entropy of a yes-or-no answer, from its logit: mean(softplus(z) - t z).

    It equals -t log s(z) - (1 - t) log(1 - s(z)) for the sigmoid s, and cannot overflow.
    logits, targets: the same shape; targets in [0, 1].  reduction: "mean", "sum" or "none".
    Raises ShapeError if the shapes differ, LabelError if a target is outside [0, 1].

    >>> binary_cross_entropy(np.array([0.0, 1000.0]), np.array([1, 1])).item()
    0.346573...
    """
    logits, targets = _same_shape("binary_cross_entropy", logits, targets)
    plain = ag.detach(targets)
    if np.size(plain) and not (np.min(plain) >= 0 and np.max(plain) <= 1):
        raise LabelError(
            f"binary_cross_entropy: targets go from {np.min(plain)} to {np.max(plain)}; "
            "they must lie in [0, 1]."
        )
    return _reduce(ag.softplus(logits) - logits * targets, reduction)


def hinge(scores: Any, targets: Any, reduction: str = "mean") -> Any:
    """Hinge loss of a margin classifier: mean(max(0, 1 - t * score)).

    scores, targets: the same shape; targets -1 or 1.  reduction: "mean", "sum" or "none".
    Raises ShapeError if the shapes differ, LabelError for another target.
    Source: Cortes and Vapnik, Machine Learning 20 (1995).

    >>> hinge(np.array([2.0, 0.5]), np.array([1, -1])).item()
    0.75
    """
    scores, targets = _same_shape("hinge", scores, targets)
    plain = np.asarray(ag.detach(targets))
    if not np.all(np.abs(plain) == 1):
        raise LabelError("hinge: targets must be -1 or 1.\n  From 0 and 1: 2 * labels - 1.")
    return _reduce(ag.relu(1 - targets * scores), reduction)


def _operand(x: Any) -> Any:
    return x if isinstance(x, Node | np.ndarray) else np.asarray(x)


def _same_shape(place: str, first: Any, second: Any) -> tuple[Any, Any]:
    first, second = _operand(first), _operand(second)
    if first.shape != second.shape:
        raise ShapeError(
            f"{place}: shapes {first.shape} and {second.shape} differ.\n"
            "  Reshape one of them: for a single output, y.reshape(-1, 1)."
        )
    if isinstance(first, Tensor) and isinstance(second, np.ndarray) and second.dtype != object:
        second = second.astype(first.dtype)  # a float64 target must not widen a float32 model
    return first, second


def _reduce(losses: Any, reduction: str) -> Any:
    if reduction == "none":
        return losses
    if reduction == "sum":
        return np.sum(losses)
    if reduction == "mean":
        if not np.prod(np.shape(ag.detach(losses))):
            raise ShapeError("A mean of no losses has no value. Give at least one example.")
        return np.mean(losses)
    raise ArgumentError(f"reduction={reduction!r}: use 'mean', 'sum' or 'none'.")
