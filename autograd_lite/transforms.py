"""Functions that turn a function into its derivative, in reverse: `grad`, `value_and_grad`, `vjp`.

They keep gradients in a dictionary of their own and leave every `.grad` alone. Each argument goes
in behind an alias, so that transforms of transforms do not confuse their levels.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from .containers import fitted, has_node, is_grid, seeds
from .errors import DataError, ShapeError
from .graph import Node, Sweep, numbers, propagate
from .recording import inside_transform, is_paused
from .tensor import Tensor
from .tracing import Argnums, Call, check_function, positions, several


def value_and_grad(
    f: Callable[..., Any], argnums: Argnums = 0, *, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """The function that gives f's value and its gradient: (f(x), df/dx).

    argnums: which positional arguments to differentiate; a tuple gives a tuple of gradients. An
    argument may be a float, an array, or a list, tuple or dict of them, and its gradient comes back
    as what it is, in its dtype. f must give a single number. If it does not depend on an argument,
    the gradient there is 0. Keyword arguments are passed on to f and are constants.
    has_aux: f gives (value, aux), and the result is ((value, aux), gradient); aux is not
    differentiated.

    Transforms nest: the gradient of `grad(f)` is the second derivative.

    Raises ShapeError if f gives more than one number, DataError if it gives none or an argument
    cannot be differentiated, GradientError if argnums names an argument that is not there.

    >>> f = value_and_grad(lambda x, y: x * x * y, argnums=(0, 1))
    >>> f(3.0, 2.0)
    (18.0, (12.0, 9.0))
    >>> value_and_grad(lambda p: p["w"] * p["x"] + p["b"])({"w": 2.0, "x": 3.0, "b": 1.0})
    (7.0, {'w': 3.0, 'x': 2.0, 'b': 1.0})
    """
    return _value_and_grad("value_and_grad", f, argnums, has_aux)


def grad(f: Callable[..., Any], argnums: Argnums = 0, *, has_aux: bool = False) -> Any:
    """The gradient of f: df/dx. Nested, it gives higher derivatives.

    See `value_and_grad` for the arguments and what is raised. With has_aux: (gradient, aux).

    >>> cube = lambda x: x**3
    >>> grad(cube)(2.0), grad(grad(cube))(2.0), grad(grad(grad(cube)))(2.0)
    (12.0, 12.0, 6.0)
    """
    return gradient_of("grad", f, argnums, has_aux)


def gradient_of(name: str, f: Callable[..., Any], argnums: Argnums, has_aux: bool) -> Any:
    """`grad`, for a transform that is called `name` in errors."""
    both = _value_and_grad(name, f, argnums, has_aux)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def _value_and_grad(
    name: str, f: Callable[..., Any], argnums: Argnums, has_aux: bool
) -> Callable[..., tuple[Any, Any]]:
    check_function(f, name)

    @functools.wraps(f)
    def wrapped(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        chosen, paused = positions(argnums, len(args), name), is_paused()
        with inside_transform():
            call = Call(name, f, args, kwargs, chosen, has_aux, paused)
            result = _single(call)
            found: dict[Node, Any] = {}
            if isinstance(result, Node):
                seed = result._seed(None) if isinstance(result, Tensor) else 1
                found = propagate(result, seed, call.stops, call.build)
            gradients = call.gradients(found)
        built = call.containers([call.give(g) for g in gradients])
        value = call.give(result)
        return (
            (value, call.give_all(call.aux)) if has_aux else value,
            tuple(built) if several(argnums) is argnums else built[0],
        )

    return wrapped


def _single(call: Call) -> Any:
    """The function's result, which must be one number."""
    if len(call.outputs) != 1 or call.outputs[0] is not call.result.rebuild(call.outputs):
        given = type(call.result.rebuild(call.outputs)).__name__
        raise DataError(
            f"{call.name}: the function gave {given} of {len(call.outputs)}, not a number.\n"
            "  Add up what should be differentiated; ag.jacobian and ag.vjp take containers, and "
            "has_aux=True carries other results past the gradient."
        )
    result = call.outputs[0]
    if is_grid(result) and result.size == 1:
        return result.item()
    shape = np.shape(result if is_grid(result) else numbers(result))
    if int(np.prod(shape)) != 1:
        raise ShapeError(
            f"{call.name}: the function gave an array of shape {shape}; only a single number has a "
            "gradient.\n  Reduce it (np.sum, np.mean); ag.jacobian gives the derivative of every "
            "entry, and ag.jvp that along a direction."
        )
    return result


def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False, **kwargs: Any) -> Any:
    """f's value, and the function that pulls a gradient of it back to the arguments.

    y, pullback = vjp(f, x, ...);  (gx, ...) = pullback(v) with gx = v^T df/dx for every argument.

    f may give a number, an array, or a list, tuple or dict of them; `v` is built as f's value is.
    f is called once, and pullback any number of times. Keyword arguments are passed on to f.
    has_aux: f gives (value, aux), and the result is (value, pullback, aux).

    Raises DataError if an argument or a result cannot be differentiated; the pullback raises
    ShapeError if `v` has other shapes than f's value, or is built in another way.
    Source: Griewank and Walther, Evaluating Derivatives (2008), section 3.2.

    >>> y, pullback = vjp(lambda W, x: W @ x, np.array([[1.0, 2.0], [3.0, 4.0]]), np.ones(2))
    >>> y
    array([3., 7.])
    >>> gW, gx = pullback(np.array([1.0, 0.0]))
    >>> gx
    array([1., 2.])
    """
    call, pullback = traced_vjp("vjp", f, primals, kwargs, has_aux)
    value = call.result.rebuild([call.give(y) for y in call.outputs])
    return (value, pullback, call.give_all(call.aux)) if has_aux else (value, pullback)


def traced_vjp(
    name: str,
    f: Callable[..., Any],
    primals: tuple[Any, ...],
    kwargs: dict[str, Any],
    has_aux: bool,
    what: str = "the cotangent",
    of: str = "the result",
) -> tuple[Call, Callable[[Any], tuple[Any, ...]]]:
    """The call of f, and its pullback.

    what, of: how errors call the pullback's argument, and the value of f that it belongs to.
    """
    check_function(f, name)
    paused = is_paused()
    with inside_transform():
        call = Call(name, f, primals, kwargs, range(len(primals)), has_aux, paused, of)

    def pullback(v: Any) -> tuple[Any, ...]:
        """The gradients of the arguments, one each, from the gradient `v` of the value."""
        given = call.result.follow(v, name, what)
        paused = is_paused()
        with inside_transform():
            cotangents = [
                fitted(g, y, f"{name}: {what}", place)
                for g, y, place in zip(given, call.outputs, call.result.places, strict=True)
            ]
            build = call.build or any(map(has_node, cotangents))
            roots = call.roots()
            found: dict[Node, Any] = {}
            if roots:
                found = Sweep(roots, call.stops, build).run(seeds(call.outputs, cotangents))
            gradients = call.gradients(found)
        return tuple(call.containers([call.give(g, build, paused) for g in gradients]))

    return call, pullback
