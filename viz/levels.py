"""The eight levels of exercises: which graphs each level has, and what it asks about them.

A graph here is a recipe: it draws its numbers from dice. `made` rolls them until every known slip
gives a number of its own, so that a wrong answer tells which mistake was made.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import Tensor, Value
from autograd_lite.errors import ArgumentError
from autograd_lite.graph import Node

from .our_nn import our_nn
from .variants import clear

ROLLS = 4000  # attempts at numbers that keep all slips apart
Recipe = Callable[[random.Random], Node]


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its number, what it asks (`ask=` of a quiz) one after the other, and its graphs.

    told: which questions' slips are kept apart, where that is more than what is asked.
    """

    number: int
    asks: tuple[str, ...]
    recipes: tuple[Recipe, ...]
    told: tuple[str, ...] = ()


def made(level: int, ask: str, dice: random.Random, turn: int = 0) -> Node:
    """A new graph of a level, with friendly numbers that keep all slips of its question apart.

    turn: which of the level's graphs, round and round.
    """
    asks = LEVELS[level - 1].told or (ask,)
    roll = recipe(level, turn)
    for _ in range(ROLLS):
        root = roll(dice)
        if clear(root, asks):
            return root
    raise AssertionError(f"level {level}: no numbers keep the slips apart")  # the tests hold this


def recipe(level: int, turn: int) -> Recipe:
    """One of a level's graphs, counted round and round."""
    recipes = LEVELS[level - 1].recipes
    return recipes[turn % len(recipes)]


def checked(level: Any, place: str) -> int:
    """The number of a level. Raises ArgumentError if there is no such level."""
    if isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= len(LEVELS):
        raise ArgumentError(
            f"{place}: level={level!r:.40}; there are levels 1 to {len(LEVELS)}:\n  "
            "1 one operation, 2 a chain, 3 plus and minus, 4 sharing, 5 waiting for all arrows, "
            "6 a neuron, 7 a linear layer, 8 a classifier."
        )
    return level


# --- the dice -------------------------------------------------------------------------------------


def _whole(dice: random.Random, least: int = 2, most: int = 9) -> float:
    return float(dice.choice((-1, 1)) * dice.randint(least, most))


def _leaves(dice: random.Random, names: str, most: int = 9) -> list[Value]:
    return [Value(_whole(dice, most=most), label=name) for name in names]


def _named(node: Any, label: str) -> Any:
    node.label = label
    return node


def _result(node: Any) -> Node:
    found: Node = _named(node, "L")
    return found


# --- 1 to 5: numbers ------------------------------------------------------------------------------


def _product(dice: random.Random) -> Node:
    a, b = _leaves(dice, "ab")
    return _result(a * b)


def _square(dice: random.Random) -> Node:
    (a,) = _leaves(dice, "a")
    return _result(ag.square(a))


def _cube(dice: random.Random) -> Node:
    (a,) = _leaves(dice, "a", most=5)
    return _result(a**3)


def _quotient(dice: random.Random) -> Node:
    b = dice.choice((2.0, 4.0, 5.0))
    return _result(Value(b * _whole(dice), label="a") / Value(b, label="b"))


def _chain_of_two(dice: random.Random) -> Node:
    a, b, k = _leaves(dice, "abk")
    return _result(a * b * k)


def _square_of_product(dice: random.Random) -> Node:
    a, b = _leaves(dice, "ab", most=6)
    return _result(ag.square(a * b))


def _chain_of_three(dice: random.Random) -> Node:
    a, b, k, m = _leaves(dice, "abkm", most=6)
    return _result(a * b * k * m)


def _sum_times(dice: random.Random) -> Node:
    a, b, k = _leaves(dice, "abk")
    return _result((a + b) * k)


def _difference_times(dice: random.Random) -> Node:
    a, b, k = _leaves(dice, "abk")
    return _result((a - b) * k)


def _constant_times(dice: random.Random) -> Node:
    a, b, k = _leaves(dice, "abk")
    return _result((a * float(dice.randint(2, 9)) - b) * k)


def _twice_in_a_product(dice: random.Random) -> Node:
    a, k = _leaves(dice, "ak")
    return _result(a * a * k)


def _running_example(dice: random.Random) -> Node:
    a, b, k = _leaves(dice, "abk")
    return _result((a * b + a) * k)


def _factor_and_term(dice: random.Random) -> Node:
    a, b, k = _leaves(dice, "abk")
    return _result((a + b) * a * k)


def _shared_inside(dice: random.Random) -> Node:
    x, b, k = _leaves(dice, "xbk")
    a = _named(x * float(dice.randint(2, 5)), "a")
    return _result((a * b + a) * k)


def _shared_product(dice: random.Random) -> Node:
    x, w, b, k = _leaves(dice, "xwbk", most=6)
    a = _named(x * w, "a")
    return _result(a * b + a * k)


def _shared_sum(dice: random.Random) -> Node:
    x, w, k = _leaves(dice, "xwk")
    a = _named(x + w, "a")
    return _result(a * k + a * float(dice.randint(2, 9)))


# --- 6 a neuron with its squared error ------------------------------------------------------------


def _neuron(activation: Any) -> Recipe:
    def recipe(dice: random.Random) -> Node:
        w, x = Value(_whole(dice, most=4), label="w"), Value(_whole(dice, most=4), label="x")
        z = dice.choice([-1.2, -0.8, -0.6, -0.4, 0.4, 0.6, 0.8, 1.2])
        if activation is ag.relu:
            z = float(dice.randint(2, 6))
        b = Value(round(z - w.data * x.data, 1), label="b")
        t = dice.choice([-1.0, 0.0, 0.5, 2.0])
        y = _named(activation(_named(w * x + b, "z")), "y")
        return _result(ag.square(y - t))

    return recipe


# --- 7 and 8: arrays ------------------------------------------------------------------------------

SIZES = ((2, 3, 1), (3, 2, 1), (2, 1, 3), (3, 1, 2))  # n, d, p: all different, n more than 1


def _array(dice: random.Random, *shape: int) -> Any:
    return np.array([_whole(dice, 1, 5) for _ in range(math.prod(shape))]).reshape(shape)


def _linear(dice: random.Random) -> Node:
    n, d, p = dice.choice(SIZES)
    W, b = Tensor(_array(dice, d, p), label="W"), Tensor(_array(dice, p), label="b")
    O = _named(_array(dice, n, d) @ W + b, "O")  # noqa: E741  # the course's name for an output
    return _result(np.sum(O * _array(dice, n, p)))


def _linear_squares(dice: random.Random) -> Node:
    n, d, p = dice.choice(SIZES)
    W, b = Tensor(_array(dice, d, p), label="W"), Tensor(_array(dice, p), label="b")
    O = _named(_array(dice, n, d) @ W + b, "O")  # noqa: E741
    target = O.data - _array(dice, n, p)
    return _result(np.sum(np.square(_named(O - target, "E"))))


def _scores(dice: random.Random) -> Node:
    counts = dice.sample(range(1, 8), 3)
    z = Tensor(np.log([counts]), label="z")
    return _result(our_nn().cross_entropy(z, np.array([dice.randrange(3)])))


def _classifier(dice: random.Random) -> Node:
    first, second = (np.array([dice.sample(range(1, 6), 3)], dtype=float) for _ in range(2))
    W = Tensor(np.log(np.concatenate([first, second])), label="W")
    x = np.array([[float(dice.randint(2, 3)), 1.0]])
    z = _named(x @ W, "z")
    return _result(our_nn().cross_entropy(z, np.array([dice.randrange(3)])))


LEVELS = (
    Level(1, ("local",), (_product, _square, _cube, _quotient)),
    Level(2, ("contribution",), (_chain_of_two, _square_of_product, _chain_of_three)),
    Level(3, ("contribution",), (_sum_times, _difference_times, _constant_times)),
    Level(4, ("total",), (_running_example, _twice_in_a_product, _factor_and_term)),
    Level(5, ("next", "total"), (_shared_inside, _shared_product, _shared_sum), ("total",)),
    Level(
        6,
        ("contribution", "update"),
        (_neuron(ag.tanh), _neuron(ag.sigmoid), _neuron(ag.relu)),
        ("contribution", "update"),
    ),
    Level(7, ("contribution",), (_linear, _linear_squares)),
    Level(8, ("contribution",), (_scores, _classifier)),
)
