"""Three hints for each question of a quiz: the first asks, the last nearly says it."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd_lite.graph import Node
from autograd_lite.rows import Elementwise
from autograd_lite.stepwise import Step

from .formula import partial, row
from .formulas import amount, brief, data, is_single, shape, single
from .frames import Frame
from .mathml import plain
from .numbers import short
from .scene import Scene
from .situations import Situation, local_at, same
from .telling import raised, why

Hints = tuple[str, str, str]


def hints(scene: Scene, situation: Situation, frame: Frame) -> Hints:
    """The hints for a question about numbers, in the order in which they are given."""
    if situation.ask == "update":
        return _update(scene, situation)
    if situation.ask == "total" and len(situation.arriving) > 1:
        return _total(scene, situation, frame)
    step = situation.arrow
    if not isinstance(step.node.op, Elementwise):
        return _whole(scene, step, frame)
    words, names = scene.words, _names(scene, step)
    top = "_top" if step.node is scene.root else ""  # where 1 arrives, one reaction is left
    if situation.ask == "local":
        on_names, _ = scene.formulas.local(step.node, step.slot)
        if on_names is None:
            last = words("hint_local_three_number", **names)
        else:
            last = words("hint_local_three", **names, local=plain(on_names))
        return words(f"hint_local_one{top}", **names), _reaction(scene, step), last
    return (
        words(f"hint_contribution_one{top}", **names),
        _reaction(scene, step),
        words("hint_contribution_three", **names),
    )


def _names(scene: Scene, step: Step) -> dict[str, str]:
    root, giving = scene.names[scene.root], scene.names[step.node]
    return {
        "root": root,
        "giving": giving,
        "receiving": scene.formulas.slot_name(step.node, step.slot),
        "upstream_name": plain(partial(root, giving)),
        "upstream": plain(amount(step.upstream)),
    }


def _reaction(scene: Scene, step: Step) -> str:
    """How to find the local derivative: by raising the input by 1, or from the rule's own words."""
    words, names, rule = scene.words, _names(scene, step), step.node.op
    if not (is_single(step.input.data) and _is_straight(step)):
        said = raised(rule.why[step.slot]) or words("hint_local_three_number", **names)
        slopes = np.reshape(step.local, -1)
        constant = np.all(slopes == slopes[0]) and np.ndim(step.node.data)
        return words(
            "hint_rule" if constant else "hint_slope",
            **names,
            formula=plain(scene.formulas.rule(step.node)),
            why=said.rstrip("."),
            input=plain(amount(step.input.data)),
            output=plain(amount(step.node.data)),
        )
    old = single(step.input.data)
    others = [
        scene.formulas.slot_name(step.node, i)
        for i, x in enumerate(step.node.operands)
        if i != step.slot and isinstance(x, Node)
    ]
    key = "hint_raise" if others else "hint_raise_alone"
    return words(key, **names, others=words.listed(others), old=short(old), new=short(old + 1))


def _is_straight(step: Step) -> bool:
    """Whether raising the input by 1 changes the output by exactly the local derivative."""
    operands = tuple(data(x) for x in step.node.operands)
    moved = (*operands[: step.slot], operands[step.slot] + 1.0, *operands[step.slot + 1 :])
    with np.errstate(all="ignore"):
        after = step.node.op.compute(moved, {})
        return same(after - step.node.data, step.local) and same(
            local_at(step, moved, after), step.local
        )


def _whole(scene: Scene, step: Step, frame: Frame) -> Hints:
    words, names = scene.words, _names(scene, step)
    reason = why(step, scene.formulas, words)
    return (
        words("hint_whole_one", **names, why=reason),
        words("hint_whole_two", **names, shape=shape(np.shape(step.input.data))),
        words("hint_whole_three", **names, chain=_chain(scene, step, frame)),
    )


def _chain(scene: Scene, step: Step, frame: Frame) -> str:
    """The chain rule of a frame without the words before it."""
    return frame.line("chain").removeprefix(f"{scene.words('from')} {scene.names[step.node]}: ")


def _total(scene: Scene, situation: Situation, frame: Frame) -> Hints:
    words, step = scene.words, situation.arrow
    names: dict[str, Any] = {**_names(scene, step), "receiving": scene.names[step.input]}
    givers = list(dict.fromkeys(scene.names[s.node] for s in situation.arriving))
    arrows = f"{len(situation.arriving)} ({', '.join(givers)})"
    return (
        words("hint_total_one", **names, arrows=arrows),
        words("hint_total_two", **names, chain=_chain(scene, step, frame)),
        words("hint_total_three", **names, before=brief(step.before)),
    )


def _update(scene: Scene, situation: Situation) -> Hints:
    words, node = scene.words, situation.arrow.input
    names = {
        "root": scene.names[scene.root],
        "receiving": scene.names[node],
        "gradient": scene.gradient(node),
        "step": plain(row(amount(situation.rate), "·", amount(situation.arriving[-1].after))),
        "input": brief(node.data),
    }
    one, two, three = (words(f"hint_update_{n}", **names) for n in ("one", "two", "three"))
    return one, two, three
