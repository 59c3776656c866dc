"""The process of one row: gets it ready, checks its numbers, and takes a round when asked.

Talks with `runner` in lines of JSON, one answer to each request. Threads and cores are fixed before
NumPy is imported. What a library prints goes to stderr.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

WARM = 0.3  # seconds of calls before the first round

State = dict[str, Any]


def main() -> int:
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    pin(int(os.environ.get("BENCHMARK_THREADS", "1")))
    state: State = {}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"ok": True} | ANSWERS[request["do"]](state, request)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            answer = {"ok": False, "reason": reason(error)}
            if os.environ.get("BENCHMARK_TRACEBACKS"):
                traceback.print_exc()
        channel.write(json.dumps(answer) + "\n")
        channel.flush()
    return 0


def pin(threads: int) -> None:
    """Stay on as many cores as there may be threads: it binds libraries that no variable binds."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, cores[-threads:])


def prepare(state: State, request: Mapping[str, Any]) -> dict[str, Any]:
    """Build the row, hold its numbers against the reference, and warm it up."""
    from .checking import distance
    from .registry import workloads

    workload = workloads()[request["workload"]]
    row = workload.row(request["row"])
    size = request["size"]
    case = workload.case(size, row.share, True)
    start = time.perf_counter()
    run = row.build(case)
    start, building = time.perf_counter(), time.perf_counter() - start
    result = run.call()
    first = time.perf_counter() - start
    if row.uses and row.uses not in sys.modules:
        raise NotUsedError(f"it ran without {row.uses}")
    answer: dict[str, Any] = {"building": building, "first": first}
    if workload.reference is not None:
        answer["distance"] = distance(run.read(result), workload.reference(case))
        if not answer["distance"] <= workload.tolerance:
            raise WrongNumbersError(
                f"its numbers differ from the reference by {answer['distance']:.1e}, "
                f"more than {workload.tolerance:.0e}"
            )
    full = workload.case(size, 1.0, False)
    timed = workload.case(size, row.share, False)
    answer["scale"] = workload.operations(full) / workload.operations(timed)
    if workload.rebuild:
        del result, run
        gc.collect()
        run = row.build(timed)
        run.call()
    state["run"] = run
    answer["once"] = warm_up(run.call, request["seconds"])
    answer["threads"] = pools()
    return answer


def warm_up(call: Callable[[], Any], seconds: float) -> float:
    """Seconds of one call, after a few; one that takes more than a second is warm by its first."""
    times: list[float] = []
    until = time.perf_counter() + min(WARM, seconds)
    while len(times) < 2 or time.perf_counter() < until:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
        if times[0] > 1:
            break
    return min(times)


def take(state: State, request: Mapping[str, Any]) -> dict[str, Any]:
    """One round: the mean seconds of `count` calls, with the collector on or off.

    As in a loop, the result of the last call lives until there is the next: the collector walks a
    graph as long as it lives. Where it matters, even the first call that is timed comes second.
    """
    run, count = state["run"], request["count"]
    call = run.call
    gc.collect()
    if not request["collector"]:
        gc.disable()
    try:
        result = call() if request["in_a_loop"] else None
        start = time.perf_counter()
        for _ in range(count):
            result = call()
        seconds = (time.perf_counter() - start) / count
    finally:
        gc.enable()
    return {"seconds": seconds, "facts": dict(run.facts(result)) if run.facts else {}}


def memory(state: State, request: Mapping[str, Any]) -> dict[str, Any]:
    """Bytes that forward leaves for backward, and the peak over both, in this fresh process."""
    from .checking import distance
    from .memory_use import watched
    from .registry import workloads

    workload = workloads()[request["workload"]]
    row = workload.row(request["row"])
    case = workload.case(request["size"], row.share, True)
    # First for what a library loads and sets up once: a small case where many small objects would
    # leave room for those of the second run.
    watched(row.build(workload.case("tiny", row.share, True) if workload.small_first else case))
    held = row.build(case)
    found, numbers = watched(held)
    answer: dict[str, Any] = dict(found)
    assert workload.reference is not None
    answer["distance"] = distance(held.read(numbers), workload.reference(case))
    if not answer["distance"] <= workload.tolerance:
        raise WrongNumbersError(f"its numbers differ by {answer['distance']:.1e}")
    answer["per"] = workload.per(case)
    return answer


def grow(state: State, request: Mapping[str, Any]) -> dict[str, Any]:
    """One point of a series of `growth`."""
    from . import growth

    return growth.measure(request["series"], request["n"])


def about(state: State, request: Mapping[str, Any]) -> dict[str, Any]:
    """The threads and kernels that NumPy runs on here."""
    import numpy as np

    np.ones((8, 8)) @ np.ones((8, 8))
    return {"threads": pools()}


def pools() -> list[dict[str, Any]]:
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return []
    keys = ("internal_api", "version", "architecture", "num_threads", "prefix")
    return [{key: pool.get(key) for key in keys} for pool in threadpool_info()]


def reason(error: BaseException) -> str:
    """What went wrong, in one line."""
    text = str(error).strip().partition("\n")[0]
    kind = type(error).__name__
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed"
    return f"{kind}: {text}"[:200] if text else kind


class NotUsedError(Exception):
    """A row did not run on what its name says."""


class WrongNumbersError(Exception):
    """A row computes something else than the reference."""


ANSWERS: dict[str, Callable[[State, Mapping[str, Any]], dict[str, Any]]] = {
    "prepare": prepare,
    "take": take,
    "memory": memory,
    "grow": grow,
    "about": about,
}

if __name__ == "__main__":
    sys.exit(main())
