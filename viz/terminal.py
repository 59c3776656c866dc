"""Walking through frames in a terminal, key by key."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

from .frames import BACKWARD, UPDATE, Walk
from .terminal_rich import rich_screen
from .text import encodable, screen

NEXT, PREVIOUS, FIRST, LAST, QUIT = "next", "previous", "first", "last", "quit"
KEYS = {
    **dict.fromkeys(["\x1b[C", "\x1bOC", "\r", "\n", "", " ", "n", "right", "next"], NEXT),
    **dict.fromkeys(["\x1b[D", "\x1bOD", "b", "p", "left", "previous"], PREVIOUS),
    **dict.fromkeys(["\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~", "g", "home", "first"], FIRST),
    **dict.fromkeys(["\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~", "G", "end", "last"], LAST),
    **dict.fromkeys(["q", "Q", "\x03", "\x04", "\x1b", "quit"], QUIT),
}
WINDOWS = {"M": "\x1b[C", "K": "\x1b[D", "G": "\x1b[H", "O": "\x1b[F"}
COLOURS = {BACKWARD: "\x1b[38;5;166m", UPDATE: "\x1b[32m"}
FORWARD_COLOUR, PLAIN = "\x1b[34m", "\x1b[0m"


def walk_in(walk: Walk, stdin: TextIO, stdout: TextIO) -> None:
    """Show frame after frame as the reader asks, until the end of the input or `q`."""
    keys = _key_reader(stdin, stdout)
    if keys is None:
        _by_lines(walk, stdin, stdout)
        return
    with keys as read:
        _by_keys(walk, read, stdout)


def _by_keys(walk: Walk, read: Callable[[], str], stdout: TextIO) -> None:
    at = 0
    while True:
        size = shutil.get_terminal_size()
        shown = _shown(walk, at, size.columns - 1, size.lines - 3, stdout.encoding)
        hint = encodable(walk.words("text_keys"), stdout.encoding)
        content = f"{shown}\n\n{hint}\n"
        stdout.write("\x1b[2J\x1b[H" + content.replace("\n", "\r\n"))
        stdout.flush()
        while (action := KEYS.get(read())) is None:
            pass
        if action is QUIT:
            return
        at = _moved(walk, at, action)


def _by_lines(walk: Walk, stdin: TextIO, stdout: TextIO) -> None:
    """For pipes, editors and consoles without single keys: one line of input for every move."""
    encoding = getattr(stdout, "encoding", None)
    at = 0
    while True:
        stdout.write(encodable(screen(walk, at) + "\n\n" + walk.words("text_line_keys"), encoding))
        stdout.flush()
        line = stdin.readline()
        stdout.write("\n")
        if not line or KEYS.get(line.strip()) is QUIT:
            return
        if (action := KEYS.get(line.strip())) is not None:
            at = _moved(walk, at, action)


def _moved(walk: Walk, at: int, action: str) -> int:
    last = len(walk.frames) - 1
    return {NEXT: min(at + 1, last), PREVIOUS: max(at - 1, 0), FIRST: 0, LAST: last}[action]


def _shown(walk: Walk, at: int, width: int, height: int, encoding: str) -> str:
    """A frame for the terminal, in boxes where `rich` is installed."""
    drawn = rich_screen(walk, at, width, height, encoding)
    if drawn is not None:
        return drawn
    plain = screen(walk, at, min(width, 100), height)
    return encodable(_coloured(plain, walk, at), encoding)


def _coloured(shown: str, walk: Walk, at: int) -> str:
    if os.environ.get("NO_COLOR"):
        return shown
    colour = COLOURS.get(walk.frames[at].phase, FORWARD_COLOUR)
    current = walk.words("state_current") + " "
    lines = shown.split("\n")
    heading = lines.index("") + 1
    for i, line in enumerate(lines):
        marked = i < heading and any(sign in line for sign in ("◀", "──"))
        if i == heading or marked or line.lstrip().startswith(current):
            lines[i] = f"{colour}{line}{PLAIN}"
    return "\n".join(lines)


def _key_reader(
    stdin: TextIO, stdout: TextIO
) -> contextlib.AbstractContextManager[Callable[[], str]] | None:
    """A way to read single keys, or None where input or output is not a terminal."""
    try:
        if not (stdin.isatty() and stdout.isatty()):
            return None
        stdin.fileno()
    except (AttributeError, OSError, ValueError):
        return None
    if os.environ.get("TERM") == "dumb":
        return None
    return _windows_keys() if sys.platform == "win32" else _posix_keys(stdin)


@contextlib.contextmanager
def _posix_keys(stdin: TextIO) -> Iterator[Callable[[], str]]:
    import select
    import termios
    import tty

    terminal = stdin.fileno()
    before = termios.tcgetattr(terminal)

    def read() -> str:
        key = os.read(terminal, 1)
        # What an arrow key sends arrives in one go; a lone Escape has nothing behind it.
        while key.startswith(b"\x1b") and select.select([terminal], [], [], 0.03)[0]:
            key += os.read(terminal, 1)
            if len(key) > 2 and 0x40 <= key[-1] <= 0x7E:
                break
        return key.decode("utf-8", "replace") or "q"

    try:
        tty.setraw(terminal)
        yield read
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


@contextlib.contextmanager
def _windows_keys() -> Iterator[Callable[[], str]]:
    import msvcrt

    def read() -> str:
        key: str = msvcrt.getwch()  # type: ignore[attr-defined]
        if key in ("\x00", "\xe0"):
            return WINDOWS.get(msvcrt.getwch(), "?")  # type: ignore[attr-defined]
        return key

    yield read
