"""Layers, losses, optimisers and training for multi-layer perceptrons, on autograd_lite.

>>> import numpy as np
>>> import nn
>>> model = nn.MLP([2, 8, 2], activation="tanh", rng=0)
>>> loss = nn.cross_entropy(model(np.array([[0.0, 1.0], [1.0, 0.0]])), [1, 0])
>>> loss.backward()
>>> nn.SGD(model.parameters(), lr=0.1).step()
"""

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

from . import datasets, init
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
from .functional import log_softmax, one_hot, softmax
from .history import History
from .layers import MLP, Dropout, LayerNorm, Linear, Sequential
from .losses import binary_cross_entropy, cross_entropy, hinge, mse
from .module import Module
from .optim import SGD, Adam, AdamW, RMSprop
from .optimizer import Optimizer, clip_grad_norm
from .training import accuracy, evaluate, fit, predict

__all__ = [
    "ELU",
    "GELU",
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "Dropout",
    "History",
    "Identity",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "Module",
    "Optimizer",
    "RMSprop",
    "ReLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "accuracy",
    "binary_cross_entropy",
    "clip_grad_norm",
    "cross_entropy",
    "datasets",
    "elu",
    "evaluate",
    "fit",
    "gelu",
    "hinge",
    "init",
    "leaky_relu",
    "log_softmax",
    "mse",
    "one_hot",
    "predict",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "tanh",
]
