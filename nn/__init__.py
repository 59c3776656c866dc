"""Layers, losses, optimisers and training for multi-layer perceptrons, on autograd_lite.

>>> import numpy as np
>>> import nn
>>> model = nn.MLP([2, 8, 2], activation="tanh", rng=0)
>>> loss = nn.cross_entropy(model(np.array([[0.0, 1.0], [1.0, 0.0]])), [1, 0])
>>> loss.backward()
>>> nn.SGD(model.parameters(), lr=0.1).step()
"""

from typing import Any

from autograd_lite import (
    elu,
    gelu,
    leaky_relu,
    relu,
    sigmoid,
    silu,
    softplus,
    tanh,
)
from autograd_lite.errors import DependencyError

from . import architecture, datasets, init, tables
from .activations import (
    ELU,
    GELU,
    Identity,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from .clipping import clip_grad_norm
from .functional import log_softmax, one_hot, softmax
from .history import History
from .layers import Dropout, Embedding, Flatten, Linear
from .lbfgs import LBFGS
from .losses import binary_cross_entropy, cross_entropy, hinge, huber, l1, mse, nll
from .metrics import accuracy
from .module import Module
from .normalisation import BatchNorm1d, LayerNorm
from .onnx_export import to_onnx
from .optim import SGD, Adagrad, Adam, AdamW, RMSprop
from .optimizer import Optimizer
from .saving import load, metadata, save
from .schedules import CosineLR, OneCycleLR, ReduceLROnPlateau, StepLR, WarmupLR
from .snapshots import Snapshots
from .stacks import MLP, Residual, Sequential
from .summary import summary
from .torch_exchange import from_torch, to_torch
from .training import evaluate, fit, predict

__all__ = [
    "ELU",
    "GELU",
    "LBFGS",
    "MLP",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "BatchNorm1d",
    "CosineLR",
    "Dropout",
    "Embedding",
    "Flatten",
    "History",
    "Identity",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "Module",
    "OneCycleLR",
    "Optimizer",
    "RMSprop",
    "ReLU",
    "ReduceLROnPlateau",
    "Residual",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Snapshots",
    "Softmax",
    "Softplus",
    "StepLR",
    "Tanh",
    "WarmupLR",
    "accuracy",
    "architecture",
    "binary_cross_entropy",
    "clip_grad_norm",
    "cross_entropy",
    "datasets",
    "elu",
    "evaluate",
    "fit",
    "from_torch",
    "gelu",
    "hinge",
    "huber",
    "init",
    "l1",
    "leaky_relu",
    "load",
    "log_softmax",
    "metadata",
    "mse",
    "nll",
    "one_hot",
    "predict",
    "relu",
    "save",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "summary",
    "tables",
    "tanh",
    "to_onnx",
    "to_torch",
]


def __getattr__(name: str) -> Any:
    """The estimators, which need scikit-learn; it is imported when one of them is asked for."""
    if name not in ("MLPClassifier", "MLPRegressor"):
        raise AttributeError(f"module 'nn' has no attribute {name!r}")
    try:
        from . import estimators
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sklearn":
            raise
        raise DependencyError(
            f'nn.{name} needs scikit-learn.\n  pip install "autograd-lite[sklearn]"'
        ) from None
    return getattr(estimators, name)
