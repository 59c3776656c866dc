"""What importing the engine needs, and takes."""

import subprocess
import sys


def test_the_engine_imports_with_numpy_alone():
    code = """
import sys
import numpy
before = set(sys.modules)
import autograd_lite
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(n for n in new if n not in sys.stdlib_module_names and n != "autograd_lite"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() in ("[]", "['numpy']"), done.stdout + done.stderr
