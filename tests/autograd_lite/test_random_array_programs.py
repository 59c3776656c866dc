"""Array programs that nobody thought of, against oracles that share no code with us.

HIPS autograd judges a program if it has all of its functions; finite differences judge every one.
They say themselves how exact they are, by two step widths; where they cannot tell they say nothing.
"""

import math
import os
import warnings
from collections import Counter

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from array_programs import STRUCTURAL, array_programs
from hypothesis import HealthCheck, given, settings
from programs import ANALYTIC, ROWS

import autograd_lite as ag
from autograd_lite import Tensor

EXAMPLES = int(os.environ.get("AUTOGRAD_LITE_FUZZ", "2000"))
quick = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
long = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
counts: Counter = Counter()

# What HIPS autograd does not have, or differentiates wrongly or for single numbers only.
NOT_IN_HIPS = {
    "fmod", "copysign", "heaviside", "sinc", "floor_divide", "remainder", "logaddexp2", "median",
    "kron", "fmax", "fmin", "convolve", "trapezoid", "transpose", "moveaxis", "hypot", "solve",
    "repeat", "tile",
}  # fmt: skip


def directions(program):
    return tuple(np.sin(2.0 + 5.0 * np.arange(x.size)).reshape(x.shape) for x in program.inputs)


def every(program):
    return tuple(range(len(program.inputs)))


def dot(gradients, along):
    return sum(float(np.sum(g * d)) for g, d in zip(gradients, along, strict=True))


def scale(gradients, along, value=0.0):
    """How large the terms are that a directional derivative is added up from."""
    terms = (np.sum(np.abs(g * d)) for g, d in zip(gradients, along, strict=True))
    return 1.0 + abs(value) + float(sum(terms))


def slope_along(f, at, along):
    """df/dt at x + t along, and how far it may be off, by central differences of order four."""

    def difference(step):
        total = 0.0
        for count, factor in ((1, 8.0), (-1, -8.0), (2, -1.0), (-2, 1.0)):
            moved = [np.asarray(x + count * step * d) for x, d in zip(at, along, strict=True)]
            total += factor * float(f(*moved))
        return total / (12 * step)

    with np.errstate(all="ignore"):
        fine, coarse = difference(5e-4), difference(1e-3)
    return fine, abs(fine - coarse)


def hips_gradients(program, along=None):
    """HIPS autograd's gradients, or those of the slope along a direction; None if it cannot."""
    if any(step.name in NOT_IN_HIPS for step in program.steps):
        return None
    at = every(program)
    f = program.with_hips
    if along is not None:
        inner = autograd.grad(f, at)

        def f(*x):
            return sum(anp.sum(g * d) for g, d in zip(inner(*x), along, strict=True))

    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return autograd.grad(f, at)(*program.inputs)
    except (NotImplementedError, AttributeError, TypeError, ValueError, AssertionError, IndexError):
        return None


def check_first_order(program):
    value, gradients = ag.value_and_grad(program, every(program))(*program.inputs)
    with np.errstate(all="ignore"):
        assert value == pytest.approx(float(program(*program.inputs)), rel=1e-12, abs=1e-13)
    tensors = [Tensor(x) for x in program.inputs]
    node = program(*tensors)
    node.backward()
    for x, t, g in zip(program.inputs, tensors, gradients, strict=True):
        assert g.shape == x.shape
        assert g.dtype == x.dtype
        kept = np.zeros(x.shape) if t.grad is None else t.grad
        np.testing.assert_allclose(g, kept, rtol=1e-12, atol=1e-14)
    along = directions(program)
    found, size = dot(gradients, along), scale(gradients, along, value)
    expected, error = slope_along(program, program.inputs, along)
    if error < 1e-7 * size:
        counts["finite differences"] += 1
        assert abs(found - expected) <= 1e-8 * size + 20 * error, (found, expected, error)
    theirs = hips_gradients(program)
    if theirs is not None and all(np.all(np.isfinite(e)) for e in theirs):  # it divides by zeros
        counts["HIPS autograd"] += 1
        for g, e in zip(gradients, theirs, strict=True):
            np.testing.assert_allclose(g, e, rtol=1e-8, atol=1e-10 * size)


def check_forward(program):
    value, gradients = ag.value_and_grad(program, every(program))(*program.inputs)
    along = directions(program)
    again, tangent = ag.jvp(program, tuple(program.inputs), along)
    size = scale(gradients, along, value)
    assert again == pytest.approx(value, rel=1e-12, abs=1e-13)
    assert abs(tangent - dot(gradients, along)) <= 1e-11 * size
    counts["forward against reverse"] += 1
    expected, error = slope_along(program, program.inputs, along)
    if error < 1e-7 * size:
        counts["finite differences"] += 1
        assert abs(tangent - expected) <= 1e-8 * size + 20 * error, (tangent, expected, error)


def check_second_order(program):
    """Reverse over reverse, forward over reverse, HIPS autograd and the slope of the gradient."""
    along = directions(program)
    gradient = ag.grad(program, every(program))

    def directional(*x):
        total = 0.0
        for g, d in zip(gradient(*x), along, strict=True):
            total = total + np.sum(g * d)
        return total

    value, found = ag.value_and_grad(directional, every(program))(*program.inputs)
    other = tuple(np.cos(1.0 + 3.0 * np.arange(x.size)).reshape(x.shape) for x in program.inputs)
    size = scale(found, other, float(value))
    twice = dot(found, other)
    _, forward = ag.jvp(directional, tuple(program.inputs), other)
    assert abs(forward - twice) <= 1e-9 * size, (forward, twice)
    expected, error = slope_along(directional, program.inputs, other)
    if error < 1e-6 * size:
        counts["finite differences"] += 1
        assert abs(twice - expected) <= 1e-7 * size + 20 * error, (twice, expected, error)
    theirs = hips_gradients(program, along)
    if theirs is not None and all(np.all(np.isfinite(e)) for e in theirs):
        counts["HIPS autograd"] += 1
        for g, e in zip(found, theirs, strict=True):
            np.testing.assert_allclose(g, e, rtol=1e-6, atol=1e-9 * size)


def check_complex_step(program):
    """To full precision, for programs of what NumPy computes on complex numbers alike."""
    along = directions(program)
    gradients = ag.grad(program, every(program))(*program.inputs)
    moved = [x + 1e-30j * d for x, d in zip(program.inputs, along, strict=True)]
    with np.errstate(all="ignore"):
        expected = complex(program(*moved)).imag / 1e-30
    assert math.isfinite(expected)
    counts["complex step"] += 1
    size = scale(gradients, along)
    assert abs(dot(gradients, along) - expected) <= 1e-12 * size


LINEAR = """sum mean prod cumsum cumprod diff transpose ravel reshape expand_dims squeeze swapaxes
moveaxis index concatenate stack vstack hstack tile repeat roll fliplr rot90 pad tril triu diag
trace mask quadratic inner outer kron tensordot gram inv solve det""".split()
SMOOTH_ROWS = [name for name in ANALYTIC if hasattr(np, name)]
CHECKS = {
    "first order": (check_first_order, array_programs()),
    "forward": (check_forward, array_programs()),
    "second order": (check_second_order, array_programs(most=5)),
    "complex": (check_complex_step, array_programs(10, tuple(SMOOTH_ROWS), tuple(LINEAR))),
}


@pytest.mark.parametrize("name", CHECKS)
def test_random_array_programs(name):
    check, strategy = CHECKS[name]
    quick(given(strategy)(check))()


@pytest.mark.fuzz
@pytest.mark.parametrize("name", CHECKS)
def test_thousands_of_random_array_programs(name, capsys):
    check, strategy = CHECKS[name]
    counts.clear()
    names = Counter()
    lengths = []

    @long
    @given(strategy)
    def run(program):
        lengths.append(len(program.steps))
        names.update(step.name for step in program.steps)
        check(program)

    run()
    with capsys.disabled():
        said = ", ".join(f"{count} by {oracle}" for oracle, count in sorted(counts.items()))
        print(f"\n{name}: {len(lengths)} programs, {sum(lengths)} steps; judged {said}")
    missing = {*ROWS, *STRUCTURAL} - set(names)
    assert name == "complex" or len(lengths) < 5000 or not missing, missing
