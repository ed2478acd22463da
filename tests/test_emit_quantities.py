"""Sizes, constants and readouts are what the rules say, in units that agree."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import libsbml
import pysb
import pytest
import sympy

from ketamine_mtor import emit, network
from ketamine_mtor.emit import quantities, units
from ketamine_mtor.emit.laws import Law
from tests import toy
from tests.emit_kit import read


def test_sizes_are_compartments_not_parameters(toy_sbml):
    found = read(toy_sbml)
    assert found.getParameter("cytosol_volume") is None
    assert found.getCompartment("cytosol").getSize() == toy.VALUES["cytosol_volume"]
    assert all(each.getSpatialDimensions() == 3 for each in found.getListOfCompartments())


def test_a_constant_may_keep_to_the_sizes_that_it_is_made_of(toy_tables):
    model = toy.build()
    lose, inside, around = (
        model.parameters[f"{n}"] for n in ("lose_Ca", "cytosol_volume", "ecs_volume")
    )
    for name in ("kept", "resized"):
        made = pysb.Expression(name, lose * inside / around, _export=False)
        model.add_component(made)
        gone = model.monomers["Ca"]() ** model.compartments["cytosol"] >> None
        model.add_component(pysb.Rule(f"Ca_{name}", gone, made, _export=False))
        if name == "kept":
            model.add_annotation(pysb.Annotation(made, *emit.KEEPS_SIZES, _export=False))
    network.generate(model)
    found = read(emit.write_sbml(model, toy_tables))
    written = {
        name: libsbml.formulaToL3String(found.getInitialAssignment(name).getMath())
        for name in ("kept", "resized")
    }
    assert written["kept"] == "cytosol_volume * lose_Ca / ecs_volume"
    assert written["resized"] == "cytosol * lose_Ca / ecs"
    assert found.getParameter("cytosol_volume").getValue() == toy.VALUES["cytosol_volume"]
    assert found.getParameter("membrane_volume") is None


def test_a_readout_of_what_is_not_there_is_nothing_in_its_unit(toy_model, toy_tables):
    never = toy_model.monomers["E"]() ** toy_model.compartments["ecs"]
    toy_model.add_component(pysb.Observable("nowhere", never, _export=False))
    text = emit.write_sbml(toy_model, toy_tables)
    rule = read(text).getAssignmentRule("nowhere")
    assert libsbml.formulaToL3String(rule.getMath()) == "0 nmol"
    assert emit.problems(text) == []


def test_a_compartment_without_species_is_left_out(toy_sbml, toy_model):
    assert "empty" in [each.name for each in toy_model.compartments]
    assert read(toy_sbml).getCompartment("empty") is None


def test_derived_constants_follow_their_parameters(toy_sbml):
    found = read(toy_sbml)
    assignment = found.getInitialAssignment("ligand_off")
    assert libsbml.formulaToL3String(assignment.getMath()) in (
        "ligand_on * ligand_Kd",
        "ligand_Kd * ligand_on",
    )
    assert found.getParameter("ligand_off").getValue() == pytest.approx(8e-3)


def test_a_constant_made_of_a_constant_has_its_value(toy_model, toy_tables):
    off = toy_model.expressions["ligand_off"]
    toy_model.add_component(pysb.Expression("four_times", 4 * off, _export=False))
    found = read(emit.write_sbml(toy_model, toy_tables))
    assert found.getParameter("four_times").getValue() == pytest.approx(32e-3)
    written = found.getInitialAssignment("four_times").getMath()
    assert libsbml.formulaToL3String(written) == "4 dimensionless * ligand_off"


def test_readouts_are_rules_and_their_name_is_their_id(toy_sbml):
    found = read(toy_sbml)
    for name, unit in {**dict.fromkeys(toy.READOUTS, None), "n_paired": "nmol"}.items():
        parameter = found.getParameter(name)
        assert parameter.getName() == name and not parameter.getConstant()
        assert found.getAssignmentRule(name) is not None
        assert unit in (None, parameter.getUnits())
    counted = libsbml.formulaToL3String(found.getAssignmentRule("n_paired").getMath())
    assert "2 dimensionless * R__R * membrane" in counted


def test_units_that_no_table_gives_are_derived(toy_sbml):
    found = read(toy_sbml)
    assert found.getParameter("ligand_off").getUnits() == "per_s"
    assert found.getParameter("Akt_0_wildtype").getUnits() == "nM"


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (lambda m: m.parameters["recruit"] + m.parameters["release"], "added to it"),
        (lambda m: sympy.exp(m.parameters["release"]), "argument"),
        (lambda m: 2 ** m.parameters["release"], "exponent"),
        (lambda m: sympy.sin(m.parameters["release"] / m.parameters["activate"]), "sin"),
    ],
)
def test_a_formula_whose_units_do_not_agree_is_an_error(toy_model, toy_tables, formula, said):
    toy_model.add_component(pysb.Expression("wrong", formula(toy_model), _export=False))
    with pytest.raises(emit.EmitError, match=f"'wrong'.*{said}"):
        emit.write_sbml(toy_model, toy_tables)


def test_what_a_formula_lacks_is_named(toy_model, toy_tables):
    number = pysb.Parameter("odd", 1.0, _export=False)
    toy_model.add_component(number)
    wrong = sympy.exp(number) + toy_model.parameters["release"]
    toy_model.add_component(pysb.Expression("wrong", wrong, _export=False))
    with pytest.raises(emit.EmitError, match="parameter 'odd': nothing says its unit"):
        emit.write_sbml(toy_model, toy_tables)
    with pytest.raises(emit.EmitError, match=r"^'wrong': nothing says the unit of 'odd'$"):
        emit.quantities._checked(toy_model.expressions["wrong"], {"release": units.ONE}, {})


def test_a_formula_of_what_the_model_lacks_is_named(toy_model, toy_tables):
    wrong = 2 * sympy.Symbol("nowhere")
    toy_model.add_component(pysb.Expression("wrong", wrong, _export=False))
    with pytest.raises(emit.EmitError, match=r"^'wrong': nothing says the unit of 'nowhere'$"):
        quantities.units(toy_model, emit.units_in(toy_tables))


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        (lambda release, odd: release * odd, "nM"),
        (lambda release, odd: release / odd, "1/(nM s)"),
        (lambda release, odd: release * odd**2, "nM^2"),
        # No factor: it cannot be told.
        (lambda release, odd: release + odd, None),
        (lambda release, odd: release * sympy.exp(odd), None),
        (lambda release, odd: release * odd * sympy.exp(odd), None),
        (lambda release, odd: release * 2**odd, None),
        (lambda release, odd: release * odd**release, None),
    ],
)
def test_the_unit_of_a_factor_follows_from_its_formula(toy_model, toy_tables, formula, unit):
    odd = pysb.Parameter("odd", 1.0, _export=False)
    toy_model.add_component(odd)
    made = pysb.Expression("made", formula(toy_model.parameters["release"], odd), _export=False)
    toy_model.add_component(made)
    per = {"nM": "nM/s", "1/(nM s)": "nM", "nM^2": "nM^2/s"}.get(unit, "1/s")
    words = {**toy.UNITS, "nM^2/s": ("nM2_per_s", "10^-18 mole^2 litre^-2 second^-1")}
    words["nM^2"] = ("nM2", "10^-18 mole^2 litre^-2")
    listed = emit.units_in(toy_tables)
    given = replace(listed, definitions=words, of={**listed.of, "made": per})
    if unit is None:
        with pytest.raises(emit.EmitError, match="'odd'"):
            emit.write_sbml(toy_model, given)
        return
    known = {"nM^2": "nM"}.get(unit, unit)
    assert emit.unit_names(toy_model, given)["odd"] == known


def test_a_factor_of_terms_that_disagree_is_an_error(toy_model, toy_tables):
    odd = pysb.Parameter("odd", 1.0, _export=False)
    toy_model.add_component(odd)
    wrong = odd * (toy_model.parameters["release"] + toy_model.parameters["recruit"])
    toy_model.add_component(pysb.Expression("made", wrong, _export=False))
    listed = emit.units_in(toy_tables)
    with pytest.raises(emit.EmitError, match=r"^'made': .* added to it"):
        emit.write_sbml(toy_model, replace(listed, of={**listed.of, "made": "1/s"}))


def test_a_readout_in_another_unit_than_its_table_says_is_an_error(toy_model, toy_tables):
    listed = dict(toy_tables.observables)
    listed["paired"] = replace(listed["paired"], unit="1/s")
    with pytest.raises(emit.EmitError, match="'paired' is in"):
        emit.write_sbml(toy_model, replace(toy_tables, observables=listed))


def test_a_rate_constant_without_unit_gets_what_its_reactions_need(toy_model, toy_sbml, toy_tables):
    known = {key: row for key, row in toy_tables.parameters.items() if key != "lose_Ca"}
    assert emit.write_sbml(toy_model, replace(toy_tables, parameters=known)) == toy_sbml


def test_a_parameter_without_unit_is_an_error(toy_model, toy_tables):
    known = {key: row for key, row in toy_tables.parameters.items() if key != "depot_per_dose"}
    with pytest.raises(emit.EmitError, match="'depot_per_dose': nothing says its unit"):
        emit.write_sbml(toy_model, replace(toy_tables, parameters=known))


@pytest.mark.parametrize("definition", ["mole/litre", "molar", "10^x", "nM^2 second"])
def test_a_unit_that_is_no_product_of_base_units_is_an_error(definition):
    with pytest.raises(emit.EmitError, match="unit factor"):
        units.parse(definition)


@pytest.mark.parametrize(
    "definition",
    ["10^-9 mole litre^-1", "60 second", "0.5 mole^2", "10^3 mole^2 litre^-1", "dimensionless"],
)
def test_a_unit_written_to_sbml_is_the_same_unit(definition):
    unit = units.parse(definition)
    document = libsbml.SBMLDocument(3, 1)
    written = document.createModel()
    vocabulary = units.Units().vocabulary()
    name = vocabulary.id(unit)
    vocabulary.write(written)
    found = units.ONE
    for definition in written.getListOfUnitDefinitions():
        assert definition.getId() == name
        for each in definition.getListOfUnits():
            number = units.parse(f"{each.getMultiplier()} 10^{each.getScale()}")
            base = units.parse(libsbml.UnitKind_toString(each.getKind()))
            found *= (number * base) ** each.getExponent()
    assert found == unit


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


def test_parameters_are_written_that_only_starts_or_sizes_need():
    model = pysb.Model(_export=False)
    start, size, _ = (pysb.Parameter(name, 1, _export=False) for name in ("start", "size", "idle"))
    monomer = pysb.Monomer("M", _export=False)
    place = pysb.Compartment("place", None, 3, size, _export=False)
    for each in (start, size, _, monomer, place):
        model.add_component(each)
    model.add_initial(pysb.Initial(monomer() ** place, start, _export=False))
    model.species = [pysb.as_complex_pattern(monomer() ** place)]
    assert [each.name for each in quantities.written_parameters(model)] == ["start", "size"]


def test_an_initial_that_the_network_lacks_is_named():
    model = toy.build()
    network.generate(model)
    del model.species[0]
    with pytest.raises(
        emit.EmitError, match=r"^the network has no species .*, which is an initial$"
    ):
        quantities.starts(model)


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


def test_a_start_is_called_by_the_concentration_that_its_amount_is_made_of():
    model = pysb.Model(_export=False)
    there, size = (pysb.Parameter(name, 1, _export=False) for name in ("there", "size"))
    monomer = pysb.Monomer("M", _export=False)
    place = pysb.Compartment("place", None, 3, size, _export=False)
    amount = pysb.Expression("seeded", there * size, _export=False)
    for each in (there, size, monomer, place, amount):
        model.add_component(each)
    model.add_initial(pysb.Initial(monomer() ** place, amount, _export=False))
    model.species = [pysb.as_complex_pattern(monomer() ** place)]
    (start,) = quantities.starts(model).values()
    assert start.seed == "there"


def test_a_rate_constant_of_reactions_of_two_orders_is_named(monkeypatch):
    of = [
        Law("rule", False, reactants, (), "cytosol", Fraction(1), "k", False)
        for reactants in ((1,), (1, 2))
    ]
    monkeypatch.setattr(quantities, "laws", lambda model: of)
    said = r"^'k' is a rate constant of reactions with different numbers of reactants$"
    with pytest.raises(emit.EmitError, match=said):
        quantities.rate_units(pysb.Model(_export=False), units.Units())
