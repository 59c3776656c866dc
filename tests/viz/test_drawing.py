"""Drawings: what stands in them, how they are saved, and how they show themselves."""

import base64
import re
import time
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import autograd_lite as ag
import nn
import viz
from autograd_lite import AutogradError, Tensor, Value
from autograd_lite.errors import RenderError
from viz import picture

SVG = "{http://www.w3.org/2000/svg}"


def running():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def texts(svg):
    """id of a node or edge -> its texts."""
    found = {}
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        kinds = group.get("class", "").split()
        if kinds and kinds[0] in ("node", "edge"):
            found[group.get("id")] = ["".join(t.itertext()) for t in group.iter(f"{SVG}text")]
    return found


def edges(drawing):
    """id of an edge -> (from, to)."""
    rows = re.findall(r'^(\w+) -> (\w+) \[id="(\w+)"', drawing.source, re.M)
    return {key: (source, target) for source, target, key in rows}


def test_running_example_shows_names_values_and_gradients():
    L = running()
    L.backward()
    found = texts(viz.draw(L).svg())
    boxes = {key: " ".join(" ".join(parts).split()) for key, parts in found.items()}
    assert boxes["n0"] == "a value 2 ∂L/∂a -10"
    assert boxes["n2"] == "× c value -6 ∂L/∂c 5"
    assert boxes["n5"] == "× L value -20 ∂L/∂L 1"


def test_arrows_carry_local_derivatives_after_backward_and_nothing_before():
    L = running()
    before = texts(viz.draw(L).svg())
    assert all(not "".join(before[f"e{i}"]) for i in range(6))
    L.backward()
    after = texts(viz.draw(L).svg())
    assert [" ".join(after[f"e{i}"]) for i in range(6)] == [
        "× b = -3",
        "× a = 2",
        "× 1",
        "× 1",
        "× k = 5",
        "× d = -4",
    ]


def test_gradient_that_was_not_computed_is_a_dash_and_not_zero():
    x, z = Value(1.0, label="x"), Value(2.0, label="z")
    (x * 0).backward()
    found = texts(viz.draw(x * z).svg())
    assert found["n0"][-1] == "0"  # computed, and 0
    assert found["n1"][-1] == "–"
    assert found["n2"][-1] == "–"


def test_ids_are_the_same_before_and_after_backward():
    L = running()
    before = viz.draw(L)
    L.backward()
    after = viz.draw(L)
    assert edges(before) == edges(after)
    assert list(texts(before.svg())) == list(texts(after.svg()))


def test_operand_in_two_slots_has_two_edges():
    a = Value(3.0, label="a")
    drawn = edges(viz.draw(a + a))
    assert len(drawn) == 2
    assert len(set(drawn.values())) == 1


def test_kinds_of_box_differ_without_colour():
    x = Value(2.0, label="x")
    y = ag.tanh(x * 3.0) + x * x
    source = viz.draw(y, depth=2).source
    kinds = dict(re.findall(r'class="(leaf|operation|constant|fold)".*?style="([\w,]+)"', source))
    assert "constant" not in kinds
    assert kinds["fold"] == "rounded,filled,dashed"
    kinds |= dict(re.findall(r'class="(constant)".*?style="([\w,]+)"', viz.draw(y).source))
    assert len(set(kinds.values())) == 4


def test_tensors_show_shape_and_small_ones_their_numbers():
    W = Tensor(np.array([[1.0, -2.0], [0.5, 4.0], [0.0, 3.0]]), label="W")
    big = Tensor(np.linspace(0, 1, 500).reshape(100, 5).astype("float32"), label="big")
    y = (np.ones((5, 3)) @ W).sum() + (big * 1.0).sum()
    found = {parts[0]: parts for parts in texts(viz.draw(y).svg()).values() if parts}
    assert "(3, 2) float64" in found["W"]
    assert "-2" in found["W"]
    assert "(100, 5) float32" in found["big"]
    assert "0 … 1" in found["big"]


HOSTILE = [
    '"quoted"',
    "<script>alert(1)</script>",
    "a & b &amp; c",
    "back\\slash \\N \\G",
    "</TABLE>>];",
    "{|}",
    "über ∂ 日本語",
    "<B>",
    "-->",
    "]]>",
]


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_labels_mean_nothing_but_themselves(label):
    x = Value(2.0, label=label)
    y = x * x
    y.label = label
    y.backward()
    svg = viz.draw(y).svg()
    assert label in texts(svg)["n0"]
    assert "<script" not in svg
    assert not list(ET.fromstring(svg).iter(f"{SVG}script"))
    ET.fromstring("<main>" + viz.draw(y).html().split("<main>")[1].split("</body>")[0])


def test_newlines_and_control_characters_stay_on_one_line():
    x = Value(2.0, label="first\nsecond\x00\x1bthird")
    assert texts(viz.draw(x * 1).svg())["n0"][0] == "first second third"


def test_very_long_labels_are_shortened():
    x = Value(2.0, label="w" * 5000)
    drawing = viz.draw(x * 2)
    assert len(drawing.source) < 5000
    assert texts(drawing.svg())["n0"][0].endswith("w…")


def test_note_on_folding_is_shown():
    L = running()
    svg = viz.draw(L, depth=1).svg()
    assert "Shown to a depth of 1" in svg


def test_names_of_variables_are_used():
    w, x = Value(2.0), Value(3.0)
    loss = w * x
    shown = {parts[0] for parts in texts(viz.draw(loss, names=locals()).svg()).values() if parts}
    assert {"w", "x"} <= shown


def test_deep_chain_is_folded_quickly():
    y = Value(0.0, label="x")
    for _ in range(100_000):
        y = y + 1.0
    start = time.perf_counter()
    drawing = viz.draw(y)
    assert time.perf_counter() - start < 20
    assert "100,001 nodes are shown in" in drawing.source
    assert "100001 nodes are too many" in viz.draw(y, parts=False).source


def test_drawing_changes_nothing():
    L = running()
    viz.draw(L).svg()
    assert L.grad is None
    assert L.label is None


@pytest.mark.parametrize("wrong", [3.0, None, np.ones(3)])
def test_not_a_node_is_refused(wrong):
    with pytest.raises(TypeError, match="not part of a graph"):
        viz.draw(wrong)


# --- saving ---------------------------------------------------------------------------------------


def test_saves_four_kinds_of_file(tmp_path):
    drawing = viz.draw(running())
    begins = {
        ".svg": b"<?xml",
        ".png": b"\x89PNG",
        ".dot": b"digraph",
        ".html": b"<!DOCTYPE html>",
        ".SVG": b"<?xml",
    }
    for suffix, begin in begins.items():
        path = drawing.save(tmp_path / f"g{suffix}")
        assert path == tmp_path / f"g{suffix}"
        assert path.read_bytes().startswith(begin)
    assert drawing.save(str(tmp_path / "again.dot")).exists()
    ET.parse(tmp_path / "g.svg")


@pytest.mark.parametrize("name", ["g.pdf", "g", "g.svg.txt", ".svg"])
def test_other_endings_are_refused_and_write_nothing(tmp_path, name):
    with pytest.raises(ValueError, match=r"\.svg, \.png, \.dot or \.html") as caught:
        viz.draw(running()).save(tmp_path / name)
    assert isinstance(caught.value, AutogradError)
    assert not list(tmp_path.iterdir())


def test_a_failed_save_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    target = tmp_path / "g.dot"
    target.write_text("old")
    monkeypatch.setattr("viz.files.os.replace", lambda *names: (_ for _ in ()).throw(OSError(28)))
    with pytest.raises(OSError, match="28"):
        viz.draw(running()).save(target)
    assert [p.name for p in tmp_path.iterdir()] == ["g.dot"]
    assert target.read_text() == "old"


def test_file_has_the_rights_that_a_new_file_has(tmp_path):
    (tmp_path / "plain").touch()
    saved = viz.draw(running()).save(tmp_path / "g.dot")
    assert saved.stat().st_mode == (tmp_path / "plain").stat().st_mode


# --- showing itself -------------------------------------------------------------------------------


def test_bundle_has_svg_png_and_text():
    bundle = viz.draw(running())._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"] == "<drawing: graph of L: 6 boxes, 6 arrows>"
    assert set(viz.draw(running())._repr_mimebundle_(include={"image/png"})) == {
        "image/png",
        "text/plain",
    }


def test_without_an_engine_text_and_dot_remain(monkeypatch, tmp_path):
    def none(source, format):
        raise RenderError("There is no layout engine on this machine.")

    monkeypatch.setattr(picture, "render", none)
    drawing = viz.draw(running())
    bundle = drawing._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert "no layout engine" in bundle["text/plain"]
    assert drawing.save(tmp_path / "g.dot").exists()
    with pytest.raises(RuntimeError, match="no layout engine"):
        drawing.save(tmp_path / "g.svg")
    assert not (tmp_path / "g.svg").exists()


def test_nodes_show_themselves_as_drawings():
    L = running()
    bundle = L._repr_mimebundle_()
    assert "∂L/∂a" in bundle["image/svg+xml"]
    assert bundle["text/plain"] == repr(L)
    assert "image/svg+xml" in Tensor(np.ones(2), label="t")._repr_mimebundle_()


def test_large_graph_shows_itself_folded():
    y = Value(0.0, label="x")
    for _ in range(300):
        y = y * 1.5
    assert "301 nodes are too many" in y._repr_mimebundle_()["image/svg+xml"]
    assert "too many" not in viz.draw(y).source


def test_svg_has_an_accessible_name():
    svg = viz.draw(running()).svg()
    assert 'role="img" aria-label="graph of L: 6 boxes, 6 arrows"' in svg


def test_constant_arrays_and_large_ones_are_tables_not_lines_of_text():
    X = np.array([[1.0, -2.0], [0.5, 4.0]])
    W = Tensor(np.linspace(-1.0, 1.0, 80).reshape(2, 40), label="W")
    y = (X @ W).sum()
    source = viz.draw(y).source
    assert "[[1, -2], [0.5, 4]]" not in source.replace("tooltip", "")[: source.index("constant [")]
    strip = source[source.index("W</B>") :]
    assert strip.count("BGCOLOR") >= 2 * 14
    assert "-1 … 1" in strip
    assert ">2×40<" in source  # the shape on its arrow


def test_modules_are_clusters_of_the_drawing():
    model = nn.MLP([4, 3, 2], rng=0)
    loss = nn.cross_entropy(model(np.ones((2, 4))), np.array([0, 1]))
    source = viz.draw(loss).source
    assert re.findall(r"subgraph cluster_\d.*?>(layers\.\d)<", source) == ["layers.0", "layers.2"]
    assert viz.draw(loss).svg().count('class="cluster"') == 2


def test_a_large_net_of_single_numbers_is_drawn_in_parts_with_its_gradients():
    model = nn.MLP([16, 12, 3], scalar=True, rng=0)
    loss = nn.cross_entropy(model(np.linspace(-1, 1, 16).reshape(1, 16)), np.array([2]))
    loss.backward()
    drawing = viz.draw(loss, model=model)
    found = [parts for parts in texts(drawing.svg()).values() if parts]
    weight = next(parts for parts in found if parts[0] == "layers.0.weight")
    gradients = [v.grad for v in model.layers[0].weight.flat]
    told = f"{viz.numbers.short(min(gradients))} … {viz.numbers.short(max(gradients))}"
    assert told in weight
    assert any("ReLU × 12" in parts for parts in found)
    assert "are shown in" in drawing.source
