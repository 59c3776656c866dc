"""to_onnx, to_torch, from_torch: the same outputs in the other program, or a refusal by name."""

import numpy as np
import pytest

import autograd_lite as ag
import nn

RNG = np.random.default_rng(7)
FLAT = RNG.normal(size=(5, 6)).astype("float32")
FLAT[0] = 30.0, -30.0, 0.0, 1e-3, 5.0, -0.5
CUBE = RNG.normal(size=(4, 3, 6)).astype("float32")
WORDS = RNG.integers(0, 7, size=(4, 3))


def batch_norm():
    layer = nn.BatchNorm1d(6)
    for _ in range(3):
        layer(RNG.normal(1.0, 3.0, size=(8, 6)))
    return layer


MODELS = {
    "linear": (lambda: nn.Linear(6, 4, rng=0), FLAT),
    "linear without bias": (lambda: nn.Linear(6, 4, bias=False, rng=0), FLAT),
    "linear over three axes": (lambda: nn.Linear(6, 4, rng=0), CUBE),
    "layer norm": (lambda: nn.LayerNorm(6, eps=1e-3), FLAT),
    "batch norm": (batch_norm, FLAT),
    "flatten": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(18, 2, rng=0)), CUBE),
    "embedding": (
        lambda: nn.Sequential(nn.Embedding(7, 6, rng=0), nn.Flatten(), nn.Linear(18, 2, rng=1)),
        WORDS,
    ),
    "residual": (lambda: nn.Residual(nn.Linear(6, 6, rng=0), nn.Tanh()), FLAT),
    "dropout": (lambda: nn.Sequential(nn.Linear(6, 6, rng=0), nn.Dropout(0.5)), FLAT),
    "mlp": (lambda: nn.MLP([6, 8, 5, 3], "silu", norm="batch", dropout=0.1), FLAT),
    "scalar mlp": (lambda: nn.MLP([6, 4, 3], "tanh", scalar=True), FLAT),
    "nested": (
        lambda: nn.Sequential(nn.Sequential(nn.Linear(6, 5, rng=0)), nn.MLP([5, 4, 2])),
        FLAT,
    ),
    **{
        name: (lambda build=build: nn.Sequential(nn.LayerNorm(6), build()), FLAT)
        for name, build in nn.activations.ACTIVATIONS.items()
    },
    "leaky_relu 0.3": (lambda: nn.Sequential(nn.LayerNorm(6), nn.LeakyReLU(0.3)), FLAT),
    "elu 0.5": (lambda: nn.Sequential(nn.LayerNorm(6), nn.ELU(0.5)), FLAT),
    "softmax": (lambda: nn.Sequential(nn.LayerNorm(6), nn.Softmax()), FLAT),
    "softmax over examples": (lambda: nn.Sequential(nn.LayerNorm(6), nn.Softmax(axis=0)), FLAT),
    "log_softmax": (lambda: nn.Sequential(nn.LayerNorm(6), nn.LogSoftmax()), FLAT),
}


@pytest.mark.parametrize("name", MODELS)
def test_onnx_gives_the_same_outputs_for_any_number_of_examples(name, tmp_path):
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    build, x = MODELS[name]
    model = build()
    shape = x.shape[1:] if x.ndim != 2 or x.dtype.kind == "i" else None
    path = nn.to_onnx(model, tmp_path / "m.onnx", input_shape=shape)
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    for count in (len(x), 1, 0 if "examples" not in name else 2):  # none have no softmax
        given = x[:count]
        (found,) = session.run(None, {"X": given})
        expected = nn.predict(model, given)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_onnx_refuses_what_it_cannot_write_and_writes_nothing(tmp_path):
    pytest.importorskip("onnx", reason="onnx is not installed")
    path = tmp_path / "m.onnx"

    class Own(nn.Module):
        def forward(self, x):
            return x

    with pytest.raises(ag.UnsupportedError, match="Own has no form in ONNX"):
        nn.to_onnx(nn.Sequential(nn.Linear(2, 2), Own()), path)
    for model in (nn.ReLU(), nn.Flatten(), nn.Embedding(3, 2)):
        with pytest.raises(ag.ArgumentError, match="Give input_shape"):
            nn.to_onnx(model, path)
    with pytest.raises(ag.ArgumentError, match="input_shape="):
        nn.to_onnx(nn.ReLU(), path, input_shape=(0,))
    assert not path.exists()


def test_every_registered_module_has_a_form_in_onnx_and_a_like_in_pytorch():
    from nn.onnx_export import WRITERS
    from nn.torch_exchange import THERE

    kinds = set(nn.architecture.KINDS.values())
    assert kinds <= set(WRITERS)
    assert kinds - {nn.Sequential, nn.MLP, nn.Residual} <= set(THERE)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_pytorch_gives_the_same_outputs_and_the_way_back_the_same_model(name, training):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    build, x = MODELS[name]
    model = build()
    model = model.train() if training else model.eval()
    there = nn.to_torch(model)
    assert there.training is training
    assert list(there.state_dict()) == list(model.state_dict())
    back = nn.from_torch(there)
    assert back.training is training
    for key, array in model.state_dict().items():
        np.testing.assert_array_equal(back.state_dict()[key], array)
    with torch.no_grad():
        floats = [a.dtype for a in there.state_dict().values() if a.is_floating_point()]
        given = torch.tensor(x).to(floats[0]) if x.dtype.kind == "f" else torch.tensor(x)
        found = there.eval()(given).numpy()
    np.testing.assert_allclose(found, nn.predict(model, x), rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(nn.predict(back, x), nn.predict(model, x), rtol=1e-5, atol=1e-6)


def test_a_plain_pytorch_model_comes_over_with_its_dtype():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    t = torch.nn
    theirs = t.Sequential(t.Linear(6, 4), t.Sequential(t.ReLU(), t.Linear(4, 3))).double()
    ours = nn.from_torch(theirs)
    x = FLAT.astype(float)
    expected = theirs(torch.tensor(x)).detach().numpy()
    assert nn.predict(ours, x).dtype == np.float64
    np.testing.assert_allclose(nn.predict(ours, x), expected, rtol=1e-12)
    ours[0].weight.data = np.zeros((6, 4))  # a copy: theirs stays
    assert float(theirs[0].weight.detach().abs().sum()) > 0


def test_what_has_no_like_is_refused_by_name_and_place():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    t = torch.nn

    class Own(nn.Module):
        def forward(self, x):
            return x

    with pytest.raises(ag.UnsupportedError, match="Own has no like"):
        nn.to_torch(nn.Sequential(Own()))
    for module, message in [
        (t.Conv1d(1, 1, 1), "Conv1d"),
        (t.GELU(), "approximate='none'"),
        (t.Softplus(beta=2.0), "beta=2.0"),
        (t.LayerNorm(4, elementwise_affine=False), "elementwise_affine=False"),
        (t.Embedding(3, 2, padding_idx=0), "padding_idx=0"),
        (t.Linear(2, 2).bfloat16(), "bfloat16|BFloat16"),
    ]:
        with pytest.raises(ag.UnsupportedError, match=message) as caught:
            nn.from_torch(t.Sequential(t.Identity(), module))
        assert "Sequential.1" in str(caught.value)
