"""Runs and scans as datasets, and the public names of the package."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

import ketamine_mtor as km
from ketamine_mtor import model_files, paths
from ketamine_mtor.engines import EngineFailure, Session, roadrunner
from ketamine_mtor.errors import InputError, SimulationError
from ketamine_mtor.experiment import Bath, Experiment
from ketamine_mtor.run import scan, simulate
from tests import small_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def files():
    return small_model.files()


def _experiment(**fields) -> Experiment:
    return Experiment(**{"hours": 2, **fields}, tables=small_model.tables())


def test_a_run_has_units_baselines_and_its_experiment(files):
    experiment = _experiment(observables=["protein", "ion"], drugs={"blocker": 3})
    run = simulate(experiment, files=files)
    assert list(run) == ["protein", "ion"]
    assert run["time"].attrs == {"units": "h"}
    assert (run["time"].values[0], run["time"].values[-1]) == (0, 2)
    assert run["ion"].attrs == {"units": "nM", "baseline": 80.0}
    assert Experiment(**json.loads(run.attrs["experiment"]), tables=files.tables) == experiment
    assert run.attrs["engine"] == "roadrunner" and run.attrs["model_version"] == km.__version__


def test_the_sample_at_zero_precedes_the_dose(files):
    run = simulate(_experiment(ketamine=1000), files=files)
    for name in run:
        assert float(run[name][0]) == run[name].baseline


def test_the_sample_at_zero_follows_the_pretreatment(files):
    run = simulate(_experiment(ketamine=0, drugs={"blocker": 1e5}), files=files)
    assert run["receptor_free"].baseline == 1
    assert float(run["receptor_free"][0]) < 0.01
    late = simulate(_experiment(ketamine=0, drugs={"blocker": Bath(1e5, start=0)}), files=files)
    assert float(late["receptor_free"][0]) == 1
    assert float(late["receptor_free"][1]) < 1


def test_a_sample_at_a_later_dose_precedes_it(files):
    run = simulate(_experiment(ketamine=[(1, 5)]), files=files)
    before = run["ketamine_brain"].sel(time=slice(0, 1))
    assert float(before.max()) == 0 and float(run["ketamine_brain"][-1]) > 0


def test_nothing_moves_without_ketamine(files):
    run = simulate(_experiment(ketamine=0, hours=72), files=files)
    for name in run:
        assert run[name].values == pytest.approx(run[name].baseline, rel=1e-6, abs=1e-9)


def test_doses_add_up(files):
    once = simulate(_experiment(ketamine=[(0, 4), (0, 6)]), files=files)
    assert once["ion"].equals(simulate(_experiment(ketamine=10), files=files)["ion"])


def test_runs_do_not_depend_on_what_ran_before(files):
    first = simulate(_experiment(), files=files)
    simulate(_experiment(knockouts=["RCPT"], drugs={"ligand": 9, "blocker": 9}), files=files)
    with pytest.raises(SimulationError):
        simulate(_experiment(parameters={"ion_influx": 1e308}), files=files)
    assert simulate(_experiment(), files=files).equals(first)


def test_another_sbml_counts_with_its_own_steady_state(files):
    old = 'id="ion_influx" name="ion_influx" value="4800"'
    assert old in files.sbml
    edited = files.sbml.replace(old, old.replace("4800", "9600"))
    run = simulate(_experiment(ketamine=0), files=files, sbml=edited)
    assert run["ion"].baseline == pytest.approx(160)


def test_a_failed_run_says_where_it_was(files, monkeypatch):
    def give_up(*_):
        raise EngineFailure("gave up", 1800.0)

    monkeypatch.setattr(roadrunner.RoadRunnerPlant, "advance", give_up)
    with pytest.raises(
        SimulationError, match=r"gave up at 0\.5 h in Experiment\(ketamine"
    ) as caught:
        simulate(_experiment(), files=files)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.time_h, again.experiment, str(again)) == (
        0.5,
        caught.value.experiment,
        str(caught.value),
    )


@pytest.mark.parametrize(
    "value, said", [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf"), (-1e-8, "-1e-08")]
)
@pytest.mark.parametrize("row", [0, 3])
def test_what_no_animal_can_show_is_not_given_away(files, monkeypatch, value, said, row):
    """Row 0 is the drug-free animal."""
    honest = Session.run

    def run(self, *arguments):
        course = honest(self, *arguments)
        (course.values[row] if row else course.baseline)[-1] = value
        return course

    monkeypatch.setattr(Session, "run", run)
    where = r" at 3 h" if row else ""
    with pytest.raises(SimulationError, match=f" comes to {said}{where} in Experiment"):
        simulate(_experiment(hours=4, every=3600), files=files)
    with pytest.raises(SimulationError, match=f" comes to {said}"):
        km.scan(_experiment(hours=4, every=3600), {"ketamine": [1, 2]}, files=files)


def test_what_a_solver_cannot_tell_from_nothing_is_given(files, monkeypatch):
    honest = Session.run

    def run(self, *arguments):
        course = honest(self, *arguments)
        course.values[1, -1] = -1e-10
        return course

    monkeypatch.setattr(Session, "run", run)
    assert float(simulate(_experiment(hours=4, every=3600), files=files).to_array().min()) == -1e-10


# Scans


def test_a_scan_has_a_dimension_per_name(files):
    over = {"ketamine": [1, 10], "blocker": [0, 5, 50]}
    grid = scan(_experiment(), over, files=files)
    assert grid["ion"].dims == ("ketamine", "blocker", "time")
    assert grid["ion"].attrs == {"units": "nM", "baseline": 80.0}
    single = simulate(_experiment(ketamine=10, drugs={"blocker": 5}), files=files)
    assert np.array_equal(grid["ion"].sel(ketamine=10, blocker=5), single["ion"])


def test_a_scan_keeps_the_times_of_the_experiment(files):
    base = _experiment(ketamine=[(1, 2, 20)], drugs={"ligand": Bath(3, 0.5, 1.5)})
    grid = scan(base, {"ketamine": [4], "ligand": [8]}, files=files)
    single = simulate(
        _experiment(ketamine=[(1, 4, 20)], drugs={"ligand": Bath(8, 0.5, 1.5)}), files=files
    )
    for name in single:
        assert np.array_equal(grid[name][0, 0], single[name])


def test_a_scan_over_a_parameter_has_a_baseline_for_each_point(files):
    grid = scan(_experiment(), {"protein_turnover": [1e-4, 2e-4]}, files=files)
    assert grid["protein_baseline"].values == pytest.approx([100, 50])
    assert "baseline" not in grid["protein"].attrs
    assert grid["ion"].attrs["baseline"] == 80


@pytest.mark.parametrize(
    "over, said",
    [
        ({}, "nothing to scan over"),
        (None, "nothing to scan over"),
        ({"ketamin": [1]}, "unknown name to scan over 'ketamin'; nearest: 'ketamine'"),
        ({"ketamine": []}, r"the values of 'ketamine' are \(\)"),
        ({"ketamine": [1, 1]}, "allowed: one or more numbers, each once"),
        ({"ketamine": 3}, "the values of 'ketamine' are 3; allowed: one or more numbers"),
        ({"ketamine": [[(0, 1), (1, 1)]]}, "allowed: one or more numbers, each once"),
        ({"ketamine": "15"}, "allowed: one or more numbers, each once"),
        ({"blocker": [None, 5]}, "allowed: one or more numbers, each once"),
        ({"blocker": [10**400]}, "a concentration is inf nM"),
        (["ketamine"], "over is \\['ketamine'\\]; allowed: a mapping from names to lists"),
        ({"ketamine": [-1]}, "a dose of ketamine is -1 mg/kg"),
        ({"blocker_nM": [1]}, "is set by --drug blocker"),
        ({"ketamine": range(9000)}, r"9000 runs of 121 points; allowed: up to 1000000 in all"),
    ],
)
def test_a_wrong_scan_is_refused(files, over, said):
    with pytest.raises(InputError, match=said):
        scan(_experiment(), over, files=files)


def test_a_scan_over_what_is_set_is_refused(files):
    with pytest.raises(InputError, match="'absorption' is set and scanned over"):
        scan(_experiment(parameters={"absorption": 1}), {"absorption": [2]}, files=files)


def test_a_scan_over_several_doses_is_refused(files):
    with pytest.raises(InputError, match="of one dose, not of several"):
        scan(_experiment(ketamine=[(0, 1), (1, 1)]), {"ketamine": [1]}, files=files)


@pytest.mark.parametrize(
    "arguments, fields, said",
    [
        ((), {"hour": 3}, "unknown keyword 'hour'; nearest: 'hours'"),
        ((10,), {}, "10 is no Experiment; give its fields by keyword"),
        ((_experiment(),), {"hours": 3}, "give an Experiment or its fields, not both: hours"),
        ((), {"engine": "cvode"}, "unknown engine 'cvode'"),
    ],
)
def test_wrong_arguments_are_refused(files, arguments, fields, said):
    with pytest.raises(InputError, match=said):
        simulate(*arguments, files=files, **fields)


# The package


def test_the_model_runs_by_its_public_names():
    run = km.simulate(ketamine=10, drugs={"rapamycin": 100}, knockouts=["RICTOR"], hours=1)
    assert isinstance(run["pS6K_T389"], xr.DataArray)
    assert run["pS6K_T389"].dims == ("time",)
    held = km.simulate(ketamine=0, drugs={"BDNF": km.Bath(7.3, start=0)}, hours=2)
    assert float(held["BDNF_released"][-1]) == pytest.approx(7.3, rel=0.01)
    grid = km.scan(km.Experiment(hours=1), over={"ketamine": [1, 3, 10, 30]})
    assert grid.sizes["ketamine"] == 4


def test_a_variant_that_is_not_built_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "sbml", lambda variant: tmp_path / f"{variant}.xml")
    model_files._packaged.cache_clear()
    with pytest.raises(InputError, match=r"caption\.xml cannot be read: No such file"):
        model_files.packaged()


def test_the_public_names_are_there_and_others_are_not():
    assert all(hasattr(km, name) for name in km.__all__)
    assert set(km.__all__) <= set(dir(km))
    with pytest.raises(AttributeError, match="has no attribute 'simulat'"):
        _ = km.simulat


@pytest.mark.parametrize(
    "code, absent",
    [
        ("import ketamine_mtor", {"numpy", "xarray", "pysb", "roadrunner", "libsbml"}),
        ("import ketamine_mtor as km; km.simulate(hours=1)", {"pysb", "sympy", "COPASI"}),
        ("import ketamine_mtor.cli", {"numpy", "xarray", "pysb", "roadrunner"}),
    ],
    ids=["import", "simulate", "command line"],
)
def test_nothing_is_imported_before_it_is_needed(code, absent):
    code += f"; import sys; print({absent!r} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=paths.root()
    )
    assert done.stdout.strip() == "set()"
