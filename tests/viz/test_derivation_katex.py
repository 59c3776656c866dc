"""Every formula of a derivation is read by KaTeX, a real parser of LaTeX, at its strictest."""

import json
import os
import re
import shutil
import subprocess

import numpy as np
import pytest

import autograd_lite as ag
import nn
import viz
from autograd_lite import Tensor, Value

READ = """
const katex = require("katex");
let text = "";
process.stdin.on("data", (piece) => (text += piece)).on("end", () => {
  const refused = [];
  for (const formula of JSON.parse(text)) {
    try {
      katex.renderToString(formula, { displayMode: true, throwOnError: true, strict: "error" });
    } catch (error) {
      refused.push(formula + "\\n" + error.message);
    }
  }
  console.log(JSON.stringify(refused));
});
"""


def ready(node):
    found = subprocess.run([node, "-e", 'require("katex")'], capture_output=True, check=False)
    return found.returncode == 0


@pytest.fixture(scope="module")
def read_by_katex():
    """Have KaTeX read formulas; fails with what it refused."""
    node = shutil.which("node")
    if node is None or not ready(node):
        if os.environ.get("AUTOGRAD_LITE_REQUIRE_NODE"):
            pytest.fail("AUTOGRAD_LITE_REQUIRE_NODE is set, and node cannot load katex.")
        pytest.skip(
            "KaTeX reads the formulas here: install Node.js, then npm install katex in this "
            "folder or in one that NODE_PATH names"
        )

    def read(formulas):
        assert formulas
        done = subprocess.run(
            [node, "-e", READ],
            input=json.dumps(formulas),
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout) == []

    return read


def formulas_of(found):
    """The display formulas of both forms, and those within a sentence."""
    display = re.findall(r"\$\$(.*?)\$\$", found.markdown, re.S)
    display += re.findall(r"\\begin\{align\*\}.*?\\end\{align\*\}", found.latex, re.S)
    words = re.sub(r"\$\$.*?\$\$", "", found.markdown, flags=re.S)
    return display + re.findall(r"(?<!\\)\$(.*?)(?<!\\)\$", words)


def test_a_broken_formula_is_refused(read_by_katex):
    with pytest.raises(AssertionError, match="nowhere"):
        read_by_katex([r"\nowhere"])


def test_every_elementwise_rule(read_by_katex):
    formulas = []
    for name, rule in ag.TABLE.items():
        if not hasattr(rule, "partials"):
            continue
        low = name in ("arcsin", "arccos", "arctanh")
        values = [
            Value(v, label=n) for v, n in ((0.5 if low else 1.5, "p"), (0.7, "q"), (2.5, "r"))
        ]
        y = rule(*values[: rule.arity]) * 3.0 + values[0] * values[1] * values[2]
        formulas += formulas_of(viz.derivation(y))
    read_by_katex(formulas)


LABELS = [
    *("x1", "x_12", "w[3]", "W[0, 1]", "α", "\\theta", "loss", "layers.0.weight", "größe", "重み"),
    *("50%_&#${}^~\\", "}\\input{x}", "<script>", "a b", '"', "$$", "\\begin{x}", "x'", "θ_1", "-"),
]


def test_hostile_and_foreign_labels(read_by_katex):
    formulas = []
    for label in LABELS:
        x, y = Value(2.0, label=label), Value(3.0, label=label)
        formulas += formulas_of(viz.derivation(ag.tanh(x * x - y) / x))
    read_by_katex(formulas)


def arrays():
    X = Tensor(np.arange(6.0).reshape(2, 3) / 4, label="X")
    W = Tensor(np.ones((3, 4)) / 3, label="W")
    b = Tensor(np.zeros(4), label="b")
    O = X @ W + b  # noqa: E741
    v = Tensor(np.array([1.0, 2.0, 3.0]), label="v")
    return {
        "linear": nn.mse(O, np.ones((2, 4))),
        "classifier": nn.cross_entropy(O, np.array([0, 2])),
        "row": np.sum(v @ W),
        "column": np.sum(X @ v),
        "dot": v @ v,
        "reductions": np.max(O) + np.min(O) + np.prod(v) + np.mean(O, axis=0)[1],
        "shapes": np.sum(np.concatenate([O.T.reshape(8), v]) * 2.0),
        "stack": np.sum(np.stack([v, v * 2.0])[0, 1:]),
        "large": np.sum(np.ones((9, 30)) @ Tensor(np.ones((30, 7)), label="U")),
        "softmax": np.sum(nn.softmax(O)[:, 0]),
        "padded": np.sum(np.pad(v, (2, 1), constant_values=7.0) * 2.0),
        "convolved": np.sum(np.convolve(v, np.array([1.0, 2.0])) * 2.0),
        "inverse": np.sum(np.linalg.inv(X @ X.T + np.eye(2)) * 2.0),
        "pseudo-inverse": np.sum(np.linalg.pinv(X) * 2.0),
        "running": np.sum(np.cumsum(v) * v),
        "where": np.sum(np.where(O.data > 0, O, 0.0)),
        "float32": np.sum(Tensor(np.ones(3), dtype="float32", label="f") * v),
    }


@pytest.mark.parametrize("name", arrays())
def test_arrays(read_by_katex, name):
    read_by_katex(formulas_of(viz.derivation(arrays()[name])))
