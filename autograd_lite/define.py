"""`define`: a user's own row of the rule table."""

from __future__ import annotations

import keyword
import sys
from collections.abc import Callable
from math import inf
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import scalar_math, tensor
from . import value as value_module
from .errors import GradientError, RuleError
from .operators import method_names
from .print_operators import operator_source
from .recording import state
from .rows import INPUT_NAMES, TABLE, Elementwise, Structural
from .scalar_math import exactly
from .symbols import Symbol, python
from .value import Value


def define(
    name: str,
    *,
    value: Callable[..., Any],
    partials: tuple[Callable[..., Any] | None, ...] | None = None,
    latex: str | None = None,
    why: str | tuple[str, ...] = "",
    domain: Any = (-inf, inf),
    kink: str = "",
    singular: bool = False,
    badge: str | None = None,
    check: bool = True,
    vjps: tuple[Callable[..., Any] | None, ...] | None = None,
) -> Elementwise | Structural:
    """Add an operation to the table, and get it back as a function.

    From then on it works on numbers, arrays, `Value`, `Tensor` and symbols, to first and higher
    order, forward and reverse, in steps, LaTeX and generated code. Defining it again replaces it; a
    built-in row cannot be replaced.

    name:     an identifier; `ag.<name>` and the methods of Value and Tensor are called so.
    value:    the operation of one to three inputs, made of operators and of autograd-lite's or
              NumPy's functions, with `where` instead of `if`.
    partials: for each input the local derivative, a function of the inputs and the output y.
    latex:    with {a}, {b}, {c} where the inputs go.   why: the local derivative in a few words.
    domain:   (low, high), or one pair an input, where it is smooth.   kink: what holds elsewhere.
    singular: whether a local derivative can be infinite.
    check:    compare each partial with finite differences at points of the domain.
    vjps:     instead of partials, for an operation on whole arrays: for each input a function
              `(g, y, a, b, ..., **settings)` giving the gradient of that input from the gradient g
              of the output, None for one that is not differentiated. It is made of operators and
              autograd-lite's or NumPy's functions, so that it can be differentiated too; forward
              mode follows from it. Hold it against differences with `ag.check_grads`.

    Raises RuleError if the row is not well formed or cannot be traced, GradientError if a partial
    is not the derivative of the value.

    >>> import autograd_lite as ag
    >>> softsign = ag.define(
    ...     "softsign",
    ...     value=lambda a: a / (1 + ag.abs(a)),
    ...     partials=(lambda a, y: 1 / (1 + ag.abs(a)) ** 2,),
    ...     latex=r"\\operatorname{softsign}({a})",
    ...     why="the slope is 1 / (1 + |input|)^2",
    ... )
    >>> ag.grad(softsign)(1.0)
    0.25
    >>> mirror = ag.define(
    ...     "mirror", value=lambda a: a[::-1], vjps=(lambda g, y, a: mirror(g),)
    ... )
    >>> ag.grad(lambda t: np.sum(mirror(t) * np.arange(3.0)))(np.ones(3))
    array([2., 1., 0.])
    """
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise RuleError(
            f"define: {name!r} is no identifier, so it cannot be the name of a function."
        )
    if name in TABLE and TABLE[name].builtin:
        raise RuleError(f"define: {name} is built in and cannot be replaced. Choose another name.")
    if name.startswith("_") or (name not in TABLE and _is_taken(name)):
        raise RuleError(f"define: {name} has a meaning here already. Choose another name.")
    if (partials is None) == (vjps is None):
        raise RuleError(
            f"define: {name} needs either partials, for an operation on each entry, or vjps, for "
            "one on whole arrays."
        )
    if vjps is not None:
        return _structural(name, value, vjps, latex, badge)
    assert partials is not None
    if callable(partials):
        partials = (partials,)
    if not 1 <= len(partials) <= len(INPUT_NAMES):
        raise RuleError(
            f"define: {name} has {len(partials)} partials; a row has one to three inputs."
        )
    rule = Elementwise(
        name,
        value=value,
        partials=partials,
        latex=latex,
        why=why,
        domain=domain,
        kink=kink,
        singular=singular,
        badge=badge,
        builtin=False,
    )
    if len(rule.why) != rule.arity:
        raise RuleError(f"define: {name} has {rule.arity} inputs and {len(rule.why)} texts in why.")
    _trace(rule)
    if check:
        _check(rule)
    _bind(rule)
    TABLE[name] = rule
    return rule


def _structural(
    name: str, value: Any, vjps: Any, latex: str | None, badge: str | None
) -> Structural:
    """A row for whole arrays. What it computes is known only once it is given some."""
    given = (vjps,) if callable(vjps) else tuple(vjps)
    if not given or not callable(value) or not all(v is None or callable(v) for v in given):
        raise RuleError(
            f"define: {name} needs a function as value, and in vjps a function, or None, for each "
            "input."
        )
    rule = Structural(name, value=value, vjps=given, latex=latex, badge=badge, builtin=False)
    TABLE[name] = rule
    return rule


def _is_taken(name: str) -> bool:
    return hasattr(Value, name) or name in vars(sys.modules[__package__])


def _trace(rule: Elementwise) -> None:
    """Call everything once with symbols, so that a rule that cannot be traced is refused now."""
    inputs = tuple(Symbol(n) for n in INPUT_NAMES[: rule.arity])
    parts: list[tuple[str, Any, tuple[Any, ...]]] = [("value", rule.value, inputs)]
    parts += [
        (f"partials[{i}]", p, (*inputs, Symbol("y"))) for i, p in enumerate(rule.partials) if p
    ]
    for place, function, given in parts:
        try:
            python(function(*given))
        except Exception as error:  # whatever the user's function raises becomes one clear error
            expected = ", ".join(str(x.label) for x in given)
            raise RuleError(
                f"define: {place} of {rule.name} cannot be traced with symbols: {error}\n"
                f"  It must be a function of {expected}, made of operators and autograd-lite's or "
                "NumPy's functions; where(condition, a, b) takes the place of if."
            ) from error


def _check(rule: Elementwise) -> None:
    """Each partial against central differences, at points inside the domain."""
    rng = np.random.default_rng(0)
    points = np.stack([_inside(low, high, rng) for low, high in rule.domain])
    with np.errstate(all="ignore"):
        y = rule.on_arrays(*points)
        for slot, partial in enumerate(rule.partials):
            if partial is None:
                continue
            step = 1e-6 * np.maximum(np.abs(points[slot]), 1e-2)
            up, down = points.copy(), points.copy()
            up[slot] += step
            down[slot] -= step
            found = np.broadcast_to(partial(*points, y), y.shape)
            expected = (rule.on_arrays(*up) - rule.on_arrays(*down)) / (up[slot] - down[slot])
            wrong = np.abs(found - expected) > 1e-4 * np.maximum(1.0, np.abs(expected))
            known = np.isfinite(expected)
            if np.any(wrong & known) and np.mean(wrong[known]) > 0.25:
                i = int(np.flatnonzero(wrong & known)[0])
                at = ", ".join(
                    f"{n} = {x:.6g}" for n, x in zip(INPUT_NAMES, points[:, i], strict=False)
                )
                raise GradientError(
                    f"define: partials[{slot}] of {rule.name} gives {found[i]:.6g} at {at}, but "
                    f"the value changes there by {expected[i]:.6g} for each unit of "
                    f"{INPUT_NAMES[slot]}.\n  Mend the partial, or the domain; check=False skips "
                    "this comparison."
                )


def _inside(low: float, high: float, rng: np.random.Generator) -> Any:
    """Points of an interval: normal for the whole line, spread over a bounded one."""
    if np.isfinite(low) and np.isfinite(high):
        return low + (high - low) * rng.uniform(0.05, 0.95, 16)
    if np.isfinite(low) or np.isfinite(high):
        distance = rng.uniform(0.1, 3.0, 16)
        return low + distance if np.isfinite(low) else high - distance
    return rng.normal(0.0, 2.0, 16)


def _bind(rule: Elementwise) -> None:
    """Print the operators of `Value` for the row and attach them, as for a built-in one."""
    if rule.arity <= 2 and None not in rule.partials:
        names = {
            "rules": SimpleNamespace(**{rule.name: rule}),
            "np": scalar_math,
            "exactly": exactly,
            "new": object.__new__,
            "state": state,
            "__package__": __package__,
            "Any": Any,
        }
        printed = "class Operators:\n" + operator_source(rule)
        exec(compile(printed, "<autograd-lite operator>", "exec"), names)
        for method in method_names(rule):
            if hasattr(names["Operators"], method):
                setattr(Value, method, getattr(names["Operators"], method))
    value_module.bind(rule)
    tensor.bind(rule)
