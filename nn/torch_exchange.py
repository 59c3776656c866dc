"""`to_torch` and `from_torch`: the same model in PyTorch, with the same numbers.

The names in `state_dict` are the same; a linear weight is (d, p) here and (p, d) there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite.errors import DependencyError, UnsupportedError

from . import activations as act
from .layers import Dropout, Embedding, Flatten, Linear
from .module import Module
from .normalisation import BatchNorm1d, LayerNorm
from .stacks import Residual, Sequential


def to_torch(model: Module) -> Any:
    """The model as a `torch.nn.Module` that gives the same outputs, in the same mode.

    Its `state_dict` has the same names and holds copies of the numbers.
    Raises UnsupportedError naming a module that PyTorch has no like of, DependencyError without
    PyTorch.
    """
    return _there(_torch(), model)


def from_torch(module: Any) -> Module:
    """A `torch.nn.Module` of linear layers, activations and their kin as a model of this package.

    It takes torch.nn.Sequential, nested as you like, and what `to_torch` gives. The numbers are
    copied with their dtype, and the mode is kept.
    Raises UnsupportedError naming a module, or a setting of one, that has no like here;
    DependencyError without PyTorch.
    """
    return _here(_torch(), module, type(module).__name__)


# --- there ----------------------------------------------------------------------------------------


def _there(torch: Any, module: Module) -> Any:
    if isinstance(module, Sequential):
        layers = torch.nn.Sequential(*(_there(torch, layer) for layer in module))
        return _stack(torch, layers, isinstance(module, Residual)).train(module.training)
    build = THERE.get(type(module))
    if build is None:
        raise UnsupportedError(
            f"to_torch: {type(module).__name__} has no like in PyTorch here.\n"
            f"  There are {', '.join(sorted(kind.__name__ for kind in THERE))}."
        )
    made = build(torch.nn, module)
    state = module.state_dict()
    if state:
        if isinstance(module, Linear):
            state["weight"] = state["weight"].T
        arrays = {name: torch.tensor(np.ascontiguousarray(a)) for name, a in state.items()}
        made = made.to(arrays["weight"].dtype)
        made.load_state_dict(arrays)
    return made.train(module.training)


def _stack(torch: Any, layers: Any, residual: bool) -> Any:
    """A module that holds its layers under that name, as `Sequential` and `Residual` do."""

    class Stack(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layers = layers
            self.residual = residual

        def forward(self, x: Any) -> Any:
            return x + self.layers(x) if self.residual else self.layers(x)

    return Stack()


THERE: dict[type[Module], Callable[[Any, Any], Any]] = {
    Linear: lambda t, m: t.Linear(m.d, m.p, bias=m.bias is not None),
    Embedding: lambda t, m: t.Embedding(m.count, m.d),
    LayerNorm: lambda t, m: t.LayerNorm(m.d, eps=m.eps),
    BatchNorm1d: lambda t, m: t.BatchNorm1d(m.d, eps=m.eps, momentum=m.momentum),
    Dropout: lambda t, m: t.Dropout(m.p),
    Flatten: lambda t, m: t.Flatten(),
    act.Identity: lambda t, m: t.Identity(),
    act.ReLU: lambda t, m: t.ReLU(),
    act.Tanh: lambda t, m: t.Tanh(),
    act.Sigmoid: lambda t, m: t.Sigmoid(),
    act.GELU: lambda t, m: t.GELU(approximate="tanh"),
    act.SiLU: lambda t, m: t.SiLU(),
    act.Softplus: lambda t, m: t.Softplus(),
    act.LeakyReLU: lambda t, m: t.LeakyReLU(m.slope),
    act.ELU: lambda t, m: t.ELU(m.alpha),
    act.Softmax: lambda t, m: t.Softmax(dim=m.axis),
    act.LogSoftmax: lambda t, m: t.LogSoftmax(dim=m.axis),
}

# --- here -----------------------------------------------------------------------------------------


def _here(torch: Any, module: Any, place: str) -> Module:
    if isinstance(module, torch.nn.Sequential):
        parts = [_here(torch, layer, f"{place}.{name}") for name, layer in module.named_children()]
        return _in_mode(Sequential(*parts), module)
    layers = getattr(module, "layers", None)
    if type(module).__name__ == "Stack" and isinstance(layers, torch.nn.Sequential):
        inside: Any = _here(torch, layers, f"{place}.layers")
        stack = Residual if module.residual else Sequential
        return _in_mode(stack(*inside.layers), module)
    kind = type(module).__name__
    if kind not in HERE or type(module) is not getattr(torch.nn, kind, None):
        raise UnsupportedError(
            f"from_torch: {place} is a {kind}, which has no like here.\n"
            f"  It takes torch.nn.Sequential of {', '.join(sorted(HERE))}."
        )
    build, expected = HERE[kind]
    for name, value in expected.items():
        found = getattr(module, name)
        if found != value:
            raise UnsupportedError(
                f"from_torch: {place} is a {kind} with {name}={found!r}; here it is {value!r}."
            )
    state = {name: _array(place, name, tensor) for name, tensor in module.state_dict().items()}
    made = build(module, str(state["weight"].dtype) if state else "")
    if kind == "Linear":
        state["weight"] = state["weight"].T
    if state:
        made.load_state_dict(state)
    return _in_mode(made, module)


def _array(place: str, name: str, tensor: Any) -> Any:
    try:
        return tensor.detach().cpu().numpy()
    except TypeError as error:
        raise UnsupportedError(f"from_torch: {place}.{name}: {error}.") from None


def _in_mode(made: Module, module: Any) -> Module:
    made.training = module.training
    return made


# How each is built from the other's settings and its dtype, and what its other settings have to be.
HERE: dict[str, tuple[Callable[[Any, str], Module], dict[str, Any]]] = {
    "Linear": (
        lambda m, dtype: Linear(m.in_features, m.out_features, m.bias is not None, dtype=dtype),
        {},
    ),
    "Embedding": (
        lambda m, dtype: Embedding(m.num_embeddings, m.embedding_dim, dtype=dtype),
        {"padding_idx": None, "max_norm": None},
    ),
    "LayerNorm": (
        lambda m, dtype: LayerNorm(m.normalized_shape[-1], m.eps, dtype=dtype),
        {"elementwise_affine": True},
    ),
    "BatchNorm1d": (
        lambda m, dtype: BatchNorm1d(m.num_features, m.eps, m.momentum, dtype=dtype),
        {"affine": True, "track_running_stats": True},
    ),
    "Dropout": (lambda m, _: Dropout(m.p), {}),
    "Flatten": (lambda m, _: Flatten(), {"start_dim": 1, "end_dim": -1}),
    "Identity": (lambda m, _: act.Identity(), {}),
    "ReLU": (lambda m, _: act.ReLU(), {}),
    "Tanh": (lambda m, _: act.Tanh(), {}),
    "Sigmoid": (lambda m, _: act.Sigmoid(), {}),
    "GELU": (lambda m, _: act.GELU(), {"approximate": "tanh"}),
    "SiLU": (lambda m, _: act.SiLU(), {}),
    "Softplus": (lambda m, _: act.Softplus(), {"beta": 1.0}),
    "LeakyReLU": (lambda m, _: act.LeakyReLU(m.negative_slope), {}),
    "ELU": (lambda m, _: act.ELU(m.alpha), {}),
    "Softmax": (lambda m, _: act.Softmax(m.dim), {}),
    "LogSoftmax": (lambda m, _: act.LogSoftmax(m.dim), {}),
}
assert {kind.__name__ for kind in THERE} == set(HERE)


def _torch() -> Any:
    try:
        import torch
    except ImportError:
        raise DependencyError(
            'Exchanging models with PyTorch needs PyTorch.\n  pip install "autograd-lite[torch]"'
        ) from None
    return torch
