"""An SBML text whose laws are mass action, as a network in amounts.

In amounts (nmol) the stoichiometry of each reaction is that of its equation, wherever its species
are; volumes go into the constants, which differ from animal to animal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from xml.etree import ElementTree

import numpy as np

from ketamine_mtor.batch.network import Network
from ketamine_mtor.engines.constants import Constants
from ketamine_mtor.engines.formulas import Formula, formula, tag
from ketamine_mtor.errors import InputError


class UnsupportedLaw(InputError):
    """The text has what only the other engines can run."""


@dataclass(frozen=True)
class Reaction:
    """A reaction, its law ``number`` times all ``names`` times concentrations of ``species``.

    Attributes
    ----------
    id
        Its id.
    number, names
        Constants of the law; names are parameters, volumes and boundary species.
    species
        Floating species of the law; one that reacts with itself is there twice.
    changes
        Floating species to what the reaction adds of it.
    """

    id: str
    number: float
    names: tuple[str, ...]
    species: tuple[str, ...]
    changes: Mapping[str, float]

    @cached_property
    def reactants(self) -> frozenset[str]:
        """Species and constants without any of which it has no rate."""
        return frozenset((*self.species, *self.names))

    @cached_property
    def products(self) -> frozenset[str]:
        """Species that it makes."""
        return frozenset(species for species, weight in self.changes.items() if weight > 0)


class MassAction:
    """The reactions of one SBML text, and its readouts as sums of amounts.

    Attributes
    ----------
    species, boundary
        Ids, in the file's order.
    homes
        Species to its compartment.

    Raises
    ------
    UnsupportedLaw
        For laws that are no product of constants and concentrations, species counted by amount
        alone, readouts that depend on species other than through sums of amounts.
    InputError
        As :class:`~ketamine_mtor.engines.constants.Constants`.
    """

    def __init__(self, sbml: str):
        self._constants = Constants(sbml)
        self.species, self.boundary = self._constants.floating, self._constants.boundary
        root = ElementTree.fromstring(sbml.encode())
        self.homes = {}
        for each in root.iterfind(".//{*}species"):
            if each.get("hasOnlySubstanceUnits") == "true":
                raise UnsupportedLaw(f"species '{each.get('id')}' is counted by amount")
            self.homes[each.get("id", "")] = each.get("compartment", "")
        products = {
            each.get("id", ""): _bound(each) for each in root.iterfind(".//{*}functionDefinition")
        }
        self.reactions = [
            self._reaction(each, products) for each in root.iterfind(".//{*}reaction")
        ]
        self.sums: dict[str, dict[str, float]] = {}
        self._formulas: dict[str, Formula] = {}
        floating = {*self.species, *self.boundary}
        for each in root.iterfind(".//{*}assignmentRule"):
            name, node = each.get("variable", ""), each.find("{*}math/*")
            if node is None:
                continue
            read = formula(node)
            if not read.names & floating:
                self._formulas[name] = read
            else:
                self.sums[name] = self._sum(name, node)

    def resolve(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters, volumes and initial concentrations (nM) after ``changes``, by id."""
        self._constants.check(changes)
        return self._constants.resolve(changes)

    def constants(self, reactions: Sequence[Reaction], values: Mapping[str, Any]) -> np.ndarray:
        """Constants of these reactions in amounts, ``[animal, reaction]``; one row for numbers."""
        found = []
        for each in reactions:
            constant = each.number
            for name in each.names:
                constant = constant * values[name]
            for species in each.species:
                constant = constant / values[self.homes[species]]
            found.append(constant)
        return np.stack(np.broadcast_arrays(*found), axis=-1)

    def volumes(self, species: Iterable[str], values: Mapping[str, Any]) -> np.ndarray:
        """Volumes (L) of the homes of species, ``[animal, species]``; one row for numbers."""
        homes = [values[self.homes[each]] for each in species]
        return np.stack(np.broadcast_arrays(*homes), axis=-1)

    def behind(self, readouts: Iterable[str]) -> list[str]:
        """The sums of amounts that readouts are made of."""
        found: dict[str, None] = {}
        waiting = list(readouts)
        while waiting:
            name = waiting.pop()
            if name in self.sums:
                found[name] = None
            elif name in self._formulas:
                waiting += sorted(self._formulas[name].names)
        return sorted(found)

    def read(self, readout: str, sums: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
        """A readout, given the sums of amounts behind it and the animals' numbers."""
        if readout in sums:
            return sums[readout]
        if readout not in self._formulas:
            return values[readout]
        own = self._formulas[readout]
        return own.value({name: self.read(name, sums, values) for name in own.names})

    def _reaction(self, node: ElementTree.Element, products: Mapping[str, bool]) -> Reaction:
        name = node.get("id", "")
        law = node.find("{*}kineticLaw/{*}math/*")
        if law is None or tag(law) != "apply":
            raise UnsupportedLaw(f"the law of reaction '{name}' is no product")
        applied, *operands = law
        called = (applied.text or "").strip() if tag(applied) == "ci" else None
        if not (products.get(called) if called else tag(applied) == "times"):
            raise UnsupportedLaw(f"the law of reaction '{name}' is no product")
        number = 1.0
        names: list[str] = []
        species: list[str] = []
        for each in operands:
            factor = formula(each)
            if not factor.names:
                number *= factor.value({})
                continue
            if tag(each) != "ci":
                raise UnsupportedLaw(f"the law of reaction '{name}' is no product of names")
            (named,) = factor.names
            if named in self._constants.ruled:
                raise UnsupportedLaw(f"the law of reaction '{name}' has '{named}', which varies")
            (species if named in self._floating else names).append(named)
        changes: dict[str, float] = {}
        for side, sign in (("listOfReactants", -1.0), ("listOfProducts", 1.0)):
            for each in node.iterfind(f"{{*}}{side}/{{*}}speciesReference"):
                changed = each.get("species", "")
                if changed in self._floating:
                    weight = sign * float(each.get("stoichiometry", "nan"))
                    changes[changed] = changes.get(changed, 0.0) + weight
        kept = {each: weight for each, weight in changes.items() if weight}
        return Reaction(name, number, tuple(names), tuple(species), kept)

    @cached_property
    def _floating(self) -> frozenset[str]:
        return frozenset(self.species)

    def _sum(self, name: str, node: ElementTree.Element) -> dict[str, float]:
        """Species to weight, of a sum of products of a species, its volume and a number."""
        found: dict[str, float] = {}
        adds = tag(node) == "apply" and tag(node[0]) == "plus"
        for each in node[1:] if adds else [node]:
            number, named = 1.0, []
            for factor in each[1:] if tag(each) == "apply" and tag(each[0]) == "times" else [each]:
                part = formula(factor)
                if part.names:
                    named += sorted(part.names)
                else:
                    number *= part.value({})
            species = [one for one in named if one in self.homes]
            if len(species) != 1 or sorted(named) != sorted([*species, self.homes[species[0]]]):
                raise UnsupportedLaw(f"readout '{name}' is not made of amounts")
            found[species[0]] = found.get(species[0], 0.0) + number
        return found


def _bound(definition: ElementTree.Element) -> bool:
    """Whether a function is the product of its arguments."""
    function = definition.find("{*}math/{*}lambda")
    if function is None:
        return False
    *bound, body = function
    if tag(body) != "apply" or tag(body[0]) != "times":
        return False
    names = [(each.findtext("{*}ci") or "").strip() for each in bound]
    return sorted(names) == sorted((each.text or "").strip() for each in body[1:])


@dataclass(frozen=True)
class Part:
    """A part of the reactions as a network: those that can run.

    Attributes
    ----------
    reactions
        The terms of the network.
    species
        Its variables, those that some reaction changes or needs.
    network
        The network, in amounts.
    """

    reactions: tuple[Reaction, ...]
    species: tuple[str, ...]
    network: Network


def part(reactions: Iterable[Reaction]) -> Part:
    """These reactions as a network."""
    chosen = tuple(reactions)
    named = {s: None for each in chosen for s in (*each.species, *each.changes)}
    species = tuple(sorted(named))
    place = {name: i for i, name in enumerate(species)}
    network = Network(
        len(species),
        [[place[s] for s in each.species] for each in chosen],
        [{place[s]: weight for s, weight in each.changes.items()} for each in chosen],
    )
    return Part(chosen, species, network)
