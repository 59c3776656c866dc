"""softmax, log_softmax and one_hot, on every kind of data."""

import numpy as np
import pytest
import scipy.special

import autograd_lite as ag
import nn
from autograd_lite import Tensor, Value

EXTREME = np.array(
    [[1e4, 0.0, -1e4], [-1e4, -1e4, -1e4], [1e4, 1e4, 9999.0], [-1e4, 1e4, 0.0], [0.0, 1.0, 2.0]]
)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_equals_scipy_on_all_kinds_of_data(name, axis, kit):
    expected = getattr(scipy.special, name)(EXTREME, axis=axis)
    f = getattr(nn, name)
    for x in (EXTREME, Tensor(EXTREME), kit.boxed(EXTREME), EXTREME.tolist()):
        found = ag.detach(f(x, axis=axis))
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-300)
        if name == "softmax":
            np.testing.assert_allclose(found.sum(axis=axis), 1, rtol=1e-12)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_gradients_agree_between_kinds_and_with_differences(name, kit, rng):
    f = getattr(nn, name)
    x, weights = rng.normal(size=(4, 3)) * 3, rng.normal(size=(4, 3))
    tensor, values = Tensor(x), kit.boxed(x)
    np.sum(f(tensor) * weights).backward()
    np.sum(f(values) * weights).backward()
    np.testing.assert_allclose(kit.gradients(values), tensor.grad, rtol=1e-12, atol=1e-15)
    expected = kit.slope(lambda a: np.sum(f(a) * weights), x)
    np.testing.assert_allclose(tensor.grad, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_gradients_are_finite_and_right_at_extremes(name, kit):
    f = getattr(nn, name)
    weights = np.arange(15.0).reshape(5, 3)
    p = scipy.special.softmax(EXTREME, axis=-1)
    if name == "softmax":
        expected = p * (weights - np.sum(p * weights, axis=-1, keepdims=True))
    else:
        expected = weights - p * np.sum(weights, axis=-1, keepdims=True)
    tensor, values = Tensor(EXTREME), kit.boxed(EXTREME)
    np.sum(f(tensor) * weights).backward()
    np.sum(f(values) * weights).backward()
    np.testing.assert_allclose(tensor.grad, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(kit.gradients(values), expected, rtol=1e-9, atol=1e-12)


def test_second_derivative_of_softmax_is_right_though_the_maximum_is_a_constant():
    x, w = np.array([0.3, -1.0, 0.8]), np.array([1.0, -2.0, 0.5])

    def f(z):
        return np.sum(nn.softmax(z) * w)

    def first(z):
        p = scipy.special.softmax(z)
        return p * (w - np.sum(p * w))

    for i in range(3):
        found = ag.grad(lambda z, i=i: ag.grad(f)(z)[i])(x)
        h = 1e-6 * np.eye(3)
        expected = [(first(x + h[j])[i] - first(x - h[j])[i]) / 2e-6 for j in range(3)]
        np.testing.assert_allclose(found, expected, atol=1e-8)


def test_softmax_of_symbols_compiles_and_stays_stable():
    def first_share(a, b, c):
        scores = np.empty(3, dtype=object)
        for i, score in enumerate((a, b, c)):
            scores[i] = score
        return nn.softmax(scores)[0]

    program = ag.compile(first_share, (0, 1))
    for point in ((0.1, 0.7, -0.3), (1e4, 9999.0, -1e4), (-1e4, 0.0, 1e4)):
        value, slopes = program(*point)
        p = scipy.special.softmax(point)
        np.testing.assert_allclose(value, p[0], rtol=1e-12, atol=1e-300)
        np.testing.assert_allclose(slopes, (p[0] * (1 - p[0]), -p[0] * p[1]), atol=1e-12)


def test_float32_stays_float32_and_plain_data_gives_plain_arrays():
    x = EXTREME.astype("float32")
    assert nn.softmax(x).dtype == np.float32
    assert nn.log_softmax(Tensor(x)).dtype == np.float32
    assert type(nn.softmax(x)) is np.ndarray


def test_softmax_of_a_list_of_values_keeps_their_gradient():
    a, b = Value(0.0), Value(0.0)
    nn.softmax([a, b])[0].backward()
    assert (a.grad, b.grad) == (0.25, -0.25)


def test_activations_are_functions_of_lists_too():
    np.testing.assert_array_equal(nn.relu([-1.0, 2.0]), [0.0, 2.0])


@pytest.mark.parametrize("f", [nn.softmax, nn.log_softmax])
def test_softmax_refuses_what_it_cannot_do(f):
    with pytest.raises(ag.AxisError, match=r"axis 2 of an array of shape \(2, 2\)"):
        f(np.ones((2, 2)), axis=2)
    with pytest.raises(ag.AxisError, match=r"shape \(\)"):
        f(1.0)
    with pytest.raises(ag.ShapeError, match=r"\(2, 0\) is empty"):
        f(np.ones((2, 0)))
    with pytest.raises(ag.DataError, match="not of real numbers"):
        f(["a", "b"])
    with pytest.raises(ag.DataError, match="not a rectangular"):
        f([[1.0], [1.0, 2.0]])


# --- one_hot --------------------------------------------------------------------------------------


def test_one_hot_of_any_shape():
    np.testing.assert_array_equal(nn.one_hot([2, 0], 3), [[0, 0, 1], [1, 0, 0]])
    np.testing.assert_array_equal(nn.one_hot(1, 2), [0, 1])
    assert nn.one_hot(np.zeros((2, 3), dtype=np.uint8), 4).shape == (2, 3, 4)
    assert nn.one_hot([], 4).shape == (0, 4)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, -1], r"label -1 at position 1 is outside \[0, 3\)"),
        ([3], "label 3 at position 0"),
        ([2**63], "label 9223372036854775808"),
        ([2**64], "They are too large: there are 3 classes"),
        ([-(2**70)], "too large"),
        (np.array([2**64 - 1], dtype=np.uint64), "label 18446744073709551615"),
        ([3.5], r"float64 \(first: 3\.5\)"),
        ([1.0], "labels.astype"),
        ([np.nan], "first: nan"),
        ([True], "labels.astype"),
        (["cat"], "np.unique"),
        ([None], "np.unique"),
        ([[0], [1, 2]], "no array of class numbers"),
    ],
)
def test_one_hot_and_cross_entropy_refuse_wrong_labels(labels, message):
    with pytest.raises(ag.LabelError, match=message):
        nn.one_hot(labels, 3)
    with pytest.raises(ag.LabelError, match=message):
        nn.cross_entropy(Tensor(np.zeros((len(labels), 3))), labels)
    assert issubclass(ag.LabelError, ValueError)


@pytest.mark.parametrize("classes", [0, -1, 2.0, True, None])
def test_one_hot_refuses_a_wrong_number_of_classes(classes):
    with pytest.raises(ag.ArgumentError, match="classes="):
        nn.one_hot([0], classes)


def test_one_hot_of_many_classes_needs_only_its_rows():
    assert nn.one_hot([99_999], 100_000).sum() == 1  # a table of all classes would take 80 GB
