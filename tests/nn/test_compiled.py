"""Models, layers and losses as functions of their parameters, compiled: the same numbers."""

import numpy as np
import pytest

import autograd_lite as ag
import nn

rng = np.random.default_rng(1)
X = rng.normal(size=(6, 4))
LABELS = np.arange(6) % 3
MODELS = {
    **{
        layer.__name__: lambda layer=layer: nn.Sequential(nn.Linear(4, 5, rng=0), layer())
        for layer in (
            nn.ReLU, nn.Tanh, nn.Sigmoid, nn.Softmax, nn.LogSoftmax, nn.LeakyReLU, nn.ELU, nn.GELU,
            nn.SiLU, nn.Softplus, nn.Flatten, nn.Identity,
        )
    },
    "LayerNorm": lambda: nn.Sequential(nn.Linear(4, 5, rng=0), nn.LayerNorm(5)),
    "BatchNorm1d": lambda: nn.Sequential(nn.Linear(4, 5, rng=0), nn.BatchNorm1d(5)),
    "Residual": lambda: nn.Residual(nn.Sequential(nn.Linear(4, 4, rng=0), nn.Tanh())),
    "MLP": lambda: nn.MLP([4, 5, 5, 3], activation="relu", rng=0, dtype="float64"),
}  # fmt: skip
LOSSES = {
    "cross_entropy": (lambda z, y: nn.cross_entropy(z, y), LABELS),
    "mse": (lambda z, y: nn.mse(z, y), X[:, :3]),
    "l1": (lambda z, y: nn.l1(z, y), X[:, :3]),
    "huber": (lambda z, y: nn.huber(z, y), X[:, :3]),
    "binary_cross_entropy": (lambda z, y: nn.binary_cross_entropy(z[:, 0], y), LABELS == 1),
}


def held(model, loss, *data, tolerance=1e-6):
    """The compiled loss over closed-over parameters, and its gradient in X, by both engines."""
    f = lambda X, *rest: loss(model(X), *rest)
    program = ag.compile(f)
    for x in (data[0], data[0] * 1.1):
        value, gradient = program(x, *data[1:])
        expected, slope = ag.value_and_grad(f)(x, *data[1:])
        np.testing.assert_allclose(value, expected, rtol=tolerance)
        np.testing.assert_allclose(gradient, slope, rtol=tolerance, atol=tolerance)
    return program


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", MODELS)
def test_layers_compile_in_either_mode(name, training):
    model = MODELS[name]()
    model.train() if training else model.eval()
    program = held(model, lambda z: (z * z).mean(), X)
    for p in model.parameters():  # an update is seen without tracing again
        p.data = p.data * 0.5
    value, _ = program(X)
    np.testing.assert_allclose(value, (model(X) ** 2).mean().item(), rtol=1e-6)


@pytest.mark.parametrize("name", LOSSES)
def test_losses_compile(name):
    loss, target = LOSSES[name]
    held(nn.MLP([4, 5, 3], rng=0), loss, X, target)


def test_dropout_draws_anew_in_every_run_of_a_program():
    model = nn.Dropout(0.5, rng=0)
    program = ag.compile(lambda x: (model(x) * x).sum())
    ones = np.ones((20, 20))
    values = {float(program(ones)[0]) for _ in range(4)}
    assert len(values) == 4
    model.eval()
    assert program(ones)[0] == 400.0
