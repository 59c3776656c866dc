"""NumPy's functions that are refused for a `Tensor`, each with its reason and a way out.

What is in no table at all is refused too, by name; here stands what deserves a better answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import MutationError, UnsupportedError

_NAN = (
    "is not differentiated: it leaves out entries by their values.\n"
    "  Say which ones count: np.{plain} with where=~np.isnan(t.data); or fill them first: "
    "np.where(np.isnan(t.data), 0.0, t)."
)
_NAN_PICK = (
    "is not differentiated: it leaves out entries by their values.\n"
    "  Drop them first: np.{plain}(t[~np.isnan(t.data)])."
)
_WRITES = (
    "writes into an array in place, and the gradient of what stood there would be lost.\n"
    "  Build a new array: np.where(mask, new, t), or np.concatenate."
)
_COMPLEX = "gives complex numbers; a Tensor holds real ones. Take .data if no gradient should flow."
_WHOLE = "works on whole numbers or bits, which have no gradient. Take .data.astype(int) for them."
_SETS = (
    "gives entries whose number depends on which are equal, so a gradient would depend on ties.\n"
    "  Take it of .data, and pick entries with t[np.unique(t.data, return_index=True)[1]]."
)
_COUNTS = (
    "counts how many entries fall into bins. The counts have no gradient and the edges of the bins "
    "depend on the data.\n  Take it of .data."
)
_POLYNOMIAL = (
    "has no derivative rule here. np.polyval has one, in the coefficients and in the point; "
    "take .data if no gradient should flow."
)
_FILES = "writes numbers out. Give it .data, so that it is seen that the graph stays behind."

IN_PLACE = ("put", "place", "putmask", "put_along_axis", "copyto", "fill_diagonal")
_WHOLE_NUMBERS = """gcd lcm bitwise_and bitwise_or bitwise_xor invert left_shift right_shift
bitwise_count packbits unpackbits bincount ix_ unravel_index ravel_multi_index"""
_DATES = "isnat is_busday busday_count busday_offset datetime_as_string"
_SETS_OF_ENTRIES = """
unique unique_all unique_counts unique_inverse unique_values union1d intersect1d
setdiff1d setxor1d trim_zeros"""
_POLYNOMIALS = "polyadd polysub polymul polydiv polyder polyint polyfit"
# The reason for each, by the name after np.
REASONS: dict[str, str] = {
    **{
        f"nan{name}": _NAN.replace("{plain}", name)
        for name in ("sum", "prod", "mean", "var", "std", "max", "min")
    },
    **{
        f"nan{name}": _NAN_PICK.replace("{plain}", name)
        for name in ("median", "quantile", "percentile", "cumsum", "cumprod", "argmax", "argmin")
    },
    **dict.fromkeys(IN_PLACE, _WRITES),
    **dict.fromkeys(("angle", "sort_complex", "roots", "poly"), _COMPLEX),
    **dict.fromkeys(_WHOLE_NUMBERS.split(), _WHOLE),
    **dict.fromkeys(_SETS_OF_ENTRIES.split(), _SETS),
    **dict.fromkeys(("histogram", "histogram2d", "histogramdd", "histogram_bin_edges"), _COUNTS),
    **dict.fromkeys(_POLYNOMIALS.split(), _POLYNOMIAL),
    **dict.fromkeys(("save", "savetxt", "savez", "savez_compressed"), _FILES),
    **dict.fromkeys(_DATES.split(), "is about dates; a Tensor holds real numbers."),
    "frexp": "gives a number's parts, which jump. Take .data if no gradient should flow.",
    "nextafter": "steps to a neighbouring float, which has no derivative. Take .data.",
    "spacing": "gives the distance to the next float, which has no derivative. Take .data.",
    "linalg.lstsq": "has no derivative rule. Write np.linalg.pinv(a) @ b; or, faster and less "
    "exact, np.linalg.solve(a.T @ a, a.T @ b).",
    **dict.fromkeys(
        ("linalg.eig", "linalg.eigvals"),
        "may give complex numbers, so it has no derivative rule. Of a symmetric matrix take "
        "np.linalg.eigh or np.linalg.eigvalsh.",
    ),
    "i0": "has no derivative rule: its derivative i1 is not in NumPy. Give one with ag.define.",
}


def refused(name: str) -> Exception | None:
    """The error for a function of NumPy's that is refused with a reason of its own."""
    reason = _COMPLEX if name.startswith("np.fft.") else REASONS.get(name.removeprefix("np."))
    if reason is None:
        return None
    kind = MutationError if name.removeprefix("np.") in IN_PLACE else UnsupportedError
    return kind(f"{name} {reason}")


def no_rule(name: str) -> Exception:
    """The error for a function of NumPy's that has no rule."""
    return refused(name) or UnsupportedError(
        f"{name} has no derivative rule, so its result would carry no gradient.\n"
        "  Build it from functions that have one, define one with ag.define, or take .data if no "
        "gradient should flow."
    )


def public_name(function: Any) -> str:
    """A function of NumPy's as users write it: np.sum, np.linalg.norm."""
    if isinstance(function, np.ufunc):
        return f"np.{function.__name__}"
    module = getattr(function, "__module__", None) or "numpy"
    return f"np{module.removeprefix('numpy')}.{function.__name__}"
