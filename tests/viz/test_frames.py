"""The frames of a walk: built from the record alone, true to it, and showing nothing too early."""

import json
import math

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import Tensor, Value
from viz.frames import BACKWARD, FORWARD, UPDATE, pretty, tidy
from viz.nudge import Replay
from viz.walk import walk
from viz.words import Words


def running_example():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def backward_frames(root, **options):
    return [frame for frame in walk(root, **options) if frame.phase == BACKWARD]


def test_forward_has_one_frame_an_operation_and_backward_one_an_arrow():
    root = running_example()
    phases = [frame.phase for frame in walk(root)]
    assert phases == [FORWARD] * 3 + [BACKWARD] * len(ag.steps(root))


def test_backward_frames_follow_the_record_arrow_by_arrow():
    root = running_example()
    for frame, step in zip(backward_frames(root), ag.steps(root), strict=True):
        assert frame.step is not None
        assert (frame.step.node, frame.step.input) == (step.node, step.input) or (
            frame.step.node is step.node and frame.step.input is step.input
        )
        assert (frame.arrow, frame.arrows_in_all) == (step.arrow, step.arrows)


def test_the_second_arrow_into_a_reads_as_in_the_lesson():
    frame = backward_frames(running_example())[4]
    assert frame.title == "c = a · b hands a its share"
    assert frame.line("chain") == "from c: ∂L/∂c · ∂c/∂a"
    assert frame.line("local") == "c = a · b ⇒ ∂c/∂a = b = -3"
    assert frame.line("numbers") == "5 · (-3) = -15"
    assert frame.why == "raising a by 1 changes c by -3"
    assert frame.status == (
        "c = a · b hands a its share: ∂L/∂c · ∂c/∂a. Since c = a · b, ∂c/∂a = b: "
        "raising a by 1 changes c by -3. 5 · (-3) = -15. a had 5 from d, now -10. "
        "Arrow 2 of 2: complete."
    )
    assert frame.meaning == "Raise a by 0.01 and L falls by about 0.1."
    assert frame.arrow_text == "× b = -3"


def test_the_ledger_fills_one_row_an_arrow():
    frames = backward_frames(running_example())
    first, second = frames[3].ledger, frames[4].ledger
    assert [(r.source, r.product, r.amount, r.state) for r in first.rows] == [
        ("from d (+)", "5 · 1", "5", "current"),
        ("from c (×)", "", "", "waiting"),
    ]
    assert (first.complete, first.total, first.total_title) == (False, "5", "total so far")
    assert [(r.product, r.amount, r.state) for r in second.rows] == [
        ("5 · 1", "5", "done"),
        ("5 · (-3)", "-15", "current"),
    ]
    assert (second.complete, second.total, second.total_title) == (True, "-10", "total, complete")


def test_the_receiving_box_shows_the_sum_and_then_its_result():
    change = backward_frames(running_example())[4].changes[-1]
    assert (change.now, change.settled, change.full) == ("5 - 15", "-10", "-10.0")


def test_the_state_shows_the_sum_at_its_frame_and_the_result_after_it():
    model = walk(running_example())
    box = next(b.key for b in model.outline.boxes if b.name == "a")
    shown = [model.state(i).get((box, "gradient")) for i in range(9)]
    assert shown == [None] * 6 + ["5", "5 - 15", "-10"]


def test_no_number_is_shown_before_its_frame():
    model = walk(running_example())
    for index, frame in enumerate(model.frames):
        known = model.state(index)
        later = {(c.box, c.part) for f in model.frames[index + 1 :] for c in f.changes}
        first_told = {
            place
            for place in later
            if not any(
                (c.box, c.part) == place for f in model.frames[: index + 1] for c in f.changes
            )
        }
        assert first_told.isdisjoint(known)
        if frame.phase == FORWARD:
            assert not any(part == "gradient" for _, part in known)


def test_the_seed_is_there_when_backward_begins():
    model = walk(running_example())
    first = next(i for i, f in enumerate(model.frames) if f.phase == BACKWARD)
    root_box = next(b.key for b in model.outline.boxes if b.node is model.root)
    assert (root_box, "gradient") not in model.state(first - 1)
    assert model.state(first)[root_box, "gradient"] == "1"
    assert "∂L/∂L = 1" in model.frames[first].status


def test_walking_changes_no_gradient_and_no_value():
    root = running_example()
    root.backward()
    nodes = [root, *root.inputs]
    before = [(n.data, n.grad) for n in nodes]
    walk(root, update=0.1)
    assert [(n.data, n.grad) for n in nodes] == before


def test_update_moves_every_leaf_against_its_gradient():
    model = walk(running_example(), update=0.1)
    frames = [frame for frame in model if frame.phase == UPDATE]
    lines = {frame.line("numbers") for frame in frames}
    assert lines == {"2 - 0.1 · (-10) = 3", "-3 - 0.1 · 10 = -4", "5 - 0.1 · (-4) = 5.4"}
    # (3 * -4 + 3) * 5.4
    assert frames[-1].status.endswith("With the new numbers L goes from -20 to -48.6.")


@pytest.mark.parametrize("rate", [0, -1, math.inf, math.nan, "0.1", True])
def test_a_rate_that_is_no_positive_number_is_refused(rate):
    with pytest.raises(ag.ArgumentError, match="positive number"):
        walk(running_example(), update=rate)


def test_a_leaf_alone_walks_in_two_frames():
    model = walk(Value(3.0, label="x"))
    assert [frame.phase for frame in model] == [FORWARD, BACKWARD]
    assert model.frames[0].status == "x = 3 is given. Nothing is computed."
    assert "∂x/∂x = 1" in model.frames[1].status


def test_what_is_no_node_is_refused():
    with pytest.raises(ag.DataError, match="not part of a graph"):
        walk(3.0)


def test_an_array_root_is_refused_with_its_shape():
    with pytest.raises(ag.ShapeError, match=r"\(2,\)"):
        walk(Tensor(np.ones(2)) * 2)


def test_a_factor_that_stands_twice_is_told_apart():
    a = Value(3.0, label="a")
    titles = [(f.title, f.line("local")) for f in backward_frames(a * a)]
    assert titles[0][0].endswith("hands a① its share")
    assert titles[0][1].endswith("∂a① = a② = 3") or "/∂a① = a② = 3" in titles[0][1]
    assert titles[1][0].endswith("hands a② its share")


def test_a_rule_from_the_output_is_shown_on_names_and_on_numbers():
    z = Value(0.9, label="z")
    (frame,) = backward_frames(ag.tanh(z))
    assert frame.line("local").endswith("= 1 - L²") or "= 1 - " in frame.line("local")
    assert frame.line("slope").endswith("= 1 - 0.7163² = 0.4869")
    assert frame.why == "the slope is 1 - output²"


@pytest.mark.parametrize(
    ("given", "why", "meaning"),
    [
        (2.0, "1 because the input is positive", "rises by about 0.01"),
        (-2.0, "0 because the input is negative", "stays as it is"),
        (
            0.0,
            "0 because the input is 0, by agreement",
            "L really changes by 0.01",
        ),
    ],
)
def test_relu_says_why_by_the_sign_of_its_input(given, why, meaning):
    (frame,) = backward_frames(ag.relu(Value(given, label="x")))
    assert frame.why == why
    assert meaning in frame.meaning


def test_minus_turns_the_sign_of_the_second_input_only():
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    first, second = backward_frames(x - y)
    assert "passes the gradient on unchanged" in first.why
    assert second.why.startswith("raising y by 1 lowers ")


def test_meaning_of_an_incomplete_sum_speaks_of_one_arrow():
    frame = backward_frames(running_example())[3]
    assert frame.meaning == (
        "So far: through d alone, raising a by 0.01 lifts L by about 0.05. Arrow 1 of 2."
    )
    assert frame.nudge is None


def test_the_middle_arrow_of_three_tells_only_its_own_share():
    x = Value(2.0, label="x")
    frames = [f for f in backward_frames(x * 3.0 + x * 10.0 + x * 100.0) if f.arrows_in_all == 3]
    share, after = frames[1].step.contribution, frames[1].step.after
    assert share != after
    assert f"by about {share * 0.01:g}." in frames[1].meaning
    assert frames[2].meaning == "Raise x by 0.01 and L rises by about 1.13."


def test_a_constant_factor_is_not_told_twice():
    (frame,) = backward_frames(Value(2.0, label="x") * -1.0)
    assert frame.line("local") == "L = x · (-1) ⇒ ∂L/∂x = -1"
    assert frame.line("slope") == ""


def test_nudge_recomputes_the_graph():
    frame = backward_frames(running_example())[4]
    assert frame.nudge is not None
    assert frame.nudge.sentence == "a: 2 → 2.01 gives L: -20 → -20.1, a change of -0.1."
    assert {"2.01", "-6.03", "-4.02", "-20.1"} == {value for _, value in frame.nudge.values}


def test_replay_agrees_with_running_the_graph_again():
    def graph(x, y):
        return ag.tanh(x * y) + ag.exp(x) / y + ag.relu(y) ** 2

    x, y = Value(0.3), Value(1.7)
    root = graph(x, y)
    changed = Replay(root).nudge(x, 0.25)
    assert changed[root] == pytest.approx(graph(Value(0.55), Value(1.7)).data, rel=1e-15)


def test_nan_and_infinity_walk_without_an_error():
    x = Value(-1.0, label="x")
    frames = walk(ag.log(x) * ag.exp(Value(1000.0, label="big")))
    assert any("nan" in frame.status for frame in frames)


def test_a_rule_of_the_learners_own_is_explained_by_its_own_words():
    row = ag.define(
        "softsign_for_test",
        value=lambda a: a / (1 + ag.absolute(a)),
        partials=(lambda a, y: 1 / (1 + ag.absolute(a)) ** 2,),
        why="flatter and flatter away from 0",
    )
    (frame,) = backward_frames(row(Value(1.0, label="x")))
    assert frame.why == "flatter and flatter away from 0"
    assert frame.line("numbers") == "1 · 0.25 = 0.25"


def test_a_matrix_product_shows_the_shapes_that_fit():
    X = Tensor(np.arange(6.0).reshape(2, 3), label="X")
    W = Tensor(np.ones((3, 1)), label="W")
    frames = {f.title.split(" hands ")[1]: f for f in backward_frames((X @ W).sum())}
    assert frames["W its share"].line("chain").startswith("from ")
    assert "Xᵀ · ∂L/∂" in frames["W its share"].line("chain")
    assert frames["W its share"].line("shapes") == "(3, 2)(2, 1) → (3, 1)"
    assert "· Wᵀ" in frames["X its share"].line("chain")
    assert frames["X its share"].line("shapes") == "(2, 1)(1, 3) → (2, 3)"


def test_broadcasting_is_told_as_adding_up_over_the_copies():
    X = Tensor(np.ones((2, 3)), label="X")
    b = Tensor(np.ones(3), label="b")
    frame = next(f for f in backward_frames((X + b).sum()) if f.title.endswith("b its share"))
    assert "b (3,) is used once for each of the 2 examples" in frame.line("shapes")
    assert frame.arrays.sentence(1, Words()) == "Entry 2: 1 + 1 = 2."
    c = Tensor(np.ones((2, 1)), label="c")
    frame = next(f for f in backward_frames((X + c).sum()) if f.title.endswith("c its share"))
    assert "c (2, 1) was stretched to (2, 3)" in frame.line("shapes")
    assert np.array_equal(frame.arrays.result.numbers, [[3.0], [3.0]])


def test_frames_are_plain_json():
    model = walk(running_example(), update=0.5)
    told = json.loads(json.dumps([frame.as_json() for frame in model.frames], allow_nan=False))
    assert told[7]["changes"][0]["now"] == "5 − 15"
    assert "<mfrac>" in told[7]["lines"][0]["math"]


def test_a_frame_cannot_be_changed():
    frame = walk(running_example()).frames[0]
    with pytest.raises(AttributeError):
        frame.title = "other"


def test_a_chain_of_100_000_operations_is_recomputed_without_recursion():
    x = Value(1.0)
    y = x
    for _ in range(100_000):
        y = y + 1.0
    assert Replay(y).nudge(x, 0.5)[y] == 100_001.5


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("5 - 15", "5 − 15"),
        ("5 · (-3) = -15", "5 · (−3) = −15"),
        ("x-1 = -∂L/∂a", "x-1 = −∂L/∂a"),
        ("1e-05", "1e-05"),
    ],
)
def test_pretty_turns_hyphens_that_mean_minus(given, shown):
    assert pretty(given) == shown


def test_tidy_keeps_a_name_on_one_short_line():
    assert tidy("a\n  b\x00c") == "a b c"
    assert tidy("x" * 60) == "x" * 39 + "…"


def test_a_ledger_of_very_many_arrows_counts_the_far_ones():
    x = Value(1.0, label="x")
    y = x
    for _ in range(40):
        y = y * 2.0 + x
    frame = next(f for f in backward_frames(y) if f.arrows_in_all == 41 and f.arrow == 20)
    rows = frame.ledger.rows
    assert len(rows) < 15
    before = next(s.after for s in ag.steps(y) if s.input is x and s.arrow == 14)
    assert (rows[0].source, rows[0].amount) == ("14 arrows", f"{before:g}")
    assert [row.state for row in rows].count("current") == 1
    assert (rows[-1].source, rows[-1].amount) == ("19 more arrows", "")
    assert "x had " in frame.status
    assert " from 19 arrows, now " in frame.status
