"""Terms of the Systems Biology Ontology for quantities and laws, told by role and unit.

Nothing is told by a name. Every reaction is written in one direction, so that the rate constant of
a reverse step is the forward constant of its own reaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

import pysb

from ketamine_mtor.emit.laws import Law
from ketamine_mtor.emit.units import ONE, Unit, Units, parse

QUANTITY = "SBO:0000002"
KINETIC_CONSTANT = "SBO:0000009"
#: Rate constants by the number of reactants.
RATE_CONSTANTS = {0: "SBO:0000048", 1: "SBO:0000035", 2: "SBO:0000036", 3: "SBO:0000037"}
DISSOCIATION_CONSTANT = "SBO:0000282"
CONCENTRATION, AMOUNT, VOLUME = "SBO:0000196", "SBO:0000361", "SBO:0000468"
FLUX = "SBO:0000614"
COEFFICIENT = "SBO:0000380"
FRACTION = "SBO:0000540"
#: Irreversible mass action in a continuous scheme, by the numbers of reactants and of species.
MASS_ACTION = "SBO:0000163"
_LAWS = {
    (0, 0): "SBO:0000047",
    (1, 1): "SBO:0000049",
    (2, 1): "SBO:0000052",
    (2, 2): "SBO:0000054",
    (3, 1): "SBO:0000057",
    (3, 2): "SBO:0000059",
    (3, 3): "SBO:0000061",
}
#: Powers of a concentration, per time, that kinetic constants have.
_POWERS = (0, -1, -2)


def law_term(law: Law) -> str:
    """The term of a law."""
    return _LAWS.get((len(law.reactants), len(set(law.reactants))), MASS_ACTION)


def quantity_terms(
    model: pysb.Model, laws: Iterable[Law], units: Mapping[str, Unit], given: Units
) -> dict[str, str]:
    """The term of each quantity in ``units``: parameters, Expressions, Observables."""
    orders: dict[str, set[int]] = {}
    for law in laws:
        orders.setdefault(law.constant, set()).add(len(law.reactants))
    bindings = _dissociation_constants(model)
    amount, volume, time = map(parse, (given.amount, given.volume, given.time))
    concentration = amount / volume
    by_unit = {concentration / time: FLUX, volume: VOLUME, amount: AMOUNT}
    by_unit |= {concentration ** Fraction(power) / time: KINETIC_CONSTANT for power in _POWERS}
    by_unit[concentration] = CONCENTRATION
    constant = {each.name for each in model.parameters}
    constant |= {each.name for each in model.expressions if each.is_constant_expression()}

    def term(name: str, unit: Unit) -> str:
        if name in orders:
            (order, *others) = orders[name]
            return KINETIC_CONSTANT if others else RATE_CONSTANTS.get(order, KINETIC_CONSTANT)
        if unit == concentration and name in bindings:
            return DISSOCIATION_CONSTANT
        if unit == ONE and name in constant:
            return COEFFICIENT
        return by_unit.get(unit, QUANTITY)

    return {name: term(name, unit) for name, unit in units.items()}


def _dissociation_constants(model: pysb.Model) -> set[str]:
    """What the forward rate constant of a reversible rule is divided by."""
    return {
        symbol.name
        for rule in model.rules
        if rule.rate_reverse is not None and isinstance(rule.rate_forward, pysb.Expression)
        for symbol in rule.rate_forward.expr.as_numer_denom()[1].free_symbols
    }
