"""One version of a program: for arguments of certain shapes and dtypes."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from .buffers import Buffered
from .errors import UnsupportedError
from .leaves import Leaves
from .listing import Listing, Plan
from .loops import Loop
from .on_jax import JaxPrinter, OnJax
from .points import at_points, check_same_at_points, point_by_point, trace_numbers
from .quick import Call, float_page, is_known_to_math, quick_call
from .randomness import NoDraws
from .surroundings import Surroundings
from .tape import Op
from .traced import Traced
from .tracing import positions
from .transforms import value_and_grad

Array = np.ndarray[Any, Any]
_building = threading.Lock()


class Version:
    """A program for arguments like those that it was made with."""

    def __init__(
        self,
        program: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        chosen: Sequence[int],
        names: Sequence[str],
        long_way: Call,
    ) -> None:
        # not the program itself, which holds this: they would keep each other alive
        self.function, self.argnums, self.donate = program.function, program.argnums, program.donate
        self.several = isinstance(program.argnums, tuple | list)
        f = program.function
        self.around = Surroundings(f)
        self.leaves = Leaves(args, kwargs, chosen, names, unrolled(program.unroll, len(args)))
        self.unrolled = self.leaves.unrolls
        self.backend = program.backend
        with NoDraws(self.around.reached):
            traced = self._traced()
        inputs = [op for op in traced.inputs if op is not None]
        draws = [op for op, _ in traced.tape.draws]
        extra = [x for ops, _ in traced.tape.after for x in ops]
        outputs = [traced.value, *traced.gradients]
        plan = Plan(inputs + draws, outputs, extra, self._names_outside(traced), traced.owners)
        listing = Listing(plan, traced.gradient_of, traced.roots, file_of(f))
        self.jax: OnJax | None = None
        if self.backend == "jax":
            page = Listing(plan, traced.gradient_of, traced.roots, file_of(f), printer=JaxPrinter)
            self.jax = OnJax(page.text, plan, self.leaves.bundles if self.unrolled else ())
        self.source = listing.text
        self._plan, self._given_names = plan, listing.names
        self._settle(plan, traced)
        self.quick = self._quick(long_way)
        bundles = self.leaves.bundles if self.unrolled else ()
        # what is known of the operations and the arrays they were tried on ends with it
        self._build: Any = None
        if self.loop is None and self.jax is None:
            self._build = functools.partial(
                Buffered, plan, listing.names, self.donate, bundles=bundles
            )
        self._buffered: Buffered | None = None
        del self._plan, self._given_names
        self.leaves.let_go()

    def _traced(self) -> Traced:
        f, leaves = self.function, self.leaves

        def trace(given: list[Any]) -> Traced:
            boxed = self.unrolled
            return Traced(f, given, leaves.names, leaves.wanted, leaves.rebuild, boxed)

        if not self.unrolled and self.backend != "numba":
            return trace(leaves.given)
        other = "backend='python'" if self.backend == "numba" else "no unroll="
        traced = trace_numbers(trace, leaves.given, other)
        if not self.unrolled:
            check_same_at_points(trace, traced, leaves.given, other)
        elif self.backend != "numba" and any(np.ndim(x) for x in leaves.given):
            at_points(traced, leaves.given)
        return traced

    def _names_outside(self, traced: Traced) -> dict[int, str]:
        """The user's names of arrays from outside, those of parameters among them."""
        names = dict(self.around.names)
        for i, tensor in traced.owners.items():
            if tensor.label:
                names.setdefault(i, tensor.label)
        return names

    def _settle(self, plan: Plan, traced: Traced) -> None:
        """Keep what runs need, and let go of the samples."""
        self._idle: list[Any] = []
        self.fits = self.leaves.guard(shapes=self.backend != "numba")
        self._direct = self.leaves.direct
        self._draws = [draw for _, draw in traced.tape.draws]
        bundles = self.leaves.bundles
        self._single = [bundle.shape is None for bundle in bundles if bundle.wanted]
        places = [
            (i, k if bundle.shape is not None else None)
            for i, bundle in enumerate(bundles)
            for k in range(bundle.size)
        ]
        of = dict(zip(plan.inputs, places, strict=False))  # what is drawn comes after them
        self._checks = [(*of[op], check) for op, check in traced.tape.checks]
        self._after = [(len(ops), do) for ops, do in traced.tape.after]
        self._tensors = {
            name: traced.owners[id(x)]
            for name, x in plan.constants.items()
            if id(x) in traced.owners
        }
        self.around.watch({id(x) for x in plan.constants.values()})
        self.kinds = {name: (x.shape, x.dtype) for name, x in plan.constants.items()}
        self.constants = plan.constants
        value = np.asarray(traced.value.sample if isinstance(traced.value, Op) else traced.value)
        numbers_only = all(isinstance(x, float) for x in self.leaves.given)
        self._value_dtype = value.dtype if value.dtype.kind == "f" else self.leaves.weak
        self._is_float = numbers_only and not value.shape
        self._page: Any = None
        self.loop: Loop | None = None
        if self.backend == "numba":
            self.loop = self._looped(plan, traced)
        elif self._is_math() and not self.leaves.plain_numbers:
            self._page = float_page(plan, self._given_names)

    @property
    def buffered(self) -> Buffered:
        """The program that runs in place."""
        if self._buffered is None:
            with _building:  # other threads may want it, too
                if self._buffered is None:
                    self._buffered, self._build = self._build(), None
        return self._buffered

    @property
    def source_in_place(self) -> str:
        """What runs on arrays."""
        runs = self.loop or self.jax or self.buffered
        return runs.source

    def _quick(self, long_way: Call) -> Any:
        """The method that a program of floats is called by; None if it is not such a program."""
        plan = self._plan
        if not self.leaves.plain_numbers or self._checks or not plan.inputs or not self._is_math():
            return None
        return quick_call(plan, self._given_names, self._put, long_way, self.around)

    def _is_math(self) -> bool:
        """Whether the program is one of floats that the math module can compute."""
        plan = self._plan
        if not self._is_float or self.donate or plan.constants or plan.extra or self._draws:
            return False
        if self.backend != "python" or len(plan.inputs) != len(self.leaves.given):
            return False
        return all(map(is_known_to_math, plan.live))

    def _looped(self, plan: Plan, traced: Traced) -> Loop:
        if plan.extra or self._draws:
            raise UnsupportedError(
                "compile: what is drawn anew in each call, or done beside, needs "
                "backend='python'; numba runs a loop of numbers alone."
            )
        points = [
            isinstance(x, np.ndarray) and x.ndim > 0
            for x, op in zip(self.leaves.given, traced.inputs, strict=True)
            if op is not None
        ]
        return Loop(plan, self._given_names, points, self.leaves.bundles)

    def _put(self, texts: list[str]) -> str:
        """The texts of the gradients, as the caller gets them."""
        of = dict(zip(sorted(set(self.leaves.chosen)), texts, strict=True))
        chosen = [of[i] for i in self.leaves.chosen]
        return f"({', '.join(chosen)}{',' * (len(chosen) == 1)})" if self.several else chosen[0]

    def is_stale(self) -> bool:
        """Whether something outside has changed that the program was made with."""
        if self.around.changed():
            return True
        return bool(self._tensors) and any(
            (t._data.shape, t._data.dtype) != self.kinds[name] for name, t in self._tensors.items()
        )

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        if self._page is not None:
            try:
                value, found = self._page(self.leaves.floats(args, kwargs))
            except (ArithmeticError, ValueError):
                pass
            else:
                if all(g == g for g in found):
                    found = self.leaves.joined(found, float)
                    return float(value), self.leaves.gradients(found, self.several)
        values = list(args) if self._direct else self.leaves.values(args, kwargs)
        for place, entry, check in self._checks:
            check(values[place] if entry is None else np.ravel(values[place])[entry])
        for draw in self._draws:
            values.append(draw())
        if self.loop is not None or self.jax is not None:
            if self.loop is not None:
                value, found = self.loop.run(values)
            elif self.jax is not None:
                given = {n: self._tensors[n]._data for n in self._tensors}
                value, found = self.jax.run(values, {**self.constants, **given})
                if not self._draws and _hold_nan(found):
                    value = None
        else:
            value, found = self.run(values)
        if value is None:
            # 0 times infinity: the rules say what it comes to
            return self._careful(args, kwargs)
        return self._finished(value, found)

    def _careful(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        if not self.unrolled:
            return careful(self.function, self.argnums, args, kwargs)
        leaves = self.leaves.all_values(args, kwargs)
        value, found = point_by_point(
            self.function, self.leaves.rebuild, leaves, self.leaves.wanted
        )
        return self._finished(value[()], self.leaves.joined(found))

    def run(self, values: list[Any]) -> tuple[Any, Any]:
        """Value and gradients, of what goes in; value None if the eager engine should say."""
        try:
            function = self._idle.pop()
        except IndexError:
            function = self.buffered.make()
        if self._tensors:
            names = function.__globals__
            for name, tensor in self._tensors.items():
                names[name] = tensor._data
        with np.errstate(all="ignore"):
            try:
                value, found, *beside = function(*values)
            except np.linalg.LinAlgError:
                return None, ()  # the eager engine says which matrix it is
            vector = self.buffered.vector
            told = found if vector is None else (function.__globals__[vector],)
            if not self._draws and _hold_nan((value, *told)):
                value = None
            elif self._after:
                rest = iter(*beside)
                for count, do in self._after:
                    do(*(next(rest) for _ in range(count)))
        self._idle.append(function)
        return value, found

    def _finished(self, value: Any, found: Sequence[Any]) -> tuple[Any, Any]:
        if self._is_float:
            value = float(value)
            found = [float(g) if s else g for s, g in zip(self._single, found, strict=True)]
        elif getattr(value, "dtype", None) != self._value_dtype:
            value = np.asarray(value).astype(self._value_dtype)[()]
        if self._direct and self.several:
            return value, tuple(found)
        return value, self.leaves.gradients(found, self.several)


def careful(f: Any, argnums: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """What the program gives, by the eager engine, which shields a gradient of 0 from infinity."""

    def total(*given: Any, **settings: Any) -> tuple[Any, Any]:
        y = f(*given, **settings)
        return (np.sum(y) if np.ndim(y) else y), y

    differentiate = value_and_grad(total, argnums, has_aux=True)
    with np.errstate(all="ignore"):
        (_, value), gradients = differentiate(*args, **kwargs)
    return value, gradients


def _has_nan(x: Any) -> bool:
    total = np.vdot(x, x) if x.__class__ is np.ndarray else x
    return bool(total != total)


def _hold_nan(results: Sequence[Any]) -> bool:
    """Whether one of them holds a nan; two of one shape are looked at in one reading."""
    rest = iter(results)
    for a in rest:
        b = next(rest, 0.0)
        if a.__class__ is b.__class__ is np.ndarray and a.shape == b.shape and a.dtype is b.dtype:
            total = np.vdot(a, b)
            if total == total:
                continue
        if _has_nan(a) or _has_nan(b):
            return True
    return False


def unrolled(unroll: Any, count: int) -> Sequence[int]:
    """The positions of the arguments that are unrolled."""
    if unroll is True:
        return range(count)
    if unroll is False or unroll is None:
        return ()
    return [i % count for i in positions(unroll, count, "compile: unroll")]


def file_of(f: Any) -> str | None:
    """The file that a function is written in."""
    code = getattr(inspect.unwrap(f) if callable(f) else f, "__code__", None)
    return code.co_filename if code is not None else None
