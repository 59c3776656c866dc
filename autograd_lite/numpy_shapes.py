"""NumPy's functions that change shapes, found by `Tensor`: reshape, transpose, ..."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import rules, shape_rules
from .errors import AxisError, DataError, ShapeError, UnsupportedError
from .numpy_arguments import array, axes_in, axis_in, sizes, whole


def reshape(a: Any, *shape: Any, order: str = "C", copy: bool | None = None) -> Any:
    """The same entries in another shape; one size may be -1. order: "C" by rows, "F" by columns."""
    given = sizes(shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape)
    if order == "C":
        return shape_rules.reshape(a, shape=given)
    if order == "F":
        return transpose(shape_rules.reshape(transpose(a), shape=given[::-1]))
    raise UnsupportedError(
        f"reshape: order={order!r} is not supported for a Tensor, whose layout in memory is its "
        "own affair; use 'C' or 'F'."
    )


def ravel(a: Any, order: str = "C") -> Any:
    """All entries in one row."""
    return reshape(array(a), -1, order=order)


def transpose(a: Any, *axes: Any) -> Any:
    """The axes in another order; reversed if none are given."""
    order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
    return shape_rules.transpose(a, axes=tuple(map(whole, order)) if order else None)


def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged."""
    i, j = (axis_in("swapaxes", axis, a.ndim) for axis in (axis1, axis2))
    order = list(range(a.ndim))
    order[i], order[j] = j, i
    return shape_rules.transpose(a, axes=tuple(order))


def matrix_transpose(x: Any, /) -> Any:
    """The last two axes exchanged."""
    if x.ndim < 2:
        raise AxisError(f"matrix_transpose: an array of shape {x.shape} is no matrix.")
    return shape_rules.swap(x)


def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """Axes moved to new places; the others keep their order."""
    sources = axes_in("moveaxis", source, a.ndim)
    places = axes_in("moveaxis", destination, a.ndim)
    if len(sources) != len(places):
        raise AxisError(f"moveaxis: {len(sources)} axes to {len(places)} places; give as many.")
    order = [i for i in range(a.ndim) if i not in sources]
    for place, axis in sorted(zip(places, sources, strict=True)):
        order.insert(place, axis)
    return shape_rules.transpose(a, axes=tuple(order))


def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """One axis moved to stand before the one called `start`."""
    i = axis_in("rollaxis", axis, a.ndim)
    before = whole(start)
    if not -a.ndim <= before <= a.ndim:
        raise AxisError(f"rollaxis: start={before} of an array with {a.ndim} axes: none is there.")
    before += a.ndim * (before < 0)
    return moveaxis(a, i, before - (i < before))


def squeeze(a: Any, axis: Any = None) -> Any:
    """Without the axes of size 1."""
    if axis is None:
        return shape_rules.reshape(a, shape=tuple(n for n in a.shape if n != 1))
    gone = axes_in("squeeze", axis, a.ndim)
    for i in gone:
        if a.shape[i] != 1:
            raise ShapeError(f"squeeze: axis {i} of shape {a.shape} has size {a.shape[i]}, not 1.")
    return shape_rules.reshape(a, shape=tuple(n for i, n in enumerate(a.shape) if i not in gone))


def expand_dims(a: Any, axis: Any) -> Any:
    """With new axes of size 1 at the places `axis`."""
    ndim = a.ndim + (len(axis) if isinstance(axis, tuple | list) else 1)
    new = axes_in("expand_dims", axis, ndim)
    old = iter(a.shape)
    return shape_rules.reshape(a, shape=tuple(1 if i in new else next(old) for i in range(ndim)))


def astype(a: Any, dtype: Any, copy: bool = True) -> Any:
    """The same numbers in another float dtype."""
    if np.dtype(dtype).kind != "f":
        raise DataError(
            f"astype: a Tensor holds real numbers of a float dtype, not {np.dtype(dtype)}.\n"
            "  For whole numbers, which have no gradient, take .data.astype."
        )
    return shape_rules.astype(a, dtype=np.dtype(dtype))


def same_dtype(a: Any, like: Any) -> Any:
    """In the dtype of another array, as NumPy puts it into one that it has made before."""
    return a if a.dtype == like.dtype else shape_rules.astype(a, dtype=like.dtype)


def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """The array stretched to a shape, without copying entries."""
    return shape_rules.broadcast_to(array, shape=sizes(shape))


def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Any, ...]:
    """All stretched to the shape they have in common."""
    arrays = tuple(map(array, args))
    try:
        shape = np.broadcast_shapes(*(a.shape for a in arrays))
    except ValueError:
        raise ShapeError(
            f"broadcast_arrays: shapes {', '.join(str(a.shape) for a in arrays)} do not broadcast: "
            "from the right, each group must be equal or have a 1."
        ) from None
    return tuple(
        a if a.shape == shape else shape_rules.broadcast_to(a, shape=shape) for a in arrays
    )


def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    """The coordinates of a grid, one array for each axis."""
    if indexing not in ("xy", "ij"):
        raise DataError(f"meshgrid: indexing={indexing!r}; give 'xy' or 'ij'.")
    count = len(xi)
    lines = []
    for i, x in enumerate(map(array, xi)):
        place = {0: 1, 1: 0}.get(i, i) if indexing == "xy" and count > 1 else i
        lines.append(
            shape_rules.reshape(x, shape=(1,) * place + (-1,) + (1,) * (count - place - 1))
        )
    return tuple(lines) if sparse else broadcast_arrays(*lines)


def _at_least(count: int) -> Callable[..., Any]:
    def atleast(*arys: Any) -> Any:
        found = []
        for a in map(array, arys):
            shape = a.shape
            if len(shape) < count:
                vector = shape if shape else (1,)
                shape = {
                    1: vector,
                    2: vector if len(vector) == 2 else (1, *vector),
                    3: (*vector, 1) if len(vector) == 2 else (1, *vector, 1),
                }[count]
            found.append(a if shape == a.shape else shape_rules.reshape(a, shape=shape))
        return found[0] if len(found) == 1 else tuple(found)

    atleast.__name__ = atleast.__qualname__ = f"atleast_{count}d"
    atleast.__doc__ = f"With axes of size 1 where there are fewer than {count}, as NumPy adds them."
    return atleast


atleast_1d, atleast_2d, atleast_3d = map(_at_least, (1, 2, 3))


def flip(m: Any, axis: Any = None) -> Any:
    """Entries in reverse along the axes (all if None)."""
    return shape_rules.flip(m, axis=None if axis is None else axes_in("flip", axis, m.ndim))


def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """Entries pushed along an axis; what leaves at one end comes back at the other."""
    steps = tuple(map(whole, shift)) if np.ndim(shift) else whole(shift)
    if axis is not None:
        several = np.ndim(axis) > 0
        axis = tuple(axis_in("roll", i, a.ndim) for i in (axis if several else (axis,)))
        axis = axis if several or np.ndim(shift) else axis[0]
    return shape_rules.roll(a, shift=steps, axis=axis)


def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """Turned by k quarters in the plane of two axes."""
    plane = axes_in("rot90", tuple(axes), m.ndim)
    if len(plane) != 2:
        raise AxisError(f"rot90: axes={axes}; a plane has two axes.")
    return shape_rules.rot90(m, k=whole(k), axes=plane)


def _flip_of(name: str, axis: int) -> Callable[..., Any]:
    def flipped(m: Any) -> Any:
        if m.ndim <= axis:
            raise AxisError(f"{name}: an array of shape {m.shape} has no axis {axis}.")
        return shape_rules.flip(m, axis=axis)

    return flipped


def _triangle(rule: Any) -> Callable[..., Any]:
    def triangle(m: Any, k: int = 0) -> Any:
        a = shape_rules.broadcast_to(m, shape=(m.shape[0],) * 2) if m.ndim == 1 else m
        return rule(a, k=whole(k))

    return triangle


def resized_shape(new_shape: Any) -> tuple[int, ...]:
    """The shape that np.resize was asked for; ShapeError if a size is negative."""
    shape = sizes(new_shape)
    if any(n < 0 for n in shape):
        raise ShapeError(f"resize: {shape} has a negative size.")
    return shape


def resize(a: Any, new_shape: Any) -> Any:
    """The entries in a new shape, repeated from the start if it needs more, as np.resize has it."""
    shape = resized_shape(new_shape)
    flat, needed = ravel(a), math.prod(shape)
    if not flat.size:
        return np.zeros(shape, dtype=flat.dtype)
    return shape_rules.reshape(flat[np.arange(needed) % flat.size], shape=shape)


def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """The same numbers as a new node."""
    return rules.identity(a)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.reshape: lambda a, shape, order="C", *, copy=None: reshape(a, shape, order=order),
    np.ravel: ravel,
    np.transpose: lambda a, axes=None: transpose(a, *(() if axes is None else (tuple(axes),))),
    np.matrix_transpose: matrix_transpose,
    np.swapaxes: swapaxes,
    np.moveaxis: moveaxis,
    np.rollaxis: rollaxis,
    np.squeeze: squeeze,
    np.expand_dims: expand_dims,
    np.broadcast_to: broadcast_to,
    np.broadcast_arrays: broadcast_arrays,
    np.meshgrid: meshgrid,
    np.atleast_1d: atleast_1d,
    np.atleast_2d: atleast_2d,
    np.atleast_3d: atleast_3d,
    np.flip: flip,
    np.fliplr: _flip_of("fliplr", 1),
    np.flipud: _flip_of("flipud", 0),
    np.roll: roll,
    np.rot90: rot90,
    np.tril: _triangle(shape_rules.tril),
    np.triu: _triangle(shape_rules.triu),
    np.resize: resize,
    np.copy: copy,
}
if hasattr(np, "astype"):  # NumPy 2.1
    FUNCTIONS[np.astype] = lambda x, dtype, /, *, copy=True, device=None: astype(x, dtype)
METHODS: dict[str, Callable[..., Any]] = {
    "reshape": reshape,
    "ravel": ravel,
    "flatten": ravel,
    "transpose": transpose,
    "swapaxes": swapaxes,
    "squeeze": squeeze,
    "astype": astype,
    "copy": copy,
    "conjugate": lambda a: a,
    "conj": lambda a: a,
}
