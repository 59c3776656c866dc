"""Derivations: every step, in symbols and in numbers, as LaTeX that is whole."""

import re
from itertools import pairwise

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
import viz
from autograd_lite import Tensor, Value


def running():
    a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    return (a * b + a) * k, a, b, k


def d(over, under, top="L"):
    assert over == top
    return rf"\frac{{\partial {top}}}{{\partial {under}}}"


def assert_whole(latex):
    """Braces, dollars, environments and \\left ... \\right come in pairs."""
    bare = re.sub(r"\\[{}$\\]", "", latex)
    depth = 0
    for letter in bare:
        depth += (letter == "{") - (letter == "}")
        assert depth >= 0
    assert depth == 0
    assert bare.count("$") % 2 == 0
    assert latex.count(r"\left") == latex.count(r"\right")
    opened = []
    for kind, name in re.findall(r"\\(begin|end)\{([a-z*]+)\}", latex):
        if kind == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert not opened


def test_running_example_line_by_line():
    L, a, *_ = running()
    found = viz.derivation(L, wrt=a)
    forward, backward = found.parts[0][1], found.parts[1][1]
    assert forward == [
        r"c &= a \cdot b = 2 \cdot (-3) = -6",
        "d &= c + a = -6 + 2 = -4",
        r"L &= d \cdot k = -4 \cdot 5 = -20",
    ]
    L_c, L_d, L_a = (d("L", x) for x in "cda")
    assert backward == [
        f"{L_d} &= k",
        "&= 5",
        rf"{L_c} &= {L_d} \cdot \frac{{\partial d}}{{\partial c}}",
        rf"&= {L_d} \cdot 1",
        r"&= 5 \cdot 1 = 5",
        rf"{L_a} &= {L_d} \cdot \frac{{\partial d}}{{\partial a}}"
        rf" + {L_c} \cdot \frac{{\partial c}}{{\partial a}}",
        rf"&= {L_d} \cdot 1 + {L_c} \cdot b",
        r"&= 5 \cdot 1 + 5 \cdot (-3) = 5 - 15 = -10",
    ]
    assert found.value == -10
    assert "with $a = 2$, $b = -3$, $k = 5$" in found.latex
    assert "$L$ falls by about $0.1$" in found.markdown


def test_only_arrows_on_the_way_are_followed():
    L, _, _, k = running()
    backward = viz.derivation(L, wrt=k).parts[1][1]
    assert backward == [f"{d('L', 'k')} &= d", "&= -4"]


def test_local_rule_is_in_symbols_and_from_the_output():
    w, x, b = Value(-3.0), Value(2.0), Value(6.9)
    found = viz.derivation((w * x + b).tanh(), w, names={"w": w, "x": x, "b": b})
    assert f"{d('L', 'd')} &= 1 - L^2" in found.parts[1][1]
    assert found.value == pytest.approx(2 * (1 - np.tanh(0.9) ** 2))
    assert r"\approx 0.9738" in found.latex


def test_operand_that_stands_twice_is_told_apart():
    a = Value(3.0, label="a")
    found = viz.derivation((a * a) * 2, a)
    assert r"{a}^{(1)}" in found.latex
    assert r"{a}^{(2)}" in found.latex
    assert "tell apart" in found.latex
    assert found.value == 12


def test_length_is_that_of_the_graph_not_of_its_paths():
    y = x = Value(1.0, label="x")
    for _ in range(50):
        y = y + y  # 2**50 paths
    found = viz.derivation(y, x)
    assert sum(len(lines) for _, lines in found.parts) < 250
    assert found.value == 2**50


def test_many_arrows_into_one_node_are_broken_into_lines():
    x = Value(2.0, label="x")
    y = x * 1.0
    for i in range(9):
        y = y + x * float(i)
    lines = viz.derivation(y, x).parts[1][1]
    assert max(line.count(r"\frac{\partial L}") for line in lines) <= 4
    assert any(line.startswith(r"&\quad +") for line in lines)


def test_every_elementwise_rule_is_written_whole_and_right():
    for name, rule in ag.TABLE.items():
        if not hasattr(rule, "partials") or name == "where":
            continue
        values = [Value(v, label=n) for v, n in zip((1.5, 0.7, 2.5), "pqr", strict=True)]
        if name in ("arcsin", "arccos", "arctanh"):
            values[0] = Value(0.5, label="p")
        operands = values[: rule.arity]
        y = rule(*operands) * 3.0
        for operand in operands:
            if rule.partials[operands.index(operand)] is None:
                continue
            found = viz.derivation(y, operand)
            assert_whole(found.latex)
            y.backward()
            assert found.value == pytest.approx(operand.grad), name
            operand.grad = None
            for other in operands:
                other.grad = None


def test_where_is_written_by_cases():
    x = Value(-2.0, label="x")
    found = viz.derivation(ag.relu(x) + x, x)
    assert r"\begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{else} \end{cases}" in found.latex


def test_rule_of_a_learner_has_a_derivation():
    cube = ag.define("cube_here", value=lambda a: a * a * a, partials=(lambda a, y: 3 * a * a,))
    x = Value(2.0, label="x")
    found = viz.derivation(cube(x), x)
    assert found.value == 12
    assert r"3 \cdot x \cdot x" in found.latex


def test_infinite_local_derivatives_are_written_and_warn_of_nothing():
    x = Value(2.0, label="x")
    found = viz.derivation(x / 0.0 + x, x)
    assert found.value == np.inf
    assert rf"{d('L', 'c')} \cdot \infty" in found.latex
    base = ag.power(-1.0, x)  # the slope takes the logarithm of a negative base
    assert r"\mathrm{nan}" in viz.derivation(base * 3, x).latex


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("x1", "x_{1}"),
        ("x_12", "x_{12}"),
        ("w[3]", "w_{3}"),
        ("W[0, 1]", "W_{0,1}"),
        ("α", r"\alpha"),
        ("\\theta", r"\theta"),
        ("loss", r"\mathrm{loss}"),
        ("layers.0.weight", r"\mathrm{layers.0.weight}"),
        ("50%_&#${}^~\\", r"\mathrm{50\%\_\&\#\$\{\}\hat{}\sim{}\backslash{}}"),
        ("}\\input{x}", r"\mathrm{\}\backslash{}input\{x\}}"),
        ("<script>", r"\mathrm{{<}script{>}}"),
    ],
)
def test_labels_become_safe_latex(label, written):
    x = Value(2.0, label=label)
    found = viz.derivation(x * x + 1, x)
    assert rf"\partial {written}" in found.latex
    assert rf"\cdot {written}" in found.latex  # also as an operand
    assert_whole(found.latex)
    assert_whole(found.markdown)
    assert "<script" not in found.markdown


def test_two_names_never_look_alike():
    a, b = Value(2.0, label="x1"), Value(3.0, label="x_1")
    assert "x_{1}'" in viz.derivation(a * b, a).latex


def test_matrix_product_has_its_matrix_form_and_shapes_that_fit():
    X = Tensor(np.array([[1.0, 2, 3], [4, 5, 6]]), label="X")
    W = Tensor(np.ones((3, 1)), label="W")
    y = (X @ W).sum()
    found = viz.derivation(y, W)
    L_c = d("L", "c")
    assert (
        rf"{d('L', 'W')} &= {{X}}^{{\top}} \, {L_c} \quad "
        r"(3 \times 2)(2 \times 1) \to (3 \times 1)"
    ) in found.parts[1][1]
    assert np.array_equal(found.value, [[5.0], [7.0], [9.0]])
    other = viz.derivation(y, X)
    assert (
        rf"{L_c} \, {{W}}^{{\top}} \quad (2 \times 1)(1 \times 3) \to (2 \times 3)" in other.latex
    )
    assert_whole(found.latex + other.latex)


def test_bias_gets_a_sum_over_the_examples():
    b = Tensor(np.zeros(2), label="b")
    y = ag.tanh(np.ones((5, 2)) + b).mean()
    found = viz.derivation(y, b)
    assert rf"{d('L', 'b')} &= \sum_{{i=1}}^{{5}} \left({d('L', 'c')}" in found.latex
    assert rf"&= \sum_{{i=1}}^{{5}} \left({d('L', 'c')}\right)_{{i}}" in found.latex
    assert "one for every example" in found.latex
    y.backward()
    assert np.allclose(found.value, b.grad)


def test_stretched_operand_is_summed_and_the_word_is_explained():
    b = Tensor(np.zeros((5, 1)), label="b")
    y = ag.tanh(np.ones((5, 2)) + b).mean()
    found = viz.derivation(y, b)
    assert r"\operatorname{sum}_{\to 5 \times 1}" in found.latex
    assert r"$\operatorname{sum}$ adds" in found.latex
    assert r"$\operatorname{spread}$ hands" in found.latex


def test_large_arrays_are_written_as_their_shape():
    W = Tensor(np.ones((64, 32)), label="W")
    latex = viz.derivation((np.ones((10, 64)) @ W).sum(), W).latex
    assert r"W \in \mathbb{R}^{64 \times 32}" in latex
    assert len(latex) < 3000


def test_softmax_and_cross_entropy_is_probabilities_minus_the_truth():
    import nn

    z = Tensor(np.array([[1.0, 2.0], [3.0, 0.5], [0.0, 0.0]]), label="z")
    y = nn.cross_entropy(z, np.array([0, 0, 1]))
    found = viz.derivation(y, z)
    form = r"\frac{{1}}{n} \left(\operatorname{softmax}({z}) - \operatorname{onehot}\right)"
    assert f"{d('L', 'z')} &= {form}" in found.latex
    assert "number of examples" in found.latex
    y.backward()
    assert np.allclose(found.value, z.grad)


def test_rule_on_arrays_without_a_form_is_traced_or_written_with_its_jacobian():
    from autograd_lite.rows import TABLE, structural

    t = Tensor(np.array([1.0, 2.0, 3.0]), label="t")
    try:
        doubled = structural(
            "doubled_here", value=lambda a: a + a[::-1], vjps=(lambda g, y, a: g + 3.0 * a * g,)
        )
        opaque = structural(
            "opaque_here", value=lambda a: 2 * a, vjps=(lambda g, y, a: np.array([2.0, 2.0, 2.0]),)
        )
        traced = viz.derivation(np.sum(doubled(t) * 1.0), t).latex
        assert rf"{d('L', 't')} &= {d('L', 'c')} + 3 \cdot t \cdot {d('L', 'c')}" in traced
        jacobian = viz.derivation(np.sum(opaque(t) * 1.0), t).latex
        assert rf"{d('L', 't')} &= J^{{\top}} \, {d('L', 'c')}" in jacobian
        assert "transposed matrix of all partial derivatives" in jacobian
    finally:
        del TABLE["doubled_here"], TABLE["opaque_here"]


@pytest.mark.parametrize("kind", [list, tuple])
def test_several_at_once_share_one_derivation(kind):
    L, a, b, k = running()
    found = viz.derivation(L, kind([a, k]))
    assert found.value == kind([-10.0, -4.0])
    assert found.values == {"a": -10.0, "k": -4.0}
    assert "".join(found.parts[1][1]).count(rf"{d('L', 'd')} &=") == 1
    assert not any(rf"{d('L', 'b')} &=" in line for line in found.parts[1][1])
    assert [sentence[:3] for sentence, _ in found.parts[2:]] == ["So ", "So "]


def test_left_out_means_every_leaf():
    L, a, b, k = running()
    found = viz.derivation(L)
    assert found.values == {"a": -10.0, "b": 10.0, "k": -4.0}
    assert found.value == (-10.0, 10.0, -4.0)
    L.backward()
    assert [x.grad for x in (a, b, k)] == list(found.value)


def test_nothing_to_differentiate_by_is_refused():
    L, *_ = running()
    with pytest.raises(TypeError, match="names nothing"):
        viz.derivation(L, [])


def test_one_of_several_that_does_not_reach_is_named():
    L, a, *_ = running()
    with pytest.raises(ag.GradientError, match="L does not depend on wrt=q"):
        viz.derivation(L, (a, Value(1.0, label="q")))


def test_saved_as_markdown_and_as_tex(tmp_path):
    L, a, *_ = running()
    found = viz.derivation(L, a)
    assert found.save(tmp_path / "d.md").read_text("utf-8") == found.markdown
    tex = found.save(tmp_path / "d.tex").read_text("utf-8")
    assert tex.startswith(r"% For \input in a paper with \usepackage{amsmath, amssymb}")
    assert tex.endswith(found.latex)
    with pytest.raises(ag.ArgumentError, match=r"saved as \.md or \.tex"):
        found.save(tmp_path / "d.pdf")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["d.md", "d.tex"]


NAMES = "xyz"
OPERATIONS = [
    (lambda a, b: a + b, lambda s, t: s + t),
    (lambda a, b: a - b, lambda s, t: s - t),
    (lambda a, b: a * b, lambda s, t: s * t),
    (lambda a, b: ag.tanh(a), lambda s, t: sympy.tanh(s)),
    (lambda a, b: ag.square(a), lambda s, t: s**2),
    (lambda a, b: ag.sin(a), lambda s, t: sympy.sin(s)),
]


@st.composite
def programs(draw):
    """A random expression over x, y and z as a Value and as SymPy's, with the leaves."""
    numbers = draw(st.tuples(*[st.sampled_from([-3.0, -1.5, 0.5, 2.0, 4.0])] * 3))
    leaves = [Value(v, label=n) for v, n in zip(numbers, NAMES, strict=True)]
    pool = [*zip(leaves, map(sympy.Symbol, NAMES), strict=True)]
    for _ in range(draw(st.integers(1, 7))):
        first, second = (draw(st.sampled_from(pool)) for _ in range(2))
        ours, theirs = draw(st.sampled_from(OPERATIONS))
        pool.append((ours(first[0], second[0]), theirs(first[1], second[1])))
    return *pool[-1], leaves


def sides(line):
    """The numbers that a line of a derivation says are equal, each side worked out by Python."""
    line = re.sub(r" \\cdot 10\^\{(.*?)\}", r"e\1", line)
    for side in re.split(r"=|\\approx", line.replace("&", "")):
        text = side.replace(r"\cdot", "*").strip()
        if re.fullmatch(r"(?:\de-?\d|[-\d.()+* ])+", text):
            yield eval(text)


@given(programs())
@settings(max_examples=40, deadline=None)
def test_every_number_agrees_with_sympy_and_with_its_neighbours(made):
    y, formula, leaves = made
    at = {sympy.Symbol(leaf.label): leaf.data for leaf in leaves}
    found = viz.derivation(y)
    for name, value in found.values.items():
        exact = sympy.diff(formula, sympy.Symbol(name)).subs(at)
        assert value == pytest.approx(float(exact), rel=1e-9, abs=1e-9)
    checked = 0
    for line in found.parts[1][1]:
        numbers = list(sides(line))
        room = 5e-3 * max([1.0, *map(abs, numbers)])  # four digits of each factor are shown
        for one, other in pairwise(numbers):
            assert one == pytest.approx(other, rel=5e-3, abs=room), line
            checked += 1
    assert checked or len(found.parts[1][1]) <= 8


def test_what_y_does_not_depend_on_is_refused():
    L, *_ = running()
    with pytest.raises(ValueError, match="does not depend on wrt=q") as caught:
        viz.derivation(L, Value(1.0, label="q"))
    assert isinstance(caught.value, ag.GradientError)
    with pytest.raises(ag.GradientError, match="constant"):
        viz.derivation(L, 2.0)
    with pytest.raises(TypeError, match="not a node"):
        viz.derivation(L, "a")
    t = Tensor(np.ones(3), label="t")
    with pytest.raises(ValueError, match="entr"):
        viz.derivation(t * 2, t)


def test_derivative_by_itself_is_one():
    x = Value(2.0, label="x")
    assert "\n\n\n" not in viz.derivation(x).markdown
    L, *_ = running()
    found = viz.derivation(L, L)
    assert found.value == 1
    assert_whole(found.latex)


def test_forms():
    L, a, *_ = running()
    found = viz.derivation(L, a)
    assert found.latex.count(r"\begin{align*}") == 2
    assert found.markdown.count("$$") == 4
    assert str(found) == found.markdown == found._repr_markdown_()
    assert found._repr_latex_() == found.latex
    assert repr(found) == "<derivation of ∂L/∂a: 11 lines; print it>"
    assert_whole(found.latex)
    assert_whole(found.markdown)
    assert L.grad is None


def test_a_traced_gradient_is_right_or_the_jacobian_is_written():
    X = Tensor(np.array([[2.0, 1.0], [0.5, 3.0]]), label="X")
    inverse = viz.derivation(np.sum(np.linalg.inv(X) * 1.0), X).latex
    assert rf"{d('L', 'X')} &= -{{c}}^{{\top}} {{{d('L', 'c')}}} {{c}}^{{\top}}" in inverse
    # Its gradient is a product of sums of products, which would want brackets.
    assert r"J^{\top}" in viz.derivation(np.sum(np.linalg.pinv(X[:1]) * 1.0), X).latex
