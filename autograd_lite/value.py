"""`Value`: one number that remembers how it was computed.

Its operators are in `value_operators.py`, which `print_operators.py` prints from the rule table.
Here is the rest: what a `Value` is, how it meets numbers and arrays, and how it hands its gradient
down.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from typing import Any, final

import numpy as np

from . import numpy_elementwise, rules
from .composed_ufuncs import COMPOSED_UFUNCS
from .copying import Copied
from .errors import DataError, LeaveGraphError, MutationError, ShapeError, UnsupportedError
from .graph import Node, arrows
from .operators import Rounding, method_names
from .recording import here, kept_out, note, state
from .rows import Elementwise, Predicate, Rule
from .scalar_math import exactly
from .symbols import BY_UFUNC
from .tensor import Tensor, receive
from .value_dtype import FLOAT64
from .value_operators import ValueOperators

_new = object.__new__


_REDUCTIONS = {np.add, np.multiply, np.maximum, np.minimum}
_QUESTIONS = {np.isnan, np.isfinite, np.isinf, np.signbit}


@final
class Value(ValueOperators, Rounding, Copied):
    """One number of a computation, and how it was computed.

    Write arithmetic, or NumPy's and autograd-lite's functions, with it; then `backward()` gives the
    derivative of the result with respect to every `Value` it was computed from.

    data: the number, a float.  grad: dL/d(this), `None` until a backward pass reached it.
    op: the rule that made it, `None` for a leaf.  inputs: what that rule was called with.

    A plain number in an operation is a constant: it gets no gradient. `==` and `<` compare numbers,
    `hash` goes by identity. Numbers follow IEEE 754: `Value(1.0) / 0` is inf.

    Raises DataError if `data` is no real number.

    >>> x = Value(2.0, label="x")
    >>> y = (x * 3 + 1).tanh()
    >>> y.backward()
    >>> x
    Value(2.0, label='x', grad=9.97...e-06)
    """

    __slots__ = ("__weakref__", "da", "db")
    #   a, b    the operands that are Values; None where there is none, or a constant.
    #   da, db  the local derivative there; or the constant itself.
    #   A rule of three operands has them in a tuple in `a`, their local derivatives in `da`.

    _rule_rank = 1
    _zero = 0.0
    shape: tuple[int, ...] = ()
    ndim = 0
    size = 1
    dtype = FLOAT64
    __hash__ = object.__hash__

    def __init__(self, data: float, label: str | None = None) -> None:
        self._data = _as_float(data, "Value")
        self.label = label
        self.grad = self.op = self.a = self.da = self.b = self.db = None
        self.mark = 0
        if state.paused:
            note(self)

    # --- what a node is -----------------------------------------------------------------------

    @property
    def operands(self) -> tuple[Any, ...]:
        if self.op is None:
            return ()
        if self.a.__class__ is tuple:
            return self.a
        first = self.da if self.a is None else self.a
        if self.op.arity == 1:
            return (first,)
        return first, (self.db if self.b is None else self.b)

    def local(self, slot: int) -> Any:
        if self.a.__class__ is tuple:
            return self.da[slot]
        return self.db if slot else self.da

    def local_graph(self, slot: int) -> Any:
        graph, stored = super().local_graph(slot), self.local(slot)
        now = graph.data if isinstance(graph, Node) else graph
        if not _same(now, stored):
            raise MutationError(
                f"{self.op.name}: its derivative with respect to {self.operands[slot]!r} was "
                f"{stored!r} when it was computed and is {now!r} now: a .data that it needs was "
                "changed in between.\n"
                "  Differentiate before you change it, or compute the result anew afterwards."
            )
        return graph

    @staticmethod
    def sweep(order: Sequence[Any], seed: Any) -> None:
        """The backward loop, `+= upstream * local` on every arrow, where all nodes are Values."""
        for node in order:
            if type(node) is not Value:
                Node.sweep(order, seed)
                return
            if node.grad is None or node.op is not None:
                node.grad = 0.0
        order[0].grad = seed
        for node in order:
            gradient = node.grad
            if gradient:  # 0 hands on 0, however infinite the local derivative is
                first, second = node.a, node.b
                if second is not None:
                    if first is not None:
                        first.grad += gradient * node.da
                    second.grad += gradient * node.db
                elif first.__class__ is Value:
                    first.grad += gradient * node.da
                elif first is not None:
                    node.hand_down()

    def hand_down(self) -> None:
        gradient: float = self.grad  # type: ignore[assignment]
        if not gradient:
            return
        if self.a.__class__ is tuple and self.da is None:  # no local derivatives to store
            for _, operand, _, share in arrows(self, gradient, False, None):
                receive(operand, share)
            return
        for slot, operand in enumerate(self.operands):
            if operand.__class__ is Value:
                operand.grad += gradient * self.local(slot)

    def _seed(self, upstream: Any) -> float:
        return 1.0 if upstream is None else _as_float(upstream, "upstream gradient")

    # --- as a number --------------------------------------------------------------------------

    def item(self) -> float:
        """The number itself, as a float."""
        return self.data  # type: ignore[no-any-return]

    def __float__(self) -> float:
        if here.transforms:
            raise LeaveGraphError(
                f"float() of {self!r} inside a transform would lose its gradient.\n"
                "  Use NumPy's or autograd-lite's functions instead of the math module's, a list "
                "or an object array instead of a float array;\n"
                "  if the gradient should stop here, write .item()."
            )
        return self.data  # type: ignore[no-any-return]

    def __int__(self) -> int:
        return int(float(self))

    def __bool__(self) -> bool:
        return self.data != 0  # type: ignore[no-any-return]

    def __pos__(self) -> Value:
        return self

    def __lt__(self, other: Any) -> Any:
        return self._compare(rules.less, other)

    def __le__(self, other: Any) -> Any:
        return self._compare(rules.less_equal, other)

    def __gt__(self, other: Any) -> Any:
        return self._compare(rules.greater, other)

    def __ge__(self, other: Any) -> Any:
        return self._compare(rules.greater_equal, other)

    def __eq__(self, other: object) -> Any:
        return self._compare(rules.equal, other)

    def __ne__(self, other: object) -> Any:
        return self._compare(rules.not_equal, other)

    def _compare(self, predicate: Predicate, other: Any) -> Any:
        if isinstance(other, Value):
            return bool(predicate.value(self.data, other.data))
        if isinstance(other, numbers.Real | np.generic):
            try:
                return bool(predicate.value(self.data, other))
            except OverflowError:  # an integer beyond every float
                low, high = (self.data, 0.0) if math.isnan(self.data) else (0.0, 1.0)
                pair = (low, high) if math.isnan(self.data) or other > self.data else (high, low)
                return bool(predicate.value(*pair))
        return NotImplemented

    clip = numpy_elementwise.clip

    def conjugate(self) -> Value:
        """The number itself: it is real. NumPy's `var` asks."""
        return self

    @property
    def real(self) -> Value:
        """The number itself."""
        return self

    def __repr__(self) -> str:
        parts = [repr(self.data)]
        if self.label is not None:
            parts.append(f"label={self.label!r}")
        if self.grad is not None:
            parts.append(f"grad={self.grad!r}")
        if self.op is not None:
            parts.append(f"op={self.op.name}")
        return f"Value({', '.join(parts)})"

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    # --- meeting the rule table and NumPy -----------------------------------------------------

    @staticmethod
    def _apply_rule(rule: Rule, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        if any(isinstance(x, np.ndarray) and x.ndim for x in operands):
            return _over_arrays(rule, operands)
        if isinstance(rule, Predicate):
            return bool(rule.value(*(_number(x) for x in operands)))
        if not isinstance(rule, Elementwise):
            raise ShapeError(
                f"{rule.name} works on arrays and was given single Values.\n"
                "  Put them in an array first: np.array([v1, v2], dtype=object)."
            )
        if rule.on_value is not None:
            if operands[0].__class__ is Value:
                return rule.on_value(*operands)
            assert rule.on_value_reflected is not None
            return rule.on_value_reflected(operands[1], operands[0])
        return interpret(rule, operands)

    @staticmethod
    def _made(rule: Rule, y: float, a: Any, da: Any, b: Any, db: Any) -> Value:
        """A new node; a leaf inside `no_grad`. An anomaly detector is shown it."""
        node = _new(Value)
        node._data, node.op, node.a, node.da, node.b, node.db = y, rule, a, da, b, db
        node.grad = node.label = None
        node.mark = 0
        if state.paused:
            if here.detector is not None:
                here.detector.forward(rule, node.operands, node)
            if kept_out(node):
                return Value(y)
        return node

    def _meet(self, rule: Elementwise, first: Any, second: Any) -> Any:
        """An operation with something that is neither a Value nor a float or int."""
        other = second if first is self else first
        if isinstance(other, Node):
            return rule(first, second)  # another kind of node: its own handler answers
        if isinstance(other, np.ndarray) and other.ndim:
            return _over_arrays(rule, (first, second))
        plain = _as_float(other, rule.name)
        return rule(first, plain) if other is second else rule(plain, second)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if kwargs.get("out") is not None:
            raise MutationError(
                f"np.{ufunc.__name__}: a Value cannot be written into a plain array in place; its "
                "gradient would be lost.\n  Write a = a + v, not a += v."
            )
        if method == "reduce" and ufunc in _REDUCTIONS and len(inputs) == 1:
            return self  # np.sum, np.max, ... of a single number
        if method == "__call__" and ufunc in _QUESTIONS:
            return bool(ufunc(*(_number(x) for x in inputs)))
        rule = BY_UFUNC.get(ufunc) or COMPOSED_UFUNCS.get(ufunc)
        if rule is None or method != "__call__" or kwargs:
            form = ufunc.__name__ + ("" if method == "__call__" else f".{method}")
            raise UnsupportedError(
                f"np.{form}{tuple(kwargs) or ''} has no derivative rule for Value.\n"
                "  Build it from functions that have one, or define one with ag.define."
            )
        return rule(*inputs)


def interpret(rule: Elementwise, operands: tuple[Any, ...]) -> Value:
    """Apply a row to Values and numbers by calling it. The printed operators do the same faster."""
    given = tuple(_number(x) for x in operands)
    kept = tuple(
        x if isinstance(x, Value) and rule.partials[i] is not None else given[i]
        for i, x in enumerate(operands)
    )
    traced = [i for i, x in enumerate(kept) if isinstance(x, Value)]
    if not traced:
        return Value(exactly(rule, given, ())[0])
    y, *found = exactly(rule, given, tuple(traced))
    local = dict(zip(traced, found, strict=True))
    first: Any
    da: Any
    second = db = None
    if rule.arity > 2:
        first, da = kept, tuple(local.get(i) for i in range(rule.arity))
    else:
        first, da = (kept[0], local[0]) if 0 in local else (None, given[0])
        if rule.arity == 2:
            second, db = (kept[1], local[1]) if 1 in local else (None, given[1])
    return Value._made(rule, y, first, da, second, db)


def _over_arrays(rule: Rule, operands: tuple[Any, ...]) -> Any:
    """A Value with an array: an array of Values; inside a transform one operation on the array."""
    if here.transforms and not any(_holds_objects(x) for x in operands):
        return Tensor._apply_rule(rule, operands, {})
    boxed = []
    for x in operands:
        if isinstance(x, Value):
            box = np.empty((), dtype=object)
            box[()] = x
            x = box
        boxed.append(x)
    result = np.frompyfunc(rule, len(boxed), 1)(*boxed)
    return result.astype(bool) if isinstance(rule, Predicate) else result


def _holds_objects(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "O"


def _same(now: float, stored: float) -> bool:
    """Whether two local derivatives agree, but for rounding on another way through a formula."""
    if math.isfinite(now) and math.isfinite(stored):
        return abs(now - stored) <= 1e-6 * abs(stored) + 1e-290
    return now == stored or not (math.isfinite(now) or math.isfinite(stored))


def _number(x: Any) -> Any:
    if isinstance(x, Value):
        return x.data
    return x if isinstance(x, bool | np.bool_) else _as_float(x, "operand")


def _as_float(x: Any, what: str) -> float:
    if x.__class__ is float:
        return x
    if isinstance(x, Node):
        raise DataError(
            f"{what}: {x!r} is a node of a graph already.\n"
            "  Use it as it is, or ag.detach(it) for the same number as a constant."
        )
    if isinstance(x, numbers.Real) or (
        isinstance(x, np.ndarray | np.generic) and x.size == 1 and x.dtype.kind in "biuf"
    ):
        try:
            return float(x.item() if isinstance(x, np.ndarray) else x)
        except OverflowError:
            raise DataError(f"{what}: {x!r:.40}... is too large for a float.") from None
    shape = f" of shape {x.shape}" if isinstance(x, np.ndarray) else ""
    hint = "A Value holds one number; for an array use Tensor."
    if isinstance(x, numbers.Number) and not isinstance(x, complex | np.complexfloating):
        hint = f"Convert it first: float({x!r:.40})."  # a Decimal does not mix with floats either
    raise DataError(
        f"{what}: {x!r:.60} is {type(x).__name__}{shape}, not one real number.\n  {hint}"
    )


def bind(rule: Elementwise) -> None:
    """Let the row find the operator that was printed for it."""
    if rule.arity > 2 or None in rule.partials:  # none is printed: `interpret` serves
        if not rule.builtin:
            setattr(Value, rule.name, lambda self, *others: rule(self, *others))
        return
    name, reflected = method_names(rule)
    # A row that was just added has none yet: it is interpreted, so that the printer can run.
    rule.on_value = getattr(Value, name, None)
    rule.on_value_reflected = getattr(Value, reflected, None)


for _rule in rules.TABLE.values():
    if isinstance(_rule, Elementwise):
        bind(_rule)
# NumPy asks an entry of an object array for the method that is named after the ufunc.
for _ufunc, _function in COMPOSED_UFUNCS.items():
    if _ufunc.nin == 1 and not hasattr(Value, _ufunc.__name__):
        setattr(Value, _ufunc.__name__, lambda self, f=_function: f(self))
