"""What `MLPClassifier` and `MLPRegressor` share: their parameters, checks and training."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, is_classifier
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from autograd_lite import no_grad
from autograd_lite.errors import ArgumentError, AutogradError, DataError
from autograd_lite.graph import numbers

from .compiled_step import CompiledStep
from .estimator_parameters import NAMES, check_parameters
from .estimator_start import initialise
from .lbfgs import LBFGS
from .optim import SGD, Adam
from .optimizer import Optimizer
from .stacks import MLP

Array = np.ndarray[Any, Any]
LEAST_RATE = 1e-6  # below which an adaptive rate ends the training
PIECE = 4096  # examples that are predicted together


class MLPEstimator(BaseEstimator):  # type: ignore[misc]
    """A scikit-learn estimator with an `nn.MLP` inside; a class of it says what is learned."""

    model_: MLP

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        alpha: float = 1e-4,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 1e-3,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: int = 10,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change

    # --- the protocol -------------------------------------------------------------------------

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Learn from X (n, d) and y; returns the estimator.

        sample_weight: (n,) how much each example counts, 0 or more.
        Raises ArgumentError (a ValueError) for parameters out of range or data that does not fit,
        DataError (a TypeError) for sparse X.
        """
        check_parameters(self)
        X, y, weight = self._given(X, y, sample_weight, reset=True)
        y = self._encoded(y, reset=not (self.warm_start and hasattr(self, "model_")))
        if not (self.warm_start and hasattr(self, "model_")):
            self._begin(X, y)
        self._learn(X, y, weight, self.max_iter)
        return self

    def _partial(self, X: Any, y: Any, sample_weight: Any, first: bool) -> Any:
        if self.solver == "lbfgs":
            raise ArgumentError(
                f"{type(self).__name__}: solver='lbfgs' needs all examples at once, so there is no "
                "partial_fit.\n  Use 'adam' or 'sgd'."
            )
        check_parameters(self)
        X, y, weight = self._given(X, y, sample_weight, reset=first)
        y = self._encoded(y, reset=False)
        if first:
            self._begin(X, y)
        self._order = np.arange(len(X))
        self._epoch(X, y, weight)
        return self

    def _given(self, X: Any, y: Any, sample_weight: Any, reset: bool) -> tuple[Any, Any, Any]:
        """The data, checked by scikit-learn, with its errors as ours."""
        try:
            X, y = validate_data(
                self,
                X,
                y,
                dtype=(np.float64, np.float32),
                multi_output=True,
                y_numeric=not is_classifier(self),
                reset=reset,
            )
            y = self._targets(y)
            if sample_weight is not None:
                sample_weight = _check_sample_weight(
                    sample_weight, X, dtype=X.dtype, ensure_non_negative=True
                )
        except AutogradError:
            raise
        except TypeError as error:
            raise DataError(f"{type(self).__name__}: {error}") from None
        except ValueError as error:
            raise ArgumentError(f"{type(self).__name__}: {error}") from None
        sample_weight = self._weighed(y, sample_weight)
        if sample_weight is not None and not np.sum(sample_weight) > 0:
            raise ArgumentError(f"{type(self).__name__}: every example has weight 0.")
        return X, y, sample_weight

    def _targets(self, y: Array) -> Array:
        raise NotImplementedError  # pragma: no cover

    def _encoded(self, y: Array, reset: bool) -> Array:
        raise NotImplementedError  # pragma: no cover

    def _weighed(self, y: Array, weight: Any) -> Any:
        return weight

    def _outputs(self, y: Array) -> int:
        raise NotImplementedError  # pragma: no cover

    @staticmethod
    def _mean_loss(output: Any, y: Array) -> Any:
        raise NotImplementedError  # pragma: no cover

    def _losses(self, output: Any, y: Array) -> Any:
        raise NotImplementedError  # pragma: no cover

    def _score(self, X: Array, y: Array) -> float:
        raise NotImplementedError  # pragma: no cover

    # --- training -----------------------------------------------------------------------------

    def _begin(self, X: Array, y: Array) -> None:
        """A new model, optimiser and record."""
        self._random = check_random_state(self.random_state)
        hidden = np.atleast_1d(np.asarray(self.hidden_layer_sizes, dtype=int)).tolist()
        self.n_outputs_ = self._outputs(y)
        activation = NAMES.get(self.activation, self.activation)
        sizes = [X.shape[1], *hidden, self.n_outputs_]
        self.model_ = MLP(sizes, activation, init="zeros", dtype=X.dtype)
        self._weights = [p for p in self.model_.parameters() if len(p.shape) > 1]
        initialise(self.model_, sizes, self.activation, self._random)
        self.n_layers_ = len(sizes)
        self.n_iter_, self.t_ = 0, 0
        self.loss_curve_: list[float] = []
        self.best_loss_: float | None = math.inf
        self.validation_scores_: list[float] | None = [] if self.early_stopping else None
        self.best_validation_score_: float | None = -math.inf if self.early_stopping else None
        self._no_change = 0
        self._optimizer = self._made_optimizer()

    def _made_optimizer(self) -> Optimizer:
        parameters = list(self.model_.parameters())
        rate = float(self.learning_rate_init)
        if self.solver == "lbfgs":
            most = max(int(self.max_iter), 1)
            return LBFGS(
                parameters,
                max_iter=most,
                tolerance_grad=float(self.tol) / 10,
                line_search="strong_wolfe",
            )
        spared = list(self.model_.biases())
        if self.solver == "sgd":
            momentum = float(self.momentum)
            nesterov = bool(self.nesterovs_momentum) and momentum > 0
            return SGD(parameters, rate, momentum, nesterov, no_decay=spared)
        betas = (float(self.beta_1), float(self.beta_2))
        return Adam(parameters, rate, betas, float(self.epsilon), no_decay=spared)

    def _learn(self, X: Array, y: Array, weight: Any, epochs: int) -> None:
        held = None
        if self.early_stopping and self.solver != "lbfgs":
            X, y, weight, held = self._split(X, y, weight)
        if self.solver == "lbfgs":
            self._full_batch(X, y, weight)
            return
        best = self.model_.state_dict() if held else None
        self._no_change = 0
        self._order = np.arange(len(X))
        for _ in range(epochs):
            loss = self._epoch(X, y, weight)
            improved = self._look(loss, held)
            if held and improved:
                best = self.model_.state_dict()
            if self.verbose:
                print(f"epoch {self.n_iter_}: loss {loss:.6f}")
            if self._no_change > self.n_iter_no_change:
                if self.solver != "sgd" or self.learning_rate != "adaptive":
                    break
                if self._optimizer.lr <= LEAST_RATE:
                    break
                self._optimizer.lr /= 5
                self._no_change = 0
        if best is not None:
            self.model_.load_state_dict(best)

    def _split(self, X: Array, y: Array, weight: Any) -> tuple[Any, ...]:
        stratify = y if is_classifier(self) else None
        rows = np.arange(len(X))
        try:
            kept, out = train_test_split(
                rows,
                test_size=self.validation_fraction,
                random_state=self._random,
                stratify=stratify,
            )
        except ValueError as error:
            raise ArgumentError(f"{type(self).__name__}: early_stopping: {error}") from None
        return X[kept], y[kept], None if weight is None else weight[kept], (X[out], y[out])

    def _look(self, loss: float, held: Any) -> bool:
        """Whether the epoch was better than all before, by the loss or the validation score."""
        if held:
            score = self._score(*held)
            assert self.validation_scores_ is not None
            assert self.best_validation_score_ is not None
            self.validation_scores_.append(score)
            enough = score >= self.best_validation_score_ + self.tol
            better = score > self.best_validation_score_
            self.best_validation_score_ = max(score, self.best_validation_score_)
        else:
            assert self.best_loss_ is not None
            enough = loss <= self.best_loss_ - self.tol
            better = loss < self.best_loss_
            self.best_loss_ = min(loss, self.best_loss_)
        self._no_change = 0 if enough else self._no_change + 1
        return better

    def _epoch(self, X: Array, y: Array, weight: Any) -> float:
        """One pass over the examples; gives the mean loss, with the penalty."""
        n = len(X)
        size = min(200, n) if self.batch_size == "auto" else min(int(self.batch_size), n)
        if self.shuffle:  # the last order, not the first, is shuffled: as scikit-learn does
            drawn = np.arange(n)
            self._random.shuffle(drawn)
            self._order = self._order[drawn]
        order = self._order
        total, counted = 0.0, 0.0
        model, optimizer = self.model_, self._optimizer
        flat, compiled = optimizer.flat, self._compiled_step()
        for start in range(0, n, size):
            batch = order[start : start + size]
            w = None if weight is None else weight[batch]
            count = float(len(batch) if w is None else np.sum(w))
            if not count:
                continue
            part, target = X.take(batch, 0), y.take(batch, 0)
            program = compiled.program(flat, part, target, True) if flat and w is None else None
            if program is not None:
                found, _ = program(part, target, 1.0)
            else:
                optimizer.zero_grad()
                loss = self._loss(model(part), target, w, count)
                found = float(loss.item())
            if not math.isfinite(found):
                raise ArgumentError(
                    f"{type(self).__name__}: the loss is {found} in epoch {self.n_iter_ + 1}.\n"
                    "  Scale the features (StandardScaler), or lower learning_rate_init."
                )
            optimizer.weight_decay = float(self.alpha) / count
            total += (found + self._penalty(count)) * count
            if program is not None:
                optimizer.step_flat()
            else:
                loss.backward()
                optimizer.step()
            counted += count
        self.t_ += n
        if self.solver == "sgd" and self.learning_rate == "invscaling":
            optimizer.lr = self.learning_rate_init / (self.t_ + 1) ** self.power_t
        self.n_iter_ += 1
        self.loss_ = total / counted
        self.loss_curve_.append(self.loss_)
        return self.loss_

    def _compiled_step(self) -> CompiledStep:
        """What computes a batch by a program; a copy or a pickle of the estimator makes its own."""
        made: CompiledStep | None = getattr(self, "_compiled", None)
        if made is None or made.model is not self.model_:
            made = self._compiled = CompiledStep(self.model_, self._mean_loss)
        made.look_again()
        return made

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_compiled"}

    def _loss(self, output: Any, y: Array, weight: Any, count: float) -> Any:
        if weight is None:
            return self._mean_loss(output, y)
        return np.sum(self._losses(output, y) * weight) / count

    def _penalty(self, count: float) -> float:
        """alpha |W|^2 / (2 n): what weight decay is the gradient of."""
        if not self.alpha:
            return 0.0
        squares = sum([float(np.vdot(W, W)) for W in map(numbers, self._weights)])
        return 0.5 * float(self.alpha) * squares / count

    def _full_batch(self, X: Array, y: Array, weight: Any) -> None:
        count = float(len(X) if weight is None else np.sum(weight))
        optimizer = self._optimizer
        rounds = 0

        def closure() -> Any:
            nonlocal rounds
            rounds += 1
            optimizer.zero_grad()
            loss = self._loss(self.model_(X), y, weight, count)
            for w in self._weights:
                loss = loss + np.sum(w * w) * (0.5 * float(self.alpha) / count)
            loss.backward()
            self.loss_ = float(loss.item())
            return loss

        try:
            optimizer.step(closure)
        except AutogradError as error:
            raise ArgumentError(f"{type(self).__name__}: {error}") from None
        self.n_iter_ += rounds
        self.best_loss_ = self.loss_
        self.loss_curve_.append(self.loss_)

    # --- use ----------------------------------------------------------------------------------

    def _output(self, X: Any) -> Array:
        """The model's output for checked X, in pieces."""
        check_is_fitted(self, "model_")
        try:
            X = validate_data(self, X, dtype=(np.float64, np.float32), reset=False)
        except TypeError as error:
            raise DataError(f"{type(self).__name__}: {error}") from None
        except ValueError as error:
            raise ArgumentError(f"{type(self).__name__}: {error}") from None
        return self._forward(X)

    def _forward(self, X: Array) -> Array:
        with no_grad():
            pieces = [self.model_(X[i : i + PIECE]).data for i in range(0, len(X), PIECE)]
        return np.concatenate(pieces)

    @property
    def coefs_(self) -> list[Array]:
        """The weights of every layer, (features in, features out)."""
        return [p.data for p in self.model_.parameters() if len(p.shape) > 1]

    @property
    def intercepts_(self) -> list[Array]:
        """The biases of every layer."""
        return [p.data for p in self.model_.parameters() if len(p.shape) == 1]

    @property
    def out_activation_(self) -> str:
        """What turns the last layer's output into a prediction."""
        return "softmax" if is_classifier(self) else "identity"
