"""How weights begin: the variances of the papers."""

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn import init

VARIANCE = {
    "he_normal": 2 / 300,
    "he_uniform": 2 / 300,
    "xavier_normal": 2 / 500,
    "xavier_uniform": 2 / 500,
}


@pytest.mark.parametrize("name", VARIANCE)
def test_variance_and_mean_are_the_papers(name):
    w = init.INITIALIZERS[name](300, 200, np.random.default_rng(0))
    assert w.shape == (300, 200)
    # the standard error of a variance over 60,000 draws is below 0.6%
    np.testing.assert_allclose(w.var(), VARIANCE[name], rtol=0.03)
    assert abs(w.mean()) < 4 * np.sqrt(VARIANCE[name] / w.size)


@pytest.mark.parametrize(("name", "bound"), [("he", 6 / 300), ("xavier", 6 / 500)])
def test_uniform_fills_its_bounds_and_normal_exceeds_them(name, bound):
    rng = np.random.default_rng(1)
    uniform = np.abs(init.INITIALIZERS[f"{name}_uniform"](300, 200, rng)).max()
    assert 0.99 * np.sqrt(bound) < uniform <= np.sqrt(bound)
    assert np.abs(init.INITIALIZERS[f"{name}_normal"](300, 200, rng)).max() > np.sqrt(bound)


@pytest.mark.parametrize(
    ("activation", "hidden"),
    [("relu", 2 / 300), ("gelu", 2 / 300), ("tanh", 2 / 500), ("sigmoid", 2 / 500)],
)
def test_the_default_follows_the_activation_and_the_last_layer_is_xaviers(activation, hidden):
    model = nn.MLP([300, 200, 100], activation=activation)
    np.testing.assert_allclose(model[0].weight.data.var(), hidden, rtol=0.03)
    np.testing.assert_allclose(model[2].weight.data.var(), 2 / 300, rtol=0.03)
    assert not np.any(model[0].bias.data)


def test_he_keeps_the_size_of_a_signal_through_twenty_relu_layers():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 256))
    for _ in range(20):
        x = np.maximum(x @ init.he_normal(256, 256, rng), 0)
    assert 0.3 < np.mean(x * x) < 3


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(ag.ArgumentError, match=r"init='glorot'.*xavier_normal"):
        init.initializer("glorot")
