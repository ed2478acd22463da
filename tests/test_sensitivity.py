"""Sensitivities of claims and of the drug-free steady state: how made, and what they have to be."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import ketamine_mtor as km
from ketamine_mtor import knowledge, model_files, paths
from ketamine_mtor.claims import load_claims
from ketamine_mtor.claims.judge import FAIL, PASS, Verdict
from ketamine_mtor.claims.model import Level, Readout, Setup, When
from ketamine_mtor.claims.scores import Part
from ketamine_mtor.sensitivity import differences
from ketamine_mtor.sensitivity import page as sensitivity_page
from ketamine_mtor.sensitivity import tables as results
from ketamine_mtor.sensitivity.differences import Decider
from ketamine_mtor.sensitivity.evidence import committed_split
from ketamine_mtor.sensitivity.page import LARGEST_IN_LOOP, LOOPS
from ketamine_mtor.sensitivity.tables import Decided, Sensitivities
from tests import small_model
from tests.claims_kit import claim_with

pytestmark = pytest.mark.slow

#: Of the numbers to which some claim is sensitive, this share has to be measured or derived.
LEAST_SHARE = 0.5


def brain_claim(when: When, more_than: float = 1.0):
    """A claim on ketamine in the brain (nM), which the small model has too."""
    claim = claim_with("level", readout="Ca", when={"drug_free": True}, more_than=1)
    condition = Level(
        Readout("ketamine_brain", "nM", False), "dosed", when, "unit", more_than=more_than
    )
    setup = Setup("dosed", "ketamine", {"hours": 2, "ketamine": 10})
    return replace(claim, conditions=(condition,), experiments={"dosed": setup})


def elasticities(columns, readouts, files=None) -> Sensitivities:
    """Of the drug-free ``readouts`` to the numbers ``columns``."""
    reader = partial(differences.read, readouts=tuple(readouts), files=files)
    _, found = differences.sensitivities(reader, columns)
    return Sensitivities(tuple(readouts), tuple(columns), found)


# The machinery, on functions and on the small model


def test_the_sensitivity_of_a_power_is_its_exponent():
    def powers(factors):
        a, b = factors.get("a", 1.0), factors.get("b", 1.0)
        return [5 * a**2 / b, 3 * b**0.5, -(a**3), 0.0]

    values, found = differences.sensitivities(powers, ("a", "b"))
    assert values == pytest.approx([5, 3, -1, 0])
    assert found[:3] == pytest.approx(np.array([[2, -1], [0, 0.5], [3, 0]]), abs=3e-3)
    assert np.isnan(found[3]).all()


def test_each_point_is_read_once():
    asked = []

    def reader(factors):
        asked.append(tuple(factors.items()))
        return [math.prod(factors.values())]

    differences.sensitivities(reader, ("a", "b", "c"))
    assert len(asked) == len(set(asked)) == 1 + 2 * 3


def test_a_number_that_should_be_small_changes_in_shares_of_its_threshold():
    def reader(factors):
        return [-0.01 * factors.get("a", 1.0), 4.0 * factors.get("a", 1.0), factors.get("a", 1.0)]

    _, found = differences.sensitivities(reader, ("a",), least=(0.1, 2.0))
    assert found[:, 0] == pytest.approx([0.1, 1, 1], abs=1e-3)


def test_the_way_to_a_threshold_is_a_share_of_the_larger():
    assert Decided("C1", 12.0, 10.0).away == pytest.approx(-1 / 6)
    assert Decided("C1", 0.01, 0.25).away == pytest.approx(0.96)
    assert Decided("C1", -1.0, 10.0).away == pytest.approx(-1.1)


def test_what_cannot_be_judged_has_no_sensitivity():
    _, found = differences.sensitivities(
        lambda factors: [math.nan if "a" in factors else 1.0, factors.get("b", 1.0)], ("a", "b")
    )
    assert np.isnan(found[0, 0]) and found[0, 1] == 0
    assert found[1] == pytest.approx([0, 1], abs=1e-3)


def test_elasticities_of_the_small_model_are_those_known_by_hand():
    columns = ("protein_synthesis", "protein_turnover", "ion_influx", "receptor_0")
    found = elasticities(columns, ("protein", "ion"), small_model.files())
    by_hand = np.array([[1, -1, 0, 1], [0, 0, 1, 1]])
    assert found.values == pytest.approx(by_hand, abs=1e-3)


def test_the_number_that_decides_a_claim_follows_the_parameters():
    decider = Decider(brain_claim(When("at", 0, 1.0)), 0, 1.0, 1.0)
    reader = partial(differences.read, deciding=[decider], files=small_model.files())
    (plain,), (twice,) = reader({}), reader({"ketamine_depot_per_dose": 2.0})
    # Nothing but a little binding to the receptor is not linear in the dose.
    assert plain > 100 and twice == pytest.approx(2 * plain, rel=0.02)


def test_numbers_leave_out_volumes_doses_and_drugs():
    files = small_model.files()
    found = differences.numbers(files)
    assert {"protein_synthesis", "receptor_0", "ketamine_on"} <= set(found)
    sizes = {row.size for row in files.tables.compartments.values()}
    drugs = {row.parameter for row in files.tables.drugs.values()}
    assert not {*sizes, *drugs, "ketamine_dose", "ketamine_infusion"} & set(found)


def test_numbers_of_a_variant_alone_are_numbers_too():
    caption, variant = model_files.packaged(), model_files.packaged("eef2k")
    both, own = differences.numbers(caption, variant), differences.numbers(caption)
    assert "EEF2K_0" in both and "EEF2K_0" not in own
    assert set(own) < set(both)


def test_an_initial_amount_that_is_a_unit_of_counting_is_changed_there_too():
    # Twice the receptors, counted in twice the unit, are the same share.
    found = elasticities(("receptor_0",), ("receptor_free", "protein"), small_model.files())
    assert found.of("protein", "receptor_0") == pytest.approx(1, abs=1e-3)
    assert found.of("receptor_free", "receptor_0") == pytest.approx(0, abs=1e-6)


def test_only_a_claim_that_passes_is_measured():
    claim = brain_claim(When("drug_free"))
    (condition,) = claim.conditions
    part = Part(condition, True, 2.0, 1.0, "nM")
    passed = Verdict(claim, PASS, (part,))
    assert len(differences.deciders([passed])) == 1 and differences.left_out(passed) == ""
    failed = Verdict(claim, FAIL, (replace(part, passed=False),))
    assert differences.deciders([failed]) == []
    assert differences.left_out(failed) == "it does not pass"
    nothing = Verdict(claim, PASS, (replace(part, measured=0.0),))
    assert differences.deciders([nothing]) == []
    assert differences.left_out(nothing) == "the number that decides is 0"


def test_the_time_of_a_peak_is_not_measured():
    claim = claim_with("peak", readout="Ca", goes="up", between=["2 min", "30 min"])
    part = Part(claim.conditions[0], True, 10.0, 30.0, "min", "<=")
    verdict = Verdict(claim, PASS, (part,))
    assert differences.deciders([verdict]) == []
    assert "time of a peak" in differences.left_out(verdict)


def test_a_table_comes_back_as_it_was():
    values = np.array([[1.23456, 0.000012345, -0.0], [math.nan, -20.0, 0.5]])
    found = Sensitivities(
        ("C1", "C2"), ("protein_synthesis", "protein_turnover", "ion_influx"), values
    )
    text = results.table(found)
    assert text.splitlines()[:2] == ["number\tC1\tC2", "protein_synthesis\t1.235\t"]
    again = results.load(text)
    assert again.rows == found.rows and again.columns == found.columns
    assert again.of("C2", "protein_turnover") == -20 and again.of("C1", "ion_influx") == 0
    assert again.largest("C2", 1) == [("protein_turnover", -20.0)]
    with pytest.raises(km.InputError, match="protein_synthesis"):
        again.of("C1", "protein_synthesi")


def test_what_decides_a_claim_comes_back_as_it_was():
    rows = [Decided("C1", 2.5, 1.0), Decided("C2", left_out="it does not pass")]
    text = results.decided_table(rows)
    of = results.STUDY.identity()
    assert text.splitlines()[1:] == [f"C1\t2.5\t1\t\t{of}", f"C2\t\t\tit does not pass\t{of}"]
    first, second = results.load_decided(text)
    assert first == rows[0]
    assert second.left_out == rows[1].left_out and math.isnan(second.measured)


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "begins with nothing, where number belongs"),
        ("id\tC1\n", "begins with id, where number belongs"),
        ("number\tC1\na\tassumed\n", "'assumed' in a table of results is no number"),
        ("number\tC1\na\t1\t2\n", "3 cells in a row, where 2 belong"),
    ],
)
def test_another_table_is_refused_in_one_line(text, said):
    with pytest.raises(km.InputError, match=said) as caught:
        results.load(text)
    assert "make sensitivity" in str(caught.value) and "\n" not in str(caught.value)


def test_the_strongest_row_of_each_number():
    values = np.array([[0.5, -0.01, math.nan], [-2.0, 0.0, math.nan]])
    found = Sensitivities(("C1", "C2"), ("a", "b", "c"), values)
    assert found.strongest() == {"a": ("C2", -2.0), "b": ("C1", -0.01), "c": ("C1", 0.0)}
    assert found.sensitive() == ["a"]
    assert Sensitivities((), ("a",), np.empty((0, 1))).sensitive() == []


def a_page(monkeypatch, text: str) -> str:
    """The page of two claims, one of which is measured."""
    monkeypatch.setattr(sensitivity_page, "LOOPS", (("protein", "protein_synthesis"),))
    columns = ("protein_synthesis", "protein_turnover")
    return sensitivity_page.page(
        text,
        [Decided("C1", 2.0, 1.0), Decided("C2", 1.02, 1.0), Decided("C3", left_out="of its tail")],
        Sensitivities(("C1", "C2"), columns, np.array([[2.0, 0.0], [0.0, -0.5]])),
        Sensitivities(("protein",), columns, np.array([[1.25, -0.75]])),
        small_model.tables(),
    )


def test_the_page_has_tables_between_its_marks(monkeypatch):
    marks = f"A{sensitivity_page.BEGIN}STALE{sensitivity_page.END}B"
    text = a_page(monkeypatch, marks)
    assert "STALE" not in text and text.startswith("A") and text.endswith("B")
    # Twice as sensitive: from 2 to 1 by exp(-1/4) of the parameter.
    assert f"`protein_synthesis` x {math.exp(-0.25):.2f}" in text
    assert "| `protein_synthesis` | assumed | C1 | 2 |" in text
    assert "| C2 | `protein_turnover` | +4.0% |" in text
    assert "| C3 | of its tail |" in text
    assert "| `protein` | `protein_synthesis` | 1.2 |" in text
    assert "| `protein` | 1.2 | `protein_synthesis` | `protein_turnover` -0.75 |" in text
    assert "50% of these are measured or derived" in text
    assert a_page(monkeypatch, text) == text


def test_a_page_without_marks_is_refused(monkeypatch):
    with pytest.raises(km.InputError, match="marks"):
        a_page(monkeypatch, "no marks")


def test_a_loop_of_what_is_not_there_is_named(monkeypatch):
    marks = sensitivity_page.BEGIN + sensitivity_page.END
    a_page(monkeypatch, marks)
    rest = Sensitivities(("protein",), ("ion_influx",), np.array([[1.0]]))
    claims = Sensitivities(("C1",), ("ion_influx",), np.array([[1.0]]))
    with pytest.raises(km.InputError, match="number 'protein_synthesis'"):
        sensitivity_page.page(marks, [Decided("C1", 2.0, 1.0)], claims, rest, small_model.tables())


def test_the_picture_names_what_it_shows():
    found = Sensitivities(("C1",), ("protein_synthesis",), np.array([[2.0]]))
    picture = sensitivity_page.draw(found)
    assert b"protein_synthesis" in picture and b"C1" in picture
    assert sensitivity_page.draw(found) == picture


# The drug-free steady state of the model


def test_no_feedback_loop_of_the_resting_state_is_steep():
    columns, rows = ({pair[i] for pair in LOOPS} for i in (1, 0))
    found = elasticities(sorted(columns), sorted(rows))
    steep = {pair: found.of(*pair) for pair in LOOPS if abs(found.of(*pair)) >= LARGEST_IN_LOOP}
    assert steep == {}


# What is committed


@pytest.fixture(scope="module")
def committed() -> dict[str, Sensitivities]:
    return {name: results.load(results.committed(name)) for name in (results.CLAIMS, results.REST)}


def test_the_committed_tables_are_as_they_are_written(committed):
    for name, found in committed.items():
        assert results.table(found) == results.committed(name)


def test_every_claim_is_measured_or_left_out_with_a_reason(committed):
    decided = results.load_decided(results.committed(results.DECIDED))
    assert [row.claim for row in decided] == [claim.id for claim in load_claims()]
    measured = tuple(row.claim for row in decided if not row.left_out)
    assert committed[results.CLAIMS].rows == measured
    assert all(math.isfinite(row.measured) for row in decided if not row.left_out)
    assert results.decided_table(decided) == results.committed(results.DECIDED), (
        f"of another model or other claims; run: {results.STUDY.command}"
    )


def test_every_claim_that_is_measured_has_a_sensitivity_to_every_number(committed):
    for found in committed.values():
        assert np.isfinite(found.values).all()


def test_the_committed_page_is_in_step_with_the_tables(committed):
    text = (paths.root() / "docs" / sensitivity_page.PAGE).read_text(encoding="utf-8")
    decided = results.load_decided(results.committed(results.DECIDED))
    claims, rest = committed[results.CLAIMS], committed[results.REST]
    made = sensitivity_page.page(text, decided, claims, rest, knowledge.load())
    assert made == text, "run: make parameters"
    picture = (paths.root() / "docs" / sensitivity_page.PICTURE).read_text(encoding="utf-8")
    assert all(f">{claim}<" in picture for claim in committed[results.CLAIMS].rows)


def test_half_of_the_numbers_that_matter_are_measured_or_derived():
    assert committed_split().share >= LEAST_SHARE
