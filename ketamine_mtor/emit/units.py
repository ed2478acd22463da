"""Units as exact products of SBML base units.

The syntax of a definition (column ``definition`` of units.tsv)::

    definition = factor {" " factor}
    factor     = base ["^" integer]
    base       = a number (10, 3600, 0.5), or a base unit of SBML (mole, litre, second, ...)

So nM is ``10^-9 mole litre^-1``, its inverse per second ``10^9 litre mole^-1 second^-1``, a
fraction ``dimensionless``, a minute ``60 second``, mg/kg ``10^-6 dimensionless``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce

import libsbml
import sympy

from ketamine_mtor.emit.error import EmitError

_FACTOR = re.compile(r"([a-z]+|[0-9.]+)(?:\^(-?[0-9]+))?")


@dataclass(frozen=True)
class Unit:
    """``number`` times a product of base units; ``powers`` are sorted (base, exponent) pairs."""

    number: Fraction = Fraction(1)
    powers: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: Unit) -> Unit:
        exponents = dict(self.powers)
        for base, exponent in other.powers:
            exponents[base] = exponents.get(base, 0) + exponent
        powers = tuple(sorted((base, e) for base, e in exponents.items() if e))
        return Unit(self.number * other.number, powers)

    def __truediv__(self, other: Unit) -> Unit:
        return self * other**-1

    def __pow__(self, exponent: int | Fraction) -> Unit:
        """Raises EmitError for a root that is no product of whole powers."""
        powers = [(base, Fraction(e) * exponent) for base, e in self.powers]
        number = _rational(self.number) ** _rational(exponent)
        if any(e.denominator != 1 for _, e in powers) or not number.is_Rational:
            raise EmitError(f"the unit {self} has no power {exponent}")
        return Unit(Fraction(number.p, number.q), tuple((base, int(e)) for base, e in powers))

    def __str__(self) -> str:
        parts = [f"{base}^{exponent}" if exponent != 1 else base for base, exponent in self.powers]
        number = [] if self.number == 1 else [f"{float(self.number):g}"]
        return " ".join([*number, *parts]) or "dimensionless"


def _rational(number: int | Fraction) -> sympy.Rational:
    return sympy.Rational(number.numerator, number.denominator)


ONE = Unit()


def parse(definition: str) -> Unit:
    """The unit that a definition spells; see the module's syntax.

    Raises
    ------
    EmitError
        Naming the factor that is neither a number nor a base unit of SBML.

    >>> str(parse("10^-9 mole litre^-1"))
    '1e-09 litre^-1 mole'
    """
    return reduce(lambda product, factor: product * _factor(factor), definition.split(), ONE)


def _factor(text: str) -> Unit:
    match = _FACTOR.fullmatch(text)
    if match is None:
        raise EmitError(f"unit factor '{text}'; allowed: a number or base unit, with ^ and a power")
    base, exponent = match[1], int(match[2] or 1)
    if not base.isalpha():
        return Unit(Fraction(base)) ** exponent
    if libsbml.UnitKind_forName(base) == libsbml.UNIT_KIND_INVALID:
        raise EmitError(f"unit factor '{text}': '{base}' is no base unit of SBML")
    return ONE if base == "dimensionless" else Unit(powers=((base, exponent),))


NMOL = parse("10^-9 mole")


@dataclass(frozen=True)
class Units:
    """The units of a model's quantities; the default is PySB's own: molecules, litres, seconds.

    Attributes
    ----------
    definitions
        Unit, as ``of`` names it, to its SBML id and its definition (see the module's syntax).
    of
        Parameter, Expression or Observable to its unit. Observables (amounts), sizes, the amounts
        that species start at and rate constants of mass action need none: they follow.
    amount, volume, time
        Definitions of what molecules, sizes and time are counted in.
    """

    definitions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    of: Mapping[str, str] = field(default_factory=dict)
    amount: str = "item"
    volume: str = "litre"
    time: str = "second"

    def known(self) -> dict[str, Unit]:
        """Each of the units that have a word."""
        found = {}
        for word, (_, definition) in self.definitions.items():
            try:
                found[word] = parse(definition)
            except EmitError as error:
                raise EmitError(f"unit '{word}': {error}") from None
        return found

    def vocabulary(self) -> Vocabulary:
        """The ids to write them under."""
        listed: dict[Unit, tuple[str, str]] = {}
        for word, unit in self.known().items():
            listed.setdefault(unit, (self.definitions[word][0], word))
        return Vocabulary(listed)


@dataclass
class Vocabulary:
    """The ids of units in one SBML file: those that have a word, and made up ones for the rest.

    ``listed`` gives the id and the name of each unit that has a word.
    """

    listed: Mapping[Unit, tuple[str, str]]
    used: dict[Unit, str] = field(default_factory=dict)

    def id(self, unit: Unit) -> str:
        """The id of ``unit``, whose definition the file then needs unless it is a base unit."""
        if unit == ONE:
            return "dimensionless"
        if unit.number == 1 and len(unit.powers) == 1 and unit.powers[0][1] == 1:
            return unit.powers[0][0]
        return self.used.setdefault(unit, self._named(unit)[0])

    def _named(self, unit: Unit) -> tuple[str, str]:
        return self.listed.get(unit) or (_made_up(unit), str(unit))

    def write(self, model: libsbml.Model) -> None:
        """The definitions of all that was used, sorted by id."""
        for unit, name in sorted(self.used.items(), key=lambda item: item[1]):
            definition = model.createUnitDefinition()
            definition.setId(name)
            definition.setName(self._named(unit)[1])
            for base, exponent, scale, multiplier in _written(unit):
                each = definition.createUnit()
                each.setKind(libsbml.UnitKind_forName(base))
                each.setExponent(exponent)
                each.setScale(scale)
                each.setMultiplier(multiplier)


def _made_up(unit: Unit) -> str:
    """An id that spells the unit: nmol for the amount, so that usual units read well."""
    moles = dict(unit.powers).get("mole", 0)
    rest = unit / NMOL**moles
    parts = [f"{base}{_signed(exponent)}" for base, exponent in rest.powers]
    if moles:
        parts.insert(0, f"nmol{_signed(moles)}")
    if rest.number != 1:
        parts.insert(0, f"x{rest.number.numerator}_{rest.number.denominator}")
    return "_".join(parts)


def _signed(exponent: int) -> str:
    if exponent == 1:
        return ""
    return f"_{'minus' if exponent < 0 else 'pow'}{abs(exponent)}"


def _written(unit: Unit) -> list[tuple[str, int, int, float]]:
    """The unit as SBML has it: (kind, exponent, scale, multiplier), the number at the moles."""
    powers = sorted(unit.powers, key=lambda power: (power[0] != "mole", power))
    ten = _power_of_ten(unit.number)
    if powers and ten is not None and ten % powers[0][1] == 0:
        (base, exponent), *others = powers
        first = (base, exponent, ten // exponent, 1.0)
    else:
        others = powers
        scaled = (ten, 1.0) if ten is not None else (0, float(unit.number))
        first = ("dimensionless", 1, *scaled)
    return [first, *((base, exponent, 0, 1.0) for base, exponent in others)]


def _power_of_ten(number: Fraction) -> int | None:
    digits = len(str(max(number.numerator, number.denominator))) - 1
    power = digits if number >= 1 else -digits
    return power if Fraction(10) ** power == number else None
