"""The coverage page: what each of NumPy's functions does with a `Tensor`, found by calling it.

    python -m autograd_lite.coverage docs/numpy.md

Nothing on the page is written by hand: a function is called, and what it gives says its status;
the graph of the result says which rows it is made of; the rows print themselves as LaTeX.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .coverage_examples import ARRAYS, EXAMPLES
from .coverage_objects import works_on_values
from .errors import AutogradError
from .graph import Node, downward, propagate
from .recording import inside_transform
from .rows import INPUT_NAMES, Elementwise, Rule, Structural
from .rules import identity
from .symbols import Symbol, latex
from .tensor import Tensor

STATUSES = {
    "differentiated": "gives a Tensor, and its gradient is that of the mathematics",
    "flat": "gives a Tensor whose gradient is 0, as the function is flat between its jumps",
    "answer": "gives plain numbers, positions, booleans or text, which have no gradient",
    "refused": "raises an error that says why, and what to do instead",
}
# They make arrays and ask no operand what it is, so that a Tensor must refuse to become one.
MAKERS = {
    *("np.array", "np.asarray", "np.asanyarray", "np.full", "np.require"),
    *("np.ascontiguousarray", "np.asfortranarray"),
}
SPACES = {"np": np, "np.linalg": np.linalg, "np.fft": np.fft}


@dataclass(frozen=True)
class Entry:
    """A function of NumPy's: its names, the call that was tried, its status, what it is made of."""

    names: tuple[str, ...]
    call: str
    status: str
    made_of: tuple[Rule, ...] = ()
    reason: str = ""
    hands_down: tuple[tuple[str, tuple[str, ...]], ...] = ()  # row, and the rows its vjps call


def functions() -> dict[str, Any]:
    """Every public function of NumPy, its linear algebra and Fourier transforms that takes arrays.

    What makes arrays from numbers, prints settings or reads files never meets a Tensor.
    """
    dispatched = (np.ufunc, type(np.sum))
    return {
        f"{space}.{name}": getattr(module, name)
        for space, module in SPACES.items()
        for name in sorted(dir(module))
        if not name.startswith("_")
        and (isinstance(getattr(module, name), dispatched) or f"{space}.{name}" in MAKERS)
    }


def call_of(name: str, function: Any) -> str:
    """The call that shows what a function does, as source."""
    two = isinstance(function, np.ufunc) and function.nin == 2
    return EXAMPLES.get(name, f"{name}(t, u)" if two else f"{name}(t)")


def tensors() -> dict[str, Tensor]:
    """What the calls are made with."""
    return {name: Tensor(array, label=name) for name, array in ARRAYS.items()}


def parts(result: Any) -> list[Any]:
    """The results of a call: one, or several in a list or a tuple."""
    return list(result) if isinstance(result, list | tuple) else [result]


def run(call: str, given: dict[str, Any]) -> Any:
    """What a call gives, inside a transform: there a number cannot leave the graph in silence."""
    with warnings.catch_warnings(), inside_transform():
        warnings.simplefilter("ignore", DeprecationWarning)
        return eval(call, {"np": np, **given})


def entries() -> list[Entry]:
    """Each function once, with all its names, in alphabetical order."""
    grouped: dict[int, list[str]] = {}
    found = functions()
    for name, function in found.items():
        grouped.setdefault(id(function), []).append(name)
    return [_entry(tuple(_own_first(names, found)), found[names[0]]) for names in grouped.values()]


def _own_first(names: list[str], found: dict[str, Any]) -> list[str]:
    return sorted(names, key=lambda name: (name.split(".")[-1] != found[name].__name__, name))


def _entry(names: tuple[str, ...], function: Any) -> Entry:
    call = next((EXAMPLES[n] for n in names if n in EXAMPLES), call_of(names[0], function))
    given = tensors()
    try:
        result = run(call, given)
    except AutogradError as error:
        return Entry(names, call, "refused", reason=str(error).partition("\n")[0])
    nodes = [part for part in parts(result) if isinstance(part, Tensor)]
    if not nodes:
        return Entry(names, call, "answer")
    rows: dict[Rule, None] = {}
    handed: list[tuple[str, tuple[str, ...]]] = []
    flat = True
    for node in nodes:
        for step in reversed(downward(node)):
            if step.op is not None:
                rows[step.op] = None
                if isinstance(step.op, Structural):
                    handed.append((step.op.name, _called_by_vjps(step)))
        gradients = propagate(node, np.ones(node.shape), tuple(given.values()))
        flat = flat and all(not np.any(gradients[x]) for x in given.values() if x in gradients)
    status = "flat" if flat and rows else "differentiated"
    return Entry(names, call, status, tuple(rows), hands_down=tuple(handed))


def _called_by_vjps(node: Node) -> tuple[str, ...]:
    """The rows that a node hands its gradient down by, found by handing one down."""
    g = Tensor(np.ones(node.shape))
    called: dict[str, None] = {}
    for slot, operand in enumerate(node.operands):
        if isinstance(operand, Node) and node.op.differentiates(slot):
            share = node.op.vjp(slot, g, node, node.operands, node.params)
            own = (g, node, *(x for x in node.operands if isinstance(x, Node)))
            for step in reversed(downward(share, own) if isinstance(share, Node) else []):
                if step.op is not None and all(step is not x for x in own):
                    called[step.op.name] = None
    return tuple(called)


# --- as Markdown ----------------------------------------------------------------------------------


def page() -> str:
    """The whole page."""
    listed = entries()
    version = ".".join(np.__version__.split(".")[:2])
    count = {status: sum(e.status == status for e in listed) for status in STATUSES}
    lines = [
        "# NumPy with a Tensor, function by function",
        "",
        f"Made by `python -m autograd_lite.coverage docs/numpy.md` with NumPy {version}: each "
        "function was called as it says here, with Tensors, and the status is what happened.",
        "",
        "| status | functions | meaning |",
        "|---|---|---|",
        *(f"| {status} | {count[status]} | {text} |" for status, text in STATUSES.items()),
        "",
        "Functions that only make arrays (`np.zeros`), read files or print settings never meet a "
        "Tensor and are not listed. The methods of `ndarray` of the same names do the same.",
        "",
    ]
    for space in SPACES:
        lines += [f"## {space}", "", "| function | call | status | rule |", "|---|---|---|---|"]
        lines += [_line(e) for e in listed if e.names[0].rpartition(".")[0] == space]
        lines.append("")
    used = {rule.name: rule for e in listed for rule in e.made_of}
    handed: dict[str, dict[str, None]] = {}
    for e in listed:
        for name, called in e.hands_down:
            handed.setdefault(name, {}).update(dict.fromkeys(called))
    lines += [
        "## Object arrays of Value",
        "",
        "NumPy asks the entries of such an array for their operators and methods. With these "
        "functions that gives the numbers and gradients of Tensors, to 1e-12; entries that are "
        "constants may be plain numbers, and of tied entries `np.max` and `np.maximum` pick one. "
        "The functions of autograd-lite (`ag.exp`, `ag.maximum`, `ag.where`, `ag.clip`, "
        "`ag.logaddexp`, `ag.logsumexp`, `ag.mean`, `ag.var`, `ag.std`, ...) give Values always.",
        "",
        _listed(
            name
            for e in listed
            if e.status in ("differentiated", "flat") and works_on_values(e.call, run)
            for name in e.names
        ),
        "",
        "## The rows",
        "",
        "What the functions above are made of. An elementwise row gives the slope of its output y "
        "in each input; a row on whole arrays hands its gradient down by the rows named.",
        "",
        "| row | value | derivative | where there is none |",
        "|---|---|---|---|",
        *(_row(used[name], tuple(handed.get(name, ()))) for name in sorted(used)),
        "",
    ]
    return "\n".join(lines)


def _line(e: Entry) -> str:
    names = ", ".join(f"`{name}`" for name in e.names)
    return f"| {names} | `{_safe(e.call)}` | {e.status} | {_rule_text(e)} |"


def _rule_text(e: Entry) -> str:
    if e.status == "refused":
        return _safe(e.reason)
    if e.status == "answer":
        return ""
    if not e.made_of:
        return "the Tensor itself"
    if len(e.made_of) > 1:
        return "made of " + _listed(rule.name for rule in e.made_of)
    (rule,) = e.made_of
    handed = dict(e.hands_down)
    return f"{_math(_value(rule))}, {_derivative(rule, handed.get(rule.name, ()))}"


def _row(rule: Rule, handed: tuple[str, ...]) -> str:
    kink = _safe(getattr(rule, "kink", ""))
    return f"| `{rule.name}` | {_math(_value(rule))} | {_derivative(rule, handed)} | {kink} |"


def _derivative(rule: Rule, handed: tuple[str, ...]) -> str:
    if isinstance(rule, Elementwise):
        return "; ".join(_slopes(rule))
    return f"gradient by {_listed(handed)}" if handed else "gradient handed on as it is"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _math(text: str) -> str:
    return f"${_bars(text)}$"


def _bars(text: str) -> str:
    """LaTeX without the sign that would end a cell of the table."""
    return text.replace("|", r"\vert ")


def _safe(text: str) -> str:
    return text.replace("|", r"\|")


def _value(rule: Rule) -> str:
    if isinstance(rule, Elementwise):
        if rule is identity:
            return "a"
        return latex(rule(*(Symbol(name) for name in INPUT_NAMES[: rule.arity])))
    return rule.latex.replace("{a}", "a").replace("{b}", "b").replace("{i}", "i")


def _slopes(rule: Elementwise) -> Iterator[str]:
    inputs = tuple(Symbol(name) for name in INPUT_NAMES[: rule.arity])
    for slot, name in enumerate(INPUT_NAMES[: rule.arity]):
        if rule.partials[slot] is not None:
            slope = latex(rule.local(slot, inputs, Symbol("y")))
            yield _math(rf"\frac{{\partial y}}{{\partial {name}}} = {slope}")


def main(arguments: list[str]) -> None:
    """Print the page, or write it into the file that is named."""
    if arguments:
        Path(arguments[0]).parent.mkdir(parents=True, exist_ok=True)
        Path(arguments[0]).write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
