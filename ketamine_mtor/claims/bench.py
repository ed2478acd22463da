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
    """A readout of one run: times in hours, values in its unit, drug-free value."""

    time: np.ndarray
    value: np.ndarray
    baseline: float

    def within(self, start: float, end: float) -> np.ndarray:
        """Mask of the samples from `start` to `end` hours, ends included."""
        return (self.time >= start - SLACK_H) & (self.time <= end + SLACK_H)


class Bench:
    """Looks up readouts of the runs that a claim names.

    Parameters
    ----------
    claim
        The claim whose experiments are meant.
    runs
        Gives the dataset of an experiment (coordinate `time` in hours, attribute `baseline`).
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
        baseline = float(data.attrs["baseline"])
        if time[-1] < until - SLACK_H:
            raise NotRun(f"the run {where} ends at {time[-1]:g} h, before {until:g} h")
        if not (np.isfinite(value).all() and np.isfinite(baseline)):
            raise NotRun(f"{readout.id} of the run {where} is not a number throughout")
        return Series(time, value, baseline)

    def excess(self, setup: str, readout: Readout, until: float) -> tuple[Series, np.ndarray]:
        """The vehicle series and the values with ketamine minus those, on the same times."""
        dosed = self.series(setup, readout, until)
        vehicle = self.series(setup, readout, until, vehicle=True)
        return vehicle, np.interp(vehicle.time, dosed.time, dosed.value) - vehicle.value
