"""The page of an exercise in a real browser: its tasks, and the line of what came of them."""

import csv
import io

import pytest

import viz
from viz.exercise_page import COLUMNS


def opened(open_file, tmp_path, level=1, seed=1, student="", **settings):
    file = viz.exercise(level, seed, student).save(tmp_path / "e.html")
    return open_file(file, **settings)


def pane(shown):
    return shown.locator(".pane:not([hidden])")


def tab(shown, number):
    shown.locator(".tasks button").nth(number - 1).click()


def forward_to_a_question(shown):
    for _ in range(30):
        if pane(shown).locator(".answer").is_visible():
            return True
        if pane(shown).locator(".bar .next").is_disabled():
            return False
        pane(shown).locator(".bar .next").click()
    return False


def answer(shown, text):
    pane(shown).locator(".answer").fill(text)
    pane(shown).locator(".answer").press("Enter")


def line(shown):
    (found,) = csv.reader(io.StringIO(shown.locator(".result .line").input_value()))
    return dict(zip(COLUMNS, found, strict=True))


def test_every_task_can_be_done_and_the_line_says_how(open_file, tmp_path):
    found = viz.exercise(1, 1)
    shown = opened(open_file, tmp_path)
    pane(shown).get_by_role("button", name="Last", exact=True).click()
    for number, task in enumerate(found.tasks[1:], 2):
        tab(shown, number)
        quiz = task.quiz()
        while not quiz.done:
            assert forward_to_a_question(shown)
            right = quiz.question.answer
            if number == 3 and quiz.score.answered == 0:
                answer(shown, str(-quiz.question.situation.right))  # the wrong sign
                assert pane(shown).locator(".verdict.wrong").is_visible()
            answer(shown, right)
            quiz.check(right)
    result = line(shown)
    asked = sum(task.count for task in found.tasks)
    assert result["tasks done"] == result["tasks"] == "4"
    assert result["questions"] == str(asked)
    assert result["at once"] == str(asked - 1)
    assert result["with help"] == "1"
    assert result["slips"] == "sign 1"
    assert shown.locator(".tasks button.done").count() == 4
    assert "4 of 4 tasks done" in shown.locator(".result summary").inner_text()


def test_the_line_is_saved_as_csv_that_can_be_added_up(open_file, tmp_path):
    shown = opened(open_file, tmp_path, student='=Mia, "M" O\'Neil')
    shown.locator(".result summary").click()
    with shown.expect_download() as download:
        shown.get_by_role("button", name="Save the result").click()
    saved = tmp_path / "r.csv"
    download.value.save_as(saved)
    assert download.value.suggested_filename.endswith(".csv")
    results = viz.class_results(saved)
    assert list(results.students) == ['=Mia, "M" O\'Neil']
    (row,) = list(csv.reader(saved.read_text("utf-8").splitlines()))[1:]
    assert row[0].startswith("'=")  # no formula for a spreadsheet
    shown.get_by_role("button", name="Copy the result").click()
    copied = shown.locator(".result [role=status]")
    pytest.importorskip("playwright.sync_api").expect(copied).to_contain_text("Copied")


def test_a_task_keeps_its_place_while_another_is_open(open_file, tmp_path):
    shown = opened(open_file, tmp_path, level=2)
    tab(shown, 3)
    assert forward_to_a_question(shown)
    pane(shown).locator(".answer").fill("7")
    tab(shown, 4)
    tab(shown, 3)
    assert pane(shown).locator(".answer").input_value() == "7"
    assert shown.locator(".pane:not([hidden])").count() == 1


@pytest.mark.parametrize("level", [3, 7])
def test_it_fits_a_phone(open_file, tmp_path, level):
    shown = opened(open_file, tmp_path, level=level, width=400, height=780, dark=level == 7)
    tab(shown, 3)
    assert forward_to_a_question(shown)
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert shown.evaluate("document.documentElement.scrollHeight <= innerHeight")
    check = pane(shown).get_by_role("button", name="Check", exact=True)
    box = check.bounding_box()
    assert 0 <= box["y"] <= 780 - box["height"]


def test_no_number_is_wider_than_its_box(open_file, tmp_path):
    shown = opened(open_file, tmp_path, level=7, seed=1)
    tab(shown, 2)
    wide = shown.evaluate(
        """() => [...document.querySelectorAll(".pane:not([hidden]) [data-box]")].filter((box) => {
          const frame = box.querySelector(".frame").getBoundingClientRect();
          return [...box.querySelectorAll("text")].some((text) => {
            const { left, right } = text.getBoundingClientRect();
            return left < frame.left || right > frame.right;
          });
        }).map((box) => box.textContent)"""
    )
    assert wide == []


def test_in_a_notebook_it_takes_the_place_of_its_picture_and_is_as_dark(open_file, tmp_path):
    found = viz.exercise(1, 1)
    bundle = found._repr_mimebundle_()
    assert bundle["text/plain"] == str(found)
    assert bundle["image/png"]
    page = tmp_path / "notebook.html"
    body = f"<!doctype html><body style='background:#111'>{bundle['text/html']}"
    page.write_text(body, encoding="utf-8")
    shown = open_file(page, height=900)
    framed = shown.frame_locator("iframe")
    tab(framed, 3)
    framed.locator(".ex[data-theme=dark]").wait_for()
    assert pane(framed).locator(".ag-step").get_attribute("data-theme") == "dark"
    assert not shown.locator("img").is_visible()
    assert shown.locator("img").get_attribute("alt") == found.title


def test_a_hostile_name_is_only_text(open_file, tmp_path):
    name = "</script><img src=x onerror=alert(1)>"
    shown = opened(open_file, tmp_path, student=name)
    assert shown.locator("img").count() == 0
    assert name in shown.locator("h1").inner_text()


def test_the_test_for_newcomers_has_no_hints_and_counts_first_answers(open_file, tmp_path):
    test = viz.newcomer_test()
    shown = open_file(test.save(tmp_path / "t.html"))
    assert shown.locator(".tasks button").count() == 6
    for number, item in enumerate(test.items, 1):
        tab(shown, number)
        assert forward_to_a_question(shown)
        assert not pane(shown).locator(".hint").is_visible()
        if item.about == "local":
            answer(shown, "123456")
        answer(shown, item.quiz.question.answer)
    assert shown.locator(".result summary").inner_text() == "5 of 6 right"
