"""The same SBML with a drawing of each module of the rules: its packages layout and render."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import libsbml

from ketamine_mtor import rules
from ketamine_mtor.companions import parsed, styles
from ketamine_mtor.companions.drawings import Drawing, Step, drawings, lines
from ketamine_mtor.sbgn.content import Map
from ketamine_mtor.sbgn.layout import Arc, Node
from ketamine_mtor.sbgn.shapes import FONT, LINE, PADDING, Box, Point

_PACKAGES = {
    "layout": libsbml.LayoutExtension.getXmlnsL3V1V1(),
    "render": libsbml.RenderExtension.getXmlnsL3V1V1(),
}
_ROLES = {
    styles.SUBSTRATE: libsbml.SPECIES_ROLE_SUBSTRATE,
    styles.PRODUCT: libsbml.SPECIES_ROLE_PRODUCT,
    styles.DRIVER: libsbml.SPECIES_ROLE_ACTIVATOR,
}
#: How far a stoichiometry stands off the middle of its line, so that no head hides it.
_BESIDE = (6, -8)


def write(sbml: str, network: Map, homes: Mapping[str, str]) -> str:
    """The SBML with one layout for each module, and styles for all; the model stays as it is.

    Parameters
    ----------
    sbml
        The SBML.
    network
        The map of its network, by its ids: :func:`ketamine_mtor.sbgn.network_map`.
    homes
        Each rule to the module of ``rules/`` that it is in, as :func:`ketamine_mtor.rules.homes`.

    Raises
    ------
    InputError
        For a text that is no SBML, or one of another network or other rules.
    MissingExtra
        Without Graphviz.
    """
    document = parsed.document(sbml)
    for name, address in _PACKAGES.items():
        document.enablePackage(address, name, True)
        document.setPackageRequired(name, False)
    model = document.getModel()
    layouts = model.getPlugin("layout")
    for number, drawing in enumerate(drawings(network, model, homes), 1):
        layout = layouts.createLayout()
        layout.setId(f"layout_{drawing.module}")
        layout.setName(f"{number}. {rules.title(drawing.module)}")
        _Page(layout, model, drawing).fill()
    return libsbml.writeSBMLToString(document)


class _Page:
    """A layout as it is filled from a drawing. Glyphs have ids that begin with the layout's."""

    def __init__(self, layout: libsbml.Layout, model: libsbml.Model, drawing: Drawing):
        self._layout, self._model, self._drawing = layout, model, drawing
        self._texts = 0
        self._roles: dict[str, str] = {}

    def fill(self) -> None:
        """Put everything in its place."""
        placed = self._drawing.layout
        self._layout.setDimensions(_dimensions(placed.width, placed.height))
        for place in self._drawing.map.places:
            self._place(place.id, place.name)
        self._entities()
        rows = {each.id: each for each in self._drawing.map.processes}
        arcs: dict[str, list[Arc]] = {}
        for arc in placed.arcs:
            arcs.setdefault(arc.process, []).append(arc)
        for step in self._drawing.steps:
            label = rows[step.row].labels[step.box]
            self._step(step, placed.nodes[step.row], arcs[step.row], label)
        styles.add(self._layout, self._roles)

    def _id(self, key: str) -> str:
        return f"{self._layout.getId()}__{key}"

    def _place(self, key: str, name: str) -> None:
        glyph = self._layout.createCompartmentGlyph()
        glyph.setId(self._id(key))
        glyph.setCompartmentId(key)
        box = self._drawing.layout.places[key]
        self._put(glyph, box, styles.PLACE)
        self._text(glyph.getId(), name, Box(box.x, box.y, box.w, FONT + PADDING), styles.PLACE_NAME)

    def _entities(self) -> None:
        species = self._drawing.species
        membranes = {each.id for each in self._drawing.map.places if each.membrane}
        often = list(species.values())
        for entity in self._drawing.map.entities:
            key = species[entity.id]
            glyph = self._layout.createSpeciesGlyph()
            glyph.setId(self._id(entity.id))
            glyph.setSpeciesId(key)
            box = self._drawing.layout.shapes[entity.id].box
            role = styles.species_role(
                entity.kind, entity.compartment in membranes, often.count(key) > 1
            )
            self._put(glyph, box, role)
            for number, (text, size) in enumerate(lines(entity)):
                line = Box(box.x, box.y + PADDING // 2 + number * LINE, box.w, LINE)
                self._text(glyph.getId(), text, line, styles.NAME if size == FONT else styles.STATE)

    def _step(self, step: Step, node: Node, arcs: Iterable[Arc], label: str) -> None:
        box = node.boxes[step.box]
        glyph = self._layout.createReactionGlyph()
        glyph.setId(self._id(step.reaction))
        glyph.setReactionId(step.reaction)
        sign = -1 if step.backward else 1
        dx, dy = (sign * ((b > a) - (b < a)) for a, b in zip(*node.ports, strict=True))
        self._put(glyph, box, styles.WAYS[dx, dy])
        self._text(glyph.getId(), label, box, styles.LABEL)
        for arc in arcs:
            line = arc.points[::-1] if arc.outward else arc.points
            if arc.port is None:
                if arc.box == step.box:
                    self._line(glyph, arc.entity, styles.DRIVER, line)
                continue
            line = (*line, _edge(box, line[-1], node.vertical))
            goes_in = (arc.port == 0) != step.backward
            role = styles.SUBSTRATE if goes_in else styles.PRODUCT
            end = self._line(glyph, arc.entity, role, line if goes_in else line[::-1])
            # The lines of a row run together, so that one number is enough.
            if arc.number is not None and step.box == 0:
                beside = arc.number.moved(*_BESIDE)
                self._text(end, str(arc.stoichiometry), beside, styles.LABEL)

    def _line(
        self, reaction: libsbml.ReactionGlyph, entity: str, role: str, points: Sequence[Point]
    ) -> str:
        glyph = reaction.createSpeciesReferenceGlyph()
        glyph.setId(f"{reaction.getId()}__{role}{reaction.getNumSpeciesReferenceGlyphs()}")
        glyph.setSpeciesGlyphId(self._id(entity))
        glyph.setRole(_ROLES[role])
        for (ax, ay), (bx, by) in pairwise(points):
            segment = glyph.createLineSegment()
            segment.setStart(ax, ay)
            segment.setEnd(bx, by)
        return glyph.getId()

    def _text(self, of: str, text: str, box: Box, role: str) -> None:
        self._texts += 1
        glyph = self._layout.createTextGlyph()
        glyph.setId(self._id(f"text_{self._texts}"))
        glyph.setGraphicalObjectId(of)
        glyph.setText(text)
        self._put(glyph, box, role)

    def _put(self, glyph: libsbml.GraphicalObject, box: Box, role: str) -> None:
        bounds = glyph.getBoundingBox()
        bounds.setX(box.x)
        bounds.setY(box.y)
        bounds.setWidth(box.w)
        bounds.setHeight(box.h)
        self._roles[glyph.getId()] = role


def _dimensions(width: int, height: int) -> libsbml.Dimensions:
    return libsbml.Dimensions(libsbml.LayoutPkgNamespaces(3, 1, 1), float(width), float(height))


def _edge(box: Box, port: Point, vertical: bool) -> Point:
    """Where a line that comes from a port of a row meets one of its boxes."""
    x, y = box.middle
    if vertical:
        return x, box.y if port[1] < y else box.y + box.h
    return box.x if port[0] < x else box.x + box.w, y
