"""What a walk gives a notebook: a picture for every viewer, a page in a frame, a live widget."""

import base64
import html
import json
import re
import sys

import pytest

import autograd_lite as ag
from autograd_lite import Value
from autograd_lite.errors import RenderError
from viz.notebook import LEAST, MOST
from viz.stepping import step


def running_example():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def test_the_bundle_has_image_before_frame_and_png_and_text():
    walk = step(running_example())
    bundle = walk._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "image/png"}
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    shown = bundle["text/html"]
    address = re.search(r'<img [^>]*src="data:image/svg\+xml;base64,([^"]+)"', shown)
    assert b"<svg" in base64.b64decode(address[1])
    assert shown.index("<img") < shown.index("<iframe")
    assert html.unescape(re.search(r'srcdoc="([^"]*)"', shown)[1]) == walk.html()
    assert " id=" not in shown.partition("srcdoc=")[0]
    assert set(walk._repr_mimebundle_(include=["text/plain"])) == {"text/plain"}
    assert "image/png" not in walk._repr_mimebundle_(exclude=["image/png"])


def test_the_png_shows_the_gradients_of_the_walk_though_the_graph_has_none(monkeypatch):
    import viz.picture

    seen = []
    monkeypatch.setattr(
        viz.picture, "render", lambda source, kind: seen.append(source) or b"\x89PNG"
    )
    root = running_example()
    step(root, update=0.1).png()
    assert root.grad is None
    assert ">-10<" in seen[0]
    assert ">-4<" in seen[0]


def test_without_a_layout_engine_for_the_png_the_rest_is_shown(monkeypatch):
    walk = step(running_example())

    def fail():
        raise RenderError("there is no layout engine")

    monkeypatch.setattr(walk, "png", fail)
    assert set(walk._repr_mimebundle_()) == {"text/plain", "text/html"}


@pytest.mark.parametrize("wrong", [-1, 9, 1.0, True, "2", None])
def test_a_step_that_is_not_there_is_refused(wrong):
    walk = step(running_example())
    walk.at = 4
    with pytest.raises(ag.ArgumentError, match="from 0 to 8"):
        walk.at = wrong
    assert walk.at == 4


def test_the_page_opens_at_the_step_that_was_set(open_file, tmp_path):
    walk = step(running_example())
    walk.at = 7
    shown = open_file(walk.save(tmp_path / "steps.html"))
    assert shown.locator(".count").inner_text() == "step 5 of 6"


def test_without_anywidget_the_error_names_the_command(monkeypatch):
    from viz import notebook

    notebook._widget_class.cache_clear()
    monkeypatch.setitem(sys.modules, "anywidget", None)
    walk = step(running_example())
    with pytest.raises(ag.AutogradError, match=r"pip install .*notebook"):
        walk.widget
    walk.at = 3
    assert walk.at == 3


def displayed(walk, monkeypatch, live=True):
    display = pytest.importorskip("IPython.display", reason="pip install ipython anywidget")
    import viz.notebook

    shown = []
    monkeypatch.setattr(display, "display", lambda data, raw: shown.append(data))
    monkeypatch.setattr(viz.notebook, "_is_live", lambda: live)
    walk._ipython_display_()
    return shown


def test_a_live_kernel_gets_the_widget_after_what_is_saved(monkeypatch):
    pytest.importorskip("anywidget", reason="pip install anywidget")
    walk = step(running_example())
    saved, live = displayed(walk, monkeypatch)
    assert f'data-walk="{walk.widget.key}"' in saved["text/html"]
    assert live["application/vnd.jupyter.widget-view+json"]["model_id"] == walk.widget.model_id
    # Where the widget cannot be shown, there is nothing to see of it.
    assert live["text/html"] == live["text/plain"] == ""


def test_the_widget_is_skipped_in_silence_where_it_cannot_be(monkeypatch):
    assert len(displayed(step(running_example()), monkeypatch, live=False)) == 1
    from viz import notebook

    notebook._widget_class.cache_clear()
    monkeypatch.setitem(sys.modules, "anywidget", None)
    assert len(displayed(step(running_example()), monkeypatch)) == 1


def test_the_widget_and_the_walk_have_one_step():
    pytest.importorskip("anywidget", reason="pip install anywidget")
    walk = step(running_example())
    walk.at = 2
    assert walk.widget.at == 2
    walk.widget.at = 5  # as the page does
    assert walk.at == 5
    walk.at = 8
    assert walk.widget.at == 8
    walk.widget.at = 99
    assert walk.at == 8
    assert walk.widget is walk.widget
    assert len(json.loads(walk.widget.walk)["frames"]) == len(walk)


def test_frames_in_one_page_are_as_high_as_their_words_and_as_dark_as_the_page(open_file, tmp_path):
    walks = [step(running_example()), step(running_example(), update=0.1)]
    shown = "".join(walk._repr_mimebundle_()["text/html"] for walk in walks)
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><body style='background:#111;width:900px'>{shown}", "utf-8")
    found = open_file(page, height=1600)
    one, two = (found.frame_locator("iframe >> nth=" + str(i)) for i in range(2))
    places = found.locator("iframe")
    heights = [places.nth(i).bounding_box()["height"] for i in range(2)]
    assert all(LEAST <= height <= MOST + 2 for height in heights)
    one.get_by_role("button", name="2 Backward").click()
    one.get_by_role("button", name="Next", exact=True).click()
    one.locator("h2", has_text="hands k its share").wait_for()
    assert one.locator(".ag-step").get_attribute("data-theme") == "dark"
    assert two.locator(".count").inner_text() == "step 1 of 3"
    for _ in range(100):  # how high it must be, the frame says a moment later
        hidden = one.locator(".panel").evaluate("p => p.scrollHeight - p.clientHeight")
        grown = places.nth(0).bounding_box()["height"]
        if hidden <= 1 or grown >= MOST:
            break
        found.wait_for_timeout(100)
    assert hidden <= 1 or grown >= MOST
    assert grown >= heights[0]
    assert places.nth(1).bounding_box()["height"] == heights[1]
    assert not found.locator("img").first.is_visible()
