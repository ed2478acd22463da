"""Formulas as SBML's mathematics, their units, and the ids of units and laws, each by itself."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import libsbml
import pysb
import pytest
import sympy

from ketamine_mtor import emit, network
from ketamine_mtor.emit import formulas, quantities, units
from ketamine_mtor.emit.laws import Law, _maker, function_id, function_name, laws
from ketamine_mtor.emit.sbo import law_term, quantity_terms
from ketamine_mtor.emit.units import ONE, parse
from ketamine_mtor.errors import InputError
from tests import toy

X, Y, TIME = sympy.Symbol("x"), sympy.Symbol("y"), formulas.TIME
SINE = sympy.sin(X)
#: What x, y and time are in.
IN = {
    "c": parse("10^-18 mole^2"),
    "x": parse("mole^2"),
    "y": parse("second"),
    "n": ONE,
    TIME.name: parse("second"),
}


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        (X + Y, "X + Y"),
        (X * Y, "X * Y"),
        (X / Y, "X / Y"),
        (1 / X, "1 / X"),
        (X**-2, "1 / X^2"),
        (X**Y, "X^Y"),
        (X**-Y, "1 / X^Y"),
        (X / (Y * TIME), "X / (time * Y)"),
        (1 / (X * Y**2), "1 / (X * Y^2)"),
        (2 - X, "2 + -1 * X"),
        (X / 3, "(1 / 3) * X"),
        (X / 4.0, "0.25 * X"),
        (5 * sympy.exp(-X / Y), "5 * exp(-1 * X / Y)"),
        (sympy.log(X), "ln(X)"),
        (sympy.sqrt(X), "X^(1 / 2)"),
        (1 / sympy.sqrt(X), "1 / X^(1 / 2)"),
        (sympy.Integer(7), "7"),
    ],
)
def test_a_formula_is_written_with_numbers_that_have_no_unit(formula, written):
    text = libsbml.formulaToL3String(formulas.mathml(formula, str.upper))
    assert text == re.sub(r"(\d[.\d]*)", r"\1 dimensionless", written)


def test_the_time_is_sbmls_own():
    node = formulas.mathml(TIME + X, str)
    assert node.getChild(0).getType() == libsbml.AST_NAME_TIME


@pytest.mark.parametrize(
    "asked", [lambda: formulas.mathml(SINE, str), lambda: formulas.unit_of(SINE, IN)]
)
def test_a_function_that_is_not_written_is_an_error(asked):
    with pytest.raises(emit.EmitError) as problem:
        asked()
    assert (
        str(problem.value)
        == "'sin' in the formula sin(x); allowed: + - * / ^ exp log, numbers and names"
    )


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        (X, "mole^2"),
        (3 * X, "mole^2"),
        (sympy.Integer(3), "dimensionless"),
        (X + 2 * X**2 / X, "mole^2"),
        (X * Y, "mole^2 second"),
        (X / Y**2, "mole^2 second^-2"),
        (sympy.sqrt(sympy.Symbol("c")), "10^-9 mole"),
        (sympy.sqrt(X), "mole"),
        (X ** sympy.Rational(-3, 2), "mole^-3"),
        (sympy.exp(Y / TIME), "dimensionless"),
        (sympy.Symbol("n") ** sympy.Symbol("n"), "dimensionless"),
        (2.0 ** sympy.Symbol("n"), "dimensionless"),
    ],
)
def test_the_unit_of_a_formula(formula, unit):
    assert formulas.unit_of(formula, IN) == parse(unit)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (X + Y, "x is in mole^2, but y, added to it, in second"),
        (sympy.exp(X), "the argument x has the unit mole^2; it has to be dimensionless"),
        (sympy.Symbol("n") ** Y, "the exponent y has the unit second; it has to be dimensionless"),
        (X ** sympy.Symbol("n"), "the base x has the unit mole^2; it has to be dimensionless"),
        (sympy.sqrt(Y), "the unit second has no power 1/2"),
    ],
)
def test_why_a_formula_has_no_unit(formula, said):
    with pytest.raises(emit.EmitError) as problem:
        formulas.unit_of(formula, IN)
    assert str(problem.value) == said


@pytest.mark.parametrize(
    ("definition", "name", "shown"),
    [
        ("10^-9 mole", "nmol", "1e-09 mole"),
        ("10^-18 mole^2", "nmol_pow2", "1e-18 mole^2"),
        (
            "10^9 mole^-1 litre second^-1",
            "nmol_minus1_litre_second_minus1",
            "1e+09 litre mole^-1 second^-1",
        ),
        ("60 second", "x60_1_second", "60 second"),
        ("0.25 second^2", "x1_4_second_pow2", "0.25 second^2"),
        ("mole", "mole", None),
        ("dimensionless", "dimensionless", None),
    ],
)
def test_a_unit_without_a_word_gets_an_id_that_spells_it(definition, name, shown):
    vocabulary = units.Units().vocabulary()
    assert vocabulary.id(parse(definition)) == name
    document = libsbml.SBMLDocument(3, 1)
    model = document.createModel()
    vocabulary.write(model)
    assert [each.getName() for each in model.getListOfUnitDefinitions()] == (
        [shown] if shown else []
    )


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ("10^-9 molar", "unit factor 'molar': 'molar' is no base unit of SBML"),
        (
            "mole/litre",
            "unit factor 'mole/litre'; allowed: a number or base unit, with ^ and a power",
        ),
    ],
)
def test_a_unit_that_cannot_be_read_is_named_with_its_word(definition, said):
    with pytest.raises(emit.EmitError) as problem:
        units.Units({"nM": ("nM", definition)}).known()
    assert str(problem.value) == f"unit 'nM': {said}"


def test_of_two_words_for_a_unit_the_first_is_meant():
    given = units.Units({"a": ("one", "60 second"), "b": ("two", "60 second")})
    assert given.vocabulary().id(parse("60 second")) == "one"


def test_quantities_have_the_words_of_their_units():
    model = toy.build()
    network.generate(model)
    tables = toy.tables()
    words = emit.unit_names(model, emit.units_in(tables))
    assert words == {
        **{key: unit for key, (_, unit) in toy.NUMBERS.items()},
        **toy.READOUTS,
        **dict.fromkeys((each.name for each in model.observables), "nmol"),
        "ligand_off": "1/s",
        **{
            f"n_{key}": "nmol"
            for key in (*toy.NUMBERS, "depot")
            if key.endswith(("_0", "nM", "depot"))
        },
        "Akt_0_wildtype": "nM",
        "recruited_relative_wildtype": "nM",
    }


def test_a_unit_that_no_table_has_is_named_with_the_nearest():
    tables = toy.tables()
    odd = replace(tables.parameters["recruit"], unit="1/nM s")
    model = toy.build()
    network.generate(model)
    with pytest.raises(
        emit.EmitError, match=r"'recruit': unknown unit '1/nM s'; nearest: '1/\(nM s\)'"
    ):
        emit.write_sbml(model, replace(tables, parameters={**tables.parameters, "recruit": odd}))


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


def test_an_initial_that_the_network_lacks_is_named():
    model = toy.build()
    network.generate(model)
    del model.species[0]
    with pytest.raises(
        emit.EmitError, match=r"^the network has no species .*, which is an initial$"
    ):
        quantities.starts(model)


def test_functions_are_named_by_their_molecules():
    assert function_id(2) == "mass_action_between_compartments_2"
    assert function_name(1) == "Mass action between compartments, 1 molecule (irreversible)"
    assert function_name(2) == "Mass action between compartments, 2 molecules (irreversible)"


@pytest.mark.parametrize(
    "text",
    [
        "<sbml",
        '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"/>',
        '<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">'
        '<model id="m"><nothing/></model></sbml>',
    ],
)
@pytest.mark.parametrize(
    "asked", [emit.rules_in, emit.with_switches, lambda text: emit.without_rules(text, [])]
)
def test_what_is_no_model_in_sbml_cannot_be_edited(asked, text):
    with pytest.raises(InputError) as problem:
        asked(text)
    assert str(problem.value) == "not an SBML file"


def test_the_start_of_a_seeded_species():
    model = toy.build()
    network.generate(model)
    starts = {emit.species_ids(model)[i]: start for i, start in quantities.starts(model).items()}
    assert {name: start.seed for name, start in starts.items()} == {
        "PIP3": "PIP3_0",
        "Akt": "Akt_0",
        "S": "S_0",
        "Ca": "Ca_0",
        "R": "R_0",
        "E": "E_0",
        "A": "A_0",
        "L": "ligand_nM",
        "Drug": "depot",
    }
    assert {name for name, start in starts.items() if start.held} == {"L"}
    assert {name for name, start in starts.items() if not start.is_plain()} == {"Drug"}


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


def test_what_only_says_a_start_is_not_written():
    """Unless a formula, or a rate, needs it too."""
    model = pysb.Model(_export=False)
    one = pysb.Parameter("one", 1, _export=False)
    model.add_component(one)
    for name in ("start", "in_formula", "in_rate", "back"):
        monomer = pysb.Monomer(f"M_{name}", _export=False)
        expression = pysb.Expression(name, 2 * one, _export=False)
        model.add_component(monomer)
        model.add_component(expression)
        model.add_initial(pysb.Initial(monomer(), expression, _export=False))
    of = model.expressions
    model.add_component(pysb.Expression("formula", 3 * of["in_formula"], _export=False))
    there, other = (model.monomers[f"M_{name}"]() for name in ("start", "back"))
    rates = of["in_rate"], of["back"]
    model.add_component(pysb.Rule("turns", there | other, *rates, _export=False))
    written = [each.name for each in quantities.written_expressions(model)]
    assert written == ["in_formula", "in_rate", "back", "formula"]


def test_a_reaction_of_two_rules_is_made_by_the_one_with_its_rate_constant():
    model = toy.build()
    both = next(rule for rule in model.rules if rule.is_reversible)
    one = next(rule for rule in model.rules if not rule.is_reversible)
    asked = [(both.name, True), (one.name, False)]
    for maker, rate in zip(asked, (both.rate_reverse, one.rate_forward), strict=True):
        assert _maker(model, asked, rate.name, "here") == maker
    with pytest.raises(emit.EmitError, match=r"^here: 0 rules make this reaction"):
        _maker(model, asked, both.rate_forward.name, "here")


def test_what_has_no_unit_is_dimensionless():
    assert str(ONE) == str(parse("mole mole^-1")) == "dimensionless"


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


def test_parameters_are_written_that_only_starts_or_sizes_need():
    model = pysb.Model(_export=False)
    start, size, _ = (pysb.Parameter(name, 1, _export=False) for name in ("start", "size", "idle"))
    monomer = pysb.Monomer("M", _export=False)
    place = pysb.Compartment("place", None, 3, size, _export=False)
    for each in (start, size, _, monomer, place):
        model.add_component(each)
    model.add_initial(pysb.Initial(monomer() ** place, start, _export=False))
    model.species = [monomer() ** place]
    assert [each.name for each in quantities.written_parameters(model)] == ["start", "size"]


def test_what_cannot_be_written_is_said():
    model = toy.build()
    with pytest.raises(emit.EmitError) as error:
        emit.write_sbml(model, toy.tables())
    assert str(error.value) == "the model has no network yet: see ketamine_mtor.network"
    network.generate(model)
    with pytest.raises(emit.EmitError) as error:
        emit.write_sbml(model, toy.tables(), version=3)
    assert str(error.value).startswith("unknown version of SBML Level 3 '3'; ")


def test_a_site_with_a_state_and_a_bond_is_bound():
    """Two species that differ in that bond alone get different ids."""
    model = pysb.Model(_export=False)
    monomer = pysb.Monomer("M", ["a", "b"], {"a": ["u", "p"]}, _export=False)
    size = pysb.Parameter("size", 1, _export=False)
    place = pysb.Compartment("place", None, 3, size, _export=False)
    for each in (monomer, size, place):
        model.add_component(each)
    model.species = [
        (monomer(a=("p", 1), b=None) % monomer(a=("p", 1), b=None)) ** place,
        (monomer(a="p", b=1) % monomer(a="p", b=1)) ** place,
    ]
    one, other = emit.species_ids(model)
    assert one != other and "a_bound" in one and "b_bound" in other
