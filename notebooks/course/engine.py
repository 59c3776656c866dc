"""The exercises of notebook 10: an engine from an empty cell to the digits, in nine steps."""

from .engine_core import backward, node, operations, order, unbroadcast
from .engine_network import arrays, cross_entropy, mlp, train
from .engine_parts import go_on, whole

__all__ = [
    "arrays",
    "backward",
    "cross_entropy",
    "go_on",
    "mlp",
    "node",
    "operations",
    "order",
    "train",
    "unbroadcast",
    "whole",
]
