"""Which of NumPy's functions work on object arrays of `Value` too, found by trying.

NumPy asks an entry of such an array for its operators and methods, and cannot be intercepted. So
what works is what happens to be written with those; the coverage page lists it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .coverage_examples import ARRAYS
from .graph import numbers
from .tensor import Tensor
from .value import Value

Run = Callable[[str, dict[str, Any]], Any]


def _entries(result: Any) -> list[Any]:
    parts = result if isinstance(result, list | tuple) else [result]
    return [x for part in parts for x in np.asarray(_boxed_alone(part), dtype=object).flat]


def _boxed_alone(part: Any) -> Any:
    if not isinstance(part, Value):
        return part
    box = np.empty((), dtype=object)
    box[()] = part
    return box


def works_on_values(call: str, run: Run) -> bool:
    """Whether a call gives, on object arrays of `Value`, the numbers and gradients of Tensors.

    An entry that depends on none of the Values, as a 0 that np.tril puts in, may be a plain number.
    """
    values = {
        name: np.frompyfunc(lambda x: Value(float(x)), 1, 1)(array)
        for name, array in ARRAYS.items()
    }
    tensors = {name: Tensor(array) for name, array in ARRAYS.items()}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = _entries(run(call, values))
            expected = run(call, tensors)
        total: Any = Value(0.0)
        for i, x in enumerate(found):
            total = total + x * (1.0 + 0.1 * i)
        total.backward()
    except Exception:  # whatever NumPy raises where an entry has not what it asks for
        return False
    several = expected if isinstance(expected, list | tuple) else [expected]
    whole, start = 0.0, 0
    for part in several:
        size = np.size(numbers(part))
        weights = (1.0 + 0.1 * np.arange(start, start + size)).reshape(np.shape(numbers(part)))
        whole, start = whole + np.sum(part * weights), start + size
    whole.backward()  # type: ignore[attr-defined]
    if start != len(found) or not np.isclose(total.item(), numbers(whole), rtol=1e-12):
        return False
    return all(_same(values[name], tensors[name]) for name in ARRAYS)


def _same(values: Any, tensor: Tensor) -> bool:
    gradient = np.array([0.0 if v.grad is None else v.grad for v in values.flat])
    expected = np.zeros(tensor.shape) if tensor.grad is None else tensor.grad
    return np.allclose(gradient, np.ravel(expected), rtol=1e-12, atol=1e-12)
