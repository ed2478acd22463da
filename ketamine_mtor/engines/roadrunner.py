"""libRoadRunner: the default engine."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from ketamine_mtor.engines import compiled, limits
from ketamine_mtor.engines.limits import EngineFailure, OutOfTime
from ketamine_mtor.engines.quiet import first_line, quiet_stderr
from ketamine_mtor.engines.session import ABSOLUTE_NM, MOST_STEPS, RELATIVE, check_reached
from ketamine_mtor.errors import not_allowed
from ketamine_mtor.model_files import ModelFiles

#: What is tried in turn: first step in s (0: the solver's own choice), factor on the tolerances.
ATTEMPTS = ((0.0, 1.0), (1e-6, 1.0), (1e-6, 0.1))

#: Steps between two looks at the clock; the usual run has less than half of it between any two of
#: its samples.
WATCHED_STEPS = 500
#: With so few samples each look costs nothing to speak of.
FEW = 100
#: What CVODE calls having done that many.
TOO_MUCH_WORK = "CV_TOO_MUCH_WORK"


def load(files: ModelFiles, looser: float = 1.0, most_steps: int | None = None) -> RoadRunnerPlant:
    """The model of ``files`` in libRoadRunner.

    Parameters
    ----------
    files
        The model.
    looser
        A factor on the tolerances.
    most_steps
        After how many steps from one sample to the next it gives up (default: MOST_STEPS).
    """
    # A text that somebody edits, or that is one of hundreds, is not worth keeping.
    kept = files.at_rest and files.network is not None
    return RoadRunnerPlant(files.sbml, looser, kept, most_steps)


class RoadRunnerPlant:
    """One compiled SBML text; see :class:`~ketamine_mtor.engines.session.Plant`."""

    def __init__(
        self,
        sbml: str,
        looser: float = 1.0,
        kept: bool = False,
        most_steps: int | None = None,
    ):
        self._looser = looser
        self._most_steps = most_steps or MOST_STEPS
        self._runner, self._constants = compiled.load(sbml, kept)
        self._model = self._runner.model
        integrator = self._runner.getIntegrator()
        for name, value in (("stiff", True), ("maximum_num_steps", WATCHED_STEPS)):
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
        try:
            for attempt in ATTEMPTS:
                self._attempt(attempt)
                try:
                    read, reached = self._integrate(state, times)
                    return read[1 : 1 + len(samples), : len(observables)], reached
                except OutOfTime:
                    raise
                except EngineFailure as failure:
                    last = failure
            raise last
        finally:
            if attempt is not ATTEMPTS[0]:
                self._attempt(ATTEMPTS[0])

    def _integrate(self, state: np.ndarray, times: list[float]) -> tuple[np.ndarray, np.ndarray]:
        # CVODE stumbles over traces such as 1e-297, which it cannot tell from nothing.
        start = np.where(np.abs(state) < ABSOLUTE_NM, 0.0, state)
        with quiet_stderr():
            read = self._read(start, times)
        reached = self._model.getFloatingSpeciesConcentrations()
        finite = np.isfinite(read).all(axis=1)
        if not finite.all():
            raise EngineFailure("a value is not finite", times[int(finite.argmin())])
        check_reached(self.species, reached, times[-1])
        return read, reached

    # libRoadRunner cannot be interrupted, and starting it anew for each part of a stretch would
    # cost more than watching gains. But it gives up where two samples are too many steps apart; it
    # is then led from sample to sample, step for step as it would have gone.
    def _read(self, start: np.ndarray, times: list[float]) -> np.ndarray:
        """What is selected at ``times``."""
        model = self._model
        if len(times) > FEW:
            model.setFloatingSpeciesConcentrations(start)
            try:
                return self._runner.simulate(times=times)
            except RuntimeError as error:
                if TOO_MUCH_WORK not in str(error):
                    raise EngineFailure(first_line(error), model.getTime()) from None
        model.setFloatingSpeciesConcentrations(start)
        model.setTime(times[0])
        self._runner.getIntegrator().restart(times[0])
        rows = [self._runner.getSelectedValues()]
        for now, then in itertools.pairwise(times):
            self._watched(now, then)
            rows.append(self._runner.getSelectedValues())
        return np.array(rows)

    def _watched(self, now: float, then: float) -> None:
        """From one sample to the next."""
        integrator = self._runner.getIntegrator()
        for _ in range(0, self._most_steps, WATCHED_STEPS):
            limits.check(self._model.getTime())
            try:
                integrator.integrate(now, then - now)
                return
            except RuntimeError as error:
                if TOO_MUCH_WORK not in str(error):
                    raise EngineFailure(first_line(error), self._model.getTime()) from None
        raise EngineFailure(f"it takes more than {self._most_steps} steps", self._model.getTime())

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
