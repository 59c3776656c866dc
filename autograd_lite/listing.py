"""The traced operations as a page of Python to read: one statement for each step, and where it
comes from.
"""

from __future__ import annotations

import itertools
import keyword
import os
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np

from .print_numpy import ATOM, Printed, Printer, array_text, constant_text
from .source import short_names
from .tape import Op, added, written

WIDTH = 99
_CELLS = "ipykernel_"  # the folder of a notebook's cells, files with names of no meaning
_INLINE = {np.transpose, np.reshape}  # what only looks at an array in another way


class Plan:
    """The operations that are needed, in order, and the arrays that they take from outside.

    arguments: (operation, name) of the inputs.  outputs: the value, then the gradients.
    named: arrays that the user has a name for, by identity.
    changing: arrays whose numbers may be others at the next run, by identity.
    constants: the arrays from outside, by name; they are keyword arguments of the source.
    """

    def __init__(
        self,
        inputs: Sequence[Op],
        outputs: Sequence[Any],
        extra: Sequence[Any] = (),
        named: dict[int, str] | None = None,
        changing: Collection[int] = (),
    ) -> None:
        self.inputs, self.outputs, self.extra = list(inputs), list(outputs), list(extra)
        self.live = needed([x for x in (*outputs, *extra) if isinstance(x, Op)])
        self.uses: dict[Op, int] = {}
        for op in self.live:
            for x in op.operands:
                self.uses[x] = self.uses.get(x, 0) + 1
        self.constants: dict[str, Any] = {}
        self._names: dict[int, str] = {}
        self._named, self._changing = named or {}, changing
        taken = {op.name for op in inputs if op.name}
        self._free = (n for n in (f"k{i}" for i in itertools.count(1)) if n not in taken)
        self._taken = taken
        for x in self.outputs:
            if isinstance(x, np.ndarray):
                self.constant(x)
        for op in self.live:
            _arrays(op.args, self.constant)
            _arrays(tuple(op.kwargs.values()), self.constant)

    def constant(self, x: Any) -> str:
        """The text of an array from outside: its numbers if they are few, else a name."""
        text = array_text(x)
        if text is not None and id(x) not in self._changing:
            return text
        if id(x) not in self._names:
            name = _identifier(self._named.get(id(x)))
            if name is None or name in self._taken or keyword.iskeyword(name):
                name = next(self._free)
            self._taken.add(name)
            self._names[id(x)] = name
            self.constants[name] = x
        return self._names[id(x)]


def _identifier(label: str | None) -> str | None:
    """A label as a name: that of layers.0.weight is layers_0_weight."""
    name = re.sub(r"\W+", "_", label or "").strip("_")
    return name if name.isidentifier() else f"p{name}" if name else None


def needed(roots: Iterable[Op]) -> list[Op]:
    """The operations that `roots` need, inputs left out, in the order of the trace.

    So what the backward pass has used up is free as early as it can be.
    """
    found: set[Op] = set()
    stack = list(roots)
    while stack:
        op = stack.pop()
        if op.function is not None and op not in found:
            found.add(op)
            stack += op.operands
    return sorted(found, key=lambda op: op.index)


def _arrays(x: Any, do: Any) -> None:
    if isinstance(x, np.ndarray):
        do(x)
    elif isinstance(x, tuple | list):
        for item in x:
            _arrays(item, do)


class Listing:
    """The page. `text` is its source; `lines` tells which operation a line of it computes."""

    def __init__(
        self,
        plan: Plan,
        gradient_of: dict[Op, Any],
        roots: set[Op],
        file: str | None,
        name: str = "value_and_grad",
        single: bool = False,
        printer: type[Printer] = Printer,
    ) -> None:
        self.plan, self.gradient_of, self.roots, self.file = plan, gradient_of, roots, file
        self.names: dict[Op, str] = {op: op.name or "x" for op in plan.inputs}
        self.lines: list[tuple[str, Op | None]] = []
        self._taken = {*self.names.values(), *plan.constants, "np", name}
        self._letters = short_names(self._taken)
        self._printer = printer(self._operand, plan.constant)
        self._outputs = {x for x in (*plan.outputs, *plan.extra) if isinstance(x, Op)}
        self._done: set[Op] = set(plan.inputs)
        self._signature(name)
        self._choose_names()
        section = None
        for op in plan.live:
            if op in self.names:
                backward = bool(op.comment and op.comment.endswith(", backward"))
                if section != backward and (backward or section is None):
                    section = backward
                    self._put("    # backward" if backward else "    # forward")
                self._statement(op)
        self._return()

    @property
    def text(self) -> str:
        return "\n".join(line for line, _ in self.lines) + "\n"

    def _put(self, line: str, op: Op | None = None) -> None:
        self.lines.append((line, op))

    # --- names ----------------------------------------------------------------------------------

    def _choose_names(self) -> None:
        for op in self.plan.live:
            if op in self.gradient_of or not self._has_own_statement(op):
                continue
            value = self.plan.outputs[0] is op
            self._give(op, op.name or (self._value_name() if value else None))
        for op in self.plan.live:
            if op in self.gradient_of and op not in self.names:
                self._give_gradient(op)

    def _value_name(self) -> str:
        return "value" if "y" in self._taken else "y"

    def _has_own_statement(self, op: Op) -> bool:
        if op in self._outputs or op.function in (written, added):
            return True
        if op.function in _INLINE:
            return False
        return self.plan.uses.get(op, 0) > 1 or op in self.roots or op.name is not None

    def _give(self, op: Op, wish: str | None) -> None:
        name = wish
        while name is None or name in self._taken or keyword.iskeyword(name):
            name = next(self._letters)
        self._taken.add(name)
        self.names[op] = name

    def _give_gradient(self, op: Op) -> None:
        target = self.gradient_of[op]
        base = self.names.get(target) if isinstance(target, Op) else None
        before = [
            x
            for x in op.operands
            if self.gradient_of.get(x) is target
            and self.plan.uses[x] == op.operands.count(x)
            and x in self.names
        ]
        if before and before[0] not in self._outputs:
            self.names[op] = self.names[before[0]]  # what has arrived so far is not needed again
        else:
            self._give(op, None if base is None else "d" + base)

    # --- statements -----------------------------------------------------------------------------

    def _operand(self, op: Op) -> Printed:
        if op in self._done:
            return self.names[op], ATOM
        return self._printer.expression(op)

    def _statement(self, op: Op) -> None:
        if op in self._done:
            return
        name = self.names[op]
        if op.function in (written, added):
            source = op.args[0]
            if self.plan.uses[source] == 1 and source not in self._outputs:
                if source in self._done:
                    self._taken.add(name)
                    name = self.names[op] = self.names[source]
                else:
                    self._emit(f"{name} = {self._printer.expression(source)[0]}", source)
            else:
                self._emit(f"{name} = {self._operand(source)[0]}.copy()", source)
            self._emit(self._printer.assignment(name, op), op)
        else:
            text = f"{name} = {self._printer.expression(op)[0]}"
            while len(text) > WIDTH - 4 and (longest := self._longest(op)) is not None:
                self._give(longest, None)
                self._statement(longest)
                text = f"{name} = {self._printer.expression(op)[0]}"
            self._emit(text, op)
        self._done.add(op)

    def _longest(self, op: Op) -> Op | None:
        """The operand with the longest text, of those that have no statement of their own."""
        inside = [x for x in op.operands if x not in self._done and x.function not in _INLINE]
        inside += [
            y
            for x in op.operands
            if x not in self._done and x.function in _INLINE
            for y in x.operands
            if y not in self._done
        ]
        found = max(inside, key=lambda x: len(self._operand(x)[0]), default=None)
        return found if found is not None and len(self._operand(found)[0]) > 8 else None

    def _emit(self, text: str, op: Op) -> None:
        told = self._told(op)
        if len(text) > WIDTH - 4:
            text = exploded(text)
            told, above = "", told
        elif 4 + len(text) + 4 + len(told) > WIDTH:
            told, above = "", told
        else:
            above = ""
        if above:
            self._put(f"    # {above}")
        for line in (text + f"  # {told}" * bool(told)).split("\n"):
            self._put("    " + line, op)

    def _told(self, op: Op) -> str:
        rule = str(op.comment or getattr(op.function, "__name__", ""))
        if op.line is None:
            return rule
        path, number = op.line
        place = f"line {number}" if path == self.file else f"{os.path.basename(path)}:{number}"
        if path != self.file and os.path.dirname(path).rpartition(os.sep)[2].startswith(_CELLS):
            place = f"line {number} of another cell"
        return f"{place}: {rule}"

    # --- first and last line --------------------------------------------------------------------

    def _signature(self, name: str) -> None:
        given = [self.names[op] for op in self.plan.inputs]
        outside = list(self.plan.constants)
        parts = given + (["*", *outside] if outside else [])
        line = f"def {name}({', '.join(parts)}):"
        if len(line) <= WIDTH:
            self._put(line)
        else:
            self._put(f"def {name}(")
            for part in parts:
                self._put(f"    {part},")
            self._put("):")
        if any(op.shape for op in self.plan.inputs):
            self._put_shapes()

    def _put_shapes(self) -> None:
        """What the page is right for: sizes stand in it as numbers."""
        given = self.plan.inputs
        kinds = {op.dtype.name for op in given}
        common = f", {next(iter(kinds))}" if len(kinds) == 1 < len(given) else ""
        told = [f"{self.names[op]} {op.shape}" + f" {op.dtype}" * (not common) for op in given]
        line = "    # for " + told[0]
        for text in told[1:]:
            line += ","
            if len(line) + len(text) + len(common) + 1 > WIDTH:
                self._put(line)
                line = "    #"
            line += " " + text
        self._put(line + common)

    def _output(self, x: Any) -> str:
        if isinstance(x, Op):
            text: str = self._operand(x)[0]
            return text
        return self.plan.constant(x) if isinstance(x, np.ndarray) else constant_text(x)[0]

    def _return(self) -> None:
        value, *gradients = map(self._output, self.plan.outputs)
        inside = ", ".join(gradients) + "," * (len(gradients) == 1)
        line = f"    return {value}, ({inside})"
        if len(line) <= WIDTH:
            self._put(line)
            return
        self._put("    gradients = (")
        for text in gradients:
            self._put(f"        {text},")
        self._put("    )")
        self._put(f"    return {value}, gradients")


def exploded(text: str) -> str:
    """A statement that is too long for a line, opened at its outermost brackets."""
    start = text.index(" = ") + 3 if " = " in text else 0
    opening = text.find("(", start)
    if opening < 0 or not text.endswith(")"):
        return text
    parts, depth, current = [], 0, ""
    for c in text[opening + 1 : -1]:
        depth += c in "([{"
        depth -= c in ")]}"
        if c == "," and not depth:
            parts.append(current.strip())
            current = ""
        else:
            current += c
    parts += [current.strip()] * bool(current.strip())
    lines = [text[: opening + 1]]
    for part in parts:
        if len(part) > WIDTH - 9 and part[0] in "([" and part[-1] in ")]":
            inner = part[1:-1].split(", ")
            lines.append(f"    {part[0]}")
            lines += [f"        {x}," for x in inner if x]
            lines.append(f"    {part[-1]},")
        else:
            lines.append(f"    {part},")
    return "\n".join([*lines, ")"])
