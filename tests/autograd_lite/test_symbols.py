"""Symbols: expressions as LaTeX and as Python, from rules and from graphs of numbers."""

import numpy as np
import pytest

from autograd_lite import RuleError, Tensor, Value, rules
from autograd_lite.symbols import Symbol, latex, latex_name, python

a, b, c = Symbol("a"), Symbol("b"), Symbol("c")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (a + b * c, "a + b * c"),
        ((a + b) * c, "(a + b) * c"),
        (a - (b - c), "a - (b - c)"),
        (a - b - c, "a - b - c"),
        (a / (b / c), "a / (b / c)"),
        (a / b / c, "a / b / c"),
        (a * (b / c), "a * (b / c)"),
        (-a * b, "-a * b"),
        (-(a * b), "-(a * b)"),
        (-(a + b), "-(a + b)"),
        (a - -b, "a - -b"),
        (a**2, "a ** 2"),
        ((-a) ** 2, "(-a) ** 2"),
        (-(a**2), "-a ** 2"),
        ((a**2) ** 3, "(a ** 2) ** 3"),
        (a**b, "np.power(a, b)"),
        (a**0.5, "np.power(a, 0.5)"),
        (2**a, "np.power(2, a)"),
        (a**-1, "a ** (-1)"),
        (a * -2.0, "a * -2.0"),
        (a - 1e-30, "a - 1e-30"),
        (a * np.inf, "a * np.inf"),
        (a * -np.inf, "a * -np.inf"),
        (a + np.nan, "a + np.nan"),
        (a * np.float32(0.5), "a * 0.5"),
        (abs(a), "np.absolute(a)"),
        (np.exp(a) + np.hypot(a, b), "np.exp(a) + np.hypot(a, b)"),
        (rules.where(a > b, a, 0), "np.where(a > b, a, 0)"),
        (rules.where((a + b) <= 2 * c, a, b), "np.where(a + b <= 2 * c, a, b)"),
        (rules.sigmoid(a + b), "1 / (1 + np.exp(-(a + b)))"),
        (a**1, "a"),
    ],
)
def test_python_groups_as_the_expression_does(expression, text):
    assert python(expression) == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (a + b * c, r"a + b \cdot c"),
        ((a + b) * c, r"(a + b) \cdot c"),
        (a - (b - c), "a - (b - c)"),
        (a - (b + c), "a - (b + c)"),
        (a + (b - c), "a + b - c"),
        (a / (b + c), r"\frac{a}{b + c}"),
        ((a / b) ** 2, r"(\frac{a}{b})^{2}"),
        ((a + b) ** (c + 1), "(a + b)^{c + 1}"),
        (rules.square(a * b), r"(a \cdot b)^2"),
        ((a**b) ** c, "(a^{b})^{c}"),
        (-(a + b), "-(a + b)"),
        (a * -b, r"a \cdot (-b)"),
        (a + -2.0, "a + (-2)"),
        (rules.negative(-a), "-(-a)"),
        (rules.exp(a + b), "e^{a + b}"),
        (rules.exp(a) ** 2, "(e^{a})^{2}"),
        (rules.sqrt(a + b), r"\sqrt{a + b}"),
        (rules.tanh(a * b + c), r"\tanh(a \cdot b + c)"),
        (abs(a - b), r"\left|a - b\right|"),
        (rules.identity(a + b) * c, r"(a + b) \cdot c"),
        (rules.shield(a + b, c), r"(a + b) \cdot c"),
        (rules.shield(a, b) ** 2, r"(a \cdot b)^{2}"),
        (rules.maximum(a, -b), r"\max(a, -b)"),
        (rules.where(a >= b, a, b), r"\operatorname{where}(a \ge b, a, b)"),
        (a * 0.1, r"a \cdot 0.1"),
        (a * 1e-5, r"a \cdot 1 \cdot 10^{-5}"),
        (a * np.inf, r"a \cdot \infty"),
    ],
)
def test_latex_groups_as_the_expression_does(expression, text):
    assert latex(expression) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x", "x"),
        ("x1", "x_{1}"),
        ("w_12", "w_{12}"),
        ("loss", r"\mathrm{loss}"),
        ("my_loss", r"\mathrm{my\_loss}"),
        ("50%", r"\mathrm{50\%}"),
        (r"\theta", r"\theta"),
        ("{", r"\mathrm{\{}"),
        ("_", r"\mathrm{\_}"),
    ],
)
def test_names_as_latex(name, text):
    assert latex_name(name) == text


def test_a_graph_of_numbers_prints_as_well():
    x, w = Value(2.0, label="x"), Value(3.0)
    y = (x * w + 1).tanh()
    assert python(y) == "np.tanh(x * 3.0 + 1.0)"
    assert python(y, {w: "w"}) == "np.tanh(x * w + 1.0)"
    assert latex(y, {w: "w1"}) == r"\tanh(x \cdot w_{1} + 1)"
    assert python(2) == "2"
    assert python(2, literal=float) == "2.0"
    assert latex(2.0) == "2"
    assert latex(float("nan")) == r"\mathrm{nan}"
    assert latex(-float("inf")) == r"-\infty"


def test_a_deep_expression_prints_without_recursion():
    y = a
    for _ in range(20_000):
        y = y + b
    assert python(y).count("+") == latex(y).count("+") == 20_000


@pytest.mark.parametrize(
    "f",
    [
        bool,
        float,
        int,
        lambda a: 1 if a > b else 0,
        lambda a: a == b or a,
        lambda a: [1, 2][a],
        np.asarray,
        np.spacing,
        np.add.reduce,
        lambda a: np.exp(a, where=True),
        lambda a: a + np.ones(2),
        lambda a: a + Tensor([1.0, 2.0]),
        lambda a: a + "text",
        lambda a: a + None,
        lambda a: rules.add(a, [1.0]),
        lambda a: np.sum(a),
    ],
)
def test_what_needs_a_number_is_refused_with_the_expression(f):
    with pytest.raises(RuleError):
        f(a)


def test_numbers_of_any_kind_are_constants_of_an_expression():
    for x in (2, 2.0, np.float32(2.0), np.array(2.0), Value(2.0), Value(1.0) * 2, Tensor(2.0)):
        assert python(a * x, literal=float) == "a * 2.0"
    assert repr(a * 2) == "Symbol('a * 2')"


def test_rules_on_whole_arrays_are_refused_by_name():
    with pytest.raises(RuleError, match="arrays"):
        rules.TABLE["sum"](a, axis=0)
    with pytest.raises(RuleError, match="matmul"):
        rules.TABLE["matmul"](a, b)
