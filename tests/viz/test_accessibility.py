"""For everyone: axe-core finds nothing to mend; the page needs no mouse, colour or motion."""

import itertools

import numpy as np
import pytest

import autograd_lite as ag
import nn
import viz
from autograd_lite import Tensor, Value
from viz.stepping import step

Axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python"
).Axe


def running_example():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def layer():
    X, W = Tensor([[1.0, 2.0], [3.0, 4.0], [0.5, -1.0]], label="X"), Tensor([[1.0], [-2.0]])
    return ag.tanh(X @ W).sum()


@pytest.fixture
def visit(open_file, tmp_path):
    made = itertools.count()

    def open_page(root, **settings):
        return open_file(step(root, update=0.1).save(tmp_path / f"{next(made)}.html"), **settings)

    return open_page


def found_by_axe(page):
    """What axe-core has to say: the rule, and the elements that break it."""
    response = Axe().run(page).response
    assert len(response["passes"]) > 10, "axe-core did not run"
    return [
        f"{violation['id']} ({violation['help']}): {node['html'][:120]} {node['failureSummary']}"
        for violation in response["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_in_any_phase(visit, dark, width):
    for root in (running_example(), layer()):
        page = visit(root, dark=dark, width=width, height=800)
        for tab in range(3):
            page.locator(".tab").nth(tab).click()
            page.get_by_role("button", name="Next", exact=True).click()
            assert found_by_axe(page) == []
        page.keyboard.press("End")
        assert found_by_axe(page) == []


def test_axe_finds_nothing_about_strips_chosen_entries_and_folded_modules(visit):
    model = nn.MLP([20, 12, 3], rng=0)
    page = visit(nn.cross_entropy(model(np.ones((2, 20))), np.array([0, 2])), dark=True)
    for tab in range(3):
        page.locator(".tab").nth(tab).click()
        assert page.locator(".choose input").count() > 0
        assert found_by_axe(page) == []
    page.get_by_role("button", name="Fold layers.0").click()
    assert found_by_axe(page) == []


def test_axe_finds_nothing_while_something_is_explained_and_nudged(visit):
    page = visit(running_example())
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Nudge a").click()
    page.locator("[data-box]").first.focus()
    assert page.locator(".tooltip").is_visible()
    assert found_by_axe(page) == []


def test_every_control_is_reached_by_tab_in_the_order_of_reading(visit):
    page = visit(running_example())
    page.keyboard.press("ArrowRight")
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        said = page.evaluate(
            """() => {
              const at = document.activeElement;
              return at === document.body ? "" : at.getAttribute("aria-label") || at.textContent;
            }"""
        )
        if not said or said in seen:
            break
        seen.append(said)
    assert [s[:1] for s in seen[:3]] == ["1", "2", "3"]  # the phases
    assert seen[-5:] == ["First", "Previous", "Play", "Next", "Last"]
    assert "This step" in seen
    # One stop for the whole graph, in which the arrow keys move.
    assert sum("∂L" in s or "goes into" in s for s in seen) == 1


def test_the_focus_is_seen(visit):
    page = visit(running_example())
    for _ in range(8):
        page.keyboard.press("Tab")
        drawn = page.evaluate(
            """() => {
              const at = document.activeElement;
              const style = getComputedStyle(at);
              if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) return true;
              const frame = at.querySelector(".frame");
              return frame !== null && parseFloat(getComputedStyle(frame).strokeWidth) >= 4;
            }"""
        )
        assert drawn, page.evaluate("document.activeElement.outerHTML")[:200]


def test_the_live_region_says_each_step_once(visit):
    page = visit(running_example())
    region = page.locator(".said [role=status]")
    for frame in step(running_example(), update=0.1):
        assert region.inner_text().replace("−", "-") == frame.status.replace("−", "-")
        page.keyboard.press("ArrowRight")
    assert page.locator("[role=status]:not(.nudge-said)").count() == 1


def test_at_200_percent_nothing_is_cut_off_and_everything_can_be_reached(visit):
    # Twice the size on a screen of 1280 is a page 640 wide.
    page = visit(running_example(), width=640, height=400, device_scale_factor=2)
    for _ in range(11):
        assert page.evaluate("document.documentElement.scrollWidth") <= 640
        page.get_by_role("button", name="Next", exact=True).click()
    last = page.locator(".said")
    last.scroll_into_view_if_needed()
    assert last.is_visible()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_for_those_who_want_no_motion(visit, motion):
    page = visit(running_example(), reduced_motion=motion)
    page.keyboard.press("ArrowRight")
    moving = page.evaluate("document.getAnimations().length")
    assert (moving == 0) == (motion == "reduce")


def test_with_forced_colours_giving_and_receiving_are_still_told_apart(visit):
    page = visit(running_example(), forced_colors="active")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    styles = page.evaluate(
        """() => {
          const drawn = (box) => getComputedStyle(document.querySelector(`${box} .frame`));
          const other = parseFloat(drawn(".box:not(.giving, .receiving)").strokeWidth);
          return [".giving", ".receiving"].map((box) => [
            drawn(box).strokeDasharray, parseFloat(drawn(box).strokeWidth) > other,
          ]);
        }"""
    )
    assert styles[0][0] != styles[1][0]
    assert styles[0][1]
    assert styles[1][1]
    ink, ground = page.evaluate(
        """() => [getComputedStyle(document.querySelector(".box .name")).fill,
          getComputedStyle(document.querySelector(".box .frame")).fill]"""
    )
    assert ink != ground
    next_button = page.get_by_role("button", name="Next", exact=True)
    assert next_button.evaluate("b => getComputedStyle(b).borderStyle") != "none"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_a_quiz(open_file, tmp_path, dark):
    page = open_file(viz.quiz(running_example()).save(tmp_path / "quiz.html"), dark=dark)
    assert found_by_axe(page) == []
    page.keyboard.press("End")  # the first question
    page.locator(".answer").fill("-3")
    page.keyboard.press("Enter")
    assert found_by_axe(page) == []  # a wrong answer, and what is said to it


def test_axe_finds_nothing_in_a_quiz_on_a_phone(open_file, tmp_path):
    page = open_file(viz.quiz(running_example()).save(tmp_path / "quiz.html"), width=400)
    assert found_by_axe(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_the_other_pages(open_file, tmp_path, dark):
    model = nn.MLP([2, 3, 2], rng=0)
    kept = nn.Snapshots(model)
    pages = [
        viz.network(model, [1.0, 2.0], history=kept).save(tmp_path / "network.html"),
        viz.worksheet(running_example()).save(tmp_path / "sheet.html"),
        viz.draw(running_example()).save(tmp_path / "graph.html"),
        viz.step(running_example(), order="naive").save(tmp_path / "naive.html"),
    ]
    for file in pages:
        assert found_by_axe(open_file(file, dark=dark)) == [], file.name
