"""What each drawing of the SBML shows: the reactions of one module of the rules, to be read.

A map of the whole network is cut into modules. Reactions between the same species stand in one
row, and what takes part in many steps is drawn anew beside each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import libsbml

from ketamine_mtor.companions import parsed
from ketamine_mtor.errors import InputError
from ketamine_mtor.sbgn.content import (
    PROCESS,
    SIMPLE_CHEMICAL,
    SOURCE,
    Entity,
    Map,
    Process,
    in_use,
)
from ketamine_mtor.sbgn.layout import Layout, arrange
from ketamine_mtor.sbgn.shapes import (
    FONT,
    HELD,
    LINE,
    PADDING,
    SMALL_FONT,
    Box,
    Shape,
    text_width,
)

#: In how many rows something may take part before it is drawn anew beside each.
_SHARED = 2
#: How many letters a line of states may have.
_LETTERS = 30

Side = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Step:
    """A reaction as it is drawn: the box of its row, and which way it runs along the row."""

    reaction: str
    row: str
    box: int
    backward: bool


@dataclass(frozen=True)
class Drawing:
    """The drawing of a module: entities and rows of ``map`` where ``layout`` has them.

    ``species`` is each entity to its species: several entities may be the same one.
    """

    module: str
    map: Map
    layout: Layout
    species: Mapping[str, str]
    steps: tuple[Step, ...]


def drawings(network: Map, model: libsbml.Model, homes: Mapping[str, str]) -> list[Drawing]:
    """A drawing for each module, in the order of the reactions; every reaction is in one.

    Parameters
    ----------
    network
        The map of the network by the ids of the SBML: :func:`ketamine_mtor.sbgn.network_map`.
    model
        The SBML.
    homes
        Each rule to its module.

    Raises
    ------
    InputError
        Where the SBML has a reaction or a rule that the others lack.
    MissingExtra
        Without Graphviz.
    """
    sources = {each.id for each in network.entities if each.kind == SOURCE}
    known = {each.id: _without(each, sources) for each in network.processes}
    labels = parsed.rates(model)
    found = []
    for module, reactions in parsed.by_module(model, homes).items():
        names = [each.getId() for each in reactions]
        for name in names:
            if name not in known:
                raise InputError(f"the network lacks the reaction '{name}'; build it")
        found.append(_drawing(module, network, [known[each] for each in names], labels))
    return found


def lines(entity: Entity) -> list[tuple[str, int]]:
    """What stands in the box of an entity: lines, each with the size of its letters (pixels)."""
    found: list[tuple[str, int]] = []
    for part, times in Counter(entity.parts).items():
        found.append((f"{times} {part.name}" if times > 1 else part.name, FONT))
        said = ""
        for value, site in part.states:
            state = f"{value}@{site}"
            if said and len(f"{said} {state}") > _LETTERS:
                found.append((said, SMALL_FONT))
                said = ""
            said = f"{said} {state}".strip()
        if said:
            found.append((said, SMALL_FONT))
    return [*found, (HELD, SMALL_FONT)] if entity.held else found


def _without(process: Process, sources: Iterable[str]) -> Process:
    """A process without the signs for nothing, for which SBML has none either."""
    left, right = (
        tuple(each for each in side if each[0] not in sources)
        for side in (process.left, process.right)
    )
    return replace(process, left=left, right=right)


def _drawing(
    module: str, network: Map, reactions: Sequence[Process], labels: Mapping[str, str]
) -> Drawing:
    rows, steps = _rows(reactions, labels)
    entities = {each.id: each for each in network.entities}
    rows, species = _parted(rows, entities)
    drawn = [replace(entities[key], id=glyph) for glyph, key in species.items()]
    where = {each.id: each.compartment for each in drawn}
    rows = [replace(each, place=_place(each, where)) for each in rows]
    places = in_use(network.places, set(where.values()))
    content = Map(module, module, places, tuple(drawn), tuple(rows))
    return Drawing(module, content, arrange(content, _shape), species, tuple(steps))


def _rows(
    reactions: Sequence[Process], labels: Mapping[str, str]
) -> tuple[list[Process], list[Step]]:
    """Reactions between the same species as one process, those that run its way first."""
    between: dict[frozenset[Any], list[Process]] = {}
    for each in reactions:
        key = frozenset([frozenset(each.left), frozenset(each.right)])
        between.setdefault(key, []).append(each)
    rows, steps = [], []
    for alike in between.values():
        first = alike[0]
        alike.sort(key=lambda one: set(one.left) != set(first.left))
        drivers = [(key, box) for box, one in enumerate(alike) for key in one.modulators]
        rows.append(
            Process(
                id=first.id,
                kind=PROCESS,
                left=first.left,
                right=first.right,
                modulators=tuple(key for key, _ in drivers),
                at=tuple(box for _, box in drivers),
                labels=tuple(labels[one.id] for one in alike),
            )
        )
        steps += [
            Step(one.id, first.id, box, set(one.left) != set(first.left))
            for box, one in enumerate(alike)
        ]
    return rows, steps


def _parted(
    rows: Iterable[Process], entities: Mapping[str, Entity]
) -> tuple[list[Process], dict[str, str]]:
    """The rows with what takes part in many of them drawn anew at each; glyphs to species.

    What stands alone on a side stays one, and so does the largest of those that stand together:
    the chain of what becomes what is not cut.
    """
    rows = list(rows)
    uses = Counter(key for row in rows for key in row.members)

    def size(key: str) -> tuple[Any, ...]:
        entity = entities[key]
        return len(entity.parts), entity.kind != SIMPLE_CHEMICAL, -uses[key], key

    species: dict[str, str] = {}
    found = []
    for row in rows:
        chain = {max(dict(side), key=size) for side in (row.left, row.right) if side}
        glyphs = {
            key: key if key in chain or uses[key] <= _SHARED else f"{key}__at__{row.id}"
            for key in row.members
        }
        species |= {glyph: key for key, glyph in glyphs.items()}
        found.append(
            replace(
                row,
                left=tuple((glyphs[key], times) for key, times in row.left),
                right=tuple((glyphs[key], times) for key, times in row.right),
                modulators=tuple(glyphs[key] for key in row.modulators),
            )
        )
    return found, species


def _place(row: Process, where: Mapping[str, str]) -> str | None:
    """The compartment of most that take part, where one has more than any other."""
    common = Counter(where[key] for key in row.members).most_common(2)
    alone = len(common) == 1 or common[0][1] > common[1][1]
    return common[0][0] if alone else None


def _shape(entity: Entity) -> Shape:
    """A box with room for its lines."""
    said = lines(entity)
    width = max(text_width(text, size) for text, size in said) + 2 * PADDING
    return Shape(Box(0, 0, width, LINE * len(said) + PADDING))
