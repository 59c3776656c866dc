"""What a row of the rule table is, and how calling one finds out what to do.

A row is called like a function. The kind of its operands decides what the call does:

* numbers and `ndarray`s      compute;
* an object array of `Value`  computes entry by entry;
* `Value`, `Tensor`           compute and record a node;
* `Symbol`                    builds an expression that prints as LaTeX or as Python.

Kinds of operand announce themselves by an attribute `_apply_rule(rule, operands, params)`, so a
row knows none of them by name, and a new kind of operand needs no change here.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from math import inf
from typing import Any, TypeVar

import numpy as np

from .errors import RuleError

Interval = tuple[float, float]
R = TypeVar("R", bound="Rule")
INPUT_NAMES = ("a", "b", "c")
TABLE: dict[str, Rule] = {}


class Rule:
    """A row: one operation, its value and its derivative. Use `Elementwise` or `Structural`."""

    name: str
    value: Callable[..., Any]
    latex: str
    badge: str
    composed: Callable[..., Any] | None
    unfolds = False
    builtin: bool

    def __call__(self, *operands: Any, **params: Any) -> Any:
        kind = None
        for operand in operands:
            if operand.__class__ is np.ndarray:
                continue
            handler = getattr(operand, "_apply_rule", None)
            if handler is not None and (kind is None or operand._rule_rank > kind._rule_rank):
                kind = operand
        if kind is not None:
            return kind._apply_rule(self, operands, params)
        return self.compute(operands, params)

    def compute(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """The value, for operands of which none records a graph by itself."""
        raise NotImplementedError

    def differentiates(self, slot: int) -> bool:
        """Whether input number `slot` gets a gradient."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<rule {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (self.name,)

    def __deepcopy__(self, memo: dict[int, Any]) -> Rule:
        return self


class Elementwise(Rule):
    """A row whose output entry depends on one entry of each input.

    value:    the operation, a NumPy ufunc or a function of the operands made of other rows.
    partials: for each input a function `(a, b, ..., y)` giving the local derivative dy/d(input);
              `None` for an input that is not differentiated. It never mentions the gradient that
              arrives from above, and never mentions broadcasting.
    latex:    the operation as LaTeX, with `{a}`, `{b}`, `{c}` where the operands go.
    why:      for each input, the local derivative in a few words.
    domain:   for each input the open interval on which the operation is smooth.
    kink:     what is agreed where the derivative does not exist.
    singular: whether a local derivative can be infinite at finite inputs. A gradient of exactly 0
              arriving there hands on 0, never nan; generated code spells that out for such a row.
    tame:     for a singular row, whether plain operands rule that out, as 2 does in x / 2.
    from_output: whether a partial gives the same if the output stands in for the input, as ReLU's
              does: one is positive where the other is. Then the input need not be kept.
    infix:    Python's operator and how tightly it binds, for the printers.
    defaults: values of trailing operands that a caller may leave out.
    """

    def __init__(
        self,
        name: str,
        *,
        value: Callable[..., Any],
        partials: tuple[Callable[..., Any] | None, ...],
        latex: str | None = None,
        why: str | tuple[str, ...] = "",
        domain: Interval | tuple[Interval, ...] = (-inf, inf),
        kink: str = "",
        singular: bool = False,
        tame: Callable[..., bool] | None = None,
        from_output: bool = False,
        infix: tuple[str, int] | None = None,
        badge: str | None = None,
        defaults: tuple[float, ...] = (),
        builtin: bool = True,
    ) -> None:
        self.name = name
        self.value = value
        self.partials = tuple(partials)
        self.arity = len(self.partials)
        names = INPUT_NAMES[: self.arity]
        self.latex = latex or rf"{_upright(name)}({', '.join(f'{{{n}}}' for n in names)})"
        self.why: tuple[str, ...] = (why,) * self.arity if isinstance(why, str) else tuple(why)
        self.domain: tuple[Interval, ...] = _intervals(domain, self.arity)
        self.kink = kink
        self.singular = singular
        self.tame = tame
        self.from_output = from_output
        self.infix = infix
        self.badge = badge or name
        self.defaults = tuple(defaults)
        self.composed = None
        self.builtin = builtin
        # Set by value.py: the printed operator, and the one for a plain number on the left.
        self.on_value: Callable[..., Any] | None = None
        self.on_value_reflected: Callable[..., Any] | None = None
        # Set by pullbacks.py: what hands gradients of arrays down, by what the operands are.
        self.pullbacks: dict[str, Callable[..., Any]] = {}

    def __call__(self, *operands: Any, **params: Any) -> Any:
        missing = self.arity - len(operands)
        if missing or params:
            if missing < 0 or missing > len(self.defaults) or params:
                raise TypeError(
                    f"{self.name} takes {self._signature()} and nothing else; "
                    f"it was given {len(operands)} operands and {sorted(params)}."
                )
            operands += self.defaults[len(self.defaults) - missing :]
        return super().__call__(*operands)

    def _signature(self) -> str:
        names = ", ".join(INPUT_NAMES[: self.arity])
        return f"({names})" + (
            f" (the last may be left out: {self.defaults})" * bool(self.defaults)
        )

    def compute(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        if any(isinstance(x, list | tuple) for x in operands):
            operands = tuple(np.asarray(x) if isinstance(x, list | tuple) else x for x in operands)
        if any(isinstance(x, np.ndarray) and x.dtype.hasobject for x in operands):
            return np.frompyfunc(self, self.arity, 1)(*operands)
        if any(isinstance(x, np.ndarray | np.generic) for x in operands):
            return self.on_arrays(*operands)
        # Python's own arithmetic raises where IEEE 754 has an answer; NumPy's scalars do not.
        # Whole numbers are real numbers here: 2 ** -1 is 0.5 and the reciprocal of 2 is not 0.
        result = self.on_arrays(
            *(np.float64(x) if x.__class__ is int else np.asarray(x)[()] for x in operands)
        )
        return result.item() if isinstance(result, np.generic | np.ndarray) else result

    def on_arrays(self, *operands: Any) -> Any:
        """The value on arrays and NumPy scalars, with NumPy's dtype rules."""
        if isinstance(self.value, np.ufunc):
            return self.value(*operands)
        with np.errstate(all="ignore"):  # a stable formula may overflow on its way
            return self.value(*operands)

    def may_be_infinite(self, operands: tuple[Any, ...]) -> bool:
        """Whether a local derivative can be infinite with these operands."""
        return self.singular and not (self.tame is not None and self.tame(*operands))

    def differentiates(self, slot: int) -> bool:
        return self.partials[slot] is not None

    def local(self, slot: int, operands: tuple[Any, ...], y: Any) -> Any:
        """dy/d(input number `slot`): a number, an array, a node or an expression."""
        partial = self.partials[slot]
        if partial is None:
            raise RuleError(f"{self.name}: input {slot} is not differentiated.")
        try:
            return partial(*operands, y)
        except ArithmeticError:  # Python's own 1 / 0.0, where IEEE 754 has an answer
            given = (np.float64(x) if isinstance(x, float | int) else x for x in operands)
            with np.errstate(all="ignore"):
                return partial(*given, y)


class Structural(Rule):
    """A row that moves, adds up or multiplies whole arrays: matmul, sum, reshape, index, ...

    vjps: for each input a function `(g, y, a, b, ..., **params)` giving the gradient of that input
          from the gradient g of the output; or one function `(slot, g, y, arrays, **params)` for a
          row that takes any number of inputs. `None` for an input that is not differentiated.
    composed: what a fused row is made of, as a function of the same operands. Object arrays run it.
    unfolds: whether drawings and steps show the operations of `composed` in place of the row.
    keeping: like value, but gives the value and what `at_once` wants to find again.
    at_once: `(node, g, kind)`, the operands of a Tensor that are of that kind, each with its
          gradient; None if the vjps should say, as where a NaN has come up.
    onset: for a fused row, what its last operation does to the gradient, `(g, y, a, b, ...)` to g,
          before any of the vjps, which share it: they are called with what it gives.
    vjp_shows: for each input, arrays worth seeing beside its gradient, by name: a function of the
          same arguments as the vjp; vjp_entry: one entry of the gradient from theirs, "{g} * {p}".
    """

    def __init__(
        self,
        name: str,
        *,
        value: Callable[..., Any],
        vjps: tuple[Callable[..., Any] | None, ...] | Callable[..., Any],
        latex: str | None = None,
        badge: str | None = None,
        composed: Callable[..., Any] | None = None,
        unfolds: bool = False,
        onset: Callable[..., Any] | None = None,
        keeping: Callable[..., tuple[Any, Any]] | None = None,
        at_once: Callable[..., Any] | None = None,
        vjp_latex: tuple[str, ...] = (),
        vjp_remarks: tuple[str, ...] = (),
        vjp_shows: tuple[Callable[..., dict[str, Any]], ...] = (),
        vjp_entry: tuple[str, ...] = (),
        singular: bool = False,
        builtin: bool = True,
    ) -> None:
        self.name = name
        self.value = value
        self.vjps = vjps
        self.arity = len(vjps) if isinstance(vjps, tuple) else None
        self.latex = latex or rf"{_upright(name)}({{a}})"
        self.badge = badge or name
        self.composed = composed
        self.unfolds = unfolds
        self.onset = onset
        self.keeping = keeping
        self.at_once = at_once
        self.vjp_latex = vjp_latex
        self.vjp_remarks = vjp_remarks
        self.vjp_shows = vjp_shows
        self.vjp_entry = vjp_entry
        self.singular = singular
        self.builtin = builtin

    def compute(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        for x in operands:
            if isinstance(x, np.ndarray) and x.dtype.hasobject:
                return (self.composed or self.value)(*operands, **params)
        return self.value(*operands, **params)

    def differentiates(self, slot: int) -> bool:
        return callable(self.vjps) or self.vjps[slot] is not None

    def shares(
        self, slots: list[int], g: Any, y: Any, operands: tuple[Any, ...], params: Any
    ) -> Iterator[tuple[int, Any]]:
        """(slot, gradient of that input) for the inputs `slots`, from the gradient `g` of `y`."""
        if self.onset is not None:
            g = self.onset(g, y, *operands, **params)
        for slot in slots:
            yield slot, self._vjp(slot, g, y, operands, params)

    def vjp(self, slot: int, g: Any, y: Any, operands: tuple[Any, ...], params: Any) -> Any:
        """The gradient of input number `slot`, from the gradient `g` of the output `y`."""
        if self.onset is not None:
            g = self.onset(g, y, *operands, **params)
        return self._vjp(slot, g, y, operands, params)

    def _vjp(self, slot: int, g: Any, y: Any, operands: tuple[Any, ...], params: Any) -> Any:
        if callable(self.vjps):
            return self.vjps(slot, g, y, operands, **params)
        rule = self.vjps[slot]
        if rule is None:
            raise RuleError(f"{self.name}: input {slot} is not differentiated.")
        return rule(g, y, *operands, **params)


class Predicate(Rule):
    """A comparison. It gives plain booleans, so no gradient flows through it."""

    def __init__(
        self, name: str, value: Callable[..., Any], infix: tuple[str, int] | None, latex: str
    ):
        self.name = name
        self.value = value
        self.infix = infix
        self.latex = latex
        self.badge = latex
        self.composed = None
        self.builtin = True

    def compute(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        result = self.value(*operands)
        plain = not any(isinstance(x, np.ndarray | np.generic) for x in operands)
        return result.item() if plain and isinstance(result, np.generic) else result


def _upright(name: str) -> str:
    """A row's name as the name of a function in LaTeX."""
    return rf"\operatorname{{{name.replace('_', chr(92) + '_')}}}"


def _intervals(domain: Any, arity: int) -> tuple[Interval, ...]:
    pairs = (domain,) * arity if np.ndim(domain) == 1 else tuple(domain)
    if len(pairs) != arity:
        raise RuleError(f"domain names {len(pairs)} intervals for {arity} inputs: {domain}.")
    return tuple((float(low), float(high)) for low, high in pairs)


def elementwise(name: str, **fields: Any) -> Elementwise:
    """Put an elementwise row on the table and return it."""
    return _register(Elementwise(name, **fields))


def structural(name: str, **fields: Any) -> Structural:
    """Put a structural row on the table and return it."""
    return _register(Structural(name, **fields))


def _register(rule: R) -> R:
    TABLE[rule.name] = rule
    return rule


def _unpickled(name: str) -> Rule:
    if name not in TABLE:
        raise RuleError(
            f"This graph was made with a rule called {name!r}, which is not on the table here.\n"
            f"  Run its ag.define({name!r}, ...) before you load the graph."
        )
    return TABLE[name]


def find(name: str) -> Rule:
    """The row called `name`; `RuleError` with the nearest names if there is none."""
    if name in TABLE:
        return TABLE[name]
    near = ", ".join(difflib.get_close_matches(name, TABLE)) or "see autograd_lite.rules.TABLE"
    raise RuleError(f"There is no rule called {name!r}. Near: {near}.")
