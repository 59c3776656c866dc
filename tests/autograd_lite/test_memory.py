"""memory: the bytes that a graph keeps alive, held against tracemalloc."""

import gc
import tracemalloc

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite import Tensor, Value


def measured(build):
    """What building allocates and keeps, by tracemalloc; and what it returns."""
    build()  # what is made once stays out
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        result = build()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before, result
    finally:
        tracemalloc.stop()


def layers(depth, width):
    weights = [Tensor(np.ones((width, width), np.float32)) for _ in range(depth)]
    x = np.ones((64, width), np.float32)

    def build():
        h = x
        for w in weights:
            h = np.tanh(h @ w) * 2.0 + np.ones(width, np.float32)
        return h.T[1:].reshape(-1).sum()

    return weights, x, build


def test_of_tensors_agrees_with_tracemalloc():
    weights, x, build = layers(6, 128)
    size, loss = measured(build)
    kept = ag.memory(loss)
    ours = kept.total - kept.parameters - x.nbytes
    assert ours == pytest.approx(size, rel=0.02)
    given = sum(w.data.nbytes for w in weights)
    assert kept.parameters == pytest.approx(given, rel=0.01)


def test_of_values_agrees_with_tracemalloc():
    x = [Value(0.1 * i) for i in range(10)]

    def build():
        total = x[0]
        for i in range(2000):
            total = total * x[i % 10] + ag.exp(x[i % 7]) - 0.37
        return total

    size, y = measured(build)
    kept = ag.memory(y)
    assert kept.total - kept.parameters == pytest.approx(size, rel=0.05)
    assert len(kept) == len(ag.graph.downward(y))


def test_gradients_are_counted_once_they_are_there():
    weights, _, build = layers(3, 64)
    loss = build()
    before = ag.memory(loss)
    loss.backward()
    after = ag.memory(loss)
    assert after.parameters - before.parameters >= sum(w.data.nbytes for w in weights)
    assert after.total > before.total * 1.5


def test_shared_arrays_and_views_count_once():
    x = Tensor(np.ones((1000, 10)), label="x")
    kept = ag.memory((x.T[1:].reshape(9, 1000) + x.T[0]).sum())
    views = [row for row in kept if row.view]
    assert {row.op for row in views} >= {"transpose", "index"}
    assert all(row.bytes < 2000 for row in views)
    data = np.ones(100_000)
    y = Tensor(data[:10]) * 1.0
    for _ in range(3):
        y = y + (x[0] * data[:10])  # one constant under several nodes
    assert 800_000 < ag.memory(y).total < 900_000
    same = Tensor(np.ones(1000))
    assert ag.memory(same * same).total < 3 * 8_000


def test_an_index_array_is_kept_too():
    t = Tensor(np.ones(10))
    wide = t[np.zeros(50_000, dtype=int)].sum()
    assert ag.memory(wide).by_op()["index"] > 2 * 8 * 50_000


def test_rows_totals_and_order():
    model = nn.MLP([64, 32, 10], rng=0)
    loss = nn.cross_entropy(model(np.ones((16, 64))), np.zeros(16, int))
    kept = ag.memory(loss)
    sizes = [row.bytes for row in kept]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == kept.total == sum(kept.by_op().values())
    assert kept.by_op()[""] == kept.parameters
    assert list(kept.by_op().values()) == sorted(kept.by_op().values(), reverse=True)
    for row in kept:
        assert row.shape == row.node.shape
        assert row.op == (row.node.op.name if row.node.op else "")


def test_the_table_is_readable_and_folded():
    a, b = Tensor(np.ones((500, 500)), label="weights"), Value(2.0, label="b")
    text = repr(ag.memory(np.exp(a)))
    assert text.splitlines()[0].startswith(
        "2 nodes keep 4 MB alive: 2 MB for backward, beside 2 MB"
    )
    assert "weights  (500, 500)  float64  leaf" in text
    y = b
    for _ in range(1000):
        y = y * 1.5
    text = repr(ag.memory(y))
    assert len(text.splitlines()) == 14
    assert text.splitlines()[-1].endswith("smaller nodes")
    assert "()  float64  multiply" in text
    assert repr(ag.memory(b)).startswith("1 node keeps")


def test_what_is_no_node_is_refused():
    for wrong in (3.0, np.ones(3), None, [Value(1.0)]):
        with pytest.raises(ag.DataError, match="memory"):
            ag.memory(wrong)
