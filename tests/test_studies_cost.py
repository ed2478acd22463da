"""What a run costs: counts, modes, and which molecules the species are made of."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from ketamine_mtor import files
from ketamine_mtor.engines.bngsim import load
from ketamine_mtor.experiment import Experiment
from ketamine_mtor.run import simulate
from ketamine_mtor.studies import cost
from tests import small_model
from tests.benchmarks import measure

pytestmark = pytest.mark.slow


def test_modes_are_those_of_the_matrix():
    # Two that exchange at 100 and 300 per s and so keep a sum, and one that dies down alone.
    jacobian = np.array([[-100.0, 300.0, 0.0], [100.0, -300.0, 0.0], [0.0, 0.0, -2.0]])
    fast, slow = cost.modes(jacobian, ["a", "b", "c"])
    assert fast.time_s == pytest.approx(1 / 400)
    assert dict(fast.partners[:2]) == pytest.approx({"b": 0.75, "a": 0.25})
    assert slow.time_s == pytest.approx(0.5) and slow.partners[0] == ("c", pytest.approx(1.0))


def test_families_count_a_species_once_for_each_molecule():
    patterns = ["A(b=1)._cell % B(a=1)", "A(s=None, a=2) % A(s=None, a=2)", "B(a=None)", "C()"]
    assert cost.families(patterns) == [("A", 2), ("B", 2), ("C", 1)]


def test_a_longer_run_takes_more_steps_and_nothing_is_counted_twice():
    own = small_model.files()
    plant = load(own)
    short, long = (
        cost.counts(plant, own, Experiment(hours=hours, tables=own.tables)) for hours in (1, 20)
    )
    again = cost.counts(plant, own, Experiment(hours=1, tables=own.tables))
    assert 0 < short["n_steps"] < long["n_steps"] and again == short
    assert plant.work["n_steps"] == short["n_steps"] + long["n_steps"] + again["n_steps"]


def test_a_page_without_its_marks_gets_one_line(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(cost.paths, "root", lambda: tmp_path)
    monkeypatch.setattr(cost.model_files, "packaged", lambda: None)
    monkeypatch.setattr(cost, "page", lambda _: "table")
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "cost.md"
    page.write_text("no marks")
    assert cost.main([]) == 2 and capsys.readouterr().err.count("\n") == 1
    page.write_text(f"before\n{files.BEGIN}\n{files.END}\n")
    assert cost.main([]) == 0 and "table" in page.read_text()


@pytest.mark.breaks("ketamine_mtor.studies.cost --check")
def test_a_page_of_another_network_is_seen(monkeypatch, capsys):
    assert cost.main(["--check"]) == 0 and capsys.readouterr().out == ""
    monkeypatch.setattr(cost, "networks", lambda names: dict.fromkeys(names, "01234567"))
    assert cost.main(["--check"]) == 1
    assert capsys.readouterr().out == (
        "docs/cost.md is out of step (of another network); run: make cost\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
def test_runs_leave_nothing_in_memory():
    """libRoadRunner can lose some bytes in each run; 20 MB in 100,000 runs are 200 bytes each."""
    own = small_model.files()
    experiment = Experiment(hours=0.1, tables=own.tables)

    def grown(runs: int, keep: list[object] | None = None) -> float:
        before = measure.resident()
        for _ in range(runs):
            simulate(experiment, files=own)
            if keep is not None:
                # Too large for what the process has free already.
                keep.append(np.ones(5_000_000))
        return measure.resident() - before

    most = 500 * 2_000 / 2**20
    grown(300)
    # The least of three: what else the process does may grow it once.
    assert min(grown(500) for _ in range(3)) < most
    assert grown(3, keep=[]) > most
