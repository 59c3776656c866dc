"""The quiz: what it asks, what it accepts, which slip it names, and that it gives nothing away."""

import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
import nn
import viz
from autograd_lite import Tensor, Value
from autograd_lite.errors import ArgumentError, AutogradError, DataError, ShapeError
from autograd_lite.graph import downward
from viz.cli import main
from viz.numbers import short
from viz.quiz_page import PLAIN, SEALED, seal
from viz.quizzing import quiz
from viz.words import ENGLISH


def running_example():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def neuron():
    w, x, b = (Value(v, label=n) for n, v in [("w", -3.0), ("x", 2.0), ("b", 6.9)])
    return ag.tanh(w * x + b)


def layer():
    X = Tensor(np.array([[1.0, 2, 3], [4, 5, 6]]), label="X")
    W = Tensor(np.array([[0.5], [-0.25], [0.75]]), label="W")
    bias = Tensor(np.array([0.5]), label="bias")
    return nn.mse(ag.tanh(X @ W * 0.1 + bias), np.array([[1.0], [0.0]]))


GRAPHS = [running_example, neuron, layer]


def test_it_is_in_viz():
    assert viz.quiz is quiz


@pytest.mark.parametrize("graph", GRAPHS)
def test_every_arrow_of_the_record_is_asked_in_order(graph):
    root = graph()
    asked = viz.quiz(root)
    for step in ag.steps(root):
        assert asked.question.situation.arrow.input is step.input
        entry = asked.question.situation.entry
        given = step.contribution if entry is None else float(step.contribution[entry])
        verdict = asked.check(given)
        assert verdict, verdict
    assert asked.done
    assert asked.question is None
    assert asked.score.first == asked.score.total == len(ag.steps(root))
    assert all(node.grad is None for node in [root, *root.inputs])


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("ask", ["contribution", "local", "both", "total", "next", "update"])
def test_what_is_shown_as_the_answer_is_right(graph, ask):
    asked = viz.quiz(graph(), ask=ask)
    while not asked.done:
        assert asked.check(asked.question.answer.replace("[", " ").replace("]", " "))
    assert asked.score.first == asked.score.total > 0


@pytest.mark.parametrize(
    ("answer", "slip", "said"),
    [
        ("b", "no_upstream", "L reacts to c as well"),
        (10, "other_input", "hold b still"),
        ("-30", "output", "not how large it is"),
        ("5 + b", "path_sum", "multiply"),
        (15, "sign", "sign is not"),
        (-10, "total_for_share", "this arrow alone"),
        (-7, "", "take a hint"),
    ],
)
def test_a_wrong_answer_is_diagnosed_and_the_question_stands(answer, slip, said):
    asked = viz.quiz(running_example())
    for right in (5, -4, 5, 5):
        asked.check(right)
    before = str(asked)
    verdict = asked.check(answer)
    assert not verdict
    assert verdict.slip == slip
    assert said in verdict.text
    assert verdict.text.startswith("Not yet")
    assert str(asked) == before
    assert asked.check("5*b").text == (
        "Right. 5 · (-3) = -15. a had 5 from d, now -10. Arrow 2 of 2: complete."
    )


def test_only_the_total_catches_overwriting():
    asked = viz.quiz(running_example(), ask="total")
    for right in (5, -4, 5):
        asked.check(right)
    verdict = asked.check(-15)
    assert verdict.slip == "overwrites"
    assert "add up" in verdict.text
    assert asked.check("-75").slip == "multiplies"
    assert asked.check(-10)


def test_hints_come_in_order_and_then_the_answer_is_shown():
    asked = viz.quiz(running_example())
    for right in (5, -4, 5, 5):
        asked.check(right)
    assert [asked.hint() for _ in range(4)] == [
        "Hint 1 of 3: Two reactions multiply here: L to c, and c to a. Which have you used?",
        "Hint 2 of 3: Hold b still; raise a from 2 to 3. How much does c change?",
        "Hint 3 of 3: Multiply that change by ∂L/∂c = 5.",
        "That was the last hint. show shows the answer.",
    ]
    assert asked.show().startswith("The answer is -15.")
    asked.check(10)
    assert not asked.done  # one like it comes back, with other numbers
    again = asked.question.situation
    assert again.arrow.node.op.name == "multiply"
    assert again.right != -15
    assert asked.check(again.right)
    assert asked.done
    score = asked.score
    assert (score.first, score.helped, score.revealed, score.total) == (6, 0, 1, 7)
    assert "Practise: multiply" in asked.summary()


def test_what_cannot_be_read_is_no_try():
    asked = viz.quiz(running_example())
    for nonsense in ("", "6*", "0,5", "q", None, True, [1, 2]):
        with pytest.raises(AutogradError):
            asked.check(nonsense)
    assert asked.check(5)
    assert asked.score.first == 1


def test_a_node_is_ready_when_all_its_arrows_have_come():
    asked = viz.quiz(running_example(), ask="next")
    assert asked.check("d").slip == "not_ready"
    assert "waits for its arrow" in asked.check("d").text
    assert "is a leaf" in asked.check("a").text
    assert asked.check("L")
    assert "handed on already" in asked.check("L").text
    with pytest.raises(AutogradError, match="no node q"):
        asked.check("q")
    assert asked.check("d")
    assert asked.check("c")
    assert asked.done


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=9))
def test_readiness_agrees_with_counting_arrows(pairs):
    nodes = [Value(1.5, label="p"), Value(-0.5, label="q")]
    for i, (one, other) in enumerate(pairs):
        made = nodes[one % len(nodes)] * nodes[other % len(nodes)]
        made.label = f"n{i}"
        nodes.append(made)
    root = nodes[-1]
    asked = viz.quiz(root, ask="next")
    record, at = ag.steps(root), 0
    while not asked.done:
        missing = {}
        for step in record[at:]:
            missing[step.input] = missing.get(step.input, 0) + 1
        giving = {step.node for step in record[at:]}
        ready = {n.label for n in giving if not missing.get(n)}
        right = {name for name, remark in asked.question.choices.items() if not remark}
        assert right == ready
        here = asked.question.answer
        assert asked.check(here)
        while at < len(record) and record[at].node.label == here:
            at += 1


def test_updates_are_asked_with_their_rate():
    asked = viz.quiz(running_example(), ask="update", lr=0.1)
    assert asked.check(3)
    assert asked.check("-3 - 0.1*10")
    for wrong, slip in [(4.6, "plus"), (9, "no_rate"), (5.8, "not_zeroed")]:
        assert asked.check(wrong).slip == slip
    assert asked.check("5 - 0.1*dL/dk")
    assert asked.done


def test_both_asks_the_local_derivative_first():
    asked = viz.quiz(neuron(), ask="both")
    kinds = []
    while not asked.done:
        kinds.append(asked.question.ask)
        asked.check(asked.question.situation.right)
    assert kinds == ["local", "contribution"] * 5


def test_digits_that_were_shown_are_enough():
    asked = viz.quiz(ag.tanh(Value(5.0, label="z")))
    assert "0.9999" in str(asked)
    assert asked.check("1 - 0.9999^2")


def test_an_answer_that_is_only_rounded_too_far_is_told_so():
    asked = viz.quiz(ag.tanh(Value(0.9, label="z")) * 2.0)
    asked.check(2)
    assert "four digits" in asked.check(0.97).text
    assert asked.check("0.974")


def test_arrays_are_asked_in_a_list_and_large_ones_by_an_entry():
    z = Tensor(np.log([[1.0, 2.0, 3.0]]), label="z")
    asked = viz.quiz(nn.cross_entropy(z, [2]))
    assert "all 3 entries" in asked.question.prompt
    assert asked.check("0, 0, -1/2").slip == "elementwise"
    with pytest.raises(AutogradError, match="2 numbers in the answer; 3 are asked"):
        asked.check("1, 2")
    assert asked.check("1/6, 1/3, -1/2")
    big = Tensor(np.arange(20.0).reshape(4, 5), label="big")
    asked = viz.quiz((big * big).sum())
    asked.check(1)
    assert "(4, 5)" in asked.question.prompt
    assert asked.question.situation.entry == (3, 4)
    assert asked.check(19)


@pytest.mark.parametrize("graph", [neuron, layer])
@pytest.mark.parametrize("ask", ["contribution", "local", "both", "total", "update"])
def test_while_it_is_asked_the_answer_is_nowhere(graph, ask):
    asked = viz.quiz(graph(), ask=ask)
    known = {short(v) for node in downward(asked.node) for v in np.ravel(node.data)}
    for question in asked.first.questions:
        shown = json.dumps(question.shown.as_json(), ensure_ascii=False) + str(question)
        for value in np.ravel(question.situation.right):
            text = short(value)
            if len(text) >= 4 and text not in known:
                assert text not in shown.replace("−", "-"), (question.prompt, text)
                assert not any(text in hint.replace("−", "-") for hint in question.hints)
        step = question.situation.arrow
        told = [x for x in (step.local, step.contribution, step.after) if x is not None]
        known |= {short(v) for x in told for v in np.ravel(x)}


def test_the_page_holds_nothing_readable_of_the_answers():
    w, x, b = (Value(v, label=n) for n, v in [("w", 1.37), ("x", 2.0), ("b", -6.9)])
    page = viz.quiz(w * x * b).html().replace("−", "-")
    assert short(1.37 * -6.9) not in page
    assert "hands w its share" not in page


def test_a_saved_notebook_holds_no_answer():
    bundle = viz.quiz(neuron())._repr_mimebundle_()
    answers = {q.answer for q in viz.quiz(neuron()).first.questions} - {"1"}
    readable = bundle["text/plain"] + bundle["text/html"]
    assert "Your turn" in bundle["text/plain"]
    assert [a for a in answers if len(a) > 4 and a in readable.replace("−", "-")] == []


def test_what_is_sealed_twice_is_open():
    content = {"a": ['<b> "quoted" | \\ ~ \'', 5.25, "−15 größe"], "Z": None}
    turned = seal(content).translate(str.maketrans(PLAIN, SEALED))
    assert json.loads(turned) == content
    assert "5.25" not in seal(content)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: viz.quiz(3.0), DataError, "quiz: float"),
        (lambda: viz.quiz(Tensor(np.ones(3))), ShapeError, "quiz: the node has shape"),
        (lambda: viz.quiz(running_example(), ask="colour"), ArgumentError, "no kind of question"),
        (lambda: viz.quiz(running_example(), lr=-1), ArgumentError, "quiz: lr=-1"),
        (lambda: viz.quiz(Value(1.0)), ArgumentError, "nothing to ask"),
        (lambda: viz.quiz(running_example()).save("quiz.txt"), ArgumentError, "a quiz is saved as"),
    ],
)
def test_what_cannot_be_asked_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_nothing_is_asked_after_the_end():
    asked = viz.quiz(Value(2.0, label="x") * 3.0)
    asked.check(3)
    for ask_on in (lambda: asked.check(1), asked.hint, asked.show):
        with pytest.raises(ArgumentError, match="every question is answered"):
            ask_on()


def test_another_language_is_a_dictionary():
    asked = viz.quiz(running_example(), words={"verdict_wrong": "Noch nicht: {answer}."})
    assert asked.check(7).text.startswith("Noch nicht: 7.")


@pytest.mark.parametrize("ask", ["both", "total", "update"])
@pytest.mark.parametrize("value", [0.0, float("inf"), float("nan"), -1e308])
def test_infinite_numbers_are_asked_without_a_warning(ask, value):
    x = Value(value, label="x")
    asked = viz.quiz(ag.log(x) * x + ag.tanh(x), ask=ask)
    json.dumps(asked.as_json(), allow_nan=False)
    while not asked.done:
        right = asked.question.situation.right
        for _ in range(3):
            asked.hint()
        asked.check(7.25)
        assert asked.done or asked.check(right) or asked.question.situation.right is not right


def test_names_that_are_no_words_can_be_used():
    x, odd = Value(3.0, label="x[0]"), Value(4.0, label="<b>*2")
    asked = viz.quiz(x * odd)
    assert asked.check("<b>*2")
    assert asked.check("x[0]")


# --- in a terminal --------------------------------------------------------------------------------


def session(text, root=None, **options):
    out = io.StringIO()
    viz.quiz(root if root is not None else running_example(), **options).ask_in(
        io.StringIO(text), out
    )
    return out.getvalue()


def test_a_session_asks_hints_shows_and_sums_up():
    said = session("5\nhint\n-4\n2.5\n0,5\n5\n5\nb\nshow\n10\n5*b+0*a\n")
    assert "Hint 1 of 3" in said
    assert "not split" in said
    assert "Write 0.5" in said
    assert "The answer is -15." in said
    assert "Once more, with other numbers." in said
    assert "Practise: multiply" in said


@pytest.mark.parametrize("text", ["", "5\n", "quit\n", "q\n", "5", "\n\n"])
def test_a_session_ends_with_its_input(text):
    said = session(text)
    assert "Stopped." in said


def test_a_command_that_is_a_name_of_the_graph_is_an_answer():
    h, q = Value(2.0, label="h"), Value(3.0, label="q")
    said = session("q\nh\n", h * q)
    assert said.count("Right.") == 2


def test_a_session_in_ascii_is_readable():
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    viz.quiz(running_example()).ask_in(io.StringIO("5\n"), out)
    out.seek(0)
    assert "dL/dd" in out.read()


def test_the_command_line_asks_prints_and_saves(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("5\nquit\n"))
    assert main(["quiz"]) == 0
    assert "Right. 1 · 5 = 5." in capsys.readouterr().out
    assert main(["quiz", "--text", "--ask", "total"]) == 0
    printed = capsys.readouterr().out
    assert "Answers" in printed
    assert "4. -10" in printed
    file = tmp_path / "quiz.html"
    assert main(["quiz", "tanh(w*x + b)", "w=-3", "x=2", "b=6.9", "--html", str(file)]) == 0
    assert file.read_text("utf-8").startswith("<!doctype html>")
    assert main(["quiz", "--lr", "0"]) == 2


def test_every_message_of_the_quiz_is_used():
    import re
    from pathlib import Path

    sources = "".join(
        file.read_text("utf-8")
        for file in Path(viz.__file__).parent.iterdir()
        if file.suffix in (".py", ".js") and not file.name.startswith("words")
    )
    from viz.words_quiz import QUIZ

    families = ("ask_", "hint_update_", "hint_contribution_one", "hint_local_one", "answer_")
    unused = [
        key
        for key in QUIZ
        if not re.search(rf'["\']{key}["\']', sources) and not key.startswith(families)
    ]
    assert unused == []
    assert set(QUIZ) <= set(ENGLISH)
