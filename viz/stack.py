"""Reading a model as a stack of layers: sizes, weights, and the activations of an example."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd_lite import no_grad
from autograd_lite.errors import ArgumentError, UnsupportedError
from autograd_lite.graph import Node, numbers

from .our_nn import our_nn

MOST, HALF = 16, 6  # circles of a layer; those at each end of a folded one


@dataclass(slots=True)
class Layer:
    """A column of circles: how many units, what it is called, and what led to it.

    weight: (d, p) from the layer before, None for the input.  values: activations, if known.
    gradient: of the weight, and delta: of the bias, if asked for.
    functions: what is applied to the sums, in words, as "relu".
    """

    size: int
    weight: Any = None
    bias: Any = None
    values: Any = None
    gradient: Any = None
    delta: Any = None
    functions: tuple[str, ...] = ()

    @property
    def shown(self) -> list[int]:
        """The units that have a circle: all, or those at both ends."""
        if self.size <= MOST:
            return list(range(self.size))
        return [*range(HALF), *range(self.size - HALF, self.size)]


def stack_of(
    model: Any, x: Any, gradients: bool = False, state: Mapping[str, Any] | None = None
) -> list[Layer]:
    """The columns of a model, input first, with the activations of `x` if it is given.

    gradients: with what backward left on the parameters.  state: as if the model had this state.
    """
    nn = our_nn()
    if state is not None:
        model = copy.deepcopy(model)
        model.load_state_dict(state)
    signal = None if x is None else _example(x)
    layers: list[Layer] = []
    before: tuple[str, ...] = ()  # what is applied to the input itself
    start = signal
    with no_grad():
        for path, part in _parts(model, nn):
            if signal is not None:
                signal = _numbers(nn.predict(part, signal[None])[0])
            if isinstance(part, nn.Linear):
                if not layers:
                    layers.append(Layer(part.d, values=start, functions=before))
                if layers[-1].size != part.d:
                    raise UnsupportedError(
                        f"network: {path} takes {part.d} features, but the layer before gives "
                        f"{layers[-1].size}.\n  Such a model cannot run; mend its sizes."
                    )
                bias = None if part.bias is None else _numbers(part.bias)
                layers.append(Layer(part.p, _numbers(part.weight), bias))
                if gradients:
                    layers[-1].gradient = _gradient(part.weight, path)
                    layers[-1].delta = None if bias is None else _gradient(part.bias, path)
            else:
                said = _function(part)
                before += (said,)
                if layers:
                    layers[-1].functions += (said,)
            if layers:
                layers[-1].values = signal
            else:
                start = signal
    if not layers:
        raise UnsupportedError(
            f"network: {type(model).__name__} has no linear layer, so there is nothing to draw.\n"
            "  Give an nn.MLP, or an nn.Sequential with nn.Linear layers."
        )
    return layers


def _parts(model: Any, nn: Any) -> Iterator[tuple[str, Any]]:
    """The modules that a signal passes, one after the other, out of nested stacks."""
    known: tuple[Any, ...] = (nn.Linear, nn.Dropout, nn.LayerNorm, nn.BatchNorm1d, nn.Identity)
    known += (nn.Softmax, nn.LogSoftmax)
    waiting: list[tuple[str, Any]] = [("", model)]
    while waiting:
        path, part = waiting.pop()
        if isinstance(part, nn.Sequential) and not isinstance(part, nn.Residual):
            inside = [(f"{path}.{i}".lstrip("."), p) for i, p in enumerate(part.layers)]
            waiting += reversed(inside)
        elif isinstance(part, known) or _is_activation(part, nn):
            yield path or type(part).__name__, part
        else:
            place = f"{path}: " if path else ""
            raise UnsupportedError(
                f"network: {place}{type(part).__name__} is no linear layer and nothing that goes "
                "between two of them.\n  It draws nn.Linear, activations, nn.Dropout and "
                "nn.LayerNorm in an nn.Sequential or nn.MLP; for any other model use "
                "viz.draw(model(x))."
            )


def _is_activation(part: Any, nn: Any) -> bool:
    return isinstance(part, nn.Module) and any(
        kind.__module__.startswith("nn.activations") for kind in type(part).__mro__
    )


def _function(part: Any) -> str:
    named = (
        name for name, build in our_nn().activations.ACTIVATIONS.items() if type(part) is build
    )
    settings = part.describe() if hasattr(part, "describe") else ""
    return next(named, type(part).__name__.lower()) + (f" {settings}" if settings else "")


def _example(x: Any) -> Any:
    data = _numbers(x)
    if data.ndim == 2 and len(data) == 1:
        data = data[0]
    if data.ndim != 1:
        raise ArgumentError(
            f"network: x has shape {data.shape}; the circles show one example.\n"
            "  Give one row, as X[0]."
        )
    return data


def _gradient(parameter: Any, path: str) -> Any:
    """What backward left on a parameter: a Tensor, or an array of Values."""
    if isinstance(parameter, Node):
        found = parameter.grad
    else:
        each = [value.grad for value in parameter.flat]
        found = None
        if all(value is not None for value in each):
            found = np.array(each, dtype=float).reshape(parameter.shape)
    if found is None:
        raise ArgumentError(
            f"network: gradients=True, but {path} has none.\n"
            "  Compute a loss with the model and call its backward() first, and draw before the "
            "optimiser's zero_grad()."
        )
    return np.asarray(numbers(found))


def _numbers(x: Any) -> Any:
    """The plain numbers of an array, Tensor or array of Values."""
    data = numbers(x)
    if isinstance(data, np.ndarray) and data.dtype != object:
        return data
    data = np.asarray(data, dtype=None if isinstance(data, np.ndarray) else object)
    flat = [v.data if isinstance(v, Node) else v for v in data.flat]
    return np.array(flat, dtype=float).reshape(data.shape)
