"""An experiment as other tools can run it: a file of the model, and one time course."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import libsbml

from ketamine_mtor import engines, model_files, paths
from ketamine_mtor.companions import dosing, reading
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
    """

    source: str
    sbml: str
    start: float
    end: float
    steps: int


def protocol(experiment: Experiment, name: str) -> Protocol:
    """How to run ``experiment`` with files alone.

    Drugs are there from the begin of the run, which is that of the earliest; a dose after that is
    given by the event of the dosing file. What is otherwise than in the model's own file is in a
    file called by ``name``: where SED-ML changes a model, not every tool works out anew what hangs
    on the change, and some keep it for the next file.

    Raises
    ------
    InputError
        For what no file can do: a drug that comes or goes in between, an infusion, doses of
        unequal size or distance, a run that is no whole number of steps.
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
    sbml = _with_event(files.sbml) if doses else files.sbml
    animal, rest = engines.open_session("roadrunner", files).drug_free(schedule.animal)
    own = _own(sbml, {**animal, **given}, rest if animal else {}, name)
    source = f"{NAME}.xml" if own == paths.read(paths.sbml()) else f"{NAME}_{name}.xml"
    return Protocol(source, own, 0.0 - begin, end - begin, steps)


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


def _own(sbml: str, changes: Mapping[str, float], rest: Mapping[str, float], name: str) -> str:
    """The SBML with other parameters and sizes, and starting from ``rest``; as it is for none."""
    document = reading.document(sbml)
    model = document.getModel()
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
    if not told:
        return sbml
    for species, value in rest.items():
        # What an initial assignment gives (a dose, a bath) stays with it.
        if model.getInitialAssignmentBySymbol(species) is None:
            model.getSpecies(species).setInitialConcentration(value)
    if rest:
        told.append("it starts at the drug-free steady state of this animal")
    model.setId(f"{NAME}_{name}")
    model.setName(f"{model.getName()}, {name.replace('_', ' ')}")
    model.appendNotes(
        f'<p xmlns="http://www.w3.org/1999/xhtml">In this file {escape("; ".join(told))}.</p>'
    )
    return libsbml.writeSBMLToString(document)
