"""The engines: each against what is known by hand, against each other, and when they fail."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import ketamine_mtor as km
from ketamine_mtor import engines, knowledge, model_files, paths
from ketamine_mtor.engines import EngineFailure, Session, roadrunner
from ketamine_mtor.engines.built import check_built
from ketamine_mtor.engines.session import ABSOLUTE_NM, REST_RATE, check_reached, fastest, speeds
from ketamine_mtor.errors import InputError, MissingExtra, SimulationError
from ketamine_mtor.experiment import Bath, Experiment
from ketamine_mtor.run import simulate
from ketamine_mtor.schedule import plan
from tests import small_model
from tests.engines_kit import LOADERS, OF_SBML

pytestmark = pytest.mark.slow

ALL = pytest.mark.parametrize("engine", engines.ENGINES)
OTHERS = pytest.mark.parametrize("engine", engines.ENGINES[1:])
#: A state that is far from rest (nM), and how fast it moves by the small model's rate laws (nM/s).
STATE = {
    "Depot": 500.0,
    "Ketamine": 30.0,
    "Receptor": 70.0,
    "Blocker__Receptor": 10.0,
    "Ketamine__Receptor": 20.0,
    "Protein": 90.0,
    "Ion": 60.0,
    "Ligand": 3.0,
}
_BOUND = 1e-6 * 70 * 30 - 1e-3 * 20
_HELD = 1e-5 * 70 * 40 - 1e-3 * 10
MOVES = {
    "Depot": -1e-3 * 500,
    "Ketamine": 1e-3 * 500 - 5e-4 * 30 + 0.002 * 100 - _BOUND * 0.01 / 0.2,
    "Receptor": -_BOUND - _HELD,
    "Blocker__Receptor": _HELD,
    "Ketamine__Receptor": _BOUND,
    "Protein": 6e-3 * 70 * 0.01 / 0.6 - 1e-4 * 90,
    "Ion": 4800 * 70 * 0.01 / 0.6 - 100 * 60,
    "Ligand": -1e-3 * 3,
}


@pytest.fixture(scope="module")
def files():
    return small_model.files()


def _run(files, engine="roadrunner", **fields):
    return simulate(files=files, engine=engine, **{"hours": 6, **fields})


def _apart(one, other) -> float:
    """The largest difference of two runs, as a share of each observable's maximum."""
    return max(
        float(abs(one[name] - other[name]).max()) / max(float(abs(one[name]).max()), 1e-9)
        for name in one
    )


@ALL
def test_a_plant_moves_as_the_rate_laws_say(files, engine):
    plant = LOADERS[engine](files)
    plant.set({**plant.resolve({"ketamine_infusion": 0.002}), "Blocker": 40.0})
    assert set(plant.species) == set(STATE) and tuple(plant.boundary) == ("Blocker",)
    state = np.array([STATE[name] for name in plant.species])
    moves = dict(zip(plant.species, plant.rates(state), strict=True))
    # bngsim takes away and adds what a reaction leaves as it was: the last digits of 4800 * 70.
    assert moves == pytest.approx(MOVES, rel=1e-9, abs=1e-10)
    read = plant.observe(state, ("ion", "receptor_free", "protein_relative"))
    assert read == pytest.approx([60, 0.7, 0.9])


@ALL
def test_ketamine_follows_the_formula(files, engine):
    """Absorption and elimination of first order, where nothing is there to bind."""
    run = _run(files, engine, parameters={"receptor_0": 0}, ketamine=7)
    seconds = run["time"].values * 3600
    expected = 700 * 1e-3 / (1e-3 - 5e-4) * (np.exp(-5e-4 * seconds) - np.exp(-1e-3 * seconds))
    assert run["ketamine_brain"].values == pytest.approx(expected, abs=1e-4)
    assert run["protein"].baseline == pytest.approx(0, abs=1e-9)


@ALL
def test_an_infusion_follows_the_formula(files, engine):
    run = _run(files, engine, parameters={"receptor_0": 0}, ketamine=[(0, 2, 60)], hours=1)
    seconds = run["time"].values * 3600
    expected = 200 / 3600 / 5e-4 * (1 - np.exp(-5e-4 * seconds))
    assert run["ketamine_brain"].values == pytest.approx(expected, abs=1e-4)


@ALL
def test_a_bath_is_exchanged_only_while_it_is_there(files, engine):
    run = _run(files, engine, ketamine=0, drugs={"ligand": Bath(30, start=1, end=2)}, every=600)
    ligand, hours = run["ligand"].values, run["time"].values
    assert ligand[hours <= 1] == pytest.approx(0, abs=1e-12)
    assert ligand[hours == 2] == pytest.approx(30 / 1.001, rel=1e-6)
    late = hours >= 2
    decay = ligand[hours == 2] * np.exp(-1e-3 * 3600 * (hours[late] - 2))
    assert ligand[late] == pytest.approx(decay, abs=1e-6)


@ALL
def test_a_knockout_starts_from_its_own_steady_state(files, engine):
    run = _run(files, engine, knockouts=["PROT"], ketamine=0)
    assert run["protein"].baseline == pytest.approx(0, abs=1e-6)
    assert run["ion"].baseline == pytest.approx(80)
    changed = _run(files, engine, parameters={"protein_turnover": 2e-4}, ketamine=0)
    assert changed["protein"].baseline == pytest.approx(50)
    assert _apart(changed, changed.isel(time=[0])) < 1e-6


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"drugs": {"blocker": None}},
        {"ketamine": [(0, 5), (2, 10, 30)], "knockouts": ["PROT"]},
        {"parameters": {"receptor_0": 60.0}, "drugs": {"ligand": Bath(5, 1, 3)}},
    ],
    ids=["dose", "drug", "doses", "parameter"],
)
@OTHERS
def test_engines_agree(files, engine, fields):
    assert _apart(_run(files, **fields), _run(files, engine, **fields)) < 1e-6


@OF_SBML
def test_a_volume_can_be_changed(files, engine):
    run = _run(files, engine, parameters={"cytosol_volume": 0.3}, ketamine=0)
    assert run["protein"].baseline == pytest.approx(200)


def test_the_network_has_its_volumes_built_in(files):
    with pytest.raises(InputError, match="the volume of 'cytosol' is fixed"):
        _run(files, "pysb", parameters={"cytosol_volume": 0.3})


def test_the_network_is_not_another_sbml(files):
    with pytest.raises(InputError, match="not an SBML file"):
        _run(files, "pysb", sbml=files.sbml + "\n")


def test_an_engine_that_there_is_not():
    with pytest.raises(InputError, match="unknown engine 'roadruner'; nearest: 'roadrunner'"):
        engines.open_session("roadruner", small_model.files())


@pytest.mark.parametrize("engine, module", [("copasi", "COPASI"), ("bngsim", "bngsim")])
def test_some_engines_are_extras(files, monkeypatch, engine, module):
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, f"ketamine_mtor.engines.{engine}")
    with pytest.raises(MissingExtra, match=r"install ketamine-mtor\[test\]"):
        engines.open_session(engine, replace(files))


@ALL
def test_a_session_is_opened_once(files, engine):
    assert engines.open_session(engine, files) is engines.open_session(engine, files)


@ALL
def test_unknown_names_are_refused(files, engine):
    plant = LOADERS[engine](files)
    with pytest.raises(InputError, match=r"unknown parameter of .* 'absorbtion'"):
        plant.resolve({"absorbtion": 1.0})
    state = np.zeros(len(plant.species))
    with pytest.raises(InputError, match=r"unknown observable of .* 'protien'"):
        plant.observe(state, ("protien",))


# What goes wrong on the way


class Broken:
    """A plant that gives up when it is asked to advance, half a minute after it started."""

    def __init__(self, plant, after: int):
        self._plant, self._left = plant, after

    def __getattr__(self, name):
        return getattr(self._plant, name)

    def advance(self, *arguments):
        if self._left == 0:
            raise EngineFailure("gave up", 30.0)
        self._left -= 1
        return self._plant.advance(*arguments)


def test_a_failure_says_when(files):
    session = Session(files, Broken(roadrunner.load(files), after=1))
    schedule = plan(Experiment(ketamine=[(2, 1)], hours=6, tables=files.tables), files.tables)
    with pytest.raises(SimulationError, match=r"gave up at 2\.00833 h") as caught:
        session.run(schedule, ("ion",))
    assert caught.value.time_h == pytest.approx(2 + 30 / 3600)


def test_a_failure_on_the_way_to_rest_says_so(files):
    session = Session(replace(files, at_rest=False), Broken(roadrunner.load(files), after=0))
    with pytest.raises(SimulationError, match="no drug-free steady state: gave up"):
        session.steady_state(())


def test_an_animal_without_rest_is_looked_at_once(files):
    class Counting(Broken):
        tried = 0

        def advance(self, *arguments):
            Counting.tried += 1
            return super().advance(*arguments)

    session = Session(replace(files, at_rest=False), Counting(roadrunner.load(files), after=0))
    said = []
    for _ in range(2):
        with pytest.raises(SimulationError) as caught:
            session.steady_state(())
        said.append(str(caught.value))
    assert said[0] == said[1] and Counting.tried == 1
    session.forget()
    with pytest.raises(SimulationError):
        session.steady_state(())
    assert Counting.tried == 2


def test_what_never_rests_is_refused(files):
    with pytest.raises(SimulationError, match=r"no drug-free steady state: .* Protein still"):
        _run(files, parameters={"protein_turnover": 0.0})


def test_the_residual_of_a_state_that_is_not_at_rest(files):
    plant = roadrunner.load(files)
    plant.set({**plant.resolve({"ketamine_dose": 0.0}), "Blocker": 0.0})
    rest = {row.species: row.value for row in files.tables.steady_state.values()}
    at_rest = np.array([rest[name] for name in plant.species])
    assert fastest(plant, at_rest)[0] < REST_RATE
    speed, species = fastest(plant, np.where(at_rest == 100, 101, at_rest))
    assert speed > REST_RATE and species in ("Ion", "Protein")


@pytest.mark.parametrize("value, said", [(np.nan, "not finite"), (-1e-8, r"b is -1.0e-08 nM")])
def test_a_state_that_no_animal_can_be_in(value, said):
    with pytest.raises(EngineFailure, match=said) as caught:
        check_reached(("a", "b"), np.array([1.0, value]), 7.0)
    assert caught.value.reached == 7.0
    check_reached(("a", "b"), np.array([1.0, -1e-10]), 7.0)


@ALL
def test_a_solver_that_fails_is_a_failure(files, engine):
    """A rate without bound; nothing of the failed run is kept for the next one."""
    runaway = {"protein_synthesis": 1e300, "ion_influx": 1e308}
    with pytest.raises(SimulationError):
        _run(files, engine, parameters=runaway)
    assert _run(files, engine, ketamine=0)["ion"].values == pytest.approx(80, rel=1e-6)


def test_tables_of_another_model_are_refused(files):
    rows = dict(files.tables.steady_state)
    del rows["Ion"]
    other = replace(files, tables=replace(files.tables, steady_state=rows))
    with pytest.raises(InputError, match=r"species 'Ion' is not in steady_state\.tsv"):
        engines.open_session("roadrunner", other)


def test_a_model_without_depot_is_refused(files):
    rows = dict(files.tables.steady_state)
    rows["Depot"] = replace(rows["Depot"], seed="")
    other = replace(files, tables=replace(files.tables, steady_state=rows))
    with pytest.raises(InputError, match="one species has to have the seed ketamine_depot_0"):
        engines.open_session("roadrunner", other)


# The package's own SBML


def test_an_sbml_of_before_the_tables_is_refused(files, monkeypatch):
    monkeypatch.setattr(model_files, "packaged", lambda variant: files)
    check_built()
    rows = dict(files.tables.parameters)
    name = next(iter(rows))
    rows[name] = replace(rows[name], value=2 * rows[name].value + 1)
    later = replace(files, tables=replace(files.tables, parameters=rows))
    monkeypatch.setattr(model_files, "packaged", lambda variant: later)
    with pytest.raises(InputError, match=rf"other numbers than the tables \({name}\)"):
        check_built()


def test_a_damaged_sbml_is_refused_with_its_path(files, monkeypatch, tmp_path):
    damaged = replace(files, sbml="<sbml", path=tmp_path / "model.xml")
    monkeypatch.setattr(model_files, "packaged", lambda variant: damaged)
    for refuse in (check_built, lambda: engines.open_session("roadrunner", damaged)):
        with pytest.raises(InputError, match=r"model\.xml: not an SBML file"):
            refuse()


@pytest.mark.parametrize("modules", ["libsbml, libsedml", "libsedml, libsbml", "tellurium"])
def test_the_model_runs_beside_other_libraries_for_sbml(modules):
    """libSBML and libSEDML exchange the types of their trees when a process has both."""
    code = (
        f"import {modules}, ketamine_mtor as km;"
        "print(float(km.simulate(hours=0.1, observables=['Ca'])['Ca'].baseline))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=paths.root()
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[-1]) > 0


# The model itself


@pytest.mark.parametrize("drugs", [{}, {"rapamycin": None}], ids=["dose", "drug"])
@OTHERS
def test_the_routes_agree_on_the_model(engine, drugs):
    files = model_files.packaged()
    one = km.simulate(drugs=drugs, files=files)
    assert _apart(one, km.simulate(drugs=drugs, engine=engine, files=files)) < 1e-5


def test_the_shipped_state_is_the_one_that_the_engine_finds():
    files = model_files.packaged()
    found = km.simulate(ketamine=0, hours=1, files=replace(files, at_rest=False))
    shipped = km.simulate(ketamine=0, hours=1, files=files)
    assert _apart(shipped, found) < 1e-5


@ALL
def test_rapamycin_reaches_the_cells_as_the_share_says(engine):
    """So much more in the blood is the same in the cells as in the brain; as much is less."""
    share = knowledge.load(variant="rapamycin_systemic").values()["rapamycin_brain_share"]
    given = {"ketamine": 0, "hours": 0.1, "every": 120, "observables": ["pS6K_T389"]}

    def s6k(engine: str, nM: float, variant: str | None = None) -> np.ndarray:
        drugs = {"rapamycin": Bath(nM, start=0)}
        return simulate(engine=engine, drugs=drugs, variant=variant, **given)["pS6K_T389"].values

    assert 0 < share < 1
    in_brain, in_blood = s6k("roadrunner", 20), s6k(engine, 20 / share, "rapamycin_systemic")
    assert in_blood == pytest.approx(in_brain, rel=1e-4)
    assert s6k("roadrunner", 20, "rapamycin_systemic")[-1] > 1.2 * in_blood[-1]


def test_what_counts_as_nothing_rests():
    state = np.array([0.0, ABSOLUTE_NM / 2, 1.0])
    still, noise, moving = speeds(state, np.full(3, 1e-3))
    assert still == noise == 0.0 and moving == pytest.approx(1e-3, rel=1e-5)
