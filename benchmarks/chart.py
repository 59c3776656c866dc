"""The bar chart of the README: one panel a workload, speed on a logarithmic axis.

Names stand above their bars, so that it can be read on a phone.
"""

from __future__ import annotations

import math
from html import escape

from .medians import spread
from .report import Table, digits, seconds
from .runner import Measured

WIDTH, MARGIN = 480, 12
ROW, BAR, TITLE, GAP = 31, 8, 42, 14

STYLE = """
  .back { fill: #ffffff }
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
  .title { font-size: 13px; font-weight: 600 }
  .minor, .axis { fill: #59636e }
  .axis { font-size: 11px }
  .grid { stroke: #d1d9e0; stroke-width: 1 }
  .other { fill: #9aa4af }
  .ours { fill: #0b6fb8 }
  .own { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117 }
    text { fill: #f0f6fc }
    .minor, .axis { fill: #9198a1 }
    .grid { stroke: #30363d }
    .other { fill: #6b7480 }
    .ours { fill: #4ea8f0 }
  }
"""


def chart(tables: list[Table]) -> str:
    """An SVG of the timed workloads: how many times faster than the baseline each row is."""
    body: list[str] = []
    y = 8
    for table in tables:
        drawn, height = panel(table, y)
        if drawn:
            body += drawn
            y += height + GAP
    title = "Speed of autograd-lite beside its peers; longer is faster, the axes are logarithmic"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 18}" '
            f'width="{WIDTH}" height="{y + 18}" role="img" aria-labelledby="what">',
            f'<title id="what">{title}</title>',
            f"<style>{STYLE}</style>",
            f'<rect class="back" width="{WIDTH}" height="{y + 18}" rx="6"/>',
            *body,
            f'<text class="axis" x="{MARGIN}" y="{y + 4}">Longer is faster; the axes are '
            "logarithmic. Of each peer its fastest way. Medians.</text>",
            "</svg>\n",
        ]
    )


def shown(table: Table) -> list[tuple[Measured, float]]:
    """Rows and their times, the fastest first: all of ours, and of each peer its fastest."""
    found = [(r, spread(r.seconds)) for r in table.results]
    rows = sorted(((r, s.median) for r, s in found if s is not None), key=lambda pair: pair[1])
    met: set[str] = set()
    kept = []
    for r, time in rows:
        base = r.row.name == table.workload.baseline
        if r.row.ours or base or r.row.peer not in met:
            kept.append((r, time))
        met.add(r.row.peer)
    return kept


def panel(table: Table, top: int) -> tuple[list[str], int]:
    """The bars of one workload, and their height."""
    base, rows = table.base, shown(table)
    if table.workload.kind == "memory" or base is None or not base.seconds or len(rows) < 2:
        return [], 0
    middle = spread(base.seconds)
    assert middle is not None
    speeds = [middle.median / time for _, time in rows]
    # from the power of ten below the slowest, so that its bar can be seen
    low, high = math.floor(math.log10(min(speeds)) - 0.15), math.log10(max(speeds))
    space = WIDTH - 2 * MARGIN

    def across(speed: float) -> float:
        return MARGIN + space * (math.log10(speed) - low) / (high - low)

    bottom = top + TITLE + ROW * len(rows) - 6
    drawn = [f'<text class="title" x="{MARGIN}" y="{top + 16}">{escape(table.heading)}</text>']
    for power in range(low, math.floor(high) + 1):
        x = across(10.0**power)
        line = f'x1="{x:.1f}" x2="{x:.1f}" y1="{top + 38}" y2="{bottom}"'
        drawn.append(f'<line class="grid" {line}/>')
        if x < WIDTH - 40:
            label = f"{10.0**power:,g}x" if power >= 0 else f"{10.0**power:g}x"
            drawn.append(f'<text class="axis" x="{x:.1f}" y="{top + 34}">{label}</text>')
    for i, ((r, time), speed) in enumerate(zip(rows, speeds, strict=True)):
        y = top + TITLE + ROW * i
        own = ' class="own"' if r.row.ours else ""
        drawn.append(f'<text{own} x="{MARGIN}" y="{y + 12}">{escape(r.row.name)}</text>')
        figure = escape(f"{seconds(time)}, {digits(speed)}x")
        at = f'x="{WIDTH - MARGIN}" y="{y + 12}" text-anchor="end"'
        drawn.append(f'<text class="minor" {at}>{figure}</text>')
        kind, length = "ours" if r.row.ours else "other", max(2.0, across(speed) - MARGIN)
        size = f'width="{length:.1f}" height="{BAR}"'
        drawn.append(f'<rect class="{kind}" x="{MARGIN}" y="{y + 16}" {size} rx="2"/>')
    return drawn, TITLE + ROW * len(rows)
