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

import importlib
from typing import TYPE_CHECKING, Any

from .anomaly import detect_anomaly
from .checkpoint import checkpoint
from .checks import check_grads
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
from .forward import jvp
from .graph import Node
from .higher import hessian, hvp, jacobian
from .memory import Kept, Memory, memory
from .numpy_reductions import logsumexp, mean, std, var
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
    ceil,
    clip,
    copysign,
    cos,
    cosh,
    deg2rad,
    divide,
    elu,
    exp,
    exp2,
    expm1,
    floor,
    floor_divide,
    fmax,
    fmin,
    fmod,
    gelu,
    heaviside,
    hypot,
    identity,
    leaky_relu,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    logaddexp2,
    maximum,
    minimum,
    multiply,
    negative,
    power,
    rad2deg,
    reciprocal,
    relu,
    remainder,
    rint,
    sigmoid,
    sign,
    silu,
    sin,
    sinc,
    sinh,
    softplus,
    sqrt,
    square,
    subtract,
    tan,
    tanh,
    trunc,
    where,
)
from .stepwise import Step, steps
from .tensor import Tensor
from .transforms import grad, value_and_grad, vjp
from .value import Value

if TYPE_CHECKING:
    from .graph_source import source_of
    from .hooks import afterwards, checked, drawn
    from .program import Program, compile
    from .source_lines import Source

abs = absolute
# What tracing takes is imported when it is asked for first, to keep the engine's own import short.
_LATER = {
    "Program": "program",
    "Source": "source_lines",
    "afterwards": "hooks",
    "checked": "hooks",
    "compile": "program",
    "drawn": "hooks",
    "source_of": "graph_source",
}

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
    "Kept",
    "LabelError",
    "LeaveGraphError",
    "LinAlgError",
    "Memory",
    "MutationError",
    "Node",
    "Program",
    "RenderError",
    "RuleError",
    "ShapeError",
    "Source",
    "Step",
    "Tensor",
    "UnsupportedError",
    "Value",
    "__version__",
    "abs",
    "absolute",
    "add",
    "afterwards",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "cbrt",
    "ceil",
    "check_grads",
    "checked",
    "checkpoint",
    "clip",
    "compile",
    "copysign",
    "cos",
    "cosh",
    "define",
    "deg2rad",
    "detach",
    "detect_anomaly",
    "divide",
    "drawn",
    "elu",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "gelu",
    "grad",
    "heaviside",
    "hessian",
    "hvp",
    "hypot",
    "identity",
    "jacobian",
    "jvp",
    "leaky_relu",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "logsumexp",
    "maximum",
    "mean",
    "memory",
    "minimum",
    "multiply",
    "negative",
    "no_grad",
    "power",
    "rad2deg",
    "reciprocal",
    "relu",
    "remainder",
    "rint",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "softplus",
    "source_of",
    "sqrt",
    "square",
    "std",
    "steps",
    "subtract",
    "tan",
    "tanh",
    "trunc",
    "value_and_grad",
    "var",
    "vjp",
    "where",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """What is imported later, and rows that were defined at run time.

    `ag.softsign` is there after `ag.define("softsign", ...)`.
    """
    if name in _LATER:
        found = getattr(importlib.import_module(f".{_LATER[name]}", __name__), name)
        globals()[name] = found
        return found
    if name in TABLE:
        return TABLE[name]
    raise AttributeError(f"module 'autograd_lite' has no attribute {name!r}")
