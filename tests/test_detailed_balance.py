"""Reversible steps obey detailed balance: round each cycle the free energies add up to 0."""

from __future__ import annotations

import numpy as np
import pysb
import pytest

from ketamine_mtor import knowledge, model_files

#: How far a step's free energy (in kT) may be off what the species' potentials give.
TOLERANCE = 1e-6


def balances(model: pysb.Model) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Net stoichiometry and ln K of every reversible reaction, and the rules.

    K is the ratio of the rate constants for amounts; potentials of amounts and of concentrations
    differ by a constant of each species, so closing cycles close in either.
    """
    values = {p.name: p.value for p in model.parameters}
    values |= {e.name: e.get_value() for e in model.expressions_constant()}
    found: dict[tuple, dict[bool, float]] = {}
    for reaction in model.reactions:
        sides = (tuple(sorted(reaction["reactants"])), tuple(sorted(reaction["products"])))
        backward = reaction["reverse"][0]
        key = (reaction["rule"][0], *(reversed(sides) if backward else sides))
        rate = reaction["rate"]
        names = {symbol: values.get(symbol.name, 1.0) for symbol in rate.free_symbols}
        found.setdefault(key, {})[backward] = float(rate.subs(names))
    both = {key: rates for key, rates in found.items() if len(rates) == 2}
    steps = np.zeros((len(both), len(model.species)))
    energies = np.zeros(len(both))
    for row, ((_, before, after), rates) in enumerate(both.items()):
        for species in before:
            steps[row, species] -= 1
        for species in after:
            steps[row, species] += 1
        energies[row] = np.log(rates[False] / rates[True])
    return steps, energies, [rule for rule, *_ in both]


def unbalanced(model: pysb.Model) -> list[str]:
    """The rules with a step whose energy no potentials of the species give."""
    steps, energies, rules = balances(model)
    potentials, *_ = np.linalg.lstsq(steps, energies, rcond=None)
    off = np.abs(steps @ potentials - energies)
    return sorted({rule for rule, miss in zip(rules, off, strict=True) if miss > TOLERANCE})


@pytest.mark.parametrize("variant", list(knowledge.load().variants))
def test_every_cycle_of_reversible_steps_closes(variant):
    assert unbalanced(model_files.packaged(variant).network()) == []


def test_cycles_are_looked_at():
    """There are more reversible steps than they have independent directions: cycles exist."""
    steps, *_ = balances(model_files.packaged().network())
    assert np.linalg.matrix_rank(steps) < len(steps)


def test_a_cycle_that_does_not_close_is_told():
    model = model_files.packaged().network()
    model.expressions["GAP43_CaM_slow_on"].expr *= 2
    assert "CaM_binds_GAP43_C_lobe_apo" in unbalanced(model)
