"""Fused rows: a linear layer with its activation as one operation, O = f(X W + b).

Written as X @ W, + b and f, a layer keeps three arrays for the backward pass and needs one: the
slope of tanh, sigmoid or ReLU follows from the output alone. Which activations that is true of the
rule table itself says, so no list of them is kept here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.array_rules import matmul, sum_to
from autograd_lite.array_sweep import holds_nan
from autograd_lite.matrix_rows import sum_of_rows
from autograd_lite.pullbacks import pullback, shielded_share
from autograd_lite.reads import OUTPUT, partial_reads
from autograd_lite.recording import here
from autograd_lite.rows import Elementwise, Structural, structural

_rows: dict[Elementwise | None, Structural | None] = {}


def affine(x: Any, w: Any, b: Any, activation: Elementwise | None = None) -> Any:
    """O = f(X W + b), as one operation where the slope of f can be told from the output.

    x: (n, d) or (d,).  w: (d, p).  b: (p,).  activation: f, a row of one input; None: O = X W + b.
    While somebody watches every operation, as `detect_anomaly` does, it is several.

    >>> affine(np.ones((1, 2)), np.eye(2), np.zeros(2))
    array([[1., 1.]])
    """
    row = fused(activation) if here.detector is None else None
    if row is not None:
        return row(x, w, b)
    z = x @ w + b
    return z if activation is None else activation(z)


def fused(activation: Elementwise | None = None) -> Structural | None:
    """The row of f(X W + b). None if the slope of f cannot be told from the output of f.

    >>> from autograd_lite.rules import gelu, tanh
    >>> fused(tanh), fused(gelu)
    (<rule affine_tanh>, None)
    """
    try:
        return _rows[activation]
    except KeyError:
        usable = activation is None or _follows_from_output(activation)
        row = _rows[activation] = _row(activation) if usable else None
        return row


def _follows_from_output(activation: Elementwise) -> bool:
    if activation.arity != 1 or not activation.builtin:
        return False
    return activation.from_output or partial_reads(activation)[0] <= {OUTPUT}


def _row(activation: Elementwise | None) -> Structural:
    def composed(x: Any, w: Any, b: Any) -> Any:
        z = x @ w + b
        return z if activation is None else activation(z)

    ufunc: Any = getattr(activation, "value", None)
    if not isinstance(ufunc, np.ufunc):
        ufunc = None

    def value(x: Any, w: Any, b: Any) -> Any:
        plain = type(x) is type(w) is np.ndarray and x.ndim == w.ndim == 2
        z = x.dot(w) if plain else np.matmul(x, w)
        if type(z) is not np.ndarray or (
            z.dtype is not b.dtype and z.dtype != np.result_type(z, b)
        ):
            z = z + b
            return z if activation is None else activation.on_arrays(z)
        np.add(z, b, out=z)
        if ufunc is not None:
            return ufunc(z, z)
        return z if activation is None else activation.on_arrays(z)

    def onset(g: Any, y: Any, x: Any, w: Any, b: Any) -> Any:
        """dL/dZ = dL/dO * f'(Z), from the output."""
        assert activation is not None
        if type(g) is np.ndarray and type(y) is np.ndarray:
            share = (activation.pullbacks.get("t") or pullback(activation, "t"))(g, y, y)
            if not holds_nan(share):
                return share
        return shielded_share(activation, 0, g, (y,), y)

    def at_once(node: Any, g: Any, kind: Any) -> Any:
        """All three gradients for a batch of rows; None where a NaN has come up."""
        to_x, to_w, to_b = node.a
        x, w, b = (a._data if type(a) is kind else a for a in node.a)
        if x.ndim != 2 or w.ndim != 2 or b.ndim != 1 or g.dtype is not w.dtype:
            return None
        if activation is not None:
            y = node._data
            g = (activation.pullbacks.get("t") or pullback(activation, "t"))(g, y, y)
        rows = sum_of_rows(g)
        total = rows.dot(rows)  # which a NaN in g makes one
        if total != total:
            return None
        found = [(to_b, rows)] if type(to_b) is kind else []
        if type(to_w) is kind:
            found.append((to_w, x.T.dot(g)))
        if type(to_x) is kind:
            found.append((to_x, g.dot(w.T)))
        return found

    name = "" if activation is None else activation.name
    inside = "{a} {b} + {c}"
    return structural(
        "affine" + f"_{name}" * bool(name),
        value=value,
        vjps=(
            lambda g, y, x, w, b: matmul.vjp(0, g, None, (x, w), {}),
            lambda g, y, x, w, b: matmul.vjp(1, g, None, (x, w), {}),
            lambda g, y, x, w, b: sum_to(g, shape=b.shape),
        ),
        onset=None if activation is None else onset,
        at_once=at_once,
        composed=composed,
        unfolds=True,
        latex=inside if activation is None else activation.latex.replace("{a}", inside),
        badge="XW+b" if activation is None else f"{activation.badge}(XW+b)",
    )
