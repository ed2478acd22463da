"""Rules that are taken out of a text, or switched off in it."""

from __future__ import annotations

import pytest

from ketamine_mtor import emit
from ketamine_mtor.errors import InputError
from tests.emit_kit import read, simulated


def test_a_rule_taken_out_takes_its_reactions_along(toy_annotated):
    less = emit.without_rules(toy_annotated, ["R_pairs", "Ca_leaves"])
    left = emit.rules_in(less)
    assert set(emit.rules_in(toy_annotated)) - set(left) == {"R_pairs", "Ca_leaves"}
    assert "R_pairs" not in "".join(each.getId() for each in read(less).getListOfReactions())
    assert emit.problems(less) == []
    assert simulated(less, ["paired"]).max() == 0


def test_a_rule_switched_off_is_a_rule_taken_out(toy_annotated):
    switched = emit.with_switches(toy_annotated)
    species = [f"[{each.getId()}]" for each in read(toy_annotated).getListOfSpecies()]
    whole = simulated(toy_annotated, species)
    assert (simulated(switched, species) == whole).all()
    switches = [
        read(switched).getParameter(emit.SWITCH + rule) for rule in emit.rules_in(toy_annotated)
    ]
    assert all(switch.getConstant() and switch.getValue() == 1 for switch in switches)
    changed = 0
    for rule in emit.rules_in(toy_annotated):
        off = simulated(switched, species, {emit.SWITCH + rule: 0.0})
        assert (off == simulated(emit.without_rules(toy_annotated, [rule]), species)).all(), rule
        changed += (off != whole).any()
    assert changed > 5


def test_a_switch_that_is_there_already_is_an_error(toy_annotated):
    with pytest.raises(InputError, match=f"'{emit.SWITCH}.*already"):
        emit.with_switches(emit.with_switches(toy_annotated))
    with pytest.raises(InputError, match="not an SBML"):
        emit.with_switches("<sbml")


def test_taking_nothing_out_changes_nothing(toy_annotated):
    assert emit.without_rules(toy_annotated, []) == toy_annotated


def test_an_unknown_rule_is_an_error_with_the_nearest(toy_sbml):
    with pytest.raises(InputError, match="unknown rule of this SBML 'R_pears'; nearest: 'R_pairs'"):
        emit.without_rules(toy_sbml, ["R_pears"])
    with pytest.raises(InputError, match="not an SBML"):
        emit.rules_in("<sbml")
