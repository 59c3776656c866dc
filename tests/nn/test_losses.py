"""Losses: against NumPy by hand, finite differences, and Values against Tensors."""

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

import autograd_lite as ag
import nn
from autograd_lite import Tensor, Value
from autograd_lite.rows import TABLE

Z = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0], [1e4, -1e4, 9999.0], [-3.0, 1e4, 1e4]])
LABELS = np.array([0, 2, 1, 1])
A, B = np.array([0.5, -2.0, 3.0, 0.0]), np.array([1.0, -1.0, 1.0, -1.0])
LOSSES = {
    "cross_entropy": (nn.cross_entropy, Z, LABELS),
    "mse": (nn.mse, A, B),
    "binary_cross_entropy": (nn.binary_cross_entropy, A, (B > 0).astype(float)),
    "binary_cross_entropy, soft": (nn.binary_cross_entropy, A, np.array([0.2, 0.0, 1.0, 0.7])),
    "hinge": (nn.hinge, A, B),
    "l1": (nn.l1, A, B),
    "huber": (nn.huber, A, B),
    "nll": (nn.nll, scipy.special.log_softmax(Z[:2], axis=1), LABELS[:2]),
}
BY_HAND = {
    "cross_entropy": lambda z, y: scipy.special.logsumexp(z, axis=1) - z[np.arange(len(y)), y],
    "mse": lambda a, b: (a - b) ** 2,
    "binary_cross_entropy": lambda z, t: (
        -t * scipy.special.log_expit(z) - (1 - t) * scipy.special.log_expit(-z)
    ),
    "hinge": lambda s, t: np.maximum(0, 1 - t * s),
    "l1": lambda a, b: abs(a - b),
    "huber": lambda a, b: np.where(abs(a - b) <= 1, (a - b) ** 2 / 2, abs(a - b) - 0.5),
    "nll": lambda p, y: -p[np.arange(len(y)), y],
}


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", LOSSES)
def test_loss_is_its_formula_on_all_kinds_of_data(name, reduction, kit):
    f, x, target = LOSSES[name]
    each = BY_HAND[name.split(",")[0]](x, target)
    expected = {"mean": np.mean, "sum": np.sum, "none": np.asarray}[reduction](each)
    for kind in (np.asarray, Tensor, kit.boxed):
        found = f(kind(x), target, reduction=reduction)
        np.testing.assert_allclose(ag.detach(found), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", LOSSES)
def test_gradients_agree_between_values_and_tensors(name, reduction, kit):
    f, x, target = LOSSES[name]
    tensor, values = Tensor(x), kit.boxed(x)
    for operand in (tensor, values):
        loss = f(operand, target, reduction=reduction)
        if reduction == "none":
            loss = np.sum(loss * np.arange(1.0, 1 + len(target)))
        loss.backward()
    np.testing.assert_allclose(kit.gradients(values), tensor.grad, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_those_of_finite_differences(name, kit):
    f, x, target = LOSSES[name]
    x = np.where(np.abs(x) > 100, np.sign(x) * 5.0, x) + 0.01  # away from ties and kinks
    tensor = Tensor(x)
    f(tensor, target).backward()
    expected = kit.slope(lambda a: f(a, target), x)
    np.testing.assert_allclose(tensor.grad, expected, rtol=1e-6, atol=1e-9)


def test_cross_entropy_has_the_gradient_p_minus_one_hot_over_n():
    tensor = Tensor(Z)
    nn.cross_entropy(tensor, LABELS).backward()
    expected = (scipy.special.softmax(Z, axis=1) - np.eye(3)[LABELS]) / 4
    np.testing.assert_allclose(tensor.grad, expected, rtol=1e-12, atol=1e-15)


def test_an_upstream_of_zero_stays_zero_below_an_infinite_slope():
    logits = Tensor([[1e4, 0.0], [0.0, 1e4]])
    loss = nn.cross_entropy(logits, [0, 1])  # exactly 0, where the square root is infinitely steep
    (np.sqrt(loss) * 0.0).backward()
    np.testing.assert_array_equal(logits.grad, np.zeros((2, 2)))


def test_a_loss_may_be_differentiated_twice_and_from_a_leaf_that_is_held():
    logits, labels = Tensor(Z), LABELS
    held = logits.data  # the long way, which keeps nothing
    long = nn.cross_entropy(logits, labels)
    long.backward()
    expected = logits.grad.copy()
    del held
    short = nn.cross_entropy(logits * 1.0, labels)
    for turns in (2, 3):
        short.backward()
        np.testing.assert_allclose(logits.grad, expected * turns, atol=1e-15)


def test_cross_entropy_is_one_node_and_equals_what_it_is_composed_of():
    row = TABLE["softmax_cross_entropy"]
    fused, composed = Tensor(Z), Tensor(Z)
    loss = nn.cross_entropy(fused, LABELS)
    assert loss.op is row
    assert loss.operands == (fused,)
    again = row.composed(composed, labels=LABELS)
    assert again.op is not row
    np.testing.assert_allclose(loss.item(), again.item(), rtol=1e-14)
    loss.backward()
    again.backward()
    np.testing.assert_allclose(fused.grad, composed.grad, rtol=1e-12, atol=1e-15)


def test_second_order_through_cross_entropy_is_diag_p_minus_p_p(rng):
    z, y = rng.normal(size=(1, 4)), [2]

    def loss(z):
        return nn.cross_entropy(z, y)

    p = scipy.special.softmax(z[0])
    hessian = np.diag(p) - np.outer(p, p)
    for i in range(4):
        row = ag.grad(lambda z, i=i: ag.grad(loss)(z)[0, i])(z)
        np.testing.assert_allclose(row[0], hessian[i], rtol=1e-10, atol=1e-14)
    third = ag.grad(lambda z: ag.grad(lambda z: ag.grad(loss)(z)[0, 0])(z)[0, 0])(z)
    up, down = z.copy(), z.copy()
    up[0, 1] += 1e-6
    down[0, 1] -= 1e-6
    q = [scipy.special.softmax(w[0])[0] for w in (up, down)]
    expected = (q[0] * (1 - q[0]) - q[1] * (1 - q[1])) / 2e-6
    np.testing.assert_allclose(third[0, 1], expected, rtol=1e-6)


def test_forward_mode_through_cross_entropy_agrees_with_reverse(rng):
    z, v = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    y = [0, 3, 1]
    gradient = ag.grad(lambda z: nn.cross_entropy(z, y))(z)
    _, tangent = ag.jvp(lambda z: nn.cross_entropy(z, y), (z,), (v,))
    np.testing.assert_allclose(tangent, np.sum(gradient * v), rtol=1e-10)


def test_one_example_is_one_number(kit):
    expected = BY_HAND["cross_entropy"](Z[:1], LABELS[:1])[0]
    for kind in (np.asarray, Tensor, kit.boxed):
        for reduction in ("mean", "sum", "none"):
            loss = nn.cross_entropy(kind(Z[0]), 0, reduction=reduction)
            assert np.shape(ag.detach(loss)) == ()
            np.testing.assert_allclose(loss.item(), expected, rtol=1e-12)


def test_losses_of_single_values_stay_values():
    x = Value(3.0)
    loss = nn.mse(x, 1.0)
    loss.backward()
    assert (loss.item(), x.grad) == (4.0, 4.0)
    z = Value(0.0)
    nn.binary_cross_entropy(z, 1.0).backward()
    assert z.grad == -0.5
    one = np.array([Value(2.0)], dtype=object)
    assert isinstance(nn.mse(one, [0.0]), Value)


def test_a_loss_written_with_numpys_mean_keeps_the_gradient_of_values(kit):
    values = kit.boxed([1.0, 3.0])
    np.mean(values * values).backward()
    assert [v.grad for v in values] == [1.0, 3.0]
    values = kit.boxed([1.0, 3.0])
    np.var(values).backward()
    assert [v.grad for v in values] == [-1.0, 1.0]
    assert Value(1.0).dtype == np.float64


@settings(deadline=None, max_examples=60)
@given(
    z=st_numpy.arrays(float, (3, 4), elements=st.floats(-1e4, 1e4)),
    y=st_numpy.arrays(int, 3, elements=st.integers(0, 3)),
)
def test_cross_entropy_is_finite_not_negative_and_shift_free(z, y):
    tensor = Tensor(z)
    loss = nn.cross_entropy(tensor, y)
    loss.backward()
    assert 0 <= loss.item() < np.inf
    assert np.all(np.abs(tensor.grad) <= 1 / 3 + 1e-12)
    np.testing.assert_allclose(tensor.grad.sum(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(nn.cross_entropy(z + 17.0, y), loss.item(), rtol=1e-9, atol=1e-9)


def test_binary_cross_entropy_keeps_small_losses_and_equals_two_class_softmax(rng):
    np.testing.assert_allclose(nn.binary_cross_entropy(np.array([40.0]), [1]), np.exp(-40.0))
    np.testing.assert_allclose(nn.binary_cross_entropy(np.array([-40.0]), [0]), np.exp(-40.0))
    z, y = rng.normal(size=6), np.array([0, 1, 1, 0, 1, 0])
    two = np.stack([np.zeros(6), z], axis=1)
    np.testing.assert_allclose(nn.binary_cross_entropy(z, y), nn.cross_entropy(two, y))


def test_float32_stays_float32_with_float64_targets():
    for f, x, target in LOSSES.values():
        tensor = Tensor(x.astype("float32"))
        for reduction in ("mean", "sum", "none"):
            assert f(tensor, target, reduction=reduction).dtype == np.float32


@pytest.mark.parametrize("name", ["mse", "binary_cross_entropy", "hinge"])
def test_shapes_that_would_broadcast_are_refused(name):
    with pytest.raises(ag.ShapeError, match=rf"{name}: shapes \(3,\) and \(3, 1\) differ"):
        getattr(nn, name)(Tensor(np.ones(3)), np.ones((3, 1)))


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (np.zeros((4, 3)), [0, 1], r"logits \(4, 3\) and labels \(2,\): 4 examples need"),
        (np.zeros((4, 3)), np.zeros((4, 1), int), r"labels\.ravel\(\)"),
        (np.zeros((4, 3)), 0, r"labels \(\)"),
        (np.zeros(3), [0, 1, 2], r"logits \(3,\) and labels \(3,\)"),
        (np.zeros((2, 2, 2)), [0, 1], r"Give logits \(n, classes\)"),
        (np.zeros((0, 3)), [], "no examples"),
        (np.zeros((2, 0)), [0, 1], "Give logits"),
        (1.0, 0, "Give logits"),
    ],
)
def test_cross_entropy_refuses_shapes(logits, labels, message):
    with pytest.raises(ag.ShapeError, match=message):
        nn.cross_entropy(logits, labels)


def test_an_empty_loss_has_no_mean_but_no_losses_either():
    with pytest.raises(ag.ShapeError, match="mse: no examples, so no mean"):
        nn.mse(np.zeros(0), np.zeros(0))
    assert nn.mse(np.zeros(0), np.zeros(0), reduction="none").shape == (0,)


@pytest.mark.parametrize("name", LOSSES)
def test_an_unknown_reduction_is_refused(name):
    f, x, target = LOSSES[name]
    with pytest.raises(ag.ArgumentError, match=r"reduction='avg'; use 'mean'"):
        f(x, target, reduction="avg")


def test_targets_outside_are_refused():
    for bad in ([1.5, 0.0], [-0.1, 0.0], [np.nan, 0.0]):
        with pytest.raises(ag.LabelError, match="must lie in"):
            nn.binary_cross_entropy(np.zeros(2), bad)
    with pytest.raises(ag.LabelError, match=r"2 \* labels - 1"):
        nn.hinge(np.zeros(2), [0, 1])
    with pytest.raises(ag.DataError, match="not of real numbers"):
        nn.mse(["a"], ["b"])


# --- class weights and label smoothing ------------------------------------------------------------

WEIGHTS = np.array([0.5, 2.0, 1.0])


def weighed(z, y, weight, smoothing, reduction):
    """The formula by hand, entry by entry."""
    log_p = scipy.special.log_softmax(z, axis=1)
    k = z.shape[1]
    losses = np.zeros(len(y))
    for i, label in enumerate(y):
        for j in range(k):
            share = (1 - smoothing) * (j == label) + smoothing / k
            losses[i] -= weight[j] * share * log_p[i, j]
    if reduction == "none":
        return losses
    return losses.sum() / (weight[y].sum() if reduction == "mean" else 1)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weight", [None, WEIGHTS])
def test_weights_and_smoothing_are_their_formula_and_pytorchs(weight, smoothing, reduction, kit):
    settings = {"weight": weight, "label_smoothing": smoothing, "reduction": reduction}
    z = Z / 10
    expected = weighed(z, LABELS, np.ones(3) if weight is None else weight, smoothing, reduction)
    tensor, values = Tensor(z), kit.boxed(z)
    for operand in (z, tensor, values):
        found = nn.cross_entropy(operand, LABELS, **settings)
        np.testing.assert_allclose(ag.detach(found), expected, rtol=1e-12)
        if operand is not z:
            np.sum(found * np.arange(1.0, 1 + np.size(expected))).backward()
    np.testing.assert_allclose(kit.gradients(values), tensor.grad, rtol=1e-12, atol=1e-15)
    torch = pytest.importorskip("torch", reason="PyTorch is not installed; the formula stands")
    theirs = torch.tensor(z, requires_grad=True)
    torch_settings = settings | {"weight": None if weight is None else torch.tensor(weight)}
    loss = torch.nn.functional.cross_entropy(theirs, torch.tensor(LABELS), **torch_settings)
    np.testing.assert_allclose(loss.detach().numpy(), expected, rtol=1e-12)
    (loss * torch.arange(1.0, 1 + np.size(expected))).sum().backward()
    np.testing.assert_allclose(tensor.grad, theirs.grad.numpy(), rtol=1e-10, atol=1e-15)


def test_nll_of_log_softmax_is_cross_entropy():
    z = Z / 7
    for given_too in ({}, {"weight": WEIGHTS}, {"reduction": "sum"}):
        found = nn.nll(nn.log_softmax(z), LABELS, **given_too)
        np.testing.assert_allclose(found, nn.cross_entropy(z, LABELS, **given_too), rtol=1e-12)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"weight": [1.0, 2.0]}, ag.ShapeError, "weight (2,); there are 3 classes"),
        ({"weight": [1.0, -2.0, 1.0]}, ag.ArgumentError, "0 or more"),
        ({"weight": [1.0, np.nan, 1.0]}, ag.ArgumentError, "0 or more"),
        ({"weight": [0.0, 1.0, 0.0]}, ag.ArgumentError, "every label here has weight 0"),
        ({"label_smoothing": 1.0}, ag.ArgumentError, "a share in [0, 1)"),
    ],
)
def test_class_weights_and_smoothing_are_checked(settings, error, message):
    with pytest.raises(error) as caught:
        nn.cross_entropy(Z[:2], [0, 2], **settings)
    assert message in str(caught.value)


def test_huber_changes_at_delta_and_refuses_others():
    r = np.array([-3.0, -0.5, 0.0, 0.25, 5.0])
    for delta in (0.25, 2.0):
        expected = np.where(abs(r) <= delta, r**2 / 2, delta * (abs(r) - delta / 2))
        found = nn.huber(r, np.zeros(5), reduction="none", delta=delta)
        np.testing.assert_allclose(found, expected, rtol=1e-14)
    for delta in (0.0, -1.0, np.inf, np.nan):
        with pytest.raises(ag.ArgumentError, match="delta="):
            nn.huber(r, r, delta=delta)
