"""Runs of a model without some of its rules: loaded once, with a switch for each rule.

A rule that cannot run in an experiment changes nothing there: that run is made once for all
mutants. The solver's tolerances are wider than usual, which no verdict depends on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ketamine_mtor.emit import SWITCH, with_switches
from ketamine_mtor.looser import LooserRuns

if TYPE_CHECKING:
    import xarray as xr

    from ketamine_mtor.experiment import Experiment
    from ketamine_mtor.model_files import ModelFiles


class MutantRuns:
    """One model, on which experiments are run without some of its rules."""

    def __init__(self, files: ModelFiles):
        self._runs = LooserRuns(replace(files, sbml=with_switches(files.sbml), network=None))

    def run(self, experiment: Experiment, rules: Collection[str]) -> xr.Dataset:
        """What :func:`~ketamine_mtor.run.simulate` gives without ``rules``.

        The animal reaches its own drug-free steady state first. Rules that this model has not are
        left out.

        Raises
        ------
        SimulationError
            Where the run fails.
        """
        switches = {SWITCH + rule for rule in rules}
        return self._runs.changed(experiment, lambda _, used: dict.fromkeys(switches & used, 0.0))


@lru_cache(maxsize=8)
def mutant_runs(files: ModelFiles) -> MutantRuns:
    """The runs on ``files``; the last few models are kept."""
    return MutantRuns(files)
