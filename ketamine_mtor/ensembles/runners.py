"""Runs one experiment for many parameter sets: the batch kernel, or libRoadRunner one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ketamine_mtor.engines.constants import Constants
from ketamine_mtor.errors import MissingExtra, SimulationError
from ketamine_mtor.looser import LooserRuns, by_factors
from ketamine_mtor.schedule import SECONDS_PER_HOUR, plan

if TYPE_CHECKING:
    import xarray as xr

    from ketamine_mtor.batch.herd import Rest
    from ketamine_mtor.experiment import Experiment
    from ketamine_mtor.model_files import ModelFiles


@dataclass(frozen=True)
class Courses:
    """Runs of one experiment, ``[set, time]`` of each readout.

    Attributes
    ----------
    time
        Hours.
    values, baselines
        Readout to its course ``[set, time]`` and its drug-free value ``[set]``.
    failed
        Which sets gave none; their numbers are not a number.
    restless
        Which of these have no drug-free steady state to start from.
    """

    time: np.ndarray
    values: Mapping[str, np.ndarray]
    baselines: Mapping[str, np.ndarray]
    failed: np.ndarray
    restless: np.ndarray

    def of(self, sets: np.ndarray) -> Courses:
        """The runs of some of the sets."""
        return Courses(
            self.time,
            {name: values[sets] for name, values in self.values.items()},
            {name: values[sets] for name, values in self.baselines.items()},
            self.failed[sets],
            self.restless[sets],
        )


#: Gives the runs of an experiment for the sets of a chunk.
SimulateMany = Callable[["Experiment"], Courses]


class Runner(Protocol):
    """A model, ready to run experiments for the sets of a chunk."""

    def of(self, factors: Mapping[str, np.ndarray]) -> SimulateMany:
        """The runs of these sets: number to a factor on its value for each set."""


class KernelRunner:
    """Runs all sets of a chunk together.

    Parameters
    ----------
    files
        The model.
    relative, absolute
        Tolerances; the absolute one is of a concentration, nM.

    Raises
    ------
    MissingExtra
        Where numba is not installed.
    UnsupportedLaw
        For an SBML that is not mass action.
    """

    def __init__(self, files: ModelFiles, relative: float, absolute: float):
        try:
            from ketamine_mtor.batch.herd import Herd
        except ImportError:
            raise MissingExtra(
                "the batch kernel needs numba: install ketamine-mtor[fast]"
            ) from None
        self._tables = files.tables
        self._own = Constants(files.sbml).resolve({})
        self._herd = Herd(files, relative, absolute)

    def of(self, factors: Mapping[str, np.ndarray]) -> SimulateMany:
        rests: dict[tuple[tuple[str, float], ...], Rest] = {}

        def run(experiment: Experiment) -> Courses:
            schedule = plan(experiment, self._tables)
            names = experiment.observables or tuple(self._tables.observables)
            animals = by_factors(schedule, factors, self._tables.numbers(), self._own)
            kind = tuple(sorted(schedule.animal.items()))
            if kind not in rests:
                rests[kind] = self._herd.rest(schedule, animals)
            found = self._herd.run(schedule, animals, names, rests[kind])
            return Courses(
                schedule.times / SECONDS_PER_HOUR,
                {name: found.values[:, :, i] for i, name in enumerate(names)},
                {name: found.baseline[:, i] for i, name in enumerate(names)},
                found.failed,
                rests[kind].failed,
            )

        return run


class RoadRunnerRunner:
    """Runs one set after the other in libRoadRunner; its tolerances are wider than usual."""

    def __init__(self, files: ModelFiles):
        self._tables = files.tables
        self._runs = LooserRuns(files)

    def of(self, factors: Mapping[str, np.ndarray]) -> SimulateMany:
        sets = len(next(iter(factors.values())))

        def run(experiment: Experiment) -> Courses:
            return _stacked([self.one(experiment, factors, i) for i in range(sets)], experiment)

        return run

    def one(
        self, experiment: Experiment, factors: Mapping[str, np.ndarray], index: int
    ) -> xr.Dataset | SimulationError:
        """The run of one set, or why there is none."""
        schedule = plan(experiment, self._tables)
        names = experiment.observables or tuple(self._tables.observables)
        own = {name: float(factor[index]) for name, factor in factors.items()}
        changes = by_factors(schedule, own, self._tables.numbers(), self._runs.own)
        animal = {**schedule.animal, **changes}
        try:
            return self._runs.run(experiment, replace(schedule, animal=animal), names)
        except SimulationError as error:
            return error


def _stacked(runs: Sequence[xr.Dataset | SimulationError], experiment: Experiment) -> Courses:
    failed = np.array([isinstance(each, SimulationError) for each in runs])
    none = np.zeros(len(runs), bool)
    done = next((each for each in runs if not isinstance(each, SimulationError)), None)
    if done is None:
        nothing = np.full((len(runs), 1), np.nan)
        names = list(experiment.observables or ())
        return Courses(
            np.zeros(1),
            dict.fromkeys(names, nothing),
            dict.fromkeys(names, nothing[:, 0]),
            failed,
            none,
        )
    time, names = done["time"].to_numpy(), list(map(str, done))
    values = {name: np.full((len(runs), len(time)), np.nan) for name in names}
    baselines = {name: np.full(len(runs), np.nan) for name in names}
    for i, each in enumerate(runs):
        if not isinstance(each, SimulationError):
            for name in names:
                values[name][i] = each[name].to_numpy()
                baselines[name][i] = each[name].attrs["baseline"]
    return Courses(time, values, baselines, failed, none)
