"""The wrong order beside the right one: which frames go wrong, and what comes out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from autograd_lite.stepwise import Step, steps

from .formulas import brief, is_single, single
from .frames import Beside, BesideRow, Frame
from .naive import differs, totals
from .numbers import short
from .scene import Scene, noted
from .telling import BY

WINDOW, LISTED = 14, 4  # rows of the two orders, and wrong gradients in a sentence


def beside_right(scene: Scene, frames: list[Frame]) -> list[Frame]:
    """The backward frames of a depth-first walk, with its mistakes marked where they happen."""
    right = steps(scene.root)
    good, here = totals(right), totals(scene.steps)
    good[scene.root] = here[scene.root] = None
    # A dictionary, since `in` a list would compare the numbers of nodes.
    wrong = {n: None for n in here if n is not scene.root and differs(here[n], good[n])}
    early = _early(scene.steps)
    place = {step: i for i, step in enumerate(scene.steps)}
    found = []
    for frame in frames:
        step = frame.step
        if step is None:
            found.append(frame)
            continue
        at = place[step]
        warnings = []
        if at in early:
            warnings.append(
                scene.words(
                    "orders_early",
                    giving=scene.names[step.node],
                    upstream=brief(step.upstream),
                    arrived=early[at],
                    arrows=scene.arriving[step.node][0].arrows,
                )
            )
        sent = next((s for s in scene.steps[:at] if s.node is step.input), None)
        if sent is not None:
            warnings.append(
                scene.words(
                    "orders_late",
                    receiving=scene.names[step.input],
                    sent=brief(sent.upstream),
                )
            )
        off = step.node is not scene.root and differs(step.upstream, good[step.node])
        frame = _astray(scene, frame, step, off, step.input in wrong)
        said = " ".join(warnings)
        if said:
            title = scene.words("orders_mark", text=frame.title)
            frame = replace(frame, title=title, warning=said, status=f"{frame.status} {said}")
        found.append(replace(frame, beside=_beside(scene, right, at, early)))
    if not found:
        return found
    found[0] = noted(found[0], scene.words("orders_start"))
    return [*found[:-1], _result(scene, found[-1], wrong, good, here)]


def _early(record: list[Step]) -> dict[int, int]:
    """For each step whose node still waited for arrows: how many of them had arrived."""
    count = {step.input: step.arrows for step in record}
    arrived: Counter[Any] = Counter()
    at_sending: dict[Any, int] = {}
    found = {}
    for i, step in enumerate(record):
        before = at_sending.setdefault(step.node, arrived[step.node])
        if before < count.get(step.node, 0):
            found[i] = before
        arrived[step.input] += 1
    return found


def _astray(scene: Scene, frame: Frame, step: Step, off: bool, wrong: bool) -> Frame:
    """The frame without a meaning that is not true, and with a mark on a total that is wrong."""
    complete = step.arrow == step.arrows
    meaning = "" if off else frame.meaning
    if not (complete and wrong):
        return replace(frame, meaning=meaning)
    if is_single(step.after):
        meaning = scene.words(
            "orders_meaning",
            gradient=scene.gradient(step.input),
            here=brief(step.after),
            name=scene.names[step.input],
            root=scene.names[scene.root],
            by=short(BY),
            change=short(single(step.after) * BY),
        )

    def marked(text: str) -> str:
        return scene.words("orders_mark", text=text)

    changes = tuple(
        replace(c, now=marked(c.now), settled=marked(c.settled)) if c.part == "gradient" else c
        for c in frame.changes
    )
    return replace(frame, meaning=meaning, changes=changes)


def _result(
    scene: Scene, frame: Frame, wrong: Iterable[Any], good: dict[Any, Any], here: dict[Any, Any]
) -> Frame:
    """The last frame says what came out, or that both orders agree."""
    if not wrong:
        shared = any(s.arrows > 1 and s.input.op is not None for s in scene.steps)
        return noted(frame, scene.words("orders_agree" if shared else "orders_agree_tree"))
    told = [
        scene.words(
            "orders_wrong",
            gradient=scene.gradient(node),
            here=brief(here[node]),
            right=brief(good[node]),
        )
        for node in wrong
    ]
    if len(told) > LISTED:
        told = [*told[:LISTED], scene.words("orders_more", count=len(told) - LISTED)]
    said = scene.words("orders_result", listed=scene.words.listed(told))
    warning = f"{frame.warning} {said}".strip()
    return replace(frame, warning=warning, status=f"{frame.status} {said}")


def _beside(scene: Scene, right: list[Step], at: int, early: dict[int, int]) -> Beside:
    """Both orders, arrow by arrow, around the step `at`."""
    start = max(0, min(at - WINDOW // 2, len(right) - WINDOW))
    rows = []
    for i in range(start, min(len(right), start + WINDOW)):
        state = "done" if i < at else "current" if i == at else "waiting"
        text = _arrow(scene, scene.steps[i])
        if i in early:
            text = scene.words("orders_mark", text=text)
        rows.append(BesideRow(text, _arrow(scene, right[i]), state))
    words = scene.words
    return Beside(words("orders_title"), (words("orders_here"), words("orders_right")), tuple(rows))


def _arrow(scene: Scene, step: Step) -> str:
    receiving = scene.formulas.slot_name(step.node, step.slot)
    return scene.words("orders_arrow", giving=scene.names[step.node], receiving=receiving)
