"""Every elementwise row as LaTeX and as Python."""

import re
import warnings

import numpy as np
import pytest
from oracles import ELEMENTWISE, points

from autograd_lite import rules
from autograd_lite.symbols import Symbol, latex, python

every_row = pytest.mark.parametrize("rule", ELEMENTWISE, ids=lambda rule: rule.name)


def symbols(rule):
    return tuple(Symbol(name) for name in "abc"[: rule.arity])


def well_formed(text):
    """Braces, parentheses, \\left and \\right in pairs; nothing of a template or of Python left."""
    assert text.strip()
    depth = 0
    for sign in re.sub(r"\\[{}]", "", text):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0, text
    assert depth == 0, text
    assert text.count("(") == text.count(")"), text
    assert text.count(r"\left") == text.count(r"\right"), text
    assert "None" not in text
    assert "Symbol" not in text
    assert "lambda" not in text
    assert "**" not in text
    assert "np." not in text
    return True


def run(expression, given, y=None):
    names = dict(zip("abc", given, strict=False)) | {"np": np, "y": y}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        return eval(expression, {"__builtins__": {}}, names)


@every_row
def test_latex_of_the_row_and_of_its_partials_is_well_formed(rule):
    operands, y = symbols(rule), Symbol("y")
    text = latex(rule(*operands))
    assert well_formed(text)
    for operand in operands:
        assert operand.label in text
    assert not re.search(r"\{[bc]\}", rule.latex) or rule.arity > 1
    for slot, partial in enumerate(rule.partials):
        if partial is not None:
            assert well_formed(latex(rule.local(slot, operands, y)))


@every_row
def test_latex_of_nested_operands_keeps_them_together(rule):
    """In place of each letter a sum, a product, a power, a fraction and a negative number."""
    a, b = Symbol("u"), Symbol("v")
    for inner in (a + b, a - b, a * b, a**b, a / b, -a, rules.exp(a), rules.square(a + b)):
        text = latex(rule(*[inner] * rule.arity))
        assert well_formed(text)
        outer = latex(rule(*symbols(rule)) * Symbol("q"))
        assert well_formed(outer)
    assert well_formed(latex(rule(*[a, -2.0, 3.5][: rule.arity])))


@every_row
def test_python_of_the_row_computes_the_row(rule):
    given = points(rule)
    text = python(rule(*symbols(rule)))
    np.testing.assert_allclose(run(text, given), rule(*given), rtol=1e-14)


@every_row
def test_python_of_the_partials_computes_the_partials(rule):
    given = points(rule)
    y = rule(*given)
    for slot, partial in enumerate(rule.partials):
        if partial is None:
            continue
        text = python(rule.local(slot, symbols(rule), Symbol("y")))
        found = np.broadcast_to(run(text, given, y), y.shape)
        np.testing.assert_allclose(found, np.broadcast_to(partial(*given, y), y.shape), rtol=1e-14)


@every_row
def test_python_of_nested_operands_groups_as_the_expression_does(rule):
    rng = np.random.default_rng(1)
    a, b = rng.uniform(1.1, 1.4, 5), rng.uniform(0.2, 0.4, 5)
    u, v = Symbol("a"), Symbol("b")
    for inner, numbers in (
        (u - v, a - b),
        (u * v, a * b),
        (u**v, a**b),
        (u / v, a / b),
        (-v, -b),
        (u - (v - u), a - (b - a)),
        (u / (v / u), a / (b / a)),
        ((-u) ** 2, (-a) ** 2),
        ((u**v) ** v, (a**b) ** b),
        (u ** (v**v), a ** (b**b)),
    ):
        operands = [inner] * rule.arity
        text = python(-rule(*operands) * v - rule(*operands))
        with np.errstate(all="ignore"):
            expected = -rule(*[numbers] * rule.arity) * b - rule(*[numbers] * rule.arity)
        np.testing.assert_allclose(run(text, (a, b)), expected, rtol=1e-13, atol=1e-13)
