"""A formula as plain text for a terminal, and as MathML for a page.

Both printers work from the same tree, so a page and a terminal never disagree.
"""

from __future__ import annotations

import re
from html import escape

from .formula import MINUS, Formula, row

NO_BREAK = "\u00a0"
NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|-?inf|nan")
BREAKS = ("=", "⇒", "←")
TIGHT = {"(", ")", "[", "]", "|", ",", "‖", "⌊", "⌋", "⌈", "⌉"}


def plain(formula: Formula) -> str:
    """The formula in one line of text, with a hyphen for minus and no brackets too many."""
    return re.sub(r" {2,}", " ", _plain(formula, top=True)).strip()


def _plain(f: Formula, top: bool = False) -> str:
    if f.kind == "row":
        return _plain_row(f)
    if f.kind == "operator":
        text = f.text.replace(MINUS, "-")
        return text if text in TIGHT else f" {text} "
    if f.kind == "partial":
        return f"∂{f.parts[0].text}/∂{f.parts[1].text}"
    if f.kind == "fraction":
        above, below = f.parts
        return f"{_wrap(above, for_sum_only=True)} / {_wrap(below)}"
    if f.kind == "root":
        inside, degree = (_plain(p).strip() for p in f.parts)
        return f"{'cbrt' if degree == '3' else 'sqrt'}({inside})"
    if f.kind == "power":
        exponent = _plain(f.parts[1]).strip()
        raised = {"2": "²", "3": "³", "ᵀ": "ᵀ"}.get(exponent)
        return _wrap(f.parts[0]) + (raised or "^" + _wrap(f.parts[1]))
    if f.kind == "index":
        return f"{_plain(f.parts[0]).strip()}_{_plain(f.parts[1]).strip()}"
    if f.kind == "matrix":
        lines = ["[" + ", ".join(p.text for p in line.parts) + "]" for line in f.parts]
        return lines[0] if len(lines) == 1 else "[" + ", ".join(lines) + "]"
    return f.text.replace(MINUS, "-")


def _plain_row(f: Formula) -> str:
    out: list[str] = []
    for i, part in enumerate(f.parts):
        text = _plain(part)
        if part.kind == "operator" and part.text in (MINUS, "-", "+") and _opens(f.parts, i):
            text = text.strip()
        if _is_negative(part) and _needs_brackets(f.parts, i):
            text = f"({text})"
        if part.text == ",":
            text = ", "
        if part.kind == "word" and not (i + 1 < len(f.parts) and f.parts[i + 1].text in TIGHT):
            text += " "
        if _beside(f.parts, i):
            out.append("·")
        out.append(text)
    return re.sub(r"\( | \)", lambda m: m.group().strip(), "".join(out)).strip()


def _beside(parts: tuple[Formula, ...], i: int) -> bool:
    """Whether two factors stand side by side with nothing between, which names do not survive."""
    factors = ("name", "number", "root", "power", "index", "matrix", "fraction", "partial")
    return i > 0 and parts[i - 1].kind in factors and parts[i].kind in factors


def _wrap(f: Formula, for_sum_only: bool = False) -> str:
    text = _plain(f).strip()
    if f.kind in ("name", "word", "number", "text", "root") and not text.startswith("-"):
        return text
    if f.kind == "row" and f.parts and _one_bracket(text):
        return text
    if for_sum_only and not re.search(r" [+-] ", text):
        return text
    return f"({text})"


def _one_bracket(text: str) -> bool:
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for i, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return i == len(text) - 1
    return False


def _is_negative(f: Formula) -> bool:
    return f.kind == "number" and f.text.startswith(("-", MINUS))


def _opens(parts: tuple[Formula, ...], i: int) -> bool:
    """Whether position `i` begins an expression, so that a minus there is a sign."""
    return i == 0 or (parts[i - 1].kind == "operator" and parts[i - 1].text not in (")", "]", "|"))


def _needs_brackets(parts: tuple[Formula, ...], i: int) -> bool:
    before = parts[i - 1] if i else None
    if before is None:
        return False
    if before.kind == "operator":
        return before.text not in ("=", "(", "[", "|", ",", "⇒", "→", "←", "≈")
    return before.kind != "text"


def markup(formula: Formula) -> str:
    """The formula as MathML, in display style, with every text escaped.

    One element for each side of an equation, since browsers break lines only between elements.
    """
    pieces: list[list[Formula]] = [[]]
    for part in formula.parts if formula.kind == "row" else (formula,):
        if part.kind == "operator" and part.text in BREAKS and pieces[-1]:
            pieces.append([])
        pieces[-1].append(part)
    maths = (f'<math displaystyle="true">{_markup(row(*piece))}</math>' for piece in pieces)
    return "<wbr>".join(maths)


def _markup(f: Formula) -> str:
    if f.kind == "row":
        return f"<mrow>{''.join(_markup_parts(f))}</mrow>"
    if f.kind == "name":
        return _identifier(f.text)
    if f.kind == "word":
        return f"<mi>{escape(f.text)}</mi>"
    if f.kind == "number":
        return f"<mn>{escape(f.text.replace('-', MINUS))}</mn>"
    if f.kind == "operator" and f.text == "ᵀ":
        return '<mi mathvariant="normal">T</mi>'
    if f.kind == "operator":
        kind = ' stretchy="false"' if f.text in TIGHT else ""
        if f.text in BREAKS:
            kind = ' form="infix"'  # also where it begins a line
        return f"<mo{kind}>{escape(f.text)}</mo>"
    if f.kind == "fraction":
        return f"<mfrac>{_markup(f.parts[0])}{_markup(f.parts[1])}</mfrac>"
    if f.kind == "partial":
        above, below = (f"<mrow><mo>∂</mo>{_markup(p)}</mrow>" for p in f.parts)
        return f"<mfrac>{above}{below}</mfrac>"
    if f.kind == "root":
        inside, degree = f.parts
        if degree.parts or degree.text:
            return f"<mroot>{_markup(inside)}{_markup(degree)}</mroot>"
        return f"<msqrt>{_markup(inside)}</msqrt>"
    if f.kind in ("power", "index"):
        tag = "msup" if f.kind == "power" else "msub"
        base = _markup(f.parts[0])
        if _is_negative(f.parts[0]) or f.parts[0].kind in ("fraction", "power"):
            base = f'<mrow><mo stretchy="false">(</mo>{base}<mo stretchy="false">)</mo></mrow>'
        return f"<{tag}>{base}{_markup(f.parts[1])}</{tag}>"
    if f.kind == "matrix":
        rows = "".join(
            "<mtr>" + "".join(f"<mtd>{_markup(p)}</mtd>" for p in line.parts) + "</mtr>"
            for line in f.parts
        )
        return f'<mtable class="matrix">{rows}</mtable>'  # the style draws the brackets
    # A plain space at the end of <mtext> is not shown.
    return f"<mtext>{escape(f.text.replace(' ', NO_BREAK))}</mtext>"


def _markup_parts(f: Formula) -> list[str]:
    out = []
    for i, part in enumerate(f.parts):
        text = _markup(part)
        if _is_negative(part) and _needs_brackets(f.parts, i):
            text = f'<mo stretchy="false">(</mo>{text}<mo stretchy="false">)</mo>'
        if _beside(f.parts, i):
            out.append("<mo>·</mo>")
        if part.kind == "word" and i + 1 < len(f.parts) and f.parts[i + 1].kind != "operator":
            text += '<mspace width="0.17em"/>'
        out.append(text)
    return out


def _identifier(text: str) -> str:
    """A name: `x_1` as an index, several letters upright, anything odd as text."""
    if re.fullmatch(r"[^\W\d_]", text):
        return f"<mi>{escape(text)}</mi>"
    match = re.fullmatch(r"([^\W\d_])_?(\d+)", text)
    if match:
        return f"<msub><mi>{escape(match[1])}</mi><mn>{match[2]}</mn></msub>"
    if NUMBER.fullmatch(text):
        return f"<mn>{escape(text.replace('-', MINUS))}</mn>"
    if re.fullmatch(r"[\w.]+", text):
        return f"<mi>{escape(text)}</mi>"
    return f"<mtext>{escape(text)}</mtext>"
