"""Typed expressions become graphs of the rule table, and nothing else is ever run."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_lite import AutogradError, ExpressionError
from viz.expression import function_names, number, parse, parse_assignment


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("tanh(w*x + b)", {"w": -3, "x": 2, "b": 6.9}, math.tanh(0.9)),
        ("-x**2", {"x": 3}, -9),
        ("x^2 - +x", {"x": 3}, 6),
        ("2*pi*r", {"r": 1}, 2 * math.pi),
        ("e + e", {"e": 3}, 6),
        ("leaky_relu(x)", {"x": -3}, -0.03),
        ("leaky_relu(x, 0.5)", {"x": -3}, -1.5),
        ("abs(x) / 4", {"x": -2}, 0.5),
        ("x = 2; y = x*3; y + x", {}, 8),
    ],
)
def test_arithmetic_means_what_python_means(text, values, expected):
    root, _ = parse(text, values)
    assert root.item() == pytest.approx(expected, rel=1e-12)


def test_gradients_flow_to_the_names():
    root, nodes = parse("L = (a*b + a)*k", {"a": 2, "b": -3, "k": 5})
    root.backward()
    assert [nodes[n].grad for n in "abk"] == [-10.0, 10.0, -4.0]
    assert root.label == "L"


def test_a_name_used_twice_is_one_node():
    root, nodes = parse("x*x", {"x": 3})
    assert root.inputs[0] is root.inputs[1] is nodes["x"]


def test_statements_name_the_steps_between():
    root, nodes = parse("c = a*b; L = c + a", {"a": 2, "b": -3})
    assert root is nodes["L"]
    assert nodes["c"].label == "c"
    assert root.inputs[0] is nodes["c"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("__import__('os').system('true')", "no arithmetic"),
        ("__import__(x)", "calls __import__"),
        ("x.real", "attribute"),
        ("x[0]", "subscript"),
        ("[x for x in x]", "list comp"),
        ("(lambda: x)()", "call"),
        ("x if x else 1", "if exp"),
        ("f'{x}'", "joined str"),
        ("x == 1", "compare"),
        ("x and x", "bool op"),
        ("(y := x)", "named expr"),
        ("for i in x: pass", "statement"),
        ("import os", "statement"),
        ("x, y = 1, 2", "statement"),
        ("'a' * x", "constant"),
        ("True * x", "constant"),
        ("1j * x", "constant"),
        ("tanh", "function tanh as a number"),
        ("tanhh(x)", "Near: tanh"),
        ("tanh(x, x)", "it takes 1"),
        ("tanh(a=x)", "it takes 1"),
        ("tanh(*x)", "no arithmetic"),
        ("leaky_relu(x, x, x)", "it takes 1 or 2"),
        ("where(x, 1, 2)", "no function here"),
        ("x +", "cannot be read"),
        ("x + q", "no value for q"),
        ("", "empty"),
        ("# nothing", "empty"),
        ("3 * 4", "no variable"),
        ("a = x; a = x", "gives a a value twice"),
        ("x = 3", "gives x a value twice"),
        ("x\x00", "cannot be read"),
        ("1" * 400 + "*x", "too large"),
        ("(" * 300 + "x" + ")" * 300, "cannot be read"),
        ("x" + "+x" * 4000, "nested too deeply"),
        ("x" * 10_001, "longest read"),
    ],
)
def test_anything_else_is_refused(text, message):
    with pytest.raises(ExpressionError, match=message) as caught:
        parse(text, {"x": 1.0})
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, AutogradError)


def test_an_unused_value_is_named():
    with pytest.raises(ExpressionError, match=r"z has a value but does not occur"):
        parse("x + y", {"x": 1, "y": 2, "z": 3})


def test_the_place_is_shown():
    with pytest.raises(ExpressionError) as caught:
        parse("x + foo(x)", {"x": 1})
    lines = str(caught.value).splitlines()
    assert lines[2].index("^") == lines[1].index("foo")


@pytest.mark.parametrize("name", function_names())
def test_every_function_offered_can_be_called(name):
    values = {"x": 0.5, "y": 0.25, "z": 2.0}
    taken = []
    for text in (f"{name}(x)", f"{name}(x, y)", f"{name}(x, y, z)"):
        with contextlib.suppress(ExpressionError):
            taken.append(parse(f"u = {text} + 0*x + 0*y + 0*z", values)[0])
    assert taken
    with pytest.raises(ExpressionError, match="it takes"):
        parse(f"{name}(x, x, x, x)", {"x": 0.5})


@pytest.mark.parametrize(
    ("text", "expected"),
    [("w=-3", ("w", -3.0)), ("x = 1/4", ("x", 0.25)), ("n=2^10", ("n", 1024.0))],
)
def test_assignments(text, expected):
    assert parse_assignment(text) == expected


@pytest.mark.parametrize(
    "text", ["w", "=3", "1=2", "w=", "tanh=3", "w=a", "w=1;2", "w='1'", "a.b=1"]
)
def test_assignments_that_are_none(text):
    with pytest.raises(ExpressionError):
        parse_assignment(text)


@given(st.text(max_size=60))
def test_no_text_gets_anything_but_a_number_or_an_expression_error(text):
    with contextlib.suppress(ExpressionError):
        assert isinstance(number(text), float)
