"""The arrays that a frame shows: of a value, of a contribution, of an update."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from autograd_lite.graph import Node
from autograd_lite.rows import Elementwise, Structural
from autograd_lite.stepwise import Step

from .entries import of_share, of_value
from .formula import words as said
from .formulas import data
from .mathml import plain
from .matrix import Arrays, Filled, SumOf, Table, arrays, filled
from .numbers import short
from .scene import Scene


def of_forward(scene: Scene, node: Node) -> Arrays | None:
    """The operands and the value of an operation; None where all are single numbers."""
    operands = [np.asarray(data(x)) for x in node.operands]
    if all(x.size == 1 for x in (*operands, np.asarray(node.data))):
        return None
    if any(x.dtype.kind not in "biuf" for x in operands):
        return None
    named = [scene.formulas.operand_name(node, slot) for slot in range(len(operands))]
    tables = [Table(name, x) for name, x in zip(named, operands, strict=True)]
    result = Table(scene.names[node], np.asarray(node.data))
    if isinstance(node.op, Elementwise):
        places = [said(f"{{{i}}}") for i in range(len(operands))]
        template = plain(scene.formulas.filled(node, places))
        return filled(_only_places(template, len(operands)), tables, result)
    found = of_value(node)
    if found is None:
        return arrays([*tables, result], None)
    second = 1 if len(operands) == 2 else None
    return arrays([*tables, result], SumOf(found, 0, second))


def of_backward(scene: Scene, step: Step) -> Arrays | None:
    """What is multiplied and added up into a contribution; None where all are single numbers."""
    found = _contribution(scene, step)
    if found is None or step.before is None:
        return found
    return replace(found, before=np.asarray(step.before), after=np.asarray(step.after))


def _contribution(scene: Scene, step: Step) -> Arrays | None:
    shared, node = np.asarray(step.contribution), step.node
    if shared.size == 1 and np.size(step.upstream) == 1 and np.size(step.input.data) == 1:
        return None
    gradient = scene.gradient(step.input)
    upstream = Table(scene.gradient(node), np.asarray(step.upstream))
    name = gradient
    if step.arrows > 1:
        name = scene.words("table_share", giving=scene.names[node], gradient=gradient)
    result = Table(name, shared)
    slope = step.arrows == 1
    shown = _shows(scene, step, result)
    if shown is not None:
        return shown
    found = of_share(step)
    if found is None:
        return arrays([upstream, result], None, slope)
    if found.second is None:
        return arrays([upstream, result], SumOf(found, 0, None), slope)
    if isinstance(node.op, Elementwise):
        reaction = f"∂{scene.names[node]}/∂{scene.formulas.slot_name(node, step.slot)}"
        factor = Table(reaction, found.second)
        return arrays([upstream, factor, result], SumOf(found, 0, 1), slope)
    ahead = step.slot > 0
    operand = len(node.operands) == 2 and found.second is not None
    other = np.asarray(data(node.operands[1 - step.slot])) if operand else None
    if other is not None and other.shape == found.second.shape and other is not step.input.data:
        factor = Table(scene.formulas.operand_name(node, 1 - step.slot), found.second)
    else:
        receiving = scene.formulas.slot_name(node, step.slot)
        factor = Table(f"∂{scene.names[node]}/∂{receiving}", found.second)
    tables = [factor, upstream, result] if ahead else [upstream, factor, result]
    first = 1 if ahead else 0
    return arrays(tables, SumOf(found, first, 1 - first, ahead), slope)


def _shows(scene: Scene, step: Step, result: Table) -> Arrays | None:
    """The arrays that the row itself names, for a rule that is fused: p - y."""
    rule = step.node.op
    if not isinstance(rule, Structural) or not rule.vjp_shows:
        return None
    operands = [np.asarray(data(x)) for x in step.node.operands]
    shown = rule.vjp_shows[step.slot](step.upstream, step.node.data, *operands, **step.node.params)
    template = rule.vjp_entry[step.slot]
    if np.size(step.upstream) == 1 and float(np.asarray(step.upstream).reshape(-1)[0]) == 1.0:
        template = template.removeprefix("{g} · ")
    names = [name for name in shown if "{" + name + "}" in template]
    tables = [Table(name, np.asarray(shown[name])) for name in names]
    made = filled(template, tables, result, names)
    if made is None:
        return None
    kept = [i for i, table in enumerate(tables) if np.size(table.numbers) > 1]
    return _without_singles(made, kept)


def _without_singles(made: Arrays, kept: list[int]) -> Arrays:
    """The same arrays with single numbers written into the formula instead of standing beside."""
    how = made.how
    assert isinstance(how, Filled)
    single = {i: short(table.numbers) for i, table in enumerate(made.tables[:-1]) if i not in kept}
    order = {old: new for new, old in enumerate(kept)}
    texts: list[str] = []
    places: list[tuple[int, tuple[int, ...]]] = []
    for table, strides in how.places:
        if table in single:
            texts.append(single[table])
        else:
            texts.append(f"{{{len(places)}}}")
            places.append((order[table], strides))
    tables = (*(made.tables[i] for i in kept), made.result)
    told = Filled(how.formula.format(*texts), tuple(places))
    return Arrays(tables, told, made.chosen, made.slope)


def _only_places(template: str, count: int) -> str:
    """The template with every brace doubled that is not one of its places."""
    doubled = template.replace("{", "{{").replace("}", "}}")
    for i in range(count):
        doubled = doubled.replace(f"{{{{{i}}}}}", f"{{{i}}}")
    return doubled


def of_update(scene: Scene, node: Node, slope: Any, new: Any, rate: float) -> Arrays | None:
    """The numbers before, the gradient, and the numbers after."""
    tables = [
        Table(scene.names[node], np.asarray(node.data)),
        Table(scene.gradient(node), np.asarray(slope)),
    ]
    result = Table(scene.names[node], np.asarray(new))
    return filled(f"{{0}} - {short(rate)} · {{1}}", tables, result)
