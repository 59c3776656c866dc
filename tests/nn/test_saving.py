"""save and load: what comes back is what went in; damaged and hostile files are refused."""

import json
import pickle

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn import architecture, array_file
from nn.saving import KIND

safetensors = pytest.importorskip("safetensors", reason="safetensors is not installed")
numpy_files = pytest.importorskip("safetensors.numpy")


def everything(dtype="float32", scalar=False):
    """A model with one of each kind of module."""
    given = {"dtype": dtype, "scalar": scalar}
    rng = np.random.default_rng(0)
    return nn.Sequential(
        nn.Embedding(7, 4, rng=rng, **given),
        nn.Flatten(),
        nn.Linear(8, 6, rng=rng, **given),
        nn.BatchNorm1d(6, momentum=None, **given),
        nn.Residual(nn.LayerNorm(6, eps=1e-3, **given), nn.Linear(6, 6, rng=rng, **given)),
        *(build() for build in nn.activations.ACTIVATIONS.values()),
        nn.LeakyReLU(0.3),
        nn.ELU(0.5),
        nn.Dropout(0.1),
        nn.MLP([6, 5, 3], "tanh", rng=rng, norm="layer", **given),
        nn.Linear(3, 3, bias=False, rng=rng, **given),
        nn.Softmax(axis=1),
        nn.LogSoftmax(),
    )


X = np.array([[0, 6], [3, 3], [5, 1]])


@pytest.mark.parametrize("scalar", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_loaded_model_is_the_saved_one(tmp_path, dtype, scalar):
    model = everything(dtype, scalar)
    model(X)  # the batch normalisation tracks
    loaded = nn.load(nn.save(model, tmp_path / "m.safetensors"))
    assert repr(loaded) == repr(model)
    assert architecture.describe(loaded) == architecture.describe(model)
    assert list(loaded.state_dict()) == list(model.state_dict())
    for name, array in model.state_dict().items():
        other = loaded.state_dict()[name]
        assert other.dtype == array.dtype
        np.testing.assert_array_equal(other, array)
    np.testing.assert_array_equal(nn.predict(loaded, X), nn.predict(model, X))


def test_every_kind_of_module_is_registered_and_saved_above():
    kinds = {
        name
        for name in nn.__all__
        if isinstance(getattr(nn, name), type) and issubclass(getattr(nn, name), nn.Module)
    } - {"Module"}
    assert kinds <= set(architecture.KINDS)
    assert kinds <= set(json.dumps(architecture.describe(everything())).split('"'))


def test_transposed_and_strided_parameters_come_back_right(tmp_path):
    model = nn.Linear(3, 2, dtype="float64")
    numbers = np.arange(12.0).reshape(4, 3)[:, ::2].T[:, :3].T  # neither C nor Fortran order
    model.weight.data = numbers
    loaded = nn.load(nn.save(model, tmp_path / "m.safetensors"))
    np.testing.assert_array_equal(loaded.weight.data, numbers)


def test_metadata_is_kept_and_must_be_plain(tmp_path):
    extra = {"columns": ["é", "b"], "mean": [0.5, -1e300], "nested": {"a": None}}
    path = nn.save(nn.MLP([2, 1]), tmp_path / "m.safetensors", extra)
    assert nn.metadata(path) == extra
    for wrong in ({"a": object()}, {"a": float("nan")}, {"a": np.ones(2)}):
        with pytest.raises(ag.DataError, match="no plain data"):
            nn.save(nn.MLP([2, 1]), path, wrong)
    assert nn.metadata(path) == extra


def test_a_module_of_ones_own_is_saved_once_it_is_registered(tmp_path):
    class Scaled(nn.Module):
        def __init__(self, by):
            self.by = by
            self.inner = nn.Linear(2, 2, rng=0)

        def forward(self, x):
            return self.by * self.inner(x)

        def config(self):
            return {"by": self.by}

    model, path = Scaled(3.0), tmp_path / "m.safetensors"
    with pytest.raises(ag.UnsupportedError, match="a module of your own"):
        nn.save(model, path)
    assert not path.exists()
    architecture.register(Scaled)
    try:
        loaded = nn.load(nn.save(model, path))
        np.testing.assert_array_equal(nn.predict(loaded, np.eye(2)), nn.predict(model, np.eye(2)))
        other = type("Scaled", (nn.Module,), {"config": lambda self: {}})
        with pytest.raises(ag.UnsupportedError, match="Scaled is taken"):
            architecture.register(other)
    finally:
        architecture.KINDS.pop("Scaled")
    with pytest.raises(ag.FileError, match="kind 'Scaled'"):
        nn.load(path)


def test_arrays_of_another_program_load_into_a_model_that_fits(tmp_path):
    model, path = nn.MLP([2, 3, 1], rng=1), tmp_path / "m.safetensors"
    path.write_bytes(numpy_files.save(nn.MLP([2, 3, 1], rng=2).state_dict()))
    with pytest.raises(ag.FileError, match="into=model"):
        nn.load(path)
    assert nn.load(path, into=model) is model
    np.testing.assert_array_equal(
        model.state_dict()["layers.0.weight"], nn.MLP([2, 3, 1], rng=2)[0].weight.data
    )
    with pytest.raises(ag.ShapeError, match=r"layers\.0\.weight has shape"):
        nn.load(path, into=nn.MLP([3, 3, 1]))


# --- bad files ------------------------------------------------------------------------------------


@pytest.fixture
def saved(tmp_path):
    return nn.save(nn.MLP([2, 3, 2], rng=0, norm="batch"), tmp_path / "m.safetensors", {"a": 1})


def test_a_file_cut_short_anywhere_is_refused(saved):
    whole = saved.read_bytes()
    for length in [*range(0, 64), *range(64, len(whole), 37), len(whole) - 1]:
        saved.write_bytes(whole[:length])
        with pytest.raises(ag.FileError, match=r"damaged|no architecture"):
            nn.load(saved)


def test_a_file_with_any_bit_flipped_is_refused_or_says_the_same(saved):
    whole = saved.read_bytes()
    expected = nn.load(saved).state_dict()
    refused = 0
    for place in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << (place % 8)
        saved.write_bytes(bytes(damaged))
        try:
            model = nn.load(saved)
        except ag.FileError:
            refused += 1
            continue
        for name, array in model.state_dict().items():
            np.testing.assert_array_equal(array, expected[name])
    assert refused > 0.9 * len(range(0, len(whole), 3))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a model",
        pickle.dumps({"weight": [1.0]}),
        (2**63 - 1).to_bytes(8, "little") + b"{}",
        (100_000_000).to_bytes(8, "little") + b"{" + b" " * 100,
        (2).to_bytes(8, "little") + b"{}",
        (4).to_bytes(8, "little") + b"null",
    ],
)
def test_what_is_no_model_is_refused(tmp_path, content):
    path = tmp_path / "m.safetensors"
    path.write_bytes(content)
    with pytest.raises(ag.FileError, match=r"m\.safetensors"):
        nn.load(path)


def raw(header, data=b""):
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def test_overlapping_and_outlying_offsets_are_refused(tmp_path):
    path = tmp_path / "m.safetensors"
    entry = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    for header, data, words in [
        ({"a": entry, "b": entry}, bytes(8), "overlap"),
        ({"a": entry | {"data_offsets": [0, 8000]}}, bytes(8), "overlap"),
        ({"a": entry | {"shape": [2**40]}}, bytes(8), "as large as their shapes say"),
        ({"a": entry | {"shape": [2**62, 2**62]}}, bytes(8), "larger than any memory"),
        ({"a": entry | {"shape": [-1]}}, bytes(8), "does not describe arrays"),
        ({"a": entry | {"dtype": "BF16", "shape": [4]}}, bytes(8), "a type that NumPy does not"),
        ({"a": entry}, bytes(80), "shorter or longer than its header says"),
    ]:
        path.write_bytes(raw(header, data))
        with pytest.raises(ag.FileError, match=rf"or is damaged: .*{words}"):
            nn.load(path, into=nn.Linear(1, 1))


def forged(path, **texts):
    """A file with a right checksum and a wrong text: what an attacker would write."""
    before, arrays = array_file.read(path, KIND)
    array_file.write(path, KIND, before | texts, arrays)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]", "needs a kind"),
        ('{"kind": "Evil"}', "not known here"),
        ('{"kind": "Module"}', "not known here"),
        ('{"kind": "Linear", "d": 1000000000, "p": 1000000000}', "larger than the arrays"),
        ('{"kind": "Linear", "d": 2}', "missing 1 required"),
        ('{"kind": "Linear", "d": 2, "p": "x"}', "whole number"),
        ('{"kind": "Linear", "d": 2, "p": 2, "init": "__import__"}', "no such one"),
        ('{"kind": "Sequential", "layers": 3}', "wrong"),
        ('{"kind": "Dropout", "p": 1.5}', "[0, 1)"),
        ("[" * 100_000, "cannot be read"),
        ('{"kind": "Sequential", "layers": [' * 300 + "]}" * 300, "nested deeper"),
        ("{", "cannot be read"),
    ],
)
def test_a_forged_architecture_builds_nothing(saved, text, message):
    forged(saved, architecture=text)
    with pytest.raises(ag.FileError) as caught:
        nn.load(saved)
    assert message in str(caught.value)


def test_an_architecture_that_does_not_fit_the_arrays_is_refused(saved):
    forged(saved, architecture=json.dumps(architecture.describe(nn.MLP([2, 3, 1], norm="batch"))))
    with pytest.raises(ag.ShapeError, match=r"layers\.3\.weight has shape"):
        nn.load(saved)


@pytest.mark.parametrize("version", ["2", "x", ""])
def test_a_newer_version_is_refused_by_its_number(saved, version):
    forged_text = {"version": version}
    with safetensors.safe_open(saved, framework="np") as file:
        texts = dict(file.metadata()) | forged_text
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    saved.write_bytes(numpy_files.save(arrays, metadata=texts))
    with pytest.raises(ag.FileError, match="newer autograd-lite"):
        nn.load(saved)


def test_a_missing_file_and_a_folder_are_os_errors(tmp_path):
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(OSError, match=path.name):
            nn.load(path)


def test_a_failed_save_leaves_the_old_model(saved, monkeypatch):
    old = saved.read_bytes()
    model = nn.Sequential(nn.Linear(2, 2, dtype="longdouble"))
    with pytest.raises(ag.DataError, match="no type"):
        nn.save(model, saved)
    assert saved.read_bytes() == old
