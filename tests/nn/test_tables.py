"""An MLP on CSV files: what is understood, what is refused by row and column, and streaming."""

import gzip
import warnings

import numpy as np
import pytest
import sklearn.datasets

import autograd_lite as ag
import nn
from nn import csv_file, tables
from nn.csv_file import CSVFile
from nn.dealt import Dealt
from nn.preparation import Preparation, held_out, prepare

pandas = pytest.importorskip("pandas", reason="pandas is not installed")


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def iris(tmp_path):
    data = sklearn.datasets.load_iris(as_frame=True)
    frame = data.frame.copy()
    frame["target"] = data.target_names[frame["target"]]
    frame = frame.sample(frac=1, random_state=0)
    path = tmp_path / "iris.csv"
    frame.to_csv(path, index=False)
    return path


def frames(table):
    return pandas.concat([frame for _, frame in table.pieces()], ignore_index=True)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("how", ["plain", "bom", "gz"])
def test_delimiters_marks_quotes_and_gzip_are_understood(tmp_path, delimiter, how):
    rows = [["name", "note", "x"], ["a", f'"b{delimiter} ""c"""', "1.5"], ["é", '"two\nlines"', ""]]
    text = "\n".join(delimiter.join(row) for row in rows) + "\n"
    data = text.encode("utf-8-sig" if how == "bom" else "utf-8")
    path = tmp_path / ("t.csv.gz" if how == "gz" else "t.csv")
    path.write_bytes(gzip.compress(data) if how == "gz" else data)
    table = CSVFile(path)
    assert table.columns == ["name", "note", "x"]
    found = frames(table)
    assert found["note"].tolist() == [f'b{delimiter} "c"', "two\nlines"]
    assert found["x"].isna().tolist() == [False, True]
    assert found["name"].tolist() == ["a", "é"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("a,a\n1,2\n", "the name 'a' twice"),
        ("a,\n1,2\n", "a column without a name"),
        ("a,b\n1,2,3\n", "more fields than the header"),
        ('a,b\n0,0\n1,"2\n', r"no proper table: the quotes that open in row 2 are never closed\."),
        ("a,b\n1,\0\n", "no text"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, text, message):
    path = write(tmp_path / "t.csv", text)
    with pytest.raises(ag.FileError, match=message):
        frames(CSVFile(path))


def test_another_encoding_and_a_broken_gzip_are_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("a,b\né,1\n".encode("latin-1"))
    with pytest.raises(ag.FileError, match="not UTF-8"):
        frames(CSVFile(path))
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n" * 9000)[:-20])
    with pytest.raises(ag.FileError):
        frames(CSVFile(path))
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(ag.FileError, match="no gzip file"):
        CSVFile(path)


def test_means_and_scales_are_numpys_over_the_rows_learned_from(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    x, kind = rng.normal(5, 3, size=200), rng.choice(["u", "v", ""], size=200)
    y = rng.normal(-2, 7, size=200)
    columns = {"x": x, "kind": kind, "y": np.where(np.arange(200) == 7, np.nan, y)}
    path = tmp_path / "t.csv"
    pandas.DataFrame(columns).to_csv(path, index=False, float_format="%.17g")
    monkeypatch.setattr(csv_file, "ROWS", 17)  # in many pieces
    made = prepare(CSVFile(path), "y", "auto", [], 0.25, 3)
    learned = ~held_out(1, 200, 0.25, 3)
    learned[7] = False
    assert made.task == "regression"
    assert (made.rows, made.dropped) == (199, 1)
    assert made.means["x"] == pytest.approx(x[learned].mean(), rel=1e-12)
    assert made.scales["x"] == pytest.approx(x[learned].std(), rel=1e-12)
    assert made.target_mean == pytest.approx(y[learned].mean(), rel=1e-12)
    assert made.categories["kind"] == ["u", "v", ""]
    assert Preparation.from_dict(made.as_dict()) == made
    frame = frames(CSVFile(path))
    X = made.X(frame, 1, "t")
    assert X.shape == (200, 4)
    np.testing.assert_allclose(X[:, 0], (x - x[learned].mean()) / x[learned].std(), rtol=1e-5)
    np.testing.assert_array_equal(X[:, 1:].argmax(axis=1), [["u", "v", ""].index(k) for k in kind])


def test_rows_held_out_are_a_share_the_same_at_every_reading():
    whole = held_out(1, 100_000, 0.2, 5)
    assert np.mean(whole) == pytest.approx(0.2, abs=0.01)
    pieces = np.concatenate([held_out(1 + i, 1000, 0.2, 5) for i in range(0, 100_000, 1000)])
    np.testing.assert_array_equal(whole, pieces)
    assert np.mean(held_out(1, 100_000, 0.2, 6) == whole) < 0.75


def test_a_classifier_of_real_flowers_is_kept_and_used(iris, tmp_path):
    run = tables.train_table(iris, "target", hidden=[16], epochs=100, progress=False)
    assert run.preparation.classes == ["setosa", "versicolor", "virginica"]
    assert run.metric > 0.9 > run.baseline
    path = tables.save_table_model(run, tmp_path / "m.safetensors")
    frame = pandas.read_csv(iris)
    shuffled = tmp_path / "new.csv"
    frame.assign(extra=1)[["extra", *frame.columns[3::-1]]].to_csv(shuffled, index=False, sep=";")
    (names, shares), *rest = tables.predict_table(path, shuffled)
    assert not rest
    assert np.mean(np.array(names) == frame["target"]) > 0.93
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)


def test_a_regression_comes_back_in_its_own_unit(tmp_path):
    rng = np.random.default_rng(1)
    x = rng.uniform(-1, 1, size=400)
    frame = pandas.DataFrame({"x": x, "y": 1000 + 50 * x})
    path = tmp_path / "t.csv"
    frame.to_csv(path, index=False)
    run = tables.train_table(path, "y", epochs=40, progress=False)
    assert run.metric > 0.99
    assert run.error < 3
    model = tables.save_table_model(run, tmp_path / "m.safetensors")
    ((values, shares),) = tables.predict_table(model, path)
    assert shares is None
    np.testing.assert_allclose(values, frame["y"], atol=12)


def test_a_table_larger_than_memory_is_streamed_and_learned_alike(iris, monkeypatch):
    monkeypatch.setattr(csv_file, "ROWS", 40)
    settings = {"hidden": [16], "epochs": 40, "progress": False}
    streamed = tables.train_table(iris, "target", held=100, **settings)
    whole = tables.train_table(iris, "target", **settings)
    assert streamed.streamed
    assert not whole.streamed
    assert streamed.metric > 0.9
    np.testing.assert_array_equal(streamed.truth, whole.truth)
    again = tables.train_table(iris, "target", held=100, **settings)
    for name, array in streamed.model.state_dict().items():
        np.testing.assert_array_equal(array, again.model.state_dict()[name])


def test_rows_of_a_sorted_table_are_dealt_out_and_come_once_an_epoch(tmp_path):
    labels = np.repeat(np.arange(4), 250)
    X = np.stack([np.arange(1000.0), labels], axis=1).astype("float32")
    pieces = [(X[i : i + 90], labels[i : i + 90]) for i in range(0, 1000, 90)]
    passes = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        dealt = Dealt(pieces, tmp_path / folder, stacks=5, batch_size=20, seed=3)
        passes += [list(dealt), list(dealt)]
    assert dealt.rows == 1000
    for batches in passes:
        np.testing.assert_array_equal(
            np.sort(np.concatenate([x for x, _ in batches])[:, 0]), X[:, 0]
        )
        for x, y in batches:
            assert x.dtype == np.float32
            np.testing.assert_array_equal(x[:, 1], y)
        kinds = [len(np.unique(y)) for x, y in batches if len(x) == 20]
        assert np.mean(kinds) > 3.8  # in a random batch of 20, one of 4 classes is missing 1 in 80
    first, second = (np.concatenate([y for _, y in batches]) for batches in passes[:2])
    assert not np.array_equal(first, second)
    for one, other in zip(passes[0] + passes[1], passes[2] + passes[3], strict=True):
        np.testing.assert_array_equal(one[0], other[0])


@pytest.mark.parametrize(
    ("text", "settings", "message"),
    [
        ("a,b\n1,x\n2,y\n", {"target": "c"}, "no column 'c'"),
        ("a,b\n1,x\n2,y\n", {"target": "b", "drop": ["z"]}, "no column 'z'"),
        ("a,b\n1,x\n2,y\n", {"target": "b", "drop": ["a"]}, "no column to learn from"),
        ("a,b\n1,x\n2,x\n", {"target": "b"}, "'x' in every row"),
        ("a,b\n1,x\n", {"target": "b"}, "has 1 row with"),
        ("a,b\n1,x\n2,y\n", {"target": "b", "task": "regression"}, "texts such as"),
        ("a,b\n1,\n2,\n", {"target": "b"}, "0 rows"),
        ("a,b\n1e999,x\n2,y\n", {"target": "b"}, "infinite"),
        ("a,b\n" + "".join(f"n{i},{i % 2}\n" for i in range(300)), {"target": "b"}, "--drop 'a'"),
        ("a,b\n" + "".join(f"{i},k{i}\n" for i in range(300)), {"target": "b"}, "classes"),
        ("a,b\n" + ",x\n,y\n" * 20, {"target": "b"}, "'a' is empty"),
    ],
)
def test_columns_that_cannot_be_learned_from_are_named(tmp_path, text, settings, message):
    path = write(tmp_path / "t.csv", text)
    with pytest.raises(ag.DataError, match=message):
        tables.train_table(path, epochs=1, progress=False, **settings)


@pytest.mark.parametrize(
    "settings", [{"task": "clustering"}, {"test_size": 0.0}, {"epochs": -1}, {"hidden": [0]}]
)
def test_settings_out_of_range_are_refused(iris, settings):
    with pytest.raises(ag.ArgumentError):
        tables.train_table(iris, "target", progress=False, **settings)


@pytest.fixture
def model(tmp_path):
    rows = "".join(f"{i},{'uv'[i % 2]},{i * 2.5}\n" for i in range(60))
    path = write(tmp_path / "t.csv", "n,kind,y\n" + rows)
    run = tables.train_table(path, "y", epochs=1, progress=False)
    return tables.save_table_model(run, tmp_path / "m.safetensors")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n\n1\n", "lacks the column kind"),
        ("kind,n\nu,1\nw,2\n", "row 2: kind is 'w', which the model has not seen"),
        ("kind,n\nu,1\nv,3\n,2\n", "row 3: kind is missing"),
        ("kind,n\nu,1\nu,many\n", "row 2: n is 'many', not a finite number"),
        ("kind,n\nu,1\nu,inf\n", "row 2: n is 'inf'"),
    ],
)
def test_new_rows_that_do_not_fit_are_named(model, tmp_path, text, message):
    with pytest.raises(ag.DataError, match=message):
        list(tables.predict_table(model, write(tmp_path / "new.csv", text)))


def test_a_number_far_outside_the_training_is_warned_of_once_a_column(model, tmp_path, monkeypatch):
    monkeypatch.setattr(csv_file, "ROWS", 2)
    inside = write(tmp_path / "near.csv", "kind,n\nu,-40\nu,110\n")  # trained on about 0 to 59
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(tables.predict_table(model, inside))
    new = write(tmp_path / "far.csv", "kind,n\nu,3\nu,1000\nv,-500\nv,-501\nu,2000\n")
    with pytest.warns(UserWarning, match="far outside") as seen:
        found = list(tables.predict_table(model, new))
    assert sum(len(values) for values, _ in found) == 5
    (warning,) = seen
    least, most = nn.metadata(model)["table"]["ranges"]["n"]
    assert str(warning.message) == (
        f"{new}, row 2: n is 1000, far outside the {least:g} to {most:g} of the training. "
        "What the model says there is a guess."
    )


def test_a_missing_number_takes_the_mean_and_no_rows_are_no_predictions(model, tmp_path):
    both = write(tmp_path / "new.csv", "kind,n\nu,\n")
    kept = nn.metadata(model)["table"]
    mean = write(tmp_path / "mean.csv", f"kind,n\nu,{kept['means']['n']!r}\n")
    (found, _), (expected, _) = (next(tables.predict_table(model, path)) for path in (both, mean))
    assert found == pytest.approx(expected, rel=1e-6)
    none = write(tmp_path / "none.csv", "kind,n\n")
    assert all(not values for values, _ in tables.predict_table(model, none))


def test_a_model_that_was_not_trained_on_a_table_is_refused(tmp_path, iris):
    path = nn.save(nn.MLP([4, 3]), tmp_path / "m.safetensors")
    with pytest.raises(ag.FileError, match="not trained on a table"):
        list(tables.predict_table(path, iris))
    nn.save(nn.MLP([4, 3]), path, {"table": {"target": "x"}})
    with pytest.raises(ag.FileError, match="not trained on a table"):
        list(tables.predict_table(path, iris))
