"""The same SBML with one event that gives further doses: delayed, repeated, any number of them."""

from __future__ import annotations

from collections.abc import Mapping

import libsbml

from ketamine_mtor.companions import parsed
from ketamine_mtor.engines.seeding import DEPOT_PER_DOSE
from ketamine_mtor.errors import InputError
from ketamine_mtor.experiment import DOSE
from ketamine_mtor.knowledge import DEPOT_SEED

#: What the event reads: mg/kg, s, s, a number; and what it counts.
AMOUNT, START = "ketamine_repeat_dose", "ketamine_repeat_start"
INTERVAL, COUNT = "ketamine_repeat_interval", "ketamine_repeat_count"
GIVEN = "ketamine_repeats_given"
EVENT = "ketamine_given_again"
#: As it is, the file gives a dose a day, three in all.
_DAY_S, _FURTHER = 24 * 3600, 2
_FIRES = f"({GIVEN} < {COUNT}) && (time >= {START} + {GIVEN} * {INTERVAL})"
_ABOUT = (
    f"This file has an event beside. After the bolus {DOSE} at time 0 it gives {COUNT} further"
    f" doses of {AMOUNT} (mg/kg): the first at {START} (s), each other {INTERVAL} (s) after the one"
    f" before it. One delayed dose: {DOSE} is 0, {COUNT} is 1. With {COUNT} at 0 this is the model"
    " without events."
)


def write(sbml: str) -> str:
    """The SBML with the event and its parameters.

    One event gives any number of doses: each moves the time of the next, which re-arms the trigger.

    Raises
    ------
    InputError
        For a text that is no SBML, or that has no depot which a dose fills.
    """
    document = parsed.document(sbml)
    model = document.getModel()
    filled = depot(model)
    model.setId(f"{model.getId()}_dosing")
    model.setName(f"{model.getName()}, repeated doses")
    parsed.add_note(model, _ABOUT)
    dose = model.getParameter(DOSE)
    parsed.add_parameter(model, AMOUNT, dose.getValue(), dose.getUnits(), "each further dose")
    parsed.add_parameter(model, START, _DAY_S, "second", "when the first further dose is given")
    parsed.add_parameter(model, INTERVAL, _DAY_S, "second", "between further doses; above 0")
    parsed.add_parameter(
        model, COUNT, _FURTHER, "dimensionless", "how many further doses are given"
    )
    parsed.add_parameter(
        model, GIVEN, 0, "dimensionless", "how many were given, counted by the event"
    )
    model.getParameter(GIVEN).setConstant(False)
    given = f"{AMOUNT} * {DEPOT_PER_DOSE} / {model.getSpecies(filled).getCompartment()}"
    _event(model, {filled: f"{filled} + {given}", GIVEN: f"{GIVEN} + 1 dimensionless"})
    return libsbml.writeSBMLToString(document)


def depot(model: libsbml.Model) -> str:
    """The species that starts at what a dose leaves in it; an InputError for a model without."""
    found = [
        start.getSymbol()
        for start in model.getListOfInitialAssignments()
        if start.getMath().getName() == DEPOT_SEED
    ]
    known = {each.getId() for each in model.getListOfParameters()}
    if len(found) != 1 or not {DOSE, DEPOT_PER_DOSE} <= known:
        raise InputError(f"the SBML has no depot that {DOSE} and {DEPOT_PER_DOSE} fill")
    return found[0]


def _event(model: libsbml.Model, assignments: Mapping[str, str]) -> None:
    event = model.createEvent()
    event.setId(EVENT)
    event.setMetaId(f"meta_{EVENT}")
    event.setName(EVENT)
    event.setUseValuesFromTriggerTime(True)
    event.setNotes("a further i.p. bolus into the depot", True)
    trigger = event.createTrigger()
    # False at the start: a further dose at time 0 is given too.
    trigger.setInitialValue(False)
    trigger.setPersistent(True)
    trigger.setMath(libsbml.parseL3Formula(_FIRES))
    for variable, formula in assignments.items():
        assignment = event.createEventAssignment()
        assignment.setVariable(variable)
        assignment.setMath(libsbml.parseL3Formula(formula))
