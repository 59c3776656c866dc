"""Running a notebook: what is refused, and that nothing is saved that changes from run to run."""

import pytest

pytest.importorskip("jupytext", reason="pip install jupytext")
pytest.importorskip("nbclient", reason="pip install nbclient")
pytest.importorskip("ipykernel", reason="pip install ipykernel")

from course.running import NotebookError, read, run, sources

EXERCISE = """
# %% tags=["exercise"]
y = ...
ex.y(y)
"""
HEAD = """
# %%
from course.exercises import number
class ex:
    y = number("y", "Give y.", 3.0, "y = {solution}", ["Look."])
"""


def written(tmp_path, text):
    path = tmp_path / "01_tried.py"
    path.write_text(text.lstrip(), encoding="utf-8")
    return path


def test_two_runs_save_the_same_and_a_solution_leaves_no_trace(tmp_path):
    text = HEAD.format(solution="3.0") + EXERCISE + "\n# %%\nimport time\nprint(y)\n"
    text += "time.sleep(0.5)\nprint('later')\n"  # long enough to be sent by itself
    text += '# %% tags=["raises"]\n1 / 0\n# %% tags=["predict"]\nprint("the answer")\n'
    source = written(tmp_path, text)
    one, two = run(source), run(source)
    assert one == two
    assert [cell.id for cell in one.cells] == [f"cell-{i:02d}" for i in range(1, 6)]
    assert "Not answered yet" in one.cells[1].outputs[0].text
    assert one.cells[2].outputs[0].text == "Ellipsis\nlater\n"
    assert one.cells[3].outputs[0].traceback == ["ZeroDivisionError: division by zero"]
    first, second = one.cells[4].outputs  # a viewer that folds them shows a line of the first
    assert "answer" not in first.data["text/plain"]
    assert (first.data["text/html"], second.text) == ("", "the answer\n")
    assert [cell.execution_count for cell in one.cells] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# %%\n1 / 0\n", "ZeroDivisionError"),
        ("# %%\nimport sys\nprint('oh', file=sys.stderr)\n", "complains"),
        ("# %%\nobject()\n", "another at every run"),
        ('# %% tags=["raises"]\n1\n', "raises nothing"),
        (HEAD.format(solution="4.0") + EXERCISE, "the solution is not accepted"),
        (HEAD.format(solution="3.0") + EXERCISE.replace("...", "3"), "its blank is not told so"),
    ],
    ids=["fails", "complains", "address", "no error", "solution", "no blank"],
)
def test_what_no_reader_should_see_is_refused(tmp_path, text, words):
    with pytest.raises(NotebookError, match=words):
        run(written(tmp_path, text))


def test_an_unknown_tag_and_an_unknown_name_are_refused(tmp_path):
    with pytest.raises(NotebookError, match="no such tag"):
        read(written(tmp_path, '# %% tags=["prdict"]\n1\n'))
    with pytest.raises(NotebookError, match="There is no notebook 77"):
        sources(["77"])
