"""A still picture of a graph with its source below it."""

from __future__ import annotations

import re
from html import escape

SIZE, LINE, WIDE = 15.0, 22.0, 9.2  # of the source: text, from line to line, and a character
MARGIN = 18.0


def beside(svg: str, source: str, title: str) -> str:
    """The drawing with a source below it, as one SVG."""
    head = svg[: svg.index(">")]
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', head)
    assert found is not None
    across, down = float(found[1]), float(found[2])
    lines = source.rstrip("\n").split("\n")
    width = max(across, 2 * MARGIN + WIDE * max(map(len, lines)))
    height = down + 2 * MARGIN + LINE * len(lines)
    left = (width - across) / 2
    inner = re.sub(r'width="[\d.]+" height="[\d.]+"', rf'x="{left:g}" \g<0>', svg, count=1)
    texts = "".join(
        f'<text x="{MARGIN:g}" y="{down + MARGIN + LINE * (i + 0.7):g}" xml:space="preserve">'
        f"{_coloured(line)}</text>"
        for i, line in enumerate(lines)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" aria-label="{escape(title)}">'
        f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>{inner}'
        f"<g font-family=\"ui-monospace, Consolas, 'DejaVu Sans Mono', monospace\" "
        f'font-size="{SIZE:g}" fill="#1b1f24">{texts}</g></svg>'
    )


def _coloured(line: str) -> str:
    code, mark, comment = line.partition("# ")
    if not mark:
        return escape(line, quote=False)
    said = escape(mark + comment, quote=False)
    return f'{escape(code, quote=False)}<tspan fill="#55606c">{said}</tspan>'
