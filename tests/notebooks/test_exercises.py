"""Exercises: what is said to a blank, to a right answer, to a slip, and to nonsense."""

import importlib
import re
import textwrap

import numpy as np
import pytest

pytest.importorskip("jupytext", reason="pip install jupytext")

from autograd_lite import Tensor, Value

from course.exercises import Exercise, WrongAnswer, called, exercise, number, rehearse, same
from course.running import FOLDER, sources

MODULES = sorted(
    p.stem
    for p in (FOLDER / "course").glob("*.py")
    if p.stem not in {"__init__", "exercises", "running", "comparing"}
    and not p.stem.startswith("engine_")  # parts of `engine`
)


def exercises_of(module):
    found = vars(importlib.import_module(f"course.{module}"))
    return {name: made for name, made in found.items() if isinstance(made, Exercise)}


EVERY = [(module, name) for module in MODULES for name in exercises_of(module)]
SLIPS = [
    pytest.param(module, name, i, id=f"{module}.{name}-{i}")
    for module, name in EVERY
    for i in range(len(exercises_of(module)[name].slips))
]


def test_the_exercises_were_found():
    assert len(EVERY) >= 3 * len(MODULES)
    assert SLIPS


@pytest.mark.parametrize("source", sources(), ids=lambda path: path.stem)
def test_each_exercise_stands_in_its_notebook_once(source):
    text = source.read_text(encoding="utf-8")
    (module,) = re.findall(r"^from course import (\w+) as ex$", text, re.MULTILINE)
    cells = re.findall(r'^# %% tags=\["exercise"\]\n(.*?)(?=^# %%|\Z)', text, re.M | re.S)
    asked = [re.search(r"^ex\.(\w+)\(", cell.strip().splitlines()[-1]).group(1) for cell in cells]
    assert sorted(asked) == sorted(exercises_of(module))


@pytest.mark.parametrize(("module", "name"), EVERY)
def test_it_has_a_task_hints_and_a_solution_that_is_not_told_at_once(module, name, capsys):
    made = exercises_of(module)[name]
    assert made.__doc__
    assert made.hints
    for i, hint in enumerate(made.hints, 1):
        made.hint()
        assert f"Hint {i} of {len(made.hints)}: {hint}" in capsys.readouterr().out
    made._given = 0
    assert made.answer not in repr(made)
    compile(made.answer, name, "exec")
    made.solution()
    assert made.answer in capsys.readouterr().out


@pytest.mark.parametrize(("module", "name"), EVERY)
def test_a_blank_is_told_that_it_is_one(module, name, capsys):
    made = exercises_of(module)[name]
    for blank in (..., None, [..., 1.0]):
        made(blank)
        assert "Not answered yet" in capsys.readouterr().out


@pytest.mark.parametrize(("module", "name", "which"), SLIPS)
def test_each_slip_is_wrong_and_gets_its_own_words(module, name, which):
    made = exercises_of(module)[name]
    wrong, words = made.slips[which]
    with pytest.raises(WrongAnswer, match=re.escape(words)):
        made(wrong)


@pytest.mark.parametrize(("module", "name"), EVERY)
def test_wrong_answers_are_turned_away_with_a_reason(module, name):
    made = exercises_of(module)[name]
    assert made.slips or made.wrong, "no wrong answer is tried"
    for code, words in made.wrong:
        names = {"np": np}
        exec(textwrap.dedent(code), names)
        with pytest.raises(WrongAnswer, match=re.escape(words)):
            made(names["answer"])


# --- the machinery --------------------------------------------------------------------------------


def made():
    return number(
        "y", "Give y.", [1.0, 2.0], "y = [1.0, 2.0]", ["Look."], [([2.0, 1.0], "Swapped.")], "Yes."
    )


@pytest.mark.parametrize(
    "answer",
    [
        [1, 2],
        (1.0005, 1.9995),
        np.array([1.0, 2.0]),
        Tensor(np.array([1.0, 2.0])),
        np.array([Value(1.0), Value(2.0)]),
    ],
    ids=lambda a: type(a).__name__,
)
def test_an_answer_may_be_of_any_kind_of_number_to_three_digits(answer, capsys):
    made()(answer)
    assert capsys.readouterr().out == "Right. Yes.\n"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([2.0, 1.0], "y is not [2., 1.]. Swapped."),
        ([1.0, 3.0], "The first entry that is off is [1]; 1 of 2 are."),
        ([1.0, 2.0, 3.0], "y has the shape (3,); it should be (2,)."),
        ("two", "y should be numbers; it is 'two'."),
        ([1.01, 2.0], "off is [0]"),
        ([float("nan"), 2.0], "off is [0]"),
    ],
)
def test_a_wrong_answer_is_an_assertion_with_a_hint(answer, words):
    with pytest.raises(AssertionError, match=re.escape(words)) as caught:
        made()(answer)
    assert caught.value._render_traceback_() == [f"Not yet. {caught.value}"]


def test_a_wrong_sign_is_named_and_a_case_says_what_was_expected():
    with pytest.raises(WrongAnswer, match="sign"):
        same(-3.0, 3.0, "z")
    with pytest.raises(WrongAnswer, match=re.escape("f(2): expected 4, got 5.")):
        same(5.0, 4.0, "f(2)", shown=True)


def test_a_function_that_gives_nothing_is_a_blank_and_one_that_fails_is_wrong(capsys):
    double = exercise("def f(x):\n    return 2 * x", ["Two times."])(
        lambda f: same(called(f, 3.0), 6.0, "f(3)", shown=True)
    )
    double(lambda x: ...)
    assert "gives nothing so far" in capsys.readouterr().out
    double(lambda x: 2 * x)
    assert capsys.readouterr().out == "Right.\n"
    with pytest.raises(WrongAnswer, match="raised ZeroDivisionError"):
        double(lambda x: x / 0)


def test_rehearsing_uses_a_copy_of_the_names():
    names = {"ex": type("m", (), {"y": made()}), "y": "the notebook's own"}
    rehearse("y = ...\nex.y(y)", names)
    assert names["y"] == "the notebook's own"


@pytest.mark.parametrize(
    ("solution", "cell", "error"),
    [
        ("y = [1.0, 3.0]", "y = ...\nex.y(y)", WrongAnswer),
        ("z = [1.0, 2.0]", "y = ...\nex.y(y)", WrongAnswer),
        ("y = [1.0, 2.0]", "y = ...", SyntaxError),
        ("y = [1.0, 2.0]", "y = ...\nprint(y)", SyntaxError),
    ],
)
def test_rehearsing_finds_a_solution_that_is_none(solution, cell, error):
    wrong = made()
    wrong.answer = solution
    with pytest.raises(error):
        rehearse(cell, {"ex": type("m", (), {"y": wrong}), "y": ...})
