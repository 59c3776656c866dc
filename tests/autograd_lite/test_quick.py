"""compile on plain floats: one function, entered directly, that knows when it must not answer."""

import math

import numpy as np
import pytest

import autograd_lite as ag


def test_floats_are_answered_at_once_and_everything_else_is_passed_on(monkeypatch):
    general = ag.program.Program.__call__
    passed = []

    def counted(self, *args, **settings):
        passed.append(args)
        return general(self, *args, **settings)

    monkeypatch.setattr(ag.program.Program, "__call__", counted)
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
    assert not g._last.around.entries


def test_programs_have_functions_of_their_own():
    f, g = ag.compile(lambda x: x * 2.0), ag.compile(lambda x: x * 3.0)
    assert f(1.0) == (2.0, 2.0)
    assert g(1.0) == (3.0, 3.0)
    assert f(1.0) == (2.0, 2.0)
    assert isinstance(f, ag.program.Program)
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
