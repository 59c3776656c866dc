"""How much memory this process holds: resident pages, which see every library's allocator alike."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
from typing import Any

from .registry import Held

METHOD = "resident pages of a fresh process (/proc/self), before and after"


def resident() -> int:
    """Bytes that this process has in memory now."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        raise OSError("memory is measured on Linux only (/proc/self/statm)") from None


def peak() -> int:
    """The most that it had since `forget_peak`."""
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    raise OSError("the kernel does not say the peak of memory (VmHWM)")


def forget_peak() -> None:
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def settle() -> None:
    """Give back what is free, so that the next allocation shows."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def watched(held: Held) -> tuple[dict[str, int], Any]:
    """Bytes held between forward and backward and the peak over both; what backward returned.

    The peak has the gradients in it that backward leaves.
    """
    settle()
    forget_peak()
    before = resident()
    middle = held.forward()
    if held.program:
        settle()
        forget_peak()
    between = resident() - before
    result = held.backward(middle)
    most = peak() - before
    del middle
    return {"held": between, "peak": most}, result
