"""Formulas as SBML's mathematics, their units, and the ids of units and laws, each by itself."""

from __future__ import annotations

import re
from dataclasses import replace

import libsbml
import pytest
import sympy

from ketamine_mtor import emit, network
from ketamine_mtor.emit import formulas, units
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


def test_what_has_no_unit_is_dimensionless():
    assert str(ONE) == str(parse("mole mole^-1")) == "dimensionless"
