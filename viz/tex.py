"""Names and numbers as LaTeX that is whole and safe, whatever a label contains."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np

from .numbers import is_small, short
from .picture import plain

SPECIAL = {
    "\\": r"\backslash{}",
    "~": r"\sim{}",
    "^": r"\hat{}",
    "<": "{<}",  # so that no reader of Markdown takes it for a tag
    ">": "{>}",
    '"': "''",
    " ": r"\ ",
    **{c: f"\\{c}" for c in "_#$%&{}"},
}
LONGEST = 40
GREEK = frozenset(
    (
        *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"),
        *("lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi"),
        *("psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon"),
        *("Phi", "Psi", "Omega"),
    )
)


def signed(terms: Sequence[str]) -> str:
    """Terms as a sum, where a negative one is subtracted: 5 - 15."""
    text = terms[0]
    for term in terms[1:]:
        text += f" - {term[1:]}" if term.startswith("-") else f" + {term}"
    return text


def approximately(x: Any) -> str:
    r"""`=` where four digits say all, else `\approx`."""
    if np.ndim(x) and not is_small(x):
        return r"\in"
    with np.errstate(all="ignore"):
        exact = all(
            not np.isfinite(v) or abs(float(short(v)) - v) <= 1e-12 * abs(v)
            for v in np.asarray(x, dtype=float).flat
        )
    return "=" if exact else r"\approx"


def quantity(x: Any) -> str:
    """A number to four digits, a small array as a matrix, a large one as its shape."""
    if np.ndim(x) == 0:
        return _number(x)
    if not is_small(x):
        return rf"\mathbb{{R}}^{{{shape(np.shape(x))}}}"
    rows = r" \\ ".join(" & ".join(map(_number, row)) for row in np.atleast_2d(np.asarray(x)))
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"


def bracketed(x: Any) -> str:
    """A number as a factor: in brackets if it is negative."""
    text = quantity(x)
    return f"({text})" if text.startswith("-") else text


def _number(x: Any) -> str:
    digits, _, exponent = short(x).partition("e")
    digits = {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{nan}"}.get(digits, digits)
    return rf"{digits} \cdot 10^{{{int(exponent)}}}" if exponent else digits


def constant(array: Any) -> str:
    """An array without a name: written out if it is small."""
    return quantity(array) if is_small(array) else rf"\text{{data}}_{{{shape(np.shape(array))}}}"


def shape(sizes: tuple[int, ...]) -> str:
    """A shape as mathematics writes it: 2 \\times 3."""
    return r" \times ".join(map(str, sizes)) or "1"


def math_name(name: str) -> str:
    r"""A name as LaTeX that is whole and safe: x_{1}, \alpha, w_{3}, \mathrm{loss}.

    >>> math_name("x1"), math_name("α"), math_name("w[3]"), math_name("50%")
    ('x_{1}', '\\alpha', 'w_{3}', '\\mathrm{50\\%}')
    """
    name = plain(name, LONGEST)
    indexed = re.fullmatch(r"(\w+?)_?(?:(\d+)|\[([\d, ]+)\])", name)
    if indexed and not indexed[1][-1].isdigit():
        places = indexed[2] or indexed[3].replace(" ", "")
        return rf"{_letters(indexed[1])}_{{{places}}}"
    return _letters(name)


def _letters(name: str) -> str:
    if len(name) == 1 and (name.isascii() and name.isalpha()):
        return name
    if len(name) == 1 and (greek := _greek(name)):
        return greek
    if re.fullmatch(r"\\[A-Za-z]+", name) and name[1:] in GREEK:
        return name  # a label that is LaTeX already
    return rf"\mathrm{{{upright(name)}}}" if name else r"\mathrm{?}"


def _greek(letter: str) -> str:
    words = unicodedata.name(letter, "").split()
    if words[:1] != ["GREEK"] or len(words) != 4:
        return ""
    name = {"LAMDA": "lambda"}.get(words[3], words[3].lower())
    name = name.capitalize() if words[1] == "CAPITAL" else name
    return f"\\{name}" if name in GREEK else ""


def upright(name: str) -> str:
    """A text for inside \\mathrm, with the signs that LaTeX reads as commands written out."""
    written = "".join(SPECIAL.get(c) or (f"{{{_greek(c)}}}" if _greek(c) else c) for c in name)
    # Letters beyond ASCII are text to LaTeX, never mathematics.
    return re.sub(r"[^\x00-\x7f]+", lambda letters: rf"\text{{{letters[0]}}}", written)


def printable(written: str) -> str:
    """A formula as a label that the symbols' printer passes on or rebuilds unchanged."""
    if re.fullmatch(r"[A-Za-z]_\{\d+\}", written):
        return written.replace("{", "").replace("}", "")
    return written if len(written) == 1 or "\\" in written else written + r"\relax"
