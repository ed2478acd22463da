"""What every right solution has, whatever the parameters: totals, nothing below nothing, rest.

And one answer: narrower tolerances give the same. ``gates/tolerances.py`` has all experiments of
the claims on that ladder.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from gates import tolerances
from ketamine_mtor import model_files
from ketamine_mtor.engines import open_session, roadrunner
from ketamine_mtor.engines.seeding import Seeding
from ketamine_mtor.engines.session import LOWEST_NM, REST_RATE, fastest
from ketamine_mtor.ensembles.space import space
from ketamine_mtor.errors import SimulationError
from ketamine_mtor.experiment import Experiment
from ketamine_mtor.run import simulate
from tests.test_detailed_balance import unbalanced
from tests.test_model import CONSERVED, weights

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("numbers")]
#: Animals, each with all numbers drawn within a factor of the tables'.
ANIMALS, SPREAD = 8, 2.0
_HOUR_S = 3600


@dataclass(frozen=True)
class Animal:
    """Other numbers, and the concentrations (nM) that they lead to: drug-free, and after a dose."""

    numbers: dict[str, float]
    rest: np.ndarray
    course: np.ndarray
    left_alone: np.ndarray


def drawn(number: int) -> dict[str, float]:
    files = model_files.packaged()
    chosen = space(files, SPREAD)
    point = np.random.default_rng(number).random((1, len(chosen.names)))
    values = files.tables.values()
    return {
        name: values[name] * factor
        for name, factor in zip(chosen.names, chosen.factors(point)[0], strict=True)
    }


@pytest.fixture(scope="module")
def plant():
    return roadrunner.load(model_files.packaged())


@pytest.fixture(scope="module")
def animals(plant) -> list[Animal]:
    """Those of the drawn animals that come to rest."""
    files = model_files.packaged()
    session, seeding = open_session("roadrunner", files), Seeding(files.tables, plant)
    found = []
    for number in range(ANIMALS):
        values = drawn(number)
        try:
            changes, rest = session.drug_free(values)
        except SimulationError:
            continue
        state = np.array([rest[species] for species in plant.species])
        settings = seeding.values(changes)
        plant.set(settings)
        _, alone = plant.advance(state, 72 * _HOUR_S, np.empty(0), ())
        rows = [state + seeding.dose(10, settings)]
        for _ in range(12):
            _, after = plant.advance(rows[-1], _HOUR_S / 2, np.empty(0), ())
            rows.append(after)
        found.append(Animal(values, state, np.array(rows), alone))
    return found


def test_most_animals_come_to_rest(animals):
    assert len(animals) >= 0.75 * ANIMALS


def test_at_rest_nothing_moves(animals, plant):
    seeding = Seeding(model_files.packaged().tables, plant)
    for animal in animals:
        plant.set(seeding.values(seeding.changes(animal.numbers)))
        assert fastest(plant, animal.rest)[0] < REST_RATE
        assert animal.left_alone == pytest.approx(animal.rest, rel=1e-3, abs=1e-6)


def test_a_dose_moves_it(animals):
    for animal in animals:
        assert animal.course[3] != pytest.approx(animal.rest, rel=1e-3, abs=1e-6)


def test_nothing_falls_below_nothing(animals):
    for animal in animals:
        assert animal.course.min() >= LOWEST_NM


@pytest.fixture(scope="module")
def model():
    return model_files.packaged().network()


def off(animals, plant, model, monomer: str) -> float:
    """The largest change of a monomer's total, as a share of it."""
    count = weights(model, monomer)
    totals = [
        animal.course @ np.array([count[species] for species in plant.species])
        for animal in animals
    ]
    return max(np.abs(total / total[0] - 1).max() for total in totals)


@pytest.mark.parametrize("monomer", CONSERVED)
def test_totals_stay(animals, plant, model, monomer):
    assert off(animals, plant, model, monomer) < 1e-6


def test_a_total_that_does_not_stay_is_seen(animals, plant, model):
    assert off(animals, plant, model, "BDNFVesicle") > 1e-6


@pytest.mark.parametrize("number", range(3))
def test_cycles_close(number):
    model = model_files.packaged().network()
    values = drawn(number)
    for parameter in model.parameters:
        parameter.value = values.get(parameter.name, parameter.value)
    assert unbalanced(model) == []


# The ladder of tolerances


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(hours=24, every=600),
        Experiment(drugs={"torin1": None}, hours=6, every=600),
        Experiment(knockouts=["RICTOR"], hours=6, every=600),
        Experiment(ketamine=[(0, 10), (2, 10)], variant="eef2k", hours=6, every=600),
    ],
    ids=str,
)
def test_narrower_tolerances_give_the_same(experiment):
    assert tolerances.apart(experiment)[0] <= tolerances.WITHIN


def test_the_ladder_runs_what_users_run():
    experiment = tolerances.TRIED
    assert tolerances.run(experiment, tolerances.USUAL).identical(simulate(experiment))


def test_wider_tolerances_do_not():
    assert tolerances.apart(tolerances.TRIED, tolerances.WIDE)[0] > tolerances.WITHIN
