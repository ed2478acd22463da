"""libRoadRunner: the default engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import roadrunner

from ketamine_mtor.engines.constants import Constants
from ketamine_mtor.engines.near import close_together
from ketamine_mtor.engines.quiet import quiet_stderr
from ketamine_mtor.engines.session import (
    ABSOLUTE_NM,
    MOST_STEPS,
    RELATIVE,
    EngineFailure,
    check_reached,
)
from ketamine_mtor.errors import InputError, not_allowed
from ketamine_mtor.model_files import ModelFiles

#: What is tried in turn: first step in s (0: the solver's own choice), factor on the tolerances.
ATTEMPTS = ((0.0, 1.0), (1e-6, 1.0), (1e-6, 0.1))


def load(files: ModelFiles, looser: float = 1.0) -> RoadRunnerPlant:
    """The model of ``files`` in libRoadRunner; ``looser`` is a factor on the tolerances."""
    return RoadRunnerPlant(files.sbml, looser)


def compiled(sbml: str) -> roadrunner.RoadRunner:
    """An SBML text as libRoadRunner compiles it.

    Raises
    ------
    InputError
        If libRoadRunner does not take the text.
    """
    roadrunner.Logger.disableLogging()
    config = roadrunner.Config
    config.setValue(config.ROADRUNNER_DISABLE_PYTHON_DYNAMIC_PROPERTIES, True)
    config.setValue(config.PYTHON_ENABLE_NAMED_MATRIX, False)
    # Compiles in a quarter of the time; what optimising would gain does not show in a run.
    config.setValue(config.LLVM_BACKEND, config.LLJIT)
    config.setValue(config.LLJIT_OPTIMIZATION_LEVEL, config.NONE)
    try:
        with quiet_stderr(), close_together():
            return roadrunner.RoadRunner(sbml)
    except RuntimeError as error:
        raise InputError(f"libRoadRunner cannot load the SBML: {_first_line(error)}") from None


class RoadRunnerPlant:
    """One compiled SBML text; see :class:`~ketamine_mtor.engines.session.Plant`."""

    def __init__(self, sbml: str, looser: float = 1.0):
        self._looser = looser
        self._constants = Constants(sbml)
        self._runner = compiled(sbml)
        self._model = self._runner.model
        integrator = self._runner.getIntegrator()
        for name, value in (("stiff", True), ("maximum_num_steps", MOST_STEPS)):
            integrator.setValue(name, value)
        self._attempt(ATTEMPTS[0])
        self._selections: tuple[str, ...] | None = None
        self.species = tuple(self._model.getFloatingSpeciesIds())
        self.boundary = tuple(self._model.getBoundarySpeciesIds())
        self._compartments = tuple(self._model.getCompartmentIds())
        index = {name: i for i, name in enumerate(self._model.getGlobalParameterIds())}
        self._index = index
        self._parameters = [name for name in index if name not in self._constants.ruled]
        self._places = [index[name] for name in self._parameters]

    def resolve(self, changes: Mapping[str, float]) -> dict[str, float]:
        self._constants.check(changes)
        return self._constants.resolve(changes)

    def set(self, values: Mapping[str, float]) -> None:
        model = self._model
        model.setGlobalParameterValues(
            self._places, np.array([values[name] for name in self._parameters])
        )
        model.setCompartmentVolumes(np.array([values[name] for name in self._compartments]))
        if self.boundary:
            model.setBoundarySpeciesConcentrations(
                np.array([values[name] for name in self.boundary])
            )

    def observe(self, state: np.ndarray, observables: Sequence[str]) -> np.ndarray:
        self._model.setFloatingSpeciesConcentrations(state)
        for name in observables:
            if name not in self._index:
                raise not_allowed("observable of this SBML", name, sorted(self._constants.ruled))
        return self._model.getGlobalParameterValues([self._index[name] for name in observables])

    def rates(self, state: np.ndarray) -> np.ndarray:
        self._model.setFloatingSpeciesConcentrations(state)
        return self._model.getFloatingSpeciesConcentrationRates()

    def advance(
        self, state: np.ndarray, duration: float, samples: np.ndarray, observables: Sequence[str]
    ) -> tuple[np.ndarray, np.ndarray]:
        self._select(observables)
        times = [0.0, *samples.tolist()]
        if times[-1] < duration:
            times.append(duration)
        for attempt in ATTEMPTS:
            self._attempt(attempt)
            try:
                read, reached = self._integrate(state, times)
                break
            except EngineFailure as failure:
                last = failure
        else:
            self._attempt(ATTEMPTS[0])
            raise last
        if attempt is not ATTEMPTS[0]:
            self._attempt(ATTEMPTS[0])
        return read[1 : 1 + len(samples), : len(observables)], reached

    def _integrate(self, state: np.ndarray, times: list[float]) -> tuple[np.ndarray, np.ndarray]:
        # CVODE stumbles over traces such as 1e-297, which it cannot tell from nothing.
        self._model.setFloatingSpeciesConcentrations(
            np.where(np.abs(state) < ABSOLUTE_NM, 0.0, state)
        )
        try:
            with quiet_stderr():
                read = self._runner.simulate(times=times)
        except RuntimeError as error:
            raise EngineFailure(_first_line(error), self._model.getTime()) from None
        reached = self._model.getFloatingSpeciesConcentrations()
        finite = np.isfinite(read).all(axis=1)
        if not finite.all():
            raise EngineFailure("a value is not finite", times[int(finite.argmin())])
        check_reached(self.species, reached, times[-1])
        return read, reached

    def _select(self, observables: Sequence[str]) -> None:
        # Without a selection libRoadRunner would read all species.
        selections = tuple(observables) or ("time",)
        if selections != self._selections:
            self._runner.timeCourseSelections = list(selections)
            self._selections = selections

    def _attempt(self, attempt: tuple[float, float]) -> None:
        step, factor = attempt[0], attempt[1] * self._looser
        integrator = self._runner.getIntegrator()
        integrator.setValue("initial_time_step", step)
        integrator.setValue("relative_tolerance", RELATIVE * factor)
        integrator.setValue("absolute_tolerance", ABSOLUTE_NM * factor)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".,; ")
