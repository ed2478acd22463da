"""One model for very many runs: at wider tolerances, and only where something can differ."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from ketamine_mtor.engines import Session, roadrunner
from ketamine_mtor.engines.constants import Constants
from ketamine_mtor.engines.reach import Reach
from ketamine_mtor.engines.seeding import DEPOT_PER_DOSE
from ketamine_mtor.errors import SimulationError
from ketamine_mtor.knowledge import DEPOT_SEED
from ketamine_mtor.run import dataset

if TYPE_CHECKING:
    import xarray as xr

    from ketamine_mtor.experiment import Experiment
    from ketamine_mtor.model_files import ModelFiles
    from ketamine_mtor.schedule import Schedule

#: Factor on the solver's tolerances: a sensitivity is then still known to about 0.001.
LOOSER = 100.0


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
        self.session = Session(files, roadrunner.load(files, LOOSER))
        self.own = Constants(files.sbml).resolve({})
        self._reach = Reach(files.sbml)

    @cached_property
    def usual(self) -> Session:
        """The model with the solver's usual tolerances."""
        return Session(self._files, roadrunner.load(self._files))

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
