"""`detect_anomaly`: the first operation that makes a NaN or an infinity, and its line."""

from __future__ import annotations

import contextlib
import functools
import linecache
from types import TracebackType
from typing import Any
from weakref import ref

import numpy as np

from .errors import AnomalyError
from .graph import Node, numbers
from .lines import user_line
from .recorded import is_unknown
from .recording import count_open, here
from .rows import INPUT_NAMES, Elementwise, Rule

Site = tuple[str, int]


class detect_anomaly(contextlib.ContextDecorator):
    """Stop at the first operation that makes a NaN or an infinity, forward or backward.

    An infinity counts where everything that went in is finite, a NaN where nothing that went in is
    NaN; so one that you put in yourself is none. The error names the operation, its inputs, the
    entry, and the line of your code that computed the node.

    A context manager and a decorator; it counts for the thread that entered it. Put both the
    forward and the backward pass inside: what was computed outside has no line to show. It looks at
    every number, so it is slow; outside such a block it costs nothing.

    Raises AnomalyError from within the operation. No gradient has changed then.

    >>> from autograd_lite import Value, sqrt
    >>> x = Value(0.0, label="x")
    >>> with detect_anomaly():
    ...     sqrt(x).backward()
    Traceback (most recent call last):
        ...
    autograd_lite.errors.AnomalyError: backward of sqrt made inf from finite numbers...
    """

    def __enter__(self) -> None:
        detector = here.detector
        if detector is None:
            here.detector = detector = Detector()
        silence = np.errstate(all="ignore")  # the error says it better than NumPy's warning
        silence.__enter__()
        detector.open.append(silence)
        count_open(1)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        count_open(-1)
        detector = here.detector
        detector.open.pop().__exit__(kind, error, trace)
        if not detector.open:
            detector.sites.clear()
            here.detector = None


class Detector:
    """What watches the operations of one thread."""

    def __init__(self) -> None:
        self.open: list[Any] = []
        # By identity, since == compares numbers; an entry goes when its node goes.
        self.sites: dict[int, tuple[ref[Node], Site]] = {}
        self.differentiating = 0

    def forward(self, rule: Rule, operands: tuple[Any, ...], node: Node) -> None:
        """Look at what an operation gave. While rules differentiate, only the line is noted."""
        y = numbers(node)
        if not self.differentiating and not _is_finite(y):
            given = tuple(map(numbers, operands))
            bad = _first(_bad(y, given, isinstance(rule, Elementwise)))
            if bad is not None:
                raise _error(rule.name, y, bad, rule, operands, user_line()[0], [])
        if node.op is not None:
            key = id(node)
            self.sites[key] = ref(node, functools.partial(self.sites.pop, key)), user_line()[0]

    def site(self, node: Node) -> Site | None:
        """The line that computed the node, if it was computed under watch."""
        return self.sites[id(node)][1] if id(node) in self.sites else None

    def arrow(
        self,
        node: Node,
        operand: Node,
        slot: int,
        upstream: Any,
        local: Any,
        share: Any,
        before: Any,
        after: Any,
    ) -> None:
        """Look at what an arrow of backpropagation carries, and at what it adds up to."""
        total = numbers(after)
        if is_unknown(total) or _is_finite(total):
            return
        given = (*map(numbers, node.operands), numbers(upstream))
        share, local = numbers(share), numbers(local)
        alike = isinstance(node.op, Elementwise) and np.shape(share) == np.shape(given[-1])
        bad, made = _first(_bad(share, given, alike)), share
        facts = [("upstream", given[-1])] + ([] if local is None else [("local derivative", local)])
        title = f"backward of {node.op.name}"
        if bad is None and before is not None:
            facts = [("what had arrived", numbers(before)), ("contribution", share)]
            bad, made = _first(_bad(total, (facts[0][1], share), True)), total
            title = f"adding up the gradient of an input of {node.op.name}"
        if bad is not None:
            raise _error(title, made, bad, node.op, node.operands, self.site(node), facts, slot)

    def tangent(self, node: Node, total: Any, arrived: list[Any]) -> AnomalyError | None:
        """Look at a derivative that forward mode has carried up to `node`.

        It gives the error and does not raise it: a `where` further up may not choose that branch.
        """
        total = numbers(total)
        if is_unknown(total) or _is_finite(total):
            return None
        given = (*map(numbers, node.operands), *map(numbers, arrived))
        bad = _first(_bad(total, given, isinstance(node.op, Elementwise)))
        if bad is None:
            return None
        facts = [("tangent", numbers(x)) for x in arrived]
        title = f"forward mode of {node.op.name}"
        return _error(title, total, bad, node.op, node.operands, self.site(node), facts)


def _is_finite(x: Any) -> bool:
    return x - x == 0 if x.__class__ is float else bool(np.all(np.isfinite(x)))


def _bad(y: Any, given: tuple[Any, ...], entrywise: bool) -> Any:
    """Where `y` is infinite though all that went in is finite, or NaN though none of it is."""
    finite: Any = True
    nan: Any = False
    for x in given:
        finite = finite & (np.isfinite(x) if entrywise else np.all(np.isfinite(x)))
        nan = nan | (np.isnan(x) if entrywise else np.any(np.isnan(x)))
    bad = (np.isinf(y) & finite) | (np.isnan(y) & np.logical_not(nan))
    return bad if np.shape(bad) == np.shape(y) else np.zeros(np.shape(y), bool)


def _first(bad: Any) -> tuple[int, ...] | None:
    where = np.argwhere(bad) if np.ndim(bad) else ([()] if bad else [])
    return tuple(int(i) for i in where[0]) if len(where) else None


def _error(
    title: str,
    made: Any,
    at: tuple[int, ...],
    rule: Rule,
    operands: tuple[Any, ...],
    site: Site | None,
    facts: list[tuple[str, Any]],
    slot: int | None = None,
) -> AnomalyError:
    found = made[at] if np.ndim(made) else made
    kind = "finite numbers" if np.isinf(found) else "numbers"
    place = f" at index {at}" if at else ""
    lines = [f"{title} made {found} from {kind}{place}."]
    if site is None:
        lines.append("It was computed outside detect_anomaly; compute it inside to see the line.")
    else:
        source = linecache.getline(*site).strip()
        lines.append(f"{site[0]}:{site[1]}" + f": {source}" * bool(source))
    for i, x in enumerate(operands):
        mark = " (this one)" if slot == i and len(operands) > 1 else ""
        lines.append(f"{'abcdefgh'[i : i + 1]}: {_told(x, at)}{mark}")
    lines += [f"{name}: {_told(x, at)}" for name, x in facts]
    if isinstance(rule, Elementwise) and rule.kink:
        lines.append(f"About {rule.name}: {rule.kink}.")
    if isinstance(rule, Elementwise) and any(np.isfinite(x) for pair in rule.domain for x in pair):
        edges = [f"{n} in {pair}" for n, pair in zip(INPUT_NAMES, rule.domain, strict=False)]
        lines.append(f"{rule.name} is smooth for {', '.join(edges)}.")
    lines.append("Keep the inputs where that cannot happen, or pass the gradient by with where.")
    return AnomalyError("\n  ".join(lines))


def _told(x: Any, at: tuple[int, ...]) -> str:
    """An array or a number: name, shape, dtype, range, and the entry in question."""
    data = np.asarray(numbers(x))
    name = (x.label or (x.op.name if x.op else "")) if isinstance(x, Node) else ""
    if not data.ndim:
        return f"{name} {data}".strip()
    text = f"{name} {data.shape} {data.dtype}".strip()
    if data.size:
        text += f", from {np.min(data):.4g} to {np.max(data):.4g}"
    try:
        here_it_is = np.broadcast_to(data, np.broadcast_shapes(data.shape, (1,) * len(at)))
        entry = here_it_is[
            tuple(i if n > 1 else 0 for i, n in zip(at, here_it_is.shape, strict=True))
        ]
    except (ValueError, IndexError):
        return text  # an entry of the result has no one entry here
    return f"{text}; {entry} at that index"
