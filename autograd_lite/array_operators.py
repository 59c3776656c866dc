"""The operators of `Tensor` for the ordinary case, in which nothing has to be asked or noted.

A row whose value is a ufunc of NumPy gets a method that calls it at once. It gives way to the rule,
which knows every case, where anything is unusual: an operand that is neither a Tensor nor a plain
float or int, a leaf whose array somebody holds, `no_grad`, `detect_anomaly`, or an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from .mutation import clock, fingerprint
from .operators import method_names
from .reads import may_read
from .recording import state
from .rows import Elementwise, Structural
from .symbols import BY_UFUNC

Method = Callable[..., Any]
_new = object.__new__
_NO_PARAMS: dict[str, Any] = {}


def methods(rule: Elementwise) -> dict[str, Method]:
    """What `Tensor` gets for a row: the methods of its sign, as __mul__, or one of its name."""
    name, reflected = method_names(rule)
    if not isinstance(rule.value, np.ufunc) or None in rule.partials or rule.arity > 2:
        return {name: _named(lambda self, *others: rule(self, *others), rule)}
    if rule.arity == 1:
        return {name: _named(_unary(rule), rule)}
    first, second = _binary(rule)
    return {name: _named(first, rule), reflected: _named(second, rule)}


def _named(method: Method, rule: Elementwise) -> Method:
    method.__name__ = method.__qualname__ = rule.name
    method.__doc__ = f"The rule {rule.name}, entry by entry."
    return method


def _made(kind: Any, data: Any, rule: Elementwise, operands: Any, seen: Any) -> Any:
    """A new node. The frequent methods have it written out: a call costs them a sixth more."""
    node = _new(kind)
    node._data = data if type(data) is ndarray else np.asarray(data)
    node.op, node.a, node.params, node.seen = rule, operands, _NO_PARAMS, seen
    node.grad = node.label = node.b = None
    node.mark = node.version = 0
    return node


def _unary(rule: Elementwise) -> Method:
    value: Any = rule.value

    def method(self: Any) -> Any:
        if state.paused or (self.op is None and self.seen is not None):
            return rule(self)
        data = value(self._data)
        node = _new(type(self))
        node._data = data if type(data) is ndarray else np.asarray(data)
        node.op = rule
        node.a = (self,)
        node.params = _NO_PARAMS
        node.seen = clock.now
        node.grad = node.label = node.b = None
        node.mark = node.version = 0
        return node

    return method


def _binary(rule: Elementwise) -> tuple[Method, Method]:
    value: Any = rule.value

    def method(self: Any, other: Any) -> Any:
        kind = type(other)
        if state.paused or (self.op is None and self.seen is not None):
            return rule(self, other)
        seen: Any = clock.now
        given: Any
        if kind is type(self) and (other.op is not None or other.seen is None):
            given = other._data
        elif kind is ndarray and other.dtype.kind in "biuf":
            given = other
            if may_read(rule, 1):
                seen = seen, {1: fingerprint(other)}
        elif kind is float or kind is int:
            given = other
        else:
            return rule(self, other)
        try:
            data = value(self._data, given)
        except (ValueError, OverflowError):
            return rule(self, other)  # which says it with shapes and names
        node = _new(type(self))
        node._data = data if type(data) is ndarray else np.asarray(data)
        node.op = rule
        node.a = (self, other)
        node.params = _NO_PARAMS
        node.seen = seen
        node.grad = node.label = node.b = None
        node.mark = node.version = 0
        return node

    def reflected(self: Any, other: Any) -> Any:
        kind = type(other)
        if (kind is not float and kind is not int) or state.paused:
            return rule(other, self)
        if self.op is None and self.seen is not None:
            return rule(other, self)
        try:
            data = value(other, self._data)
        except OverflowError:
            return rule(other, self)
        return _made(type(self), data, rule, (other, self), clock.now)

    return method, reflected


def whole_at_once(
    tensor: Any, rule: Structural, operands: tuple[Any, ...], params: dict[str, Any]
) -> Any:
    """The node of a row on whole arrays in the ordinary case; None if anything has to be asked."""
    given: list[Any] = []
    plain: dict[int, Any] | None = None
    for i, x in enumerate(operands):
        kind = type(x)
        if kind is tensor:
            if x.op is None and x.seen is not None:  # a leaf whose array somebody holds
                return None
            given.append(x._data)
        elif kind is ndarray and x.dtype.kind in "biuf":
            given.append(x)
            if plain is None:
                plain = {}
            plain[i] = fingerprint(x)
        elif kind is float or kind is int:
            given.append(x)
        else:
            return None
    node, now = _new(tensor), clock.now
    try:
        if rule.keeping is None:
            data = rule.value(*given, **params)
        else:
            data, node.kept = rule.keeping(*given, **params)
    except (ValueError, IndexError, ArithmeticError):
        return None  # the long way says it with shapes and names
    node._data = data if type(data) is ndarray else np.asarray(data)
    node.op, node.a, node.params = rule, operands, params
    node.seen = (now, plain) if plain else now
    node.grad = node.label = node.b = None
    node.mark = node.version = 0
    return node


# What NumPy's ufuncs do with a Tensor as their first operand.
AT_ONCE: dict[Any, Method] = {
    ufunc: methods(rule)[method_names(rule)[0]]
    for ufunc, rule in BY_UFUNC.items()
    if isinstance(rule, Elementwise) and rule.value is ufunc
}
