"""A model loaded into an engine: brings the animal to rest, then runs schedules on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np

from ketamine_mtor.engines import limits
from ketamine_mtor.engines.limits import EngineFailure
from ketamine_mtor.engines.seeding import Seeding
from ketamine_mtor.errors import SimulationError
from ketamine_mtor.model_files import ModelFiles
from ketamine_mtor.schedule import SECONDS_PER_HOUR, Schedule

#: How long the animal is left alone before it counts as at rest (s), as often as it takes.
REST_S = (1e7, 1e8, 1e9)
#: At rest no species changes faster than this share of itself per second (0.01 % in 72 h) ...
REST_RATE = 4e-10
#: ... where what is below this concentration (nM) counts as nothing.
REST_FLOOR_NM = 1e-6
#: No concentration (nM) and no readout that is given away may fall below this.
LOWEST_NM = -1e-9
#: What every solver is asked for; the absolute tolerance is that of a concentration (nM).
RELATIVE, ABSOLUTE_NM = 1e-8, 1e-12
MOST_STEPS = 500_000
#: What an animal has otherwise than the model: sorted pairs of id and value.
_Changes = tuple[tuple[str, float], ...]


class Plant(Protocol):
    """A model in an engine. A state is an array of concentrations (nM), in the order of species."""

    @property
    def species(self) -> Sequence[str]:
        """Ids of what moves."""

    @property
    def boundary(self) -> Sequence[str]:
        """Ids of what is held."""

    def resolve(self, changes: Mapping[str, float]) -> dict[str, float]:
        """All parameters and initial concentrations (nM) after ``changes``, by id.

        Raises InputError for a change of what the model has not.
        """

    def set(self, values: Mapping[str, float]) -> None:
        """Make these parameters, volumes and boundary concentrations the current ones."""

    def observe(self, state: np.ndarray, observables: Sequence[str]) -> np.ndarray:
        """The observables in a state."""

    def advance(
        self, state: np.ndarray, duration: float, samples: np.ndarray, observables: Sequence[str]
    ) -> tuple[np.ndarray, np.ndarray]:
        """The observables at ``samples`` (s from now; rows) and the state after ``duration`` (s).

        Raises EngineFailure.
        """

    def rates(self, state: np.ndarray) -> np.ndarray:
        """Change of each species in a state, nM/s."""


def check_reached(species: Sequence[str], state: np.ndarray, time: float) -> None:
    """EngineFailure unless the state reached at ``time`` (s) is one that an animal can be in."""
    if not np.isfinite(state).all():
        raise EngineFailure("a value is not finite", time)
    if state.min(initial=0.0) < LOWEST_NM:
        lowest = int(state.argmin())
        raise EngineFailure(f"{species[lowest]} is {state[lowest]:.1e} nM", time)


class Course(NamedTuple):
    """What was read: ``values[time, observable]`` and ``baseline[observable]``."""

    values: np.ndarray
    baseline: np.ndarray


class Session:
    """A model in an engine, with its steady states kept; a state is in the order of species."""

    def __init__(self, files: ModelFiles, plant: Plant):
        self._plant = plant
        self.species = tuple(plant.species)
        self._at_rest = files.at_rest
        self._seeding = Seeding(files.tables, plant)
        self._looked_for = lru_cache(maxsize=256)(self._look_for)
        self._neighbours: dict[_Changes, _Changes] = {}

    def run(self, schedule: Schedule, observables: Sequence[str]) -> Course:
        """The observables over the schedule's times.

        Raises
        ------
        InputError
            When the schedule sets a parameter that the model has not.
        SimulationError
            When the engine fails or takes longer than
            :func:`~ketamine_mtor.engines.limits.limit`; its time is the one reached, in hours.
        """
        with limits.limited():
            return self._run(schedule, observables)

    def _run(self, schedule: Schedule, observables: Sequence[str]) -> Course:
        changes = self._seeding.changes(schedule.animal)
        state = self.steady_state(_sorted(changes))
        values = self._set(changes)
        baseline = self._plant.observe(state, observables)
        parts = [] if schedule.segments[0].start < 0 else [baseline[np.newaxis]]
        for segment in schedule.segments:
            if segment.settings or segment is not schedule.segments[0]:
                values = self._set({**changes, **segment.settings})
            if segment.bolus:
                state = state + self._seeding.dose(segment.bolus, values)
            read, state = self._advance(
                state, segment.start, segment.end, segment.samples, observables
            )
            parts.append(read)
        return Course(np.concatenate(parts), baseline)

    def drug_free(self, animal: Mapping[str, float]) -> tuple[dict[str, float], dict[str, float]]:
        """An animal's changes of the SBML, and its drug-free steady state (nM), both by id.

        Raises
        ------
        SimulationError
            When it finds no rest.
        """
        changes = self._seeding.changes(animal)
        with limits.limited():
            rest = self.steady_state(_sorted(changes)).tolist()
        return changes, dict(zip(self.species, rest, strict=True))

    def observe(self, state: np.ndarray, observables: Sequence[str]) -> np.ndarray:
        """The observables in a state, with the settings of the last one that was looked for."""
        return self._plant.observe(state, observables)

    def forget(self) -> None:
        """Forget the drug-free steady states that were found, and which animals have none."""
        self._looked_for.cache_clear()

    def rest_near(self, animal: Mapping[str, float], neighbour: Mapping[str, float]) -> None:
        """Have the drug-free steady state of ``animal`` looked for from that of its ``neighbour``.

        Quicker where the two are nearly equal. The start has as much more of each species as its
        seed is larger, and so the animal's totals; where that leaves less than nothing of a
        species, the seeds are the start as usual.
        """
        changes = self._seeding.changes
        self._neighbours = {_sorted(changes(animal)): _sorted(changes(neighbour))}

    def _set(self, changes: Mapping[str, float]) -> dict[str, float]:
        values = self._seeding.values(changes)
        self._plant.set(values)
        return values

    def _advance(
        self,
        state: np.ndarray,
        start: float,
        end: float,
        samples: np.ndarray,
        observables: Sequence[str],
    ) -> tuple[np.ndarray, np.ndarray]:
        try:
            limits.check()
            done = self._plant.advance(state, end - start, samples - start, observables)
            # What could not be interrupted is too late all the same.
            limits.check(end - start)
            return done
        except EngineFailure as failure:
            reached = (start + failure.reached) / SECONDS_PER_HOUR
            raise SimulationError(failure.reason, time_h=reached) from None

    def steady_state(self, changes: _Changes) -> np.ndarray:
        """The drug-free steady state (nM) of an animal with ``changes``, looked for once.

        Raises
        ------
        SimulationError
            When it finds no rest.
        """
        found = self._looked_for(changes)
        if isinstance(found, SimulationError):
            raise SimulationError(found.reason, time_h=found.time_h)
        return found

    def _look_for(self, changes: _Changes) -> np.ndarray | SimulationError:
        """The drug-free steady state, or why there is none."""
        neighbour = self._neighbours.get(changes, changes)
        if neighbour != changes:
            rest = self.steady_state(neighbour)
            near = rest - self._seeding.state(self._set(dict(neighbour)))
        values = self._set(dict(changes))
        if self._at_rest and not changes:
            return np.array([values[species] for species in self._plant.species])
        state = self._seeding.state(values)
        if neighbour != changes and (near + state).min() >= 0:
            state = near + state
        try:
            return self._rested(state)
        except SimulationError as failure:
            # Given more time it might have come to rest: that is not remembered.
            if limits.over():
                raise
            return failure

    def settle(self, state: np.ndarray, changes: Mapping[str, float] | None = None) -> np.ndarray:
        """The drug-free steady state (nM) of an animal with ``changes``, left alone in ``state``.

        Raises
        ------
        SimulationError
            When it finds no rest.
        """
        self._set(changes or {})
        with limits.limited():
            return self._rested(state)

    def _rested(self, state: np.ndarray) -> np.ndarray:
        """The state that ``state`` comes to with the current settings."""
        rested = 0.0
        for until in REST_S:
            try:
                limits.check()
                _, state = self._plant.advance(state, until - rested, np.empty(0), ())
                limits.check(until - rested)
            except EngineFailure as failure:
                reached = (rested + failure.reached) / SECONDS_PER_HOUR
                reason = f"no drug-free steady state: {failure.reason}, after rest"
                raise SimulationError(reason, time_h=reached) from None
            rested = until
            speed, species = fastest(self._plant, state)
            # What the solver cannot tell from nothing is nothing, also where it is read.
            state = np.where(np.abs(state) < ABSOLUTE_NM, 0.0, state)
            if speed < REST_RATE:
                return state
        raise SimulationError(
            f"no drug-free steady state: after {rested:g} s {species} still"
            f" changes by {speed:.1e} of itself per second; allowed: {REST_RATE:g}"
        )


def _sorted(changes: Mapping[str, float]) -> _Changes:
    return tuple(sorted(changes.items()))


def fastest(plant: Plant, state: np.ndarray) -> tuple[float, str]:
    """How fast (share of itself per second) the species moves that moves fastest, and which."""
    speed = speeds(state, plant.rates(state))
    worst = int(speed.argmax())
    return float(speed[worst]), plant.species[worst]


def speeds(state: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """How fast each species moves (share of itself per second); what counts as nothing rests."""
    there = np.abs(state) >= ABSOLUTE_NM
    return np.where(there, np.abs(rates) / (np.abs(state) + REST_FLOOR_NM), 0.0)
