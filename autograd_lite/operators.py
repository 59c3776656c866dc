"""Python's operators, as calls of the rows: what `Tensor` and `Symbol` share."""

from __future__ import annotations

from typing import Any

from . import rules
from .rows import Elementwise

# The rows that Python has an operator for: its method, and the one for the operand on the left.
DUNDERS = {
    "add": ("__add__", "__radd__"),
    "subtract": ("__sub__", "__rsub__"),
    "multiply": ("__mul__", "__rmul__"),
    "divide": ("__truediv__", "__rtruediv__"),
    "power": ("__pow__", "__rpow__"),
    "floor_divide": ("__floordiv__", "__rfloordiv__"),
    "remainder": ("__mod__", "__rmod__"),
    "negative": ("__neg__", ""),
    "absolute": ("__abs__", ""),
}


def method_names(rule: Elementwise) -> tuple[str, str]:
    """The method that a row is, and the one for a plain number on the left."""
    return DUNDERS.get(rule.name, (rule.name, f"_r_{rule.name}"))


class Rounding:
    """What Python's round, divmod and math.floor, ceil and trunc ask for, by the rule table."""

    __slots__ = ()

    def __divmod__(self, other: Any) -> Any:
        return rules.floor_divide(self, other), rules.remainder(self, other)

    def __rdivmod__(self, other: Any) -> Any:
        return rules.floor_divide(other, self), rules.remainder(other, self)

    def __round__(self, digits: int = 0) -> Any:
        return rounded(self, digits)

    def __floor__(self) -> Any:
        return rules.floor(self)

    def __ceil__(self) -> Any:
        return rules.ceil(self)

    def __trunc__(self) -> Any:
        return rules.trunc(self)


def rounded(a: Any, digits: int) -> Any:
    """Rounded to decimal digits, half to even, as np.round does it."""
    if not digits:
        return rules.rint(a)
    factor = 10.0 ** abs(digits)
    return rules.rint(a * factor) / factor if digits > 0 else rules.rint(a / factor) * factor


class Operators(Rounding):
    """Arithmetic and comparison by the rule table."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        return rules.add(self, other)

    def __radd__(self, other: Any) -> Any:
        return rules.add(other, self)

    def __sub__(self, other: Any) -> Any:
        return rules.subtract(self, other)

    def __rsub__(self, other: Any) -> Any:
        return rules.subtract(other, self)

    def __mul__(self, other: Any) -> Any:
        return rules.multiply(self, other)

    def __rmul__(self, other: Any) -> Any:
        return rules.multiply(other, self)

    def __truediv__(self, other: Any) -> Any:
        return rules.divide(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return rules.divide(other, self)

    def __pow__(self, other: Any) -> Any:
        return rules.power(self, other)

    def __rpow__(self, other: Any) -> Any:
        return rules.power(other, self)

    def __floordiv__(self, other: Any) -> Any:
        return rules.floor_divide(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return rules.floor_divide(other, self)

    def __mod__(self, other: Any) -> Any:
        return rules.remainder(self, other)

    def __rmod__(self, other: Any) -> Any:
        return rules.remainder(other, self)

    def __neg__(self) -> Any:
        return rules.negative(self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return rules.absolute(self)

    def __lt__(self, other: Any) -> Any:
        return rules.less(self, other)

    def __le__(self, other: Any) -> Any:
        return rules.less_equal(self, other)

    def __gt__(self, other: Any) -> Any:
        return rules.greater(self, other)

    def __ge__(self, other: Any) -> Any:
        return rules.greater_equal(self, other)

    def __eq__(self, other: object) -> Any:
        return rules.equal(self, other)

    def __ne__(self, other: object) -> Any:
        return rules.not_equal(self, other)

    __hash__ = object.__hash__
