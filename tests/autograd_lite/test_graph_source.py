"""A graph as source: it computes what the graph did, and each line knows whose number it is."""

import keyword

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite import Tensor, Value, source_of
from autograd_lite.call_source import source_of_call
from autograd_lite.graph import downward


def running_example():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    L = (a * b + a) * k
    L.label = "L"
    return L


def many_rules():
    w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(6.9, label="b")
    z = ag.sigmoid(w * x + b) * ag.softplus(x) * 2 + ag.relu(-w) / (x**3 - b)
    return ag.where(z > 0, z * z, ag.exp(z)) + ag.maximum(w, x) + abs(w)


def classifier():
    model = nn.MLP([3, 4, 2], rng=0)
    X = np.arange(6.0).reshape(2, 3) / 4
    return nn.cross_entropy(model(X), np.array([0, 1]))


def written_in_place():
    x = Tensor(np.arange(6.0).reshape(2, 3), label="x")
    part = np.concatenate([x[0], x[1, ::-1], x[[0, 0, 1], 1]])
    return np.sum(np.log1p(part) * part) + np.max(x.T @ x)


GRAPHS = [running_example, many_rules, classifier, written_in_place]


def leaves_of(root):
    return [x for x in downward(root) if x.op is None]


def run(source):
    names = {"np": np}
    exec(source.text, names)
    return names["value_and_grad"](**source.arguments)


def lines_of(source, node):
    return [line for line in source.lines if any(x is node for x in line.nodes)]


def lines_of_arrow(source, node, slot):
    return [line for line in source.lines if any(x is node and i == slot for x, i in line.arrows)]


@pytest.mark.parametrize("make", GRAPHS)
def test_the_source_computes_the_value_and_the_gradients_of_the_graph(make):
    root = make()
    source = source_of(root)
    value, gradients = run(source)
    np.testing.assert_allclose(value, root.data, rtol=1e-6)
    root.backward()
    leaves = [x for x in source.names if x.op is None and x.grad is not None]
    assert len(gradients) == len(leaves_of(root))
    for x, found in zip(leaves, gradients, strict=True):
        np.testing.assert_allclose(found, x.grad, rtol=1e-6)


@pytest.mark.parametrize("make", GRAPHS)
def test_the_last_line_of_a_node_has_its_number(make):
    root = make()
    source = source_of(root)
    for node in downward(root):
        values = [line.value for line in lines_of(source, node) if line.value is not None]
        if node.op is None:
            assert not values
        elif node not in source.names:  # inside a line, as x.T
            assert values
        else:
            np.testing.assert_allclose(values[-1], node.data, rtol=1e-6)


@pytest.mark.parametrize("make", GRAPHS)
def test_every_arrow_has_a_line_or_is_a_name_that_is_there_already(make):
    root = make()
    source = source_of(root)
    record = ag.steps(root)
    assert set(source.after) == {(step.node, step.slot) for step in record}
    text = source.text
    for step in record:
        lines = lines_of_arrow(source, step.node, step.slot)
        after = source.after[step.node, step.slot]
        assert after is not None
        assert lines or after in text or float(after) == step.after
        if step.arrow == step.arrows and lines and after:
            assert np.allclose(lines[-1].value, step.after, rtol=1e-5)


def test_the_running_example_line_by_line():
    source = source_of(running_example())
    code = [line.text.split("#")[0].strip() for line in source.lines if line.value is not None]
    assert code[:3] == ["c = a * b", "d = c + a", "L = d * k"]
    assert [float(line.value) for line in source.lines if line.nodes] == [-6.0, -4.0, -20.0]
    assert [float(line.value) for line in source.lines if line.arrows] == [-10.0, 10.0]
    root = source.root
    c = root.operands[0].operands[0]
    assert len(lines_of_arrow(source, c, 0)) == len(lines_of_arrow(source, c, 1)) == 1
    d = root.operands[0]
    assert source.after[root, 0] == "k"  # dL/dd is k itself: no statement
    assert source.after[root, 1] == "d"
    assert source.names[d] == "d"


def test_a_name_is_one_that_python_can_read():
    x = [Value(1.0, label=text) for text in ("for", "w[0, 1]", "2nd", "np", "w 0 1", "→")]
    total = sum(v * v for v in x)
    source = source_of(total)
    names = list(source.names.values())
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and not keyword.iskeyword(name) for name in names)
    value, gradients = run(source)
    assert value == 6.0
    assert list(gradients) == [2.0] * 6


def test_variables_name_nodes_and_arrays():
    W, data = Tensor([[1.0], [2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]])
    loss = np.sum(data @ W)
    source = source_of(loss, names={"W": W, "data_points": data, "loss": loss, "_hidden": W})
    assert source.lines[0].text == "def value_and_grad(W, data_points):"
    assert "data_points.T" in source.text
    assert "loss = " in source.text


def test_wrt_leaves_out_what_is_not_asked_for():
    root = running_example()
    a, k = (next(x for x in leaves_of(root) if x.label == n) for n in "ak")
    source = source_of(root, wrt=a)
    assert source.after.get((root, 1)) is None
    assert "return L, (da,)" in source.text
    assert source_of(root, wrt=[k, a]).text.rstrip().endswith("return L, (d, da)")


def test_a_leaf_alone_and_an_array_are_sources_too():
    x = Value(3.0, label="x")
    assert run(source_of(x)) == (3.0, (1.0,))
    t = Tensor([1.0, 2.0], label="t")
    value, (slope,) = run(source_of(t * t))
    np.testing.assert_array_equal(value, [1, 4])
    np.testing.assert_array_equal(slope, [2, 4])


def test_the_graph_is_only_read():
    root = running_example()
    before = [(x.data, x.grad, x.label, x.op) for x in downward(root)]
    with ag.no_grad():
        source_of(root)
    assert [(x.data, x.grad, x.label, x.op) for x in downward(root)] == before


def test_what_is_no_graph_is_refused():
    root = running_example()
    with pytest.raises(ag.AutogradError, match=r"float 3\.0 is not part of a graph"):
        source_of(3.0)
    with pytest.raises(ag.AutogradError, match="no leaf of this graph"):
        source_of(root, wrt=root)
    with pytest.raises(ag.AutogradError, match="no leaf of this graph"):
        source_of(root, wrt=[Value(1.0, label="other")])
    with pytest.raises(ag.AutogradError, match="not names with their objects"):
        source_of(root, names=[root])


def loss(W, b, X, y):
    h = np.maximum(X @ W + b, 0)
    return np.sum((h.sum(axis=1) - y) ** 2)


CALLS = [
    (lambda w, x, b: np.tanh(w * x + b), (0, 2), (-3.0, 2.0, 6.9)),
    (loss, (0, 1), (np.ones((3, 2)), np.zeros(2), np.arange(12.0).reshape(4, 3), np.ones(4))),
    (lambda p: np.sum(p["W"] ** 2) * p["b"], 0, ({"W": np.ones((2, 2)), "b": 0.5},)),
    (lambda x, y: x * 3, (0, 1), (2.0, 1.0)),
]


@pytest.mark.parametrize(("f", "argnums", "args"), CALLS)
def test_a_call_of_a_program_has_its_source_and_the_graph_of_the_numbers(f, argnums, args):
    program = ag.compile(f, argnums)
    value, _ = program(*args)
    source = source_of_call(program, args, {})
    assert source.text == program.source
    np.testing.assert_allclose(source.root.data, value, rtol=1e-12)
    for node, name in source.names.items():
        assert node.label == name
    record = {(s.node, s.slot) for s in ag.steps(source.root)}
    assert set(source.after) <= record
    for line in source.lines:
        assert not line.nodes or any(
            np.allclose(line.value, x.data) for x in line.nodes if x.shape == np.shape(line.value)
        )


def test_a_fused_layer_in_a_program_is_shown_as_what_it_is_made_of():
    model = nn.Sequential(nn.Linear(3, 2, rng=0), nn.Tanh())
    program = ag.compile(lambda x: np.sum(model(x) ** 2))
    x = np.array([[1.0, 2.0, 3.0]])
    value, slope = program(x)
    source = source_of_call(program, (x,), {})
    assert source.text == program.source
    np.testing.assert_allclose(source.root.data, value, rtol=1e-6)
    found, (gradient,) = run(source)
    np.testing.assert_allclose(found, value, rtol=1e-6)
    np.testing.assert_allclose(gradient, slope, rtol=1e-5)
    told = {node.op.name for node in downward(source.root) if node.op is not None}
    assert {"matmul", "add", "tanh"} <= told
    assert set(source.after) <= {(s.node, s.slot) for s in ag.steps(source.root)}


def test_what_a_program_cannot_show_is_refused():
    with pytest.raises(ag.AutogradError, match="depends on no argument"):
        source_of_call(ag.compile(lambda x, y: y * 2), (1.0, 2.0), {})
    with pytest.raises(ag.AutogradError, match="an argument is a Value"):
        source_of_call(ag.compile(lambda x: x * 2), (Value(1.0),), {})
    with pytest.raises(ag.AutogradError, match="called with 1"):
        source_of_call(ag.compile(lambda x, y: y * 2), (1.0,), {})
    with pytest.raises(ag.AutogradError, match="where"):
        source_of_call(ag.compile(lambda x: x if x > 0 else -x), (1.0,), {})
