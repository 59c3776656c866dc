"""`Module`: what has parameters, finds them by itself, and can save and load them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograd_lite import Tensor, Value, detach
from autograd_lite.errors import DataError, ShapeError, UnsupportedError

from .interrupts import uninterrupted

Array = np.ndarray[Any, Any]
Parameter = Any  # a leaf Tensor, or an object array of leaf Values


class Module:
    """A layer, a model, or anything with parameters.

    Assign modules, parameters, or lists, tuples and dicts of them to attributes; nothing is
    registered by hand. A parameter is a `Tensor` leaf or an object array of `Value` leaves; a plain
    array is a constant, so that is how to keep a result of an earlier call: `ag.detach(result)`.
    Write `forward`, and call the module.

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
    buffers: tuple[str, ...] = ()  # attributes that are not learned but belong to the state

    def forward(self, x: Any) -> Any:
        """The output for an input; every module writes its own."""
        raise UnsupportedError(
            f"{type(self).__name__} has no forward method. Write forward(self, x)."
        )

    def __call__(self, *inputs: Any) -> Any:
        if self.frozen:
            return self._call_frozen(inputs)
        return self.forward(*inputs)

    # --- parameters ---------------------------------------------------------------------------

    def named_modules(self, path: str = "") -> Iterator[tuple[str, Module]]:
        """This module and all inside it, each once, with its path, as "layers.0"."""
        seen: set[int] = set()
        waiting: list[tuple[str, Module]] = [(path, self)]
        while waiting:
            place, module = waiting.pop()
            if id(module) not in seen:
                seen.add(id(module))
                yield place, module
                inside = [
                    (_join(place, name), item)
                    for name, item in _items(module)
                    if isinstance(item, Module)
                ]
                waiting += reversed(inside)

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Every parameter once, with its path, as "layers.0.weight"."""
        return ((name, item) for name, item in self._named_state() if _is_parameter(item))

    def _named_state(self) -> Iterator[tuple[str, Any]]:
        """Parameters and buffers with their paths, module by module."""
        seen: set[int] = set()
        for path, module in self.named_modules():
            for name, item in _items(module):
                if _is_parameter(item) and id(item) not in seen:
                    seen.add(id(item))
                    yield _join(path, name), item
            for name in module.buffers:
                yield _join(path, name), getattr(module, name)

    def biases(self) -> Iterator[Any]:
        """The nodes of parameters with one axis: biases, and the scales of normalisation.

        Weight decay usually leaves them out: `nn.AdamW(..., no_decay=model.biases())`.
        """
        for _, parameter in self.named_parameters():
            if len(parameter.shape) < 2:
                yield from (parameter,) if isinstance(parameter, Tensor) else parameter.flat

    def parameters(self) -> Iterator[Any]:
        """The nodes that an optimiser changes: Tensors, or the single Values of a scalar model."""
        seen: set[int] = set()
        for _, parameter in self.named_parameters():
            for node in (parameter,) if isinstance(parameter, Tensor) else parameter.flat:
                if id(node) not in seen:
                    seen.add(id(node))
                    yield node

    def zero_grad(self) -> None:
        """Forget the gradients: they are `None` again."""
        for parameter in self.parameters():
            parameter.grad = None

    def freeze(self) -> Module:
        """Make the parameters constants: no gradient is computed for them. Returns the module.

        It holds when this module, or one inside it, is called; the input still gets its gradient.
        """
        return self._set_frozen(True)

    def unfreeze(self) -> Module:
        """Let the parameters learn again. Returns the module."""
        return self._set_frozen(False)

    def _set_frozen(self, frozen: bool) -> Module:
        for _, module in self.named_modules():
            module.frozen = frozen
        self.zero_grad()
        return self

    def _call_frozen(self, inputs: tuple[Any, ...]) -> Any:
        """Run `forward` on a copy that holds plain numbers where this module holds parameters."""
        twin = copy.copy(self)
        constants = {name: _constant(item) for name, item in vars(self).items()}
        vars(twin).update(constants)
        output = twin.forward(*inputs)
        # what forward has assigned is kept, as without freezing
        vars(self).update(
            (name, item)
            for name, item in vars(twin).items()
            if name not in constants or item is not constants[name]
        )
        return output

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

    def state_dict(self) -> dict[str, Array]:
        """A copy of the numbers of every parameter and buffer, by path, as PyTorch names them.

        The same for Tensor and scalar models.
        """
        return {name: np.array(detach(item)) for name, item in self._named_state()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take the numbers of `state_dict()`. All names and shapes must fit, else nothing changes.

        The numbers are cast to the dtype of the model's own parameters.
        Raises ShapeError naming the parameters that are missing, unknown, or of another shape,
        DataError for what is not an array of real numbers, or too large for the model's dtype.
        """
        if not isinstance(state, Mapping):
            raise DataError(
                f"load_state_dict: {type(state).__name__} {state!r:.40} is no mapping of names to "
                "arrays.\n  Give what state_dict() gave."
            )
        own = dict(self._named_state())
        wrong = [f"{name} is missing" for name in own if name not in state]
        wrong += [f"{name} is unknown" for name in state if name not in own]
        arrays = {name: _loadable(name, state[name], own[name]) for name in own if name in state}
        wrong += [
            f"{name} has shape {array.shape}, the model's {own[name].shape}"
            for name, array in arrays.items()
            if array.shape != own[name].shape
        ]
        if wrong:
            raise ShapeError(
                f"load_state_dict: {'; '.join(wrong)}.\n"
                "  Build the model as the saved one was built. It is unchanged."
            )
        with uninterrupted():
            for name, array in arrays.items():
                if isinstance(own[name], Tensor):
                    own[name].data = array
                elif own[name].dtype == object:
                    for value, number in zip(own[name].flat, array.flat, strict=True):
                        value.data = float(number)
                else:
                    own[name][...] = array

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Module:
        """The module that `config` describes, with numbers of its own."""
        return cls(**config)

    def config(self) -> dict[str, Any]:
        """The arguments that build this module again: numbers, texts and modules, by name.

        What `nn.save` writes down of it, beside the numbers of `state_dict()`. A module of your own
        that is to be saved with its architecture writes it, and is registered with
        `nn.architecture.register`.
        """
        raise UnsupportedError(
            f"{type(self).__name__} has no config method, so what it is cannot be written down.\n"
            "  Save its state_dict(), or write config(self)."
        )

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


def _constant(item: Any) -> Any:
    """A parameter as its numbers; the parameters in a list, tuple or dict likewise."""
    if _is_parameter(item):
        return detach(item)
    if isinstance(item, list | tuple | dict):
        if not any(_is_parameter(member) for _, member in _members("", item)):
            return item
        if isinstance(item, dict):
            return {key: _constant(member) for key, member in item.items()}
        members = [_constant(member) for member in item]
        return type(item)(*members) if hasattr(item, "_fields") else type(item)(members)
    return item


def _loadable(name: str, given: Any, own: Any) -> Array:
    """The given numbers as a new array of the dtype of the model's own."""
    dtype = np.dtype(float) if own.dtype == object else own.dtype
    try:
        array = np.asarray(detach(given))
    except ValueError as error:
        raise DataError(f"load_state_dict: {name} is no array: {error}.") from None
    if array.dtype.kind not in "iuf":
        raise DataError(
            f"load_state_dict: {name} is of {array.dtype}, not of real numbers.\n"
            "  The model is unchanged."
        )
    with np.errstate(over="ignore"):
        cast = array.astype(dtype)
    if not np.array_equal(np.isfinite(cast), np.isfinite(array)):
        raise DataError(
            f"load_state_dict: {name} has numbers too large for the model's {dtype}.\n"
            "  Build the model with dtype='float64'. It is unchanged."
        )
    return cast


def _is_parameter(item: Any) -> bool:
    if isinstance(item, Tensor):
        return item.op is None
    return (
        isinstance(item, np.ndarray)
        and item.dtype == object
        and item.size > 0
        and all(isinstance(v, Value) and v.op is None for v in item.flat)
    )
