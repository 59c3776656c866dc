"""The gradient as code: every line tied to its boxes, arrows and steps, with its number."""

import ast
import base64
import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd_lite as ag
import nn
import viz
from autograd_lite import Tensor, Value
from viz.cli import main
from viz.code_lines import split
from viz.stepping import LONGEST_CODE
from viz.text import encodable


def running_example():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k


def layer():
    X, W = np.array([[1.0, 2.0], [3.0, 4.0], [0.5, -1.0]]), Tensor([[1.0], [-2.0]], label="W")
    return ag.tanh(X @ W).sum()


def classifier():
    model = nn.MLP([3, 4, 2], rng=0)
    return nn.cross_entropy(model(np.arange(6.0).reshape(2, 3)), np.array([0, 1]))


GRAPHS = [running_example, layer, classifier]


def plain(text):
    return text.replace("−", "-")


@pytest.mark.parametrize("make", GRAPHS)
def test_every_step_has_its_line_or_is_told_why_not(make):
    found = viz.code(make())
    shown = found.as_json()
    code, frames = shown["code"], shown["frames"]
    tied = {i for line in code["lines"] for i in line["frames"]}
    assert tied | set(map(int, code["said"])) == set(range(len(frames)))
    assert not tied & set(map(int, code["said"]))


@pytest.mark.parametrize("make", GRAPHS)
def test_a_line_lights_up_what_its_steps_show(make):
    shown = viz.code(make()).as_json()
    boxes = {box["key"] for box in shown["boxes"]}
    arrows = {arrow["key"] for arrow in shown["arrows"]}
    for line in shown["code"]["lines"]:
        assert set(line["boxes"]) <= boxes
        assert set(line["arrows"]) <= arrows
        for i in line["frames"]:
            frame = shown["frames"][i]
            assert frame["phase"] == line["phase"]
            assert frame["receiving"] in line["boxes"]
            if frame["phase"] == "backward":
                assert set(frame["arrows"]) <= set(line["arrows"])


def test_the_number_of_a_line_is_the_one_that_its_box_shows():
    shown = viz.code(running_example()).as_json()
    for line in shown["code"]["lines"]:
        for i in line["frames"]:
            changes = [c for c in shown["frames"][i]["changes"] if c["box"] in line["boxes"]]
            assert line["value"] in [c["settled"] for c in changes]
            assert line["at"] <= i


@pytest.mark.parametrize("make", GRAPHS)
def test_with_the_numbers_beside_it_the_source_is_the_same_program(make):
    found = viz.code(make())
    assert ast.dump(ast.parse(found.text())) == ast.dump(ast.parse(found.source))
    numbered = [line for line in found.text().splitlines() if re.search(r"# [-\[]*\d", line)]
    assert len(numbered) >= 2


def test_the_code_calls_the_nodes_as_the_graph_does():
    shown = viz.code(layer(), names={"data": 0}).as_json()
    names = {box["name"] for box in shown["boxes"]}
    assigned = {line["code"].split(" = ")[0].strip() for line in shown["code"]["lines"][1:]}
    assert {"c", "d", "L"} <= names & assigned


def test_a_compiled_function_is_shown_with_the_arguments_of_a_call():
    program = ag.compile(lambda w, x, b: np.tanh(w * x + b), argnums=(0, 2))
    found = viz.code(program, -3.0, 2.0, 6.9)
    value, gradients = program(-3.0, 2.0, 6.9)
    assert found.source == program.source
    assert found.node.item() == pytest.approx(value)
    told = {plain(line["value"]) for line in found.as_json()["code"]["lines"] if line["value"]}
    assert {f"{value:.4g}", f"{gradients[0]:.4g}"} <= told


def test_it_saves_itself_as_page_source_numbers_and_picture(tmp_path):
    found = viz.code(running_example())
    page = found.save(tmp_path / "code.html").read_text("utf-8")
    assert '"opened":true' in page
    source = found.save(tmp_path / "code.py").read_text("utf-8")
    names = {}
    exec(source, names)
    assert names["value_and_grad"](2.0, -3.0, 5.0) == (-20.0, (-10.0, 10.0, -4.0))
    assert found.save(tmp_path / "code.txt").read_text("utf-8") == str(found)
    picture = ElementTree.fromstring(found.save(tmp_path / "code.svg").read_text("utf-8"))
    texts = ["".join(e.itertext()) for e in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert set(found.text().splitlines()) <= set(texts)
    with pytest.raises(ag.AutogradError, match="the ending"):
        found.save(tmp_path / "code.png")


def test_a_saved_notebook_has_the_source_for_those_who_trust_nothing():
    bundle = viz.code(running_example())._repr_mimebundle_()
    assert bundle["text/plain"].startswith("def value_and_grad(a, b, k):")
    picture = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', bundle["text/html"])[1]
    assert "da = " in base64.b64decode(picture).decode("utf-8")
    assert 'sandbox="allow-scripts"' in bundle["text/html"]


def test_a_walk_can_be_read_as_code_unless_it_is_wrong_folded_or_long():
    assert viz.step(running_example(), update=0.1).as_json()["code"]["opened"] is False
    assert "code" not in viz.step(running_example(), order="naive").as_json()
    assert "code" not in viz.step(running_example(), depth=1).as_json()
    long = running_example()
    for _ in range(LONGEST_CODE):
        long = long + 1
    assert viz.step(long).code is None
    assert len(viz.code(long).source.splitlines()) > LONGEST_CODE
    assert "code" not in viz.quiz(running_example()).as_json()


def test_a_rule_that_cannot_be_traced_leaves_the_walk_as_it_is():
    odd = ag.define(
        "odd_one",
        value=lambda a: np.array(np.asarray(a).tolist()) * 2,  # asks for the numbers themselves
        vjps=(lambda g, y, a: g * 2,),
    )
    y = np.sum(odd(Tensor([2.0, 3.0], label="x")))
    assert "code" not in viz.step(y).as_json()
    with pytest.raises(ag.AutogradError, match=r"np\.asarray"):
        viz.code(y)


def test_a_hostile_label_is_a_name_in_the_code_and_cannot_leave_its_place():
    y = ag.exp(Value(1.0, label="</script><b>'\"")) * Value(2.0, label="del")
    found = viz.code(y)
    ast.parse(found.source)
    assert "</script><b>" not in found.html()
    assert json.dumps(found.as_json())
    ElementTree.fromstring(found.picture())


def test_what_is_neither_graph_nor_program_is_refused():
    with pytest.raises(ag.AutogradError, match="float 3"):
        viz.code(3.0)
    with pytest.raises(ag.AutogradError, match="Compile it"):
        viz.code(lambda x: x)
    with pytest.raises(ag.AutogradError, match="1 argument beside Value"):
        viz.code(running_example(), 2.0)
    with pytest.raises(ag.AutogradError, match="argnums"):
        viz.code(ag.compile(lambda x: x), 2.0, wrt=0)
    with pytest.raises(ag.ShapeError, match="backprop starts at one number"):
        viz.code(Tensor([1.0, 2.0], label="t") * 2)
    with pytest.raises(ag.AutogradError, match="takes 1 arguments"):
        viz.code(ag.compile(lambda x: x * x))


def test_code_and_comment_come_apart():
    assert split("    c = a * b  # line 2: multiply") == ("    c = a * b", "line 2: multiply")
    assert split("    # forward") == ("    # forward", "")
    assert split("    return c") == ("    return c", "")


def test_the_command_prints_the_source_with_numbers_or_saves_it(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["code", "tanh(w*x + b)", "w=-3", "x=2", "b=6.9"]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert said.startswith("def value_and_grad(w, x, b):")
    assert "# 0.7163" in said
    assert main([*words, "--plain", "--wrt", "x"]) == 0
    alone = capsys.readouterr().out
    assert "0.7163" not in alone
    assert "(dx,)" in alone
    assert main([*words, "--html", "code.html", "-o", "code.py"]) == 0
    said = capsys.readouterr().out
    assert "Open code.html" in said
    assert "Wrote code.py" in said
    assert (tmp_path / "code.html").stat().st_size > 10_000
    assert main([*words, "--wrt", "y"]) == 2
    assert "--wrt y: no such input. There are w, x, b." in capsys.readouterr().err
    assert encodable(found := viz.code(running_example()).text(), "ascii") == found


def test_the_picture_of_the_readme_is_of_this_code():
    from pathlib import Path

    picture = Path(__file__).parents[2] / "docs" / "code.svg"
    root = ElementTree.fromstring(picture.read_text("utf-8"))
    texts = ["".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text")]
    shown = {split(text)[0] for text in texts}
    assert {split(x)[0] for x in viz.code(running_example()).source.splitlines()} <= shown
