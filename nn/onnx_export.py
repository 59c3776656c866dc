"""`to_onnx`: a model as an ONNX file, which other programs run."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite.errors import ArgumentError, DependencyError, UnsupportedError
from autograd_lite.files import write_whole
from autograd_lite.rules import GELU_CUBIC, GELU_SCALE

from . import activations as act
from .layers import Dropout, Embedding, Flatten, Linear
from .module import Module
from .normalisation import BatchNorm1d, LayerNorm
from .stacks import MLP, Residual, Sequential

OPSET = 17  # the first with LayerNormalization
IR_VERSION = 8  # of the file format, the one that came with it


def to_onnx(
    model: Module, path: str | os.PathLike[str], input_shape: Sequence[int] | None = None
) -> Path:
    """Write a model as an ONNX file, for any number of examples, as it is in use. Gives the path.

    The input is called "X", (n, ...) float32, or int64 for an Embedding; the output "Y". The
    numbers are written as float32. Dropout passes, and batch normalisation uses what it tracked.
    input_shape: of one example, where the first layer does not tell it: (8, 8) for a Flatten.
    The file is whole or not there.
    Raises UnsupportedError naming a module that has no form in ONNX, ArgumentError if the shape of
    the input has to be given, DependencyError without the package onnx.
    Source: the ONNX operator set, version 17.
    """
    onnx = _onnx()
    graph = _Graph(onnx)
    shape = _shape(model, input_shape)
    output, rank = graph.add(model, "X", 1 + len(shape))
    graph.node("Identity", [output], "Y")
    helper, kind = onnx.helper, onnx.TensorProto
    takes = kind.INT64 if isinstance(_first(model), Embedding) else kind.FLOAT
    made = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "model",
            [helper.make_tensor_value_info("X", takes, ["n", *shape])],
            [helper.make_tensor_value_info("Y", kind.FLOAT, ["n"] + [None] * (rank - 1))],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="autograd-lite",
        ir_version=IR_VERSION,
    )
    onnx.checker.check_model(made, full_check=True)
    return write_whole(path, made.SerializeToString())


class _Graph:
    """Nodes and constants, as they are added."""

    def __init__(self, onnx: Any) -> None:
        self.onnx = onnx
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, array: Any, dtype: Any = np.float32) -> str:
        name = f"c{len(self.constants)}"
        array = np.ascontiguousarray(array, dtype=dtype)
        self.constants.append(self.onnx.numpy_helper.from_array(array, name))
        return name

    def node(self, op: str, inputs: list[str], output: str | None = None, **settings: Any) -> str:
        name = output or f"t{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(op, inputs, [name], **settings))
        return name

    def add(self, module: Module, x: str, rank: int) -> tuple[str, int]:
        """The nodes of a module; gives the name and the number of axes of its output."""
        write = WRITERS.get(type(module))
        if write is None:
            raise UnsupportedError(
                f"to_onnx: {type(module).__name__} has no form in ONNX here.\n"
                f"  There are forms for {', '.join(sorted(k.__name__ for k in WRITERS))}."
            )
        return write(self, module, x, rank)


def _state(module: Module) -> dict[str, Any]:
    return module.state_dict()


def _linear(g: _Graph, m: Any, x: str, rank: int) -> tuple[str, int]:
    state = _state(m)
    weight, bias = g.constant(state["weight"]), state.get("bias")
    if rank == 2:
        return g.node("Gemm", [x, weight, *([] if bias is None else [g.constant(bias)])]), rank
    product = g.node("MatMul", [x, weight])
    return (product if bias is None else g.node("Add", [product, g.constant(bias)])), rank


def _embedding(g: _Graph, m: Any, x: str, rank: int) -> tuple[str, int]:
    return g.node("Gather", [g.constant(_state(m)["weight"]), x], axis=0), rank + 1


def _layer_norm(g: _Graph, m: Any, x: str, rank: int) -> tuple[str, int]:
    state = _state(m)
    inputs = [x, g.constant(state["weight"]), g.constant(state["bias"])]
    return g.node("LayerNormalization", inputs, axis=-1, epsilon=m.eps), rank


def _batch_norm(g: _Graph, m: Any, x: str, rank: int) -> tuple[str, int]:
    state = _state(m)
    names = ("weight", "bias", "running_mean", "running_var")
    inputs = [x, *(g.constant(state[name]) for name in names)]
    return g.node("BatchNormalization", inputs, epsilon=m.eps), rank


def _sequential(g: _Graph, m: Any, x: str, rank: int) -> tuple[str, int]:
    for layer in m:
        x, rank = g.add(layer, x, rank)
    return x, rank


def _residual(g: _Graph, m: Any, x: str, rank: int) -> tuple[str, int]:
    change, rank = _sequential(g, m, x, rank)
    return g.node("Add", [x, change]), rank


def _silu(g: _Graph, m: Any, x: str, rank: int) -> tuple[str, int]:
    return g.node("Mul", [x, g.node("Sigmoid", [x])]), rank


def _gelu(g: _Graph, m: Any, x: str, rank: int) -> tuple[str, int]:
    # a (1 + tanh(scale (a + cubic a^3))) / 2
    cube = g.node("Mul", [g.node("Mul", [x, x]), x])
    inner = g.node("Add", [x, g.node("Mul", [cube, g.constant(GELU_CUBIC)])])
    tanh = g.node("Tanh", [g.node("Mul", [inner, g.constant(GELU_SCALE)])])
    half = g.node("Mul", [x, g.constant(0.5)])
    return g.node("Mul", [half, g.node("Add", [tanh, g.constant(1.0)])]), rank


def _pass(g: _Graph, m: Any, x: str, rank: int) -> tuple[str, int]:
    return x, rank


def _plain(op: str, **settings: Callable[[Any], Any]) -> Callable[..., tuple[str, int]]:
    """A module that is one ONNX operator; settings give the operator's from the module."""

    def write(g: _Graph, m: Any, x: str, rank: int) -> tuple[str, int]:
        given = {name: get(m) for name, get in settings.items()}
        return g.node(op, [x], **given), rank

    return write


WRITERS: dict[type[Module], Callable[..., tuple[str, int]]] = {
    Linear: _linear,
    Embedding: _embedding,
    LayerNorm: _layer_norm,
    BatchNorm1d: _batch_norm,
    Flatten: lambda g, m, x, rank: (g.node("Flatten", [x], axis=1), 2),
    Dropout: _pass,
    Sequential: _sequential,
    MLP: _sequential,
    Residual: _residual,
    act.Identity: _pass,
    act.ReLU: _plain("Relu"),
    act.Tanh: _plain("Tanh"),
    act.Sigmoid: _plain("Sigmoid"),
    act.Softplus: _plain("Softplus"),
    act.LeakyReLU: _plain("LeakyRelu", alpha=lambda m: m.slope),
    act.ELU: _plain("Elu", alpha=lambda m: m.alpha),
    act.Softmax: _plain("Softmax", axis=lambda m: m.axis),
    act.LogSoftmax: _plain("LogSoftmax", axis=lambda m: m.axis),
    act.SiLU: _silu,
    act.GELU: _gelu,
}


def _first(model: Module) -> Module | None:
    """The first layer that minds what comes in."""
    if isinstance(model, Sequential):
        return next((found for layer in model if (found := _first(layer)) is not None), None)
    return (
        model if isinstance(model, Linear | Embedding | LayerNorm | BatchNorm1d | Flatten) else None
    )


def _shape(model: Module, given: Sequence[int] | None) -> list[Any]:
    """The shape of one example."""
    if given is not None:
        sizes = list(given)
        if not all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in sizes):
            raise ArgumentError(f"to_onnx: input_shape={given!r}; give whole numbers, 1 or more.")
        return sizes
    first = _first(model)
    if isinstance(first, Linear | LayerNorm | BatchNorm1d):
        return [first.d]
    raise ArgumentError(
        f"to_onnx: the first layer, {type(first or model).__name__}, does not tell how large an "
        "example is.\n  Give input_shape, the shape of one example: input_shape=(8, 8)."
    )


def _onnx() -> Any:
    try:
        import onnx
        import onnx.checker
        import onnx.helper
        import onnx.numpy_helper
    except ImportError:
        raise DependencyError(
            'to_onnx needs the package onnx.\n  pip install "autograd-lite[export]"'
        ) from None
    return onnx
