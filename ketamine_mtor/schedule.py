"""An experiment as segments of constant settings; knows no engine.

Times are in seconds. The drug-free animal is at the first segment's start; each segment's settings
take effect at its start, and a sample at that very time precedes them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ketamine_mtor.experiment import INFUSION, Experiment, set_elsewhere
from ketamine_mtor.knowledge import Tables

SECONDS_PER_HOUR = 3600.0
#: Times are rounded to the microsecond, so that no two lie too close for a solver.
DECIMALS = 6


@dataclass(frozen=True)
class Segment:
    """A time within which nothing is done.

    Attributes
    ----------
    start, end
        Seconds.
    settings
        What doses and drugs set, at its value during the segment: id to value. All the rest rests.
    bolus
        Ketamine that enters the depot at the start, in mg/kg.
    samples
        The times in (start, end] that are read, ascending, seconds.
    """

    start: float
    end: float
    settings: Mapping[str, float]
    bolus: float
    samples: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class Schedule:
    """What an engine runs.

    Attributes
    ----------
    animal
        Parameters that are not the model's own: changed ones and knockouts (0), id to value.
    resting
        What every dose and drug sets, at its value in the drug-free animal: id to 0.
    segments
        In order, without gaps; the first starts at 0, or before it for a pre-treatment.
    times
        All times that are read, from 0 to the end, seconds; the first is the drug-free animal's
        own where nothing starts before 0.
    """

    animal: Mapping[str, float]
    resting: Mapping[str, float]
    segments: tuple[Segment, ...]
    times: np.ndarray = field(repr=False)


class _Span(NamedTuple):
    """A parameter is raised by ``amount`` from ``start`` to ``end`` (s)."""

    start: float
    end: float
    parameter: str
    amount: float


def plan(experiment: Experiment, tables: Tables) -> Schedule:
    """The schedule of ``experiment``: a pure function of its arguments."""
    end = _seconds(experiment.hours)
    times = _sample_times(experiment)
    spans = _spans(experiment, tables)
    boluses: dict[float, float] = {}
    for dose in experiment.ketamine:
        if dose.minutes == 0:
            at = _seconds(dose.hours)
            boluses[at] = boluses.get(at, 0.0) + dose.mgkg
    events = {*boluses, *(span.start for span in spans), *(span.end for span in spans)}
    first = min([0.0, *(span.start for span in spans)])
    cuts = sorted({first, end, *(at for at in events if at < end)})
    segments = []
    for start, stop in itertools.pairwise(cuts):
        settings: dict[str, float] = {}
        for span in spans:
            if span.start <= start < span.end:
                settings[span.parameter] = settings.get(span.parameter, 0.0) + span.amount
        low, high = np.searchsorted(times, [start, stop], side="right")
        segments.append(Segment(start, stop, settings, boluses.get(start, 0.0), times[low:high]))
    knocked_out = [name for gene in experiment.knockouts for name in tables.genes[gene].parameters]
    animal = {**dict(experiment.parameters), **dict.fromkeys(knocked_out, 0.0)}
    return Schedule(animal, resting(tables), tuple(segments), times)


def resting(tables: Tables) -> dict[str, float]:
    """What doses and drugs set, at its value in the drug-free animal: id to 0."""
    return dict.fromkeys(set_elsewhere(tables), 0.0)


def _spans(experiment: Experiment, tables: Tables) -> list[_Span]:
    spans = []
    for name, bath in experiment.drugs:
        # A bath at 0 nM would be a sink; it is meant as none.
        if bath.nM == 0:
            continue
        row = tables.drugs[name]
        start = _seconds(bath.start)
        end = np.inf if bath.end is None else _seconds(bath.end)
        spans.append(_Span(start, end, row.parameter, bath.nM))
        if row.switch:
            spans.append(_Span(start, end, row.switch, 1.0))
    for dose in experiment.ketamine:
        if dose.minutes > 0:
            start, end = _seconds(dose.hours), _seconds(dose.hours + dose.minutes / 60)
            spans.append(_Span(start, end, INFUSION, dose.mgkg / (end - start)))
    return spans


def _sample_times(experiment: Experiment) -> np.ndarray:
    """0, every, 2 every ... in seconds; the last is the run's end, whatever the step."""
    end = _seconds(experiment.hours)
    count = int(end / experiment.every) + 1
    times = np.round(np.arange(count) * experiment.every, DECIMALS)
    return np.append(times[times < end], end)


def _seconds(hours: float) -> float:
    return round(hours * SECONDS_PER_HOUR, DECIMALS)
