"""Where the estimators begin: the weights that scikit-learn's MLP begins with."""

from __future__ import annotations

import itertools
import math
from typing import Any

from .stacks import MLP


def initialise(model: MLP, sizes: list[int], activation: str, random: Any) -> None:
    """Weights and biases as scikit-learn's MLP draws them from `random`, number by number.

    Uniform in +-sqrt(6 / (fan in + fan out)), for the sigmoid +-sqrt(2 / (fan in + fan out)).
    Source: Glorot, Bengio, AISTATS (2010), equation 16.
    """
    factor = 2.0 if activation == "logistic" else 6.0
    parameters = model.parameters()
    for d, p in itertools.pairwise(sizes):
        bound = math.sqrt(factor / (d + p))
        for shape in ((d, p), (p,)):
            parameter = next(parameters)
            drawn = random.uniform(-bound, bound, shape)
            parameter.data = drawn.astype(parameter.dtype, copy=False)
