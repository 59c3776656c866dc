"""The table, continued: rows of linear algebra, on one matrix or a stack of them.

A matrix is the last two axes. Where NumPy reads one triangle of a symmetric matrix only (cholesky,
eigh), the gradient is that of what it computes: the other triangle has gradient 0, and an entry
that stands for two has the sum of both.

Sources: Giles, Collected Matrix Derivative Results for Forward and Reverse Mode AD (2008); for pinv
Golub and Pereyra, The Differentiation of Pseudo-Inverses (1973); for cholesky Seeger, Hetzel, Dai,
Meissner, Lawrence, Auto-Differentiating Linear Algebra (2017); for qr Walter, Lehmann, Algorithmic
Differentiation of Linear Algebra with Applications in Optimum Experimental Design (2010).
"""

# mypy: disable-error-code="has-type"
# (rules name rows that stand further down: they are called later)
from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from .errors import GradientError, LinAlgError
from .graph import numbers
from .recorded import when_known
from .reduction_rules import sum
from .rows import structural
from .rules import absolute, equal, power, sign, where
from .shape_rules import column, reshape, row, spread, sum_to, swap

# --- norms ----------------------------------------------------------------------------------------


def _norm_vjp(g: Any, y: Any, a: Any, axis: Any, keepdims: bool) -> Any:
    y = spread(y, a, axis)
    return spread(g, a, axis) * where(equal(y, 0), 0, a / where(equal(y, 0), 1, y))


norm = structural(
    "norm",
    # The square root of the sum of squares. Its gradient is a / |a|, and 0 where |a| is 0.
    value=lambda a, axis, keepdims: np.sqrt(np.sum(a * a, axis=axis, keepdims=keepdims)),
    vjps=(_norm_vjp,),
    vjp_latex=(r"{g} \odot \frac{{a}}{{y}}",),
    latex=r"\left\lVert {a} \right\rVert",
    badge="‖a‖",
)


def _norm_p_vjp(g: Any, y: Any, a: Any, p: float, axis: Any, keepdims: bool) -> Any:
    y = spread(y, a, axis)
    zero = equal(a * y, 0)
    ratio = where(zero, 1, absolute(a) / where(equal(y, 0), 1, y))
    return spread(g, a, axis) * where(zero, 0, sign(a) * power(ratio, p - 1))


norm_p = structural(
    "norm_p",
    # (sum |a|^p)^(1/p). An entry of 0 has gradient 0, as |a| has at 0.
    value=lambda a, p, axis, keepdims: _norm_p(a, p, axis, keepdims),
    vjps=(_norm_p_vjp,),
    latex=r"\left\lVert {a} \right\rVert_p",
    badge="‖a‖ₚ",
)


def _norm_p(a: Any, p: float, axis: Any, keepdims: bool) -> Any:
    with np.errstate(divide="ignore"):  # a negative power of 0 is infinite, and the norm then 0
        return np.sum(np.abs(a) ** p, axis=axis, keepdims=keepdims) ** (1 / p)


# --- inverses -------------------------------------------------------------------------------------


def _inv(a: Any) -> Any:
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError as error:
        raise LinAlgError(f"inv: {_which_is_singular(a) or error}") from None


def _solve(a: Any, b: Any) -> Any:
    try:
        return np.linalg.solve(a, b)
    except np.linalg.LinAlgError as error:
        shapes = f"a {np.shape(a)}, b {np.shape(b)}"
        raise LinAlgError(f"solve: {shapes}: {_which_is_singular(a) or error}") from None


def _which_is_singular(a: Any) -> str:
    """What to say of a matrix, or of the first of a stack, that has no inverse."""
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        return f"shape {a.shape} is not that of a square matrix."
    for place in np.ndindex(a.shape[:-2]):
        try:
            np.linalg.inv(a[place])
        except np.linalg.LinAlgError:
            levels = np.linalg.svd(a[place], compute_uv=False)
            return (
                f"the matrix {a.shape}{_at(place)} is singular: its singular values go from "
                f"{levels[0]:.4g} down to {levels[-1]:.4g}.\n"
                "  np.linalg.pinv has an answer for such a matrix."
            )
    return ""


def _at(place: tuple[int, ...]) -> str:
    return f" at {list(place)}" if place else ""


inv = structural(
    "inv",
    value=_inv,
    vjps=(lambda g, y, a: -(swap(y) @ g @ swap(y)),),
    vjp_latex=(r"-{y}^{\top} {g} {y}^{\top}",),
    latex="{a}^{-1}",
    badge="a⁻¹",
)


def _solve_b(g: Any, a: Any, b: Any) -> Any:
    """The gradient of the right-hand side, before broadcasting is undone: a^T x = g."""
    if b.ndim > 1:
        return solve(swap(a), g)
    answer = solve(swap(a), column(g))
    return reshape(answer, shape=answer.shape[:-1])


def _solve_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    back = _solve_b(g, a, b)
    product = column(back) * row(y) if b.ndim == 1 else back @ swap(y)
    return sum_to(-product, shape=a.shape)


solve = structural(
    "solve",
    value=_solve,
    vjps=(
        lambda g, y, a, b: _solve_a(g, y, a, b),
        lambda g, y, a, b: sum_to(_solve_b(g, a, b), shape=b.shape),
    ),
    vjp_latex=(r"-\left({a}^{-\top} {g}\right) {y}^{\top}", r"{a}^{-\top} {g}"),
    latex="{a}^{-1} {b}",
)


def _pinv_vjp(g: Any, y: Any, a: Any, rcond: Any) -> Any:
    when_known(lambda a: _refuse_lower_rank(a, rcond), numbers(a))
    rows, columns = a.shape[-2:]
    p, pt, gt = y, swap(y), swap(g)
    total = -(pt @ g @ pt)
    if rows > columns:
        total = total + (gt - a @ (p @ gt)) @ (p @ pt)
    if rows < columns:
        total = total + (pt @ p) @ (gt - (gt @ p) @ a)
    return total


def _refuse_lower_rank(a: Any, rcond: Any) -> None:
    levels = np.linalg.svd(a, compute_uv=False)
    if not levels.size:
        return
    relative = max(a.shape[-2:]) * np.finfo(a.dtype).eps if rcond is None else np.asarray(rcond)
    low = levels[..., -1] <= np.asarray(relative) * levels[..., 0]
    if np.any(low):
        place = tuple(int(i) for i in np.argwhere(low)[0])
        raise GradientError(
            f"pinv: the matrix {a.shape}{_at(place)} has not full rank: its singular values go "
            f"from {levels[place][0]:.4g} down to {levels[place][-1]:.4g}.\n"
            "  The pseudo-inverse jumps there, so it has no derivative."
        )


pinv = structural(
    "pinv",
    value=lambda a, rcond: np.linalg.pinv(a) if rcond is None else np.linalg.pinv(a, rcond),
    vjps=(_pinv_vjp,),
    latex="{a}^{+}",
    badge="a⁺",
)

# --- determinants ---------------------------------------------------------------------------------


def _block(g: Any) -> Any:
    """One number a matrix, as the matrix axes need it."""
    return column(column(g))


det = structural(
    "det",
    value=np.linalg.det,
    # Jacobi's formula, with cofactors instead of det times inverse: those exist everywhere.
    vjps=(lambda g, y, a: _block(g) * cofactors(a),),
    vjp_latex=(r"{g} \operatorname{cof}({a})",),
    vjp_remarks=(
        r"$\operatorname{cof}(M)$ is the matrix of cofactors: $\det(M) M^{-\top}$ where $M$ has an "
        "inverse",
    ),
    latex=r"\det({a})",
)


def _in_singular_axes(a: Any) -> tuple[Any, Any, Any, Any]:
    """U, s, V^T, and the sign det(U) det(V) of a matrix a = U diag(s) V^T."""
    u, s, vt = np.linalg.svd(a)
    return u, s, vt, np.sign(np.linalg.det(u @ vt))[..., None, None]


def _others(s: Any) -> Any:
    """For each entry of s the product of all the others, without dividing."""
    one = np.ones((*s.shape[:-1], 1), dtype=s.dtype)
    before = np.cumprod(np.concatenate([one, s[..., :-1]], axis=-1), axis=-1)
    after = np.cumprod(np.concatenate([one, s[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    return before * after


def _cofactors(a: Any) -> Any:
    """The cofactor matrix, d det(a) / da: det(a) inv(a)^T where a has an inverse."""
    if a.shape[-1] == 0:
        return np.zeros_like(a)
    u, s, vt, turn = _in_singular_axes(a)
    return turn * (u * _others(s)[..., None, :]) @ vt


cofactors = structural(
    "cofactors",
    value=_cofactors,
    vjps=(lambda g, y, a: cofactor_slopes(g, a),),
    latex=r"\operatorname{cof}({a})",
    badge="cof",
)


def _other_pairs(s: Any) -> Any:
    """For each i and j the product of all entries of s but these two; 0 where i = j."""
    n = s.shape[-1]
    later = np.arange(n) > np.arange(n)[:, None]
    one = np.ones((*s.shape, 1), dtype=s.dtype)
    # Row i: the entries after i multiplied up, so that column j holds those between i and j.
    between = np.cumprod(np.where(later, s[..., None, :], 1), axis=-1)
    between = np.concatenate([one, between[..., :-1]], axis=-1)
    ones = one[..., :1, :]
    before = np.cumprod(np.concatenate([ones[..., 0], s[..., :-1]], axis=-1), axis=-1)
    after = np.cumprod(np.concatenate([ones[..., 0], s[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    upper = np.where(later, before[..., :, None] * between * after[..., None, :], 0)
    return upper + np.swapaxes(upper, -1, -2)


def _cofactor_slopes(h: Any, a: Any) -> Any:
    """d sum(h * cof(a)) / da. In the singular axes of a, minors of a diagonal matrix."""
    if a.shape[-1] == 0:
        return np.zeros_like(a)
    u, s, vt, turn = _in_singular_axes(a)
    turned = turn * (np.swapaxes(u, -1, -2) @ h @ np.swapaxes(vt, -1, -2))
    pairs = _other_pairs(s)
    inside = -np.swapaxes(pairs * turned, -1, -2)
    along = np.arange(a.shape[-1])
    diagonal = np.sum(pairs * turned[..., None, along, along], axis=-1)
    inside = np.where(np.eye(len(along), dtype=bool), diagonal[..., None, :], inside)
    return u @ inside @ vt


def _slopes_of_slopes(g: Any, h: Any, a: Any) -> Any:
    """d sum(g * cofactor_slopes(h, a)) / da, by the derivative of det(a) and of inv(a)^T."""
    when_known(_refuse_singular, numbers(a))
    c = swap(inv(a))
    ch, cg = c @ swap(h) @ c, c @ swap(g) @ c
    on_h, on_g = (_block(sum(x * c, axis=(-2, -1))) for x in (h, g))
    both = _block(sum(g * ch, axis=(-2, -1)))
    mixed = ch @ swap(g) @ c + cg @ swap(h) @ c
    return _block(det(a)) * (c * (on_h * on_g - both) - on_g * ch - on_h * cg + mixed)


def _refuse_singular(a: Any) -> None:
    levels = np.linalg.svd(a, compute_uv=False)
    if np.any(levels[..., -1:] <= a.shape[-1] * np.finfo(a.dtype).eps * levels[..., :1]):
        raise GradientError(
            f"det: the third derivative at a singular matrix {a.shape} is not supported; singular "
            f"values go down to {np.min(levels):.4g}.\n  The first two derivatives are."
        )


cofactor_slopes = structural(
    "cofactor_slopes",
    value=_cofactor_slopes,
    vjps=(
        lambda g, y, a, b: cofactor_slopes(g, b),  # the form is symmetric
        lambda g, y, a, b: _slopes_of_slopes(g, a, b),
    ),
    latex=r"\operatorname{cof}'({b})[{a}]",
    badge="cof′",
)


def _log_det_vjp(g: Any, y: Any, a: Any) -> Any:
    when_known(partial(_refuse_log_of_zero, a.shape), numbers(y))
    return _block(g) * swap(inv(a))


def _refuse_log_of_zero(shape: Any, y: Any) -> None:
    if np.any(np.isneginf(y)):
        raise GradientError(
            f"slogdet: the determinant of a matrix {shape} is 0, its logarithm -inf, and the "
            "gradient there is infinite.\n  np.linalg.det has a gradient at a singular matrix."
        )


log_det = structural(
    "log_det",
    value=lambda a: np.linalg.slogdet(a)[1],
    vjps=(_log_det_vjp,),
    vjp_latex=(r"{g} {a}^{-\top}",),
    latex=r"\ln \left|\det({a})\right|",
    badge="ln|det|",
)

# --- triangular factors ---------------------------------------------------------------------------


def lower_half(a: Any) -> Any:
    """The triangle below the diagonal as it is, the diagonal halved, 0 above."""
    n = a.shape[-1]
    return a * (np.tri(n) - np.eye(n) / 2).astype(a.dtype)


def on_lower(a: Any) -> Any:
    """A gradient of the whole symmetric matrix, on the lower triangle that stands for it."""
    return lower_half(a + swap(a))


def _cholesky_vjp(g: Any, y: Any, a: Any) -> Any:
    middle = lower_half(swap(y) @ g)
    left = solve(swap(y), middle)  # L^-T P L^-1, the second factor by L^T X^T = (L^-T P)^T
    return on_lower(swap(solve(swap(y), swap(left))))


cholesky = structural(
    "cholesky",
    value=np.linalg.cholesky,
    vjps=(_cholesky_vjp,),
    latex=r"\operatorname{chol}({a})",
    badge="chol",
)


def _qr(a: Any) -> Any:
    q, r = np.linalg.qr(a)
    return np.concatenate([q, np.swapaxes(r, -1, -2)], axis=-2)


def _qr_vjp(g: Any, y: Any, a: Any) -> Any:
    rows = a.shape[-2]
    q, r = y[..., :rows, :], swap(y[..., rows:, :])
    when_known(partial(_refuse_dependent_columns, a.shape), numbers(r))
    gq, gr = g[..., :rows, :], swap(g[..., rows:, :])
    m = lower_half(r @ swap(gr) - swap(gq) @ q)
    return swap(solve(r, swap(gq + q @ (m + swap(m)))))


def _refuse_dependent_columns(shape: Any, r: Any) -> None:
    steps = np.abs(np.diagonal(r, axis1=-2, axis2=-1))
    limit = max(shape[-2:]) * np.finfo(r.dtype).eps * np.max(steps, axis=-1, initial=0)
    if np.any(steps <= limit[..., None]):
        raise GradientError(
            f"qr: the columns of a matrix {shape} depend on each other: the diagonal of R goes "
            f"down to {np.min(steps):.4g}.\n  The factors have no derivative there."
        )


qr = structural(
    "qr",
    # Both factors in one array, Q above R^T, for a matrix that is not wider than high.
    value=_qr,
    vjps=(_qr_vjp,),
    latex=r"\operatorname{qr}({a})",
)
