"""A frame in boxes and colour: in any width, any encoding, and without colour."""

import re
import sys

import pytest

import autograd_lite as ag
from autograd_lite import Value
from viz.terminal import _shown
from viz.terminal_rich import BESIDE, rich_screen
from viz.walk import walk

pytest.importorskip("rich", reason="pip install rich")
CODES = re.compile(r"\x1b\[[0-9;]*m")


def running_example(update=None):
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return walk((a * b + a) * k, update=update)


def seen(made, index, width=100, height=60, encoding="utf-8"):
    return CODES.sub("", rich_screen(made, index, width, height, encoding))


@pytest.mark.parametrize("width", [40, 79, 100, BESIDE, 200])
def test_every_line_fits_and_every_word_is_there(width):
    made = running_example(update=0.1)
    for index, frame in enumerate(made.frames):
        text = seen(made, index, width)
        assert max(map(len, text.split("\n"))) <= width
        if width > 79:
            assert frame.line("numbers") in text
            assert frame.meaning[:20] in text
            assert f"step {frame.number} of {frame.count}" in text


def test_the_step_stands_beside_the_graph_where_there_is_room():
    made = running_example()
    wide = [s for s in seen(made, 7, BESIDE).split("\n") if "gives × b = -3" in s]
    narrow = [s for s in seen(made, 7, BESIDE - 1).split("\n") if "gives × b = -3" in s]
    assert len(wide) == len(narrow) == 1
    assert wide[0].count("│") > narrow[0].count("│")


def test_phases_are_told_apart_by_word_sign_and_colour():
    made = running_example(update=0.1)
    heads = [rich_screen(made, index, 100, 60, "utf-8").split("\n")[0] for index in (0, 5, 9)]
    assert [re.search("[▶◀↻] [123] [A-Z][a-z]+", CODES.sub("", h))[0] for h in heads] == [
        "▶ 1 Forward",
        "◀ 2 Backward",
        "↻ 3 Update",
    ]
    assert "1 Forward ✓" in CODES.sub("", heads[1])
    assert len({tuple(CODES.findall(head)) for head in heads}) == 3


def test_no_colour_where_none_is_wanted(monkeypatch):
    coloured = rich_screen(running_example(), 7, 100, 60, "utf-8")
    monkeypatch.setenv("NO_COLOR", "1")
    plain = rich_screen(running_example(), 7, 100, 60, "utf-8")
    assert CODES.sub("", coloured) == CODES.sub("", plain)
    hues = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-9]|4[0-9]|9[0-7])(?:;[0-9;]*)?m")
    assert hues.search(coloured)
    assert not hues.search(plain)


def test_a_stream_without_mathematics_gets_ascii():
    text = seen(running_example(), 7, encoding="ascii")
    text.encode("ascii")
    assert "?" not in text
    assert "<-. receives" in text
    assert "dL/dc * dc/da" in text


@pytest.mark.parametrize("height", [12, 20, 24, 40])
def test_a_frame_is_cut_to_the_height_of_the_terminal_around_the_step(height):
    x = Value(1.0, label="x")
    for _ in range(30):
        x = ag.tanh(x + 1.0)
    made = walk(x)
    index = len(made.frames) // 2
    text = seen(made, index, 80, height)
    assert text.count("\n") < max(height, 16)
    assert "receives" in text
    assert made.frames[index].line("numbers") in text


def test_hostile_names_are_only_text():
    made = walk(Value(2.0, label="[red]a[/red]") * Value(3.0, label=":smile:"))
    text = seen(made, 0, 120)
    assert "[red]a[/red]" in text
    assert ":smile:" in text


def test_without_rich_the_same_step_is_plain(monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    made = running_example()
    assert rich_screen(made, 7, 100, 60, "utf-8") is None
    shown = CODES.sub("", _shown(made, 7, 100, 60, "utf-8"))
    assert "Backward, step 5 of 6: c = a · b hands a its share" in shown
    assert "╭" not in shown
