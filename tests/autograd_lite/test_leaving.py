"""Inside a transform nothing loses a gradient in silence: it is kept, or refused by name."""

import copy
import gc
import pickle
import statistics

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import Tensor, Value
from autograd_lite.rows import TABLE

X = np.array([1.0, 2.0])


def floats(x):
    out = np.zeros(2)
    out[0] = x[0]
    return np.sum(out)


@pytest.mark.parametrize(
    ("f", "said"),
    [
        (lambda x: np.sum(copy.deepcopy(x) ** 2), "copy.deepcopy inside a transform"),
        (lambda x: np.sum(copy.deepcopy({"w": x * 2})["w"]), "copy.deepcopy inside a transform"),
        (lambda x: np.sum(pickle.loads(pickle.dumps(x * x))), "pickle inside a transform"),
        (lambda x: sum(x.tolist()), r"\.tolist\(\) inside a transform"),
        (floats, r"float\(\)"),
        (lambda x: float(np.fromiter(x, float).sum()), r"float\(\)"),
    ],
)
def test_what_would_cut_the_argument_off_is_refused(f, said):
    for transform in (ag.grad(f), ag.hessian(f), lambda x: ag.jvp(f, (x,), (np.ones(2),))):
        with pytest.raises(ag.LeaveGraphError, match=said):
            transform(X)


def test_backward_on_the_argument_inside_a_transform_is_refused_and_changes_nothing():
    for leaf, point in ((Value(3.0), 1.0), (Tensor([3.0, 1.0]), X)):

        def f(x, t=leaf):
            (t**2 * x).sum().backward() if isinstance(t, Tensor) else (t**2 * x).backward()
            return np.sum(t.grad * x)

        with pytest.raises(ag.LeaveGraphError, match=r"backward\(\) inside a transform"):
            ag.grad(f)(point)
        assert leaf.grad is None


def test_what_does_not_touch_the_argument_may_be_copied_and_differentiated_inside():
    w = Tensor([2.0, 3.0], label="w")

    def f(x):
        twin = copy.deepcopy(w)
        np.sum(twin * twin).backward()
        assert pickle.loads(pickle.dumps(w)).data.tolist() == [2.0, 3.0]
        return np.sum(x * twin.grad)

    np.testing.assert_array_equal(ag.grad(f)(X), [4.0, 6.0])
    assert copy.deepcopy(w * 2).data.tolist() == [4.0, 6.0]  # outside, as ever
    assert (w * 2).tolist() == [4.0, 6.0]


def test_compile_differentiates_nothing_that_is_taken_out_of_the_graph():
    def paused(x):
        with ag.no_grad():
            c = x**2
        return c * x

    assert ag.compile(paused)(2.0) == ag.value_and_grad(paused)(2.0) == (8.0, 4.0)
    detached = lambda x: ag.detach(x**2) * x
    assert ag.compile(detached)(2.0) == ag.value_and_grad(detached)(2.0) == (8.0, 4.0)
    with ag.no_grad():  # around the call it is not the function's own
        assert ag.compile(lambda x: x**3)(2.0) == (8.0, 12.0)


def test_a_program_leaves_no_cycle_behind():
    ag.compile(lambda x: x * x)(1.0)
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            ag.compile(lambda x: x * x)(1.0)
        left = [x for x in _garbage() if getattr(x, "__name__", "") == "value_and_grad"]
        assert not left
    finally:
        gc.enable()


def _garbage():
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        return list(gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


# --- an operation of one's own on whole arrays ----------------------------------------------------


@pytest.fixture
def scaled_sum():
    def value(a, b, by=1.0):
        return by * np.sum(a * b)

    rule = ag.define(
        "scaled_sum",
        value=value,
        vjps=(lambda g, y, a, b, by=1.0: g * by * b, lambda g, y, a, b, by=1.0: g * by * a),
        latex=r"\operatorname{scaled}({a}, {b})",
    )
    yield rule
    TABLE.pop("scaled_sum")


def test_a_row_of_ones_own_on_arrays_has_every_mode_and_order(scaled_sum):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    ag.check_grads(lambda a, b: scaled_sum(a, b, by=2.0) ** 2, a, b, order=2)
    t = Tensor(a)
    scaled_sum(t, b, by=3.0).backward()
    np.testing.assert_allclose(t.grad, 3 * b)
    assert ag.scaled_sum is scaled_sum
    assert len(ag.steps(scaled_sum(t, Tensor(b)))) == 2
    assert pickle.loads(pickle.dumps(scaled_sum)) is scaled_sum


def test_a_wrong_vjp_is_found_by_check_grads():
    wrong = ag.define("wrong_sum", value=np.sum, vjps=(lambda g, y, a: 2 * g * np.ones(a.shape),))
    try:
        with pytest.raises(ag.GradientError):
            ag.check_grads(wrong, np.ones(3))
    finally:
        TABLE.pop("wrong_sum")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"value": np.sum}, "needs either partials"),
        ({"value": np.sum, "partials": (None,), "vjps": (None,)}, "needs either partials"),
        ({"value": np.sum, "vjps": ()}, "in vjps a function"),
        ({"value": 3, "vjps": (lambda g, y, a: g,)}, "a function as value"),
        ({"value": np.sum, "vjps": (3,)}, "in vjps a function"),
    ],
)
def test_rows_on_arrays_that_are_not_well_formed_are_refused(fields, said):
    with pytest.raises(ag.RuleError, match=said):
        ag.define("not_a_row", **fields)
    assert "not_a_row" not in TABLE


def test_other_errors_of_python_are_its_own():
    with pytest.raises(TypeError, match=r"must be real|float"):
        ag.grad(lambda x: statistics.fsum([object()]))(1.0)
