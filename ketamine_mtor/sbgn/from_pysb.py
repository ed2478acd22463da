"""Two ways from a PySB model to a map: its whole network, or its rules as patterns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pysb
from pysb.core import MultiState

from ketamine_mtor.emit import pattern, species_ids
from ketamine_mtor.emit.names import homes, reaction_ids
from ketamine_mtor.sbgn.content import (
    ASSOCIATION,
    DISSOCIATION,
    PROCESS,
    SOURCE,
    Entity,
    Map,
    Naming,
    Part,
    Place,
    Process,
    in_use,
)

#: Values of a site that is known to be empty, or to hold something; no state in PySB has brackets.
FREE, BOUND = "(free)", "(bound)"
#: Spatial dimensions of a membrane.
_MEMBRANE = 2


class _Sites(Enum):
    """What is drawn of binding sites, beside the complexes that say it anyway."""

    NONE = 0
    ASKED = 1  # what a pattern says of sites without naming the partner
    ALL = 2


def network_map(model: pysb.Model, naming: Naming, title: str) -> Map:
    """Each species that reacts and each reaction of the network of ``model``, by its SBML id.

    Without compartments there is no SBML; species are then numbered in the network's order.
    """
    ids = (
        species_ids(model)
        if model.compartments
        else [f"species_{number}" for number in range(len(model.species))]
    )
    sheet = _Sheet(model, naming, (_Sites.NONE, _Sites.ALL))
    for key, species in zip(ids, model.species, strict=True):
        sheet.add(key, species, sheet.homes)
    ends = [
        tuple(Counter(ids[i] for i in reaction[side]) for side in ("reactants", "products"))
        for reaction in model.reactions
    ]
    # Without SBML a reaction may stem from several rules; it then goes by the first.
    turns = [(reaction["rule"][0], reaction["reverse"][0]) for reaction in model.reactions]
    names = reaction_ids(
        (f"{rule}__rev" if reverse else rule, sorted(left.elements()), sorted(right.elements()))
        for (rule, reverse), (left, right) in zip(turns, ends, strict=True)
    )
    order = {rule.name: place for place, rule in enumerate(model.rules)}
    found = sorted(
        zip(turns, names, ends, strict=True), key=lambda each: (order[each[0][0]], *each)
    )
    for (rule, reverse), name, (left, right) in found:
        note = f"rule {rule}, reverse" if reverse else f"rule {rule}"
        sheet.connect(name, left, right, note)
    return sheet.map(model.name, title)


def rule_map(model: pysb.Model, naming: Naming, name: str, title: str, rules: Iterable[str]) -> Map:
    """Each of ``rules`` as one process between the patterns that it names.

    A pattern shows what the rule says of it and nothing else; without a compartment of its own it
    lies where the rule's reactions find its molecules, if that is one place, else in their homes.
    Equal patterns are one entity.
    """
    sheet = _Sheet(model, naming, (_Sites.ASKED, _Sites.ALL))
    found = _found(model)
    known: dict[tuple[Any, ...], str] = {}
    of_kind: Counter[str] = Counter()

    def entity(each: pysb.ComplexPattern, rule: pysb.Rule) -> str:
        places = sheet.homes | found.get(rule.name, {})
        key = sheet.key(each, places)
        if key not in known:
            stem = "__".join(sorted(mp.monomer.name for mp in each.monomer_patterns))
            of_kind[stem] += 1
            known[key] = f"{stem}__{of_kind[stem]}"
            sheet.add(known[key], each, places)
        return known[key]

    for rule in (model.rules[each] for each in rules):
        left, right = (
            Counter(entity(each, rule) for each in side.complex_patterns)
            for side in (rule.reactant_pattern, rule.product_pattern)
        )
        sheet.connect(rule.name, left, right, f"rule {rule.name}", rule.is_reversible)
    return sheet.map(name, title)


def _found(model: pysb.Model) -> dict[str, dict[str, str]]:
    """Where the network has each monomer in the reactions of a rule, if that is one place."""
    places: dict[str, dict[str, set[str]]] = {}
    for reaction in model.reactions:
        for rule in reaction["rule"]:
            of_rule = places.setdefault(rule, {})
            for index in (*reaction["reactants"], *reaction["products"]):
                species = model.species[index]
                for molecule in species.monomer_patterns:
                    where = _where(molecule, species, {})
                    of_rule.setdefault(molecule.monomer.name, set()).add(where)
    return {
        rule: {name: next(iter(each)) for name, each in of_rule.items() if len(each) == 1}
        for rule, of_rule in places.items()
    }


def _where(
    molecule: pysb.MonomerPattern, whole: pysb.ComplexPattern, places: Mapping[str, str]
) -> str:
    """The compartment that a molecule of a pattern names, else that of ``places``; or nothing."""
    named = molecule.compartment or whole.compartment
    return named.name if named else places.get(molecule.monomer.name, "")


@dataclass(frozen=True)
class _Drawing:
    """A pattern on the sheet; ``plain`` are its parts without anything on binding sites."""

    pattern: pysb.ComplexPattern
    compartment: str
    held: bool
    plain: tuple[Part, ...]


class _Sheet:
    """Collects patterns and the steps between them; ``ways`` are tried to tell patterns apart."""

    def __init__(self, model: pysb.Model, naming: Naming, ways: Sequence[_Sites]):
        self._model, self._naming, self._ways = model, naming, ways
        self.homes = homes(model)
        self._held = {self.key(each.pattern, self.homes) for each in model.initials if each.fixed}
        self._drawings: dict[str, _Drawing] = {}
        self._processes: list[Process] = []
        self._sources: list[Entity] = []

    def key(self, each: pysb.ComplexPattern, places: Mapping[str, str]) -> tuple[Any, ...]:
        """What two equal patterns share: molecules, their sites, who binds whom, and where.

        ``places`` are of the monomers of which the pattern does not say it.
        """
        ends: dict[int, list[tuple[int, str]]] = {}
        for place, molecule in enumerate(each.monomer_patterns):
            for site, condition in _conditions(molecule):
                for bond in _bonds(condition):
                    ends.setdefault(bond, []).append((place, f"{molecule.monomer.name}.{site}"))
        molecules = []
        for place, molecule in enumerate(each.monomer_patterns):
            said = []
            for site, condition in _conditions(molecule):
                partners = sorted(
                    end
                    for bond in _bonds(condition)
                    for where, end in ends[bond]
                    if (where, end) != (place, f"{molecule.monomer.name}.{site}")
                )
                said.append((site, _value(condition) or "", _binding(condition), *partners))
            where = _where(molecule, each, places)
            molecules.append((molecule.monomer.name, where, *sorted(said)))
        return tuple(sorted(molecules))

    def add(self, key: str, each: pysb.ComplexPattern, places: Mapping[str, str]) -> None:
        """Put a pattern on the sheet, as ``key``; ``places`` as of :meth:`key`."""
        held = self.key(each, places) in self._held
        plain = self._parts(each, _Sites.NONE)
        self._drawings[key] = _Drawing(each, self._place(each, places), held, plain)

    def connect(
        self,
        name: str,
        left: Counter[str],
        right: Counter[str],
        note: str,
        reversible: bool = False,
    ) -> None:
        """Add a process; what is on both sides drives it and stays as it is."""
        both = left & right
        if left == right:
            both = Counter()
        left, right = left - both, right - both
        kind = PROCESS if reversible else self._kind(left, right)
        ends = []
        for side, other, what in ((left, right, "source"), (right, left, "sink")):
            if not side:
                source = Entity(
                    id=f"{name}__{what}",
                    parts=(Part("", kind=SOURCE),),
                    compartment=self._drawings[next(iter(other))].compartment,
                )
                self._sources.append(source)
                side = Counter([source.id])
            ends.append(tuple(side.items()))
        start, end = ends
        self._processes.append(Process(name, kind, start, end, tuple(both), reversible, (note,)))

    def map(self, name: str, title: str) -> Map:
        """The map of what takes part in a process."""
        reacting = {each for process in self._processes for each in process.members}
        shown = {key: each for key, each in self._drawings.items() if key in reacting}
        parts = {key: self._parts(each.pattern, self._ways[0]) for key, each in shown.items()}
        for way in self._ways[1:]:
            alike = Counter((shown[key].compartment, parts[key]) for key in shown)
            for key, each in shown.items():
                if alike[each.compartment, parts[key]] > 1:
                    parts[key] = self._parts(each.pattern, way)
        entities = [
            Entity(key, parts[key], each.compartment, each.held, self._notes(each.pattern))
            for key, each in shown.items()
        ]
        entities += self._sources
        return Map(
            id=name,
            title=title,
            places=in_use(self._places(), {each.compartment for each in entities}),
            entities=tuple(entities),
            processes=tuple(self._processes),
        )

    def _kind(self, left: Counter[str], right: Counter[str]) -> str:
        """Association and dissociation change what is bound, and nothing else."""
        for some, one, kind in ((left, right, ASSOCIATION), (right, left, DISSOCIATION)):
            if (
                some.total() > 1
                and one.total() == 1
                and self._molecules(some) == self._molecules(one)
            ):
                return kind
        return PROCESS

    def _molecules(self, side: Counter[str]) -> list[Part]:
        return sorted(part for key in side.elements() for part in self._drawings[key].plain)

    def _parts(self, each: pysb.ComplexPattern, sites: _Sites) -> tuple[Part, ...]:
        return tuple(sorted(self._part(molecule, sites) for molecule in each.monomer_patterns))

    def _part(self, molecule: pysb.MonomerPattern, sites: _Sites) -> Part:
        states = []
        alone = len(molecule.monomer.sites) == 1
        for site, condition in _conditions(molecule):
            value, binding = _value(condition), _binding(condition)
            if value is not None:
                states.append((value, site))
            # A ligand with one site is free or in a complex, which is seen.
            asked = (
                sites is _Sites.ASKED and not _bonds(condition) and not (alone and binding == FREE)
            )
            if binding and (asked or sites is _Sites.ALL):
                states.append((binding, site))
        name = molecule.monomer.name
        return Part(name, tuple(states), self._naming.kind(name))

    def _place(self, each: pysb.ComplexPattern, places: Mapping[str, str]) -> str:
        """The compartment of a pattern: a membrane that it reaches, else the outermost it is in."""
        named = [_where(molecule, each, places) for molecule in each.monomer_patterns]
        found = [place for place in self._model.compartments if place.name in named]
        flat = [place for place in found if place.dimension == _MEMBRANE]
        return next((place.name for place in [*flat, *found]), "")

    def _places(self) -> Iterator[Place]:
        """All compartments, each after its parent."""
        for each in self._model.compartments:
            about = self._naming.compartments.get(each.name)
            name = about.name if about and about.name else each.name
            outer = each.parent.name if each.parent is not None else ""
            yield Place(each.name, name, outer, each.dimension == _MEMBRANE)

    def _notes(self, each: pysb.ComplexPattern) -> tuple[str, ...]:
        return (
            pattern(each),
            *self._naming.says(sorted(molecule.monomer.name for molecule in each.monomer_patterns)),
        )


def _conditions(molecule: pysb.MonomerPattern) -> list[tuple[str, object]]:
    """Each site that the pattern names, in the monomer's order; one that it has twice, twice."""
    found = []
    for site in dict.fromkeys(molecule.monomer.sites):
        if site in molecule.site_conditions:
            condition = molecule.site_conditions[site]
            many = isinstance(condition, MultiState)
            found += [(site, each) for each in (condition if many else [condition])]
    return found


def _value(condition: object) -> str | None:
    """The state that a condition asks for."""
    first = condition[0] if isinstance(condition, tuple) else condition
    return first if isinstance(first, str) else None


def _bonds(condition: object) -> list[int]:
    """The numbers of the bonds that a condition names."""
    last = condition[1] if isinstance(condition, tuple) else condition
    return [bond for bond in (last if isinstance(last, list) else [last]) if isinstance(bond, int)]


def _binding(condition: object) -> str:
    """Whether a condition says that its site is free or bound, else nothing."""
    last = condition[1] if isinstance(condition, tuple) else condition
    if last is None:
        return FREE
    return BOUND if last is pysb.ANY or _bonds(condition) else ""
