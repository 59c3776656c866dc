"""The same graph with other numbers: variants of one exercise, equally hard.

A variant has the structure, the signs, the kind of numbers (whole, halves, tenths) and the branches
of the graph it is made from. Numbers are searched for until every known slip gives a number of its
own, so that a wrong answer can be told from every other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograd_lite.graph import Node, downward, numbers
from autograd_lite.rows import Elementwise

from .numbers import short
from .situations import Situation, situations
from .slips import apart

TRIES = 480
WEIGHED = 8  # of so many attempts one is weighed, in case none is clear
HUGE = 1e15  # from here on there are no neighbours to choose from
LONGEST = 6  # letters of a number that is still pleasant to work with
ASKS = ("contribution", "total")


def rebuilt(root: Node, new: Mapping[Node, Any]) -> dict[Node, Node]:
    """A new graph of the same structure, by the nodes of the old one.

    new: the numbers of leaves that change.  Labels are kept. The old graph is only read.

    >>> from autograd_lite import Value
    >>> a = Value(2.0, label="a")
    >>> L = a * a + 1.0
    >>> rebuilt(L, {a: 3.0})[L].data
    10.0
    """
    made: dict[Node, Node] = {}
    with np.errstate(all="ignore"):
        for node in reversed(downward(root)):
            if node.op is None:
                kind: Any = type(node)
                made[node] = kind(new.get(node, node.data))
            else:
                operands = (made[x] if isinstance(x, Node) else x for x in node.operands)
                made[node] = node.op(*operands, **node.params)
            made[node].label = node.label
    return made


def variant(root: Node, seed: int, asks: Sequence[str] = ASKS) -> dict[Node, Node]:
    """The graph of `root` with friendly numbers made from `seed`: new nodes by old ones.

    asks: the questions whose slips are to be kept apart. If no numbers keep all of them apart, as
    where a graph adds a number to itself, those that keep most apart are taken.

    >>> from autograd_lite import Value
    >>> a, b = Value(2.0), Value(-3.0)
    >>> L = a * b + a
    >>> one, other, again = (variant(L, seed)[a].data for seed in (1, 2, 1))
    >>> one == again
    True
    """
    dice = random.Random(f"variant {seed}")
    leaves = [node for node in reversed(downward(root)) if node.op is None]
    branches = list(_branches(root))
    before = {node: node.data for node in leaves}
    best: tuple[float, dict[Node, Node]] | None = None
    for attempt in range(TRIES):
        new = {node: friendly(node.data, dice) for node in leaves}
        if attempt < TRIES // 2 and all(np.array_equal(new[n], before[n]) for n in leaves):
            continue
        made = rebuilt(root, new)
        if list(_branches(made[root])) != branches:
            continue
        if clear(made[root], asks):
            return made
        if attempt % WEIGHED == 0:  # most attempts are cheap: clear stops at the first collision
            cost = awkwardness(made[root], asks)
            if best is None or cost < best[0]:
                best = cost, made
    return best[1] if best is not None else rebuilt(root, {})


def awkwardness(root: Node, asks: Sequence[str] = ASKS) -> float:
    """0 if all slips are apart and all numbers short; else how far from it. inf: not finite."""
    order = downward(root)
    shown = [v for node in order for v in np.ravel(node.data)]
    if not np.all(np.isfinite(shown)):
        return float("inf")
    asked = [s for ask in asks for s in situations(root, ask)]
    shown += [v for s in asked for v in np.ravel(s.right)]
    if not np.all(np.isfinite(shown)):
        return float("inf")
    unclear = sum(not apart(s) for s in asked)
    whole = all(float(v).is_integer() for n in order if n.op is None for v in np.ravel(n.data))
    long = sum(len(short(v)) > LONGEST for v in shown) if whole else 0
    return unclear + 0.01 * long + 10 * vanishing(asked)


def clear(root: Node, asks: Sequence[str] = ASKS) -> bool:
    """Whether all slips of these questions are apart, no share vanishes, and numbers are short."""
    whole = True
    for node in downward(root):
        shown = np.ravel(node.data)
        if not np.all(np.isfinite(shown)):
            return False
        if node.op is None:
            whole = whole and all(float(v).is_integer() for v in shown)
        elif whole and any(len(short(v)) > LONGEST for v in shown):
            return False
    asked = [s for ask in asks for s in situations(root, ask)]
    if whole and any(len(short(v)) > LONGEST for s in asked for v in np.ravel(s.right)):
        return False
    return not vanishing(asked) and all(apart(s) for s in asked)


def vanishing(asked: Sequence[Situation]) -> int:
    """How many shares are 0 where the local derivative is not: a wrong way would go unseen."""
    return sum(
        bool(np.all(s.arrow.contribution == 0) and np.any(s.arrow.upstream != 0))
        for s in asked
        if s.arrow.local is not None and np.any(np.asarray(s.arrow.local) != 0)
    )


def friendly(data: Any, dice: random.Random) -> Any:
    """Numbers of the same sign and kind: whole for whole ones, tenths for tenths; 0 stays 0."""
    array = np.asarray(data, dtype=float)
    made = np.array([_like(float(v), dice) for v in array.ravel()]).reshape(array.shape)
    return made if np.ndim(data) else float(made)


def _like(value: float, dice: random.Random) -> float:
    size = abs(value)
    if value == 0 or not size < HUGE:
        return value
    sign = 1.0 if value > 0 else -1.0
    if size.is_integer():
        low, high = (2, 9) if size <= 9 else (int(size / 2), int(2 * size))
        return sign * dice.randint(low, high)
    if (2 * size).is_integer() and size < 10:
        return sign * (dice.randint(0, 8) + 0.5)
    decimals = next((d for d in range(1, 4) if round(size, d) == size), 3)
    step = 10.0**-decimals
    least, most = max(step, size / 2), max(2 * step, size * 1.6)
    return sign * round(dice.randint(round(least / step), round(most / step)) * step, decimals)


def _branches(root: Node) -> Iterator[Any]:
    """Which way every rule with a kink goes, by the signs of what goes into it."""
    for node in reversed(downward(root)):
        rule = node.op
        if isinstance(rule, Elementwise) and rule.kink:  # it goes one way or another
            operands = [np.asarray(numbers(x), dtype=float) for x in node.operands]
            yield rule.name, [np.sign(x).tolist() for x in operands]
