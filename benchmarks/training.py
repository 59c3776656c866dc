"""Whole trainings: nn.fit beside the bare step, a plain PyTorch loop, and scikit-learn's MLP.

All train the same network on the same data at the same batch size, for the same number of epochs,
with Adam. Weights and orders of the examples are each library's own, so times are compared, and
accuracies on examples that were held out stand beside them.
"""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .mlp_step_case import Case as StepCase
from .mlp_step_case import Update
from .registry import OURS, Row, Run, Size, Workload

Array = np.ndarray[Any, Any]
LR = 1e-3


@dataclass(frozen=True)
class Case:
    X: Array
    y: Array
    X_test: Array
    y_test: Array
    hidden: tuple[int, ...]
    epochs: int
    batch: int
    threads: int

    @property
    def sizes(self) -> list[int]:
        return [self.X.shape[1], *self.hidden, int(self.y.max()) + 1]

    def accuracy(self, predicted: Array) -> Mapping[str, float]:
        return {"accuracy": float(np.mean(predicted == self.y_test))}

    def batches(self, rng: np.random.Generator) -> Iterator[Array]:
        """The rows of each batch of an epoch."""
        order = rng.permutation(len(self.X))
        for i in range(0, len(order), self.batch):
            yield order[i : i + self.batch]


def threads() -> int:
    return int(os.environ.get("BENCHMARK_THREADS", "1"))


def digits(size: Size, share: float, check: bool) -> Case:
    """The 1,797 handwritten digits that ship with nn, a third of them held out."""
    from nn import datasets

    data = datasets.digits()
    epochs = {"full": 20, "quick": 3, "tiny": 1}[size]
    n = 64 if size == "tiny" else 1198
    order = np.random.default_rng(0).permutation(len(data.X))
    X, y = np.asarray(data.X, np.float32)[order], np.asarray(data.y)[order]
    return Case(X[:n], y[:n], X[1198:], y[1198:], (32,), epochs, 32, threads())


def like_mnist(size: Size, share: float, check: bool) -> Case:
    """Data of MNIST's shape: ten clusters in 784 dimensions, so close that some are mistaken."""
    rng = np.random.default_rng(0)
    n, held, epochs = {"full": (20_000, 2_000, 3), "quick": (2_560, 500, 1), "tiny": (128, 64, 1)}[
        size
    ]
    centres = rng.normal(0, 0.11, (10, 784))
    y = rng.integers(0, 10, n + held)
    X = (centres[y] + rng.normal(size=(n + held, 784))).astype(np.float32)
    hidden = (16,) if size == "tiny" else (512, 256)
    return Case(X[:n], y[:n], X[n:], y[n:], hidden, epochs, 128, threads())


SEEDS = itertools.count()


def ours_fit(case: Case, **options: Any) -> Run:
    import nn

    def call() -> Any:
        seed = next(SEEDS)
        model = nn.MLP(case.sizes, rng=seed, dtype=np.float32)
        nn.fit(
            model,
            case.X,
            case.y,
            optimizer=nn.Adam(model.parameters(), lr=LR),
            epochs=case.epochs,
            batch_size=case.batch,
            seed=seed,
            progress=False,
            **options,
        )
        return model

    return Run(call, facts=lambda model: case.accuracy(nn.predict(model, case.X_test).argmax(1)))


def begun(case: Case) -> tuple[np.random.Generator, Any, Any]:
    """A generator, a new model and its optimiser."""
    import nn

    rng = np.random.default_rng(next(SEEDS))
    model = nn.MLP(case.sizes, rng=rng, dtype=np.float32)
    return rng, model, nn.Adam(model.parameters(), lr=LR)


def ours_loop(case: Case) -> Run:
    """The bare step of nn, eager: no history, no metric, no checks, no Ctrl-C."""
    import nn

    def call() -> Any:
        rng, model, optimizer = begun(case)
        for _ in range(case.epochs):
            for rows in case.batches(rng):
                optimizer.zero_grad()
                loss = nn.cross_entropy(model(case.X[rows]), case.y[rows])
                loss.backward()
                optimizer.step()
        return model

    return Run(call, facts=lambda model: case.accuracy(nn.predict(model, case.X_test).argmax(1)))


def ours_compiled_loop(case: Case) -> Run:
    """The bare step, compiled by hand: loss and gradients as one program, and Adam in NumPy."""
    import autograd_lite as ag
    import nn

    def loss(X: Any, labels: Any, *parameters: Any) -> Any:
        h = X
        for W, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            h = ag.relu(h @ W + b)
        return nn.cross_entropy(h @ parameters[-2] + parameters[-1], labels)

    count = 2 * (len(case.hidden) + 1)
    program = ag.compile(
        loss,
        argnums=tuple(range(2, 2 + count)),
        donate=True,
    )

    def call() -> Any:
        rng = np.random.default_rng(next(SEEDS))
        model = nn.MLP(case.sizes, rng=rng, dtype=np.float32)
        names = list(model.state_dict())
        parameters = [p.copy() for p in model.state_dict().values()]
        step = StepCase(case.X, case.y, tuple(parameters), "relu", "Adam", LR, 1e-8, case.threads)
        update = Update(step, parameters)
        for _ in range(case.epochs):
            for rows in case.batches(rng):
                _, gradients = program(case.X[rows], case.y[rows], *parameters)
                update.step(gradients)
        model.load_state_dict(dict(zip(names, parameters, strict=True)))
        return model

    return Run(call, facts=lambda model: case.accuracy(nn.predict(model, case.X_test).argmax(1)))


def ours_program_loop(case: Case) -> Run:
    """The bare step as nn.fit runs it: a program for each shape of batch, and nn's optimiser."""
    import nn
    from nn.compiled_step import BatchProgram

    def call() -> Any:
        rng, model, optimizer = begun(case)
        programs: dict[int, BatchProgram] = {}
        for _ in range(case.epochs):
            for rows in case.batches(rng):
                X, y, flat = case.X[rows], case.y[rows], optimizer.flat
                assert flat is not None
                if len(rows) not in programs:
                    programs[len(rows)] = BatchProgram(model, nn.cross_entropy, flat, X, y, True)
                programs[len(rows)](X, y, 1)
                optimizer.step_flat(None, flat)
        return model

    return Run(call, facts=lambda model: case.accuracy(nn.predict(model, case.X_test).argmax(1)))


def torch_loop(case: Case, **options: Any) -> Run:
    import torch

    torch.set_num_threads(case.threads)
    X, y, X_test = torch.tensor(case.X), torch.tensor(case.y), torch.tensor(case.X_test)

    def call() -> Any:
        torch.manual_seed(next(SEEDS))
        layers: list[Any] = []
        for d, p in itertools.pairwise(case.sizes):
            layers += [torch.nn.Linear(d, p), torch.nn.ReLU()]
        model = torch.nn.Sequential(*layers[:-1])
        optimizer = torch.optim.Adam(model.parameters(), lr=LR, **options)
        for _ in range(case.epochs):
            for rows in torch.randperm(len(X)).split(case.batch):
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(model(X[rows]), y[rows]).backward()
                optimizer.step()
        return model

    def facts(model: Any) -> Mapping[str, float]:
        with torch.no_grad():
            return case.accuracy(model(X_test).argmax(1).numpy())

    return Run(call, facts=facts)


def sklearn_fit(case: Case) -> Run:
    from sklearn.neural_network import MLPClassifier

    def call() -> Any:
        model = MLPClassifier(
            case.hidden,
            alpha=0.0,
            batch_size=case.batch,
            learning_rate_init=LR,
            max_iter=case.epochs,
            tol=0.0,
            n_iter_no_change=case.epochs + 1,
            random_state=next(SEEDS),
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has not converged
            return model.fit(case.X, case.y)

    return Run(call, facts=lambda model: case.accuracy(model.predict(case.X_test)))


ROWS = [
    Row("PyTorch", "plain loop", torch_loop),
    Row(OURS, "nn.fit", ours_fit),
    Row(OURS, "nn.fit, compile=False", lambda c: ours_fit(c, compile=False)),
    Row(OURS, "bare step, eager", ours_loop),
    Row(OURS, "bare step, compiled", ours_compiled_loop),
    Row(OURS, "bare step, compiled, nn's optimiser", ours_program_loop),
    Row("PyTorch", "plain loop, fused optimiser", lambda c: torch_loop(c, fused=True)),
    Row("scikit-learn", "MLPClassifier", sklearn_fit),
]
CLAIMS = [
    (f"{OURS}, nn.fit, compile=False", f"{OURS}, bare step, eager"),
    (f"{OURS}, nn.fit", f"{OURS}, bare step, compiled"),
    (f"{OURS}, nn.fit", f"{OURS}, bare step, compiled, nn's optimiser"),
    (f"{OURS}, nn.fit", "scikit-learn, MLPClassifier"),
    (f"{OURS}, nn.fit", "PyTorch, plain loop, fused optimiser"),
]


def workload(name: str, title: str, case: Callable[[Size, float, bool], Case]) -> Workload:
    return Workload(
        name=name,
        title=title,
        case=case,
        rows=ROWS,
        baseline="PyTorch, plain loop",
        claims=CLAIMS,
        threads=(1,) if name == "fit-digits" else (1, 2),
        notes=["PyTorch's loop and the bare steps compute no accuracy and keep no history."],
    )


WORKLOADS = [
    workload("fit-digits", "Training 64-32-10 on the digits, 20 epochs, batch 32, Adam", digits),
    workload(
        "fit-mnist",
        "Training 784-512-256-10 on 20,000 examples of MNIST's shape, 3 epochs, batch 128, Adam",
        like_mnist,
    ),
]
