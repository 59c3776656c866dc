"""NumPy's functions of curves and samples on Tensors: interp, convolve, cov, ..."""

import numpy as np
import pytest
from calls import hold

import autograd_lite as ag
from autograd_lite import ArgumentError, AxisError, LeaveGraphError, ShapeError, Tensor

rng = np.random.default_rng(51)

START = rng.bit_generator.state


@pytest.fixture(autouse=True)
def _same_numbers_whichever_tests_run():
    rng.bit_generator.state = START


def array(*shape):
    return rng.normal(size=shape)


XP = np.array([-1.0, 0.0, 0.5, 2.0])
FP = np.array([1.0, -2.0, 0.5, 3.0])
X = np.array([[-3.1, -0.4, 0.2], [1.5, 1.9, 7.2]])


@pytest.mark.parametrize(
    "settings",
    [{}, {"left": 5.0}, {"right": -4.0}, {"left": 0.0, "right": 0.0}, {"period": 3.5}],
)
def test_interp_in_the_points_and_both_coordinates_of_the_knots(settings):
    hold(lambda np, x, xp, fp: np.interp(x, xp, fp, **settings), X, XP, FP, hips=False)
    hold(lambda np, x: np.interp(x, XP, FP, **settings), np.array(0.3), hips=False)


def test_interp_at_the_knots_and_where_numpy_has_an_opinion():
    x = np.array([-1.0, 0.0, 0.5, 2.0, np.nan, np.inf, -np.inf, 2.5])
    for settings in ({}, {"left": 9.0, "right": 8.0}, {"period": 3.0}):
        with np.errstate(invalid="ignore"):
            expected = np.interp(x, XP, FP, **settings)
            found = np.interp(Tensor(x), XP, FP, **settings)
        np.testing.assert_allclose(found.data, expected, rtol=1e-14)
    slopes = ag.grad(lambda x: np.sum(np.interp(x, XP, FP)))(XP.copy())
    np.testing.assert_allclose(slopes, [-3.0, 5.0, 2.5 / 1.5, 2.5 / 1.5])
    single = np.interp(Tensor(np.array([0.0, 2.0])), [1.0], [4.0])
    assert np.array_equal(single.data, [4.0, 4.0])
    unsorted = np.interp(Tensor(X), XP[::-1], FP[::-1], period=4)
    np.testing.assert_allclose(unsorted.data, np.interp(X, XP[::-1], FP[::-1], period=4))


SIZES = [(1, 1), (3, 1), (4, 2), (4, 3), (5, 4), (3, 3), (2, 4), (3, 5), (1, 4)]


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("sizes", SIZES)
def test_convolve_and_correlate(sizes, mode):
    a, v = array(sizes[0]), array(sizes[1])
    hold(lambda np, a, v: np.convolve(a, v, mode), a, v, hips=False)
    hold(lambda np, a, v: np.correlate(a, v, mode), a, v, hips=False)


def test_the_default_modes_and_numbers_without_an_axis():
    a, v = array(4), array(2)
    assert np.allclose(np.convolve(Tensor(a), v).data, np.convolve(a, v))
    assert np.allclose(np.correlate(Tensor(a), v).data, np.correlate(a, v))
    assert np.allclose(np.convolve(Tensor(a), 2.0).data, 2 * a)


def test_trapezoid():
    hold(lambda np, y: np.trapezoid(y), array(4), hips=False)
    hold(lambda np, y: np.trapezoid(y, dx=0.5, axis=0), array(3, 2), hips=False)
    hold(lambda np, y, x: np.trapezoid(y, x), array(2, 4), array(4), hips=False)
    hold(lambda np, y, x: np.trapezoid(y, x, axis=-2), array(4, 2), array(4), hips=False)
    hold(lambda np, y, x: np.trapezoid(y, x, axis=1), array(2, 4), array(2, 4), hips=False)
    assert np.trapezoid(Tensor([2.0])).item() == 0.0


def test_polynomials_and_powers():
    hold(lambda np, p, x: np.polyval(p, x), array(4), array(2, 3), hips=False)
    hold(lambda np, p, x: np.polyval(p, x), array(1), array(2), hips=False)
    hold(lambda np, x: np.polyval([3, 0, 1], x), np.array(0.5), hips=False)
    for settings in ({}, {"N": 2}, {"increasing": True}, {"N": 5, "increasing": True}, {"N": 0}):
        hold(lambda np, x, s=settings: np.vander(x, **s), array(3), hips=False)
    assert np.array_equal(np.vander(Tensor([0.0, 2.0])).data, [[0.0, 1.0], [2.0, 1.0]])


SAMPLES = array(3, 6)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"rowvar": False},
        {"bias": True},
        {"ddof": 2},
        {"ddof": 0},
        {"fweights": [1, 2, 1, 3, 1, 1]},
        {"aweights": [0.5, 1, 2, 1, 1, 0.1]},
        {"aweights": np.array([0.5, 1, 2, 1, 1, 0.1]), "fweights": [1, 2, 1, 3, 1, 1]},
        {"aweights": [0.5, 1, 2, 1, 1, 0.1], "ddof": 0},
    ],
)
def test_cov(settings):
    given = SAMPLES.T if settings.get("rowvar") is False else SAMPLES
    hold(lambda np, m: np.cov(m, **settings), given, hips=False)


def test_cov_and_corrcoef_of_one_or_two_sets_of_variables():
    hold(lambda np, m: np.cov(m), array(5), hips=False)
    hold(lambda np, m, y: np.cov(m, y), array(5), array(5), hips=False)
    hold(lambda np, m, y: np.cov(m, y, rowvar=False), array(5, 2), array(5, 1), hips=False)
    hold(lambda np, m: np.corrcoef(m), SAMPLES, hips=False)
    hold(lambda np, m, y: np.corrcoef(m, y), array(5), array(5), hips=False)
    hold(lambda np, m: np.corrcoef(m, rowvar=False), array(5, 2), hips=False)
    assert np.corrcoef(Tensor(array(4))).item() == 1.0


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (ShapeError, r"xp \(4,\), fp \(3,\)", lambda t: np.interp(t, XP, FP[:3])),
        (ShapeError, r"one point", lambda t: np.interp(t, [], [])),
        (ArgumentError, r"must increase", lambda t: np.interp(t, XP[::-1], FP)),
        (ArgumentError, r"period=0", lambda t: np.interp(t, XP, FP, period=0)),
        (ShapeError, r"one number or more", lambda t: np.convolve(t, [])),
        (ShapeError, r"\(2, 2\)", lambda t: np.convolve(t, np.ones((2, 2)))),
        (ArgumentError, r"'middle'", lambda t: np.correlate(t, t, "middle")),
        (AxisError, r"axis 1", lambda t: np.trapezoid(t, axis=1)),
        (ShapeError, r"trapezoid|do not broadcast", lambda t: np.trapezoid(t, np.ones(5))),
        (ShapeError, r"coefficients of shape \(1, 3\)", lambda t: np.polyval(t[None], 1.0)),
        (ShapeError, r"row of numbers", lambda t: np.vander(t[None])),
        (ArgumentError, r"N=-1", lambda t: np.vander(t, -1)),
        (ShapeError, r"3 samples in m and 2", lambda t: np.cov(t, [1.0, 2.0])),
        (ShapeError, r"3 axes", lambda t: np.cov(t[None, None])),
        (ArgumentError, r"more samples", lambda t: np.cov(t, ddof=3)),
        (ArgumentError, r"whole number", lambda t: np.cov(t, ddof=0.5)),
        (ArgumentError, r"whole numbers", lambda t: np.cov(t, fweights=[0.5, 1, 1])),
        (ArgumentError, r"not be negative", lambda t: np.cov(t, aweights=[-0.5, 1, 1])),
        (ShapeError, r"one for each", lambda t: np.cov(t, aweights=[1, 1])),
        (LeaveGraphError, r"plain array", lambda t: np.cov(t, aweights=t)),
    ],
)
def test_what_does_not_fit_is_an_error_with_the_numbers(error, message, call):
    with pytest.raises(error, match=message):
        call(Tensor([1.0, 2.0, 4.0]))
