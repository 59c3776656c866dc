"""The walk through a large graph of single numbers: part by part, each arrow of many at once.

Whatever stands alone is told as in any walk. An arrow between parts says for every number that
receives what it is made of: upstream times local derivative, added up over the arrows that arrive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograd_lite.graph import Node
from autograd_lite.rows import Elementwise
from autograd_lite.stepwise import Step

from . import formula
from .backward import hand_over
from .entries import fitted
from .formula import row
from .formulas import brief, full
from .forward import compute
from .frames import BACKWARD, FORWARD, Change, Frame, Line, Walk
from .grouping import SINGLE, Part
from .mathml import plain
from .matrix import Array, Arrays, SumOf, Table, arrays, filled
from .outline import Box
from .parts_drawn import PartsDrawn, few_parts, values
from .scene import Scene, noted, numbered
from .words import Words


def grouped(
    root: Node, names: Mapping[str, Any] | None, named: Mapping[Node, str], words: Words
) -> Walk | None:
    """The walk by parts; None where the graph does not fall into few of them."""
    found = few_parts(root, named)
    return None if found is None else _Teller(root, names, found, words).walk()


class _Teller:
    def __init__(
        self,
        root: Node,
        names: Mapping[str, Any] | None,
        found: Sequence[Part],
        words: Words,
    ) -> None:
        self.words, self.parts, self.root = words, found, root
        drawn = PartsDrawn(found, words)
        self.part_of, self.keys, self.between = drawn.part_of, drawn.keys, drawn.between
        self.scene = Scene(root, names, None, words, drawn=drawn.outline)
        for part in found:
            for node in part.members:
                self.scene.names[node] = part.name
        self.root_name = self.scene.names[root]

    # --- the walk ---------------------------------------------------------------------------------

    def walk(self) -> Walk:
        """Forward by part, backward by the arrows between parts."""
        scene = self.scene
        forward = [
            compute(scene, box) if part.kind == SINGLE else self._forward(part)
            for part, box in self._computed()
        ]
        forward[0] = noted(forward[0], scene.outline.note)
        value = brief(self.root.data)
        said = self.words("forward_last", root=self.root_name, value=value)
        forward[-1] = noted(forward[-1], said)
        frames = [*numbered(forward), *numbered(self._backward())]
        names = scene.names
        return Walk(self.root, names, scene.outline, self.words, tuple(frames))

    def _computed(self) -> list[tuple[Part, Box]]:
        boxes = {box.key: box for box in self.scene.outline.boxes}
        return [(p, boxes[self.keys[p]]) for p in self.parts if not p.is_given]

    def _forward(self, part: Part) -> Frame:
        key, result = self.keys[part], Table(part.name, values(part))
        sources = [source for source, target in self.between if target is part]
        shown = self._entrywise(part, result) or arrays(
            [*(Table(s.name, values(s)) for s in sources), result], None
        )
        lines = [a for a in self.scene.outline.arrows if a.target == key]
        text = brief(result.numbers)
        names = self.words.listed([source.name for source in sources])
        note = said = self.words("part_forward_status", part=part.name, sources=names, value=text)
        if shown is not None and shown.how is not None:
            said = f"{said} {shown.sentence(shown.chosen, self.words)}"
        return Frame(
            FORWARD,
            0,
            0,
            self.words("part_forward", part=part.name),
            said,
            note=note,
            giving=tuple(dict.fromkeys(line.source for line in lines)),
            receiving=key,
            arrows=tuple(line.key for line in lines),
            changes=(Change(key, "value", text, text, full(result.numbers)),),
            arrays=shown,
        )

    def _entrywise(self, part: Part, result: Table) -> Arrays | None:
        """A function of one number, applied to each: its rule, filled in for every entry."""
        nodes = part.shown
        if len(nodes) != len(part.members):
            return None
        for node in nodes:
            alone = isinstance(node.op, Elementwise) and len(node.operands) == 1
            if not alone or not isinstance(node.operands[0], Node):
                return None
        given = np.array([n.operands[0].data for n in nodes], dtype=float)
        template = plain(self.scene.formulas.filled(nodes[0], [formula.words("{0}")]))
        return filled(template, [Table(self.part_of[nodes[0].operands[0]].name, given)], result)

    def _backward(self) -> list[Frame]:
        buckets: dict[tuple[Part, Part], list[Step]] = {}
        for step in self.scene.steps:
            giver, receiver = self.part_of[step.node], self.part_of[step.input]
            if giver is not receiver:
                buckets.setdefault((giver, receiver), []).append(step)
        place = {part: i for i, part in enumerate(self.parts)}
        order = sorted(buckets, key=lambda pair: (-place[pair[0]], -place[pair[1]]))
        arrivals: dict[Part, int] = {}
        for _, receiver in order:
            arrivals[receiver] = arrivals.get(receiver, 0) + 1
        seed = Change(self.keys[self.part_of[self.root]], "gradient", "1", "1", "1.0")
        held: dict[Node, float] = {}
        seen: dict[Part, int] = {}
        frames: list[Frame] = []
        for giver, receiver in order:
            found = buckets[giver, receiver]
            seen[receiver] = seen.get(receiver, 0) + 1
            alone = giver.kind == SINGLE and receiver.kind == SINGLE
            if alone and all(self.part_of[s.node].kind == SINGLE for s in self._into(receiver)):
                frames += [hand_over(self.scene, step) for step in found]
                continue
            before = dict(held)
            for step in found:
                held[step.input] = held.get(step.input, 0.0) + float(step.contribution)
            place_of = (seen[receiver], arrivals[receiver])
            frames.append(self._hand_over(giver, receiver, found, before, held, place_of))
        start = self.words("seed", root=self.root_name)
        frames[0] = noted(frames[0], start)
        frames[0] = replace(frames[0], changes=(seed, *frames[0].changes))
        return frames

    def _into(self, receiver: Part) -> list[Step]:
        return [s for node in receiver.members for s in self.scene.arriving.get(node, [])]

    def _hand_over(
        self,
        giver: Part,
        receiver: Part,
        found: list[Step],
        before: Mapping[Node, float],
        after: Mapping[Node, float],
        place: tuple[int, int],
    ) -> Frame:
        words, key = self.words, self.keys[receiver]
        gradient = f"∂{self.root_name}/∂{receiver.name}"
        shown = self._shares(giver, receiver, found, gradient, before, after, place)
        now = _collected(receiver, after)
        text, arrow = brief(now), self.between[receiver, giver]
        chain = row(
            formula.words(f"{words('from')} {giver.name}: "),
            formula.operator("∑"),
            formula.words(words("part_upstream")),
            "·",
            formula.words(words("part_local")),
        )
        complete = place[0] == place[1]
        said = [
            words("part_hands", giving=giver.name, receiving=receiver.name),
            self._count(found),
            "" if shown is None else shown.sentence(shown.chosen, words),
        ]
        return Frame(
            BACKWARD,
            0,
            0,
            words("part_hands_title", giving=giver.name, receiving=receiver.name),
            " ".join(s for s in said if s),
            (Line("chain", words("line_chain"), chain),),
            why=words("part_why", count=f"{len(found):,}"),
            giving=(self.keys[giver],),
            receiving=key,
            arrows=(arrow,),
            arrow_tip=self._count(found),
            arrow=place[0],
            arrows_in_all=place[1],
            changes=(Change(key, "gradient", text, text, full(now), complete),),
            arrays=shown,
        )

    def _count(self, found: list[Step]) -> str:
        if len(found) == 1:
            return self.words("part_arrow")
        return self.words("part_arrows", count=f"{len(found):,}")

    def _shares(
        self,
        giver: Part,
        receiver: Part,
        found: list[Step],
        gradient: str,
        before: Mapping[Node, float],
        after: Mapping[Node, float],
        place: tuple[int, int],
    ) -> Arrays | None:
        """Every entry that receives, and the products that add up to it."""
        rows: dict[Node, list[Step]] = {node: [] for node in receiver.shown}
        for step in found:
            rows.setdefault(step.input, []).append(step)
        if len(rows) > len(receiver.shown):  # something arrives at a number that is not shown
            return None
        ordered = [step for node in receiver.shown for step in rows[node]]
        ends = np.cumsum([0, *(len(rows[node]) for node in receiver.shown)])
        shares = np.array(
            [sum(float(s.contribution) for s in rows[node]) for node in receiver.shown]
        ).reshape(receiver.shape)
        upstream, local = (
            _table([float(getattr(s, what)) for s in ordered], ends, receiver.shape)
            for what in ("upstream", "local")
        )

        def terms(entry: int) -> Array:
            places = np.arange(ends[entry], ends[entry + 1])
            return np.stack([places, places], axis=1)

        entries = fitted(shares, upstream, local, terms)
        name = gradient
        if place[1] > 1:
            name = self.words("table_share", giving=giver.name, gradient=gradient)
        tables = [
            Table(self.words("table_upstream", giving=giver.name), upstream),
            Table(self.words("table_local"), local),
            Table(name, shares),
        ]
        how = None if entries is None else SumOf(entries, 0, 1)
        made = arrays(tables, how, slope=place[1] == 1)
        if made is None or place[0] == 1:
            return made
        return Arrays(
            made.tables,
            made.how,
            made.chosen,
            made.slope,
            _collected(receiver, before),
            _collected(receiver, after),
        )


def _collected(part: Part, held: Mapping[Node, float]) -> Array:
    return np.array([held.get(node, 0.0) for node in part.shown]).reshape(part.shape)


def _table(numbers: list[float], ends: Array, shape: tuple[int, ...]) -> Array:
    """Numbers in the shape of what receives, with one more axis where each gets several."""
    each = np.diff(ends)
    array = np.array(numbers)
    if np.all(each == 1):
        return array.reshape(shape)
    return array.reshape(len(each), -1) if np.all(each == each[0]) else array
