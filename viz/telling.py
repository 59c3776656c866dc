"""The words for one arrow: why its local derivative is what it is, and what the result means."""

from __future__ import annotations

import math
from typing import Any

from autograd_lite.graph import Node
from autograd_lite.rows import Elementwise
from autograd_lite.stepwise import Step

from .formulas import Formulas, data, is_single, shape, single
from .frames import Nudge
from .mathml import plain
from .nudge import Replay
from .numbers import short
from .words import Words

BY = 0.01
STEP = 1e-6  # a change so small that only a kink shows


def why(step: Step, formulas: Formulas, words: Words) -> str:
    """Why dy/dx is what it is, as a person would say it."""
    node, slot, rule = step.node, step.slot, step.node.op
    values: dict[str, object] = {
        "receiving": formulas.slot_name(node, slot),
        "giving": formulas.names[node],
        "output": formulas.names[node],
        "rule": plain(formulas.rule(node)),
        "local": "" if step.local is None else brackets(step.local),
    }
    if not isinstance(rule, Elementwise):
        operands = (formulas.operand_name(node, i) for i in range(len(node.operands)))
        values |= dict(zip(("left", "right"), operands, strict=False))
        keys = (f"why_{rule.name}_{slot}", f"why_{rule.name}", "why_structural")
        return words(next(key for key in keys if key in words), **values)
    if not is_single(step.local):
        return words("array_chain_entrywise") + ": " + raised(rule.why[slot])
    key = f"why_{rule.name}"
    if rule.name == "relu":
        given = single(data(node.operands[0]))
        key += "_on" if given > 0 else "_off" if given < 0 else "_kink"
    for candidate in (f"{key}_{slot}", key):
        if candidate in words:
            return words(candidate, **values)
    at_kink = rule.kink and any(
        is_single(data(x)) and single(data(x)) == 0.0 for x in node.operands[slot : slot + 1]
    )
    reason = raised(rule.why[slot]) or words("why_structural", **values)
    return words("why_kink", why=reason, kink=raised(rule.kink)) if at_kink else reason


def raised(text: str) -> str:
    """The rule table's plain output^2 with a real exponent."""
    return text.replace("^2", "²").replace("^3", "³")


def brackets(x: Any) -> str:
    """A number as a person reads it aloud in a sentence."""
    return short(single(x)) if is_single(x) else shape(data(x).shape)


def meaning(
    step: Step,
    name: str,
    giving: str,
    root: str,
    gradient: str,
    replay: Replay,
    try_out: bool,
    words: Words,
) -> str:
    """What the gradient collected so far says: raise this by 0.01, and the root moves so much.

    Where that is not so, it says what is. try_out: whether there is time to look for a kink.
    """
    if not is_single(step.after):
        return words("array_meaning", gradient=gradient, name=name, root=root)
    complete = step.arrow == step.arrows
    slope = single(step.after if complete else step.contribution)
    value = single(replay.root.data)
    if math.isnan(slope):
        return words("raise_nan", root=root)
    if not math.isfinite(value):
        return words("raise_overflow", root=root, name=name, value=short(value))
    if math.isinf(slope):
        return words("raise_infinite", root=root)
    if complete and try_out and _at_kink(step.input, slope, replay):
        really = replay.result(replay.nudge(step.input, BY)) - value
        return words(
            "raise_kink",
            name=name,
            root=root,
            gradient=gradient,
            slope=short(slope),
            by=short(BY),
            change=short(round(really, 12)),
        )
    key = ("raise_" if complete else "so_far_") + (
        "up" if slope > 0 else "down" if slope < 0 else "none"
    )
    return words(
        key,
        name=name,
        giving=giving,
        root=root,
        by=short(BY),
        change=short(abs(slope) * BY),
        arrow=step.arrow,
        arrows=step.arrows,
    )


def _at_kink(node: Node, slope: float, replay: Replay) -> bool:
    """Whether the root moves otherwise than the gradient says, at the smallest of raises."""
    at = single(node.data)
    by = STEP * max(1.0, abs(at))
    before = single(replay.root.data)
    after = replay.result(replay.nudge(node, by))
    if not (math.isfinite(at) and math.isfinite(after)):
        return False
    rounding = 1e-12 * max(abs(before), abs(after)) / by
    return abs((after - before) / by - slope) > 0.01 * max(1.0, abs(slope)) + rounding


def nudge(
    node: Node, name: str, root: str, replay: Replay, keys: dict[Node, str], words: Words
) -> Nudge | None:
    """What raising the node by 0.01 does to every number that is drawn; None for an array."""
    if not is_single(node.data):
        return None
    changed = replay.nudge(node, BY)
    before, after = single(replay.root.data), replay.result(changed)
    if not (math.isfinite(before) and math.isfinite(after)):
        return None
    sentence = words(
        "nudged",
        name=name,
        old=short(single(node.data)),
        new=beside(single(node.data), single(changed[node])),
        root=root,
        before=short(before),
        after=beside(before, after),
        change=short(round(after - before, 12)),
    )
    values = tuple(
        (keys[n], beside(single(n.data), single(v)))
        for n, v in changed.items()
        if n in keys and is_single(v)
    )
    return Nudge(words("nudge", name=name), sentence, values)


def beside(old: float, new: float) -> str:
    """`new` with as many digits as it takes to tell it from `old`: 100.003, not 100."""
    text = short(new)
    difference = abs(new - old)
    if text != short(old) or not 0 < difference < math.inf:
        return text
    decimals = min(12, max(0, 1 - math.floor(math.log10(difference))))
    return f"{new:.{decimals}f}"
