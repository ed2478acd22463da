"""How far a model is from the data of a fit, in standard deviations of the data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ketamine_mtor import model_files
from ketamine_mtor.claims.bench import Bench, NotRun, Unmet
from ketamine_mtor.claims.evaluate import evaluate, measure
from ketamine_mtor.claims.fits import CLAIMS, PEAK, POINTS, Fit, Target
from ketamine_mtor.claims.judge import Runs
from ketamine_mtor.claims.model import Condition, Level, Peak, Shape
from ketamine_mtor.claims.scores import NOTHING, Part, sign_of
from ketamine_mtor.experiment import Experiment
from ketamine_mtor.run import simulate

if TYPE_CHECKING:
    import xarray as xr

    from ketamine_mtor.model_files import ModelFiles

#: Times (h), and a readout at them.
Curve = tuple[np.ndarray, np.ndarray]
#: Distance (in sds) of what cannot be measured, and the largest of a claim.
FAILED = 20.0
#: Distances are rounded to this many decimals: smaller differences are the solver's.
_DECIMALS = 7


class Reading(NamedTuple):
    """Of one target, arrays of equal length: what was aimed at, measured, and how far it is off.

    ``measured`` is NaN where the runs failed or the event never happens; ``away`` is in sds.
    """

    wanted: np.ndarray
    measured: np.ndarray
    away: np.ndarray


class Aim(NamedTuple):
    """The distances of all targets of a fit (sds), and whether a run of this animal failed."""

    away: np.ndarray
    failed: bool


def read(
    targets: Sequence[Target], values: Mapping[str, float], files: ModelFiles | None = None
) -> tuple[list[Reading], bool]:
    """What an animal with changed numbers shows of ``targets``, and whether a run failed.

    Parameters
    ----------
    targets
        What is measured.
    values
        Parameter or initial amount to its value, in the unit of its table. What an experiment or
        its variant sets itself stays.
    files
        The model's files, for every experiment (default: the package's of its variant).
    """
    runs = _runs(targets, values, files)
    found, failed = [], False
    for target in targets:
        reading, ran = _reading(target, Bench(target.claim, runs))
        found.append(reading)
        failed = failed or not ran
    return found, failed


def _runs(targets: Sequence[Target], values: Mapping[str, float], files: ModelFiles | None) -> Runs:
    """Runs with changed numbers, where neither an experiment nor its variant sets them itself."""

    def run(experiment: Experiment) -> xr.Dataset:
        own = files or model_files.packaged(experiment.variant)
        settings = own.tables.variant_settings.values()
        kept = {row.parameter for row in settings if row.variant == experiment.variant}
        given = {name: value for name, value in values.items() if name not in kept}
        given |= dict(experiment.parameters)
        changed = replace(experiment, parameters=given, tables=own.tables)
        return simulate(changed, files=own)

    return Runs([target.claim for target in targets], run)


def _reading(target: Target, bench: Bench) -> tuple[Reading, bool]:
    if target.kind == CLAIMS:
        return _claim(target, bench)
    wanted = np.array(target.wanted)
    try:
        if target.kind == POINTS:
            measured = _shares(target.only(Shape), target.of, bench)
        elif target.kind == PEAK:
            measured = np.array([_time_of_peak(target.only(Peak), bench)])
        else:
            (part,) = evaluate(target.only(Level), bench)
            measured = np.array([part.measured])
    except (NotRun, Unmet) as why:
        nothing = np.full(target.size, math.nan)
        return Reading(wanted, nothing, np.full(target.size, FAILED)), isinstance(why, Unmet)
    return Reading(wanted, measured, (measured - wanted) / target.sd), True


def _shares(condition: Shape, of: str, bench: Bench) -> np.ndarray:
    """The readout at the points' times, in shares of its highest in their window."""
    time, share = curve(condition, of, bench)
    return np.interp([at for at, _ in condition.points], time, share)


def curve(condition: Condition, of: str, bench: Bench) -> Curve:
    """Times (h) in the points' window, and the readout there in shares of its highest."""
    time, value = _above(condition, of, bench)
    return time, value / value.max()


def highest(condition: Condition, of: str, bench: Bench) -> float:
    """The readout's highest rise (or value) in the points' window, in its unit."""
    return float(_above(condition, of, bench)[1].max())


def _above(condition: Condition, of: str, bench: Bench) -> Curve:
    start, end = condition.window()
    own = bench.series(condition.setup, condition.readout, end)
    mask = own.within(start, end)
    value = own.value[mask] - (own.baseline if of == "rise" else 0.0)
    if value.max() <= NOTHING:
        raise Unmet(f"{condition.readout.id} never rises: it has no shape")
    return own.time[mask], value


def curves(
    targets: Sequence[Target], values: Mapping[str, float], files: ModelFiles | None = None
) -> tuple[Curve, ...]:
    """As :func:`curve`, of the targets of kind ``points``; empty arrays where there is none."""
    runs, found = _runs(targets, values, files), []
    for target in targets:
        if target.kind == POINTS:
            (condition,) = target.claim.conditions
            try:
                found.append(curve(condition, target.of, Bench(target.claim, runs)))
            except (NotRun, Unmet):
                found.append((np.empty(0), np.empty(0)))
    return tuple(found)


def _time_of_peak(condition: Peak, bench: Bench) -> float:
    """When (min) the readout is at its extremum: between samples, by a parabola through three."""
    own = bench.series(condition.setup, condition.readout, condition.end)
    change = sign_of(condition.goes) * own.rise().value
    top = int(change.argmax())
    if change[top] <= NOTHING:
        raise Unmet(f"{condition.readout.id} never goes {condition.goes}: it has no peak")
    time = own.time[top]
    if 0 < top < len(change) - 1:
        square, slope, _ = np.polyfit(
            own.time[top - 1 : top + 2] - time, change[top - 1 : top + 2], 2
        )
        time += -slope / (2 * square) if square < 0 else 0.0
    return float(60 * time)


def _claim(target: Target, bench: Bench) -> tuple[Reading, bool]:
    """Of every part of a claim its threshold, and how far it is from passing with the margin."""
    parts: list[Part | None] = []
    ran = True
    for condition in target.claim.conditions:
        size = replace(target, claim=replace(target.claim, conditions=(condition,))).size
        try:
            found = measure(condition, bench)
        except NotRun:
            found, ran = [], False
        parts += [*found, *[None] * (size - len(found))]
    short = [FAILED if part is None else _short(part, target) for part in parts]
    # As float, None is NaN.
    wanted = np.array([part and part.threshold for part in parts], float)
    measured = np.array([part and part.measured for part in parts], float)
    return Reading(wanted, measured, np.array(short)), ran


def _short(part: Part, target: Target) -> float:
    """By how many sds a part misses its threshold with the margin; 0 where it does not."""
    if part.measured is None or part.threshold is None:
        return FAILED
    over = part.measured - part.threshold if part.sense == ">=" else part.threshold - part.measured
    share = over / (abs(part.threshold) or 1.0)
    return float(np.clip((target.margin - share) / target.sd, 0.0, FAILED))


def aim(values: Mapping[str, float], fit: Fit, files: ModelFiles | None = None) -> Aim:
    """The distances of all targets of a fit, of an animal with changed numbers."""
    found, failed = read(fit.targets, values, files)
    return Aim(np.round(np.concatenate([each.away for each in found]), _DECIMALS), failed)
