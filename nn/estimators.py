"""`MLPClassifier` and `MLPRegressor`: the MLP as scikit-learn estimators.

They have the parameters of scikit-learn's own MLP and keep its protocol, so that they work in
pipelines, searches and cross-validation; `model_` is the `nn.MLP` inside, to look into. They begin
from the same weights and take the batches in the same order as scikit-learn's with the same
`random_state`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import column_or_1d

from autograd_lite.errors import ArgumentError

from . import losses
from .estimator_base import Array, MLPEstimator
from .functional import log_softmax, softmax


class MLPClassifier(ClassifierMixin, MLPEstimator):  # type: ignore[misc]
    """A multi-layer perceptron that classifies, as a scikit-learn estimator.

    It minimises the cross-entropy of the softmax of the last layer, and alpha |W|^2 / (2 n).

    The parameters are those of `sklearn.neural_network.MLPClassifier`, with the same defaults.
    activation: any of nn's; "logistic" is the sigmoid.  class_weight: a dict from class to weight,
    or "balanced".
    After `fit`: classes_, model_ (the `nn.MLP`), coefs_, intercepts_, loss_, loss_curve_, n_iter_.
    Raises ArgumentError (a ValueError) and DataError (a TypeError), both `ag.AutogradError`s.

    >>> from nn import datasets
    >>> iris = datasets.iris()
    >>> model = MLPClassifier((16,), max_iter=300, learning_rate_init=0.01, random_state=0)
    >>> bool(model.fit(iris.X, iris.y).score(iris.X, iris.y) > 0.95)
    True
    """

    classes_: Array

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
        class_weight: Any = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes=hidden_layer_sizes,
            activation=activation,
            solver=solver,
            alpha=alpha,
            batch_size=batch_size,
            learning_rate=learning_rate,
            learning_rate_init=learning_rate_init,
            power_t=power_t,
            max_iter=max_iter,
            shuffle=shuffle,
            random_state=random_state,
            tol=tol,
            verbose=verbose,
            warm_start=warm_start,
            momentum=momentum,
            nesterovs_momentum=nesterovs_momentum,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            n_iter_no_change=n_iter_no_change,
        )
        self.class_weight = class_weight

    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> MLPClassifier:
        """Learn from one pass over X and y, going on from what was learned before.

        classes: all classes that will come; needed at the first call.
        """
        first = not hasattr(self, "classes_")
        if first and classes is None:
            raise ArgumentError(
                "MLPClassifier: the first partial_fit needs classes=, all that will come."
            )
        if classes is not None:
            given = unique_labels(classes)
            if not first and not np.array_equal(given, self.classes_):
                raise ArgumentError(
                    f"MLPClassifier: classes={given} differ from those of the first call, "
                    f"{self.classes_}."
                )
            self.classes_ = given
        made: MLPClassifier = self._partial(X, y, sample_weight, first)
        return made

    def predict(self, X: Any) -> Array:
        """The most probable class of every example: (n,)."""
        output = self._output(X)
        found: Array = self.classes_[np.argmax(output, axis=1)]
        return found

    def predict_proba(self, X: Any) -> Array:
        """The probability of every class: (n, classes), in the order of `classes_`."""
        return np.asarray(softmax(self._output(X)))

    def predict_log_proba(self, X: Any) -> Array:
        """The logarithm of `predict_proba`, without the logarithm of 0."""
        return np.asarray(log_softmax(self._output(X)))

    def _targets(self, y: Array) -> Array:
        check_classification_targets(y)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if y.ndim != 1:
            raise ArgumentError(
                f"MLPClassifier: y {y.shape} has several labels an example; it takes one.\n"
                "  For several, use sklearn.multioutput.MultiOutputClassifier."
            )
        return y

    def _encoded(self, y: Array, reset: bool) -> Array:
        if reset:
            self.classes_ = np.unique(y)
        unknown = np.setdiff1d(y, self.classes_)
        if unknown.size:
            raise ArgumentError(
                f"MLPClassifier: y has classes {unknown[:5]} that are not among {self.classes_}."
            )
        if len(self.classes_) < 2:
            raise ArgumentError(
                f"MLPClassifier: y has only one class, {self.classes_[0]!r}; it takes two or more."
            )
        return np.searchsorted(self.classes_, y)

    def _weighed(self, y: Array, weight: Any) -> Any:
        if self.class_weight is None:
            return weight
        try:
            share = compute_sample_weight(self.class_weight, y)
        except (ValueError, TypeError) as error:
            raise ArgumentError(f"MLPClassifier: class_weight: {error}") from None
        return share if weight is None else weight * share

    def _outputs(self, y: Array) -> int:
        return len(self.classes_)

    @staticmethod
    def _mean_loss(output: Any, y: Array) -> Any:
        return losses.cross_entropy(output, y)

    def _losses(self, output: Any, y: Array) -> Any:
        return losses.cross_entropy(output, y, reduction="none")

    def _score(self, X: Array, y: Array) -> float:
        return float(accuracy_score(y, np.argmax(self._forward(X), axis=1)))


class MLPRegressor(RegressorMixin, MLPEstimator):  # type: ignore[misc]
    """A multi-layer perceptron that predicts numbers, as a scikit-learn estimator.

    It minimises half the squared error, summed over outputs and averaged over examples, and
    alpha |W|^2 / (2 n).

    The parameters are those of `sklearn.neural_network.MLPRegressor`, with the same defaults.
    activation: any of nn's; "logistic" is the sigmoid.  y: (n,) or (n, outputs).
    After `fit`: model_ (the `nn.MLP`), coefs_, intercepts_, loss_, loss_curve_, n_iter_.
    Raises ArgumentError (a ValueError) and DataError (a TypeError), both `ag.AutogradError`s.

    >>> X = np.linspace(-2, 2, 100).reshape(-1, 1)
    >>> model = MLPRegressor((20,), "tanh", solver="lbfgs", max_iter=500, random_state=0)
    >>> bool(model.fit(X, np.sin(2 * X[:, 0])).score(X, np.sin(2 * X[:, 0])) > 0.99)
    True
    """

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPRegressor:
        """Learn from one pass over X and y, going on from what was learned before."""
        made: MLPRegressor = self._partial(X, y, sample_weight, not hasattr(self, "model_"))
        return made

    def predict(self, X: Any) -> Array:
        """The predicted numbers: (n,), or (n, outputs) if y was."""
        output = self._output(X)
        return output[:, 0] if self._flat else output

    def _targets(self, y: Array) -> Array:
        return column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 else y

    def _encoded(self, y: Array, reset: bool) -> Array:
        if reset or not hasattr(self, "_flat"):
            self._flat = y.ndim == 1
        rows = y.reshape(len(y), -1)
        expected = getattr(self, "n_outputs_", rows.shape[1])
        if not reset and rows.shape[1] != expected:
            raise ArgumentError(
                f"MLPRegressor: y {y.shape} has {rows.shape[1]} outputs, the model {expected}."
            )
        return rows

    def _outputs(self, y: Array) -> int:
        return int(y.shape[1])

    @staticmethod
    def _mean_loss(output: Any, y: Array) -> Any:
        return losses.mse(output, y) * (0.5 * y.shape[1])

    def _losses(self, output: Any, y: Array) -> Any:
        return np.sum(losses.mse(output, y, reduction="none"), axis=1) * 0.5

    def _score(self, X: Array, y: Array) -> float:
        return float(r2_score(y, self._forward(X)))
