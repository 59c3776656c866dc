"""A walk as plain text, and the walk in a terminal."""

import io
import os
import sys

import pytest

import autograd_lite as ag
from autograd_lite import Tensor, Value
from viz.stepping import step
from viz.text import encodable, screen, table, walk_text
from viz.walk import walk


def running_example():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def test_the_text_shows_the_four_lines_of_the_lesson():
    text = walk_text(walk(running_example()))
    assert (
        """\
Backward, step 5 of 6: c = a · b hands a its share
  chain rule   from c: ∂L/∂c · ∂c/∂a
  local rule   c = a · b ⇒ ∂c/∂a = b = -3
               raising a by 1 changes c by -3
  numbers      5 · (-3) = -15
  effect       ∂L/∂a collects (arrow 2 of 2)
               ✓ from d (+)        5 · 1        5
               ▶ from c (×)        5 · (-3)   -15
                 total, complete              -10
  meaning      Raise a by 0.01 and L falls by about 0.1.
"""
        in text
    )


def test_the_forward_part_is_one_line_an_operation():
    lines = walk_text(walk(running_example())).split("\n")
    at = lines.index("forward: values")
    assert lines[at + 1 : at + 3] == ["  c = a · b = 2 · (-3) = -6", "  d = c + a = -6 + 2 = -4"]


def test_an_arrow_to_come_has_no_number():
    rows = [line.split() for line in walk_text(walk(running_example())).split("\n")]
    assert ["○", "from", "c", "(×)", "to", "come"] in rows


def test_every_step_is_in_the_text_in_order():
    text = walk_text(walk(running_example(), update=0.1))
    places = [text.index(f"Backward, step {i} of 6") for i in range(1, 7)]
    places += [text.index(f"Update, step {i} of 3") for i in range(1, 4)]
    assert places == sorted(places)


def graphs():
    x = Value(0.5, label="x")
    long = Value(1.5, label="a_rather_long_name_for_a_parameter_of_a_layer")
    X = Tensor([[1.0, 2.0], [3.0, 4.0]], label="X")
    return [running_example(), ag.tanh(x * long) * long, ag.tanh(X @ X).sum()]


@pytest.mark.parametrize("number", range(3))
def test_no_line_is_wider_than_80_columns(number):
    made = walk(graphs()[number], update=0.1)
    lines = walk_text(made).split("\n")
    lines += [s for i in range(len(made.frames)) for s in screen(made, i).split("\n")]
    assert max(map(len, lines)) <= 80


def test_the_table_ends_with_every_gradient():
    made = walk(running_example())
    rows = [line.split() for line in table(made, len(made.frames) - 1, settled=True)]
    assert ["a", "2", "-10"] in rows
    assert ["c", "=", "a", "·", "b", "-6", "5"] in rows
    settled = table(made, 7, settled=True)
    assert ["a", "2", "-10"] in [line.split() for line in settled]


def test_the_table_shows_a_dash_until_a_number_is_computed():
    made = walk(running_example())
    first = {line.split()[0]: line for line in table(made, 0)[1:]}
    assert first["L"].split()[-2:] == ["–", "–"]
    assert first["c"].endswith("◀─┘ receives")
    assert first["a"].endswith("──┐ gives")
    assert first["b"].endswith("──┤ gives")


def test_the_arc_goes_from_the_row_that_gives_to_the_one_that_receives():
    lines = table(walk(running_example()), 7)
    rows = {line.split()[0]: line for line in lines[1:]}
    assert rows["a"].endswith("◀─┐ receives")
    assert rows["b"].endswith("  │")
    assert rows["c"].endswith("──┘ gives × b = -3")
    column = rows["a"].index("┐")
    assert rows["b"].index("│") == rows["c"].index("┘") == column
    assert not any(sign in rows["d"] + rows["k"] + rows["L"] for sign in "│┐┘┤")


def test_a_long_table_is_cut_around_the_step_and_says_so():
    x = Value(1.0, label="x")
    for _ in range(30):
        x = x + 1.0
    made = walk(x)
    lines = table(made, 10, limit=8)
    assert len(lines) == 10
    assert any(line.endswith("receives") for line in lines)
    assert "23 more" in lines[-1]


def test_ascii_stands_in_where_a_stream_cannot_write_mathematics():
    text = walk_text(walk(running_example()))
    assert encodable(text, "utf-8") == text
    plain = encodable(text, "ascii")
    plain.encode("ascii")
    assert "dL/dc * dc/da" in plain
    assert "5 * (-3) = -15" in plain
    assert "\\u" not in plain


def test_printing_to_an_ascii_stream_works(monkeypatch):
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, encoding="ascii"))
    print(step(running_example()))
    sys.stdout.flush()
    assert b"dL/da collects" in buffer.getvalue()


def walked(keys):
    out = io.StringIO()
    step(running_example()).walk(io.StringIO(keys), out)
    return out.getvalue()


def test_without_a_terminal_each_line_is_one_move():
    shown = walked("\nn\np\nG\ng\nq\n")
    headings = [s for s in shown.split("\n") if s.startswith(("Forward, step", "Backward, step"))]
    assert [h.split(":")[0] for h in headings] == [
        "Forward, step 1 of 3",
        "Forward, step 2 of 3",
        "Forward, step 3 of 3",
        "Forward, step 2 of 3",
        "Backward, step 6 of 6",
        "Forward, step 1 of 3",
    ]


def test_the_walk_ends_with_its_input():
    assert walked("").count("Forward, step 1 of 3") == 1


def test_an_unknown_key_shows_the_same_step_again():
    assert walked("what\nq\n").count("Forward, step 1 of 3") == 2


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal needs POSIX")
def test_keys_step_through_in_a_real_terminal(monkeypatch):
    import pty
    import select
    import threading

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    ours, theirs = pty.openpty()
    stream_in = open(theirs, encoding="utf-8", closefd=False)  # noqa: SIM115
    stream_out = open(theirs, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    thread = threading.Thread(
        target=step(running_example()).walk, args=(stream_in, stream_out), daemon=True
    )
    thread.start()

    def read_until(text):
        seen = b""
        while text.encode() not in seen:
            assert select.select([ours], [], [], 10)[0], f"{text!r} did not come: {seen!r}"
            seen += os.read(ours, 65536)

    read_until("step 1 of 3")
    for key, expected in [
        (b"\x1b[C", "step 2 of 3"),
        (b" ", "step 3 of 3"),
        (b"\x1b[D", "step 2 of 3"),
        (b"\x1b[F", "step 6 of 6"),
        (b"\x1b[H", "step 1 of 3"),
    ]:
        os.write(ours, key)
        read_until(expected)
    os.write(ours, b"q")
    thread.join(10)
    assert not thread.is_alive()
    os.close(ours)
    os.close(theirs)
