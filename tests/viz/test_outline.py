"""The outline of a graph: boxes, arrows, and what is folded."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import Tensor, Value
from viz.outline import outline


def running():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k, a, b, k


def boxes(found):
    return {b.name: b for b in found.boxes}


def pairs(found):
    name = {b.key: b.name or b.value for b in found.boxes}
    return [(name[a.source], name[a.target], a.slot) for a in found.arrows]


def test_running_example():
    L, *_ = running()
    found = outline(L)
    assert pairs(found) == [
        ("a", "c", 0),
        ("b", "c", 1),
        ("c", "d", 0),
        ("a", "d", 1),
        ("d", "L", 0),
        ("k", "L", 1),
    ]
    assert {n: b.expression for n, b in boxes(found).items()} == {
        "a": "",
        "b": "",
        "k": "",
        "c": "a * b",
        "d": "c + a",
        "L": "d * k",
    }
    assert not found.note


def test_operand_in_two_slots_has_two_arrows():
    a = Value(3.0, label="a")
    assert pairs(outline(a + a)) == [("a", "L", 0), ("a", "L", 1)]


def test_gradient_is_absent_before_backward_and_where_nothing_arrived():
    L, a, *_ = running()
    assert all(b.grad is None for b in outline(L).boxes)
    L.backward()
    assert boxes(outline(L))["a"].grad == "-10"
    assert a.grad == -10


def test_each_constant_is_a_box_of_its_own_without_gradient():
    x = Value(2.0, label="x")
    y = x * 2.0 + 2.0
    y.backward()
    constants = [b for b in outline(y).boxes if b.kind == "constant"]
    assert [(b.value, b.node, b.grad) for b in constants] == [("2", None, None)] * 2


def test_local_derivatives_in_numbers_and_in_names():
    x = Value(0.5, label="x")
    found = outline(ag.tanh(x * 3.0))
    by_pair = {p[:2]: a for p, a in zip(pairs(found), found.arrows, strict=True)}
    assert by_pair["x", "c"].local == 3
    assert by_pair["c", "L"].local_text == "1 - L * L"
    assert by_pair["c", "L"].local == pytest.approx(1 - np.tanh(1.5) ** 2)
    assert by_pair["3", "c"].local is None


def test_arrows_of_whole_array_rules_have_no_single_local_derivative():
    W = Tensor(np.ones((3, 2)), label="W")
    found = outline((np.ones((4, 3)) @ W).sum())
    assert all(a.local is None and a.local_text is None for a in found.arrows)


def test_keep_folds_what_does_not_lead_to_a_kept_node():
    L, _, _, k = running()
    found = outline(L + k * k, keep=[k])
    assert "a" not in boxes(found)
    fold = boxes(found)["d"]
    assert (fold.kind, fold.value) == ("fold", "-4")
    assert fold.expression == "2 operations folded"
    assert "folded" in found.note


def test_gathered_sum_has_its_kept_terms_and_one_box_for_the_rest():
    xs = [Value(float(i), label=f"x{i}") for i in range(10)]
    total = xs[0] * 2
    for x in xs[1:]:
        total = total + x * 2
    found = outline(total, keep=[xs[3]], gather=True)
    rest = next(b for b in found.boxes if b.name == "+ 9 more")
    assert rest.value == "84"
    assert sum(a.target == found.boxes[-1].key for a in found.arrows) == 2


def test_depth_counts_operations_from_the_result():
    L, *_ = running()
    found = outline(L, depth=1)
    assert {b.name: b.kind for b in found.boxes} == {"d": "fold", "k": "leaf", "L": "operation"}
    assert "depth of 1" in found.note


@pytest.mark.parametrize("depth", [0, -1, 1.5, True])
def test_depth_that_is_no_positive_number_is_refused(depth):
    with pytest.raises(ValueError, match="depth"):
        outline(running()[0], depth=depth)


def test_a_large_graph_is_folded_and_says_so():
    y = Value(0.0, label="x")
    for _ in range(5000):
        y = y * 1.5
    found = outline(y)
    assert len(found.boxes) <= 2 * 400 + 1
    assert "5001 nodes" in found.note
    assert sum(b.kind == "fold" for b in found.boxes) == 1


def test_every_hidden_node_is_inside_some_box():
    L, _, _, k = running()
    found = outline(L, keep=[k])
    keys = {x.key for x in found.boxes}
    assert found.inside
    assert set(found.inside.values()) <= keys


def test_nothing_is_changed():
    L, a, *_ = running()
    outline(L)
    assert a.grad is None
    assert a.label == "a"
    assert L.label is None
