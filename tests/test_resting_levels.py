"""The drug-free animal has the levels that its derived numbers were derived from."""

from __future__ import annotations

import pytest

from ketamine_mtor import model_files
from ketamine_mtor.engines import open_session

pytestmark = pytest.mark.slow

#: Level (nM, or a share): lowest and highest, by what was read (the notes of parameters.tsv).
READ = {
    "glutamate": (500.0, 1500.0),  # featherstone2008
    "glutamate without spikes": (0.45, 0.65),  # hascup2010: 40 to 50 % is gone
    "GABA": (150.0, 400.0),  # glykys2007: the low end of 0.2 to 2.5 uM
    "Ca": (75.0, 85.0),  # P20
    "release_probability": (0.25, 0.4),  # harris2012
    "PSD95": (750.0, 1130.0),  # chen2005, merchan2014: 940 nM, within a fifth
    "synapsin1": (21300.0, 32000.0),  # synapsin_boutons, shepherd1998: 26.7 uM, within a fifth
    "share of PSD95 that is fast": (0.3, 0.42),  # psd95_frap: 36 %
    "GluA1": (200.0, 300.0),  # masugi2007, merchan2014: 250 nM, within a fifth
    "GluA2": (200.0, 300.0),
    "BDNF in vesicles": (1.2, 1.8),  # kokaia1996: 20 ng per g
    "share of BDNF released without Ca2+": (0.35, 0.55),  # bdnf_fetal
    "share of PKC that is active": (0.03, 0.07),  # schaechter1993: a twentieth
    "pGAP43_S41": (0.2, 0.4),  # ramakers1995
    "pAkt_T308": (0.03, 0.09),  # Q3: 5 of 80
}


def levels(changes: dict[str, float] | None = None) -> dict[str, float]:
    """What :data:`READ` names, in an animal with these numbers changed."""
    session = open_session("roadrunner", model_files.packaged())
    state = session.steady_state(tuple(sorted((changes or {}).items())))
    values = model_files.packaged().tables.values() | (changes or {})
    nM = dict(zip(session.species, state.tolist(), strict=True))
    named = [name for name in READ if " " not in name]
    found = dict(zip(named, session.observe(state, named).tolist(), strict=True))
    spontaneous, pyramidal = values["terminal_spontaneous_opening"], "pyramidal_activity"
    firing, pkc = session.observe(state, [pyramidal, "PKC_active"]).tolist()
    evoked = values["BDNF_release"] * nM["ReleaseSensor_ca_ca3"] / values["ReleaseSensor_0"]
    constitutive = values["BDNF_constitutive_release"]
    return found | {
        "glutamate without spikes": spontaneous / (spontaneous + firing),
        "share of PSD95 that is fast": nM["DLG4"] / found["PSD95"],
        "BDNF in vesicles": nM["BDNFVesicle"],
        "share of BDNF released without Ca2+": constitutive / (constitutive + evoked),
        "share of PKC that is active": pkc,
    }


def off(found: dict[str, float]) -> list[str]:
    """The levels that are not as read."""
    return [name for name, (low, high) in READ.items() if not low <= found[name] <= high]


def test_levels_at_rest_are_those_that_were_read():
    found = levels()
    assert off(found) == [], {name: found[name] for name in off(found)}


@pytest.mark.parametrize(
    ("name", "factor", "level"),
    [
        ("PSD95_slots", 2.0, "PSD95"),
        ("synapsin1_translation", 3.0, "synapsin1"),
        ("terminal_spontaneous_opening", 0.5, "glutamate without spikes"),
        ("BDNF_from_soma", 3.0, "BDNF in vesicles"),
        ("PKC_DAG_Kd", 3.0, "share of PKC that is active"),
        ("BDNF_constitutive_release", 0.3, "share of BDNF released without Ca2+"),
        ("priming", 3.0, "release_probability"),
    ],
)
def test_a_number_that_is_off_is_seen(name, factor, level):
    value = model_files.packaged().tables.numbers()[name].value
    assert level in off(levels({name: factor * value}))


def synapses_at_rest(variant: str, changes: dict[str, float] | None = None) -> float:
    """How many times the default's synapses a drug-free animal of ``variant`` has."""
    session = open_session("roadrunner", model_files.packaged(variant))
    state = session.steady_state(tuple(sorted((changes or {}).items())))
    return float(session.observe(state, ["synapses"])[0])


@pytest.mark.parametrize("variant", ["eef2k", "glun2b_pyramidal", "calcium_falls"])
def test_rival_variants_rest_where_the_default_does(variant):
    assert 0.6 < synapses_at_rest(variant) < 1.6


def test_a_rival_with_more_bdnf_is_seen():
    soma = model_files.packaged().tables.numbers()["BDNF_from_soma"].value
    assert synapses_at_rest("eef2k", {"BDNF_from_soma": soma}) > 1.6
