"""Runs with changed numbers: the same as the full simulation, where they are shortened too."""

from __future__ import annotations

import numpy as np
import pytest

from ketamine_mtor import knowledge, model_files
from ketamine_mtor.engines import open_session
from ketamine_mtor.engines.reach import Reach
from ketamine_mtor.errors import SimulationError
from ketamine_mtor.experiment import Experiment
from ketamine_mtor.run import simulate
from ketamine_mtor.sensitivity.runs import ChangedAnimals, changed_animals
from tests import small_model
from tests.small_model import differ, experiment

pytestmark = pytest.mark.slow

#: What is done to the small animal.
DONE = {
    "vehicle": {"ketamine": 0},
    "ketamine": {"ketamine": 10},
    "infused": {"ketamine": [(0, 10, 30)]},
    "blocker": {"ketamine": 0, "drugs": {"blocker": None}},
    "ligand": {"ketamine": 0, "drugs": {"ligand": None}},
    "without protein": {"knockouts": ["PROT"]},
    "without receptor": {"knockouts": ["RCPT"]},
    "few receptors": {"parameters": {"receptor_0": 60}},
}


@pytest.mark.parametrize("options", DONE.values(), ids=DONE)
def test_a_changed_number_gives_what_the_full_simulation_gives(options):
    files, done = small_model.files(), experiment(**options)
    changed = changed_animals(files)
    known = files.tables.values()
    sizes = {row.size for row in files.tables.compartments.values()}
    # The unit in which receptors are counted is no number of the tables.
    names = [name for name, value in known.items() if value and name not in sizes | {"receptor_0"}]
    assert len(names) > 9
    for name in names:
        given = dict(done.parameters)
        given[name] = 1.5 * given.get(name, known[name])
        full = simulate(
            Experiment(
                ketamine=done.ketamine,
                drugs=done.drugs,
                knockouts=done.knockouts,
                parameters=given,
                hours=done.hours,
                observables=done.observables,
                tables=files.tables,
            ),
            files=files,
        )
        assert not differ(changed.run(done, {name: 1.5}), full), name


def test_what_cannot_matter_is_not_run_again():
    changed, plain = ChangedAnimals(small_model.files()), experiment(ketamine=0)
    again = changed.run(plain, {})
    assert changed.run(plain, {}) is again
    assert changed.run(plain, {"blocker_on": 2.0}) is again
    assert changed.run(plain, {"protein_synthesis": 2.0}) is not again
    blocked = experiment(ketamine=0, drugs={"blocker": None})
    assert differ(changed.run(blocked, {"blocker_on": 2.0}), changed.run(blocked, {}))


def test_an_animal_without_a_protein_still_counts_in_the_changed_unit():
    changed, without = changed_animals(small_model.files()), experiment(knockouts=["RCPT"])
    assert changed.run(without, {"receptor_0": 2.0}) is not changed.run(without, {})


def test_a_run_that_fails_says_of_which_experiment(monkeypatch):
    changed, plain = ChangedAnimals(small_model.files()), experiment(ketamine=0)

    def fails(*_):
        raise SimulationError("too stiff", time_h=1.0)

    monkeypatch.setattr(changed._runs.session, "run", fails)
    monkeypatch.setattr(changed._runs.usual, "run", fails)
    with pytest.raises(SimulationError, match="too stiff") as caught:
        changed.run(plain, {})
    assert caught.value.experiment == plain


def test_a_run_that_fails_at_looser_tolerances_is_made_at_the_usual_ones(monkeypatch):
    changed, plain = ChangedAnimals(small_model.files()), experiment(ketamine=0)
    whole = ChangedAnimals(small_model.files()).run(plain, {})

    def fails(*_):
        raise SimulationError("too stiff", time_h=1.0)

    monkeypatch.setattr(changed._runs.session, "run", fails)
    assert not differ(changed.run(plain, {}), whole)


@pytest.mark.parametrize("knockouts", [(), ("RICTOR",)], ids=["wild type", "RICTOR"])
def test_the_real_model_gives_what_the_full_simulation_gives(knockouts):
    files = model_files.packaged()
    names = list(files.tables.parameters)
    resting = {row.seed for row in files.tables.steady_state.values()}
    done = Experiment(hours=6, knockouts=knockouts, observables=["Ca", "pS6K_T389", "pAkt_S473"])
    plain = changed_animals(files).run(done, {})
    moved = 0
    for name in [*(n for n in names if n.startswith("TrkB_"))][:2] + sorted(resting & {"AKT1S1_0"}):
        value = 1.1 * files.tables.numbers()[name].value
        full = simulate(
            hours=6, knockouts=knockouts, observables=done.observables, parameters={name: value}
        )
        run = changed_animals(files).run(done, {name: 1.1})
        assert not differ(run, full)
        moved += differ(run, plain)
    assert moved


# Which names can matter

_REACTION = (
    '<reaction id="r"><listOfReactants>{}</listOfReactants><listOfProducts>{}</listOfProducts>'
    "<kineticLaw><math><apply><times/><ci> {} </ci><ci>C</ci></apply></math></kineticLaw>"
    "</reaction>"
)


def sbml(*reactions: tuple[str, str, str]) -> str:
    made = "".join(
        _REACTION.format(
            *("".join(f'<speciesReference species="{each}"/>' for each in side) for side in sides),
            law,
        )
        for *sides, law in reactions
    )
    rules = '<assignmentRule variable="seen"><math><ci>scale</ci></math></assignmentRule>'
    rules += '<initialAssignment symbol="k"><math><ci>Kd</ci></math></initialAssignment>'
    return f"<sbml><model>{made}{rules}</model></sbml>"


def test_what_follows_from_what_is_there_is_used():
    reach = Reach(sbml(("A", "B", "k"), ("B", "", "j"), ("BD", "E", "i"), ("", "F", "h")))
    assert reach.used(["A"], []) == {"k", "Kd", "j", "h", "C"}
    assert reach.used([], []) == {"h", "C"}
    assert reach.used(["B", "D"], ["seen"]) == {"j", "i", "h", "C", "seen", "scale"}


# The drug-free steady state, looked for from that of a neighbour


def test_a_neighbour_leads_to_the_same_resting_state():
    files = small_model.files()
    animal, far = {"receptor_0": 110.0}, {"receptor_0": 5.0, "protein_turnover": 2e-4}
    for changes in (animal, far):
        usual = open_session("roadrunner", files).steady_state(tuple(sorted(changes.items())))
        changed = ChangedAnimals(files)._runs.session
        for neighbour in ({}, {"receptor_0": 100.0, "protein_synthesis": 0.009}):
            changed.rest_near(changes, neighbour)
            near = changed.steady_state(tuple(sorted(changes.items())))
            assert near == pytest.approx(usual, rel=1e-5, abs=1e-9)
            changed.forget()


def test_a_neighbour_is_nearer(monkeypatch):
    files = model_files.packaged()
    session = changed_animals(files)._runs.session
    starts = []
    rested = type(session)._rested
    monkeypatch.setattr(
        type(session), "_rested", lambda own, state: rested(own, starts.append(state) or state)
    )
    name = next(row.seed for row in files.tables.steady_state.values() if row.seed == "PTEN_0")
    changes = {name: 1.001 * knowledge.load().values()[name]}
    key = tuple(changes.items())
    session.rest_near(changes, {})
    near = session.steady_state(key)
    session.forget()
    session.rest_near({}, {})
    usual = session.steady_state(key)
    assert near == pytest.approx(usual, rel=1e-4, abs=1e-6)
    away = [float(np.abs(start - usual).sum()) for start in starts]
    assert away[0] < 0.01 * away[1]
