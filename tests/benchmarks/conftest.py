"""The benchmarks are no package that is installed: they are found in the repository, and last."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))
