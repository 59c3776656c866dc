"""What a compiled program notices, refuses, and stays right in spite of."""

import copy
import gc
import math
import pickle
import random
import threading
import tracemalloc
import weakref
from collections import namedtuple

import numpy as np
import pytest
from compiled import agree, by_hand, hold

import autograd_lite as ag
from autograd_lite import Tensor, Value
from autograd_lite.program import VERSIONS

X = np.arange(3.0)
K = np.ones(3)
Pair = namedtuple("Pair", "w b")
held_rng = np.random.default_rng(0)


def doubled_until_large(x):
    while x.sum() < 3:
        x = x * 2
    return x.sum()


def written_to(x):
    x[0] = 1.0
    return x.sum()


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x: x.sum() if x[0] > 0 else -x.sum(), r"np\.where"),
        (doubled_until_large, r"np\.where"),
        (lambda x: x.sum() * bool(x[0] > 0), r"np\.where"),
        (lambda x: x.sum() * int(x[0]), "NumPy's functions"),
        (lambda x: x.sum() * float(x[0]), "NumPy's functions"),
        (lambda x: x.sum() * x[0].item(), r"\.item\(\)"),
        (lambda x: x.sum() * math.exp(x[0]), "NumPy's functions"),
        (lambda x: x.sum() * x.tolist()[0], "tolist"),
        (lambda x: max(x), r"np\.where"),
        (lambda x: x[x > 1].sum(), r"np\.where\(mask"),
        (lambda x: x[np.nonzero(x)].sum(), "size depends on the numbers"),
        (lambda x: np.extract(x > 0, x).sum(), "size depends on the numbers"),
        (lambda x: np.piecewise(x, [x > 0], [np.sin, np.cos]).sum(), r"np\.select"),
        (lambda x: x.sum() * np.eye(3)[np.argmax(x)].sum(), r"Tensor\(table\)\[i\]"),
        (lambda x: np.exp(x, out=np.zeros(3)).sum(), "in place"),
        (written_to, "in place"),
        (lambda x: (v * v for v in x), "gave generator"),
        (lambda x: (x.sum(), x), "gave tuple"),
        (lambda x: x.sum() * np.random.rand(), "random numbers"),  # noqa: NPY002
        (lambda x: x.sum() * random.random(), "random numbers"),
        (lambda x: x.sum() * held_rng.random(), "random numbers"),
        (lambda x: x.sum() * np.random.default_rng().random(), "generator without a seed"),
    ],
)
def test_what_depends_on_numbers_is_refused_with_the_cure(f, words):
    with pytest.raises(ag.AutogradError, match=words):
        ag.compile(f)(X)


def test_a_seed_inside_the_function_is_the_user_s_own_choice():
    f = lambda x: np.sum(x * np.random.default_rng(3).random(3))
    assert ag.compile(f)(X)[0] == f(X)


def test_a_traced_table_is_read_where_it_is_a_tensor():
    f = lambda x: x.sum() * Tensor(np.array([3.0, 5.0, 7.0]))[np.argmax(x)]
    hold(f, 0, (X,), (X[::-1].copy(),))


def test_a_changed_global_array_is_noticed_be_it_written_to_or_replaced():
    global K
    before = K
    try:
        program = ag.compile(lambda x: (x * K).sum())
        assert program(X)[0] == 3.0
        K[:] = 2
        assert program(X)[0] == 6.0
        K = np.full(3, 5.0)
        assert program(X)[0] == 15.0
        K = np.full(3, 7.0, np.float32)
        assert program(X)[0] == 21.0
    finally:
        K = before
        K[:] = 1


def test_a_changed_closure_is_noticed():
    array, number, value, several = np.ones(3), 2.0, Value(1.0), [1.0, np.ones(3)]

    def f(x):
        return (x * array * several[1]).sum() * number * value * several[0]

    def floats(x):
        return x * value * several[0]

    program, single = ag.compile(f), ag.compile(floats)
    assert (program(X)[0], single(1.0)[0]) == (6.0, 1.0)
    array = array * 3
    assert program(X)[0] == 18.0
    number = 20.0
    assert program(X)[0] == 180.0
    value.data = 2.0
    assert (program(X)[0], single(1.0)[0]) == (360.0, 2.0)
    several[0] = 10.0
    assert (program(X)[0], single(1.0)[0]) == (3600.0, 20.0)
    several[1][0] = 5.0
    several[1][1] = 0.0
    assert program(X)[0] == 2400.0


class Model:
    def __init__(self):
        self.training = True
        self.weight = Tensor(np.ones(3))
        self.bias = Tensor(np.ones(1))
        self.scale = np.ones(3)

    def __call__(self, x):
        total = np.sum(x * self.weight * self.scale + self.bias)
        return total * 2.0 if self.training else total


@pytest.mark.parametrize("way", [lambda m: m, lambda m: m.__call__, lambda m: lambda x: m(x)])
def test_changed_attributes_of_an_object_are_noticed(way):
    model = Model()
    program = ag.compile(way(model))
    assert program(X)[0] == 12.0
    model.training = False
    assert program(X)[0] == 6.0
    model.scale[:] = 2.0
    assert program(X)[0] == 9.0
    model.weight.data = np.full(3, 10.0)
    assert program(X)[0] == 63.0
    model.bias.data = np.zeros(1)
    assert program(X)[0] == 60.0
    model.bias.data[:] = 2.0
    assert program(X)[0] == 66.0
    model.weight = Tensor(np.zeros(3))
    assert program(X)[0] == 6.0


def test_parameters_that_change_are_read_anew_without_a_new_program():
    model = Model()
    program = ag.compile(model)
    program(X)
    (version,) = program._versions.values()
    for i in range(3):
        model.weight.data = np.full(3, float(i))
        model.bias.data = model.bias.data - 1.0
        assert program(X)[0] == 2 * (3 * i - 3 * i)
    assert list(program._versions.values()) == [version]


def test_shapes_and_dtypes_have_programs_of_their_own_and_their_number_is_bounded():
    program = ag.compile(lambda x, n=1: (x**2).sum() * n)
    for x in (np.ones(3), np.ones(4, np.float32), np.ones((2, 2)), np.ones(3, int), np.ones(3)):
        agree(program(x), by_hand(program.function, 0, (x,)))
    assert len(program._versions) == 4
    for n in range(3 * VERSIONS):
        assert program(X, n)[0] == 5.0 * n
    assert len(program._versions) == VERSIONS


def test_arguments_may_be_containers_settings_and_keywords():
    w, b = X, X + 1
    hold(lambda p: (p["w"] * p["b"]).sum(), 0, ({"w": w, "b": b},), ({"w": b, "b": w},))
    hold(lambda p: (p.w * p.b).sum(), 0, (Pair(w, b),), (Pair(b, w),))
    hold(lambda p: (p[0] * p[1][0]).sum(), 0, ([w, [b]],), ([b, [w]],))
    hold(lambda *x: (x[0] * x[-1]).sum(), (0, -1), (w, b), (b, w))
    program = ag.compile(lambda x, how="sum", *, n=1, y=0.0: getattr(np, how)(x**n + y))
    assert program(X, "mean", n=2, y=b)[0] == np.mean(X**2 + b)
    assert program(X, n=3)[0] == 9.0
    found = ag.compile(lambda p: np.sum(p.w * p.b))(Pair(w, b))[1]
    assert type(found) is Pair


def test_recursion_with_a_setting_is_unrolled():
    def power(x, n):
        return x.sum() if n == 0 else power(x * x, n - 1)

    hold(power, 0, (X, 3), (X + 0.5, 3))


def test_programs_inside_programs_and_derivatives_of_arrays_compile():
    f = lambda y: (y**3).sum()
    for g in (
        ag.grad(f), ag.hessian(f), ag.jacobian(lambda y: y**3), ag.checkpoint(f),
        lambda x: ag.hvp(f, x, x), lambda x: ag.jvp(f, (x,), (x,))[1],
        lambda x: ag.vjp(lambda y: y**3, x)[1](x)[0], lambda x: ag.compile(f)(x)[1].sum(),
        lambda x: ag.grad(lambda y: ag.checkpoint(f)(y * y))(x),
    ):  # fmt: skip
        hold(g, 0, (X,), (X - 1,))


def test_operations_of_the_user_compile():
    cubed = ag.define("cubed_for_compile", value=lambda a: a**3, partials=(lambda a, y: 3 * a * a,))
    program = hold(lambda x: np.sum(cubed(x)), 0, (X,), (X - 1,))
    assert "cubed_for_compile, backward" in program.source


def test_threads_may_call_one_program_at_the_same_time():
    program = ag.compile(lambda x: np.sum(np.tanh(x @ x.T) * (x @ x.T)))
    arrays = [np.random.default_rng(i).normal(size=(20, 20)) for i in range(6)]
    expected = [by_hand(program.function, 0, (x,)) for x in arrays]
    start, wrong = threading.Barrier(len(arrays)), []

    def run(i):
        start.wait()
        for _ in range(20):
            try:
                agree(program(arrays[i]), expected[i], 1e-9)
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(arrays))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_nothing_but_the_results_is_allocated_in_the_steady_state():
    program = ag.compile(lambda x, w: np.sum(np.tanh(x @ w) ** 2), 1)
    x, w = np.ones((200, 100)), np.full((100, 50), 0.01)
    for _ in range(3):
        program(x, w)
    gc.collect()
    tracemalloc.start()
    try:
        program(x, w)
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        for _ in range(20):
            program(x, w)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < w.nbytes / 2
    assert peak - before < 1.5 * w.nbytes  # one gradient; an intermediate would be twice as much


def test_an_error_while_it_runs_is_the_engine_s_and_leaves_the_program_usable():
    program = ag.compile(lambda x: np.sum(np.linalg.inv(x)))
    x = 2 * np.eye(3)
    before = program(x)
    with pytest.raises(ag.AutogradError, match="inv"):
        program(np.zeros((3, 3)))
    agree(program(x), before)


def test_checks_of_numbers_are_made_in_every_run():
    average = ag.compile(lambda x, w: np.sum(np.average(x, weights=w)), (0, 1))
    average(X, X)
    with pytest.raises(ag.AutogradError, match="weights add up to 0"):
        average(X, np.zeros(3))
    agree(average(X, X), by_hand(average.function, (0, 1), (X, X)))
    vectors = ag.compile(lambda a: np.sum(np.linalg.eigh(a)[1] ** 3))
    vectors(np.diag(X))
    with pytest.raises(ag.GradientError, match="coincide"):
        vectors(np.eye(3))


def test_a_gradient_of_zero_is_shielded_from_infinity_as_the_eager_engine_does():
    f = lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0.0) + x * np.array([0.0, 1.0, 2.0]))
    hold(f, 0, (np.array([0.0, 4.0, np.inf]),), (np.array([-1.0, 0.0, 1.0]),))
    hold(ag.grad(lambda x: np.sum(x * x * 0.0)), 0, (np.array([np.inf, 1.0]),))


def test_a_program_is_copied_and_pickled_as_what_it_was_made_of():
    program = ag.compile(np.sum, donate=True)
    program(X)
    for other in (copy.copy(program), copy.deepcopy(program), pickle.loads(pickle.dumps(program))):
        agree(other(X), program(X))
        assert (other.donate, other.argnums) == (True, 0)


@pytest.mark.parametrize("place", range(3))
def test_a_nan_in_any_result_is_seen(place):
    """0 times the infinite slope of what is not chosen: the eager engine says 0."""
    large = np.array([2.0, np.inf, 3.0])

    def f(*given):
        chosen = ag.where(given[place] > 0, given[place] * large, 0.0)
        return sum(np.sum(x) for i, x in enumerate(given) if i != place) + np.sum(chosen)

    x = np.array([1.0, 0.0, 2.0])
    names = {"f": f}
    exec("def g(a, b, c):\n    return f(a, b, c)", names)
    _, slopes = ag.compile(names["g"], (0, 1, 2))(x, x + 0.0, x + 0.0)
    for i, slope in enumerate(slopes):
        np.testing.assert_array_equal(slope, [2.0, 0.0, 3.0] if i == place else np.ones(3))


@pytest.mark.parametrize("backend", ["python", "numba", "jax"])
def test_a_program_keeps_none_of_the_arrays_that_it_was_made_with(backend):
    if backend != "python":
        pytest.importorskip(backend)
    given = [np.linspace(0, 1, 50), np.linspace(1, 2, 50)]
    alive = [weakref.ref(x) for x in given]
    program = ag.compile(lambda w, rest: np.tanh(w * rest["b"]) * rest["b"], backend=backend)
    program(given[0], {"b": given[1]})
    del given
    gc.collect()
    assert [x() is None for x in alive] == [True, True]
    value, slope = program(np.zeros(50), {"b": np.ones(50)})
    np.testing.assert_array_equal(value, np.zeros(50))
    np.testing.assert_array_equal(slope, np.ones(50))
