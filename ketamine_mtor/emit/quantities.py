"""What the parameters, expressions and observables of a model become in SBML, and their units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import pysb
import sympy

from ketamine_mtor.emit.error import EmitError
from ketamine_mtor.emit.formulas import TIME, unit_of
from ketamine_mtor.emit.laws import laws, size
from ketamine_mtor.emit.names import DEFAULT, home, pattern
from ketamine_mtor.emit.units import ONE, Unit, Units, parse
from ketamine_mtor.errors import not_allowed
from ketamine_mtor.knowledge import KEEPS_SIZES, WILDTYPE, Tables

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
    """The compartments that hold a species, in the model's order.

    Raises
    ------
    EmitError
        For a species without compartment in a model that has some.
    """
    holding = {home(species).name for species in model.species}
    if DEFAULT.name in holding:
        if model.compartments:
            nowhere = [pattern(each) for each in model.species if home(each) is DEFAULT]
            raise EmitError(f"{nowhere[0]}: in no compartment, though the model has some")
        return [DEFAULT]
    return [compartment for compartment in model.compartments if compartment.name in holding]


def sizes(model: pysb.Model) -> dict[str, str]:
    """The parameters that say a compartment's size, and that compartment."""
    found: dict[str, str] = {}
    for compartment in used_compartments(model):
        size(compartment)
        found.setdefault(compartment.size.name, compartment.name)
    return found


def keeping_sizes(model: pysb.Model) -> set[str]:
    """The constants that keep to the sizes they are made with; see :data:`KEEPS_SIZES`."""
    return {
        each.subject.name
        for each in model.annotations
        if (each.object, each.predicate) == KEEPS_SIZES
    }


def kept_sizes(model: pysb.Model) -> set[str]:
    """The parameters that say a size and of which such constants are made."""
    keeping = keeping_sizes(model)
    made = [each for each in written_expressions(model) if each.name in keeping]
    return {symbol.name for each in made for symbol in each.expr.free_symbols} & set(sizes(model))


def expressions(model: pysb.Model) -> list[pysb.Expression]:
    """The model's expressions, and those that BioNetGen made for its energy rules."""
    return [*model.expressions, *arrhenius(model)]


def arrhenius(model: pysb.Model) -> list[pysb.Expression]:
    """The rate constants of energy rules: exponentials of a free energy.

    Their prefactor is one unit of whatever the reaction needs, which the formula does not say.
    """
    every = model.expressions_constant(include_derived=True)
    own = model.expressions.keys()
    return sorted((each for each in every if each.name not in own), key=lambda each: each.name)


def written_parameters(model: pysb.Model) -> list[pysb.Parameter]:
    """All parameters but those that nothing uses."""
    used = {symbol.name for each in expressions(model) for symbol in each.expr.free_symbols}
    used |= {rate.name for rule in model.rules for rate in _rates(rule)}
    used |= {each.value.name for each in model.initials} | set(sizes(model))
    return [each for each in model.parameters if each.name in used]


def written_expressions(model: pysb.Model) -> list[pysb.Expression]:
    """All expressions but those that only say how much of a species there is at the start."""
    needed = {symbol.name for each in expressions(model) for symbol in each.expr.free_symbols}
    needed |= {rate.name for rule in model.rules for rate in _rates(rule)}
    initial = {each.value.name for each in model.initials}
    listed = expressions(model)
    return [each for each in listed if each.name in needed or each.name not in initial]


def _rates(rule: pysb.Rule) -> list[pysb.Component]:
    return [rate for rate in (rule.rate_forward, rule.rate_reverse) if rate is not None]


def units_in(tables: Tables) -> Units:
    """The units that the knowledge tables give: nmol, litres, seconds and those of the rows."""
    numbers = tables.numbers()
    of = {key: row.unit for key, row in tables.observables.items()}
    of |= {key: row.unit for key, row in numbers.items()}
    of |= {f"{key}{WILDTYPE}": row.unit for key, row in numbers.items()}
    definitions = {word: (row.sbml_id, row.definition) for word, row in tables.units.items()}
    return Units(definitions, of, amount="10^-9 mole")


def units(model: pysb.Model, given: Units) -> dict[str, Unit]:
    """The unit of each parameter, expression and observable.

    A parameter of which nobody says it gets the unit that the reactions need of their rate
    constant, or an expression of its factor.

    Raises
    ------
    EmitError
        For a parameter whose unit cannot be told, a formula whose terms disagree, or a quantity
        whose unit is not what is said of it or what its reactions need.
    """
    known = given.known()
    amount = parse(given.amount)
    stated = {key: _lookup(key, word, known) for key, word in given.of.items()}
    needed = rate_units(model, given)
    found = {observable.name: amount for observable in model.observables}
    found[TIME.name] = parse(given.time)
    found |= {name: parse(given.volume) for name in sizes(model)}
    starting = {each.value.name for each in model.initials}
    for parameter in model.parameters:
        name = parameter.name
        if name in stated:
            found.setdefault(name, stated[name])
        elif name in needed:
            found.setdefault(name, needed[name])
        elif name in starting:
            found.setdefault(name, amount)
    should, known_before = {**needed, **stated}, -1
    while len(found) > known_before:
        known_before = len(found)
        for expression in model.expressions:
            _solve(expression, found, should)
            if all(symbol.name in found for symbol in expression.expr.free_symbols):
                found[expression.name] = _checked(expression, found, stated)
    for parameter in written_parameters(model):
        if parameter.name not in found:
            raise EmitError(f"parameter '{parameter.name}': nothing says its unit; see emit.Units")
    for expression in model.expressions:  # one that was not checked above lacks something: what
        _checked(expression, found, stated)
    for expression in arrhenius(model):
        found[expression.name] = _checked(expression, found, {}) * needed[expression.name]
    for name, unit in needed.items():
        if found[name] != unit:
            raise EmitError(f"'{name}' is in {found[name]}, but its reactions need {unit}")
    return found


def rate_units(model: pysb.Model, given: Units) -> dict[str, Unit]:
    """The unit that each rate constant needs, by how many reactants its reactions have.

    Raises
    ------
    EmitError
        For a constant of reactions of different orders.
    """
    volume = parse(given.volume)
    per_time = ONE / parse(given.time)
    concentration = parse(given.amount) / volume
    found: dict[str, Unit] = {}
    for law in laws(model):
        unit = per_time * concentration ** (1 - len(law.reactants))
        if found.setdefault(law.rate, unit) != unit:
            raise EmitError(
                f"'{law.rate}' is a rate constant of reactions with different numbers of reactants"
            )
    return found


def unit_names(model: pysb.Model, given: Units) -> dict[str, str]:
    """The unit of each quantity that has a word for it, as that word."""
    words = {unit: word for word, unit in reversed(given.known().items())}
    found = units(model, given)
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
    if any(each.name not in found for each in expression.expr.free_symbols - {unknown[0]}):
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
        raise EmitError(f"'{expression.name}': nothing says the unit of {error}") from None
