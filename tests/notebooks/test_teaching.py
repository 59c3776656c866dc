"""The lesson plans and the sheets that they use."""

import re
import shlex

import pytest

pytest.importorskip("jupytext", reason="pip install jupytext")

from viz.cli import main as command

import sheets
from course.running import FOLDER, read, sources

PLANS = (FOLDER / "teaching.md").read_text(encoding="utf-8")


def test_there_is_a_plan_of_50_minutes_and_a_sheet_for_each_notebook():
    titles = [read(source).cells[0].source.splitlines()[0] for source in sources()]
    assert re.findall(r"^## .+$", PLANS, re.M) == [f"#{title}" for title in titles]
    assert list(sheets.SHEETS) == [source.stem[:2] for source in sources()]
    for plan in PLANS.split("\n## ")[1:]:
        spans = [(int(a), int(b)) for a, b in re.findall(r"^\| (\d+)–(\d+) \|", plan, re.M)]
        assert [a for a, _ in spans] == [0, *(b for _, b in spans[:-1])]
        assert spans[-1][1] == 50
        assert f"heet {int(plan.split(' ')[0]):02}" in plan


def test_a_sheet_of_each_lesson_is_made(tmp_path, capsys):
    assert sheets.main(["-o", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(sheets.SHEETS)
    for number, graph in sheets.SHEETS.items():
        page = (tmp_path / f"{number}_{graph.__name__}.html").read_text("utf-8")
        assert page.count('class="page sheet"') == page.count('class="page key"') == 1


def test_other_numbers_without_a_key(tmp_path):
    assert sheets.main(["-o", str(tmp_path), "--seeds", "2", "--no-key", "01"]) == 0
    (page,) = tmp_path.iterdir()
    assert page.read_text("utf-8").count('class="page sheet"') == 2
    assert 'class="page key"' not in page.read_text("utf-8")


@pytest.mark.parametrize("arguments", [["11"], ["--seeds", "-1"]])
def test_what_cannot_be_made_is_said(arguments, capsys):
    with pytest.raises(SystemExit):
        sheets.main(arguments)
    assert "error" in capsys.readouterr().err


def test_the_commands_of_the_plans_are_commands(capsys):
    (block,) = re.findall(r"```sh\n(.*?)```", PLANS, re.S)
    for line in block.strip().splitlines():
        program, *arguments = shlex.split(line, comments=True)
        if program == "autograd-lite":
            with pytest.raises(SystemExit) as done:
                command([arguments[0], "--help"])
            assert done.value.code == 0
            told = capsys.readouterr().out
            assert all(a in told for a in arguments if a.startswith("--"))
        else:
            assert (program, arguments[0]) == ("python", "notebooks/sheets.py")
