"""Graphs copied and pickled: the same numbers, the same sharing, at any depth."""

import contextlib
import copy
import gc
import io
import pickle
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite import MutationError, RuleError, Tensor, Value

WAYS = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda x: pickle.loads(pickle.dumps(x)),
    "pickle, first protocol": lambda x: pickle.loads(pickle.dumps(x, 0)),
    "pickle in Python": lambda x: in_python(x),
}


def in_python(x):
    out = io.BytesIO()
    pickle._Pickler(out).dump(x)
    return pickle._Unpickler(io.BytesIO(out.getvalue())).load()


def graph(kind):
    x, w = kind(0.5, label="x"), kind(2.0, label="w")
    shared = ag.tanh(x * w)
    y = ag.where(shared > 0, shared * shared + x, ag.clip(w, 0.0, 1.0)) / 3.0
    if kind is Tensor:
        y = (y + np.array([1.0, 2.0])).sum(axis=0)
    y.label = "y"
    y.backward()
    return x, w, shared, y


@pytest.mark.parametrize("kind", [Value, Tensor])
@pytest.mark.parametrize("way", WAYS)
def test_a_copy_has_the_same_numbers_and_is_a_graph_of_its_own(kind, way):
    x, w, _, y = graph(kind)
    new_y, new_x, new_w = WAYS[way]([y, x, w])
    assert (new_y.label, new_x.label, new_w.label) == ("y", "x", "w")
    assert new_x is not x
    for a, b in ((new_y, y), (new_x, x), (new_w, w)):
        assert np.array_equal(a.data, b.data)
        assert np.array_equal(a.grad, b.grad)
        assert a.op is b.op
    ours, theirs = ag.steps(y), ag.steps(new_y)
    assert len(ours) == len(theirs)
    for s, t in zip(ours, theirs, strict=True):
        assert s.node.op is t.node.op
        assert np.array_equal(s.contribution, t.contribution)
    before = np.copy(x.grad)
    new_y.backward()
    assert np.array_equal(x.grad, before)
    assert np.array_equal(new_x.grad, 2 * before)


@pytest.mark.parametrize("kind", [Value, Tensor])
@pytest.mark.parametrize("way", WAYS)
def test_what_several_results_share_stays_shared(kind, way):
    x, _, shared, y = graph(kind)
    other = shared * 2.0
    found = WAYS[way]({"y": y, "other": other, "again": y, "leaf": x, "inside": shared})
    assert found["again"] is found["y"]
    assert found["other"].inputs[0] is found["inside"]
    assert any(node is found["leaf"] for node in found["inside"].inputs[0].inputs)
    assert len({id(n) for n in ag.graph.downward(found["y"])}) == len(ag.graph.downward(y))


def test_streams_of_every_length_around_a_batch_of_pickle():
    for count in (1, 2, 998, 999, 1000, 1001, 1002, 2000):
        y = x = Value(1.0)
        for _ in range(count):
            y = y + 1.0
        for way in ("pickle", "pickle in Python"):
            z = WAYS[way](y)
            z.backward()
            assert z.data == count + 1.0
            assert len(ag.graph.downward(z)) == count + 1
    assert x.grad is None


def test_copy_copy_is_a_node_of_its_own_with_the_same_inputs():
    for kind in (Value, Tensor):
        x = kind(3.0)
        y = x * x
        z = copy.copy(y)
        assert z is not y
        assert z.inputs[0] is x
        z.backward()
        assert float(x.grad) == 6.0
        assert y.grad is None


@pytest.mark.parametrize("way", WAYS)
def test_models_and_object_arrays(way):
    for scalar in (False, True):
        model = nn.MLP([2, 3, 2], rng=0, scalar=scalar)
        twin = WAYS[way](model)
        X = np.array([[0.5, -1.0]])
        assert np.array_equal(ag.detach(model(X)), ag.detach(twin(X)))
        outputs = WAYS[way](model(X))
        assert np.array_equal(ag.detach(outputs), ag.detach(model(X)))


def test_a_change_after_the_copy_concerns_the_original_alone():
    x = Tensor([1.0, 2.0], label="x")
    held = x.data
    y = (x * x).sum()
    for way in WAYS.values():
        z, w = way((y, x))
        held[0] += 1.0
        z.backward()
        assert w.grad[1] == 4.0
        with pytest.raises(MutationError):
            y.backward()
        y = (x * x).sum()
    held[0] += 1.0
    for way in WAYS.values():  # nor does a copy make a stale graph good again
        with pytest.raises(MutationError):
            way(y).backward()


def test_a_rule_of_one_s_own_is_found_by_name_and_missed_with_a_clear_error():
    code = """
        import pickle, sys
        import autograd_lite as ag
        if sys.argv[1] == "define":
            ag.define("twice_it", value=lambda a: 2 * a, partials=(lambda a, y: 2,))
        try:
            y = pickle.loads(bytes.fromhex(sys.stdin.read()))
            y.backward()
            print(y.inputs[0].grad)
        except ag.RuleError as error:
            print("RuleError", error)
    """
    twice_it = ag.define("twice_it", value=lambda a: 2 * a, partials=(lambda a, y: 2,))
    try:
        data = pickle.dumps(twice_it(Value(3.0))).hex()
    finally:
        ag.TABLE.pop("twice_it")
        del Value.twice_it
    for how, expected in (("define", "2.0"), ("nothing", "RuleError This graph was made with a")):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code), how],
            input=data,
            capture_output=True,
            text=True,
        )
        assert done.stdout.startswith(expected), done.stdout + done.stderr
    with pytest.raises(RuleError, match=r"ag\.define\('twice_it'"):
        pickle.loads(bytes.fromhex(data))


def test_a_pickling_that_fails_leaves_nothing_behind():
    x = Value(1.0)
    y = x * 2.0
    y.label = lambda: None
    z = y
    for _ in range(5000):
        z = z + 1.0
    with pytest.raises((AttributeError, pickle.PicklingError)):
        pickle.dumps(z)
    y.label = None
    assert pickle.loads(pickle.dumps(z)).data == z.data


DEEP = """
    import copy, gc, pickle, sys, threading
    gc.disable()
    import numpy as np
    import autograd_lite as ag
    from autograd_lite import Tensor, Value

    def f(x, length):
        for _ in range(length // 2):
            x = x * 1.0 + 0.5
        return x if isinstance(x, Value) else x.sum()

    def run(x, length):
        y = f(x, length)
        y.backward()
        again = [copy.deepcopy((y, x)), pickle.loads(pickle.dumps((y, x)))]
        for z, leaf in again:
            assert z.data == y.data == 1.0 + length // 2 * 0.5
            z.backward()
            assert leaf.grad == 2.0
        assert len(repr(y)) < 200
        assert len(ag.memory(y)) >= length
        del again, y, z
        assert x.grad == 1.0
        assert ag.grad(f)(x.data if isinstance(x.data, float) else x.data.copy(), length) == 1.0
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        assert not [o for o in gc.garbage if isinstance(o, (ag.Node, np.ndarray))]
        gc.set_debug(0)
        gc.garbage.clear()

    failed = []
    def safely():
        try:
            gc.collect()
            run(Value(1.0), %d)
            run(Tensor([1.0]), %d)
        except BaseException as error:
            failed.append(repr(error)[:500])
    threading.stack_size(256 * 1024)
    thread = threading.Thread(target=safely)
    thread.start(); thread.join()
    assert not failed, failed
    print("done")
"""


def deep(values, tensors):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(DEEP % (values, tensors))],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.stdout.strip() == "done", done.stderr


def test_deep_chains_in_a_thread_with_a_small_stack_leave_no_cycles():
    deep(30_000, 5_000)


@pytest.mark.fuzz
def test_chains_of_a_million_in_a_thread_with_a_small_stack_leave_no_cycles():
    deep(1_000_000, 1_000_000)


def test_no_reference_cycles():
    """Whatever one does with a graph, reference counting alone frees it."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for kind in (Value, Tensor):
            x = kind(2.0)
            y = x * x + ag.exp(x)
            y.backward()
            ag.steps(y)
            ag.memory(y)
            copy.deepcopy(y)
            pickle.loads(pickle.dumps(y))
            repr(y)
            with ag.no_grad():
                x * 2.0
            with ag.detect_anomaly():
                (x * x).backward()
                with contextlib.suppress(ag.AnomalyError):
                    ag.log(x - x)
            with contextlib.suppress(ag.AutogradError):
                y.backward("text")
            ag.grad(lambda a: a * a)(2.0)
            ag.grad(ag.grad(lambda a: a**3))(2.0)
            ag.jvp(lambda a: a * a, (2.0,), (1.0,))
            with contextlib.suppress(ag.ShapeError):
                ag.grad(lambda a: np.array([1.0, 2.0]))(1.0)
            ag.compile(lambda a: ag.tanh(a) * a)(2.0)
            x.data = 3.0 if kind is Value else np.array(3.0)
            with contextlib.suppress(MutationError):
                y.backward()
            del x, y
        gc.collect()
        left = [o for o in gc.garbage if isinstance(o, ag.Node | np.ndarray)]
        assert not left, left[:5]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
