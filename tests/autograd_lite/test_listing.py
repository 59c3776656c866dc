"""The page that compile prints, as one would write it by hand."""

import numpy as np

import autograd_lite as ag
import nn

rng = np.random.default_rng(0)
X, LABELS = rng.normal(size=(8, 4)), np.arange(8) % 3


def comments_left_away(source):
    lines = [line for line in source.splitlines() if not line.strip().startswith("#")]
    return "\n".join(line.split("  #")[0] for line in lines) + "\n"


def test_a_neuron_of_several_inputs():
    program = ag.compile(lambda w, x, b: np.tanh(w @ x + b), (0, 2))
    program(np.ones(3), np.ones(3), 0.5)
    expected = """\
def value_and_grad(w, x, b):
    c = w @ x
    d = c + b
    y = np.tanh(d)
    dd = 1 - y * y
    dw = dd * x
    return y, (dw, dd)
"""
    assert comments_left_away(program.source) == expected


def test_the_gradient_of_softmax_and_cross_entropy_is_p_minus_y_over_n():
    program = ag.compile(lambda logits, labels: nn.cross_entropy(logits, labels))
    program(X[:, :3], LABELS)
    expected = """\
def value_and_grad(logits, labels):
    c = logits - np.max(logits, axis=-1, keepdims=True)
    d = np.exp(c)
    e = np.sum(d, axis=-1, keepdims=True)
    y = np.sum(-(c - np.log(e))[np.arange(8), labels]) / 8
    dlogits = (d / e - (labels[..., None] == np.arange(3))) * 0.125
    return y, (dlogits,)
"""
    assert comments_left_away(program.source) == expected


def test_a_perceptron_of_two_layers():
    def loss(X, Y, W1, b1, W2, b2):
        hidden = np.tanh(X @ W1 + b1)
        output = hidden @ W2 + b2
        return np.mean((output - Y) ** 2)

    program = ag.compile(loss, (2, 3, 4, 5))
    program(X, X[:, :2], np.ones((4, 5)), np.ones(5), np.ones((5, 2)), np.ones(2))
    expected = """\
def value_and_grad(X, Y, W1, b1, W2, b2):
    c = X @ W1
    d = c + b1
    hidden = np.tanh(d)
    e = hidden @ W2
    output = e + b2
    f = output - Y
    g = f**2
    h = np.sum(g)
    y = h / 16
    df = 0.0625 * (2 * f)
    db2 = np.sum(df, axis=0)
    dhidden = df @ W2.T
    dW2 = hidden.T @ df
    dd = dhidden * (1 - hidden * hidden)
    db1 = np.sum(dd, axis=0)
    dW1 = X.T @ dd
    return y, (dW1, db1, dW2, db2)
"""
    assert comments_left_away(program.source) == expected
    assert "line " in program.source
    assert ": tanh, backward" in program.source


def test_what_numpy_stretches_itself_and_masks_are_written_plainly():
    program = ag.compile(lambda x: np.sum(x / np.sum(x, axis=1, keepdims=True)))
    program(X)
    assert "broadcast_to(d" not in program.source.split("# backward")[1]
    assert "axis=(1,)" not in program.source
