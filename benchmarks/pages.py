"""Size and time of the pages: made in Python, and ready in a browser.

    python -m benchmarks.pages

A page is ready when its first frame stands there; that needs /usr/bin/chromium and Playwright, and
is left out without them. Times are medians of five.
"""

from __future__ import annotations

import functools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import nn
import viz
from autograd_lite import Value

ROUNDS = 5
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def neuron_pair() -> Any:
    """Thirty nodes: two tanh neurons of three inputs, and their squared error."""
    rng = np.random.default_rng(0)
    x = [Value(v, label=f"x{i}") for i, v in enumerate(rng.normal(size=3).round(2), 1)]
    outputs = []
    for name in "uv":
        w = [Value(v, label=f"{name}{i}") for i, v in enumerate(rng.normal(size=3).round(2), 1)]
        total: Any = Value(0.1, label=f"b_{name}")
        for wi, xi in zip(w, x, strict=True):
            total = total + wi * xi
        outputs.append(np.tanh(total))
    error = (outputs[0] - outputs[1]) ** 2
    return error + 1


def digit(scalar: bool) -> tuple[Any, Any]:
    """The loss of the 64-32-10 network on one real digit, and the network."""
    data = nn.datasets.digits()
    model = nn.MLP([64, 32, 10], rng=0, scalar=scalar)
    return nn.cross_entropy(model(data.X[:1]), data.y[:1]), model


def chain(count: int) -> Any:
    """A graph of `count` operations, each of one of the eight nodes before it and another."""
    rng = np.random.default_rng(0)
    nodes: list[Any] = [Value(v) for v in rng.normal(size=8)]
    for _ in range(count):
        a, b = (nodes[-i] for i in rng.integers(1, 9, size=2))
        nodes.append(np.tanh(a * b + 0.1))
    return nodes[-1]


def median(make: Callable[[], Any]) -> tuple[float, Any]:
    times, made = [], None
    for _ in range(ROUNDS):
        start = time.perf_counter()
        made = make()
        times.append(time.perf_counter() - start)
    return statistics.median(times), made


def ready(html: str) -> float | None:
    """Seconds from opening a page until its first frame stands there."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if not Path(CHROMIUM).exists():
        return None
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "page.html"
        path.write_text(html, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 800})

        def open_it() -> None:
            page.goto(path.as_uri())
            page.wait_for_selector("[role=status]:not(:empty)", state="attached")

        open_it()
        seconds, _ = median(open_it)
        browser.close()
    return seconds


def main() -> int:
    print("| page | nodes | size | made in | ready in |")
    print("|---|---|---|---|---|")
    small = neuron_pair()
    loss, model = digit(scalar=False)
    single, scalar_model = digit(scalar=True)
    pages: list[tuple[str, Any, Callable[[], str]]] = [
        ("step, two neurons", small, lambda: viz.step(small).html()),
        ("quiz, two neurons", small, lambda: viz.quiz(small).html()),
        ("step, 64-32-10 of arrays", loss, lambda: viz.step(loss, model=model).html()),
        ("step, 64-32-10 of numbers", single, lambda: viz.step(single, model=scalar_model).html()),
    ]
    for name, node, make in pages:
        seconds, html = median(make)
        opened = ready(html)
        shown = "-" if opened is None else f"{opened:.2f} s"
        size = len(html.encode()) / 1000
        print(f"| {name} | {count(node):,} | {size:.0f} kB | {seconds:.2f} s | {shown} |")
    for operations in (100, 333, 1000):
        node = chain(operations)
        seconds, svg = median(functools.partial(drawn, node))
        size = len(svg.encode()) / 1000
        print(f"| drawing | {count(node):,} | {size:.0f} kB | {seconds:.2f} s | - |")
    return 0


def drawn(node: Any) -> str:
    return viz.draw(node).svg()


def count(node: Any) -> int:
    """How many nodes a graph has."""
    from autograd_lite.graph import downward

    return len(downward(node))


if __name__ == "__main__":
    sys.exit(main())
