"""What a run costs: modes of a known matrix, what is left out, and the page."""

from __future__ import annotations

import os
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from ketamine_mtor import cost, paths
from ketamine_mtor.engines.roadrunner import RoadRunnerPlant
from ketamine_mtor.experiment import Experiment
from ketamine_mtor.run import simulate
from tests import small_model


@pytest.fixture(scope="module")
def files():
    return small_model.files()


@pytest.fixture(scope="module")
def begun(files):
    experiment = Experiment(ketamine=10, hours=6, tables=files.tables)
    return cost.start(files, RoadRunnerPlant(files.sbml), experiment)


def test_the_modes_of_a_known_matrix():
    # a and b exchange fast, c decays, and d and e turn round each other.
    matrix = np.zeros((5, 5))
    matrix[:2, :2] = [[-100, 50], [100, -50]]
    matrix[2, 2] = -3
    matrix[3:, 3:] = [[-1, 7], [-7, -1]]
    modes = cost.stiffest(matrix, "abcde")
    assert [mode.rate for mode in modes] == pytest.approx([150, 3, 1, 0], abs=1e-9)
    shares = [dict(mode.makers) for mode in modes]
    assert shares[0] == pytest.approx({"a": 2 / 3, "b": 1 / 3})
    assert shares[1] == pytest.approx({"c": 1.0})
    assert shares[2] == pytest.approx({"d": 0.5, "e": 0.5})
    # Whatever the units.
    units = np.diag([1.0, 1e6, 1e-3, 1.0, 10.0])
    again = cost.stiffest(units @ matrix @ np.linalg.inv(units), "abcde")
    assert dict(again[0].makers) == pytest.approx(shares[0])


def test_what_cannot_be_there_is_held_at_nothing(files, begun):
    plant = RoadRunnerPlant(files.sbml)
    present = {name for name, value in zip(plant.species, begun.state, strict=True) if value}
    text, left = cost.without(files.sbml, present, begun.values)
    less = RoadRunnerPlant(text)
    assert set(plant.species) - set(less.species) >= {"Blocker__Receptor"}
    assert left == len(less.species)
    less.set({**less.resolve({}), **begun.values})
    plant.set(begun.values)
    start = cost._state(begun, plant, less)
    times, names = begun.segment.samples, ("ion", "ketamine_brain")
    ours, _ = less.advance(start, begun.segment.end, times, names)
    theirs, _ = plant.advance(begun.state, begun.segment.end, times, names)
    assert ours == pytest.approx(theirs, rel=1e-6)


def test_with_the_drug_nothing_is_left_out(files, begun):
    names = [
        each.get("id") for each in ElementTree.fromstring(files.sbml).iterfind(".//{*}species")
    ]
    values = {**begun.values, "Blocker": 5.0, "ligand_exchange": 1.0, "ketamine_infusion": 1.0}
    _, left = cost.without(
        files.sbml, names, {**values, **{n: 1.0 for n in values if not values[n]}}
    )
    assert left == len(names) - 1


def test_steps_are_counted_the_same_each_time(files, begun):
    one, other = (cost.counts(files, begun, 1.0, 3600.0) for _ in range(2))
    assert one == other and one["n_steps"] > 10
    assert cost.counts(files, begun, 1.0, 60.0)["n_steps"] < one["n_steps"]
    assert cost.counts(files, begun, 100.0, 3600.0)["n_steps"] < one["n_steps"]


def test_a_page_of_another_network_is_seen():
    page = paths.read(paths.root() / "docs" / cost.PAGE)
    assert cost.out_of_step(f"Of network {cost._network()}.") == []
    assert cost.out_of_step("Of network 01234567.") == [
        "docs/cost.md is of another network; run: make cost"
    ]
    assert "Of network " in page and "### Steps" in page


def _resident() -> int:
    """Memory that the process holds (bytes)."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def test_runs_leave_nothing_in_memory(files):
    """libRoadRunner can lose some bytes in each run; 20 MB in 100,000 runs are 200 bytes each."""
    experiment = Experiment(hours=0.1, tables=files.tables)

    def grown(runs: int, kept: list[object] | None = None) -> int:
        before = _resident()
        for _ in range(runs):
            simulate(experiment, files=files)
            if kept is not None:
                kept.append(np.ones(5_000))
        return _resident() - before

    grown(300)
    # The least of three: what else the process does may grow it once.
    assert min(grown(500) for _ in range(3)) < 500 * 2_000
    kept: list[object] = []
    assert grown(500, kept) > 500 * 20_000
