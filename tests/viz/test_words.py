"""Formulas and messages: what a learner reads, in words and in mathematics."""

import ast
import re
import string
from pathlib import Path

import pytest

import autograd_lite as ag
import viz.words
from autograd_lite import Value
from autograd_lite.rows import Elementwise
from autograd_lite.rules import TABLE
from viz.formula import name, number, parse, row, squares, substitute
from viz.formulas import Formulas
from viz.mathml import markup, plain
from viz.walk import walk
from viz.words import ENGLISH, Words

SOURCES = Path(viz.words.__file__).parent


def numbers_for(**values):
    return {key: number(value) for key, value in values.items()}


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{a}{b}", "a / b"),
        (r"\frac{-y}{a + b}", "-y / (a + b)"),
        (r"\frac{a + b}{2}", "(a + b) / 2"),
        (r"a^2 + b^{3}", "a² + b³"),
        (r"e^{-a}", "e^(-a)"),
        (r"\left(1 - y\right)^{2}", "(1 - y)²"),
        (r"2 \cdot \left(1 - y\right)^{2}", "2 · (1 - y)²"),
        (r"\ln\left(1 + e^{a}\right)", "ln(1 + e^a)"),
        (r"\operatorname{ReLU}(a)", "ReLU(a)"),
        (r"\sqrt[3]{a}", "cbrt(a)"),
        (r"2 \sqrt{a}", "2·sqrt(a)"),
        (r"\left|a\right|", "|a|"),
        (r"\sigma(a) \cdot (1 - \sigma(a))", "σ(a) · (1 - σ(a))"),
        (r"\unheard{a}", "unheard a"),
    ],
)
def test_latex_reads_as_plain_text(latex, text):
    assert plain(parse(latex)) == text


@pytest.mark.parametrize(
    ("latex", "values", "text"),
    [
        (r"a \cdot b", {"a": "5", "b": "-3"}, "5 · (-3)"),
        (r"a \cdot b", {"a": "-3", "b": "2"}, "-3 · 2"),
        (r"a - b", {"a": "1", "b": "-3"}, "1 - (-3)"),
        (r"a^2", {"a": "-3"}, "(-3)²"),
        (r"\tanh(a)", {"a": "-3"}, "tanh(-3)"),
        (r"-a", {"a": "-3"}, "-(-3)"),
    ],
)
def test_negative_numbers_stand_in_brackets_where_they_must(latex, values, text):
    assert plain(substitute(parse(latex), numbers_for(**values))) == text


def test_equal_factors_become_a_square_but_equal_numbers_do_not():
    product = parse(r"1 - y \cdot y")
    assert plain(squares(product)) == "1 - y²"
    assert plain(substitute(parse(r"a \cdot b"), numbers_for(a="2", b="2"))) == "2 · 2"


def test_a_negative_number_is_one_number_in_mathml():
    assert "<mn>−3</mn>" in markup(number("-3"))
    assert '<mo stretchy="false">(</mo><mn>−3</mn>' in markup(row(number("5"), "·", number("-3")))


def test_mathml_escapes_every_text():
    hostile = markup(row(name("<script>alert(1)</script>"), "=", name('"&')))
    assert "<script" not in hostile
    assert "&lt;script&gt;" in hostile
    assert "&amp;" in hostile


def test_mathml_is_well_formed_for_every_row_of_the_table():
    from xml.etree import ElementTree

    for rule in TABLE.values():
        text = "<p>" + markup(parse(rule.latex.replace("{a}", "{x}"))) + "</p>"
        ElementTree.fromstring(text)


def sample_operands(rule):
    middle = []
    for low, high in rule.domain:
        low, high = max(low, -2.0), min(high, 2.0)
        middle.append(low + (high - low) * 0.7)
    return [Value(x, label="uvw"[i]) for i, x in enumerate(middle)]


@pytest.mark.parametrize(
    "rule", [r for r in TABLE.values() if isinstance(r, Elementwise)], ids=lambda r: r.name
)
def test_every_elementwise_row_can_be_walked_and_says_why(rule):
    if not rule.builtin:
        pytest.skip("a row that another test defined")
    operands = sample_operands(rule)
    node = rule(*operands)
    for frame in walk(node):
        assert "{" not in frame.status
        assert "\\" not in frame.status
        for line in frame.lines:
            assert "\\" not in str(line)
            assert not re.search(r"\bq[abcy]\b", str(line)), "a placeholder was left"
        if frame.step is not None:
            assert frame.why


def test_the_local_rule_in_symbols_has_the_value_of_the_record():
    formulas = Formulas({})
    for rule, at in [(ag.sigmoid, 0.7), (ag.exp, 1.3), (ag.log, 2.5), (ag.sqrt, 4.0)]:
        x = Value(at, label="x")
        y = rule(x)
        formulas.names = {x: "x", y: "y"}
        _, on_numbers = formulas.local(y, 0)
        text = plain(on_numbers).replace("·", "*").replace("²", "**2")
        exact = ag.steps(y)[0].local
        assert eval(text, {"__builtins__": {}}) == pytest.approx(exact, rel=2e-3)


def test_constants_keep_their_numbers_in_the_rule():
    x = Value(3.0, label="x")
    frame = next(f for f in walk(x**2) if f.step is not None)
    assert "x²" in frame.line("local")
    assert frame.line("numbers") == "1 · 6 = 6"


def test_another_language_is_one_dictionary():
    German = {"meaning": "Bedeutung.", "backward_title": "{formula} gibt {receiving} seinen Teil"}
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    frames = walk(a * b, words=Words(German)).frames
    assert frames[1].title.endswith(" gibt a seinen Teil")


def messages_used():
    """Every key that the sources of the stepper ask the catalogue for, as written there."""
    found = set()
    for file in SOURCES.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                called = ast.unparse(node.func)
                first = node.args[0]
                if called.endswith("words") and isinstance(first, ast.Constant):
                    found.add(first.value)
    for file in SOURCES.glob("*.js"):
        found |= set(re.findall(r'\bsay\("([a-z_]+)"[,)]', file.read_text("utf-8")))
    return {key for key in found if isinstance(key, str) and re.fullmatch(r"[a-z_]+", key)}


def test_every_message_that_is_asked_for_is_in_the_catalogue():
    used = messages_used()
    assert len(used) > 40
    assert used <= set(ENGLISH)


def test_every_message_has_named_places_only():
    for key, message in ENGLISH.items():
        for _, place, _, _ in string.Formatter().parse(message):
            assert place is None or re.fullmatch(r"[a-z_]+", place), key


def test_earlier_givers_are_listed_as_a_person_would():
    words = Words()
    assert words.listed(["d"]) == "d"
    assert words.listed(["d", "e"]) == "d and e"
    assert words.listed(["d", "e", "f"]) == "d, e and f"
