"""What is said where the gradient is read as code."""

from __future__ import annotations

CODE: dict[str, str] = {
    "code_page_title": "The gradient of {root} as code, beside its graph",
    "code_toggle": "As code",
    "code_title": "The gradient as code",
    "code_keys": "Point at a line, or Tab here and go up and down with ↑ ↓: what it computes "
    "lights up in the graph. Enter goes to its step.",
    "code_named": "{gradient} is {text} here. It has that name already, so this step needs no "
    "line of its own.",
    "code_inside": "{gradient} has no name of its own here: it is part of a longer line.",
    "code_left_out": "This share is not needed for what the code gives, so it is left out.",
    "code_seed": "{gradient} = 1: a factor of 1 needs no line.",
}
