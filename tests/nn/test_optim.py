"""Optimisers: 50 steps against the formulas written out in NumPy; whole steps; refusals."""

import os
import signal
import threading

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite import Tensor, Value
from nn.interrupts import uninterrupted
from nn.optimizer import Optimizer

STEPS = 50


def sgd(p, gradient, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
    velocity = None
    for t in range(STEPS):
        g = gradient(p, t) + weight_decay * p
        velocity = g if velocity is None else momentum * velocity + g
        p = p - lr * (g + momentum * velocity if nesterov else velocity)
    return p


def adam(p, gradient, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False):
    m = v = np.zeros_like(p)
    for t in range(STEPS):
        g = gradient(p, t)
        if decoupled:
            p = p - lr * weight_decay * p
        else:
            g = g + weight_decay * p
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g**2
        m_hat, v_hat = m / (1 - betas[0] ** (t + 1)), v / (1 - betas[1] ** (t + 1))
        p = p - lr * m_hat / (np.sqrt(v_hat) + eps)
    return p


def adamw(p, gradient, weight_decay=0.01, **settings):
    return adam(p, gradient, weight_decay=weight_decay, decoupled=True, **settings)


def rmsprop(p, gradient, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0):
    v = np.zeros_like(p)
    for t in range(STEPS):
        g = gradient(p, t) + weight_decay * p
        v = alpha * v + (1 - alpha) * g**2
        p = p - lr * g / (np.sqrt(v) + eps)
    return p


def adagrad(p, gradient, lr=0.01, eps=1e-10, weight_decay=0.0):
    v = np.zeros_like(p)
    for t in range(STEPS):
        g = gradient(p, t) + weight_decay * p
        v = v + g**2
        p = p - lr * g / (np.sqrt(v) + eps)
    return p


CASES = [
    (nn.SGD, sgd, {"lr": 0.1}),
    (nn.SGD, sgd, {"lr": 0.1, "momentum": 0.9}),
    (nn.SGD, sgd, {"lr": 0.05, "momentum": 0.8, "nesterov": True}),
    (nn.SGD, sgd, {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    (nn.Adam, adam, {}),
    (nn.Adam, adam, {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.2}),
    (nn.Adam, adam, {"lr": 0.1, "betas": (0.0, 0.0)}),
    (nn.AdamW, adamw, {"lr": 0.1}),
    (nn.AdamW, adamw, {"lr": 0.1, "weight_decay": 0.5}),
    (nn.RMSprop, rmsprop, {}),
    (nn.RMSprop, rmsprop, {"lr": 0.02, "alpha": 0.5, "eps": 1e-2, "weight_decay": 0.1}),
    (nn.Adagrad, adagrad, {}),
    (nn.Adagrad, adagrad, {"lr": 0.3, "eps": 1e-3, "weight_decay": 0.1}),
]
IDS = [f"{c[0].__name__} {c[2]}" for c in CASES]


@pytest.fixture
def problem(rng):
    """A start, and a noisy gradient of a bowl that differs at each of the steps."""
    start, noise = rng.normal(size=(3, 2)), rng.normal(size=(STEPS, 3, 2))
    return start, lambda p, t: 2 * p * np.array([1.0, 5.0]) + noise[t]


@pytest.mark.parametrize("kind", ["tensor", "values"])
@pytest.mark.parametrize(("optimizer", "formula", "settings"), CASES, ids=IDS)
def test_fifty_steps_are_the_formula(optimizer, formula, settings, kind, problem, kit):
    start, gradient = problem
    expected = formula(start, gradient, **settings)
    if kind == "tensor":
        p = Tensor(start)
        opt = optimizer([p], **settings)
        for t in range(STEPS):
            p.grad = gradient(p.data, t)
            opt.step()
        found = p.data
    else:
        values = kit.boxed(start)
        opt = optimizer(values.flat, **settings)
        for t in range(STEPS):
            for v, g in zip(values.flat, gradient(ag.detach(values), t).flat, strict=True):
                v.grad = float(g)
            opt.step()
        found = ag.detach(values)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(("optimizer", "formula", "settings"), CASES, ids=IDS)
def test_fifty_steps_are_pytorchs(optimizer, formula, settings, problem):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed; NumPy's formula stands")
    start, gradient = problem
    p = Tensor(start)
    other = torch.nn.Parameter(torch.tensor(start))
    ours = optimizer([p], **settings)
    theirs = getattr(torch.optim, optimizer.__name__)([other], **settings)
    for t in range(STEPS):
        p.grad = gradient(p.data, t)
        other.grad = torch.tensor(p.grad)
        ours.step()
        theirs.step()
    np.testing.assert_allclose(p.data, other.detach().numpy(), rtol=1e-10)


@pytest.mark.parametrize(("optimizer", "formula", "settings"), CASES, ids=IDS)
def test_training_a_scalar_model_equals_training_a_tensor_model(optimizer, formula, settings, rng):
    x, y = rng.normal(size=(6, 2)), [0, 1, 1, 0, 1, 0]
    models = [nn.MLP([2, 3, 2], "tanh", scalar=scalar, dtype="float64") for scalar in (False, True)]
    for model in models:
        opt = optimizer(model.parameters(), **settings)
        for _ in range(8):
            opt.zero_grad()
            nn.cross_entropy(model(x), y).backward()
            opt.step()
    tensor, scalar = (model.state_dict() for model in models)
    for name in tensor:
        np.testing.assert_allclose(scalar[name], tensor[name], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("optimizer", "formula", "settings"), CASES, ids=IDS)
def test_float32_stays_float32_even_with_a_rate_of_numpys(optimizer, formula, settings):
    for shape in ((2,), ()):
        p = Tensor(np.ones(shape, dtype="float32"))
        opt = optimizer([p], **settings)
        opt.lr = np.float64(0.01)
        for _ in range(3):
            p.grad = np.ones(shape, dtype="float32")
            opt.step()
        assert isinstance(p.data, np.ndarray)
        assert p.data.dtype == np.float32
        assert p.shape == shape
        assert np.all(p.data < 1)


@pytest.mark.parametrize(("optimizer", "formula", "settings"), CASES, ids=IDS)
def test_the_state_goes_on_where_it_stopped(optimizer, formula, settings, problem):
    start, gradient = problem
    p, q = Tensor(start), Tensor(start)
    first, second = optimizer([p], **settings), optimizer([q], **settings)
    for t in range(20):
        p.grad = gradient(p.data, t)
        first.step()
    q.data = p.data
    second.load_state_dict(first.state_dict())
    for t in range(20, 30):
        for r, opt in ((p, first), (q, second)):
            r.grad = gradient(r.data, t)
            opt.step()
    np.testing.assert_array_equal(p.data, q.data)


def test_a_parameter_without_gradient_stays_and_its_clock_too():
    alone, beside, idle = Tensor([1.0]), Tensor([1.0]), Tensor([5.0])
    solo, pair = nn.Adam([alone], lr=0.1), nn.Adam([idle, beside], lr=0.1)
    values = [Value(5.0), Value(1.0)]
    scalar = nn.Adam(values, lr=0.1, weight_decay=0.0)
    for t in range(4):
        alone.grad = beside.grad = np.array([1.0 + t])
        values[1].grad = 1.0 + t
        if t == 3:  # the first step of `idle` is a first step: Adam moves by lr
            idle.grad, values[0].grad = np.array([7.0]), 7.0
        solo.step()
        pair.step()
        scalar.step()
        if t < 3:
            assert (idle.item(), values[0].data) == (5.0, 5.0)
    assert beside.item() == alone.item()
    np.testing.assert_allclose(values[1].data, alone.item(), rtol=1e-14)
    np.testing.assert_allclose([idle.item(), values[0].data], 4.9, rtol=1e-9)


def test_weight_decay_leaves_a_value_without_gradient_alone(kit):
    values = kit.boxed([5.0, 5.0])
    values[1].grad = 0.0
    for optimizer in (nn.SGD, nn.Adam, nn.AdamW, nn.RMSprop):
        optimizer(values, lr=0.1, weight_decay=0.5).step()
    assert values[0].data == 5.0
    assert values[1].data < 4.7


def test_the_gradient_and_the_old_array_are_left_alone():
    p = Tensor(np.ones(3))
    before, p.grad = p.data, np.ones(3)
    for opt in (nn.SGD([p], 0.1, momentum=0.9), nn.Adam([p]), nn.AdamW([p]), nn.RMSprop([p])):
        for _ in range(2):
            opt.step()
    np.testing.assert_array_equal(before, 1)
    np.testing.assert_array_equal(p.grad, 1)


def test_parameters_may_be_a_generator_a_list_an_object_array_and_are_each_once(kit):
    p = Tensor([1.0])
    p.grad = np.array([1.0])
    nn.SGD((x for x in (p, p)), lr=0.5).step()
    assert p.item() == 0.5
    values = kit.boxed([1.0, 2.0])
    for v in values:
        v.grad = 1.0
    nn.SGD([values, p], lr=1.0).step()
    assert (values[0].data, values[1].data, p.item()) == (0.0, 1.0, -0.5)


def test_zero_grad_forgets():
    p = Tensor([1.0])
    p.grad = np.ones(1)
    nn.SGD([p], 0.1).zero_grad()
    assert p.grad is None


# --- whole steps ----------------------------------------------------------------------------------


def test_an_error_in_the_middle_of_a_step_changes_nothing():
    a, b = Tensor(np.ones(2)), Tensor(np.ones(2))
    opt = nn.SGD([a, b], lr=0.1, momentum=0.9)
    a.grad, b.grad = np.ones(2), np.ones(3)  # the second does not fit
    with pytest.raises(ag.ShapeError, match=r"SGD: parameter 1: its gradient has shape \(3,\)"):
        opt.step()
    np.testing.assert_array_equal(a.data, 1)
    assert opt.state_dict()["states"] == [{}, {}]


def test_ctrl_c_during_the_commit_is_held_back_and_then_let_through():
    class Loud(np.ndarray):
        """An array of which the taking over presses Ctrl-C."""

        def tolist(self):
            os.kill(os.getpid(), signal.SIGINT)
            return super().tolist()

    class Plain(Optimizer):
        def update(self, p, g, state):
            return (p - g).view(Loud), {"n": 1}

    values = [Value(1.0), Value(2.0)]
    for v in values:
        v.grad = 1.0
    opt = Plain(values, lr=1.0)
    opt._update_values = lambda group, state: opt.update(np.array([1.0, 2.0]), 1.0, state)
    with pytest.raises(KeyboardInterrupt):
        opt.step()
    assert [v.data for v in values] == [0.0, 1.0]
    assert opt.state_dict()["states"] == [{"n": 1}]


def test_holding_back_restores_the_handler_and_works_in_threads():
    before = signal.getsignal(signal.SIGINT)
    calls = []
    signal.signal(signal.SIGINT, lambda number, frame: calls.append(number))
    try:
        own = signal.getsignal(signal.SIGINT)
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            assert calls == []
        assert calls == [signal.SIGINT]
        assert signal.getsignal(signal.SIGINT) is own
    finally:
        signal.signal(signal.SIGINT, before)
    p = Tensor([1.0])
    p.grad = np.ones(1)
    thread = threading.Thread(target=nn.SGD([p], lr=0.5).step)
    thread.start()
    thread.join()
    assert p.item() == 0.5


# --- clipping -------------------------------------------------------------------------------------


def test_clipping_scales_all_gradients_together(kit):
    a, b = Tensor(np.zeros((2, 2))), Tensor([0.0])
    a.grad, b.grad = np.full((2, 2), 3.0), np.array([8.0])
    assert nn.clip_grad_norm([a, b, Tensor([1.0]), a], 5.0) == 10.0  # each once
    np.testing.assert_allclose(a.grad, 1.5)
    np.testing.assert_allclose(b.grad, 4.0)
    assert nn.clip_grad_norm([a, b], 6.0) == 5.0  # already inside: unchanged
    np.testing.assert_allclose(b.grad, 4.0)
    values = kit.boxed([0.0, 0.0])
    values[0].grad, values[1].grad = 3.0, 4.0
    assert nn.clip_grad_norm(values, 1.0) == 5.0
    np.testing.assert_allclose([v.grad for v in values], [0.6, 0.8])


def test_clipping_keeps_float32_and_refuses_what_has_no_norm():
    a = Tensor(np.zeros(2, dtype="float32"))
    a.grad = np.full(2, 1e30, dtype="float32")
    nn.clip_grad_norm([a], 1.0)
    assert a.grad.dtype == np.float32
    np.testing.assert_allclose(a.grad, np.sqrt(0.5), rtol=1e-6)
    a.grad = np.array([np.inf, 0], dtype="float32")
    with pytest.raises(ag.GradientError, match="norm of the gradients is inf"):
        nn.clip_grad_norm([a], 1.0)
    for bad in (0, -1.0, float("nan")):
        with pytest.raises(ag.ArgumentError, match="max_norm"):
            nn.clip_grad_norm([a], bad)


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", [nn.SGD, nn.Adam, nn.AdamW, nn.RMSprop])
@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ([], ag.ArgumentError, r"there are no parameters\. Give model\.parameters\(\)"),
        (iter(()), ag.ArgumentError, "no parameters"),
        ([np.ones(2)], ag.DataError, "ndarray .* is no parameter"),
        ([1.0], ag.DataError, "float 1.0 is no parameter"),
        (Tensor([1.0, 2.0]), ag.DataError, "Tensor is no list of parameters"),
        (Value(1.0), ag.DataError, "Value is no list"),
        (None, ag.DataError, "NoneType is no list"),
        (nn.MLP([1, 1]), ag.DataError, r"Linear.* is no parameter.*\n.*model\.parameters\(\)"),
        ([Tensor([1.0]) * 2], ag.DataError, "computed from others; only a leaf"),
    ],
)
def test_what_is_no_parameter_is_refused(optimizer, params, error, message):
    with pytest.raises(error, match=message):
        optimizer(params, lr=0.1)


@pytest.mark.parametrize(
    ("optimizer", "settings", "message"),
    [
        (nn.SGD, {"lr": 0}, "SGD: lr=0; give a positive"),
        (nn.SGD, {"lr": -1.0}, "lr=-1.0"),
        (nn.SGD, {"lr": float("nan")}, "lr=nan"),
        (nn.SGD, {"lr": float("inf")}, "lr=inf"),
        (nn.SGD, {"lr": "0.1"}, "lr='0.1'"),
        (nn.SGD, {"lr": None}, "lr=None"),
        (nn.SGD, {"lr": True}, "lr=True"),
        (nn.SGD, {"lr": 0.1, "momentum": 1.0}, r"momentum=1.0; it lies in \[0, 1\)"),
        (nn.SGD, {"lr": 0.1, "momentum": -0.1}, "momentum"),
        (nn.SGD, {"lr": 0.1, "weight_decay": -1}, "weight_decay=-1"),
        (nn.SGD, {"lr": 0.1, "nesterov": True}, r"give momentum > 0"),
        (nn.Adam, {"betas": (1.0, 0.9)}, r"betas\[0\]=1.0"),
        (nn.Adam, {"betas": (0.9, 1.0)}, r"betas\[1\]=1.0"),
        (nn.Adam, {"betas": 0.9}, "betas=0.9; give two"),
        (nn.Adam, {"eps": 0}, "eps=0"),
        (nn.AdamW, {"weight_decay": float("nan")}, "AdamW: weight_decay=nan"),
        (nn.RMSprop, {"alpha": 1.5}, "RMSprop: alpha=1.5"),
    ],
)
def test_settings_out_of_range_are_refused(optimizer, settings, message):
    with pytest.raises(ag.ArgumentError, match=message):
        optimizer([Tensor([1.0])], **settings)


def test_a_rate_assigned_later_is_checked_too():
    opt = nn.SGD([Tensor([1.0])], lr=0.1)
    with pytest.raises(ag.ArgumentError, match="lr=-1"):
        opt.lr = -1
    assert opt.lr == 0.1


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (None, "no state of an optimiser"),
        ({"lr": 0.1}, "no state of an optimiser"),
        ({"optimizer": "SGD", "lr": 0.1, "states": [{}]}, "of SGD, not of Adam"),
        ({"optimizer": "Adam", "lr": 0.1, "states": [{}, {}]}, "of 2 parameters"),
        ({"optimizer": "Adam", "lr": 0.1, "states": [{"m": np.ones(3)}]}, r"shape \(3,\)"),
        ({"optimizer": "Adam", "lr": -1, "states": [{"t": 1}]}, "lr=-1"),
    ],
)
def test_a_state_of_something_else_is_refused_and_changes_nothing(state, message):
    opt = nn.Adam([Tensor([1.0, 2.0])])
    with pytest.raises(ag.ArgumentError, match=message):
        opt.load_state_dict(state)
    assert opt.state_dict() == {"optimizer": "Adam", "lr": 1e-3, "states": [{}]}


def test_an_optimizer_without_update_says_what_to_write():
    p = Tensor([1.0])
    p.grad = np.ones(1)
    with pytest.raises(ag.UnsupportedError, match="Write update"):
        Optimizer([p], lr=0.1).step()


@pytest.mark.parametrize(("optimizer", "decoupled"), [(nn.SGD, False), (nn.AdamW, True)])
def test_what_is_spared_from_weight_decay_moves_as_without_it(optimizer, decoupled, kit, rng):
    x, y = rng.normal(size=(6, 2)), [0, 1, 1, 0, 1, 0]
    for scalar in (False, True):
        states = {}
        for decay in (0.0, 0.5):
            model = nn.MLP([2, 3, 2], "tanh", scalar=scalar, dtype="float64")
            model.load_state_dict({n: a + 0.5 for n, a in model.state_dict().items()})
            start = model.state_dict()
            spared = model.biases()
            opt = optimizer(model.parameters(), lr=0.1, weight_decay=decay, no_decay=spared)
            nn.cross_entropy(model(x), y).backward()
            opt.step()
            states[decay] = model.state_dict()
        for name, without in states[0.0].items():
            shrunk = without - 0.1 * 0.5 * start[name] if "weight" in name else without
            np.testing.assert_allclose(states[0.5][name], shrunk, rtol=1e-12)
