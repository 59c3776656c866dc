"""Formulas as trees, read from the LaTeX of the rule table.

The rule table holds its formulas as LaTeX. `parse` reads the part of LaTeX that the table and the
symbol printer write; what it does not know stays readable text. `mathml.py` prints the trees.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MINUS = "−"
TOKEN = re.compile(
    r"\s+|\\[A-Za-z]+\*?|\\.|[A-Za-z_][A-Za-z0-9]*(?<!_)|\d+\.?\d*(?:e[+-]?\d+)?|.", re.S
)
OPERATORS = {
    "cdot": "·",
    "times": "×",
    "odot": "⊙",
    "ge": "≥",
    "geq": "≥",
    "le": "≤",
    "leq": "≤",
    "ne": "≠",
    "neq": "≠",
    "lnot": "¬",
    "to": "→",
    "gets": "←",
    "Rightarrow": "⇒",
    "ldots": "…",
    "dots": "…",
    "cdots": "…",
    "infty": "∞",
    "sum": "∑",
    "prod": "∏",
    "top": "ᵀ",
    "lfloor": "⌊",
    "rfloor": "⌋",
    "lceil": "⌈",
    "rceil": "⌉",
    "lVert": "‖",
    "rVert": "‖",
}
GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "theta": "θ",
    "lambda": "λ",
    "mu": "μ",
    "pi": "π",
    "sigma": "σ",
    "phi": "φ",
    "Phi": "Φ",
    "partial": "∂",
}
SPACING = {"left", "right", "big", "Big", "bigl", "bigr", "displaystyle", "quad"}
WRAPPERS = {"operatorname", "mathrm", "mathit", "mathbf", "text", "textrm", "mathsf", "texttt"}


@dataclass(frozen=True, slots=True)
class Formula:
    """One piece of a formula: `kind` says which, `text` is its own text, `parts` its pieces."""

    kind: str  # row name word number operator fraction root power index text
    text: str = ""
    parts: tuple[Formula, ...] = ()


def row(*parts: Formula | str) -> Formula:
    """Pieces side by side; a string stands for an operator such as `=` or `·`."""
    return Formula("row", parts=tuple(operator(p) if isinstance(p, str) else p for p in parts))


def name(text: str) -> Formula:
    """A name of a node."""
    return Formula("name", text)


def number(text: str) -> Formula:
    """A number, as it is to be read."""
    return Formula("number", text)


def operator(text: str) -> Formula:
    """A sign between two pieces."""
    return Formula("operator", text)


def words(text: str) -> Formula:
    """Plain words within a formula."""
    return Formula("text", text)


def fraction(top: Formula, bottom: Formula) -> Formula:
    """One formula over another."""
    return Formula("fraction", parts=(top, bottom))


def partial(output: str, source: str) -> Formula:
    """The fraction d(output)/d(source), with the partial sign."""
    return Formula("partial", parts=(name(output), name(source)))


def matrix(rows: tuple[tuple[str, ...], ...]) -> Formula:
    """A small matrix of numbers."""
    return Formula("matrix", parts=tuple(row(*map(number, line)) for line in rows))


def parse(latex: str) -> Formula:
    """The formula that a piece of LaTeX writes.

    >>> from viz.mathml import plain
    >>> plain(parse(r"\\frac{a}{b} \\cdot x^2"))
    'a / b · x²'
    """
    tokens = [t for t in TOKEN.findall(latex) if not t.isspace()]
    formula = _Reader(tokens).row_until(None)
    if len(formula.parts) == 2 and formula.parts[0] == operator(MINUS):
        size = formula.parts[1]
        if size.kind == "number":
            return number(f"-{size.text}")
    return formula


def substitute(formula: Formula, names: Mapping[str, Formula]) -> Formula:
    """The formula with every name in `names` replaced.

    >>> from viz.mathml import plain
    >>> plain(substitute(parse(r"a \\cdot b"), {"b": number("-3")}))
    'a · (-3)'
    """
    if formula.kind in ("name", "word"):
        return names.get(formula.text, formula)
    parts = tuple(substitute(part, names) for part in formula.parts)
    return Formula(formula.kind, formula.text, parts)


def squares(formula: Formula) -> Formula:
    """The formula with y · y written as y².

    >>> from viz.mathml import plain
    >>> plain(squares(parse(r"1 - y \\cdot y")))
    '1 - y²'
    """
    parts: list[Formula] = []
    for part in map(squares, formula.parts):
        times = len(parts) >= 2 and parts[-1].text == "·"
        if times and part.kind in ("name", "word") and parts[-2] == part:
            parts[-2:] = [Formula("power", parts=(part, number("2")))]
        else:
            parts.append(part)
    if formula.kind == "row" and len(parts) == 1:
        return parts[0]
    return Formula(formula.kind, formula.text, tuple(parts))


def _shorter(digits: str) -> str:
    """A constant of the table to six significant digits: 0.7978845608 is 0.797885."""
    return digits if len(digits) <= 8 else f"{float(digits):.6g}"


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0

    def row_until(self, end: str | None) -> Formula:
        parts: list[Formula] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token == end:
                self.at += 1
                break
            if token in "^_" and parts:
                self.at += 1
                kind = "power" if token == "^" else "index"
                parts.append(Formula(kind, parts=(self._base(parts), self._one())))
                continue
            part = self._one()
            if part.kind != "row" or part.parts:  # \\left, \\right and spaces leave nothing
                parts.append(part)
        return parts[0] if len(parts) == 1 else Formula("row", parts=tuple(parts))

    @staticmethod
    def _base(parts: list[Formula]) -> Formula:
        """What an exponent stands on: the last piece, or all of a bracket that ends there."""
        start = len(parts) - 1
        if parts[start].text == ")":
            depth = 0
            for start in range(len(parts) - 1, -1, -1):
                depth += {")": 1, "(": -1}.get(parts[start].text, 0)
                if depth == 0:
                    break
        base = parts[start:]
        del parts[start:]
        return base[0] if len(base) == 1 else Formula("row", parts=tuple(base))

    def _one(self) -> Formula:
        if self.at >= len(self.tokens):
            return row()
        token = self.tokens[self.at]
        self.at += 1
        if token == "{":
            return self.row_until("}")
        if token.startswith("\\"):
            return self._command(token[1:])
        if token[0].isdigit():
            return number(_shorter(token))
        if token[0].isalpha():
            return name(token)
        return operator(MINUS if token == "-" else "·" if token == "*" else token)

    def _command(self, command: str) -> Formula:
        if command == "frac":
            return fraction(self._one(), self._one())
        if command == "sqrt":
            degree = row()
            if self.at < len(self.tokens) and self.tokens[self.at] == "[":
                self.at += 1
                degree = self.row_until("]")
            return Formula("root", parts=(self._one(), degree))
        if command in SPACING or not command.isalpha():
            return operator(command) if command in ("{", "}", "_", "%", "&", "#", "$") else row()
        if command in WRAPPERS:
            return self._wrapped()
        if command in OPERATORS:
            return operator(OPERATORS[command])
        if command in GREEK:
            return name(GREEK[command])
        return Formula("word", command)  # \tanh, \ln, \sin, \max and whatever else a row invents

    def _wrapped(self) -> Formula:
        if self.at >= len(self.tokens) or self.tokens[self.at] != "{":
            return row()
        self.at += 1
        taken = []
        while self.at < len(self.tokens) and self.tokens[self.at] != "}":
            taken.append(self.tokens[self.at].replace("\\", ""))
            self.at += 1
        self.at += 1
        return Formula("word", "".join(taken))
