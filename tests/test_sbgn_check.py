"""Maps are valid and show all of what they are of; each way not to is seen."""

from __future__ import annotations

import re

import pytest

from ketamine_mtor.errors import MissingExtra
from ketamine_mtor.sbgn import check
from tests import small_model
from tests.sbgn_kit import RULES, drawn, hide, pattern_map, patterns, small

pytestmark = pytest.mark.slow


def test_the_small_map_is_valid():
    assert check.invalid(small()) == []


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('class="macromolecule"', 'class="molecule"', "molecule"),  # XSD
        ('class="macromolecule"', 'class="outcome"', "outcome"),  # classes of the language
        (' compartmentRef="compartment__outside"', "", "pd10112"),  # schematron
        (r'target="(\w+)\.1"', r'target="\1"', "pd10102"),
    ],
)
def test_an_invalid_map_is_seen(old, new, named):
    broken = re.sub(old, new, small())
    assert broken != small()
    assert any(named in line for line in check.invalid(broken))


def test_without_libsbgnpy_one_line_names_the_extra(monkeypatch):
    hide(monkeypatch, "libsbgnpy")
    with pytest.raises(MissingExtra, match=r"ketamine-mtor\[sbgn\]"):
        check.invalid(small())


def test_the_small_map_shows_its_sbml():
    assert check.against_sbml(small(), small_model.files().sbml) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('<glyph id="Ketamine"', '<glyph id="Other"', "species Ketamine is not drawn"),
        ('<glyph id="Ketamine"', '<glyph id="Other"', "Other is drawn and is no species"),
        ('id="ion_leaves__Ion"', 'id="ion_goes"', "reaction ion_leaves__Ion is not drawn"),
        ('text="Ketamine"', 'text="Blocker"', "species Ketamine__Receptor is"),
        ('<glyph id="Ion" class="(.*?)" compartmentRef="compartment__cytosol"',
         r'<glyph id="Ion" class="\1" compartmentRef="compartment__outside"', "species Ion is"),
        ('class="unit of information"', 'class="state variable"', "species Blocker is"),
        ('class="catalysis"', 'class="equivalence arc"', "driven by nothing"),
        ('class="catalysis"', 'class="equivalence arc"', "is no equivalence arc of a process"),
        ('<glyph id="Ion"', '<glyph id="Protein"', "Protein is drawn twice"),
    ],
)  # fmt: skip
def test_what_the_map_of_a_network_lacks_is_seen(old, new, said):
    broken = re.sub(old, new, small())
    assert broken != small()
    assert any(said in line for line in check.against_sbml(broken, small_model.files().sbml))


def test_a_map_of_rules_shows_them():
    text = drawn(pattern_map())
    assert check.invalid(text) == []
    assert check.against_rules(text, patterns(), RULES) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"gone', '"away', "rule gone is not drawn"),
        ('"gone', '"away', "away is drawn and is no rule"),
        ('target="gone', 'target="lost', "is no consumption of a process"),
        ('value="p" variable="s"', 'value="u" variable="s"', "rule kinase is"),
        ("out@s", "in@s", "rule passes is"),
        ('class="stimulation"', 'class="modulation"', "is no modulation"),
        ('class="cardinality"', 'class="annotation"', None),
        ('text="2"', 'text="3"', "rule pairs is"),
        ('id="gone"', 'id="binds"', "binds is drawn twice"),
    ],
)
def test_what_a_map_of_rules_lacks_is_seen(old, new, said):
    text = drawn(pattern_map())
    broken = re.sub(old, new, text)
    assert broken != text
    faults = check.against_rules(broken, patterns(), RULES)
    assert any(said in line for line in faults) if said else faults == []
