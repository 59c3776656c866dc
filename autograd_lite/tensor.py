"""`Tensor`: one array that remembers how it was computed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, final

import numpy as np

from . import array_rules, numpy_api, rules
from .array_operators import AT_ONCE, methods, whole_at_once
from .array_sweep import leaves_lock
from .array_sweep import sweep as array_sweep
from .describe import describe
from .errors import (
    AutogradError,
    AxisError,
    DataError,
    IndexingError,
    LeaveGraphError,
    LinAlgError,
    MutationError,
    ShapeError,
)
from .graph import Node, arrows, numbers
from .mutation import Guarded, Seen, clock, stamp, unshared
from .operators import Operators
from .recorded import as_ndarray, is_recorded
from .recording import here, kept_out, note, state
from .rows import Elementwise, Predicate, Rule, Structural
from .tensor_input import as_array, plain_index, refusal

_new = object.__new__


@final
class Tensor(Operators, Guarded):
    """An array of a computation, and how it was computed: one node for each array operation.

    Write NumPy with it: operators broadcast, and NumPy's functions and the methods of `ndarray`
    work. Then `backward()` gives the derivative of a scalar result with respect to every `Tensor`.

    data: the ndarray, a copy of what was given; float dtypes are kept, integers and booleans become
    float64. A leaf's may be written to and assigned; that of a result is read-only.
    grad: dL/d(this), of the same shape and dtype; `None` until backward reached it.
    Plain numbers and ndarrays in an operation are constants and get no gradient.

    Raises DataError for text, complex numbers, ragged lists, and objects.

    >>> W = Tensor(np.ones((3, 2)), label="W")
    >>> X = np.array([[1.0, 2.0, 3.0]])
    >>> loss = np.sum(X @ W)
    >>> loss.backward()
    >>> W.grad
    array([[1., 1.],
           [2., 2.],
           [3., 3.]])
    """

    __slots__ = ("__weakref__", "kept", "params")  # kept: set only where a row keeps something

    _rule_rank = 2
    _adding = contextlib.nullcontext()  # leaves are locked one by one: NumPy runs in parallel
    __hash__ = object.__hash__

    def __init__(self, data: Any, label: str | None = None, dtype: Any = None) -> None:
        self._data = as_array(data, dtype)
        self.label = label
        self.grad = self.op = self.b = self.seen = None
        self.a = ()
        self.params = {}
        self.mark = self.version = 0
        if state.paused:
            note(self)

    @staticmethod
    def _node(
        data: Any, rule: Rule, operands: tuple[Any, ...], params: dict[str, Any], seen: Seen
    ) -> Tensor:
        node = _new(Tensor)
        node._data = data if isinstance(data, np.ndarray) else np.asarray(data)
        node.grad = node.label = node.b = None
        node.mark = node.version = 0
        traced = False
        for x in operands:
            if isinstance(x, Node):
                traced = True
                break
        if not traced or (state.paused and kept_out(node)):
            if node._data.base is not None:  # a leaf's array is its own, for the user to write to
                node._data = node._data.copy()
            node.op, node.a, node.params, node.seen = None, (), {}, None
        else:
            node.op, node.a, node.params, node.seen = rule, operands, params, seen
        return node

    # --- what a node is -----------------------------------------------------------------------

    @property
    def operands(self) -> tuple[Any, ...]:
        operands: tuple[Any, ...] = self.a
        return operands

    def local(self, slot: int) -> Any:
        given = tuple(map(numbers, self.a))
        if is_recorded(self._data) and getattr(self.op, "from_output", False):
            given = (self._data,)  # so a program need not keep both
        return self._local(self.op.local(slot, given, self._data))

    def local_graph(self, slot: int) -> Any:
        return self._local(self.op.local(slot, self.a, self))

    def _local(self, local: Any) -> Any:
        if isinstance(local, np.ndarray) and local.dtype.kind in "iub":
            return local.astype(self._data.dtype)  # a choice of 1 or 0 must not widen float32
        return local

    def fit(self, share: Any, operand: Node) -> Any:
        if not isinstance(share, Tensor):
            share = gathered(share) if isinstance(share, Node) else as_ndarray(share)
        data = operand._data if isinstance(operand, Tensor) else np.float64(operand._data)
        if share.shape != data.shape:
            share = array_rules.sum_to(share, shape=data.shape)  # undo broadcasting
        if share.dtype != data.dtype:
            share = array_rules.astype(share, dtype=data.dtype)
        return share

    @staticmethod
    def sweep(order: Sequence[Any], seed: Any) -> None:
        (array_sweep if {*map(type, order)} == {Tensor} else Node.sweep)(order, seed)

    def hand_down(self) -> None:
        for _, operand, _, share in arrows(self, self.grad, False, None):
            receive(operand, share, self.grad)

    def _seed(self, upstream: Any) -> Any:
        if upstream is None:
            if self._data.size != 1:
                raise ShapeError(
                    f"backward: {describe(self)} has {self._data.size} entries, and only a single "
                    "number has a gradient.\n"
                    "  Take a loss first, as .sum() or .mean(), or give backward(upstream) an "
                    f"array of shape {self.shape}."
                )
            return np.full(self.shape, 1, self.dtype) if self.ndim else np.array(1, self.dtype)
        upstream = as_array(numbers(upstream), self.dtype)
        if upstream.shape != self.shape:
            raise ShapeError(
                f"backward: the upstream gradient has shape {upstream.shape}, "
                f"the output {describe(self)} has {self.shape}. They must be equal."
            )
        return upstream

    # --- as an array --------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return self._data.shape  # type: ignore[no-any-return]

    @property
    def dtype(self) -> Any:
        return self._data.dtype

    @property
    def ndim(self) -> int:
        return self._data.ndim  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        return self._data.size  # type: ignore[no-any-return]

    @property
    def T(self) -> Tensor:
        """The axes reversed."""
        return array_rules.transpose(self, axes=None)  # type: ignore[no-any-return]

    def item(self) -> float:
        """The number, of a tensor that holds one; ShapeError if it holds another count."""
        if self._data.size != 1:
            raise ShapeError(
                f"item: {describe(self)} has {self._data.size} entries, not 1.\n"
                "  Pick one (t[0, 1].item()) or take .data for the whole array."
            )
        return self._data.item()  # type: ignore[no-any-return]

    def __float__(self) -> float:
        if here.transforms:
            raise LeaveGraphError(
                f"float() of {describe(self)} inside a transform would lose its gradient.\n"
                "  Use NumPy's functions on the tensor; if the gradient should stop, write .item()."
            )
        return float(self.item())

    def __int__(self) -> int:
        return int(float(self))

    def __bool__(self) -> bool:
        return bool(self.item())

    def __contains__(self, x: Any) -> bool:
        return bool(np.any(self._data == numbers(x)))

    def __len__(self) -> int:
        if not self.shape:
            raise DataError("len() of a Tensor without axes: it holds a single number.")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> Tensor:
        return array_rules.index(self, index=plain_index(index))  # type: ignore[no-any-return]

    def __setitem__(self, index: Any, value: Any) -> None:
        raise MutationError(
            f"t[{index!r:.40}] = ... would change {describe(self)} in place, and the gradients of "
            "what was computed from it would be wrong.\n"
            "  Build a new one with np.where(mask, new, t) or np.concatenate; to change a "
            "parameter between steps assign to its .data."
        )

    def __matmul__(self, other: Any) -> Tensor:
        return array_rules.matmul(self, other)  # type: ignore[no-any-return]

    def __rmatmul__(self, other: Any) -> Tensor:
        return array_rules.matmul(other, self)  # type: ignore[no-any-return]

    @property
    def __array__(self) -> Any:
        if here.tape is not None and here.tape.of_numbers and is_recorded(self._data):
            raise AttributeError("one number of an object array")  # NumPy takes it as it is
        return self._refuse_array

    def _refuse_array(self, dtype: Any = None, copy: Any = None) -> Any:
        raise LeaveGraphError(
            f"{describe(self)} was about to become a plain array, and its gradient lost.\n"
            "  To join tensors use np.stack or np.concatenate; for the numbers alone take .data."
        )

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "__call__" and not kwargs and type(inputs[0]) is Tensor and ufunc in AT_ONCE:
            return AT_ONCE[ufunc](*inputs)
        return numpy_api.ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return numpy_api.function(function, args, kwargs)

    def __repr__(self) -> str:
        if is_recorded(self._data):
            return f"Tensor(traced, shape {self.shape}, {self.dtype})"
        array = np.array2string(self._data, separator=", ", prefix="Tensor(", threshold=100)
        parts = [array]
        if self.dtype != np.float64:
            parts.append(f"dtype={self.dtype}")
        if self.label is not None:
            parts.append(f"label={self.label!r}")
        if self.op is not None:
            parts.append(f"op={self.op.name}")
        return f"Tensor({', '.join(parts)})"

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else repr(self)

    # --- meeting the rule table ---------------------------------------------------------------

    @staticmethod
    def _apply_rule(rule: Rule, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        if type(rule) is Structural and not state.paused and here.tape is None:
            node = whole_at_once(Tensor, rule, operands, params)
            if node is not None:
                return node
        if here.tape is not None and here.tape.of_numbers:
            for x in operands:
                if isinstance(x, np.ndarray) and x.dtype == object:
                    return _entry_by_entry(rule, operands, params)
        operands = tuple([_operand(rule, x) for x in operands])
        if isinstance(rule, Elementwise) and None in rule.partials:
            operands = tuple(
                numbers(x) if rule.partials[i] is None else x for i, x in enumerate(operands)
            )
        seen, held = stamp(rule, operands)
        given = tuple([x._data if type(x) is Tensor else numbers(x) for x in operands])
        try:
            if isinstance(rule, Elementwise):
                data = rule.on_arrays(*given)
            else:
                data = rule.compute(given, params)
        except AutogradError:
            raise
        except np.exceptions.AxisError as error:
            raise AxisError(refusal(rule, operands, params, str(error))) from None
        except IndexError as error:
            raise IndexingError(refusal(rule, operands, params, str(error))) from None
        except np.linalg.LinAlgError as error:
            raise LinAlgError(refusal(rule, operands, params, str(error))) from None
        except ValueError as error:
            raise ShapeError(refusal(rule, operands, params, str(error))) from None
        if isinstance(rule, Predicate):
            return data
        if held and not is_recorded(data):
            data = unshared(np.asarray(data), operands)
        node = Tensor._node(data, rule, operands, params, seen)
        if state.paused and here.detector is not None:
            here.detector.forward(rule, operands, node)
        return node


_READY = (Tensor, int, float, np.bool_, np.floating, np.integer)  # operands that go in as they are


def _operand(rule: Rule, x: Any) -> Any:
    kind = type(x)
    if kind is Tensor or (kind is np.ndarray and x.dtype.kind in "biuf") or isinstance(x, _READY):
        return x
    if isinstance(x, Node):
        if here.transforms:  # a float argument of one transform beside an array of another
            return x if isinstance(rule, Elementwise | Predicate) else gathered(x)
        raise DataError(
            f"{rule.name}: a Tensor and a {type(x).__name__} do not mix: {x!r:.60}.\n"
            "  Make both the same: Tensor([v.item() for v in values]), or np.array of Values with "
            "dtype=object."
        )
    if x is None or isinstance(x, str | bytes | complex | dict | set):
        raise DataError(f"{rule.name}: {x!r:.60} is {type(x).__name__}, not a number or an array.")
    if not isinstance(x, np.ndarray):
        try:
            x = np.asarray(x)
        except ValueError:
            raise DataError(f"{rule.name}: {x!r:.60} is not a rectangular array.") from None
    if x.dtype.kind not in "biuf":
        values = x.dtype == object and any(isinstance(v, Node) for v in x.flat)
        if values and here.transforms:
            return gathered(x)
        hint = (
            "Tensors and arrays of Values do not mix; make both the same kind."
            if values
            else "Use real numbers."
        )
        raise DataError(
            f"{rule.name}: an operand is an array of {x.dtype}, shape {x.shape}.\n  {hint}"
        )
    return x


def _entry_by_entry(rule: Rule, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
    """A rule of a traced number and an array of them."""
    boxed = []
    for x in operands:
        box = x
        if isinstance(x, Tensor):
            box = np.empty((), dtype=object)
            box[()] = x
        boxed.append(box)
    if not isinstance(rule, Elementwise | Predicate):
        return rule.compute(tuple(boxed), params)
    return np.frompyfunc(rule, len(boxed), 1)(*boxed)


def gathered(values: Any) -> Tensor:
    """A Value, or an object array of them, as one Tensor through which their gradients flow."""
    array = np.asarray(values, dtype=object)
    if not array.size:
        return Tensor(array.astype(float))
    entries = tuple(array.flat)
    given = np.array([numbers(v) for v in entries], dtype=float)
    flat = Tensor._node(given, array_rules.stack, entries, {"axis": 0}, clock.now)
    return array_rules.reshape(flat, shape=array.shape)  # type: ignore[no-any-return]


def receive(operand: Node, share: Any, upstream: Any = None) -> None:
    """Add a contribution, which came from `upstream`, to the gradient of an operand."""
    if operand.op is not None and isinstance(operand, Tensor):
        before = operand.grad
        operand.grad = share if before is None else np.asarray(before + share)
        return
    with leaves_lock:  # other threads may add to them as well
        if not isinstance(operand, Tensor):
            operand.grad += float(share)
        elif operand.grad is not None:
            operand.grad = np.asarray(operand.grad + share)
        else:  # a leaf's gradient is the user's own to change
            shared = share is upstream or share.base is not None
            operand.grad = share.copy() if shared else share


def bind(rule: Elementwise) -> None:
    """Give `Tensor` the methods of the row, as `Value` has them."""
    for name, method in methods(rule).items():
        if name not in vars(Tensor) or not rule.builtin:
            setattr(Tensor, name, method)


for _rule in rules.TABLE.values():
    if isinstance(_rule, Elementwise):
        bind(_rule)
for _name, _function in numpy_api.METHODS.items():
    setattr(Tensor, _name, _function)
for _name, _function in numpy_api.PROPERTIES.items():
    setattr(Tensor, _name, property(_function))
