"""define: a user's own row, in every reading of the table."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import GradientError, RuleError, Tensor, Value, rules
from autograd_lite.rows import TABLE
from autograd_lite.symbols import Symbol, latex, python


@pytest.fixture(autouse=True)
def forget():
    """Takes away what a test defined."""
    before = set(TABLE)
    yield
    for name in set(TABLE) - before:
        TABLE.pop(name)
        for kind in (Value, Tensor):
            for method in (name, f"_r_{name}"):
                if method in vars(kind):
                    delattr(kind, method)


def define_softsign(**changes):
    settings = {
        "value": lambda a: a / (1 + ag.abs(a)),
        "partials": (lambda a, y: 1 / (1 + ag.abs(a)) ** 2,),
        "latex": r"\operatorname{softsign}({a})",
        "why": "the slope is 1 / (1 + |input|)^2",
    }
    return ag.define("softsign", **(settings | changes))


def test_the_seven_readings_of_an_operation_of_one_s_own():
    softsign = define_softsign()
    assert ag.softsign is softsign is TABLE["softsign"]
    # 1. eager
    assert softsign(1.0) == 0.5
    assert np.array_equal(softsign(np.array([1.0, -3.0])), [0.5, -0.75])
    v, t = Value(1.0), Tensor([1.0, -3.0])
    y = v.softsign()
    y.backward()
    assert (y.data, v.grad, y.op) == (0.5, 0.25, softsign)
    t.softsign().sum().backward()
    assert np.array_equal(t.grad, [0.25, 0.0625])
    objects = softsign(np.array([Value(1.0), Value(-3.0)]))
    assert [o.data for o in objects] == [0.5, -0.75]
    # 2. higher order
    assert ag.grad(softsign)(1.0) == 0.25
    assert ag.grad(ag.grad(softsign))(1.0) == pytest.approx(-0.25)
    # 3. forward mode
    assert ag.jvp(softsign, (1.0,), (2.0,)) == (0.5, 0.5)
    # 4. explanation
    (step,) = ag.steps(softsign(Value(1.0)))
    assert (step.local, step.contribution) == (0.25, 0.25)
    assert step.node.op.why == ("the slope is 1 / (1 + |input|)^2",)
    # 5. mathematics
    a = Symbol("a")
    assert latex(softsign(a)) == r"\operatorname{softsign}(a)"
    assert latex(softsign.local(0, (a,), Symbol("y"))).startswith(r"\frac{1}{")
    # 6. code
    g = ag.compile(lambda x: softsign(x) * 2)
    assert g(1.0) == (1.0, 0.5)
    assert "np.softsign" not in g.source
    names = {"np": np}
    exec(g.source, names)
    assert names["value_and_grad"](1.0)[0] == 1.0
    # 7. proof: its own words against differences, when it was defined; and with Python's syntax
    assert python(softsign(a)) == "a / (1 + np.absolute(a))"


def test_the_seven_readings_of_tanh():
    a, y = Symbol("a"), Symbol("y")
    assert rules.tanh(0.0) == 0.0
    v = Value(0.5)
    v.tanh().backward()
    assert v.grad == 1 - np.tanh(0.5) ** 2
    assert ag.grad(ag.grad(ag.tanh))(0.5) == pytest.approx(-2 * np.tanh(0.5) * v.grad)
    assert ag.jvp(ag.tanh, (0.5,), (2.0,))[1] == 2 * v.grad
    assert ag.steps(ag.tanh(Value(0.5)))[0].local == v.grad
    assert latex(rules.tanh(a)) == r"\tanh(a)"
    assert python(rules.tanh.local(0, (a,), y)) == "1 - y * y"
    assert ag.compile(ag.tanh)(0.5)[1] == v.grad


def test_rows_of_two_and_three_inputs():
    scale = ag.define(
        "scale2",
        value=lambda a, b: a * b * b,
        partials=(lambda a, b, y: b * b, lambda a, b, y: 2 * a * b),
    )
    a, b = Value(2.0), Value(3.0)
    for y in (scale(a, b), a.scale2(b), scale(a, 3.0), scale(2.0, b), a.scale2(3)):
        assert y.data == 18.0
    scale(a, b).backward()
    assert (a.grad, b.grad) == (9.0, 12.0)
    assert ag.grad(scale, 1)(2.0, 3.0) == 12.0
    assert scale(Tensor([2.0]), 3.0).data == 18.0
    three = ag.define(
        "three",
        value=lambda a, b, c: a * b + c,
        partials=(lambda a, b, c, y: b, lambda a, b, c, y: a, lambda a, b, c, y: 1),
        why=("b", "a", "passed on"),
    )
    assert Value(2.0).three(3.0, Value(4.0)).data == 10.0
    assert ag.grad(three, (0, 1, 2))(2.0, 3.0, 4.0) == (3.0, 2.0, 1.0)
    chosen = ag.define(
        "chosen",
        value=lambda a, b: ag.where(a > 0, b, -b),
        partials=(None, lambda a, b, y: ag.where(a > 0, 1, -1)),
    )
    assert ag.grad(chosen, 1)(1.0, 5.0) == 1.0
    assert ag.grad(lambda x: chosen(x, 5.0) + x)(1.0) == 1.0


def test_defining_again_replaces_it_everywhere():
    old = define_softsign()
    y = Value(1.0).softsign()
    new = define_softsign(value=lambda a: a * 2.0, partials=(lambda a, y: 2.0,))
    assert TABLE["softsign"] is ag.softsign is new
    assert new is not old
    assert Value(1.0).softsign().data == new(1.0) == 2.0
    assert np.array_equal(Tensor([1.0]).softsign().data, [2.0])
    assert y.op is old
    y.backward()
    more = ag.define("softsign", value=lambda a, b: a + b, partials=[lambda a, b, y: 1] * 2)
    assert Value(1.0).softsign(2.0).data == more(1.0, 2.0) == 3.0
    last = ag.define(
        "softsign", value=lambda a, b, c: a + b + c, partials=[lambda a, b, c, y: 1] * 3
    )
    assert Value(1.0).softsign(2.0, 3.0).data == last(1.0, 2.0, 3.0) == 6.0


@pytest.mark.parametrize(
    "name",
    ["tanh", "add", "sum", "matmul", "where", "Value", "grad", "data", "backward", "_x", "abs"],
)
def test_what_has_a_meaning_already_cannot_be_replaced(name):
    before = TABLE.get(name)
    with pytest.raises(RuleError, match=name):
        ag.define(name, value=lambda a: a, partials=(lambda a, y: 1,))
    assert TABLE.get(name) is before


@pytest.mark.parametrize("name", ["two words", "1st", "lambda", "", None, 5, "a-b"])
def test_a_name_is_an_identifier(name):
    with pytest.raises(RuleError, match="identifier"):
        ag.define(name, value=lambda a: a, partials=(lambda a, y: 1,))


def test_a_wrong_partial_is_refused_with_the_point_and_both_numbers():
    with pytest.raises(
        GradientError, match=r"partials\[0\] of softsign gives .* at a = "
    ) as caught:
        define_softsign(partials=(lambda a, y: 1 / (1 + ag.abs(a)),))
    assert isinstance(caught.value, ValueError)
    assert "softsign" not in TABLE
    assert not hasattr(Value, "softsign")
    with pytest.raises(GradientError, match=r"partials\[1\]"):
        ag.define("product", value=lambda a, b: a * b, partials=(lambda a, b, y: b,) * 2)
    with pytest.raises(GradientError):
        ag.define("sign_slip", value=lambda a: -a, partials=(lambda a, y: 1,))
    unchecked = define_softsign(partials=(lambda a, y: 7.0,), check=False)
    assert ag.grad(unchecked)(1.0) == 7.0


def test_the_domain_is_where_it_is_checked():
    with pytest.raises(GradientError):
        ag.define(
            "root", value=lambda a: ag.sqrt(a), partials=(lambda a, y: 1 / y,), domain=(0, np.inf)
        )
    root = ag.define(
        "root",
        value=lambda a: ag.sqrt(a),
        partials=(lambda a, y: 0.5 / y,),
        domain=(0, np.inf),
        singular=True,
    )
    assert ag.grad(lambda x: ag.where(x > 0, root(x), x))(0.0) == 1.0


@pytest.mark.parametrize(
    "value",
    [
        lambda a: a if a > 0 else 0.0,
        lambda a: __import__("math").exp(a),
        lambda a: np.spacing(a),
        lambda a: np.asarray(a) * 2,
        lambda a: "text",
        lambda a: None,
        lambda: 1.0,
        lambda a, b: a,
        lambda a: [a],
    ],
)
def test_what_cannot_be_traced_is_refused(value):
    with pytest.raises(RuleError, match=r"value of softsign cannot be traced") as caught:
        define_softsign(value=value)
    assert isinstance(caught.value, ValueError)
    assert "softsign" not in TABLE


def test_malformed_rows_are_refused():
    for partials in ((), [lambda a, b, c, d, y: 1] * 4):
        with pytest.raises(RuleError, match="partials"):
            ag.define("odd", value=lambda a: a, partials=partials)
    with pytest.raises(RuleError, match="why"):
        ag.define("odd", value=lambda a: a, partials=(lambda a, y: 1,), why=("a", "b"))
    with pytest.raises(RuleError, match="domain"):
        ag.define("odd", value=lambda a: a, partials=(lambda a, y: 1,), domain=((0, 1), (0, 1)))
    with pytest.raises(RuleError, match=r"partials\[0\] of odd cannot be traced"):
        ag.define("odd", value=lambda a: a, partials=(lambda a: 1,))
    assert "odd" not in TABLE
    with pytest.raises(AttributeError, match="odd"):
        ag.odd
