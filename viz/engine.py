"""Finding a layout engine: the system's `dot`, else the one in the graphviz-pure wheel."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import threading
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import graphviz

from autograd_lite.errors import RenderError

PURE = "graphviz-pure"
_rendering = threading.Lock()  # the graphviz package keeps the executable's name in one global


@cache
def find_engine() -> str:
    """The path of an executable that lays out DOT.

    Raises RenderError, naming the cures, if there is none.
    """
    system = shutil.which("dot")
    if system:
        return system
    for path in _places(PURE + (".exe" if sys.platform == "win32" else "")):
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    found = shutil.which(PURE)
    if found:
        return found
    raise RenderError(
        "There is no layout engine on this machine, so the graph cannot be drawn.\n"
        "  Install Graphviz (Debian: apt install graphviz; macOS: brew install graphviz), or the "
        "wheel: pip install graphviz-pure.\n"
        "  Without one, .source (DOT) and text (print(viz.step(y))) still work."
    )


def _places(name: str) -> Iterator[Path]:
    """Where an installed wheel puts its executable.

    A virtual environment that is not activated is not on PATH, so the wheel's own list of files is
    asked first, then the folders where scripts go.
    """
    try:
        files = metadata.files(PURE) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == name:
            yield Path(os.path.normpath(str(file.locate())))
    yield Path(sysconfig.get_path("scripts"), name)
    yield Path(sys.executable).parent / name
    yield Path(sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")), name)


def render(source: str, format: str) -> bytes:
    """DOT source laid out as `format`: svg, png, json, plain, ...

    Raises RenderError if there is no layout engine, or if it cannot read the source.
    """
    engine = Path(find_engine())
    with _rendering:
        command = graphviz.backend.dot_command
        before, command.DOT_BINARY = command.DOT_BINARY, engine
        try:
            rendered = graphviz.Source(source).pipe(format=format, quiet=True)
        except graphviz.ExecutableNotFound:
            raise RenderError(
                f"The layout engine {engine} cannot be started.\n"
                "  Install Graphviz, or reinstall the wheel: pip install --force-reinstall "
                f"{PURE}.\n  .source (DOT) and text still work."
            ) from None
        except graphviz.CalledProcessError as error:
            reason = error.stderr or str(error)
            text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
            raise RenderError(
                f"{engine.name} could not draw the graph as {format}: {text.strip()[:300]}\n"
                "  .source (DOT) and text still work."
            ) from None
        finally:
            command.DOT_BINARY = before
    return bytes(rendered)
