"""Whole matrices of derivatives, `jacobian` and `hessian`, and `hvp`, a Hessian times a vector."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import array_rules
from .containers import cells, collect, is_grid, shape_of, zero
from .errors import ArgumentError
from .forward import Push, tangent_of
from .graph import Node, Sweep
from .recording import inside_transform, is_paused
from .tensor import Tensor
from .tracing import Argnums, Call, check_function, positions, several
from .transforms import gradient_of, traced_vjp
from .value import Value

MODES = ("auto", "rev", "fwd")
_COLUMN = 3  # rows that cost as much as one column: forward mode goes through each rule twice


def jacobian(
    f: Callable[..., Any], argnums: Argnums = 0, mode: str = "auto", *, has_aux: bool = False
) -> Callable[..., Any]:
    """The function that gives every derivative of every entry of f's value: J_ij = dy_i/dx_j.

    J has the shape of the value followed by the shape of the argument, and the argument's dtype; a
    number has no axes. Where f gives a list, tuple or dict, so does its Jacobian, of one block for
    each entry; where the argument is one, each block is built as the argument. A tuple of argnums
    gives a tuple of blocks.

    mode: "rev" pulls back one row for each entry of the value, "fwd" pushes forward one column for
    each entry of the arguments. "auto" takes rows, which cost less each, unless there are more than
    three times as many of them. f is called once in any case.
    has_aux: f gives (value, aux), and the result is (J, aux).

    Raises ArgumentError for another mode, DataError and GradientError as `grad` does.
    Source: Griewank and Walther, Evaluating Derivatives (2008), chapter 3.

    >>> jacobian(lambda x: np.stack([x[0] * x[1], x[0] + x[1], x[1] ** 2]))(np.array([2.0, 3.0]))
    array([[3., 2.],
           [1., 1.],
           [0., 6.]])
    """
    if mode not in MODES:
        raise ArgumentError(f"jacobian: mode={mode!r:.40}; it is one of {', '.join(MODES)}.")
    return _jacobian("jacobian", f, argnums, mode, has_aux)


def _jacobian(
    name: str, f: Callable[..., Any], argnums: Argnums, mode: str, has_aux: bool
) -> Callable[..., Any]:
    check_function(f, name)

    @functools.wraps(f)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        chosen, paused = positions(argnums, len(args), name), is_paused()
        with inside_transform():
            call = Call(name, f, args, kwargs, chosen, has_aux, paused)
            rows, columns = _size(call.outputs), _size(call.leaves)
            forward = _COLUMN * columns < rows if mode == "auto" else mode == "fwd"
            blocks = (_by_columns if forward else _by_rows)(call)
        built = []
        for row in blocks:
            containers = call.containers([call.give(block) for block in row])
            built.append(tuple(containers) if several(argnums) is argnums else containers[0])
        matrix = call.result.rebuild(built)
        return (matrix, call.give_all(call.aux)) if has_aux else matrix

    return wrapped


def hessian(
    f: Callable[..., Any], argnums: Argnums = 0, *, has_aux: bool = False
) -> Callable[..., Any]:
    """The function that gives every second derivative of f: H_ij = d2f / dx_i dx_j.

    f gives a single number. H has the shape of the argument twice; it is symmetric, up to rounding.
    A container gives a container of containers: H["W"]["b"] is the block of d2f / dW db. A tuple of
    argnums gives a tuple of tuples. has_aux: f gives (value, aux), and the result is (H, aux).

    It is the Jacobian of the gradient, of which f and its gradient are computed once. For a
    function of many numbers `hvp` is cheaper, if a product with H is what is needed.
    Raises what `grad` raises.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    array([[4., 2.],
           [2., 0.]])
    """
    first = gradient_of("hessian", f, argnums, has_aux)
    return _jacobian("hessian", first, argnums, "rev", has_aux)


def hvp(
    f: Callable[..., Any], x: Any, v: Any, *args: Any, has_aux: bool = False, **kwargs: Any
) -> Any:
    """The Hessian of f at x times v, without forming the Hessian: a few times a gradient's work.

    (H v)_i = sum_j d2f / dx_i dx_j * v_j, as the gradient of the gradient, pulled back from v.

    x: the first argument of f, a number, an array, or a list, tuple or dict of them; v is built and
    shaped as x is, and so is the result. Further arguments are passed on to f and are constants.
    has_aux: f gives (value, aux), and the result is (H v, aux).

    Raises ShapeError if v differs from x in shape or structure, and what `grad` raises.
    Source: Pearlmutter, Fast Exact Multiplication by the Hessian, Neural Computation 6 (1994).

    >>> hvp(lambda x: x[0] ** 2 * x[1], np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([4., 2.])
    """
    gradient = gradient_of("hvp", f, 0, has_aux)
    call, pullback = traced_vjp(
        "hvp", lambda x: gradient(x, *args, **kwargs), (x,), {}, has_aux, "v", "argument 0"
    )
    (product,) = pullback(v)
    return (product, call.give_all(call.aux)) if has_aux else product


def _size(leaves: Sequence[Any]) -> int:
    return sum(int(np.prod(shape_of(leaf))) for leaf in leaves)


def _by_rows(call: Call) -> list[list[Any]]:
    """Reverse mode: the blocks of the Jacobian, one row for each entry of f's value."""
    roots, blocks = call.roots(), []
    back = Sweep(roots, call.stops, call.build, keep=_size(call.outputs) > 1) if roots else None
    for output in call.outputs:
        rows: list[list[Any]] = [[] for _ in call.leaves]
        for node, seed in _units(output):
            found = back.run({node: seed}) if back is not None and node is not None else {}
            for row, stand_in, leaf in zip(rows, call.aliases, call.leaves, strict=True):
                row.append(collect(found, stand_in, leaf))
        blocks.append(
            [_block(row, 0, output, leaf) for row, leaf in zip(rows, call.leaves, strict=True)]
        )
    return blocks


def _by_columns(call: Call) -> list[list[Any]]:
    """Forward mode: the blocks of the Jacobian, one column for each entry of the arguments."""
    push = Push(call.roots(), call.stops, call.build, keep=_size(call.leaves) > 1)
    columns: list[list[list[Any]]] = [[[] for _ in call.leaves] for _ in call.outputs]
    for i, stand_in in enumerate(call.aliases):
        for node, seed in _units(stand_in):
            found = push.run({node: seed})
            for output, row in zip(call.outputs, columns, strict=True):
                row[i].append(tangent_of(output, found))
    return [
        [_block(column, -1, output, leaf) for column, leaf in zip(row, call.leaves, strict=True)]
        for output, row in zip(call.outputs, columns, strict=True)
    ]


def _units(leaf: Any) -> Any:
    """For each entry of a leaf, its node and the unit vector there; None where it is constant."""
    if is_grid(leaf) or isinstance(leaf, Value):
        for node in cells(leaf):
            yield (node if isinstance(node, Node) else None), 1
    elif isinstance(leaf, Tensor):
        for i in np.ndindex(leaf.shape):
            unit = np.zeros(leaf.shape, dtype=leaf.dtype)
            unit[i] = 1
            yield leaf, unit
    elif isinstance(leaf, Node):
        yield leaf, 1
    else:
        for _ in range(np.size(leaf)):
            yield None, 1


def _block(parts: list[Any], axis: int, output: Any, leaf: Any) -> Any:
    """One block of the Jacobian from its rows (axis 0) or columns (axis -1)."""
    inner = shape_of(leaf)
    shape = (*shape_of(output), *inner)
    dtype = np.dtype(float) if is_grid(leaf) else np.asarray(zero(leaf)).dtype
    if not parts:
        return np.zeros(shape, dtype=dtype)
    number = shape == () and not isinstance(leaf, np.ndarray | Tensor)
    if any(isinstance(x, Tensor) for x in parts):
        block = array_rules.reshape(array_rules.stack(*parts, axis=axis), shape=shape)
        return block if block.dtype == dtype else array_rules.astype(block, dtype=dtype)
    if any(isinstance(v, Node) for x in parts for v in cells(x)):
        if number:
            return parts[0]
        grid = np.empty((len(parts), *np.shape(cells(parts[0]))), dtype=object)
        for i, x in enumerate(parts):
            grid[i] = cells(x)
        return (grid if axis == 0 else grid.T).reshape(shape)
    if number:
        return float(np.asarray(parts[0]).item())
    return np.stack(parts, axis=axis).reshape(shape).astype(dtype, copy=False)
