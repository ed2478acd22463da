"""Runs of animals some of whose numbers are changed by a factor, made for many that differ little.

What the full simulation would give, in less time: the drug-free state is looked for from that of
the animal without the factors, a run that no factor can change is made once, and the solver's
tolerances are wider.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from ketamine_mtor.knowledge import WILDTYPE
from ketamine_mtor.looser import LooserRuns
from ketamine_mtor.schedule import plan

if TYPE_CHECKING:
    import xarray as xr

    from ketamine_mtor.experiment import Experiment
    from ketamine_mtor.model_files import ModelFiles


class ChangedAnimals:
    """One model, on which experiments are run with factors on its numbers."""

    def __init__(self, files: ModelFiles):
        self._tables = files.tables
        self._runs = LooserRuns(files)
        self._plain: dict[Experiment, xr.Dataset] = {}

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
        used, own = self._runs.used(schedule, names), self._runs.own
        animal = dict(schedule.animal)
        for name, factor in factors.items():
            if name in used and name in own:
                animal[name] = factor * animal.get(name, self._tables.numbers()[name].value)
            if f"{name}{WILDTYPE}" in used:
                animal[f"{name}{WILDTYPE}"] = factor * own[f"{name}{WILDTYPE}"]
        plain = animal == schedule.animal
        if plain and experiment in self._plain:
            return self._plain[experiment]
        self._runs.session.rest_near(animal, schedule.animal)
        done = self._runs.run(experiment, replace(schedule, animal=animal), names)
        if plain:
            self._plain[experiment] = done
        return done


@cache
def changed_animals(files: ModelFiles) -> ChangedAnimals:
    """The runs on ``files``, made once per process."""
    return ChangedAnimals(files)
