"""What an SBML file holds constant: its parameters, volumes and initial concentrations.

Engines differ in what a changed parameter changes with it (libRoadRunner re-evaluates the initial
assignments of floating species, but not those of parameters, volumes and boundary species). Here
they all follow.
"""

from __future__ import annotations

from collections.abc import Mapping

import libsbml

from ketamine_mtor.engines.formulas import Formula, initial_assignments
from ketamine_mtor.errors import InputError, not_allowed


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
        other functions than exp and ln in initial assignments.
    """

    def __init__(self, sbml: str):
        document = libsbml.readSBMLFromString(sbml)
        model = document.getModel()
        if document.getNumErrors(libsbml.LIBSBML_SEV_ERROR) or model is None:
            problem = document.getErrorWithSeverity(0, libsbml.LIBSBML_SEV_ERROR)
            said = " ".join(problem.getMessage().split()) if problem else "no model in it"
            raise InputError(f"not an SBML file: {said}")
        if model.getNumEvents():
            raise InputError(
                "the SBML has events; allowed: a file without, such as the model's own"
            )
        rules = [model.getRule(i) for i in range(model.getNumRules())]
        if any(not rule.isAssignment() for rule in rules):
            raise InputError("the SBML has rate or algebraic rules; allowed: assignment rules")
        self.ruled = frozenset(rule.getVariable() for rule in rules)
        self._given: dict[str, float] = {}
        self.parameters = tuple(
            each.getId() for each in model.getListOfParameters() if each.getId() not in self.ruled
        )
        self.compartments = tuple(each.getId() for each in model.getListOfCompartments())
        for each in model.getListOfParameters():
            self._given[each.getId()] = each.getValue()
        for each in model.getListOfCompartments():
            self._given[each.getId()] = each.getSize()
        species = list(model.getListOfSpecies())
        self.floating = tuple(s.getId() for s in species if not s.getBoundaryCondition())
        self.boundary = tuple(s.getId() for s in species if s.getBoundaryCondition())
        self._home = {s.getId(): s.getCompartment() for s in species}
        self._as_amount = {s.getId() for s in species if not s.isSetInitialConcentration()}
        for each in species:
            as_amount = each.getId() in self._as_amount
            start = each.getInitialAmount() if as_amount else each.getInitialConcentration()
            self._given[each.getId()] = start
        self._amount_units = {s.getId() for s in species if s.getHasOnlySubstanceUnits()}
        self._assigned = _in_order(initial_assignments(sbml), self._given)

    def resolve(self, changes: Mapping[str, float]) -> dict[str, float]:
        """All parameters, volumes (L) and initial concentrations (nM) after ``changes``, by id.

        A changed parameter keeps its value even if the file assigns it one.
        """
        values = {**self._given, **changes}
        for symbol, formula in self._assigned:
            if symbol not in changes:
                values[symbol] = formula.value(values)
        assigned = {symbol for symbol, _ in self._assigned}
        for species, home in self._home.items():
            amount = self._amount_units if species in assigned else self._as_amount
            if species in amount and species not in changes:
                values[species] /= values[home]
        return values

    def check(self, names: Mapping[str, float]) -> None:
        """InputError unless every name is a volume, or a parameter that no rule computes."""
        for name in names:
            if name not in self.parameters and name not in self.compartments:
                raise not_allowed("parameter of this SBML", name, self.parameters)


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
