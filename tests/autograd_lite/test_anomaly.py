"""detect_anomaly: the first operation that makes a NaN or an infinity, and its line."""

import inspect
import math
import threading

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite import AnomalyError, Tensor, Value
from autograd_lite.recording import here, state

inf, nan = math.inf, math.nan
FORWARD = {
    "divide": (lambda x: 1.0 / x, 0.0, "divide made inf"),
    "log": (lambda x: ag.log(x), 0.0, "log made -inf"),
    "log of a negative": (lambda x: ag.log(x), -1.0, "log made nan"),
    "sqrt": (lambda x: ag.sqrt(x), -1.0, "sqrt made nan"),
    "exp": (lambda x: ag.exp(x), 1000.0, "exp made inf"),
    "multiply": (lambda x: x * x, 1e200, "multiply made inf"),
    "power": (lambda x: x**-1, 0.0, "power made inf"),
    "three operands": (lambda x: ag.clip(x, 0.0, x / 0.0), 1.0, "divide made inf"),
    "the first of two": (lambda x: ag.log(ag.exp(x) - ag.exp(x)), 1000.0, "exp made inf"),
    "difference of infinities": (lambda x: (x + inf) - (x + inf), 1.0, "subtract made nan"),
}
BACKWARD = {
    "sqrt": (lambda x: ag.sqrt(x), 0.0, "backward of sqrt made inf", "local derivative: inf"),
    "cbrt": (lambda x: np.cbrt(x), 0.0, "backward of cbrt made inf", "upstream: 1.0"),
    "power": (
        lambda x: x**0.5,
        0.0,
        "backward of power made inf",
        "power is smooth for a in (0.0, inf)",
    ),
    "arcsin": (lambda x: np.arcsin(x), 1.0, "backward of arcsin made inf", "infinite at -1 and 1"),
    "overflow": (
        lambda x: (x * 1e200) * 1e200,
        1e-300,
        "backward of multiply made inf",
        "upstream: 1e+200",
    ),
    "sum": (
        lambda x: x * 1e308 + x * 1e308,
        0.0,
        "adding up the gradient of an input of multiply made inf",
        "what had arrived: 1e+308",
    ),
}
KINDS = [Value, lambda x: Tensor([0.5, x]), lambda x: Tensor(np.full((2, 3), x))]


@pytest.mark.parametrize("kind", KINDS, ids=["Value", "Tensor", "matrix"])
@pytest.mark.parametrize("name", FORWARD)
def test_the_forward_operation_is_named(name, kind):
    f, at, words = FORWARD[name]
    x = kind(at)
    with pytest.raises(AnomalyError, match=words) as caught, ag.detect_anomaly():
        f(x)
    assert isinstance(caught.value, ArithmeticError)
    assert isinstance(caught.value, ag.AutogradError)
    assert state.paused == 0
    assert here.detector is None
    with np.errstate(all="ignore"):
        f(x)  # outside nothing is raised


@pytest.mark.parametrize("kind", [KINDS[0], KINDS[2]], ids=["Value", "matrix"])
@pytest.mark.parametrize("name", BACKWARD)
def test_the_backward_operation_is_named_and_no_gradient_changes(name, kind):
    f, at, words, more = BACKWARD[name]
    x = kind(at)
    x.grad = before = 7.0 if kind is Value else np.full(x.shape, 7.0)
    with ag.detect_anomaly():
        y = f(x)
        y = y if kind is Value else y.sum()
        with pytest.raises(AnomalyError, match=words) as caught:
            y.backward()
    assert "lambda x: " in str(caught.value)
    if kind is Value:
        assert more in str(caught.value)
    assert np.array_equal(x.grad, before)
    with np.errstate(all="ignore"):
        y.backward()
    assert not np.all(np.isfinite(x.grad))


@pytest.mark.parametrize("kind", [Value, lambda x: Tensor([x])], ids=["Value", "Tensor"])
def test_the_line_of_the_user_s_code_is_shown(kind):
    x = kind(0.0)
    with ag.detect_anomaly():
        line = inspect.currentframe().f_lineno + 1
        y = ag.sqrt(x)  # here it was made
        z = y * 1.0
        with pytest.raises(AnomalyError) as caught:
            z.backward()
        assert f"test_anomaly.py:{line}: y = ag.sqrt(x)  # here it was made" in str(caught.value)
        line = inspect.currentframe().f_lineno + 2
        with pytest.raises(AnomalyError) as caught:
            np.log(x)
        assert f"test_anomaly.py:{line}: np.log(x)" in str(caught.value)


def test_frames_of_numpy_and_of_nn_are_skipped():
    model = nn.MLP([2, 3, 2], rng=0)
    model.layers[0].weight.data = np.full((2, 3), 1e30, np.float32)
    model.layers[2].weight.data = np.full((3, 2), 1e30, np.float32)
    X = np.ones((4, 2), np.float32)
    with ag.detect_anomaly(), pytest.raises(AnomalyError) as caught:
        model(X)
    assert ": model(X)" in str(caught.value)
    assert "matmul made inf" in str(caught.value)
    t = Tensor([1e308, 1e308])
    with ag.detect_anomaly(), pytest.raises(AnomalyError, match="sum made inf") as caught:
        np.mean(t)
    assert ": np.mean(t)" in str(caught.value)


def test_the_error_tells_operation_inputs_and_entry():
    p = Tensor(np.array([[0.5, 2.0], [0.0, 1.0]], np.float32), label="p")
    with ag.detect_anomaly(), pytest.raises(AnomalyError) as caught:
        3.0 / p
    text = str(caught.value)
    assert "divide made inf from finite numbers at index (1, 0)" in text
    assert "a: 3.0" in text
    assert "b: p (2, 2) float32, from 0 to 2; 0.0 at that index" in text


def test_an_infinity_among_many_finite_numbers_is_not_missed():
    x = np.ones((30, 40))
    x[17, 23] = 0.0
    t = Tensor(x)
    with ag.detect_anomaly(), pytest.raises(AnomalyError, match=r"index \(17, 23\)"):
        np.log(t)
    with ag.detect_anomaly():
        y = np.sqrt(t).sum()
        with pytest.raises(AnomalyError, match=r"backward of sqrt made inf.* index \(17, 23\)"):
            y.backward()
    explicit = x.copy()
    explicit[0, 0] = inf  # one that was there before does not hide the one that is made
    with ag.detect_anomaly(), pytest.raises(AnomalyError, match=r"index \(17, 23\)"):
        np.log(Tensor(explicit))


@pytest.mark.parametrize("special", [inf, -inf, nan])
def test_what_the_user_put_in_is_no_anomaly(special):
    with ag.detect_anomaly():
        x = Value(special)
        y = (x * 2.0 + 1.0) * 0.5
        y.backward()
        assert x.grad == 1.0
        t = Tensor([1.0, special])
        (t * 3.0 + 1.0).sum().backward()
        scores = ag.where(np.array([True, False]), Tensor([1.0, 2.0]), -inf)
        np.exp(scores).sum().backward()
        (t * t).backward(np.ones(2))
    assert np.isnan(t.grad[1]) or np.isinf(t.grad[1])


def test_where_protects_a_branch_whose_gradient_is_infinite():
    def f(x):
        return ag.where(x > 0, ag.sqrt(x), x * 3.0)

    for kind in (Value, lambda x: Tensor([x])):
        x = kind(0.0)
        with ag.detect_anomaly():
            f(x).backward()
        assert x.grad == 3.0
    with ag.detect_anomaly():
        assert ag.grad(f)(0.0) == 3.0
        assert ag.grad(ag.grad(f))(0.0) == 0.0
        assert ag.jvp(f, (0.0,), (1.0,))[1] == 3.0


def test_inside_transforms():
    with ag.detect_anomaly():
        with pytest.raises(AnomalyError, match="log made -inf") as caught:
            ag.grad(lambda x: ag.log(x))(0.0)
        assert "lambda x: ag.log(x)" in str(caught.value)
        with pytest.raises(AnomalyError, match="backward of sqrt made inf") as caught:
            ag.grad(lambda x: ag.sqrt(x))(0.0)
        assert "lambda x: ag.sqrt(x)" in str(caught.value)
        with pytest.raises(AnomalyError, match="backward of sqrt"):
            ag.grad(lambda x: np.sum(np.sqrt(x)))(np.zeros(2))
        with pytest.raises(AnomalyError, match="forward mode of sqrt made inf"):
            ag.jvp(lambda x: ag.sqrt(x), (0.0,), (1.0,))
        with pytest.raises(AnomalyError):
            ag.grad(ag.grad(lambda x: x**1.5))(0.0)
        assert ag.grad(ag.grad(lambda x: x**3))(2.0) == 12.0
        with pytest.raises(AnomalyError, match="made inf"):
            ag.steps(ag.sqrt(Value(0.0)))


def test_blocks_nest_end_with_an_exception_and_decorate():
    x = Value(0.0)
    with ag.detect_anomaly():
        with ag.detect_anomaly():
            y = ag.sqrt(x)
        with pytest.raises(ValueError, match="mine"), ag.detect_anomaly():
            raise ValueError("mine")
        with pytest.raises(AnomalyError, match=r"y = ag\.sqrt"):
            y.backward()
    assert state.paused == 0
    y.backward()
    assert x.grad == inf

    @ag.detect_anomaly()
    def risky(x):
        return 1 / x

    for _ in range(2):
        with pytest.raises(AnomalyError):
            risky(x)
    assert risky(Value(2.0)).data == 0.5
    assert (1 / x).data == inf
    with ag.detect_anomaly(), ag.no_grad(), pytest.raises(AnomalyError, match="divide"):
        1 / x
    assert state.paused == 0


def test_a_node_made_outside_says_so():
    y = ag.sqrt(Value(0.0))
    with ag.detect_anomaly(), pytest.raises(AnomalyError, match="outside detect_anomaly"):
        y.backward()


def test_it_counts_for_its_own_thread():
    wrong = []
    inside, done = threading.Event(), threading.Event()

    def other():
        inside.wait()
        try:
            y = 1 / Value(0.0)
            y.backward()
            t = 1 / (Tensor([1.0]) * 2.0)
            t.backward()
        except AnomalyError as error:
            wrong.append(error)
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with ag.detect_anomaly():
        inside.set()
        done.wait()
        with pytest.raises(AnomalyError):
            1 / Value(0.0)
    thread.join()
    assert not wrong


def test_gradients_inside_are_those_outside_bit_for_bit():
    rng = np.random.default_rng(0)

    def run(kind):
        x, w = (kind(v) for v in (0.7, 1.3))
        z = ag.tanh(x * w + x) / (1 + x * x) - ag.where(x > 0, w, x) * 0.0
        for _ in range(2):
            z.backward()
        return [np.asarray(n.grad) for n in (x, w, z)]

    for kind in (Value, Tensor):
        plain = run(kind)
        with ag.detect_anomaly():
            watched = run(kind)
        for a, b in zip(plain, watched, strict=True):
            assert np.array_equal(a, b)
    X, y = rng.normal(size=(8, 4)), rng.integers(0, 3, 8)
    models = [nn.MLP([4, 5, 3], rng=1) for _ in range(2)]
    nn.cross_entropy(models[0](X), y).backward()
    with ag.detect_anomaly():
        nn.cross_entropy(models[1](X), y).backward()
    for p, q in zip(*(m.parameters() for m in models), strict=True):
        assert np.array_equal(p.grad, q.grad)
        assert p.grad.dtype == q.grad.dtype
        q.grad += 1.0
