"""In-place changes between forward and backward: refused where a rule needs the old numbers."""

import gc
import pickle
import threading
from time import sleep

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite import MutationError, Tensor, Value
from autograd_lite.mutation import clock, fingerprint
from autograd_lite.reads import OUTPUT, partial_reads, reads
from autograd_lite.rows import Elementwise


def two():
    return Tensor([[1.0, 2.0], [3.0, 4.0]], label="x"), Tensor([[5.0, 6.0], [7.0, 8.0]], label="w")


CHANGES = {
    "through a view taken before": lambda t, view: view.__setitem__((0, 0), 9.0),
    "through .data": lambda t, view: t.data.__setitem__((0, 0), 9.0),
    "by an assignment": lambda t, view: setattr(t, "data", t.data + 1.0),
    "by +=": lambda t, view: setattr(t, "data", t.data.__iadd__(1.0)),
    "by a swap of rows": lambda t, view: t.data.__setitem__(slice(None), t.data[::-1].copy()),
}
#        f(x, w), and whether a change of x, of w must be refused
READS = {
    "add": (lambda x, w: x + w, False, False),
    "subtract": (lambda x, w: x - w, False, False),
    "multiply": (lambda x, w: x * w, True, True),
    "divide": (lambda x, w: x / w, False, True),
    "matmul": (lambda x, w: x @ w, True, True),
    "exp": (lambda x, w: np.exp(x) + w, False, False),  # it reads its output
    "sin": (lambda x, w: np.sin(x) + w, True, False),
    "relu": (lambda x, w: ag.relu(x) + w, True, False),
    "sum": (lambda x, w: x.sum(axis=0) + w, False, False),
    "max": (lambda x, w: x.max(axis=0) + w, True, False),
    "reshape": (lambda x, w: x.reshape(4)[::2] + w, False, False),
    "view": (lambda x, w: x.T * x.T + w, False, False),  # checked below: the view is kept apart
    "stack": (lambda x, w: np.stack([x, w]), False, False),
    "where": (lambda x, w: ag.where(x > 0, x, w), False, False),
    "prod": (lambda x, w: np.prod(x) + w, True, False),
    "both": (lambda x, w: x * w + np.exp(x * 2.0), True, True),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("which", [0, 1])
def test_a_change_is_refused_where_a_rule_reads_it_and_harmless_elsewhere(name, change, which):
    f, *refused = READS[name]
    pair = two()
    expected = two()
    f(*expected).sum().backward()
    # A view of an array that the user holds is copied; only what is taken later is watched.
    view = None if change != "through a view taken before" else pair[which].data
    loss = f(*pair).sum()
    CHANGES[change](pair[which], view)
    if refused[which]:
        with pytest.raises(MutationError, match=f"{pair[which].label} \\(2, 2\\)") as caught:
            loss.backward()
        assert "was changed" in str(caught.value)
        assert all(t.grad is None for t in pair)
        with pytest.raises(MutationError):
            ag.steps(loss)
    else:
        loss.backward()
        for t, right in zip(pair, expected, strict=True):
            assert np.array_equal(t.grad, right.grad)


def test_the_gradient_is_right_again_when_the_result_is_computed_anew():
    x, w = two()
    held = x.data
    (x * w).sum().backward()
    held[:] = 1.0
    x.grad = w.grad = None
    (x * w).sum().backward()
    assert np.array_equal(w.grad, np.ones((2, 2)))
    held[0, 0] = 2.0
    w.grad = None
    (x * w).sum().backward()
    assert np.array_equal(w.grad, [[2.0, 1.0], [1.0, 1.0]])


def test_an_array_that_was_let_go_of_costs_nothing_any_more():
    x, w = two()
    x.data += 1.0
    assert x.seen is not None
    x * w
    assert x.seen is None
    held = w.data
    x * w
    assert w.seen is not None
    held[0, 0] = 0.0
    del held
    y = (x * w).sum()  # the change is noticed although nobody holds the array now
    assert w.seen is None
    assert w.version > 0
    y.backward()
    assert x.grad[0, 0] == 0.0


@pytest.mark.parametrize("make", [nn.SGD, nn.Adam, nn.AdamW, nn.RMSprop])
def test_updates_after_backward_are_free_and_a_second_backward_errs_if_it_needs_the_old(make):
    W, b = Tensor(np.ones((3, 2)), label="W"), Tensor(np.zeros(2), label="b")
    x = np.array([[1.0, 2.0, 3.0]])
    optimizer = make([W, b], lr=0.1)
    for _ in range(3):
        hidden = np.tanh(x @ W + b)
        loss = (hidden * hidden).sum()
        loss.backward()
        optimizer.step()
        loss.backward()  # one layer: no rule reads W or b
    V = Tensor(np.ones((2, 1)), label="V")
    loss = (np.tanh(x @ W + b) @ V).sum()
    loss.backward()
    make([V], lr=0.1).step()
    with pytest.raises(MutationError, match=r"matmul: its input b, V \(2, 1\)"):
        loss.backward()
    make([W], lr=0.1).step()
    for p in (W, b, V):
        p.data -= 0.1 * p.grad
        p.grad = None
    (np.tanh(x @ W + b) @ V).sum().backward()


def test_a_plain_array_that_a_rule_reads_is_guarded_as_well():
    x, w = two()
    for size in (4, 4000):
        scale, shift = np.full(size, 2.0), np.zeros(size)
        t = Tensor(np.arange(size * 1.0), label="t")
        loss = ((t * scale) + shift).sum()
        shift[-1] = 5.0
        loss.backward()
        scale[-1] = 3.0
        with pytest.raises(MutationError, match=rf"multiply: its input b, array \({size},\)"):
            loss.backward()
        scale[-1] = 2.0
        loss.backward()  # as it was: nothing is wrong
    X = np.ones((2, 2))
    loss = (X @ w).sum()
    X[:] = X + np.eye(2)
    with pytest.raises(MutationError, match=r"matmul: its input a, array \(2, 2\)"):
        loss.backward()
    mask = np.array([True, False])
    loss = np.where(mask, x, w).sum()
    mask[0] = False
    with pytest.raises(MutationError, match="where"):
        loss.backward()


def test_the_arrays_of_results_are_read_only_and_so_are_views_of_them():
    x, w = two()
    y = x * w
    local = ag.steps(y.sum())[-1].local
    assert np.array_equal(local, x.data)
    for out in (y.data, y.T.data, y.data[0], np.tanh(y).data, y[0].data, local):
        assert not out.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            out += 1.0
    x.data[0, 0] = 7.0
    x.data *= 2.0
    assert x.data[0, 0] == 14.0


def test_a_tensor_copies_what_it_is_given():
    source = np.ones(3)
    t = Tensor(source)
    loss = (t * t).sum()
    source[:] = 5.0
    loss.backward()
    assert np.array_equal(t.grad, [2.0, 2.0, 2.0])


def test_a_leaf_made_without_recording_shares_no_memory():
    x, w = two()
    with ag.no_grad():
        flat = x.reshape(4)
    flat.data[0] = 100.0
    assert x.data[0, 0] == 1.0


def test_assigning_to_the_data_of_a_result_is_noticed():
    x, w = two()
    y = np.exp(x)
    loss = (y + 1.0).sum()
    y.data = np.zeros((2, 2))
    with pytest.raises(MutationError, match="exp: its output"):
        loss.backward()


def test_data_of_another_shape_or_kind_is_refused_and_changes_nothing():
    x, _ = two()
    for wrong, error in (
        (np.ones(3), ag.ShapeError),
        ("text", ag.DataError),
        (np.ones((2, 2)) * 1j, ag.DataError),
        (None, ag.DataError),
    ):
        with pytest.raises(error, match="x"):
            x.data = wrong
    assert np.array_equal(x.data, [[1.0, 2.0], [3.0, 4.0]])
    x.data = [[1, 2], [3, 5]]
    assert x.data.dtype == np.float64


def test_transforms_notice_changes_inside_the_function():
    w = Tensor(np.ones(2), label="w")

    def f(x):
        y = (x * w).sum()
        w.data[0] += 1.0
        return y

    for transform in (
        lambda: ag.grad(f)(np.ones(2)),
        lambda: ag.jvp(f, (np.ones(2),), (np.ones(2),)),
    ):
        with pytest.raises(MutationError, match=r"w \(2,\)"):
            transform()


def test_a_value_keeps_its_first_derivatives_and_the_second_order_notices():
    x, y = Value(3.0, label="x"), Value(2.0, label="y")
    z = x * x * y
    x.data = 100.0
    z.backward()
    assert (x.grad, y.grad) == (12.0, 9.0)

    def f(a):
        product = a * y
        y.data += 1.0
        return product * a

    y.data = 2.0
    assert ag.grad(f)(3.0) == 2 * 2.0 * 3.0
    with pytest.raises(
        MutationError, match=r"multiply.* was 3\.0 when it was computed and is 4\.0"
    ):
        ag.grad(ag.grad(f))(3.0)
    free = Value(1.0)

    def g(a):
        total = a * a * a + free
        free.data += 1.0
        return total

    assert ag.grad(ag.grad(g))(2.0) == 12.0


def test_threads_share_a_leaf_whose_array_is_held():
    shared = Tensor(np.ones(2000))
    held = shared.data
    wrong = []

    def work(k):
        for _ in range(100):
            x = Tensor(np.full(2000, float(k)))
            (x * shared).sum().backward()
            if not np.array_equal(x.grad, held):
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_every_change_of_one_entry_changes_the_fingerprint():
    rng = np.random.default_rng(0)
    for dtype in (np.float16, np.float32, np.float64):
        for shape in ((3,), (2049,), (64, 64), (127, 16), (9, 1001), (0,), ()):
            array = rng.normal(size=shape).astype(dtype)
            before = fingerprint(array)
            assert before == fingerprint(array.copy())
            for _ in range(min(array.size, 20)):
                at = tuple(rng.integers(0, n) for n in array.shape)
                old = array[at].copy()
                array[at] += dtype(1.0)
                assert fingerprint(array) != before
                array[at] = old
            assert fingerprint(array) == before
            if array.ndim == 2:
                assert fingerprint(array[::-1]) != before
                assert fingerprint(array.T) == fingerprint(array.T.copy())


def test_what_an_elementwise_rule_reads_is_what_its_derivative_depends_on():
    """Held by changing each input and the output alone: only what is read makes a difference."""
    rng = np.random.default_rng(1)
    for rule in ag.TABLE.values():
        if not isinstance(rule, Elementwise) or not rule.builtin:
            continue
        points = [rng.uniform(0.2, 0.8, 64) for _ in range(rule.arity)]
        if rule.name == "arccosh":
            points = [p + 1 for p in points]
        with np.errstate(all="ignore"):
            y = rule.on_arrays(*points)
            for slot, places in enumerate(partial_reads(rule)):
                if rule.partials[slot] is None:
                    continue
                first = rule.local(slot, tuple(points), y) + np.zeros(64)
                for place in (*range(rule.arity), OUTPUT):
                    changed = [*points, y]
                    changed[place] = rng.permutation(changed[place]) * 1.5 - 0.5
                    second = rule.local(slot, tuple(changed[:-1]), changed[-1]) + np.zeros(64)
                    if place not in places:
                        assert np.array_equal(first, second, equal_nan=True), (rule, slot, place)


def test_what_a_structural_rule_reads_is_found_by_running_it():
    a, b = Tensor(np.ones((2, 3))), Tensor(np.ones((3, 2)))
    for node, slot, expected in (
        (a @ b, 0, {1}),
        (a @ b, 1, {0}),
        (a.sum(axis=1), 0, set()),
        (a.max(axis=1), 0, {0, OUTPUT}),
        (a[0], 0, set()),
        (np.concatenate([a, b.T]), 1, set()),
        (np.transpose(a), 0, set()),
        (np.prod(a), 0, {0}),
    ):
        found = reads(node, slot)
        assert found == expected or (node.op.name == "prod" and 0 in found), (node, slot, found)


def test_the_guard_leaves_no_cycles():
    gc.collect()
    gc.disable()
    try:
        x, w = two()
        held = x.data
        loss = (x * w).sum()
        held[0, 0] = 5.0
        with pytest.raises(MutationError):
            loss.backward()
        del x, w, held, loss
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        assert not [o for o in gc.garbage if isinstance(o, Tensor)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def test_a_graph_from_another_process_brings_its_time_along(monkeypatch):
    x, w = two()
    for _ in range(5):
        w.data = w.data * 1.5
    sent = pickle.dumps(((x * w).sum(), w))
    monkeypatch.setattr(clock, "now", 1)
    loss, leaf = pickle.loads(sent)
    loss.backward()
    leaf.data = np.zeros((2, 2))
    with pytest.raises(MutationError, match="changed after it was used"):
        loss.backward()


def test_threads_never_see_the_same_time_twice():
    class Slow(type(clock)):
        """One that is read, and a moment later written."""

        @property
        def now(self):
            time = self.time
            sleep(0.001)
            return time

        @now.setter
        def now(self, time):
            self.time = time

    slow, times = Slow(), []

    def change():
        times.extend([slow.tick() for _ in range(10)])

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(times) == list(range(2, 42))


def test_a_tensor_beside_a_plain_array_is_guarded_too():
    x, _ = two()
    y = (x ** np.array([2.0, 3.0])).sum()
    x.data = x.data + 1.0
    with pytest.raises(MutationError, match="its input a"):
        y.backward()


def test_what_is_computed_after_a_change_may_be_differentiated_after_another():
    x, w = two()
    x.data = x.data + 1.0
    y = (x * x).sum()
    w.data = w.data + 1.0  # the clock goes on
    y.backward()
    assert np.array_equal(x.grad, 2 * x.data)
