"""Prints the operators of `Value` from the rule table.

    python -c "from autograd_lite.print_operators import write; write()"

Each rule is called once with symbols, and what it builds is printed by the printer that also prints
gradient programs. The result, `value_operators.py`, is committed, so that it can be read and
checked; a test prints it again and compares.
"""

from __future__ import annotations

from pathlib import Path

from . import rules
from .operators import method_names
from .rows import INPUT_NAMES, Elementwise
from .source import Merged, short_names, statements
from .symbols import Symbol, has_python_name, python

HEADER = '''\
"""The operators of `Value`, printed from the rule table by print_operators.py: do not edit.

`a` and `b` are the inputs, `y` is the output, `da` and `db` are the local derivatives dy/da, dy/db.
On floats, `np` is the math module under NumPy's names; where that has no answer (log(0), overflow)
`exactly` asks NumPy for the one of IEEE 754.
"""

from __future__ import annotations

from typing import Any

from . import rules
from . import scalar_math as np
from .recording import state
from .scalar_math import exactly

new: Any = object.__new__


class ValueOperators:
    """One method for each elementwise row of one or two inputs."""

    __slots__ = ()

    data: Any
    grad: float | None
    op: Any
    label: str | None
    mark: int
    a: Any
    da: Any
    b: Any
    db: Any
    _made: Any
    _meet: Any
'''


def rows() -> list[Elementwise]:
    """The rows that are printed: elementwise, built in, of one or two inputs."""
    return [
        rule
        for rule in rules.TABLE.values()
        if isinstance(rule, Elementwise) and rule.builtin and rule.arity <= 2
    ]


def _lines(rule: Elementwise, traced: tuple[int, ...]) -> list[str]:
    """`y = ...`, `da = ...`, `db = ...` for the inputs that are traced, guarded if it may raise."""
    names = INPUT_NAMES[: rule.arity]
    inputs = tuple(Symbol(name) for name in names)
    y = Symbol("y")
    merged = Merged()
    parts = {"y": rule.value(*inputs) if not has_python_name(rule) else rule(*inputs)}
    parts |= {f"d{names[slot]}": rule.local(slot, inputs, y) for slot in traced}
    nodes = {name: merged.take(part) for name, part in parts.items()}
    spare = short_names(names)
    shared = {node: next(spare) for node, count in merged.uses.items() if count > 1 and node.op}
    printed = []
    for name, part in parts.items():
        printed += statements(nodes[name], shared, float)
        printed.append(f"{name} = {python(merged.of(part), shared, float)}")
    if not any(mark in line for line in printed for mark in ("/", "np.")):
        return printed
    given = ", ".join(names) + ("," if rule.arity == 1 else "")
    return [
        "try:",
        *(f"    {line}" for line in printed),
        "except (ArithmeticError, ValueError):",
        f"    {', '.join(parts)} = exactly(rules.{rule.name}, ({given}), {traced})",
    ]


def _build(rule: Elementwise, kind: str = "self.__class__", **slots: str) -> list[str]:
    """A new node; another way round while somebody does not record, or looks for anomalies."""
    fields = {"data": "y", "op": f"rules.{rule.name}", **slots}
    return [
        "if state.paused:",
        f"    return self._made({fields['op']}, y, {', '.join(slots.values())})",
        f"node = new({kind})",
        *(f"node.{field} = {text}" for field, text in fields.items()),
        "node.grad = node.label = None",
        "node.mark = 0",
        "return node",
    ]


def _indent(lines: list[str], depth: int) -> str:
    return "".join(f"{'    ' * depth}{line}\n" for line in lines)


def _unary(rule: Elementwise) -> str:
    name, _ = method_names(rule)
    body = [
        f'"""{_signature(rule)}: {rule.why[0]}."""',
        "a = self.data",
        *_lines(rule, (0,)),
        *_build(rule, a="self", da="da", b="None", db="None"),
    ]
    return f"\n    def {name}(self) -> Any:\n" + _indent(body, 2)


def _binary(rule: Elementwise) -> str:
    name, reflected = method_names(rule)
    default = f" = {rule.defaults[0]!r}" if rule.defaults else ""
    both = [
        "b = other.data",
        *_lines(rule, (0, 1)),
        *_build(rule, "kind", a="self", da="da", b="other", db="db"),
    ]
    meet = f"return self._meet(rules.{rule.name}, "
    right = [
        *_plain("b", meet + "self, other)"),
        *_lines(rule, (0,)),
        *_build(rule, a="self", da="da", b="None", db="b"),
    ]
    left = [
        *_plain("a", meet + "other, self)"),
        "b = self.data",
        *_lines(rule, (1,)),
        *_build(rule, a="None", da="a", b="self", db="db"),
    ]
    return (
        f"\n    def {name}(self, other: Any{default}) -> Any:\n"
        + _indent([f'"""{_signature(rule)}: {rule.why[0]}."""'], 2)
        + _indent(["a, kind = self.data, other.__class__", "if kind is self.__class__:"], 2)
        + _indent(both, 3)
        + _indent(right, 2)
        + f"\n    def {reflected}(self, other: Any) -> Any:\n"
        + _indent(["kind = other.__class__", *left], 2)
    )


def _plain(name: str, meet: str) -> list[str]:
    """The other operand as a float; what is neither one nor a whole number goes to `_meet`."""
    return [
        "if kind is float:",
        f"    {name} = other",
        "elif kind is int:",
        "    try:",
        f"        {name} = other * 1.0",
        "    except OverflowError:  # beyond every float",
        f"        {meet}",
        "else:",
        f"    {meet}",
    ]


def _signature(rule: Elementwise) -> str:
    inputs = [Symbol(name) for name in INPUT_NAMES[: rule.arity]]
    if rule.infix:
        return python(rule(*inputs)) if rule.name != "power" else "a ** b"
    return f"{rule.name}({', '.join(INPUT_NAMES[: rule.arity])})"


def operator_source(rule: Elementwise) -> str:
    """The methods of one row, as Python source indented for a class body."""
    return _unary(rule) if rule.arity == 1 else _binary(rule)


def source() -> str:
    """The whole of value_operators.py."""
    return HEADER + "".join(operator_source(rule) for rule in rows())


def write() -> None:
    """Print the table's operators into value_operators.py."""
    Path(__file__).with_name("value_operators.py").write_text(source(), encoding="utf-8")
