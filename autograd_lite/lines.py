"""Which line of the user's code is being run."""

from __future__ import annotations

import sys

Line = tuple[str, int]  # a file and a line of it

_OURS = {"autograd_lite", "nn", "viz", "numpy"}  # packages whose frames are not the user's code


def user_line() -> tuple[Line, bool]:
    """The innermost line that is neither ours nor NumPy's; if all are, the outermost.

    And whether it was the engine that called, not the user and not `nn`.
    """
    frame = sys._getframe(1)
    engine = None
    while (outer := frame.f_back) is not None:
        package = (frame.f_globals.get("__package__") or "").partition(".")[0]
        if frame.f_code.co_filename != _RECORDED and package != "numpy":
            if engine is None:
                engine = package == "autograd_lite"
            if package not in _OURS:
                break
        frame = outer
    return (frame.f_code.co_filename, frame.f_lineno), bool(engine)


_RECORDED = __file__.replace("lines.py", "recorded.py")  # stands between a caller and NumPy
