"""One drug-free state: of the wild type, of every genotype and variant, and of sampled animals."""

from __future__ import annotations

import numpy as np
import pytest

from ketamine_mtor import knowledge, model_files
from ketamine_mtor.engines import open_session
from ketamine_mtor.engines.branches import apart, branches

TABLES = knowledge.load()
#: Sampled animals: every number that no one measured, between a third and three times its value.
SPREAD, ANIMALS = 3.0, 24


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
def test_there_is_one_resting_state(changes):
    files = model_files.packaged()
    table = files.tables.numbers()
    session = open_session("roadrunner", files)
    rest = session.steady_state(())
    own = {name: factor * table[name].value for name, factor in changes.items()}
    start = session.steady_state(tuple(sorted(own.items())))
    assert apart(start, rest) > 0.2
    assert apart(session.settle(start), rest) < 1e-4


def test_rest_is_found_again_from_ten_times_the_vesicles_and_proteins():
    files = model_files.packaged()
    session = open_session("roadrunner", files)
    rest = session.steady_state(())
    start = rest.copy()
    rows = list(files.tables.steady_state.values())
    free = [row.species for row in rows if row.name.startswith(("BDNFVesicle(", "DLG4(", "SYN1("))]
    names = [name for name in session.species if name in free]
    assert len(names) == 5
    for name in names:
        start[session.species.index(name)] *= 10
    assert apart(session.settle(start), rest) < 1e-4


def test_a_genotype_has_one_resting_state(session):
    genotypes = {gene: dict.fromkeys(row.parameters, 0.0) for gene, row in TABLES.genes.items()}
    assert [gene for gene, animal in genotypes.items() if len(branches(session, animal)) > 1] == []


@pytest.mark.parametrize("variant", TABLES.variants)
def test_a_variant_has_one_resting_state(variant):
    assert len(branches(open_session("roadrunner", model_files.packaged(variant)), {})) == 1


def sampled() -> list[dict[str, float]]:
    """Numbers drawn log-uniformly, the same ones each time."""
    rows = [
        row
        for row in TABLES.numbers().values()
        if row.value > 0
        and row.kind != "measured"
        and not row.id.startswith(("volume", "ketamine"))
    ]
    draws = np.random.default_rng(7).uniform(-1, 1, (ANIMALS, len(rows)))
    factors = np.exp(np.log(SPREAD) * draws)
    return [
        {row.id: row.value * factor for row, factor in zip(rows, each, strict=True)}
        for each in factors.tolist()
    ]


def test_a_sampled_animal_has_one_resting_state(session):
    own = session.own
    animals = [
        {name: value for name, value in animal.items() if name in own} for animal in sampled()
    ]
    assert [i for i, animal in enumerate(animals) if len(branches(session, animal)) > 1] == []


def test_a_second_resting_state_is_noticed(session):
    # Without the soma's supply BDNF would hang on its own action (docs/decisions/0003).
    values = TABLES.values()
    animal = {"BDNF_from_soma": 0.0, "BDNF_from_translation": 12 * values["BDNF_from_translation"]}
    low, high = branches(session, animal)
    assert apart(high, low) > 10


def test_the_distance_of_two_states_is_that_of_the_worst_species():
    assert apart(np.array([1.0, 2.0]), np.array([1.0, 1.0])) == pytest.approx(1, rel=0.01)
