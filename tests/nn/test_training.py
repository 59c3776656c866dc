"""fit, evaluate, predict and History."""

import csv
import io
import os
import signal
import sys

import numpy as np
import pytest

import autograd_lite as ag
import nn

DATA = nn.datasets.xor(120, rng=0)


def run(model=None, **settings):
    model = model or nn.MLP([2, 8, 2], "tanh", rng=1)
    settings = {"epochs": 3, "progress": False, **settings}
    return model, nn.fit(model, DATA.X, DATA.y, **settings)


def test_digits_reach_95_percent_in_a_second_or_two():
    X_train, X_test, y_train, y_test = nn.datasets.digits().split()
    model = nn.MLP([64, 64, 10], rng=0)
    optimizer = nn.Adam(model.parameters(), lr=3e-3)
    history = nn.fit(model, X_train, y_train, optimizer=optimizer, epochs=25, progress=False)
    _, share = nn.evaluate(model, X_test, y_test)
    assert share >= 0.95
    assert history.loss[-1] < 0.1 < history.loss[0]
    right = np.argmax(nn.predict(model, X_test), axis=1) == y_test
    assert share == pytest.approx(np.mean(right))


def test_the_same_seed_gives_the_same_run_bit_for_bit():
    def stack():
        rng = np.random.default_rng(5)
        return nn.Sequential(
            nn.Linear(2, 16, rng=rng), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 2, rng=rng)
        )

    runs = [run(stack(), validation=0.25, seed=seed, epochs=4) for seed in (3, 3, 4)]
    states = [model.state_dict() for model, _ in runs]
    for name in states[0]:
        np.testing.assert_array_equal(states[0][name], states[1][name])
    assert runs[0][1].loss == runs[1][1].loss
    assert runs[0][1].val_loss == runs[1][1].val_loss
    assert runs[0][1].loss != runs[2][1].loss


def test_dropout_layers_differ_and_keep_a_seed_of_their_own():
    def stack(rng):
        return nn.Sequential(nn.Dropout(0.5, rng), nn.Dropout(0.5, rng), nn.Linear(2, 2, rng=0))

    def state(model):
        return [model[i].rng.bit_generator.state["state"]["state"] for i in (0, 1)]

    free, own = stack(None), stack(7)
    before = state(own)
    for model in (free, own):
        run(model, epochs=0)
    assert state(free)[0] != state(free)[1]
    assert state(own) == before


def test_one_epoch_is_the_loop_written_out():
    model, history = run(epochs=2, batch_size=50, seed=9, optimizer=None)
    other = nn.MLP([2, 8, 2], "tanh", rng=1)
    optimizer, rng = nn.Adam(other.parameters()), np.random.default_rng(9)
    losses = []
    for _ in range(2):
        order, total = rng.permutation(120), 0.0
        for start in (0, 50, 100):
            batch = order[start : start + 50]
            optimizer.zero_grad()
            loss = nn.cross_entropy(other(DATA.X[batch]), DATA.y[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / 120)
    assert history.loss == losses
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, other.state_dict()[name])


def test_a_scalar_model_trains_to_the_same_numbers():
    models = [nn.MLP([2, 3, 2], "tanh", scalar=s, dtype="float64", rng=2) for s in (False, True)]
    for model in models:
        nn.fit(model, DATA.X[:20], DATA.y[:20], epochs=2, batch_size=8, progress=False)
    tensor, scalar = (model.state_dict() for model in models)
    for name in tensor:
        np.testing.assert_allclose(scalar[name], tensor[name], rtol=1e-9, atol=1e-12)


def test_integer_labels_choose_cross_entropy_and_accuracy_floats_choose_mse():
    _, history = run()
    assert history.metric_name == "accuracy"
    assert all(0 <= share <= 1 for share in history.metric)
    x = np.linspace(-1, 1, 60).reshape(-1, 1)
    model = nn.MLP([1, 16, 1], "tanh", rng=0)
    optimizer = nn.Adam(model.parameters(), lr=0.05)
    history = nn.fit(model, x, x**2, optimizer=optimizer, epochs=100, progress=False)
    assert history.metric == [None] * 100
    assert history.loss[-1] < 0.01
    expected = np.mean((nn.predict(model, x) - x**2) ** 2)
    loss, metric = nn.evaluate(model, x, x**2)
    np.testing.assert_allclose(loss, expected, rtol=1e-4)
    assert metric is None


def test_own_loss_and_metric():
    def error(output, target):
        return float(np.mean(np.abs(output[:, 0] - target)))

    y = DATA.X[:, 0].copy()
    model = nn.MLP([2, 1], rng=0)
    history = nn.fit(
        model,
        DATA.X,
        y,
        loss=lambda output, target: nn.mse(output[:, 0], target),
        optimizer=nn.SGD(model.parameters(), lr=0.1),
        metric=error,
        validation=(DATA.X, y),
        epochs=40,
        progress=False,
    )
    assert history.metric_name == "error"
    assert history.val_metric[-1] == pytest.approx(error(nn.predict(model, DATA.X), y))
    assert history.val_metric[-1] < 0.05


def test_validation_share_is_held_out_and_measured_after_the_epoch():
    seen = []
    model = nn.MLP([2, 4, 2], rng=0)

    class Spy(nn.Module):
        def __init__(self):
            self.inner = model

        def forward(self, x):
            if self.training:
                seen.extend(map(tuple, x))
            return self.inner(x)

    history = nn.fit(Spy(), DATA.X, DATA.y, validation=0.25, epochs=2, progress=False)
    assert history.examples == 90
    assert len(seen) == 180
    held = [i for i, x in enumerate(DATA.X) if tuple(x) not in set(seen)]
    assert len(held) == 30
    loss, share = nn.evaluate(model, DATA.X[held], DATA.y[held])
    assert history.val_loss[-1] == pytest.approx(loss, rel=1e-5)
    assert history.val_metric[-1] == pytest.approx(share)


def test_without_shuffling_batches_come_in_order():
    seen = []

    class Spy(nn.Linear):
        def forward(self, x):
            if self.training:
                seen.append(x)
            return super().forward(x)

    run(Spy(2, 2, rng=0), shuffle=False, epochs=1, batch_size=50)
    np.testing.assert_array_equal(np.concatenate(seen), DATA.X)
    assert [len(x) for x in seen] == [50, 50, 20]


def test_modes_are_as_before_and_validation_runs_in_use_mode():
    modes = []

    class Spy(nn.Linear):
        def forward(self, x):
            modes.append((self.training, ag.Tensor([1.0]).__mul__(2).op is not None))
            return super().forward(x)

    model = nn.Sequential(Spy(2, 2, rng=0)).eval()
    run(model, epochs=1, batch_size=120, validation=0.5)
    assert modes == [(False, False), (False, False), (True, True), (False, False)]
    assert not model.training
    part = nn.Sequential(nn.Dropout(0.5).eval(), nn.Linear(2, 2))
    nn.evaluate(part, DATA.X, DATA.y)
    nn.predict(part, DATA.X)
    assert [m.training for _, m in part.named_modules()] == [True, False, True]


def test_evaluation_in_pieces_is_the_mean_over_all(rng):
    X, y = rng.normal(size=(2500, 2)), rng.integers(0, 2, 2500)
    model = nn.MLP([2, 2], dtype="float64")
    loss, share = nn.evaluate(model, X, y)
    assert loss == pytest.approx(nn.cross_entropy(model(X), y).item(), rel=1e-12)
    assert share == pytest.approx(nn.accuracy(model(X).data, y))


def test_callbacks_see_every_epoch_and_can_stop():
    lengths = []

    def stop(model, history):
        lengths.append(len(history))
        return len(history) == 2

    _, history = run(epochs=9, callbacks=[stop])
    assert lengths == [1, 2]
    assert history.stopped == "Stopped by a callback after epoch 2."


def test_ctrl_c_returns_the_history_so_far():
    count = 0

    def interrupt(output, target):
        nonlocal count
        count += 1
        if count == 10:
            os.kill(os.getpid(), signal.SIGINT)
        return nn.cross_entropy(output, target)

    model, history = run(loss=interrupt, epochs=50, batch_size=40)
    assert 1 <= len(history) < 50
    assert history.stopped.startswith(f"Interrupted in epoch {len(history) + 1}")
    assert all(p.grad is None for p in model.parameters())
    assert history.stopped in repr(history)
    assert len(history.rows()) == len(history)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_loss_that_is_no_longer_finite_names_epoch_and_batch():
    model = nn.MLP([2, 8, 1], rng=0)
    calls = []

    def loss(output, target):
        calls.append(1)
        value = nn.mse(output[:, 0], target)
        return value * float("nan") if len(calls) == 6 else value  # the first is the try-out

    with pytest.raises(ag.GradientError, match=r"loss is nan in epoch 2, batch 2\.\n.*clip_norm="):
        nn.fit(model, DATA.X, DATA.y * 1.0, loss=loss, batch_size=40, epochs=3, progress=False)
    assert all(np.all(np.isfinite(p.data)) for p in model.parameters())


@pytest.mark.parametrize(
    ("X", "y", "error", "message"),
    [
        (np.ones((3, 2)), [0, 1], ag.ShapeError, r"X \(3, 2\) and y \(2,\)"),
        (np.ones((0, 2)), [], ag.ShapeError, r"X \(0, 2\) holds no examples"),
        (1.0, 2, ag.ShapeError, r"X \(\) and y \(\)"),
        ([[1.0, np.nan], [np.inf, 0]], [0, 1], ag.DataError, r"2 entries .* first at \(0, 1\)"),
        (np.ones((2, 2)), [0.0, np.nan], ag.DataError, r"y has 1 entries .* first at \(1,\)"),
        ([["a", "b"]], [0], ag.DataError, r"X is of <U1 \(first: np.str_\('a'\)\).*\n.*Encode"),
        (np.ones((2, 2)), ["no", "yes"], ag.DataError, r"y is of <U3.*\n.*np\.unique"),
        ([[1.0], [1.0, 2.0]], [0, 1], ag.DataError, "X is not a rectangular"),
        (np.ones((3, 2)), [0, 1, 2], ag.LabelError, r"fit: label 2 at position 2 .*\[0, 2\)"),
        (np.ones((3, 2)), [0, 1, -1], ag.LabelError, "label -1 at position 2"),
        (np.ones((3, 5)), [0, 1, 1], ag.ShapeError, "takes 2 features, got 5"),
        (np.ones((2, 2)), [0.5, 1.5], ag.ShapeError, r"mse: shapes \(1, 2\) and \(1,\) differ"),
    ],
)
def test_wrong_data_is_refused_before_anything_changes(X, y, error, message):
    model = nn.MLP([2, 2], rng=0)
    before = model.state_dict()
    with pytest.raises(error, match=message):
        nn.fit(model, X, y, progress=False)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": -1}, "epochs=-1; give a whole number, 0 or more"),
        ({"epochs": 2.5}, r"epochs=2\.5"),
        ({"batch_size": 0}, "batch_size=0; give a whole number, 1 or more"),
        ({"batch_size": True}, "batch_size=True"),
        ({"validation": 0.0}, "validation=0.0 of 120"),
        ({"validation": 1.0}, "validation=1.0"),
        ({"validation": 0.001}, "leaves none"),
        ({"validation": True}, "validation is bool"),
        ({"validation": "half"}, "validation is str"),
        ({"validation": (1, 2, 3)}, "3 parts"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ag.ArgumentError, match=message):
        run(**settings)


def test_wrong_validation_data_is_refused_before_training():
    with pytest.raises(ag.LabelError, match="label 9"):
        run(validation=(np.ones((1, 2)), [9]))
    with pytest.raises(ag.ShapeError, match="validation: X"):
        run(validation=(np.ones((1, 2)), [0, 1]))


def test_a_model_without_parameters_is_refused():
    with pytest.raises(ag.ArgumentError, match="there are no parameters"):
        run(nn.Sequential(nn.Tanh()))


# --- what is shown --------------------------------------------------------------------------------


def test_lines_where_the_output_is_no_terminal(capsys):
    run(epochs=20, validation=0.25, progress=True)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 11
    assert lines[0].startswith("epoch 1/20: loss ")
    assert lines[-1].startswith("epoch 20/20: loss ")
    for word in ("accuracy", "val_loss", "val_accuracy", "examples/s"):
        assert all(word in line for line in lines)


def test_a_bar_on_a_terminal(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    run(epochs=3, progress=True)
    text = screen.getvalue()
    assert "epoch 3/3: 100%" in text
    for word in ("loss ", "accuracy ", "examples/s"):
        assert word in text
    assert "epoch 1/3: loss" not in text


def test_nothing_is_shown_without_progress(capsys):
    run()
    assert capsys.readouterr() == ("", "")


def test_history_is_a_table_and_a_csv_file(tmp_path):
    _, history = run(epochs=12, validation=0.25)
    text = repr(history).splitlines()
    assert text[0].split() == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds"]
    assert [line.split()[0] for line in text[1:]] == ["1", "3", "5", "7", "9", "11", "12"]
    assert history.examples_per_second > 0
    path = history.to_csv(tmp_path / "run.csv")
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == history.loss
    assert [float(row["val_metric"]) for row in rows] == history.val_metric
    assert os.listdir(tmp_path) == ["run.csv"]


def test_an_empty_history_is_a_table_too():
    model, history = run(epochs=0)
    assert len(history) == 0
    assert repr(history).split()[0] == "epoch"
    assert history.examples_per_second == 0
    assert next(model.parameters()).grad is None


def test_missing_numbers_are_a_dash_and_an_empty_cell(tmp_path):
    _, history = run(epochs=1)
    assert repr(history).splitlines()[1].split()[3:5] == ["-", "-"]
    text = history.to_csv(str(tmp_path / "h.csv")).read_text()
    assert ",,," in text


def test_accuracy_of_nothing_is_no_number():
    assert np.isnan(nn.accuracy(np.zeros((0, 3)), np.zeros(0, int)))
