"""The page of a program under jax.jit: the same source, with jax.numpy for NumPy."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .errors import DependencyError, UnsupportedError
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
    """

    def __init__(self, source: str, plan: Plan) -> None:
        self._jax, self._wide = _jax()
        if plan.extra:
            raise UnsupportedError(
                "compile: what is done beside in each call needs backend='python'; jax computes "
                "value and gradient alone."
            )
        self.source = source
        self._kinds = [
            (np.shape(x), np.asarray(x).dtype)
            for x in (x.sample if isinstance(x, Op) else x for x in plan.outputs)
        ]
        names: dict[str, Any] = {"np": self._jax.numpy}
        exec(compile(source, "<autograd-lite program>", "exec"), names)
        self._function = self._jax.jit(names["value_and_grad"])

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
