"""Looks up the readouts of finished runs for the claims. Knows no condition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketamine_mtor.claims.model import Claim, Readout
from ketamine_mtor.errors import SimulationError

if TYPE_CHECKING:
    import xarray as xr

    from ketamine_mtor.experiment import Experiment

#: Samples this close (h) to the end of a window are inside it.
SLACK_H = 1e-6


class NotRun(Exception):
    """The runs do not allow a verdict; the message says why."""


class Unmet(Exception):
    """The event that the condition speaks of never happens; the message says which."""


@dataclass(frozen=True)
class Series:
    """A readout of the runs of an experiment, of one animal or of many.

    Attributes
    ----------
    time
        Hours, the same for all animals.
    value
        In the readout's unit; time is the last axis.
    baseline
        Drug-free value, an entry for each animal; of one animal an array without axes.
    """

    time: np.ndarray
    value: np.ndarray
    baseline: np.ndarray

    def within(self, start: float, end: float) -> np.ndarray:
        """Mask of the samples from `start` to `end` hours, ends included."""
        return (self.time >= start - SLACK_H) & (self.time <= end + SLACK_H)

    def on(self, times: np.ndarray) -> Series:
        """At other times: linear between samples, level beyond them (as `np.interp`)."""
        if np.array_equal(times, self.time):
            return self
        inside = np.clip(times, self.time[0], self.time[-1])
        after = np.clip(np.searchsorted(self.time, inside, side="right"), 1, len(self.time) - 1)
        start, stop = self.value[..., after - 1], self.value[..., after]
        slope = (stop - start) / (self.time[after] - self.time[after - 1])
        value = slope * (inside - self.time[after - 1]) + start
        value = np.where(inside == self.time[-1], self.value[..., -1:], value)
        return Series(times, value, self.baseline)

    def at(self, time: float) -> np.ndarray:
        """At one time, as :meth:`on`."""
        return self.on(np.array([time])).value[..., 0]

    def still(self) -> Series:
        """The same animals left alone."""
        value = np.full_like(self.value, self.baseline[..., np.newaxis])
        return Series(self.time, value, self.baseline)

    def rise(self) -> Series:
        """What is above the baseline."""
        value = self.value - self.baseline[..., np.newaxis]
        return Series(self.time, value, np.zeros_like(self.baseline))

    def times(self, factor: np.ndarray) -> Series:
        """A factor for each animal on all of it."""
        return Series(self.time, self.value * factor[..., np.newaxis], self.baseline * factor)


class Bench:
    """Looks up readouts of the runs that a claim names.

    Parameters
    ----------
    claim
        The claim whose experiments are meant.
    runs
        Gives the dataset of an experiment (coordinate `time` in hours, attribute `baseline`), or
        what looks like one and holds many animals: values with time as their last axis, baselines
        with an entry for each.
    variant
        Variant of the model for the experiments that name none.
    """

    def __init__(
        self, claim: Claim, runs: Callable[[Experiment], xr.Dataset], variant: str | None = None
    ):
        self._claim, self._runs, self._variant = claim, runs, variant

    def series(
        self, setup: str, readout: Readout, until: float, *, vehicle: bool = False
    ) -> Series:
        """The readout in that experiment; `NotRun` if it failed, is not finite or too short."""
        where = f"{setup} (vehicle)" if vehicle else setup
        experiment = self._claim.experiments[setup].experiment(self._variant, vehicle=vehicle)
        try:
            run = self._runs(experiment)
        except SimulationError as error:
            at = "" if error.time_h is None else f" at {error.time_h:.4g} h"
            why = " ".join(error.reason.split())
            raise NotRun(f"the run {where} failed{at}: {why}") from None
        if readout.id not in run:
            raise NotRun(f"the run {where} has no readout {readout.id}")
        data = run[readout.id]
        time, value = np.asarray(run["time"], float), np.asarray(data, float)
        if "baseline" not in data.attrs:
            raise NotRun(f"{readout.id} of the run {where} has no baseline")
        baseline = np.asarray(data.attrs["baseline"], float)
        if time[-1] < until - SLACK_H:
            raise NotRun(f"the run {where} ends at {time[-1]:g} h, before {until:g} h")
        # Of many animals some may have failed; whoever ran them knows which.
        if value.ndim == 1 and not (np.isfinite(value).all() and np.isfinite(baseline)):
            raise NotRun(f"{readout.id} of the run {where} is not a number throughout")
        return Series(time, value, baseline)

    def excess(self, setup: str, readout: Readout, until: float) -> tuple[Series, np.ndarray]:
        """The vehicle series and the values with ketamine minus those, on the same times."""
        dosed = self.series(setup, readout, until)
        vehicle = self.series(setup, readout, until, vehicle=True)
        return vehicle, dosed.on(vehicle.time).value - vehicle.value
