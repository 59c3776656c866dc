"""A trained network of 64-32-10 in a real browser: one weight's gradient, found and explained."""

import re

import numpy as np
import pytest

import nn
from viz.stepping import step

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
ROW, COLUMN = 21, 5  # the weight that is asked for, counted from 1


@pytest.fixture(scope="module")
def trained():
    """The weights of a network trained on digits, in both of its forms, and one digit."""
    data = nn.datasets.digits()
    model = nn.MLP([64, 32, 10], rng=0, dtype="float64")
    nn.fit(model, data.X[:400], data.y[:400], epochs=2, progress=False)
    scalar = nn.MLP([64, 32, 10], scalar=True)
    scalar.load_state_dict(model.state_dict())
    return {"arrays": model, "numbers": scalar}, data.X[:1], data.y[:1]


@pytest.mark.parametrize("form", ["arrays", "numbers"])
def test_one_weight_is_reached_and_explained_in_under_ten_clicks(
    trained, form, open_file, tmp_path
):
    models, x, y = trained
    model = models[form]
    loss = nn.cross_entropy(model(x), y)
    shown = open_file(step(loss, model=model).save(tmp_path / "net.html"))
    clicks = 0

    def click(place):
        nonlocal clicks
        clicks += 1
        place.click()

    box = shown.locator("[data-box]", has=shown.locator("text.name", has_text="layers.0.weight"))
    click(shown.get_by_role("button", name="Whole graph"))
    click(box)
    for name, at in (("row", ROW), ("column", COLUMN)):
        field = shown.get_by_label(name, exact=True)
        click(field)
        field.fill(str(at))
        field.press("Enter")
    said = shown.locator(".entry").inner_text().replace("−", "-")
    assert clicks < 10

    reference = nn.cross_entropy(models["arrays"](x), y)
    for parameter in models["arrays"].parameters():
        parameter.grad = None
    reference.backward()
    layer = models["arrays"].layers[0]
    expected = layer.weight.grad[ROW - 1, COLUMN - 1]
    made = re.fullmatch(rf"Entry \({ROW}, {COLUMN}\): (\S+) · (\S+) = (\S+)\.", said)
    first, second, total = (float(part.strip("()")) for part in made.groups())
    assert total == pytest.approx(expected, rel=1e-3, abs=1e-12)
    factors = [x[0, ROW - 1], layer.bias.grad[COLUMN - 1]]  # the bias gets just its delta
    assert sorted([first, second]) == pytest.approx(sorted(factors), rel=1e-3, abs=1e-12)
    assert shown.locator(".strip").count() >= 2
    assert "layers.0.weight" in shown.locator("h2").inner_text()


def test_a_box_leads_to_the_step_that_gave_it_its_gradient_by_click_and_enter(open_file, tmp_path):
    model = nn.MLP([4, 3, 2], rng=0)
    loss = nn.cross_entropy(model(np.ones((1, 4))), np.array([1]))
    shown = open_file(step(loss).save(tmp_path / "net.html"))
    named = shown.locator("[data-box]", has=shown.locator("text.name", has_text="layers.2.bias"))
    named.click()
    assert shown.locator("h2").inner_text().endswith("hands layers.2.bias its share")
    result = shown.locator("[data-box]", has=shown.locator("text.name", has_text="L")).last
    result.focus()
    result.press("Enter")
    assert shown.locator(".count").inner_text().startswith("step 1 of")


def test_a_module_folds_and_unfolds_by_click_and_key_and_marks_the_step(open_file, tmp_path):
    model = nn.MLP([4, 3, 2], rng=0)
    loss = nn.cross_entropy(model(np.ones((1, 4))), np.array([1]))
    shown = open_file(step(loss).save(tmp_path / "net.html"))
    shown.get_by_role("button", name="Whole graph").click()
    weight = shown.locator("[data-box]", has=shown.locator("text.name", has_text="layers.0.weight"))
    cover = shown.locator("[data-cover='layers.0']")
    shown.get_by_role("button", name="Fold layers.0").click()
    playwright.expect(weight).to_be_hidden()
    playwright.expect(cover).to_be_visible()
    assert "4 boxes folded" in cover.text_content()
    assert "receiving" in cover.get_attribute("class")  # its first operation computes
    shown.get_by_role("button", name="Last", exact=True).click()
    assert shown.locator("h2").inner_text().endswith("hands layers.0.weight its share")
    assert "giving" in cover.get_attribute("class")
    handle = shown.get_by_role("button", name="Unfold layers.0")
    handle.focus()
    counter = shown.locator(".count").inner_text()
    handle.press(" ")
    playwright.expect(weight).to_be_visible()
    assert shown.locator(".count").inner_text() == counter
