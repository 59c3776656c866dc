"""How wrong a prediction is, as one number to make small."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import Tensor
from autograd_lite.errors import ArgumentError, LabelError, ShapeError
from autograd_lite.matrix_rows import largest_of_rows, row_numbers, totals_of_rows
from autograd_lite.recorded import is_recorded, picked
from autograd_lite.rows import structural

from .functional import check_labels, log_softmax, operand, rows_of_one, softmax

REDUCTIONS = ("mean", "sum", "none")


def _picked(logits: Any, labels: Any) -> Any:
    """Minus the log-probability of each example's own class: (n,)."""
    return -log_softmax(logits)[np.arange(len(labels)), labels]


def _mean_picked(logits: Any, labels: Any) -> Any:
    return np.sum(_picked(logits, labels)) / len(labels)


def _mean_picked_of_arrays(logits: Any, labels: Any) -> tuple[Any, Any]:
    """The same of plain arrays, in as few steps as it takes; and what its gradient is made of."""
    if not (type(logits) is type(labels) is np.ndarray and logits.dtype.kind == "f"):
        return _mean_picked(logits, labels), None
    n = len(labels)
    shifted = logits - largest_of_rows(logits)
    powers = np.exp(shifted)
    totals = totals_of_rows(powers)
    picked = shifted[row_numbers(n), labels]
    return np.add.reduce(np.log(totals.reshape(n)) - picked) / n, (powers, totals)


def _cross_entropy_vjp(g: Any, y: Any, logits: Any, labels: Any) -> Any:
    if type(logits) is type(labels) is type(g) is np.ndarray:
        powers = np.exp(logits - largest_of_rows(logits))
        return _cross_entropy_gradient(g, powers, totals_of_rows(powers), labels)
    target = rows_of_one(labels, logits.shape[-1], logits.dtype)
    return (softmax(logits) - target) * (g / len(labels))


def _cross_entropy_gradient(g: Any, powers: Any, totals: Any, labels: Any) -> Any:
    """(p - y) g / n, where p are the powers of e over their totals."""
    n = len(labels)
    p = powers / totals
    p[row_numbers(n), labels] -= 1
    p *= g / n
    return p


def _cross_entropy_at_once(node: Any, g: Any, kind: Any) -> Any:
    kept = getattr(node, "kept", None)  # where the ordinary case has computed it
    if kept is None or type(g) is not np.ndarray or g != g:
        return None
    powers, totals = kept
    return ((node.a[0], _cross_entropy_gradient(g, powers, totals, node.params["labels"])),)


def _cross_entropy_shows(g: Any, y: Any, logits: Any, labels: Any) -> dict[str, Any]:
    target = rows_of_one(labels, logits.shape[-1], logits.dtype)
    return {"g": g, "p": softmax(logits), "y": target, "n": np.asarray(len(labels))}


softmax_cross_entropy = structural(
    "softmax_cross_entropy",
    # Fused: from logits, p - target is all that its gradient needs, and no log of 0 can arise.
    value=lambda logits, labels: _mean_picked_of_arrays(logits, labels)[0],
    keeping=_mean_picked_of_arrays,
    at_once=_cross_entropy_at_once,
    vjps=(_cross_entropy_vjp,),
    composed=_mean_picked,
    latex=r"\operatorname{cross\_entropy}({a})",
    vjp_latex=(r"\frac{{g}}{n} \left(\operatorname{softmax}({a}) - \operatorname{onehot}\right)",),
    vjp_remarks=(
        "$n$ is the number of examples",
        r"$\operatorname{onehot}$ has a 1 in each row, at the true class, and 0 elsewhere",
    ),
    vjp_shows=(_cross_entropy_shows,),
    vjp_entry=("{g} · ({p} - {y}) / {n}",),
    badge="CE",
)


def cross_entropy(
    logits: Any,
    labels: Any,
    reduction: str = "mean",
    weight: Any = None,
    label_smoothing: float = 0.0,
) -> Any:
    """Cross-entropy of a softmax classifier, computed from logits without overflow.

    L = mean_i( log(sum_j exp(z_ij)) - z_i,label_i ),  dL/dz = (softmax(z) - one_hot(label)) / n

    logits: (n, k) scores, or (k,) for one example.  labels: (n,) integers in [0, k), or one.
    reduction: "mean", "sum", or "none" for one loss an example.
    weight: (k,) how much each class counts, 0 or more; the mean is then over the weights of the
    labels.  label_smoothing: a share s of every label is spread evenly over all k classes, so the
    target is (1 - s) one_hot(label) + s / k.
    Returns a scalar node; for plain logits a plain number.
    Raises LabelError if a label is outside [0, k), ShapeError if n differs or is 0, ArgumentError
    for another reduction, weights below 0 or smoothing outside [0, 1).
    Sources: Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.2.2.3; Szegedy et al.,
    CVPR (2016), section 7, for label smoothing.

    >>> cross_entropy(np.array([[2.0, 0.0]]), np.array([0])).item()
    0.126928...
    """
    logits, labels, single = _scores("cross_entropy", logits, labels, reduction)
    weights = None
    if weight is not None:
        weights = _class_weights("cross_entropy", weight, logits.shape[1], logits.dtype)
    if not 0 <= label_smoothing < 1:
        raise ArgumentError(
            f"cross_entropy: label_smoothing={label_smoothing!r}; give a share in [0, 1)."
        )
    if weights is None and not label_smoothing and reduction != "none":
        mean = softmax_cross_entropy(logits, labels=labels)
        return mean if reduction == "mean" else mean * len(labels)
    if not label_smoothing:
        losses = _picked(logits, labels)
        return _over_labels(losses, labels, weights, reduction, single)
    classes = logits.shape[1]
    target = rows_of_one(labels, classes, logits.dtype) * (1 - label_smoothing)
    target = target + label_smoothing / classes
    if weights is None:
        return _over_labels(_against(logits, target), labels, None, reduction, single)
    # the weight of a class counts in the target itself, not once more for the label
    losses = _against(logits, target * weights)
    if reduction != "mean":
        return _over_labels(losses, labels, None, reduction, single)
    return np.sum(losses) / _share("cross_entropy", picked(weights, labels))


def nll(log_probabilities: Any, labels: Any, reduction: str = "mean", weight: Any = None) -> Any:
    """Negative log-likelihood: minus the log-probability of each example's own class.

    L = mean_i( -log p_i,label_i ); of `nn.log_softmax(z)` it is cross_entropy(z, labels).

    log_probabilities: (n, k), or (k,) for one example.  labels, reduction, weight, what it raises:
    as for cross_entropy.

    >>> nll(np.log([[0.25, 0.75]]), [1]).item()
    0.287682...
    """
    scores, labels, single = _scores("nll", log_probabilities, labels, reduction)
    weights = _class_weights("nll", weight, scores.shape[1], scores.dtype)
    losses = -scores[np.arange(len(labels)), labels]
    return _over_labels(losses, labels, weights, reduction, single)


def _scores(place: str, scores: Any, labels: Any, reduction: str) -> tuple[Any, Any, bool]:
    """Scores (n, k) and labels (n,) that fit, and whether they were of a single example."""
    scores, single = operand(scores, place), False
    _check_reduction(place, reduction)
    shape = scores.shape
    if len(shape) == 1 and np.ndim(labels) == 0:
        scores, labels, single = scores.reshape(1, -1), np.atleast_1d(labels), True
        shape = scores.shape
    if len(shape) != 2 or not shape[1]:
        raise ShapeError(
            f"{place}: logits {shape} and labels {np.shape(labels)}.\n"
            "  Give logits (n, classes) and labels (n,), or logits (classes,) and one label."
        )
    checked = check_labels(labels, shape[1], place)
    if checked.shape != shape[:1]:
        raise ShapeError(
            f"{place}: logits {shape} and labels {checked.shape}: "
            f"{shape[0]} examples need labels of shape {shape[:1]}."
            + ("\n  Flatten the labels: labels.ravel()." if checked.ndim > 1 else "")
        )
    if not shape[0] and reduction != "none":
        raise ShapeError(f"{place}: no examples, so no {reduction}. Give at least one.")
    return scores, checked, single


def _class_weights(place: str, weight: Any, classes: int, dtype: Any) -> Any:
    if weight is None:
        return None
    weights = np.asarray(operand(weight, place), dtype=float if dtype.kind == "O" else dtype)
    if weights.shape != (classes,):
        raise ShapeError(f"{place}: weight {weights.shape}; there are {classes} classes.")
    if not (np.all(weights >= 0) and np.all(np.isfinite(weights))):
        raise ArgumentError(f"{place}: weight={weight!r:.60}; give numbers of 0 or more.")
    return weights


def _against(logits: Any, target: Any) -> Any:
    return -np.sum(log_softmax(logits) * target, axis=-1)


def _over_labels(losses: Any, labels: Any, weights: Any, reduction: str, single: bool) -> Any:
    """One loss an example, weighed by its class and reduced."""
    counts = None if weights is None else picked(weights, labels)
    if counts is not None:
        losses = losses * counts
    if reduction == "none":
        return losses[0] if single else losses
    total = np.sum(losses)
    if reduction == "sum":
        return total
    return total / (len(labels) if counts is None else _share("cross_entropy", counts))


def _share(place: str, counts: Any) -> Any:
    total = np.sum(counts)
    if is_recorded(total):  # a division by 0 then makes the loss nan, which is noticed
        return total
    total = float(total)
    if not total:
        raise ArgumentError(f"{place}: every label here has weight 0, so there is no mean.")
    return total


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


def l1(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """Mean absolute error: mean(|prediction - target|). Where they are equal its slope is 0.

    prediction, target, reduction, what it raises: as for mse.

    >>> l1(np.array([1.0, 2.0]), np.array([1.0, 4.0])).item()
    1.0
    """
    prediction, target = _same_shape("l1", prediction, target, reduction)
    return _reduce(ag.absolute(prediction - target), reduction)


def huber(prediction: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """Squared error near the target, absolute error far from it, so that outliers count less.

    For the distance r: r^2 / 2 where |r| <= delta, else delta (|r| - delta / 2).

    prediction, target, reduction: as for mse.  delta: where it changes, above 0.
    Raises ShapeError if the shapes differ, ArgumentError for delta not above 0.
    Source: Huber, Robust Estimation of a Location Parameter, Ann. Math. Stat. 35 (1964).

    >>> huber(np.array([0.5, 3.0]), np.array([0.0, 0.0]), reduction="none")
    array([0.125, 2.5  ])
    """
    if not 0 < delta < math.inf:
        raise ArgumentError(f"huber: delta={delta!r}; give a positive number.")
    prediction, target = _same_shape("huber", prediction, target, reduction)
    size = ag.absolute(prediction - target)
    near = ag.minimum(size, delta)  # r^2 / 2 up to delta, and delta for each step beyond
    return _reduce(near * near * 0.5 + delta * (size - near), reduction)


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
    ag.checked(ag.detach(targets), _check_shares)
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
    ag.checked(ag.detach(targets), _check_signs)
    return _reduce(ag.relu(1 - targets * scores), reduction)


def _check_shares(targets: Any) -> None:
    if np.size(targets) and not (np.min(targets) >= 0 and np.max(targets) <= 1):
        raise LabelError(
            f"binary_cross_entropy: targets go from {np.min(targets)} to {np.max(targets)}; "
            "they must lie in [0, 1]."
        )


def _check_signs(targets: Any) -> None:
    if not np.all(np.abs(targets) == 1):
        raise LabelError("hinge: targets must be -1 or 1.\n  From 0 and 1: 2 * labels - 1.")


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
