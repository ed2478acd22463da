"""Holds numbers against thresholds, for one animal or many: an entry for each."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ketamine_mtor.claims.model import Condition, Readout
from ketamine_mtor.claims.quantities import (
    SMALLEST_CHANGE,
    SMALLEST_CHANGE_OF_FRACTION,
    Size,
)

NOTHING = 1e-12


@dataclass(frozen=True)
class Part:
    """One measured number against one threshold; `sense` is ">=" or "<=".

    Where it has to lie between two, these are `bounds`, and the threshold is the nearer one.
    """

    condition: Condition
    passed: bool
    measured: float | None
    threshold: float | None
    unit: str
    sense: str = ">="
    reason: str = ""
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True)
class Scores:
    """One measured number against one threshold, with an entry for each animal.

    Attributes
    ----------
    passed, measured, threshold
        As of a `Part`.
    at_least
        Whether the number has to reach the threshold, or may not exceed it.
    bounds
        Both thresholds, where it has to lie between two.
    """

    passed: np.ndarray
    measured: np.ndarray
    threshold: np.ndarray
    unit: str
    at_least: np.ndarray
    bounds: tuple[float, float] | None = None

    def part(self, condition: Condition) -> Part:
        """That of the only animal."""
        return Part(
            condition,
            bool(self.passed),
            float(self.measured),
            float(self.threshold),
            self.unit,
            ">=" if self.at_least else "<=",
            bounds=self.bounds,
        )


@dataclass
class Lacking:
    """Which animals lack what a condition speaks of, in the order of finding out."""

    found: list[tuple[np.ndarray, str]] = field(default_factory=list)

    def unless(self, there: np.ndarray, what: str) -> None:
        """Note those where it is not there; ``what`` says what is missing."""
        if not np.all(there):
            self.found.append((~np.asarray(there), what))


def smallest_change(readout: Readout) -> Size:
    """What counts as a change of this readout unless its claim says otherwise."""
    return SMALLEST_CHANGE_OF_FRACTION if readout.fraction else SMALLEST_CHANGE


def sign_of(goes: str) -> int:
    """1 for ``up``, -1 for ``down``."""
    return 1 if goes == "up" else -1


def percent_or_unit(size: Size, readout: Readout) -> tuple[float, str]:
    """A size as a threshold with its unit: in % of the reference, or in the readout's own."""
    return (100 * size.value, "%") if size.relative else (size.value, readout.unit)


def reaches(measured: np.ndarray, threshold: float, unit: str) -> Scores:
    """Scores of what has to be at least the threshold."""
    # Adding 0 turns -0.0, a fall of nothing, into 0.0.
    measured, least = np.broadcast_arrays(measured + 0.0, threshold)
    return Scores(measured >= least, measured, least, unit, np.full(measured.shape, True))


def stays_below(measured: np.ndarray, threshold: float, unit: str) -> Scores:
    """Scores of what may not exceed the threshold."""
    measured, most = np.broadcast_arrays(measured, threshold)
    return Scores(measured <= most, measured, most, unit, np.full(measured.shape, False))


def in_size(
    difference: np.ndarray, reference: np.ndarray, size: Size, what: str, lacking: Lacking
) -> np.ndarray:
    """A difference as % of the reference, or as it is, as the size asks; from 0 to 0 it is 0."""
    if not size.relative:
        return difference
    empty = np.abs(reference) < NOTHING
    none = np.zeros_like(difference)
    lacking.unless(
        ~np.any(empty & (np.abs(difference) >= NOTHING), axis=-1),
        f"{what} is 0, so a change in % of it has no meaning",
    )
    return 100 * np.divide(difference, np.abs(reference), out=none, where=~empty)


def amount(change: np.ndarray, reference: np.ndarray, size: Size) -> np.ndarray:
    """Whether any of the changes (positive = as expected) reaches the size."""
    floor = size.value * np.abs(reference) if size.relative else size.value
    return np.any(change >= np.maximum(floor, NOTHING), axis=-1)


def at_index(values: np.ndarray, index: np.ndarray) -> np.ndarray:
    """The values, one of each animal, at these places along time."""
    return np.take_along_axis(values, np.asarray(index)[..., np.newaxis], axis=-1)[..., 0]
