"""no_grad: results without history."""

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
