"""The local derivatives of every elementwise row, first and higher, reverse and forward."""

import itertools

import numpy as np
import pytest
import sympy
from oracles import ELEMENTWISE, KINKED, KINKS, SYMPY, SympyOperand, exact, points

import autograd_lite as ag
from autograd_lite import Tensor, Value

every_row = pytest.mark.parametrize("rule", ELEMENTWISE, ids=lambda rule: rule.name)
SINGULAR = [rule for rule in ELEMENTWISE if rule.singular]


def slots(rule):
    return [i for i, partial in enumerate(rule.partials) if partial is not None]


def once(rule, *which):
    return tuple(which.count(i) for i in range(rule.arity))


def derivatives(rule, given, *which):
    return np.array([exact(rule, at, once(rule, *which)) for at in zip(*given, strict=True)])


@every_row
def test_partials_are_sympy_s_own_derivatives(rule):
    names = [sympy.Symbol(n, real=True) for n in "abc"[: rule.arity]]
    value = SYMPY[rule.name](*names)
    operands = [SympyOperand(name) for name in names]
    given = points(rule, 4)
    for slot in slots(rule):
        found = rule.partials[slot](*operands, SympyOperand(value))
        found = sympy.sympify(getattr(found, "expression", found))
        expected = sympy.diff(value, names[slot])
        for at in zip(*given, strict=True):
            numbers = {n: sympy.Float(float(x), 40) for n, x in zip(names, at, strict=True)}
            p, q = (complex(e.subs(numbers).doit().evalf(30)) for e in (found, expected))
            assert p == pytest.approx(q, rel=1e-13, abs=1e-13), (slot, at)


@every_row
def test_partials_are_the_slopes_of_the_value_on_arrays_values_and_tensors(rule):
    given = points(rule)
    tensors = list(map(Tensor, given))
    rule(*tensors).sum().backward()
    for slot in slots(rule):
        expected = derivatives(rule, given, slot)
        local = np.broadcast_to(rule.local(slot, tuple(given), rule(*given)), expected.shape)
        np.testing.assert_allclose(local, expected, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(tensors[slot].grad, expected, rtol=1e-12, atol=1e-13)
        for i, at in enumerate(zip(*map(np.ndarray.tolist, given), strict=True)):
            values = list(map(Value, at))
            y = rule(*values)
            y.backward(3.0)
            assert y.local(slot) == pytest.approx(expected[i], rel=1e-12, abs=1e-13)
            assert values[slot].grad == pytest.approx(3 * expected[i], rel=1e-12, abs=1e-12)


@every_row
def test_second_derivatives_by_grad_of_grad(rule):
    given = points(rule, 4)
    for i, j in itertools.product(slots(rule), repeat=2):
        expected = derivatives(rule, given, i, j)
        on_arrays = ag.grad(lambda *x, i=i: np.sum(ag.grad(sum_of(rule), i)(*x)), j)(*given)
        np.testing.assert_allclose(on_arrays, expected, rtol=1e-10, atol=1e-10)
        for at, want in zip(zip(*given, strict=True), expected, strict=True):
            found = ag.grad(ag.grad(rule, i), j)(*map(float, at))
            assert type(found) is float
            assert found == pytest.approx(want, rel=1e-10, abs=1e-10)


def sum_of(rule):
    return lambda *x: np.sum(rule(*x))


@every_row
def test_third_derivatives_by_grad_of_grad_of_grad(rule):
    given = points(rule, 2)
    for i in slots(rule):
        expected = derivatives(rule, given, i, i, i)
        for at, want in zip(zip(*given, strict=True), expected, strict=True):
            found = ag.grad(ag.grad(ag.grad(rule, i), i), i)(*map(float, at))
            assert found == pytest.approx(want, rel=1e-8, abs=1e-8)


@every_row
def test_forward_mode_is_reverse_mode_times_the_direction(rule):
    given = points(rule, 4)
    rng = np.random.default_rng(3)
    where = slots(rule)
    directions = [rng.normal(size=4) for _ in where]

    def f(*x):
        full = list(given)
        for i, operand in zip(where, x, strict=True):
            full[i] = operand
        return rule(*full)

    chosen = tuple(given[i] for i in where)
    value, tangent = ag.jvp(f, chosen, tuple(directions))
    expected = sum(derivatives(rule, given, i) * d for i, d in zip(where, directions, strict=True))
    np.testing.assert_allclose(value, rule(*given))
    np.testing.assert_allclose(tangent, expected, rtol=1e-11, atol=1e-12)
    for k in range(4):
        primals = tuple(float(x[k]) for x in chosen)
        value, tangent = ag.jvp(
            lambda *x, k=k: rule(*merged(given, where, x, k)),
            primals,
            tuple(float(d[k]) for d in directions),
        )
        assert type(tangent) is float
        assert tangent == pytest.approx(expected[k], rel=1e-11, abs=1e-12)


def merged(given, where, x, k):
    full = [float(column[k]) for column in given]
    for i, operand in zip(where, x, strict=True):
        full[i] = operand
    return full


@every_row
def test_broadcasting_is_undone_in_the_gradient(rule):
    columns = points(rule, 12)
    shapes = [(3, 1), (4,), (2, 1, 4)]
    given = [x[: int(np.prod(s))].reshape(s) for x, s in zip(columns, shapes, strict=False)]
    if rule.name == "clip":
        given[2] = np.full((2, 1, 4), 2.5)
        given[1] = given[1] - 3.0
    for dtype, exactness in ((np.float64, 1e-12), (np.float32, 2e-3)):
        tensors = [Tensor(x.astype(dtype)) for x in given]
        y = rule(*tensors)
        assert y.shape == np.broadcast_shapes(*(x.shape for x in given))
        weights = np.random.default_rng(0).normal(size=y.shape).astype(dtype)
        y.backward(weights)
        stretched = np.broadcast_arrays(*given)
        for slot in slots(rule):
            assert tensors[slot].grad.shape == given[slot].shape
            assert tensors[slot].grad.dtype == dtype
            expected = np.zeros_like(given[slot])
            for at in np.ndindex(y.shape):
                values = [Value(float(x[at])) for x in stretched]
                rule(*values).backward(float(weights[at]))
                index = tuple(
                    0 if n == 1 else i
                    for i, n in zip(at[y.ndim - expected.ndim :], expected.shape, strict=True)
                )
                expected[index] += values[slot].grad
            scale = max(1.0, np.abs(expected).max())
            np.testing.assert_allclose(
                tensors[slot].grad, expected, rtol=exactness, atol=exactness * scale
            )


@pytest.mark.parametrize(
    "rule", [r for r in ELEMENTWISE if r.arity > 1], ids=lambda rule: rule.name
)
def test_a_number_with_an_array_sums_the_gradient_of_the_number(rule):
    given = points(rule, 5)
    for slot in slots(rule):
        mixed = [Tensor(x) for x in given]
        mixed[slot] = Tensor(given[slot][0])
        rule(*mixed).sum().backward()
        full = [Tensor(x) for x in given]
        full[slot] = Tensor(np.full(5, given[slot][0]))
        rule(*full).sum().backward()
        assert mixed[slot].grad.shape == ()
        np.testing.assert_allclose(mixed[slot].grad, full[slot].grad.sum(), rtol=1e-12, atol=1e-15)


@every_row
def test_object_arrays_of_values_have_the_gradients_of_tensors(rule):
    given = points(rule, 4)
    objects = [np.frompyfunc(lambda x: Value(float(x)), 1, 1)(x) for x in given]
    np.sum(rule(*objects)).backward()
    tensors = list(map(Tensor, given))
    rule(*tensors).sum().backward()
    for slot in slots(rule):
        np.testing.assert_allclose(
            [v.grad for v in objects[slot]], tensors[slot].grad, rtol=1e-12, atol=1e-14
        )


@pytest.mark.parametrize("rule", KINKED, ids=lambda rule: rule.name)
def test_the_convention_at_a_kink_is_what_the_row_states(rule):
    for at, expected in KINKS[rule.name]:
        values = list(map(Value, at))
        node = rule(*values)
        with np.errstate(all="ignore"):
            tensors = list(map(Tensor, at))
            array = rule(*tensors)
        node.backward()
        array.backward()
        for slot, want in enumerate(expected):
            assert node.local(slot) == pytest.approx(want, nan_ok=True), (at, slot)
            assert values[slot].grad == pytest.approx(want, nan_ok=True), (at, slot)
            assert float(tensors[slot].grad) == pytest.approx(want, nan_ok=True), (at, slot)


@every_row
def test_a_row_whose_derivative_can_be_infinite_is_flagged(rule):
    """Else 0 x infinity would get through a branch that `where` did not choose."""
    special = (0.0, 1.0, -1.0, 2.0, -2.0)
    for at in itertools.product(special, repeat=rule.arity):
        node = rule(*map(Value, at))
        for slot in slots(rule):
            if not np.isfinite(node.local(slot)):
                assert rule.singular, (at, slot)


@pytest.mark.parametrize("rule", SINGULAR, ids=lambda rule: rule.name)
def test_a_gradient_of_zero_hands_on_zero_first_and_second_order(rule):
    """`where` protects the branch that it did not choose, at every singular point of the row."""
    special = (0.0, 1.0, -1.0, -2.0, float("inf"))
    singular = 0
    for at in itertools.product(special, repeat=rule.arity):
        node = rule(*map(Value, at))
        for slot in slots(rule):
            if np.isfinite(node.local(slot)):
                continue
            singular += 1

            def protected(x, at=at, slot=slot):
                full = list(at)
                full[slot] = x
                return ag.where(False, rule(*full), x * x * 3.0)

            def protected_sum(x, at=at, slot=slot):
                return np.sum(protected(x, at, slot))

            x = at[slot]
            if not np.isfinite(x):
                continue
            with np.errstate(all="ignore"):
                assert ag.grad(protected)(x) == 6 * x, at
                assert ag.grad(ag.grad(protected))(x) == 6.0, at
                arrays = np.array([x, x])
                assert np.array_equal(ag.grad(protected_sum)(arrays), 6 * arrays), at
                second = ag.grad(lambda x: np.sum(ag.grad(protected_sum)(x)))(arrays)
                assert np.array_equal(second, [6.0, 6.0]), at
                assert ag.jvp(protected, (x,), (1.0,))[1] == 6 * x, at
                assert np.array_equal(ag.jvp(protected, (arrays,), (arrays,))[1], 6 * arrays**2)
                assert ag.grad(lambda x: ag.jvp(protected, (x,), (1.0,))[1])(x) == 6.0, at
                v = Value(x)
                protected(v).backward()
                assert v.grad == 6 * x, at
                t = Tensor(x)
                protected(t).backward()
                assert t.grad == 6 * x, at
    assert singular or rule.name in ("logaddexp", "shield")  # theirs is at infinite inputs
