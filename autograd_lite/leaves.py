"""The arguments of a program, taken apart into what goes in, and its gradients put together."""

from __future__ import annotations

import keyword
import math
import numbers as abstract_numbers
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .containers import Parts
from .errors import DataError

Array = np.ndarray[Any, Any]


class Bundle(NamedTuple):
    """Inputs of a program that are given together: the entries of an array that is taken apart.

    shape: of that array; None for one input that is given as it is.
    wanted: whether their gradients leave, together as well.
    """

    name: str
    shape: tuple[int, ...] | None
    size: int
    dtype: Any
    wanted: bool


class Leaves:
    """How the arguments of one program are taken apart.

    A leaf is a number, an array, or, of an array that is unrolled, one entry. Numbers that are
    differentiated take the dtype of the arrays, as plain numbers do in NumPy's own arithmetic.

    given: what the function is traced with.  names, wanted: of every leaf.
    """

    def __init__(
        self,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        chosen: Sequence[int],
        names: Sequence[str],
        unrolled: Sequence[int],
    ) -> None:
        self.chosen = [i % len(args) for i in chosen] if args else []
        self.keys = list(kwargs)
        everything = (*args, *kwargs.values())
        self.parts = [Parts(x, f"argument {i}") for i, x in enumerate(everything)]
        self.plain = all(map(_is_leaf, everything))
        self.given: list[Any] = []
        self.names: list[str] = []
        self.wanted: list[bool] = []
        self._frames: list[list[Any]] = []  # of every part: what its leaves are
        self.weak = weak = _common_dtype(everything)
        for i, parts in enumerate(self.parts):
            wanted = i in self.chosen
            frame = []
            base = names[i] if i < len(args) else self.keys[i - len(args)]
            for x, place in zip(parts.leaves, parts.places, strict=True):
                leaf = _Leaf(x, wanted, i in unrolled, weak, place)
                frame.append(leaf)
                name = leaf.name = _identifier(base, place)
                for entry, sample in leaf.samples(x):
                    self.given.append(sample)
                    self.names.append(self._unique(name + entry))
                    self.wanted.append(wanted)
            self._frames.append(frame)
        self._kinds = [
            (x.shape, x.dtype) if type(x) is np.ndarray else (float,) if type(x) is float else None
            for parts in self.parts
            for x in parts.leaves
        ]
        self.flat = [leaf for frame in self._frames for leaf in frame]
        self.unrolls = any(leaf.unrolled for leaf in self.flat)
        whole: set[str] = set()
        for leaf in self.flat:
            while leaf.unrolled and (leaf.name in whole or leaf.name in self.names):
                leaf.name += "_"
            whole.add(leaf.name)

    def let_go(self) -> None:
        """Forget the arrays that all was made for."""
        self.given = []
        for parts in self.parts:
            parts.leaves = []

    def _unique(self, name: str) -> str:
        while name in self.names or keyword.iskeyword(name):
            name += "_"
        return name

    def values(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """What goes into the program, of arguments of the same kinds: one for every bundle."""
        leaves = zip(self.flat, self._leaves_of(args, kwargs), strict=True)
        return [leaf.take(x) for leaf, x in leaves if not leaf.is_setting]

    @property
    def bundles(self) -> list[Bundle]:
        """What goes in, in order."""
        return [leaf.bundle for leaf in self.flat if not leaf.is_setting]

    @property
    def direct(self) -> bool:
        """Whether arguments go in, and gradients come out, as they are."""
        order = sorted(self.chosen) == list(self.chosen)
        return self.plain and not self.keys and order and all(leaf.is_direct for leaf in self.flat)

    @property
    def plain_numbers(self) -> bool:
        """Whether the arguments are numbers, each by itself."""
        return self.plain and not self.keys and not self.unrolls

    def guard(self, shapes: bool = True) -> Any:
        """A quick test whether arguments are of the kinds that these are.

        shapes: whether arrays must have the shapes that these have, if they are not unrolled.
        """
        if not self.plain or self.keys:
            return lambda args: False
        names: dict[str, Any] = {"array": np.ndarray}
        tests = [f"len(args) == {len(self.flat)}"]
        for i, x in enumerate(self._kinds):
            if x is None:
                return lambda args: False
            names[f"k{i}"] = x[-1]
            if len(x) == 1:
                tests.append(f"args[{i}].__class__ is k{i}")
            else:
                exact = shapes or self.flat[i].unrolled or not x[0]
                shape = f"x.shape == {x[0]!r}" if exact else "x.shape"
                tests.append(f"(x := args[{i}]).__class__ is array and {shape} and x.dtype is k{i}")
        return eval(f"lambda args: {' and '.join(tests)}", names)

    def floats(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[float]:
        """The same, of numbers alone, as floats."""
        values: list[float] = []
        for leaf, x in zip(self.flat, self._leaves_of(args, kwargs), strict=True):
            if leaf.unrolled:
                values += x.ravel().tolist()
            else:
                values.append(float(x))
        return values

    def all_values(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """What the function is called with when it is traced: settings, too."""
        values: list[Any] = []
        for leaf, x in zip(self.flat, self._leaves_of(args, kwargs), strict=True):
            values += [sample for _, sample in leaf.samples(x)]
        return values

    def _leaves_of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self.plain:
            return (*args, *kwargs.values()) if kwargs else args
        return [leaf for x in (*args, *kwargs.values()) for leaf in Parts(x, "").leaves]

    def rebuild(self, traced: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of the function, with traced leaves."""
        rest = iter(traced)
        built = []
        for parts, frame in zip(self.parts, self._frames, strict=True):
            built.append(parts.rebuild([leaf.collect(rest) for leaf in frame]))
        count = len(built) - len(self.keys)
        return built[:count], dict(zip(self.keys, built[count:], strict=True))

    def joined(self, found: Sequence[Any], kind: Any = None) -> list[Any]:
        """The gradients of single inputs as those of bundles.

        kind: what a gradient that is no array is made, if it is not already.
        """
        rest = iter(found)
        return [leaf.gradient(rest, kind) for leaf in self.flat if leaf.wanted]

    def gradients(self, found: Sequence[Any], several: bool) -> Any:
        """The gradients of the chosen arguments, as what the arguments are.

        found: one for every bundle that is differentiated.
        """
        rest = iter(found)
        each: dict[int, Any] = {}
        for i in sorted(set(self.chosen)):
            leaves = [next(rest) for _ in self._frames[i]]
            each[i] = leaves[0] if self.plain else self.parts[i].rebuild(leaves)
        return tuple(each[i] for i in self.chosen) if several else each[self.chosen[0]]


class _Leaf:
    """One number, array or setting among the arguments."""

    def __init__(self, x: Any, wanted: bool, unrolled: bool, weak: Any, place: str) -> None:
        self.name = ""
        self.wanted = wanted
        self.shape: tuple[int, ...] = np.shape(x) if isinstance(x, np.ndarray) else ()
        self.unrolled = unrolled and isinstance(x, np.ndarray)
        self.is_number = isinstance(x, abstract_numbers.Real) and not isinstance(x, np.generic)
        self.is_setting = not isinstance(x, abstract_numbers.Real | np.ndarray | np.generic)
        self.is_setting |= not wanted and isinstance(x, int | np.bool_)
        if isinstance(x, np.ndarray | np.generic) and x.dtype.kind not in "biuf":
            raise DataError(
                f"compile: {place} is an array of {x.dtype}, shape {x.shape}.\n"
                "  A compiled function takes numbers and arrays of real numbers."
            )
        if self.is_setting and wanted:
            raise DataError(
                f"compile: {place} is {type(x).__name__} {x!r:.60}, which cannot be "
                "differentiated.\n  Choose the arguments to differentiate by argnums."
            )
        own = isinstance(x, np.ndarray) and x.dtype.kind == "f"
        self.is_direct = not self.is_setting and (own or not (wanted or self.unrolled))
        self.size = math.prod(self.shape) if self.unrolled else 1
        self.dtype: Any = None
        if wanted or self.unrolled:
            kind = getattr(x, "dtype", None)
            self.dtype = weak if kind is None else kind if kind.kind == "f" else np.dtype(float)

    @property
    def bundle(self) -> Bundle:
        shape = self.shape if self.unrolled else None
        return Bundle(self.name, shape, self.size, self.dtype, self.wanted)

    def take(self, x: Any) -> Any:
        """The value that goes in."""
        if self.dtype is None:
            return x
        if x.__class__ is np.ndarray and x.dtype == self.dtype:
            return x
        if x.__class__ is float:
            return self.dtype.type(x)
        return np.asarray(x, self.dtype)[()]

    def samples(self, x: Any) -> list[tuple[str, Any]]:
        """What the leaf is traced with, and how its entries are numbered."""
        if not self.unrolled:
            return [("", x if self.is_setting else self.take(x))]
        flat = x.astype(self.dtype)
        return [("".join(f"_{k}" for k in i), flat[i]) for i in np.ndindex(self.shape)]

    def collect(self, rest: Any) -> Any:
        """The leaf as the function gets it, from traced ones."""
        if not self.unrolled:
            return next(rest)
        grid = np.empty(self.shape, dtype=object)
        for i in np.ndindex(self.shape):
            grid[i] = next(rest)
        return grid

    def gradient(self, rest: Any, kind: Any) -> Any:
        if not self.unrolled:
            return next(rest) if kind is None else kind(next(rest))
        found = [next(rest) for _ in range(self.size)]
        return np.array(found, self.dtype).reshape(self.shape)


def _is_leaf(x: Any) -> bool:
    return not isinstance(x, dict | list | tuple)


def _common_dtype(everything: Sequence[Any]) -> Any:
    """The dtype of plain numbers among these arrays."""
    kinds = [
        x.dtype if x.dtype.kind == "f" else np.dtype(float)
        for x in everything
        if isinstance(x, np.ndarray | np.generic) and x.dtype.kind in "biuf"
    ]
    return np.result_type(*kinds) if kinds else np.dtype(float)


def _identifier(base: str, place: str) -> str:
    """A name for a leaf: the key in a dict, or the argument's name and the place in it."""
    inside = re.sub(r"^argument \d+", "", place)
    last = re.fullmatch(r".*\['([A-Za-z_]\w*)'\]", inside)
    if last:
        return last[1]
    return base + "".join("_" + p for p in re.findall(r"\w+", inside))
