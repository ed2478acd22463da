"""What the tables say of an SBML's species: what seeds them, and where a dose goes.

Values are numbers, or arrays of them with an entry for each animal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from ketamine_mtor.errors import InputError
from ketamine_mtor.knowledge import DEPOT_SEED, Tables
from ketamine_mtor.schedule import resting

#: What a mg/kg leaves in the depot (nmol).
DEPOT_PER_DOSE = "ketamine_depot_per_dose"


class Numbers(Protocol):
    """The species of a model, and what its parameters come to."""

    @property
    def species(self) -> Sequence[str]:
        """Ids of what moves."""

    @property
    def boundary(self) -> Sequence[str]:
        """Ids of what is held."""

    def resolve(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters, volumes and initial concentrations (nM) after ``changes``, by id."""


class Seeding:
    """A model's species with their seeds.

    Raises
    ------
    InputError
        For a species that ``steady_state.tsv`` has not, or a model without one depot.
    """

    def __init__(self, tables: Tables, numbers: Numbers):
        self._numbers = numbers
        seeds = {row.species: row.seed for row in tables.steady_state.values()}
        for species in (*numbers.species, *numbers.boundary):
            if species not in seeds:
                raise InputError(f"species '{species}' is not in steady_state.tsv: another model?")
        self._seeds = [seeds[species] for species in numbers.species]
        self._boundary = {species: seeds[species] for species in numbers.boundary}
        if self._seeds.count(DEPOT_SEED) != 1:
            raise InputError(f"steady_state.tsv: one species has to have the seed {DEPOT_SEED}")
        self._depot = self._seeds.index(DEPOT_SEED)
        self._depot_home = tables.steady_state[numbers.species[self._depot]].compartment
        self._own = own = numbers.resolve({})
        self._sized: dict[str, list[str]] = {}
        for row in tables.compartments.values():
            if row.id in own:
                self._sized.setdefault(row.size, []).append(row.id)
        self._resting = {name: v for name, v in resting(tables).items() if name in own}

    def changes(self, animal: Mapping[str, Any]) -> dict[str, Any]:
        """What is not the model's own; a parameter that says a size becomes its compartments."""
        named = {
            place: value
            for name, value in animal.items()
            for place in self._sized.get(name, [name])
        }
        return {name: v for name, v in named.items() if np.any(self._own.get(name) != v)}

    def values(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """All numbers of an animal with ``changes``, drug-free but for those."""
        values = self._numbers.resolve({**self._resting, **changes})
        for species, seed in self._boundary.items():
            if seed:
                values[species] = values[seed]
        return values

    def state(self, values: Mapping[str, Any]) -> np.ndarray:
        """The state (nM), species last, in which all of each species is its seed; no dose."""
        seeds = [values.get(seed, 0.0) for seed in self._seeds]
        seeds[self._depot] = 0.0
        return np.stack(np.broadcast_arrays(*seeds), axis=-1).astype(float)

    def dose(self, mgkg: float, values: Mapping[str, Any]) -> np.ndarray:
        """What a dose adds to a state (nM), species last."""
        added = mgkg * values[DEPOT_PER_DOSE] / values[self._depot_home]
        return np.asarray(added)[..., np.newaxis] * (np.arange(len(self._seeds)) == self._depot)
