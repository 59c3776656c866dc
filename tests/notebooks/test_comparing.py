"""Two runs of a notebook: what counts as a difference, and what does not."""

import base64
import copy
import struct

import pytest

pytest.importorskip("jupytext", reason="pip install jupytext")

import nbformat

from course.comparing import differences

new = nbformat.v4


def png(width, height):
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    return base64.b64encode(head + bytes(40)).decode()


def svg(*texts):
    inside = "".join(f"<text>{text}</text>" for text in texts)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'


def page(*texts, frames=1):
    still = base64.b64encode(svg(*texts).encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{still}"/>' + "<iframe></iframe>" * frames


def notebook(*outputs, tags=(), source="x"):
    cell = new.new_code_cell(source, id="cell-01", outputs=list(outputs))
    if tags:
        cell.metadata["tags"] = list(tags)
    return new.new_notebook(cells=[cell])


def shown(**data):
    kinds = {"plain": "text/plain", "png": "image/png", "svg": "image/svg+xml", "html": "text/html"}
    return new.new_output("display_data", {kinds[kind]: each for kind, each in data.items()})


def printed(text):
    return new.new_output("stream", text=text)


SAME = [
    (printed("loss 0.12345"), printed("loss 0.12346")),
    (printed("[ 1.  -0.5]"), printed("[ 1.001 -0.5  ]")),
    (printed("1e-12 off"), printed("3e-13 off")),
    (shown(plain="-20", png=png(400, 200)), shown(plain="-20", png=png(410, 190))),
    (shown(svg=svg("a = 2", "b")), shown(svg=svg("b", "a = 2"))),
    (shown(html=page("a")), shown(html=page("a"))),
]
OTHER = [
    (printed("loss 0.12345"), printed("loss 0.1250")),
    (printed("a is 3"), printed("b is 3")),
    (printed("3"), printed("-3")),
    (printed("one line"), printed("one line\nmore")),
    (printed("nan"), printed("1.0")),
    (shown(png=png(400, 200)), shown(png=png(400, 300))),
    (shown(svg=svg("a = 2")), shown(svg=svg("a = 3"))),
    (shown(svg=svg("a")), shown(svg=svg("a", "b"))),
    (shown(html=page("a")), shown(html=page("a", frames=0))),
    (shown(html=page("a")), shown(html=page("b"))),
    (shown(plain="x", png=png(4, 4)), shown(plain="x")),
]


@pytest.mark.parametrize(("one", "two"), SAME)
def test_noise_is_no_difference(one, two):
    assert differences(notebook(one), notebook(two)) == []


@pytest.mark.parametrize(("one", "two"), OTHER)
def test_what_a_reader_would_notice_is_a_difference(one, two):
    assert differences(notebook(one), notebook(two)) != []
    assert differences(notebook(one), notebook(one)) == []


def test_a_varying_cell_may_show_other_numbers_but_not_another_kind_of_thing():
    one, two = printed("dead: 12%"), printed("dead:  8%")
    tagged = {"tags": ["varying"]}
    assert differences(notebook(one, **tagged), notebook(two, **tagged)) == []
    assert differences(notebook(one, **tagged), notebook(printed("alive: 8%"), **tagged))
    assert differences(notebook(one, **tagged), notebook(**tagged))


def test_another_cell_and_another_number_of_cells_are_differences():
    one = notebook(source="x = 1")
    assert differences(one, notebook(source="x = 2"))
    two = copy.deepcopy(one)
    two.cells.append(new.new_markdown_cell("more"))
    assert differences(one, two) == ["1 cells and 2"]
