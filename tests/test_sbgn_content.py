"""What a map shows: entities and processes, of a class each, of any model."""

from __future__ import annotations

from importlib import import_module

import pysb
import pytest

from ketamine_mtor import network, sbgn
from ketamine_mtor.sbgn import check
from ketamine_mtor.sbgn.content import ASSOCIATION, CATALYSIS, DISSOCIATION, PROCESS, STIMULATION
from tests.sbgn_kit import NAMING, RULES, drawn, model_of, pattern_map, rule_of

pytestmark = pytest.mark.slow


def _process(name: str):
    return next(each for each in pattern_map().processes if each.id == name)


def _entities() -> dict:
    return {each.id: each for each in pattern_map().entities}


def test_only_a_change_of_bonds_is_association_or_dissociation():
    kinds = {name: _process(name).kind for name in RULES}
    assert kinds == dict.fromkeys(RULES, PROCESS) | {"binds": ASSOCIATION, "leaves": DISSOCIATION}
    assert _process("pairs").reversible


def test_what_stays_as_it_is_catalyses_or_stimulates():
    def arcs(name):
        return [_entities()[each].modulation for each in _process(name).modulators]

    assert arcs("kinase") == arcs("passes") == [CATALYSIS]
    assert arcs("made") == [STIMULATION]
    assert arcs("binds") == []


def test_the_class_of_a_glyph_is_what_the_naming_says():
    kinds = {each.parts[0].name: each.parts[0].kind for each in _entities().values()}
    assert kinds == {
        "Receptor": "macromolecule",
        "Ketamine": "simple chemical",
        "Gene": "nucleic acid feature",
        "Channel": "complex",
        "": "source and sink",
    }
    assert sbgn.Naming().kind("Receptor") == "unspecified entity"


def test_patterns_that_differ_look_different():
    looks = [(each.compartment, each.parts) for each in _entities().values() if each.parts[0].name]
    assert len(set(looks)) == len(looks)


def test_equal_patterns_are_one_entity_whatever_their_bonds_are_numbered():
    receptor = pysb.Monomer("Receptor", ["a", "b"], _export=False)
    model = model_of(receptor)
    pair = receptor(a=1) % receptor(b=1)
    rule_of(model, "grows", receptor(a=None) + receptor(b=None) >> pair)
    rule_of(model, "shrinks", receptor(b=7) % receptor(a=7) >> receptor(a=None) + receptor(b=None))
    content = sbgn.rule_map(model, NAMING, "x", "x", ["grows", "shrinks"])
    assert len(content.entities) == 3
    assert content.processes[0].right == content.processes[1].left


def test_species_that_differ_in_their_bonds_only_look_different():
    link = pysb.Monomer("Link", ["a", "b"], _export=False)
    model = model_of(link)
    chain = link(a=1, b=None) % link(a=2, b=1) % link(a=None, b=2)
    ring = link(a=1, b=3) % link(a=2, b=1) % link(a=3, b=2)
    rule_of(model, "closes", chain >> ring)
    start, end = sbgn.rule_map(model, NAMING, "x", "x", ["closes"]).entities
    assert start.parts != end.parts


@pytest.mark.parametrize("name", ["earm_1_0", "bngwiki_egfr_simple"])
def test_models_of_others_can_be_drawn(name):
    model = import_module(f"pysb.examples.{name}").model
    network.generate(model)
    content = sbgn.network_map(model, sbgn.Naming(), name)
    assert check.invalid(drawn(content)) == []
    reacting = {i for each in model.reactions for i in each["reactants"] + each["products"]}
    entities = [each for each in content.entities if each.parts[0].name]
    assert (len(entities), len(content.processes)) == (len(reacting), len(model.reactions))
    names = [rule.name for rule in model.rules]
    text = drawn(sbgn.rule_map(model, sbgn.Naming(), name, name, names))
    assert check.invalid(text) == []
    assert check.against_rules(text, model, names) == []
