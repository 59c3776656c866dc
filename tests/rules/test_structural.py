"""Every structural row: value, gradient, second order, forward mode, in all its forms."""

import algebra_cases
import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad
from oracles import STRUCTURAL

import autograd_lite as ag
from autograd_lite import Tensor, array_rules

rng = np.random.default_rng(11)


def array(*shape):
    return rng.normal(size=shape)


TIED = np.array([[1.0, 3.0, 3.0], [2.0, 0.0, 2.0]])
ZEROS = np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 1.5], [1.0, -2.0, 4.0]])
AXES = [None, 0, -1, (0, 2), (-1, 0), (0, 1, 2)]
REDUCED = [
    (name, (array(2, 3, 4),), {"axis": axis, "keepdims": keep})
    for name in ("sum", "max", "min", "prod")
    for axis in AXES
    for keep in (False, True)
]
INDICES = [
    0,
    -1,
    slice(1, None),
    slice(None, None, -2),
    (slice(None), 1),
    (Ellipsis, 0),
    (None, slice(None), None, 1),
    np.array([0, 2, 2, 0]),
    [1, 1],
    (np.array([0, 1]), np.array([2, 2])),
    (np.array([[0], [2]]), slice(None, 2)),
    (slice(None), np.array([1, 1, -1])),
    np.array([True, False, True]),
    np.array([[True, False, True], [False] * 3, [True] * 3]),
    (1, 2),
    (),
]
# row, operands, params. Every structural row of the engine has to be in here.
CASES = [
    ("matmul", (array(3), array(3)), {}),
    ("matmul", (array(2, 3), array(3)), {}),
    ("matmul", (array(3), array(3, 4)), {}),
    ("matmul", (array(2, 3), array(3, 4)), {}),
    ("matmul", (array(5, 2, 3), array(3, 4)), {}),
    ("matmul", (array(2, 3), array(5, 3, 4)), {}),
    ("matmul", (array(5, 2, 3), array(5, 3, 4)), {}),
    ("matmul", (array(6, 1, 2, 3), array(5, 3, 4)), {}),
    ("matmul", (array(1, 2, 3), array(5, 3, 1)), {}),
    ("matmul", (array(3), array(5, 3, 4)), {}),
    ("matmul", (array(5, 2, 3), array(3)), {}),
    ("matmul", (array(6, 1, 2, 3), array(3)), {}),
    *REDUCED,
    ("sum", (array(3),), {}),
    ("sum", (array(),), {}),
    ("prod", (array(),), {}),
    ("max", (array(),), {}),
    ("prod", (ZEROS,), {}),
    ("prod", (ZEROS,), {"axis": 0}),
    ("prod", (ZEROS,), {"axis": 1, "keepdims": True}),
    ("prod", (array(1, 3),), {"axis": 0}),
    ("reshape", (array(2, 6),), {"shape": (3, 4)}),
    ("reshape", (array(2, 6),), {"shape": (3, -1, 1)}),
    ("reshape", (array(1),), {"shape": ()}),
    ("transpose", (array(2, 3, 4),), {"axes": None}),
    ("transpose", (array(2, 3, 4),), {"axes": (2, 0, 1)}),
    ("transpose", (array(2, 3, 4),), {"axes": (-1, 0, -2)}),
    ("broadcast_to", (array(3, 1),), {"shape": (2, 3, 4)}),
    ("broadcast_to", (array(),), {"shape": (2, 2)}),
    ("sum_to", (array(2, 3, 4),), {"shape": (3, 1)}),
    ("sum_to", (array(2, 3),), {"shape": ()}),
    ("sum_to", (array(2, 3),), {"shape": (2, 3)}),
    ("astype", (array(2, 3),), {"dtype": np.dtype(np.float64)}),
    *[("index", (array(3, 3),), {"index": index}) for index in INDICES],
    ("index_add", (array(4, 2),), {"index": np.array([0, 2, 2, 0]), "shape": (3, 2)}),
    ("index_add", (array(2),), {"index": slice(1, 3), "shape": (4,)}),
    ("concatenate", (array(2, 3), array(1, 3), array(2, 3)), {"axis": 0}),
    ("concatenate", (array(2, 3), array(2, 1)), {"axis": -1}),
    ("stack", (array(2, 3), array(2, 3)), {"axis": 0}),
    ("stack", (array(2, 3), array(2, 3), array(2, 3)), {"axis": -1}),
    ("stack", (array(3), array(3)), {"axis": 1}),
    *[
        ("logsumexp", (array(2, 3, 4),), {"axis": axis, "keepdims": keep})
        for axis in AXES
        for keep in (False, True)
    ],
    ("logsumexp", (array(),), {}),
    ("logsumexp", (np.array([1.5, -np.inf, 0.5]),), {"axis": 0}),
    *[("cumsum", (array(2, 3, 4),), {"axis": axis}) for axis in (0, -2, 2)],
    *[("cumprod", (array(2, 3, 4),), {"axis": axis}) for axis in (0, -2, 2)],
    ("cumprod", (ZEROS,), {"axis": 0}),
    ("cumprod", (ZEROS,), {"axis": -1}),
    *[("flip", (array(2, 3, 4),), {"axis": axis}) for axis in (None, 0, -1, (0, 2))],
    ("roll", (array(2, 3, 4),), {"shift": 5, "axis": None}),
    ("roll", (array(2, 3, 4),), {"shift": -1, "axis": 1}),
    ("roll", (array(2, 3, 4),), {"shift": (1, 2), "axis": (0, -1)}),
    *[("rot90", (array(2, 3),), {"k": k, "axes": (0, 1)}) for k in (-1, 0, 1, 2, 3)],
    ("rot90", (array(2, 3, 4),), {"k": 1, "axes": (2, 0)}),
    *[(name, (array(3, 4),), {"k": k}) for name in ("tril", "triu") for k in (-1, 0, 2)],
    ("tril", (array(2, 3, 3),), {"k": 0}),
    ("diag", (array(3),), {"k": 0}),
    ("diag", (array(3),), {"k": -2}),
    *[("diagonal", (array(3, 4),), {"offset": k}) for k in (-1, 0, 1, 9)],
    ("diagonal", (array(2, 3, 3),), {"offset": 0, "axis1": -2, "axis2": 2}),
    ("put_back", (array(4),), {"positions": np.array([0, 5, 5, 2]), "shape": (2, 3)}),
    ("put_back", (array(2, 2),), {"positions": np.array([[0, 1], [1, 0]]), "shape": (3,)}),
    ("take", (array(3, 4),), {"indices": 2, "axis": None}),
    ("take", (array(3, 4),), {"indices": np.array([[0, -1], [1, 1]]), "axis": 0}),
    ("take", (array(3, 4),), {"indices": np.array([0, 7, -2]), "axis": 1, "mode": "wrap"}),
    ("take_along_axis", (array(2, 3),), {"indices": np.array([[0, 0], [2, 1]]), "axis": 1}),
    ("take_along_axis", (array(2, 3),), {"indices": np.array([[0, 1, -1]]), "axis": 0}),
    ("repeat", (array(3, 2),), {"repeats": 2, "axis": None}),
    ("repeat", (array(3, 2),), {"repeats": np.array([1, 0, 2]), "axis": 0}),
    ("tile", (array(2, 3),), {"reps": (2,)}),
    ("tile", (array(3),), {"reps": (2, 1, 2)}),
    *[("sort", (array(2, 3, 4),), {"axis": axis}) for axis in (0, 1, -1)],
    *[
        ("pad", (array(2, 3),), {"width": ((1, 0), (0, 2)), "mode": mode})
        for mode in ("constant", "edge", "reflect", "symmetric", "wrap")
    ],
    ("pad", (array(3),), {"width": ((5, 7),), "mode": "reflect"}),
    ("pad", (array(3),), {"width": ((2, 1),), "mode": "constant", "constant_values": 7.0}),
    *algebra_cases.ALGEBRA,
]


def label(case):
    name, operands, params = case
    settings = ",".join(f"{k}={v}".replace("\n", "") for k, v in params.items())
    return f"{name}-{'x'.join(str(np.shape(x)) for x in operands)}-{settings}"


every_case = pytest.mark.parametrize(("name", "operands", "params"), CASES, ids=map(label, CASES))
HIPS = {
    "matmul": lambda a, b: anp.matmul(a, b),
    "sum": anp.sum,
    "max": anp.max,
    "min": anp.min,
    "prod": anp.prod,
    "reshape": lambda a, shape: anp.reshape(a, shape),
    # HIPS autograd undoes a transposition by negative axes wrongly.
    "transpose": lambda a, axes: anp.transpose(a, axes and tuple(i % a.ndim for i in axes)),
    "index": lambda a, index: a[index],
    "concatenate": lambda *arrays, axis: anp.concatenate(arrays, axis=axis),
    "stack": lambda *arrays, axis: anp.stack(arrays, axis=axis),
    "cumsum": lambda a, axis: anp.cumsum(a, axis),
    "tril": lambda a, k: anp.tril(a, k),
    "triu": lambda a, k: anp.triu(a, k),
    "diag": lambda a, k: anp.diag(a, k),
    **algebra_cases.HIPS,
}


def row(name):
    return getattr(array_rules, name)


def weighted(rule, params, weights):
    """A number that depends on every entry of the row's result in its own way."""
    return lambda *x: np.sum(np.tanh(rule(*x, **params) * 0.3) * weights)


def slope(f, operands, slot, step=1e-5):
    """Central differences of order four."""
    found = np.zeros_like(operands[slot])
    for at in np.ndindex(found.shape):
        total = 0.0
        for count, factor in ((1, 8.0), (-1, -8.0), (2, -1.0), (-2, 1.0)):
            given = [x.copy() for x in operands]
            given[slot][at] += count * step
            total += factor * float(f(*given))
        found[at] = total / (12 * step)
    return found


def result_and_weights(rule, operands, params):
    y = np.asarray(rule(*operands, **params))
    return y, np.random.default_rng(5).normal(size=y.shape)


def test_every_structural_row_has_cases():
    assert {case[0] for case in CASES} == {rule.name for rule in STRUCTURAL}


@every_case
def test_value_is_the_same_on_arrays_and_tensors(name, operands, params):
    expected = row(name)(*operands, **params)
    node = row(name)(*map(Tensor, operands), **params)
    assert node.op is row(name)
    assert np.array_equal(node.data, expected)
    assert node.dtype == expected.dtype
    if name in HIPS:
        assert np.array_equal(node.data, HIPS[name](*operands, **params))


@every_case
def test_gradient_is_the_slope_and_what_hips_autograd_says(name, operands, params):
    rule = row(name)
    y, weights = result_and_weights(rule, operands, params)
    tensors = list(map(Tensor, operands))
    weighted(rule, params, weights)(*tensors).backward()
    for slot, tensor in enumerate(tensors):
        assert tensor.grad.shape == operands[slot].shape
        expected = slope(weighted(rule, params, weights), operands, slot)
        np.testing.assert_allclose(tensor.grad, expected, rtol=1e-8, atol=1e-9)
        if name in HIPS and not (name == "prod" and np.any(operands[0] == 0)):
            f = weighted_hips(HIPS[name], params, weights)
            np.testing.assert_allclose(
                tensor.grad, elementwise_grad(f, slot)(*operands), rtol=1e-11, atol=1e-13
            )


def weighted_hips(f, params, weights):
    return lambda *x: anp.sum(anp.tanh(f(*x, **params) * 0.3) * weights)


@every_case
def test_second_order_is_the_slope_of_the_gradient(name, operands, params):
    rule = row(name)
    _, weights = result_and_weights(rule, operands, params)
    f = weighted(rule, params, weights)
    directions = [np.random.default_rng(9).normal(size=x.shape) for x in operands]

    def directional(*x):
        gradients = ag.grad(f, tuple(range(len(x))))(*x)
        total = 0.0
        for g, d in zip(gradients, directions, strict=True):
            total = total + np.sum(g * d)
        return total

    found = ag.grad(directional, tuple(range(len(operands))))(*operands)
    for slot, gradient in enumerate(found):
        expected = slope(directional, operands, slot, 1e-4)
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


@every_case
def test_forward_mode_is_the_gradient_times_the_direction(name, operands, params):
    rule = row(name)
    _, weights = result_and_weights(rule, operands, params)
    f = weighted(rule, params, weights)
    directions = tuple(np.random.default_rng(9).normal(size=x.shape) for x in operands)
    value, tangent = ag.jvp(f, operands, directions)
    gradients = ag.grad(f, tuple(range(len(operands))))(*operands)
    expected = sum(np.sum(g * d) for g, d in zip(gradients, directions, strict=True))
    assert value == pytest.approx(float(f(*operands)))
    assert tangent == pytest.approx(expected, rel=1e-11, abs=1e-13)
    whole, along = ag.jvp(lambda *x: rule(*x, **params), operands, directions)
    assert np.shape(along) == np.shape(whole)


@every_case
def test_forward_over_reverse_is_reverse_over_reverse(name, operands, params):
    rule = row(name)
    _, weights = result_and_weights(rule, operands, params)
    f = weighted(rule, params, weights)
    first, rest = operands[0], operands[1:]
    d = np.random.default_rng(2).normal(size=first.shape)
    _, forward = ag.jvp(lambda x: ag.grad(f)(x, *rest), (first,), (d,))
    reverse = ag.grad(lambda x: np.sum(ag.grad(f)(x, *rest) * d))(first)
    np.testing.assert_allclose(forward, reverse, rtol=1e-9, atol=1e-11)


@every_case
def test_float32_stays_float32(name, operands, params):
    if name == "astype":
        pytest.skip("it is there to change the dtype")
    tensors = [Tensor(x.astype(np.float32)) for x in operands]
    y = row(name)(*tensors, **params)
    assert y.dtype == np.float32
    y.sum().backward()
    for tensor in tensors:
        assert tensor.grad.dtype == np.float32
        assert tensor.grad.shape == tensor.shape


@pytest.mark.parametrize(
    ("axis", "expected"),
    [
        (None, [[0, 0.5, 0.5], [0, 0, 0]]),
        (0, [[0, 1, 1], [1, 0, 0]]),
        (1, [[0, 0.5, 0.5], [0.5, 0, 0.5]]),
    ],
)
def test_entries_that_tie_for_the_maximum_share_its_gradient_equally(axis, expected):
    t = Tensor(TIED)
    np.sum(t.max(axis=axis)).backward()
    assert np.array_equal(t.grad, expected)
    t = Tensor(-TIED)
    np.sum(t.min(axis=axis)).backward()
    assert np.array_equal(t.grad, expected)


def test_indices_that_repeat_add_up():
    t = Tensor([1.0, 2.0, 3.0])
    t[[0, 0, 2, 0]].sum().backward()
    assert np.array_equal(t.grad, [3.0, 0.0, 1.0])


def test_changing_an_index_array_afterwards_changes_no_gradient():
    t, index = Tensor([1.0, 2.0, 3.0]), np.array([0, 1])
    y = t[index].sum()
    index[:] = 2
    y.backward()
    assert np.array_equal(t.grad, [1.0, 1.0, 0.0])


def test_astype_hands_the_gradient_back_in_the_dtype_it_came_from():
    t = Tensor([1.0, 2.0], dtype=np.float32)
    y = t.astype(np.float64)
    assert y.dtype == np.float64
    (y * y).sum().backward()
    assert t.grad.dtype == np.float32
    assert np.array_equal(t.grad, [2.0, 4.0])
    half = ag.grad(lambda x: np.sum(x.astype(np.float16) ** 2))(np.array([1.0, 2.0]))
    assert half.dtype == np.float64


def test_concatenate_and_stack_take_plain_arrays_between_tensors():
    t = Tensor([[1.0, 2.0]])
    y = np.concatenate([np.zeros((1, 2)), t, np.ones((1, 2)), t * 3])
    y.backward(np.arange(8.0).reshape(4, 2))
    assert np.array_equal(t.grad, [[2.0 + 18.0, 3.0 + 21.0]])
    u = Tensor([1.0, 2.0])
    np.stack([np.zeros(2), u], axis=1).backward([[1.0, 2.0], [3.0, 4.0]])
    assert np.array_equal(u.grad, [2.0, 4.0])
