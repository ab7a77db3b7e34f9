"""The command as a whole: its table, its JSON, its exit status."""

import json
import os
import subprocess
import sys

import pytest

from benchmarks import __main__ as command
from benchmarks import figures

COLUMNS = {"name", "value", "unit", "target", "holds", "load_average"}
GOOD = figures.at_most("good", 1.0, "ratio", 1.3) | {"load_average": 0.1}
BAD = figures.at_most("bad", 2.0, "ratio", 1.3) | {"load_average": 0.1}


@pytest.fixture
def found(monkeypatch):
    """What each benchmark finds; None for one that breaks."""
    answers = {name: [GOOD] for name in command.NAMES}
    monkeypatch.setattr(command, "measure", lambda name: answers[name])
    return answers


class TestCommand:
    def test_runs_everything_and_is_content_when_all_holds(self, found, tmp_path):
        assert command.main(["--out", str(tmp_path / "new" / "f.json")]) == 0
        assert json.loads((tmp_path / "new" / "f.json").read_text()) == [GOOD] * len(command.NAMES)

    def test_names_the_target_that_does_not_hold(self, found, tmp_path, capsys):
        found["lists"] = [GOOD, BAD]
        assert command.main(["lists", "--out", str(tmp_path / "f.json")]) == 1
        assert "MISSED: bad" in capsys.readouterr().out.splitlines()

    def test_keeps_the_others_when_one_breaks(self, found, tmp_path, capsys):
        found["verify"] = None
        assert command.main(["--out", str(tmp_path / "f.json")]) == 2
        assert len(json.loads((tmp_path / "f.json").read_text())) == len(command.NAMES) - 1
        assert "BROKEN: verify" in capsys.readouterr().out

    def test_refuses_an_unknown_name(self, capsys):
        with pytest.raises(SystemExit) as refusal:
            command.main(["speed"])
        assert refusal.value.code == 2
        assert "there are render, delivery, verify, lists" in capsys.readouterr().err

    def test_hands_no_one_elses_database_on(self, monkeypatch):
        monkeypatch.setenv("DATABASE_URL", "sqlite:////precious")
        env = command.environment("/there")
        assert "DATABASE_URL" not in env
        assert (env["EUC_VAR_DIR"], env["BENCH_DATABASE_URL"]) == ("/there", "")


def test_lists_measured_at_a_tiny_scale_are_well_formed(tmp_path):
    env = {**os.environ, "BENCH_SCALE": "0.001", "BENCH_ENGINES": "sqlite"}
    out = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "lists", "--out", str(out)],
        cwd=command.ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode in {0, 1}, done.stderr  # so few visits prove no ratio
    rows = json.loads(out.read_text())
    assert [row for row in rows if set(row) != COLUMNS] == []
    queries = [row for row in rows if row["unit"] == "queries"]
    assert [row["name"] for row in queries if not (row["holds"] and row["value"] > 0)] == []
    assert [row["name"] for row in rows if row["name"] not in done.stdout] == []


def test_imports_measured_at_a_tiny_scale_are_whole(tmp_path):
    env = {**os.environ, "BENCH_SCALE": "0.001", "BENCH_ENGINES": "sqlite"}
    out = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "imports", "--out", str(out)],
        cwd=command.ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode in {0, 1}, done.stderr  # so few rows prove no ratio
    rows = json.loads(out.read_text())
    assert len(rows) == 10
    assert [row for row in rows if set(row) != COLUMNS] == []
    assert [row["value"] for row in rows if row["unit"] == "events"] == [0]
    assert [row["name"] for row in rows if row["unit"] in {"s", "ms", "ratio"} and row["value"] <= 0] == []
