"""The page in a real browser: every step by button and key, phone, dark, zoom, hostile labels."""

import itertools

import pytest

import autograd_lite as ag
from autograd_lite import Value
from viz.stepping import step

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")


def running_example():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def thirty_nodes():
    xs = [Value(0.1 * i + 0.2, label=f"x{i}") for i in range(6)]
    hidden = [ag.tanh(xs[i] * xs[(i + 1) % 6] + 0.5) for i in range(6)]
    total = hidden[0]
    for h in hidden[1:]:
        total = total + h
    return ag.relu(total) ** 2


@pytest.fixture
def visit(open_file, tmp_path):
    """Open the page of a graph."""
    made = itertools.count()

    def open_page(root, width=1280, height=800, dark=False, **options):
        file = step(root, **options).save(tmp_path / f"steps{next(made)}.html")
        return open_file(file, width, height, dark)

    return open_page


def status(shown):
    return shown.locator(".said [role=status]").inner_text().replace("−", "-")


def button(shown, name):
    return shown.get_by_role("button", name=name, exact=True)


def test_next_walks_every_frame_and_previous_walks_back(visit):
    walk = step(running_example(), update=0.1)
    shown = visit(running_example(), update=0.1)
    expected = [frame.status.replace("−", "-") for frame in walk]
    seen = [status(shown)]
    while button(shown, "Next").is_enabled():
        button(shown, "Next").click()
        seen.append(status(shown))
    assert seen == expected
    assert button(shown, "Last").is_disabled()
    while button(shown, "Previous").is_enabled():
        button(shown, "Previous").click()
        seen.pop()
        assert status(shown) == seen[-1]
    assert len(seen) == 1
    assert button(shown, "First").is_disabled()


def test_keys_step_jump_and_play(visit):
    shown = visit(running_example())
    counter = shown.locator(".count")
    keyboard = shown.keyboard
    keyboard.press("ArrowRight")
    assert counter.inner_text() == "step 2 of 3"
    keyboard.press("ArrowLeft")
    assert counter.inner_text() == "step 1 of 3"
    keyboard.press("End")
    assert counter.inner_text() == "step 6 of 6"
    keyboard.press("Home")
    keyboard.press(" ")
    playwright.expect(button(shown, "Pause")).to_be_visible()
    playwright.expect(counter).to_have_text("step 2 of 3", timeout=5000)
    keyboard.press(" ")
    playwright.expect(button(shown, "Play")).to_be_visible()


def test_the_keys_still_work_after_the_button_at_the_end_is_disabled(visit):
    shown = visit(running_example())
    button(shown, "Last").click()
    shown.keyboard.press("ArrowLeft")
    assert shown.locator(".count").inner_text() == "step 5 of 6"


def test_a_gradient_is_a_dash_until_its_arrow_and_a_sum_until_the_next(visit):
    shown = visit(running_example())
    box = shown.locator("[data-box]", has=shown.locator("text.name", has_text="a")).first
    gradient = box.locator(".gradient")
    assert gradient.text_content() == "–"
    seen = []
    for _ in range(8):
        button(shown, "Next").click()
        seen.append(gradient.text_content())
    assert seen == ["–", "–", "–", "–", "–", "5", "5 − 15", "−10"]


def test_phases_are_tabs_and_update_is_there_only_if_asked(visit):
    shown = visit(running_example())
    assert shown.locator(".tab").count() == 2
    shown.get_by_role("button", name="2 Backward").click()
    assert shown.locator(".count").inner_text() == "step 1 of 6"
    assert "phase-backward" in shown.locator(".ag-step").get_attribute("class")
    other = visit(running_example(), update=0.1)
    assert other.locator(".tab").count() == 3


def test_the_nudge_shows_what_changes(visit):
    shown = visit(running_example())
    for _ in range(7):
        button(shown, "Next").click()
    button(shown, "Nudge a").click()
    assert "L: −20 → −20.1" in shown.locator(".nudge-said").inner_text()
    nudged = shown.locator("text.nudged").all_text_contents()
    assert sorted(nudged) == sorted(["2.01", "−6.03", "−4.02", "−20.1"])
    button(shown, "Undo the nudge").click()
    assert shown.locator("text.nudged").count() == 0


def test_hover_and_focus_explain_without_giving_away_what_is_to_come(visit):
    shown = visit(ag.tanh(Value(0.9, label="z")))
    box = shown.locator("[data-box]").first
    box.hover()
    tip = shown.locator(".tooltip")
    assert "∂L/∂z: not computed yet" in tip.inner_text()
    shown.keyboard.press("End")
    box.focus()
    assert "0.486917" in tip.inner_text()
    shown.keyboard.press("ArrowDown")
    assert "0.716297" in tip.inner_text()
    shown.keyboard.press("Escape")
    assert not tip.is_visible()


def test_nothing_that_is_to_come_is_in_the_page_text(visit):
    shown = visit(running_example())
    shown.locator(".tab").nth(1).click()
    texts = shown.locator(".ag-step").inner_text() + " ".join(
        shown.locator("[aria-label]").evaluate_all("all => all.map(e => e.ariaLabel)")
    )
    assert "−15" not in texts
    assert "−10" not in texts


def test_on_a_phone_the_arrow_is_readable_and_the_buttons_stay(visit):
    shown = visit(thirty_nodes(), width=400, height=640)
    button(shown, "Last").click()  # a long explanation, to scroll under the buttons
    button(shown, "Previous").click()
    size = shown.evaluate(
        """() => {
          const svg = document.querySelector(".ag-graph");
          const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
          const size = (text) => parseFloat(getComputedStyle(text).fontSize);
          return scale * Math.min(...[...svg.querySelectorAll("text")].map(size));
        }"""
    )
    assert size >= 13
    shown.evaluate("window.scrollTo(0, 0)")
    for name in ("First", "Previous", "Play", "Next", "Last"):
        place = button(shown, name).bounding_box()
        assert 0 <= place["x"]
        assert place["x"] + place["width"] <= 400
        assert place["y"] + place["height"] <= 640
    receiving = shown.locator(".box.receiving").bounding_box()
    assert receiving["x"] >= 0
    assert receiving["x"] + receiving["width"] <= 400
    assert shown.evaluate("document.documentElement.scrollWidth") <= 400
    button(shown, "Whole graph").click()
    assert shown.locator(".ag-graph").bounding_box()["width"] <= 400


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_nothing_is_cut_off_at_any_width(visit, width):
    shown = visit(running_example(), width=width, height=700, update=0.1)
    for _ in range(len(step(running_example(), update=0.1))):
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        shown.keyboard.press("ArrowRight")


def contrast(one, other):
    def light(colour):
        parts = [int(c) / 255 for c in colour[4:-1].split(",")[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dim = sorted([light(one), light(other)], reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_its_ground_in_both_themes(visit, dark):
    shown = visit(running_example(), dark=dark, update=0.1)
    for _ in range(12):
        pairs = shown.evaluate(
            """() => {
              const style = (selector, property) => {
                const found = document.querySelector(selector);
                return found && getComputedStyle(found)[property];
              };
              const ground = style(".ag-step", "backgroundColor");
              const box = style(".box:not(.giving) .frame", "fill");
              const tinted = style(".giving .frame", "fill") || box;
              const tab = ".tab[aria-current]";
              const colours = [
                [style("h2", "color"), ground], [style(".count", "color"), ground],
                [style(".next", "color"), style(".next", "backgroundColor")],
                [style(tab, "color"), style(tab, "backgroundColor")],
                [style("text.gradient", "fill"), box], [style("text.title", "fill"), box],
                [style("text.gradient", "fill"), tinted], [style("text.title", "fill"), tinted],
              ];
              const current = style("tr.current th", "color");
              if (current) colours.push([current, style(".card", "backgroundColor")]);
              return colours;
            }"""
        )
        for ink, ground in pairs:
            assert contrast(ink, ground) >= 4.5, (ink, ground)
        shown.keyboard.press("ArrowRight")


def test_a_hostile_label_is_only_text(visit):
    label = "<img src=x onerror=alert(1)><script>\n\"'&"
    shown = visit(ag.exp(Value(1.0, label=label)) * 2.0, update=0.5)
    for _ in range(8):
        shown.keyboard.press("ArrowRight")
    assert shown.locator("img").count() == 0
    assert shown.locator("script").count() == 2
    assert "<img src=x onerror=alert(1)><script> \"'&" in shown.locator("h2").inner_text()


def test_two_walks_in_one_document_do_not_meet(visit):
    shown = visit(running_example())
    shown.evaluate(
        """() => {
          const code = document.querySelectorAll("script")[1].textContent;
          const model = JSON.parse(document.getElementById("model").textContent);
          const start = code.indexOf("function mount");
          const source = code.slice(start, code.lastIndexOf("const place"));
          const mount = new Function(source + "; return mount;")();
          const place = document.body.appendChild(document.createElement("div"));
          place.id = "second";
          window.second = mount(place, model);
        }"""
    )
    second = shown.locator("#second")
    second.get_by_role("button", name="Last", exact=True).click()
    assert second.locator(".count").inner_text() == "step 6 of 6"
    assert shown.locator("#walk .count").inner_text() == "step 1 of 3"
    shown.keyboard.press("ArrowLeft")
    assert second.locator(".count").inner_text() == "step 5 of 6"
    shown.evaluate("window.second.destroy()")
    assert second.inner_html() == ""


def test_a_drag_pans_what_is_too_wide(visit):
    shown = visit(thirty_nodes())
    for _ in range(4):
        button(shown, "Zoom in").click()
    scroll = shown.locator(".scroll")
    before = scroll.evaluate("e => e.scrollLeft")
    area = scroll.bounding_box()
    x, y = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    shown.mouse.move(x, y)
    shown.mouse.down()
    shown.mouse.move(x - 60 if before < 60 else x + 60, y, steps=4)
    shown.mouse.up()
    assert abs(scroll.evaluate("e => e.scrollLeft") - before) == pytest.approx(60, abs=2)
    assert "step 1 of" in shown.locator(".count").inner_text()  # a drag is no click


def test_the_wheel_zooms_around_the_pointer(visit):
    shown = visit(thirty_nodes())
    box = shown.locator("[data-box]").nth(3)
    place = box.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    shown.mouse.move(x, y)
    shown.keyboard.down("Control")
    for _ in range(12):
        shown.mouse.wheel(0, -100)
    shown.keyboard.up("Control")
    shown.wait_for_function(
        "size => document.querySelector('[data-box]').getBoundingClientRect().width > size",
        arg=place["width"] * 1.5,
    )
    after = box.bounding_box()
    assert after["x"] < x < after["x"] + after["width"]
    assert after["y"] < y < after["y"] + after["height"]


@pytest.mark.parametrize("dark", [False, True])
def test_a_projector_gets_large_text_of_high_contrast(visit, dark):
    shown = visit(running_example(), dark=dark)
    size = "document.querySelector('h2').getBoundingClientRect().height"
    before = shown.evaluate(size)
    button(shown, "Projector").click()
    assert shown.evaluate(size) >= 1.3 * before
    assert shown.evaluate("document.documentElement.scrollWidth") <= 1280
    colours = shown.evaluate(
        """() => [".count", ".lines dt", ".said"].map((selector) => [
          getComputedStyle(document.querySelector(selector)).color,
          getComputedStyle(document.querySelector(".top")).backgroundColor,
        ])"""
    )
    for ink, ground in colours:
        assert contrast(ink, ground) >= 12
    button(shown, "Projector").click()
    assert shown.evaluate(size) == before


def test_a_page_can_be_opened_for_a_projector(visit):
    shown = visit(running_example())
    shown.goto(shown.url + "#projector")
    shown.reload()
    assert button(shown, "Projector").get_attribute("aria-pressed") == "true"
