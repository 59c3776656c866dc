from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from autograd_lite import ArgumentError, AutogradError
from nn import datasets
from nn.datasets import Dataset

ALL = {
    "digits": datasets.digits,
    "iris": datasets.iris,
    "moons": datasets.moons,
    "spirals": datasets.spirals,
    "xor": datasets.xor,
}
GENERATED = {name: ALL[name] for name in ("moons", "spirals", "xor")}
SHIPPED = ("digits", "iris")


@pytest.fixture(params=ALL)
def data(request: Any) -> Dataset:
    return ALL[request.param]()


@pytest.fixture(params=GENERATED)
def make(request: Any) -> Any:
    return GENERATED[request.param]


# --- the numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shape", "counts"),
    [
        ("digits", (1797, 64), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]),
        ("iris", (150, 4), [50, 50, 50]),
        ("moons", (200, 2), [100, 100]),
        ("spirals", (300, 2), [100, 100, 100]),
        ("xor", (200, 2), [100, 100]),
    ],
)
def test_a_set_has_its_shape_and_its_examples_per_class(
    name: str, shape: tuple[int, int], counts: list[int]
) -> None:
    data = ALL[name]()
    assert data.X.shape == shape
    assert np.bincount(data.y).tolist() == counts


def test_a_set_is_float64_and_int64_with_a_name_for_every_column_and_class(data: Dataset) -> None:
    assert (data.X.dtype, data.y.dtype) == (np.float64, np.int64)
    assert np.isfinite(data.X).all()
    assert data.X.shape == (len(data.y), len(data.feature_names))
    assert np.unique(data.y).tolist() == list(range(len(data.target_names)))
    assert len(set(data.feature_names)) == len(data.feature_names)
    assert data.description.strip()
    assert repr(data).startswith(f"Dataset({data.name}: {len(data.y)} examples")


def test_digits_are_whole_sixteenths_from_0_to_1() -> None:
    pixels = datasets.digits().X
    assert (pixels.min(), pixels.max()) == (0.0, 1.0)
    assert np.array_equal(pixels * 16, np.round(pixels * 16))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_numbers_are_those_of_scikit_learn(name: str) -> None:
    sklearn_datasets = pytest.importorskip(
        "sklearn.datasets", reason="scikit-learn is not installed: no second copy to compare with"
    )
    theirs = getattr(sklearn_datasets, f"load_{name}")()
    ours = ALL[name]()
    assert np.array_equal(ours.X, theirs.data / (16 if name == "digits" else 1))
    assert np.array_equal(ours.y, theirs.target)
    assert list(ours.target_names) == [str(t) for t in theirs.target_names]


def test_iris_has_fishers_samples_35_and_38() -> None:
    X = datasets.iris().X
    assert X[34].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert X[37].tolist() == [4.9, 3.6, 1.4, 0.1]


def test_the_shipped_files_need_no_pickle_and_weigh_less_than_100_kB() -> None:
    shipped = [file for file in files("nn").joinpath("data").iterdir() if file.is_file()]
    assert {file.name for file in shipped} == {"README.md", "digits.npz", "iris.npz"}
    assert sum(len(file.read_bytes()) for file in shipped) < 100_000
    for file in shipped:
        if file.name.endswith(".npz"):
            with file.open("rb") as stream, np.load(stream, allow_pickle=False) as table:
                assert {name: table[name].dtype for name in table} == {"X": "uint8", "y": "uint8"}


def test_the_source_and_licence_of_every_shipped_file_are_said() -> None:
    readme = files("nn").joinpath("data", "README.md").read_text(encoding="utf-8")
    for name in SHIPPED:
        (row,) = [line for line in readme.splitlines() if f"`{name}.npz`" in line]
        assert "doi 10.24432/" in row
        assert "CC BY 4.0" in row


def test_changing_what_was_handed_out_changes_no_later_call(data: Dataset) -> None:
    again = ALL[data.name]()
    X, y = again.X.copy(), again.y.copy()
    data.X[:] = -1
    data.y[:] = 0
    third = ALL[data.name]()
    assert np.array_equal(third.X, X)
    assert np.array_equal(third.y, y)


# --- generated sets -------------------------------------------------------------------------------


def test_same_seed_same_data_and_another_seed_other_data(make: Any) -> None:
    first, second, other = make(rng=7, noise=0.1), make(rng=7, noise=0.1), make(rng=8, noise=0.1)
    assert np.array_equal(first.X, second.X)
    assert np.array_equal(first.y, second.y)
    assert not np.array_equal(first.X, other.X)


def test_a_generator_gives_what_its_seed_gives_and_is_advanced(make: Any) -> None:
    generator = np.random.default_rng(7)
    first, second = make(rng=generator), make(rng=generator)
    assert np.array_equal(first.X, make(rng=7).X)
    assert not np.array_equal(first.X, second.X)


@pytest.mark.parametrize("n", [2, 3, 7, 50])
def test_moons_lie_on_two_half_circles_without_noise(n: int) -> None:
    data = datasets.moons(n, noise=0.0, rng=0)
    centre = np.where(data.y[:, None] == 0, [0.0, 0.0], [1.0, 0.5])
    offset = data.X - centre
    assert len(data.y) == n
    assert np.allclose(np.hypot(*offset.T), 1.0)
    assert (np.where(data.y == 0, 1, -1) * offset[:, 1] >= -1e-12).all()


def test_noise_is_the_standard_deviation_that_was_asked_for() -> None:
    data = datasets.moons(20_000, noise=0.3, rng=0)
    outward = np.hypot(*(data.X - np.where(data.y[:, None] == 0, [0.0, 0.0], [1.0, 0.5])).T)
    still = datasets.moons(20_000, noise=0.0, rng=0)
    assert np.allclose(np.std(data.X - still.X), 0.3, atol=0.005)
    assert outward.std() > 0.2


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_spirals_are_one_arm_turned_by_an_equal_angle_for_each_class(classes: int) -> None:
    data = datasets.spirals(40 * classes, noise=0.0, classes=classes, turns=1.25)
    z = (data.X[:, 0] + 1j * data.X[:, 1]) * np.exp(-2j * np.pi * data.y / classes)
    arms = [np.sort_complex(z[data.y == c].round(9)) for c in range(classes)]
    assert np.bincount(data.y).tolist() == [40] * classes
    assert all(np.allclose(arm, arms[0]) for arm in arms)
    radius = np.abs(z)
    assert np.allclose(z, radius * np.exp(2j * np.pi * 1.25 * radius))


def test_xor_is_class_1_where_exactly_one_coordinate_is_positive() -> None:
    data = datasets.xor(400, noise=0.0, rng=3)
    assert np.array_equal(data.y, np.logical_xor(*(data.X > 0).T))
    assert np.abs(data.X).min() >= 0.05
    assert np.abs(data.X).max() <= 1.0
    quadrant = 2 * (data.X[:, 0] > 0) + (data.X[:, 1] > 0)
    assert np.bincount(quadrant).tolist() == [100] * 4


def test_the_examples_come_in_mixed_order(make: Any) -> None:
    assert (np.diff(make(rng=0).y) != 0).sum() > 50
    assert (np.diff(make(rng=0).y) < 0).sum() > 25
    assert not np.array_equal(make(rng=0).y, make(rng=1).y)


# --- the split ------------------------------------------------------------------------------------


@pytest.mark.parametrize("test_size", [1 / 3, 0.25, 0.5, 0.1])
def test_a_split_takes_the_share_of_every_class_to_within_one(
    data: Dataset, test_size: float
) -> None:
    X_train, X_test, y_train, y_test = data.split(test_size=test_size)
    n = len(data.y)
    assert len(y_test) == len(X_test) == round(n * test_size)
    assert len(y_train) == len(X_train) == n - round(n * test_size)
    exact = np.bincount(data.y) * test_size
    assert (np.abs(np.bincount(y_test, minlength=len(exact)) - exact) < 1).all()


def test_a_split_is_disjoint_and_loses_nothing(data: Dataset) -> None:
    n = len(data.y)
    # The row number stands in for the features, so that equal rows cannot hide an overlap.
    numbered = Dataset("numbered", np.arange(n)[:, None] * 1.0, data.y, ("row",), (), "")
    X_train, X_test, y_train, y_test = numbered.split()
    rows = np.concatenate([X_train, X_test])[:, 0].astype(int)
    assert sorted(rows.tolist()) == list(range(n))
    assert np.array_equal(np.concatenate([y_train, y_test]), data.y[rows])


def test_a_split_is_fixed_by_its_seed_and_mixes_the_classes(data: Dataset) -> None:
    first, second, other = data.split(rng=0), data.split(rng=0), data.split(rng=1)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[0], other[0])
    assert (np.diff(first[3]) < 0).sum() > 10


def test_the_split_of_the_digits_never_changes() -> None:
    # The first held-out and the first training labels of seed 0, as printed when it was fixed.
    _, _, y_train, y_test = datasets.digits().split()
    assert (len(y_train), len(y_test)) == (1198, 599)
    assert y_test[:12].tolist() == [7, 3, 1, 1, 0, 2, 0, 4, 8, 5, 0, 9]
    assert y_train[:12].tolist() == [4, 6, 2, 5, 7, 0, 7, 0, 1, 4, 9, 7]


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 0, -5, 2.0, "200", None, True, float("nan")])
def test_a_wrong_count_is_an_argument_error_that_names_it(make: Any, n: Any) -> None:
    with pytest.raises(ArgumentError, match=rf"^{make.__name__}: n={n!r}; give a whole number"):
        make(n)


@pytest.mark.parametrize("noise", [-0.1, float("nan"), float("inf"), 10**400, "0.1", None, [0.1]])
def test_a_wrong_noise_is_an_argument_error_that_names_it(make: Any, noise: Any) -> None:
    with pytest.raises(ArgumentError, match=rf"^{make.__name__}: noise=.*standard deviation"):
        make(20, noise=noise)


@pytest.mark.parametrize("rng", [-1, 0.5, "seed", None, True, [1, 2]])
def test_a_wrong_seed_is_an_argument_error_that_names_it(make: Any, rng: Any) -> None:
    with pytest.raises(ArgumentError, match=rf"^{make.__name__}: rng=.*give a seed"):
        make(20, rng=rng)
    with pytest.raises(ArgumentError, match=r"^split: rng=.*give a seed"):
        make(20).split(rng=rng)


@pytest.mark.parametrize("classes", [1, 0, -2, 2.5, "3", None, True])
def test_a_wrong_number_of_arms_is_an_argument_error(classes: Any) -> None:
    with pytest.raises(ArgumentError, match=rf"^spirals: classes={classes!r}; give a whole"):
        datasets.spirals(30, classes=classes)


def test_fewer_examples_than_arms_is_an_argument_error() -> None:
    with pytest.raises(ArgumentError, match=r"^spirals: n=4; .* at least 5"):
        datasets.spirals(4, classes=5)


@pytest.mark.parametrize("turns", [float("nan"), float("inf"), "1", None])
def test_turns_that_are_no_number_are_an_argument_error(turns: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^spirals: turns="):
        datasets.spirals(30, turns=turns)


@pytest.mark.parametrize("test_size", [0, 1, -0.5, 1.5, 0.001, 0.999, float("nan"), "0.5", None])
def test_a_share_that_leaves_a_part_empty_is_an_argument_error(test_size: Any) -> None:
    with pytest.raises(ArgumentError, match=r"(?s)^split: test_size=.*[Gg]ive a share") as error:
        datasets.iris().split(test_size=test_size)
    assert isinstance(error.value, AutogradError)
    assert isinstance(error.value, ValueError)
