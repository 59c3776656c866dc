"""NumPy's ufuncs that are made of rows under another name: degrees, fabs, divmod, ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import rules, shape_rules
from .errors import DataError
from .graph import Node


def _wide(x: Any) -> Any:
    """An operand in float64 at least, as np.float_power computes."""
    dtype = getattr(x, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind == "f" and dtype.itemsize < 8:
        return shape_rules.astype(x, dtype=np.dtype(np.float64))
    return x


def _ldexp(a: Any, b: Any) -> Any:
    """a * 2^b, for whole numbers b, which have no gradient."""
    if isinstance(b, Node):
        raise DataError("np.ldexp: the exponent is a whole number, not a node; a * 2**b has both.")
    dtype = getattr(a, "dtype", None)
    kind = dtype if isinstance(dtype, np.dtype) and dtype.kind == "f" else np.dtype(np.float64)
    return rules.multiply(a, np.ldexp(kind.type(1), b))


def _modf(a: Any) -> tuple[Any, Any]:
    """The fraction and the whole part, both with the sign of the number."""
    whole = rules.trunc(a)
    return a - whole, whole


COMPOSED_UFUNCS: dict[Any, Callable[..., Any]] = {
    np.fabs: rules.absolute,
    np.degrees: rules.rad2deg,
    np.radians: rules.deg2rad,
    np.conjugate: rules.identity,
    np.float_power: lambda a, b: rules.power(_wide(a), _wide(b)),
    np.ldexp: _ldexp,
    np.divmod: lambda a, b: (rules.floor_divide(a, b), rules.remainder(a, b)),
    np.modf: _modf,
}
