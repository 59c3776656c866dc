"""Schedules: their formulas, PyTorch's where it is installed, and going on where they stopped."""

import math

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite import Tensor


def optimizer(lr=0.5):
    return nn.SGD([Tensor([1.0])], lr=lr)


def rates(schedule, moves, losses=None):
    found = [schedule.optimizer.lr]
    for i in range(moves):
        schedule.step(*([] if losses is None else [losses[i]]))
        found.append(schedule.optimizer.lr)
    return found


LOSSES = [3.0, 2.0, 2.0, 1.9999, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5]
CASES = {
    "step": (
        lambda o: nn.StepLR(o, 3, 0.5),
        lambda o, s: s.StepLR(o, 3, 0.5),
        lambda i: 0.5 * 0.5 ** (i // 3),
    ),
    "cosine": (
        lambda o: nn.CosineLR(o, 12, least=0.1),
        lambda o, s: s.CosineAnnealingLR(o, 12, eta_min=0.1),
        lambda i: 0.1 + 0.4 * (1 + math.cos(math.pi * i / 12)) / 2,
    ),
    "warm-up": (
        lambda o: nn.WarmupLR(o, 4, start=0.2),
        lambda o, s: s.LinearLR(o, start_factor=0.2, end_factor=1.0, total_iters=4),
        lambda i: 0.5 * min(0.2 + 0.8 * i / 4, 1.0),
    ),
    "one cycle": (
        lambda o: nn.OneCycleLR(o, 2.0, 13, rise=0.4),
        lambda o, s: s.OneCycleLR(o, 2.0, total_steps=13, pct_start=0.4),
        None,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_rates_are_their_formula_and_pytorchs(name):
    ours, theirs, formula = CASES[name]
    found = rates(ours(optimizer()), 12)
    if formula:
        np.testing.assert_allclose(found, [formula(i) for i in range(13)], rtol=1e-12)
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    other = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.5)
    schedule, expected = theirs(other, torch.optim.lr_scheduler), []
    for i in range(13):
        expected.append(other.param_groups[0]["lr"])
        other.step()
        if i < 12:
            schedule.step()
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_one_cycle_rises_to_the_top_and_falls_to_nearly_nothing():
    found = rates(nn.OneCycleLR(optimizer(), 2.0, 101, rise=0.3), 110)
    assert found[0] == pytest.approx(2.0 / 25)
    assert max(found) == pytest.approx(2.0, rel=1e-3)
    assert 28 <= int(np.argmax(found)) <= 30
    assert found[100] == found[110] == pytest.approx(2.0 / 25 / 1e4)


def test_the_plateau_lowers_the_rate_as_pytorchs_does():
    found = rates(nn.ReduceLROnPlateau(optimizer(), 0.5, 2), 12, LOSSES)
    assert found == [0.5] * 8 + [0.25] * 3 + [0.25] * 2
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    other = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.5)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(other, factor=0.5, patience=2)
    expected = [0.5]
    for loss in LOSSES:
        schedule.step(loss)
        expected.append(other.param_groups[0]["lr"])
    assert found == expected


def test_a_plateau_never_goes_below_its_least_rate():
    found = rates(nn.ReduceLROnPlateau(optimizer(), 0.1, 0, least=0.2), 6, [1.0] * 6)
    assert found[-1] == 0.2


def test_a_warm_up_goes_on_as_another_schedule():
    o = optimizer()
    found = rates(nn.WarmupLR(o, 3, start=0.0, then=nn.CosineLR(o, 6)), 9)
    assert found[0] > 0  # a rate of 0 is none
    np.testing.assert_allclose(found[1:3], [0.5 / 3, 1.0 / 3])
    np.testing.assert_allclose(
        found[3:9], [0.25 * (1 + math.cos(math.pi * i / 6)) for i in range(6)]
    )


@pytest.mark.parametrize("name", [*CASES, "plateau"])
def test_a_schedule_goes_on_where_it_stopped(name):
    build = CASES[name][0] if name in CASES else lambda o: nn.ReduceLROnPlateau(o, 0.5, 1)
    losses = [1.0] * 12 if name == "plateau" else None
    whole = rates(build(optimizer()), 12, losses)
    first, second = build(optimizer()), build(optimizer(0.9))
    rates(first, 5, losses)
    second.load_state_dict(first.state_dict())
    assert rates(second, 7, losses) == whole[5:]
    with pytest.raises(ag.ArgumentError, match="not of"):
        first.load_state_dict(first.state_dict() | {"schedule": "Other"})


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda o: nn.StepLR(o, 0), "step_size=0"),
        (lambda o: nn.StepLR(o, 2, -1.0), "gamma=-1.0"),
        (lambda o: nn.CosineLR(o, 2.5), "steps=2.5"),
        (lambda o: nn.CosineLR(o, 2, every="day"), "every='day'"),
        (lambda o: nn.WarmupLR(o, 2, start=1.0), "start=1.0"),
        (lambda o: nn.WarmupLR(o, 2, then=nn.StepLR(optimizer(), 1)), "same optimiser"),
        (lambda o: nn.ReduceLROnPlateau(o, factor=1.0), "factor=1.0"),
        (lambda o: nn.StepLR(0.1, 2), "no optimiser"),
        (lambda o: nn.ReduceLROnPlateau(o).step(), "give step(loss)"),
    ],
)
def test_what_schedules_refuse(build, message):
    with pytest.raises(ag.ArgumentError) as caught:
        build(optimizer())
    assert message in str(caught.value)
