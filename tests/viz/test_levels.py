"""The graphs of the levels: friendly, new with every seed, and no two slips give one number."""

import random
from itertools import combinations

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.graph import downward
from viz.levels import LEVELS, made, recipe
from viz.numbers import short
from viz.situations import situations
from viz.slips import slips

EVERY = [(level.number, turn) for level in LEVELS for turn in range(len(level.recipes))]


def questions(level, root):
    level = LEVELS[level - 1]
    return [s for ask in level.told or level.asks[:1] for s in situations(root, ask)]


def assert_every_slip_is_told_apart(situation):
    given = [(s.key, tuple(short(v) for v in np.ravel(s.gives))) for s in slips(situation)]
    for key, numbers in given:
        assert numbers != tuple(short(v) for v in np.ravel(situation.right)), key
    for (one, a), (other, b) in combinations(given, 2):
        assert one == other or a != b, (one, other, a)
    for slip in slips(situation):
        assert not situation.accepts(slip.gives)


def check(level, turn, seeds):
    for seed in seeds:
        ask = LEVELS[level - 1].asks[0]
        root = made(level, ask, random.Random(f"{level} {turn} {seed}"), turn)
        asked = questions(level, root)
        assert asked
        for situation in asked:
            assert_every_slip_is_told_apart(situation)
            assert np.all(np.isfinite(situation.right))
        for node in downward(root):
            if node.op is None and level < 6:
                assert all(float(v).is_integer() and abs(v) > 1 for v in np.ravel(node.data))
            if level < 6:
                assert len(short(node.data)) <= 6
        assert root.grad is None


@pytest.mark.parametrize(("level", "turn"), EVERY)
def test_every_slip_gives_a_number_of_its_own(level, turn):
    check(level, turn, range(4))


@pytest.mark.fuzz
@pytest.mark.parametrize(("level", "turn"), EVERY)
def test_every_slip_gives_a_number_of_its_own_over_hundreds_of_seeds(level, turn):
    check(level, turn, range(300))


@pytest.mark.parametrize("level", range(1, 9))
def test_a_seed_is_always_the_same_graph_and_another_is_another(level):
    ask = LEVELS[level - 1].asks[0]

    def numbers(seed):
        root = made(level, ask, random.Random(seed), seed)
        return [np.asarray(node.data).tolist() for node in downward(root)]

    assert numbers(5) == numbers(5)
    assert len({str(numbers(seed)) for seed in range(5)}) > 3


def rules(level):
    turns = range(len(LEVELS[level - 1].recipes))
    return [
        {n.op.name for n in downward(recipe(level, t)(random.Random(0))) if n.op} for t in turns
    ]


def test_levels_are_what_they_say():
    assert all(len(found) == 1 for found in rules(1))
    assert all(found <= {"multiply", "square"} for found in rules(2))
    assert all(found & {"add", "subtract"} for found in rules(3))
    assert all("square" in found and found & {"tanh", "sigmoid", "relu"} for found in rules(6))
    assert all("matmul" in found and "add" in found for found in rules(7))
    assert all("softmax_cross_entropy" in found for found in rules(8))
    for turn in range(3):
        shared = [s for s in ag.steps(recipe(4, turn)(random.Random(0))) if s.arrows > 1]
        assert any(s.input.op is None for s in shared)
        inside = [s for s in ag.steps(recipe(5, turn)(random.Random(0))) if s.arrows > 1]
        assert any(s.input.op is not None for s in inside)


def test_sizes_of_a_linear_layer_all_differ():
    for seed in range(8):
        root = made(7, "contribution", random.Random(seed), seed)
        (product,) = [n for n in downward(root) if n.op and n.op.name == "matmul"]
        (n, d), (_, p) = (np.shape(getattr(x, "data", x)) for x in product.operands)
        assert len({n, d, p}) == 3
        assert n > 1
