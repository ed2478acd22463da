"""Networks of several sizes, each with what is run on it; the same in all engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module

import numpy as np
import pysb
from pysb.core import SelfExporter

from ketamine_mtor import emit, knowledge, model_files, network, paths
from ketamine_mtor.batch.mass_action import MassAction
from ketamine_mtor.rules import STRETCHES
from ketamine_mtor.rules.caption import Caption
from ketamine_mtor.schedule import SECONDS_PER_HOUR

#: A run of the model, as in `ketamine-mtor simulate`: so long, read so often (s).
HOURS, EVERY = 72, 900
#: The network that the package is for.
MODEL = "the model"


@dataclass(frozen=True, eq=False)
class Problem:
    """A network and a run of it, from the start that its SBML has.

    Attributes
    ----------
    name
        As the page tells it.
    sbml, net
        The network for engines that read SBML, and for those that read BioNetGen's.
    model
        The same for PySB.
    times
        Times that are read, from 0 (s, or what the network's rate constants count in).
    observables
        Ids of what is read.
    nothing
        A concentration that counts as nothing: the absolute tolerance is the relative one of this.
    """

    name: str
    sbml: str
    net: str
    model: pysb.Model
    times: np.ndarray
    observables: tuple[str, ...]
    nothing: float

    @cached_property
    def laws(self) -> MassAction:
        """The SBML, taken apart."""
        return MassAction(self.sbml)

    @property
    def size(self) -> int:
        """Species that can change."""
        return len(self.laws.species)

    @cached_property
    def volumes(self) -> np.ndarray:
        """The volume that each of ``model.species`` is in."""
        numbers = self.laws.resolve({})
        return np.array([numbers[self.laws.homes[each]] for each in emit.species_ids(self.model)])

    @cached_property
    def amounts(self) -> np.ndarray:
        """How much of each of ``model.species`` there is at the start."""
        numbers = self.laws.resolve({})
        return np.array([numbers[each] for each in emit.species_ids(self.model)]) * self.volumes


@cache
def load(name: str) -> Problem:
    """A problem by its name, one of :data:`PROBLEMS`."""
    return PROBLEMS[name](name)


def _example(module: str, end: float, nothing: float) -> Callable[[str], Problem]:
    """An example that PySB ships, read at 101 times."""

    def make(name: str) -> Problem:
        exporting, SelfExporter.do_export = SelfExporter.do_export, True
        try:
            model = import_module(f"pysb.examples.{module}").model
        finally:
            SelfExporter.do_export = exporting
        net = network.generate(model)
        observables = tuple(each.name for each in model.observables)
        times = np.linspace(0, end, 101)
        return Problem(name, emit.write_sbml(model), net, model, times, observables, nothing)

    return make


def _course() -> np.ndarray:
    return np.arange(0, HOURS * SECONDS_PER_HOUR + 1, EVERY)


def _model(name: str) -> Problem:
    """The model, at rest until a dose of 10 mg/kg at 0."""
    files = model_files.packaged()
    net = paths.read(paths.network())
    observables = tuple(files.tables.observables)
    return Problem(name, files.sbml, net, files.network(), _course(), observables, 1e-4)


def _up_to(stretch: str) -> Callable[[str], Problem]:
    """The caption from its beginning to one of its stretches, from the seeds."""

    def make(name: str) -> Problem:
        tables = knowledge.load()
        drug_free = {row.id: row.value for row in tables.wildtype.values()}
        c = Caption(paths.NAME, tables.values(), {**tables.values(), **drug_free})
        import_module("ketamine_mtor.rules.anatomy").write(c, tables)
        for module in STRETCHES[: STRETCHES.index(stretch) + 1]:
            import_module(f"ketamine_mtor.rules.{module}").write(c)
        model = c.finish()
        net = network.generate(model)
        observables = tuple(
            each.name for each in model.expressions_dynamic() if each.name in tables.observables
        )
        sbml = emit.write_sbml(model, tables)
        return Problem(name, sbml, net, model, _course(), observables, 1e-4)

    return make


#: Name to what makes the problem, in the order of their sizes.
PROBLEMS: dict[str, Callable[[str], Problem]] = {
    "robertson": _example("robertson", 40.0, 1e-4),
    "tyson_oscillator": _example("tyson_oscillator", 100.0, 1e-3),
    "kinase_cascade": _example("kinase_cascade", 1200.0, 1e-1),
    "earm_1_0": _example("earm_1_0", 20 * SECONDS_PER_HOUR, 1e-1),
    "up to TrkB": _up_to("trkb"),
    "up to mTORC1": _up_to("mtorc1"),
    MODEL: _model,
}
