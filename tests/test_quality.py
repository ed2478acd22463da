"""The checks of the SBML: they pass for what is shipped, and each can fail."""

from __future__ import annotations

import re

import pytest

from ketamine_mtor import knowledge, paths, quality
from ketamine_mtor.errors import InputError
from ketamine_mtor.files import differing

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def text():
    return paths.read(paths.sbml())


@pytest.fixture(scope="module")
def tables():
    return knowledge.load()


def failing(name, text, tables):
    (check,) = [each for each in quality.CHECKS if each.name == name]
    return check.find(quality.Document(text, tables))


@pytest.mark.parametrize("variant", list(knowledge.load().variants))
def test_nothing_is_found_in_what_is_shipped(variant, tables):
    found = quality.findings(paths.read(paths.sbml(variant)), tables)
    assert [each for each in found if each.failing] == []
    assert all(each.looked_at for each in found)


#: Check, a pattern in the SBML, what stands there instead, and what then fails.
BROKEN = [
    (
        "libSBML finds nothing, all checks and strict units on",
        r'(id="AKT1" [^>]*compartment=)"pyramidal"',
        r'\1"nowhere"',
        "nowhere",
    ),
    ("units have dimensions", '(<model .*?timeUnits=)"second"', r'\1"dimensionless"', "time"),
    (
        "units have dimensions",
        r'(id="ketamine_elimination" [^>]*units=)"per_s"',
        r'\1"dimensionless"',
        "ketamine_elimination",
    ),
    (
        "parameters have units",
        r'(id="ketamine_elimination" [^>]*) units="per_s"',
        r"\1",
        "ketamine_elimination",
    ),
    (
        "everything has an SBO term, laws too",
        r'sboTerm="SBO:\d+" (id="AKT1")',
        r"\1",
        "AKT1",
    ),
    (
        "everything has an SBO term, laws too",
        r'<kineticLaw sboTerm="SBO:\d+"',
        "<kineticLaw",
        "law of ketamine_infused__Ketamine_blood",
    ),
    (
        "model, compartments, species and reactions have cross references",
        '(id="ketamine_eliminated__Ketamine_blood" [^>]*>)(.*?)<annotation>.*?</annotation>',
        r"\1\2",
        "ketamine_eliminated__Ketamine_blood",
    ),
    ("identifiers have their registry's pattern", "uniprot:P42345", "uniprot:XX", "uniprot:XX"),
    ("identifiers have their registry's pattern", "GO:0005829", "GO:5829", "go:5829"),
    ("identifiers were reviewed", "uniprot:P42345", "uniprot:P42346", "uniprot:P42346"),
    ("identifiers were reviewed", 'sboTerm="SBO:0000179"', 'sboTerm="SBO:0000178"', "sbo:0000178"),
    (
        "the model says who, when, what of and under which licence",
        r"<dcterms:license [^>]*/>",
        "",
        "licence",
    ),
    (
        "the model says who, when, what of and under which licence",
        "identifiers.org/taxonomy:40674",
        "identifiers.org/GO:0038202",
        "taxon",
    ),
    (
        "a parameter's name is its id",
        '(id="ketamine_dose") name="ketamine_dose"',
        r'\1 name="dose"',
        "ketamine_dose",
    ),
    ("a species' name is its pattern", r'(id="AKT1") name="[^"]*"', r'\1 name="Akt"', "AKT1"),
    (
        "a reaction is named after its rule and direction",
        r'(id="ketamine_eliminated__Ketamine_blood") name="ketamine_eliminated"',
        r'\1 name="elimination"',
        "ketamine_eliminated__Ketamine_blood",
    ),
    (
        "laws are mass action, across compartments by a named function",
        r"<ci> blood </ci>(\s*<ci> ketamine_elimination </ci>)",
        r'<cn type="integer"> 1 </cn>\1',
        "ketamine_eliminated__Ketamine_blood",
    ),
    (
        "laws are mass action, across compartments by a named function",
        r"<ci> mass_action_between_compartments_1 </ci>(\s*<ci> peritoneum </ci>)",
        r"<times/>\1",
        "ketamine_absorbed__Ketamine",
    ),
    (
        "reactions have one direction and explicit stoichiometries",
        r'(id="ketamine_eliminated__Ketamine_blood" [^>]*)reversible="false"',
        r'\1reversible="true"',
        "ketamine_eliminated__Ketamine_blood",
    ),
    (
        "reactions have one direction and explicit stoichiometries",
        r'(species="Ketamine") stoichiometry="1"',
        r"\1",
        "ketamine_absorbed__Ketamine",
    ),
    (
        "no events, no rate rules",
        r'<assignmentRule variable="Ca"(.*?)</assignmentRule>',
        r'<rateRule variable="Ca"\1</rateRule>',
        "Ca",
    ),
]


@pytest.mark.parametrize(("check", "old", "new", "said"), BROKEN)
def test_what_is_wrong_is_found(check, old, new, said, text, tables):
    broken, times = re.subn(old, new, text, count=1, flags=re.DOTALL)
    assert times == 1
    count, bad = failing(check, broken, tables)
    assert count and any(said in each for each in bad)


def test_every_check_is_seen_to_fail():
    assert {check for check, *_ in BROKEN} == {each.name for each in quality.CHECKS}


def test_the_page_is_in_step_with_the_files():
    assert differing(paths.root(), quality.made()) == [], "run: make quality"


def test_a_text_that_is_no_sbml_is_refused(tables):
    with pytest.raises(InputError, match="not an SBML"):
        quality.findings("nothing", tables)


@pytest.mark.breaks("ketamine_mtor.quality --check")
def test_the_command_says_what_fails(monkeypatch, capsys):
    monkeypatch.setattr(quality, "CHECKS", (quality.Check("never", lambda _: (1, ["here"])),))
    assert quality.main(["--check"]) == 1
    out = capsys.readouterr().out
    assert "caption: never: here" in out and "make quality" in out


def test_a_variant_says_which_it_is():
    for variant in knowledge.load().variants:
        model = re.search(r"<model [^>]*>", paths.read(paths.sbml(variant)))[0]
        own = "Ketamine and mTOR" if variant == "caption" else f"Ketamine and mTOR: {variant}"
        assert f'name="{own}"' in model
