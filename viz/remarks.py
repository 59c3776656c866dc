"""What is said about a known slip, with the names and numbers of the arrow where it was made."""

from __future__ import annotations

from collections.abc import Mapping

from autograd_lite.graph import Node
from autograd_lite.rows import Elementwise

from .formulas import Formulas, brief
from .mathml import plain
from .situations import Situation
from .slips import Slip
from .telling import raised
from .words import Words


def remark(
    slip: Slip, situation: Situation, names: Mapping[Node, str], root: Node, words: Words
) -> str:
    """The sentence that helps on after this slip; it never says the answer.

    >>> from autograd_lite import Value
    >>> from .names import name_nodes
    >>> from .situations import situations
    >>> from .slips import diagnose
    >>> a, b, k = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="k")
    >>> L = (a * b + a) * k
    >>> to_a = situations(L)[4]
    >>> remark(diagnose(to_a, 2.0), to_a, name_nodes(L), L, Words()).partition(".")[0]
    'That adds the two reactions'
    """
    step, formulas = situation.arrow, Formulas(names)
    node, slot, rule = step.node, step.slot, step.node.op
    others = [i for i in range(len(node.operands)) if i != slot]
    key = f"slip_{slip.key}"
    narrower = f"{key}_{situation.ask}"
    return words(
        narrower if narrower in words else key,
        giving=names[node],
        receiving=names[step.input]
        if situation.ask in ("total", "update")
        else formulas.slot_name(node, slot),
        other=plain(formulas.operand(node, others[0])) if others else "",
        root=names[root],
        output=brief(node.data),
        input=brief(step.input.data),
        formula=plain(formulas.rule(node)),
        why=raised(rule.why[slot]) if isinstance(rule, Elementwise) else "",
    )
