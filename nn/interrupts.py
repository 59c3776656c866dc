"""Holding back Ctrl-C for the moment in which several things must change together."""

from __future__ import annotations

import signal
import sys
import threading
from typing import Any

# CPython's own module, where it is there: the other makes enums of all numbers, which takes longer
# than a small step.
_signal: Any = sys.modules.get("_signal", signal)
_SIGINT = int(signal.SIGINT)


class uninterrupted:
    """Hold back Ctrl-C until the block is done, then let it through.

    Python gives the signal to the main thread only, so in any other one the block just runs.
    """

    __slots__ = ("arrived", "before")

    def __enter__(self) -> None:
        self.arrived, self.before = False, None
        if threading.get_ident() == threading.main_thread().ident:
            self.before = _signal.getsignal(_SIGINT)  # None: installed outside Python
            if self.before is not None:
                _signal.signal(_SIGINT, self._note)

    def __exit__(self, *exception: object) -> None:
        if self.before is not None:
            _signal.signal(_SIGINT, self.before)
            if self.arrived:
                signal.raise_signal(signal.SIGINT)

    def _note(self, number: int, frame: object) -> None:
        self.arrived = True
