"""Arrays and texts in one safetensors file, with a checksum; nothing in it is ever run."""

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

Array = np.ndarray[Any, Any]
VERSION = 1
OWN = ("format", "version", "checksum")
INSTALL = 'pip install "autograd-lite[export]"'


def write(
    path: str | os.PathLike[str], kind: str, texts: Mapping[str, str], arrays: Mapping[str, Array]
) -> Path:
    """Write texts and arrays, whole or not at all; gives the path.

    Raises DataError for an array that the format has no type for, DependencyError without the
    package safetensors.
    """
    safetensors = _safetensors()
    # A transposed array would be written in the order of its memory, under its own shape.
    given = {name: _contiguous(name, array) for name, array in arrays.items()}
    every = {"format": kind, "version": str(VERSION), **texts}
    every["checksum"] = _checksum(every, given)
    return write_whole(path, safetensors.numpy.save(given, metadata=every))


def read(path: str | os.PathLike[str], kind: str) -> tuple[dict[str, str], dict[str, Array]]:
    """The texts and arrays of a file; of one that another program wrote, the arrays alone.

    Raises FileError if it is no safetensors file, is damaged, or is of a newer version; OSError if
    it cannot be read; DependencyError without the package safetensors.
    """
    safetensors = _safetensors()
    path = Path(path)
    with open(path, "rb"):  # the usual OSError for a missing file or a folder
        pass
    try:
        with safetensors.safe_open(path, framework="np") as file:
            texts = dict(file.metadata() or {})
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if any(array.dtype.kind not in "biuf" for array in arrays.values()):
            raise ValueError("not understood")  # of a type that another package taught NumPy
    except (safetensors.SafetensorError, TypeError, ValueError, KeyError, OverflowError) as error:
        raise FileError(
            f"{path} is no safetensors file, or is damaged: {_reason(str(error))}.\n"
            "  It has to be written by autograd-lite. Nothing was loaded."
        ) from None
    if texts.get("format") != kind:
        return {}, arrays
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
    return {key: text for key, text in texts.items() if key not in OWN}, arrays


# What the package says of a file, and what that means.
REASONS = {
    "header too small": "it is empty, or cut short",
    "header too large": "its header would be larger than any may be",
    "invalid header length": "it is cut short inside its header",
    "not fully covered": "it is shorter or longer than its header says",
    "UTF-8": "its header is no text",
    "JSON": "its header does not describe arrays",
    "offset": "its arrays overlap, leave gaps, or are not as large as their shapes say",
    "overflow": "an array in it would be larger than any memory",
    "not understood": "an array in it is of a type that NumPy does not have",
}


def _reason(said: str) -> str:
    """What is wrong with a file, in words for its owner."""
    found = [words for part, words in REASONS.items() if part in said]
    return found[0] if found else "what it holds does not fit its header"


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
