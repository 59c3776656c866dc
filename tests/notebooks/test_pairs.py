"""Each notebook stands there twice: as a source for review, and executed."""

import ast
import re

import pytest

pytest.importorskip("jupytext", reason="pip install jupytext")

from course.running import FOLDER, PASSING, WIDGET, read, said, saved, sources, texts

NOTEBOOKS = sources()


def named(path):
    return path.stem


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_each_executed_notebook_has_a_source_and_each_source_one():
    assert NOTEBOOKS
    assert sorted(FOLDER.glob("*.ipynb")) == [p.with_suffix(".ipynb") for p in NOTEBOOKS]
    assert [path.stem[:2] for path in NOTEBOOKS] == [f"{i:02d}" for i in range(1, 11)]


@pytest.mark.parametrize("source", NOTEBOOKS, ids=named)
def test_source_and_executed_notebook_are_in_step(source):
    wanted, there = read(source), saved(source)
    assert there.metadata == wanted.metadata
    for one, two in zip(wanted.cells, there.cells, strict=True):
        assert (one.id, one.cell_type, one.source) == (two.id, two.cell_type, two.source)
        assert one.metadata == two.metadata


@pytest.mark.parametrize("source", NOTEBOOKS, ids=named)
def test_it_was_run_from_top_to_bottom(source):
    counts = [cell.execution_count for cell in code_cells(saved(source))]
    assert counts == [*range(1, len(counts) + 1)]


@pytest.mark.parametrize("source", NOTEBOOKS, ids=named)
def test_what_it_shows_can_be_seen_by_those_who_do_not_trust_it(source):
    for cell in code_cells(saved(source)):
        for output in cell.outputs:
            data = output.get("data", {})
            assert WIDGET not in data
            if "image/svg+xml" in data:
                assert "image/png" in data, cell.id
            if "<iframe" in data.get("text/html", ""):
                assert '<img alt="' in data["text/html"], cell.id
            assert not any(PASSING.search(text) for text in texts(output)), cell.id


@pytest.mark.parametrize("source", NOTEBOOKS, ids=named)
def test_it_is_one_lesson_with_everything_that_a_lesson_has(source):
    notebook = read(source)
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    number = int(source.stem[:2])
    assert prose[0].startswith(f"# {number} · ")
    headings = re.findall(r"^## (.+)$", "\n".join(prose), re.MULTILINE)
    assert headings[-2:] == ["Summary", "Sources"]
    tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
    assert tags.count("exercise") >= 3
    assert tags.count("predict") >= 2


@pytest.mark.parametrize("source", NOTEBOOKS, ids=named)
def test_every_exercise_is_blank_and_says_so(source):
    cells = [c for c in code_cells(saved(source)) if "exercise" in c.metadata.get("tags", [])]
    for cell in cells:
        assert any(
            isinstance(node, ast.Constant) and node.value is ...
            for node in ast.walk(ast.parse(cell.source))
        ), cell.id
        assert any("Not answered yet" in text for text in said(cell)), cell.id
