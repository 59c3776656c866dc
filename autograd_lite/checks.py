"""`check_grads`: derivatives by the rules against differences of values."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .containers import Parts, is_grid
from .differences import Differences, Vector
from .errors import ArgumentError, DataError, GradientError
from .forward import jvp
from .graph import Node, numbers
from .tracing import positions
from .transforms import vjp

Function = Callable[..., tuple[Any, ...]]
_NAMES = {"rev": "reverse", "fwd": "forward"}
_ONE_BY_ONE = 1000  # entries, at most, that are looked at singly
_OUTPUTS = 64  # output entries, at most, among which the wrong one is looked for


def check_grads(
    f: Callable[..., Any],
    *args: Any,
    order: int = 2,
    modes: Sequence[str] = ("rev", "fwd"),
    argnums: int | tuple[int, ...] | None = None,
    directions: int = 2,
    rtol: float | None = None,
    seed: int = 0,
) -> None:
    """Compare the derivatives of f at a point with central differences; raise if one is wrong.

    (f(x + h v) - f(x - h v)) / 2h  against  <gradient, v>,  extrapolated from two steps h, along
    random directions v. If a direction disagrees, entries are looked at one by one. Order 2 does
    the same to the derivative, as reverse over reverse, forward over reverse, and so on.

    f takes and gives numbers, arrays, or lists, tuples and dicts of them.
    order: up to which derivative.  modes: "rev", "fwd" or both.
    argnums: the arguments to check; by default all that hold real numbers, without arrays of
    integers and booleans, which are labels or masks.
    directions: how many.  rtol: what counts as wrong in one entry; by default 1e-4 in float64, 1e-2
    in float32. Steps follow the dtype.  seed: of the directions.

    It changes no `.grad`. Raises GradientError that names mode, order, argument and index, with the
    number found and the number expected; it says so where the point lies on a kink or at the edge
    of the domain, where there is nothing to compare.
    Source: Griewank and Walther, Evaluating Derivatives (2008), chapters 1 and 3; Richardson,
    Phil. Trans. R. Soc. A 210 (1911), for the extrapolation.

    >>> check_grads(lambda x, w: np.tanh(x @ w), np.ones((2, 3)), np.full(3, 0.1))
    >>> import autograd_lite as ag
    >>> check_grads(lambda x: x * ag.detach(x), 3.0)
    Traceback (most recent call last):
        ...
    autograd_lite.errors.GradientError: check_grads: the derivative of <lambda> with respect to x...
    """
    modes = (modes,) if isinstance(modes, str) else tuple(modes)
    if not modes or not set(modes) <= set(_NAMES):
        raise ArgumentError(f'check_grads: modes={modes!r}; give "rev", "fwd" or both.')
    for name, count in (("order", order), ("directions", directions)):
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
            raise ArgumentError(f"check_grads: {name}={count!r}; give a whole number, 1 or more.")
    chosen = _chosen(args) if argnums is None else positions(argnums, len(args), "check_grads")
    if not chosen:
        raise ArgumentError(
            f"check_grads: none of the {len(args)} arguments holds real numbers to check.\n"
            "  Give floats or float arrays; for arrays of integers name the argument in argnums."
        )
    names = _argument_names(f, len(args))
    parts = [Parts(args[i], names[i]) for i in chosen]

    def on_leaves(*leaves: Any) -> tuple[Any, ...]:
        given = list(args)
        left = list(leaves)
        for i, part in zip(chosen, parts, strict=True):
            given[i] = part.rebuild(left[: len(part.leaves)])
            del left[: len(part.leaves)]
        return tuple(Parts(f(*given), "output").leaves)

    leaves = [_float(x, place) for p in parts for x, place in zip(p.leaves, p.places, strict=True)]
    places = [place for p in parts for place in p.places]
    name = getattr(f, "__name__", type(f).__name__)
    check = _Check(name, places, modes, directions, rtol, np.random.default_rng(seed))
    check.run(on_leaves, leaves, order, ())


class _Check:
    """One run: what is the same for all orders and modes."""

    def __init__(
        self,
        name: str,
        places: list[str],
        modes: tuple[str, ...],
        directions: int,
        rtol: float | None,
        rng: np.random.Generator,
    ) -> None:
        self.name, self.places, self.modes = name, places, modes
        self.directions, self.rtol, self.rng = directions, rtol, rng

    def run(self, f: Function, leaves: list[Any], order: int, path: tuple[str, ...]) -> None:
        """Check f's derivative, and then the derivatives of that up to `order`."""
        at = Vector(leaves)
        outputs = vjp(f, *leaves)[0]
        out = Vector([_float(x, "output") for x in outputs])
        if not out.size or not at.size:
            return
        if not np.all(np.isfinite(out.start)):
            raise GradientError(
                f"check_grads: {self._function(path)} is not finite at this point "
                f"({out.start[~np.isfinite(out.start)][0]}), so there is nothing to compare."
            )
        weights = np.ones(1) if out.size == 1 else self._signs(out.size)
        eps = max(at.eps, out.eps)
        differences = Differences(
            lambda z: out.flat(vjp(f, *at.parts(z))[0]), at.start, eps, self.rtol
        )
        for mode in self.modes:
            found = _Found(f, at, out, leaves, mode, weights)
            for _ in range(self.directions):
                v = self._signs(at.size) * at.scale
                if not differences.agree(found.along(v), found.size(v), weights, v):
                    self._locate(differences, found, v, path)
        for mode in self.modes if order > 1 else ():
            if mode == "rev":
                share = out.parts(weights, like=outputs)

                def derivative(*xs: Any, share: Any = share) -> tuple[Any, ...]:
                    return tuple(vjp(f, *xs)[1](tuple(share)))

            else:
                tangents = at.parts(self._signs(at.size) * at.scale, like=leaves)

                def derivative(*xs: Any, share: Any = tangents) -> tuple[Any, ...]:
                    return tuple(jvp(f, xs, tuple(share))[1])

            self.run(derivative, leaves, order - 1, (*path, mode))

    def _signs(self, count: int) -> Any:
        """Numbers of either sign, none of them small, so that no entry is passed over."""
        return self.rng.choice([-1.0, 1.0], count) * self.rng.uniform(0.5, 1.5, count)

    def _locate(self, differences: Differences, found: _Found, v: Any, path: Any) -> None:
        """Halve the entries while a half disagrees, down to single ones; raise for a wrong one.

        What disagrees as a whole and in no single entry was rounding.
        """
        stack, singles = [np.arange(v.size)], 0
        while stack and singles < _ONE_BY_ONE:
            some = stack.pop()
            if some.size == 1:
                singles += 1
                self._single(differences, found, int(some[0]), path)
                continue
            for half in np.array_split(some, 2)[::-1]:
                part = np.zeros_like(v)
                part[half] = v[half]
                along, size = found.along(part), found.size(part)
                if not differences.agree(along, size, found.weights, part):
                    stack.append(half)

    def _single(self, differences: Differences, found: _Found, i: int, path: Any) -> None:
        unit = np.zeros(found.at.size)
        unit[i] = 1.0
        size = found.at.scale[i]
        verdict = differences.judge(found.along(unit), found.weights, unit, size)
        if verdict is None:
            return
        j = found.wrong_output(differences, unit, size) if found.out.size > 1 else None
        if j is not None:
            verdict = differences.judge(found.entry(unit, j), found.only(j), unit, size) or verdict
        of = "" if found.out.size == 1 else self._output(found, j, path)
        over = "".join(f" over {_NAMES[m]}" for m in reversed(path))
        place = found.at.place(i, self.places)
        raise GradientError(
            f"check_grads: the derivative of {self._function(path)}{of} with respect to {place} "
            f"{verdict.what} ({_NAMES[found.mode]}{over} mode, order {len(path) + 1}).\n"
            f"  {place} = {found.at.start[i]:.8g}\n"
            f"  found     {verdict.found:.10g}\n"
            f"  {verdict.text}"
        )

    def _function(self, path: tuple[str, ...]) -> str:
        return self.name if not path else f"derivative {len(path)} of {self.name}"

    def _output(self, found: _Found, j: int | None, path: tuple[str, ...]) -> str:
        if j is None:
            return ", of a random combination of its outputs,"
        names = self.places if path and path[-1] == "rev" else ["output"] * len(found.out.leaves)
        return f", at {found.out.place(j, names)},"


class _Found:
    """What one mode says of the derivative at one point."""

    def __init__(
        self, f: Function, at: Vector, out: Vector, leaves: list[Any], mode: str, weights: Any
    ) -> None:
        self.f, self.at, self.out, self.leaves = f, at, out, leaves
        self.mode, self.weights = mode, weights
        self.gradient = self._pulled(weights) if mode == "rev" else None

    def _pulled(self, weights: Any) -> Any:
        outputs, pull = vjp(self.f, *self.leaves)
        return self.at.flat(pull(tuple(self.out.parts(weights, like=outputs))))

    def _pushed(self, v: Any) -> Any:
        tangents = tuple(self.at.parts(v, like=self.leaves))
        return self.out.flat(jvp(self.f, tuple(self.leaves), tangents)[1])

    def along(self, v: Any) -> float:
        """The derivative of the weighted outputs along v."""
        if self.gradient is not None:
            return _dot(self.gradient, v)
        return _dot(self._pushed(v), self.weights)

    def size(self, v: Any) -> float:
        """How large the terms are that were added up along v."""
        terms = self.gradient * v if self.gradient is not None else self._pushed(v) * self.weights
        return float(np.sum(np.abs(terms)))

    def only(self, j: int) -> Any:
        """Weights that pick output entry j."""
        picked = np.zeros(self.out.size)
        picked[j] = 1.0
        return picked

    def entry(self, v: Any, j: int) -> float:
        """The derivative of output entry j along v."""
        if self.mode == "fwd":
            return float(self._pushed(v)[j])
        return _dot(self._pulled(self.only(j)), v)

    def wrong_output(self, differences: Differences, v: Any, size: float) -> int | None:
        """The first output entry whose derivative along v is wrong."""
        for j in range(min(self.out.size, _OUTPUTS)):
            if differences.judge(self.entry(v, j), self.only(j), v, size) is not None:
                return j
        return None


def _dot(a: Any, b: Any) -> float:
    """The sum of products, in which 0 times infinity is 0: what is not asked does not count."""
    used = b != 0
    return float(np.sum(a[used] * b[used]))


def _chosen(args: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(i for i, x in enumerate(args) if _is_checked(x))


def _is_checked(x: Any) -> bool:
    """Whether an argument is checked unasked: it holds real numbers, and no labels or masks."""
    try:
        leaves = Parts(x, "").leaves
    except Exception:  # a container of another making
        return False
    return bool(leaves) and all(
        isinstance(leaf, Node)
        or (isinstance(leaf, int | float | np.floating) and not isinstance(leaf, bool))
        or (isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f")
        for leaf in leaves
    )


def _float(x: Any, place: str) -> Any:
    """A leaf as a plain float or float array."""
    x = numbers(x)
    if is_grid(x):
        x = np.array([numbers(v) for v in x.flat], dtype=float).reshape(x.shape)
    array = np.asarray(x)
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"check_grads: {place} is {type(x).__name__} {x!r:.60}, which is no real number.\n"
            "  Does the function end with return? Skip an argument with argnums."
        )
    if isinstance(x, np.ndarray):
        return array if array.dtype.kind == "f" else array.astype(float)
    return float(x)


def _argument_names(f: Callable[..., Any], count: int) -> list[str]:
    names = [f"argument {i}" for i in range(count)]
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return names
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    known = [p.name for p in parameters if p.kind in positional]
    return (known + names[len(known) :])[:count]
