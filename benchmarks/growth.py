"""How time and memory grow with a graph: `python -m benchmarks --only growth`.

Each series doubles or multiplies one size and measures forward + backward at each: the number of
operations, the width, the depth, the batch. The exponent k of time = c n^k is the slope of the line
through the points on logarithmic axes, over the upper half of the points, where what is paid once
no longer counts.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .memory_use import resident, settle
from .runner import Worker

ENOUGH = 0.3  # seconds of calls a point
LIMITS = {"full": 60.0, "quick": 3.0, "tiny": 1.0}  # seconds a point; a longer one is the last


@dataclass(frozen=True)
class Built:
    """One point of a series: `forward` makes the graph, `backward` goes back through it."""

    forward: Callable[[], Any]
    backward: Callable[[Any], Any]


@dataclass(frozen=True)
class Series:
    """engine: what is measured.  of: what n counts.  points: its values.  build: n -> Built."""

    engine: str
    of: str
    points: Sequence[int]
    build: Callable[[int], Built]

    @property
    def name(self) -> str:
        return f"{self.engine}, {self.of}"


@dataclass
class Grown:
    series: Series
    reached: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    bytes: list[float] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)  # seconds of the first call, which compiles
    reason: str = ""


def exponent(n: Sequence[float], values: Sequence[float], least: float = 0.0) -> float | None:
    """The slope of log(values) over log(n) in the upper half of the points, values above `least`.

    None if fewer than two points are left.
    """
    half = len(n) // 2 if len(n) > 3 else 0
    kept = [(a, b) for a, b in zip(n[half:], values[half:], strict=True) if b > least]
    if len(kept) < 2:
        return None
    x, y = np.log([a for a, _ in kept]), np.log([b for _, b in kept])
    return float(np.polyfit(x, y, 1)[0])


def _backward(loss: Any) -> Any:
    loss.backward()
    return loss


def values(n: int) -> Built:
    from autograd_lite import Value

    def forward() -> Any:
        x = Value(0.7)
        y = x
        for _ in range(n // 2):
            y = y * 0.5 + x
        return y

    return Built(forward, _backward)


def tensors(n: int) -> Built:
    from autograd_lite import Tensor

    start = np.full(8, 0.7)

    def forward() -> Any:
        x = Tensor(start)
        y = x
        for _ in range(n // 2):
            y = y * 0.5 + x
        return np.sum(y)

    return Built(forward, _backward)


def compiled_floats(n: int) -> Built:
    import autograd_lite as ag

    def f(x: Any) -> Any:
        y = x
        for _ in range(n // 2):
            y = y * 0.5 + x
        return y

    program = ag.compile(f)
    return Built(lambda: program(0.7), lambda result: result)


def compiled_arrays(n: int) -> Built:
    import autograd_lite as ag

    def f(x: Any) -> Any:
        y = x
        for _ in range(n // 2):
            y = y * 0.5 + x
        return np.sum(y)

    program, start = ag.compile(f), np.full(8, 0.7)
    return Built(lambda: program(start), lambda result: result)


def mlp(width: int, depth: int, batch: int) -> Built:
    import nn

    rng = np.random.default_rng(0)
    model = nn.MLP([width] * depth + [10], rng=0, dtype=np.float32)
    X = rng.normal(size=(batch, width)).astype(np.float32)
    y = rng.integers(0, 10, batch)
    return Built(lambda: nn.cross_entropy(model(X), y), _backward)


def compiled_mlp(width: int, depth: int, batch: int) -> Built:
    import autograd_lite as ag
    import nn

    rng = np.random.default_rng(0)
    sizes = [width] * depth + [10]
    parameters: list[Any] = []
    for d, p in itertools.pairwise(sizes):
        parameters.append(rng.normal(0, np.sqrt(2 / d), (d, p)).astype(np.float32))
        parameters.append(np.zeros(p, np.float32))

    def loss(X: Any, labels: Any, *parameters: Any) -> Any:
        h = X
        for W, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            h = ag.relu(h @ W + b)
        return nn.cross_entropy(h @ parameters[-2] + parameters[-1], labels)

    program = ag.compile(loss, argnums=tuple(range(2, 2 + len(parameters))))
    X = rng.normal(size=(batch, width)).astype(np.float32)
    y = rng.integers(0, 10, batch)
    return Built(lambda: program(X, y, *parameters), lambda result: result)


def scalar_mlp(width: int) -> Built:
    import nn

    model = nn.MLP([2, width, width, 1], scalar=True, rng=0)
    X = np.random.default_rng(0).normal(size=(4, 2))
    return Built(lambda: model(X).sum(), _backward)


OPERATIONS = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
WIDTHS = (16, 32, 64, 128, 256, 512, 1024, 2048)
DEPTHS = (2, 4, 8, 16, 32, 64, 128, 256)
BATCHES = (8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)

SERIES = {
    series.name: series
    for series in (
        Series("Value, eager", "operations", OPERATIONS, values),
        Series("Tensor, eager", "operations", OPERATIONS, tensors),
        Series("compiled, floats", "operations", OPERATIONS, compiled_floats),
        Series("compiled, arrays", "operations", OPERATIONS, compiled_arrays),
        Series("Value, eager", "width (2-n-n-1, 4 points)", (4, 8, 16, 32, 64, 128), scalar_mlp),
        Series("Tensor, eager", "width (8 layers, batch 64)", WIDTHS, lambda n: mlp(n, 8, 64)),
        Series("Tensor, eager", "depth (width 64, batch 64)", DEPTHS, lambda n: mlp(64, n, 64)),
        Series("Tensor, eager", "batch (8 layers of 64)", BATCHES, lambda n: mlp(64, 8, n)),
        Series("compiled", "width (8 layers, batch 64)", WIDTHS, lambda n: compiled_mlp(n, 8, 64)),
        Series("compiled", "depth (width 64, batch 64)", DEPTHS, lambda n: compiled_mlp(64, n, 64)),
        Series("compiled", "batch (8 layers of 64)", BATCHES, lambda n: compiled_mlp(64, 8, n)),
    )
}


def measure(name: str, n: int) -> dict[str, Any]:
    """Seconds of forward + backward, bytes that forward leaves, seconds of the first call."""
    built = SERIES[name].build(n)
    began = time.perf_counter()
    settle()
    before = resident()
    start = time.perf_counter()
    middle = built.forward()
    ready = time.perf_counter() - start
    settle()
    held = resident() - before
    built.backward(middle)
    del middle
    times: list[float] = []
    until = time.perf_counter() + ENOUGH
    while not times or (time.perf_counter() < until and len(times) < 100):
        start = time.perf_counter()
        built.backward(built.forward())
        times.append(time.perf_counter() - start)
    took = time.perf_counter() - began
    seconds = float(np.median(times))
    return {"seconds": seconds, "bytes": held, "ready": ready, "took": took}


def run(size: str, threads: int, say: Callable[[str], None]) -> list[Grown]:
    """All series; each point in a fresh process, up to the first that takes too long."""
    found = []
    for series in SERIES.values():
        grown = Grown(series)
        points = series.points if size != "tiny" else series.points[:3]
        for n in points:
            say(f"growth: {series.name}: {n:,}")
            worker = Worker(threads)
            answer = worker.ask(do="grow", series=series.name, n=n)
            worker.end()
            if not answer["ok"]:
                grown.reason = f"n = {n:,}: {answer['reason']}"
                break
            grown.reached.append(n)
            grown.seconds.append(answer["seconds"])
            grown.bytes.append(answer["bytes"])
            grown.ready.append(answer["ready"])
            if answer["took"] > LIMITS[size]:
                if n != points[-1]:
                    grown.reason = f"stopped after n = {n:,}, which took {answer['took']:.0f} s"
                break
        found.append(grown)
    return found
