"""`viz.step`: a sequence of frames that prints, saves and shows itself."""

import os
import re
import stat

import pytest

import autograd_lite as ag
from autograd_lite import Value
from viz.frames import Frame
from viz.stepping import step


def running_example():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def test_a_stepper_is_a_sequence_of_frames():
    walk = step(running_example())
    assert len(walk) == 9
    assert all(isinstance(frame, Frame) for frame in walk)
    assert walk[-1] is list(walk)[8]
    assert walk[3:5] == walk.frames[3:5]


def test_names_are_taken_from_variables():
    w, x = Value(3.0), Value(2.0)
    product = w * x
    titles = [frame.title for frame in step(product, names={"w": w, "x": x, "p": product})]
    assert titles[1] == "p = w · x hands w its share"


def test_the_page_the_text_and_markdown_are_saved(tmp_path):
    walk = step(running_example())
    assert walk.save(tmp_path / "steps.html").read_text("utf-8") == walk.html()
    assert walk.save(str(tmp_path / "steps.txt")).read_text("utf-8") == walk.text() + "\n"
    markdown = walk.save(tmp_path / "steps.md").read_text("utf-8")
    assert markdown.startswith("# L, step by step\n\n```text\n")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["steps.html", "steps.md", "steps.txt"]


@pytest.mark.parametrize("name", ["steps.png", "steps", "steps.html.gz"])
def test_another_ending_is_refused_by_name(name, tmp_path):
    with pytest.raises(ag.ArgumentError, match=re.escape(repr(name))):
        step(running_example()).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="permissions are POSIX")
def test_a_saved_file_has_the_permissions_of_any_new_file(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("x")
    saved = step(running_example()).save(tmp_path / "steps.txt")
    assert stat.S_IMODE(saved.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_the_picture_for_a_notebook_is_before_the_update():
    values = re.findall(
        r'class="value"[^>]*>([^<]*)<', step(running_example(), update=0.1).picture()
    )
    assert sorted(values) == sorted(["2", "−3", "−6", "−4", "5", "−20"])


def test_repr_is_one_line_that_says_what_to_do():
    said = repr(step(running_example()))
    assert "\n" not in said
    assert "9 steps" in said


def test_words_of_another_language_reach_the_page():
    assert "Weiter" in step(running_example(), words={"next": "Weiter"}).html()


def test_folding_keeps_the_numbers_true():
    weights = [Value(0.1 * i, label=f"w{i}") for i in range(1, 9)]
    total = weights[0] * 0.5
    for i, w in enumerate(weights[1:]):
        total = total + w * (i - 3.0)
    root = ag.tanh(total)
    walk = step(root, keep=weights[:2])
    expected = {id(s.input): s.after for s in ag.steps(root) if s.arrow == s.arrows}
    told = [f for f in walk if f.step is not None and f.arrow == f.arrows_in_all]
    assert told
    assert len(told) < len(expected)
    for frame in told:
        assert frame.step.after == expected[id(frame.step.input)]
    assert any("folded" in frame.status for frame in walk)
    hidden = len(ag.steps(root)) - sum(1 for f in walk if f.step is not None)
    counts = [int(n) for f in walk for n in re.findall(r"(\d+) arrows? arrive", f.note)]
    assert sum(counts) == hidden


def test_a_gathered_sum_is_told_as_one_operation():
    weights = [Value(0.1 * i, label=f"w{i}") for i in range(1, 9)]
    total = weights[0] * 0.5
    for i, w in enumerate(weights[1:]):
        total = total + w * (i - 3.0)
    total.label = "z"
    walk = step(ag.tanh(total), keep=weights[:2])
    computed = next(f for f in walk if f.title.startswith("Compute z"))
    assert re.fullmatch(r"z = \w+ \+ \w+ \+ 6 more", computed.line("rule"))
    # Kept: 0.1 * 0.5 and 0.2 * -3. Folded: -0.6 - 0.4 + 0 + 0.6 + 1.4 + 2.4.
    assert computed.line("numbers") == "z = 0.05 + (-0.6) + 3.4 = 2.85"
    shares = [f for f in walk if f.title.startswith("z = ")]
    assert [f.line("chain").split(":")[0] for f in shares] == ["from z", "from z"]
    assert all(f.arrows for f in shares)
    assert "6 more" in walk.text()
    assert "6 more" in walk.html()
