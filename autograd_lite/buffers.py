"""The traced operations as a program that allocates nothing: every result goes into its buffer."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from .gathered import in_one_vector
from .leaves import Bundle
from .listing import WIDTH, Plan, exploded
from .matrix_rows import is_by_columns
from .op_kinds import entrywise, has_one_operand, is_dot, is_mask, is_view
from .print_numpy import ATOM, Printed, Printer, dtype_text, number_text
from .simplify import astype
from .stores import Array, Stores
from .tape import Op, added, written
from .totals import Totals

_REDUCERS: dict[Any, np.ufunc] = {
    np.sum: np.add,
    np.max: np.maximum,
    np.min: np.minimum,
    np.prod: np.multiply,
}
_TAKE_OUT = {np.concatenate, np.stack, np.cumsum, np.cumprod, np.clip, np.einsum, np.mean, np.outer}
_EXACT = 1 << 53  # whole numbers up to here are floats


class Buffered:
    """Source that runs in place. `make()` gives a function with buffers of its own.

    donate: whether results stay in buffers, which the next call overwrites.
    targets: arrays to write the gradients into, in their order.
    bundles: how inputs and gradients go together into arrays, if any are taken apart.
    vector: the name of the one vector in which all gradients are, if it is so.
    nbytes: of all buffers together.
    """

    def __init__(
        self,
        plan: Plan,
        names: dict[Op, str],
        donate: bool = False,
        targets: Sequence[Array] = (),
        bundles: Sequence[Bundle] = (),
    ) -> None:
        self.plan, self.donate, self.bundles = plan, donate, bundles
        self.body: list[str] = []
        self._functions: set[str] = set()
        self._made: dict[str, str] = {}  # small constants, by their text
        self._printer = Printer(self._operand, self._constant)
        leaving = {x for x in (*plan.outputs, *plan.extra) if isinstance(x, Op)}
        taken = {"np", *names.values(), *plan.constants, *(b.name for b in bundles)}
        self.stores = stores = Stores(plan.inputs, plan.live, leaving, donate, taken)
        self._given = self._take_apart(names)
        gradients = plan.outputs[1:]
        for x, array in zip(gradients, targets, strict=bool(targets)):
            if isinstance(x, Op) and x.shape == array.shape and x.dtype == array.dtype:
                stores.compute_in(x, array)
        alone = donate and not targets and not bundles
        self.vector, side_by_side = in_one_vector(stores, gradients) if alone else (None, [])
        self.totals = Totals(stores, () if targets else gradients, plan.uses)
        for i, op in enumerate(plan.live):
            self._place(i, op)
            stores.free(i)
        if not all(map(stores.is_in_place, side_by_side)):
            self.vector = None  # a gradient could not be computed where it belongs
        for total, matrix, other in self.totals.lines():
            if other is None:
                self._say(f"{total} = {self._call('add')}.reduce({matrix}, 1)")
            else:
                self._say(f"{total} = {self._call('dot')}({matrix}, {other}).ravel()")
        self._return(targets)
        self._finish()
        self.nbytes, self._outside = stores.nbytes, {**plan.constants, **stores.places}
        # with the arrays that things were tried on
        del self.plan, self.stores, self.totals, self._printer

    # --- what goes in ---------------------------------------------------------------------------

    def _take_apart(self, names: dict[Op, str]) -> list[str]:
        """The names of the arguments; arrays that are taken apart are so first of all."""
        stores = self.stores
        stores.text.update((op, names[op]) for op in self.plan.inputs)
        given, rest = [], iter(self.plan.inputs)
        with_points = any(op.shape for op in self.plan.inputs)
        for bundle in self.bundles:
            ops = [next(rest) for _ in range(bundle.size)]
            given.append(names[ops[0]] if bundle.shape is None else bundle.name)
            if bundle.shape is None or not ops:
                continue
            entries = [names[op] for op in ops]
            if not with_points:
                targets = f"({entries[0]},)" if len(ops) == 1 else ", ".join(entries)
                self._say(_opened(targets, "", f" = {bundle.name}.ravel()"))
                continue
            # arrays of one number: a single number would be made an array for every operation
            memory, _ = stores.memory(bundle.shape, bundle.dtype, "n")
            for entry, place in zip(entries, np.ndindex(bundle.shape), strict=True):
                at = ", ".join([*map(str, place), "..."])
                stores.head.append(f"{entry} = {memory}[{at}]")
            self._say(f"{self._call('copyto')}({memory}, {bundle.name})")
        return given + [names[op] for op in rest]

    # --- operands -------------------------------------------------------------------------------

    def _constant(self, x: Array) -> str:
        """The name of an array from outside; one whose numbers the source holds is made once."""
        text = self.plan.constant(x)
        return text if text in self.plan.constants else self._made_once(text)

    def _made_once(self, text: str) -> str:
        if text not in self._made:
            self._made[text] = self.stores.name("c")
            self.stores.head.append(f"{self._made[text]} = {text}")
        return self._made[text]

    def _operand(self, op: Op) -> Printed:
        return self.stores.text[op], ATOM

    def _beside(self, op: Op) -> list[str]:
        """The operands of a ufunc. A number beside floats is an array made once: NumPy would make
        one in every call, which takes as long as the operation on a hundred numbers.
        """
        kinds = {x.dtype for x in op.args if x.__class__ is Op or isinstance(x, np.ndarray)}
        kind = kinds.pop() if len(kinds) == 1 else None
        if kind is None or kind.kind != "f" or not op.shape:
            return [self._printer.text(x) for x in op.args]
        dtype = "" if kind == np.float64 else f", {dtype_text(kind)}"
        return [
            self._made_once(f"np.array({number_text(float(x))}{dtype})")
            if type(x) is float or (type(x) is int and abs(x) <= _EXACT)
            else self._printer.text(x)
            for x in op.args
        ]

    def _call(self, name: str) -> str:
        """A function of NumPy, by a name of its own, which is found faster."""
        if name in self.stores.taken:
            return f"np.{name}"
        self._functions.add(name)
        return name

    # --- operations -----------------------------------------------------------------------------

    def _say(self, line: str) -> None:
        if len(line) > WIDTH - 4 and "\n" not in line:
            line = exploded(line)
        self.body += line.split("\n")

    def _place(self, i: int, op: Op) -> None:
        function, stores = op.function, self.stores
        if op in self.totals:
            for row, text in self.totals.place(op):
                self._say(f"{self._call('copyto')}({row}, {text})")
        elif is_view(op):
            self._place_view(op)
        elif function in (written, added):
            self._place_assignment(i, op)
        elif not op.shape or isinstance(op.sample, tuple | list):
            self._place_new(op)
        elif (ufunc := entrywise(op)) is not None:
            operands = self._beside(op)
            out = stores.in_place(i, op, op.args) or self._buffer(op)
            # these two take a third argument by name alone
            named = "out=" if ufunc in (np.maximum, np.minimum) else ""
            self._say(f"{self._call(ufunc.__name__)}({', '.join([*operands, named + out])})")
        elif function is operator.matmul:
            a, b = (self._printer.text(x) for x in op.args)
            out = self._buffer(op)
            self._say(f"{self._call('dot' if is_dot(op) else 'matmul')}({a}, {b}, {out})")
        elif (
            function in _REDUCERS and set(op.kwargs) <= {"axis", "keepdims"} and has_one_operand(op)
        ):
            self._place_reduction(op)
        elif function is np.where and is_mask(op.args[0]):
            self._place_choice(i, op)
        elif function is astype:
            given = self._printer.text(op.args[0])
            out = self._buffer(op)
            self._say(f'{self._call("copyto")}({out}, {given}, casting="unsafe")')
        elif function is np.zeros:
            self._say(f"{self._buffer(op)}.fill(0)")
        elif function in _TAKE_OUT and "out" not in op.kwargs:
            given = self._printer.arguments(op)
            self._say(f"np.{function.__name__}({given}, out={self._buffer(op)})")
        else:
            self._place_new(op)

    def _buffer(self, op: Op) -> str:
        return self.stores.buffer(op, self.body)

    def _place_new(self, op: Op) -> None:
        alone = len(op.args) == 1 and op.args[0].__class__ is Op
        if alone and op.function in _REDUCERS and set(op.kwargs) <= {"axis"}:
            given, axis = self._printer.text(op.args[0]), op.kwargs.get("axis")
            text = f"{self._call(_REDUCERS[op.function].__name__)}.reduce({given}, {axis!r})"
        else:
            text = self._printer.expression(op)[0]
        self._say(f"{self.stores.made_anew(op)} = {text}")

    def _place_view(self, op: Op) -> None:
        stores, source = self.stores, op.args[0]
        text = self._printer.expression(op)[0]
        if source not in stores.view:
            self._say(f"{stores.look_anew(op)} = {text}")
        elif not stores.look_at(op, text):
            # reshaped across its order in memory: a copy
            given, name = stores.view[source].shape, self._buffer(op)
            if op in stores.view:
                name = stores.reshaped(name, given)
            else:
                name = f"{name}.reshape({given!r})"
            self._say(f"{self._call('copyto')}({name}, {stores.text[source]})")

    def _place_assignment(self, i: int, op: Op) -> None:
        source = op.args[0]
        out = self.stores.in_place(i, op, [source])
        if out is None:
            given = self.stores.text[source]
            out = self._buffer(op)
            self._say(f"{self._call('copyto')}({out}, {given})")
        self._say(self._printer.assignment(out, op))

    def _place_reduction(self, op: Op) -> None:
        given = self._printer.text(op.args[0])
        axis, keeps = op.kwargs.get("axis"), bool(op.kwargs.get("keepdims"))
        out = self._buffer(op)
        shape, dtype = op.args[0].shape, dtype_text(op.dtype)
        if op.by_product:
            count = f"({shape[1]}, 1)" if keeps else f"{shape[0]}"
            ones = self._made_once(f"np.ones({count}, {dtype})")
            factors = f"{given}, {ones}" if keeps else f"{ones}, {given}"
            self._say(f"{self._call('dot')}({factors}, {out})")
            return
        ufunc = self._call(_REDUCERS[op.function].__name__)
        across = op.function is np.max and keeps and axis in (-1, 1) and len(shape) == 2
        if across and is_by_columns(*shape):
            columns = self._made_once(f"np.empty({shape[::-1]!r}, {dtype})")
            self._say(f"{self._call('copyto')}({columns}, {given}.T)")
            given, axis, out = columns, 0, f"{out}.T"
        self._say(f"{ufunc}.reduce({given}, {axis!r}, None, {out}{', True' if keeps else ''})")

    def _place_choice(self, i: int, op: Op) -> None:
        condition, yes, no = (self._printer.text(x) for x in op.args)
        copyto = self._call("copyto")
        if (yes, no) in (("1.0", "0.0"), ("1", "0")):
            self._say(f"{copyto}({self._buffer(op)}, {condition})")
            return
        out = self.stores.in_place(i, op, [op.args[2]])
        if out is None:
            out = self._buffer(op)
            self._say(f"{copyto}({out}, {no})")
        self._say(f"{copyto}({out}, {yes}, where={condition})")

    # --- what comes out -------------------------------------------------------------------------

    def _result(self, x: Any, seen: set[int]) -> str:
        if not isinstance(x, Op):
            text = self._printer.text(x)
            return f"np.array({text})" if isinstance(x, np.ndarray) else text
        stores = self.stores
        text = stores.text[x]
        if self.donate and x in stores.view:
            return text
        if stores.is_own(x) and id(stores.store[x]) not in seen:
            seen.add(id(stores.store[x]))
            return text
        return text if isinstance(x.sample, np.generic) and x.function else f"np.array({text})"

    def _bundled(self, gradients: list[str]) -> list[str]:
        """The gradients as the arrays that go in."""
        found, at = [], 0
        for bundle in self.bundles:
            if not bundle.wanted:
                continue
            texts = gradients[at : at + bundle.size]
            entries = self.plan.outputs[1 + at : 1 + at + bundle.size]
            at += bundle.size
            if bundle.shape is None:
                found += texts
                continue
            vector = self.totals.together(entries) if texts else None
            if vector is None:
                numbers, vector = self.stores.name("t"), self.stores.name("t")
                self._say(_opened(", ".join(texts), f"{numbers} = [", "]"))
                self._say(f"{vector} = np.array({numbers}, {dtype_text(bundle.dtype)})")
            flat = len(bundle.shape) == 1
            found.append(vector if flat else f"{vector}.reshape({bundle.shape!r})")
        return found

    def _return(self, targets: Sequence[Array]) -> None:
        seen: set[int] = set()
        plan, stores = self.plan, self.stores
        texts = [self._result(x, seen) for x in (*plan.outputs, *plan.extra)]
        count = len(plan.outputs)
        value, gradients, extra = texts[0], texts[1:count], texts[count:]
        if self.bundles:
            gradients = self._bundled(gradients)
        for i, array in enumerate(targets):  # what could not be computed where it belongs
            if stores.places.get(gradients[i]) is not array:
                name = stores.name("g")
                stores.places[name] = array
                self._say(f"{self._call('copyto')}({name}, {gradients[i]})")
        parts = [value, self._tuple(gradients)]
        self._say(f"return {', '.join(parts + [self._tuple(extra)] * bool(extra))}")

    def _tuple(self, parts: list[str]) -> str:
        """These as a tuple; by a name, if it does not go on a line with others."""
        text = f"({', '.join(parts)}{',' * (len(parts) == 1)})"
        if len(text) <= 70:
            return text
        name = self.stores.name("t")
        self._say(_opened(", ".join(parts), f"{name} = ", ""))
        return name

    def _finish(self) -> None:
        plan, stores = self.plan, self.stores
        lines = ["import numpy as np"]
        if self._functions:
            lines.append(_opened(", ".join(sorted(self._functions)), "from numpy import ", ""))
        lines.append("")
        lines += [
            f"# {name}: {x.dtype} {x.shape}, from outside" for name, x in plan.constants.items()
        ]
        for name, x in stores.places.items():
            lines.append(f"# {name}: {x.dtype} {x.shape}, where the gradient goes")
        given = _opened(", ".join(self._given), "def value_and_grad(", "):")
        lines += [*stores.head, "", "", *given.split("\n")]
        self.source = "\n".join([*lines, *(f"    {line}" for line in self.body)]) + "\n"
        self._code = compile(self.source, "<autograd-lite program>", "exec")

    def make(self) -> Any:
        """The function, with buffers of its own, and the names that it looks up."""
        names: dict[str, Any] = dict(self._outside)
        exec(self._code, names)
        return names.pop("value_and_grad")


def _opened(inside: str, before: str, after: str) -> str:
    """A list of things, one a line where it is too long for one; in brackets then, if it is not."""
    if len(before) + len(inside) + len(after) <= WIDTH - 4:
        return f"{before}{inside}{after}"
    if not before.endswith(("(", "[")):
        before, after = before + "(", ")" + after
    parts = "\n".join(f"    {part}," for part in inside.split(", "))
    return f"{before}\n{parts}\n{after}"
