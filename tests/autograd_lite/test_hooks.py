"""`drawn`, `checked`, `afterwards`: what happens beside computing happens in every run."""

import numpy as np
import pytest

import autograd_lite as ag


def test_numbers_are_drawn_anew_in_every_run_and_the_gradient_is_that_of_this_run():
    rng = np.random.default_rng(0)

    def f(x):
        return np.sum(x * ag.drawn(lambda: rng.normal(size=3)))

    g, x = ag.compile(f), np.array([1.0, 2.0, 3.0])
    seen = []
    for _ in range(3):
        value, slope = g(x)
        assert value == pytest.approx(x @ slope)  # linear: the slope is what was drawn
        seen.append(slope)
    expected = np.random.default_rng(0)
    for slope in seen:
        np.testing.assert_array_equal(slope, expected.normal(size=3))


def test_several_draws_come_in_their_order_and_outside_a_program_at_once():
    log = []

    def draw(name, number):
        log.append(name)
        return np.full(2, number)

    def f(x):
        a = ag.drawn(lambda: draw("a", 2.0))
        b = ag.drawn(lambda: draw("b", 3.0))
        return np.sum(x * a - b)

    x = np.ones(2)
    g = ag.compile(f)
    g(x)
    log.clear()
    assert g(x)[0] == -2.0
    assert log == ["a", "b"]
    log.clear()
    assert f(x) == -2.0
    assert log == ["a", "b"]


def test_a_draw_that_is_only_tried_out_leaves_its_generator_where_it_was():
    rng = np.random.default_rng(5)
    g = ag.compile(lambda x: x * ag.drawn(lambda: rng.random()))
    value, _ = g(np.array([1.0]))
    assert value[0] == np.random.default_rng(5).random()


def test_a_check_sees_every_argument_and_its_error_comes_through():
    def positive(n):
        if np.any(n < 0):
            raise ValueError(f"below 0: {n.min()}")

    def f(x, n):
        return np.sum(x * ag.checked(n, positive))

    g, x = ag.compile(f), np.ones(2)
    assert g(x, np.array([1, 2]))[0] == 3.0
    with pytest.raises(ValueError, match="below 0: -2"):
        g(x, np.array([1, -2]))
    assert g(x, np.array([3, 4]))[0] == 7.0  # the program is as it was


def test_an_entry_of_an_array_that_is_taken_apart_is_checked_itself():
    seen = []

    def f(w, x):
        return ag.checked(w[1], lambda n: seen.append(float(n))) * x + w[0]

    g = ag.compile(f, 1, unroll=0)
    for w in ([1.0, 2.0], [3.0, 4.0]):
        seen.clear()
        g(np.array(w), np.linspace(0, 1, 3))
        assert w[1] in seen
        assert w[0] not in seen


def test_programs_at_points_draw_and_tell_as_others_do():
    told, rng = [], np.random.default_rng(1)

    def f(w, x):
        ag.afterwards(lambda a: told.append(np.array(a)), w[0] * x)
        return w[0] * x * ag.drawn(lambda: rng.normal()) + w[1]

    g, x = ag.compile(f, unroll=0), np.linspace(0, 1, 4)
    drawn = set()
    for w in ([1.0, 2.0], [3.0, 4.0]):
        told.clear()
        value, dw = g(np.array(w), x)
        number = (value[-1] - w[1]) / w[0]
        drawn.add(float(number))
        np.testing.assert_allclose(value, w[0] * x * number + w[1])
        np.testing.assert_allclose(dw, [x.sum() * number, 4])
        np.testing.assert_allclose(told[-1], w[0] * x)
    assert len(drawn) == 2


def test_what_is_checked_must_be_an_argument():
    with pytest.raises(ag.RuleError, match="checked"):
        ag.compile(lambda x: ag.checked(x * 2, lambda n: None))(1.0)


def test_afterwards_gets_the_numbers_of_every_run_in_order():
    log = []

    def f(x):
        y = np.tanh(x)
        ag.afterwards(lambda a: log.append(("y", a.copy())), y)
        ag.afterwards(lambda a, b: log.append(("both", a.copy(), b.copy())), x, y * 2)
        return np.sum(y)

    g = ag.compile(f)
    for x in (np.zeros(2), np.ones(2), np.full(2, 2.0)):
        log.clear()
        g(x)
        (first, y), (second, a, b) = log
        assert (first, second) == ("y", "both")
        np.testing.assert_array_equal(y, np.tanh(x))
        np.testing.assert_array_equal(a, x)
        np.testing.assert_array_equal(b, 2 * np.tanh(x))


def test_what_is_told_afterwards_is_no_part_of_the_gradient():
    kept = []

    def f(x):
        ag.afterwards(kept.append, x * x)
        return 3.0 * x

    assert ag.compile(f)(2.0) == (6.0, 3.0)
    assert kept == [4.0]


@pytest.mark.parametrize("backend", ["numba", "jax"])
def test_other_backends_refuse_what_they_cannot_do_beside(backend):
    pytest.importorskip(backend)
    f = lambda x: (ag.afterwards(lambda a: None, x), x * 2)[1]
    with pytest.raises(ag.UnsupportedError, match="backend='python'"):
        ag.compile(f, backend=backend)(1.0)
