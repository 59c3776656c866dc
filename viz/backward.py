"""The backward frames: one for every arrow of the record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autograd_lite.graph import Node
from autograd_lite.rows import Elementwise
from autograd_lite.stepwise import Step

from . import formula
from .array_frames import of_backward
from .formula import Formula, partial, row
from .formulas import amount, brief, full, is_single, shape
from .frames import BACKWARD, Change, Frame, Ledger, LedgerRow, Line, Nudge
from .mathml import plain
from .scene import Scene, capital, noted, numbered
from .telling import meaning, nudge, why

LEDGER, LISTED = 12, 3  # rows of a ledger, and names in a sentence, before the rest is counted


def backward(scene: Scene) -> list[Frame]:
    """One frame for every arrow that is drawn, in the order of the record."""
    root = scene.names[scene.root]
    seed = Change(scene.shown[scene.root], "gradient", "1", "1", "1.0")
    start = scene.words("seed", root=root)
    frames: list[Frame] = []
    hidden = 0  # arrows that arrive where nothing is drawn, since the last one shown
    for step in scene.steps:
        if step.input not in scene.shown:
            hidden += 1
            continue
        frame = hand_over(scene, step)
        if hidden:
            frame = noted(frame, scene.words("folded_before", count=hidden))
        hidden = 0
        frames.append(frame)
    if hidden:
        frames[-1] = noted(frames[-1], scene.words("folded_after", count=hidden))
    if not frames:
        title = scene.words("seed_title", root=root)
        key = scene.shown[scene.root]
        line = Line("chain", scene.words("line_seed"), row(partial(root, root), "=", amount(1.0)))
        frames = [Frame(BACKWARD, 1, 1, title, start, (line,), receiving=key)]
    else:
        first = frames[0]
        note = f"{start} {first.note}".strip()
        frames[0] = replace(first, note=note, status=f"{start} {first.status}")
    frames[0] = replace(frames[0], changes=(seed, *frames[0].changes))
    return numbered(frames)


def hand_over(scene: Scene, step: Step) -> Frame:
    """The frame in which a node hands an operand its share."""
    words, formulas = scene.words, scene.formulas
    node, slot = step.node, step.slot
    giving, receiving = scene.names[node], formulas.slot_name(node, slot)
    gradient = scene.gradient(step.input)
    reason = why(step, formulas, words)
    arrays = of_backward(scene, step)
    lines, local_said = _lines(scene, step, arrays is not None)
    complete = step.arrow == step.arrows
    chain = plain(next(line.formula for line in lines if line.key == "chain"))
    numbers = next((f"{line}." for line in lines if line.key == "numbers"), "")
    if arrays is not None:
        numbers = arrays.sentence(arrays.chosen, words)
    since = f"{local_said}: {reason}" if local_said else capital(reason)
    said = [
        words(
            "status_chain",
            formula=plain(formulas.equation(node)),
            receiving=receiving,
            chain=chain.removeprefix(words("from") + f" {giving}: "),
        ),
        words("status_local", why=since),
        numbers,
        effect(scene, step, gradient),
    ]
    key = scene.shown[step.input]
    now, settled = _box_text(scene, step)
    return Frame(
        BACKWARD,
        0,
        0,
        words("backward_title", formula=plain(formulas.equation(node)), receiving=receiving),
        " ".join(s for s in said if s),
        tuple(lines),
        why=reason,
        ledger=_ledger(scene, step, gradient),
        meaning=meaning(
            step,
            scene.names[step.input],
            giving,
            scene.names[scene.root],
            gradient,
            scene.replay,
            scene.nudges,
            words,
        ),
        nudge=_nudge(scene, step.input) if complete else None,
        giving=(scene.box_key(node),),
        receiving=key,
        arrows=tuple(k for k in (scene.arrow_key(step),) if k),
        arrow_text=_arrow_text(scene, step),
        arrow_tip=_arrow_tip(scene, step, receiving, numbers),
        arrow=step.arrow,
        arrows_in_all=step.arrows,
        changes=(Change(key, "gradient", now, settled, full(step.after), complete),),
        arrays=arrays,
        step=step,
    )


def _lines(scene: Scene, step: Step, tabled: bool) -> tuple[list[Line], str]:
    """The lines of the explanation, and the local rule as half a sentence.

    tabled: the numbers stand in tables, so no line repeats them.
    """
    words, formulas, names = scene.words, scene.formulas, scene.names
    node, slot, root = step.node, step.slot, names[scene.root]
    receiving = formulas.slot_name(node, slot)
    sender = formula.words(f"{words('from')} {names[node]}: ")
    upstream, reaction = partial(root, names[node]), partial(names[node], receiving)
    equation = formulas.equation(node)
    if not isinstance(node.op, Elementwise):
        return _structural(scene, step, equation, sender, tabled), ""
    single = is_single(step.local) and is_single(step.upstream)
    times = "·" if single else "⊙"
    on_names, on_numbers = formulas.local(node, slot)
    number = amount(step.local)
    said, shown = "", row(equation, "⇒", reaction, "=", on_names or number)
    if on_names is None and not is_single(step.local):
        shown = equation
    if on_names is not None and on_names.kind != "number":
        rule = f"{plain(equation)}, {plain(row(reaction, '=', on_names))}"
        said = capital(words("why_since", rule=rule))
        if on_numbers == number and is_single(step.local):
            shown = row(*shown.parts, "=", number)
    lines = [
        Line("chain", words("line_chain"), row(sender, upstream, times, reaction)),
        Line("local", words("line_local"), shown),
    ]
    if said and on_numbers is not None and on_numbers != number and is_single(step.local):
        lines.append(Line("slope", "", row(reaction, "=", on_numbers, "=", number)))
    with np.errstate(all="ignore"):
        product = step.upstream * step.local
    if single and is_single(step.contribution):
        product = step.contribution  # a rule may shield 0 times infinity
    if not tabled:
        numbers = row(amount(step.upstream), times, number, "=", amount(product))
        lines.append(Line("numbers", words("line_numbers"), numbers))
    if np.shape(product) != np.shape(step.contribution):
        large = np.shape(product)
        examples = large[1:] == np.shape(step.contribution)
        stretched = words(
            "array_examples" if examples else "array_stretched",
            count=large[0],
            receiving=receiving,
            small=shape(np.shape(step.contribution)),
            large=shape(large),
        )
        lines.append(Line("shapes", words("line_shapes"), formula.words(stretched)))
    return lines, said


def _structural(
    scene: Scene, step: Step, equation: Formula, sender: Formula, tabled: bool
) -> list[Line]:
    """The lines for a rule on whole arrays: a matrix product in matrix form, others by words."""
    words, node, root = scene.words, step.node, scene.names[scene.root]
    receiving = scene.formulas.slot_name(node, step.slot)
    upstream = partial(root, scene.names[node])
    fitting = words(
        "array_shapes",
        before=shape(np.shape(node.data)),
        after=shape(np.shape(step.contribution)),
    )
    chain = row(sender, upstream)
    if node.op.name == "matmul":
        found = scene.formulas.matmul(node, step.slot, root)
        if found is not None:
            product, fitting = found
            chain = row(sender, product)
    elif node.op.vjp_entry and tabled:
        chain = row(sender, scene.formulas.entrywise(node, step.slot, upstream, step.upstream))
    lines = [
        Line("chain", words("line_chain"), chain),
        Line("local", words("line_local"), equation),
    ]
    if not is_single(step.upstream):
        lines.append(Line("shapes", words("line_shapes"), formula.words(fitting)))
    if not tabled:
        result = row(partial(root, receiving), "←", amount(step.contribution))
        lines.append(Line("numbers", words("line_numbers"), result))
    return lines


def effect(scene: Scene, step: Step, gradient: str) -> str:
    """What the receiving node holds after this arrow, in words."""
    words, receiving = scene.words, scene.names[step.input]
    if step.arrow == 1:
        said = words("status_first", gradient=gradient, after=brief(step.after))
    else:
        before = scene.arriving[step.input][: step.arrow - 1][:LISTED]
        earlier = words.listed(list(dict.fromkeys(scene.names[s.node] for s in before)))
        if step.arrow - 1 > LISTED:
            earlier = words("earlier_arrows", count=step.arrow - 1)
        said = words(
            "status_next",
            receiving=receiving,
            before=brief(step.before),
            earlier=earlier,
            after=brief(step.after),
        )
    if step.arrows == 1:
        return said
    key = "status_arrow_last" if step.arrow == step.arrows else "status_arrow"
    return f"{said} {words(key, arrow=step.arrow, arrows=step.arrows)}"


def _ledger(scene: Scene, step: Step, gradient: str) -> Ledger:
    words = scene.words
    rows = []
    arriving = scene.arriving[step.input]
    first, last = 0, len(arriving)
    if (
        last > LEDGER
    ):  # a node used thousands of times: the rows around this arrow, the rest counted
        first, last = max(0, step.arrow - LEDGER // 2), min(last, step.arrow + 2)
    if first:
        source = words("earlier_arrows", count=first)
        rows.append(LedgerRow(source, "", brief(arriving[first - 1].after), "done"))
    for other in arriving[first:last]:
        source = words("ledger_from", giving=scene.names[other.node], badge=other.node.op.badge)
        if other.arrow > step.arrow:
            rows.append(LedgerRow(source, "", "", "waiting"))
            continue
        state = "current" if other.arrow == step.arrow else "done"
        rows.append(LedgerRow(source, _product(scene, other), brief(other.contribution), state))
    if last < len(arriving):
        source = words("later_arrows", count=len(arriving) - last)
        rows.append(LedgerRow(source, "", "", "waiting"))
    complete = step.arrow == step.arrows
    total = words("total_complete" if complete else "total_so_far")
    title = words("collects", gradient=gradient)
    return Ledger(title, gradient, tuple(rows), total, brief(step.after), complete)


def _product(scene: Scene, step: Step) -> str:
    if step.local is None:
        return shape(np.shape(step.contribution))
    if is_single(step.upstream) and is_single(step.local):
        return plain(row(amount(step.upstream), "·", amount(step.local)))
    return f"{brief(step.upstream)} ⊙ {brief(step.local)}"


def _box_text(scene: Scene, step: Step) -> tuple[str, str]:
    """What the receiving box shows at this arrow, and from the next frame on."""
    after = brief(step.after)
    if step.arrow == 1 or not is_single(step.after):
        return after, after
    share = brief(step.contribution)
    sign, size = ("-", share[1:]) if share.startswith("-") else ("+", share)
    return f"{brief(step.before)} {sign} {size}", after


def _arrow_text(scene: Scene, step: Step) -> str:
    if step.local is None:
        return ""
    on_names, _ = scene.formulas.local(step.node, step.slot)
    if not is_single(step.local):
        named = on_names is not None and len(plain(on_names)) <= 8
        return f"⊙ {plain(on_names) if on_names is not None and named else brief(step.local)}"
    number = brief(step.local)
    if on_names is not None and on_names.kind == "name" and len(on_names.text) <= 6:
        return f"× {on_names.text} = {number}"
    return f"× {number}"


def _arrow_tip(scene: Scene, step: Step, receiving: str, numbers: str) -> str:
    if step.local is None:
        return numbers
    reaction = plain(partial(scene.names[step.node], receiving))
    return scene.words(
        "tip_arrow_done",
        local=reaction,
        number=full(step.local),
        receiving=receiving,
        numbers=numbers,
    )


def _nudge(scene: Scene, node: Node) -> Nudge | None:
    if not scene.nudges:
        return None
    root = scene.names[scene.root]
    keys = scene.shown
    if not scene.nudges_everywhere:  # a page for a large drawing would hold millions of numbers
        keys = {n: scene.shown[n] for n in (node, scene.root)}
    return nudge(node, scene.names[node], root, scene.replay, keys, scene.words)
