"""`compile`: a function of numbers, traced once; its value and gradient as one page of Python."""

from __future__ import annotations

import builtins
import functools
import inspect
import itertools
import keyword
import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from . import scalar_math
from .array_rules import sum_to
from .errors import DataError, RuleError, ShapeError
from .graph import Node, propagate
from .recording import inside_transform
from .source import Merged, short_names, statements
from .symbols import Symbol, python
from .tracing import positions
from .transforms import value_and_grad
from .value import Value


def compile(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Program:
    """f's value and gradient as straight-line Python, called like `value_and_grad(f)`.

    f is called once with symbols. What it computes, and its gradient by the same rules that
    `backward` uses, are printed as one function, `.source`, which can be pasted into a file after
    `import numpy as np`.

    Called with floats it gives floats. Called with arrays of points, where f was written for
    numbers, it gives the value at each point and the gradient of their sum: one derivative a point
    for arguments that are points, one total for arguments that are single numbers.

    Raises RuleError if f cannot be traced: an `if` on a traced number, or a function without rule.

    >>> g = compile(lambda w, x, b: np.tanh(w * x + b), argnums=(0, 2))
    >>> print(g.source)
    def value_and_grad(w, x, b):
        # forward
        c = w * x
        d = c + b
        y = np.tanh(d)
        # backward
        dd = 1 - y * y
        dw = dd * x
        return y, (dw, dd)
    >>> g(0.5, 1.0, -0.5)
    (0.0, (1.0, 1.0))
    """
    return Program(f, argnums)


class Program:
    """What `compile` gives: call it like `value_and_grad(f)`, or read its `source`."""

    def __init__(self, f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> None:
        self.function = f
        self.argnums = argnums
        self._versions: dict[int, _Version] = {}
        self._names, self._required = _argument_names(f)
        functools.update_wrapper(self, f)

    @property
    def source(self) -> str:
        """The Python that is run."""
        if not self._versions and self._names is None:
            raise RuleError(
                "compile: the function takes any number of arguments (*args), so there is no "
                "source before the first call.\n  Call it once, or give the arguments names."
            )
        version = next(iter(self._versions.values()), None)
        return (version or self._version(self._required)).source

    def __call__(self, *args: Any) -> tuple[Any, Any]:
        if any(isinstance(x, Node) for x in args):
            return value_and_grad(self.function, self.argnums)(*args)
        value, gradients = self._version(len(args)).run(args)
        return value, (gradients if isinstance(self.argnums, tuple | list) else gradients[0])

    def __repr__(self) -> str:
        return f"<compiled {getattr(self.function, '__name__', 'function')}>\n{self.source}"

    def _version(self, count: int) -> _Version:
        if count not in self._versions:
            names = self._names
            if names is not None and not self._required <= count <= len(names):
                raise RuleError(
                    f"compile: the function takes {len(names)} arguments ({', '.join(names)}); "
                    f"it was called with {count}."
                )
            chosen = positions(self.argnums, count, "compile")
            given = [f"x{i}" for i in range(count)] if names is None else names[:count]
            self._versions[count] = _Version(self.function, given, chosen)
        return self._versions[count]


class _Version:
    """The program for one number of arguments."""

    def __init__(self, f: Callable[..., Any], names: list[str], chosen: tuple[int, ...]) -> None:
        self.chosen = chosen
        self.source = _source(f, names, chosen)
        code = builtins.compile(self.source, "<autograd-lite program>", "exec")
        self.on_arrays, self.on_floats = _load(code, np), _load(code, scalar_math)

    def run(self, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        if all(isinstance(x, numbers.Real) for x in args):
            try:
                value, gradients = self.on_floats(*map(float, args))
            except (ArithmeticError, ValueError):
                with np.errstate(all="ignore"):
                    value, gradients = self.on_arrays(*map(np.float64, args))
            return float(value), tuple(map(float, gradients))
        points, shape = _points(args)
        with np.errstate(all="ignore"):
            value, gradients = self.on_arrays(*points)
        totals = (
            sum_to(np.broadcast_to(g, shape), shape=points[i].shape).astype(points[i].dtype)
            for i, g in zip(self.chosen, gradients, strict=True)
        )
        value = np.asarray(value)
        kept = value.dtype if value.dtype.kind == "f" else np.result_type(*points)
        return np.array(np.broadcast_to(value, shape), kept), tuple(totals)


def _points(args: tuple[Any, ...]) -> tuple[list[Any], tuple[int, ...]]:
    """Arguments as float arrays, and the shape that they have together.

    A plain number takes the dtype of the arrays, as it does in NumPy's own arithmetic.
    """
    arrays = [None if isinstance(x, numbers.Real) else np.asarray(x) for x in args]
    for i, x in enumerate(arrays):
        if x is not None and x.dtype.kind not in "biuf":
            raise DataError(
                f"compile: argument {i} is an array of {x.dtype}, shape {x.shape}.\n"
                "  A compiled function takes numbers and arrays of real numbers."
            )
    floats = [x if x is None or x.dtype.kind == "f" else x.astype(float) for x in arrays]
    weak = np.result_type(*(x for x in floats if x is not None))
    points = [np.asarray(args[i], weak) if x is None else x for i, x in enumerate(floats)]
    try:
        return points, np.broadcast_shapes(*(x.shape for x in points))
    except ValueError:
        shapes = ", ".join(str(x.shape) for x in points)
        raise ShapeError(f"compile: points of shapes {shapes} do not broadcast.") from None


def _load(code: Any, np_: Any) -> Callable[..., Any]:
    names: dict[str, Any] = {"np": np_}
    exec(code, names)
    # Taken out, so that the function and the names it looks up do not hold each other.
    return names.pop("value_and_grad")  # type: ignore[no-any-return]


def _argument_names(f: Callable[..., Any]) -> tuple[list[str] | None, int]:
    """The names of f's positional arguments, None if they cannot be known; how many it requires."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return None, 0
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None, 0
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    positional = [p for p in parameters if p.kind in kinds]
    names = [p.name for p in positional]
    if "np" in names:  # the program's own name for NumPy
        other = next(n for n in ("np_" + "_" * i for i in itertools.count()) if n not in names)
        names[names.index("np")] = other
    return names, sum(p.default is p.empty for p in positional)


def _source(f: Callable[..., Any], names: list[str], chosen: tuple[int, ...]) -> str:
    arguments = [Symbol(name) for name in names]
    # A no_grad around the call is not f's own, and what f computes of constants may overflow.
    with inside_transform(), np.errstate(all="ignore"):
        result = f(*arguments)
    wanted = [arguments[i] for i in chosen]
    gradients: dict[Node, Any] = {}
    if isinstance(result, Symbol):
        gradients = propagate(result, 1, wanted, build=True)
    elif isinstance(result, Value):
        result = result.data
    elif not isinstance(result, numbers.Real):
        raise RuleError(
            f"compile: the function gave {type(result).__name__} {result!r:.60}, not a number."
        )
    outputs = [gradients.get(x, 0.0) for x in wanted]

    merged = Merged()
    forward = merged.take(result)
    backward = merged.take(*outputs)
    named = _names(merged, arguments, result, forward, gradients, outputs)

    lines = [f"def value_and_grad({', '.join(names)}):"]
    for title, nodes in (("forward", forward), ("backward", backward)):
        printed = statements(nodes, named)
        if printed:
            lines += [f"    # {title}", *(f"    {line}" for line in printed)]
    texts = [python(merged.of(x), named) for x in (result, *outputs)]
    returned = ", ".join(texts[1:]) + ("," if len(outputs) == 1 else "")
    lines.append(f"    return {texts[0]}, ({returned})")
    return "\n".join(lines) + "\n"


def _names(
    merged: Merged,
    arguments: list[Symbol],
    result: Any,
    forward: list[Node],
    gradients: dict[Node, Any],
    outputs: list[Any],
) -> dict[Node, str]:
    """Names for what gets a statement of its own: forward operations, gradients, what is reused."""
    named: dict[Node, str] = {x: x.label or "" for x in arguments}
    taken = {*named.values(), "np", "value_and_grad"}
    letters = short_names(taken)

    def give(node: Any, name: str | None) -> None:
        node = merged.of(node)
        if not isinstance(node, Node) or node in named or node.op is None:
            return
        while name is None or name in taken or keyword.iskeyword(name):
            name = next(letters)
        taken.add(name)
        named[node] = name

    for node in forward:
        if node in merged.whole:
            give(node, "y" if node is merged.of(result) else None)
    for node, gradient in gradients.items():
        if merged.of(node) in named:
            give(gradient, "d" + named[merged.of(node)])
    for output in outputs:
        give(output, None)
    for node, count in merged.uses.items():
        if count > 1:
            give(node, None)
    return named
