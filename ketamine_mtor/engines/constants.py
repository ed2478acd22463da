"""What an SBML file holds constant: its parameters, volumes and initial concentrations.

Engines differ in what a changed parameter changes with it (libRoadRunner re-evaluates the initial
assignments of floating species, but not those of parameters, volumes and boundary species). Here
they all follow.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np

from ketamine_mtor.engines.formulas import Formula, assignments, initial_assignments, quotient
from ketamine_mtor.errors import InputError, not_allowed

#: A volume is above 0.
_SMALLEST_L = sys.float_info.min


class Constants:
    """The numbers of one SBML text.

    Attributes
    ----------
    parameters, compartments, floating, boundary
        Ids, in the file's order; parameters under an assignment rule are in ``ruled`` instead.

    Raises
    ------
    InputError
        For a text that is no SBML model, or one with what this model has not: events, rate rules,
        other functions than exp and ln in initial assignments, numbers that are not finite,
        concentrations below 0 or volumes that are not above 0.
    """

    def __init__(self, sbml: str):
        self._take(_facts(sbml))
        try:
            with np.errstate(all="ignore"):
                values = self.resolve({})
        except (ArithmeticError, TypeError) as error:
            raise InputError(f"the SBML's initial assignments have no value: {error}") from None
        for names, low in (
            (self.parameters, -math.inf),
            ((*self.floating, *self.boundary), 0),
            (self.compartments, _SMALLEST_L),
        ):
            for name in names:
                value = values[name]
                if not (isinstance(value, Real) and math.isfinite(value) and value >= low):
                    raise InputError(f"the SBML's '{name}' is {value:g}")

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Constants:
        """The numbers of a text whose ``facts`` were kept."""
        made = cls.__new__(cls)
        made._take(facts)
        return made

    def _take(self, facts: Mapping[str, Any]) -> None:
        #: All that was read, as JSON can hold it.
        self.facts = facts
        self._given: dict[str, float] = facts["given"]
        self.ruled = frozenset(facts["ruled"])
        self.parameters = tuple(facts["parameters"])
        self.compartments = tuple(facts["compartments"])
        self.floating, self.boundary = tuple(facts["floating"]), tuple(facts["boundary"])
        self._home: dict[str, str] = facts["home"]
        self._as_amount, self._amount_units = set(facts["as_amount"]), set(facts["amount_units"])
        self._assigned = _in_order(initial_assignments(facts["assignments"]), self._given)
        assigned = {symbol for symbol, _ in self._assigned}
        #: Species that are given by amount, each with its home.
        self._by_amount = [
            (species, home)
            for species, home in self._home.items()
            if species in (self._amount_units if species in assigned else self._as_amount)
        ]

    def resolve(self, changes: Mapping[str, float]) -> dict[str, float]:
        """All parameters, volumes (L) and initial concentrations (nM) after ``changes``, by id.

        A changed parameter keeps its value even if the file assigns it one.
        """
        values = {**self._given, **changes}
        for symbol, formula in self._assigned:
            if symbol not in changes:
                values[symbol] = formula.value(values)
        for species, home in self._by_amount:
            if species not in changes:
                values[species] = quotient(values[species], values[home])
        return values

    def check(self, names: Mapping[str, float]) -> None:
        """InputError unless every name is a volume, or a parameter that no rule computes."""
        for name in names:
            if name not in self.parameters and name not in self.compartments:
                raise not_allowed("parameter of this SBML", name, self.parameters)


def _facts(sbml: str) -> dict[str, Any]:
    import libsbml  # costs as much as a run; a kept model needs none of it

    document = libsbml.readSBMLFromString(sbml)
    model = document.getModel()
    if document.getNumErrors(libsbml.LIBSBML_SEV_ERROR) or model is None:
        problem = document.getErrorWithSeverity(0, libsbml.LIBSBML_SEV_ERROR)
        said = " ".join(problem.getMessage().split()) if problem else "no model in it"
        raise InputError(f"not an SBML file: {said}")
    if model.getNumEvents():
        raise InputError("the SBML has events; allowed: a file without, such as the model's own")
    rules = [model.getRule(i) for i in range(model.getNumRules())]
    if any(not rule.isAssignment() for rule in rules):
        raise InputError("the SBML has rate or algebraic rules; allowed: assignment rules")
    ruled = [rule.getVariable() for rule in rules]
    parameters, compartments = model.getListOfParameters(), model.getListOfCompartments()
    species = list(model.getListOfSpecies())
    as_amount = [each.getId() for each in species if not each.isSetInitialConcentration()]
    given = {each.getId(): each.getValue() for each in parameters}
    given |= {each.getId(): each.getSize() for each in compartments}
    for each in species:
        start = each.getInitialConcentration()
        given[each.getId()] = each.getInitialAmount() if each.getId() in as_amount else start
    return {
        "given": given,
        "ruled": ruled,
        "parameters": [each.getId() for each in parameters if each.getId() not in ruled],
        "compartments": [each.getId() for each in compartments],
        "floating": [each.getId() for each in species if not each.getBoundaryCondition()],
        "boundary": [each.getId() for each in species if each.getBoundaryCondition()],
        "home": {each.getId(): each.getCompartment() for each in species},
        "as_amount": as_amount,
        "amount_units": [each.getId() for each in species if each.getHasOnlySubstanceUnits()],
        "assignments": assignments(sbml),
    }


def _in_order(
    assignments: Mapping[str, Formula], given: Mapping[str, float]
) -> list[tuple[str, Formula]]:
    """The assignments, each after those that it depends on."""
    for symbol, formula in assignments.items():
        for name in sorted(formula.names - given.keys()):
            raise InputError(f"the SBML's initial assignment of '{symbol}' uses unknown '{name}'")
    waiting = dict(assignments)
    done: list[tuple[str, Formula]] = []
    while waiting:
        ready = [
            symbol for symbol, formula in waiting.items() if not formula.names & waiting.keys()
        ]
        if not ready:
            raise InputError(f"the SBML's initial assignments go round: {', '.join(waiting)}")
        done += [(symbol, waiting.pop(symbol)) for symbol in ready]
    return done
