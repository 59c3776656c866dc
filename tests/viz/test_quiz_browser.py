"""The quiz in a real browser: answers, hints, keys, phone, dark, and nothing given away."""

import importlib.util
import json
from pathlib import Path

import pytest

import autograd_lite as ag
import viz
from autograd_lite import Value
from viz.page import script


def running_example():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


@pytest.fixture
def ask(open_file, tmp_path):
    """Open the quiz page of a graph, at its first question."""
    count = []

    def open_quiz(root, kind="contribution", lr=None, **settings):
        count.append(root)
        file = viz.quiz(root, ask=kind, lr=lr).save(tmp_path / f"quiz{len(count)}.html")
        shown = open_file(file, **settings)
        shown.keyboard.press("End")
        return shown

    return open_quiz


def button(shown, name):
    return shown.get_by_role("button", name=name, exact=True)


def answer(shown, text, check="Enter"):
    shown.locator(".answer").fill(text)
    if check == "Enter":
        shown.keyboard.press("Enter")
    else:
        button(shown, "Check").click()


def right(shown, *texts):
    for text in texts:
        answer(shown, text)
        button(shown, "Next").click()


def everything_readable(shown):
    """All that a person could see, hear or come across while the page is shown."""
    return shown.evaluate(
        """() => {
          const all = [...document.querySelectorAll("*")];
          const named = all.flatMap((e) => [...e.attributes].map((a) => a.value));
          const page = document.querySelector(".ag-step");
          return page.textContent + " " + document.title + " " + named.join(" ");
        }"""
    ).replace("−", "-")


def test_the_walk_with_every_answer_by_keyboard_alone(ask):
    shown = ask(running_example())
    shown.locator(".answer").focus()
    for text in ("5", "k*0-4", "5", "10/2", "b*5", "1e1"):
        assert button(shown, "Check").is_visible()
        assert button(shown, "Next").count() == 0
        shown.keyboard.type(text)
        shown.keyboard.press("Enter")
        assert shown.locator(".verdict.right").inner_text().startswith("Right.")
        shown.keyboard.press("Enter")  # Next has the focus now, then the field again
    score = shown.locator(".score").inner_text()
    assert "6 of 6 answered by yourself" in score
    assert "Nothing needs practice" in score
    assert button(shown, "Next").is_disabled()


def test_what_is_not_answered_is_nowhere(ask):
    w, x, b = (Value(v, label=n) for n, v in [("w", 1.37), ("x", 2.0), ("b", -6.9)])
    shown = ask(w * x * b)
    hidden = {"-6.9": "-6.9", "2.74": "2.74", "-13.8": "-13.8", "-9.453": "-9.453"}
    right(shown, "-6.9", "w*x")  # to c and to b
    for secret in (hidden["-13.8"], hidden["-9.453"]):
        assert secret not in everything_readable(shown)
    for selector in ("[data-box]", "[data-arrow]"):
        for target in shown.locator(selector).all():
            target.dispatch_event("pointerenter")
            assert "-13.8" not in shown.locator(".tooltip").inner_text().replace("−", "-")
    assert "× ?" in shown.locator(".label.now").text_content()
    assert shown.locator(".receiving .gradient").text_content() == "?"
    answer(shown, "-13.8")
    assert "-13.8" in everything_readable(shown)
    assert "-9.453" not in everything_readable(shown)


def test_a_wrong_answer_stays_and_its_slip_is_named(ask):
    shown = ask(running_example())
    right(shown, "5", "-4", "5", "5")
    assert shown.locator(".receiving .gradient").text_content() == "5 + ?"
    assert shown.locator("h2").inner_text() == "Your turn: a, arrow 2 of 2"
    answer(shown, "b", check="button")
    assert "Not yet: b = −3. That is ∂c/∂a" in shown.locator(".verdict.wrong").inner_text()
    assert shown.locator(".answer").input_value() == "b"
    assert button(shown, "Check").is_visible()
    answer(shown, "-30")
    assert "not how large it is" in shown.locator(".verdict.wrong").inner_text()
    answer(shown, "6*")
    assert "cannot be read" in shown.locator(".verdict.unread").inner_text()
    answer(shown, "0,5")
    assert "decimal comma" in shown.locator(".verdict.unread").inner_text()
    answer(shown, "-15.0001")
    assert shown.locator(".receiving .gradient").text_content() == "5 − 15"
    assert "× b = −3" in shown.locator(".label.now").text_content()


def test_three_hints_then_the_answer_and_one_like_it_at_the_end(ask):
    shown = ask(running_example())
    right(shown, "5", "-4", "5", "5")
    for _ in range(3):
        button(shown, "Hint").click()
    hints = shown.locator(".hints li").all_inner_texts()
    assert hints == [
        "Two reactions multiply here: L to c, and c to a. Which have you used?",
        "Hold b still; raise a from 2 to 3. How much does c change?",
        "Multiply that change by ∂L/∂c = 5.",
    ]
    button(shown, "Show the answer").click()
    assert "The answer is −15." in shown.locator(".verdict.shown").inner_text()
    button(shown, "Next").click()
    right(shown, "10")
    assert shown.locator("h2").inner_text().startswith("Once more, with other numbers.")
    asked = viz.quiz(running_example()).second.questions[4]
    a = asked.situation.arrow.input
    assert shown.locator(".receiving .value").text_content() == f"{a.data:g}" != "2"
    answer(shown, str(asked.situation.right))
    score = shown.locator(".score").inner_text()
    assert "6 of 7 answered by yourself: 6 at the first try, 1 shown" in score
    assert "Practise: multiply" in score


def test_in_the_field_space_and_arrows_are_for_the_field(ask):
    shown = ask(running_example())
    field = shown.locator(".answer")
    field.focus()
    shown.keyboard.type("1 * 6")
    for _ in range(2):
        shown.keyboard.press("ArrowLeft")
    shown.keyboard.press("Home")
    assert shown.locator(".count").inner_text() == "step 1 of 6"
    assert field.input_value() == "1 * 6"
    shown.keyboard.press("Escape")  # out of the field the keys step again
    shown.keyboard.press("ArrowLeft")
    assert shown.locator(".count").inner_text() == "step 3 of 3"
    shown.keyboard.press("ArrowRight")
    assert field.input_value() == "1 * 6"


def test_nothing_goes_past_a_question(ask):
    shown = ask(running_example())
    for key in ("End", "ArrowRight", " "):
        shown.locator(".shell").focus()
        shown.keyboard.press(key)
        assert shown.locator(".count").inner_text() == "step 1 of 6"
    assert button(shown, "Play").is_disabled()
    assert button(shown, "Last").is_disabled()
    button(shown, "Previous").click()
    button(shown, "Play").click()
    button(shown, "Pause").wait_for()
    button(shown, "Check").wait_for(timeout=15_000)
    button(shown, "Play").wait_for()
    assert button(shown, "Play").is_disabled()


def test_what_was_answered_can_be_seen_again(ask):
    shown = ask(running_example())
    right(shown, "5", "-4")
    button(shown, "Previous").click()
    assert shown.locator("h2").inner_text().endswith("hands k its share")
    assert button(shown, "Next").is_enabled()
    button(shown, "Last").click()
    assert shown.locator(".count").inner_text() == "step 3 of 6"


def test_who_is_ready_is_answered_by_a_click(ask):
    shown = ask(running_example(), kind="next")
    box = lambda name: shown.locator("[data-box]", has=shown.get_by_text(name, exact=True)).first
    box("a").click()
    assert "a is a leaf" in shown.locator(".verdict.wrong").inner_text()
    box("L").click()
    assert "L is ready" in shown.locator(".verdict.right").inner_text()


@pytest.mark.parametrize("kind", ["local", "both", "total", "update"])
def test_every_kind_of_question_can_be_answered_in_the_page(ask, kind):
    shown = ask(running_example(), kind=kind)
    asked = viz.quiz(running_example(), ask=kind)
    for question in asked.first.questions:
        while button(shown, "Next").count():
            button(shown, "Next").click()
        assert shown.locator(".prompt").inner_text() == question.prompt
        answer(shown, question.answer)
        assert shown.locator(".verdict.wrong").count() == 0
    assert "Nothing needs practice" in shown.locator(".score").inner_text()


@pytest.mark.parametrize(("width", "height"), [(320, 640), (400, 640), (640, 400), (1280, 800)])
def test_on_a_phone_and_at_double_size_nothing_is_cut_off(ask, width, height):
    shown = ask(running_example(), width=width, height=height)
    right(shown, "5", "-4", "5", "5")
    answer(shown, "-3")
    button(shown, "Hint").click()
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    place = button(shown, "Check").bounding_box()
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= width
    assert place["y"] + place["height"] <= height
    field = shown.locator(".answer").bounding_box()
    assert field["width"] >= 90


@pytest.mark.parametrize("dark", [False, True])
def test_text_of_a_question_stands_out_in_both_themes(ask, dark):
    shown = ask(running_example(), dark=dark)
    answer(shown, "7")
    colours = shown.evaluate(
        """(selectors) => selectors.map((selector) => {
          const element = document.querySelector(selector);
          const ground = (e) => getComputedStyle(e).backgroundColor;
          let behind = element;
          while (ground(behind) === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
          return [selector, getComputedStyle(element).color, ground(behind)];
        })""",
        [".prompt", ".answer", ".hint", ".verdict.wrong b", ".tally", ".small"],
    )
    for selector, ink, ground in colours:
        assert contrast(ink, ground) >= 4.5, selector


def contrast(one, other):
    def light(colour):
        parts = [int(c) / 255 for c in colour[4:-1].split(",")[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dim = sorted([light(one), light(other)], reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_hostile_names_and_answers_are_only_text(ask):
    label = "</script><img src=x onerror=alert(1)>'\"&"
    shown = ask(ag.exp(Value(1.0, label=label)) * Value(2.0, label="__proto__"))
    for text in (label, "<img src=x onerror=alert(1)>", "constructor", "${1}", "a\\b"):
        answer(shown, text)
        assert button(shown, "Check").is_visible()
    answer(shown, "__proto__")
    assert shown.locator(".verdict.right").count() == 1
    assert shown.locator("img").count() == 0


def test_an_event_tells_who_listens_what_was_answered(ask):
    shown = ask(running_example())
    shown.evaluate(
        """() => {
          window.heard = [];
          document.addEventListener("ag-answer", (event) => window.heard.push(event.detail));
        }"""
    )
    answer(shown, "2.5")
    answer(shown, "5")
    heard = shown.evaluate("window.heard")
    assert [(h["typed"], h["right"]) for h in heard] == [("2.5", False), ("5", True)]


# --- the same judgement in Python and in the page -------------------------------------------------


def answers_table():
    path = Path(__file__).with_name("answer_table.py")
    found = importlib.util.spec_from_file_location("answer_table", path)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture
def in_page(open_file, tmp_path):
    """Run JavaScript beside the scripts of the page."""
    file = tmp_path / "scripts.html"
    file.write_text(f"<!doctype html><script>{script(asks=True)}</script>", encoding="utf-8")
    return open_file(file).evaluate


def test_the_page_reads_answers_as_python_does(in_page):
    table = answers_table()
    read = """([texts, names]) => texts.map((text) => {
        try {
          return String(answers.number(text, names));
        } catch (error) {
          return error.key ?? String(error);
        }
    })"""
    found = in_page(read, [list(table.READ), table.NAMES])
    for (text, expected), got in zip(table.READ.items(), found, strict=True):
        value = float(got.replace("Infinity", "inf"))
        assert value == pytest.approx(expected, rel=1e-12, nan_ok=True), text
    refused = in_page(read, [table.REFUSED, table.NAMES])
    for text, got in zip(table.REFUSED, refused, strict=True):
        assert got.startswith("answer_"), (text, got)


def test_the_page_reads_lists_as_python_does(in_page):
    table = answers_table()
    read = """([texts, names]) => texts.map(([text, size]) => {
        try {
          return answers.list(text, names, size);
        } catch (error) {
          return error.key ?? String(error);
        }
    })"""
    wanted = [[text, size] for text, (size, _) in table.LISTS.items()]
    for (text, (_, expected)), got in zip(
        table.LISTS.items(), in_page(read, [wanted, table.NAMES]), strict=True
    ):
        assert got == pytest.approx(expected), text
    refused = [[text, size] for text, size in table.LISTS_REFUSED.items()]
    for got in in_page(read, [refused, table.NAMES]):
        assert str(got).startswith("answer_")


def test_both_know_the_same_functions_and_constants(in_page):
    from viz.answers import CONSTANTS, FUNCTIONS

    assert set(in_page("Object.keys(answers.FUNCTIONS)")) == set(FUNCTIONS)
    assert set(in_page("Object.keys(answers.CONSTANTS)")) == set(CONSTANTS)


@pytest.mark.parametrize("kind", ["contribution", "total"])
def test_the_page_judges_answers_as_python_does(ask, kind):
    z, w = Value(0.9, label="z"), Value(-1.5, label="w")
    root = ag.tanh(z * w + z)
    tried = ["z", "0.9738", "-3", "0", "1/3"]
    shown = ask(root, kind=kind)
    asked = viz.quiz(root, ask=kind)
    while not asked.done:
        while button(shown, "Next").count():
            button(shown, "Next").click()
        question = asked.question
        for text in [*tried, *(repr(slip.gives) for slip, _ in question.remarks)]:
            if asked.question is not question:
                break
            verdict = asked.check(text)
            answer(shown, text)
            if verdict:
                assert shown.locator(".verdict.right").count() == 1, text
            else:
                said = shown.locator(".verdict.wrong").inner_text().replace("−", "-")
                assert said.endswith(verdict.text.replace("−", "-").partition(". ")[2]), text
        if asked.question is question:
            asked.check(question.answer)
            answer(shown, question.answer)


def test_the_model_is_plain_data():
    model = viz.quiz(running_example()).as_json()
    assert json.loads(json.dumps(model)) == model
    assert "frames" not in model


@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_in_a_question(ask, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    shown = ask(running_example(), width=width)

    def complaints():
        found = axe.run(shown).response
        assert len(found["passes"]) > 10
        return [(v["id"], n["html"][:100]) for v in found["violations"] for n in v["nodes"]]

    assert complaints() == []
    answer(shown, "7")
    for _ in range(3):
        button(shown, "Hint").click()
    assert complaints() == []
    button(shown, "Show the answer").click()
    assert complaints() == []
