"""Each reaction of the network as ``compartment * k * product of concentrations``.

BioNetGen counts amounts, so it divides the rate constant of a reaction of several molecules by
volumes. Written with concentrations, the law needs but one volume, the anchor: a reactant's
membrane where one of them is in a membrane, else their common volume. What is left of
BioNetGen's factor is a small fraction, how many ways lead from these reactants to these products;
where it is not 1 the law has a constant of its own, that multiple of the rate constant.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pysb
import sympy

from ketamine_mtor.emit.error import EmitError
from ketamine_mtor.emit.names import DEFAULT, home, pattern

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
    #: Whether reactants and products are in more than one compartment.
    crosses: bool

    @property
    def constant(self) -> str:
        """The id of the law's rate constant: ``rate``, or a multiple of it."""
        if self.statistics == 1:
            return self.rate
        above, below = self.statistics.as_integer_ratio()
        return f"{self.rate}_x{above}" + (f"_{below}" if below != 1 else "")


def function_id(reactants: int) -> str:
    """The id of the function that a law with that many reactants calls, if it crosses."""
    return f"mass_action_between_compartments_{reactants}"


def function_name(reactants: int) -> str:
    """Its name, which COPASI shows."""
    molecules = "1 molecule" if reactants == 1 else f"{reactants} molecules"
    return f"Mass action between compartments, {molecules} (irreversible)"


def laws(model: pysb.Model) -> list[Law]:
    """The laws of ``model.reactions``, in their order.

    Raises
    ------
    EmitError
        For two rules that make the same reaction with the same rate constant, a rate that is not
        mass action with one rate constant, and one whose factor is not what the compartments'
        volumes give.
    """
    homes = [home(species) for species in model.species]
    return [law for reaction in model.reactions for law in _laws(model, reaction, homes)]


def _laws(
    model: pysb.Model, reaction: dict[str, Any], homes: Sequence[pysb.Compartment]
) -> Iterator[Law]:
    """The law of a reaction, or one for each of the rules that make it."""
    reactants, products = tuple(reaction["reactants"]), tuple(reaction["products"])
    rules = list(zip(reaction["rule"], reaction["reverse"], strict=True))
    named = ", ".join(f"{rule}{' (reverse)' if reverse else ''}" for rule, reverse in rules)
    where = f"rule {named}, reactants {[pattern(model.species[i]) for i in reactants]}"
    anchor, above, below = _anchor(reactants, products, homes, where)
    _check_conversion(reaction, above, below, where)
    volumes = math.prod(map(size, below)) / math.prod(map(size, above))
    crosses = len({homes[index].name for index in reactants + products}) > 1
    for factor, rate in _terms(reaction["rate"], reactants, where):
        rule, reverse = _maker(model, rules, rate, where)
        statistics = factor * volumes
        exact = Fraction(statistics).limit_denominator(LARGEST_DENOMINATOR)
        if exact <= 0 or not math.isclose(statistics, exact, rel_tol=TOLERANCE):
            raise EmitError(
                f"{where}: the network's factor {factor:.9g} is no small fraction of what the"
                f" volumes give, {1 / volumes:.9g}: was the network made with other volumes?"
            )
        yield Law(rule, reverse, reactants, products, anchor, exact, rate, crosses)


def _terms(rate: sympy.Expr, reactants: Sequence[int], where: str) -> Iterator[tuple[float, str]]:
    """The number and the rate constant in each term of a rate, which is a sum for several rules."""
    for index in reactants:
        rate = rate / sympy.Symbol(f"__s{index}")
    for term in sympy.expand(rate).as_ordered_terms():
        factor, rest = term.as_coeff_Mul()
        if not isinstance(rest, pysb.Parameter | pysb.Expression):
            raise EmitError(f"{where}: the rate is not mass action with one rate constant")
        yield float(factor), rest.name


def _maker(
    model: pysb.Model, rules: Sequence[tuple[str, bool]], rate: str, where: str
) -> tuple[str, bool]:
    """The rule, and its direction, of which ``rate`` is the rate constant."""
    if len(rules) == 1:
        return rules[0]
    made = [
        (rule, reverse) for rule, reverse in rules if rate == _rate(model.rules[rule], reverse).name
    ]
    if len(made) != 1:
        raise EmitError(
            f"{where}: {len(made)} rules make this reaction with the rate constant '{rate}'; give"
            " each its own"
        )
    return made[0]


def _rate(rule: pysb.Rule, reverse: bool) -> pysb.Component:
    return rule.rate_reverse if reverse else rule.rate_forward


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
            found = ", ".join(sorted(made_in))
            raise EmitError(f"{where}: made from nothing in several compartments: {found}")
        (place,) = made_in.values()
        return place.name, [place], []
    flat = [place for place in places if place.dimension == 2]
    if not flat and len({place.name for place in places}) > 1:
        raise EmitError(f"{where}: the reactants are in different volumes and none in a membrane")
    anchor = (flat or places)[0]
    places.remove(anchor)
    return anchor.name, [], places


def _check_conversion(
    reaction: dict[str, Any],
    above: list[pysb.Compartment],
    below: list[pysb.Compartment],
    where: str,
) -> None:
    """Whether BioNetGen itself names these volumes, which as numbers could agree by chance.

    A network that PySB generated or read itself does not say.
    """
    if "unit_conversion" not in reaction:
        return
    top = [each.size.name for each in above if each is not DEFAULT]
    bottom = sorted(each.size.name for each in below if each is not DEFAULT)
    expected = "/".join([*(top or ["1"]), *bottom]) if top or bottom else ""
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
