"""Exercises, the test for newcomers, pages for a class, and what came of them."""

import re
import zipfile

import pytest

import autograd_lite as ag
import viz
from viz.classes import _of_students
from viz.exercise_page import COLUMNS
from viz.levels import LEVELS


def answer_all(quiz):
    while not quiz.done:
        question = quiz.question
        right = question.answer if question.situation is None else question.situation.right
        assert quiz.check(right).right
    return quiz


@pytest.mark.parametrize("level", range(1, 9))
def test_watch_one_complete_one_two_alone_and_a_fifth_from_earlier(level):
    found = viz.exercise(level, seed=3)
    kinds = [task.kind for task in found.tasks]
    assert kinds[:4] == ["watch", "complete", "alone", "alone"]
    assert set(kinds[4:]) == ({"review"} if level > 1 else set())
    assert all(task.level < level for task in found.tasks[4:])
    assert all(task.level == level for task in found.tasks[:4])
    asked = sum(task.count for task in found.tasks)
    again = sum(task.count for task in found.tasks[4:])
    if level > 1:
        assert again >= 1
        assert abs(again - asked / 5) <= 1
    assert len({id(task.node) for task in found.tasks}) == len(found.tasks)


def test_the_task_to_complete_asks_only_its_later_part():
    (complete,) = [t for t in viz.exercise(3, 2).tasks if t.kind == "complete"]
    whole = viz.quiz(complete.node, complete.ask).first.questions
    asked = complete.quiz().first.questions
    assert 0 < len(asked) < len(whole)
    assert [q.frame for q in asked] == [q.frame for q in whole][-len(asked) :]


def test_an_exercise_is_asked_alone_and_can_be_answered():
    found = viz.exercise(4, seed=7)
    assert found.ask == "total"
    assert found.names["L"] is found.node
    assert found.prompt.startswith("A number that is used twice")
    assert str(answer_all(found.quiz()).score).startswith(f"{found.quiz().score.total} of")
    assert found.node.grad is None
    assert "2 worksheets" not in repr(found.worksheet())
    assert len(found.step()) > 3


@pytest.mark.parametrize("level", range(1, 9))
def test_every_task_of_every_level_can_be_answered(level):
    for task in viz.exercise(level, seed=1).tasks:
        if task.kind != "watch":
            answer_all(task.quiz())
        else:
            assert len(task.step()) > 1


def test_level_five_watches_the_wrong_order():
    found = viz.exercise(5, seed=2)
    assert any(frame.warning for frame in found.step())
    assert "does not wait" in found.tasks[0].prompt


def test_the_scores_of_a_classifier_are_told_as_powers_of_e():
    task = next(t for t in viz.exercise(8, 1).tasks if t.node.operands[0].op is None)
    numbers = re.search(r"e\^z is ([\d, ]+),", task.prompt)[1]
    counts = [int(n) for n in numbers.split(", ")]
    true = int(re.search(r"number (\d) of 3", task.prompt)[1]) - 1
    (step,) = ag.steps(task.node)
    expected = [c / sum(counts) - (i == true) for i, c in enumerate(counts)]
    assert step.contribution.ravel() == pytest.approx(expected)


def test_same_seed_same_page_and_another_is_another():
    one, again, other = (viz.exercise(1, seed).html() for seed in (4, 4, 5))
    assert one == again != other


@pytest.mark.parametrize("level", [0, 9, "4", 2.0, True, None])
def test_a_level_that_there_is_not_is_refused(level):
    with pytest.raises(ag.ArgumentError, match="levels 1 to 8"):
        viz.exercise(level)


def test_a_seed_is_a_whole_number():
    for make in (lambda seed: viz.exercise(1, seed), viz.newcomer_test):
        for seed in ("a", 1.5, None, True):
            with pytest.raises(ag.ArgumentError, match="whole number"):
                make(seed)


def test_an_exercise_saves_as_a_page_only(tmp_path):
    found = viz.exercise(1)
    assert found.save(tmp_path / "e.html").read_text("utf-8") == found.html()
    with pytest.raises(ag.ArgumentError, match=r"\.html"):
        found.save(tmp_path / "e.pdf")


# --- the test for newcomers -----------------------------------------------------------------------


def test_six_items_each_about_its_own():
    test = viz.newcomer_test()
    asks = [item.quiz.first.questions[0].ask for item in test.items]
    assert asks == ["contribution", "total", "local", "total", "next", "update"]
    shared = test.items[3].quiz.first.questions[0].situation.arriving
    assert len(shared) == 2
    assert all(len(item.quiz.first.questions) == 1 for item in test.items)
    upstream = test.items[1].quiz.first.questions[0].situation.arrow.input
    assert upstream.op is not None  # what arrives here is handed on


def test_the_first_answer_counts():
    test = viz.newcomer_test(seed=5)
    assert not test.items[2].check(123456).right
    for item in test.items:
        question = item.quiz.question
        right = question.answer if question.situation is None else question.situation.right
        assert item.check(right).right
    assert test.done
    assert test.score == 5


@pytest.mark.parametrize("seed", range(3))
def test_no_item_can_be_answered_by_a_slip(seed):
    for item in viz.newcomer_test(seed).items:
        question = item.quiz.first.questions[0]
        for slip, _ in question.remarks:
            assert not question.situation.accepts(slip.gives)


# --- a class --------------------------------------------------------------------------------------


def test_a_zip_has_a_page_for_each_level_and_seed_and_an_index(tmp_path):
    file = viz.class_pages(tmp_path / "c.zip", levels=[1, 2], seeds=[2], progress=False)
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        index = archive.read("index.html").decode()
        page = archive.read("level-2/2.html").decode()
        assert archive.testzip() is None
    assert sorted(names) == ["index.html", "level-1/2.html", "level-2/2.html", "newcomer-test.html"]
    links = re.findall(r'href="([\w/.-]+html)"', index)
    assert links == ["newcomer-test.html", "level-1/2.html", "level-2/2.html"]
    assert page == viz.exercise(2, 2).html()
    again = viz.class_pages(tmp_path / "d.zip", levels=[2, 1, 2], seeds=[2, 2], progress=False)
    assert again.read_bytes() == file.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c.zip", "d.zip"]


def test_every_student_has_pages_with_a_seed_of_their_own(tmp_path):
    names = ["Mia", "Ömer Öz", "  ", "omer oz", "<b>Eve</b>"]
    copies = _of_students(names)
    assert [c.name for c in copies] == ["mia", "omer-oz", "omer-oz-2", "b-eve-b"]
    assert len({c.seed for c in copies}) == 4
    assert _of_students(["Zoe", "Mia"])[1] == copies[0]  # whoever else is in the class
    file = viz.class_pages(tmp_path / "c.zip", [1], students=names[-1:], progress=False)
    with zipfile.ZipFile(file) as archive:
        assert "<b>Eve" not in archive.read("index.html").decode()
        page = archive.read("level-1/b-eve-b.html").decode()
    assert f"exercise {copies[-1].seed}: &lt;b&gt;Eve" in page


def test_a_class_that_cannot_be_is_refused_and_nothing_is_written(tmp_path):
    target = tmp_path / "c.zip"
    for settings, said in [
        ({"levels": [9]}, "levels 1 to 8"),
        ({"levels": 3}, "no levels"),
        ({"levels": []}, "0 levels"),
        ({"seeds": 0}, "seeds=0; give how many"),
        ({"seeds": 10**6}, "5001 copies"),
        ({"seeds": "a"}, "how many"),
        ({"seeds": True}, "how many"),
        ({"seeds": 2.5}, "how many"),
        ({"students": ["Mia", " Mia "]}, "comes twice"),
        ({"students": "Mia"}, "no list of names"),
    ]:
        with pytest.raises(ag.ArgumentError, match=said):
            viz.class_pages(target, **settings, progress=False)
    with pytest.raises(ag.ArgumentError, match=r"\.zip"):
        viz.class_pages(tmp_path / "c.tar", seeds=1, progress=False)
    assert not list(tmp_path.iterdir())


def test_results_of_a_class_add_up(tmp_path):
    one = tmp_path / "one.csv"
    one.write_text(
        ",".join(COLUMNS) + "\nMia,7,4,3,5,14,10,2,1,sign 2; no_upstream 1\n"
        '"Eve, B.",7,4,5,5,14,14,0,0,\n',
        "utf-8",
    )
    two = tmp_path / "two.csv"
    two.write_text(
        "\ufeffMia,7,4,5,5,14,11,2,1,sign 1; overwrites 3\n\n'=x,1,1,0,4,4,0,0,0,\n", "utf-8"
    )
    found = viz.class_results(one, two)
    assert dict(found.slips) == {"sign": 1, "overwrites": 3}  # the later line of Mia replaces
    assert list(found.students) == ["=x", "Eve, B.", "Mia"]
    text = str(found)
    assert "3 students, 3 results: 27 of 32 right, 25 at the first try" in text
    assert text.index("3 x overwrites") < text.index("1 x sign")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Mia,7,4", "c.csv, line 2 has 3 fields; a result has 10"),
        ("Mia,7,4,x,5,14,10,2,1,", "line 2: invalid literal"),
        ("Mia,7,4,1,5,14,10,2,1,sign", "line 2: invalid literal"),
        ("Mia,7,4,1,5,14,-1,2,1,", "negative count"),
        ("", "no result"),
    ],
)
def test_a_line_that_is_no_result_is_named(tmp_path, line, said):
    file = tmp_path / "c.csv"
    file.write_text(f"{','.join(COLUMNS)}\n{line}\n", "utf-8")
    with pytest.raises(ag.DataError, match=said):
        viz.class_results(file)


# --- the command line -----------------------------------------------------------------------------


def test_command_line(tmp_path, capsys):
    from viz.cli import main

    assert main(["exercise", "2", "--seed", "4", "-o", str(tmp_path / "e.html")]) == 0
    assert (tmp_path / "e.html").read_text("utf-8") == viz.exercise(2, 4).html()
    assert main(["test", "-o", str(tmp_path / "t.html")]) == 0
    students = tmp_path / "names.txt"
    students.write_text("Mia\n\nZoe\n", "utf-8")
    target = str(tmp_path / "c.zip")
    assert main(["pages", "--levels", "1", "--students", str(students), "-o", target]) == 0
    with zipfile.ZipFile(target) as archive:
        assert "level-1/zoe.html" in archive.namelist()
    results = tmp_path / "r.csv"
    results.write_text("Mia,7,4,3,5,14,10,2,1,sign 2\n", "utf-8")
    capsys.readouterr()
    assert main(["results", str(results)]) == 0
    assert "2 x sign: the wrong sign" in capsys.readouterr().out
    for wrong in (
        ["exercise", "9"],
        ["pages", "--levels", "1-x"],
        ["results", str(tmp_path / "no")],
    ):
        assert main(wrong) in (1, 2)
    assert "--levels 1-x: give levels as 1-8 or 2,4-6" in capsys.readouterr().err


def test_levels_are_told_in_the_catalogue():
    from viz.words import ENGLISH

    assert all(f"level_{level.number}" in ENGLISH for level in LEVELS)
