"""The code beside the graph in a real browser: pointing, keys, stepping, and for everyone."""

import numpy as np
import pytest

import autograd_lite as ag
import viz
from autograd_lite import Tensor, Value

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
expect = playwright.expect


def running_example():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def layer():
    X, W = np.array([[1.0, 2.0], [3.0, 4.0], [0.5, -1.0]]), Tensor([[1.0], [-2.0]], label="W")
    return ag.tanh(X @ W).sum()


def line(page, text):
    return page.locator(".code-line", has_text=text)


def lit(page):
    return page.locator(".box.lit .name").all_text_contents()


def code_lit(page):
    return [t.strip().split("  #")[0] for t in page.locator(".code-line.lit").all_text_contents()]


def present(page):
    found = page.locator(".code-line[aria-current=step]").all_text_contents()
    return [t.strip().split("  #")[0] for t in found]


def test_a_line_lights_up_its_node_and_a_node_its_lines(open_file, tmp_path):
    page = open_file(viz.code(running_example()).save(tmp_path / "code.html"))
    line(page, "c = a * b").hover()
    assert lit(page) == ["c"]
    assert page.locator(".arrow.lit").count() == 0
    line(page, "da = ").hover()
    assert lit(page) == ["a"]
    assert page.locator(".arrow.lit").count() == 1  # from c to a
    page.locator(".count").hover()
    assert lit(page) == []
    boxes = page.locator("[data-box]")
    named = {boxes.nth(i).locator(".name").text_content(): boxes.nth(i) for i in range(6)}
    named["c"].hover()
    assert code_lit(page) == ["c = a * b"]  # its gradient is k, which has a name already
    named["b"].hover()
    assert code_lit(page) == ["db = k * a"]
    page.locator(".count").hover()
    assert code_lit(page) == []


def test_keys_go_from_line_to_line_and_enter_to_its_step(open_file, tmp_path):
    page = open_file(viz.code(running_example()).save(tmp_path / "code.html"))
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('code-line')"):
            break
    assert lit(page) == ["c"]
    page.keyboard.press("ArrowDown")
    assert lit(page) == ["d"]
    page.keyboard.press("Enter")
    assert page.locator(".count").inner_text() == "step 2 of 3"
    assert present(page) == ["d = c + a"]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # the first stays the first
    assert lit(page) == ["c"]
    page.keyboard.press("ArrowRight")  # steps, as everywhere
    assert page.locator(".count").inner_text() == "step 3 of 3"
    page.keyboard.press("Tab")
    assert lit(page) == []
    assert page.locator(".code-line[tabindex='0']").count() == 1


def test_stepping_marks_the_line_and_brings_its_number(open_file, tmp_path):
    walk = viz.step(running_example(), update=0.1)
    page = open_file(walk.save(tmp_path / "steps.html"))
    assert not page.locator(".code").is_visible()
    toggle = page.get_by_role("button", name="As code")
    toggle.click()
    assert toggle.get_attribute("aria-pressed") == "true"
    assert not page.locator(".lines").is_visible()
    seen = []
    for _ in walk:
        seen.append((present(page), page.locator(".code-said").is_visible()))
        page.keyboard.press("ArrowRight")
    lines = [[x] if x else [] for x in ("c = a * b", "d = c + a", "L = d * k", "", "", "", "")]
    assert [here for here, _ in seen[:9]] == [*lines, ["da = k + k * b"], ["db = k * a"]]
    assert [said for _, said in seen[:9]] == [False] * 3 + [True] * 4 + [False] * 2
    assert all(here == [] for here, _ in seen[9:])  # the update is no part of the gradient
    page.keyboard.press("Home")
    assert "−6" in line(page, "c = a * b").inner_text()
    assert "−4" not in line(page, "d = c + a").inner_text()  # is still to come
    toggle.click()
    assert page.locator(".lines").is_visible()
    assert not page.locator(".code").is_visible()


def test_a_click_on_a_line_of_several_steps_goes_through_them(open_file, tmp_path):
    x = Value(3.0, label="x")
    page = open_file(viz.code(ag.sin(x) * ag.sin(x)).save(tmp_path / "code.html"))
    several = page.locator("button.code-line", has_text="np.sin(x)")
    several.click()
    first = page.locator(".count").inner_text()
    several.click()
    assert page.locator(".count").inner_text() != first
    several.click()
    assert page.locator(".count").inner_text() == first


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_and_nothing_is_cut_off(open_file, tmp_path, dark, width):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python"
    ).Axe()
    for make in (running_example, layer):
        file = viz.code(make()).save(tmp_path / f"{make.__name__}.html")
        page = open_file(file, dark=dark, width=width, height=800)
        page.locator("button.code-line").first.focus()
        response = axe.run(page).response
        assert len(response["passes"]) > 10
        assert [v["id"] for v in response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_line_of_the_step_is_brought_into_sight(open_file, tmp_path):
    total = running_example()
    for _ in range(25):
        total = total * 2
    page = open_file(viz.code(total).save(tmp_path / "code.html"), height=560)
    for key in ("Home", "End"):
        page.keyboard.press(key)
        place = page.locator(".code-line.present").first.bounding_box()
        room = page.locator(".panel").bounding_box()
        assert room["y"] <= place["y"]
        assert place["y"] + place["height"] <= room["y"] + room["height"]


def test_forced_colours_and_letters_tell_the_present_line_apart(open_file, tmp_path):
    page = open_file(
        viz.code(running_example()).save(tmp_path / "code.html"), forced_colors="active"
    )
    shown = page.evaluate(
        """() => [".present", ":not(.present)"].map((kind) => getComputedStyle(
            document.querySelector(`button.code-line${kind}`)).fontWeight)"""
    )
    assert shown[0] != shown[1]
    line(page, "c = a * b").hover()
    widths = page.evaluate(
        """() => [".lit", ":not(.lit):not(.giving):not(.receiving)"].map((kind) => parseFloat(
            getComputedStyle(document.querySelector(`.box${kind} .frame`)).strokeWidth))"""
    )
    assert widths[0] > widths[1]
