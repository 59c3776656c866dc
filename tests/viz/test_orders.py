"""The wrong order beside the right one: it goes wrong where it should, and says so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
import viz
from autograd_lite import Tensor, Value
from viz.naive import naive_steps, totals


def shared_in_the_middle():
    x, b, k = Value(1.0, label="x"), Value(-3.0, label="b"), Value(5.0, label="k")
    a = x * 2.0
    a.label = "a"
    return (a * b + a) * k, x, a


def running():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def test_x_gets_10_where_20_down_is_right():
    L, x, a = shared_in_the_middle()
    assert totals(naive_steps(L))[x] == 10
    assert totals(ag.steps(L))[x] == -20
    assert totals(naive_steps(L))[a] == totals(ag.steps(L))[a] == -10
    assert x.grad is None


def test_whichever_way_goes_wrong_is_shown():
    x = Value(3.0)
    a = x * x
    c = a + 1.0
    for y in (a * c, c * a):  # the last operand first is right for one, the first for the other
        assert totals(naive_steps(y))[x] != totals(ag.steps(y))[x]


@given(
    st.lists(st.tuples(st.sampled_from("+*t"), st.integers(0, 99), st.integers(0, 99)), max_size=9)
)
@settings(max_examples=60, deadline=None)
def test_every_arrow_once_and_right_wherever_only_leaves_are_shared(program):
    pool = [Value(0.5, label="x"), Value(-1.25, label="y")]
    for kind, i, j in program:
        a, b = pool[i % len(pool)], pool[j % len(pool)]
        pool.append(a + b if kind == "+" else a * b if kind == "*" else ag.tanh(a))
    y = pool[-1]
    naive, right = naive_steps(y), ag.steps(y)
    assert {(s.node, s.slot) for s in naive} == {(s.node, s.slot) for s in right}
    assert len(naive) == len(right)
    assert sorted(s.arrow for s in naive) == sorted(s.arrow for s in right)
    if not any(s.arrows > 1 and s.input.op is not None for s in right):
        good = totals(right)
        assert totals(naive) == {n: pytest.approx(good[n]) for n in good}
        assert not any(frame.warning for frame in viz.step(y, order="naive"))


def test_the_steps_that_go_wrong_are_marked_and_no_other():
    L, *_ = shared_in_the_middle()
    marked = {f.title: f.warning for f in viz.step(L, order="naive") if "✗" in f.title}
    assert list(marked) == ["a = x · 2 hands x its share ✗", "c = a · b hands a its share ✗"]
    early, late = marked.values()
    assert "a hands on 5, but only 1 of its 2 arrows have arrived" in early
    assert "a has already handed on 5" in late
    last = viz.step(L, order="naive")[-1]
    assert "∂L/∂x is 10 here and -20 in the right order" in last.warning
    assert last.warning in last.status


def test_wrong_total_stands_marked_in_its_box_and_means_nothing():
    L, *_ = shared_in_the_middle()
    walk = viz.step(L, order="naive")
    frame = next(f for f in walk if "Too early" in f.warning)
    assert frame.changes[-1].settled == "10 ✗"
    assert frame.meaning.startswith("If ∂L/∂x were 10, raising x by 0.01")
    assert "L: -20 → -20.2" in frame.nudge.sentence  # and the nudge tells the truth


def test_both_orders_stand_side_by_side():
    L, *_ = shared_in_the_middle()
    frames = [f for f in viz.step(L, order="naive") if f.phase == "backward"]
    for i, frame in enumerate(frames):
        assert [r.state for r in frame.beside.rows] == [
            "done" if j < i else "current" if j == i else "waiting" for j in range(7)
        ]
    rows = frames[-1].beside.rows
    assert [r.here for r in rows][-3:] == ["a → x ✗", "c → a", "c → b"]
    assert [r.right for r in rows][-3:] == ["c → a", "c → b", "a → x"]
    text = viz.step(L, order="naive").text()
    assert "depth first   right order" in text
    assert text.count("This order beside the right one") == 1


def test_without_sharing_it_says_that_both_orders_agree():
    w, x, b = Value(-3.0), Value(2.0), Value(6.9)
    last = viz.step(ag.tanh(w * x + b), order="naive")[-1]
    assert "Both orders agree" in last.status
    assert "nothing to wait for" in last.status
    assert "Both orders agree" in viz.step(running(), order="naive")[-1].status


def test_arrays_go_wrong_alike():
    x = Tensor(np.array([1.0, 2.0]), label="x")
    a = x * 2.0
    y = np.sum(a * np.tanh(a) + a)
    walk = viz.step(y, order="naive")
    assert "in the right order" in walk[-1].warning
    assert not np.allclose(totals(naive_steps(y))[x], totals(ag.steps(y))[x])


def test_long_orders_show_what_is_around():
    x = Value(0.5, label="x")
    y = x * 1.5
    for _ in range(15):
        y = y * y + y
    frames = [f for f in viz.step(y, order="naive") if f.beside]
    assert {len(f.beside.rows) for f in frames} == {14}
    assert all(sum(r.state == "current" for r in f.beside.rows) == 1 for f in frames)


def test_another_order_is_refused():
    with pytest.raises(ag.ArgumentError, match="order='random'; give 'right', or 'naive'"):
        viz.step(running(), order="random")


def test_the_right_order_is_as_it_was():
    L, *_ = shared_in_the_middle()
    assert not any(f.warning or f.beside for f in viz.step(L))


def test_page_marks_the_step_and_shows_both_orders(open_file, tmp_path):
    L, *_ = shared_in_the_middle()
    shown = open_file(viz.step(L, order="naive").save(tmp_path / "s.html"))
    for _ in range(8):
        shown.get_by_role("button", name="Next", exact=True).click()
    assert "Too early" in shown.locator(".warning").inner_text()
    assert "10 ✗" in shown.locator("text.gradient").all_text_contents()
    assert shown.locator(".beside tr.current td").all_inner_texts() == ["▶ a → x ✗", "c → a"]
    assert "Too early" in shown.locator(".said [role=status]").inner_text()


def test_command_line(capsys):
    from viz.cli import main

    assert main(["step", "a = 2*x; (a*b + a)*k", "x=1", "b=-3", "k=5", "--order", "naive"]) == 0
    assert "∂L/∂x is 10 here and -20 in the right order" in " ".join(
        capsys.readouterr().out.split()
    )
