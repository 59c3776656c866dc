"""grad, value_and_grad and jvp: containers, levels, constants, and what they refuse."""

import threading
from collections import OrderedDict, defaultdict, namedtuple

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import AutogradError, DataError, GradientError, ShapeError, Tensor, Value


def test_value_and_gradient_of_floats_are_floats():
    value, slope = ag.value_and_grad(lambda x: x * x * 3)(2.0)
    assert (value, slope) == (12.0, 12.0)
    assert type(value) is type(slope) is float
    assert type(ag.grad(lambda x: 1.0)(2.0)) is float
    for x in (2, np.float64(2.0), np.int32(2), True):
        assert ag.grad(lambda x: x * x)(x) == 2.0 * float(x)


def test_gradients_of_arrays_have_their_shape_and_dtype():
    x = np.arange(6.0).reshape(2, 3)
    for dtype in (np.float64, np.float32):
        value, slope = ag.value_and_grad(lambda x: np.sum(x**2))(x.astype(dtype))
        assert slope.dtype == dtype
        assert slope.shape == (2, 3)
        assert np.array_equal(slope, 2 * x)
        assert value == 55.0
        assert not isinstance(value, Tensor)
        zero = ag.grad(lambda x: 5.0)(x.astype(dtype))
        assert zero.dtype == dtype
        assert np.array_equal(zero, np.zeros((2, 3)))
    whole = ag.grad(lambda x: np.sum(x * 2))(np.arange(3))
    assert whole.dtype == np.float64
    assert np.array_equal(whole, [2.0] * 3)
    assert isinstance(ag.grad(lambda x: x * x)(np.array(3.0)), np.ndarray)


def test_argnums_choose_the_arguments():
    f = lambda x, y, z: x * y + z * z
    assert ag.grad(f)(2.0, 3.0, 4.0) == 3.0
    assert ag.grad(f, 2)(2.0, 3.0, 4.0) == 8.0
    assert ag.grad(f, -1)(2.0, 3.0, 4.0) == 8.0
    assert ag.grad(f, (2, 0))(2.0, 3.0, 4.0) == (8.0, 3.0)
    assert ag.grad(f, (1,))(2.0, 3.0, 4.0) == (2.0,)
    assert ag.grad(f, ())(2.0, 3.0, 4.0) == ()
    assert ag.grad(f, np.int64(1))(2.0, 3.0, 4.0) == 2.0
    assert ag.grad(lambda x, *, k: x * k)(2.0, k=5.0) == 5.0
    assert ag.grad(lambda x, text: x * len(text))(2.0, "four") == 4.0


@pytest.mark.parametrize("argnums", [2, -3, (0, 5)])
def test_an_argument_that_is_not_there_is_an_error(argnums):
    with pytest.raises(GradientError, match="2 positional arguments") as caught:
        ag.grad(lambda x, y: x * y, argnums)(1.0, 2.0)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("argnums", [(0, 0), (1, -1)])
def test_an_argument_that_is_named_twice_is_an_error(argnums):
    """Its gradient would be split between the two, or be 0 for one of them."""
    with pytest.raises(GradientError, match="same argument twice"):
        ag.grad(lambda x, y: x * y, argnums)(1.0, 2.0)


@pytest.mark.parametrize("argnums", ["x", 1.5, None, (0, "x")])
def test_argnums_of_another_kind_are_an_error(argnums):
    with pytest.raises(DataError, match="argnums"):
        ag.grad(lambda x, y: x * y, argnums)(1.0, 2.0)


def test_containers_come_back_as_they_are():
    Point = namedtuple("Point", "x y")
    params = {"w": np.array([1.0, 2.0]), "b": [3.0, (4.0, np.array([[5.0]]))], "p": Point(6.0, 7.0)}

    def f(p):
        return np.sum(p["w"] ** 2) + p["b"][1][1].sum() * 2 + np.sum(p["w"]) * 0.0

    got = ag.grad(f)(params)
    assert list(got) == ["w", "b", "p"]
    assert np.array_equal(got["w"], [2.0, 4.0])
    assert got["b"][0] == 0.0
    assert type(got["b"][1]) is tuple
    assert np.array_equal(got["b"][1][1], [[2.0]])
    assert got["p"] == Point(0.0, 0.0)
    assert type(got["p"]) is Point
    assert params["b"][0] == 3.0
    scalars = ag.grad(lambda p: p["p"].x * p["p"].y + p["b"][0])({"p": Point(6.0, 7.0), "b": [3.0]})
    assert scalars == {"p": Point(7.0, 6.0), "b": [1.0]}
    objects = np.array([Value(1.0), Value(2.0)])
    back = ag.grad(lambda v: np.sum(v * v))(objects)
    assert back.dtype == object
    assert [float(v) for v in back] == [2.0, 4.0]
    assert ag.grad(lambda p: 1.0)([]) == []


@pytest.mark.parametrize("argument", ["text", None, 1j, [1.0, "a"], {"a": None}, {1, 2}, ["ab"]])
def test_an_argument_that_cannot_be_differentiated_is_an_error(argument):
    with pytest.raises(DataError) as caught:
        ag.grad(lambda x: 1.0)(argument)
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("result", [None, "text", [1.0], (1.0, 2.0), {}, 1j, object()])
def test_a_function_that_gives_no_number_is_an_error(result):
    with pytest.raises(DataError, match="not a number"):
        ag.grad(lambda x: result)(1.0)


@pytest.mark.parametrize("result", [None, "text", [1.0, None], {"a": ["b"]}, 1j, object()])
def test_a_result_that_cannot_be_differentiated_is_an_error(result):
    for transform in (
        lambda f: ag.jvp(f, (1.0,), (1.0,)),
        lambda f: ag.vjp(f, 1.0),
        lambda f: ag.jacobian(f)(1.0),
    ):
        with pytest.raises(DataError, match="not a number"):
            transform(lambda x: result)


def test_a_function_that_gives_an_array_is_an_error_with_its_shape():
    for f, x in ((lambda x: x * 2, np.ones(3)), (lambda x: np.array([x, x, x]), 1.0)):
        with pytest.raises(ShapeError, match=r"\(3,\)") as caught:
            ag.grad(f)(x)
        assert isinstance(caught.value, ValueError)
    assert np.array_equal(ag.grad(lambda x: x.sum(keepdims=True))(np.ones((2, 2))), np.ones((2, 2)))


def test_higher_derivatives():
    f = lambda x: x**5
    expected = [5 * 2.0**4, 20 * 2.0**3, 60 * 2.0**2, 120 * 2.0, 120.0, 0.0]
    for want in expected:
        f = ag.grad(f)
        assert f(2.0) == want
    sin = lambda x: np.sin(x)
    for want in (np.cos(0.3), -np.sin(0.3), -np.cos(0.3), np.sin(0.3)):
        sin = ag.grad(sin)
        assert sin(0.3) == pytest.approx(want, rel=1e-14)


def test_levels_do_not_confuse_each_other():
    """Siskind and Pearlmutter's examples: the inner derivative must not see the outer direction."""
    assert ag.grad(lambda x: x * ag.grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert ag.grad(lambda x: x * ag.grad(lambda y: x * y)(2.0))(3.0) == 6.0
    inner = lambda f, x: ag.jvp(f, (x,), (1.0,))[1]
    assert inner(lambda x: x * inner(lambda y: x + y, 1.0), 1.0) == 1.0
    assert inner(lambda x: x * inner(lambda y: x * y, 2.0), 3.0) == 6.0
    assert inner(lambda x: x * ag.grad(lambda y: x * y)(2.0), 3.0) == 6.0
    assert ag.grad(lambda x: x * inner(lambda y: x * y, 2.0))(3.0) == 6.0
    assert ag.grad(lambda x: x * inner(lambda y: x * y * y, x))(3.0) == 6.0 * 9.0
    same = ag.grad(lambda x: ag.grad(lambda y: y * y * x)(x))(3.0)
    assert same == 4 * 3.0
    array = np.array([1.0, 2.0])
    found = ag.grad(lambda x: np.sum(x * ag.grad(lambda y: np.sum(x * x * y))(x)))(array)
    assert np.array_equal(found, 3 * array**2)


def test_closures_over_traced_variables_are_differentiated_by_the_outer_level_only():
    def outer(x):
        scale = x * x
        return ag.grad(lambda y: scale * y * y)(3.0)

    assert ag.value_and_grad(outer)(2.0) == (24.0, 24.0)
    v = Value(2.0)
    y = ag.grad(lambda x: x * v * v)(3.0)
    assert y == 4.0
    assert v.grad is None
    graph = ag.grad(lambda x: x * x * v)(Value(3.0))
    assert isinstance(graph, Value)
    graph.backward()
    assert v.grad == 6.0


def test_an_input_that_the_function_does_not_use_has_gradient_zero():
    assert ag.grad(lambda x, y: x, 1)(1.0, 2.0) == 0.0
    assert ag.grad(lambda x: 3.0)(1.0) == 0.0
    assert ag.grad(ag.grad(lambda x: 2 * x))(1.0) == 0.0
    assert np.array_equal(ag.grad(lambda x, y: np.sum(x), 1)(np.ones(2), np.ones(3)), np.zeros(3))
    assert ag.jvp(lambda x: 3.0, (1.0,), (1.0,)) == (3.0, 0.0)
    assert ag.jvp(lambda x: np.inf, (1.0,), (1.0,)) == (np.inf, 0.0)
    y, tangent = ag.jvp(lambda x: np.ones(3), (1.0,), (1.0,))
    assert np.array_equal(tangent, np.zeros(3))
    assert ag.grad(lambda x: ag.sign(x) + (x > 0))(2.0) == 0.0


def test_grad_attributes_are_never_touched():
    v, t = Value(2.0), Tensor([1.0, 2.0])
    v.grad, t.grad = 7.0, np.array([5.0, 5.0])
    ag.grad(lambda x: x * v * v)(3.0)
    ag.grad(lambda x: x * x)(v)
    ag.grad(lambda x: np.sum(x * t))(t)
    ag.jvp(lambda x: np.sum(x * t), (t,), (np.ones(2),))
    assert v.grad == 7.0
    assert np.array_equal(t.grad, [5.0, 5.0])


def test_nodes_as_arguments_give_nodes_that_can_be_differentiated():
    v = Value(3.0)
    value, slope = ag.value_and_grad(lambda x: x**3)(v)
    assert isinstance(value, Value)
    assert isinstance(slope, Value)
    assert (value.data, slope.data) == (27.0, 27.0)
    slope.backward()
    assert v.grad == 18.0
    t = Tensor([1.0, 2.0])
    slope = ag.grad(lambda x: np.sum(x**3))(t)
    np.sum(slope).backward()
    assert np.array_equal(t.grad, [6.0, 12.0])


def test_grad_works_in_a_no_grad_block_and_gives_constants_there():
    """The block pauses the recording outside; what the transform differentiates is recorded."""
    with ag.no_grad():
        assert ag.grad(lambda x: x * x)(3.0) == 6.0
        assert np.array_equal(ag.grad(lambda x: np.sum(x * x))(np.ones(2)), [2.0, 2.0])
        assert ag.grad(ag.grad(lambda x: x**3))(2.0) == 12.0
        assert ag.jvp(lambda x: x * x, (3.0,), (1.0,)) == (9.0, 6.0)
        for node in (Value(3.0), Tensor(3.0)):
            value, slope = ag.value_and_grad(lambda x: x * x)(node)
            assert value.op is slope.op is None
            assert float(slope.data) == 6.0
            _, tangent = ag.jvp(
                lambda x: x * x, (node,), (1.0 if node.data.__class__ is float else np.array(1.0),)
            )
            assert tangent.op is None
        assert (Value(1.0) * 2).op is None
    assert (Value(1.0) * 2).op is not None

    def with_a_constant(x):
        with ag.no_grad():
            slope = ag.grad(lambda y: y**3)(x)
            twice = x * 2
        return x * slope + twice

    assert ag.grad(with_a_constant)(2.0) == 12.0


def test_jvp_of_arrays_and_several_arguments():
    W, x = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, -1.0])
    dW, dx = np.ones((2, 2)), np.array([1.0, 2.0])
    y, dy = ag.jvp(lambda W, x: np.tanh(W @ x), (W, x), (dW, dx))
    expected = (1 - np.tanh(W @ x) ** 2) * (dW @ x + W @ dx)
    np.testing.assert_allclose(y, np.tanh(W @ x))
    np.testing.assert_allclose(dy, expected, rtol=1e-14)
    assert type(dy) is np.ndarray
    single = [z.astype(np.float32) for z in (W, x, dW, dx)]
    y, dy = ag.jvp(lambda W, x: np.tanh(W @ x), tuple(single[:2]), tuple(single[2:]))
    assert y.dtype == dy.dtype == np.float32
    y, dy = ag.jvp(lambda x: x * x, (np.float32([3.0]),), (np.ones(1),))
    assert dy.dtype == np.float32
    y, dy = ag.jvp(lambda x: np.where(x > 0, x * x, 0.0), (3.0,), (1.0,))
    assert (y, dy) == (9.0, 6.0)


def test_jvp_refuses_directions_that_do_not_fit():
    with pytest.raises(ShapeError, match="2 primals and 1 tangents"):
        ag.jvp(lambda x, y: x * y, (1.0, 2.0), (1.0,))
    with pytest.raises(ShapeError, match=r"shape \(2,\), but argument 0 has \(3,\)"):
        ag.jvp(lambda x: x, (np.ones(3),), (np.ones(2),))
    with pytest.raises(ShapeError, match="must be equal"):
        ag.jvp(lambda x: x, (1.0,), (np.ones(2),))
    for bad in ("text", None, 1j):
        with pytest.raises(DataError):
            ag.jvp(lambda x: x, (bad,), (1.0,))
        with pytest.raises(DataError):
            ag.jvp(lambda x: x, (1.0,), (bad,))
    with pytest.raises(DataError, match=r"primals is float.*\n.*ag.jvp\(f, \(x,\), \(dx,\)\)"):
        ag.jvp(lambda x: x, 1.0, (1.0,))


def test_an_exception_inside_leaves_nothing_behind():
    for transform in (ag.grad, ag.value_and_grad):
        with pytest.raises(ZeroDivisionError):
            transform(lambda x: 1 // 0)(1.0)
    with pytest.raises(ZeroDivisionError):
        ag.jvp(lambda x: 1 // 0, (1.0,), (1.0,))
    with pytest.raises(ZeroDivisionError), ag.no_grad():
        ag.grad(lambda x: 1 // 0)(1.0)
    assert float(Value(2.0)) == 2.0
    value, slope = ag.value_and_grad(lambda x: x * x)(Value(2.0) * 1)
    assert slope.data == 4.0
    assert type(ag.grad(lambda x: x * x)(2.0)) is float


def test_threads_are_independent_of_each_other():
    found, started, go = {}, threading.Event(), threading.Event()

    def paused():
        with ag.no_grad():
            started.set()
            go.wait(10)

    def inside():
        def f(x):
            started.set()
            go.wait(10)
            return x * x

        found["grad"] = ag.grad(f)(3.0)

    for work in (paused, inside):
        started.clear()
        go.clear()
        thread = threading.Thread(target=work)
        thread.start()
        assert started.wait(10)
        v = Value(2.0)
        y = v * v
        assert float(y) == 4.0  # no transform of this thread is open
        y.backward()
        assert v.grad == 4.0  # nor is its recording paused
        assert type(ag.grad(lambda x: x * x)(2.0)) is float
        go.set()
        thread.join()
    assert found["grad"] == 6.0


def test_transforms_keep_the_name_and_documentation_of_the_function():
    def loss(x):
        """The loss."""
        return x

    assert ag.grad(loss).__name__ == ag.value_and_grad(loss).__name__ == "loss"
    assert ag.grad(loss).__doc__ == "The loss."


def test_every_error_is_an_autograd_error():
    errors = [getattr(ag, name) for name in ag.__all__ if name.endswith("Error")]
    assert len(errors) >= 14
    for error in errors:
        assert issubclass(error, AutogradError)
        assert error is AutogradError or len(error.__mro__) > len(AutogradError.__mro__) + 1


def test_vjp_pulls_back_any_number_of_times():
    W, x = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, -1.0])
    calls = []

    def f(W, x):
        calls.append(1)
        return np.tanh(W @ x)

    y, pullback = ag.vjp(f, W, x)
    assert np.array_equal(y, np.tanh(W @ x))
    slope = 1 - y * y
    for v in (np.array([1.0, 0.0]), np.array([1.0, 2.0]), np.array([0, 1])):
        gW, gx = pullback(v)
        np.testing.assert_allclose(gW, np.outer(v * slope, x), rtol=1e-14)
        np.testing.assert_allclose(gx, W.T @ (v * slope), rtol=1e-14)
    assert calls == [1]
    single, pull = ag.vjp(lambda x: x * x, np.float32([3.0]))
    assert single.dtype == pull(np.ones(1))[0].dtype == np.float32
    assert ag.vjp(lambda x: 5.0, 2.0)[1](1.0) == (0.0,)
    v = np.ones(2)
    pulled = ag.vjp(lambda x: x, x)[1](v)[0]
    pulled += 1
    assert np.array_equal(v, [1.0, 1.0])


def test_vjp_of_containers_and_of_one_result_given_twice():
    p = {"w": np.array([1.0, 2.0]), "b": 0.5}

    def f(p, *, k):
        y = p["w"] * p["b"] * k
        return {"y": (y, y), "sum": y.sum(), "fixed": 1.0}

    value, pullback = ag.vjp(f, p, k=2.0)
    assert value["sum"] == 3.0
    assert type(value["y"]) is tuple
    one = np.array([1.0, 0.0])
    (g,) = pullback({"y": (one, one), "sum": 1.0, "fixed": 7.0})
    assert np.array_equal(g["w"], [3.0, 1.0])
    assert g["b"] == 2 * (3 * 1.0 + 1 * 2.0)
    assert type(g["b"]) is float
    with pytest.raises(ShapeError, match=r"the result\['y'\] is float; that is tuple of 2"):
        pullback({"y": 1.0, "sum": 1.0, "fixed": 1.0})
    with pytest.raises(ShapeError, match=r"the result\['y'\]\[1\] has shape \(3,\)"):
        pullback({"y": (one, np.ones(3)), "sum": 1.0, "fixed": 1.0})
    with pytest.raises(ShapeError, match="keys"):
        pullback({"y": (one, one)})
    with pytest.raises(DataError, match=r"the result\['sum'\] is NoneType"):
        pullback({"y": (one, one), "sum": None, "fixed": 1.0})


def test_pullbacks_can_be_differentiated_inside_and_outside_their_transform():
    x = np.array([0.3, -0.8])

    def inside(s):
        y, pullback = ag.vjp(lambda x: np.tanh(s * x), x)
        return np.sum(pullback(y)[0] * x)

    def by_hand(s):
        y = np.tanh(s * x)
        return np.sum(y * s * (1 - y * y) * x)

    assert inside(0.6) == pytest.approx(by_hand(0.6), rel=1e-14)
    slope = (by_hand(0.6 + 1e-6) - by_hand(0.6 - 1e-6)) / 2e-6
    assert ag.grad(inside)(0.6) == pytest.approx(slope, rel=1e-8)
    assert ag.jvp(inside, (0.6,), (1.0,))[1] == pytest.approx(ag.grad(inside)(0.6), rel=1e-13)
    _, pullback = ag.vjp(np.tanh, x)
    found = ag.grad(lambda v: np.sum(pullback(v)[0] ** 2))(x)
    np.testing.assert_allclose(found, 2 * x * (1 - np.tanh(x) ** 2) ** 2, rtol=1e-14)
    with ag.no_grad():
        (g,) = ag.vjp(np.tanh, Tensor(x))[1](np.ones(2))
    assert g.op is None


D = {
    "grad": ag.grad,
    "fwd": lambda f: lambda x: ag.jvp(f, (x,), (1.0,))[1],
    "vjp": lambda f: lambda x: ag.vjp(f, x)[1](1.0)[0],
    "jacobian": ag.jacobian,
    "forward jacobian": lambda f: ag.jacobian(f, mode="fwd"),
    "checkpoint": lambda f: ag.grad(ag.checkpoint(f)),
}


@pytest.mark.parametrize("outer", D)
@pytest.mark.parametrize("inner", D)
def test_no_pair_of_transforms_confuses_its_perturbations(outer, inner):
    """Siskind and Pearlmutter 2005, Manzyuk et al. 2019: levels stay apart."""
    outer, inner = D[outer], D[inner]
    assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0) == 1.0
    assert outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0) == 6.0
    assert outer(lambda x: inner(lambda y: y * y * x)(x))(3.0) == 12.0
    assert outer(lambda x: x * inner(lambda y: inner(lambda z: x * y * z)(y) * y)(x))(2.0) == 24.0
    # Manzyuk et al.'s shift operator: a function that is returned by one derivative meets another.
    shift = outer(lambda x: inner(lambda y: (y + x + x) ** 3)(1.0))(0.0)
    assert shift == 12.0
    cube = outer(lambda x: inner(lambda y: ag.grad(lambda z: (x * y * z) ** 3)(y))(x))(1.0)
    assert cube == 105.0  # d/dy (3 x^3 y^5) is 15 x^7 at y = x, whose slope is 105 x^6


def test_numbers_beside_arrays():
    W = np.arange(6.0).reshape(2, 3).astype(np.float32)
    gx, gW = ag.grad(lambda x, W: np.sum(x * W * x), (0, 1))(2.0, W)
    assert gx == 60.0
    assert type(gx) is float
    assert gW.dtype == np.float32
    value = ag.value_and_grad(lambda x, W: np.sum(x * W))(2.0, W)[0]
    assert value.dtype == np.float32  # a number is weak beside an array
    t = np.linspace(0.0, 1.0, 5)
    decay = lambda a: np.sqrt(np.sum((a * np.exp(-a * t)) ** 2))
    slope = (decay(2.0 + 1e-6) - decay(2.0 - 1e-6)) / 2e-6
    assert ag.grad(decay)(2.0) == pytest.approx(slope, rel=1e-8)
    mixed = lambda x: np.sum(np.array([x, 2 * x]) * (x * np.ones(2)))
    assert ag.grad(mixed)(3.0) == ag.jvp(mixed, (3.0,), (1.0,))[1] == 18.0
    assert ag.grad(ag.grad(mixed))(3.0) == 6.0


def test_the_learning_rate_of_a_gradient_step_is_differentiated():
    W = np.array([[0.3, -0.2], [0.5, 0.1]])
    loss = lambda W, decay: np.sum(np.tanh(W) ** 2) + decay * np.sum(W * W)

    def after_a_step(lr, decay):
        return loss(W - lr * ag.grad(loss)(W, decay), decay)

    found = ag.grad(after_a_step, (0, 1))(0.1, 0.3)
    for slot, step in enumerate(((1e-6, 0.0), (0.0, 1e-6))):
        up, down = (after_a_step(0.1 + s * step[0], 0.3 + s * step[1]) for s in (1, -1))
        assert found[slot] == pytest.approx((up - down) / 2e-6, rel=1e-7)
    v, t = Value(2.0), Tensor([1.0, 2.0])
    ag.grad(lambda x: np.sum(x * x * t))(v).backward()
    assert v.grad == 6.0
    assert np.array_equal(t.grad, [4.0, 4.0])
    with pytest.raises(DataError, match="do not mix"):
        v * t  # outside of transforms it stays a mistake


def test_aux_is_carried_past_the_derivative():
    f = lambda x, k: (np.sum(x * x) * k, {"h": [np.tanh(x), None], "text": "kept", "k": k})
    x = np.array([1.0, 2.0])
    (value, aux), g = ag.value_and_grad(f, has_aux=True)(x, 3.0)
    assert value == 15.0
    assert np.array_equal(g, 6 * x)
    assert np.array_equal(aux["h"][0], np.tanh(x))
    assert type(aux["h"][0]) is np.ndarray
    assert (aux["text"], aux["k"], aux["h"][1]) == ("kept", 3.0, None)
    g, aux = ag.grad(f, has_aux=True)(x, 3.0)
    assert aux["text"] == "kept"
    y, dy, aux = ag.jvp(f, (x, 3.0), (x, 0.0), has_aux=True)
    assert (y, dy, aux["k"]) == (15.0, 30.0, 3.0)
    assert type(aux["k"]) is float
    y, pullback, aux = ag.vjp(lambda x: f(x, 3.0), x, has_aux=True)
    assert np.array_equal(pullback(1.0)[0], 6 * x)
    used = ag.grad(lambda x: ag.grad(lambda y: (y * y, y**3), has_aux=True)(x)[1])(2.0)
    assert used == 12.0  # inside a transform aux is still part of the graph
    for wrong in (lambda x: x, lambda x: (x, x, x), lambda x: [x, x]):
        with pytest.raises(DataError, match="two things"):
            ag.grad(wrong, has_aux=True)(1.0)


def test_kinds_of_containers_and_what_is_no_array():
    given = OrderedDict(b=2.0, a=defaultdict(list, w=3.0))
    back = ag.grad(lambda p: p["b"] * p["a"]["w"])(given)
    assert type(back) is OrderedDict
    assert list(back) == ["b", "a"]
    assert type(back["a"]) is defaultdict
    assert back == {"b": 3.0, "a": {"w": 2.0}}
    with pytest.raises(DataError, match=r"argument 0\['W'\]\[1\] is str 'text'"):
        ag.grad(lambda p: 1.0)({"W": [1.0, "text"]})
    with pytest.raises(DataError, match="MaskedArray"):
        ag.grad(np.sum)(np.ma.masked_array([1.0, 2.0], [True, False]))
    for early in (ag.grad, ag.value_and_grad, ag.vjp):
        with pytest.raises(DataError, match="not a function"):
            early(3.0)


def test_a_function_that_writes_to_its_argument_changes_nothing_outside():
    x, p = np.ones(3), {"w": 2.0}

    def f(x, p):
        p["w"] = p["w"] * 3
        x = x * 2
        return np.sum(x) * p["w"]

    assert np.array_equal(ag.grad(f)(x, dict(p)), np.full(3, 12.0))
    assert ag.grad(f, 1)(x, p) == {"w": 18.0}
    assert p == {"w": 2.0}

    def writes(x):
        x[0] = 5.0
        return np.sum(x)

    with pytest.raises(ag.MutationError):
        ag.grad(writes)(x)
    assert np.array_equal(x, np.ones(3))
    g = ag.grad(np.sum)(x)
    g *= 2  # a gradient is the user's own
    assert np.array_equal(g, np.full(3, 2.0))


def test_float_inside_a_transform_raises():
    for transform in (
        ag.grad,
        ag.jacobian,
        ag.hessian,
        lambda f: lambda z: ag.vjp(f, z),
        lambda f: lambda z: ag.jvp(f, (z,), (z,)),
        lambda f: lambda z: ag.hvp(f, z, z),
    ):
        for point in (2.0, np.array(2.0)):
            with pytest.raises(ag.LeaveGraphError):
                transform(lambda x: x * float(x))(point)
    assert float(Value(2.0)) == 2.0
