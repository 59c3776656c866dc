"""The benchmarks are no package that is installed: they are found in the repository, and last."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2]))


@pytest.fixture(autouse=True)
def recursion_limit():
    """Some peers need a limit that a process of their own can have, and this one cannot."""
    limit = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(limit)
