"""Each reaction has the law of its rule, as constant times concentrations, under its name."""

from __future__ import annotations

import libsbml
import pysb
import pytest
import sympy

from ketamine_mtor import emit
from ketamine_mtor.emit.laws import _maker, function_id, function_name, laws, size
from tests import toy
from tests.emit_kit import read


def formula_of(text, reaction):
    found = read(text)
    return libsbml.formulaToL3String(found.getReaction(reaction).getKineticLaw().getMath())


@pytest.mark.parametrize(
    ("reaction", "law"),
    [
        ("PIP3_recruits_Akt__Akt__PIP3", "CROSS_2(membrane, recruit, Akt, PIP3)"),
        ("PIP3_recruits_Akt__rev__Akt__PIP3", "CROSS_1(membrane, release, Akt__PIP3)"),
        ("R_pairs__L__R__L__R", "membrane * pair_x1_2 * L__R * L__R"),
        ("S_takes_two_Ca__Ca__Ca__S", "cytosol * bind_Ca_x1_2 * Ca * Ca * S"),
        ("E_modifies_A__A__E", "cytosol * catalysis * A * E"),
        ("Ca_enters__Ca", "cytosol * make_Ca"),
        ("Ca_leaves__Ca", "cytosol * lose_Ca * Ca"),
        ("A_crosses__rev__A_ecs", "CROSS_1(ecs, import_A, A_ecs)"),
        ("ligand_binds_R__L__R", "CROSS_2(membrane, ligand_on, L, R)"),
        ("ligand_binds_R__L__R__R", "CROSS_2(membrane, ligand_on_x2, L, R__R)"),
    ],
)
def test_a_law_is_compartment_constant_concentrations(toy_sbml, reaction, law):
    formula = law.replace("CROSS", "mass_action_between_compartments")
    assert formula_of(toy_sbml, reaction) == formula


def test_a_multiple_of_a_rate_constant_follows_it(toy_sbml):
    assignment = read(toy_sbml).getInitialAssignment("pair_x1_2")
    formula = libsbml.formulaToL3String(assignment.getMath())
    assert formula == "(1 dimensionless / 2 dimensionless) * pair"
    assert read(toy_sbml).getParameter("pair_x1_2").getValue() == pytest.approx(2e-3)


def test_every_reaction_is_irreversible_slow_and_named_after_its_rule(toy_sbml, toy_model):
    found = read(toy_sbml)
    rules = {rule.name for rule in toy_model.rules}
    for reaction in found.getListOfReactions():
        assert not reaction.getReversible() and not reaction.getFast()
        head = reaction.getName().removesuffix(" (reverse)")
        assert head in rules
        assert reaction.getId().startswith(
            f"{head}__rev__" if reaction.getName() != head else f"{head}__"
        )


def test_a_catalyst_is_reactant_and_product(toy_sbml):
    reaction = read(toy_sbml).getReaction("E_modifies_A__A__E")
    sides = (reaction.getListOfReactants(), reaction.getListOfProducts())
    assert all("E" in [each.getSpecies() for each in side] for side in sides)


@pytest.mark.parametrize("factor", [1.001, sympy.Rational(1, 7)])
def test_a_literal_that_the_volumes_do_not_give_is_an_error(toy_model, toy_tables, factor):
    reaction = next(each for each in toy_model.reactions if each["rule"] == ("R_pairs",))
    reaction["rate"] *= factor
    with pytest.raises(emit.EmitError, match="R_pairs"):
        emit.write_sbml(toy_model, toy_tables)


def test_other_volumes_than_the_network_was_made_with_are_an_error(toy_model, toy_tables):
    toy_model.parameters["cytosol_volume"].value = 0.55
    with pytest.raises(emit.EmitError, match="other volumes"):
        emit.write_sbml(toy_model, toy_tables)


def test_volumes_that_bionetgen_does_not_name_are_an_error(toy_model, toy_tables):
    reaction = next(each for each in toy_model.reactions if each["rule"] == ("ligand_binds_R",))
    reaction["unit_conversion"] = "1/membrane_volume"
    with pytest.raises(emit.EmitError, match="1/ecs_volume"):
        emit.write_sbml(toy_model, toy_tables)


def test_a_rate_that_is_not_mass_action_is_an_error(toy_model, toy_tables):
    toy_model.reactions[0]["rate"] = toy_model.reactions[0]["rate"] ** 2
    with pytest.raises(emit.EmitError, match="mass action"):
        emit.write_sbml(toy_model, toy_tables)


def model_of(volumes, **reaction):
    """A model with the species M in each of some volumes, and one reaction of their indices."""
    model = pysb.Model(_export=False)
    monomer = pysb.Monomer("M", _export=False)
    rate = pysb.Parameter("k", 1, _export=False)
    rules = [
        pysb.Rule(name, None | monomer(), rate, rate, _export=False) for name in ("made", "moved")
    ]
    for each in (monomer, rate, *rules):
        model.add_component(each)
    for name, volume in volumes.items():
        litres = pysb.Parameter(f"{name}_volume", volume, _export=False)
        dimension = 2 if name == "membrane" else 3
        place = pysb.Compartment(name, None, dimension, litres, _export=False)
        model.add_component(litres)
        model.add_component(place)
        model.species.append(pysb.as_complex_pattern(monomer() ** place))
    model.reactions = [{"rule": ("made",), "reverse": (False,), "products": (), **reaction}]
    return model


def rate_of(*reactants, times=1):
    amounts = (sympy.Symbol(f"__s{index}") for index in reactants)
    return times * sympy.prod(amounts) * pysb.Parameter("k", 1, _export=False)


@pytest.mark.parametrize(
    ("volumes", "reaction", "said"),
    [
        pytest.param(
            {"a": 0.5},
            {"reactants": (0, 0), "rate": rate_of(0, 0, times=0.3)},
            "rule made, reactants ['M()@a', 'M()@a']: the network's factor 0.3 is no small fraction"
            " of what the volumes give, 2: was the network made with other volumes?",
            id="a factor that the volumes do not give",
        ),
        pytest.param(
            {"a": 0.5},
            {"reactants": (0,), "rate": rate_of(0, times=1e-9)},
            "rule made, reactants ['M()@a']: the network's factor 1e-09 is no small fraction"
            " of what the volumes give, 1: was the network made with other volumes?",
            id="next to nothing",
        ),
        pytest.param(
            {"a": 0.5},
            {"reactants": (0,), "rate": rate_of(0, times=0.999)},
            "rule made, reactants ['M()@a']: the network's factor 0.999 is no small fraction"
            " of what the volumes give, 1: was the network made with other volumes?",
            id="nearly one",
        ),
        pytest.param(
            {"a": 1, "b": 1},
            {"reactants": (), "products": (0, 1), "rate": rate_of()},
            "rule made, reactants []: made from nothing in several compartments: a, b",
            id="made from nothing in several compartments",
        ),
        pytest.param(
            {"a": 1, "b": 1},
            {"reactants": (0, 1), "rate": rate_of(0, 1)},
            "rule made, reactants ['M()@a', 'M()@b']: the reactants are in different volumes"
            " and none in a membrane",
            id="reactants in two volumes",
        ),
        pytest.param(
            {"a": 1},
            {"reactants": (0,), "rate": rate_of(0, 0)},
            "rule made, reactants ['M()@a']: the rate is not mass action with one rate constant",
            id="no mass action",
        ),
        pytest.param(
            {"a": 1},
            {
                "reactants": (0,),
                "rate": rate_of(0),
                "rule": ("made", "moved"),
                "reverse": (False, True),
            },
            "rule made, moved (reverse), reactants ['M()@a']: 2 rules make this reaction with the"
            " rate constant 'k'; give each its own",
            id="two rules with one rate constant",
        ),
        pytest.param(
            {"a": 1},
            {"reactants": (0, 0), "rate": rate_of(0, 0), "unit_conversion": "1/b_volume/c_volume"},
            "rule made, reactants ['M()@a', 'M()@a']: the network was converted by"
            " '1/b_volume/c_volume', the volumes give '1/a_volume'",
            id="another conversion",
        ),
    ],
)
def test_what_is_wrong_with_a_reaction_is_said_with_its_rule_and_reactants(volumes, reaction, said):
    with pytest.raises(emit.EmitError) as error:
        laws(model_of(volumes, **reaction))
    assert str(error.value) == said


def test_a_literal_of_few_digits_is_the_fraction_it_is_nearest_to():
    (law,) = laws(model_of({"a": 1}, reactants=(0, 0), rate=rate_of(0, 0, times=0.16666667)))
    assert law.constant == "k_x1_6"


def test_a_conversion_may_name_the_volumes_in_any_order():
    places = {"membrane": 1, "a": 1, "b": 1}
    reaction = {"reactants": (0, 1, 2), "rate": rate_of(0, 1, 2)}
    for conversion in ("1/a_volume/b_volume", "1/b_volume/a_volume"):
        (law,) = laws(model_of(places, **reaction, unit_conversion=conversion))
        assert law.anchor == "membrane"


def test_a_compartment_whose_size_is_no_parameter_is_an_error():
    place = pysb.Compartment("a", _export=False)
    with pytest.raises(emit.EmitError, match=r"^compartment a: its size has to be a Parameter$"):
        size(place)


def test_a_reaction_of_two_rules_is_made_by_the_one_with_its_rate_constant():
    model = toy.build()
    both = next(rule for rule in model.rules if rule.is_reversible)
    one = next(rule for rule in model.rules if not rule.is_reversible)
    asked = [(both.name, True), (one.name, False)]
    for maker, rate in zip(asked, (both.rate_reverse, one.rate_forward), strict=True):
        assert _maker(model, asked, rate.name, "here") == maker
    with pytest.raises(emit.EmitError, match=r"^here: 0 rules make this reaction"):
        _maker(model, asked, both.rate_forward.name, "here")


def test_functions_are_named_by_their_molecules():
    assert function_id(2) == "mass_action_between_compartments_2"
    assert function_name(1) == "Mass action between compartments, 1 molecule (irreversible)"
    assert function_name(2) == "Mass action between compartments, 2 molecules (irreversible)"
