"""Saving: a file appears whole or not at all, and never with an ending that cannot be written."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from autograd_lite.errors import ArgumentError
from autograd_lite.files import write_whole


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
