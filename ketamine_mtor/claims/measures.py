"""How each kind of condition is measured on finished runs.

All works along the last axis, time, so that the runs may be those of one animal or of many: what is
measured then has an entry for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from ketamine_mtor.claims.bench import SLACK_H, Bench, Series
from ketamine_mtor.claims.model import (
    Blocked,
    Change,
    Compared,
    Condition,
    Flat,
    Level,
    Order,
    Peak,
    Readout,
    Returns,
    Shape,
    When,
)
from ketamine_mtor.claims.quantities import Size
from ketamine_mtor.claims.scores import (
    NOTHING,
    Lacking,
    Scores,
    amount,
    at_index,
    in_size,
    percent_or_unit,
    reaches,
    sign_of,
    smallest_change,
    stays_below,
)

_STILL_MOVING = 0.05


def _moments(series: Series, when: When) -> np.ndarray:
    """The values at the moments that count, along the last axis."""
    if when.how == "drug_free":
        return series.baseline[..., np.newaxis]
    if when.how == "at":
        return series.at(when.end)[..., np.newaxis]
    value = series.value[..., series.within(when.start, when.end)]
    return value.mean(-1, keepdims=True) if when.how == "mean" else value


def _other_run(condition: Compared, readout: Readout, times: np.ndarray, bench: Bench) -> Series:
    """The readout in the run that is compared with: the vehicle's, or of the experiment named."""
    vehicle = condition.relative_to == "vehicle"
    name = condition.setup if vehicle else condition.relative_to
    return bench.series(name, readout, condition.when.end, vehicle=vehicle).on(times)


def _changes(condition: Change | Flat, bench: Bench, size: Size, lacking: Lacking) -> np.ndarray:
    """Readout minus reference at the moments that count, in % of the reference if so asked."""
    when, than = condition.when, getattr(condition, "than", None)
    other = than or condition.readout
    own = bench.series(condition.setup, condition.readout, when.end)
    if condition.relative_to != "baseline":
        against = _other_run(condition, other, own.time, bench)
    else:
        against = bench.series(condition.setup, than, when.end) if than else own.still()
    value, level = _moments(own, when), _moments(against, when)
    what = f"{other.id} of {condition.relative_to}"
    return in_size(value - level, level, size, what, lacking)


def _change(condition: Change, bench: Bench, lacking: Lacking) -> list[Scores]:
    changes = sign_of(condition.goes) * _changes(condition, bench, condition.size, lacking)
    measured = changes.min(-1) if condition.when.how == "always" else changes.max(-1)
    return [reaches(measured, *percent_or_unit(condition.size, condition.readout))]


def _flat(condition: Flat, bench: Bench, lacking: Lacking) -> list[Scores]:
    changes = _changes(condition, bench, condition.within, lacking)
    away = sign_of(condition.goes) * changes if condition.goes else np.abs(changes)
    return [stays_below(away.max(-1), *percent_or_unit(condition.within, condition.readout))]


def _level(condition: Level, bench: Bench, lacking: Lacking) -> list[Scores]:
    when = condition.when
    own = bench.series(condition.setup, condition.readout, when.end)
    level, scale = own, Series(own.time, np.ones_like(own.value), np.ones_like(own.baseline))
    if condition.relative_to == "baseline":
        scale = own.still()
    elif condition.relative_to == "peak":
        scale = scale.times(own.value.max(-1))
    elif condition.relative_to == "rise":
        level, scale = own.rise(), scale.times(_rise(condition, own, lacking))
    elif condition.relative_to != "unit":
        scale = _other_run(condition, condition.readout, own.time, bench)
    levels, scales = _moments(level, when), _moments(scale, when)
    lacking.unless(
        np.all(np.abs(scales) >= NOTHING, axis=-1),
        f"{condition.relative_to} of {condition.readout.id} is 0",
    )
    unit = condition.readout.unit if condition.relative_to == "unit" else "1"
    return [_bounded(condition, levels / scales, when.how != "once", unit)]


def _rise(condition: Level, own: Series, lacking: Lacking) -> np.ndarray:
    """How far the readout rises above its baseline, at most or at the time that is named."""
    change = own.rise()
    values = change.value
    if condition.rise_at is not None:
        values = change.at(condition.rise_at)[..., np.newaxis]
    lacking.unless(
        amount(values, own.baseline[..., np.newaxis], smallest_change(condition.readout)),
        f"{condition.readout.id} never rises",
    )
    return values.max(-1)


def _bounded(condition: Level, values: np.ndarray, worst: bool, unit: str) -> Scores:
    """The worst (or best) of the values against the nearer of the two bounds."""
    low = -np.inf if condition.more_than is None else condition.more_than
    high = np.inf if condition.less_than is None else condition.less_than
    margin = np.minimum(values - low, high - values)
    index = margin.argmin(-1) if worst else margin.argmax(-1)
    value = at_index(values, index)
    nearer_low = value - low <= high - value
    threshold = np.where(nearer_low, low, high)
    bounds = (low, high) if np.isfinite([low, high]).all() else None
    return Scores(at_index(margin, index) >= 0, value, threshold, unit, nearer_low, bounds)


def _peak(condition: Peak, bench: Bench, lacking: Lacking) -> list[Scores]:
    sign = sign_of(condition.goes)
    own = bench.series(condition.setup, condition.readout, condition.end)
    change = sign * own.rise().value
    lacking.unless(
        amount(change, own.baseline[..., np.newaxis], smallest_change(condition.readout)),
        f"{condition.readout.id} never goes {condition.goes}: it has no peak",
    )
    top = change.argmax(-1)
    time = own.time[top]
    early = np.abs(time - condition.start) <= np.abs(time - condition.end)
    within = (condition.start - SLACK_H <= time) & (time <= condition.end + SLACK_H)
    threshold = 60 * np.where(early, condition.start, condition.end)
    bounds = 60 * condition.start, 60 * condition.end
    scores = [Scores(within, 60 * time, threshold, "min", early, bounds)]
    if condition.times_baseline:
        lacking.unless(np.abs(own.baseline) >= NOTHING, f"baseline of {condition.readout.id} is 0")
        low, high = condition.times_baseline
        height = at_index(own.value, top) / own.baseline
        nearer_low = np.abs(height - low) <= np.abs(height - high)
        passed = (low <= height) & (height <= high)
        threshold = np.where(nearer_low, low, high)
        scores.append(Scores(passed, height, threshold, "x baseline", nearer_low, (low, high)))
    return scores


def _returns(condition: Returns, bench: Bench, lacking: Lacking) -> list[Scores]:
    own = bench.series(condition.setup, condition.readout, condition.end)
    reference = own.still()
    if condition.relative_to == "vehicle":
        vehicle = bench.series(condition.setup, condition.readout, condition.end, vehicle=True)
        reference = vehicle.on(own.time)
    away = in_size(
        np.abs(own.value - reference.value),
        reference.value,
        condition.within,
        f"{condition.relative_to} of {condition.readout.id}",
        lacking,
    )
    threshold, unit = percent_or_unit(condition.within, condition.readout)
    before = own.time < condition.start - SLACK_H
    lacking.unless(
        np.any(away[..., before] > threshold, axis=-1),
        f"{condition.readout.id} never leaves its {condition.relative_to}",
    )
    inside = own.within(condition.start, condition.end)
    return [stays_below(away[..., inside].max(-1), threshold, unit)]


def _half_time(
    bench: Bench, condition: Order, readout: Readout, goes: str, lacking: Lacking
) -> np.ndarray:
    """First time (h) at half of the extreme change within the window."""
    own = bench.series(condition.setup, readout, condition.end)
    mask = own.within(condition.start, condition.end)
    change = sign_of(goes) * own.rise().value[..., mask]
    inside = Series(own.time[mask], change, own.baseline)
    time = inside.time
    lacking.unless(
        amount(change, own.baseline[..., np.newaxis], smallest_change(readout)),
        f"{readout.id} never goes {goes}: its half maximum is not reached",
    )
    late = inside.at(time[-1] - _STILL_MOVING * (time[-1] - time[0]))
    most = change.max(-1)
    moves = (most - late > _STILL_MOVING * most) & (change.argmax(-1) == len(time) - 1)
    lacking.unless(~moves, f"{readout.id} still goes {goes} at {time[-1]:g} h: its half is unknown")
    half = most / 2
    after = np.argmax(change >= half[..., np.newaxis], axis=-1)
    before = np.maximum(after - 1, 0)
    # As np.interp between the two samples.
    slope = (time[after] - time[before]) / (at_index(change, after) - at_index(change, before))
    between = slope * (half - at_index(change, before)) + time[before]
    return np.where(after == 0, time[0], between)


def _order(condition: Order, bench: Bench, lacking: Lacking) -> list[Scores]:
    first = _half_time(bench, condition, condition.readout, condition.goes, lacking)
    then = _half_time(bench, condition, condition.then, condition.then_goes, lacking)
    lead = 60 * (then - first)
    scores = [reaches(lead, 60 * condition.by_at_least, "min")]
    if condition.by_at_most is not None:
        scores.append(stays_below(lead, 60 * condition.by_at_most, "min"))
    return scores


def _shape(condition: Shape, bench: Bench, lacking: Lacking) -> list[Scores]:
    own = bench.series(condition.setup, condition.readout, condition.window()[1])
    mask = own.within(*condition.window())
    rise = own.rise().value[..., mask]
    lacking.unless(
        amount(rise, own.baseline[..., np.newaxis], smallest_change(condition.readout)),
        f"{condition.readout.id} never rises: it has no shape",
    )
    times, shares = np.array(condition.points).T
    share = Series(own.time[mask], rise / rise.max(-1, keepdims=True), own.baseline)
    worst = np.abs(share.on(times).value - shares).max(-1)
    return [stays_below(worst, condition.within, "x peak")]


def _blocked(condition: Blocked, bench: Bench, lacking: Lacking) -> list[Scores]:
    sign, readout = sign_of(condition.goes), condition.readout

    def excess(setup: str, *, must_change: bool) -> np.ndarray:
        vehicle, difference = bench.excess(setup, readout, condition.end)
        mask = vehicle.within(condition.start, condition.end)
        time, value = vehicle.time[mask], vehicle.value[..., mask]
        change = sign * difference[..., mask]
        if must_change:
            lacking.unless(
                amount(change, value, condition.size),
                f"nothing to block: {readout.id} does not go {condition.goes} in {setup}",
            )
        integral = condition.excess == "integral"
        total = np.trapezoid(change, time, axis=-1) if integral else change.max(-1)
        if not condition.per_baseline:
            return total
        lacking.unless(
            np.abs(vehicle.baseline) >= NOTHING, f"baseline of {readout.id} in {setup} is 0"
        )
        return total / np.abs(vehicle.baseline)

    full = excess(condition.reference, must_change=True)
    lacking.unless(
        full > 0,
        f"nothing to block: over the window {readout.id} does not go {condition.goes} "
        f"in {condition.reference}",
    )
    kept = 100 * excess(condition.setup, must_change=False) / full
    measured = kept if condition.kept else 100 - kept
    return [reaches(measured, 100 * condition.by_at_least, "%")]


#: The scores of a condition of each kind; what animals lack is noted.
MEASURES: Mapping[type[Condition], Callable[[Any, Bench, Lacking], list[Scores]]]
MEASURES = MappingProxyType(
    {
        Blocked: _blocked,
        Change: _change,
        Flat: _flat,
        Level: _level,
        Order: _order,
        Peak: _peak,
        Returns: _returns,
        Shape: _shape,
    }
)
