"""Many animals of one model through a schedule: the session of the batch kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ketamine_mtor.batch.mass_action import MassAction, Part, part
from ketamine_mtor.batch.solve import MOST_STEPS, solve
from ketamine_mtor.engines.reach import running
from ketamine_mtor.engines.seeding import Seeding
from ketamine_mtor.engines.session import (
    ABSOLUTE_NM,
    LOWEST_NM,
    REST_RATE,
    REST_S,
    speeds,
)
from ketamine_mtor.model_files import ModelFiles
from ketamine_mtor.schedule import Schedule

_NONE = np.empty(0)
#: A step of months leaves what is fast off its place by the tolerance; then it comes to it (s).
_SETTLE_S = (1e3, 1e4, 1e5)
#: Relative tolerance on the way to rest: where it leads to does not depend on the steps taken.
_ON_THE_WAY = 1e-2
#: Steps that a way to rest may take, a hundred times the usual: who needs more goes round for ever.
_REST_STEPS = 10_000


class Courses(NamedTuple):
    """What was read: ``values[animal, time, observable]`` and ``baseline[animal, observable]``.

    ``failed[animal]`` says where a run gave nothing: its numbers are then not a number.
    """

    values: np.ndarray
    baseline: np.ndarray
    failed: np.ndarray


class Herd:
    """One model, ready to run many animals of it.

    Parameters
    ----------
    files
        The model; its SBML has to be mass action.
    relative, absolute
        Tolerances; the absolute one is of a concentration, nM.

    Raises
    ------
    UnsupportedLaw, InputError
        For an SBML that the kernel cannot run.
    """

    def __init__(self, files: ModelFiles, relative: float, absolute: float):
        self._load(files.sbml, relative, absolute)
        self._seeding = Seeding(files.tables, self._model)

    def _load(self, sbml: str, relative: float, absolute: float) -> None:
        self._model = MassAction(sbml)
        self.species = self._model.species
        self._relative, self._absolute = relative, absolute
        self._part = lru_cache(maxsize=64)(self._part_of)
        self._constants = sorted({name for each in self._model.reactions for name in each.names})
        self._index = {species: i for i, species in enumerate(self.species)}

    def run(
        self,
        schedule: Schedule,
        animals: Mapping[str, np.ndarray],
        observables: Sequence[str],
        rest: Rest | None = None,
    ) -> Courses:
        """The observables over the schedule's times, of each animal.

        Parameters
        ----------
        schedule
            What is done.
        animals
            Numbers in which animals differ, from each other and from what the schedule sets: id to
            an array with an entry for each.
        observables
            What is read.
        rest
            The drug-free steady states of these animals, where :meth:`rest` was called before.
        """
        changes = self._seeding.changes({**schedule.animal, **animals})
        values = self._seeding.values(changes)
        state, failed = self._rested(values) if rest is None else rest
        state = state.copy()
        baseline = self._observe(state, values, observables)
        course = np.empty((len(observables), len(state), len(schedule.times)))
        reached = 0 if schedule.segments[0].start < 0 else 1
        course[:, :, :reached] = baseline.T[:, :, np.newaxis]
        for segment in schedule.segments:
            if segment.settings or segment is not schedule.segments[0]:
                values = self._seeding.values({**changes, **segment.settings})
            if segment.bolus:
                state = state + self._seeding.dose(segment.bolus, values)
            next_one = reached + len(segment.samples)
            state, lost = self._advance(
                state,
                values,
                segment.end - segment.start,
                segment.samples - segment.start,
                observables,
                course[:, :, reached:next_one],
            )
            failed = failed | lost
            reached = next_one
        course[:, failed], baseline[failed] = np.nan, np.nan
        return Courses(np.moveaxis(course, 0, 2), baseline, failed)

    def rest(self, schedule: Schedule, animals: Mapping[str, np.ndarray]) -> Rest:
        """The drug-free steady states of animals that a schedule finds."""
        changes = self._seeding.changes({**schedule.animal, **animals})
        return self._rested(self._seeding.values(changes))

    def _rested(self, values: Mapping[str, Any]) -> Rest:
        count = max(np.size(value) for value in values.values())
        state = np.broadcast_to(self._seeding.state(values), (count, len(self.species))).copy()
        failed = np.zeros(len(state), bool)
        moving = ~failed
        rested = 0.0
        for until in REST_S:
            after, lost = self._advance(
                state[moving],
                _of(values, moving),
                until - rested,
                relative=_ON_THE_WAY,
                most_steps=_REST_STEPS,
            )
            for stretch in _SETTLE_S:
                now = _of(values, moving)
                after, more = self._advance(after, now, stretch)
                lost = lost | more
            still = lost | (self._speed(after, _of(values, moving)) < REST_RATE)
            after[np.abs(after) < ABSOLUTE_NM] = 0.0
            state[moving] = after
            failed[moving] = lost
            moving[moving] = ~still
            rested = until
            if not moving.any():
                break
        return Rest(state, failed | moving)

    def _speed(self, state: np.ndarray, values: Mapping[str, Any]) -> np.ndarray:
        """How fast the fastest species of each animal moves, as a share of itself per second."""
        own, places, volumes, constants = self._running(state, values)
        rates = own.network.rates(state[:, places] * volumes, constants) / volumes
        return speeds(state[:, places], rates).max(axis=1, initial=0)

    def _advance(
        self,
        state: np.ndarray,
        values: Mapping[str, Any],
        duration: float,
        samples: np.ndarray = _NONE,
        observables: Sequence[str] = (),
        read: np.ndarray = _NONE,
        relative: float = 0.0,
        most_steps: int = MOST_STEPS,
    ) -> tuple[np.ndarray, np.ndarray]:
        """States (nM) at the end, and which animals were lost.

        Fills ``read[observable, animal, sample]``.
        """
        own, places, volumes, constants = self._running(state, values)
        sums = self._model.behind(observables)
        within = {species: i for i, species in enumerate(own.species)}
        groups = [
            {within[s]: w for s, w in self._model.sums[name].items() if s in within}
            for name in sums
        ]
        solution = solve(
            own.network,
            state[:, places] * volumes,
            constants,
            duration,
            relative=max(self._relative, relative),
            absolute=self._absolute * volumes,
            samples=samples,
            readouts=groups,
            most_steps=most_steps,
        )
        after = state.copy()
        after[:, places] = solution.state / volumes
        lost = solution.failed | (after.min(axis=1) < min(LOWEST_NM, -10 * self._absolute))
        still = self._still(sums, frozenset(within), state, values)
        for i, name in enumerate(sums):
            solution.values[i] += still[name]
        self._read(observables, dict(zip(sums, solution.values, strict=True)), values, read)
        return after, lost

    def _observe(
        self, state: np.ndarray, values: Mapping[str, Any], observables: Sequence[str]
    ) -> np.ndarray:
        sums = self._model.behind(observables)
        read = np.empty((len(observables), len(state), 1))
        self._read(observables, self._still(sums, frozenset(), state, values), values, read)
        return read[:, :, 0].T.copy()

    def _still(
        self,
        sums: Sequence[str],
        moving: frozenset[str],
        state: np.ndarray,
        values: Mapping[str, Any],
    ) -> dict[str, np.ndarray]:
        """The part of each sum of amounts that is not of ``moving`` species, ``[animal, 1]``."""
        found = {}
        for name in sums:
            total = np.zeros(len(state))
            for species, weight in self._model.sums[name].items():
                if species not in moving:
                    floats = species in self._index
                    level = state[:, self._index[species]] if floats else values[species]
                    total = total + weight * level * values[self._model.homes[species]]
            found[name] = total[:, np.newaxis]
        return found

    def _read(
        self,
        observables: Sequence[str],
        amounts: Mapping[str, np.ndarray],
        values: Mapping[str, Any],
        read: np.ndarray,
    ) -> None:
        """Fills ``read[observable, animal, sample]``."""
        columns = {name: np.asarray(v)[..., np.newaxis] for name, v in values.items()}
        for i, name in enumerate(observables):
            read[i] = self._model.read(name, amounts, columns)

    def _running(
        self, state: np.ndarray, values: Mapping[str, Any]
    ) -> tuple[Part, list[int], np.ndarray, np.ndarray]:
        """What can run in some of these animals.

        The places of its species in a state, their volumes (L) and the constants of its terms.
        """
        own = self._part(self._present(state, values))
        places = [self._index[species] for species in own.species]
        volumes = self._model.volumes(own.species, values)
        return own, places, volumes, self._model.constants(own.reactions, values)

    def _present(self, state: np.ndarray, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Species and constants that are not 0 in all animals."""
        there = (state != 0).any(axis=0)
        species = [name for name, is_there in zip(self.species, there, strict=True) if is_there]
        return (*species, *(name for name in self._constants if np.any(values[name])))

    def _part_of(self, present: tuple[str, ...]) -> Part:
        return part(running(self._model.reactions, present))


class Rest(NamedTuple):
    """Drug-free steady states (nM), ``[animal, species]``, and which animals have none."""

    state: np.ndarray
    failed: np.ndarray


def _of(values: Mapping[str, Any], chosen: np.ndarray) -> dict[str, Any]:
    """The numbers of some of the animals."""
    return {name: v[chosen] if np.ndim(v) else v for name, v in values.items()}
