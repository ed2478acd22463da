"""One drug-free steady state: of the wild type, and of every other animal that is tried here.

It is looked for from below and from above. The model's positive feedback runs through BDNF and its
translation; a second branch would be one that BDNF holds up. Seed amounts, where nothing is active
yet, are the start from below; an animal bathed in BDNF for good, the start from above.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from ketamine_mtor import knowledge, model_files
from ketamine_mtor.engines import open_session
from ketamine_mtor.engines.session import Session
from ketamine_mtor.sensitivity import differences

pytestmark = pytest.mark.slow

TABLES = knowledge.load()
#: Sampled animals: every number that no one measured, between a third and three times its value.
SPREAD, ANIMALS = 3.0, 24
#: BDNF (nM) that has every receptor bound, and the switch of its bath.
ABOVE = {"BDNF_nM": 100.0, "BDNF_bath_exchange": 1.0}
#: Two states further apart than this (see :func:`apart`) are two.
SAME = 1e-3
#: Below this (nM) a difference counts for little.
_FLOOR_NM = 1e-3


def branches(session: Session, animal: Mapping[str, float]) -> list[np.ndarray]:
    """The drug-free steady states (nM, in the session's order of species) of an animal.

    Parameters
    ----------
    session
        The model in an engine.
    animal
        Parameters and initial amounts other than the model's own.

    Returns
    -------
    list of array
        The state that is reached from the seed amounts, and the one from above where that is
        another.

    Raises
    ------
    SimulationError
        When it finds no rest.
    """
    below, above = (
        session.steady_state(tuple(sorted(each.items()))) for each in (animal, {**animal, **ABOVE})
    )
    from_above = session.settle(above, animal)
    return [below] if apart(from_above, below) < SAME else [below, from_above]


def apart(state: np.ndarray, other: np.ndarray) -> float:
    """Largest distance of a species between two states, as a share of itself in ``other``."""
    return float((np.abs(state - other) / (other + _FLOOR_NM)).max())


@pytest.fixture(scope="module")
def session():
    return open_session("roadrunner", model_files.packaged())


#: Animals far from rest, by constants that are then set back: the same totals, other states.
@pytest.mark.parametrize(
    "changes",
    [
        {"TSC2_Rheb_GAP": 0.0},
        {"TSC2_Rheb_GAP": 100.0},
        {"BDNF_from_translation": 10.0},
        {"BDNF_from_translation": 0.0},
        {"GAP43_priming": 10.0, "glutamate_release": 3.0},
        {"glutamate_release": 0.0},
        {"PKC_GAP43": 30.0},
        {"TrkB_tyrosine_phosphorylation": 0.0},
        {"TrkB_tyrosine_phosphorylation": 30.0},
        {"synapse_elimination": 0.1, "PSD95_translation": 10.0},
        {"interneuron_NMDAR_drive": 0.0},
    ],
    ids=lambda changes: " ".join(f"{name}x{factor:g}" for name, factor in changes.items()),
)
def test_there_is_one_resting_state(session, changes):
    table = TABLES.numbers()
    rest = session.steady_state(())
    own = {name: factor * table[name].value for name, factor in changes.items()}
    start = session.steady_state(tuple(sorted(own.items())))
    assert apart(start, rest) > 0.2
    assert apart(session.settle(start), rest) < 1e-4


def test_rest_is_found_again_from_ten_times_the_vesicles_and_proteins(session):
    rest = session.steady_state(())
    start = rest.copy()
    rows = TABLES.steady_state.values()
    free = [row.species for row in rows if row.name.startswith(("BDNFVesicle(", "DLG4(", "SYN1("))]
    names = [name for name in session.species if name in free]
    assert len(names) == 5
    for name in names:
        start[session.species.index(name)] *= 10
    assert apart(session.settle(start), rest) < 1e-4


def test_a_knockout_has_one_resting_state(session):
    knockouts = {gene: dict.fromkeys(row.parameters, 0.0) for gene, row in TABLES.genes.items()}
    assert [gene for gene, animal in knockouts.items() if len(branches(session, animal)) > 1] == []


@pytest.mark.parametrize("variant", TABLES.variants)
def test_a_variant_has_one_resting_state(variant):
    assert len(branches(open_session("roadrunner", model_files.packaged(variant)), {})) == 1


def sampled() -> list[dict[str, float]]:
    """Numbers drawn log-uniformly, the same ones each time."""
    table = TABLES.numbers()
    names = differences.numbers(model_files.packaged())
    values = {name: table[name].value for name in names if table[name].kind != "measured"}
    draws = np.random.default_rng(7).uniform(-1, 1, (ANIMALS, len(values)))
    animals = np.array(list(values.values())) * SPREAD**draws
    return [dict(zip(values, animal, strict=True)) for animal in animals.tolist()]


def test_a_sampled_animal_has_one_resting_state(session):
    found = [len(branches(session, animal)) for animal in sampled()]
    assert found == [1] * ANIMALS


def test_a_second_resting_state_is_noticed(session):
    # Without the soma's supply BDNF would hang on its own action (docs/decisions/0003).
    values = TABLES.values()
    animal = {"BDNF_from_soma": 0.0, "BDNF_from_translation": 12 * values["BDNF_from_translation"]}
    low, high = branches(session, animal)
    assert apart(high, low) > 10


def test_the_distance_of_two_states_is_that_of_the_worst_species():
    assert apart(np.array([1.0, 2.0]), np.array([1.0, 1.0])) == pytest.approx(1, rel=0.01)
