"""What the tables say of an element stands at it."""

from __future__ import annotations

from dataclasses import replace

import libsbml
import pytest

from ketamine_mtor import emit
from tests import toy
from tests.emit_kit import read


def uris(element, qualifier):
    terms = [element.getCVTerm(i) for i in range(element.getNumCVTerms())]
    return [
        term.getResourceURI(i)
        for term in terms
        if libsbml.BiolQualifierType_toString(term.getBiologicalQualifierType()) == qualifier
        for i in range(term.getNumResources())
    ]


def test_elements_carry_what_the_tables_say(toy_annotated):
    found = read(toy_annotated)
    akt, pair = found.getSpecies("Akt"), found.getSpecies("Akt__PIP3")
    assert uris(akt, "is") == ["https://identifiers.org/uniprot:P31749"]
    assert (akt.getSBOTermID(), pair.getSBOTermID()) == ("SBO:0000252", "SBO:0000253")
    assert uris(pair, "hasPart") == [
        "https://identifiers.org/uniprot:P31749",
        "https://identifiers.org/CHEBI:16618",
    ]
    assert found.getSpecies("Ca").getSBOTermID() == "SBO:0000327"
    assert found.getSpecies("PIP3").getSBOTermID() == "SBO:0000247"
    assert found.getSpecies("R").getSBOTermID() == "SBO:0000253"
    assert found.getSpecies("E").getSBOTermID() == "SBO:0000253"
    assert found.getSpecies("S").getSBOTermID() == "SBO:0000252"
    assert found.getSpecies("Drug").getSBOTermID() == "SBO:0000240"
    assert found.getSpecies("A").getSBOTermID() == ""
    cytosol = found.getCompartment("cytosol")
    assert uris(cytosol, "isVersionOf") == ["https://identifiers.org/GO:0005829"]
    forward = found.getReaction("PIP3_recruits_Akt__Akt__PIP3")
    assert forward.getSBOTermID() == "SBO:0000177"
    assert uris(forward, "isDescribedBy") == ["https://identifiers.org/doi:10.1000/1"]
    assert uris(forward, "isVersionOf") == ["https://identifiers.org/GO:0005543"]
    assert forward.getKineticLaw().getSBOTermID() == "SBO:0000054"
    backward = found.getReaction("PIP3_recruits_Akt__rev__Akt__PIP3")
    assert backward.getSBOTermID() == "SBO:0000180"
    assert found.getParameter("release").getSBOTermID() == "SBO:0000035"
    assert found.getParameter("recruit").getSBOTermID() == "SBO:0000036"
    assert found.getParameter("make_Ca").getSBOTermID() == "SBO:0000048"
    assert "measured (source: one, two, assumed)" in found.getParameter("recruit").getNotesString()
    assert uris(found.getParameter("recruit"), "isDescribedBy") == [
        "https://identifiers.org/doi:10.1000/1",
        "https://identifiers.org/pubmed:2222",
    ]
    assert found.getParameter("pAkt").getSBOTermID() == "SBO:0000540"
    assert found.getParameter("recruited_relative").getSBOTermID() != "SBO:0000540"


def test_a_monomer_is_called_as_its_first_row():
    """Maps show that; the SBML's species keep their pattern."""
    monomers = toy.annotations().monomers
    assert (monomers["Ca"].name, monomers["Drug"].name) == ("calcium(2+)", "an antibody")


def test_the_model_says_who_when_what_and_under_which_licence(toy_annotated):
    found = read(toy_annotated)
    history = found.getModelHistory()
    assert history.getCreatedDate().getDateAsString() == "2026-01-31T00:00:00Z"
    creator = history.getCreator(0)
    assert (creator.getGivenName(), creator.getFamilyName()) == ("The toy", "developers")
    assert found.getName() == "A toy"
    assert "written &amp; read" in found.getNotesString()
    assert 'dcterms:license rdf:resource="https://spdx.org/licenses/CC0-1.0"' in toy_annotated
    assert uris(found, "hasTaxon") == ["https://identifiers.org/taxonomy:9606"]
    assert found.getCVTerm(0).getModelQualifierType() == libsbml.BQM_IS_DESCRIBED_BY


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (emit.About(resources=(("are", "uniprot:P31749"),)), "qualifier 'are'"),
        (emit.About(resources=(("is", "P31749"),)), "'P31749' is no compact"),
        (emit.About(resources=(("is", ":P31749"),)), "':P31749' is no compact"),
        (emit.About(resources=(("is", "uniprot:"),)), "'uniprot:' is no compact"),
        (emit.About(sbo="177"), "'177' is no SBO"),
    ],
)
def test_a_wrong_annotation_is_an_error(toy_model, toy_tables, about, said):
    annotations = replace(toy.annotations(), monomers={"Akt": about})
    with pytest.raises(emit.EmitError, match=said):
        emit.write_sbml(toy_model, toy_tables, annotations=annotations)


def test_a_creator_without_a_name_is_an_error(toy_model, toy_tables):
    nobody = replace(toy.annotations(), creator=("", "developers"))
    with pytest.raises(emit.EmitError) as problem:
        emit.write_sbml(toy_model, toy_tables, annotations=nobody)
    said = "creator ('', 'developers'), created '2026-01-31T00:00:00Z'"
    assert str(problem.value) == f"{said}: both names and a date are needed"


def test_a_date_that_is_none_is_an_error(toy_model, toy_tables):
    annotations = replace(toy.annotations(), created="never")
    with pytest.raises(emit.EmitError, match="created 'never'"):
        emit.write_sbml(toy_model, toy_tables, annotations=annotations)
