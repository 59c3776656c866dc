"""Whether operations are recorded at present: `no_grad`, and how deep the transforms are nested."""

from __future__ import annotations

import contextlib
import threading
from types import TracebackType


class _State:
    __slots__ = ("paused",)

    def __init__(self) -> None:
        self.paused = 0  # how many `no_grad` blocks are open, over all threads


class _Here(threading.local):
    no_grad = 0
    transforms = 0


state = _State()
here = _Here()
_counting = threading.Lock()


def is_paused() -> bool:
    """Whether this thread is inside `no_grad`. Ask only if `state.paused` is not 0."""
    return here.no_grad > 0


class no_grad(contextlib.ContextDecorator):
    """Compute without recording: results are leaves, and nothing is kept for a backward pass.

    A context manager and a decorator; it counts for the thread that entered it only.

    >>> from autograd_lite import Value
    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * 3
    >>> y.inputs
    ()
    """

    def __enter__(self) -> None:
        with _counting:
            state.paused += 1
        here.no_grad += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        here.no_grad -= 1
        with _counting:
            state.paused -= 1


@contextlib.contextmanager
def inside_transform():  # type: ignore[no-untyped-def]
    """Count one more transform (grad, jvp, ...) of this thread; gives how many were open before.

    A `no_grad` around the transform does not reach into it: what it differentiates is recorded.
    """
    paused, here.no_grad = here.no_grad, 0
    here.transforms += 1
    try:
        yield here.transforms - 1
    finally:
        here.transforms -= 1
        here.no_grad = paused
