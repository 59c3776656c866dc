"""Names of nodes: labels, variables, letters; no two alike."""

import numpy as np
import pytest

from autograd_lite import AutogradError, Tensor, Value
from viz.names import computed, name_nodes


def test_letters_come_in_the_order_of_reading():
    w, x, u, v = (Value(float(i + 1), label=name) for i, name in enumerate("wxuv"))
    left, right = w * x, u * v
    names = name_nodes(left + right)
    assert (names[left], names[right]) == ("c", "d")
    assert list(names.values()) == ["w", "x", "c", "u", "v", "d", "L"]


def test_label_wins_over_variable_and_variable_over_letter():
    x, w = Value(2.0, label="speed"), Value(3.0)
    y = x * w
    names = name_nodes(y, {"x": x, "w": w, "answer": y})
    assert [names[n] for n in (x, w, y)] == ["speed", "w", "answer"]


def test_members_of_lists_dicts_and_arrays_are_called_by_their_place():
    ws = [Value(1.0), Value(2.0)]
    table = np.array([[Value(3.0), Value(4.0)]], dtype=object)
    held = {"bias": Value(5.0)}
    y = ws[0] * ws[1] + table[0, 1] + held["bias"]
    names = name_nodes(y, {"ws": ws, "table": table, "held": held})
    assert names[ws[1]] == "ws[1]"
    assert names[table[0, 1]] == "table[0, 1]"
    assert names[held["bias"]] == "held['bias']"


def test_private_variables_are_not_used():
    x = Value(2.0)
    assert name_nodes(x * x, {"_": x, "_x": x})[x] == "x1"


def test_same_label_twice_gets_a_number():
    a, b = Value(1.0, label="w"), Value(2.0, label="w")
    assert sorted(name_nodes(a * b).values()) == ["L", "w", "w_2"]


def test_made_up_names_avoid_given_ones():
    a, b = Value(1.0, label="c"), Value(2.0, label="L")
    root = (a * b) + 1
    names = name_nodes(root)
    assert len(set(names.values())) == len(names)
    assert names[root] not in ("L", "c")


def test_equal_constants_are_not_merged_and_have_no_name():
    a, b = Value(2.0), Value(2.0)
    assert len(name_nodes(a * b * 2.0)) == 4


def test_every_node_comes_after_its_operands():
    x = Value(0.5, label="x")
    pool = [x]
    for i in range(30):
        pool.append(pool[i // 2] * pool[-1] + pool[i // 3])
    seen = set()
    for node in computed(pool[-1]):
        assert all(o in seen for o in node.operands if isinstance(o, Value))
        seen.add(node)


def test_deep_chain_is_named_without_recursion():
    y = Value(0.0)
    for _ in range(50_000):
        y = y + 1.0
    assert len(name_nodes(y)) == 50_001


def test_array_at_the_root_is_not_called_L():
    y = Tensor(np.ones(3), label="x") * 2
    assert name_nodes(y)[y] == "c"


@pytest.mark.parametrize("wrong", [3.0, None, "x", [Value(1.0)]])
def test_not_a_node_is_refused(wrong):
    with pytest.raises(TypeError, match="not part of a graph") as caught:
        name_nodes(wrong)
    assert isinstance(caught.value, AutogradError)


def test_names_that_are_no_mapping_are_refused():
    with pytest.raises(TypeError, match="names="):
        name_nodes(Value(1.0), names=["x"])
