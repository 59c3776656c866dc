"""NumPy's functions of curves and of samples, found by `Tensor`: interp, convolve, cov, ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import rules
from .errors import ArgumentError, ShapeError
from .graph import numbers
from .joining_rules import concatenate
from .numpy_arguments import array, axis_in, refuse, whole
from .numpy_reductions import mean
from .picking_rules import index
from .product_rules import convolve as full_convolution
from .product_rules import matmul
from .recorded import when_known
from .reduction_rules import sum
from .shape_rules import astype, column, reshape, swap


def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """np.interp: the polyline through the points (xp, fp), at x.

    Differentiated in x, xp and fp. At a point the slope is that of the segment to the right;
    outside, where `left` or `right` (or the end's value) holds, it is 0 in x.
    Raises ShapeError if xp and fp are not two rows of equal length, ArgumentError if xp is not
    increasing or the period is 0.

    >>> import autograd_lite as ag
    >>> ag.grad(lambda x: np.interp(x, [0.0, 1.0, 3.0], [0.0, 2.0, 3.0]))(np.array(1.5))
    array(0.5)
    """
    x, xp, fp = (_at_least_double(array(a)) for a in (x, xp, fp))
    if xp.ndim != 1 or xp.shape != fp.shape or xp.shape[0] == 0:
        raise ShapeError(
            f"np.interp: xp {xp.shape}, fp {fp.shape}: they must be rows of the same length, of "
            "one point or more."
        )
    if period is not None:
        when_known(_refuse_no_period, numbers(period))
        x, xp, fp = _periodic(x, xp, fp, np.abs(numbers(period)))
        left = right = None
    knots = numbers(xp)
    when_known(_refuse_decreasing, knots)
    at = numbers(x)
    first, last = fp[0] if left is None else left, fp[-1] if right is None else right
    if len(knots) == 1:
        inside = fp[np.zeros(at.shape, dtype=int)]
    else:
        i = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
        (x0, x1), (y0, y1) = ((index(a, index=i), index(a, index=i + 1)) for a in (xp, fp))
        width = x1 - x0
        jump = numbers(width) == 0  # two knots in one place
        slope = rules.where(jump, 0.0, (y1 - y0) / rules.where(jump, 1.0, width))
        inside = slope * (x - x0) + y0
        inside = rules.where(at == knots[-1], slope * (x - xp[-1]) + fp[-1], inside)
    inside = rules.where(at < knots[0], first, inside)
    return rules.where(at > knots[-1], last, inside)


def _refuse_no_period(period: Any) -> None:
    if period == 0:
        raise ArgumentError("np.interp: period=0; it must not be 0.")


def _refuse_decreasing(knots: Any) -> None:
    if np.any(np.diff(knots) < 0):
        raise ArgumentError("np.interp: xp must increase from point to point.")


def _periodic(x: Any, xp: Any, fp: Any, period: Any) -> tuple[Any, Any, Any]:
    """Everything moved into one period, sorted, with a point added on either side."""
    x, xp = (a - np.floor(numbers(a) / period) * period for a in (x, xp))
    order = np.argsort(numbers(xp), kind="stable")
    xp, fp = index(xp, index=order), index(fp, index=order)
    xp = concatenate(xp[-1:] - period, xp, xp[:1] + period, axis=0)
    return x, xp, concatenate(fp[-1:], fp, fp[:1], axis=0)


def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """np.convolve: sum_m a[m] v[n - m], where they overlap ("full", "same" or "valid")."""
    a, v = _rows("np.convolve", a, v)
    if v.shape[0] > a.shape[0]:
        a, v = v, a
    return _cut(full_convolution(a, v), a.shape[0], v.shape[0], mode, "np.convolve")


def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """np.correlate: sum_m a[m + n] v[m], where they overlap ("full", "same" or "valid")."""
    a, v = _rows("np.correlate", a, v)
    if v.shape[0] > a.shape[0]:  # NumPy computes it the other way round, and turns the result
        return correlate(v, a, mode)[::-1]
    full = full_convolution(a, v[::-1])
    return _cut(full, a.shape[0], v.shape[0], mode, "np.correlate")


def _rows(name: str, *operands: Any) -> tuple[Any, ...]:
    found = tuple(array(x) for x in operands)
    found = tuple(reshape(x, shape=(1,)) if x.ndim == 0 else x for x in found)
    if any(x.ndim != 1 or x.shape[0] == 0 for x in found):
        shapes = ", ".join(str(x.shape) for x in found)
        raise ShapeError(f"{name}: {shapes}: both must be rows of one number or more.")
    return found


def _cut(full: Any, long: int, short: int, mode: str, name: str) -> Any:
    """The part of a full convolution that a mode asks for."""
    if mode not in ("full", "same", "valid"):
        raise ArgumentError(f"{name}: mode={mode!r}; give 'full', 'same' or 'valid'.")
    if mode == "full":
        return full
    start = (short - 1) // 2 if mode == "same" else short - 1
    return full[start : start + (long if mode == "same" else long - short + 1)]


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """np.trapezoid: the area under the polyline of y over x, or over steps of dx."""
    y = array(y)
    i = axis_in("np.trapezoid", axis, y.ndim)
    before, after = ((slice(None),) * i + (part,) for part in (slice(None, -1), slice(1, None)))
    if x is not None:
        x = array(x)
        if x.ndim == 1:
            dx = reshape(x[1:] - x[:-1], shape=(-1, *(1,) * (y.ndim - 1 - i)))
        else:
            dx = x[after] - x[before]
    return sum(dx * (y[after] + y[before]) / 2.0, axis=i)


def polyval(p: Any, x: Any) -> Any:
    """np.polyval: the polynomial with coefficients p, highest power first, at x (Horner)."""
    p, x = array(p), array(x)
    if p.ndim != 1:
        raise ShapeError(f"np.polyval: coefficients of shape {p.shape}; give a row of them.")
    y = x * 0.0
    for i in range(p.shape[0]):
        y = y * x + p[i]
    return y


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """np.vander: the powers of each x as a row, highest first unless `increasing`."""
    x = _at_least_double(array(x))
    if x.ndim != 1:
        raise ShapeError(f"np.vander: shape {x.shape}; give a row of numbers.")
    count = x.shape[0] if N is None else whole(N)
    if count < 0:
        raise ArgumentError(f"np.vander: N={count}; it must not be negative.")
    powers = np.arange(count)
    return rules.power(column(x), powers if increasing else powers[::-1])


def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """np.cov: how each pair of variables varies together, over the samples.

    fweights and aweights are plain arrays: how often and how much each sample counts.
    """
    refuse("np.cov", {"dtype": dtype})
    if ddof is not None and ddof != int(ddof):
        raise ArgumentError(f"np.cov: ddof={ddof!r}; it must be a whole number.")
    samples = _variables(m, rowvar, "np.cov")
    if y is not None:
        more = _variables(y, rowvar, "np.cov")
        if more.shape[1] != samples.shape[1]:
            raise ShapeError(
                f"np.cov: {samples.shape[1]} samples in m and {more.shape[1]} in y; give as many."
            )
        samples = concatenate(samples, more, axis=0)
    missing = (0 if bias else 1) if ddof is None else int(ddof)
    weights = _weights(fweights, aweights, samples.shape[1])
    if weights is None:
        count = samples.shape[1] - missing
        centred = samples - mean(samples, axis=1, keepdims=True)
        product = matmul(centred, swap(centred))
    else:
        total = np.sum(weights)
        average = sum(samples * weights, axis=1, keepdims=True) / total
        spread = 1.0 if aweights is None else np.sum(weights * np.asarray(aweights)) / total
        count = total - missing * spread
        centred = samples - average
        product = matmul(centred, swap(centred * weights))
    if count <= 0:
        raise ArgumentError(
            f"np.cov: {samples.shape[1]} samples less {missing} degrees of freedom leave "
            f"{count:g}; more samples are needed."
        )
    result = product / count
    return reshape(result, shape=tuple(n for n in result.shape if n != 1))


def _variables(m: Any, rowvar: bool, name: str) -> Any:
    """One row a variable, one column a sample."""
    m = array(m)
    if m.ndim > 2:
        raise ShapeError(f"{name}: shape {m.shape} has {m.ndim} axes; it may have 2 at most.")
    m = _at_least_double(m)
    if m.ndim < 2:
        return reshape(m, shape=(1, m.size))
    return m if rowvar or m.shape[0] == 1 else swap(m)


def _at_least_double(a: Any) -> Any:
    """In the precision that NumPy computes in here, whatever a is in."""
    wide = np.result_type(a.dtype, np.float64)
    return a if a.dtype == wide else astype(a, dtype=wide)


def _weights(fweights: Any, aweights: Any, samples: int) -> Any:
    found = None
    for name, given in (("fweights", fweights), ("aweights", aweights)):
        if given is None:
            continue
        weights = np.asarray(given, dtype=float)  # a Tensor refuses, and says so
        if weights.shape != (samples,):
            raise ShapeError(
                f"np.cov: {name} of shape {weights.shape} for {samples} samples; one for each."
            )
        if name == "fweights" and np.any(weights != np.rint(weights)):
            raise ArgumentError("np.cov: fweights counts samples, so it must be whole numbers.")
        if np.any(weights < 0):
            raise ArgumentError(
                f"np.cov: {name} must not be negative; the least is {weights.min()}."
            )
        found = weights if found is None else found * weights
    return found


def corrcoef(
    x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None, **settings: Any
) -> Any:
    """np.corrcoef: cov, over the standard deviations of both, so from -1 to 1."""
    refuse("np.corrcoef", {"dtype": dtype, **settings})
    c = cov(x, y, rowvar)
    if c.ndim == 0:
        return c / c
    along = np.arange(c.shape[0])
    deviation = rules.sqrt(c[along, along])
    return rules.clip(c / column(deviation) / deviation, -1.0, 1.0)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.interp: interp,
    np.convolve: convolve,
    np.correlate: correlate,
    np.trapezoid: trapezoid,
    np.polyval: polyval,
    np.vander: vander,
    np.cov: cov,
    np.corrcoef: corrcoef,
}
METHODS: dict[str, Callable[..., Any]] = {}
