"""The rule table as Markdown: every row, its formula, its derivatives and what is agreed of it."""

from __future__ import annotations

from autograd_lite.rows import INPUT_NAMES, TABLE, Elementwise, Structural
from autograd_lite.symbols import Symbol, latex

HEAD = """# The rule table

A derivative rule is written once, as one row of a table; this page is that table, as a program
reads it. $a$, $b$, $c$ are the inputs of an operation and $y$ is its output.

## Entry by entry

Each entry of the output depends on one entry of each input. The derivative is the factor on the
arrow of the graph: what arrives from above is multiplied by it.

| row | operation | where it is smooth, and what is agreed elsewhere | derivatives |
|---|---|---|---|
"""
WHOLE = """

## Whole arrays

These move, add up or multiply whole arrays; they turn the gradient $g$ of the output into that of
an input.

| row | operation | gradient of the first input |
|---|---|---|
"""


def rule_table() -> str:
    """The page."""
    rows = [rule for rule in TABLE.values() if rule.builtin]
    entries = [rule for rule in rows if isinstance(rule, Elementwise)]
    whole = [rule for rule in rows if isinstance(rule, Structural)]
    return (
        HEAD
        + "\n".join(map(_entry, sorted(entries, key=lambda rule: rule.name)))
        + WHOLE
        + "\n".join(map(_whole, sorted(whole, key=lambda rule: rule.name)))
        + "\n"
    )


def _entry(rule: Elementwise) -> str:
    names = INPUT_NAMES[: rule.arity]
    operands = tuple(Symbol(name) for name in names)
    slopes = []
    for i, name in enumerate(names):
        if rule.partials[i] is not None:
            slope = _cell(latex(rule.local(i, operands, Symbol("y"))))
            slopes.append(rf"$\frac{{\partial y}}{{\partial {name}}} = {slope}$")
    formula = rule.latex
    for name in names:
        formula = formula.replace(f"{{{name}}}", name)
    smooth = [
        f"${name} \\in ({_number(low)}, {_number(high)})$"
        for name, (low, high) in zip(names, rule.domain, strict=True)
        if (low, high) != (float("-inf"), float("inf"))
    ]
    told = "; ".join([*smooth, *([rule.kink] if rule.kink else [])])
    return f"| `{rule.name}` | ${_cell(formula)}$ | {_cell(told)} | {'<br>'.join(slopes)} |"


def _whole(rule: Structural) -> str:
    formula = rule.latex.replace("{a}", "a").replace("{b}", "b")
    gradient = rule.vjp_latex[0] if rule.vjp_latex else ""
    for name in ("g", "a", "b"):
        gradient = gradient.replace(f"{{{name}}}", name)
    return f"| `{rule.name}` | ${_cell(formula)}$ | {f'${_cell(gradient)}$' if gradient else ''} |"


def _cell(text: str) -> str:
    return text.replace("|", r"\vert ")


def _number(x: float) -> str:
    infinity = r"\infty"
    return f"{x:g}" if abs(x) != float("inf") else ("-" if x < 0 else "") + infinity
