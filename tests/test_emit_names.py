"""Ids can be read, are of one thing each, and stay."""

from __future__ import annotations

import pysb
import pytest

from ketamine_mtor import emit, network
from tests import toy
from tests.emit_kit import read


def test_species_ids_are_readable(toy_model):
    by_pattern = dict(zip(map(str, toy_model.species), emit.species_ids(toy_model), strict=True))
    assert by_pattern["Akt(ph=1, T308='p') ** cytosol % PIP3(ph=1) ** membrane"] == (
        "Akt_T308_p__PIP3"
    )
    assert by_pattern["A(site='p') ** ecs"] == "A_site_p_ecs"
    assert by_pattern["Ca() ** cytosol"] == "Ca"


def test_each_species_has_its_own_id_though_only_bonds_differ(toy_model):
    ids = emit.species_ids(toy_model)
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


def test_ids_stay_when_an_unrelated_rule_is_added(toy_sbml, toy_model, toy_tables):
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
    assert set(emit.species_ids(larger)) == {*emit.species_ids(toy_model), "Guest"}
    before = [each.getId() for each in read(toy_sbml).getListOfReactions()]
    after = read(emit.write_sbml(larger, toy_tables)).getListOfReactions()
    assert {each.getId() for each in after} == {*before, "guest_enters__Guest"}


def test_a_readout_keeps_its_id_and_the_species_takes_its_compartment(toy_model):
    pattern = toy_model.monomers["Akt"](T308="p")
    toy_model.add_component(pysb.Observable("Akt_T308_p", pattern, _export=False))
    ids = emit.species_ids(toy_model)
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


def test_a_species_in_two_volumes_is_an_error(toy_model):
    a, b = toy_model.monomers["R"], toy_model.monomers["L"]
    cytosol, ecs = toy_model.compartments["cytosol"], toy_model.compartments["ecs"]
    with pytest.raises(emit.EmitError, match=r"^R\(.*: no single compartment.* but cytosol, ecs$"):
        emit.names.home(a(lig=1, dim=None, Y="u") ** cytosol % b(rec=1) ** ecs)


def test_a_species_in_no_compartment_is_an_error_if_the_model_has_some(toy_model):
    toy_model.species[0] = pysb.ComplexPattern([toy_model.monomers["Drug"]()], None)
    with pytest.raises(emit.EmitError, match=r"Drug.*in no compartment"):
        emit.quantities.used_compartments(toy_model)


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


def test_an_id_that_a_model_needs_twice_is_named():
    model = pysb.Model(_export=False)
    model.name = "M_place"
    monomer = pysb.Monomer("M", _export=False)
    size = pysb.Parameter("size", 1, _export=False)
    place = pysb.Compartment("place", None, 3, size, _export=False)
    for each in (monomer, size, place):
        model.add_component(each)
    model.species = [pysb.as_complex_pattern(monomer() ** place)]
    with pytest.raises(emit.EmitError, match=r"^the id 'M_place' is needed twice$"):
        emit.species_ids(model)
