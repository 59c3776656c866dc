"""Which line of the user's code is being run."""

from __future__ import annotations

import os
import sys

import numpy as np

Line = tuple[str, int]  # a file and a line of it

_HERE = os.path.dirname(os.path.abspath(__file__))
_ROOT = os.path.dirname(_HERE)
_NUMPY = os.path.dirname(os.path.abspath(np.__file__)) + os.sep
_ENGINE = _HERE + os.sep
# The folders whose frames are not the user's code. A doctest of ours is: it has no file there.
_OURS = (_ENGINE, *(os.path.join(_ROOT, name) + os.sep for name in ("nn", "viz")), _NUMPY)
_PRINTED = "<autograd-lite "  # what the engine prints and runs itself
_RECORDED = os.path.join(_HERE, "recorded.py")  # stands between a caller and NumPy


def user_line() -> tuple[Line, bool]:
    """The innermost line that is neither ours nor NumPy's; if all are, the outermost.

    And whether it was the engine that called, not the user and not `nn`.
    """
    frame = sys._getframe(1)
    engine = None
    while (outer := frame.f_back) is not None:
        file = frame.f_code.co_filename
        if file != _RECORDED and not file.startswith(_NUMPY):
            if engine is None:
                engine = file.startswith(_ENGINE) or file.startswith(_PRINTED)
            if not file.startswith(_OURS) and not file.startswith(_PRINTED):
                break
        frame = outer
    return (frame.f_code.co_filename, frame.f_lineno), bool(engine)
