"""Terms of the Systems Biology Ontology: of laws by their order, of quantities by unit and use."""

from __future__ import annotations

from fractions import Fraction

import pysb
import pytest

from ketamine_mtor import emit, network
from ketamine_mtor.emit import quantities, units
from ketamine_mtor.emit.laws import Law, laws
from ketamine_mtor.emit.sbo import law_term, quantity_terms
from ketamine_mtor.emit.units import ONE, parse
from tests import toy


def law(reactants=(), statistics=Fraction(1)) -> Law:
    return Law("rule", False, tuple(reactants), (), "cytosol", statistics, "k", False)


@pytest.mark.parametrize(
    ("statistics", "constant"),
    [
        (Fraction(1), "k"),
        (Fraction(2), "k_x2"),
        (Fraction(1, 2), "k_x1_2"),
        (Fraction(3, 2), "k_x3_2"),
    ],
)
def test_a_multiple_of_a_constant_says_which(statistics, constant):
    assert law(statistics=statistics).constant == constant


@pytest.mark.parametrize(
    ("reactants", "term"),
    [
        ((), "SBO:0000047"),
        ((1,), "SBO:0000049"),
        ((1, 1), "SBO:0000052"),
        ((1, 2), "SBO:0000054"),
        ((1, 1, 1), "SBO:0000057"),
        ((1, 2, 1), "SBO:0000059"),
        ((1, 2, 3), "SBO:0000061"),
        ((1, 2, 3, 4), "SBO:0000163"),
    ],
)
def test_a_law_has_the_term_of_its_order(reactants, term):
    assert law(reactants).reverse is False and law_term(law(reactants)) == term


def test_a_constant_that_a_rate_is_divided_by_is_one_of_dissociation():
    """If the rule is reversible, and it is a concentration."""
    model = toy.build()
    per = model.parameters["activate"]
    for name, bound in (("shared", "Akt_0"), ("ratio", "PIP3_0")):
        rate = pysb.Expression(name, per / model.parameters[bound], _export=False)
        model.add_component(rate)
    r, ligand = model.monomers["R"], model.monomers["L"]
    ecs, membrane = model.compartments["ecs"], model.compartments["membrane"]
    apart = ligand(rec=None) ** ecs + r(lig=None) ** membrane
    together = ligand(rec=1) ** ecs % r(lig=1) ** membrane
    rates = model.expressions
    for rule in (
        pysb.Rule("both_ways", apart | together, rates["shared"], per, _export=False),
        pysb.Rule("one_way", apart >> together, rates["ratio"], _export=False),
    ):
        model.add_component(rule)
    network.generate(model)
    given = emit.units_in(toy.tables())
    found = quantities.units(model, given)
    terms = quantity_terms(model, laws(model), found, given)
    assert (terms["Akt_0"], terms["PIP3_0"]) == ("SBO:0000282", "SBO:0000196")
    assert terms["make_Ca"] == "SBO:0000048" and terms["ecs_volume"] == "SBO:0000468"


@pytest.mark.parametrize(
    "definition, term",
    [
        ("item litre^-1 second^-1", "SBO:0000614"),
        ("item litre^-1 second", "SBO:0000002"),
        ("item litre^-1", "SBO:0000196"),
        ("litre", "SBO:0000468"),
        ("item", "SBO:0000361"),
    ],
)
def test_a_quantity_that_is_no_rate_constant_is_called_by_its_unit(definition, term):
    found = quantity_terms(pysb.Model(_export=False), [], {"k": parse(definition)}, units.Units())
    assert found == {"k": term}


@pytest.mark.parametrize(
    "orders, term", [((4,), "SBO:0000009"), ((1, 2), "SBO:0000009"), ((2, 2), "SBO:0000036")]
)
def test_a_rate_constant_is_called_by_the_order_of_its_laws(orders, term):
    of = [law(range(order)) for order in orders]
    assert quantity_terms(pysb.Model(_export=False), of, {"k": ONE}, units.Units()) == {"k": term}


def test_a_number_without_unit_is_a_coefficient_where_it_is_constant():
    model = pysb.Model(_export=False)
    one = pysb.Parameter("one", 1, _export=False)
    there = pysb.Monomer("M", _export=False)
    amount = pysb.Observable("amount", there(), _export=False)
    for each in (one, there, amount):
        model.add_component(each)
    for name, formula in (("twice", 2 * one), ("moving", amount / one)):
        model.add_component(pysb.Expression(name, formula, _export=False))
    found = quantity_terms(model, [], dict.fromkeys(("one", "twice", "moving"), ONE), units.Units())
    assert found == {"one": "SBO:0000380", "twice": "SBO:0000380", "moving": "SBO:0000002"}
