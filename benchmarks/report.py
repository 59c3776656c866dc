"""Tables for the terminal and for Markdown, and the raw numbers as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .growth import Grown, exponent
from .medians import Spread, quotient, spread
from .memory_use import METHOD
from .registry import Workload
from .runner import Measured

SEEN = 1 << 22  # bytes from which on a point counts for the growth of memory


@dataclass(frozen=True)
class Table:
    """One workload's results."""

    workload: Workload
    threads: int
    results: list[Measured]

    @property
    def heading(self) -> str:
        threads = f", {self.threads} threads" if self.threads > 1 else ""
        return f"{self.workload.name}. {self.workload.title}{threads}"

    @property
    def base(self) -> Measured | None:
        return next((r for r in self.results if r.row.name == self.workload.baseline), None)


def seconds(value: float) -> str:
    """Three digits and a unit: 12.3 ms."""
    units = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
    unit = next((u for u, size in units.items() if value >= size * 0.9995), "ns")
    return f"{digits(value / units[unit])} {unit}"


def digits(value: float) -> str:
    """Three digits without an exponent, and thousands apart: 0.123, 12.3, 12,300."""
    rounded = float(f"{value:.3g}")
    if rounded == 0 or not np.isfinite(rounded):
        return f"{rounded:g}"
    places = 2 - int(np.floor(np.log10(abs(rounded))))
    return f"{rounded:,.{max(0, places)}f}"


def times(found: Spread | None) -> str:
    """How many times faster: 14.1x ±2%."""
    return "–" if found is None else f"{digits(found.median)}x{around(found)}"


def timed(values: Sequence[float]) -> str:
    found = spread(values)
    return "–" if found is None else f"{seconds(found.median)}{around(found)}"


def around(found: Spread) -> str:
    """Half the distance of the quartiles, as a share of the median; nothing of a single round."""
    if found.low == found.high:
        return ""
    return f" ±{50 * (found.high - found.low) / found.median:.0f}%"


def rows(table: Table) -> tuple[list[str], list[list[str]]]:
    """Column heads and cells of a workload."""
    if table.workload.kind == "memory":
        return memory_rows(table)
    base = table.base
    heads = ["", "time", f"speed / {table.workload.baseline}"]
    if table.workload.collector:
        heads += ["collector off", "speed, collector off"]
    facts = sorted({key for r in table.results for fact in r.facts for key in fact})
    heads += [*facts, "first call"]
    cells = []
    for r in table.results:
        if not r.seconds:
            text = r.reason if r.missing or r.row.fails else f"not available: {r.reason}"
            cells.append([r.row.name, text, *[""] * (len(heads) - 2)])
            continue
        speed = quotient(base.seconds, r.seconds) if base else None
        line = [r.row.name, timed(r.seconds), times(speed)]
        if table.workload.collector:
            without = quotient(base.without_collector, r.without_collector) if base else None
            line += [timed(r.without_collector), times(without)]
        for key in facts:
            line.append(f"{np.mean([fact[key] for fact in r.facts]):.3f}")
        line.append(seconds(r.first))
        cells.append(line)
    return heads, cells


def memory_rows(table: Table) -> tuple[list[str], list[list[str]]]:
    unit = table.workload.unit
    heads = [
        "",
        f"held between forward and backward, {unit}",
        f"peak of both, gradients included, {unit}",
    ]
    cells = []
    for r in table.results:
        if r.reason:
            text = r.reason if r.missing else f"not available: {r.reason}"
            cells.append([r.row.name, text, ""])
        else:
            cells.append([r.row.name, digits(r.held), digits(r.peak)])
    return heads, cells


def claims(table: Table) -> list[str]:
    """The quotients of the pairs that the workload names."""
    by_name = {r.row.name: r for r in table.results}
    lines = []
    for one, other in table.workload.claims:
        a, b = by_name.get(one), by_name.get(other)
        if a and b and a.seconds and b.seconds:
            found = quotient(b.seconds, a.seconds)
            lines.append(f"{one}: {times(found)} the speed of {other}")
    return lines


def growth_rows(grown: list[Grown]) -> tuple[list[str], list[list[str]]]:
    heads = ["", "n from", "to", "time at the end", "exponent of time", "memory at the end"]
    heads += ["exponent of memory", "first call at the end", "exponent of first call"]
    cells = []
    for g in grown:
        if not g.reached:
            cells.append([g.series.name, f"not available: {g.reason}", *[""] * 7])
            continue
        slope, more = exponent(g.reached, g.seconds), exponent(g.reached, g.bytes, SEEN)
        begun = exponent(g.reached, g.ready)
        cells.append(
            [
                g.series.name,
                f"{g.reached[0]:,}",
                f"{g.reached[-1]:,}" + (" (stopped)" if g.reason else ""),
                seconds(g.seconds[-1]),
                "–" if slope is None else f"{slope:.2f}",
                f"{g.bytes[-1] / 1e6:,.1f} MB",
                "–" if more is None else f"{more:.2f}",
                seconds(g.ready[-1]),
                "–" if begun is None else f"{begun:.2f}",
            ]
        )
    return heads, cells


def plain(heads: list[str], cells: list[list[str]]) -> str:
    """Columns of equal width; a long reason does not widen the second."""
    lines = [heads, *cells]
    widths = [
        max(
            (len(line[i]) for line in lines if i == 0 or line[-1] or i == len(heads) - 1), default=0
        )
        for i in range(len(heads))
    ]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def markdown(heads: list[str], cells: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *cells]
    return "\n".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines
    )


def text(table: Table) -> str:
    """One workload for the terminal."""
    parts = [table.heading, plain(*rows(table)), *claims(table), *table.workload.notes]
    return "\n".join(parts) + "\n"


def machine_lines(about: dict[str, Any]) -> list[str]:
    versions = ", ".join(f"{peer} {number}" for peer, number in about["versions"].items())
    lines = [
        f"{about['cpu']}, {about['cores']} cores, {about['system']}",
        f"{about['python']}; {versions}",
        f"NumPy multiplies with {'; '.join(about['kernels']) or 'a library that is not known'}",
    ]
    if about["absent"]:
        lines.append("Not installed: " + ", ".join(about["absent"]))
    return lines


def page(
    command: str, about: dict[str, Any], tables: list[Table], grown: list[Grown], day: str
) -> str:
    """docs/benchmarks.md."""
    parts = [
        "# Benchmarks",
        f"Printed by `{command}` on {day}; the raw numbers are in "
        "[benchmarks.json](benchmarks.json). Times differ between machines; quotients hold better.",
        "\n".join(f"- {line}" for line in machine_lines(about)),
        "Each row runs in a process of its own, with only its own libraries loaded, on as many "
        "cores as there are threads: one, where nothing else is said. Before it is timed its "
        "numbers are held against NumPy by hand in float64: 1e-9 apart at most, in float32 1e-5. "
        "Rounds are taken in turns. A time is the median of the rounds, ± half the distance of its "
        "quartiles; a quotient is taken within each round, and stated alike: 2x is twice as fast. "
        "`first call` includes tracing and compiling. Python's garbage collector is on, as it is "
        "for users, where nothing else is said; and as in a loop, what the last call gave, a graph "
        "perhaps, lives until the next has given its own.",
    ]
    if any(table.workload.kind == "time" for table in tables):
        parts.append("![Speed beside the peers](benchmarks.svg)")
    for table in tables:
        parts.append(f"## {table.heading}")
        parts.append(markdown(*rows(table)))
        if table.workload.kind == "memory":
            parts.append(f"Memory: {METHOD}.")
        listed = [f"- {line}" for line in (*claims(table), *table.workload.notes)]
        if listed:
            parts.append("\n".join(listed))
    if grown:
        parts += ["## How cost grows", GROWTH, markdown(*growth_rows(grown))]
        stops = [f"- {g.series.name}: {g.reason}" for g in grown if g.reason and g.reached]
        if stops:
            parts.append("\n".join(stops))
    return "\n\n".join(parts) + "\n"


GROWTH = (
    "Time and memory of forward and backward are c n^k; k is the slope of a line through the upper "
    "half of the points on logarithmic axes, for memory through those above 4 MB. Work for a width "
    "of n grows as n² in the end, as the weights do; for all others as n."
)


def raw(
    about: dict[str, Any], tables: list[Table], grown: list[Grown], command: str
) -> dict[str, Any]:
    """Every number that was measured."""
    return {
        "command": command,
        "machine": about,
        "workloads": [
            {
                "name": table.workload.name,
                "title": table.workload.title,
                "threads": table.threads,
                "baseline": table.workload.baseline,
                "rows": [
                    {
                        "row": r.row.name,
                        "reason": r.reason,
                        "distance": r.distance,
                        "first": r.first,
                        "seconds": r.seconds,
                        "seconds_without_collector": r.without_collector,
                        "held": r.held,
                        "peak": r.peak,
                        "facts": r.facts,
                    }
                    for r in table.results
                ],
            }
            for table in tables
        ],
        "growth": [
            {
                "series": g.series.name,
                "n": g.reached,
                "seconds": g.seconds,
                "bytes": g.bytes,
                "first": g.ready,
                "reason": g.reason,
            }
            for g in grown
        ],
    }
