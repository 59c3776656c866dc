"""fit's compiled programs: the same run as without, bit for bit; and where there are none, why."""

import numpy as np
import pytest

import autograd_lite as ag
import nn

rng = np.random.default_rng(0)
X = rng.normal(size=(90, 6)).astype(np.float32)
LABELS = rng.integers(0, 3, 90)
NUMBERS = (X[:, :1] * 2 - X[:, 1:2]).astype(np.float32)

MODELS = {
    "tanh": lambda: nn.MLP([6, 8, 3], activation="tanh", rng=0),
    "relu, dropout, batch norm": lambda: nn.MLP([6, 8, 8, 3], dropout=0.3, norm="batch", rng=0),
    "gelu, layer norm": lambda: nn.MLP([6, 8, 3], activation="gelu", norm="layer", rng=0),
    "residual": lambda: nn.Sequential(
        nn.Linear(6, 6, rng=0),
        nn.Residual(nn.Linear(6, 6, rng=1), nn.SiLU()),
        nn.Linear(6, 3, rng=2),
    ),
    "softplus, float64": lambda: nn.MLP([6, 4, 3], activation="softplus", dtype="float64", rng=0),
}
SETTINGS = {
    "plain": {},
    "accumulate": {"accumulate": 3},
    "clipped": {"clip_norm": 0.05},
    "validation": {"validation": 0.2},
}


def train(make, compile, y=LABELS, data=X, epochs=5, **settings):
    model = make()
    optimizer = settings.pop("optimizer", lambda p: nn.Adam(p, lr=0.01))(model.parameters())
    history = nn.fit(
        model, data, y, epochs=epochs, batch_size=8, progress=False, optimizer=optimizer,
        compile=compile, **settings,
    )  # fmt: skip
    return model, history


def assert_same_run(make, **settings):
    (eager, before), (compiled, after) = (train(make, way, **settings) for way in (False, True))
    assert not after.eager
    assert before.loss == after.loss
    assert before.metric == after.metric
    assert before.val_loss == after.val_loss
    states = eager.state_dict(), compiled.state_dict()
    assert [
        name for name in states[0] if not np.array_equal(states[0][name], states[1][name])
    ] == []


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_a_compiled_run_is_the_eager_run_bit_for_bit(make, settings):
    assert_same_run(make, **settings)


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda p: nn.SGD(p, 0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
        lambda p: nn.AdamW(p, 0.01),
        lambda p: nn.RMSprop(p),
        lambda p: nn.Adagrad(p),
    ],
)
def test_with_every_optimiser_that_moves_a_vector(optimizer):
    assert_same_run(MODELS["tanh"], optimizer=optimizer)


@pytest.mark.parametrize(
    ("loss", "y"),
    [
        (nn.mse, NUMBERS),
        (nn.l1, NUMBERS),
        (nn.huber, NUMBERS),
        (nn.hinge, np.sign(NUMBERS)),
        (nn.binary_cross_entropy, (NUMBERS > 0).astype(np.float32)),
        (lambda z, y: nn.cross_entropy(z, y, weight=[1.0, 2.0, 0.5]), LABELS),
        (lambda z, y: nn.cross_entropy(z, y, label_smoothing=0.1), LABELS),
        (lambda z, y: nn.cross_entropy(z, y, label_smoothing=0.1, weight=[1, 2, 3]), LABELS),
        (lambda z, y: nn.nll(nn.log_softmax(z), y), LABELS),
    ],
)
def test_with_every_loss(loss, y):
    outputs = 3 if y is LABELS else 1
    assert_same_run(lambda: nn.MLP([6, 5, outputs], activation="tanh", rng=0), loss=loss, y=y)


def test_an_embedding_and_labels_are_checked_at_every_batch():
    words = rng.integers(0, 9, size=(90, 4))
    make = lambda: nn.Sequential(nn.Embedding(9, 3, rng=0), nn.Flatten(), nn.Linear(12, 3, rng=0))
    assert_same_run(make, data=words)
    model = make()
    flat = nn.Adam(model.parameters()).flat
    step = nn.compiled_step.CompiledStep(model, nn.cross_entropy)
    program = None
    for _ in range(20):
        program = program or step.program(flat, words[:8], LABELS[:8], True)
    assert program is not None
    wrong = LABELS[:8].copy()
    wrong[3] = -1
    with pytest.raises(ag.LabelError, match="label -1 at position 3"):
        program(words[:8], wrong, 1.0)
    with pytest.raises(ag.IndexingError, match="outside"):
        program(words[:8] + 5, LABELS[:8], 1.0)
    assert program(words[:8], LABELS[:8], 1.0)[0] > 0


def test_what_cannot_be_traced_is_trained_eagerly_and_the_history_says_why(capsys):
    class Branching(nn.Module):
        def __init__(self):
            self.linear = nn.Linear(6, 3, rng=0)

        def forward(self, x):
            out = self.linear(x)
            return out * 2 if float(ag.detach(out).max()) > 1e9 else out

    _, history = train(Branching, True)
    assert "float()" in history.eager
    assert "Not compiled" in repr(history)
    assert history.loss == train(Branching, False)[1].loss
    nn.fit(Branching(), X, LABELS, epochs=1, batch_size=4)
    assert "Not compiled" in capsys.readouterr().err
    _, history = train(MODELS["tanh"], True, optimizer=lambda p: nn.LBFGS(p), epochs=1)
    assert "LBFGS" in history.eager


def test_a_model_that_changes_between_epochs_is_traced_anew():
    def freeze(model, history):
        if len(history) == 2:
            model.layers[0].freeze()
        if len(history) == 3:
            model.scale = 3.0

    class Scaled(nn.Sequential):
        scale = 1.0

        def forward(self, x):
            return super().forward(x) * self.scale

    make = lambda: Scaled(nn.Linear(6, 4, rng=0), nn.Tanh(), nn.Linear(4, 3, rng=1))
    assert_same_run(make, callbacks=[freeze], epochs=6)


def test_what_the_loss_reads_may_change_between_epochs():
    class Weights:
        label_smoothing: float

    def run(compile):
        Weights.label_smoothing = 0.0

        def loss(output, y):
            return nn.cross_entropy(output, y, label_smoothing=Weights.label_smoothing)

        def smoothed(model, history):
            Weights.label_smoothing = 0.1

        return train(MODELS["tanh"], compile, loss=loss, callbacks=[smoothed])[1]

    before, after = run(False), run(True)
    assert not after.eager
    assert before.loss == after.loss


def test_callbacks_find_the_gradients_of_the_last_step():
    found = {}

    def look(compile):
        return lambda model, history: found.setdefault(
            (compile, len(history)), [p.grad.copy() for p in model.parameters()]
        )

    for compile in (False, True):
        train(MODELS["tanh"], compile, callbacks=[look(compile)], epochs=3)
    for epoch in (1, 2, 3):
        for p, q in zip(found[False, epoch], found[True, epoch], strict=True):
            assert np.array_equal(p, q)


def test_a_loss_that_is_not_finite_names_the_operation():
    def broken(z, y):  # infinite where the first label is 3
        with np.errstate(divide="ignore"):
            return nn.mse(z, np.ones(z.shape)) / (y[0] - 3.0)

    labels = np.repeat([0, 3], [82, 8])
    for compile in (False, True):
        with pytest.raises(ag.GradientError, match=r"(?s)the loss is inf.*divide"):
            train(
                MODELS["tanh"],
                compile,
                loss=broken,
                epochs=1,
                y=labels[-88:],
                data=X[-88:],
                shuffle=False,
                metric=lambda z, y: 0.0,
            )


def test_batches_of_many_shapes_do_not_fill_the_memory_with_programs():
    pieces = [(X[:n], LABELS[:n]) for n in range(2, 60)] * 10
    model = MODELS["tanh"]()
    history = nn.fit(model, pieces, epochs=1, progress=False)
    assert not history.eager
    again = MODELS["tanh"]()
    assert nn.fit(again, pieces, epochs=1, progress=False, compile=False).loss == history.loss
