"""An experiment as other tools can run it: a file of the model, changes to it, one time course."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape

import libsbml

from ketamine_mtor import engines, model_files
from ketamine_mtor.companions import dosing, reading
from ketamine_mtor.errors import InputError
from ketamine_mtor.experiment import DOSE, PRETREATMENT_H, Experiment
from ketamine_mtor.knowledge import DEFAULT_VARIANT
from ketamine_mtor.paths import NAME
from ketamine_mtor.schedule import SECONDS_PER_HOUR, Schedule, plan


@dataclass(frozen=True)
class Protocol:
    """What a tool does that has but the SBML.

    Attributes
    ----------
    source
        Name of the SBML file.
    sbml
        Its text.
    parameters
        What is otherwise than in the file, by id.
    start
        When the experiment's time 0 is, after the begin of the run (s).
    end
        When the run ends, likewise (s).
    steps
        How many steps lie between the two.
    """

    source: str
    sbml: str
    parameters: Mapping[str, float]
    start: float
    end: float
    steps: int


def protocol(experiment: Experiment, name: str, *, by_event: bool = False) -> Protocol:
    """How to run ``experiment`` with files alone.

    Drugs are there from the begin of the run, which is that of the earliest; a dose after that is
    given by the event of the dosing file. An animal that is not as the model has a file of its own,
    called by ``name``, that starts at its own drug-free steady state. ``by_event`` has the event
    give a dose at time 0 too: for scans, since not every tool works out anew what the file's first
    dose leaves in the depot.

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
    if by_event and not settings:
        begin = min(begin, PRETREATMENT_H * SECONDS_PER_HOUR)
    steps = round(end / experiment.every)
    if steps * experiment.every != end:
        raise InputError(
            f"{experiment} cannot be run from a file: {end:g} s are no whole number of steps of"
            f" {experiment.every:g} s"
        )
    doses = {each.start - begin: each.bolus for each in schedule.segments if each.bolus}
    parameters = {DOSE: doses.pop(0.0, 0.0), **_repeats(doses, experiment), **settings}
    sbml, suffix = _animal(schedule, files, name)
    if doses:
        sbml, suffix = _with_event(sbml), f"{suffix}_dosing"
    source = f"{_name(experiment.variant)}{suffix}.xml"
    return Protocol(source, sbml, parameters, 0.0 - begin, end - begin, steps)


def together(protocols: Mapping[str, Protocol]) -> dict[str, Protocol]:
    """The protocols with all that any of those with the same file sets, at the file's value.

    Tools that run one after the other may leave in the file what they set (BioSimulators does).

    Raises
    ------
    InputError
        Where two files of one name differ.
    """
    texts: dict[str, str] = {}
    names: dict[str, dict[str, None]] = {}
    for each in protocols.values():
        if texts.setdefault(each.source, each.sbml) != each.sbml:
            raise InputError(f"two models would be the file '{each.source}'")
        names.setdefault(each.source, {}).update(dict.fromkeys(each.parameters))
    usual = {source: _values(sbml, names[source]) for source, sbml in texts.items()}
    return {
        name: replace(each, parameters={**usual[each.source], **each.parameters})
        for name, each in protocols.items()
    }


@lru_cache(maxsize=4)
def _with_event(sbml: str) -> str:
    return dosing.write(sbml)


def _name(variant: str) -> str:
    return NAME if variant == DEFAULT_VARIANT else f"{NAME}_{variant}"


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


def _animal(schedule: Schedule, files: model_files.ModelFiles, name: str) -> tuple[str, str]:
    """The SBML of an animal, at its own drug-free steady state, and what its name has beside."""
    session = engines.open_session("roadrunner", files)
    changes, rest = session.drug_free(schedule.animal)
    if not changes:
        return files.sbml, ""
    document = reading.document(files.sbml)
    model = document.getModel()
    for species, value in zip(session.species, rest.tolist(), strict=True):
        # What an initial assignment gives (a dose, a bath) stays with it.
        if model.getInitialAssignmentBySymbol(species) is None:
            model.getSpecies(species).setInitialConcentration(value)
    for changed, value in changes.items():
        compartment = model.getCompartment(changed)
        if compartment is None:
            model.getParameter(changed).setValue(value)
        else:
            compartment.setSize(value)
    model.setId(f"{model.getId()}_{name}")
    model.setName(f"{model.getName()}, {name.replace('_', ' ')}")
    told = ", ".join(f"{changed} {value:g}" for changed, value in changes.items())
    model.appendNotes(
        '<p xmlns="http://www.w3.org/1999/xhtml">This animal differs in'
        f" {escape(told)}; the file starts at its own drug-free steady state.</p>"
    )
    return libsbml.writeSBMLToString(document), f"_{name}"


def _values(sbml: str, names: Iterable[str]) -> dict[str, float]:
    document = reading.document(sbml)
    return {name: document.getModel().getParameter(name).getValue() for name in names}
