"""Run the notebooks and save what they show, or check that what is saved is what they show.

    python notebooks/build.py                  all of them: run, save
    python notebooks/build.py 03 04            some, by the beginning of their names
    python notebooks/build.py --check          run, compare with what is saved, save nothing

Each runs in a kernel of its own with its exercises blank, and after each blank its solution is
tried. Two at a time with --jobs 2. Needs pip install -e ".[notebooks]".
"""

import argparse
import concurrent.futures
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from course.comparing import differences
from course.running import NotebookError, run, save, saved, sources


def main() -> int:
    """The command line. Gives 0 if all went well."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("names", nargs="*", help="the beginnings of their names; all if left out")
    asked.add_argument("--check", action="store_true", help="compare, and save nothing")
    asked.add_argument("--jobs", type=int, default=1, help="how many at a time")
    given = asked.parse_args()
    start = time.perf_counter()
    try:
        found = sources(given.names)
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 2
    with concurrent.futures.ProcessPoolExecutor(given.jobs) as workers:
        told = list(workers.map(one, found, [given.check] * len(found)))
    print(f"{len(found)} notebooks, {time.perf_counter() - start:.0f} s")
    return 1 - all(told)


def one(source: Path, check: bool) -> bool:
    """Run one notebook and save or compare it. Gives whether all is well, and says so."""
    start = time.perf_counter()
    try:
        notebook = run(source)
        wrong = differences(saved(source), notebook) if check else []
        if not check:
            save(notebook, source)
    except NotebookError as error:
        print(error, file=sys.stderr)
        return False
    exercises = sum("exercise" in cell.metadata.get("tags", []) for cell in notebook.cells)
    size = source.with_suffix(".ipynb").stat().st_size / 1000
    print(
        f"{source.stem}: {len(notebook.cells)} cells, {exercises} exercises, {size:.0f} kB, "
        f"{time.perf_counter() - start:.1f} s",
        flush=True,
    )
    for line in wrong:
        print(f"  {line}", file=sys.stderr)
    if wrong:
        print(f"  If this is meant: python notebooks/build.py {source.stem}", file=sys.stderr)
    return not wrong


if __name__ == "__main__":
    sys.exit(main())
