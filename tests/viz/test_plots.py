"""Plots: what is drawn is what was measured, in figures of their own."""

import base64
import io
import re
import sys

import numpy as np
import pytest

import autograd_lite as ag
import nn
import viz
from autograd_lite import Tensor

matplotlib = pytest.importorskip("matplotlib", reason='pip install "autograd-lite[plot]"')


@pytest.fixture(autouse=True)
def untouched():
    """No plot may change a setting, open a figure of pyplot, or choose a backend."""
    before = dict(matplotlib.rcParams)
    had_pyplot = "matplotlib.pyplot" in sys.modules
    yield
    assert dict(matplotlib.rcParams) == before
    if not had_pyplot:
        assert "matplotlib.pyplot" not in sys.modules


@pytest.fixture(scope="module")
def trained():
    data = nn.datasets.moons(80, noise=0.1, rng=0)
    net = nn.MLP([2, 8, 2], activation="tanh", rng=0)
    history = nn.fit(
        net,
        data.X,
        data.y,
        epochs=9,
        validation=0.25,
        progress=False,
        callbacks=[nn.Snapshots(net)],
    )
    return net, data, history


def curves(panel):
    return {line.get_label(): line.get_ydata() for line in panel.get_lines()}


def whole(figure):
    """The figure drawn to the end, with nothing outside it."""
    figure.draw_without_rendering()
    width, height = figure.bbox.width, figure.bbox.height
    for panel in figure.get_axes():
        box = panel.get_tightbbox()
        if panel.get_visible():
            assert -1 <= box.x0 <= box.x1 <= width + 1
            assert -1 <= box.y0 <= box.y1 <= height + 1
    return figure


# --- history --------------------------------------------------------------------------------------


def test_history_shows_loss_and_metric_of_both_sets(trained):
    _, _, history = trained
    loss, metric = whole(viz.plot_history(history)).get_axes()
    np.testing.assert_array_equal(curves(loss)["training"], history.loss)
    np.testing.assert_array_equal(curves(loss)["validation"], history.val_loss)
    np.testing.assert_array_equal(curves(metric)["training"], history.metric)
    assert metric.get_ylabel() == "accuracy"
    assert loss.get_ylim()[0] == 0


def test_a_figure_shows_itself_without_pyplot(trained):
    assert viz.plot_history(trained[2])._repr_png_().startswith(b"\x89PNG")


def test_a_plot_goes_into_the_axes_it_is_given(trained):
    figure = viz.plot_softmax()
    panel = figure.get_axes()[0]
    panel.clear()
    assert viz.plot_history(trained[2], ax=panel) is figure
    assert "training" in curves(panel)


def test_without_matplotlib_the_command_is_named(monkeypatch):
    from viz import plotting

    plotting._figure_class.cache_clear()
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ag.AutogradError, match=r"pip install .*plot"):
        viz.plot_softmax()
    plotting._figure_class.cache_clear()


# --- functions ------------------------------------------------------------------------------------


def test_the_derivative_is_the_slope_of_the_curve():
    names = ["tanh", "sigmoid", "gelu", "softplus"]
    for panel in whole(viz.plot_activations(*names)).get_axes():
        x = panel.get_lines()[0].get_xdata()
        drawn = curves(panel)
        measured = np.gradient(drawn["y"], x)
        np.testing.assert_allclose(drawn["dy/dx"][1:-1], measured[1:-1], atol=1e-4)
    assert [panel.get_title() for panel in viz.plot_activations(*names).get_axes()] == names


def test_where_it_saturates_is_where_the_slope_is_small():
    panel = viz.plot_activations("tanh").get_axes()[0]
    edges = panel.collections[0].get_paths()[0].vertices[:, 0]
    # 1 - tanh(x)^2 = 0.05 at x = artanh(sqrt(0.95)) = 2.178
    inner = max(edges[edges < 0])
    assert inner == pytest.approx(-np.arctanh(np.sqrt(0.95)), abs=0.02)


def test_a_row_of_ones_own_is_plotted():
    square = ag.define("squared_for_a_plot", value=lambda a: a * a, partials=(lambda a, y: 2 * a,))
    for given in (square, "squared_for_a_plot"):
        panel = viz.plot_activations(given, low=-1, high=1).get_axes()[0]
        x = panel.get_lines()[0].get_xdata()
        np.testing.assert_allclose(curves(panel)["dy/dx"], 2 * x)


def test_nothing_is_drawn_where_an_operation_is_not_defined():
    panel = viz.plot_activations("log").get_axes()[0]
    x = panel.get_lines()[0].get_xdata()
    for line in curves(panel).values():
        assert np.isnan(line[x < 0]).all()
        assert np.isfinite(line[x > 0.1]).all()


@pytest.mark.parametrize(
    ("given", "settings", "message"),
    [
        (["no_such_thing"], {}, "no operation 'no_such_thing'"),
        (["multiply"], {}, "2 inputs"),
        (["matmul"], {}, "no elementwise"),
        ([3], {}, "no elementwise"),
        (["relu"], {"low": 1, "high": 1}, "low=1"),
        (["relu"], {"low": np.nan}, "low=nan"),
    ],
)
def test_what_has_no_curve_is_refused(given, settings, message):
    with pytest.raises(ag.AutogradError, match=message):
        viz.plot_activations(*given, **settings)


def test_softmax_is_softmax_of_the_scores_over_the_temperature():
    panel = whole(viz.plot_softmax([2.0, 1.0, -1.0], names=["a", "b", "c"])).get_axes()[0]
    lines = [line for line in panel.get_lines() if line.get_label() in "abc"]
    temperatures = lines[0].get_xdata()
    scores = np.exp(np.array([2.0, 1.0, -1.0]) / temperatures[:, None])
    expected = scores / scores.sum(axis=1, keepdims=True)
    for i, line in enumerate(lines):
        np.testing.assert_allclose(line.get_ydata(), expected[:, i], rtol=1e-12)


@pytest.mark.parametrize(
    "settings",
    [
        {"logits": [1.0]},
        {"logits": [[1.0, 2.0]]},
        {"logits": [1.0, np.inf]},
        {"low": 0},
        {"low": 2, "high": 1},
        {"names": ["one"]},
        {"logits": np.arange(9.0)},
    ],
)
def test_wrong_scores_and_temperatures_are_refused(settings):
    with pytest.raises(ag.ArgumentError):
        viz.plot_softmax(**settings)


# --- the boundary ---------------------------------------------------------------------------------


def test_the_line_is_where_both_classes_are_equally_likely(trained):
    net, data, _ = trained
    panel = whole(viz.plot_boundary(net, data.X, data.y)).get_axes()[0]
    lines = [c for c in panel.collections if "ContourSet" in type(c).__name__]
    points = np.vstack([path.vertices for path in lines[0].get_paths()])
    logits = nn.predict(net, points.astype(data.X.dtype))
    steep = np.abs(nn.predict(net, data.X) @ [1, -1]).max()
    assert len(points) > 20
    assert np.abs(logits[:, 0] - logits[:, 1]).max() < 0.02 * steep
    right = int((nn.predict(net, data.X).argmax(1) == data.y).sum())
    assert panel.get_title() == f"{right} of 80 right"


def test_one_logit_decides_by_its_sign():
    X = np.array([[-1.0, 0.0], [1.0, 0.0], [2.0, 1.0]])
    net = nn.MLP([2, 1], dtype="float64")
    net.layers[0].weight.data = np.array([[1.0], [0.0]])
    for labels in ([0, 1, 1], [-1, 1, 1], ["no", "yes", "yes"]):
        panel = viz.plot_boundary(net, X, labels).get_axes()[0]
        assert panel.get_title() == "3 of 3 right"


def test_an_estimator_is_plotted_by_its_predictions():
    class Nearest:
        def predict(self, points):
            return np.where(points[:, 0] > 0, "right", "left")

    X = np.array([[-1.0, 0.0], [1.0, 0.0], [-2.0, 1.0]])
    panel = viz.plot_boundary(Nearest(), X, ["left", "right", "right"]).get_axes()[0]
    assert panel.get_title() == "2 of 3 right"


def test_epochs_stand_side_by_side_from_the_first_to_the_last(trained):
    net, data, history = trained
    figure = whole(viz.plot_boundary(net, data.X, data.y, history=history))
    titles = [panel.get_title() for panel in figure.get_axes() if panel.get_visible()]
    assert [int(re.match(r"epoch (\d+)", title)[1]) for title in titles] == [0, 2, 4, 5, 7, 9]
    right = int((nn.predict(net, data.X).argmax(1) == data.y).sum())
    assert titles[-1].endswith(f"{right} of 80 right")


def test_the_boundary_moves_as_gif_and_as_page(trained, tmp_path, open_file):
    from PIL import Image

    net, data, history = trained
    movie = viz.animate_boundary(net, data.X, data.y, history)
    assert len(movie) == 10
    with Image.open(movie.save(tmp_path / "b.gif")) as image:
        assert image.n_frames == 10
    page = open_file(movie.save(tmp_path / "b.html"), width=400)
    page.get_by_role("slider").focus()
    last = page.locator("img").get_attribute("src")
    page.keyboard.press("Home")
    assert page.get_by_role("status").inner_text() == "epoch 0 of 9"
    first = page.locator("img").get_attribute("src")
    assert first != last
    assert base64.b64decode(first.partition(",")[2]).startswith(b"\x89PNG")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    with pytest.raises(ag.ArgumentError, match=r"\.gif or \.html"):
        movie.save(tmp_path / "b.mp4")


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.ones((4, 3)), [0, 1, 0, 1], "two features"),
        (np.ones((4, 2)), [0, 1], "one label each"),
        (np.ones((9, 2)), range(9), "told apart"),
        (np.full((2, 2), np.nan), [0, 1], "not finite"),
        (np.ones((3, 2)), [0, 1, 2], "3 classes"),
    ],
)
def test_data_without_a_plane_are_refused(X, y, message):
    with pytest.raises(ag.AutogradError, match=message):
        viz.plot_boundary(nn.MLP([2, 2]), X, y)


def test_a_run_without_snapshots_cannot_move(trained):
    net, data, _ = trained
    for plot in (viz.plot_boundary, viz.animate_boundary):
        with pytest.raises(ag.ArgumentError, match="Snapshots"):
            plot(net, data.X, data.y, history=nn.History())


# --- sizes ----------------------------------------------------------------------------------------


def deep(activation, depth=8, scalar=False, gain=1.0):
    net = nn.MLP([2] + [4] * depth + [1], activation=activation, rng=0, scalar=scalar)
    for layer in net.layers:
        if hasattr(layer, "weight") and not scalar:
            layer.weight.data = layer.weight.data * np.float32(gain)
    nn.mse(net(np.ones((3, 2))), np.full((3, 1), 9.0)).backward()
    return net


@pytest.mark.parametrize("scalar", [False, True])
def test_bars_are_the_root_mean_square_of_the_gradients(scalar):
    net = deep("tanh", 1, scalar)
    panel = whole(viz.plot_gradients(net)).get_axes()[0]
    widths = [bar.get_width() for bar in panel.patches]
    for (name, parameter), width in zip(net.named_parameters(), widths, strict=True):
        flat = [parameter] if isinstance(parameter, Tensor) else parameter.ravel()
        each = np.concatenate([np.ravel(node.grad) for node in flat]).astype(float)
        assert width == pytest.approx(np.sqrt(np.mean(each**2)), rel=1e-5), name


@pytest.mark.parametrize(
    ("activation", "depth", "gain", "word"),
    [
        ("sigmoid", 8, 1.0, "vanishing: "),
        ("softplus", 8, 3.0, "exploding: "),
        ("tanh", 1, 1.0, "the first"),
    ],
)
def test_vanishing_and_exploding_are_said(activation, depth, gain, word):
    net = deep(activation, depth, gain=gain)
    assert viz.plot_gradients(net).get_axes()[0].get_title().startswith(word)


def test_gradients_are_needed_for_a_plot_of_them():
    with pytest.raises(ag.ArgumentError, match="backward"):
        viz.plot_gradients(nn.MLP([2, 2]))
    with pytest.raises(ag.DataError, match="no parameters"):
        viz.plot_gradients(nn.ReLU())
    with pytest.raises(ag.DataError, match=r"no nn\.Module"):
        viz.plot_gradients([1.0])


def test_bars_of_memory_add_up_to_what_the_graph_keeps():
    X = Tensor(np.ones((50, 20)), label="X")
    loss = np.tanh(X @ np.ones((20, 30))).sum()
    panel = whole(viz.plot_memory(loss)).get_axes()[0]
    shown = sum(bar.get_height() for bar in panel.patches)
    kept = ag.memory(loss)
    assert shown * 1000 == pytest.approx(kept.total)
    assert len(panel.patches) == len(kept)
    assert [text.get_text() for text in panel.get_xticklabels()] == ["X", "matmul", "tanh", "sum"]


def test_two_graphs_share_one_scale():
    small, large = np.tanh(Tensor(np.ones(10))).sum(), np.tanh(Tensor(np.ones(1000))).sum()
    one, two = whole(viz.plot_memory(large, small)).get_axes()
    assert one.get_ylim() == two.get_ylim()
    assert one.get_title().startswith("without checkpointing: total ")
    assert two.get_title().startswith("with checkpointing: total ")


def test_a_plot_of_memory_needs_a_graph():
    with pytest.raises(ag.DataError):
        viz.plot_memory(3.0)
    with pytest.raises(ag.ArgumentError, match="1 names for 2"):
        viz.plot_memory(Tensor(np.ones(2)).sum(), Tensor(np.ones(2)).sum(), names=("one",))


# --- saving ---------------------------------------------------------------------------------------


def test_a_figure_is_saved_as_any_figure_of_matplotlib(trained):
    content = io.BytesIO()
    viz.plot_history(trained[2]).savefig(content, format="svg")
    assert b"<svg" in content.getvalue()
