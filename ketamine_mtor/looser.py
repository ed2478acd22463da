"""One model for very many runs: at wider tolerances, and only where something can differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from ketamine_mtor.engines import Session, roadrunner
from ketamine_mtor.engines.constants import Constants
from ketamine_mtor.engines.reach import Reach
from ketamine_mtor.engines.seeding import DEPOT_PER_DOSE
from ketamine_mtor.errors import SimulationError
from ketamine_mtor.knowledge import DEPOT_SEED, WILDTYPE
from ketamine_mtor.run import dataset
from ketamine_mtor.schedule import plan

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

    from ketamine_mtor.experiment import Experiment
    from ketamine_mtor.knowledge.rows import Value
    from ketamine_mtor.model_files import ModelFiles
    from ketamine_mtor.schedule import Schedule

#: What an experiment's animal has otherwise, of the names that can matter in its run.
Changes = Callable[["Schedule", frozenset[str]], Mapping[str, float]]
#: A factor on a number, or one for each of many animals.
_Factor = TypeVar("_Factor", float, "np.ndarray")

#: Factor on the solver's tolerances: a sensitivity is then still known to about 0.001.
LOOSER = 100.0
#: Steps after which a run is given up: some ten times what the way to rest takes. An animal that
#: never rests, of which there are many here, would have the solver take all that it may.
MOST_STEPS = 20_000


class LooserRuns:
    """A model loaded once.

    Attributes
    ----------
    session
        The model with the wider tolerances.
    own
        The model's parameters, volumes (L) and initial concentrations (nM), by id.
    """

    def __init__(self, files: ModelFiles):
        self._files, self._tables = files, files.tables
        self.session = Session(files, roadrunner.load(files, LOOSER, MOST_STEPS))
        self.own = Constants(files.sbml).resolve({})
        self._reach = Reach(files.sbml)
        self._plain: dict[Experiment, xr.Dataset] = {}

    @cached_property
    def usual(self) -> Session:
        """The model with the solver's usual tolerances."""
        return Session(self._files, roadrunner.load(self._files, most_steps=MOST_STEPS))

    def changed(
        self, experiment: Experiment, changes: Changes, *, near: bool = False
    ) -> xr.Dataset:
        """The run of an experiment on a changed animal; one that nothing changes is made once.

        Parameters
        ----------
        experiment
            What is done, and which readouts are read.
        changes
            What its animal has otherwise.
        near
            Whether its drug-free steady state is looked for from that of the unchanged animal.

        Raises
        ------
        SimulationError
            As of :meth:`run`.
        """
        schedule = plan(experiment, self._tables)
        names = experiment.observables or tuple(self._tables.observables)
        animal = {**schedule.animal, **changes(schedule, self.used(schedule, names))}
        plain = animal == schedule.animal
        if plain and experiment in self._plain:
            return self._plain[experiment]
        if near:
            self.session.rest_near(animal, schedule.animal)
        done = self.run(experiment, replace(schedule, animal=animal), names)
        if plain:
            self._plain[experiment] = done
        return done

    def run(
        self, experiment: Experiment, schedule: Schedule, readouts: Sequence[str]
    ) -> xr.Dataset:
        """The run of a schedule that is the experiment's but for what is changed in the animal.

        Raises
        ------
        SimulationError
            Where the run fails at the usual tolerances too.
        """
        try:
            course = self.session.run(schedule, readouts)
        except SimulationError:
            # What is nothing may be noise at looser tolerances, and noise never rests.
            try:
                course = self.usual.run(schedule, readouts)
            except SimulationError as error:
                raise SimulationError(error.reason, experiment, error.time_h) from None
        return dataset(experiment, "roadrunner", self._tables, readouts, schedule.times, course)

    def used(self, schedule: Schedule, readouts: Sequence[str]) -> frozenset[str]:
        """Names that can matter in the run."""
        given = {**self.own, **schedule.animal}
        held = {name for segment in schedule.segments for name in segment.settings}
        dosed = any(segment.bolus for segment in schedule.segments)
        seeds = {
            row.species: row.seed
            for row in self._tables.steady_state.values()
            if row.seed in held
            or (dosed if row.seed == DEPOT_SEED else given.get(row.seed, 0.0) > 0)
        }
        # The session itself turns a dose into a concentration.
        read = {*readouts, *seeds.values(), *([DEPOT_PER_DOSE] if dosed else [])}
        return self._reach.used(seeds, read)


def by_factors(
    schedule: Schedule,
    factors: Mapping[str, _Factor],
    numbers: Mapping[str, Value],
    own: Mapping[str, float],
) -> dict[str, _Factor]:
    """What animals have otherwise whose numbers are their own times a factor.

    An initial amount that is a unit of counting is changed there too.

    Parameters
    ----------
    schedule
        Of the experiment, which may set some of the numbers.
    factors
        Parameter or initial amount to the factor on its value.
    numbers
        The values, of the tables.
    own
        The numbers of the model that count; others are left out.
    """
    animal = {}
    for name, factor in factors.items():
        if name in own:
            animal[name] = factor * schedule.animal.get(name, numbers[name].value)
        counted = f"{name}{WILDTYPE}"
        if counted in own:
            animal[counted] = factor * own[counted]
    return animal
