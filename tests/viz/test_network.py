"""Networks as circles and arrows."""

import re
import time
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import nn
import viz
from autograd_lite import AutogradError, Tensor

SVG = "{http://www.w3.org/2000/svg}"


def model(*sizes, **settings):
    return nn.MLP(list(sizes), rng=0, **settings)


def texts(drawing):
    """id -> the words in it."""
    groups = ET.fromstring(drawing.svg()).iter(f"{SVG}g")
    return {g.get("id"): [t.text for t in g.iter(f"{SVG}text")] for g in groups if g.get("id")}


def arrows(drawing):
    """id -> (class, width)."""
    rows = re.findall(r'-> \w+ \[id="(\w+)", class="(\w+)".*?penwidth=([\d.]+)', drawing.source)
    return {key: (kind, float(width)) for key, kind, width in rows}


def test_a_circle_a_unit_and_an_arrow_a_weight():
    drawing = viz.network(model(2, 3, 1))
    assert repr(drawing) == "<drawing: network 2-3-1: 6 circles, 9 arrows>"
    words = texts(drawing)
    assert [words[f"u0_{i}"] for i in (1, 2)] == [["x₁"], ["x₂"]]
    assert words["u1_3"] == ["h₃"]
    assert words["u2_1"] == ["y₁"]
    assert len(arrows(drawing)) == 9


def test_small_layers_say_their_weights_and_biases():
    net = model(2, 3, 1)
    net.layers[0].weight.data = np.array([[0.53, -1.2, 0.0], [2.0, 1e-9, -0.25]], "float32")
    net.layers[0].bias.data = np.array([0.5, -0.5, 0.0], "float32")
    words = texts(viz.network(net))
    assert words["w1_1_1_label"] == ["W₁₁ = 0.53"]
    assert words["w1_2_3_label"] == ["W₂₃ = -0.25"]
    assert words["b1_2"] == ["b₂ = -0.5"]


def test_larger_layers_do_not():
    words = texts(viz.network(model(4, 4)))
    assert not [key for key in words if key.endswith("_label")]


def test_sign_is_dashes_and_width_is_size():
    net = model(2, 2)
    net.layers[0].weight.data = np.array([[1.0, -0.5], [0.25, 0.0]], "float32")
    drawing = viz.network(net)
    found = arrows(drawing)
    assert [found[f"w1_{i}_{j}"][0] for i in (1, 2) for j in (1, 2)] == [
        "positive",
        "negative",
        "positive",
        "positive",
    ]
    widths = [found[key][1] for key in ("w1_1_1", "w1_1_2", "w1_2_1", "w1_2_2")]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == 4
    dashed = re.findall(r'id="(w\w+)", class="\w+".*style=dashed', drawing.source)
    assert dashed == ["w1_1_2"]
    colours = dict(re.findall(r'-> \w+ \[id="(\w+)".*?color="(#\w{6})', drawing.source))
    assert colours["w1_1_1"] == colours["w1_2_1"] != colours["w1_1_2"]


def test_large_layers_are_folded_and_say_how_many():
    drawing = viz.network(model(64, 32, 10))
    words = texts(drawing)
    assert words["more0"] == ["… 52 more"]
    assert words["more1"] == ["… 20 more"]
    assert "more2" not in words
    assert "u0_6" in words
    assert "u0_7" not in words
    assert "u0_59" in words
    assert [words[f"caption{i}"] for i in range(3)] == [
        ["input 64"],
        ["hidden 32 relu"],
        ["output 10"],
    ]


def test_sixteen_units_are_all_drawn():
    assert repr(viz.network(model(16, 17))).startswith("<drawing: network 16-17: 28 circles")


def test_digits_network_renders_in_well_under_two_seconds():
    start = time.perf_counter()
    viz.network(model(64, 32, 10), np.ones(64)).svg()
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("scalar", [False, True])
def test_activations_of_an_example_are_in_the_circles(scalar):
    net = model(3, 4, 2, activation="tanh", scalar=scalar)
    x = np.array([1.0, -2.0, 0.5])
    words = texts(viz.network(net, x))
    assert words["u0_2"] == ["x₂", "-2"]
    reference = model(3, 4, 2, activation="tanh", scalar=True)
    weight = np.array([[w.data for w in row] for row in reference.layers[0].weight])
    hidden = np.tanh(x @ weight)
    for i in range(4):
        assert float(words[f"u1_{i + 1}"][1]) == pytest.approx(hidden[i], abs=6e-4)


def test_dropout_is_not_applied_and_captions_say_what_is():
    net = nn.Sequential(
        nn.Linear(2, 3, rng=0), nn.LeakyReLU(), nn.Dropout(0.5, rng=0), nn.Linear(3, 2, rng=1)
    )
    first, second = (viz.network(net, [1.0, 2.0]).source for _ in range(2))
    assert first == second
    assert "hidden 3 leaky_relu 0.01, dropout 0.5" in first


@pytest.mark.parametrize(
    "x", [[1.0, 2.0], np.array([[1.0, 2.0]]), Tensor(np.array([1.0, 2.0])), (1, 2)]
)
def test_an_example_of_any_kind(x):
    assert texts(viz.network(model(2, 1), x))["u0_2"] == ["x₂", "2"]


def test_nested_stacks_and_a_single_layer():
    nested = nn.Sequential(nn.Sequential(nn.Linear(2, 3, rng=0), nn.Tanh()), nn.Linear(3, 1, rng=0))
    assert "network 2-3-1" in repr(viz.network(nested))
    assert "network 2-3:" in repr(viz.network(nn.Linear(2, 3, rng=0)))


class Twisted(nn.Module):
    def forward(self, x):
        return x[::-1]


def test_what_is_no_stack_of_linear_layers_is_refused_by_name():
    with pytest.raises(TypeError, match=r"1: Twisted is no linear layer") as caught:
        viz.network(nn.Sequential(nn.Linear(2, 2, rng=0), Twisted()))
    assert isinstance(caught.value, AutogradError)
    with pytest.raises(TypeError, match="int is no linear layer"):
        viz.network(3)
    with pytest.raises(TypeError, match="ReLU has no linear layer"):
        viz.network(nn.ReLU())
    with pytest.raises(TypeError, match="takes 5 features"):
        viz.network(nn.Sequential(nn.Linear(2, 3, rng=0), nn.Linear(5, 1, rng=0)))


def test_wrong_examples_are_refused():
    with pytest.raises(ValueError, match=r"shape \(4, 2\)"):
        viz.network(model(2, 1), np.ones((4, 2)))
    with pytest.raises(ValueError, match="2 features"):
        viz.network(model(2, 1), np.ones(3))


def test_infinite_and_missing_weights_are_drawn():
    net = model(2, 2)
    net.layers[0].weight.data = np.array([[np.inf, np.nan], [1.0, -1.0]], "float32")
    words = texts(viz.network(net, [1.0, 1.0]))
    assert words["w1_1_1_label"] == ["W₁₁ = inf"]
    assert words["u1_2"] == ["y₂", "nan"]


def test_model_and_training_mode_are_left_as_they_were():
    net = model(2, 3, 1)
    before = {k: v.copy() for k, v in net.state_dict().items()}
    viz.network(net, [1.0, 2.0])
    assert net.training
    assert all(np.array_equal(v, before[k]) for k, v in net.state_dict().items())
    assert all(p.grad is None for p in net.parameters())


def test_saves_like_a_drawing(tmp_path):
    drawing = viz.network(model(2, 3, 1))
    assert drawing.save(tmp_path / "n.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"\.svg, \.png, \.dot or \.html"):
        drawing.save(tmp_path / "n.gif")


# --- gradients ------------------------------------------------------------------------------------


def after_backward(scalar=False, activation="tanh"):
    net = model(2, 3, 2, activation=activation, scalar=scalar, dtype="float64")
    x = np.array([[0.5, -1.0], [2.0, 0.25]])
    nn.mse(net(x), np.ones((2, 2))).backward()
    return net


def by_hand(net, x):
    """dL/dW and dL/db of the mean squared error to 1, layer by layer, with NumPy."""
    (W, b), (V, c) = [
        (np.array(layer["weight"]), np.array(layer["bias"]))
        for layer in (
            {k.rpartition(".")[2]: v for k, v in net.state_dict().items() if k.startswith(path)}
            for path in sorted({k.rpartition(".")[0] for k in net.state_dict()})
        )
    ]
    h = np.tanh(x @ W + b)
    out = 2 * (h @ V + c - 1) / (len(x) * 2)
    hidden = (out @ V.T) * (1 - h * h)
    return (x.T @ hidden, hidden.sum(0)), (h.T @ out, out.sum(0))


@pytest.mark.parametrize("scalar", [False, True])
def test_gradients_stand_on_the_arrows_and_deltas_in_the_circles(scalar):
    net = after_backward(scalar)
    x = np.array([[0.5, -1.0], [2.0, 0.25]])
    drawing = viz.network(net, gradients=True)
    words = texts(drawing)
    found = arrows(drawing)
    for number, (weight, bias) in enumerate(by_hand(net, x), 1):
        for (i, j), value in np.ndenumerate(weight):
            key = f"w{number}_{i + 1}_{j + 1}"
            name, _, shown = words[f"{key}_label"][0].partition(" = ")
            assert name.startswith("∂L/∂W")
            assert float(shown) == pytest.approx(value, rel=5e-3)
            assert found[key][0] == ("negative" if value < 0 else "positive")
        for j, value in enumerate(bias):
            said = words[f"u{number}_{j + 1}"][1]
            assert said.startswith("δ ")
            assert float(said[2:]) == pytest.approx(value, rel=5e-2)
    assert words["u0_1"] == ["x₁"]


def test_gradients_without_a_backward_pass_are_refused():
    with pytest.raises(AutogradError, match="backward"):
        viz.network(model(2, 3, 1), gradients=True)


def test_the_legend_says_what_the_widest_arrow_is():
    net = model(2, 2)
    net.layers[0].weight.data = np.array([[1.0, -0.5], [0.25, 2.0]], "float32")
    assert texts(viz.network(net))["scale1"] == ["widest: |W| = 2"]


def test_normalisation_and_dropout_stand_between_layers_as_in_use():
    net = nn.Sequential(
        nn.Linear(2, 4, rng=0),
        nn.BatchNorm1d(4),
        nn.ReLU(),
        nn.Dropout(0.9),
        nn.Linear(4, 2, rng=1),
    )
    x = np.array([1.0, -2.0], dtype="float32")
    shown = texts(viz.network(net, x))
    expected = nn.predict(net, x[None])[0]
    assert [float(shown[f"u2_{j}"][1]) for j in (1, 2)] == pytest.approx(expected, rel=6e-2)
    assert all(layer.training for layer in net.layers)
    assert "dropout" in shown["caption1"][0]


# --- epochs ---------------------------------------------------------------------------------------


def learned(epochs=4, **settings):
    data = nn.datasets.moons(60, rng=0)
    net = model(2, 3, 2, **settings)
    history = nn.fit(
        net, data.X, data.y, epochs=epochs, progress=False, callbacks=[nn.Snapshots(net)]
    )
    return net, history, data


def test_the_slider_moves_the_drawing_through_the_epochs(open_file, tmp_path):
    net, history, data = learned()
    drawing = viz.network(net, data.X[0], history=history)
    page = open_file(drawing.save(tmp_path / "net.html"))
    slider = page.get_by_role("slider")
    label, line = page.locator("#w1_1_1_label text"), page.locator("#w1_1_1 path")
    assert page.get_by_role("status").inner_text().startswith("epoch 4 of 4, loss ")
    assert label.text_content() == texts(viz.network(net))["w1_1_1_label"][0]
    slider.focus()
    page.keyboard.press("Home")
    assert page.get_by_role("status").inner_text() == "epoch 0 of 4"
    first = texts(viz.network(model(2, 3, 2), data.X[0]))
    assert label.text_content() == first["w1_1_1_label"][0]
    assert page.locator("#u2_1 text").all_text_contents() == first["u2_1"]
    widths = []
    for _ in range(5):
        widths.append(float(line.get_attribute("stroke-width")))
        page.keyboard.press("ArrowRight")
    sizes = [abs(state["layers.0.weight"][0, 0]) for state in history.snapshots.states]
    assert np.argsort(widths).tolist() == np.argsort(sizes).tolist()
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").click()


def test_one_scale_for_all_epochs():
    net, history, _ = learned()
    drawing = viz.network(net, history=history)
    largest = max(np.abs(s["layers.0.weight"]).max() for s in history.snapshots.states)
    assert texts(drawing)["scale1"] == [f"widest: |W| = {largest:.3g}"]


def test_the_model_is_left_as_it_was():
    net, history, _ = learned()
    before = net.state_dict()
    viz.network(net, history=history).html()
    for name, array in net.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_history_without_snapshots_or_of_another_model_is_refused():
    net, history, _ = learned(epochs=1)
    with pytest.raises(AutogradError, match="Snapshots"):
        viz.network(net, history=nn.History())
    with pytest.raises(AutogradError, match=r"\(2, 5\)"):
        viz.network(model(2, 5, 2), history=history)
    with pytest.raises(AutogradError, match="leave out"):
        viz.network(net, history=history, gradients=True)


def test_a_notebook_gets_picture_then_page():
    net, history, _ = learned(epochs=1)
    bundle = viz.network(net, history=history)._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "image/png"}
    assert bundle["text/html"].index("<img") < bundle["text/html"].index("<iframe")
