"""The SBML says what the network says: the same dynamics, valid, the same each time."""

from __future__ import annotations

from pathlib import Path

import libsbml
import numpy as np
import pytest
from pysb.simulator import ScipyOdeSimulator

from ketamine_mtor import emit, network
from ketamine_mtor.engines.compiled import compile_sbml
from ketamine_mtor.errors import InputError
from tests import toy
from tests.emit_kit import TIMES, read, simulated

#: The toy as it is written. Where it changes on purpose: python -m tests.toy
WRITTEN = Path(toy.__file__).with_suffix(".xml")


def test_the_text_is_the_committed_one(toy_annotated):
    assert toy_annotated == WRITTEN.read_text(encoding="utf-8")


def test_roadrunner_on_the_sbml_agrees_with_pysb_on_the_rules(toy_model, toy_sbml):
    readouts = [each.name for each in toy_model.expressions_dynamic()]
    simulator = ScipyOdeSimulator(
        toy_model,
        TIMES,
        integrator="lsoda",
        compiler="python",
        integrator_options={"rtol": 1e-11, "atol": 1e-13, "mxstep": 100_000},
    )
    run = simulator.run()
    species = emit.species_ids(toy_model)
    sizes = {each.name: each.size.value for each in toy_model.compartments}
    homes = [emit.names.home(each).name for each in toy_model.species]
    ours = simulated(toy_sbml, [*readouts, *(f"[{each}]" for each in species)])
    theirs = np.column_stack(
        [run.expressions[name] for name in readouts]
        + [run.species[:, i] / sizes[place] for i, place in enumerate(homes)]
    )
    assert np.abs(theirs).max(axis=0).min() > 0
    assert (np.abs(ours - theirs).max(axis=0) <= 1e-6 * np.abs(theirs).max(axis=0)).all()


def test_a_model_without_network_is_an_error(toy_tables):
    with pytest.raises(emit.EmitError, match="no network"):
        emit.write_sbml(toy.build(), toy_tables)


def test_libsbml_finds_nothing(toy_sbml, toy_annotated):
    assert emit.problems(toy_sbml) == []
    assert emit.problems(toy_annotated) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('units="per_nM_s"', 'units="per_s"', "units"),
        ("<ci> recruit </ci>", "<ci> nothing </ci>", "nothing"),
        (' units="nM" constant="true"', ' constant="true"', "units"),
        ("</model>", "", "XML"),
    ],
)
def test_libsbml_finds_what_is_wrong(toy_sbml, old, new, said):
    assert old in toy_sbml
    found = emit.problems(toy_sbml.replace(old, new))
    assert found and any(said in each for each in found)


def test_version_2_is_written_on_request(toy_model, toy_tables):
    text = emit.write_sbml(toy_model, toy_tables, annotations=toy.annotations(), version=2)
    assert libsbml.readSBMLFromString(text).getVersion() == 2
    assert emit.problems(text) == []
    with pytest.raises(emit.EmitError, match="allowed: 1, 2"):
        emit.write_sbml(toy_model, toy_tables, version=3)


def test_the_text_is_the_same_each_time(toy_network, toy_tables, toy_annotated):
    again = network.load_net(toy.build(), toy_network)
    assert emit.write_sbml(again, toy_tables, annotations=toy.annotations()) == toy_annotated


def test_a_bath_and_a_dose_start_at_what_their_parameters_say(toy_sbml):
    found = read(toy_sbml)
    assigned = {each.getSymbol() for each in found.getListOfInitialAssignments()}
    assert {"L", "Drug"} <= assigned and "PIP3" not in assigned
    assert found.getSpecies("L").getBoundaryCondition()
    assert not found.getSpecies("Drug").getBoundaryCondition()
    assert found.getSpecies("L").getInitialConcentration() == toy.VALUES["ligand_nM"]
    assert found.getSpecies("Drug").getInitialConcentration() == pytest.approx(70)
    runner = compile_sbml(toy_sbml)
    assert runner["[Drug]"] == pytest.approx(70)
    assert runner["[L]"] == pytest.approx(toy.VALUES["ligand_nM"])


def test_a_steady_state_is_where_the_others_start(toy_model, toy_tables):
    at_rest = dict.fromkeys(emit.species_ids(toy_model), 3.25)
    found = read(emit.write_sbml(toy_model, toy_tables, steady_state=at_rest))
    assert found.getSpecies("Akt__PIP3").getInitialConcentration() == 3.25
    assert found.getSpecies("PIP3").getInitialConcentration() == 3.25
    assert found.getSpecies("L").getInitialConcentration() == toy.VALUES["ligand_nM"]


def test_a_steady_state_that_lacks_a_species_is_an_error(toy_model, toy_tables):
    at_rest = dict.fromkeys(emit.species_ids(toy_model), 3.25)
    del at_rest["Akt__PIP3"]
    with pytest.raises(InputError, match="unknown species of the steady state 'Akt__PIP3'"):
        emit.write_sbml(toy_model, toy_tables, steady_state=at_rest)


def test_each_species_knows_its_seed(toy_model):
    seeds = emit.seeds(toy_model)
    assert list(seeds) == emit.species_ids(toy_model)
    assert seeds["PIP3"] == "PIP3_0"
    assert seeds["L"] == "ligand_nM"
    assert seeds["Drug"] == "depot"
    assert seeds["Akt__PIP3"] == ""


def test_what_cannot_be_written_is_said():
    model = toy.build()
    with pytest.raises(emit.EmitError) as error:
        emit.write_sbml(model, toy.tables())
    assert str(error.value) == "the model has no network yet: see ketamine_mtor.network"
    network.generate(model)
    with pytest.raises(emit.EmitError) as error:
        emit.write_sbml(model, toy.tables(), version=3)
    assert str(error.value).startswith("unknown version of SBML Level 3 '3'; ")
