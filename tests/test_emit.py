"""The SBML says what the network says, in consistent units, under ids that stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import libsbml
import numpy as np
import pysb
import pytest
import sympy
from pysb.simulator import ScipyOdeSimulator

from ketamine_mtor import emit, network
from ketamine_mtor.emit import units
from ketamine_mtor.engines.compiled import compile_sbml
from ketamine_mtor.errors import InputError
from tests import toy

TIMES = np.linspace(0, 600, 31)


@pytest.fixture(scope="module")
def net_text():
    return network.generate(toy.build())


@pytest.fixture
def model(net_text):
    return network.load_net(toy.build(), net_text)


@pytest.fixture(scope="module")
def tables():
    return toy.tables()


@pytest.fixture(scope="module")
def sbml(net_text, tables):
    return emit.write_sbml(network.load_net(toy.build(), net_text), tables)


@pytest.fixture(scope="module")
def annotated(net_text, tables):
    loaded = network.load_net(toy.build(), net_text)
    return emit.write_sbml(loaded, tables, annotations=toy.annotations())


#: libSBML frees a document that nobody holds, its model along with it.
DOCUMENTS = []


#: The toy as it is written. Where it changes on purpose: python -m tests.toy
WRITTEN = Path(toy.__file__).with_suffix(".xml")


def test_the_text_is_the_committed_one(annotated):
    assert annotated == WRITTEN.read_text(encoding="utf-8")


def read(text):
    DOCUMENTS.append(libsbml.readSBMLFromString(text))
    return DOCUMENTS[-1].getModel()


def formula_of(text, reaction):
    found = read(text)
    return libsbml.formulaToL3String(found.getReaction(reaction).getKineticLaw().getMath())


# The same dynamics ------------------------------------------------------------------------------


def simulated(text, names, values=()):
    runner = compile_sbml(text)
    for name, value in dict(values).items():
        runner.setValue(name, value)
    integrator = runner.getIntegrator()
    integrator.setValue("relative_tolerance", 1e-11)
    integrator.setValue("absolute_tolerance", 1e-14)
    runner.timeCourseSelections = names
    return np.array(runner.simulate(times=TIMES.tolist()))


def test_roadrunner_on_the_sbml_agrees_with_pysb_on_the_rules(model, sbml):
    readouts = [each.name for each in model.expressions_dynamic()]
    simulator = ScipyOdeSimulator(
        model,
        TIMES,
        integrator="lsoda",
        compiler="python",
        integrator_options={"rtol": 1e-11, "atol": 1e-13, "mxstep": 100_000},
    )
    run = simulator.run()
    species = emit.species_ids(model)
    sizes = {each.name: each.size.value for each in model.compartments}
    homes = [emit.names.home(each).name for each in model.species]
    ours = simulated(sbml, [*readouts, *(f"[{each}]" for each in species)])
    theirs = np.column_stack(
        [run.expressions[name] for name in readouts]
        + [run.species[:, i] / sizes[place] for i, place in enumerate(homes)]
    )
    assert np.abs(theirs).max(axis=0).min() > 0
    assert (np.abs(ours - theirs).max(axis=0) <= 1e-6 * np.abs(theirs).max(axis=0)).all()


# The laws ---------------------------------------------------------------------------------------


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
def test_a_law_is_compartment_constant_concentrations(sbml, reaction, law):
    formula = law.replace("CROSS", "mass_action_between_compartments")
    assert formula_of(sbml, reaction) == formula


def test_a_multiple_of_a_rate_constant_follows_it(sbml):
    assignment = read(sbml).getInitialAssignment("pair_x1_2")
    formula = libsbml.formulaToL3String(assignment.getMath())
    assert formula == "(1 dimensionless / 2 dimensionless) * pair"
    assert read(sbml).getParameter("pair_x1_2").getValue() == pytest.approx(2e-3)


def test_every_reaction_is_irreversible_slow_and_named_after_its_rule(sbml, model):
    found = read(sbml)
    rules = {rule.name for rule in model.rules}
    for reaction in found.getListOfReactions():
        assert not reaction.getReversible() and not reaction.getFast()
        head = reaction.getName().removesuffix(" (reverse)")
        assert head in rules
        assert reaction.getId().startswith(
            f"{head}__rev__" if reaction.getName() != head else f"{head}__"
        )


def test_a_catalyst_is_reactant_and_product(sbml):
    reaction = read(sbml).getReaction("E_modifies_A__A__E")
    sides = (reaction.getListOfReactants(), reaction.getListOfProducts())
    assert all("E" in [each.getSpecies() for each in side] for side in sides)


@pytest.mark.parametrize("factor", [1.001, sympy.Rational(1, 7)])
def test_a_literal_that_the_volumes_do_not_give_is_an_error(model, tables, factor):
    reaction = next(each for each in model.reactions if each["rule"] == ("R_pairs",))
    reaction["rate"] *= factor
    with pytest.raises(emit.EmitError, match="R_pairs"):
        emit.write_sbml(model, tables)


def test_other_volumes_than_the_network_was_made_with_are_an_error(model, tables):
    model.parameters["cytosol_volume"].value = 0.55
    with pytest.raises(emit.EmitError, match="other volumes"):
        emit.write_sbml(model, tables)


def test_volumes_that_bionetgen_does_not_name_are_an_error(model, tables):
    reaction = next(each for each in model.reactions if each["rule"] == ("ligand_binds_R",))
    reaction["unit_conversion"] = "1/membrane_volume"
    with pytest.raises(emit.EmitError, match="1/ecs_volume"):
        emit.write_sbml(model, tables)


def test_a_rate_that_is_not_mass_action_is_an_error(model, tables):
    model.reactions[0]["rate"] = model.reactions[0]["rate"] ** 2
    with pytest.raises(emit.EmitError, match="mass action"):
        emit.write_sbml(model, tables)


def test_a_model_without_network_is_an_error(tables):
    with pytest.raises(emit.EmitError, match="no network"):
        emit.write_sbml(toy.build(), tables)


# libSBML's opinion ------------------------------------------------------------------------------


def test_libsbml_finds_nothing(sbml, annotated):
    assert emit.problems(sbml) == []
    assert emit.problems(annotated) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('units="per_nM_s"', 'units="per_s"', "units"),
        ("<ci> recruit </ci>", "<ci> nothing </ci>", "nothing"),
        (' units="nM" constant="true"', ' constant="true"', "units"),
        ("</model>", "", "XML"),
    ],
)
def test_libsbml_finds_what_is_wrong(sbml, old, new, said):
    assert old in sbml
    found = emit.problems(sbml.replace(old, new))
    assert found and any(said in each for each in found)


def test_version_2_is_written_on_request(model, tables):
    text = emit.write_sbml(model, tables, annotations=toy.annotations(), version=2)
    assert libsbml.readSBMLFromString(text).getVersion() == 2
    assert emit.problems(text) == []
    with pytest.raises(emit.EmitError, match="allowed: 1, 2"):
        emit.write_sbml(model, tables, version=3)


def test_the_text_is_the_same_each_time(net_text, tables, annotated):
    again = network.load_net(toy.build(), net_text)
    assert emit.write_sbml(again, tables, annotations=toy.annotations()) == annotated


# Quantities -------------------------------------------------------------------------------------


def test_sizes_are_compartments_not_parameters(sbml):
    found = read(sbml)
    assert found.getParameter("cytosol_volume") is None
    assert found.getCompartment("cytosol").getSize() == toy.VALUES["cytosol_volume"]
    assert all(each.getSpatialDimensions() == 3 for each in found.getListOfCompartments())


def test_a_constant_may_keep_to_the_sizes_that_it_is_made_of(tables):
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
    found = read(emit.write_sbml(model, tables))
    written = {
        name: libsbml.formulaToL3String(found.getInitialAssignment(name).getMath())
        for name in ("kept", "resized")
    }
    assert written["kept"] == "cytosol_volume * lose_Ca / ecs_volume"
    assert written["resized"] == "cytosol * lose_Ca / ecs"
    assert found.getParameter("cytosol_volume").getValue() == toy.VALUES["cytosol_volume"]
    assert found.getParameter("membrane_volume") is None


def test_a_readout_of_what_is_not_there_is_nothing_in_its_unit(model, tables):
    never = model.monomers["E"]() ** model.compartments["ecs"]
    model.add_component(pysb.Observable("nowhere", never, _export=False))
    text = emit.write_sbml(model, tables)
    rule = read(text).getAssignmentRule("nowhere")
    assert libsbml.formulaToL3String(rule.getMath()) == "0 nmol"
    assert emit.problems(text) == []


def test_a_compartment_without_species_is_left_out(sbml, model):
    assert "empty" in [each.name for each in model.compartments]
    assert read(sbml).getCompartment("empty") is None


def test_derived_constants_follow_their_parameters(sbml):
    found = read(sbml)
    assignment = found.getInitialAssignment("ligand_off")
    assert libsbml.formulaToL3String(assignment.getMath()) in (
        "ligand_on * ligand_Kd",
        "ligand_Kd * ligand_on",
    )
    assert found.getParameter("ligand_off").getValue() == pytest.approx(8e-3)


def test_a_constant_made_of_a_constant_has_its_value(model, tables):
    off = model.expressions["ligand_off"]
    model.add_component(pysb.Expression("four_times", 4 * off, _export=False))
    found = read(emit.write_sbml(model, tables))
    assert found.getParameter("four_times").getValue() == pytest.approx(32e-3)
    written = found.getInitialAssignment("four_times").getMath()
    assert libsbml.formulaToL3String(written) == "4 dimensionless * ligand_off"


def test_readouts_are_rules_and_their_name_is_their_id(sbml):
    found = read(sbml)
    for name, unit in {**dict.fromkeys(toy.READOUTS, None), "n_paired": "nmol"}.items():
        parameter = found.getParameter(name)
        assert parameter.getName() == name and not parameter.getConstant()
        assert found.getAssignmentRule(name) is not None
        assert unit in (None, parameter.getUnits())
    counted = libsbml.formulaToL3String(found.getAssignmentRule("n_paired").getMath())
    assert "2 dimensionless * R__R * membrane" in counted


def test_units_that_no_table_gives_are_derived(sbml):
    found = read(sbml)
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
def test_a_formula_whose_units_do_not_agree_is_an_error(model, tables, formula, said):
    model.add_component(pysb.Expression("wrong", formula(model), _export=False))
    with pytest.raises(emit.EmitError, match=f"'wrong'.*{said}"):
        emit.write_sbml(model, tables)


def test_what_a_formula_lacks_is_named(model, tables):
    number = pysb.Parameter("odd", 1.0, _export=False)
    model.add_component(number)
    wrong = sympy.exp(number) + model.parameters["release"]
    model.add_component(pysb.Expression("wrong", wrong, _export=False))
    with pytest.raises(emit.EmitError, match="parameter 'odd': nothing says its unit"):
        emit.write_sbml(model, tables)
    with pytest.raises(emit.EmitError, match=r"^'wrong': nothing says the unit of 'odd'$"):
        emit.quantities._checked(model.expressions["wrong"], {"release": units.ONE}, {})


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
def test_the_unit_of_a_factor_follows_from_its_formula(model, tables, formula, unit):
    odd = pysb.Parameter("odd", 1.0, _export=False)
    model.add_component(odd)
    made = pysb.Expression("made", formula(model.parameters["release"], odd), _export=False)
    model.add_component(made)
    per = {"nM": "nM/s", "1/(nM s)": "nM", "nM^2": "nM^2/s"}.get(unit, "1/s")
    words = {**toy.UNITS, "nM^2/s": ("nM2_per_s", "10^-18 mole^2 litre^-2 second^-1")}
    words["nM^2"] = ("nM2", "10^-18 mole^2 litre^-2")
    listed = emit.units_in(tables)
    given = replace(listed, definitions=words, of={**listed.of, "made": per})
    if unit is None:
        with pytest.raises(emit.EmitError, match="'odd'"):
            emit.write_sbml(model, given)
        return
    known = {"nM^2": "nM"}.get(unit, unit)
    assert emit.unit_names(model, given)["odd"] == known


def test_a_factor_of_terms_that_disagree_is_an_error(model, tables):
    odd = pysb.Parameter("odd", 1.0, _export=False)
    model.add_component(odd)
    wrong = odd * (model.parameters["release"] + model.parameters["recruit"])
    model.add_component(pysb.Expression("made", wrong, _export=False))
    listed = emit.units_in(tables)
    with pytest.raises(emit.EmitError, match=r"^'made': .* added to it"):
        emit.write_sbml(model, replace(listed, of={**listed.of, "made": "1/s"}))


def test_a_readout_in_another_unit_than_its_table_says_is_an_error(model, tables):
    listed = dict(tables.observables)
    listed["paired"] = replace(listed["paired"], unit="1/s")
    with pytest.raises(emit.EmitError, match="'paired' is in"):
        emit.write_sbml(model, replace(tables, observables=listed))


def test_a_rate_constant_without_unit_gets_what_its_reactions_need(model, sbml, tables):
    known = {key: row for key, row in tables.parameters.items() if key != "lose_Ca"}
    assert emit.write_sbml(model, replace(tables, parameters=known)) == sbml


def test_a_parameter_without_unit_is_an_error(model, tables):
    known = {key: row for key, row in tables.parameters.items() if key != "depot_per_dose"}
    with pytest.raises(emit.EmitError, match="'depot_per_dose': nothing says its unit"):
        emit.write_sbml(model, replace(tables, parameters=known))


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


# Starts -----------------------------------------------------------------------------------------


def test_a_bath_and_a_dose_start_at_what_their_parameters_say(sbml):
    found = read(sbml)
    assigned = {each.getSymbol() for each in found.getListOfInitialAssignments()}
    assert {"L", "Drug"} <= assigned and "PIP3" not in assigned
    assert found.getSpecies("L").getBoundaryCondition()
    assert not found.getSpecies("Drug").getBoundaryCondition()
    assert found.getSpecies("L").getInitialConcentration() == toy.VALUES["ligand_nM"]
    assert found.getSpecies("Drug").getInitialConcentration() == pytest.approx(70)
    runner = compile_sbml(sbml)
    assert runner["[Drug]"] == pytest.approx(70)
    assert runner["[L]"] == pytest.approx(toy.VALUES["ligand_nM"])


def test_a_steady_state_is_where_the_others_start(model, tables):
    at_rest = dict.fromkeys(emit.species_ids(model), 3.25)
    found = read(emit.write_sbml(model, tables, steady_state=at_rest))
    assert found.getSpecies("Akt__PIP3").getInitialConcentration() == 3.25
    assert found.getSpecies("PIP3").getInitialConcentration() == 3.25
    assert found.getSpecies("L").getInitialConcentration() == toy.VALUES["ligand_nM"]


def test_a_steady_state_that_lacks_a_species_is_an_error(model, tables):
    at_rest = dict.fromkeys(emit.species_ids(model), 3.25)
    del at_rest["Akt__PIP3"]
    with pytest.raises(InputError, match="unknown species of the steady state 'Akt__PIP3'"):
        emit.write_sbml(model, tables, steady_state=at_rest)


def test_each_species_knows_its_seed(model):
    seeds = emit.seeds(model)
    assert list(seeds) == emit.species_ids(model)
    assert seeds["PIP3"] == "PIP3_0"
    assert seeds["L"] == "ligand_nM"
    assert seeds["Drug"] == "depot"
    assert seeds["Akt__PIP3"] == ""


# Ids --------------------------------------------------------------------------------------------


def test_species_ids_are_readable(model):
    by_pattern = dict(zip(map(str, model.species), emit.species_ids(model), strict=True))
    assert by_pattern["Akt(ph=1, T308='p') ** cytosol % PIP3(ph=1) ** membrane"] == (
        "Akt_T308_p__PIP3"
    )
    assert by_pattern["A(site='p') ** ecs"] == "A_site_p_ecs"
    assert by_pattern["Ca() ** cytosol"] == "Ca"


def test_each_species_has_its_own_id_though_only_bonds_differ(model):
    ids = emit.species_ids(model)
    assert len(set(ids)) == len(ids)
    assert [each for each in sorted(ids) if "bound" in each] == [
        "L__R_dim_bound_Y_p__R_lig_bound_dim_bound",
        "L__R_dim_bound__R_lig_bound_dim_bound_Y_p",
    ]


def test_species_whose_bound_sites_are_the_same_end_in_a_hash():
    a = pysb.Monomer("A", ["left", "right"], _export=False)
    chain = a(left=None, right=1) % a(left=1, right=2) % a(left=2, right=None)
    other = a(left=None, right=1) % a(left=2, right=1) % a(left=2, right=None)
    place = pysb.Compartment("cytosol", size=pysb.Parameter("v", 1, _export=False), _export=False)
    small = pysb.Model("small", _export=False)
    for each in (a, place.size, place):
        small.add_component(each)
    small.species = [pysb.ComplexPattern(each.monomer_patterns, place) for each in (chain, other)]
    ids = emit.species_ids(small)
    assert len(set(ids)) == 2
    assert all(each.startswith("A_cytosol__A_cytosol__A_cytosol__") for each in ids)


def test_ids_stay_when_an_unrelated_rule_is_added(sbml, model, tables):
    larger = toy.build()
    guest = pysb.Monomer("Guest", ["b"], _export=False)
    place = larger.compartments["cytosol"]
    larger.add_component(guest)
    larger.add_component(
        pysb.Rule(
            "guest_enters",
            None >> guest(b=None) ** place,
            larger.parameters["make_Ca"],
            _export=False,
        )
    )
    network.generate(larger)
    assert set(emit.species_ids(larger)) == {*emit.species_ids(model), "Guest"}
    before = [each.getId() for each in read(sbml).getListOfReactions()]
    after = read(emit.write_sbml(larger, tables)).getListOfReactions()
    assert {each.getId() for each in after} == {*before, "guest_enters__Guest"}


def test_a_readout_keeps_its_id_and_the_species_takes_its_compartment(model):
    pattern = model.monomers["Akt"](T308="p")
    model.add_component(pysb.Observable("Akt_T308_p", pattern, _export=False))
    ids = emit.species_ids(model)
    assert "Akt_T308_p_cytosol" in ids and "Akt_T308_p" not in ids


def test_long_reaction_ids_are_cut_to_a_hash():
    reactants = [f"species_with_a_long_name_{i}" for i in range(3)]
    (name,) = emit.names.reaction_ids([("binding", reactants, ["product"])])
    assert name.startswith("binding__") and len(name) == len("binding__") + 8


def test_the_longest_id_is_not_cut():
    whole = "s" * emit.names.LONGEST
    names = emit.names.reaction_ids([("r", [whole], ["b"]), ("r", [f"{whole}s"], ["b"])])
    assert names[0] == f"r__{whole}" and len(names[1]) == len("r__") + 8


def test_reactions_that_differ_in_products_only_have_ids_of_their_own():
    found = emit.names.reaction_ids([("r", ["a"], ["b"]), ("r", ["a"], ["c"]), ("r", ["b"], ["c"])])
    assert len(set(found)) == 3 and found[2] == "r__b"


def test_the_same_reaction_twice_is_an_error():
    with pytest.raises(emit.EmitError, match=r"^reaction id 'r__.*' is needed twice$"):
        emit.names.reaction_ids([("r", ["a"], ["b"]), ("r", ["a"], ["b"])])


def test_a_species_in_two_volumes_is_an_error(model):
    a, b = model.monomers["R"], model.monomers["L"]
    cytosol, ecs = model.compartments["cytosol"], model.compartments["ecs"]
    with pytest.raises(emit.EmitError, match="cytosol, ecs"):
        emit.names.home(a(lig=1, dim=None, Y="u") ** cytosol % b(rec=1) ** ecs)


def test_a_species_in_no_compartment_is_an_error_if_the_model_has_some(model):
    model.species[0] = pysb.ComplexPattern([model.monomers["Drug"]()], None)
    with pytest.raises(emit.EmitError, match=r"Drug.*in no compartment"):
        emit.quantities.used_compartments(model)


# Rules taken out --------------------------------------------------------------------------------


def test_a_rule_taken_out_takes_its_reactions_along(annotated):
    less = emit.without_rules(annotated, ["R_pairs", "Ca_leaves"])
    left = emit.rules_in(less)
    assert set(emit.rules_in(annotated)) - set(left) == {"R_pairs", "Ca_leaves"}
    assert "R_pairs" not in "".join(each.getId() for each in read(less).getListOfReactions())
    assert emit.problems(less) == []
    assert simulated(less, ["paired"]).max() == 0


def test_a_rule_switched_off_is_a_rule_taken_out(annotated):
    switched = emit.with_switches(annotated)
    species = [f"[{each.getId()}]" for each in read(annotated).getListOfSpecies()]
    whole = simulated(annotated, species)
    assert (simulated(switched, species) == whole).all()
    switches = [
        read(switched).getParameter(emit.SWITCH + rule) for rule in emit.rules_in(annotated)
    ]
    assert all(switch.getConstant() and switch.getValue() == 1 for switch in switches)
    changed = 0
    for rule in emit.rules_in(annotated):
        off = simulated(switched, species, {emit.SWITCH + rule: 0.0})
        assert (off == simulated(emit.without_rules(annotated, [rule]), species)).all(), rule
        changed += (off != whole).any()
    assert changed > 5


def test_a_switch_that_is_there_already_is_an_error(annotated):
    with pytest.raises(InputError, match=f"'{emit.SWITCH}.*already"):
        emit.with_switches(emit.with_switches(annotated))
    with pytest.raises(InputError, match="not an SBML"):
        emit.with_switches("<sbml")


def test_taking_nothing_out_changes_nothing(annotated):
    assert emit.without_rules(annotated, []) == annotated


def test_an_unknown_rule_is_an_error_with_the_nearest(sbml):
    with pytest.raises(InputError, match="unknown rule of this SBML 'R_pears'; nearest: 'R_pairs'"):
        emit.without_rules(sbml, ["R_pears"])
    with pytest.raises(InputError, match="not an SBML"):
        emit.rules_in("<sbml")


# Annotations ------------------------------------------------------------------------------------


def uris(element, qualifier):
    terms = [element.getCVTerm(i) for i in range(element.getNumCVTerms())]
    return [
        term.getResourceURI(i)
        for term in terms
        if libsbml.BiolQualifierType_toString(term.getBiologicalQualifierType()) == qualifier
        for i in range(term.getNumResources())
    ]


def test_elements_carry_what_the_tables_say(annotated):
    found = read(annotated)
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


def test_the_model_says_who_when_what_and_under_which_licence(annotated):
    found = read(annotated)
    history = found.getModelHistory()
    assert history.getCreatedDate().getDateAsString() == "2026-01-31T00:00:00Z"
    creator = history.getCreator(0)
    assert (creator.getGivenName(), creator.getFamilyName()) == ("The toy", "developers")
    assert found.getName() == "A toy"
    assert "written &amp; read" in found.getNotesString()
    assert 'dcterms:license rdf:resource="https://spdx.org/licenses/CC0-1.0"' in annotated
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
def test_a_wrong_annotation_is_an_error(model, tables, about, said):
    annotations = replace(toy.annotations(), monomers={"Akt": about})
    with pytest.raises(emit.EmitError, match=said):
        emit.write_sbml(model, tables, annotations=annotations)


def test_a_creator_without_a_name_is_an_error(model, tables):
    nobody = replace(toy.annotations(), creator=("", "developers"))
    with pytest.raises(emit.EmitError) as problem:
        emit.write_sbml(model, tables, annotations=nobody)
    said = "creator ('', 'developers'), created '2026-01-31T00:00:00Z'"
    assert str(problem.value) == f"{said}: both names and a date are needed"


def test_a_date_that_is_none_is_an_error(model, tables):
    annotations = replace(toy.annotations(), creator=("", ""))
    with pytest.raises(emit.EmitError, match="creator"):
        emit.write_sbml(model, tables, annotations=annotations)
