"""What the parameters, expressions and observables of a model become in SBML, and their units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import pysb
import sympy

from ketamine_mtor.emit.error import EmitError
from ketamine_mtor.emit.formulas import unit_of
from ketamine_mtor.emit.laws import size
from ketamine_mtor.emit.names import home
from ketamine_mtor.emit.units import AMOUNT, VOLUME, Unit, vocabulary
from ketamine_mtor.errors import not_allowed
from ketamine_mtor.knowledge import WILDTYPE, Tables

#: The name of an amount (nmol) is that of its concentration with this before it.
AMOUNT_PREFIX = "n_"


@dataclass(frozen=True)
class Start:
    """How a seeded species starts.

    ``formula`` is its concentration in terms of parameters, ``seed`` the parameter or expression
    that this is; a ``held`` species stays there.
    """

    formula: sympy.Expr
    seed: str
    held: bool

    def is_plain(self) -> bool:
        """Whether a single parameter says the concentration."""
        return isinstance(self.formula, pysb.Parameter)


def starts(model: pysb.Model) -> dict[int, Start]:
    """The start of each seeded species, by its index in ``model.species``.

    Raises
    ------
    EmitError
        For an initial that is not in the network.
    """
    found = {}
    for initial in model.initials:
        index = model.get_species_index(initial.pattern)
        if index is None:
            raise EmitError(f"the network has no species {initial.pattern}, which is an initial")
        value = initial.value
        amount = value.expr if isinstance(value, pysb.Expression) else value
        formula = amount / home(model.species[index]).size
        is_named = isinstance(formula, pysb.Parameter | pysb.Expression)
        seed = formula.name if is_named else value.name.removeprefix(AMOUNT_PREFIX)
        found[index] = Start(formula, seed, initial.fixed)
    return found


def used_compartments(model: pysb.Model) -> list[pysb.Compartment]:
    """The compartments that hold a species, in the model's order."""
    holding = {home(species).name for species in model.species}
    return [compartment for compartment in model.compartments if compartment.name in holding]


def sizes(model: pysb.Model) -> dict[str, str]:
    """The parameters that say a compartment's size, and that compartment."""
    found: dict[str, str] = {}
    for compartment in used_compartments(model):
        size(compartment)
        found.setdefault(compartment.size.name, compartment.name)
    return found


def written_expressions(model: pysb.Model) -> list[pysb.Expression]:
    """All expressions but those that only say how much of a species there is at the start."""
    needed = {symbol.name for each in model.expressions for symbol in each.expr.free_symbols}
    needed |= {rate.name for rule in model.rules for rate in _rates(rule)}
    initial = {each.value.name for each in model.initials}
    return [each for each in model.expressions if each.name in needed or each.name not in initial]


def _rates(rule: pysb.Rule) -> list[pysb.Component]:
    return [rate for rate in (rule.rate_forward, rule.rate_reverse) if rate is not None]


def units(model: pysb.Model, tables: Tables, known: Mapping[str, Unit]) -> dict[str, Unit]:
    """The unit of each parameter, expression and observable; ``known`` are the tables' units.

    A parameter in no table gets the unit that an expression in the tables needs of it.

    Raises
    ------
    EmitError
        For a parameter whose unit cannot be told, a formula whose terms disagree, or one whose
        unit is not what its table says.
    """
    listed = {**tables.observables, **tables.numbers()}
    stated = {key: _lookup(key, row.unit, known) for key, row in listed.items()}
    found = {observable.name: AMOUNT for observable in model.observables}
    found |= {name: VOLUME for name in sizes(model)}
    for parameter in model.parameters:
        number = parameter.name.removesuffix(WILDTYPE)
        if parameter.name in stated:
            found.setdefault(parameter.name, stated[parameter.name])
        elif number in tables.numbers():
            found[parameter.name] = stated[number]
    for expression in model.expressions:
        _solve(expression, found, stated)
        if all(symbol.name in found for symbol in expression.expr.free_symbols):
            found[expression.name] = _checked(expression, found, stated)
    for parameter in model.parameters:
        if parameter.name not in found:
            raise EmitError(f"parameter '{parameter.name}': no table gives its unit")
    for expression in model.expressions:
        found.setdefault(expression.name, _checked(expression, found, stated))
    return found


def unit_names(model: pysb.Model, tables: Tables) -> dict[str, str]:
    """The unit of each quantity that units.tsv has a word for, as that word."""
    known, _ = vocabulary(tables.units)
    words = {unit: word for word, unit in reversed(known.items())}
    found = units(model, tables, known)
    return {key: words[unit] for key, unit in found.items() if unit in words}


def _lookup(key: str, unit: str, known: Mapping[str, Unit]) -> Unit:
    if unit not in known:
        raise EmitError(f"'{key}': {not_allowed('unit', unit, known)}")
    return known[unit]


def _solve(expression: pysb.Expression, found: dict[str, Unit], stated: Mapping[str, Unit]) -> None:
    """Find the unit of the one parameter without, if it is a factor of a formula with a unit."""
    unknown = [
        symbol
        for symbol in expression.expr.free_symbols
        if isinstance(symbol, pysb.Parameter) and symbol.name not in found
    ]
    if len(unknown) != 1 or expression.name not in stated:
        return
    power = expression.expr.as_powers_dict().get(unknown[0], 0)
    rest = expression.expr / unknown[0] ** power
    if not power or not power.is_Rational or unknown[0] in rest.free_symbols:
        return
    needed = stated[expression.name] / _unit(expression, rest, found)
    found[unknown[0].name] = needed ** Fraction(power.q, power.p)


def _checked(
    expression: pysb.Expression, found: Mapping[str, Unit], stated: Mapping[str, Unit]
) -> Unit:
    unit = _unit(expression, expression.expr, found)
    should = stated.get(expression.name, unit)
    if unit != should:
        raise EmitError(f"'{expression.name}' is in {unit}, but its table says {should}")
    return unit


def _unit(expression: pysb.Expression, formula: sympy.Expr, found: Mapping[str, Unit]) -> Unit:
    try:
        return unit_of(formula, found)
    except EmitError as error:
        raise EmitError(f"'{expression.name}': {error}") from None
    except KeyError as error:
        raise EmitError(f"'{expression.name}': {error} has to be defined before it") from None
