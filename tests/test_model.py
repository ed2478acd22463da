"""The model as a whole: its size, where it rests, what it conserves, and a second route."""

from __future__ import annotations

import collections
import shutil
from dataclasses import replace

import libsbml
import numpy as np
import pytest

from ketamine_mtor import build, emit, knowledge, model_files, network, paths, run
from ketamine_mtor.engines import open_session
from ketamine_mtor.engines.session import LOWEST_NM
from ketamine_mtor.errors import InputError
from ketamine_mtor.experiment import Experiment
from ketamine_mtor.rules import build_model

pytestmark = pytest.mark.slow

#: Where each of these ends up is told by the monomers of the species: a site that is conserved.
CONSERVED = (
    "NMDAR_IN", "NMDAR_PYR", "GABAAR", "HCN1", "VDCC", "mGluR23", "ReleaseSite", "PIK3CA", "PDPK1",
    "AKT1", "MTOR", "MLST8", "RPTOR", "RICTOR", "MAPKAP1", "AKT1S1", "RHEB", "TSC2", "FKBP1A",
    "RPS6KB1", "EIF4E", "EIF4G1", "EIF4EBP1", "Ribosome", "CALM1", "CAMK2A", "PPP3CA", "GAP43",
    "MARCKS", "Actin", "Synapse", "PLCG1",
)  # fmt: skip


@pytest.fixture(scope="module")
def files():
    return model_files.packaged()


@pytest.fixture(scope="module")
def model(files):
    return files.network()


def test_the_network_has_the_size_that_was_decided(model):
    """Drugs in baths, whose concentration stays, are counted on their own."""
    held = {each.pattern.monomer_patterns[0].monomer.name for each in model.initials if each.fixed}
    drugs = [
        held & {each.monomer.name for each in species.monomer_patterns} for species in model.species
    ]
    assert 150 <= drugs.count(set()) <= 250
    holding = collections.Counter(name for names in drugs for name in names)
    assert {name: count for name, count in holding.items() if count > 8} == {}


def test_no_reaction_stems_from_two_rules(model):
    assert [r["rule"] for r in model.reactions if len(set(r["rule"])) != 1] == []


@pytest.fixture(scope="module")
def every_model(model):
    """The default's model, and those of the variants that have rules of their own."""
    own = [row.variant for row in knowledge.load().variants.values() if row.modules]
    return [model, *(model_files.packaged(variant).network() for variant in own)]


def test_every_rule_makes_a_reaction_and_has_a_row(every_model):
    made = {
        name for each in every_model for reaction in each.reactions for name in reaction["rule"]
    }
    named = {rule.name for each in every_model for rule in each.rules}
    assert made == named == set(knowledge.load().rules)


def test_every_number_of_the_tables_is_used(every_model):
    used = {parameter.name for each in every_model for parameter in each.parameters}
    assert set(knowledge.load().numbers()) - used == set()


def test_every_readout_of_the_table_is_in_the_model(model):
    assert set(knowledge.load().observables) <= set(model.expressions.keys())


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with a fresh build of every variant, which is made only where all are at rest."""
    folder = tmp_path_factory.mktemp("built")
    written = build.build(folder=folder)
    assert sorted(written) == sorted(str(path) for path in folder.rglob("*.*"))
    assert len(written) == 2 * len(knowledge.load().variants)
    return folder


@pytest.mark.breaks("ketamine-mtor build --check")
def test_the_committed_files_are_what_the_rules_give(built):
    assert build.differences(built, paths.sbml().parent) == []


def test_a_changed_file_is_told_from_what_the_rules_give(built, tmp_path, monkeypatch):
    def built_before(scratch, variant):
        for name in (paths.sbml(variant), paths.network(variant)):
            place = name.relative_to(paths.sbml().parent)
            (scratch / place).parent.mkdir(exist_ok=True)
            shutil.copyfile(built / place, scratch / place)

    monkeypatch.setattr(build, "fresh", built_before)
    monkeypatch.setattr(build, "_moving", lambda variant, files: [])
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    assert build.build(check=True, folder=tmp_path) == []
    with (tmp_path / "ketamine_mtor.xml").open("a") as sbml:
        sbml.write("\n")
    (wrong,) = build.build(check=True, folder=tmp_path)
    assert "ketamine_mtor.xml" in wrong
    monkeypatch.setattr(build, "_moving", lambda variant, files: [f"{variant} moves"])
    told = build.build(check=True, folder=tmp_path)
    assert told == [*(f"{variant} moves" for variant in knowledge.load().variants), wrong]
    with pytest.raises(InputError, match="moves"):
        build.build(folder=tmp_path)


def test_a_model_that_is_not_at_rest_is_told(files):
    document = libsbml.readSBMLFromString(files.sbml)
    for species in document.getModel().getListOfSpecies():
        species.setInitialConcentration(1.1 * species.getInitialConcentration())
    shifted = replace(files, sbml=libsbml.writeSBMLToString(document))
    (line,) = build._moving("caption", shifted)
    assert "the steady state of caption is not one" in line


def test_the_sbml_has_no_problem(files):
    assert emit.problems(files.sbml) == []


def _still(dataset) -> float:
    """The largest change of any readout from its start, as a share of it (and of a trace)."""
    return max(
        float(np.abs(data - data[0]).max()) / (abs(float(data[0])) + 1e-6)
        for data in dataset.data_vars.values()
    )


def test_without_ketamine_nothing_moves():
    assert _still(run.simulate(ketamine=0, hours=72, every=600)) < 1e-3


def test_with_ketamine_the_same_check_sees_movement():
    assert _still(run.simulate(ketamine=10, hours=2, every=600)) > 1e-3


def _trajectory(files, experiment: Experiment, times: np.ndarray) -> tuple[list[str], np.ndarray]:
    """The concentrations of all floating species at ``times`` (s) after a bolus."""
    session = open_session("roadrunner", files)
    plant = session._plant
    state = session.steady_state(())
    plant.set(plant.resolve({}))
    depot = plant.species.index("Ketamine")
    state = state.copy()
    values = plant.resolve({})
    amount = experiment.ketamine[0].mgkg * values["ketamine_depot_per_dose"]
    state[depot] += amount / values["peritoneum"]
    rows, now = [state], 0.0
    for time in times:
        _, state = plant.advance(state, time - now, np.empty(0), ())
        rows.append(state)
        now = time
    return list(plant.species), np.array(rows)


@pytest.fixture(scope="module")
def course(files):
    times = np.concatenate([np.arange(120, 7200, 120), np.arange(7200, 72 * 3600, 3600)])
    return _trajectory(files, Experiment(ketamine=10), times)


def test_no_species_falls_below_nothing(course):
    assert course[1].min() >= LOWEST_NM


def weights(model, monomer: str) -> dict[str, float]:
    """How many of a monomer (nmol) are in 1 nM of each species."""
    values = knowledge.load().values()
    size = {row.id: values[row.size] for row in knowledge.load().compartments.values()}
    return {
        key: sum(part.monomer.name == monomer for part in pattern.monomer_patterns)
        * size[emit.home(pattern).name]
        for key, pattern in zip(emit.species_ids(model), model.species, strict=True)
    }


@pytest.mark.parametrize("monomer", CONSERVED)
def test_totals_are_conserved(monomer, model, course):
    species, rows = course
    count = weights(model, monomer)
    total = rows @ np.array([count[key] for key in species])
    assert total[0] > 0
    assert np.abs(total / total[0] - 1).max() < 1e-6


def test_a_total_that_is_made_and_degraded_is_not_conserved(model, course):
    with pytest.raises(AssertionError):
        test_totals_are_conserved("BDNFVesicle", model, course)


def test_rules_have_no_numbers_of_their_own(model):
    """Every parameter is a row of a table, or what a readout is divided by."""
    known = set(knowledge.load().numbers())
    own = [p.name for p in model.parameters if p.name not in known]
    assert [name for name in own if not name.endswith("_wildtype")] == []


def test_the_second_route_would_see_a_wrong_law(files):
    """A rate constant that is 0.1 % off in the SBML shows in the comparison."""
    experiment = Experiment(ketamine=10, hours=2, every=600, observables=["glutamate"])
    changed = Experiment(
        ketamine=10,
        hours=2,
        every=600,
        observables=["glutamate"],
        parameters={"glutamate_release": 1.001 * knowledge.load().values()["glutamate_release"]},
    )
    ours, other = run.simulate(experiment)["glutamate"], run.simulate(changed)["glutamate"]
    assert float(np.abs(ours - other).max()) > 1e-5 * float(ours.max())


def test_the_network_can_be_made_afresh(files):
    fresh = build_model()
    text = network.generate(fresh)
    names = collections.Counter(emit.species_ids(fresh))
    assert max(names.values()) == 1
    assert text
