"""Arrays in a real browser: an entry is chosen, by click, key or number, and opened."""

import itertools

import numpy as np
import pytest

import nn
from autograd_lite import Tensor
from viz.matrix import place
from viz.stepping import step
from viz.words import Words

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
RNG = np.random.default_rng(1)


def lesson():
    X = Tensor([[1.0, 2.0, 3.0], [0.0, 1.0, 5.0]], label="X")
    W = Tensor([[1.0], [0.0], [2.0]], label="W")
    return ((X @ W) * np.array([[4.0], [-1.0]])).sum()


def settle(shown):
    """Wait until the page has chosen an entry, as it does once a new step is drawn."""
    shown.wait_for_function(
        "() => [...document.querySelectorAll('.choose input')].every((field) => field.value)"
    )


@pytest.fixture
def visit(open_file, tmp_path):
    """Open the page of a graph at the frame with this title."""
    made = itertools.count()

    def open_page(root, title, **settings):
        walk = step(root)
        at = next(i for i, frame in enumerate(walk) if frame.title == title)
        shown = open_file(walk.save(tmp_path / f"arrays{next(made)}.html"), **settings)
        for _ in range(at):
            shown.keyboard.press("ArrowRight")
        settle(shown)
        return shown, walk[at]

    return open_page


def said(shown):
    return shown.locator(".entry").inner_text().replace("−", "-")


def lit(shown):
    tables = shown.locator("table.numbers")
    return [
        tables.nth(i).evaluate(
            "t => [...t.querySelectorAll('td')]"
            ".flatMap((cell, i) => cell.classList.contains('lit') ? [i] : [])"
        )
        for i in range(tables.count())
    ]


def test_an_entry_is_chosen_by_click_and_lights_up_what_makes_it(visit):
    shown, _ = visit(lesson(), "c = X·W hands W its share")
    shown.locator("table.numbers").last.locator("td").nth(1).click()
    assert said(shown) == "Entry (2, 1): 2 · 4 + 1 · (-1) = 7."
    assert lit(shown) == [[1, 4], [0, 1], [1]]
    meaning = shown.locator(".entry-meaning").inner_text()
    assert meaning == "Raise entry (2, 1) of W by 0.01 and L rises by about 0.07."


def test_arrow_keys_choose_an_entry_and_do_not_step(visit):
    shown, _ = visit(lesson(), "c = X·W hands W its share")
    counter = shown.locator(".count").inner_text()
    table = shown.locator("table.numbers.choosable")
    table.focus()
    table.press("ArrowUp")
    assert said(shown).startswith("Entry (1, 1): 1 · 4 + 0 · (-1) = 4")
    table.press("ArrowDown")
    table.press("ArrowDown")
    assert said(shown).startswith("Entry (3, 1): 3 · 4 + 5 · (-1) = 7")
    assert shown.locator(".count").inner_text() == counter


def test_an_entry_is_chosen_by_its_numbers_and_a_wrong_one_changes_nothing(visit):
    shown, _ = visit(lesson(), "c = X·W hands W its share")
    row = shown.get_by_label("row", exact=True)
    row.fill("1")
    row.press("Enter")
    assert said(shown).startswith("Entry (1, 1)")
    row.fill("9")
    row.press("Enter")
    assert said(shown).startswith("Entry (1, 1)")
    assert shown.get_by_label("column", exact=True).is_disabled()


def test_the_page_says_of_every_entry_what_the_text_says(visit):
    X = RNG.normal(size=(3, 4))
    loss = nn.cross_entropy(nn.MLP([4, 5, 3], rng=0)(X), np.array([0, 2, 1]))
    words = Words()
    walk = step(loss)
    shown, _ = visit(loss, walk[0].title)
    for frame in walk:
        if frame.arrays is not None and frame.arrays.how is not None:
            entry = int(RNG.integers(frame.arrays.result.numbers.size))
            shape = frame.arrays.result.numbers.shape
            settle(shown)
            fields = shown.locator(".choose input")
            for field, at in zip(fields.all(), np.unravel_index(entry, shape), strict=True):
                if field.is_enabled():
                    field.fill(str(int(at) + 1))
                    field.dispatch_event("change")
            assert said(shown) == frame.arrays.sentence(entry, words).replace("−", "-")
            assert place(entry, shape) in said(shown)
        shown.keyboard.press("Escape")
        if frame is not walk[-1]:
            shown.get_by_role("button", name="Next", exact=True).click()


@pytest.mark.parametrize("dark", [False, True])
def test_a_large_array_is_a_strip_with_signs_and_a_legend(visit, dark):
    X = Tensor(RNG.normal(size=(1, 20)), label="X")
    W = Tensor(RNG.normal(size=(20, 12)), label="W")
    shown, frame = visit((X @ W).sum(), "c = X·W hands W its share", dark=dark)
    strip = shown.locator(".strip-room.choosable")
    assert "numbers from" in strip.get_attribute("aria-label")
    assert shown.locator(".legend").is_visible()
    canvas = strip.locator("canvas")
    box = canvas.bounding_box()
    cell = box["width"] / 12
    canvas.click(position={"x": cell * 3.5, "y": cell * 2.5})
    assert said(shown) == frame.arrays.sentence(2 * 12 + 3, Words())
    colours = canvas.evaluate(
        """(c) => {
          const { data } = c.getContext("2d").getImageData(2, 0, 1, c.height);
          return new Set(Array.from({ length: 20 }, (_, row) => {
            const at = 4 * (Math.floor((row * c.height) / 20) + 2);
            return String(data.slice(at, at + 4));
          })).size;
        }"""
    )
    assert colours > 10


def test_arrays_fit_a_phone(visit):
    X = Tensor(RNG.normal(size=(4, 30)), label="X")
    W = Tensor(RNG.normal(size=(30, 5)), label="W")
    shown, _ = visit((X @ W).sum(), "c = X·W hands W its share", width=400, height=800)
    assert shown.evaluate("document.documentElement.scrollWidth") <= 400
