"""A live walk in a real JupyterLab: the kernel knows the step, and a saved notebook shows it."""

import itertools
import json
import shutil
from pathlib import Path

import jupyter
import pytest
from conftest import lacking

from autograd_lite import Value
from viz.stepping import step

expect = pytest.importorskip("playwright.sync_api", reason="pip install playwright").expect
asked = itertools.count()  # so that no cell is like the one before it
CODE = """\
from autograd_lite import Value
import viz
a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
walk = viz.step((a * b + a) * k)
walk"""
COURSE = Path(__file__).resolve().parents[2] / "notebooks"
LIVE, FRAME = ".autograd-lite-live", "iframe.autograd-lite"


def running_example():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def notebook(*cells):
    made = [
        {
            "cell_type": "code",
            "id": f"cell{i}",
            "metadata": {},
            "execution_count": None,
            "outputs": outputs,
            "source": source,
        }
        for i, (source, outputs) in enumerate(cells)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel}
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture(scope="module")
def lab(tmp_path_factory, browser):
    if jupyter.missing():
        named = ", ".join(jupyter.missing())
        what = f"a live notebook needs {named}. Get them with: {jupyter.GET}"
        lacking(what, "AUTOGRAD_LITE_REQUIRE_JUPYTER")
    made = jupyter.Lab(tmp_path_factory.mktemp("lab"))
    try:
        made.wait()
        yield made
    finally:
        made.stop()


@pytest.fixture
def open_notebook(lab, browser):
    contexts = []

    def open_it(name):
        context = browser.new_context(viewport={"width": 1400, "height": 1200})
        context.set_default_timeout(jupyter.WAIT * 1000)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{lab.url}/lab/tree/{name}?reset")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        return page

    yield open_it
    for context in contexts:
        context.close()


def run_all(page):
    # Before there is a kernel the indicator says idle too.
    page.locator(".jp-Toolbar-kernelName", has_text="Python 3").wait_for()
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def ask_kernel(page, code):
    """Run code in the last cell; gives what it shows."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").last
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(f"{code} #{next(asked)}")
    page.keyboard.press("Control+Enter")
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    return cell.locator(".jp-OutputArea-output")


def test_the_kernel_and_the_page_share_the_step(lab, open_notebook):
    cells = [(CODE, []), ("other = viz.step(walk.node, update=0.1); other", []), ("", [])]
    (lab.folder / "live.ipynb").write_text(notebook(*cells))
    page = open_notebook("live.ipynb")
    run_all(page)
    first, second = page.locator(LIVE).nth(0), page.locator(LIVE).nth(1)
    second.wait_for()
    assert not page.locator(FRAME).first.is_visible()  # the live page takes its place

    first.get_by_role("button", name="Next", exact=True).click()
    first.get_by_role("button", name="Next", exact=True).click()
    expect(first.locator(".count")).to_have_text("step 3 of 3")
    expect(second.locator(".count")).to_have_text("step 1 of 3")
    expect(ask_kernel(page, "walk.at, other.at")).to_have_text("(2, 0)")

    ask_kernel(page, "walk.at = 7")
    expect(first.locator(".count")).to_have_text("step 5 of 6")
    expect(first.locator("h2")).to_have_text("c = a · b hands a its share")

    # The keys step here and do not wander off to the next cell.
    first.get_by_role("button", name="Next", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    expect(first.locator(".count")).to_have_text("step 4 of 6")
    expect(ask_kernel(page, "walk.at, other.at")).to_have_text("(6, 0)")

    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).hover()
    page.get_by_text("JupyterLab Dark", exact=True).click()
    expect(first.locator(".ag-step")).to_have_attribute("data-theme", "dark")

    # Saved, and opened again when the kernel is gone: the page is there, without a kernel.
    page.keyboard.press("Control+s")
    expect(page.locator(".jp-mod-dirty")).to_have_count(0)
    page.evaluate(
        """async () => {
          for (const session of await (await fetch("/api/sessions")).json())
            await fetch(`/api/sessions/${session.id}`, { method: "DELETE" });
        }"""
    )
    again = open_notebook("live.ipynb")
    framed = again.frame_locator(FRAME).first
    framed.get_by_role("button", name="Last", exact=True).click()
    expect(framed.locator(".count")).to_have_text("step 6 of 6")
    expect(framed.locator(".ag-step")).to_have_attribute("data-theme", "dark")
    expect(again.get_by_text("Error displaying widget").locator("visible=true")).to_have_count(0)
    expect(again.locator(".autograd-lite-walk img").first).to_be_hidden()


def test_the_kernel_hears_what_was_answered_in_a_quiz(lab, open_notebook):
    code = CODE.replace("walk = viz.step", "quiz = viz.quiz").replace("\nwalk", "\nquiz")
    (lab.folder / "quiz.ipynb").write_text(notebook((code, []), ("", [])))
    page = open_notebook("quiz.ipynb")
    run_all(page)
    live = page.locator(LIVE)
    live.get_by_role("button", name="Last", exact=True).click()
    field = live.locator(".answer")
    for typed in ("2.5", "k*1"):
        field.fill(typed)
        field.press("Enter")
    expect(live.locator(".verdict.right")).to_contain_text("Right.")
    heard = ask_kernel(page, "[(a['typed'], a['right']) for a in quiz.widget.answers]")
    expect(heard).to_have_text("[('2.5', False), ('k*1', True)]")


def test_a_saved_notebook_that_is_not_trusted_shows_the_picture(lab, open_notebook):
    walk = step(running_example())
    shown = {"output_type": "display_data", "metadata": {}, "data": walk._repr_mimebundle_()}
    (lab.folder / "saved.ipynb").write_text(notebook((CODE, [shown])))
    page = open_notebook("saved.ipynb")
    image = page.locator(".jp-OutputArea-output img")
    image.first.wait_for()
    assert image.count() == 1
    assert image.evaluate("image => image.complete && image.naturalWidth") > 300
    assert image.get_attribute("alt") == walk.title
    assert page.locator("iframe").count() == 0


def test_in_the_course_one_predicts_runs_and_is_told_why_an_answer_is_wrong(lab, open_notebook):
    shutil.copytree(COURSE / "course", lab.folder / "course")
    shutil.copy(COURSE / "01_chain_rule.ipynb", lab.folder)
    page = open_notebook("01_chain_rule.ipynb")
    page.locator(".jp-Toolbar-kernelName", has_text="Python 3").wait_for()
    idle = page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    idle.wait_for()

    def cell(holding):
        return page.locator(".jp-CodeCell", has_text=holding).first

    def run(holding, typed=""):
        cell(holding).locator(".cm-content").click()
        if typed:
            page.keyboard.press("Control+A")
            page.keyboard.insert_text(typed)
        page.keyboard.press("Control+Enter")
        idle.wait_for()
        return cell(holding).locator(".jp-OutputArea-output").last

    # Nobody has trusted it yet: pictures, no frames, and what is to be predicted is folded.
    drawing = cell("viz.draw(L, names").locator("img")
    assert drawing.evaluate("image => image.complete && image.naturalWidth") > 300
    assert page.locator("iframe").count() == 0
    guess = "after = 2.01 * -3.0"
    assert "-0.03" not in cell(guess).inner_text()

    run("from course import")
    expect(run(guess)).to_contain_text("a change of -0.03")
    check = "ex.reaction(dc_db)"
    expect(run(check)).to_have_text(
        "Not answered yet: replace the ... above with your answer, and run the cell again."
    )
    wrong = run(check, "dc_db = -3\nex.reaction(dc_db)")
    expect(wrong).to_have_text(
        "Not yet. dc_db is not -3. That is b itself, which is what c reacts with when a is raised."
    )
    expect(run(check, "dc_db = 2\nex.reaction(dc_db)")).to_contain_text("Right.")
