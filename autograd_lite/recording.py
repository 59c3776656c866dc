"""What is unusual at present: `no_grad`, watches, a detector, and the depth of transforms."""

from __future__ import annotations

import contextlib
import functools
import inspect
import threading
from collections.abc import Callable, Generator, Iterator
from contextvars import ContextVar
from types import TracebackType
from typing import Any, TypeVar

from .errors import DataError

F = TypeVar("F", bound=Callable[..., Any])
# The open `no_grad` blocks of this thread or task, innermost last.
_blocks: ContextVar[tuple[object, ...]] = ContextVar("no_grad", default=())


class _State:
    __slots__ = ("paused",)

    def __init__(self) -> None:
        # How many `no_grad` blocks, watches and detectors are open, over all threads: where it is
        # 0, which is nearly always, an operation need not ask further.
        self.paused = 0


class _Here(threading.local):
    """What this thread is inside of."""

    def __init__(self) -> None:
        self.watches: list[set[Any]] = []  # open watches: the nodes made since
        self.transforms = 0
        self.aliases: list[set[Any]] = []  # for each open transform, what stands for its arguments
        self.detector: Any = None  # what `detect_anomaly` has put on guard
        self.tape: Any = None  # where a function that is traced is written down


state = _State()
here = _Here()
_counting = threading.Lock()


def count_open(change: int) -> None:
    """One block more (1) or less (-1) in which operations have to ask further."""
    with _counting:
        state.paused += change


def is_paused() -> bool:
    """Whether this thread or task is inside `no_grad`. Ask only if `state.paused` is not 0."""
    return bool(_blocks.get())


def kept_out(node: Any) -> bool:
    """Whether a node that is being made is not to be recorded. Ask only if `state.paused`.

    Otherwise it is noted for the watch that is open, if one is.
    """
    if is_paused():
        return True
    note(node)
    return False


def note(*nodes: Any) -> None:
    """Tell the watch of this thread that nodes were made."""
    if here.watches:
        here.watches[-1].update(nodes)


@contextlib.contextmanager
def watch() -> Iterator[set[Any]]:
    """The nodes that this thread makes meanwhile; everything is recorded."""
    made: set[Any] = set()
    blocks = _blocks.get()
    _blocks.set(())
    count_open(1)
    here.watches.append(made)
    try:
        yield made
    finally:
        here.watches.pop()
        _blocks.set(blocks)
        count_open(-1)


@contextlib.contextmanager
def differentiating() -> Iterator[Any]:
    """While rules differentiate: gives the detector of this thread, None if there is none.

    Meanwhile it does not judge the operations, which may well compute an infinity that meets a 0.
    """
    detector = here.detector
    if detector is None:
        yield None
        return
    detector.differentiating += 1
    try:
        yield detector
    finally:
        detector.differentiating -= 1


class no_grad:
    """Compute without recording: results are leaves, and nothing is kept for a backward pass.

    A context manager and a decorator. It counts for the thread or task that entered it only. Above
    a generator function it counts while the generator runs, not while it waits at a `yield`.

    >>> from autograd_lite import Value
    >>> x = Value(2.0)
    >>> with no_grad():
    ...     y = x * 3
    >>> y.inputs
    ()
    """

    def __init__(self) -> None:
        self._entered: list[object] = []

    def __enter__(self) -> None:
        block = object()
        _blocks.set((*_blocks.get(), block))
        self._entered.append(block)
        count_open(1)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # One object may be open in several threads, and a generator be closed by another one.
        here_open = _blocks.get()
        block = next((b for b in reversed(self._entered) if b in here_open), self._entered[-1])
        self._entered.remove(block)
        _blocks.set(tuple(b for b in here_open if b is not block))
        count_open(-1)

    def __call__(self, f: F) -> F:
        """The function, computing without recording."""
        if not callable(f):
            raise DataError(
                f"no_grad: {f!r:.60} is not a function.\n"
                "  Write `with no_grad():`, or @no_grad() above a function."
            )
        if inspect.iscoroutinefunction(f) or inspect.isasyncgenfunction(f):
            raise DataError(
                f"no_grad: {getattr(f, '__name__', f)} is asynchronous, and decorating it would "
                "not reach its body.\n  Write `with no_grad():` inside it."
            )
        if inspect.isgeneratorfunction(f):

            @functools.wraps(f)
            def generate(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
                generator = f(*args, **kwargs)
                resume = functools.partial(next, generator)
                while True:
                    try:
                        with no_grad():
                            given = resume()
                    except StopIteration as stop:
                        return stop.value
                    try:
                        sent = yield given
                    except GeneratorExit:
                        generator.close()
                        raise
                    except BaseException as error:
                        resume = functools.partial(generator.throw, error)
                    else:
                        resume = functools.partial(generator.send, sent)

            return generate  # type: ignore[return-value]

        @functools.wraps(f)
        def paused(*args: Any, **kwargs: Any) -> Any:
            with no_grad():
                return f(*args, **kwargs)

        return paused  # type: ignore[return-value]


@contextlib.contextmanager
def inside_transform() -> Iterator[int]:
    """Count one more transform (grad, jvp, ...) of this thread; gives how many were open before.

    A `no_grad` around the transform does not reach into it: what it differentiates is recorded.
    """
    blocks = _blocks.get()
    _blocks.set(())
    here.transforms += 1
    try:
        yield here.transforms - 1
    finally:
        here.transforms -= 1
        _blocks.set(blocks)
