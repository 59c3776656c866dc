"""Large graphs in parts: which nodes stand together, and what each arrow between hands over."""

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite import Tensor, Value
from viz.grouping import parts
from viz.modules import module_paths, names_in, parameter_names
from viz.names import computed
from viz.stepping import step
from viz.walk import walk
from viz.words import Words

DIGITS = nn.datasets.digits()


def scalar_net(sizes=(64, 32, 10), examples=1):
    model = nn.MLP(list(sizes), scalar=True, rng=0)
    X, y = DIGITS.X[:examples, : sizes[0]], DIGITS.y[:examples] % sizes[-1]
    return model, nn.cross_entropy(model(X), y)


def frame(made, title):
    return next(f for f in made.frames if f.title == title)


def test_operations_belong_to_the_module_whose_parameters_they_use():
    model = nn.MLP([4, 3, 2], rng=0)
    loss = nn.cross_entropy(model(np.ones((2, 4))), np.array([0, 1]))
    paths = module_paths(computed(loss))
    found = [(node.op.name if node.op else node.label, path) for node, path in paths.items()]
    assert sorted(found) == sorted(
        (name, f"layers.{i}")
        for i in (0, 2)
        for name in (f"layers.{i}.weight", f"layers.{i}.bias", "matmul", "add")
    )


def test_a_module_without_bias_keeps_its_sums_of_products():
    layer = nn.Linear(3, 2, bias=False, scalar=True, rng=0)
    loss = np.sum(np.tanh(layer(np.ones(3))))
    paths = module_paths(computed(loss), parameter_names(layer_in(layer)))
    counted = {}
    for node in paths:
        kind = node.op.name if node.op else "leaf"
        counted[kind] = counted.get(kind, 0) + 1
    assert counted == {"leaf": 6, "multiply": 6, "add": 4}


def layer_in(layer):
    return nn.Sequential(layer)


def test_the_one_model_among_the_variables_names_its_parameters():
    model, _ = scalar_net((4, 3, 2))
    named = names_in({"model": model, "k": 3})
    assert named[model.layers[0].weight[1, 2]] == "layers.0.weight[2, 3]"
    assert names_in({"a": model, "b": nn.MLP([2, 2])}) == {}
    with pytest.raises(ag.AutogradError, match="named_parameters"):
        step(Value(1.0) * 2.0, model=3, parts=True)


def test_a_trained_net_of_single_numbers_falls_into_modules_arrays_and_repeats():
    model, loss = scalar_net()
    found = {p.name: p for p in parts(loss, parameter_names(model))}
    assert found["layers.0.weight"].shape == (64, 32)
    assert found["layers.2.bias"].shape == (10,)
    assert len(found["layers.0"].members) == 64 * 32 + 64 * 32
    assert found["layers.0"].shape == (32,)
    assert "ReLU × 32" in found
    assert sum(len(p.members) for p in found.values()) == len(computed(loss))


def test_the_gradients_of_the_parts_are_those_of_backward():
    model, loss = scalar_net((6, 4, 3), examples=3)
    made = walk(loss, model=model, parts=True)
    loss.backward()
    for name, parameter in model.named_parameters():
        layer = name.rpartition(".")[0]
        shown = frame(made, f"{layer} hands {name} its shares").arrays
        expected = np.vectorize(lambda v: v.grad, otypes=[float])(parameter)
        assert np.allclose(shown.result.numbers, expected)


def test_a_weight_gradient_is_input_times_delta_of_its_neuron():
    model, loss = scalar_net()
    made = walk(loss, model=model)
    loss.backward()
    shown = frame(made, "layers.0 hands layers.0.weight its shares").arrays
    weight, bias = model.layers[0].weight, model.layers[0].bias
    for i, j in [(12, 7), (30, 3)]:
        ((delta, x),) = shown.how.entries.factors(i * 32 + j)
        assert x == DIGITS.X[0, i]
        assert delta == pytest.approx(bias[j].grad)  # the bias reacts as the sum does
        assert delta * x == pytest.approx(weight[i, j].grad)
        assert shown.sentence(i * 32 + j, Words()).startswith(f"Entry ({i + 1}, {j + 1}): ")


def test_a_part_that_collects_from_two_says_what_it_had():
    x = [Value(float(i), label=f"x{i}") for i in range(1, 4)]
    total = sum(ag.exp(v) for v in x) + sum(ag.tanh(v) for v in x)
    made = walk(total * 2.0, parts=True)
    into = [
        f for f in made.frames if f.phase == "backward" and f.title.endswith("input × 3 its shares")
    ]
    assert [f.arrow for f in into] == [1, 2]
    last = into[-1].arrays
    expected = [2 * np.exp(v.data) + 2 * (1 - np.tanh(v.data) ** 2) for v in x]
    assert np.allclose(last.after, expected)
    assert "It had" in last.sentence(0, Words())


def test_parts_are_only_for_large_graphs_of_single_numbers_or_if_asked():
    small_model, small = scalar_net((3, 2, 2))
    assert not any(" × " in b.name for b in walk(small, model=small_model).outline.boxes)
    assert any(b.members for b in walk(small, model=small_model, parts=True).outline.boxes)
    model, loss = scalar_net()
    assert not any(b.members for b in walk(loss, model=model, parts=False).outline.boxes)
    kept = walk(loss, model=model, keep=[model.layers[0].bias[0]])
    assert not any(b.members for b in kept.outline.boxes)


def test_a_chain_of_equal_operations_does_not_become_a_circle():
    y = Value(0.5, label="x")
    for _ in range(40):
        y = ag.tanh(y)
    made = walk(y, parts=True)
    keys = [box.key for box in made.outline.boxes]
    place = {key: i for i, key in enumerate(keys)}
    assert all(place[a.source] < place[a.target] for a in made.outline.arrows)


def test_depth_of_a_walk_counts_operations_from_the_result():
    X = Tensor(np.ones((2, 3)), label="X")
    made = walk(np.tanh(np.exp(X)).sum(), depth=2)
    assert [b.kind for b in made.outline.boxes] == ["fold", "operation", "operation"]
    with pytest.raises(ag.AutogradError, match="depth"):
        walk(np.tanh(X).sum(), depth=0)


def test_every_kind_of_output_of_a_walk_in_parts_works(tmp_path):
    model, loss = scalar_net((8, 4, 3))
    made = step(loss, model=model, parts=True)
    assert "layers.0 hands layers.0.weight its shares" in str(made)
    assert made.picture().startswith("<svg")
    assert made.save(tmp_path / "walk.html").stat().st_size < 300_000
