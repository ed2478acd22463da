"""What committed tables and ensembles are of: numbers and claims, not words about them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ketamine_mtor import knowledge, model_files
from ketamine_mtor.claims import load_claims, study

CLAIMS = load_claims()[:1]


@pytest.fixture
def of(monkeypatch):
    """What is judged, of the packaged SBML with one text in place of another."""

    def subject(before: str = "", after: str = ""):
        files = model_files.packaged()
        assert before in files.sbml
        other = replace(files, sbml=files.sbml.replace(before, after, 1))
        with monkeypatch.context() as patch:
            patch.setattr(study.model_files, "packaged", lambda name: other)
            return study.subject(CLAIMS, knowledge.DEFAULT_VARIANT)

    return subject


@pytest.mark.parametrize("before", ["uniprot:P42345", "<p>"])
def test_an_identifier_or_a_note_is_no_other_model(of, before):
    assert of(before, before.upper()) == of()


def test_a_number_is_another_model(of):
    assert of('value="0.', 'value="1.') != of()


def test_a_claim_is_another_where_it_asks_for_something_else():
    claim = load_claims()[0]
    words = replace(claim, statement="Other words.", biology="Other words.")
    assert study._asked(words) == study._asked(claim)
    fewer = replace(claim, conditions=claim.conditions[1:])
    (name, setup), *_ = claim.experiments.items()
    longer = replace(setup, options={**setup.options, "hours": 80})
    for other in (fewer, replace(claim, experiments={**claim.experiments, name: longer})):
        assert study._asked(other) != study._asked(claim)
