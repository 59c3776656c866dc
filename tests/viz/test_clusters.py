"""Modules as clusters of the drawing: which boxes, where, and that they hold no others."""

from xml.etree import ElementTree

import numpy as np

import nn
from autograd_lite import Value
from viz.clusters import hulls
from viz.layout import BoxSize, Placed
from viz.page import model as page_model
from viz.stage import draw
from viz.walk import walk


def mlp():
    model = nn.MLP([4, 3, 2], rng=0)
    return model, nn.cross_entropy(model(np.ones((2, 4))), np.array([0, 1]))


def named(made, keys):
    boxes = {b.key: b for b in made.outline.boxes}
    return sorted(boxes[key].badge or boxes[key].name for key in keys)


def test_the_boxes_of_a_module_are_one_cluster_named_by_its_path():
    _, loss = mlp()
    made = walk(loss)
    assert {path: named(made, keys) for path, keys in made.clusters.items()} == {
        f"layers.{i}": ["+", "@", f"layers.{i}.bias", f"layers.{i}.weight"] for i in (0, 2)
    }


def test_a_given_model_tells_modules_whatever_the_labels_say():
    model, _ = mlp()
    for parameter in model.parameters():
        parameter.label = "p"
    loss = nn.mse(model(np.ones((2, 4))), np.zeros((2, 2)))
    assert not walk(loss).clusters
    assert set(walk(loss, model=model).clusters) == {"layers.0", "layers.2"}
    assert set(walk(loss, names={"net": model}).clusters) == {"layers.0", "layers.2"}


def test_a_graph_without_modules_has_no_clusters():
    told = page_model(walk(Value(2.0, label="a") * Value(3.0, label="b")))
    assert told["clusters"] == {}
    assert "cluster" not in told["svg"]


def test_a_hull_holds_its_own_boxes_and_no_other():
    _, loss = mlp()
    made = walk(loss)
    drawing = draw(made)
    root = ElementTree.fromstring(drawing.svg)
    found = {}
    for group in root.iter("{http://www.w3.org/2000/svg}g"):
        if group.get("data-cluster"):
            box = group[0]
            x, y, w, h = (float(box.get(k)) for k in ("x", "y", "width", "height"))
            found[group.get("data-cluster")] = (x, y, x + w, y + h)
    assert set(found) == set(made.clusters) == set(drawing.clusters)
    cells = {cell.key: cell for cell in drawing.cells}
    for path, (left, top, right, bottom) in found.items():
        for key, (x, y) in drawing.corners.items():
            across = x < right and x + cells[key].width > left
            down = y < bottom and y + cells[key].height > top
            within = x >= left and x + cells[key].width <= right and y >= top
            if key in made.clusters[path]:
                assert within
                assert y + cells[key].height <= bottom
            else:
                assert not (across and down)


def test_a_cluster_that_would_hold_a_stranger_is_not_drawn():
    boxes = [BoxSize(key, 100, 50) for key in ("n0", "n1", "n2")]
    corners = {"n0": (0.0, 100.0), "n1": (200.0, 100.0), "n2": (400.0, 100.0)}
    placed = Placed(500, 200, corners, {}, {}, "layers")
    assert set(hulls({"m": ("n0", "n2"), "k": ("n1", "n2")}, boxes, placed)) == {"k"}


def test_a_very_large_drawing_starts_folded():
    model = nn.MLP([2] * 16, rng=0)
    told = page_model(walk(nn.mse(model(np.ones((1, 2))), np.zeros((1, 2)))))
    assert len(told["boxes"]) > 60
    assert told["folded"]
    assert page_model(walk(mlp()[1]))["folded"] is False
