"""Saving: a file appears whole or not at all, and never with an ending that cannot be written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from autograd_lite.errors import ArgumentError


def save(
    path: str | os.PathLike[str], writers: Mapping[str, Callable[[], str | bytes]], what: str
) -> Path:
    """Write a file by the writer for its ending. Gives the path.

    writers: for each ending, as ".svg", what makes the content.
    what: the thing that is saved, as "a walk".
    Raises ArgumentError, and writes nothing, for another ending; OSError where the file cannot be
    written.
    """
    target = Path(path)
    writer = writers.get(target.suffix.lower())
    if writer is None:
        ending = f"the ending {target.suffix!r}" if target.suffix else "no ending"
        *others, last = writers
        listed = f"{', '.join(others)} or {last}" if others else last
        raise ArgumentError(
            f"save: {target.name!r} has {ending}; {what} is saved as {listed}.\n"
            f"  Give the file {'one of these endings' if others else 'this ending'}."
        )
    return write_whole(target, writer())


def write_whole(target: Path, content: str | bytes) -> Path:
    """Write a file in one piece: into a temporary file beside it, then renamed."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".autograd-lite-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return target


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
