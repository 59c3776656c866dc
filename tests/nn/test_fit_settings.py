"""What fit can be asked for: accumulation, clipping, schedules, early stopping, streams, files."""

import numpy as np
import pytest

import autograd_lite as ag
import nn

DATA = nn.datasets.xor(120, rng=0)


def mlp(**settings):
    return nn.MLP([2, 8, 2], "tanh", rng=1, dtype="float64", **settings)


def state(model):
    return np.concatenate([array.ravel() for array in model.state_dict().values()])


def train(model, X=DATA.X, y=DATA.y, **settings):
    settings = {"epochs": 3, "progress": False, "batch_size": 30} | settings
    if "optimizer" not in settings and "schedule" not in settings:
        settings["optimizer"] = nn.SGD(model.parameters(), lr=0.5, momentum=0.5)
    return nn.fit(model, X, y, **settings)


@pytest.mark.parametrize("count", [2, 3, 7])
def test_accumulated_batches_are_one_large_batch(count):
    large, small = mlp(), mlp()
    first = train(large, batch_size=7 * count, shuffle=False)
    second = train(small, batch_size=7, accumulate=count, shuffle=False)
    np.testing.assert_allclose(state(small), state(large), rtol=1e-10)
    np.testing.assert_allclose(second.loss, first.loss, rtol=1e-12)
    np.testing.assert_allclose(second.metric, first.metric, rtol=1e-12)


def test_clip_norm_bounds_every_step():
    model = mlp()
    before = state(model)
    optimizer = nn.SGD(model.parameters(), lr=1.0)
    train(model, optimizer=optimizer, clip_norm=1e-3, epochs=1, batch_size=120)
    assert np.linalg.norm(state(model) - before) == pytest.approx(1e-3, rel=1e-9)


def test_a_schedule_moves_by_epoch_or_by_batch_and_brings_its_optimiser():
    for every, moves in (("epoch", 3), ("batch", 12)):
        model = mlp()
        optimizer = nn.SGD(model.parameters(), lr=0.5)
        schedule = nn.StepLR(optimizer, 1, 0.9, every=every)
        before = state(model)
        train(model, schedule=schedule)
        assert schedule.count == moves
        assert optimizer.lr == pytest.approx(0.5 * 0.9**moves)
        assert not np.array_equal(before, state(model))


def test_a_plateau_is_shown_the_validation_loss():
    seen = []

    class Watched(nn.ReduceLROnPlateau):
        def step(self, loss=None):
            seen.append(loss)
            super().step(loss)

    model = mlp()
    schedule = Watched(nn.SGD(model.parameters(), lr=0.1))
    history = train(model, schedule=schedule, validation=0.25)
    assert seen == history.val_loss
    assert seen != history.loss


def test_early_stopping_ends_after_patience_and_restores_the_best_weights():
    model = mlp()
    states, losses = [], iter([0.9, 0.5, 0.7, 0.6, 0.8, 0.4])

    def loss(output, target):
        return nn.cross_entropy(output, target)

    def remember(model, history):
        history.val_loss[-1] = None  # what callbacks do to the history changes nothing
        states.append(state(model))

    import nn.training as training

    original = training.evaluate
    training.evaluate = lambda *given: (next(losses), None)
    try:
        history = train(
            model, loss=loss, validation=0.2, early_stopping=3, epochs=9, callbacks=[remember]
        )
    finally:
        training.evaluate = original
    assert len(history) == 5
    assert "lowest, 0.5, after epoch 2" in history.stopped
    np.testing.assert_array_equal(state(model), states[1])


def test_early_stopping_gives_the_best_weights_when_the_epochs_run_out_too():
    model = mlp()
    history = train(model, validation=0.25, early_stopping=50, epochs=6)
    data, order = DATA, np.random.default_rng(0).permutation(120)
    held = order[-30:]
    loss, _ = nn.evaluate(model, data.X[held], data.y[held])
    assert loss == pytest.approx(min(history.val_loss), rel=1e-12)


class Batches:
    """A stream that starts anew, in batches of 30 in order."""

    def __iter__(self):
        return ((DATA.X[i : i + 30], DATA.y[i : i + 30]) for i in range(0, 120, 30))


@pytest.mark.parametrize("stream", [Batches(), list(Batches())])
def test_a_stream_of_batches_is_the_same_run_as_its_arrays(stream):
    streamed, whole = mlp(), mlp()
    first = train(streamed, X=stream, y=None)
    second = train(whole, shuffle=False)
    np.testing.assert_array_equal(state(streamed), state(whole))
    assert first.loss == second.loss
    assert first.metric == second.metric
    assert first.examples == 120


def test_an_iterator_lasts_for_one_epoch():
    model = mlp()
    assert len(train(model, X=iter(Batches()), y=None, epochs=1)) == 1
    with pytest.raises(ag.ArgumentError, match="gives its batches once"):
        train(mlp(), X=iter(Batches()), y=None, epochs=2)


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([], ag.ShapeError, "no batches"),
        ([1], ag.DataError, "give pairs"),
        ([(DATA.X, DATA.y[:3])], ag.ShapeError, "batch 1"),
        ([(DATA.X * np.nan, DATA.y)], ag.DataError, "batch 1"),
        ([(DATA.X, DATA.y + 7)], ag.LabelError, "outside"),
    ],
)
def test_a_stream_is_checked_before_the_first_step(X, error, message):
    model = mlp()
    before = state(model)
    with pytest.raises(error, match=message):
        train(model, X=X, y=None)
    np.testing.assert_array_equal(state(model), before)


def test_a_file_that_is_mapped_gives_the_same_run_and_is_never_copied_whole(tmp_path):
    X = np.lib.format.open_memmap(tmp_path / "X.npy", "w+", "float64", DATA.X.shape)
    X[:] = DATA.X
    X.flush()
    mapped, plain = mlp(), mlp()
    train(mapped, X=np.load(tmp_path / "X.npy", mmap_mode="r"), validation=0.2)
    train(plain, validation=0.2)
    np.testing.assert_array_equal(state(mapped), state(plain))


def test_pandas_frames_and_lists_are_arrays():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    expected = mlp()
    train(expected)
    for X, y in [
        (pandas.DataFrame(DATA.X, columns=["a", "b"]), pandas.Series(DATA.y)),
        (DATA.X.tolist(), DATA.y.tolist()),
    ]:
        model = mlp()
        train(model, X=X, y=y)
        np.testing.assert_array_equal(state(model), state(expected))
    with pytest.raises(ag.DataError, match="object"):
        train(mlp(), X=pandas.DataFrame({"a": ["x"] * 120, "b": DATA.X[:, 0]}))


def test_lbfgs_trains_on_the_full_batch():
    model = mlp()
    optimizer = nn.LBFGS(model.parameters(), line_search="strong_wolfe")
    history = train(model, optimizer=optimizer, batch_size=120, epochs=8)
    assert history.loss[-1] < 0.02 < history.loss[0]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"accumulate": 0}, "accumulate=0"),
        ({"early_stopping": 3}, "early_stopping looks at the validation loss"),
        ({"early_stopping": 0, "validation": 0.2}, "early_stopping=0"),
        ({"resume": True}, "need checkpoint="),
        ({"checkpoint_every": 3}, "need checkpoint="),
        ({"y": None}, "y is missing"),
        ({"X": Batches(), "y": None, "validation": 0.2}, "stream of batches"),
        ({"clip_norm": -1.0}, "max_norm=-1.0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, message):
    model = mlp()
    before = state(model)
    with pytest.raises(ag.ArgumentError, match=message):
        train(model, **settings)
    np.testing.assert_array_equal(state(model), before)


def test_a_schedule_of_another_optimiser_is_refused():
    model = mlp()
    schedule = nn.StepLR(nn.SGD(model.parameters(), lr=0.1), 1)
    with pytest.raises(ag.ArgumentError, match="another optimiser"):
        train(model, optimizer=nn.Adam(model.parameters()), schedule=schedule)


def test_a_loss_that_is_not_finite_names_the_operation_that_made_it():
    model = nn.Sequential(nn.Linear(2, 1, rng=0))

    def loss(output, target):
        score = output[:, 0]
        return np.mean(np.log(score - score if model.training else score * score + 1))

    with pytest.raises(ag.GradientError) as caught, np.errstate(all="ignore"):
        train(model, loss=loss)
    message = str(caught.value)
    assert "the loss is -inf in epoch 1, batch 1" in message
    assert "log made -inf" in message
    assert "np.log(score - score" in message  # the line of the learner's own code
