"""An experiment as other tools can run it: a file of the model, and one time course."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import libsbml

from ketamine_mtor import engines, model_files, paths
from ketamine_mtor.companions import dosing, parsed
from ketamine_mtor.engines.seeding import DEPOT_PER_DOSE
from ketamine_mtor.errors import InputError
from ketamine_mtor.experiment import DOSE, Experiment
from ketamine_mtor.paths import NAME
from ketamine_mtor.schedule import plan


@dataclass(frozen=True)
class Protocol:
    """What a tool does that has but the SBML.

    Attributes
    ----------
    source
        Name of the SBML file.
    sbml
        Its text.
    start
        When the experiment's time 0 is, after the begin of the run (s).
    end
        When the run ends, likewise (s).
    steps
        How many steps lie between the two.
    depot
        Of a scan, the species that a dose fills.
    amounts
        Of a scan, what each of its doses leaves there at the begin of the run (nmol).
    """

    source: str
    sbml: str
    start: float
    end: float
    steps: int
    depot: str = ""
    amounts: tuple[float, ...] = ()


def protocol(experiment: Experiment, name: str, over: Sequence[float] = ()) -> Protocol:
    """How to run ``experiment`` with files alone, or with each dose of ``over`` (mg/kg) instead.

    Drugs are there from the begin of the run, which is that of the earliest; a dose after that is
    given by the event of the dosing file. What is otherwise than in the model's own file is in a
    file called by ``name``: where SED-ML changes a model, not every tool works out anew what hangs
    on the change, and some keep it for the next file.

    Raises
    ------
    InputError
        For what no file can do: a drug that comes or goes in between, an infusion, doses of
        unequal size or distance, a scan of a dose after the begin of the run, a run that is no
        whole number of steps.
    SimulationError
        For an animal that finds no rest.
    """
    files = model_files.packaged(experiment.variant)
    schedule = plan(experiment, files.tables)
    settings = schedule.segments[0].settings
    if any(segment.settings != settings for segment in schedule.segments):
        raise InputError(
            f"{experiment} cannot be run from a file: a drug or an infusion starts or ends"
            " within the run; allowed: drugs that are there throughout"
        )
    begin, end = schedule.segments[0].start, schedule.segments[-1].end
    steps = round(end / experiment.every)
    if steps * experiment.every != end:
        raise InputError(
            f"{experiment} cannot be run from a file: {end:g} s are no whole number of steps of"
            f" {experiment.every:g} s"
        )
    doses = {each.start - begin: each.bolus for each in schedule.segments if each.bolus}
    given = {DOSE: doses.pop(0.0, 0.0), **_repeats(doses, experiment), **settings}
    if over and doses:
        raise InputError(
            f"{experiment} cannot be scanned from a file: a dose comes after the begin of the run"
        )
    sbml = _with_event(files.sbml) if doses else files.sbml
    animal, rest = engines.open_session("roadrunner", files).drug_free(schedule.animal)
    document = parsed.document(sbml)
    model = document.getModel()
    told = _change(model, {**animal, **given})
    if animal:
        told.append(_start(model, rest))
    depot, amounts = "", ()
    if over:
        depot, per_dose = dosing.depot(model), model.getParameter(DEPOT_PER_DOSE).getValue()
        amounts = tuple(dose * per_dose for dose in over)
        told.append(_open(model, depot, given[DOSE] * per_dose))
    own = _told(document, told, parsed.title(files.sbml), name) if told else sbml
    source = f"{NAME}.xml" if own == paths.read(paths.sbml()) else f"{NAME}_{name}.xml"
    return Protocol(source, own, 0.0 - begin, end - begin, steps, depot, amounts)


@lru_cache(maxsize=4)
def _with_event(sbml: str) -> str:
    return dosing.write(sbml)


def _repeats(doses: Mapping[float, float], experiment: Experiment) -> dict[str, float]:
    """What the event of the dosing file needs for doses (mg/kg) at times (s)."""
    if not doses:
        return {}
    times = sorted(doses)
    gaps = {round(after - before, 6) for before, after in itertools.pairwise(times)}
    if len(set(doses.values())) > 1 or len(gaps) > 1:
        raise InputError(
            f"{experiment} cannot be run from a file: after the first, doses differ in size or"
            " distance; allowed: equal ones"
        )
    repeats = {
        dosing.AMOUNT: doses[times[0]],
        dosing.START: times[0],
        dosing.COUNT: float(len(times)),
    }
    return repeats | ({dosing.INTERVAL: gaps.pop()} if gaps else {})


def _change(model: libsbml.Model, changes: Mapping[str, float]) -> list[str]:
    """Give parameters and sizes other values; what was said by that, a line for each."""
    told = []
    for changed, value in changes.items():
        compartment = model.getCompartment(changed)
        if compartment is None:
            parameter = model.getParameter(changed)
            if parameter.getValue() == value:
                continue
            parameter.setValue(value)
        else:
            compartment.setSize(value)
        told.append(f"{changed} is {value:g}")
    return told


def _start(model: libsbml.Model, rest: Mapping[str, float]) -> str:
    for species, value in rest.items():
        # What an initial assignment gives (a dose, a bath) stays with it.
        if model.getInitialAssignmentBySymbol(species) is None:
            model.getSpecies(species).setInitialConcentration(value)
    return "the drug-free steady state, where it starts, is this animal's own"


def _open(model: libsbml.Model, depot: str, amount: float) -> str:
    """Let a tool set what is in the depot, rather than a parameter that this hangs on."""
    model.removeInitialAssignment(depot)
    home = model.getCompartment(model.getSpecies(depot).getCompartment())
    # Absorption is of amounts, so that the volume does not matter; tools that are to set a species
    # mean its amount or its concentration.
    home.setSize(1.0)
    model.getSpecies(depot).setInitialConcentration(amount)
    return (
        f"{depot} starts at a number rather than at what {DOSE} says, and {home.getId()} is 1 L,"
        " so that a scan of doses may set it as an amount or as a concentration"
    )


def _told(document: libsbml.SBMLDocument, told: Sequence[str], title: str, name: str) -> str:
    """The SBML with an id and a name of its own, and notes on what the model has not."""
    model = document.getModel()
    model.setId(f"{NAME}_{name}")
    model.setName(f"{title}, {name.replace('_', ' ')}")
    parsed.add_note(model, f"In this file {'; '.join(told)}.")
    return libsbml.writeSBMLToString(document)
