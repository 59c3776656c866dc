"""Every workload once, at a tiny size: all peers that are installed compute the same numbers."""

import math
from importlib.util import find_spec

import numpy as np
import pytest

from autograd_lite import Value
from autograd_lite.graph import downward
from benchmarks.checking import distance
from benchmarks.registry import OURS, PEERS, Held, workloads
from benchmarks.scalar_mlp_case import eager

WORKLOADS = workloads()
# Those that take seconds each to get ready are left to the command itself.
ROWS = [(workload, row) for workload in WORKLOADS.values() for row in workload.rows if not row.slow]

# A peer may warn about what it likes.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(
    ("workload", "row"), [pytest.param(w, r, id=f"{w.name}: {r.name}") for w, r in ROWS]
)
def test_rows_compute_the_numbers_of_the_reference(workload, row):
    if not find_spec(PEERS[row.peer][0]):
        pytest.skip(f"{row.peer} is not installed")
    case = workload.case("tiny", 1.0, True)
    run = row.build(case)
    result = run.backward(run.forward()) if isinstance(run, Held) else run.call()
    if workload.reference is None:
        assert 0 <= run.facts(result)["accuracy"] <= 1
        return
    assert distance(run.read(result), workload.reference(case)) <= workload.tolerance


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=lambda w: w.name)
def test_names_of_rows_are_their_own_and_those_that_are_compared_exist(workload):
    names = [row.name for row in workload.rows]
    assert len(set(names)) == len(names)
    assert {workload.baseline, *(name for pair in workload.claims for name in pair)} <= set(names)
    assert any(row.peer == OURS for row in workload.rows)


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=lambda w: w.name)
def test_the_same_case_every_time(workload):
    one, two = (workload.case("tiny", 1.0, True) for _ in range(2))
    for name, value in vars(one).items():
        np.testing.assert_equal(getattr(two, name), value)


@pytest.mark.parametrize("share", [1.0, 0.05])
def test_s1_has_as_many_operations_as_its_graph(share):
    s1 = WORKLOADS["S1"]
    case = s1.case("full", share, False)
    forward, _ = eager(case, Value, Value.relu, constants=True)
    nodes = downward(forward())
    assert s1.operations(case) == sum(node.op is not None for node in nodes)


def test_distance_sees_what_is_wrong():
    right = [1.0, np.array([3.0, 4.0])]
    assert distance(right, right) == 0
    assert distance([1.0, np.array([3.0, 4.5])], right) == pytest.approx(0.1)
    assert math.isinf(distance(right[:1], right))
    assert math.isinf(distance([1.0, np.array([[3.0], [4.0]])], right))
    assert math.isinf(distance([1.0, np.array([3.0, np.nan])], right))
