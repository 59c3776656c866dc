"""check_grads: it finds what is wrong, names it, and lets pass what is right."""

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite import ArgumentError, DataError, GradientError, Tensor, Value
from autograd_lite.differences import Vector


def scaled(x, factor):
    """x, with a gradient that is `factor` times what it should be."""
    return ag.detach(x) * (1 - factor) + x * factor if factor != 1 else x


RIGHT = {
    "a number": (lambda x: x**3 * np.exp(-x), (0.7,)),
    "numbers": (lambda x, y: np.arctan2(x, y) * x, (0.7, -1.2)),
    "a matrix": (lambda x: np.tanh(x @ x.T), (np.linspace(-1, 1, 6).reshape(2, 3),)),
    "a number and an array": (lambda k, x: (k * x).sum() ** 2, (2.0, np.array([0.5, 1.5]))),
    "containers": (
        lambda p, x: {"y": np.tanh(x @ p["W"] + p["b"][0]), "s": (p["b"][0] ** 2).sum()},
        ({"W": np.full((3, 2), 0.3), "b": [np.array([0.1, -0.4])]}, np.ones((4, 3))),
    ),
    "labels": (nn.cross_entropy, (np.array([[0.5, -1.0, 2.0], [0.1, 0.2, 0.3]]), np.array([2, 0]))),
    "large numbers": (lambda x: np.sum(x**2), (np.array([1e6, -3e5, 2e4]),)),
    "small numbers": (lambda x: np.sum(np.log(x)), (np.array([1e-6, 3e-5]),)),
    "near a kink": (lambda x: np.sum(ag.relu(x) * x), (np.array([2e-5, -3e-5, 1.0]),)),
    "steep": (lambda x: np.sin(300.0 * x), (0.4,)),
    "a function that ignores it": (lambda x, y: y * 2.0, (1.0, 2.0)),
    "an empty array": (lambda x, y: x.sum() + y, (np.zeros((0, 3)), 2.0)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_derivatives_pass(name):
    f, args = RIGHT[name]
    ag.check_grads(f, *args)


def test_single_precision_passes_and_its_errors_are_found():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(8, 5)).astype(np.float32)
    W = rng.normal(size=(5, 4)).astype(np.float32)
    ag.check_grads(lambda x, w: np.tanh(x @ w).mean(), X, W)
    ag.check_grads(lambda x: np.exp(x) * np.sin(x), X)
    with pytest.raises(GradientError, match=r"w\[0, 0\] is wrong"):
        ag.check_grads(lambda x, w: np.tanh(x @ scaled(w, 1.2)).sum(), X, W, order=1)
    model = nn.MLP([5, 6, 3], activation="tanh", rng=0)

    def loss(x):
        return nn.cross_entropy(model(x), np.array([0, 2, 1, 1, 0, 2, 1, 0]))

    ag.check_grads(loss, X)


@pytest.mark.parametrize("mode", ["rev", "fwd"])
@pytest.mark.parametrize("size", [1, 7, 3000])
@pytest.mark.parametrize("factor", [1.001, 0.999, 0.0, -1.0])
def test_an_error_of_a_thousandth_in_one_entry_of_many_is_found_and_named(mode, size, factor):
    at = np.linspace(0.5, 2.0, size)
    k = size // 2
    factors = np.ones(size)
    factors[k] = factor

    def f(other, x):
        return np.sum(np.sin(x * factors + ag.detach(x) * (1 - factors)) * other)

    with pytest.raises(GradientError) as caught:
        ag.check_grads(f, 2.0, at, modes=mode, order=1)
    text = str(caught.value)
    name = {"rev": "reverse", "fwd": "forward"}[mode]
    assert f"with respect to x[{k}] is wrong ({name} mode, order 1)" in text
    expected = 2.0 * np.cos(at[k])
    found = {line.split()[0]: float(line.split()[1]) for line in text.splitlines()[2:4]}
    assert found["expected"] == pytest.approx(expected, rel=1e-7)
    assert found["found"] == pytest.approx(expected * factor, rel=1e-7, abs=1e-12)


def test_the_mode_that_is_wrong_is_named():
    rule = ag.define(
        "skewed",
        value=lambda a: a * a,
        partials=(lambda a, y: 2.002 * a,),
        check=False,
    )
    try:
        for modes in ("rev", "fwd", ("fwd", "rev")):
            with pytest.raises(GradientError, match="forward" if "fwd" in modes[:3] else "reverse"):
                ag.check_grads(lambda x: rule(x), 1.5, modes=modes)
    finally:
        ag.TABLE.pop("skewed")
        del Value.skewed, Tensor.skewed


@pytest.mark.parametrize("outer", ["rev", "fwd"])
@pytest.mark.parametrize("inner", ["rev", "fwd"])
def test_an_error_in_the_second_derivative_alone_is_found(inner, outer):
    rule = ag.define(
        "flat_slope",
        value=lambda a: a * a * a,
        partials=(lambda a, y: 3 * a * a,),
    )
    rule.partials = (lambda a, y: 3 * ag.detach(a) * a,)  # right, but with a wrong derivative
    try:
        ag.check_grads(lambda x: rule(x), 1.5, order=1)
        ag.check_grads(lambda x: np.sum(rule(x)), np.array([1.5]), order=1)
        with pytest.raises(GradientError, match=r"derivative 1 of .* order 2"):
            ag.check_grads(lambda x: rule(x), 1.5, modes=(inner, outer))
    finally:
        ag.TABLE.pop("flat_slope")
        del Value.flat_slope, Tensor.flat_slope


def test_arguments_in_containers_and_outputs_in_arrays_are_named():
    def f(params, x):
        W = params["layers"][1]
        hidden = np.tanh(x @ W)
        skew = np.zeros((2, 2))
        skew[1, 0] = 0.5
        return hidden + skew * (W[0, 1] - ag.detach(W)[0, 1])

    given = {"layers": [1.0, np.full((3, 2), 0.2)]}
    with pytest.raises(GradientError) as caught:
        ag.check_grads(f, given, np.ones((2, 3)))
    assert "at output[1, 0], with respect to params['layers'][1][0, 1] is wrong" in str(
        caught.value
    )
    with pytest.raises(GradientError, match="with respect to argument 0 is wrong"):
        ag.check_grads(lambda *args: args[0] * ag.detach(args[0]), 2.0)


@pytest.mark.parametrize(
    ("f", "at", "words"),
    [
        (lambda x: ag.relu(x), 0.0, "lies on a kink"),
        (lambda x: np.sum(ag.relu(x)), np.array([1.0, 0.0, -1.0]), r"x\[1\] cannot be checked"),
        (lambda x: ag.leaky_relu(x), 0.0, "From the left the slope is 0.01, from the right 1"),
        (lambda x: np.sqrt(x), 0.0, "edge of its domain"),
        (lambda x: ag.absolute(x), 0.0, "jumps there"),
        (lambda x: np.log(x), -1.0, "not finite at this point"),
    ],
)
def test_a_kink_or_an_edge_at_the_point_is_recognised(f, at, words):
    with np.errstate(all="ignore"), pytest.raises(GradientError, match=words):
        ag.check_grads(f, at)


def test_nodes_may_be_given_and_nothing_is_changed():
    x, t, w = Value(1.5), Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    x.grad, t.grad, w.grad = 7.0, np.ones(2), None
    ag.check_grads(lambda a, b: a * np.sum(b * b * w), x, t)
    assert x.grad == 7.0
    assert np.array_equal(t.grad, [1.0, 1.0])
    assert w.grad is None
    array = np.array([1.0, 2.0])
    ag.check_grads(lambda a: np.sum(a**2), array)
    assert np.array_equal(array, [1.0, 2.0])


def test_integers_are_labels_unless_named():
    def f(x, n):
        return np.sum(x ** (n * 1.0))

    ag.check_grads(f, np.array([1.5, 2.5]), np.array([2, 3]))
    ag.check_grads(f, np.array([1.5, 2.5]), np.array([2, 3]), argnums=(0, 1))
    with pytest.raises(ArgumentError, match="none of the 1 arguments"):
        ag.check_grads(lambda n: n, np.array([1, 2]))
    with pytest.raises(GradientError, match="argnums"):
        ag.check_grads(f, 1.0, 2.0, argnums=5)


@pytest.mark.parametrize(
    "settings",
    [{"order": 0}, {"order": 1.5}, {"modes": ()}, {"modes": "backward"}, {"directions": 0}],
)
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(ArgumentError, match="check_grads"):
        ag.check_grads(lambda x: x * x, 1.0, **settings)


def test_what_gives_no_numbers_is_refused():
    with pytest.raises(DataError):
        ag.check_grads(lambda x: None, 1.0)
    with pytest.raises(DataError):
        ag.check_grads(lambda x: "text", 1.0)


def test_the_same_seed_gives_the_same_check():
    calls = []

    def f(x):
        calls.append(np.array(ag.detach(x)))
        return np.sum(x * x)

    for _ in range(2):
        ag.check_grads(f, np.array([1.0, 2.0]), seed=3)
    half = len(calls) // 2
    assert all(np.array_equal(a, b) for a, b in zip(calls[:half], calls[half:], strict=True))


def test_a_flat_vector_goes_there_and_back():
    leaves = [1.5, np.arange(6, dtype=np.float32).reshape(2, 3), np.zeros((0, 2)), np.array(2.0)]
    v = Vector(leaves)
    assert v.size == 8
    back = v.parts(v.start)
    for a, b in zip(leaves, back, strict=True):
        assert np.array_equal(a, b)
        assert np.asarray(a).dtype == np.asarray(b).dtype
        assert type(a) is type(b)
    assert v.place(4, list("abcd")) == "b[1, 0]"
    assert v.place(7, list("abcd")) == "d"
    assert v.place(0, list("abcd")) == "a"
