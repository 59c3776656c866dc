"""`Module`: what has parameters, finds them by itself, and can save and load them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograd_lite import Tensor, Value, detach
from autograd_lite.errors import ShapeError, UnsupportedError

Parameter = Any  # a leaf Tensor, or an object array of leaf Values


class Module:
    """A layer, a model, or anything with parameters.

    Assign modules, parameters, or lists, tuples and dicts of them to attributes; nothing is
    registered by hand. A parameter is a `Tensor` leaf or an object array of `Value` leaves; a plain
    array is a constant. Write `forward`, and call the module.

    >>> from nn import Linear
    >>> class Doubled(Module):
    ...     def __init__(self):
    ...         self.inner = Linear(3, 2, rng=0)
    ...
    ...     def forward(self, x):
    ...         return 2 * self.inner(x)
    >>> [name for name, _ in Doubled().named_parameters()]
    ['inner.weight', 'inner.bias']
    """

    training = True
    frozen = False

    def forward(self, x: Any) -> Any:
        """The output for an input; every module writes its own."""
        raise UnsupportedError(
            f"{type(self).__name__} has no forward method. Write forward(self, x)."
        )

    def __call__(self, *inputs: Any) -> Any:
        return self.forward(*inputs)

    # --- parameters ---------------------------------------------------------------------------

    def named_modules(self, path: str = "") -> Iterator[tuple[str, Module]]:
        """This module and all inside it, each once, with its path, as "layers.0"."""
        seen: set[int] = set()
        for name, module in self._named_modules(path):
            if id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def _named_modules(self, path: str) -> Iterator[tuple[str, Module]]:
        yield path, self
        for name, item in _items(self):
            if isinstance(item, Module):
                yield from item._named_modules(_join(path, name))

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Every parameter once, with its path, as "layers.0.weight"."""
        seen: set[int] = set()
        for path, module in self.named_modules():
            for name, item in _items(module):
                if _is_parameter(item) and id(item) not in seen:
                    seen.add(id(item))
                    yield _join(path, name), item

    def parameters(self) -> Iterator[Any]:
        """The nodes that an optimiser changes: Tensors, or the single Values of a scalar model."""
        for _, parameter in self.named_parameters():
            if isinstance(parameter, Tensor):
                yield parameter
            else:
                yield from parameter.flat

    def zero_grad(self) -> None:
        """Forget the gradients: they are `None` again."""
        for parameter in self.parameters():
            parameter.grad = None

    def freeze(self) -> Module:
        """Make the parameters constants: no gradient is computed for them. Returns the module."""
        return self._set_frozen(True)

    def unfreeze(self) -> Module:
        """Let the parameters learn again. Returns the module."""
        return self._set_frozen(False)

    def _set_frozen(self, frozen: bool) -> Module:
        for _, module in self.named_modules():
            module.frozen = frozen
        self.zero_grad()
        return self

    def constant_if_frozen(self, parameter: Parameter) -> Any:
        """The parameter, or its numbers alone while the module is frozen."""
        return detach(parameter) if self.frozen else parameter

    # --- modes --------------------------------------------------------------------------------

    def train(self) -> Module:
        """Behave as in training (dropout drops). Returns the module."""
        for _, module in self.named_modules():
            module.training = True
        return self

    def eval(self) -> Module:
        """Behave as in use (dropout passes everything). Returns the module."""
        for _, module in self.named_modules():
            module.training = False
        return self

    # --- saving and loading -------------------------------------------------------------------

    def state_dict(self) -> dict[str, np.ndarray[Any, Any]]:
        """A copy of every parameter's numbers, by path. The same for Tensor and scalar models."""
        return {name: np.array(detach(parameter)) for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take the numbers of `state_dict()`. All names and shapes must fit, else nothing changes.

        Raises ShapeError naming the parameters that are missing, unknown, or of another shape.
        """
        own = dict(self.named_parameters())
        wrong = [f"{name} is missing" for name in own if name not in state]
        wrong += [f"{name} is unknown" for name in state if name not in own]
        arrays = {}
        for name in own:
            if name in state:
                arrays[name] = np.asarray(state[name])
                expected = (
                    np.shape(own[name]) if isinstance(own[name], np.ndarray) else own[name].shape
                )
                if arrays[name].shape != expected:
                    wrong.append(f"{name} has shape {arrays[name].shape}, the model's {expected}")
                elif arrays[name].dtype.kind not in "iuf":
                    wrong.append(f"{name} is of {arrays[name].dtype}, not of real numbers")
        if wrong:
            raise ShapeError(
                f"load_state_dict: {'; '.join(wrong)}.\n"
                f"  Build the model as the saved one was built. It is unchanged."
            )
        for name, parameter in own.items():
            if isinstance(parameter, Tensor):
                parameter.data = arrays[name].astype(parameter.dtype)
            else:
                for value, number in zip(parameter.flat, arrays[name].flat, strict=True):
                    value.data = float(number)

    # --- showing ------------------------------------------------------------------------------

    def describe(self) -> str:
        """The settings of the module, for its repr."""
        return ""

    def __repr__(self) -> str:
        inside = [(name, item) for name, item in _items(self) if isinstance(item, Module)]
        if not inside:
            return f"{type(self).__name__}({self.describe()})"
        lines = [f"  ({name}): {item!r}".replace("\n", "\n  ") for name, item in inside]
        return "\n".join([f"{type(self).__name__}(", *lines, ")"])


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _items(module: Module) -> Iterator[tuple[str, Any]]:
    """The attributes of a module, and the members of those that are lists, tuples or dicts."""
    for name, item in vars(module).items():
        yield from _members(name, item)


def _members(name: str, item: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(item, list | tuple):
        for i, member in enumerate(item):
            yield from _members(f"{name}.{i}", member)
    elif isinstance(item, dict):
        for key, member in item.items():
            yield from _members(f"{name}.{key}", member)
    else:
        yield name, item


def _is_parameter(item: Any) -> bool:
    if isinstance(item, Tensor):
        return item.op is None
    return (
        isinstance(item, np.ndarray)
        and item.dtype == object
        and item.size > 0
        and all(isinstance(v, Value) and v.op is None for v in item.flat)
    )
