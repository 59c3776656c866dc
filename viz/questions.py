"""The questions of a quiz about one graph: what is asked, what is shown, and what is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograd_lite.graph import Node
from autograd_lite.stepwise import Step

from .backward import effect
from .formula import name, partial, row
from .formulas import amount, brief, is_single, single
from .frames import BACKWARD, UPDATE, Change, Frame, Ledger, LedgerRow, Line, Walk
from .hints import Hints, hints
from .mathml import plain
from .matrix import Arrays
from .numbers import short, short_array
from .remarks import remark
from .scene import Scene
from .situations import Situation
from .slips import Slip, slips, the_one

ENTRIES = 9  # an array up to this size is asked whole, a larger one by one entry


@dataclass(frozen=True, eq=False)
class Question:
    """One thing to predict. `str(question)` is how a terminal asks it.

    ask: contribution, local, total, next or update.  frame: the index of the frame that answers it.
    shown: what stands there until then.  names: numbers of the names that an answer may use.
    answer: the right answer to four digits.  told: what is said once it is known.
    rule: what it practises.  choices: for "next", a remark for every name; "" for a right one.
    """

    ask: str
    frame: int
    shown: Frame
    prompt: str
    hints: Hints
    names: Mapping[str, float]
    answer: str
    told: str
    rule: str
    example: str
    situation: Situation | None = None
    choices: Mapping[str, str] | None = None
    remarks: tuple[tuple[Slip, str], ...] = ()  # what is said to each slip

    @property
    def title(self) -> str:
        return self.shown.title

    @property
    def shape(self) -> tuple[int, ...]:
        return () if self.situation is None else np.shape(self.situation.right)

    def __str__(self) -> str:
        lines = [f"{line.title}: {line}" for line in self.shown.lines]
        ledger = self.shown.ledger
        if ledger is not None:
            held = [r for r in ledger.rows if r.state == "done"]
            lines += [f"{r.source}: {r.product} = {r.amount}".replace(":  =", ":") for r in held]
        return "\n".join([self.title, *(f"  {line}" for line in lines), self.prompt])

    def remark(self, answer: Any) -> tuple[str, str]:
        """The key of the slip that a wrong answer shows, and what is said to it; "" for none."""
        told = dict(self.remarks)
        slip = the_one(tuple(told), answer)
        return ("", "") if slip is None else (slip.key, told[slip])


def questions(scene: Scene, walk: Walk, ask: str, rate: float) -> list[Question]:
    """The questions of one kind, in the order of the walk."""
    return list(_Maker(scene, walk, rate).make(ask))


def _given(arrays: Arrays | None) -> Arrays | None:
    """The arrays that an answer is made from, without what comes out."""
    if arrays is None or len(arrays.tables) < 2:
        return None
    return Arrays(arrays.tables[:-1], how=None)


class _Maker:
    def __init__(self, scene: Scene, walk: Walk, rate: float) -> None:
        self.scene, self.walk, self.rate = scene, walk, rate
        self.words, self.root = scene.words, scene.names[scene.root]
        self.values = {
            called: single(node.data)
            for node, called in scene.names.items()
            if is_single(node.data)
        }
        self.nodes = {key: node for node, key in scene.shown.items()}

    def make(self, ask: str) -> Iterator[Question]:
        known = dict(self.values)
        known |= self._gradient(self.scene.root, 1.0)
        handed: set[Node] = set()
        for i, frame in enumerate(self.walk.frames):
            step = frame.step
            if ask == "update" and frame.phase == UPDATE:
                yield self._update(i, frame, dict(known))
            if step is None:
                continue
            if ask == "next" and step.node not in handed:
                yield self._next(i, frame, handed)
            handed.add(step.node)
            if ask in ("local", "both") and step.local is not None:
                yield self._arrow(i, frame, step, "local", dict(known))
            if ask in ("contribution", "both"):
                after_local = ask == "both" and step.local is not None
                yield self._arrow(i, frame, step, "contribution", dict(known), after_local)
            if ask == "total" and step.arrow == step.arrows:
                yield self._arrow(i, frame, step, "total", dict(known))
            if step.arrow == step.arrows:
                known |= self._gradient(step.input, step.after)

    def _gradient(self, node: Node, value: Any) -> dict[str, float]:
        """The names of a gradient that is known: ∂L/∂c, and dL/dc for those who type it."""
        if not is_single(value):
            return {}
        called = self.scene.names[node]
        return {f"{d}{self.root}/{d}{called}": single(value) for d in "∂d"}

    # --- one arrow ------------------------------------------------------------------------------

    def _arrow(
        self,
        i: int,
        frame: Frame,
        step: Step,
        ask: str,
        known: dict[str, float],
        local_known: bool = False,
    ) -> Question:
        words, scene = self.words, self.scene
        giving, receiving = scene.names[step.node], scene.formulas.slot_name(step.node, step.slot)
        gradient = scene.gradient(step.input)
        above = tuple(scene.arriving.get(step.node, ()))
        situation = Situation(ask, step, tuple(scene.arriving[step.input]), above, self.rate)
        situation, wanted = self._entry(situation)
        prompt = words(f"ask_{ask}", gradient=gradient, giving=giving, receiving=receiving)
        title = words(
            "ask_title",
            receiving=scene.names[step.input],
            arrow=step.arrow,
            arrows=step.arrows,
        )
        lines = self._lines(frame, step, ask, local_known)
        shown = replace(
            self._asked(frame, title, f"{prompt} {wanted}".strip(), lines),
            ledger=self._ledger(frame.ledger) if step.arrows > 1 and ask == "total" else None,
            giving=frame.giving,
            receiving=frame.receiving,
            arrows=frame.arrows,
            arrow_text=self._arrow_text(frame, local_known),
            arrays=_given(frame.arrays),
            arrow=frame.arrow,
            arrows_in_all=frame.arrows_in_all,
            changes=self._unknown(frame, step, asked=ask != "local"),
        )
        reaction = plain(partial(giving, receiving))
        if ask == "local":
            told = f"{reaction} = {brief(step.local)}."
        elif ask == "total" or not frame.line("numbers"):
            told = effect(scene, step, gradient)
        else:
            told = f"{frame.line('numbers')}. {effect(scene, step, gradient)}"
        return self._question(i, shown, situation, prompt, wanted, known, told, frame)

    def _lines(self, frame: Frame, step: Step, ask: str, local_known: bool) -> tuple[Line, ...]:
        """What a learner may see: the chain rule, what was computed, and what comes from above."""
        words, scene = self.words, self.scene
        chain = next(line for line in frame.lines if line.key == "chain")
        shapes = [line for line in frame.lines if line.key == "shapes"]
        if local_known:
            rule = [line for line in frame.lines if line.key in ("local", "slope")]
        else:
            rule = [Line("rule", words("line_rule"), scene.formulas.equation(step.node))]
        if ask == "local":
            return tuple(rule)
        if _given(frame.arrays) is not None and not is_single(step.upstream):
            return (chain, *rule, *shapes)  # the upstream gradient is one of the arrays shown
        upstream = partial(self.root, scene.names[step.node])
        above = Line("upstream", words("line_upstream"), row(upstream, "=", amount(step.upstream)))
        return (chain, *rule, *shapes, above)

    def _arrow_text(self, frame: Frame, local_known: bool) -> str:
        if not frame.arrow_text:
            return ""
        return frame.arrow_text if local_known else f"× {self.words('unknown')}"

    def _unknown(self, frame: Frame, step: Step, asked: bool = True) -> tuple[Change, ...]:
        """What the boxes show: a question mark where the frame will have the number asked."""
        key = self.scene.shown[step.input]
        found = [c for c in frame.changes if c.box != key]  # where backward starts: dL/dL = 1
        if asked:
            mark = self.words("unknown")
            held = mark if step.before is None else f"{brief(step.before)} + {mark}"
            found.append(Change(key, "gradient", held, mark, held, complete=False))
        return tuple(found)

    def _ledger(self, ledger: Ledger | None) -> Ledger | None:
        if ledger is None:
            return None
        mark = self.words("unknown")
        rows = tuple(
            LedgerRow(r.source, "", mark, r.state) if r.state == "current" else r
            for r in ledger.rows
        )
        return replace(ledger, rows=rows, total_title=self.words("total_asked"), total=mark)

    # --- update and readiness -------------------------------------------------------------------

    def _update(self, i: int, frame: Frame, known: dict[str, float]) -> Question:
        words, node = self.words, self.nodes[frame.receiving]
        arriving = tuple(self.scene.arriving[node])
        situation = Situation("update", arriving[-1], arriving, rate=self.rate)
        situation, wanted = self._entry(situation)
        called, slope = self.scene.names[node], arriving[-1].after
        prompt = words("ask_update", receiving=called, rate=short(self.rate))
        gradient = Line(
            "upstream", words("gradient"), row(partial(self.root, called), "=", amount(slope))
        )
        rate = Line("rate", words("rate"), amount(self.rate))
        value = Line("value", words("value"), row(name(called), "=", amount(node.data)))
        mark = words("unknown")
        change = frame.changes[0]
        now = f"{brief(node.data)} → {mark}"
        shown = replace(
            self._asked(
                frame,
                words("ask_title_update", receiving=called),
                f"{prompt} {wanted}".strip(),
                (value, gradient, rate),
            ),
            note="",
            receiving=frame.receiving,
            changes=(replace(change, now=now, settled=mark, full=now),),
        )
        told = f"{frame.line('numbers')}. {frame.meaning}".strip()
        return self._question(i, shown, situation, prompt, wanted, known, told, frame)

    def _next(self, i: int, frame: Frame, handed: set[Node]) -> Question:
        words, scene = self.words, self.scene
        assert frame.step is not None
        position = scene.steps.index(frame.step)
        arrived: dict[Node, int] = {}
        for step in scene.steps[:position]:
            arrived[step.input] = step.arrow
        givers = {step.node for step in scene.steps}
        choices = {}
        for node in scene.shown:
            called = scene.names[node]
            arrows = len(scene.arriving.get(node, ()))
            missing = arrows - arrived.get(node, 0)
            if node not in givers:
                choices[called] = words("next_leaf", name=called)
            elif node in handed:
                choices[called] = words("next_done", name=called)
            elif missing:
                key = "next_waits_one" if arrows == 1 else "next_waits"
                choices[called] = words(key, name=called, count=missing, arrows=arrows)
            else:
                choices[called] = ""
        expected = scene.names[frame.step.node]
        prompt = words("ask_next")
        title = words("ask_title_next")
        asked = self._asked(frame, title, prompt, ())
        shown = replace(asked, changes=self._unknown(frame, frame.step, asked=False))
        last = words("hint_next_three", formula=plain(scene.formulas.rule(frame.step.node)))
        return Question(
            "next",
            i,
            shown,
            prompt,
            (words("hint_next_one"), words("hint_next_two"), last),
            {},
            expected,
            "",
            words("rule_next"),
            next(iter(choices)),
            choices=choices,
        )

    # --- what all questions share ---------------------------------------------------------------

    def _asked(self, frame: Frame, title: str, prompt: str, lines: Sequence[Line]) -> Frame:
        """A frame that shows the question: only what is known before it is answered."""
        note = frame.note if frame.phase == BACKWARD else ""
        heading = title if title.endswith("?") else f"{title}."
        said = [note, heading, *(f"{line.title}: {line}." for line in lines), prompt]
        status = " ".join(s for s in said if s)
        return Frame(frame.phase, frame.number, frame.count, title, status, tuple(lines), note=note)

    def _entry(self, situation: Situation) -> tuple[Situation, str]:
        """Which part of an array is asked, and how that is said."""
        right = np.asarray(situation.right)
        if not right.ndim:
            return situation, ""
        if right.size == 1:
            return replace(situation, entry=(0,) * right.ndim), ""
        if right.size <= ENTRIES:
            return situation, self.words("ask_list", count=right.size)
        at = np.unravel_index(int(np.nanargmax(np.abs(right))), right.shape)
        entry = tuple(int(k) for k in at)
        place = str(tuple(k + 1 for k in entry))
        return replace(situation, entry=entry), self.words("ask_entry", place=place)

    def _question(
        self,
        i: int,
        shown: Frame,
        situation: Situation,
        prompt: str,
        wanted: str,
        known: dict[str, float],
        told: str,
        frame: Frame,
    ) -> Question:
        step, words = situation.arrow, self.words
        right = situation.right
        said = tuple(
            (slip, remark(slip, situation, self.scene.names, self.scene.root, words))
            for slip in slips(situation)
        )
        if np.ndim(right):
            example = words("answer_example_list")
        else:
            usable = [n for n in self.values if len(n) <= 4]
            key = "answer_example" if usable else "answer_example_plain"
            example = words(key, name=usable[0] if usable else "")
        update = situation.ask == "update"
        rule = words("rule_update") if update else f"{step.node.op.name} ({step.node.op.badge})"
        return Question(
            situation.ask,
            i,
            shown,
            f"{prompt} {wanted}".strip(),
            hints(self.scene, situation, frame),
            known,
            short_array(right) if np.ndim(right) else short(right),
            told,
            rule,
            example,
            situation,
            remarks=said,
        )
