"""A walk as plain text: for `print`, for `--text`, and for the terminal."""

from __future__ import annotations

import textwrap
from typing import Any

from .blocks import blocks
from .formulas import brief
from .frames import BACKWARD, FORWARD, UPDATE, Beside, Frame, Walk
from .words import Words

WIDTH, INDENT = 80, 2
ASCII = {
    "∂": "d",
    "·": "*",
    "×": "x",
    "÷": "/",
    "−": "-",
    "–": "-",
    "→": "->",
    "←": "<-",
    "⇒": "=>",
    "⊙": ".*",
    "◀": "<",
    "▶": ">",
    "✓": "v",
    "○": "o",
    "…": "...",
    "²": "^2",
    "³": "^3",
    "ᵀ": "^T",
    "∑": "sum",
    "Σ": "sum",
    "∏": "prod",
    "σ": "sigmoid",
    "√": "sqrt",
    "∞": "inf",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "─": "-",
    "│": "|",
    "┐": ".",
    "┤": "+",
    "┘": "'",
    **{circled: f"({i})" for i, circled in enumerate("①②③④⑤⑥⑦⑧⑨", 1)},
}


def encodable(text: str, encoding: str | None) -> str:
    """The text, or what an encoding without ∂ and · can write of it."""
    try:
        text.encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        text = "".join(ASCII.get(letter, letter) for letter in text)
        return text.encode("ascii", "backslashreplace").decode()
    return text


def heading(frame: Frame, words: Words) -> str:
    """The phase, the place in it, and the title of a frame."""
    return words(
        "text_step",
        phase=words(f"phase_{frame.phase}"),
        n=frame.number,
        count=frame.count,
        title=frame.title,
    )


def frame_rows(frame: Frame, words: Words) -> list[tuple[str, str, str]]:
    """What a frame says, line by line: (what it is, the text, its key)."""
    rows = [(line.title, str(line), line.key) for line in frame.lines]
    if frame.why:
        at = max(
            (i for i, r in enumerate(rows) if r[2] in ("local", "slope")), default=len(rows) - 1
        )
        rows.insert(at + 1, ("", frame.why, "why"))
    if frame.arrays is not None:
        # as wide as a line is beside the longest title
        for i, line in enumerate(blocks(frame.arrays.tables, words, WIDTH - 20)):
            rows.append((words("line_arrays") if i == 0 else "", line, "arrays"))
        entry = frame.arrays.sentence(frame.arrays.chosen, words)
        if entry:
            rows.append((words("line_entry"), entry, "entry"))
    current = words("state_current")
    for i, line in enumerate(_effect(frame, words)):
        key = "current" if line.startswith(current) else "effect"
        rows.append((words("text_effect") if i == 0 else "", line, key))
    if frame.meaning:
        rows.append((words("text_meaning"), frame.meaning, "meaning"))
    if frame.note:
        rows.insert(0 if frame.phase == BACKWARD else len(rows), ("", frame.note, "note"))
    if frame.warning:
        rows.append(("", frame.warning, "warning"))
    return rows


def frame_text(frame: Frame, words: Words, width: int = WIDTH, beside: bool = True) -> str:
    """One frame: its title, its formulas, what the receiving node holds, and what that means."""
    rows = frame_rows(frame, words)
    out = textwrap.wrap(heading(frame, words), width, subsequent_indent="    ")
    room = max((len(title) for title, _, _ in rows), default=0)
    for title, text, key in rows:
        first = key == "note" and frame.phase == BACKWARD
        out += _wrapped(title, text, 0 if first else room, width)
    if frame.beside and beside:
        out += ["", *beside_text(frame.beside, words)]
    return "\n".join(out)


def _effect(frame: Frame, words: Words) -> list[str]:
    """The ledger: one line for every arrow that arrives, then the total."""
    if frame.ledger is None:
        return []
    ledger = frame.ledger
    if frame.arrows_in_all == 1:
        change = frame.changes[-1]
        return [words("effect_one", gradient=ledger.gradient, after=change.settled)]
    cells = []
    for row in ledger.rows:
        amount = words("waiting") if row.state == "waiting" else row.amount
        cells.append((f"{words('state_' + row.state)} {row.source}", row.product, amount))
    cells.append((f"  {ledger.total_title}", "", ledger.total))
    widths = [max(len(row[i]) for row in cells) for i in range(3)]
    lines = [
        f"{source:<{widths[0]}}   {product:<{widths[1]}}   {amount:>{widths[2]}}".rstrip()
        for source, product, amount in cells
    ]
    counted = words("arrow_of", arrow=frame.arrow, arrows=frame.arrows_in_all)
    return [f"{ledger.title} ({counted})", *lines]


def beside_text(beside: Beside, words: Words) -> list[str]:
    """Two orders of arrows in two columns."""
    cells = [(f"{words('state_' + row.state)} {row.here}", row.right) for row in beside.rows]
    wide = max(len(left) for left, _ in [*cells, (f"  {beside.heads[0]}", "")])
    head = f"  {beside.heads[0]}"
    lines = [f"{left:<{wide}}   {right}" for left, right in [(head, beside.heads[1]), *cells]]
    return [f"{' ' * INDENT}{beside.title}", *(f"{' ' * INDENT}{line}" for line in lines)]


def _wrapped(title: str, text: str, room: int, width: int) -> list[str]:
    lead = " " * INDENT + f"{title:<{room}}" + ("   " if room else "")
    if len(lead) + len(text) <= width:
        return [(lead + text).rstrip()]
    return textwrap.wrap(
        text, width, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False
    )


def walk_text(walk: Walk, width: int = WIDTH) -> str:
    """All frames, forward in short, and at the end every value and gradient in a table."""
    words = walk.words
    title = words("text_title", root=walk.names[walk.root])
    out = [title, "─" * min(len(title), width), "", words("text_forward")]
    seen: set[str] = set()  # arrays written out before are only named
    for frame in walk.frames:
        if frame.phase != FORWARD:
            continue
        formula = frame.line("rule")
        numbers = frame.line("numbers").partition(" = ")[2]
        said = f"{formula} = {numbers}" if numbers else formula or frame.note
        out += _wrapped("", said, 0, width)
        if frame.arrays is not None:
            fresh = [t for t in frame.arrays.tables if t.title not in seen]
            seen.update(t.title for t in fresh)
            indent = " " * 2 * INDENT
            out += [(indent + x).rstrip() for x in blocks(fresh, words, width - len(indent))]
    for phase, key in ((BACKWARD, "text_backward"), (UPDATE, "text_update")):
        frames = [frame for frame in walk.frames if frame.phase == phase]
        if frames:
            out += ["", words(key)]
        for frame in frames:
            out += ["", frame_text(frame, words, width, beside=False)]
        if frames and frames[-1].beside:
            out += ["", *beside_text(frames[-1].beside, words)]
    last_backward = max(i for i, f in enumerate(walk.frames) if f.phase != UPDATE)
    out += ["", words("text_result"), *table(walk, last_backward, settled=True, width=width)]
    return "\n".join(out)


def table(
    walk: Walk,
    index: int,
    settled: bool = False,
    width: int = WIDTH,
    limit: int = 10_000,
) -> list[str]:
    """The graph as text at a frame: one line a box, with value, gradient and who gives or receives.

    At most `limit` boxes, those of the frame first.
    """
    words, frame = walk.words, walk.frames[index]
    known = walk.state(index)
    if settled:
        known |= {(c.box, c.part): c.settled for c in frame.changes}
    boxes = [box for box in walk.outline.boxes if box.kind != "constant"]
    hidden = len(boxes) - limit
    if hidden > 0:
        boxes = _nearest(boxes, frame, limit)
    root = walk.names[walk.root]
    rows = [(words("text_node"), words("value"), f"∂{root}/∂·", "")]
    arcs = [""] * len(boxes) if settled else _arcs(frame, [box.key for box in boxes], words)
    for box, mark in zip(boxes, arcs, strict=True):
        value = box.value if box.node is None else brief(box.node.data)
        value = known.get((box.key, "value"), words("dash") if box.kind == "operation" else value)
        none = "" if box.node is None else words("dash")
        gradient = known.get((box.key, "gradient"), none)
        rows.append((_called(walk, box), value, gradient, mark))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    widths[0] = max(8, min(widths[0], width - widths[1] - widths[2] - widths[3] - 12))
    lines = []
    for called, value, gradient, mark in rows:
        short = called if len(called) <= widths[0] else called[: widths[0] - 1] + "…"
        line = f"  {short:<{widths[0]}}   {value:>{widths[1]}}   {gradient:>{widths[2]}}   {mark}"
        lines.append(line.rstrip())
    if hidden > 0:
        lines.append("  " + words("text_more", count=hidden))
    return lines


def _called(walk: Walk, box: Any) -> str:
    for frame in walk.frames:
        if frame.phase == FORWARD and frame.receiving == box.key and frame.line("rule"):
            return frame.line("rule")
    called = box.name if box.node is None else walk.names[box.node]
    return f"{called} ({box.expression})" if box.expression else called


def _arcs(frame: Frame, keys: list[str], words: Words) -> list[str]:
    """The arrow of the frame, row by row: from the boxes that give to the one that receives."""
    ends = [i for i, key in enumerate(keys) if key == frame.receiving or key in frame.giving]
    arcs = []
    for i, key in enumerate(keys):
        inside = ends and ends[0] < i < ends[-1]
        if i not in ends:
            arcs.append("  │" if inside else "")
            continue
        corner = "" if len(ends) == 1 else "┤" if inside else "┐" if i == ends[0] else "┘"
        if key == frame.receiving:
            arcs.append(f"◀{'─' if corner else ''}{corner} {words('mark_receives')}")
        else:
            arcs.append(f"──{corner} {words('mark_gives')} {frame.arrow_text}".rstrip())
    return arcs


def _nearest(boxes: list[Any], frame: Frame, limit: int) -> list[Any]:
    wanted = {frame.receiving, *frame.giving}
    at = next((i for i, box in enumerate(boxes) if box.key == frame.receiving), 0)
    order = sorted(range(len(boxes)), key=lambda i: (boxes[i].key not in wanted, abs(i - at)))
    return [boxes[i] for i in sorted(order[:limit])]


def screen(walk: Walk, index: int, width: int = WIDTH, height: int = 40) -> str:
    """One frame for a terminal: the graph as a table above, the step below."""
    step = frame_text(walk.frames[index], walk.words, width)
    room = max(4, height - step.count("\n") - 6)
    return "\n".join([*table(walk, index, width=width, limit=room), "", step])
