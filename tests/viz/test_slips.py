"""The known slips: every number of the table of them, from the graph alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
import nn
from autograd_lite import Tensor, Value
from autograd_lite.errors import ArgumentError
from autograd_lite.rows import TABLE, Elementwise
from viz.names import name_nodes
from viz.remarks import remark
from viz.situations import shown, situations
from viz.slips import apart, diagnose, slips
from viz.words import Words


def running_example():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def named(situation, answer):
    found = diagnose(situation, answer)
    return found and found.key


def arrow_to_a(ask="contribution"):
    return next(
        s
        for s in situations(running_example(), ask)
        if s.arrow.input.label == "a" and s.arrow.arrow == 2
    )


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (-3, "no_upstream"),
        (10, "other_input"),
        (-30, "output"),
        (2, "path_sum"),
        (15, "sign"),
        (5, "no_local"),
        (-10, "total_for_share"),
    ],
)
def test_slips_at_the_arrow_from_c_to_a(answer, key):
    situation = arrow_to_a()
    assert situation.right == -15
    assert not situation.accepts(answer)
    assert named(situation, answer) == key


@pytest.mark.parametrize(("answer", "key"), [(-15, "overwrites"), (-75, "multiplies")])
def test_slips_at_a_merge(answer, key):
    situation = arrow_to_a("total")
    assert situation.right == -10
    assert named(situation, answer) == key


def test_plus_does_not_split_the_gradient():
    to_c = situations(running_example())[2]
    assert to_c.right == 5
    assert named(to_c, 2.5) == "splits"


def test_the_slope_of_tanh_from_its_input_and_of_sigmoid():
    y = ag.tanh(Value(0.9)) * 2.0
    to_z = situations(y)[1]
    assert to_z.right == pytest.approx(0.9738, abs=5e-5)
    assert named(to_z, 0.38) == "from_input"
    assert named(to_z, 0.4064) == "slope_of_sigmoid"
    assert to_z.accepts(0.9738)


def test_relu_of_a_negative_number_lets_nothing_through():
    to_z = situations(ag.relu(Value(-1.5)) * 4.0)[1]
    assert to_z.right == 0
    assert named(to_z, 4) == "lets_through"


def test_sending_on_before_all_arrows_have_arrived():
    x = Value(1.0, label="x")
    a = 2 * x
    to_x = situations((a * -3.0 + a) * 5.0)
    last = next(s for s in to_x if s.arrow.input is x)
    b, k = Value(-3.0), Value(5.0)
    shared = next(s for s in situations((a * b + a) * k) if s.arrow.input is x)
    for situation in (last, shared):
        assert situation.right == -20
        assert named(situation, 10) == "early"
        # With x = 1 the same -10 is also what the arrow gets without its local derivative.
        given = {slip.key for slip in slips(situation) if slip.explains(-10)}
        assert {"resends", "no_local"} <= given
        assert named(situation, -10) is None


@pytest.mark.parametrize("composed", [False, True])
def test_slips_at_softmax_with_cross_entropy(composed):
    z = Tensor(np.log([[1.0, 2.0, 3.0]]), label="z")
    loss = nn.cross_entropy(z, [2])
    if composed:
        z = Tensor(np.log([1.0, 2.0, 3.0]), label="z")
        loss = nn.cross_entropy(z, 2)
    situation = situations(loss)[0]
    shape = situation.right.shape
    right = np.reshape([1 / 6, 1 / 3, -1 / 2], shape)
    np.testing.assert_allclose(situation.right, right)
    for answer, key in [
        ([0, 0, -1 / 2], "elementwise"),
        ([-1 / 6, -1 / 3, 1 / 2], "sign"),
        ([0, 0, -2], "stops_at_p"),
        ([0, 0, 0], "already_right"),
    ]:
        assert named(situation, np.reshape(answer, shape)) == key
    assert named(situation, -2.0) == "stops_at_p"


@pytest.mark.parametrize(
    ("answer", "key"), [(4.6, "plus"), (9, "no_rate"), (5.8, "not_zeroed"), (0.4, "only_step")]
)
def test_slips_of_an_update(answer, key):
    situation = next(
        s for s in situations(running_example(), "update", 0.1) if s.arrow.input.label == "k"
    )
    assert situation.right == pytest.approx(5.4)
    assert named(situation, answer) == key


def test_a_slip_is_named_only_if_it_alone_explains_the_answer():
    a, b = Value(3.0), Value(3.0)
    # 2 * 3: the own factor, and the other one, are both 3; the output and upstream * 9 too.
    situation = situations((a * b) * Value(1.0))[2]
    keys = {s.key for s in slips(situation) if s.explains(9.0)}
    assert keys == {"output"}
    x = Value(2.0)
    both = situations((x * Value(4.0)) * Value(2.0))[2]  # upstream 2, the input 2
    assert len({s.key for s in slips(both) if s.explains(4.0)}) > 1 or apart(both)
    assert not apart(both)


def test_what_follows_from_the_digits_shown_is_right():
    to_z = situations(ag.tanh(Value(5.0)))[0]
    assert to_z.accepts(1 - 0.9999**2)  # 10% above the exact slope
    assert to_z.accepts(1.816e-4)
    assert not to_z.accepts(2.1e-4)
    assert not to_z.accepts(1.7e-4)


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from([r for r in TABLE.values() if isinstance(r, Elementwise) and r.arity < 3]),
    st.lists(st.floats(0.2, 0.9), min_size=2, max_size=2),
    st.floats(-3, 3).filter(lambda x: abs(x) > 0.1),
)
def test_every_rule_has_slips_and_none_of_them_is_right(rule, values, upstream):
    y = rule(*(Value(v) for v in values[: rule.arity])) * upstream
    for ask in ("contribution", "local", "total"):
        for situation in situations(y, ask):
            assert situation.accepts(situation.right)
            assert situation.accepts(shown(situation.right))
            for slip in slips(situation):
                assert not situation.accepts(slip.gives)
                assert diagnose(situation, slip.gives) in (None, *slips(situation)) or (
                    named(situation, slip.gives) == slip.key
                )


def test_slips_of_arrays_have_the_shape_of_what_is_asked():
    X = Tensor(np.array([[1.0, 2, 3], [4, 5, 6], [1, 0, 1]]), label="X")
    W, bias = Tensor(np.ones((3, 1)), label="W"), Tensor(np.array([0.5]), label="bias")
    loss = (ag.tanh(X @ W * 0.1 + bias) ** 2.0).sum()
    found = situations(loss)
    assert {s.arrow.input.label for s in found} >= {"X", "W", "bias"}
    for situation in found:
        for slip in slips(situation):
            assert np.shape(slip.gives) == np.shape(situation.right)
    to_bias = next(s for s in found if s.arrow.input is bias)
    assert named(to_bias, to_bias.right / 3) == "averages"


def test_another_question_is_refused():
    with pytest.raises(ArgumentError, match="no such question"):
        situations(running_example(), "colour")


def test_every_slip_has_a_sentence_and_it_does_not_give_the_answer_away():
    a, b, k, z = (Value(v, label=n) for n, v in [("a", 2.0), ("b", -3.0), ("k", 5.0), ("z", 0.9)])
    x = Value(1.25, label="x")
    c = 2 * x
    logits = Tensor(np.array([[0.5, 1.5, -1.0]]), label="logits")
    stretched = Tensor(np.array([1.0, 2.0, 3.0])) * Tensor(np.array([0.25]), label="s")
    roots = [
        (a * b + a) * k,
        ag.tanh(z) * 2.0,
        ag.sigmoid(z) * 2.0,
        ag.relu(Value(-1.5)) * 4.0,
        (c * b + c) * k,
        ag.exp(z * 2.0) ** 2.0,
        nn.cross_entropy(logits, [2]),
        stretched.sum(),
    ]
    told = set()
    for root in roots:
        names = name_nodes(root)
        for ask in ("contribution", "local", "total", "update"):
            for situation in situations(root, ask):
                for slip in slips(situation):
                    sentence = remark(slip, situation, names, root, Words())
                    told.add(slip.key)
                    step = situation.arrow
                    right = f"{float(np.reshape(situation.right, -1)[0]):.4g}"
                    unmoved = ask == "update" and np.all(situation.right == step.input.data)
                    if len(right) > 3 and not unmoved:
                        assert right not in sentence.replace("−", "-"), slip.key
    catalogue = {k for k in Words().messages if k.startswith("slip_")} - {"slip_sign_local"}
    assert {f"slip_{key}" for key in told} == catalogue
