"""Ids of species and reactions: readable, one for each, unmoved by what else is in the model.

A species is its molecules, sorted, joined by two underscores. A molecule is its monomer, then
``_SITE_STATE`` for each state but the first of its site, then ``_COMPARTMENT`` where it is not at
home: a monomer's home is the compartment of its first seed, or else the first one that a rule
names for it. Empty sites and, as they follow from the partners, bound sites are left out. Species
that would share an id, since they differ in what is bound to what only, all name their bound
sites (of monomers with several); if that is not enough they end in a hash of their pattern
instead. A species with the id of something else (an observable, say) ends in its compartment.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pysb
from pysb.generator.bng import format_complexpattern

from ketamine_mtor.emit.error import EmitError

#: What all of a model without compartments is in: one unit of volume, so that counts stay counts.
DEFAULT = pysb.Compartment(
    "default_compartment",
    None,
    3,
    pysb.Parameter("default_volume", 1.0, _export=False),
    _export=False,
)
#: A reaction: rule and direction, reactants' ids, products' ids.
Reaction = tuple[str, Sequence[str], Sequence[str]]
#: A reaction's id has at most this many characters after its rule's name; else a hash stands there.
LONGEST = 48


def pattern(species: pysb.ComplexPattern) -> str:
    """The species as BioNetGen writes it."""
    return format_complexpattern(species)


def home(species: pysb.ComplexPattern) -> pysb.Compartment:
    """The compartment that a species counts in: the membrane if it reaches one, else its volume.

    A species without compartment is in :data:`DEFAULT`.

    Raises
    ------
    EmitError
        For a species in two membranes, or in two volumes and no membrane.
    """
    places = {each.name: each for each in filter(None, _places(species))}
    if not places:
        return DEFAULT
    flat = [place for place in places.values() if place.dimension == 2]
    candidates = flat or list(places.values())
    if len(candidates) != 1:
        found = ", ".join(sorted(places))
        raise EmitError(f"{pattern(species)}: no single compartment to count it in, but {found}")
    return candidates[0]


def species_ids(model: pysb.Model) -> list[str]:
    """The id of each of ``model.species``, in their order."""
    at_home = homes(model)
    taken = {component.name for component in model.components if _is_written(component)}

    def plain(species: pysb.ComplexPattern) -> str:
        return _joined(species, at_home, bound=False)

    def clear(species: pysb.ComplexPattern) -> str:
        return _joined(species, at_home, bound=True)

    def hashed(species: pysb.ComplexPattern) -> str:
        return f"{plain(species)}__{_hash(pattern(species))}"

    ids = _first_unique(model.species, [plain, clear, hashed])
    ids = [
        f"{name}_{home(species).name}" if name in taken else name
        for name, species in zip(ids, model.species, strict=True)
    ]
    _unique("the", [*ids, *taken, model.name])
    return ids


def reaction_ids(reactions: Iterable[Reaction]) -> list[str]:
    """The id of each reaction, given as (rule and direction, reactants' ids, products' ids)."""
    reactions = list(reactions)

    def plain(reaction: Reaction) -> str:
        head, reactants, products = reaction
        tail = "__".join(reactants or products)
        return f"{head}__{tail}" if len(tail) <= LONGEST else hashed(reaction)

    def hashed(reaction: Reaction) -> str:
        head, reactants, products = reaction
        return f"{head}__{_hash('+'.join(reactants) + '>' + '+'.join(products))}"

    ids = _first_unique(reactions, [plain, hashed])
    _unique("reaction", ids)
    return ids


def _is_written(component: pysb.Component) -> bool:
    """Whether a component has an id in the SBML, or (a size) may be taken for one."""
    return not isinstance(component, pysb.Monomer | pysb.Rule)


def _first_unique(things: Sequence[Any], ways: Sequence[Callable[[Any], str]]) -> list[str]:
    """Each thing's name, after the first of the ways that tells it from the others."""
    names = [ways[0](thing) for thing in things]
    for way in ways[1:]:
        count = Counter(names)
        names = [
            name if count[name] == 1 else way(thing)
            for name, thing in zip(names, things, strict=True)
        ]
    return names


def _unique(what: str, ids: Iterable[str]) -> None:
    twice = sorted(name for name, times in Counter(ids).items() if times > 1)
    if twice:
        raise EmitError(f"{what} id '{twice[0]}' is needed twice")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _joined(species: pysb.ComplexPattern, homes: dict[str, str], bound: bool) -> str:
    places = _places(species)
    molecules = zip(species.monomer_patterns, places, strict=True)
    return "__".join(sorted(_molecule(mp, place, homes, bound) for mp, place in molecules))


def _molecule(
    molecule: pysb.MonomerPattern, place: pysb.Compartment, homes: dict[str, str], bound: bool
) -> str:
    monomer = molecule.monomer
    parts = [monomer.name]
    for site in monomer.sites:
        state, bond = _condition(molecule.site_conditions.get(site))
        if state is not None and state != monomer.site_states[site][0]:
            parts += [site, state]
        if bond and bound and len(monomer.sites) > 1:
            parts.append(f"{site}_bound")
    if place is not None and place.name != homes.get(monomer.name):
        parts.append(place.name)
    return "_".join(parts)


def _condition(condition: object) -> tuple[str | None, bool]:
    """The state of a site and whether it is bound."""
    if condition is None:
        return None, False
    if isinstance(condition, str):
        return condition, False
    if isinstance(condition, tuple):
        return condition[0], True
    if isinstance(condition, int | list):
        return None, True
    raise EmitError(f"site condition {condition!r}: sites of the same name are not supported")


def _places(species: pysb.ComplexPattern) -> list[pysb.Compartment | None]:
    return [each.compartment or species.compartment for each in species.monomer_patterns]


def homes(model: pysb.Model) -> dict[str, str]:
    """Each monomer to its home."""
    found: dict[str, str] = {}
    patterns = [initial.pattern for initial in model.initials]
    for rule in model.rules:
        for side in (rule.reactant_pattern, rule.product_pattern):
            patterns += side.complex_patterns
    for each in patterns:
        for molecule, place in zip(each.monomer_patterns, _places(each), strict=True):
            if place is not None:
                found.setdefault(molecule.monomer.name, place.name)
    return found
