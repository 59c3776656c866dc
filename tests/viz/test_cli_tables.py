"""autograd-lite train and predict, as a person types them."""

import csv
import io

import pytest
import sklearn.datasets

from viz.cli import main

pytest.importorskip("pandas", reason="pandas is not installed")


@pytest.fixture
def iris(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = sklearn.datasets.load_iris(as_frame=True)
    frame = data.frame.copy()
    frame["target"] = data.target_names[frame["target"]]
    frame.to_csv("iris.csv", index=False)
    return tmp_path


TRAIN = ["train", "iris.csv", "--target", "target", "--hidden", "8", "--epochs", "30", "--quiet"]


def test_train_says_how_well_saves_reports_and_predict_uses_it(iris, capsys):
    assert main([*TRAIN, "--save", "m.safetensors", "--report", "report"]) == 0
    said = capsys.readouterr().out
    assert "150 rows, 4 columns (4 of numbers), 4 features" in said
    assert "always saying the commonest class" in said
    names = sorted(p.name for p in (iris / "report").iterdir())
    assert names == ["confusion.png", "history.csv", "loss.png", "summary.txt"]
    assert main(["predict", "m.safetensors", "iris.csv", "--proba"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 150
    assert set(rows[0]) == {"target", "p(setosa)", "p(versicolor)", "p(virginica)"}
    assert sum(row["target"] == "setosa" for row in rows[:50]) >= 48
    assert main(["predict", "m.safetensors", "iris.csv", "-o", "out.csv"]) == 0
    assert "Wrote 150 rows to out.csv" in capsys.readouterr().out
    assert (iris / "out.csv").read_text().splitlines()[0] == "target"


def test_a_regression_reports_its_error_and_has_no_probabilities(iris, capsys):
    target = ["--target", "petal width (cm)", "--drop", "target", "--quiet"]
    files = ["--save", "r.safetensors", "--report", "r"]
    assert main(["train", "iris.csv", *target, *files]) == 0
    assert "Mean absolute error" in capsys.readouterr().out
    assert (iris / "r" / "predictions.png").stat().st_size > 5000
    assert main(["predict", "r.safetensors", "iris.csv", "--proba"]) == 2
    assert "no probabilities" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*TRAIN[:3], "species", *TRAIN[4:]], "no column 'species'"),
        ([*TRAIN, "--hidden", "8,x"], "--hidden 8,x"),
        ([*TRAIN, "--save", "model.pkl"], "saved as .safetensors"),
        ([*TRAIN, "--save", "none/m.safetensors"], "there is no folder none"),
        ([*TRAIN, "--delimiter", "ab"], "--delimiter 'ab'"),
        ([*TRAIN, "--report", "iris.csv"], "there is a file of that name"),
        (["predict", "iris.csv", "iris.csv"], "no safetensors file"),
    ],
)
def test_wrong_input_is_one_message_and_exit_code_2(iris, capsys, arguments, message):
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("autograd-lite: ")
    assert message in said
    assert "Traceback" not in said


def test_a_file_that_is_not_there_is_exit_code_1(iris, capsys):
    assert main(["train", "none.csv", "--target", "a"]) == 1
    assert main(["predict", "none.safetensors", "iris.csv"]) == 1
    assert capsys.readouterr().err.count("No such file") == 2
