"""The `nn` package, made sure of: a learner's own nn.py in the working folder would hide it."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

from autograd_lite.errors import DependencyError


def our_nn() -> ModuleType:
    """The `nn` that was installed with this package.

    Raises DependencyError, naming the file, if another one is found first.
    """
    nn = importlib.import_module("nn")
    expected = Path(__file__).resolve().parent.parent / "nn"
    found = Path(nn.__file__ or "").resolve()
    if found.parent != expected:
        raise DependencyError(
            f"`import nn` finds {found}, which is not autograd-lite's nn ({expected}).\n"
            "  Rename that file, or run from another folder."
        )
    return nn
