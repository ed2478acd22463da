"""Many parameter sets of one problem, and what runs them: the batch kernel, or libRoadRunner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ketamine_mtor import model_files
from ketamine_mtor.batch.herd import Herd
from ketamine_mtor.batch.lanes import LANES
from ketamine_mtor.engines.constants import Constants
from ketamine_mtor.engines.seeding import Seeding
from ketamine_mtor.experiment import Experiment
from ketamine_mtor.schedule import plan
from ketamine_mtor.sensitivity.differences import numbers
from tests.benchmarks.engines import road_runner
from tests.benchmarks.problems import MODEL, Problem

#: Standard deviation of the logarithm of each number.
SIGMA = 0.3
#: Sets that the kernel takes at once, and numbers that these may give: as many as an ensemble's
#: chunk does; more would need memory that the system has to clear first.
AT_ONCE, NUMBERS = 1024, 2**21
#: Tolerances at which drug-free steady states are looked for, which nothing here measures.
_REST = 1e-7, 1e-11

#: Runs the sets of a slice: ``[set, time, observable]``, without time 0; a set that fails is NaN.
RunSets = Callable[[slice], np.ndarray]


@dataclass(frozen=True, eq=False)
class Samples:
    """Parameter sets of a problem, complete, so that no engine works anything out.

    Attributes
    ----------
    sbml, times, observables, nothing
        As in :class:`~tests.benchmarks.problems.Problem`.
    parameters, numbers
        Ids of all parameters, and their values ``[set, parameter]``.
    species, starts
        Ids of the species, and their concentrations at 0 ``[set, species]``.
    """

    sbml: str
    times: np.ndarray
    observables: tuple[str, ...]
    nothing: float
    parameters: tuple[str, ...]
    numbers: np.ndarray
    species: tuple[str, ...]
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.numbers)


def draw(problem: Problem, count: int, seed: int = 0) -> Samples:
    """Sets with all that can vary times a lognormal factor; the model's own are at rest first.

    Volumes, doses and what may be 0 stay.
    """
    laws = problem.laws
    usual = laws.resolve({})
    constants = Constants(problem.sbml)
    files = model_files.packaged() if problem.name == MODEL else None
    varied = constants.parameters if files is None else numbers(files)
    rows = {} if files is None else files.tables.numbers()
    varied = [
        name
        for name in varied
        if name in constants.parameters
        and usual[name] > 0
        and (name not in rows or rows[name].low > 0)
    ]
    factors = np.exp(SIGMA * np.random.default_rng(seed).standard_normal((len(varied), count)))
    changes = {name: usual[name] * own for name, own in zip(varied, factors, strict=True)}
    values = laws.resolve(changes)
    starts = _columns([values[name] for name in laws.species], count)
    if files is not None:  # which alone has a drug-free steady state to start from
        schedule = plan(Experiment(ketamine=0), files.tables)
        rest = Herd(files, *_REST).rest(schedule, changes)
        starts = rest.state + Seeding(files.tables, laws).dose(10.0, values)
    return Samples(
        problem.sbml,
        problem.times,
        problem.observables,
        problem.nothing,
        constants.parameters,
        _columns([values[name] for name in constants.parameters], count),
        laws.species,
        starts,
    )


def _columns(values: list, count: int) -> np.ndarray:
    return np.stack([np.broadcast_to(each, count) for each in values], axis=1).astype(float)


def kernel(samples: Samples, relative: float) -> RunSets:
    """The batch kernel."""
    herd = _Kernel(samples.sbml, relative, relative * samples.nothing)

    def run(chosen: slice) -> np.ndarray:
        first, last, _ = chosen.indices(len(samples))
        shape = len(samples.observables), last - first, len(samples.times) - 1
        read = np.empty(shape)
        fit = NUMBERS // (shape[0] * shape[2]) // LANES * LANES
        at_once = max(LANES, min(AT_ONCE, fit))
        for i in range(first, last, at_once):
            until = min(i + at_once, last)
            herd.of(samples, slice(i, until), read[:, i - first : until - first])
        return np.moveaxis(read, 0, 2)

    return run


class _Kernel(Herd):
    """A herd without tables: its animals are told whole, so that it runs any network."""

    def __init__(self, sbml: str, relative: float, absolute: float):
        self._load(sbml, relative, absolute)
        self._usual = self._model.resolve({})

    def of(self, samples: Samples, chosen: slice, read: np.ndarray) -> None:
        columns = zip(samples.parameters, samples.numbers[chosen].T, strict=True)
        values = {**self._usual, **dict(columns)}
        times = samples.times
        _, lost = self._advance(
            samples.starts[chosen], values, float(times[-1]), times[1:], samples.observables, read
        )
        read[:, lost] = np.nan


def roadrunner(samples: Samples, relative: float) -> RunSets:
    """libRoadRunner: compiled once, all parameters set as one vector, the observables only."""
    runner = road_runner(samples, relative)
    model = runner.model
    ids = list(model.getGlobalParameterIds())
    places = [ids.index(name) for name in samples.parameters]
    order = [samples.species.index(name) for name in model.getFloatingSpeciesIds()]
    starts, times = samples.starts[:, order], samples.times.tolist()
    shape = len(times) - 1, len(samples.observables)

    def one(i: int) -> np.ndarray:
        model.setGlobalParameterValues(places, samples.numbers[i])
        model.setFloatingSpeciesConcentrations(starts[i])
        try:
            return runner.simulate(times=times)[1:]
        except RuntimeError:
            return np.full(shape, np.nan)

    return lambda chosen: np.array([one(i) for i in range(*chosen.indices(len(samples)))])


#: What runs sets; the second is what the first is compared with.
ENGINES = {"batch kernel": kernel, "libRoadRunner": roadrunner}
