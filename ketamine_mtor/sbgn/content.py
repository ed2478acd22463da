"""What a map shows: entities, processes, and the compartments they lie in; no coordinates yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ketamine_mtor.emit import About
from ketamine_mtor.emit.annotate import COMPLEX, ION, POLYPEPTIDE
from ketamine_mtor.emit.annotate import SIMPLE_CHEMICAL as SBO_CHEMICAL

#: Classes of glyphs and arcs, as SBGN-ML spells them.
MACROMOLECULE, SIMPLE_CHEMICAL, BOUND_TOGETHER = "macromolecule", "simple chemical", "complex"
NUCLEIC_ACID, UNSPECIFIED, SOURCE = "nucleic acid feature", "unspecified entity", "source and sink"
PROCESS, ASSOCIATION, DISSOCIATION = "process", "association", "dissociation"
CONSUMPTION, PRODUCTION = "consumption", "production"
CATALYSIS, STIMULATION = "catalysis", "stimulation"
#: What has state variables in SBGN; of anything else the states are part of the label.
STATEFUL = frozenset({MACROMOLECULE, BOUND_TOGETHER, NUCLEIC_ACID})
#: What catalyses; anything else that stays as it is stimulates.
_ENZYMES = frozenset({MACROMOLECULE, BOUND_TOGETHER})
_CLASSES = {
    POLYPEPTIDE: MACROMOLECULE,
    SBO_CHEMICAL: SIMPLE_CHEMICAL,
    ION: SIMPLE_CHEMICAL,
    COMPLEX: BOUND_TOGETHER,
}
_ENCODES = "encodes"


@dataclass(frozen=True, order=True)
class Part:
    """A molecule as it is drawn: its name, its states as (value, site), and its class."""

    name: str
    states: tuple[tuple[str, str], ...] = ()
    kind: str = UNSPECIFIED

    @property
    def lines(self) -> tuple[str, ...]:
        """The label, in lines."""
        if self.kind in STATEFUL or not self.states:
            return (self.name,)
        return (self.name, ", ".join(f"{value}@{site}" for value, site in self.states))

    @property
    def variables(self) -> tuple[tuple[str, str], ...]:
        """The states that are glyphs of their own."""
        return self.states if self.kind in STATEFUL else ()


@dataclass(frozen=True)
class Entity:
    """An entity pool: one molecule, several bound to each other, or a source or sink.

    ``held`` marks a bath whose amount does not change; ``notes`` say what it stands for.
    """

    id: str
    parts: tuple[Part, ...]
    compartment: str = ""
    held: bool = False
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The class of its glyph."""
        return self.parts[0].kind if len(self.parts) == 1 else BOUND_TOGETHER

    @property
    def modulation(self) -> str:
        """The class of the arc by which it drives a process and stays as it is."""
        return CATALYSIS if self.kind in _ENZYMES else STIMULATION


@dataclass(frozen=True)
class Process:
    """A process from ``left`` to ``right``: ids of entities, each with its stoichiometry.

    It is drawn as one square, or as a row of boxes with ``labels``; then ``at`` says for each
    modulator at which box it ends. It stands in ``place``, or else in the innermost compartment
    that holds all of its entities.
    """

    id: str
    kind: str
    left: tuple[tuple[str, int], ...]
    right: tuple[tuple[str, int], ...]
    modulators: tuple[str, ...] = ()
    reversible: bool = False
    notes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ("",)
    at: tuple[int, ...] = ()
    place: str | None = None

    @property
    def members(self) -> tuple[str, ...]:
        """The ids of all entities that take part."""
        return tuple(dict.fromkeys([*dict(self.left), *dict(self.right), *self.modulators]))


@dataclass(frozen=True)
class Place:
    """A compartment of a map, inside ``parent`` (or none, where that is empty)."""

    id: str
    name: str
    parent: str = ""
    membrane: bool = False


def in_use(places: Iterable[Place], used: Collection[str]) -> tuple[Place, ...]:
    """Those of ``places`` that are ``used``, each inside the nearest that is used too."""
    places = tuple(places)
    parents = {each.id: each.parent for each in places}
    found = []
    for each in places:
        if each.id in used:
            outer = each.parent
            while outer and outer not in used:
                outer = parents[outer]
            found.append(replace(each, parent=outer))
    return tuple(found)


@dataclass(frozen=True)
class Map:
    """All that one map shows; ``places`` come after their parents."""

    id: str
    title: str
    places: tuple[Place, ...]
    entities: tuple[Entity, ...]
    processes: tuple[Process, ...]

    def ways(self) -> dict[str, tuple[str, ...]]:
        """Each compartment to the way there from the outermost, itself at the end."""
        found: dict[str, tuple[str, ...]] = {"": ()}
        for place in self.places:
            found[place.id] = (*found[place.parent], place.id)
        return found


@dataclass(frozen=True)
class Naming:
    """What the things of a model are, by their names in PySB."""

    monomers: Mapping[str, About] = field(default_factory=dict)
    compartments: Mapping[str, About] = field(default_factory=dict)

    def kind(self, monomer: str) -> str:
        """The class of a monomer's glyph; where nothing is known, an unspecified entity."""
        about = self.monomers.get(monomer, About())
        if any(qualifier == _ENCODES for qualifier, _ in about.resources):
            return NUCLEIC_ACID
        return _CLASSES.get(about.sbo, UNSPECIFIED)

    def says(self, monomers: Iterable[str]) -> tuple[str, ...]:
        """What each monomer is, in words and identifiers."""
        said = []
        for name in dict.fromkeys(monomers):
            about = self.monomers.get(name, About())
            if about.resources:
                known = ", ".join(f"{kind} {resource}" for kind, resource in about.resources)
                said.append(f"{name}: {about.name} ({known})")
        return tuple(said)
