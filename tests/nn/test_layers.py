"""Layers, activations and stacks: against NumPy by hand, and Values against Tensors."""

import inspect

import numpy as np
import pytest
import scipy.special

import autograd_lite as ag
import nn
from autograd_lite import Tensor, Value

ACTIVATIONS = {
    "relu": (nn.ReLU, lambda x: np.where(x > 0, x, 0)),
    "tanh": (nn.Tanh, np.tanh),
    "sigmoid": (nn.Sigmoid, scipy.special.expit),
    "gelu": (
        nn.GELU,
        lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    ),
    "silu": (nn.SiLU, lambda x: x * scipy.special.expit(x)),
    "softplus": (nn.Softplus, lambda x: np.logaddexp(0, x)),
    "leaky_relu": (nn.LeakyReLU, lambda x: np.where(x > 0, x, 0.01 * x)),
    "elu": (nn.ELU, lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0)))),
    "identity": (nn.Identity, lambda x: x),
}
X = np.array([[-2.0, -0.5, 0.3], [1e-3, 1.7, 4.0], [-1e4, 1e4, 30.0]])
LAYERS = {
    **{name: build for name, (build, _) in ACTIVATIONS.items()},
    "softmax": nn.Softmax,
    "log_softmax": nn.LogSoftmax,
    "softmax over columns": lambda: nn.Softmax(axis=0),
    "leaky_relu 0.3": lambda: nn.LeakyReLU(0.3),
    "elu 1.7": lambda: nn.ELU(1.7),
    "dropout": lambda: nn.Dropout(0.4, rng=3),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_modules_and_functions_are_their_formula(name):
    build, formula = ACTIVATIONS[name]
    np.testing.assert_allclose(build()(X), formula(X), rtol=1e-12, atol=1e-300)
    if name != "identity":
        np.testing.assert_array_equal(getattr(nn, name)(X), build()(X))


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_gives_the_same_on_values_as_on_tensors(name, kit):
    tensor, values = Tensor(X), kit.boxed(X)
    weights = np.arange(1.0, 10.0).reshape(3, 3)
    np.sum(LAYERS[name]()(tensor) * weights).backward()
    result = LAYERS[name]()(values)
    assert all(isinstance(v, Value) for v in result.flat)
    np.sum(result * weights).backward()
    found, expected = ag.detach(result), ag.detach(LAYERS[name]()(tensor))
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(kit.gradients(values), tensor.grad, rtol=1e-12, atol=1e-13)


def test_softmax_modules_use_their_axis():
    for axis in (0, 1):
        expected = scipy.special.softmax(X, axis=axis)
        np.testing.assert_allclose(nn.Softmax(axis)(X), expected, rtol=1e-12, atol=1e-300)
        expected = scipy.special.log_softmax(X, axis=axis)
        np.testing.assert_allclose(nn.LogSoftmax(axis)(X), expected, rtol=1e-12)


def test_settings_of_activations_are_used_and_checked():
    assert nn.LeakyReLU(0.5)(np.array([-2.0])).item() == -1.0
    np.testing.assert_allclose(nn.ELU(2.0)(np.array([-1.0])), 2 * np.expm1(-1))
    assert repr(nn.ELU(2)) == "ELU(2.0)"
    with pytest.raises(ag.ArgumentError, match="slope=nan"):
        nn.LeakyReLU(float("nan"))
    with pytest.raises(ag.ArgumentError, match="alpha=inf"):
        nn.ELU(float("inf"))


@pytest.mark.parametrize("build", [nn.ReLU, nn.ELU, nn.LeakyReLU, nn.Softmax, nn.Dropout])
def test_a_layer_refuses_text(build):
    with pytest.raises(ag.DataError, match="not of real numbers"):
        build()(["a", "b"])


# --- flatten, embedding, residual, batch normalisation --------------------------------------------


def test_flatten_keeps_examples_and_refuses_a_single_number():
    x = np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_array_equal(nn.Flatten()(Tensor(x)).data, x.reshape(2, 12))
    assert nn.Flatten()(np.zeros((0, 3, 4))).shape == (0, 12)
    with pytest.raises(ag.ShapeError, match="single number"):
        nn.Flatten()(1.0)


@pytest.mark.parametrize("scalar", [False, True])
def test_embedding_picks_rows_and_repeated_rows_add_their_gradients(scalar, kit):
    layer = nn.Embedding(4, 2, rng=0, dtype="float64", scalar=scalar)
    table = layer.state_dict()["weight"]
    index = np.array([[3, 0], [3, 3]])
    out = layer(index)
    np.testing.assert_array_equal(ag.detach(out), table[index])
    upstream = np.arange(8.0).reshape(2, 2, 2)
    np.sum(out * upstream).backward()
    expected = np.zeros((4, 2))
    np.add.at(expected, index, upstream)
    np.testing.assert_array_equal(kit.gradients(layer.weight), expected)


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ([0, 4], ag.IndexingError, "4 at (1,) is outside [0, 4)"),
        ([[-1, 0]], ag.IndexingError, "-1 at (0, 0)"),
        ([0.0], ag.DataError, "an array of float64"),
        (Tensor([1.0]), ag.DataError, "Tensor"),
    ],
)
def test_embedding_refuses(x, error, message):
    with pytest.raises(error) as caught:
        nn.Embedding(4, 2)(x)
    assert message in str(caught.value)


@pytest.mark.parametrize("scalar", [False, True])
def test_residual_adds_its_input_and_passes_the_gradient_past_the_layers(scalar, kit, rng):
    inner = nn.Linear(3, 3, rng=0, dtype="float64", scalar=scalar)
    block = nn.Residual(inner, nn.Tanh())
    w = inner.state_dict()["weight"]
    x = rng.normal(size=(2, 3))
    given = kit.boxed(x) if scalar else Tensor(x)
    np.testing.assert_allclose(ag.detach(block(given)), x + np.tanh(x @ w), rtol=1e-12)
    np.sum(block(given)).backward()
    slopes = 1 + (1 - np.tanh(x @ w) ** 2) @ w.T
    np.testing.assert_allclose(kit.gradients(given), slopes, rtol=1e-12)
    assert block(x).shape == (2, 3)
    assert nn.Residual(nn.Linear(3, 3))(x).dtype == np.float32
    with pytest.raises(ag.ShapeError, match=r"turn \(2, 3\) into \(2, 4\)"):
        nn.Residual(nn.Linear(3, 4))(x)


def test_batch_norm_in_training_is_its_formula_with_its_gradients(kit, rng):
    x = rng.normal(2.0, 3.0, size=(5, 3))
    upstream = rng.normal(size=(5, 3))

    def by_hand(x):
        return np.sum((x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5) * [1, 2, 3] * upstream)

    for scalar in (False, True):
        layer = nn.BatchNorm1d(3, dtype="float64", scalar=scalar)
        layer.load_state_dict(layer.state_dict() | {"weight": [1.0, 2.0, 3.0]})
        given = kit.boxed(x) if scalar else Tensor(x)
        total = np.sum(layer(given) * upstream)
        assert total.item() == pytest.approx(by_hand(x), rel=1e-10)
        total.backward()
        np.testing.assert_allclose(kit.gradients(given), kit.slope(by_hand, x), atol=1e-7)
        np.testing.assert_allclose(kit.gradients(layer.bias), upstream.sum(0), rtol=1e-12)
        np.testing.assert_allclose(layer.running_mean, 0.1 * x.mean(0), rtol=1e-12)
        np.testing.assert_allclose(layer.running_var, 0.9 + 0.1 * x.var(0, ddof=1), rtol=1e-12)


@pytest.mark.parametrize("momentum", [0.1, 0.7, None])
def test_batch_norm_in_use_takes_what_it_tracked_as_pytorchs_does(momentum, rng):
    batches = [rng.normal(i, 1.0 + i, size=(6, 2)) for i in range(4)]
    layer = nn.BatchNorm1d(2, momentum=momentum, dtype="float64")
    for x in batches:
        layer(x)
    means, variances = [x.mean(0) for x in batches], [x.var(0, ddof=1) for x in batches]
    mean, variance = np.zeros(2), np.ones(2)
    for i, (m, v) in enumerate(zip(means, variances, strict=True)):
        share = 1 / (i + 1) if momentum is None else momentum
        mean, variance = (1 - share) * mean + share * m, (1 - share) * variance + share * v
    layer.eval()
    x = batches[0]
    expected = (x - mean) / np.sqrt(variance + 1e-5)
    np.testing.assert_allclose(layer(x).data, expected, rtol=1e-12)
    np.testing.assert_array_equal(layer(x[:1]).data, layer(x).data[:1])  # neighbours do not matter
    assert int(layer.num_batches_tracked) == 4
    torch = pytest.importorskip("torch", reason="PyTorch is not installed; the formula stands")
    theirs = torch.nn.BatchNorm1d(2, momentum=momentum, dtype=torch.float64)
    for batch in batches:
        theirs(torch.tensor(batch))
    assert list(theirs.state_dict()) == list(layer.state_dict())
    for name, array in theirs.state_dict().items():
        np.testing.assert_allclose(layer.state_dict()[name], array.numpy(), rtol=1e-12)


def test_batch_norm_keeps_its_state_through_state_dict_and_float32():
    layer, other = nn.BatchNorm1d(2), nn.BatchNorm1d(2)
    assert layer(np.array([[1.0, 2.0], [3.0, 5.0]])).dtype == np.float32
    other.load_state_dict(layer.state_dict())
    for name, array in other.state_dict().items():
        np.testing.assert_array_equal(array, layer.state_dict()[name])
    other(np.ones((2, 2)))
    assert int(layer.num_batches_tracked) == 1
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]


@pytest.mark.parametrize(
    ("x", "message"),
    [(np.ones((1, 3)), "one example has no variance"), (np.ones(3), "takes (n, 3)")],
)
def test_batch_norm_refuses_batches_it_cannot_train_on(x, message):
    with pytest.raises(ag.ShapeError) as caught:
        nn.BatchNorm1d(3)(x)
    assert message in str(caught.value)
    for settings in ({"momentum": 0.0}, {"momentum": 1.5}, {"eps": 0.0}):
        with pytest.raises(ag.ArgumentError):
            nn.BatchNorm1d(3, **settings)


def test_mlp_puts_norms_before_and_dropout_behind_activations():
    model = nn.MLP([3, 5, 4, 2], norm="batch", dropout=0.2)
    kinds = [type(layer).__name__ for layer in model]
    assert kinds == ["Linear", "BatchNorm1d", "ReLU", "Dropout"] * 2 + ["Linear"]
    assert [type(layer).__name__ for layer in nn.MLP([3, 5, 2], norm="layer")][1] == "LayerNorm"
    with pytest.raises(ag.ArgumentError, match="norm='group'"):
        nn.MLP([3, 5, 2], norm="group")


def test_biases_are_the_parameters_of_one_axis():
    model = nn.MLP([3, 5, 2], norm="layer")
    named = {id(p): name for name, p in model.named_parameters()}
    assert [named[id(p)] for p in model.biases()] == [
        "layers.0.bias",
        "layers.1.weight",
        "layers.1.bias",
        "layers.3.bias",
    ]
    assert len(list(nn.MLP([3, 5, 2], scalar=True).biases())) == 7


# --- linear ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("scalar", [False, True])
@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 5, 3)])
def test_linear_is_x_w_plus_b_with_its_gradients(scalar, shape, kit, rng):
    layer = nn.Linear(3, 2, rng=0, dtype="float64", scalar=scalar)
    layer.load_state_dict({"weight": rng.normal(size=(3, 2)), "bias": rng.normal(size=2)})
    w, b = layer.state_dict().values()
    x = rng.normal(size=shape)
    out = layer(x)
    np.testing.assert_allclose(ag.detach(out), x @ w + b, rtol=1e-12)
    upstream = rng.normal(size=out.shape)
    np.sum(out * upstream).backward()
    rows, ups = x.reshape(-1, 3), upstream.reshape(-1, 2)
    np.testing.assert_allclose(kit.gradients(layer.weight), rows.T @ ups, rtol=1e-12)
    np.testing.assert_allclose(kit.gradients(layer.bias), ups.sum(axis=0), rtol=1e-12)


def test_linear_without_bias():
    layer = nn.Linear(3, 2, bias=False, rng=0)
    assert [name for name, _ in layer.named_parameters()] == ["weight"]
    np.testing.assert_array_equal(layer(np.zeros((1, 3))).data, 0)


def test_parameters_are_float32_by_default_and_plain_input_is_cast():
    layer = nn.Linear(3, 2, rng=0)
    for x in (np.ones((1, 3)), np.ones((1, 3), dtype=int), [[1, 1, 1]], np.array([[True] * 3])):
        assert layer(x).dtype == np.float32
    assert nn.Linear(3, 2, dtype="float64")(np.ones((1, 3), dtype="float32")).dtype == np.float64
    mixed = np.array([[1, 2.5, np.float64(3)]], dtype=object)
    assert layer(mixed).dtype == np.float32


def test_values_are_named_after_their_place():
    layer = nn.Linear(2, 2, rng=0, scalar=True)
    assert [v.label for v in layer.parameters()] == ["w11", "w12", "w21", "w22", "b1", "b2"]
    wide = nn.Linear(12, 11, rng=0, scalar=True)
    assert wide.weight[0, 10].label == "w1_11"
    assert wide.weight[10, 0].label == "w11_1"


def test_wrong_number_of_features_names_layer_shapes_and_what_to_do():
    model = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(32, 10))
    with pytest.raises(ag.ShapeError) as caught:
        model(np.ones((100, 4)))
    assert str(caught.value) == (
        "Linear: X (100, 64), layers.2.weight (32, 10): the layer takes 32 features, got 64.\n"
        "  The layers before layer 2 gave 64 features. Did they mean to give 32?"
    )
    assert isinstance(caught.value, ValueError)
    with pytest.raises(ag.ShapeError, match="Does the data have as many columns"):
        model(np.ones((100, 5)))
    with pytest.raises(ag.ShapeError, match="got no axis"):
        model(3.0)


def test_mixing_kinds_of_data_is_refused_by_name(kit):
    with pytest.raises(ag.DataError, match=r"(?s)array of Values, shape \(2,\).*scalar=True"):
        nn.Linear(2, 2)(kit.boxed([1.0, 2.0]))
    with pytest.raises(ag.DataError, match=r"(?s)is a Tensor.*scalar=False"):
        nn.Linear(2, 2, scalar=True)(Tensor([1.0, 2.0]))
    with pytest.raises(ag.DataError, match="not a rectangular"):
        nn.Linear(2, 2)([[1.0], [1.0, 2.0]])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"d": 0}, "d=0"),
        ({"p": -1}, "p=-1"),
        ({"d": 2.0}, "d=2.0"),
        ({"p": True}, "p=True"),
        ({"dtype": "int32"}, "dtype='int32'"),
        ({"dtype": "nonsense"}, "dtype='nonsense'"),
        ({"init": "he"}, "init='he'.*he_normal"),
    ],
)
def test_linear_refuses_settings(settings, message):
    with pytest.raises(ag.ArgumentError, match=message):
        nn.Linear(**{"d": 2, "p": 2, **settings})


def test_an_init_of_the_wrong_shape_is_refused():
    with pytest.raises(ag.ShapeError, match=r"\(2, 3\); the weight is \(3, 2\)"):
        nn.Linear(3, 2, init=lambda fan_in, fan_out, rng: np.zeros((fan_out, fan_in)))


# --- layer norm and dropout -----------------------------------------------------------------------


@pytest.mark.parametrize("scalar", [False, True])
def test_layer_norm_is_its_formula_with_its_gradients(scalar, kit, rng):
    layer = nn.LayerNorm(4, eps=1e-3, dtype="float64", scalar=scalar)
    w, b = rng.normal(size=4), rng.normal(size=4)
    layer.load_state_dict({"weight": w, "bias": b})
    x, weights = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))

    def by_hand(x, w, b):
        mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        return (x - mean) / np.sqrt(var + 1e-3) * w + b

    operand = kit.boxed(x) if scalar else Tensor(x)
    out = layer(operand)
    np.testing.assert_allclose(ag.detach(out), by_hand(x, w, b), rtol=1e-12)
    np.sum(out * weights).backward()
    for found, expected in (
        (operand, kit.slope(lambda a: np.sum(by_hand(a, w, b) * weights), x)),
        (layer.weight, kit.slope(lambda a: np.sum(by_hand(x, a, b) * weights), w)),
        (layer.bias, weights.sum(axis=0)),
    ):
        np.testing.assert_allclose(kit.gradients(found), expected, rtol=1e-6, atol=1e-8)


def test_layer_norm_of_equal_features_is_its_bias_and_float32():
    out = nn.LayerNorm(3)(np.full((2, 3), 7.0))
    np.testing.assert_array_equal(out.data, 0)
    assert out.dtype == np.float32


def test_layer_norm_refuses():
    with pytest.raises(ag.ShapeError, match=r"LayerNorm: .*takes 3 features, got 2"):
        nn.LayerNorm(3)(np.ones((1, 2)))
    for eps in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ag.ArgumentError, match="eps="):
            nn.LayerNorm(3, eps=eps)


def test_dropout_keeps_the_expected_value_and_its_gradient_is_the_mask():
    layer = nn.Dropout(0.25, rng=0)
    x = Tensor(np.ones((400, 100), dtype="float32"))
    out = layer(x)
    assert out.dtype == np.float32
    assert set(np.unique(out.data)) == {np.float32(0), np.float32(1 / 0.75)}
    assert abs(np.mean(out.data == 0) - 0.25) < 0.01
    np.sum(out).backward()
    np.testing.assert_array_equal(x.grad, out.data)


def test_dropout_passes_everything_in_use_and_at_zero():
    x = np.ones(1000)
    assert np.all(nn.Dropout(0.9).eval()(x) == 1)
    assert np.all(nn.Dropout(0.0)(x) == 1)
    assert np.any(nn.Dropout(0.9)(x) == 0)


@pytest.mark.parametrize("p", [-0.1, 1.0, float("nan")])
def test_dropout_refuses_a_share_outside(p):
    with pytest.raises(ag.ArgumentError, match=r"\[0, 1\)"):
        nn.Dropout(p)


# --- stacks ---------------------------------------------------------------------------------------


def test_sequential_is_a_sequence_and_slices():
    model = nn.Sequential(nn.Linear(2, 3, rng=0), nn.Tanh(), nn.Linear(3, 1, rng=1))
    assert len(model) == 3
    assert list(model) == model.layers
    assert model[-1] is model.layers[2]
    tail = model[1:]
    assert tail.layers == model.layers[1:]
    assert model[2].weight.label == "layers.2.weight"  # the place in the larger model stays
    x = np.ones((1, 2))
    np.testing.assert_array_equal(tail(model[0](x)).data, model(x).data)


def test_labels_grow_with_nesting_and_a_users_label_stays():
    own = nn.Linear(2, 2)
    own.weight.label = "mine"
    model = nn.Sequential(nn.Sequential(nn.Linear(2, 2)), own)
    assert model[0][0].weight.label == "layers.0.layers.0.weight"
    assert own.weight.label == "mine"


def test_sequential_refuses_what_is_no_module():
    with pytest.raises(ag.ArgumentError, match=r"layer 1 is .*nn\.ReLU\(\), not nn\.ReLU"):
        nn.Sequential(nn.Linear(1, 1), nn.ReLU)
    with pytest.raises(ag.ArgumentError, match="layer 0 is None"):
        nn.Sequential(None)


def test_mlp_is_its_layers_by_hand(rng):
    model = nn.MLP([4, 5, 6, 3], activation="tanh", rng=7, dtype="float64")
    names = [f"layers.{i}.{p}" for i in (0, 2, 4) for p in ("weight", "bias")]
    state = model.state_dict()
    assert list(state) == names
    w1, b1, w2, b2, w3, b3 = state.values()
    x = rng.normal(size=(8, 4))
    expected = np.tanh(np.tanh(x @ w1 + b1) @ w2 + b2) @ w3 + b3
    np.testing.assert_allclose(model(x).data, expected, rtol=1e-12)
    np.testing.assert_allclose(model(x[0]).data, expected[0], rtol=1e-12)


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "identity"])
def test_one_mlp_for_tensors_and_values(activation, kit, rng):
    x, y = rng.normal(size=(3, 4)), [0, 2, 1]
    tensor = nn.MLP([4, 5, 3], activation=activation, dtype="float64", rng=5)
    scalar = nn.MLP([4, 5, 3], activation=activation, scalar=True, rng=5)
    losses = [nn.cross_entropy(model(x), y) for model in (tensor, scalar)]
    for loss in losses:
        loss.backward()
    np.testing.assert_allclose(losses[1].item(), losses[0].item(), rtol=1e-12)
    pairs = zip(tensor.named_parameters(), scalar.named_parameters(), strict=True)
    for (name, p), (other, q) in pairs:
        assert name == other
        np.testing.assert_allclose(kit.gradients(q), p.grad, rtol=1e-12, atol=1e-14)


def test_the_gradient_of_an_mlp_is_that_of_hips_autograd(rng):
    autograd = pytest.importorskip("autograd")
    anp = autograd.numpy
    model = nn.MLP([4, 6, 3], activation="tanh", dtype="float64", rng=1)
    x, y = rng.normal(size=(5, 4)), np.array([0, 1, 2, 1, 0])

    def loss(parameters):
        w1, b1, w2, b2 = parameters
        z = anp.dot(anp.tanh(anp.dot(x, w1) + b1), w2) + b2
        return anp.mean(anp.log(anp.sum(anp.exp(z), axis=1)) - z[np.arange(5), y])

    nn.cross_entropy(model(x), y).backward()
    expected = autograd.grad(loss)(list(model.state_dict().values()))
    for p, g in zip(model.parameters(), expected, strict=True):
        np.testing.assert_allclose(p.grad, g, rtol=1e-10, atol=1e-12)


def test_the_same_seed_gives_the_same_model_and_another_seed_another():
    first, again, other = (nn.MLP([3, 4, 2], rng=seed).state_dict() for seed in (1, 1, 2))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["layers.0.weight"], other["layers.0.weight"])


def test_mlp_takes_a_module_class_as_activation_with_its_usual_init():
    by_class, by_name = nn.MLP([3, 4, 2], nn.ReLU), nn.MLP([3, 4, 2], "relu")
    assert isinstance(by_class[1], nn.ReLU)
    np.testing.assert_array_equal(by_class[0].weight.data, by_name[0].weight.data)
    assert isinstance(nn.MLP([3, 4, 2], lambda: nn.LeakyReLU(0.2))[1], nn.LeakyReLU)


def test_mlp_with_an_init_uses_it_everywhere():
    assert not any(np.any(p.data) for p in nn.MLP([3, 4, 2], init="zeros").parameters())
    model = nn.MLP([3, 4, 2], init=lambda fan_in, fan_out, rng: np.ones((fan_in, fan_out)))
    assert np.all(model[0].weight.data == 1)
    assert np.all(model[2].weight.data == 1)


@pytest.mark.parametrize(
    ("sizes", "settings", "message"),
    [
        ([3], {}, r"sizes=\[3\]; give at least"),
        ([], {}, "at least"),
        ([3, 0, 2], {}, r"sizes\[1\]=0"),
        ([3, 2.5], {}, r"sizes\[1\]=2.5"),
        ([3, 2], {"activation": "swish"}, "activation='swish'.*relu, tanh"),
        ([3, 2], {"activation": nn.ReLU()}, "a module class as nn.ReLU"),
        ([3, 2], {"activation": None}, "activation=None"),
    ],
)
def test_mlp_refuses(sizes, settings, message):
    with pytest.raises(ag.ArgumentError, match=message):
        nn.MLP(sizes, **settings)


def test_a_model_runs_without_recording_and_on_one_example_or_none():
    model = nn.MLP([3, 2])
    with ag.no_grad():
        assert model(np.ones((2, 3))).op is None
    assert model(np.ones(3)).shape == (2,)
    assert model(np.ones((0, 3))).shape == (0, 2)


def test_everything_public_is_documented_and_listed():
    for name in nn.__all__:
        assert inspect.getdoc(getattr(nn, name)), name
