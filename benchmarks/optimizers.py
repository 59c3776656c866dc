"""One step of an optimiser alone, beside hand-written NumPy and PyTorch's ways to do it.

    python benchmarks/optimizers.py [--threads N] [--blocks]

All move the same float32 parameters along the same gradients, in turns; after five steps they must
agree. Times are medians over rounds, with the least in brackets; the ratio is to `step`.
--blocks: instead, how the time of Adam depends on how many entries are updated together.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import nn
from autograd_lite import Tensor, detach
from nn import sweep

CASES = {
    "Adam, 784-512-256-10": ("Adam", (784, 512, 256, 10), 5),
    "Adam, 64-32-32-10": ("Adam", (64, 32, 32, 10), 200),
    "SGD, 64-32-32-10": ("SGD", (64, 32, 32, 10), 200),
}
SETTINGS = {"lr": 1e-3}
PYTORCH = {"default": {}, "for each": {"foreach": True}, "fused": {"fused": True}}
ROUNDS = 31
BLOCKS = (1 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16, 1 << 17, 1 << 20)

Array = np.ndarray[Any, Any]
Step = Callable[[], Any]


def adam(params: list[Array], gradients: list[Array]) -> Step:
    """Adam's formula as it is printed, into arrays that are there already, one by one."""
    kept = [(np.zeros_like(p), np.zeros_like(p), np.empty_like(p)) for p in params]
    steps = itertools.count(1)

    def step() -> None:
        t = next(steps)
        for p, g, (m, v, a) in zip(params, gradients, kept, strict=True):
            m *= 0.9
            m += np.multiply(g, 0.1, out=a)
            v *= 0.999
            np.multiply(g, g, out=a)
            a *= 0.001
            v += a
            np.sqrt(v, out=a)
            a *= (1 - 0.999**t) ** -0.5
            a += 1e-8
            np.divide(m, a, out=a)
            a *= SETTINGS["lr"] / (1 - 0.9**t)
            p -= a

    return step


def sgd(params: list[Array], gradients: list[Array]) -> Step:
    """p <- p - lr g, into arrays that are there already, one by one."""
    room = [np.empty_like(p) for p in params]

    def step() -> None:
        for p, g, a in zip(params, gradients, room, strict=True):
            p -= np.multiply(g, SETTINGS["lr"], out=a)

    return step


def contenders(kind: str, sizes: tuple[int, ...]) -> dict[str, tuple[Step, Callable[[], Any]]]:
    """For each: what makes a step, and what gives the numbers of the first weights."""
    rng = np.random.default_rng(0)
    shapes = [shape for a, b in itertools.pairwise(sizes) for shape in ((a, b), (b,))]
    start = [rng.normal(size=shape).astype("float32") for shape in shapes]
    gradients = [rng.normal(size=shape).astype("float32") for shape in shapes]
    made: dict[str, tuple[Step, Callable[[], Any]]] = {}
    for name in ("step", "step_flat"):
        ours = [Tensor(p) for p in start]
        optimizer = getattr(nn, kind)(ours, **SETTINGS)
        for i, (p, g) in enumerate(zip(ours, gradients, strict=True)):
            p.grad = g
            optimizer.flat.gradient(i)[...] = g
        made[name] = getattr(optimizer, name), partial(detach, ours[0])
    arrays = [p.copy() for p in start]
    made["NumPy by hand"] = (adam if kind == "Adam" else sgd)(arrays, gradients), lambda: arrays[0]
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed and is left out: pip install torch")
        return made
    for name, settings in PYTORCH.items():
        theirs = [torch.nn.Parameter(torch.tensor(p)) for p in start]
        for p, g in zip(theirs, gradients, strict=True):
            p.grad = torch.tensor(g)
        other = getattr(torch.optim, kind)(theirs, **SETTINGS, **settings)
        made[f"PyTorch, {name}"] = other.step, theirs[0].detach().numpy
    return made


def measured(steps: dict[Any, Step], inner: int) -> dict[Any, list[float]]:
    """Microseconds of a step, in rounds that go through all of them."""
    times: dict[Any, list[float]] = {name: [] for name in steps}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            start = time.perf_counter()
            for _ in range(inner):
                step()
            times[name].append((time.perf_counter() - start) / inner * 1e6)
    return times


def compare(title: str, kind: str, sizes: tuple[int, ...], inner: int) -> None:
    made = contenders(kind, sizes)
    for _ in range(5):
        for step, _ in made.values():
            step()
    expected = made["NumPy by hand"][1]()
    for name, (_, numbers) in made.items():
        np.testing.assert_allclose(numbers(), expected, rtol=1e-4, atol=1e-6, err_msg=name)
    times = measured({name: step for name, (step, _) in made.items()}, inner)
    base = statistics.median(times["step"])
    print(title)
    for name, found in times.items():
        middle = statistics.median(found)
        print(f"  {name:18} {middle:9.1f} us ({min(found):.1f})  {middle / base:5.2f}")


def blocks() -> None:
    made = {}
    for size in BLOCKS:
        sweep.BLOCK = size
        step, _ = contenders("Adam", (784, 512, 256, 10))["step_flat"]
        step()  # lays out the blocks
        made[size] = step
    for size, found in measured(made, 5).items():
        print(f"{size:9} entries {statistics.median(found):9.1f} us ({min(found):.1f})")


def main() -> int:
    parser = argparse.ArgumentParser(description="One step of an optimiser alone.")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--blocks", action="store_true", help="only how the block's size matters")
    options = parser.parse_args()
    try:
        import torch

        torch.set_num_threads(options.threads)
    except ImportError:
        pass
    with threadpool_limits(options.threads):
        if options.blocks:
            blocks()
        else:
            for title, case in CASES.items():
                compare(title, *case)
    return 0


if __name__ == "__main__":
    sys.exit(main())
