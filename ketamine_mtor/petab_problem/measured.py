"""The SBML with what is measured beside it: readouts at rest, and means over time.

PEtab's observables are formulas of the state. A value at the animal's own rest, and a mean over a
time, are therefore two kinds of parameter with a rate rule each. They follow the model and act on
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import libsbml

from ketamine_mtor.companions import parsed
from ketamine_mtor.petab_problem.data import Datum, at_rest, mean

#: 0 at rest, 1 in an experiment: a column of the condition table.
MEASURING = "measuring"
#: How fast what is beside the model follows it at rest.
WITHIN, WITHIN_S = "rest_followed_within", 60.0
_AT_REST = f"(1 dimensionless - {MEASURING})"
_ABOUT = (
    f"For PEtab this file has parameters beside the model, which act on nothing in it: while"
    f" {MEASURING} is 0, those that end in _at_rest follow their readout within"
    f" {WITHIN} seconds; while it is 1 they stay, and those with _mean_ in their id collect the"
    " mean of theirs."
)


def write(sbml: str, data: Iterable[Datum]) -> str:
    """The SBML with the parameters that the formulas of ``data`` need.

    Raises
    ------
    InputError
        For a text that is no SBML.
    """
    document = parsed.document(sbml)
    model = document.getModel()
    data = list(data)
    parsed.add_note(model, _ABOUT)
    parsed.add_parameter(model, MEASURING, 0.0, "dimensionless", "0 at rest, 1 in an experiment")
    parsed.add_parameter(model, WITHIN, WITHIN_S, "second", "how fast values at rest are followed")
    for readout in sorted({datum.readout for datum in data if datum.by_rest}):
        name = at_rest(readout)
        _follow(model, name, readout, f"{readout} in the animal at rest")
        _rule(model, name, f"{_AT_REST} * ({readout} - {name}) / {WITHIN}")
    for readout, seconds in sorted({(d.readout, d.mean_s) for d in data if d.mean_s}):
        name = mean(readout, seconds)
        _follow(model, name, "", f"mean of {readout}", unit=model.getParameter(readout).getUnits())
        over = f"({seconds:g} second)"
        _rule(model, name, f"({MEASURING} * {readout} - {_AT_REST} * {name}) / {over}")
    return libsbml.writeSBMLToString(document)


def _follow(model: libsbml.Model, name: str, start: str, note: str, unit: str = "") -> None:
    """A parameter that a rate rule moves; it starts as another, or at 0."""
    unit = unit or model.getParameter(start).getUnits()
    parsed.add_parameter(model, name, 0.0, unit, note).setConstant(False)
    if start:
        assignment = model.createInitialAssignment()
        assignment.setSymbol(name)
        assignment.setMath(libsbml.parseL3Formula(start))


def _rule(model: libsbml.Model, name: str, formula: str) -> None:
    rule = model.createRateRule()
    rule.setVariable(name)
    rule.setMath(libsbml.parseL3Formula(formula))
