"""The page: self-contained, escaped, small, and drawn from the frames alone."""

import json
import re
import time
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

import autograd_lite as ag
import viz.layout
from autograd_lite import Tensor, Value
from autograd_lite.errors import RenderError
from viz.layout import BoxSize, Line, place, text_width
from viz.page import model, page
from viz.stage import data_url, draw, picture
from viz.walk import walk

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert('x')</script>\n\"quotes\" & ]]> </style> \x07 \u2028"


def running_example():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def thirty_nodes():
    xs = [Value(0.1 * i + 0.2, label=f"x{i}") for i in range(6)]
    hidden = [ag.tanh(xs[i] * xs[(i + 1) % 6] + 0.5) for i in range(6)]
    total = hidden[0]
    for h in hidden[1:]:
        total = total + h
    return ag.relu(total) ** 2


class Elements(HTMLParser):
    """Every start tag of a page with its attributes, and the text of its scripts."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.data = {}
        self.inside = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.inside = (tag, dict(attributes).get("id"))

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, text):
        if self.inside:
            self.data[self.inside] = self.data.get(self.inside, "") + text


def model_in(html):
    return json.loads(Elements(html).data["script", "model"])


def test_the_model_in_the_page_is_the_model_of_the_walk():
    made = walk(running_example())
    assert model_in(page(made)) == json.loads(json.dumps(model(made)))


def test_the_page_asks_for_nothing_from_elsewhere():
    html = page(walk(running_example()))
    for tag, attributes in Elements(html).tags:
        assert "src" not in attributes, tag
        if "href" in attributes:
            assert attributes["href"].startswith("data:")
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|import\(", html)
    addresses = set(re.findall(r"https?://[^\\\s\"'<]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg"}


def test_a_hostile_label_cannot_leave_its_place():
    node = ag.exp(Value(1.0, label=HOSTILE)) * Value(2.0, label='" onload="x')
    html = page(walk(node))
    tags = Elements(html).tags
    assert [tag for tag, _ in tags].count("script") == 2
    assert not any(name.startswith("on") for _, attributes in tags for name in attributes)
    told = model_in(html)
    assert any("<script>" in box["name"] for box in told["boxes"])
    for piece in (told["svg"], picture(walk(node))):
        assert not [e for e in ElementTree.fromstring(piece).iter() if e.tag.endswith("script")]


def test_thirty_nodes_are_under_300_kb_and_ready_in_a_second():
    began = time.perf_counter()
    made = walk(thirty_nodes())
    html = page(made)
    seconds = time.perf_counter() - began
    assert len(made.outline.boxes) >= 30
    assert len(html.encode()) < 300_000
    assert seconds < 5  # far above what it takes, far below what a person would notice as hanging


def test_every_box_and_arrow_is_drawn_once():
    made = walk(thirty_nodes())
    root = ElementTree.fromstring(draw(made).svg)
    boxes = [e.get("data-box") for e in root.iter() if e.get("data-box")]
    arrows = [e.get("data-arrow") for e in root.iter() if e.get("data-arrow")]
    assert sorted(boxes) == sorted(b.key for b in made.outline.boxes)
    assert sorted(arrows) == sorted(a.key for a in made.outline.arrows)


def test_the_drawing_shows_no_computed_number_before_the_first_frame():
    root = ElementTree.fromstring(draw(walk(running_example())).svg)
    texts = [e.text for e in root.iter(SVG + "text") if e.get("class") in ("value", "gradient")]
    assert sorted(texts) == sorted(["2", "−3", "5", *["–"] * 9])


def test_the_still_picture_shows_every_gradient_and_the_full_pips():
    svg = picture(walk(running_example()))
    root = ElementTree.fromstring(svg)
    gradients = [e.text for e in root.iter(SVG + "text") if e.get("class") == "gradient"]
    assert sorted(gradients) == sorted(["−10", "10", "5", "5", "−4", "1"])
    assert svg.count('class="pip full"') == 2
    assert svg.count(" past") >= 6


def test_a_data_address_holds_the_picture():
    import base64

    address = data_url("<svg/>")
    assert base64.b64decode(address.removeprefix("data:image/svg+xml;base64,")) == b"<svg/>"


def overlaps(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def rectangles(made):
    drawing = draw(made)
    found = []
    for cell in drawing.cells:
        x, y = drawing.corners[cell.key]
        found.append((x, y, x + cell.width, y + cell.height))
    return found


@pytest.mark.parametrize("engine", ["graphviz", "layers"])
@pytest.mark.parametrize("graph", [running_example, thirty_nodes])
def test_boxes_do_not_overlap(graph, engine, monkeypatch):
    if engine == "layers":

        def missing(*args):
            raise RenderError("no layout engine")

        monkeypatch.setattr(viz.layout, "render", missing)
    found = rectangles(walk(graph()))
    for i, one in enumerate(found):
        assert not any(overlaps(one, other) for other in found[:i])


def test_arrows_go_from_box_to_box():
    made = walk(running_example())
    drawing = draw(made)
    root = ElementTree.fromstring(drawing.svg)
    sizes = {cell.key: cell for cell in drawing.cells}
    for group in root.iter(SVG + "g"):
        key = group.get("data-arrow")
        if key is None:
            continue
        arrow = next(a for a in made.outline.arrows if a.key == key)
        numbers = [float(n) for n in re.findall(r"-?[\d.]+", group.find(SVG + "path").get("d"))]
        x, y = drawing.corners[arrow.source]
        assert numbers[0] == pytest.approx(x + sizes[arrow.source].width, abs=4)
        assert y - 2 <= numbers[1] <= y + sizes[arrow.source].height + 2
        x, y = drawing.corners[arrow.target]
        assert numbers[-2] == pytest.approx(x, abs=4)
        assert y - 2 <= numbers[-1] <= y + sizes[arrow.target].height + 2


def test_the_two_arrows_of_a_plus_a_are_apart():
    boxes = [BoxSize("n0", 120, 80), BoxSize("n1", 120, 80)]
    placed = place(boxes, [Line("e0", "n0", "n1", 40), Line("e1", "n0", "n1", 40)])
    assert placed.curves["e0"][-1] != placed.curves["e1"][-1]
    assert placed.labels["e0"] != placed.labels["e1"]


def test_arrows_that_leave_one_box_leave_it_apart():
    made = walk(running_example())
    svg = draw(made).svg
    starts = re.findall(r'<path class="line" d="M([\d.,-]+)C', svg)
    assert len(set(starts)) == len(starts) == 6


def test_only_what_is_not_computed_is_given():
    told = model(walk(running_example()))
    assert {box["name"]: box["given"] for box in told["boxes"]} == {
        "a": True,
        "b": True,
        "k": True,
        "c": False,
        "d": False,
        "L": False,
    }


def test_a_box_is_wide_enough_for_everything_it_will_show():
    made = walk(running_example())
    cells = {cell.key: cell for cell in draw(made).cells}
    for frame in made:
        for change in frame.changes:
            title = text_width("∂L/∂a" if change.part == "gradient" else "value", 15.5)
            needed = title + text_width(change.now, 18) + 2 * 11
            assert cells[change.box].width >= needed * 0.95


def test_wide_letters_take_more_room_than_narrow_ones():
    assert text_width("WWW", 10) > text_width("xxx", 10) > text_width("iii", 10)
    assert text_width("漢字", 10) > text_width("xx", 10)


def test_a_graph_of_arrays_has_a_page_too():
    X, W = Tensor([[1.0, 2.0]], label="X"), Tensor([[0.5], [0.0]], label="W")
    told = model_in(page(walk(ag.tanh(X @ W).sum(), update=0.1)))
    product = told["frames"][0]["arrays"]
    assert [table["title"] for table in product["tables"]] == ["X", "W", "c"]
    assert told["arrays"][product["tables"][1]["array"]] == {"shape": [2, 1], "text": ["0.5", "0"]}


def test_a_value_of_zero_is_still_a_value():
    a = Value(0.0, label="a")
    told = model_in(page(walk(a * 0.0 + a)))
    assert [b["value"] for b in told["boxes"] if b["name"] == "a"] == ["0"]
    assert [b["full"] for b in told["boxes"] if b["name"] == "a"] == ["0.0"]


def test_a_node_used_all_along_a_deep_graph_is_laid_out_in_time():
    x = Value(1.0, label="x")
    y = x
    for _ in range(1500):
        y = y * 1.0001 + x
    began = time.perf_counter()
    made = walk(y)
    html = page(made)
    assert time.perf_counter() - began < 30  # Graphviz alone would take minutes
    assert len(made.outline.boxes) > 100
    assert len(html) < 12_000_000
