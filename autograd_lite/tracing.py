"""One call of a function that is differentiated: arguments behind aliases, and its results."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from .containers import Parts, alias, cells, collect, cut, has_node, is_grid, is_number, plain
from .errors import DataError, GradientError, LeaveGraphError
from .graph import Node
from .recording import here

Argnums = int | tuple[int, ...]


def positions(argnums: Any, count: int, name: str) -> tuple[int, ...]:
    """The arguments that `argnums` names; refused if one is not there or named twice."""
    try:
        found = tuple(operator.index(i) for i in several(argnums))
    except TypeError:
        raise DataError(
            f"{name}: argnums={argnums!r:.60} is neither a whole number nor a tuple of them."
        ) from None
    for i in found:
        if not -count <= i < count:
            raise GradientError(
                f"{name}: argnums={argnums}, but the function was called with {count} "
                f"positional argument{'s' * (count != 1)}, numbered from 0."
            )
    if len({i % count for i in found}) != len(found):
        raise GradientError(f"{name}: argnums={argnums} names the same argument twice.")
    return found


def several(argnums: Any) -> Any:
    """`argnums` as a tuple."""
    return argnums if isinstance(argnums, tuple | list) else (argnums,)


def check_function(f: Any, name: str) -> None:
    """Raise DataError if `f` is no function, as when it was called too early."""
    if not callable(f):
        raise DataError(
            f"{name}: {f!r:.60} is {type(f).__name__}, not a function.\n"
            f"  Give the function itself, ag.{name}(f), and call what comes back."
        )


class Call:
    """A call of f, made inside a transform, with the chosen arguments behind aliases.

    build:   whether gradients are graphs too, because something outside differentiates them.
    stops:   the nodes that stand for the numbers and arrays of the arguments.
    outputs: the numbers, arrays and nodes that f gave; `result` is how they were put together.
    aux:     what f gave beside its value.
    """

    def __init__(
        self,
        name: str,
        f: Callable[..., Any],
        args: Sequence[Any],
        kwargs: dict[str, Any],
        chosen: Sequence[int],
        has_aux: bool = False,
        paused: bool = False,
        of: str = "the result",
    ) -> None:
        self.name, self.paused = name, paused
        self.arguments = [Parts(args[i], f"argument {i}") for i in chosen]
        self.leaves = [leaf for parts in self.arguments for leaf in parts.leaves]
        places = [place for parts in self.arguments for place in parts.places]
        self.build = here.transforms > 1 or any(map(has_node, self.leaves))
        self.aliases = [alias(x, place) for x, place in zip(self.leaves, places, strict=True)]
        self.stops = [node for stand_in in self.aliases for node in cells(stand_in)]
        given = list(args)
        for i, container in zip(chosen, self.containers(self.aliases), strict=True):
            given[i] = container
        value = self._called(f, given, kwargs)
        self.aux: Any = None
        if has_aux:
            value, self.aux = self._pair(value)
        self.result = Parts(value, of)
        self.outputs = [
            self._output(x, place)
            for x, place in zip(self.result.leaves, self.result.places, strict=True)
        ]

    def _called(self, f: Callable[..., Any], given: list[Any], kwargs: dict[str, Any]) -> Any:
        here.aliases.append(set(self.stops))
        try:
            return f(*given, **kwargs)
        except (TypeError, ValueError) as error:
            # NumPy and Python wrap what float() said when it was asked for a traced number.
            if isinstance(error.__cause__, LeaveGraphError):
                raise error.__cause__ from None
            raise
        finally:
            here.aliases.pop()

    def containers(self, leaves: Sequence[Any]) -> list[Any]:
        """One container for each chosen argument, from leaves for all of them."""
        rest, built = list(leaves), []
        for parts in self.arguments:
            count = len(parts.leaves)
            built.append(parts.rebuild(rest[:count]))
            rest = rest[count:]
        return built

    def gradients(self, found: dict[Node, Any]) -> list[Any]:
        """For each leaf of the arguments, what a backward pass has found, as what the leaf is."""
        return [
            collect(found, stand_in, leaf)
            for stand_in, leaf in zip(self.aliases, self.leaves, strict=True)
        ]

    def roots(self) -> list[Node]:
        """The outputs that are nodes."""
        return [x for output in self.outputs for x in cells(output) if isinstance(x, Node)]

    def give(self, x: Any, build: bool | None = None, paused: bool = False) -> Any:
        """A leaf as the user gets it: with its graph, cut off from it, or as plain numbers."""
        if not (self.build if build is None else build):
            return plain(x)
        return cut(x) if self.paused or paused else x

    def give_all(self, x: Any) -> Any:
        """A container as the user gets it."""
        parts = Parts(x, "")
        return parts.rebuild([self.give(leaf) for leaf in parts.leaves])

    def _output(self, x: Any, place: str) -> Any:
        if is_grid(x) and x.ndim == 0:
            x = x.item()  # np.where of a Value
        if is_grid(x) and all(isinstance(v, Node) or is_number(v) for v in x.flat):
            return x
        if isinstance(x, Node) or is_number(x):
            return x
        if self.result.leaves == [x] and place == self.result.place:
            what = "the function gave"
        else:
            what = f"{place} is"
        raise DataError(
            f"{self.name}: {what} {type(x).__name__} {x!r:.60}, not a number or an array.\n"
            "  Does it end with return? Real numbers, arrays, and lists, tuples and dicts of them "
            "have a derivative."
        )

    def _pair(self, value: Any) -> Any:
        if not isinstance(value, tuple) or len(value) != 2:
            of = f" of {len(value)}" if isinstance(value, tuple) else f" {value!r:.40}"
            raise DataError(
                f"{self.name}: with has_aux=True the function gives (value, aux), two things; it "
                f"gave {type(value).__name__}{of}."
            )
        return value
