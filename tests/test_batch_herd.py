"""Animals in the batch kernel against the same animals in libRoadRunner."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

import ketamine_mtor as km
from ketamine_mtor import model_files
from ketamine_mtor.batch.herd import Herd
from ketamine_mtor.batch.mass_action import MassAction, UnsupportedLaw
from ketamine_mtor.engines import Session, roadrunner
from ketamine_mtor.engines.reach import running
from ketamine_mtor.engines.session import ABSOLUTE_NM
from ketamine_mtor.schedule import plan

pytestmark = pytest.mark.slow

FILES = model_files.packaged()
READ = (
    "ketamine_brain",
    "glutamate",
    "pTrkB",
    "PIP3",
    "mTORC1_active",
    "translation_rate",
    "PSD95",
)
#: Experiments of every kind: a bolus, doses, an infusion, baths that come and go, lost genes.
EXPERIMENTS = {
    "bolus": km.Experiment(ketamine=10, hours=12, every=600),
    "doses": km.Experiment(ketamine=[(0, 10), (6, 10)], hours=12, every=600),
    "infusion": km.Experiment(ketamine=[(0, 2, 40)], hours=6, every=600),
    "bath": km.Experiment(
        ketamine=10, drugs={"NBQX": km.Bath(None, start=1, end=3)}, hours=6, every=600
    ),
    "before": km.Experiment(ketamine=10, drugs={"rapamycin": None}, hours=6, every=600),
    "knockout": km.Experiment(ketamine=10, knockouts=["RICTOR"], hours=6, every=600),
}


@pytest.fixture(scope="module")
def herd() -> Herd:
    return Herd(FILES, 1e-6, 1e-9)


def apart(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.abs(ours - theirs).max() / max(np.abs(theirs).max(), 1e-6))


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_a_herd_runs_as_a_session(herd, experiment):
    schedule = plan(experiment, FILES.tables)
    total = FILES.tables.numbers()["AKT1_0"].value
    found = herd.run(schedule, {"AKT1_0": np.array([total, 1.2 * total])}, READ)
    assert not found.failed.any()
    for i, factor in enumerate((1.0, 1.2)):
        one = km.Experiment(
            **{
                **{name: getattr(experiment, name) for name in ("hours", "every", "knockouts")},
                "ketamine": list(experiment.ketamine),
                "drugs": dict(experiment.drugs),
                "parameters": {"AKT1_0": factor * total},
                "observables": READ,
            }
        )
        run = km.simulate(one)
        for j, name in enumerate(READ):
            assert apart(found.values[i, :, j], run[name].to_numpy()) < 1e-5
            assert found.baseline[i, j] == pytest.approx(run[name].attrs["baseline"], rel=1e-5)


def test_an_animal_without_rest_is_told_and_spoils_no_other(herd):
    """BDNF that nothing takes away grows for ever."""
    schedule = plan(EXPERIMENTS["knockout"], FILES.tables)
    names = ("BDNF_clearance", "TrkB_internalisation")
    values = {name: FILES.tables.numbers()[name].value for name in names}
    animals = {name: np.array([value, 1e-30 * value]) for name, value in values.items()}
    found = herd.run(schedule, animals, READ)
    assert found.failed.tolist() == [False, True]
    assert np.isfinite(found.values[0]).all() and np.isnan(found.values[1]).all()


# What is read from the SBML


def test_reactions_that_cannot_run_are_left_out():
    model = MassAction(FILES.sbml)
    there = {row.species for row in FILES.tables.steady_state.values() if row.value}
    there |= {
        name for name, value in model.resolve({}).items() if value and name not in model.homes
    }
    found = running(model.reactions, there)
    assert 0 < len(found) < len(model.reactions)
    missing = [each for each in model.reactions if each not in found]
    reached = {s for each in found for s in each.changes} | there
    assert all(each.reactants - reached for each in missing)
    # What needs a drug that is not given.
    assert any("Torin1" in each.names for each in missing)
    assert {each.id for each in running(model.reactions, {*there, "Torin1"})} > {
        each.id for each in found
    }


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("<times/>", "<plus/>", "is no product"),
        ("<ci> ketamine_infusion_rate </ci>", "<ci> glutamate </ci>", "'glutamate', which varies"),
        ('hasOnlySubstanceUnits="false"', 'hasOnlySubstanceUnits="true"', "counted by amount"),
    ],
)
def test_other_laws_are_refused(old, new, match):
    assert old in FILES.sbml
    with pytest.raises(UnsupportedLaw, match=match):
        MassAction(FILES.sbml.replace(old, new))


def test_the_network_is_near_cvode_at_the_tightest():
    tight = Herd(FILES, 1e-9, ABSOLUTE_NM)
    experiment = km.Experiment(ketamine=10, hours=6, every=600, observables=READ)
    schedule = plan(experiment, FILES.tables)
    found = tight.run(schedule, {"AKT1_0": np.array([713.0])}, READ)
    # A thousandth of the usual tolerances: 1e-11.
    reference = Session(FILES, roadrunner.load(FILES, 1e-3)).run(schedule, READ).values.T
    worst = max(apart(found.values[0, :, j], reference[j]) for j in range(len(READ)))
    assert worst < 1e-7
