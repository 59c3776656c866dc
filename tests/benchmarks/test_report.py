"""Medians, quotients, exponents, tables and the chart."""

import json
import xml.etree.ElementTree as ET

import pytest

from benchmarks import report
from benchmarks.__main__ import list_of, main, names_of
from benchmarks.chart import chart
from benchmarks.growth import SERIES, Grown, exponent
from benchmarks.medians import quotient, spread
from benchmarks.registry import PEERS, workloads
from benchmarks.report import Table, digits, seconds
from benchmarks.runner import UNSET, Measured, Pace, environment

S1 = workloads()["S1"]
ABOUT = {
    "cpu": "a CPU",
    "cores": 2,
    "system": "a system",
    "python": "CPython",
    "versions": {"NumPy": "2"},
    "absent": {"CasADi": "pip install casadi"},
    "kernels": ["openblas Zen, 1 thread"],
}


def table():
    base, fast = S1.row("micrograd"), S1.row("autograd-lite, eager")
    missing = S1.row("CasADi, SX, map")
    return Table(
        S1,
        1,
        [
            Measured(base, seconds=[1.0, 1.1, 1.2], without_collector=[0.2, 0.2, 0.2]),
            Measured(fast, seconds=[0.1, 0.11, 0.12], without_collector=[0.1, 0.1, 0.1]),
            Measured(missing, missing=True, reason="casadi is not installed"),
        ],
    )


def test_quotients_are_taken_within_a_round():
    # The machine was ten times slower in the second round, for both.
    found = quotient([2.0, 20.0, 2.0], [1.0, 10.0, 1.0])
    assert (found.median, found.low, found.high) == (2.0, 2.0, 2.0)
    assert spread([]) is None


@pytest.mark.parametrize("k", [1.0, 2.0])
def test_exponent_of_a_power_with_a_cost_that_is_paid_once(k):
    n = [2**i for i in range(14)]
    assert exponent(n, [3e-7 * m**k + 1e-6 for m in n]) == pytest.approx(k, abs=0.05)


def test_points_below_the_least_do_not_count():
    assert exponent([1, 10, 100], [0, 0, 5.0], least=1.0) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.234, "1.23 s"), (0.05, "50.0 ms"), (9.996e-7, "1.00 µs"), (2.5e-8, "25.0 ns")],
)
def test_seconds_have_three_digits(value, text):
    assert seconds(value) == text


def test_digits():
    assert [digits(v) for v in (0.1234, 12.34, 12345.6)] == ["0.123", "12.3", "12,300"]


def test_tables_say_times_quotients_and_what_is_missing():
    text = report.text(table())
    assert "micrograd" in text
    assert "1.10 s ±5%" in text
    assert "10.0x" in text  # with the collector
    assert "2.00x" in text  # without
    assert "casadi is not installed" in text


def test_the_page_names_the_machine_the_peers_and_the_command():
    page = report.page("python -m benchmarks", ABOUT, [table()], [], "today")
    for part in (
        "`python -m benchmarks`",
        "a CPU",
        "Not installed: CasADi",
        "| micrograd | 1.10 s",
    ):
        assert part in page


def test_growth_is_told_with_its_exponent_and_what_was_left_out():
    series = list(SERIES.values())
    n = [100, 1_000, 10_000, 100_000]
    linear = Grown(series[0], n, [m * 1e-6 for m in n], [m * 100.0 for m in n], [1.0] * 4)
    failed = Grown(series[1], reason="n = 100: an error")
    heads, cells = report.growth_rows([linear, failed])
    assert cells[0][heads.index("exponent of time")] == "1.00"
    assert "an error" in cells[1][1]


def test_raw_numbers_are_json():
    raw = report.raw(ABOUT, [table()], [], "command")
    again = json.loads(json.dumps(raw))
    assert again["workloads"][0]["rows"][0]["seconds"] == [1.0, 1.1, 1.2]


def test_the_chart_has_a_bar_a_row_the_fastest_the_longest():
    svg = ET.fromstring(chart([table()]))
    space = "{http://www.w3.org/2000/svg}"
    bars = [r for r in svg.iter(f"{space}rect") if r.get("class") in ("ours", "other")]
    assert [bar.get("class") for bar in bars] == ["ours", "other"]  # the fastest first
    assert float(bars[0].get("width")) > float(bars[1].get("width"))
    assert svg.find(f"{space}title").text
    width = float(svg.get("width"))
    assert all(
        float(r.get("x", 0)) + float(r.get("width")) <= width for r in svg.iter(f"{space}rect")
    )


def test_workers_have_their_threads_and_no_kernel_by_decree(monkeypatch):
    for name in UNSET:
        monkeypatch.setenv(name, "Haswell")
    env = environment(1)
    assert not set(UNSET) & set(env)
    assert {env[f"{library}_NUM_THREADS"] for library in ("OMP", "OPENBLAS", "MKL")} == {"1"}


def test_rounds_fit_the_budget():
    pace = Pace(rounds=15, seconds=0.2, budget=15.0)
    assert [pace.rounds_of(once) for once in (1e-6, 1.5, 5.0, 100.0)] == [15, 10, 3, 1]


def test_names_on_the_command_line():
    known = workloads()
    assert names_of("s2", known) == ["S2", "S2-million", "S2-memory"]
    assert names_of("T1,growth", known) == ["T1", "growth"]
    assert list_of("torch,HIPS autograd", PEERS) == ["PyTorch", "HIPS autograd"]
    with pytest.raises(SystemExit, match="no such workload"):
        names_of("T9", known)
    with pytest.raises(SystemExit, match="no such peer"):
        list_of("tensorflow", PEERS)


def test_the_command_runs_a_workload_and_leaves_table_numbers_and_chart(tmp_path, capsys):
    arguments = ["--quick", "--only", "S3-calls", "--peers", "numpy", "--out", str(tmp_path)]
    code = main(arguments)
    printed = capsys.readouterr().out
    assert code == 0, printed
    assert "S3-calls" in printed
    rows = json.loads((tmp_path / "benchmarks.json").read_text())["workloads"][0]["rows"]
    ours = next(row for row in rows if row["row"] == "autograd-lite, compiled")
    assert len(ours["seconds"]) == 3
    assert ours["distance"] <= 1e-9
    assert "autograd-lite, compiled" in (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    ET.parse(tmp_path / "benchmarks.svg")
