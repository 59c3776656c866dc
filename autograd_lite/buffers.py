"""The traced operations as a program that allocates nothing: every result has its buffer.

A buffer is used again as soon as nobody needs what it holds, and an entrywise operation writes over
its own operand where that is the last time it is read. What leaves the program is the caller's own.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from .listing import Plan
from .op_kinds import entrywise, has_one_operand, homes, is_dot, is_mask, is_view
from .print_numpy import ATOM, Printed, Printer, dtype_text
from .simplify import astype
from .tape import Op, added, written

Array = np.ndarray[Any, Any]
_REDUCERS: dict[Any, np.ufunc] = {
    np.sum: np.add,
    np.max: np.maximum,
    np.min: np.minimum,
    np.prod: np.multiply,
}
_TAKE_OUT = {np.concatenate, np.stack, np.cumsum, np.cumprod, np.clip, np.einsum, np.mean, np.outer}
_NEVER = 1 << 60
_SMALL = 1 << 20  # bytes of gradients up to which a call costs more than memory does


class Store:
    """The memory that an operation's result is in: a buffer of the program, or an array made anew.

    array: the buffer, flat; None for what is made in each call.  last: the place in the program
    after which nobody reads it.
    """

    def __init__(self, name: str, array: Array | None, last: int) -> None:
        self.name, self.array, self.last = name, array, last
        self.place = 0  # the line that makes it


class Buffered:
    """Source that runs in place. `make()` gives a function with buffers of its own.

    donate: whether results stay in buffers, which the next call overwrites.
    targets: arrays to write the gradients into, in their order.
    """

    def __init__(
        self,
        plan: Plan,
        names: dict[Op, str],
        donate: bool = False,
        targets: Sequence[Array] = (),
    ) -> None:
        self.plan, self.donate = plan, donate
        self.head: list[str] = []
        self.body: list[str] = []
        self._text: dict[Op, str] = {op: names[op] for op in plan.inputs}
        self._view: dict[Op, Array] = {}  # the part of a buffer that an operation's result is
        self._store: dict[Op, Store] = {}
        self._shaped: dict[tuple[str, tuple[int, ...]], tuple[str, Array]] = {}
        self._pool: dict[tuple[Any, int], list[Store]] = {}
        self._targets: dict[Op, Array] = {}  # where results go that have a place
        self._placed: dict[str, Array] = {}
        self._own: dict[Op, str] = {}  # the names of places that the program itself makes
        for x, array in zip(plan.outputs[1:], targets, strict=bool(targets)):
            if isinstance(x, Op) and x.shape == array.shape and x.dtype == array.dtype:
                self._targets.setdefault(x, array)
        self._wishes = list(targets)
        self._count = dict.fromkeys("btovcg", 0)
        self._taken = {*self._text.values(), *plan.constants}
        self._ends: dict[int, list[Store]] = {}  # the buffers that are free after a place
        self._made: dict[str, str] = {}  # small constants, by their text
        self._printer = Printer(self._operand, self._constant)
        self.nbytes = 0
        results = [x for x in (*plan.outputs, *plan.extra) if isinstance(x, Op)]
        self._leaving = set(results)
        self._homes = homes(plan.inputs, plan.live)
        self.vector = self._side_by_side() if donate and not targets else None
        self._last = self._last_uses()
        for i, op in enumerate(plan.live):
            self._place(i, op)
            self._free(i)
        if any(self._text[x] != name for x, name in self._own.items()):
            self.vector = None  # a gradient could not be computed where it belongs
        self._finish(names)

    def _root(self, op: Op) -> Op:
        while op.function is not None and is_view(op) and op.args[0].__class__ is Op:
            op = op.args[0]
        return op

    def _last_uses(self) -> dict[Op, int]:
        last: dict[Op, int] = {}
        for i, op in enumerate(self.plan.live):
            for x in (op, *op.operands):
                last.update(dict.fromkeys(self._homes[x], i))
        for op in self._leaving:
            last.update(dict.fromkeys(self._homes[op], _NEVER))
        return last

    def _side_by_side(self) -> str | None:
        """The name of one vector for all gradients, looked at once for nan; None if they are large.

        Large ones rather take the buffers of what the backward pass has used up.
        """
        gradients = [x for x in self.plan.outputs[1:] if isinstance(x, Op)]
        usual = all(x.shape and x.function is not None and not is_view(x) for x in gradients)
        kinds = {x.dtype for x in gradients}
        several = len(set(gradients)) == len(gradients) == len(self.plan.outputs) - 1
        if not several or not usual or len(kinds) != 1 or kinds.pop().kind != "f":
            return None
        vector = self._name("g")
        size, dtype = sum(math.prod(x.shape) for x in gradients), gradients[0].dtype
        if size * dtype.itemsize > _SMALL:
            return None
        self.head.append(f"{vector} = np.empty({size}, {dtype_text(dtype)})")
        memory, start = np.empty(size, dtype), 0
        for x in gradients:
            name, end = self._name("g"), start + math.prod(x.shape)
            self.head.append(f"{name} = {vector}[{start}:{end}].reshape({x.shape!r})")
            self._targets[x] = memory[start:end].reshape(x.shape)
            self._own[x] = name
            start = end
        self.nbytes += memory.nbytes
        return vector

    # --- memory ---------------------------------------------------------------------------------

    def _name(self, letter: str) -> str:
        while True:
            self._count[letter] += 1
            name = f"{letter}{self._count[letter]}"
            if name not in self._taken:
                return name

    def _constant(self, x: Array) -> str:
        """The name of an array from outside; one whose numbers the source holds is made once."""
        text = self.plan.constant(x)
        if text in self.plan.constants:
            return text
        if text not in self._made:
            self._made[text] = self._name("c")
            self.head.append(f"{self._made[text]} = {text}")
        return self._made[text]

    def _buffer(self, op: Op) -> str:
        """A buffer for the result of `op`, or an array of its own if it leaves the program."""
        shape, dtype, last = op.shape, op.dtype, self._last[self._root(op)]
        if op in self._targets:
            name = self._own.get(op) or self._name("g")
            self._view[op] = self._targets[op]
            if op not in self._own:
                self._placed[name] = self._targets[op]
            self._store[op] = Store(name, None, _NEVER)
            return self._named(op, name)
        if op in self._leaving and not self.donate:
            name = self._name("o")
            self.body.append(f"{name} = np.empty({shape!r}, {dtype_text(dtype)})")
            self._store[op] = Store(name, None, last)
            return self._named(op, name)
        size = math.prod(shape)
        free = self._pool.get((dtype, size))
        if free:
            store = free.pop()
            store.last = last
        else:
            store = Store(self._name("b"), np.empty(size, dtype), last)
            self.nbytes += size * dtype.itemsize
            store.place = len(self.head)
            self.head.append("")
        return self._take(op, store, shape)

    def _take(self, op: Op, store: Store, shape: tuple[int, ...]) -> str:
        self._store[op] = store
        self._ends.setdefault(store.last, []).append(store)
        assert store.array is not None
        if (store.name, shape) not in self._shaped:
            if not self.head[store.place]:
                made = f"{store.name} = np.empty({shape!r}, {dtype_text(op.dtype)})"
                self.head[store.place] = made
                self._shaped[store.name, shape] = store.name, store.array.reshape(shape)
            else:
                name = self._name("v")
                self.head.append(f"{name} = {store.name}.reshape({shape!r})")
                self._shaped[store.name, shape] = name, store.array.reshape(shape)
        name, self._view[op] = self._shaped[store.name, shape]
        return self._named(op, name)

    def _named(self, op: Op, name: str) -> str:
        self._text[op] = name
        return name

    def _in_place(self, i: int, op: Op, candidates: Any) -> str | None:
        """The buffer of an operand that is read for the last time, to be written over."""
        if op in self._leaving:
            return None
        for x in candidates:
            if x.__class__ is not Op or x not in self._view:
                continue
            root, view = self._root(x), self._view[x]
            store = self._store[root]
            if store.array is None or store.last != i or view.size != store.array.size:
                continue
            if view.shape != op.shape or view.dtype != op.dtype or not view.flags.c_contiguous:
                continue
            others = [y for y in op.operands if root in self._homes[y]]
            if any(self._text[y] != self._text[x] for y in others):
                continue
            store.last = self._last[self._root(op)]
            return self._take(op, store, op.shape)
        return None

    def _free(self, i: int) -> None:
        for store in self._ends.pop(i, ()):
            if store.last == i and store.array is not None:  # nobody took it over
                self._pool.setdefault((store.array.dtype, store.array.size), []).append(store)
                store.last = -1

    # --- operations -----------------------------------------------------------------------------

    def _operand(self, op: Op) -> Printed:
        return self._text[op], ATOM

    def _say(self, op: Op, line: str) -> None:
        self.body.append(line)

    def _place(self, i: int, op: Op) -> None:
        function = op.function
        if is_view(op):
            self._place_view(op)
        elif function in (written, added):
            self._place_assignment(i, op)
        elif not op.shape or isinstance(op.sample, tuple | list):
            self._place_new(op)
        elif (ufunc := entrywise(op)) is not None:
            operands = [self._printer.text(x) for x in op.args]
            out = self._in_place(i, op, op.args) or self._buffer(op)
            # these two take a third argument by name alone
            named = "out=" if ufunc in (np.maximum, np.minimum) else ""
            self._say(op, f"np.{ufunc.__name__}({', '.join([*operands, named + out])})")
        elif function is operator.matmul:
            a, b = (self._printer.text(x) for x in op.args)
            out = self._buffer(op)
            name = "dot" if is_dot(op) else "matmul"
            self._say(op, f"np.{name}({a}, {b}, {out})")
        elif (
            function in _REDUCERS and set(op.kwargs) <= {"axis", "keepdims"} and has_one_operand(op)
        ):
            self._place_reduction(op)
        elif function is np.where and is_mask(op.args[0]):
            self._place_choice(i, op)
        elif function is astype:
            given = self._printer.text(op.args[0])
            out = self._buffer(op)
            self._say(op, f'np.copyto({out}, {given}, casting="unsafe")')
        elif function is np.zeros:
            self._say(op, f"{self._buffer(op)}.fill(0)")
        elif function in _TAKE_OUT and "out" not in op.kwargs:
            given = self._printer.arguments(op)
            name = function.__name__
            self._say(op, f"np.{name}({given}, out={self._buffer(op)})")
        else:
            self._place_new(op)

    def _place_new(self, op: Op) -> None:
        alone = len(op.args) == 1 and op.args[0].__class__ is Op
        if alone and op.function in _REDUCERS and set(op.kwargs) <= {"axis"}:
            given, axis = self._printer.text(op.args[0]), op.kwargs.get("axis")
            text = f"np.{_REDUCERS[op.function].__name__}.reduce({given}, {axis!r})"
        else:
            text = self._printer.expression(op)[0]
        name = self._named(op, self._name("t"))
        self._store[op] = Store(name, None, _NEVER)
        self._say(op, f"{name} = {text}")

    def _place_view(self, op: Op) -> None:
        source = op.args[0]
        text = self._printer.expression(op)[0]
        root = self._root(op)
        if source in self._view:
            given = self._view[source]
            view = op.function(given, *op.args[1:], **op.kwargs)
            if np.may_share_memory(view, given) or not view.size:
                key = (text, op.shape)
                if key not in self._shaped:
                    name = self._name("v")
                    self.head.append(f"{name} = {text}")
                    self._shaped[key] = name, view
                name, self._view[op] = self._shaped[key]
                self._text[op] = name
                return
            # reshaped across its order in memory: a copy
            name = self._buffer(op)
            if op in self._view:
                flat = self._name("v")
                self.head.append(f"{flat} = {name}.reshape({given.shape!r})")
                self._say(op, f"np.copyto({flat}, {self._text[source]})")
            else:
                self._say(op, f"np.copyto({name}.reshape({given.shape!r}), {self._text[source]})")
            return
        name = self._named(op, self._name("t"))
        if root in self._store:
            self._store.setdefault(op, Store(name, None, _NEVER))
        self._say(op, f"{name} = {text}")

    def _place_assignment(self, i: int, op: Op) -> None:
        source = op.args[0]
        out = self._in_place(i, op, [source])
        if out is None:
            given = self._text[source]
            out = self._buffer(op)
            self._say(op, f"np.copyto({out}, {given})")
        self._say(op, self._printer.assignment(out, op))

    def _place_reduction(self, op: Op) -> None:
        given = self._printer.text(op.args[0])
        axis, keeps = op.kwargs.get("axis"), bool(op.kwargs.get("keepdims"))
        out = self._buffer(op)
        ufunc = _REDUCERS[op.function].__name__
        rest = ", True" if keeps else ""
        self._say(op, f"np.{ufunc}.reduce({given}, {axis!r}, None, {out}{rest})")

    def _place_choice(self, i: int, op: Op) -> None:
        condition, yes, no = (self._printer.text(x) for x in op.args)
        out = self._in_place(i, op, [op.args[2]])
        if out is None:
            out = self._buffer(op)
            self._say(op, f"np.copyto({out}, {no})")
        self._say(op, f"np.copyto({out}, {yes}, where={condition})")

    # --- the whole ------------------------------------------------------------------------------

    def _result(self, x: Any, seen: set[int]) -> str:
        if not isinstance(x, Op):
            text = self._printer.text(x)
            return f"np.array({text})" if isinstance(x, np.ndarray) else text
        text = self._text[x]
        if self.donate and x in self._view:
            return text
        own = x in self._store and self._homes[x] == {x}
        if own and id(self._store[x]) not in seen:
            seen.add(id(self._store[x]))
            return text
        return text if isinstance(x.sample, np.generic) and x.function else f"np.array({text})"

    def _finish(self, names: dict[Op, str]) -> None:
        seen: set[int] = set()
        texts = [self._result(x, seen) for x in (*self.plan.outputs, *self.plan.extra)]
        count = len(self.plan.outputs)
        value, gradients, extra = texts[0], texts[1:count], texts[count:]
        for i, array in enumerate(self._wishes):  # what could not be computed where it belongs
            if self._placed.get(gradients[i]) is not array:
                name = self._name("g")
                self._placed[name] = array
                self.body.append(f"np.copyto({name}, {gradients[i]})")
        inside = ", ".join(gradients) + "," * (len(gradients) == 1)
        beside = f", ({', '.join(extra)},)" if extra else ""
        self.body.append(f"return {value}, ({inside}){beside}")
        given = ", ".join(names[op] for op in self.plan.inputs)
        lines = ["import numpy as np", ""]
        lines += [
            f"# {name}: {x.dtype} {x.shape}, from outside"
            for name, x in self.plan.constants.items()
        ]
        for name, x in self._placed.items():
            lines.append(f"# {name}: {x.dtype} {x.shape}, where the gradient goes")
        lines += [*self.head, "", "", f"def value_and_grad({given}):"]
        self.source = "\n".join([*lines, *(f"    {line}" for line in self.body)]) + "\n"
        self._code = compile(self.source, "<autograd-lite program>", "exec")

    def make(self) -> Any:
        """The function, with buffers of its own, and the names that it looks up."""
        names: dict[str, Any] = {**self.plan.constants, **self._placed}
        exec(self._code, names)
        return names.pop("value_and_grad")
