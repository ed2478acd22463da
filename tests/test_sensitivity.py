"""Sensitivities of claims and of the resting state: the machinery, and what they have to be."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import ketamine_mtor as km
from ketamine_mtor import knowledge, model_files, paths, sensitivity, sensitivity_page
from ketamine_mtor.claims.evaluate import Part
from ketamine_mtor.claims.judge import FAIL, PASS, Verdict
from ketamine_mtor.claims.model import Level, Readout, Setup, When
from ketamine_mtor.engines import open_session
from ketamine_mtor.sensitivity import Decider, Sensitivities
from tests import small_model
from tests.claims_kit import claim_with

#: Elements of the feedback loops of the resting state, and what feeds back on them.
LOOPS = (
    ("BDNF_released", "BDNF_translation_rate_constant"),
    ("BDNF_released", "BDNF_somatic_supply"),
    ("glutamate", "GAP43_priming"),
)
#: The largest that is allowed.
LARGEST_IN_LOOP = 1.5


def brain_claim(when: When, more_than: float = 1.0):
    """A claim on ketamine in the brain (nM), which the small model has too."""
    claim = claim_with("level", readout="Ca", when={"drug_free": True}, more_than=1)
    condition = Level(
        Readout("ketamine_brain", "nM", False), "dosed", when, "unit", more_than=more_than
    )
    setup = Setup("dosed", "ketamine", {"hours": 2, "ketamine": 10})
    return replace(claim, conditions=(condition,), experiments={"dosed": setup})


# The machinery, on functions and on the small model


def test_the_sensitivity_of_a_power_is_its_exponent():
    def powers(factors):
        a, b = factors.get("a", 1.0), factors.get("b", 1.0)
        return [5 * a**2 / b, 3 * b**0.5, -(a**3), 0.0]

    values, found = sensitivity.sensitivities(powers, ("a", "b"))
    assert values == pytest.approx([5, 3, -1, 0])
    assert found[:3] == pytest.approx(np.array([[2, -1], [0, 0.5], [3, 0]]), abs=3e-3)
    assert np.isnan(found[3]).all()


def test_each_point_is_read_once():
    asked = []

    def reader(factors):
        asked.append(tuple(factors.items()))
        return [math.prod(factors.values())]

    sensitivity.sensitivities(reader, ("a", "b", "c"))
    assert len(asked) == len(set(asked)) == 1 + 2 * 3


def test_what_cannot_be_judged_has_no_sensitivity():
    _, found = sensitivity.sensitivities(
        lambda factors: [math.nan if "a" in factors else 1.0, factors.get("b", 1.0)], ("a", "b")
    )
    assert np.isnan(found[0, 0]) and found[0, 1] == 0
    assert found[1] == pytest.approx([0, 1], abs=1e-3)


def test_elasticities_of_the_small_model_are_those_known_by_hand():
    columns = ("protein_synthesis", "protein_turnover", "ion_influx", "receptor_0")
    found = sensitivity.elasticities(columns, ("protein", "ion"), small_model.files())
    by_hand = np.array([[1, -1, 0, 1], [0, 0, 1, 1]])
    assert found.values == pytest.approx(by_hand, abs=1e-3)


def test_the_number_that_decides_a_claim_follows_the_parameters():
    decider = Decider(brain_claim(When("at", 0, 1.0)), 0, 1.0, 1.0)
    reader = partial(sensitivity.read, deciding=[decider], files=small_model.files())
    (plain,), (twice,) = reader({}), reader({"ketamine_depot_per_dose": 2.0})
    # Nothing but a little binding to the receptor is not linear in the dose.
    assert plain > 100 and twice == pytest.approx(2 * plain, rel=0.02)


def test_numbers_leave_out_volumes_doses_and_drugs():
    files = small_model.files()
    found = sensitivity.numbers(files)
    assert {"protein_synthesis", "receptor_0", "ketamine_on"} <= set(found)
    sizes = {row.size for row in files.tables.compartments.values()}
    drugs = {row.parameter for row in files.tables.drugs.values()}
    assert not {*sizes, *drugs, "ketamine_dose", "ketamine_infusion"} & set(found)


def test_only_a_claim_that_passes_within_the_scope_is_measured():
    claim = brain_claim(When("drug_free"))
    (condition,) = claim.conditions
    part = Part(condition, True, 2.0, 1.0, "nM")
    blocked = replace(
        claim,
        experiments={"dosed": Setup("dosed", "x", {"hours": 2, "drugs": {"NBQX": None}})},
    )
    knocked = replace(
        claim,
        experiments={"dosed": Setup("dosed", "x", {"hours": 2, "knockouts": ["RPTOR"]})},
    )
    verdicts = [Verdict(each, PASS, (part,)) for each in (claim, blocked, knocked)]
    for scope, count in zip(sensitivity.SCOPES, (1, 2, 3), strict=True):
        assert len(sensitivity.deciders(verdicts, scope)) == count
    assert sensitivity.deciders([Verdict(claim, FAIL, (replace(part, passed=False),))]) == []


def test_the_time_of_a_peak_is_not_measured():
    claim = claim_with("peak", readout="Ca", goes="up", between=["2 min", "30 min"])
    part = Part(claim.conditions[0], True, 10.0, 30.0, "min", "<=")
    assert sensitivity.deciders([Verdict(claim, PASS, (part,))]) == []


def test_a_table_comes_back_as_it_was():
    values = np.array([[1.23456, 0.000012345, -0.0], [math.nan, -20.0, 0.5]])
    found = Sensitivities(
        ("C1", "C2"), ("protein_synthesis", "protein_turnover", "ion_influx"), values
    )
    text = sensitivity.table(found, small_model.tables())
    assert text.splitlines()[1] == "protein_synthesis\tassumed\t1.235\t"
    again = sensitivity.load(text)
    assert again.rows == found.rows and again.columns == found.columns
    assert again.of("C2", "protein_turnover") == -20 and again.of("C1", "ion_influx") == 0
    assert again.largest("C2", 1) == [("protein_turnover", -20.0)]
    with pytest.raises(km.InputError, match="protein_synthesis"):
        again.of("C1", "protein_synthesi")


def test_the_kinds_of_the_sensitive_numbers_are_counted():
    found = Sensitivities(("C1",), ("protein_synthesis", "ion_influx"), np.array([[0.5, 0.01]]))
    assert sensitivity.split(found, small_model.tables()) == {"assumed": 1}


def test_the_page_has_picture_and_tables(tmp_path):
    claim = brain_claim(When("drug_free"))
    found = Sensitivities((claim.id,), ("protein_synthesis",), np.array([[2.0]]))
    given = ([Decider(claim, 0, 2.0, 1.0)], found, {"assumed": 1}, {"protein_synthesis": "assumed"})
    (tmp_path / sensitivity_page.PAGE).write_text("no marks", encoding="utf-8")
    with pytest.raises(km.InputError, match="marks"):
        sensitivity_page.publish(*given, tmp_path)
    marks = f"A{sensitivity_page.BEGIN}STALE{sensitivity_page.END}B"
    (tmp_path / sensitivity_page.PAGE).write_text(marks, encoding="utf-8")
    sensitivity_page.publish(*given, tmp_path)
    text = (tmp_path / sensitivity_page.PAGE).read_text(encoding="utf-8")
    assert "STALE" not in text and text.startswith("A") and text.endswith("B")
    # Twice as sensitive: from 2 to 1 by exp(-1/4) of the parameter.
    assert f"`protein_synthesis` x {math.exp(-0.25):.2f}" in text
    assert "protein_synthesis" in (tmp_path / sensitivity_page.PICTURE).read_text(encoding="utf-8")


# The resting state of the model


def test_no_feedback_loop_of_the_resting_state_is_steep():
    columns, rows = ({pair[i] for pair in LOOPS} for i in (1, 0))
    found = sensitivity.elasticities(sorted(columns), sorted(rows))
    steep = {pair: found.of(*pair) for pair in LOOPS if abs(found.of(*pair)) >= LARGEST_IN_LOOP}
    assert steep == {}


#: Animals far from rest, by constants that are then set back: the same totals, other states.
@pytest.mark.parametrize(
    "changes",
    [
        {"Rheb_reload": 100.0},
        {"TSC2_Rheb_GAP": 100.0},
        {"BDNF_translation_rate_constant": 10.0},
        {"BDNF_translation_rate_constant": 0.0},
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
    assert _away(start, rest) > 0.2
    assert _away(session.settle(start), rest) < 1e-4


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
    assert _away(session.settle(start), rest) < 1e-4


def test_two_resting_states_are_told_apart():
    assert _away(np.array([1.0, 2.0]), np.array([1.0, 1.0])) > 0.3


def _away(state: np.ndarray, rest: np.ndarray) -> float:
    """Largest distance of a species from rest, as a share of itself."""
    return float((np.abs(state - rest) / (rest + 1e-3)).max())


# What is committed


def test_the_committed_tables_are_of_this_model():
    numbers = sensitivity.numbers(model_files.packaged())
    for name in ("sensitivity", "elasticity"):
        text = paths.read(paths.validation() / "results" / f"{name}.tsv")
        assert sensitivity.load(text).columns == numbers
        assert sensitivity.table(sensitivity.load(text), knowledge.load()) == text
