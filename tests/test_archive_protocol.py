"""Experiments as files that any tool runs: what files can do, and what they cannot."""

from __future__ import annotations

import libsbml
import numpy as np
import pandas as pd
import pytest
import roadrunner

from ketamine_mtor import paths, scan, simulate
from ketamine_mtor.archive.protocol import protocol
from ketamine_mtor.errors import InputError
from ketamine_mtor.experiment import Bath, Experiment

pytestmark = pytest.mark.slow


def ran(how) -> pd.DataFrame:
    """A protocol in plain libRoadRunner: hours and all readouts."""
    runner = roadrunner.RoadRunner(how.sbml)
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-8, 1e-10
    ids = ("glutamate", "pS6K_T389", "translation_rate")
    if how.start:
        runner.simulate(0, how.start, 2)
    values = runner.simulate(how.start, how.end, how.steps + 1, ["time", *ids])
    return pd.DataFrame(values, columns=["time", *ids])


EXPERIMENTS = {
    "a dose": Experiment(hours=6, every=300),
    "nothing": Experiment(ketamine=0, hours=1, every=300),
    "a drug before": Experiment(drugs={"MK2206": None}, hours=6, every=300),
    "a bath at 0": Experiment(ketamine=0, drugs={"BDNF": Bath(2.0, start=0)}, hours=1, every=60),
    "a knockout": Experiment(knockouts=["RPTOR"], hours=6, every=300),
    "a knockout and a drug": Experiment(knockouts=["RICTOR"], drugs={"NBQX": 10.0}, hours=3),
    "another variant": Experiment(variant="eef2k", hours=6, every=300),
    "a later dose": Experiment(ketamine=[(1, 5)], hours=3, every=300),
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_files_alone_give_the_same(name):
    experiment = EXPERIMENTS[name]
    got = ran(protocol(experiment, "other"))
    run = simulate(experiment)
    assert np.allclose((got["time"] - got["time"][0]) / 3600, run["time"], atol=1e-9)
    for readout in ("glutamate", "pS6K_T389", "translation_rate"):
        wanted = run[readout].to_numpy()
        assert np.abs(got[readout] - wanted).max() <= 1e-4 * max(np.abs(wanted).max(), 1e-7)


def test_equal_doses_are_one_event():
    how = protocol(Experiment(ketamine=[(0, 10), (24, 5), (36, 5), (48, 5)]), "other")
    model = libsbml.readSBMLFromString(how.sbml)
    repeats = ("repeat_dose", "repeat_start", "repeat_interval", "repeat_count", "dose")
    values = [model.getModel().getParameter(f"ketamine_{each}").getValue() for each in repeats]
    assert values == [5, 24 * 3600, 12 * 3600, 3, 10]


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(drugs={"NBQX": Bath(start=1)}),
        Experiment(drugs={"NBQX": Bath(end=1)}),
        Experiment(ketamine=[(0, 1, 40)]),
        Experiment(ketamine=[(0, 10), (24, 5), (36, 6)]),
        Experiment(ketamine=[(0, 10), (24, 5), (36, 5), (49, 5)]),
        Experiment(hours=1, every=7),
    ],
)
def test_what_no_file_can_do_is_refused(experiment):
    with pytest.raises(InputError, match="cannot be run from a file"):
        protocol(experiment, "other")


def test_a_changed_animal_has_a_file_of_its_own():
    how = protocol(Experiment(parameters={"MTOR_0": 21.0}, hours=1), "half")
    model = libsbml.readSBMLFromString(how.sbml)
    assert how.source == "ketamine_mtor_half.xml"
    assert model.getModel().getParameter("MTOR_0").getValue() == 21
    assert "MTOR_0 is 21" in model.getModel().getNotesString()
    assert model.getModel().getId() == "ketamine_mtor_half"


def test_the_model_as_it_is_stays_the_models_file():
    how = protocol(Experiment(hours=1), "other")
    assert (how.source, how.sbml) == ("ketamine_mtor.xml", paths.read(paths.sbml()))


# A scan, as one tool or another does it: it sets the depot's amount, or its concentration.
@pytest.mark.parametrize("aim", ["{}", "[{}]"])
@pytest.mark.parametrize("knockouts", [[], ["RICTOR"]])
def test_a_scan_sets_what_is_in_the_depot(aim, knockouts):
    over = (0.0, 10.0, 50.0)
    experiment = Experiment(knockouts=knockouts, hours=3, every=300)
    how = protocol(experiment, "doses", over)
    runner = roadrunner.RoadRunner(how.sbml)
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-8, 1e-10
    wanted = scan(experiment, {"ketamine": over})["glutamate"]
    # From high to low too: a point must not depend on the one before it.
    for dose, amount in [*zip(over, how.amounts, strict=True)] * 2:
        runner.reset()
        runner[aim.format(how.depot)] = amount
        got = runner.simulate(how.start, how.end, how.steps + 1, ["glutamate"])[:, 0]
        assert got == pytest.approx(wanted.sel(ketamine=dose).to_numpy(), rel=1e-4)


def test_the_model_of_a_scan_does_what_its_experiment_does():
    experiment = Experiment(ketamine=20, hours=3, every=300)
    got = ran(protocol(experiment, "doses", (0, 10)))
    assert got["glutamate"].to_numpy() == pytest.approx(
        simulate(experiment)["glutamate"].to_numpy(), rel=1e-4
    )


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(drugs={"NBQX": None}),
        Experiment(ketamine=[(1, 10)]),
        Experiment(ketamine=[(0, 10), (24, 10)]),
    ],
)
def test_a_dose_after_the_begin_is_not_scanned(experiment):
    with pytest.raises(InputError, match="cannot be scanned from a file"):
        protocol(experiment, "doses", (0, 10))
