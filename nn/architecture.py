"""What a model is made of, as plain data: to be written down, read, and built again.

A module is described as {"kind": "Linear", "d": 64, "p": 32, ...}: its class, and what its `config`
gives. Only classes that are registered here are ever built, so a description can be read from a
file that nobody vouches for.
"""

from __future__ import annotations

import math
from typing import Any, TypeVar

import numpy as np

from autograd_lite.errors import AutogradError, FileError, UnsupportedError

from . import activations, layers, normalisation, stacks
from .module import Module

M = TypeVar("M", bound=type[Module])
KINDS: dict[str, type[Module]] = {}
SIZES = ("d", "p", "count")  # the settings of which arrays are as large as the product
DEEPEST = 100


def register(kind: M) -> M:
    """Let models that hold modules of this class be saved and loaded; a decorator.

    The class writes `config`, and its `from_config` or its constructor takes what that gives.
    Raises UnsupportedError if another class has the name.

    >>> from nn import Linear, Sequential, architecture
    >>> @architecture.register
    ... class Doubled(Module):
    ...     def forward(self, x):
    ...         return x + x
    ...
    ...     def config(self):
    ...         return {}
    >>> describe(Sequential(Doubled()))
    {'kind': 'Sequential', 'layers': [{'kind': 'Doubled'}]}
    """
    known = KINDS.get(kind.__name__)
    if known is not None and (known.__module__, known.__qualname__) != (
        kind.__module__,
        kind.__qualname__,
    ):
        raise UnsupportedError(
            f"register: {kind.__name__} is taken, by {known.__module__}. Name the class otherwise."
        )
    KINDS[kind.__name__] = kind
    return kind


for _module in (activations, layers, normalisation, stacks):
    for _item in vars(_module).values():
        if isinstance(_item, type) and issubclass(_item, Module) and "config" in dir(_item):
            KINDS.setdefault(_item.__name__, _item)
for _base in ("Module", "Activation"):
    KINDS.pop(_base, None)


def describe(module: Module) -> dict[str, Any]:
    """A module as plain data.

    Raises UnsupportedError for a class that is not registered.

    >>> from nn import MLP
    >>> describe(MLP([4, 3, 2]))["layers"][1]
    {'kind': 'ReLU'}
    """
    kind = type(module).__name__
    if KINDS.get(kind) is not type(module):
        raise UnsupportedError(
            f"{kind} is a module of your own, so what it is cannot be written down.\n"
            "  Give it a config method and register it with nn.architecture.register; or save its "
            "state_dict() alone."
        )
    return {"kind": kind} | {name: _plain(value) for name, value in module.config().items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Module):
        return describe(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def build(description: Any, most: float = math.inf) -> Module:
    """The module that a description is of, with numbers of its own.

    most: how many entries the largest array may have. What comes from a file is held against what
    the file holds, so that a few bytes cannot ask for all of the memory.
    Raises FileError if the description is none.

    >>> build({"kind": "Linear", "d": 2, "p": 3, "bias": False})
    Linear(2, 3, bias=False)
    """
    return _build(description, most, 0)


def _build(description: Any, most: float, depth: int) -> Module:
    if not isinstance(description, dict) or not isinstance(description.get("kind"), str):
        raise FileError(f"The description of a module is {description!r:.60}; it needs a kind.")
    if depth > DEEPEST:
        raise FileError(f"The architecture is nested deeper than {DEEPEST} modules.")
    settings = dict(description)
    kind = settings.pop("kind")
    if kind not in KINDS:
        raise FileError(
            f"The model has a module of the kind {kind!r:.60}, which is not known here.\n"
            "  If it is your own, import it and register it with nn.architecture.register first."
        )
    sizes = [settings[name] for name in SIZES if isinstance(settings.get(name), int)]
    if math.prod(sizes) > most:
        raise FileError(f"{kind}: sizes {sizes} are larger than the arrays that come with it.")
    for name, value in settings.items():
        if isinstance(value, list):
            settings[name] = [_build(item, most, depth + 1) for item in value]
    try:
        return KINDS[kind].from_config(settings)
    except AutogradError as error:
        raise FileError(f"The description of a {kind} is wrong: {error}") from None
    except (TypeError, ValueError, KeyError, MemoryError) as error:
        raise FileError(f"The description of a {kind} is wrong: {error}.") from None


def entries(arrays: dict[str, np.ndarray[Any, Any]]) -> int:
    """How many entries the largest array has."""
    return max((array.size for array in arrays.values()), default=0)
