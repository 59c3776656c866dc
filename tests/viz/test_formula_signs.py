"""The signs that the rows' LaTeX has, as one line of text and as MathML."""

import re

import pytest

from autograd_lite import TABLE
from viz.formula import parse
from viz.mathml import markup, plain

EXPECTED = {
    "floor": "⌊a⌋",
    "ceil": "⌈a⌉",
    "floor_divide": "⌊a / b⌋",
    "norm": "‖a‖",
    "absolute": "|a|",
    "remainder": "mod(a, b)",
}


def formula(rule):
    return parse(re.sub(r"\{([abci])\}", r"\1", rule.latex))


@pytest.mark.parametrize("name", EXPECTED)
def test_brackets_stand_close_to_what_they_hold(name):
    assert plain(formula(TABLE[name])) == EXPECTED[name]


@pytest.mark.parametrize("name", sorted(name for name, rule in TABLE.items() if rule.builtin))
def test_no_command_of_latex_is_left_as_a_word(name):
    for text in (plain(formula(TABLE[name])), markup(formula(TABLE[name]))):
        assert not re.search(r"lfloor|rfloor|lceil|rceil|[lr]Vert|\\", text), text
