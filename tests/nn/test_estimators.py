"""MLPClassifier and MLPRegressor: scikit-learn's own checks, and its own MLP as the oracle."""

import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse
import sklearn.neural_network
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import autograd_lite as ag
import nn

PAIRS = [
    (nn.MLPClassifier, sklearn.neural_network.MLPClassifier),
    (nn.MLPRegressor, sklearn.neural_network.MLPRegressor),
]


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([nn.MLPClassifier(max_iter=40), nn.MLPRegressor(max_iter=40)])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_the_parameters_are_scikit_learns_with_its_defaults(ours, theirs):
    expected = theirs().get_params()
    found = ours().get_params()
    missing = {"max_fun"}  # of its L-BFGS
    for name, value in expected.items():
        if name in missing or name == "loss":
            continue
        assert found[name] == value, name
    assert set(found) - set(expected) <= {"class_weight"}


def data(kind, rng):
    X = rng.normal(size=(50, 4))
    if kind is nn.MLPClassifier:
        return X, rng.integers(0, 3, size=50)
    return X, rng.normal(size=(50, 2))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "identity"])
@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_an_epoch_from_the_same_weights_is_scikit_learns(ours, theirs, activation, weighted, rng):
    X, y = data(ours, rng)
    settings = {
        "hidden_layer_sizes": (6, 5),
        "activation": activation,
        "solver": "sgd",
        "momentum": 0.0,
        "alpha": 0.3,
        "batch_size": 20,
        "learning_rate_init": 0.05,
        "shuffle": False,
        "random_state": 0,
    }
    weight = {"sample_weight": rng.uniform(0.1, 2.0, size=50)} if weighted else {}
    if weighted:
        settings["batch_size"] = 50  # over parts of the data the two weigh the parts differently
    first, other = ours(**settings), theirs(**settings)
    classes = {"classes": np.arange(3)} if ours is nn.MLPClassifier else {}
    for model in (first, other):
        model.partial_fit(X, y, **classes)
    names = list(first.model_.state_dict())
    numbers = [a for pair in zip(other.coefs_, other.intercepts_, strict=True) for a in pair]
    first.model_.load_state_dict(dict(zip(names, numbers, strict=True)))
    try:
        other.partial_fit(X, y, **weight)
    except TypeError:
        pytest.skip("this scikit-learn's MLP takes no sample weights")
    first.partial_fit(X, y, **weight)
    learned, theirs_learned = (m.coefs_ + m.intercepts_ for m in (first, other))
    for found, expected in zip(learned, theirs_learned, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    if ours is nn.MLPClassifier and not weighted:  # its regressor reports a mean over outputs
        assert first.loss_ == pytest.approx(other.loss_, rel=1e-9)
    np.testing.assert_allclose(first.predict(X), other.predict(X), rtol=1e-8)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    "settings",
    [
        {"alpha": 0.0},
        {"activation": "logistic", "early_stopping": True, "n_iter_no_change": 3},
        {"solver": "sgd", "learning_rate_init": 0.02},
        {"solver": "sgd", "momentum": 0.0, "learning_rate": "invscaling"},
        {"solver": "sgd", "momentum": 0.0, "learning_rate": "adaptive", "n_iter_no_change": 2},
        {"activation": "tanh", "batch_size": 16, "shuffle": False, "tol": 0.01},
    ],
    ids=str,
)
@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_a_whole_run_from_a_seed_is_scikit_learns(ours, theirs, settings, rng):
    X, y = data(ours, rng)
    if ours is nn.MLPRegressor:
        y = y[:, 0]
    elif "early_stopping" in settings:
        pytest.skip("ours holds out a share of every class, scikit-learn's of all together")
    settings = {"hidden_layer_sizes": (6, 5), "max_iter": 40, "random_state": 3} | settings
    models = [estimator(**settings).fit(X, y) for estimator in (ours, theirs)]
    first, other = models
    assert first.n_iter_ == other.n_iter_
    assert first._compiled.reason == ""
    assert first._compiled._programs or first.n_iter_ <= 8  # it trains by a program
    # scikit-learn adds Adam's eps before the correction of v, ours after it, as the paper does.
    close = {"rtol": 1e-2, "atol": 1e-3} if first.solver == "adam" else {"rtol": 1e-9}
    np.testing.assert_allclose(first.loss_curve_, other.loss_curve_, **close)
    for found, expected in zip(
        first.coefs_ + first.intercepts_, other.coefs_ + other.intercepts_, strict=True
    ):
        np.testing.assert_allclose(found, expected, **close)


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer])
def test_it_learns_real_data(load, solver):
    X, y = load(return_X_y=True)
    rate = {"adam": 0.01, "sgd": 0.1, "lbfgs": 0.01}[solver]
    model = nn.MLPClassifier((32,), solver=solver, learning_rate_init=rate, random_state=0)
    scores = cross_val_score(make_pipeline(StandardScaler(), model), X, y, cv=3)
    assert np.mean(scores) > 0.94


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_it_learns_a_regression_of_real_data(solver):
    X, y = load_diabetes(return_X_y=True)
    y = (y - y.mean()) / y.std()
    model = nn.MLPRegressor((16,), solver=solver, alpha=30.0, max_iter=400, random_state=0)
    scores = cross_val_score(make_pipeline(StandardScaler(), model), X, y, cv=3)
    assert np.mean(scores) > 0.4


def test_string_labels_probabilities_and_weights_of_classes():
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    model = nn.MLPClassifier((16,), learning_rate_init=0.02, random_state=1).fit(X, names)
    shares = model.predict_proba(X)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(np.log(shares), model.predict_log_proba(X), atol=1e-9)
    assert np.mean(model.predict(X) == names) > 0.95
    assert list(model.classes_) == sorted(set(names))
    heavy = clone(model).set_params(class_weight={"setosa": 1, "versicolor": 1, "virginica": 1e4})
    assert np.all(heavy.fit(X, names).predict(X)[y == 2] == "virginica")
    whole = clone(model).set_params(class_weight="balanced").fit(X, names)
    weights = {"sample_weight": np.ones(150)}
    same = clone(model).fit(X, names, **weights)  # 50 of each: balanced is 1 each
    for a, b in zip(whole.coefs_, same.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)


def test_warm_start_goes_on_and_partial_fit_takes_all_classes_first():
    X, y = load_iris(return_X_y=True)
    model = nn.MLPClassifier((8,), max_iter=5, warm_start=True, random_state=0).fit(X, y)
    first = [w.copy() for w in model.coefs_]
    assert model.fit(X, y).n_iter_ == 10
    assert not np.array_equal(first[0], model.coefs_[0])
    part = nn.MLPClassifier((8,), random_state=0)
    with pytest.raises(ag.ArgumentError, match="first partial_fit needs classes"):
        part.partial_fit(X, y)
    part.partial_fit(X[:50], y[:50], classes=[0, 1, 2])  # only class 0 so far
    part.partial_fit(X, y)
    with pytest.raises(ag.ArgumentError, match="not among"):
        part.partial_fit(X, np.full(150, 7))
    with pytest.raises(ag.ArgumentError, match="differ from"):
        part.partial_fit(X, y, classes=[0, 1])


def test_early_stopping_keeps_the_best_and_the_search_finds_parameters():
    X, y = load_wine(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    model = nn.MLPClassifier((16,), early_stopping=True, max_iter=300, random_state=0).fit(X, y)
    assert len(model.validation_scores_) == model.n_iter_ < 300
    assert model.best_validation_score_ == max(model.validation_scores_)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), nn.MLPClassifier(max_iter=30, random_state=0)),
        {"mlpclassifier__hidden_layer_sizes": [(4,), (32,)]},
        cv=2,
    ).fit(X, y)
    assert search.best_params_["mlpclassifier__hidden_layer_sizes"] == (32,)


def test_several_outputs_one_output_and_the_dtype():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 3)).astype("float32")
    Y = X @ rng.normal(size=(3, 2)).astype("float32")
    model = nn.MLPRegressor((16,), "tanh", solver="lbfgs", random_state=0).fit(X, Y)
    assert model.predict(X).shape == (80, 2)
    assert model.predict(X).dtype == np.float32
    assert model.score(X, Y) > 0.98
    assert nn.MLPRegressor((4,), max_iter=2).fit(X, Y[:, 0]).predict(X).shape == (80,)
    with pytest.warns(DataConversionWarning):
        column = nn.MLPRegressor((4,), max_iter=2).fit(X, Y[:, :1])
    assert column.predict(X).shape == (80,)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hidden_layer_sizes": (0,)}, "hidden_layer_sizes=(0,)"),
        ({"hidden_layer_sizes": (2.5,)}, "hidden_layer_sizes=(2.5,)"),
        ({"activation": "step"}, "activation='step'"),
        ({"solver": "newton"}, "solver='newton'"),
        ({"alpha": -1}, "alpha=-1"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"learning_rate_init": 0}, "learning_rate_init=0"),
        ({"momentum": 1.0}, "momentum=1.0"),
        ({"max_iter": 0}, "max_iter=0"),
        ({"class_weight": "heavy"}, "class_weight"),
    ],
)
def test_parameters_out_of_range_are_refused_at_fit(settings, message):
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ag.ArgumentError) as caught:
        nn.MLPClassifier(**settings).fit(X, y)
    assert message in str(caught.value)


def test_data_that_does_not_fit_is_refused_as_ours_and_as_pythons():
    X, y = load_iris(return_X_y=True)
    model = nn.MLPClassifier((4,), max_iter=2)
    cases = [
        (scipy.sparse.csr_matrix(X), y, ag.DataError, "[Ss]parse"),
        (X, y[:-1], ag.ArgumentError, "inconsistent"),
        (np.where(X > 2, np.nan, X), y, ag.ArgumentError, "NaN"),
        (np.where(X > 2, np.inf, X), y, ag.ArgumentError, "infinity"),
        (X[:0], y[:0], ag.ArgumentError, "0 sample"),
        (X, np.zeros(150), ag.ArgumentError, "only one class"),
        (X, np.eye(3)[y], ag.ArgumentError, "several labels"),
        (X, y + 0.5, ag.ArgumentError, "[Uu]nknown label"),
    ]
    for given, target, error, message in cases:
        with pytest.raises(error, match=message):
            model.fit(given, target)
    with pytest.raises(NotFittedError):
        model.predict(X)
    with pytest.raises(ag.ArgumentError, match="expecting 4"):
        model.fit(X, y).predict(X[:, :3])
    with pytest.raises(ag.ArgumentError, match=r"non-zero|weight 0"):
        model.fit(X, y, sample_weight=np.zeros(150))
    with pytest.raises(ag.ArgumentError, match="needs all examples at once"):
        nn.MLPRegressor(solver="lbfgs").partial_fit(X, X)


def test_without_scikit_learn_nn_works_and_the_estimators_say_what_to_install():
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "import nn\n"
        "try: nn.MLPClassifier\n"
        "except ImportError as e: print(e)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'pip install "autograd-lite[sklearn]"' in done.stdout
