"""Runs of animals some of whose numbers are changed by a factor, made for many that differ little.

What the full simulation would give, in less time: the drug-free steady state is looked for from
that of the animal without the factors, a run that no factor can change is made once, and the
solver's tolerances are wider.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from ketamine_mtor.looser import LooserRuns, by_factors

if TYPE_CHECKING:
    import xarray as xr

    from ketamine_mtor.experiment import Experiment
    from ketamine_mtor.model_files import ModelFiles
    from ketamine_mtor.schedule import Schedule


class ChangedAnimals:
    """One model, on which experiments are run with factors on its numbers."""

    def __init__(self, files: ModelFiles):
        self._numbers = files.tables.numbers()
        self._runs = LooserRuns(files)

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

        def changes(schedule: Schedule, used: frozenset[str]) -> dict[str, float]:
            own = {name: value for name, value in self._runs.own.items() if name in used}
            return by_factors(schedule, factors, self._numbers, own)

        return self._runs.changed(experiment, changes, near=True)


@cache
def changed_animals(files: ModelFiles) -> ChangedAnimals:
    """The runs on ``files``, made once per process."""
    return ChangedAnimals(files)
