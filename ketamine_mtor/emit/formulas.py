"""SymPy formulas as SBML mathematics, and their units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import libsbml
import pysb
import sympy

from ketamine_mtor.emit.error import EmitError
from ketamine_mtor.emit.units import ONE, Unit

_FUNCTIONS = {sympy.exp: libsbml.AST_FUNCTION_EXP, sympy.log: libsbml.AST_FUNCTION_LN}
#: PySB's symbol of the time since the start.
TIME = pysb.time
_ALLOWED = "+ - * / ^ exp log, numbers and names"


def name(identifier: str) -> libsbml.ASTNode:
    """The value of what has that id."""
    node = libsbml.ASTNode(libsbml.AST_NAME)
    node.setName(identifier)
    return node


def number(value: Fraction | int | float, unit_id: str = "dimensionless") -> libsbml.ASTNode:
    """A number with a unit; a fraction is written as such."""
    if isinstance(value, Fraction) and value.denominator != 1:
        return _node(libsbml.AST_DIVIDE, number(value.numerator), number(value.denominator))
    whole = isinstance(value, Fraction | int)
    node = libsbml.ASTNode(libsbml.AST_INTEGER if whole else libsbml.AST_REAL)
    node.setValue(int(value) if whole else value)
    node.setUnits(unit_id)
    return node


def product(factors: list[libsbml.ASTNode]) -> libsbml.ASTNode:
    """The product of at least one factor."""
    return factors[0] if len(factors) == 1 else _node(libsbml.AST_TIMES, *factors)


def total(terms: list[libsbml.ASTNode]) -> libsbml.ASTNode:
    """The sum of at least one term."""
    return terms[0] if len(terms) == 1 else _node(libsbml.AST_PLUS, *terms)


def call(identifier: str, arguments: list[libsbml.ASTNode]) -> libsbml.ASTNode:
    """A call of the function definition of that id."""
    node = _node(libsbml.AST_FUNCTION, *arguments)
    node.setName(identifier)
    return node


def function(arguments: list[str], body: libsbml.ASTNode) -> libsbml.ASTNode:
    """The mathematics of a function definition."""
    return _node(libsbml.AST_LAMBDA, *(name(each) for each in arguments), body)


def mathml(formula: sympy.Expr, ids: Callable[[str], str]) -> libsbml.ASTNode:
    """The formula; ``ids`` gives the SBML's id of each name in it.

    Raises
    ------
    EmitError
        For a function that is not written.
    """

    def write(part: sympy.Expr) -> libsbml.ASTNode:
        if part == TIME:
            node = libsbml.ASTNode(libsbml.AST_NAME_TIME)
            node.setName(TIME.name)
            return node
        if part.is_Symbol:
            return name(ids(part.name))
        if part.is_Number:
            return number(_exact(part))
        if part.is_Add:
            return total([write(term) for term in part.as_ordered_terms()])
        if part.is_Mul:
            return _written_product(part, write)
        if part.is_Pow:
            if part.exp.could_extract_minus_sign():
                return _node(libsbml.AST_DIVIDE, number(1), write(1 / part))
            return _node(libsbml.AST_POWER, write(part.base), write(part.exp))
        if part.func in _FUNCTIONS:
            return _node(_FUNCTIONS[part.func], write(part.args[0]))
        raise EmitError(f"'{part.func}' in the formula {formula}; allowed: {_ALLOWED}")

    return write(formula)


def _written_product(part: sympy.Expr, write: Callable[[Any], libsbml.ASTNode]) -> libsbml.ASTNode:
    """A product, its factors with negative powers below one fraction line."""
    above, below = [], []
    for factor in part.as_ordered_factors():
        if factor.is_Pow and factor.exp.could_extract_minus_sign():
            below.append(write(1 / factor))
        else:
            above.append(write(factor))
    top = product(above or [number(1)])
    return _node(libsbml.AST_DIVIDE, top, product(below)) if below else top


def _node(kind: int, *children: libsbml.ASTNode) -> libsbml.ASTNode:
    node = libsbml.ASTNode(kind)
    for child in children:
        node.addChild(child)
    return node


def _exact(value: sympy.Number) -> Fraction | float:
    return Fraction(value.p, value.q) if value.is_Rational else float(value)


def unit_of(formula: sympy.Expr, units: Mapping[str, Unit]) -> Unit:
    """The unit of a formula whose names have ``units``; numbers have none.

    Raises
    ------
    EmitError
        Where terms disagree, or an exponent or argument has a unit.
    KeyError
        For a name without unit.
    """

    def plain(part: sympy.Expr, what: str) -> None:
        found = unit_of(part, units)
        if found != ONE:
            raise EmitError(f"{what} {part} has the unit {found}; it has to be dimensionless")

    if formula.is_Symbol:
        return units[formula.name]
    if formula.is_Number:
        return ONE
    if formula.is_Add:
        first, *others = formula.as_ordered_terms()
        unit = unit_of(first, units)
        for term in others:
            other = unit_of(term, units)
            if other != unit:
                raise EmitError(f"{first} is in {unit}, but {term}, added to it, in {other}")
        return unit
    if formula.is_Mul:
        unit = ONE
        for factor in formula.args:
            unit *= unit_of(factor, units)
        return unit
    if formula.is_Pow:
        base = unit_of(formula.base, units)
        if formula.exp.is_Rational:
            return base ** Fraction(formula.exp.p, formula.exp.q)
        plain(formula.exp, "the exponent")
        plain(formula.base, "the base")
        return ONE
    if formula.func in _FUNCTIONS:
        plain(formula.args[0], "the argument")
        return ONE
    raise EmitError(f"'{formula.func}' in the formula {formula}; allowed: {_ALLOWED}")
