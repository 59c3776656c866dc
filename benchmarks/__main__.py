"""The command: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from pathlib import Path
from typing import Any

from . import growth, machine, report
from .chart import chart
from .registry import PEERS, Size, Workload, workloads
from .report import Table
from .runner import ROOT, chosen, run

GROWTH = "growth"
PARTS = ROOT / "build" / "benchmarks"
CHARTED = ("S1", "S3-calls", "T1", "T2", "T3")


def main(arguments: list[str] | None = None) -> int:
    known = workloads()
    options = parser(known).parse_args(arguments)
    size: Size = "quick" if options.quick else "full"
    names = names_of(options.only, known)
    peers = list_of(options.peers, PEERS) if options.peers else None
    whole = not (options.quick or options.only or options.peers or options.threads)
    folder = Path(options.out) if options.out else (ROOT / "docs" if whole else PARTS)
    about = machine.about(options.threads or 1)
    print("\n".join(report.machine_lines(about)), flush=True)
    for peer, cure in about["absent"].items():
        print(f"{peer} is not installed and is left out: {cure}")
    print()
    tables: list[Table] = []
    grown: list[growth.Grown] = []
    try:
        measure(names, known, peers, size, options, tables, grown)
    except KeyboardInterrupt:
        say("")
        print("Stopped; what was measured until now is written.")
        if not options.out:  # not over the page of a whole run
            folder = PARTS
    command = " ".join(
        ["python -m benchmarks", *(sys.argv[1:] if arguments is None else arguments)]
    )
    write(folder, command, about, tables, grown)
    broken = [
        f"{table.workload.name}, {r.row.name}: {r.reason}"
        for table in tables
        for r in table.results
        if r.reason.startswith("WrongNumbersError")
    ]
    for line in broken:
        print(f"WRONG NUMBERS: {line}", file=sys.stderr)
    return bool(broken)


def measure(
    names: list[str],
    known: dict[str, Workload],
    peers: list[str] | None,
    size: Size,
    options: argparse.Namespace,
    tables: list[Table],
    grown: list[growth.Grown],
) -> None:
    """Each workload in turn, printed as soon as it is done."""
    for name in names:
        workload = known.get(name)
        if workload is None:
            continue
        if options.quick and not workload.quick and name not in (options.only or "").split(","):
            print(f"{name} takes long and is left out of --quick; --only {name} asks for it.\n")
            continue
        for threads in [options.threads] if options.threads else workload.threads:
            if threads > machine.cores():
                print(f"{name} with {threads} threads is left out: {machine.cores()} cores here.\n")
                continue
            results = run(workload, chosen(workload, peers), size, threads, say)
            table = Table(workload, threads, results)
            say("")
            tables.append(table)
            print(report.text(table), flush=True)
    if GROWTH in names:
        grown += growth.run(size, options.threads or 1, say)
        say("")
        print("How cost grows\n" + report.plain(*report.growth_rows(grown)) + "\n", flush=True)


def write(
    folder: Path,
    command: str,
    about: dict[str, Any],
    tables: list[Table],
    grown: list[growth.Grown],
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    day = datetime.date.today().isoformat()
    page = report.page(command, about, tables, grown, day)
    (folder / "benchmarks.md").write_text(page, encoding="utf-8")
    numbers = json.dumps(report.raw(about, tables, grown, command), indent=1)
    (folder / "benchmarks.json").write_text(numbers + "\n", encoding="utf-8")
    shown = [t for t in tables if t.workload.name in CHARTED and t.threads == 1] or tables
    (folder / "benchmarks.svg").write_text(chart(shown), encoding="utf-8")
    print(f"Written: {folder}/benchmarks.md, .json and .svg")


def parser(known: dict[str, Workload]) -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:12} {workload.title}" for name, workload in known.items())
    made = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Run every workload against every peer that is installed.",
        epilog=f"workloads:\n{listed}\n  {GROWTH:12} Time and memory against the size of a graph",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--only", help="workloads, as S1,T1; S2 stands for all that begin with it")
    made.add_argument("--peers", help=f"of {', '.join(PEERS)}; ours are always there")
    made.add_argument("--quick", action="store_true", help="few and short rounds")
    made.add_argument(
        "--threads", type=positive, help="threads of every row; else as each workload says"
    )
    made.add_argument(
        "--out",
        metavar="DIR",
        help="where benchmarks.md, .json and .svg go: docs for a run of everything, "
        "build/benchmarks for a part of it",
    )
    return made


def names_of(only: str | None, known: dict[str, Workload]) -> list[str]:
    everything = [*known, GROWTH]
    if not only:
        return everything
    wanted = [name.strip() for name in only.split(",") if name.strip()]
    for name in wanted:
        if not any(matches(name, one) for one in everything):
            sys.exit(f"--only {name}: there is no such workload; use {', '.join(everything)}.")
    return [one for one in everything if any(matches(name, one) for name in wanted)]


def matches(name: str, workload: str) -> bool:
    return workload.lower() == name.lower() or workload.lower().startswith(name.lower() + "-")


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number}; give 1 or more.")
    return number


def list_of(text: str, allowed: dict[str, tuple[str, str]]) -> list[str]:
    """Peers by their name in any case, or by that of their package."""
    by_name = {alias.lower(): peer for peer, names in allowed.items() for alias in (peer, *names)}
    wanted = [name.strip().lower() for name in text.split(",") if name.strip()]
    for name in wanted:
        if name not in by_name:
            sys.exit(f"--peers {name}: there is no such peer; use {', '.join(allowed)}.")
    return [by_name[name] for name in wanted]


def say(text: str) -> None:
    """What goes on, in one line that the next replaces; nothing where it would fill a file."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
