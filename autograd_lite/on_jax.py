"""The page of a program under jax.jit: the same source, with jax.numpy for NumPy."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .errors import DependencyError, UnsupportedError
from .leaves import Bundle
from .listing import Plan
from .print_numpy import Printer
from .tape import Op, written


class JaxPrinter(Printer):
    """Prints what writes into an array as jax has it: arrays there do not change."""

    def arguments(self, op: Op) -> str:
        given = [self.text(x) for x in op.args]
        named = dict(op.kwargs)
        named.pop("kind", None)  # jax sorts stably as it is
        if "minlength" in named:  # of bincount: the positions are inside an array of that length
            named["length"] = named.pop("minlength")
        return ", ".join(given + [f"{k}={self.text(x)}" for k, x in named.items()])

    def assignment(self, name: str, op: Op) -> str:
        _, index, value = op.args
        method = "set" if op.function is written else "add"
        return f"{name} = {name}.at[{self._index(index)}].{method}({self.text(value)})"


class OnJax:
    """Runs the source under jax.jit in 64-bit numbers, which stay off elsewhere.

    run(values, constants) gives the value and the gradients as NumPy arrays, the caller's own.
    bundles: how inputs and gradients go together into arrays, if any are taken apart.
    """

    def __init__(self, source: str, plan: Plan, bundles: Sequence[Bundle] = ()) -> None:
        self._jax, self._wide = _jax()
        if plan.extra:
            raise UnsupportedError(
                "compile: what is done beside in each call needs backend='python'; jax computes "
                "value and gradient alone."
            )
        self.source = source
        self._bundles = bundles
        kinds = [
            (np.shape(x), np.asarray(x).dtype)
            for x in (x.sample if isinstance(x, Op) else x for x in plan.outputs)
        ]
        self._kinds = kinds[:1] + _bundled(kinds[1:], bundles, lambda b, _: (b.shape, b.dtype))
        names: dict[str, Any] = {"np": self._jax.numpy}
        exec(compile(source, "<autograd-lite program>", "exec"), names)
        page = names["value_and_grad"]
        self._function = self._jax.jit(self._of_arrays(page) if bundles else page)

    def _of_arrays(self, page: Callable[..., Any]) -> Callable[..., Any]:
        """The page as a function of the arrays whose entries it takes."""
        bundles, jnp = self._bundles, self._jax.numpy

        def stacked(bundle: Bundle, entries: list[Any]) -> Any:
            given = [jnp.asarray(x, bundle.dtype) for x in entries]
            flat = jnp.stack(given) if given else jnp.zeros(0, bundle.dtype)
            return flat.reshape(bundle.shape)

        def of_arrays(*given: Any, **constants: Any) -> Any:
            entries: list[Any] = []
            for i, x in enumerate(given):
                apart = i < len(bundles) and bundles[i].shape is not None
                entries += list(jnp.ravel(x)) if apart else [x]
            value, gradients = page(*entries, **constants)
            return value, tuple(_bundled(gradients, bundles, stacked))

        return of_arrays

    def run(self, values: Sequence[Any], constants: dict[str, Any]) -> tuple[Any, list[Any]]:
        """The value and the gradients."""
        try:
            with self._wide():
                value, gradients = self._function(*values, **constants)
                found = [np.asarray(x) for x in (value, *gradients)]
        except (AttributeError, TypeError, NotImplementedError) as error:
            reason = str(error).partition("\n")[0]
            raise UnsupportedError(
                f"compile: jax cannot run the program.\n  Use backend='python'. ({reason:.200})"
            ) from error
        value, *gradients = (
            np.array(np.broadcast_to(x, shape), dtype)[()]
            for x, (shape, dtype) in zip(found, self._kinds, strict=True)
        )
        return value, gradients


def _bundled(
    entries: Sequence[Any], bundles: Sequence[Bundle], join: Callable[[Bundle, list[Any]], Any]
) -> list[Any]:
    """One for every array, where there is one for every entry."""
    if not bundles:
        return list(entries)
    rest = iter(entries)
    found = []
    for bundle in bundles:
        if bundle.wanted:
            own = [next(rest) for _ in range(bundle.size)]
            found.append(own[0] if bundle.shape is None else join(bundle, own))
    return found


def _jax() -> tuple[Any, Callable[[], contextlib.AbstractContextManager[Any]]]:
    """The package, and what turns 64-bit numbers on for a while."""
    try:
        import jax
        import jax.numpy
    except ImportError:
        raise DependencyError(
            "compile: backend='jax' needs jax, which is not installed.\n"
            "  pip install 'autograd-lite[jax]', or use backend='python'."
        ) from None
    if hasattr(jax, "enable_x64"):
        return jax, lambda: jax.enable_x64(True)
    from jax.experimental import enable_x64

    return jax, enable_x64
