"""Optimisers over one vector: the same steps as one by one, whatever happens to the parameters."""

import copy
import gc
import pickle
import tracemalloc

import numpy as np
import pytest

import autograd_lite as ag
import nn
from autograd_lite import Tensor, Value
from nn.clipping import clip_flat
from nn.optimizer import Optimizer
from nn.sweep import BLOCK

SHAPES = [(3, 2), (2,), (), (0, 4), (2, 5), (5,)]
KINDS = [
    (nn.SGD, {"lr": 0.1}),
    (nn.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    (nn.Adam, {"lr": 0.1, "weight_decay": 0.1}),
    (nn.AdamW, {"lr": 0.1}),
    (nn.RMSprop, {"lr": 0.1, "weight_decay": 0.1}),
    (nn.Adagrad, {"lr": 0.1}),
]
kinds = pytest.mark.parametrize(
    ("kind", "settings"), KINDS, ids=lambda x: getattr(x, "__name__", "")
)


def made(rng, dtype="float64", shapes=SHAPES):
    return [Tensor(rng.normal(size=shape), dtype=dtype) for shape in shapes]


def twins(params):
    return [Tensor(p.data.copy()) for p in params]


def give(rng, *lists):
    """The same random gradients to each list of parameters."""
    for same in zip(*lists, strict=True):
        g = rng.normal(size=same[0].shape)
        for p in same:
            p.grad = g.astype(p.dtype)


def equal(found, expected):
    for p, q in zip(found, expected, strict=True):
        assert p.dtype == q.dtype
        np.testing.assert_array_equal(p.data, q.data)


@kinds
def test_one_optimiser_for_all_moves_as_one_for_each(kind, settings, rng):
    params = made(rng)
    apart = twins(params)
    together = kind(params, **settings, no_decay=params[1::2])
    singly = [kind([p], **settings, no_decay=[p] if i % 2 else []) for i, p in enumerate(apart)]
    for _ in range(5):
        give(rng, params, apart)
        for optimizer in (together, *singly):
            optimizer.step()
        equal(params, apart)


@kinds
def test_a_flat_gradient_moves_as_single_ones(kind, settings, rng):
    params = made(rng, "float32")
    apart = twins(params)
    spared = {"no_decay": params[:1]}, {"no_decay": apart[:1]}
    flat_one, single_one = (
        kind(params, **settings, **spared[0]),
        kind(apart, **settings, **spared[1]),
    )
    for step in range(4):
        give(rng, params, apart)
        flat = flat_one.flat
        assert {id(p) for p in flat.params} == {id(p) for p in params}
        for i, p in enumerate(flat.params):
            flat.gradient(i)[...] = p.grad
            np.testing.assert_array_equal(flat.view(i), p.data)
        known = None
        if step == 2:  # a parameter that the loss does not depend on
            known = [p is not params[4] for p in flat.params]
            apart[4].grad = None
        flat_one.step_flat(known)
        single_one.step()
        equal(params, apart)


@kinds
def test_many_blocks_move_as_one_array_does(kind, settings, rng):
    shapes = [(BLOCK - 3,), (7,), (2, BLOCK + 5), (1,)]
    params = made(rng, "float32", shapes)
    optimizer = kind(params, **settings)
    states = [{} for _ in params]
    for _ in range(3):
        give(rng, params)
        expected = []
        for i, p in enumerate(params):
            old, g = optimizer._decayed(p.data.copy(), p.grad, True)
            new, states[i] = optimizer.update(old, g, states[i])
            expected.append(Tensor(new))
        optimizer.step()
        for p, q in zip(params, expected, strict=True):
            np.testing.assert_allclose(p.data, q.data, rtol=3e-6, atol=1e-7)


@kinds
def test_some_without_a_gradient_now_and_then(kind, settings, rng):
    params = made(rng)
    apart = twins(params)
    together, singly = kind(params, **settings), [kind([p], **settings) for p in apart]
    for step in range(12):
        give(rng, params, apart)
        for i in range(len(params)):
            if rng.random() < 0.3 or (step < 3 and i == 1):
                params[i].grad = apart[i].grad = None
        for optimizer in (together, *singly):
            optimizer.step()
        equal(params, apart)


def test_what_was_assigned_or_written_between_steps_counts(rng):
    params = made(rng)
    apart = twins(params)
    together, singly = nn.Adam(params, lr=0.1), [nn.Adam([p], lr=0.1) for p in apart]
    for step in range(6):
        give(rng, params, apart)
        new = rng.normal(size=(3, 2))
        for p in (params[0], apart[0]):
            if step % 3 == 0:
                p.data = new.copy()
            elif step % 3 == 1:
                p.data[...] = new
            else:
                p.data -= new
        for optimizer in (together, *singly):
            optimizer.step()
        equal(params, apart)
    own = np.zeros((3, 2))
    params[0].data = own
    together.step()
    np.testing.assert_array_equal(own, 0)  # an array of the user's is not written to


@pytest.mark.parametrize("part", [lambda w: w, lambda w: w[1:], lambda w: w.T[0], memoryview])
def test_what_the_user_holds_stays_as_it_was(part, rng):
    params = made(rng)
    optimizer = nn.SGD(params, lr=0.1)
    for _ in range(3):
        held = part(params[0].data)
        before = np.array(held)
        give(rng, params)
        optimizer.step()
        np.testing.assert_array_equal(np.asarray(held), before)
        assert not np.array_equal(np.asarray(part(params[0].data)), before)


def test_a_view_that_a_graph_holds_stays_as_it_was(rng):
    w = Tensor(rng.normal(size=(2, 3)))
    optimizer = nn.SGD([w], lr=0.1)
    for _ in range(2):
        turned = w.T
        before = turned.data.copy()
        loss = np.sum(turned * turned)
        loss.backward()
        optimizer.step()
        np.testing.assert_array_equal(turned.data, before)


def test_backward_through_a_graph_from_before_the_step_is_refused(rng):
    w = Tensor(rng.normal(size=3))
    optimizer = nn.SGD([w], lr=0.1)
    for _ in range(3):
        loss = np.sum(w * w)
        loss.backward()
        optimizer.step()
        with pytest.raises(ag.MutationError, match="was changed after it was used"):
            loss.backward()
        optimizer.zero_grad()


def test_two_optimisers_may_share_a_parameter(rng):
    params = made(rng)
    apart = twins(params)
    first, second = nn.Adam(params[:4]), nn.SGD(params[2:], lr=0.1, momentum=0.5)
    singly = (
        [nn.Adam([p]) for p in apart[:4]],
        [nn.SGD([p], lr=0.1, momentum=0.5) for p in apart[2:]],
    )
    for _ in range(4):
        give(rng, params, apart)
        for optimizer in (first, second, *singly[0], *singly[1]):
            optimizer.step()
        equal(params, apart)


def test_dtypes_may_be_mixed_and_change(rng):
    params = [*made(rng, "float32"), *made(rng)]
    apart = twins(params)
    together, singly = nn.Adam(params), [nn.Adam([p]) for p in apart]
    assert together.flat is None
    for step in range(4):
        if step == 2:
            for p in (params[0], apart[0]):
                p.data = p.data.astype("float64")
        give(rng, params, apart)
        for optimizer in (together, *singly):
            optimizer.step()
        equal(params, apart)


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"]
)
@kinds
def test_a_copy_of_model_and_optimiser_goes_on_alone(kind, settings, copied, rng):
    params = made(rng)
    optimizer = kind(params, **settings)
    give(rng, params)
    optimizer.step()
    other_params, other = copied((params, optimizer))
    before = [p.data.copy() for p in params]
    give(rng, other_params)
    other.step()
    for p, old in zip(params, before, strict=True):
        np.testing.assert_array_equal(p.data, old)
    for p, q in zip(params, other_params, strict=True):
        p.grad = q.grad
    optimizer.step()
    equal(params, other_params)


def test_a_gradient_in_any_layout_or_kind_of_number(rng):
    params = [Tensor(rng.normal(size=(4, 3)).astype("float32")) for _ in range(2)]
    apart = twins(params)
    params[0].grad = np.asfortranarray(rng.normal(size=(4, 3)))
    params[1].grad = np.array([[1, 0, 2]])
    apart[0].grad = params[0].grad.astype("float32")
    apart[1].grad = np.array([[1, 0, 2]] * 4, dtype="float32")
    for optimizer in (nn.SGD(params, lr=0.1), nn.SGD(apart, lr=0.1)):
        optimizer.step()
    equal(params, apart)
    params[0].grad = np.ones((4, 3)) * 1j
    with pytest.raises(ag.DataError, match="SGD: parameter 0: its gradient is of complex128"):
        nn.SGD(params, lr=0.1).step()
    equal(params, apart)


def test_a_step_allocates_nothing_of_the_size_of_the_parameters(rng):
    params = [Tensor(rng.normal(size=(400, 500)).astype("float32"))]
    for optimizer in (nn.Adam(params, weight_decay=0.1), nn.SGD(params, lr=0.1, momentum=0.9)):
        give(rng, params)
        optimizer.step()
        gc.collect()
        tracemalloc.start()
        for _ in range(3):
            optimizer.step()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 20_000


def test_an_optimiser_of_ones_own_in_either_form(rng):
    class Short(Optimizer):
        def update(self, p, g, state):
            v = 0.5 * state.get("v", 0.0) + g
            return p - self.lr * v, {"v": v}

    class InPlace(Optimizer):
        slots = ("v",)

        def factors(self, t):
            return self.lr, 0.5

        def move(self, p, g, state, factors, work):
            (v,), (lr, half), (a,) = state, factors, work
            v *= half
            v += g
            p -= np.multiply(v, lr, out=a)

    class Louder(nn.SGD):
        def update(self, p, g, state):
            return super().update(p, 2 * g, state)

    lists = [made(rng)]
    lists += [twins(lists[0]) for _ in range(4)]
    short, in_place, flat, louder, double = lists
    optimizers = [Short(short, 0.1), InPlace(in_place, 0.1), Short(flat, 0.1), Louder(louder, 0.1)]
    doubled = nn.SGD(double, 0.2)
    for _ in range(3):
        give(rng, *lists)
        for i, p in enumerate(optimizers[2].flat.params):
            optimizers[2].flat.gradient(i)[...] = p.grad
        optimizers[2].step_flat()
        for optimizer in (*optimizers[:2], optimizers[3], doubled):
            optimizer.step()
    for p, q, r in zip(short, in_place, flat, strict=True):
        np.testing.assert_allclose(p.data, q.data, rtol=1e-14)
        np.testing.assert_array_equal(p.data, r.data)
    for p, q in zip(louder, double, strict=True):
        np.testing.assert_allclose(p.data, q.data, rtol=1e-13)


def test_values_and_lbfgs_have_no_flat_and_say_so():
    for optimizer in (nn.Adam([Value(1.0)]), nn.LBFGS([Tensor([1.0])])):
        assert optimizer.flat is None
        with pytest.raises(ag.UnsupportedError, match=r"step_flat moves Tensors.*\n.*step\(\)"):
            optimizer.step_flat()


def test_a_gradient_written_for_another_dtype_is_refused():
    p = Tensor([1.0])
    optimizer = nn.SGD([p], lr=0.1)
    flat = optimizer.flat
    flat.gradient(0)[...] = 1.0
    p.data = np.ones(1, dtype="float32")
    with pytest.raises(ag.GradientError, match=r"for float64 parameters, which are float32"):
        optimizer.step_flat(flat=flat)
    assert p.item() == 1.0


def test_tensors_beside_values_move_too(rng, kit):
    p, values = Tensor(np.ones(3)), kit.boxed([1.0, 2.0])
    optimizer = nn.Adam([values, p], lr=0.1)
    p.grad, values[0].grad = np.ones(3), 1.0
    optimizer.step()
    np.testing.assert_allclose(p.data, 0.9)
    np.testing.assert_allclose([v.data for v in values], [0.9, 2.0])


def test_clipping_a_flat_gradient_is_clipping_the_single_ones(rng):
    params = made(rng, "float32")
    optimizer = nn.SGD(params, lr=0.1)
    for size in (1.0, 1e-30, 1e30, 1e-3):
        give(rng, params)
        flat = optimizer.flat
        for i, p in enumerate(flat.params):
            p.grad *= np.float32(size)
            flat.gradient(i)[...] = p.grad
        expected = np.sqrt(sum(np.sum(np.square(p.grad, dtype=float)) for p in params))
        norm = clip_flat(flat, 0.5)
        assert norm == nn.clip_grad_norm(flat.params, 0.5)
        np.testing.assert_allclose(norm, expected, rtol=1e-6)
        for i, p in enumerate(flat.params):
            np.testing.assert_array_equal(flat.gradient(i), p.grad)


def test_a_program_writes_into_the_vector_that_the_optimiser_has_now(rng):
    X, y = rng.normal(size=(60, 2)).astype("float32"), rng.integers(0, 2, size=60)
    runs = []
    for compiled in (True, False):
        model = nn.MLP([2, 4, 2], rng=0)
        optimizer = nn.Adam(model.parameters(), lr=0.1)
        vectors = []

        def meddle(model, history, optimizer=optimizer, vectors=vectors):
            vectors.append(optimizer.flat)
            optimizer.load_state_dict(optimizer.state_dict())
            if len(history) == 6:  # the vector of float64 is another one
                for p in model.parameters():
                    p.data = p.data.astype("float64")

        settings = {"epochs": 10, "batch_size": 20, "progress": False, "compile": compiled}
        nn.fit(model, X, y, optimizer=optimizer, callbacks=[meddle], **settings)
        assert len({id(flat) for flat in vectors}) == 2
        runs.append(model.state_dict())
    for name, array in runs[0].items():
        np.testing.assert_allclose(array, runs[1][name], rtol=1e-6)
