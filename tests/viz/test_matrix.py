"""Arrays in frames: tables, the chosen entry in words, blocks of text, and what a page is sent."""

import base64

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite import Tensor
from viz.blocks import blocks
from viz.matrix import Table
from viz.numbers import short
from viz.page import page
from viz.stepping import step
from viz.store import ALL, Store
from viz.walk import walk
from viz.words import Words

WORDS = Words()
RNG = np.random.default_rng(0)


def frames_to(made, name):
    return [
        f for f in made.frames if f.phase == "backward" and f.title.endswith(f"{name} its share")
    ]


def lesson():
    """X is 2x3, G = dL/dO is 2x1: the example of the matrix product."""
    X = Tensor([[1.0, 2.0, 3.0], [0.0, 1.0, 5.0]], label="X")
    W = Tensor([[1.0], [0.0], [2.0]], label="W")
    out = X @ W
    out.label = "O"
    return (out * np.array([[4.0], [-1.0]])).sum()


def test_one_entry_of_a_weight_gradient_is_said_with_its_numbers():
    (frame,) = frames_to(walk(lesson()), "W")
    assert [t.title for t in frame.arrays.tables] == ["X", "∂L/∂O", "∂L/∂W"]
    assert frame.line("shapes") == "(3, 2)(2, 1) → (3, 1)"
    assert frame.arrays.sentence(1, WORDS) == "Entry (2, 1): 2 · 4 + 1 · (-1) = 7."
    # column 2 of X, all of G, and the entry itself
    assert frame.arrays.lit(1) == {0: [1, 4], 1: [0, 1], 2: [1]}
    assert "over the examples" in frame.why


def test_softmax_and_cross_entropy_are_p_minus_y_over_n():
    z = Tensor(np.log([[1.0, 2.0, 3.0], [1.0, 1.0, 2.0]]), label="z")
    (frame,) = frames_to(walk(nn.cross_entropy(z, np.array([2, 0]))), "z")
    assert [t.title for t in frame.arrays.tables] == ["p", "y", "∂L/∂z"]
    assert frame.arrays.sentence(2, WORDS) == "Entry (1, 3): (0.5 - 1) / 2 = -0.25."
    assert frame.arrays.sentence(4, WORDS) == "Entry (2, 2): (0.25 - 0) / 2 = 0.125."
    assert np.allclose(
        frame.arrays.tables[0].numbers, [[1 / 6, 1 / 3, 1 / 2], [1 / 4, 1 / 4, 1 / 2]]
    )
    assert frame.line("chain").endswith("(p - y) / n")


def test_a_scaled_cross_entropy_keeps_its_upstream():
    z = Tensor(np.zeros((1, 2)), label="z")
    made = walk(nn.cross_entropy(z, np.array([0])) * 3.0)
    (frame,) = frames_to(made, "z")
    assert frame.arrays.sentence(0, WORDS) == "Entry (1, 1): 3 · (0.5 - 1) / 1 = -1.5."


def test_what_is_handed_over_in_parts_says_what_was_there_before():
    x = Tensor([1.0, 2.0], label="x")
    made = walk((x * 3.0 + np.exp(x) * 0.5).sum())
    first, second = (f for f in made.frames if f.title.endswith("hands x its share"))
    assert first.arrays.before is None
    assert second.arrays.sentence(1, WORDS).endswith(f"It had 3, now {short(3 + np.exp(2.0) / 2)}.")


def test_elementwise_values_fill_in_their_rule():
    x = Tensor([-1.0, 2.0], label="x")
    frames = walk((ag.relu(x) - np.array([1.0, -3.0])).sum()).frames
    assert frames[0].arrays.sentence(0, WORDS) == "Entry 1: ReLU(-1) = 0."
    assert frames[1].arrays.sentence(1, WORDS) == "Entry 2: 2 - (-3) = 5."


def test_an_update_is_told_entry_by_entry():
    made = walk(lesson(), update=0.5)
    frame = next(f for f in made.frames if f.title == "Update W")
    assert frame.arrays.sentence(1, WORDS) == "Entry (2, 1): 0 - 0.5 · 7 = -3.5."


def test_many_terms_are_the_largest_and_the_rest():
    X = Tensor(np.arange(1.0, 21.0).reshape(20, 1), label="X")
    W = Tensor([[1.0]], label="W")
    frame = next(f for f in walk((X @ W).sum()).frames if f.title.endswith("W its share"))
    said = frame.arrays.sentence(0, WORDS)
    assert said == ("Entry (1, 1): 17 · 1 + 18 · 1 + 19 · 1 + 20 · 1 + 16 more (136) = 210.")


def test_single_numbers_have_no_tables():
    assert all(f.arrays is None for f in walk(ag.Value(2.0) * ag.Value(3.0)).frames)


def test_matrices_stand_side_by_side_in_text_and_wrap():
    tables = [Table("A", np.eye(2)), Table("B", np.full((2, 2), 0.25)), Table("C", np.ones((9, 9)))]
    wide = blocks(tables, WORDS, 80)
    assert wide[:3] == [
        "A (2, 2)   B (2, 2)       C (9, 9)",
        "[1  0]     [0.25  0.25]   1 to 1",
        "[0  1]     [0.25  0.25]",
    ]
    assert blocks(tables, WORDS, 12)[3] == ""
    text = str(step(lesson()))
    assert "Entry (2, 1): 2 · 4 + 1 · (-1) = 7." in text  # the first of the largest
    assert max(map(len, text.splitlines())) <= 80


def test_small_arrays_are_sent_as_text_and_larger_ones_as_numbers():
    small, large = np.array([[0.5, -2.0]]), np.linspace(-1, 1, 300).reshape(20, 15)
    made = walk((Tensor(large, label="X") @ np.ones((15, 1)) + Tensor(small[:, :1])).sum())
    shown = [f.arrays for f in made.frames]
    store = Store(shown)
    told = [store.refer(x) for x in shown]
    first = store.arrays[told[0]["tables"][0]["array"]]
    assert first["shape"] == [20, 15]
    sent = np.frombuffer(base64.b64decode(first["floats"]), "<f4")
    assert [short(x) for x in sent] == [short(x) for x in large.reshape(-1)]
    assert len(store.arrays) == len({str(a) for a in store.arrays})


def test_what_is_too_large_is_summarised_and_cannot_be_opened():
    X = Tensor(np.arange(-20_000.0, 20_000.0).reshape(200, 200), label="X")
    made = walk((X * X).sum())
    store = Store(f.arrays for f in made.frames)
    told = store.refer(made.frames[0].arrays)
    sent = store.arrays[told["tables"][0]["array"]]
    assert sent["grid"] == [40, 40]
    assert sent["block"] == [5, 5]
    cells = np.frombuffer(base64.b64decode(sent["levels"]), np.int8).reshape(40, 40)
    assert cells[0, 0] == -127
    assert cells[-1, -1] == 127
    assert (sent["low"], sent["high"]) == ("-20000", "19999")
    assert "filled" not in told
    assert len(page(made).encode()) < 300_000


def test_all_arrays_of_a_page_together_stay_small():
    x = Tensor(RNG.normal(size=(90, 90)), label="x")
    y = x
    for _ in range(8):
        y = np.tanh(y)
    made = walk(y.sum())
    store = Store(f.arrays for f in made.frames)
    for frame in made.frames:
        store.refer(frame.arrays)
    whole = [a for a in store.arrays if "floats" in a]
    assert 0 < sum(a["shape"][0] * a["shape"][1] for a in whole) <= ALL
    assert len(page(made).encode()) < 600_000


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_shown_as_they_are(bad):
    x = Tensor([bad, 1.0, -1.0], label="x")
    made = walk((x * 2.0).sum())
    assert made.frames[0].arrays.chosen in (1, 2)
    store = Store(f.arrays for f in made.frames)
    assert (
        str(bad) in store.arrays[store.refer(made.frames[0].arrays)["tables"][0]["array"]]["text"]
    )
