"""`save` and `load`: a model in one file, with its architecture, and no code.

The file is a safetensors file: arrays, and texts beside them. Nothing in it is ever run, as a
pickle would be. A checksum tells a damaged file from a whole one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.errors import DataError, DependencyError, FileError
from autograd_lite.files import write_whole

from .architecture import build, describe, entries
from .module import Array, Module

FORMAT, VERSION = "autograd-lite", 1
INSTALL = 'pip install "autograd-lite[export]"'


def save(
    model: Module, path: str | os.PathLike[str], metadata: Mapping[str, Any] | None = None
) -> Path:
    """Write a model to one safetensors file: its architecture, its numbers, and your metadata.

    The file is whole or not there. metadata: texts, numbers, lists and dicts to keep with it, such
    as the names of the columns; `nn.metadata(path)` reads them.
    Raises UnsupportedError for a module of your own that is not registered
    (`nn.architecture.register`), DataError for metadata that is no plain data, DependencyError
    without the package safetensors.

    >>> import tempfile
    >>> from nn import MLP
    >>> folder = Path(tempfile.mkdtemp())
    >>> path = save(MLP([4, 3, 2], rng=0), folder / "model.safetensors", {"classes": ["a", "b"]})
    >>> load(path)
    MLP(
      (layers.0): Linear(4, 3)
      (layers.1): ReLU()
      (layers.2): Linear(3, 2)
    )
    >>> metadata(path)
    {'classes': ['a', 'b']}
    """
    safetensors = _safetensors()
    try:
        extra = json.dumps(dict(metadata or {}), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise DataError(f"save: the metadata is no plain data: {error}.") from None
    # A transposed array would be written in the order of its memory, under its own shape.
    arrays = {name: _contiguous(name, array) for name, array in model.state_dict().items()}
    texts = {
        "format": FORMAT,
        "version": str(VERSION),
        "architecture": json.dumps(describe(model)),
        "metadata": extra,
    }
    texts["checksum"] = _checksum(texts, arrays)
    return write_whole(path, safetensors.numpy.save(arrays, metadata=texts))


def load(path: str | os.PathLike[str], into: Module | None = None) -> Module:
    """Read a model that `save` wrote; nothing is half loaded.

    into: a model to load the numbers into, which is returned. It serves for a safetensors file of
    another program, which holds arrays alone, as long as the names and shapes fit.
    Raises FileError if the file is no safetensors file, is damaged, is of a newer version, or holds
    no architecture; ShapeError if the arrays do not fit the model; OSError if it cannot be read.
    """
    texts, arrays = _read(path)
    if into is None:
        into = build(_json(path, texts, "architecture"), entries(arrays))
    into.load_state_dict(arrays)
    return into


def metadata(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What `save` was given to keep with the model. Raises as `load` does."""
    texts, _ = _read(path)
    found: dict[str, Any] = _json(path, texts, "metadata")
    return found


def _read(path: str | os.PathLike[str]) -> tuple[dict[str, str], dict[str, Array]]:
    safetensors = _safetensors()
    path = Path(path)
    with open(path, "rb"):  # the usual OSError for a missing file or a folder
        pass
    try:
        with safetensors.safe_open(path, framework="np") as file:
            texts = dict(file.metadata() or {})
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (safetensors.SafetensorError, TypeError, ValueError, KeyError, OverflowError) as error:
        raise FileError(
            f"{path} is no safetensors file, or is damaged: {error}.\n"
            "  It has to be written by nn.save. Nothing was loaded."
        ) from None
    if texts.get("format") == FORMAT:
        version = texts.get("version", "")
        if not version.isdigit() or int(version) > VERSION:
            raise FileError(
                f"{path} is of version {version:.20} of the format; this one reads up to {VERSION}."
                "\n  Install a newer autograd-lite."
            )
        if texts.get("checksum") != _checksum(texts, arrays):
            raise FileError(
                f"{path} is damaged: its checksum is not that of what it holds.\n"
                "  Take another copy of it. Nothing was loaded."
            )
    return texts, arrays


def _json(path: Any, texts: dict[str, str], key: str) -> Any:
    if key not in texts:
        raise FileError(
            f"{path} holds arrays and no {key}: it was not written by nn.save.\n"
            "  Build the model and give it: nn.load(path, into=model)."
        )
    try:
        return json.loads(texts[key])
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path}: its {key} cannot be read: {error}.") from None


def _contiguous(name: str, array: Array) -> Array:
    if array.dtype.kind not in "fi" or array.dtype.itemsize > 8:
        raise DataError(
            f"save: {name} is of {array.dtype}, for which the file format has no type.\n"
            "  Build the model with dtype='float64' or 'float32'."
        )
    return np.ascontiguousarray(array).reshape(array.shape)


def _checksum(texts: Mapping[str, str], arrays: Mapping[str, Array]) -> str:
    digest = hashlib.sha256()
    for key in sorted(set(texts) - {"checksum"}):
        digest.update(json.dumps([key, texts[key]]).encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(json.dumps([name, array.dtype.str, list(array.shape)]).encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _safetensors() -> Any:
    try:
        import safetensors
        import safetensors.numpy
    except ImportError:
        raise DependencyError(
            f"Saving and loading models needs the package safetensors.\n  {INSTALL}"
        ) from None
    return safetensors
