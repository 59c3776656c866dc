"""`compile`: a function, traced once; its value and gradient as one page of Python."""

from __future__ import annotations

import functools
import inspect
import itertools
import numbers
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import ArgumentError, DataError, RuleError
from .graph import Node
from .tracing import positions
from .transforms import value_and_grad
from .version import Version, unrolled

BACKENDS = ("python", "numba", "jax")
VERSIONS = 64  # kept at most: programs for other shapes, dtypes and settings


def compile(
    f: Callable[..., Any],
    argnums: int | tuple[int, ...] = 0,
    backend: str = "python",
    *,
    unroll: bool | int | tuple[int, ...] = False,
    donate: bool = False,
) -> Program:
    """f's value and gradient as straight-line NumPy, called like `value_and_grad(f)`.

    f is traced: called once with stand-ins for its arguments. What it computes, and its gradient by
    the same rules that `backward` uses, are printed as one function, `.source`, which can be read,
    and pasted into a file after `import numpy as np`; of arrays it is right for the shapes that it
    names. What runs is `.source_in_place`: the same, with every intermediate result in a buffer
    that is made once.

    Arguments are numbers, arrays, or containers of them. A program is made for their shapes and
    dtypes, and another one when these change. Where f gives an array, the gradient is that of its
    sum; so called with arrays of points, where f was written for numbers, it gives the value at
    each point, one derivative a point for arguments that are points, and one total for arguments
    that are single numbers. Whole numbers and strings among arrays are settings that the program is
    made for.

    backend: "python"; "numba", for functions of numbers, as a loop over the points compiled to
    machine code (`pip install 'autograd-lite[jit]'`); or "jax", which runs the same source under
    jax.jit.
    unroll: compute with the single numbers of array arguments, all of them or those of the given
    positions, so that a function over weight arrays becomes a program of numbers, `W_0_3` among
    them. f then gets object arrays of numbers in their place, and one number for an array of
    points; what it gives is one number.
    donate: give results in the program's own buffers, which the next call overwrites. Otherwise
    they are the caller's.

    What f reads from outside is looked at before every call: global names, closures and defaults,
    attributes of objects, classes and modules, what is in lists, dicts, sets and deques, and arrays
    that were written to; of f and of all functions that it calls. Not looked at is what lies within
    objects of C extensions, or what code of installed packages reads: give as an argument what
    changes there. Random numbers drawn inside are refused; `ag.drawn` draws anew in every call.

    Raises RuleError if f cannot be traced: an `if`, `while`, `int` or `float` of a traced number
    (write `ag.where`), a function without rule, random numbers; UnsupportedError for a backend
    that cannot run it, DependencyError if it is not installed.

    >>> g = compile(lambda w, x, b: np.tanh(w * x + b), argnums=(0, 2))
    >>> print(g.source)
    def value_and_grad(w, x, b):
        # forward
        c = w * x  # line 1: multiply
        d = c + b  # line 1: add
        y = np.tanh(d)  # line 1: tanh
        # backward
        dd = 1 - y * y  # line 1: tanh, backward
        dw = dd * x  # line 1: multiply, backward
        return y, (dw, dd)
    >>> g(0.5, 1.0, -0.5)
    (0.0, (1.0, 1.0))
    """
    return Program(f, argnums, backend, unroll=unroll, donate=donate)


class Program:
    """What `compile` gives: call it like `value_and_grad(f)`, or read its `source`."""

    def __init__(
        self,
        f: Callable[..., Any],
        argnums: int | tuple[int, ...] = 0,
        backend: str = "python",
        *,
        unroll: bool | int | tuple[int, ...] = False,
        donate: bool = False,
    ) -> None:
        if backend not in BACKENDS:
            raise ArgumentError(
                f"compile: backend={backend!r:.40} is none of {', '.join(map(repr, BACKENDS))}."
            )
        self.function, self.argnums, self.backend = f, argnums, backend
        self.unroll, self.donate = unroll, donate
        self._versions: OrderedDict[Any, Version] = OrderedDict()
        self._last: Version | None = None
        self._names, self._required = _argument_names(f)
        functools.update_wrapper(self, f)

    @property
    def source(self) -> str:
        """The program as a page to read: that of the last call, or of numbers before any call."""
        return self._latest().source

    @property
    def source_in_place(self) -> str:
        """What runs: the same program, writing into buffers."""
        return self._latest().source_in_place

    def _latest(self) -> Version:
        if self._versions:
            return next(reversed(self._versions.values()))
        if self._names is None:
            raise RuleError(
                "compile: the function takes any number of arguments (*args), so there is no "
                "source before the first call.\n  Call it once, or give the arguments names."
            )
        try:
            return self._version(tuple(0.5 + i / 8 for i in range(self._required)), {})
        except Exception as error:
            raise RuleError(
                "compile: the function cannot be traced with single numbers, and a program for "
                f"arrays is made for their shapes.\n  Call it once first. ({error})"
            ) from error

    def __call__(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        last = self._last
        if last is not None and not kwargs and last.fits(args) and not last.is_stale():
            return last(args, kwargs)
        if any(isinstance(x, Node) for x in args):
            return value_and_grad(self.function, self.argnums)(*args, **kwargs)
        if not kwargs and args and all(isinstance(x, numbers.Real) for x in args):
            args = tuple(map(float, args))
        self._last = last = self._version(args, kwargs)
        if last.quick is not None:
            self._enter(last.quick)
        return last(args, kwargs)

    def _enter(self, quick: Any) -> None:
        """Let calls enter the function that a program of floats has."""
        if type(self) is Program:
            own = {"__doc__": Program.__doc__, "__module__": Program.__module__}
            self.__class__ = type("Program", (Program,), own)
        type(self).__call__ = quick  # type: ignore[method-assign]

    def __reduce__(self) -> Any:
        made = functools.partial(Program, unroll=self.unroll, donate=self.donate)
        return made, (self.function, self.argnums, self.backend)

    def __repr__(self) -> str:
        name = getattr(self.function, "__name__", "function")
        try:
            return f"<compiled {name}>\n{self.source}"
        except RuleError:
            return f"<compiled {name}, not called yet>"

    def _version(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Version:
        loose = self.backend == "numba"
        fixed = set(unrolled(self.unroll, len(args))) if loose else ()
        key = tuple(_kind(x, loose and i not in fixed) for i, x in enumerate(args))
        if kwargs:
            key = (*key, *((name, _kind(x, loose)) for name, x in kwargs.items()))
        version = self._versions.get(key)
        if version is not None:
            if not version.is_stale():
                self._versions.move_to_end(key)
                return version
            del self._versions[key]
        self.check_count(len(args))
        chosen = positions(self.argnums, len(args), "compile")
        names = self.names_of(len(args))
        version = Version(self, args, kwargs, chosen, names, Program.__call__)
        self._versions[key] = version
        if len(self._versions) > VERSIONS:
            self._versions.popitem(last=False)
        return version

    def check_count(self, count: int) -> None:
        """Raise RuleError if the function does not take so many arguments."""
        names = self._names
        if names is not None and not self._required <= count <= len(names):
            raise RuleError(
                f"compile: the function takes {len(names)} arguments ({', '.join(names)}); "
                f"it was called with {count}."
            )

    def names_of(self, count: int) -> list[str]:
        """The names of so many arguments."""
        return [f"x{i}" for i in range(count)] if self._names is None else self._names[:count]


def _kind(x: Any, loose: bool = False) -> Any:
    """What a program is made for: shape and dtype of an array, the type of a number, a setting.

    loose: whether it is one program for any number of points.
    """
    if isinstance(x, np.ndarray):
        return bool(x.shape) if loose else x.shape, x.dtype
    if isinstance(x, float | np.generic):
        return x.__class__
    if isinstance(x, dict):
        return (dict, *((key, _kind(item, loose)) for key, item in x.items()))
    if isinstance(x, list | tuple):
        return (x.__class__, *(_kind(item, loose) for item in x))
    try:
        hash(x)
    except TypeError:
        raise DataError(
            f"compile: an argument is {type(x).__name__} {x!r:.60}.\n"
            "  A compiled function takes numbers, arrays, and containers of them."
        ) from None
    return x.__class__, x


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
