"""`save` and `load`: a model in one file, with its architecture, and no code."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograd_lite.errors import DataError, FileError

from .architecture import build, describe, entries
from .array_file import read, write
from .module import Module

KIND = "autograd-lite model"


def save(
    model: Module, path: str | os.PathLike[str], metadata: Mapping[str, Any] | None = None
) -> Path:
    """Write a model to one safetensors file: its architecture, its numbers, and your metadata.

    The file is whole or not there, and has a checksum. metadata: texts, numbers, lists and dicts to
    keep with it, such as the names of the columns; `nn.metadata(path)` reads them.
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
    try:
        extra = json.dumps(dict(metadata or {}), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise DataError(f"save: the metadata is no plain data: {error}.") from None
    texts = {"architecture": json.dumps(describe(model)), "metadata": extra}
    return write(path, KIND, texts, model.state_dict())


def load(path: str | os.PathLike[str], into: Module | None = None) -> Module:
    """Read a model that `save` wrote; nothing is half loaded.

    into: a model to load the numbers into, which is returned. It serves for a safetensors file of
    another program, which holds arrays alone, as long as the names and shapes fit.
    Raises FileError if the file is no safetensors file, is damaged, is of a newer version, or holds
    no architecture; ShapeError if the arrays do not fit the model; OSError if it cannot be read.
    """
    texts, arrays = read(path, KIND)
    if into is None:
        into = build(_json(path, texts, "architecture"), entries(arrays))
    into.load_state_dict(arrays)
    return into


def metadata(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What `save` was given to keep with the model. Raises as `load` does."""
    texts, _ = read(path, KIND)
    found: dict[str, Any] = _json(path, texts, "metadata")
    return found


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
