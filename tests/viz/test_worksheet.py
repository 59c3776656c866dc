"""Worksheets: blanks for what is asked, a key that agrees with the engine, and fair variants."""

import re
from html import unescape

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
import viz
from autograd_lite import Tensor, Value
from viz.numbers import short
from viz.situations import situations
from viz.slips import apart
from viz.variants import rebuilt, variant
from viz.words_sheet import SHEET
from viz.words_slips import SLIPS


def running():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def neuron():
    w, x, b = Value(-3.0, label="w"), Value(2.0, label="x"), Value(6.9, label="b")
    return ag.tanh(w * x + b)


def linear():
    X = Tensor(np.array([[1.0, 2, 3], [4, 5, 6]]), label="X")
    W = Tensor(np.array([[1.0], [-2], [3]]), label="W")
    return np.sum(X @ W)


def sections(made, kind):
    return re.findall(rf'<section class="page {kind}">(.*?)</section>', made.html(), re.S)


def text(html):
    html = re.sub(r"<style>.*?</style>", "", html, flags=re.S)
    return unescape(re.sub(r"<[^>]+>", " ", html)).replace("−", "-").replace("\u00a0", " ")


def words_of(html):
    return re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", text(html))


def test_key_has_the_numbers_of_the_engine_arrow_by_arrow():
    L = running()
    (key,) = sections(viz.worksheet(L), "key")
    rows = re.findall(r'<tr><td class="n">.*?</tr>', key, re.S)
    record = ag.steps(L)
    assert len(rows) == len(record)
    for row, step in zip(rows, record, strict=True):
        numbers = words_of(row)
        expected = [short(step.upstream), short(step.local), short(step.contribution)]
        if step.arrow == step.arrows:
            expected.append(short(step.after))
        else:
            expected += ["1", "2"]  # arrow 1 of 2
        assert numbers == expected


@pytest.mark.parametrize("graph", [running, neuron, linear])
def test_sheet_shows_what_is_given_and_nothing_that_is_asked(graph):
    y = graph()
    (sheet,) = sections(viz.worksheet(y), "sheet")
    given_ = {short(v) for n in ag_leaves(y) for v in np.ravel(n.data)}
    allowed = given_ | {"1", "2", *(str(i) for i in range(10))}
    answers = {short(v) for s in ag.steps(y) for v in np.ravel(s.contribution)}
    answers |= {short(v) for s in ag.steps(y) for v in np.ravel(s.node.data)}
    assert not (answers - allowed) & set(words_of(sheet))
    assert not set(re.findall(r'="(-?\d+\.?\d*)"', sheet)) & {a for a in answers if len(a) > 3}
    assert sheet.count('class="blank"') > 3


def ag_leaves(y):
    found = {s.input for s in ag.steps(y) if s.input.op is None}
    return found


def test_a_blank_for_every_number():
    (sheet,) = sections(viz.worksheet(running()), "sheet")
    # 3 values; upstream, local and contribution of 6 arrows; totals of 5 nodes below L
    assert sheet.count('class="blank"') == 3 + 3 * 6 + 5
    # 2 values below and 1 sum; shares: (2, 1) to O, (2, 3) to X, (3, 1) to W; and their totals
    (arrays,) = sections(viz.worksheet(linear()), "sheet")
    assert arrays.count('class="blank"') == 2 + 1 + 2 * (2 + 6 + 3)


def test_data_that_is_a_constant_is_given():
    W = Tensor(np.array([[1.0], [-2], [3]]), label="W")
    (sheet,) = sections(viz.worksheet(np.sum(np.array([[7.0, 8, 9]]) @ W)), "sheet")
    given_ = text(re.search(r'<div class="given">(.*?)</div>', sheet, re.S)[1]).split()
    assert {"7", "8", "9", "W"} <= set(given_)


def test_key_names_the_slips_with_their_numbers():
    (key,) = sections(viz.worksheet(running()), "key")
    to_a = re.search(r"<li><b>⑤ c → a</b>(.*?)</li>", key, re.S)[1].replace("−", "-")
    for number, said in {
        "-3": "no_upstream",
        "10": "other_input",
        "-30": "output",
        "2": "path_sum",
        "total -15": "overwrites",
        "total -75": "multiplies",
    }.items():
        assert f"{number}: {SHEET[f'short_{said}']}" in to_a


def test_every_slip_has_a_few_words():
    keys = {key.removeprefix("slip_") for key in SLIPS}
    keys -= {k for k in keys if k.endswith("_local") and f"short_{k}" not in SHEET}
    assert {f"short_{key}" for key in keys} <= set(SHEET)


def test_several_seeds_give_sheets_then_keys_with_the_seed_printed():
    made = viz.worksheet(running(), seed=[4, 7])
    assert made.seeds == [4, 7]
    html = made.html()
    kinds = re.findall(r'<section class="page (\w+)">', html)
    assert kinds == ["sheet", "sheet", "key", "key"]
    assert html.count("sheet 4") == html.count("sheet 7") == 2
    assert made.html() == viz.worksheet(running(), seed=[4, 7]).html()
    assert "key" not in re.findall(r'<section class="page (\w+)">', made.html(key=False))


@pytest.mark.parametrize("graph", [running, neuron])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_variants_are_equally_hard_and_keep_all_slips_apart(graph, seed):
    y = graph()
    made = variant(y, seed)
    other = made[y]
    assert [n.op for n in map(made.get, made)] == [n.op for n in made.values()]
    assert [(s.slot, s.arrows) for s in ag.steps(other)] == [
        (s.slot, s.arrows) for s in ag.steps(y)
    ]
    for old, new in made.items():
        assert new is not old
        if old.op is None:
            assert np.sign(new.data) == np.sign(old.data)
            assert float(new.data).is_integer() == float(old.data).is_integer() or graph is neuron
            assert len(short(new.data)) <= len(short(old.data)) + 1
    for ask in ("contribution", "total"):
        assert all(apart(s) for s in situations(other, ask))


def test_variants_differ_and_the_graph_is_left_alone():
    y = running()
    data = [n.data for n in ag_leaves(y)]
    found = {tuple(n.data for n in viz.worksheet(y, seed=s).nodes) for s in range(12)}
    assert len(found) >= 9
    assert [n.data for n in ag_leaves(y)] == data
    assert y.grad is None


def test_variant_goes_the_same_way_at_every_choice():
    x = Value(-2.0, label="x")
    y = ag.relu(x * 3.0) + x
    for seed in range(10):
        assert variant(y, seed)[x].data < 0


def test_rebuilt_keeps_params_labels_and_sharing():
    t = Tensor(np.array([[1.0, 2.0]]), label="t")
    y = np.sum(t + t, axis=1)[0]
    made = rebuilt(y, {t: np.array([[3.0, 5.0]])})
    assert made[y].item() == 16
    made[y].backward()
    assert made[t].label == "t"
    assert np.array_equal(made[t].grad, [[2.0, 2.0]])
    assert t.grad is None


def test_hostile_labels_are_text():
    label = "<img src=x onerror=alert(1)>\\1\\g<0>&\"'"
    html = viz.worksheet(ag.exp(Value(1.0, label=label)) * 2.0).html()
    assert "<img" not in html
    assert "&lt;img" in html


def test_what_cannot_be_a_sheet_is_refused(tmp_path):
    y = x = Value(1.0, label="x")
    for _ in range(60):
        y = y * x
    with pytest.raises(ag.UnsupportedError, match="420 numbers; a sheet has 160"):
        viz.worksheet(y)
    for seed in ("7", 1.5, [], [1, True], [None]):
        with pytest.raises(ag.ArgumentError, match="whole number"):
            viz.worksheet(running(), seed=seed)
    with pytest.raises(ag.ArgumentError, match="x was not computed"):
        viz.worksheet(x)
    with pytest.raises(ag.ShapeError):
        viz.worksheet(Tensor(np.ones(2)) * 2)
    with pytest.raises(ag.ArgumentError, match=r"saved as \.html"):
        viz.worksheet(running()).save(tmp_path / "sheet.pdf")
    assert not list(tmp_path.iterdir())


def test_other_words_are_another_language():
    html = viz.worksheet(running(), words={"sheet_title": "Von Hand: {root}"}).html()
    assert "<h1>Von Hand: L</h1>" in html


def test_command_line(tmp_path, capsys):
    from viz.cli import main

    target = tmp_path / "s.html"
    assert main(["worksheet", "-o", str(target), "--seeds", "2"]) == 0
    assert "2 worksheets on L" in capsys.readouterr().out
    assert target.read_text("utf-8").count('class="page key"') == 2
    assert main(["worksheet", "a*b", "a=1", "b=2", "--seeds", "0", "-o", str(target)]) == 2
    assert "--seeds 0" in capsys.readouterr().err
