"""autograd-lite: reverse-mode automatic differentiation that shows its work.

A derivative rule is written once, as one row of a table (`autograd_lite.rules`). The same row
computes numbers, differentiates graphs to any order, runs forward mode, explains a step of
backpropagation, and prints itself as LaTeX and as Python.

>>> import autograd_lite as ag
>>> a, b, k = ag.Value(2.0, label="a"), ag.Value(-3.0, label="b"), ag.Value(5.0, label="k")
>>> L = (a * b + a) * k
>>> L.backward()
>>> a.grad
-10.0
"""

from typing import Any

from .anomaly import detect_anomaly
from .define import define
from .detach import detach
from .errors import (
    AnomalyError,
    ArgumentError,
    AutogradError,
    AxisError,
    DataError,
    DependencyError,
    ExpressionError,
    FileError,
    GradientError,
    IndexingError,
    LabelError,
    LeaveGraphError,
    LinAlgError,
    MutationError,
    RenderError,
    RuleError,
    ShapeError,
    UnsupportedError,
)
from .graph import Node, Step, steps
from .numpy_reductions import mean, std, var
from .program import Program, compile
from .recording import no_grad
from .rows import TABLE
from .rules import (
    absolute,
    add,
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    cbrt,
    clip,
    cos,
    cosh,
    divide,
    elu,
    exp,
    exp2,
    expm1,
    gelu,
    hypot,
    identity,
    leaky_relu,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    maximum,
    minimum,
    multiply,
    negative,
    power,
    reciprocal,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softplus,
    sqrt,
    square,
    subtract,
    tan,
    tanh,
    where,
)
from .tensor import Tensor
from .transforms import grad, jvp, value_and_grad
from .value import Value

abs = absolute
__all__ = [
    "TABLE",
    "AnomalyError",
    "ArgumentError",
    "AutogradError",
    "AxisError",
    "DataError",
    "DependencyError",
    "ExpressionError",
    "FileError",
    "GradientError",
    "IndexingError",
    "LabelError",
    "LeaveGraphError",
    "LinAlgError",
    "MutationError",
    "Node",
    "Program",
    "RenderError",
    "RuleError",
    "ShapeError",
    "Step",
    "Tensor",
    "UnsupportedError",
    "Value",
    "__version__",
    "abs",
    "absolute",
    "add",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "cbrt",
    "clip",
    "compile",
    "cos",
    "cosh",
    "define",
    "detach",
    "detect_anomaly",
    "divide",
    "elu",
    "exp",
    "exp2",
    "expm1",
    "gelu",
    "grad",
    "hypot",
    "identity",
    "jvp",
    "leaky_relu",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "maximum",
    "mean",
    "minimum",
    "multiply",
    "negative",
    "no_grad",
    "power",
    "reciprocal",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softplus",
    "sqrt",
    "square",
    "std",
    "steps",
    "subtract",
    "tan",
    "tanh",
    "value_and_grad",
    "var",
    "where",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Rows that were defined at run time: `ag.softsign` after `ag.define("softsign", ...)`."""
    if name in TABLE:
        return TABLE[name]
    raise AttributeError(f"module 'autograd_lite' has no attribute {name!r}")
