"""Accuracy and time of the estimators beside scikit-learn's own MLP, on the data that it ships.

    python -m benchmarks.estimators

Both run with their defaults, behind a StandardScaler, over the same five splits, in turns. A score
is the mean over the splits, the spread its standard deviation; times are medians of fitting.
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings

import numpy as np
import sklearn.datasets as data
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import nn

CLASSIFIED = ("iris", "wine", "breast_cancer", "digits")
REGRESSED = ("diabetes",)
SPLITS = 5


def compare(name: str, ours: object, theirs: object, stratified: bool) -> None:
    X, y = getattr(data, f"load_{name}")(return_X_y=True)
    if not stratified:
        y = (y - y.mean()) / y.std()
    kind = StratifiedShuffleSplit if stratified else ShuffleSplit
    scores: dict[str, list[float]] = {"ours": [], "theirs": []}
    times: dict[str, list[float]] = {"ours": [], "theirs": []}
    for i, (train, test) in enumerate(kind(SPLITS, test_size=0.3, random_state=0).split(X, y)):
        pair = [("ours", ours), ("theirs", theirs)]
        for who, estimator in pair if i % 2 else reversed(pair):
            model = make_pipeline(StandardScaler(), estimator(random_state=i))  # type: ignore[operator]
            start = time.perf_counter()
            model.fit(X[train], y[train])
            times[who].append(time.perf_counter() - start)
            scores[who].append(model.score(X[test], y[test]))
    cells = [f"{np.mean(s):.3f} ± {np.std(s):.3f}" for s in scores.values()]
    seconds = [statistics.median(t) for t in times.values()]
    print(
        f"| {name} | {cells[0]} | {cells[1]} | {seconds[0]:.2f} s | {seconds[1]:.2f} s "
        f"| {seconds[1] / seconds[0]:.2f} |"
    )


def main() -> int:
    warnings.simplefilter("ignore", ConvergenceWarning)
    print("| data | score, ours | score, scikit-learn | fit, ours | fit, scikit-learn | ratio |")
    print("|---|---|---|---|---|---|")
    with threadpool_limits(1):
        for name in CLASSIFIED:
            compare(name, nn.MLPClassifier, MLPClassifier, stratified=True)
        for name in REGRESSED:
            compare(name, nn.MLPRegressor, MLPRegressor, stratified=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
