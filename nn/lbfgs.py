"""`LBFGS`: a quasi-Newton method, for small problems and full batches.

It asks for the loss again and again within one step, so a step takes a function that computes it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograd_lite import Tensor
from autograd_lite.errors import ArgumentError, GradientError
from autograd_lite.graph import numbers

from .flat import Array
from .interrupts import uninterrupted
from .optimizer import Optimizer
from .settings import not_negative, positive

SEARCHES = (None, "strong_wolfe")
LEAST_CURVATURE = 1e-10  # of s and y, below which a pair says nothing about the Hessian
SUFFICIENT, CURVATURE = 1e-4, 0.9  # the constants of the strong Wolfe conditions
EVALUATIONS = 25  # of one line search, at most


class LBFGS(Optimizer):
    """Limited-memory BFGS: steps along -H g, where H estimates the inverse Hessian.

    H comes from the last `history_size` pairs s = p_new - p_old, y = g_new - g_old, by the two-loop
    recursion; the first step is min(1, 1 / |g|_1) lr long, the others lr.

    lr: the step's length; with a line search, the first that it tries.  max_iter: iterations in one
    `step`.  line_search: None, or "strong_wolfe", which finds the length and is nearly always worth
    it.
    tolerance_grad, tolerance_change: below which largest gradient, or change, it stops.
    Raises ArgumentError for settings out of range, GradientError if the loss is not finite.
    Source: Nocedal and Wright, Numerical Optimization (2006), algorithms 7.4, 7.5, 3.5 and 3.6.

    >>> from autograd_lite import Tensor
    >>> p = Tensor([-1.2, 1.0])
    >>> optimizer = LBFGS([p], line_search="strong_wolfe", max_iter=50)
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> _ = optimizer.step(closure)
    >>> p.data.round(4)
    array([1., 1.])
    """

    needs_closure = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        max_iter: int = 20,
        history_size: int = 10,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        line_search: str | None = None,
    ) -> None:
        super().__init__(params, lr)
        for name, value in (("max_iter", max_iter), ("history_size", history_size)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ArgumentError(f"LBFGS: {name}={value!r}; give a whole number, 1 or more.")
        if line_search not in SEARCHES:
            raise ArgumentError(f"LBFGS: line_search={line_search!r}; use 'strong_wolfe' or None.")
        self.max_iter, self.history_size = max_iter, history_size
        self.tolerance_grad = not_negative(self, "tolerance_grad", tolerance_grad)
        self.tolerance_change = positive(self, "tolerance_change", tolerance_change)
        self.line_search = line_search
        self._states = [{}]  # one for all: the pairs, and the last direction and gradient

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Up to `max_iter` iterations; returns the loss at the start.

        closure: forgets the gradients, computes the loss, calls backward, and returns the loss. If
        it raises, the parameters are where they were.
        """
        if closure is None:
            raise ArgumentError(
                "LBFGS: step() needs a function that computes the loss again.\n"
                "  Give step(closure): it calls zero_grad, computes the loss, calls backward, and "
                "returns the loss."
            )
        before = self._vector()
        try:
            return self._iterate(closure)
        except BaseException:
            self._place(before)
            raise

    def _iterate(self, closure: Callable[[], Any]) -> Any:
        first = closure()
        loss, g = self._measured(first)
        state = dict(self._states[0])
        p = self._vector()
        for i in range(self.max_iter):
            if np.max(np.abs(g), initial=0.0) <= self.tolerance_grad:
                break
            d = self._direction(g, state)
            slope = float(g @ d)
            if slope > -self.tolerance_change:
                break
            t = self.lr * (min(1.0, 1.0 / float(np.sum(np.abs(g)))) if not state["count"] else 1.0)
            old_loss, old_g = loss, g
            if self.line_search:
                t, loss, g = self._search(closure, p, d, t, loss, g)
            p = p + t * d
            self._place(p)
            last = i == self.max_iter - 1
            if not self.line_search and not last:
                loss, g = self._measured(closure())
            state |= {"d": d, "t": t, "g": old_g, "count": state["count"] + 1}
            self._states = [state]
            measured = bool(self.line_search) or not last
            if float(np.max(np.abs(t * d))) <= self.tolerance_change or (
                measured and abs(loss - old_loss) < self.tolerance_change
            ):
                break
        return first

    def _direction(self, g: Array, state: dict[str, Any]) -> Array:
        """-H g by the two-loop recursion, after the last step has been remembered."""
        if "count" not in state:
            none = np.zeros((0, g.size))
            state |= {"count": 0, "s": none, "y": none, "scale": 1.0}
            return -g
        s, y = state["t"] * state["d"], g - state["g"]
        curvature = float(y @ s)
        if curvature > LEAST_CURVATURE:
            state["s"] = np.vstack([state["s"], s])[-self.history_size :]
            state["y"] = np.vstack([state["y"], y])[-self.history_size :]
            state["scale"] = curvature / float(y @ y)
        pairs = list(zip(state["s"], state["y"], strict=True))
        q, shares = -g, []
        for s, y in reversed(pairs):
            share = float(s @ q) / float(y @ s)
            q = q - share * y
            shares.append(share)
        r = q * state["scale"]
        for (s, y), share in zip(pairs, reversed(shares), strict=True):
            r = r + s * (share - float(y @ r) / float(y @ s))
        return np.asarray(r)

    def _expected(self, i: int, key: str) -> set[tuple[int, ...]]:
        size = sum(np.size(p.data) for p in self.params)
        if key in ("s", "y"):
            return {(n, size) for n in range(self.history_size + 1)}
        return {(), (size,)}

    # --- the line search ----------------------------------------------------------------------

    def _search(
        self, closure: Callable[[], Any], p: Array, d: Array, t: float, loss: float, g: Array
    ) -> tuple[float, float, Array]:
        """A length t for which loss falls enough and its slope has flattened enough.

        f(t) <= f(0) + c1 t f'(0)  and  |f'(t)| <= c2 |f'(0)|
        """
        start, slope = loss, float(g @ d)

        def at(length: float) -> tuple[float, float, float, Array]:
            self._place(p + length * d)
            found, gradient = self._measured(closure(), allow=True)
            return length, found, float(gradient @ d), gradient

        low = (0.0, start, slope, g)
        for i in range(EVALUATIONS):
            here = at(t)
            too_high = not here[1] <= start + SUFFICIENT * t * slope
            if too_high or (i and here[1] >= low[1]):
                return self._zoom(at, low, here, start, slope, EVALUATIONS - i)
            if abs(here[2]) <= -CURVATURE * slope:
                return here[0], here[1], here[3]
            if here[2] >= 0:
                return self._zoom(at, here, low, start, slope, EVALUATIONS - i)
            low, t = here, 2 * t
        return low[0], low[1], low[3]

    @staticmethod
    def _zoom(
        at: Callable[[float], Any], low: Any, high: Any, start: float, slope: float, most: int
    ) -> tuple[float, float, Array]:
        for _ in range(most):
            t = _between(low, high)
            here = at(t)
            if not here[1] <= start + SUFFICIENT * t * slope or here[1] >= low[1]:
                high = here
            else:
                if abs(here[2]) <= -CURVATURE * slope:
                    return here[0], here[1], here[3]
                if here[2] * (high[0] - low[0]) >= 0:
                    high = low
                low = here
        return low[0], low[1], low[3]

    # --- all parameters as one vector ---------------------------------------------------------

    def _vector(self) -> Array:
        return np.concatenate([np.ravel(numbers(p)).astype(float) for p in self.params])

    def _measured(self, loss: Any, allow: bool = False) -> tuple[float, Array]:
        """The loss and its gradient as one vector."""
        found = float(loss.item() if hasattr(loss, "item") else loss)
        if not math.isfinite(found) and not allow:
            raise GradientError(
                f"LBFGS: the loss is {found}.\n"
                "  A smaller lr or line_search='strong_wolfe' may help."
            )
        parts = [
            np.zeros(np.size(numbers(p))) if p.grad is None else np.ravel(p.grad).astype(float)
            for p in self.params
        ]
        return found, np.concatenate(parts)

    def _place(self, vector: Array) -> None:
        pieces = np.split(vector, np.cumsum([np.size(numbers(p)) for p in self.params])[:-1])
        with uninterrupted():
            for p, piece in zip(self.params, pieces, strict=True):
                if isinstance(p, Tensor):
                    p.data = piece.reshape(p.shape).astype(p.dtype)
                else:
                    p.data = float(piece[0])


def _between(low: Any, high: Any) -> float:
    """Where the cubic through both values and slopes is least, kept off the ends."""
    a, fa, da = map(float, low[:3])
    b, fb, db = map(float, high[:3])
    left, right = min(a, b) + 0.1 * abs(b - a), max(a, b) - 0.1 * abs(b - a)
    first = da + db - 3 * (fa - fb) / (a - b)
    square = first * first - da * db
    if not (math.isfinite(square) and square >= 0):
        return (a + b) / 2
    root = math.copysign(math.sqrt(square), b - a)
    if not db - da + 2 * root:
        return (a + b) / 2
    return min(max(b - (b - a) * (db + root - first) / (db - da + 2 * root), left), right)
