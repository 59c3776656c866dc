"""The page of the course: it names every notebook, and its commands do what they say."""

import re
import shlex

import pytest

pytest.importorskip("jupytext", reason="pip install jupytext")

from viz.cli import main

from course.running import FOLDER, read, sources

PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("#")[0].strip() for line in re.findall(r"^autograd-lite .+$", PAGE, re.MULTILINE)
]


def test_it_names_each_notebook_by_its_title():
    linked = dict(re.findall(r"\[([^\]]+)\]\((\d\d_\w+\.ipynb)\)", PAGE))
    assert sorted(linked.values()) == [path.with_suffix(".ipynb").name for path in sources()]
    for title, name in linked.items():
        first = read(FOLDER / name.replace(".ipynb", ".py")).cells[0].source.splitlines()[0]
        assert first == f"# {int(name[:2])} · {title}"


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.stem)
def test_links_from_a_notebook_lead_somewhere(path):
    prose = "\n".join(c.source for c in read(path).cells if c.cell_type == "markdown")
    for target in re.findall(r"\]\(([^)#]+)", prose):
        assert (FOLDER / target).is_file(), target


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_leaves_its_file(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    program, *arguments = shlex.split(command.replace("--seeds 30", "--seeds 2"))
    assert program == "autograd-lite"
    assert main(arguments) in (0, None)
    made = tmp_path / arguments[arguments.index("-o") + 1]
    assert made.stat().st_size > 1000


def test_the_commands_were_found():
    assert len(COMMANDS) >= 4
