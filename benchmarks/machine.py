"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .registry import OURS, PEERS


def cpu() -> str:
    """The processor's name, where the system tells it."""
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def versions() -> dict[str, str]:
    """Of every peer that is installed."""
    found = {}
    for peer, (_, distribution) in PEERS.items():
        if distribution:
            try:
                found[peer] = version(distribution)
            except PackageNotFoundError:
                continue
    return found


def absent() -> dict[str, str]:
    """The peers that are not installed, and what would install them."""
    there = versions()
    return {
        peer: f"pip install {distribution}"
        for peer, (_, distribution) in PEERS.items()
        if distribution and peer not in there and peer != OURS
    }


def kernels(pools: list[dict[str, Any]]) -> list[str]:
    """The libraries that multiply matrices, their kernel and their threads."""
    return [
        f"{pool['internal_api']} {pool['version'] or ''} {pool['architecture'] or ''}".strip()
        + f", {pool['num_threads']} thread{'s' * (pool['num_threads'] != 1)}"
        for pool in pools
        if pool["internal_api"] in ("openblas", "mkl", "blis", "flexiblas")
    ]


def about(threads: int) -> dict[str, Any]:
    """Processor, system, versions, and the kernels of NumPy in a worker."""
    from .runner import Worker

    worker = Worker(threads)
    answer = worker.ask(do="about")
    worker.end()
    return {
        "cpu": cpu(),
        "cores": cores(),
        "system": platform.platform(),
        "python": f"{platform.python_implementation()} {sys.version.split()[0]}",
        "versions": versions(),
        "absent": absent(),
        "kernels": kernels(answer.get("threads", [])),
    }
