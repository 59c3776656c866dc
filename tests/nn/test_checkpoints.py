"""Checkpoints: stopped or killed anywhere, a run goes on to the same numbers, bit for bit."""

import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import autograd_lite as ag
import nn

pytest.importorskip("safetensors", reason="safetensors is not installed")
DATA = nn.datasets.moons(90, noise=0.2, rng=0)
OPTIMIZERS = {
    "sgd": lambda p: nn.SGD(p, lr=0.1),
    "momentum": lambda p: nn.SGD(p, lr=0.1, momentum=0.9),
    "adam": lambda p: nn.Adam(p, lr=0.01),
    "rmsprop": lambda p: nn.RMSprop(p, lr=0.01),
    "adagrad": lambda p: nn.Adagrad(p, lr=0.1),
    "lbfgs": lambda p: nn.LBFGS(p, lr=0.1, max_iter=3),
}


class Killed(Exception):
    """Stands for what ends a process."""


def build(optimizer="adam", scalar=False):
    model = nn.Sequential(
        nn.Linear(2, 6, rng=0, scalar=scalar),
        nn.BatchNorm1d(6, scalar=scalar),
        nn.Tanh(),
        nn.Dropout(0.2),
        nn.Linear(6, 2, rng=1, scalar=scalar),
    )
    optimizer = OPTIMIZERS[optimizer](model.parameters())
    schedule = nn.CosineLR(optimizer, 60, every="batch")
    return model, optimizer, schedule


def train(path, kill_at=None, resume=False, optimizer="adam", every=1, scalar=False, **settings):
    """A run that raises Killed at step `kill_at`; gives everything that has to be the same."""
    model, optimizer, schedule = build(optimizer, scalar)
    steps = [0]

    def accuracy(output, target):  # looked at once a step, by a compiled program too
        if model.training:
            steps[0] += 1
            if steps[0] == kill_at:
                raise Killed
        return nn.accuracy(output, target)

    settings = {"epochs": 4, "validation": 0.2, "early_stopping": 3} | settings
    history = nn.fit(
        model,
        DATA.X,
        DATA.y,
        metric=accuracy,
        optimizer=optimizer,
        schedule=schedule,
        batch_size=13,
        progress=False,
        checkpoint=path,
        checkpoint_every=every,
        resume=resume,
        **settings,
    )
    numbers = [history.loss, history.metric, history.val_loss, history.val_metric, optimizer.lr]
    return model.state_dict(), numbers


def same(first, second):
    assert first[1] == second[1]
    assert list(first[0]) == list(second[0])
    for name, array in first[0].items():
        np.testing.assert_array_equal(second[0][name], array)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_run_that_is_stopped_and_resumed_is_the_run_never_stopped(tmp_path, optimizer):
    whole = train(tmp_path / "whole", optimizer=optimizer)
    path = tmp_path / "part"
    for kill_at in (9, 8):  # in the second epoch, and once more after going on
        with pytest.raises(Killed):
            train(path, kill_at, resume=True, optimizer=optimizer)
    same(train(path, resume=True, optimizer=optimizer), whole)


@pytest.mark.parametrize("every", [None, 1, 4])
def test_it_goes_on_from_every_step_whatever_the_spacing(tmp_path, every):
    whole = train(tmp_path / "whole", every=every, epochs=3)
    for kill_at in (1, 2, 6, 7, 13, 17):
        path = tmp_path / f"part {kill_at}"
        with pytest.raises(Killed):
            train(path, kill_at, every=every, epochs=3)
        same(train(path, resume=True, every=every, epochs=3), whole)


def test_a_model_of_single_values_goes_on_too(tmp_path):
    settings = {"scalar": True, "epochs": 2, "optimizer": "momentum"}
    whole = train(tmp_path / "whole", **settings)
    with pytest.raises(Killed):
        train(tmp_path / "part", 9, **settings)
    same(train(tmp_path / "part", resume=True, **settings), whole)


def test_a_finished_run_is_not_trained_again_and_can_be_made_longer(tmp_path):
    path = tmp_path / "run"
    longer = train(tmp_path / "longer", epochs=6, early_stopping=None)
    first = train(path, epochs=4, early_stopping=None)
    same(train(path, epochs=4, early_stopping=None, resume=True), first)
    same(train(path, epochs=6, early_stopping=None, resume=True), longer)


def test_without_resume_it_begins_anew(tmp_path):
    path = tmp_path / "run"
    first = train(path)
    same(train(path), first)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"seed": 5}, "seed was 0 and is 5"),
        ({"accumulate": 2}, "accumulate was 1 and is 2"),
        ({"validation": 0.3}, "examples was 72 and is 63"),
        ({"optimizer": "sgd"}, "the state is of Adam, not of SGD"),
        ({"scalar": True}, "shape|parameters"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused_and_kept(tmp_path, settings, message):
    path = tmp_path / "run"
    train(path)
    before = path.read_bytes()
    with pytest.raises(ag.AutogradError, match=message):
        train(path, resume=True, **settings)
    assert path.read_bytes() == before


def test_a_damaged_checkpoint_and_a_model_file_are_refused(tmp_path):
    path = tmp_path / "run"
    train(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ag.FileError, match="damaged"):
        train(path, resume=True)
    nn.save(build()[0], path)
    with pytest.raises(ag.FileError, match="no checkpoint of this run"):
        train(path, resume=True)


SCRIPT = """
import sys, time
import numpy as np, nn
path, out = sys.argv[1:]
data = nn.datasets.moons(90, noise=0.2, rng=0)
model = nn.Sequential(nn.Linear(2, 6, rng=0), nn.Tanh(), nn.Dropout(0.2), nn.Linear(6, 2, rng=1))
print("ready", flush=True)
history = nn.fit(model, data.X, data.y, optimizer=nn.Adam(model.parameters(), lr=0.01), epochs=20,
                 batch_size=10, progress=False, checkpoint=path, checkpoint_every=1, resume=True)
np.savez(out, loss=history.loss, **model.state_dict())
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
def test_killed_again_and_again_it_ends_as_if_never_killed(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)

    def run(name, seconds=None):
        """Train; kill it so long after it was ready. Gives the exit code."""
        command = [sys.executable, str(script), str(tmp_path / name), str(tmp_path / f"{name}.npz")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            if seconds is not None:
                time.sleep(seconds)
                process.kill()
            return process.wait(120)

    rng, kills = random.Random(3), 0
    while kills < 6:
        code = run("part", rng.uniform(0.01, 0.12))
        assert code in (0, -signal.SIGKILL)
        kills += code != 0
        if (tmp_path / "part").exists():  # the last one is whole
            nn.array_file.read(tmp_path / "part", nn.checkpoints.KIND)
        if code == 0:
            break
    assert kills >= 3
    assert run("part") == run("whole") == 0
    whole, part = np.load(tmp_path / "whole.npz"), np.load(tmp_path / "part.npz")
    for name in whole:
        np.testing.assert_array_equal(part[name], whole[name])
    assert whole["loss"].shape == (20,)
