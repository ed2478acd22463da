"""Measures one condition on finished runs. Knows runs and readouts, no engine and no file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from ketamine_mtor.claims.bench import SLACK_H, Bench, NotRun, Series, Unmet
from ketamine_mtor.claims.model import (
    Blocked,
    Change,
    Condition,
    Flat,
    Level,
    Order,
    Peak,
    Readout,
    Returns,
    Shape,
)
from ketamine_mtor.claims.quantities import (
    SMALLEST_CHANGE,
    SMALLEST_CHANGE_OF_FRACTION,
    Size,
)

__all__ = ["Bench", "NotRun", "Part", "Unmet", "evaluate", "measure", "smallest_change"]

_NOTHING = 1e-12
_STILL_MOVING = 0.05


@dataclass(frozen=True)
class Part:
    """One measured number against one threshold; `sense` is ">=" or "<="."""

    condition: Condition
    passed: bool
    measured: float | None
    threshold: float | None
    unit: str
    sense: str = ">="
    reason: str = ""


def smallest_change(readout: Readout) -> Size:
    """What counts as a change of this readout unless its claim says otherwise."""
    return SMALLEST_CHANGE_OF_FRACTION if readout.fraction else SMALLEST_CHANGE


def _sign(goes: str) -> int:
    return 1 if goes == "up" else -1


def _percent_or_unit(size: Size, readout: Readout) -> tuple[float, str]:
    return (100 * size.value, "%") if size.relative else (size.value, readout.unit)


def _in_size(difference: np.ndarray, reference: np.ndarray, size: Size, what: str) -> np.ndarray:
    """A difference as % of the reference, or as it is, as the size asks; from 0 to 0 it is 0."""
    if not size.relative:
        return difference
    empty = np.abs(reference) < _NOTHING
    if np.any(empty & (np.abs(difference) >= _NOTHING)):
        raise Unmet(f"{what} is 0, so a change in % of it has no meaning")
    none = np.zeros_like(difference)
    return 100 * np.divide(difference, np.abs(reference), out=none, where=~empty)


def _amount(change: np.ndarray, reference: float | np.ndarray, size: Size) -> bool:
    """Whether any of the changes (positive = as expected) reaches the size."""
    floor = size.value * np.abs(reference) if size.relative else size.value
    return bool(np.any(change >= np.maximum(floor, _NOTHING)))


@singledispatch
def evaluate(condition: Condition, bench: Bench) -> list[Part]:
    """Measure a condition; `NotRun` where the runs allow no verdict."""
    raise TypeError(f"no measurement for {type(condition).__name__}")


def measure(condition: Condition, bench: Bench) -> list[Part]:
    """As `evaluate`, with an event that never happens turned into a failed part."""
    try:
        return evaluate(condition, bench)
    except Unmet as never:
        return [Part(condition, False, None, None, condition.readout.unit, reason=str(never))]


def _changes(condition: Change | Flat, bench: Bench, size: Size) -> np.ndarray:
    """Readout minus reference at the moments that count, in % of the reference if so asked."""
    when, than = condition.when, getattr(condition, "than", None)
    other = than or condition.readout
    own = bench.series(condition.setup, condition.readout, when.end)
    if condition.relative_to == "baseline":
        reference = bench.series(condition.setup, other, when.end)
        against = reference.value if than else np.full_like(own.value, reference.baseline)
    else:
        vehicle = condition.relative_to == "vehicle"
        name = condition.setup if vehicle else condition.relative_to
        reference = bench.series(name, other, when.end, vehicle=vehicle)
        against = np.interp(own.time, reference.time, reference.value)
    if when.how == "drug_free":
        value, against = np.array([own.baseline]), np.array([reference.baseline])
    elif when.how == "at":
        value = np.array([np.interp(when.end, own.time, own.value)])
        against = np.array([np.interp(when.end, own.time, against)])
    else:
        mask = own.within(when.start, when.end)
        value, against = own.value[mask], against[mask]
        if when.how == "mean":
            value, against = value.mean(keepdims=True), against.mean(keepdims=True)
    return _in_size(value - against, against, size, f"{other.id} of {condition.relative_to}")


@evaluate.register
def _(condition: Change, bench: Bench) -> list[Part]:
    changes = _sign(condition.goes) * _changes(condition, bench, condition.size)
    # Adding 0 turns -0.0, a fall of nothing, into 0.0.
    measured = float(changes.min() if condition.when.how == "always" else changes.max()) + 0.0
    threshold, unit = _percent_or_unit(condition.size, condition.readout)
    return [Part(condition, measured >= threshold, measured, threshold, unit)]


@evaluate.register
def _(condition: Flat, bench: Bench) -> list[Part]:
    changes = _changes(condition, bench, condition.within)
    away = _sign(condition.goes) * changes if condition.goes else np.abs(changes)
    measured = float(away.max())
    threshold, unit = _percent_or_unit(condition.within, condition.readout)
    return [Part(condition, measured <= threshold, measured, threshold, unit, "<=")]


@evaluate.register
def _(condition: Level, bench: Bench) -> list[Part]:
    when = condition.when
    own = bench.series(condition.setup, condition.readout, when.end)
    zero, scale = np.zeros_like(own.value), np.ones_like(own.value)
    drug_free = np.array([1.0])
    if condition.relative_to == "baseline":
        scale, drug_free = scale * own.baseline, np.array([own.baseline])
    elif condition.relative_to == "peak":
        scale = scale * own.value.max()
    elif condition.relative_to == "rise":
        rise = _rise(condition, own)
        zero, scale = zero + own.baseline, scale * rise
    elif condition.relative_to != "unit":
        vehicle = condition.relative_to == "vehicle"
        name = condition.setup if vehicle else condition.relative_to
        other = bench.series(name, condition.readout, when.end, vehicle=vehicle)
        scale = np.interp(own.time, other.time, other.value)
        drug_free = np.array([other.baseline])
    if when.how == "drug_free":
        levels, scales = np.array([own.baseline]), drug_free
    else:
        mask = own.within(when.start, when.end)
        levels, scales = (own.value - zero)[mask], scale[mask]
        if when.how == "at":
            levels = np.array([np.interp(when.end, own.time, own.value - zero)])
            scales = np.array([np.interp(when.end, own.time, scale)])
        elif when.how == "mean":
            levels, scales = levels.mean(keepdims=True), scales.mean(keepdims=True)
    if np.any(np.abs(scales) < _NOTHING):
        raise Unmet(f"{condition.relative_to} of {condition.readout.id} is 0")
    shares = levels / scales
    unit = condition.readout.unit if condition.relative_to == "unit" else "1"
    return [_bounded(condition, shares, when.how != "once", unit)]


def _rise(condition: Level, own: Series) -> float:
    """How far the readout rises above its baseline, at most or at the time that is named."""
    change = own.value - own.baseline
    if condition.rise_at is not None:
        change = np.array([np.interp(condition.rise_at, own.time, change)])
    if not _amount(change, own.baseline, smallest_change(condition.readout)):
        raise Unmet(f"{condition.readout.id} never rises")
    return float(change.max())


def _bounded(condition: Level, values: np.ndarray, worst: bool, unit: str) -> Part:
    """The worst (or best) of the values against the nearer of the two bounds."""
    low = -np.inf if condition.more_than is None else condition.more_than
    high = np.inf if condition.less_than is None else condition.less_than
    margin = np.minimum(values - low, high - values)
    index = int(margin.argmin() if worst else margin.argmax())
    value = float(values[index])
    nearer_low = value - low <= high - value
    return Part(
        condition,
        bool(margin[index] >= 0),
        value,
        float(low if nearer_low else high),
        unit,
        ">=" if nearer_low else "<=",
    )


@evaluate.register
def _(condition: Peak, bench: Bench) -> list[Part]:
    sign = _sign(condition.goes)
    own = bench.series(condition.setup, condition.readout, condition.end)
    change = sign * (own.value - own.baseline)
    if not _amount(change, own.baseline, smallest_change(condition.readout)):
        raise Unmet(f"{condition.readout.id} never goes {condition.goes}: it has no peak")
    top = int(change.argmax())
    time = float(own.time[top])
    early = abs(time - condition.start) <= abs(time - condition.end)
    parts = [
        Part(
            condition,
            condition.start - SLACK_H <= time <= condition.end + SLACK_H,
            60 * time,
            60 * (condition.start if early else condition.end),
            "min",
            ">=" if early else "<=",
        )
    ]
    if condition.times_baseline:
        if abs(own.baseline) < _NOTHING:
            raise Unmet(f"baseline of {condition.readout.id} is 0")
        low, high = condition.times_baseline
        height = float(own.value[top] / own.baseline)
        nearer_low = abs(height - low) <= abs(height - high)
        parts.append(
            Part(
                condition,
                low <= height <= high,
                height,
                low if nearer_low else high,
                "x baseline",
                ">=" if nearer_low else "<=",
            )
        )
    return parts


@evaluate.register
def _(condition: Returns, bench: Bench) -> list[Part]:
    own = bench.series(condition.setup, condition.readout, condition.end)
    if condition.relative_to == "vehicle":
        vehicle = bench.series(condition.setup, condition.readout, condition.end, vehicle=True)
        reference = np.interp(own.time, vehicle.time, vehicle.value)
    else:
        reference = np.full_like(own.value, own.baseline)
    away = _in_size(
        np.abs(own.value - reference),
        reference,
        condition.within,
        f"{condition.relative_to} of {condition.readout.id}",
    )
    threshold, unit = _percent_or_unit(condition.within, condition.readout)
    before = own.time < condition.start - SLACK_H
    if not np.any(away[before] > threshold):
        raise Unmet(f"{condition.readout.id} never leaves its {condition.relative_to}")
    measured = float(away[own.within(condition.start, condition.end)].max())
    return [Part(condition, measured <= threshold, measured, threshold, unit, "<=")]


def _half_time(bench: Bench, condition: Order, readout: Readout, goes: str) -> float:
    """First time (h) at half of the extreme change within the window."""
    own = bench.series(condition.setup, readout, condition.end)
    mask = own.within(condition.start, condition.end)
    time, change = own.time[mask], _sign(goes) * (own.value[mask] - own.baseline)
    if not _amount(change, own.baseline, smallest_change(readout)):
        raise Unmet(f"{readout.id} never goes {goes}: its half maximum is not reached")
    late = float(np.interp(time[-1] - _STILL_MOVING * (time[-1] - time[0]), time, change))
    if change.max() - late > _STILL_MOVING * change.max() and change.argmax() == len(change) - 1:
        raise Unmet(f"{readout.id} still goes {goes} at {time[-1]:g} h: its half is unknown")
    half = change.max() / 2
    after = int(np.argmax(change >= half))
    if after == 0:
        return float(time[0])
    return float(np.interp(half, change[after - 1 : after + 1], time[after - 1 : after + 1]))


@evaluate.register
def _(condition: Order, bench: Bench) -> list[Part]:
    first = _half_time(bench, condition, condition.readout, condition.goes)
    then = _half_time(bench, condition, condition.then, condition.then_goes)
    lead, wanted = 60 * (then - first), 60 * condition.by_at_least
    parts = [Part(condition, lead >= wanted, lead, wanted, "min")]
    if condition.by_at_most is not None:
        most = 60 * condition.by_at_most
        parts.append(Part(condition, lead <= most, lead, most, "min", "<="))
    return parts


@evaluate.register
def _(condition: Shape, bench: Bench) -> list[Part]:
    own = bench.series(condition.setup, condition.readout, condition.window()[1])
    mask = own.within(*condition.window())
    time, rise = own.time[mask], own.value[mask] - own.baseline
    if not _amount(rise, own.baseline, smallest_change(condition.readout)):
        raise Unmet(f"{condition.readout.id} never rises: it has no shape")
    times, shares = np.array(condition.points).T
    away = np.abs(np.interp(times, time, rise / rise.max()) - shares)
    worst = float(away.max())
    return [Part(condition, worst <= condition.within, worst, condition.within, "x peak", "<=")]


@evaluate.register
def _(condition: Blocked, bench: Bench) -> list[Part]:
    sign, readout = _sign(condition.goes), condition.readout

    def excess(setup: str, *, must_change: bool) -> float:
        vehicle, difference = bench.excess(setup, readout, condition.end)
        mask = vehicle.within(condition.start, condition.end)
        time, value, change = vehicle.time[mask], vehicle.value[mask], sign * difference[mask]
        if must_change and not _amount(change, value, condition.size):
            raise Unmet(f"nothing to block: {readout.id} does not go {condition.goes} in {setup}")
        total = np.trapezoid(change, time) if condition.excess == "integral" else change.max()
        if not condition.per_baseline:
            return float(total)
        if abs(vehicle.baseline) < _NOTHING:
            raise Unmet(f"baseline of {readout.id} in {setup} is 0")
        return float(total / abs(vehicle.baseline))

    full = excess(condition.reference, must_change=True)
    if full <= 0:
        raise Unmet(
            f"nothing to block: over the window {readout.id} does not go {condition.goes} "
            f"in {condition.reference}"
        )
    kept = 100 * excess(condition.setup, must_change=False) / full
    measured, threshold = (kept if condition.kept else 100 - kept), 100 * condition.by_at_least
    return [Part(condition, measured >= threshold, measured, threshold, "%")]
