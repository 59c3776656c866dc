"""Runs workloads: one process a row, rounds in turns, so that a busy moment hits all alike."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .registry import OURS, PEERS, Row, Size, Workload

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 900.0  # seconds that one request may take
LONG = 6.0  # seconds of a call that is not repeated
PAUSE = 0.02  # between rounds with several threads, for those of the last row to fall asleep
# Settings that would change the kernels of one library behind our back.
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
COUNTED = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR", "NUMBA", "VECLIB_MAXIMUM")


@dataclass
class Pace:
    """How long to measure: rounds of so many seconds, and no more than a budget for a row.

    A row that takes longer than its budget in three rounds has three, or one of many seconds.
    """

    rounds: int
    seconds: float
    budget: float

    def rounds_of(self, once: float) -> int:
        fitting = int(self.budget / max(once, self.seconds))
        least = 3 if once < LONG else 1
        return max(least, min(self.rounds, fitting))


FULL, QUICK = Pace(15, 0.2, 15.0), Pace(3, 0.03, 1.0)


@dataclass
class Measured:
    """What a row gave: seconds of its rounds, or bytes, or why there are none."""

    row: Row
    reason: str = ""
    missing: bool = False
    distance: float | None = None
    first: float = 0.0
    scale: float = 1.0
    seconds: list[float] = field(default_factory=list)
    without_collector: list[float] = field(default_factory=list)
    held: float = 0.0
    peak: float = 0.0
    facts: list[dict[str, float]] = field(default_factory=list)
    threads: list[dict[str, Any]] = field(default_factory=list)


# Large arrays come from the system and go back to it, so that what is held shows.
FOR_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_ARENA_MAX": "1"}


def environment(threads: int) -> dict[str, str]:
    """The environment of a worker: thread counts are read when a library is imported."""
    env = {key: value for key, value in os.environ.items() if key not in UNSET}
    env |= {f"{name}_NUM_THREADS": str(threads) for name in COUNTED}
    env |= {"NPROC": str(threads), "BENCHMARK_THREADS": str(threads), "PYTHONHASHSEED": "0"}
    flags = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
    return env | {"JAX_PLATFORMS": "cpu", "XLA_FLAGS": flags}


class Worker:
    """A process of `benchmarks.worker`, asked in lines of JSON."""

    def __init__(self, threads: int, memory: bool = False) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker"],
            cwd=ROOT,
            env=environment(threads) | (FOR_MEMORY if memory else {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("BENCHMARK_TRACEBACKS") else subprocess.DEVNULL,
            text=True,
        )
        self.answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.answers.put(line)
        self.answers.put("")

    def ask(self, patience: float = PATIENCE, **request: Any) -> dict[str, Any]:
        """The answer; {"ok": False, "reason": ...} if it failed, died, or took too long."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.answers.get(timeout=patience)
        except queue.Empty:
            self.end()
            return {"ok": False, "reason": f"no answer in {patience:.0f} s"}
        except OSError:
            line = ""
        if not line:
            code = self.process.wait()
            return {"ok": False, "reason": f"its process ended with exit code {code}"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def missing(row: Row) -> str:
    """What has to be installed for a row, "" if nothing."""
    module = PEERS[row.peer][0]
    return "" if find_spec(module) else f"{PEERS[row.peer][1]} is not installed"


def chosen(workload: Workload, peers: Sequence[str] | None) -> list[Row]:
    """The rows of the peers asked for; ours and the baseline are always there."""
    if peers is None:
        return list(workload.rows)
    return [
        row
        for row in workload.rows
        if row.peer in peers or row.peer == OURS or row.name == workload.baseline
    ]


def run(
    workload: Workload,
    rows: Sequence[Row],
    size: Size,
    threads: int,
    say: Callable[[str], None],
) -> list[Measured]:
    """All rows of a workload, one beside the other."""
    pace = FULL if size == "full" else QUICK
    results = [Measured(row) for row in rows]
    for result in results:
        result.reason = missing(result.row)
        result.missing = bool(result.reason)
    if workload.kind == "memory":
        for result in results:
            if not result.missing:
                say(f"{workload.name}: {result.row.name}")
                _memory(workload, result, size, threads)
        return results
    workers: dict[int, Worker] = {}
    try:
        _timed(workload, results, workers, size, threads, pace, say)
    finally:
        for worker in workers.values():
            worker.end()
    return results


def _memory(workload: Workload, result: Measured, size: Size, threads: int) -> None:
    worker = Worker(threads, memory=True)
    try:
        answer = worker.ask(do="memory", workload=workload.name, row=result.row.name, size=size)
    finally:
        worker.end()
    if answer["ok"]:
        result.held, result.peak = answer["held"] / answer["per"], answer["peak"] / answer["per"]
        result.distance = answer["distance"]
    else:
        result.reason = answer["reason"]


def _timed(
    workload: Workload,
    results: list[Measured],
    workers: dict[int, Worker],
    size: Size,
    threads: int,
    pace: Pace,
    say: Callable[[str], None],
) -> None:
    plan: dict[int, tuple[int, int]] = {}  # rounds, and calls in a round
    for i, result in enumerate(results):
        if result.missing:
            continue
        say(f"{workload.name}: {result.row.name} gets ready")
        workers[i] = Worker(threads)
        name = result.row.name
        asked: dict[str, Any] = {
            "workload": workload.name,
            "row": name,
            "size": size,
            "seconds": pace.seconds,
        }
        answer = workers[i].ask(do="prepare", **asked)
        if not answer["ok"]:
            result.reason = answer["reason"]
            workers.pop(i).end()
            continue
        result.distance = answer.get("distance")
        result.first = answer["building"] + answer["first"]
        result.scale, result.threads = answer["scale"], answer["threads"]
        once = answer["once"]
        plan[i] = pace.rounds_of(once), max(1, round(pace.seconds / max(once, 1e-9)))
    for round_ in range(max((rounds for rounds, _ in plan.values()), default=0)):
        order = sorted(plan) if round_ % 2 else sorted(plan, reverse=True)
        say(f"{workload.name}: round {round_ + 1}")
        for i in order:
            rounds, count = plan[i]
            if round_ < rounds and i in workers:
                modes = (True, False) if workload.collector else (True,)
                for collector in modes:
                    settings = {"collector": collector, "in_a_loop": workload.collector}
                    _round(workers, i, results[i], count, settings, threads)


def _round(
    workers: dict[int, Worker],
    i: int,
    result: Measured,
    count: int,
    settings: dict[str, bool],
    threads: int,
) -> None:
    if i not in workers:
        return
    if threads > 1:
        time.sleep(PAUSE)
    answer = workers[i].ask(do="take", count=count, **settings)
    if not answer["ok"]:
        result.reason = answer["reason"]
        result.seconds.clear()
        result.without_collector.clear()
        workers.pop(i).end()
        return
    kept = result.seconds if settings["collector"] else result.without_collector
    kept.append(answer["seconds"] * result.scale)
    if answer["facts"]:
        result.facts.append(answer["facts"])
