"""Whether two runs of a notebook show the same: words, numbers nearly, pictures by structure.

Another machine adds up in another order, lays a graph out a little differently and draws letters
with another font. None of that is a change in what is taught.
"""

from __future__ import annotations

import base64
import math
import re
import struct
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any
from xml.etree import ElementTree

from .running import texts

NEAR, TINY = 5e-3, 1e-7  # relative and absolute difference of two numbers that count as the same
STRETCH = 0.25  # by this part may the width or height of a picture differ
NUMBER = re.compile(r"(?<![\w.])[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])")


def differences(first: Any, second: Any) -> list[str]:
    """What differs between two runs, a line each; nothing if they show the same.

    In cells tagged 'varying' numbers may be any others.
    """
    found: list[str] = []
    for one, two in zip_longest(first.cells, second.cells):
        if one is None or two is None:
            return [f"{len(first.cells)} cells and {len(second.cells)}"]
        if (one.id, one.cell_type, one.source, one.metadata) != (
            two.id,
            two.cell_type,
            two.source,
            two.metadata,
        ):
            found.append(f"{two.id}: another cell: {one.source[:60]!r}, {two.source[:60]!r}")
        elif one.cell_type == "code":
            varying = "varying" in one.metadata.get("tags", [])
            found += [f"{two.id}: {line}" for line in _outputs(one, two, varying)]
    if first.metadata != second.metadata:
        found.append(f"metadata: {first.metadata}, {second.metadata}")
    return found


def _outputs(first: Any, second: Any, varying: bool) -> Iterator[str]:
    one, two = ([_kinds(output) for output in cell.outputs] for cell in (first, second))
    if one != two:
        yield f"outputs {one}, {two}"
        return
    for a, b in zip(first.outputs, second.outputs, strict=True):
        for x, y in zip(texts(a), texts(b), strict=True):
            yield from (_words if not varying else _words_alone)(x, y)
        for kind, compare in PICTURES.items():
            if kind in a.get("data", {}) and not varying:
                yield from compare(a.data[kind], b.data[kind])


def _kinds(output: Any) -> list[str]:
    return [output.output_type, output.get("name", ""), *sorted(output.get("data", {}))]


def _words_alone(first: str, second: str) -> Iterator[str]:
    """Where the words of two texts differ, if they do; the first of the places."""
    one, two = (_blanked(text).splitlines() for text in (first, second))
    for x, y in zip_longest(one, two, fillvalue=""):
        if x != y:
            yield f"{x!r} became {y!r}"
            return


def _words(first: str, second: str) -> Iterator[str]:
    """Where the words or the numbers of two texts differ."""
    if _blanked(first) != _blanked(second):
        yield from _words_alone(first, second)
        return
    for x, y in zip(NUMBER.findall(first), NUMBER.findall(second), strict=True):
        one, two = (float(n.replace("−", "-")) for n in (x, y))
        if not math.isclose(one, two, rel_tol=NEAR, abs_tol=TINY):
            yield f"{x} became {y}"


def _blanked(text: str) -> str:
    """A text with a mark for each number, without the spaces that pad the digits of an array."""
    marked = "\n".join(" ".join(NUMBER.sub("#", line).split()) for line in text.splitlines())
    return marked.replace("[ ", "[").replace(" ]", "]")


def _svg(first: str, second: str) -> Iterator[str]:
    one, two = (_written(ElementTree.fromstring(svg)) for svg in (first, second))
    if len(one) != len(two):
        yield f"a drawing with {len(one)} texts became one with {len(two)}"
        return
    for x, y in zip(one, two, strict=True):
        yield from _words(x, y)


def _written(element: Any) -> list[str]:
    """The texts of a drawing, in no order: an engine may draw its parts in another."""
    return sorted(t.strip() for t in element.itertext() if t.strip())


def _png(first: str, second: str) -> Iterator[str]:
    for what, one, two in zip(("wide", "high"), _size(first), _size(second), strict=True):
        if not (1 - STRETCH) * one <= two <= (1 + STRETCH) * one:
            yield f"a picture {one} pixels {what} became one of {two}"


def _size(png: str) -> tuple[int, int]:
    head = base64.b64decode("".join(png.split())[:64])
    if head[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("This is no PNG.")
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def _html(first: str, second: str) -> Iterator[str]:
    """Pages in frames are compared by their plain text, which stands beside them in the output."""
    for tag in ("<img", "<iframe", "<table", "<tr"):
        if (one := first.count(tag)) != (two := second.count(tag)):
            yield f"{one} {tag}> became {two}"
    still = r'src="data:image/svg\+xml;base64,([^"]+)"'
    for x, y in zip(re.findall(still, first), re.findall(still, second), strict=False):
        yield from _svg(*(base64.b64decode(each).decode() for each in (x, y)))


PICTURES = {"image/png": _png, "image/svg+xml": _svg, "text/html": _html}
