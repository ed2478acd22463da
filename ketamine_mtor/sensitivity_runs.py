"""Runs of animals some of whose numbers are changed by a factor, made for many that differ little.

What the full simulation would give, in less time: the drug-free state is looked for from that of
the animal without the factors, a run that no factor can change is made once, and the solver's
tolerances are wider.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

from ketamine_mtor.engines import Session, roadrunner
from ketamine_mtor.engines.constants import Constants
from ketamine_mtor.engines.reach import Reach
from ketamine_mtor.engines.seeding import DEPOT_PER_DOSE
from ketamine_mtor.errors import SimulationError
from ketamine_mtor.knowledge import DEPOT_SEED, WILDTYPE
from ketamine_mtor.run import dataset
from ketamine_mtor.schedule import Schedule, plan

if TYPE_CHECKING:
    import xarray as xr

    from ketamine_mtor.experiment import Experiment
    from ketamine_mtor.model_files import ModelFiles

#: Factor on the solver's tolerances: a sensitivity is then still known to about 0.001.
LOOSER = 100.0


class ChangedAnimals:
    """One model, on which experiments are run with factors on its numbers."""

    def __init__(self, files: ModelFiles):
        self._files, self._tables = files, files.tables
        self._session = Session(files, roadrunner.load(files, LOOSER))
        self._reach = Reach(files.sbml)
        self._own = Constants(files.sbml).resolve({})
        self._plain: dict[Experiment, xr.Dataset] = {}

    @cached_property
    def _usual(self) -> Session:
        """The model with the solver's usual tolerances."""
        return Session(self._files, roadrunner.load(self._files))

    def run(self, experiment: Experiment, factors: Mapping[str, float]) -> xr.Dataset:
        """What :func:`~ketamine_mtor.run.simulate` gives for an animal with changed numbers.

        Parameters
        ----------
        experiment
            What is done, and which readouts are read.
        factors
            Parameter or initial amount to the factor on its value in the tables, also where the
            experiment sets another one. An initial amount that is a unit of counting is changed
            there too. Numbers that this model has not are left out.

        Raises
        ------
        SimulationError
            Where the run fails.
        """
        schedule = plan(experiment, self._tables)
        names = experiment.observables or tuple(self._tables.observables)
        used = self._used(schedule, names)
        animal = dict(schedule.animal)
        for name, factor in factors.items():
            if name in used and name in self._own:
                animal[name] = factor * animal.get(name, self._tables.numbers()[name].value)
            if f"{name}{WILDTYPE}" in used:
                animal[f"{name}{WILDTYPE}"] = factor * self._own[f"{name}{WILDTYPE}"]
        plain = animal == schedule.animal
        if plain and experiment in self._plain:
            return self._plain[experiment]
        self._session.rest_near(animal, schedule.animal)
        changed = replace(schedule, animal=animal)
        try:
            course = self._session.run(changed, names)
        except SimulationError:
            # What is nothing may be noise at looser tolerances, and noise never rests.
            try:
                course = self._usual.run(changed, names)
            except SimulationError as error:
                raise SimulationError(error.reason, experiment, error.time_h) from None
        done = dataset(experiment, "roadrunner", self._tables, names, schedule.times, course)
        if plain:
            self._plain[experiment] = done
        return done

    def _used(self, schedule: Schedule, readouts: tuple[str, ...]) -> frozenset[str]:
        """Names that can matter in the run."""
        given = {**self._own, **schedule.animal}
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


@cache
def changed_animals(files: ModelFiles) -> ChangedAnimals:
    """The runs on ``files``, made once per process."""
    return ChangedAnimals(files)
