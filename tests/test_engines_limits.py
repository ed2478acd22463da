"""A run that goes on too long ends, as an error with the time reached."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from ketamine_mtor.engines import limits, roadrunner
from ketamine_mtor.engines.limits import EngineFailure, OutOfTime
from ketamine_mtor.errors import InputError, SimulationError
from ketamine_mtor.run import simulate
from tests import small_model

pytestmark = pytest.mark.slow

#: Prey and hunters that come and go several hundred times in a second.
RESTLESS = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">
<model id="restless">
<listOfCompartments><compartment id="c" size="1" constant="true"/></listOfCompartments>
<listOfSpecies>
<species id="prey" compartment="c" initialConcentration="2" hasOnlySubstanceUnits="false"
  boundaryCondition="false" constant="false"/>
<species id="hunter" compartment="c" initialConcentration="1" hasOnlySubstanceUnits="false"
  boundaryCondition="false" constant="false"/>
</listOfSpecies>
<listOfParameters><parameter id="k" value="2e3" constant="true"/></listOfParameters>
<listOfRules/>
<listOfReactions>
<reaction id="grow" reversible="false" fast="false"><listOfProducts>
  <speciesReference species="prey" stoichiometry="1" constant="true"/></listOfProducts>
  <listOfModifiers><modifierSpeciesReference species="prey"/></listOfModifiers>
  <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">
  <apply><times/><ci>c</ci><ci>k</ci><ci>prey</ci></apply></math></kineticLaw></reaction>
<reaction id="eat" reversible="false" fast="false"><listOfReactants>
  <speciesReference species="prey" stoichiometry="1" constant="true"/></listOfReactants>
  <listOfProducts><speciesReference species="hunter" stoichiometry="1" constant="true"/>
  </listOfProducts>
  <listOfModifiers><modifierSpeciesReference species="hunter"/></listOfModifiers>
  <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">
  <apply><times/><ci>c</ci><ci>k</ci><ci>prey</ci><ci>hunter</ci></apply></math></kineticLaw>
</reaction>
<reaction id="die" reversible="false" fast="false"><listOfReactants>
  <speciesReference species="hunter" stoichiometry="1" constant="true"/></listOfReactants>
  <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">
  <apply><times/><ci>c</ci><ci>k</ci><ci>hunter</ci></apply></math></kineticLaw></reaction>
</listOfReactions>
</model></sbml>""".replace("<listOfRules/>\n", "")
START = np.array([2.0, 1.0])


@pytest.fixture(scope="module")
def files():
    # An object of its own, so that no other test has found its drug-free steady states already.
    return replace(small_model.files())


@pytest.fixture(scope="module")
def restless():
    return roadrunner.RoadRunnerPlant(RESTLESS)


@pytest.mark.parametrize("samples", [1, 1000])
def test_a_run_without_end_is_ended(restless, monkeypatch, samples):
    """Three days of it would take days; it is ended a little after the limit."""
    monkeypatch.setenv(limits.VARIABLE, "0.3")
    began = time.monotonic()
    with limits.limited(), pytest.raises(OutOfTime, match=r"longer than 0\.3 s") as caught:
        restless.advance(START, 259200.0, np.linspace(0, 259200, samples + 1)[1:], ())
    assert 0 < caught.value.reached < 259200
    # Far from it, however slow the machine is.
    assert time.monotonic() - began < 60


def test_watching_changes_nothing(restless, monkeypatch):
    """Looked at after every few steps, after every sample, or not at all: the same numbers."""
    times = np.linspace(0, 0.02, 201)[1:]
    plain = restless.advance(START, 0.02, times, ())[1]
    monkeypatch.setattr(roadrunner, "FEW", 1000)
    assert np.array_equal(restless.advance(START, 0.02, times, ())[1], plain)
    integrator = restless._runner.getIntegrator()
    integrator.setValue("maximum_num_steps", 3)
    try:
        assert np.array_equal(restless.advance(START, 0.02, times, ())[1], plain)
        monkeypatch.setattr(roadrunner, "FEW", 100)
        assert np.array_equal(restless.advance(START, 0.02, times, ())[1], plain)
    finally:
        integrator.setValue("maximum_num_steps", roadrunner.WATCHED_STEPS)


def test_so_many_steps_between_two_samples_are_too_many(restless, monkeypatch):
    monkeypatch.setattr(restless, "_most_steps", 2000)
    with pytest.raises(EngineFailure, match="more than 2000 steps") as caught:
        restless.advance(START, 259200.0, np.empty(0), ())
    assert 0 < caught.value.reached < 259200


@pytest.mark.parametrize("engine", ["roadrunner", "pysb"])
def test_the_error_says_what_ran(files, monkeypatch, engine):
    monkeypatch.setenv(limits.VARIABLE, "1e-9")
    with pytest.raises(
        SimulationError, match=r"longer than 1e-09 s \(KETAMINE_MTOR_TIME_LIMIT\) at 0 h in Exp"
    ) as caught:
        simulate(files=files, hours=1, engine=engine)
    assert caught.value.time_h == 0 and vars(caught.value.experiment)["hours"] == 1
    with pytest.raises(SimulationError, match="no drug-free steady state: it takes longer"):
        simulate(files=files, hours=1, engine=engine, knockouts=["PROT"])
    monkeypatch.delenv(limits.VARIABLE)
    assert simulate(files=files, hours=1, engine=engine).sizes["time"] == 61
    # With more time it comes to rest: what took too long is not held against the animal.
    assert simulate(files=files, hours=1, engine=engine, knockouts=["PROT"]).sizes["time"] == 61


def test_a_run_that_ended_too_late_is_an_error(files, monkeypatch):
    """A stretch that nobody looks into, with a sample a minute and few steps between them."""

    def slow(*arguments):
        time.sleep(0.4)
        return plain(*arguments)

    plain = roadrunner.RoadRunnerPlant.advance
    files = replace(files)
    simulate(files=files, hours=6)
    monkeypatch.setattr(roadrunner.RoadRunnerPlant, "advance", slow)
    assert simulate(files=files, hours=6).sizes["time"] == 361
    monkeypatch.setenv(limits.VARIABLE, "0.3")
    with pytest.raises(SimulationError, match=r"longer than 0\.3 s .* at 6 h in Exp") as caught:
        simulate(files=files, hours=6)
    assert caught.value.time_h == 6
    with pytest.raises(SimulationError, match="no drug-free steady state: it takes longer"):
        simulate(files=files, hours=6, knockouts=["PROT"])


def test_no_limit_outside_a_run():
    limits.check()
    with limits.limited():
        limits.check()


def test_a_run_within_a_run_has_no_time_of_its_own(monkeypatch):
    monkeypatch.setenv(limits.VARIABLE, "1e-9")
    with limits.limited():
        monkeypatch.setenv(limits.VARIABLE, "inf")
        with limits.limited(), pytest.raises(OutOfTime):
            limits.check()
    with limits.limited():
        limits.check()


@pytest.mark.parametrize("said", ["soon", "0", "-1", "nan"])
def test_a_limit_that_is_none(files, monkeypatch, said):
    monkeypatch.setenv(limits.VARIABLE, said)
    with pytest.raises(InputError, match=f"KETAMINE_MTOR_TIME_LIMIT is '{said}'; allowed: seconds"):
        simulate(files=files, hours=1)
