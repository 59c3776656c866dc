"""The bar chart of the README: one panel a workload, speed on a logarithmic axis."""

from __future__ import annotations

import math
from html import escape

from .medians import spread
from .report import Table, digits, seconds

WIDTH, NAMES, RIGHT = 760, 290, 150  # of the picture, of the names, of the figures at the right
ROW, BAR, TITLE, GAP = 21, 12, 40, 14

STYLE = """
  .back { fill: #ffffff }
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
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
            f'<text class="axis" x="12" y="{y + 6}">Longer is faster; each axis is logarithmic. '
            "Medians of rounds taken in turns.</text>",
            "</svg>\n",
        ]
    )


def panel(table: Table, top: int) -> tuple[list[str], int]:
    """The bars of one workload, the fastest first, and their height."""
    base = table.base
    found = [(r, spread(r.seconds)) for r in table.results]
    rows = sorted(((r, s.median) for r, s in found if s is not None), key=lambda pair: pair[1])
    if table.workload.kind == "memory" or base is None or not base.seconds or len(rows) < 2:
        return [], 0
    middle = spread(base.seconds)
    assert middle is not None
    speeds = [middle.median / time for _, time in rows]
    # from the power of ten below the slowest, so that its bar can be seen
    low, high = math.floor(math.log10(min(speeds)) - 0.15), math.log10(max(speeds))
    left, space = 12 + NAMES, WIDTH - 12 - NAMES - RIGHT

    def across(speed: float) -> float:
        return left + space * (math.log10(speed) - low) / (high - low)

    bottom = top + TITLE + ROW * len(rows)
    drawn = [
        f'<text class="title" x="12" y="{top + 16}">{escape(table.heading)}</text>',
        f'<text class="axis" x="12" y="{top + 33}">1x: {escape(base.row.name)}</text>',
    ]
    for power in range(low, math.floor(high) + 1):
        x = across(10.0**power)
        drawn.append(
            f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top + 36}" y2="{bottom}"/>'
        )
        label = f"{10.0**power:,g}x" if power >= 0 else f"{10.0**power:g}x"
        drawn.append(f'<text class="axis" x="{x + 2:.1f}" y="{top + 33}">{label}</text>')
    for i, ((r, time), speed) in enumerate(zip(rows, speeds, strict=True)):
        y = top + TITLE + ROW * i
        own = ' class="own"' if r.row.ours else ""
        drawn.append(f'<text{own} x="12" y="{y + 14}">{escape(r.row.name)}</text>')
        length = max(2.0, across(speed) - left)
        kind = "ours" if r.row.ours else "other"
        drawn.append(
            f'<rect class="{kind}" x="{left}" y="{y + 4}" width="{length:.1f}" '
            f'height="{BAR}" rx="2"/>'
        )
        figure = f"{seconds(time)}, {digits(speed)}x"
        drawn.append(
            f'<text class="minor" x="{left + length + 6:.1f}" y="{y + 14}">{escape(figure)}</text>'
        )
    return drawn, TITLE + ROW * len(rows)
