"""compile on plain floats: one function, entered directly, that knows when it must not answer."""

import itertools
import math

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import program


def test_floats_are_answered_at_once_and_everything_else_is_passed_on(monkeypatch):
    general = program.Program.__call__
    passed = []

    def counted(self, *args, **settings):
        passed.append(args)
        return general(self, *args, **settings)

    monkeypatch.setattr(program.Program, "__call__", counted)
    g = ag.compile(lambda w, x: np.log(w * x), (0, 1))
    assert g(2.0, 0.5) == (0.0, (0.5, 2.0))
    assert len(passed) == 1
    assert g(2.0, 1.0) == (math.log(2.0), (0.5, 1.0))
    assert len(passed) == 1
    g(2, 1.0)
    g(np.float64(2.0), 1.0)
    g(2.0, 0.0)  # math.log refuses, NumPy says -inf
    g(2.0, np.ones(3))
    assert len(passed) == 5
    with pytest.raises(ag.RuleError, match="2 arguments"):
        g(2.0)
    with pytest.raises(ag.RuleError, match="2 arguments"):
        g(2.0, 1.0, 1.0)
    with pytest.raises(TypeError):
        g(2.0, 1.0, unknown=3.0)
    assert g(2.0, 1.0)[1] == (0.5, 1.0)


def test_a_global_name_that_changes_is_noticed_by_the_quick_function():
    names = {"np": np, "k": 2.0}
    exec("def f(x):\n    return k * x", names)
    g = ag.compile(names["f"])
    assert g(3.0) == g(3.0) == (6.0, 2.0)
    names["k"] = 5.0
    assert g(3.0) == g(3.0) == (15.0, 5.0)
    k = 1.0

    def closed(x):
        return k * x

    g = ag.compile(closed)
    assert g(3.0) == (3.0, 1.0)
    k = 7.0
    assert g(3.0) == (21.0, 7.0)


def test_a_global_that_is_named_as_an_attribute_is_not_looked_at():
    names = {"np": np, "tanh": 1.0}
    exec("def f(x):\n    return np.tanh(x)", names)
    g = ag.compile(names["f"])
    g(0.5)
    assert not g._last.around.reached.bindings


def test_programs_have_functions_of_their_own():
    f, g = ag.compile(lambda x: x * 2.0), ag.compile(lambda x: x * 3.0)
    assert f(1.0) == (2.0, 2.0)
    assert g(1.0) == (3.0, 3.0)
    assert f(1.0) == (2.0, 2.0)
    assert isinstance(f, program.Program)
    fresh = ag.compile(lambda x: x * 4.0)
    assert fresh(1.0) == (4.0, 4.0)


def test_what_is_no_float_in_between_is_a_float_in_the_end():
    for f in (
        lambda x: ag.where(x > 0, 1, 0),
        lambda x: ag.maximum(x, 1),
        lambda x: ag.where(~(x > 0), x, 2 * x),
        lambda x: 3,
    ):
        for at in (-2.0, 0.5):
            g = ag.compile(f)
            for _ in range(2):
                value, slope = g(at)
                assert type(value) is type(slope) is float
                expected = ag.compile(f)(np.array([at]))
                assert (value, slope) == (expected[0][0], expected[1][0])


def test_names_of_the_quick_function_give_way_to_those_of_the_user():
    def f(_0, _1, tanh, self):
        return np.tanh(_0 * _1) * tanh + self

    at = (0.5, 0.25, 2.0, 1.0)
    g = ag.compile(f, (0, 1, 2, 3))
    g(*at)
    assert g(*at)[1] == pytest.approx(ag.value_and_grad(f, (0, 1, 2, 3))(*at)[1])


def test_an_array_that_is_unrolled_beside_a_float_is_still_an_array():
    w = np.array([1.0, 2.0])
    g = ag.compile(lambda w, x: np.tanh(w[0] * x + w[1]), unroll=0)
    for x in (0.5, -0.25):
        value, gradient = g(w, x)
        slope = 1 - np.tanh(x + 2.0) ** 2
        assert value == pytest.approx(np.tanh(x + 2.0), rel=1e-13)
        assert gradient == pytest.approx([slope * x, slope], rel=1e-13)


def again(g, at):
    """What the quick function gives: the first call traces, and every one after it enters it."""
    g(*at)
    return g(*at)


@pytest.mark.parametrize("count", [3, 8, 9, 40])
def test_few_arguments_and_many_are_looked_at_in_their_own_ways(count):
    def f(*x):
        total = sum((a * b for a, b in itertools.pairwise(x)), 0.0) + np.exp(x[0])
        return total + ag.where(x[0] > 1e9, x[1] * x[2], 0.0)

    names = [f"x{i}" for i in range(count)]
    exec(f"def g({', '.join(names)}):\n    return f({', '.join(names)})", scope := {"f": f})
    chosen = tuple(reversed(range(count)))
    g = ag.compile(scope["g"], chosen)
    at = [0.5 + i for i in range(count)]
    value, slopes = again(g, at)
    assert value == pytest.approx(sum(at[i] * at[i + 1] for i in range(count - 1)) + np.exp(0.5))
    expected = [
        (at[i - 1] if i else np.exp(0.5)) + (at[i + 1] if i < count - 1 else 0) for i in chosen
    ]
    assert slopes == pytest.approx(expected)
    one = again(ag.compile(scope["g"], 0), at)
    assert one[1] == pytest.approx(at[1] + np.exp(0.5))
    assert type(one[1]) is float
    # 0 times infinity, of what is not chosen: the eager engine says 0
    assert again(g, [*at[:2], np.inf, *at[3:]])[1][-2] == pytest.approx(
        expected[-2] - at[2] + np.inf
    )
    # one array among floats
    mixed = again(g, [*at[:-1], np.full(3, at[-1])])
    assert mixed[0] == pytest.approx(np.full(3, value))
    assert mixed[1][-1] == pytest.approx(3 * expected[-1])
    # inf - inf of two gradients is no nan of either
    assert again(g, [np.inf, *at[1:-1], -np.inf])[1][-1] == np.inf
    assert math.isnan(again(g, [math.nan, *at[1:]])[0])
    with pytest.raises(ag.RuleError, match=f"{count} arguments"):
        g(*at, 1.0)
    np.testing.assert_allclose(g(*[np.full(2, x) for x in at])[0], [value, value])


def test_the_larger_and_the_smaller_of_a_float_and_a_number_are_those_of_numpy():
    def f(x):
        low = ag.where(np.maximum(x, 0) > 1, np.minimum(x, 2) * 2, np.maximum(x * x, -1.0))
        return np.maximum(low, 0.25) + np.minimum(np.maximum(x, -1), 1) * np.maximum(x - 1, 0) ** 2

    g = ag.compile(f)
    for x in (-3.0, -1.0, -0.0, 0.0, 0.3, 0.5, 1.0, 1.5, 2.0, 2.5, math.inf, math.nan):
        value, slope = again(g, (x,))
        expected = ag.compile(f)(np.array([x]))
        np.testing.assert_array_equal((value, slope), (expected[0][0], expected[1][0]))


def test_long_chains_and_deep_ones_are_no_single_expression():
    def f(x, y):
        for _ in range(300):
            x = (x + y) * 0.5 - 0.25
        for _ in range(3000):
            x = x + y
        return x * x

    at = (0.3, 0.7)
    assert again(ag.compile(f, (0, 1)), at)[1] == pytest.approx(ag.grad(f, (0, 1))(*at))
