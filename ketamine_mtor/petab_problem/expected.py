"""What the package's own engine gives of the data of a PEtab problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.integrate import simpson

from ketamine_mtor.claims.bench import Bench
from ketamine_mtor.claims.judge import Runs
from ketamine_mtor.experiment import Experiment
from ketamine_mtor.fit.targets import highest
from ketamine_mtor.petab_problem.data import SCALE, Datum
from ketamine_mtor.run import simulate
from ketamine_mtor.schedule import SECONDS_PER_HOUR

if TYPE_CHECKING:
    import xarray as xr

#: Samples (s) that hold every time of the data, and follow what is averaged.
EVERY_S = 10.0


def scale(datum: Datum) -> float:
    """One over the highest rise (or value) of the tables' model in the window of the points."""
    target = datum.target
    (condition,) = target.claim.conditions
    bench = Bench(target.claim, Runs([target.claim], simulate))
    return 1 / highest(condition, target.of, bench)


def simulated(data: Sequence[Datum], values: Mapping[str, float]) -> list[float]:
    """What an animal with ``values`` shows: for each datum, in order, a value at each time.

    Parameters
    ----------
    data
        The data.
    values
        Parameter or scale to its value.
    """
    animal = {name: value for name, value in values.items() if not name.startswith(SCALE)}

    @cache
    def run(experiment: Experiment) -> xr.Dataset:
        return simulate(experiment)

    found: list[float] = []
    for datum in data:
        end = max(datum.times) / SECONDS_PER_HOUR
        asked = datum.experiment or Experiment(ketamine=0)
        run_of = replace(asked, hours=end, every=EVERY_S, observables=None, parameters=animal)
        found += _read(datum, run(run_of)[datum.readout], values)
    return found


def _read(datum: Datum, course: xr.DataArray, values: Mapping[str, float]) -> list[float]:
    seconds = course["time"].values * SECONDS_PER_HOUR
    value, rest = course.values, course.attrs["baseline"]
    if datum.mean_s:
        measured = np.array([simpson(value, x=seconds) / datum.mean_s])
    else:
        measured = np.interp(datum.times, seconds, value)
    if datum.scale:
        measured = values[datum.scale] * (measured - (rest if datum.by_rest else 0.0))
    elif datum.by_rest:
        measured = measured / rest
    return measured.tolist()
