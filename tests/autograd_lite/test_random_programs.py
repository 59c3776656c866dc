"""Programs that nobody thought of: gradients against two oracles, compiled against eager."""

import math
import warnings
from collections import Counter

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from programs import ANALYTIC, HIPS, Program, complex_step, programs, programs_and_points

import autograd_lite as ag
from autograd_lite import Tensor, Value

CHOICES = "maximum minimum fmax fmin clip absolute sign relu leaky_relu elu".split()
SMOOTH = [*ANALYTIC, "softplus", "logaddexp", "hypot", "arctan2", "maximum", "where", "elu", "relu"]
quick = settings(max_examples=120, deadline=None, derandomize=True)
long = settings(
    max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)


def close(found, expected, scale=1.0):
    if math.isnan(expected):
        return math.isnan(found)
    if math.isinf(expected):
        return found == expected
    return abs(found - expected) <= 1e-9 * max(1.0, abs(expected), scale)


def every(program):
    return tuple(range(program.inputs))


def eager(program, point):
    values = [Value(x) for x in point]
    y = program(*values)
    if not isinstance(y, Value):
        return float(y), [0.0] * len(values)
    y.backward()
    return y.data, [0.0 if v.grad is None else v.grad for v in values]


def check_eager_and_transformed(program, point):
    assume(not _any_step(program, point, _sign_is_open))
    value, gradients = eager(program, point)
    again, by_grad = ag.value_and_grad(program, every(program))(*point)
    assert close(again, value)
    for p, q in zip(by_grad, gradients, strict=True):
        assert np.array_equal(p, q, equal_nan=True), (p, q)
    with np.errstate(all="ignore"):
        tensors = [Tensor([x]) for x in point]
        y = program(*tensors)
    y.backward(np.ones(1))
    assert close(float(y.data[0]), value) or abs(value) > 1e6
    tame = math.isfinite(value) and all(abs(g) < 1e6 for g in gradients)
    for t, q in zip(tensors, gradients, strict=True):
        if t.grad is not None and tame and _conditioned(program, point):
            assert close(float(t.grad[0]), q, 1e3), (t.grad, q)


def _conditioned(program, point):
    """Whether the value hardly changes when the point does: no kink and no pole is at hand."""
    with np.errstate(all="ignore"):
        here = program(*map(np.float64, point))
        for sign in (-1, 1):
            there = program(*(np.float64(x) + sign * 1e-9 for x in point))
            if not np.isfinite(there) or abs(there - here) > 1e-5 * max(1.0, abs(here)):
                return False
    return True


def check_complex_step(program, point):
    value, gradients = eager(program, point)
    assume(math.isfinite(value) and not _any_step(program, point, _huge))

    def f(*x):
        return program.run(x, COMPLEX)

    for slot, found in enumerate(gradients):
        expected = complex_step(f, point, slot)
        assume(math.isfinite(expected))
        assert close(found, expected, abs(value)), (slot, found, expected)


def _gelu(a):
    return 0.5 * a * (1 + np.tanh(np.sqrt(2 / np.pi) * (a + 0.044715 * a * a * a)))


COMPLEX = {name: getattr(np, name, None) for name in ANALYTIC} | {
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "silu": lambda a: a / (1 + np.exp(-a)),
    "gelu": _gelu,
}


def check_hips(program, point):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        point = tuple(map(np.float64, point))
        theirs = program.with_hips(*point)
        assume(np.isfinite(theirs) and abs(theirs) < 1e8)
        expected = [
            float(autograd.grad(lambda *x: anp.sum(program.with_hips(*x)), i)(*point))
            for i in range(program.inputs)
        ]
    assume(all(math.isfinite(g) and abs(g) < 1e8 for g in expected))
    # Our relu of nan is nan, as NumPy's maximum is; the oracle says it by `where`, which drops it.
    for open_question in (_not_a_number, _sign_is_open, _sign_of_zero):
        assume(not _any_step(program, point, open_question))
    value, gradients = eager(program, point)
    assert close(value, float(theirs))
    assume(_conditioned(program, [x + 1e-7 for x in point]) and not _at_a_kink(program, point))
    # Infinite upstream times slope 0 is nan here; HIPS autograd drops sign and the test of where.
    root = program(*map(Value, map(float, point)))
    assume(not isinstance(root, Value) or all(math.isfinite(s.upstream) for s in ag.steps(root)))
    for found, want in zip(gradients, expected, strict=True):
        assert close(found, want, abs(value)), (found, want)


def _any_step(program, point, test):
    """Whether `test(row, operands)` holds for a step of the program, run on NumPy's floats."""
    found = []

    def watched(name):
        def row(*operands):
            found.append(test(name, [float(x) for x in operands]))
            return ag.TABLE[name](*operands)

        return row

    with np.errstate(all="ignore"):
        program.run(tuple(map(np.float64, point)), {name: watched(name) for name in HIPS})
    return any(found)


def _tied(name, operands):
    compared = operands + [0.0] * (len(operands) == 1 or name in ("elu", "leaky_relu"))
    return name in CHOICES and len(set(compared)) < len(compared)


def _jumps(name, operands):
    """Whether a row or its slope may jump here: which side holds is then a convention."""
    a, b = operands[0], operands[-1]
    if name in ("fmod", "remainder", "floor_divide"):
        return b == 0 or _whole(a / b)
    if name in ("floor", "ceil", "trunc"):
        return _whole(a)
    return (
        (name == "rint" and _whole(a + 0.5))
        or (name in ("heaviside", "where") and a == 0)
        or (name == "copysign" and 0 in (a, b))
        or (name == "hypot" and a == b == 0)
    )


def _whole(x):
    return math.isfinite(x) and abs(x - round(x)) < 1e-6


def _sign_is_open(name, operands):
    if name == "copysign" and math.isnan(operands[1]):
        return True  # whether a nan has a minus is nobody's promise, and changes from run to run
    compared = [*operands[:1], 0.0] if name in ("relu", "elu") else operands
    signs = {math.copysign(1.0, x) for x in compared if x == 0}
    return name in ("maximum", "minimum", "fmax", "fmin", "clip", "relu", "elu") and len(signs) == 2


def _sign_of_zero(name, operands):
    """arctan2 and copysign tell 0.0 from -0.0, and the oracle's cbrt of -0.0 is 0.0."""
    return name in ("arctan2", "copysign") and 0 in operands


def _not_a_number(name, operands):
    return any(map(math.isnan, operands))


def _huge(name, operands):
    return max(map(abs, operands)) > 1e6  # rounding there is large against what comes after


def _at_a_kink(program, point):
    """Whether a choice is tied somewhere inside: conventions differ between libraries there."""
    return _any_step(program, point, lambda *step: _tied(*step) or _jumps(*step))


def check_compiled(program, point):
    """The program as source: the eager value and gradient, on floats and on arrays of points."""
    # The larger of 0.0 and -0.0 may be either of them; arctan2 and 1 / x tell them apart.
    assume(not _any_step(program, point, _sign_is_open))
    compiled = ag.compile(program, every(program))
    value, gradients = ag.value_and_grad(program, every(program))(*point)
    found, slopes = compiled(*point)
    assert type(found) is float
    assert all(type(g) is float for g in slopes)
    assert close(found, value)
    finite = math.isfinite(value) and all(map(math.isfinite, gradients))
    if finite:
        for p, q in zip(slopes, gradients, strict=True):
            assert close(p, q, abs(value)), (p, q, compiled.source)
        again, slopes_again = compiled(*point)  # the first call traces; this one is the quick one
        assert close(again, found)
        assert all(close(p, q, abs(value)) for p, q in zip(slopes_again, slopes, strict=True))
    names = {"np": np}
    exec(compiled.source, names)  # what a learner does with it
    with np.errstate(all="ignore"):
        pasted, pasted_slopes = names["value_and_grad"](*map(np.float64, point))
    if np.isfinite(pasted) and np.isfinite(found):
        assert close(float(pasted), found)
        for p, q in zip(pasted_slopes, slopes, strict=True):
            assert close(float(p), q, abs(value)) or not (np.isfinite(p) and np.isfinite(q))
    points = tuple(np.array([x, x, x]) for x in point)
    values, totals = compiled(*points)
    assert values.shape == (3,)
    assert all(close(float(v), found) for v in values) or abs(found) > 1e6
    for total, one in zip(totals, slopes, strict=True):
        assert total.shape == (3,)
        if math.isfinite(one) and np.all(np.isfinite(total)) and finite:
            assert close(float(total[0]), one, abs(value) + abs(one)), compiled.source


def check_forward(program, point):
    value, gradients = ag.value_and_grad(program, every(program))(*point)
    assume(math.isfinite(value) and all(abs(g) < 1e8 for g in gradients))
    direction = tuple(float(i + 1) for i in range(len(point)))
    found, tangent = ag.jvp(program, point, direction)
    expected = sum(g * d for g, d in zip(gradients, direction, strict=True))
    assert close(found, value)
    assume(math.isfinite(tangent))
    assert close(tangent, expected, max(map(abs, gradients)))


def check_second_order(program, point):
    """Reverse over reverse is forward over reverse is the slope of the gradient."""
    assume(not _at_a_kink(program, point))
    with np.errstate(all="ignore"):  # what a program computes of plain numbers warns as NumPy does
        _second_order_agrees(program, point)


def _second_order_agrees(program, point):
    gradient = ag.grad(program)
    value, first = eager(program, point)
    second = ag.grad(gradient)(*point)
    assume(math.isfinite(value) and math.isfinite(first[0]) and math.isfinite(second))
    assume(abs(second) < 1e5 and abs(value) < 1e5 and abs(first[0]) < 1e5)
    rest = point[1:]
    _, forward = ag.jvp(lambda x: gradient(x, *rest), (point[0],), (1.0,))
    if math.isfinite(forward):
        assert close(forward, second, 1e3)
    step = 1e-5
    up, down = (gradient(point[0] + s, *rest) for s in (step, -step))
    assume(math.isfinite(up) and math.isfinite(down))
    one_sided = [(up - first[0]) / step, (first[0] - down) / step]
    assume(abs(one_sided[0] - one_sided[1]) < 1e-2 * max(1.0, abs(second)))
    assert abs((up - down) / (2 * step) - second) <= 1e-3 * max(1.0, abs(second))


CHECKS = {
    "transforms": (check_eager_and_transformed, programs_and_points()),
    "complex": (check_complex_step, programs_and_points(ANALYTIC)),
    "hips": (check_hips, programs_and_points()),
    "compiled": (check_compiled, programs_and_points()),
    "forward": (check_forward, programs_and_points()),
    "second": (check_second_order, programs_and_points(SMOOTH, most=6)),
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_hundred_random_programs(name):
    check, strategy = CHECKS[name]

    @quick
    @given(strategy)
    def run(case):
        check(*case)

    run()


@pytest.mark.fuzz
@pytest.mark.parametrize("name", CHECKS)
def test_thousands_of_random_programs(name):
    check, strategy = CHECKS[name]

    @long
    @given(strategy)
    def run(case):
        check(*case)

    run()


@quick
@given(programs())
@example(Program(1, (("where", (("at", 0), ("number", 1.0), ("number", 2.0))),)))
def test_every_program_that_runs_compiles(program):
    compiled = ag.compile(program, every(program))
    compiled(*[0.5] * program.inputs)
    source = compiled.source
    compile(source, "<source>", "exec")
    assert source.startswith("def value_and_grad(x0")


@pytest.mark.fuzz
def test_of_thousands_of_random_programs_of_numbers_nearly_all_compile(capsys):
    agreed, refused = [], Counter()

    @long
    @given(programs_and_points())
    def run(case):
        try:
            check_compiled(*case)
        except ag.AutogradError as error:
            refused[str(error).splitlines()[0]] += 1
        else:
            agreed.append(case)

    run()
    share = len(agreed) / (len(agreed) + refused.total())
    with capsys.disabled():
        print(f"\n{share:.1%} of {len(agreed)} programs of numbers compile and agree; {refused=}")
    assert share >= 0.95
