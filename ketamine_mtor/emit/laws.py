"""Each reaction of the network as ``compartment * statistics * k * product of concentrations``.

BioNetGen counts amounts, so it divides the rate constant of a reaction of several molecules by
volumes. Written with concentrations, the law needs but one volume, the anchor: a reactant's
membrane where one of them is in a membrane, else their common volume. What is left of
BioNetGen's factor is a small fraction: how many ways lead from these reactants to these products.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pysb
import sympy

from ketamine_mtor.emit.error import EmitError
from ketamine_mtor.emit.names import home

#: How far BioNetGen's literal (8 digits) may be from the statistical factor over the volumes.
TOLERANCE = 1e-6
#: Up to three equal reactants give 1/6.
LARGEST_DENOMINATOR = 6


@dataclass(frozen=True)
class Law:
    """One direction of one reaction; reactants and products are indices of ``model.species``."""

    rule: str
    reverse: bool
    reactants: tuple[int, ...]
    products: tuple[int, ...]
    anchor: str
    statistics: Fraction
    rate: str


def laws(model: pysb.Model) -> list[Law]:
    """The laws of ``model.reactions``, in their order.

    Raises
    ------
    EmitError
        For a reaction of two rules, one whose rate is not mass action with one rate constant, and
        one whose factor is not what the compartments' volumes give.
    """
    homes = [home(species) for species in model.species]
    return [_law(model, reaction, homes) for reaction in model.reactions]


def _law(model: pysb.Model, reaction: dict, homes: Sequence[pysb.Compartment]) -> Law:
    rules = [
        f"{rule}{' (reverse)' if reverse else ''}"
        for rule, reverse in zip(reaction["rule"], reaction["reverse"], strict=True)
    ]
    reactants, products = tuple(reaction["reactants"]), tuple(reaction["products"])
    where = f"rule {rules[0]}, reactants {[model.species[i] for i in reactants]}"
    if len(rules) != 1:
        raise EmitError(f"{where}: the reaction stems from {len(rules)} rules: {', '.join(rules)}")
    factor, rate = _split(reaction["rate"], reactants, where)
    anchor, above, below = _anchor(reactants, products, homes, where)
    _check_conversion(reaction, above, below, where)
    volumes = math.prod(map(size, below)) / math.prod(map(size, above))
    statistics = factor * volumes
    exact = Fraction(statistics).limit_denominator(LARGEST_DENOMINATOR)
    if exact <= 0 or not math.isclose(statistics, exact, rel_tol=TOLERANCE):
        raise EmitError(
            f"{where}: the network's factor {factor:.9g} is no small fraction of what the volumes"
            f" give, {1 / volumes:.9g}: was the network made with other volumes?"
        )
    return Law(
        reaction["rule"][0], reaction["reverse"][0], reactants, products, anchor, exact, rate
    )


def _split(rate: sympy.Expr, reactants: Sequence[int], where: str) -> tuple[float, str]:
    """The number in a rate, and the name of its rate constant."""
    for index in reactants:
        rate = rate / sympy.Symbol(f"__s{index}")
    factor, rest = rate.as_coeff_Mul()
    if not isinstance(rest, pysb.Parameter | pysb.Expression):
        raise EmitError(f"{where}: the rate is not mass action with one rate constant")
    return float(factor), rest.name


def _anchor(
    reactants: Sequence[int],
    products: Sequence[int],
    homes: Sequence[pysb.Compartment],
    where: str,
) -> tuple[str, list[pysb.Compartment], list[pysb.Compartment]]:
    """The compartment of the law; what BioNetGen multiplies by, and what it divides by."""
    places = [homes[index] for index in reactants]
    if not places:
        made_in = {homes[index].name: homes[index] for index in products}
        if len(made_in) != 1:
            raise EmitError(f"{where}: made from nothing in several compartments: {set(made_in)}")
        (place,) = made_in.values()
        return place.name, [place], []
    flat = [place for place in places if place.dimension == 2]
    if not flat and len({place.name for place in places}) > 1:
        raise EmitError(f"{where}: the reactants are in different volumes and none in a membrane")
    anchor = (flat or places)[0]
    places.remove(anchor)
    return anchor.name, [], places


def _check_conversion(
    reaction: dict, above: list[pysb.Compartment], below: list[pysb.Compartment], where: str
) -> None:
    """Whether BioNetGen itself names these volumes, which as numbers could agree by chance.

    A network that PySB generated or read itself does not say.
    """
    if "unit_conversion" not in reaction:
        return
    top = [each.size.name for each in above] or ["1"]
    bottom = sorted(each.size.name for each in below)
    expected = "/".join([*top, *bottom]) if above or below else ""
    first, *rest = reaction["unit_conversion"].split("/")
    said = "/".join([first, *sorted(rest)])
    if said != expected:
        raise EmitError(
            f"{where}: the network was converted by '{said}', the volumes give '{expected}'"
        )


def size(compartment: pysb.Compartment) -> float:
    """The size in litres.

    Raises
    ------
    EmitError
        Where it is not given by a Parameter.
    """
    if not isinstance(compartment.size, pysb.Parameter):
        raise EmitError(f"compartment {compartment.name}: its size has to be a Parameter")
    return compartment.size.value
