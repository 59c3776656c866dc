"""no_grad: results without history."""

import asyncio
import contextlib
import threading

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import Tensor, Value
from autograd_lite.recording import state


def operations(x):
    yield x * x
    yield x * 2.0
    yield 2.0 - x
    yield -x
    yield x.tanh()
    yield ag.where(x > 0, x, 0.0)
    yield ag.clip(x, 0.0, 1.0)
    yield ag.maximum(1.0, x)
    yield ag.leaky_relu(x)
    if isinstance(x, Tensor):
        yield x.sum()
        yield x @ x
        yield x[0]
        yield np.concatenate([x, x])


@pytest.mark.parametrize("x", [Value(1.5), Tensor([1.5, 0.5])], ids=["Value", "Tensor"])
def test_results_inside_are_leaves_and_equal_those_outside(x):
    recorded = list(operations(x))
    with ag.no_grad():
        plain = list(operations(x))
    for p, q in zip(recorded, plain, strict=True):
        assert p.op is not None
        assert q.op is None
        assert q.operands == q.inputs == ()
        assert type(p) is type(q)
        assert np.array_equal(p.data, q.data)
        assert p.data.__class__ is q.data.__class__
    assert state.paused == 0


def test_blocks_nest_and_an_exception_ends_them():
    x = Value(1.0)
    with ag.no_grad():
        with ag.no_grad():
            pass
        assert (x * 2).op is None
        with pytest.raises(ValueError, match="inside"), ag.no_grad():
            raise ValueError("inside")
        assert (x * 2).op is None
    assert (x * 2).op is not None
    assert state.paused == 0


def test_it_decorates_a_function():
    @ag.no_grad()
    def predict(x):
        return x * 2

    x = Value(1.0)
    assert predict(x).op is None
    assert predict(x).data == 2.0
    assert (x * 2).op is not None


def test_no_gradient_flows_through_what_was_computed_inside():
    assert ag.grad(lambda x: _paused(x) * x)(3.0) == 9.0
    w = Tensor([1.0, 2.0])
    with ag.no_grad():
        w.data -= 0.5
        norm = (w * w).sum()
    (w * norm).sum().backward()
    assert np.array_equal(w.grad, np.full(2, 0.25 + 2.25))


def _paused(x):
    with ag.no_grad():
        return x * x


def test_a_context_manager_of_ones_own_that_is_a_generator_holds_for_its_block():
    x = Value(1.0)

    @contextlib.contextmanager
    def in_use():
        with ag.no_grad():
            yield

    with in_use():
        assert (x * 2).op is None
    assert (x * 2).op is not None
    assert state.paused == 0


def test_it_decorates_a_generator_function():
    x = Value(1.0)

    @ag.no_grad()
    def numbers(start):
        try:
            got = yield (x * start).op
        except ZeroDivisionError:
            got = 5
        return (x * got).op

    running, other = numbers(2), numbers(2)
    assert next(other) is None
    other.close()
    assert numbers.__name__ == "numbers"
    assert next(running) is None
    assert (x * 2).op is not None
    with pytest.raises(StopIteration) as stopped:
        running.send(3)
    assert stopped.value.value is None
    thrown = numbers(2)
    next(thrown)
    with pytest.raises(StopIteration) as stopped:
        thrown.throw(ZeroDivisionError())
    assert stopped.value.value is None
    assert (x * 2).op is not None
    assert state.paused == 0


def test_a_generator_that_leaves_a_transform_with_its_block_open_harms_nothing():
    kept = []

    def waits():
        with ag.no_grad():
            yield

    def f(x):
        result = x * x
        kept.append(waits())
        next(kept[-1])
        return result

    assert ag.grad(f)(3.0) == 6.0
    kept[0].close()
    with ag.no_grad():
        assert (Value(1.0) * 2).op is None
    assert state.paused == 0


def test_tasks_that_wait_for_each_other_do_not_share_a_block():
    x = Value(1.0)

    async def pausing():
        with ag.no_grad():
            await asyncio.sleep(0)
            inside = (x * 2).op
            await asyncio.sleep(0)
        return inside

    async def recording():
        found = []
        for _ in range(4):
            found.append((x * 2).op)
            await asyncio.sleep(0)
        return found

    async def both():
        return await asyncio.gather(pausing(), recording())

    inside, outside = asyncio.run(both())
    assert inside is None
    assert None not in outside


def test_one_block_object_serves_several_threads():
    pause, x, found = ag.no_grad(), Value(1.0), []
    entered, leave = threading.Event(), threading.Event()

    def work():
        with pause:
            entered.set()
            leave.wait(10)
            found.append((x * 2).op)
        found.append((x * 2).op is not None)

    thread = threading.Thread(target=work)
    thread.start()
    assert entered.wait(10)
    assert (x * 2).op is not None
    with pause:
        assert (x * 2).op is None
        leave.set()
        thread.join()
        assert (x * 2).op is None
    assert found == [None, True]
    assert state.paused == 0


def test_what_cannot_be_decorated_is_refused():
    async def predict(x):
        return x

    with pytest.raises(ag.DataError, match="predict is asynchronous"):
        ag.no_grad()(predict)
    with pytest.raises(ag.DataError, match="not a function"):
        ag.no_grad()(Value(2.0))
