"""A map with its layout as SBGN-ML 0.3."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence

from ketamine_mtor.sbgn.content import BOUND_TOGETHER, SOURCE, Entity, Map
from ketamine_mtor.sbgn.layout import Arc, Layout, Node
from ketamine_mtor.sbgn.shapes import HELD, Box, Point, Shape

#: XML namespaces of a map and of its notes.
NAMESPACE = "http://sbgn.org/libsbgn/0.3"
XHTML = "http://www.w3.org/1999/xhtml"
#: Process Description L1V1.3, the last that has "source and sink" by that name.
_VERSION = "http://identifiers.org/combine.specifications/sbgn.pd.level-1.version-1.3"
_LANGUAGE = "process description"


def to_sbgn(map_: Map, layout: Layout) -> str:
    """The text of the SBGN-ML file.

    Glyphs have the ids of the map; a process has the ports ``ID.1`` (in) and ``ID.2`` (out).
    """
    root, drawing = new_map(_safe(map_.id), map_.title, _LANGUAGE, _VERSION)
    ways = map_.ways()
    for place in map_.places:
        frame = add_glyph(
            drawing, f"compartment__{place.id}", "compartment", layout.places[place.id]
        )
        frame.set("compartmentOrder", str(len(ways[place.id])))
        if place.parent:
            frame.set("compartmentRef", f"compartment__{place.parent}")
        add_label(frame, place.name)
    for entity in map_.entities:
        _entity(drawing, entity, layout.shapes[entity.id])
    for process in map_.processes:
        glyph = add_glyph(drawing, process.id, process.kind, layout.nodes[process.id].box)
        add_notes(glyph, process.notes)
        glyph.set("orientation", "vertical" if layout.nodes[process.id].vertical else "horizontal")
        _ports(glyph, process.id, layout.nodes[process.id])
    for number, arc in enumerate(layout.arcs, start=1):
        _arc(drawing, f"arc_{number}", arc)
    return as_file(root)


def new_map(key: str, title: str, language: str, version: str) -> tuple[ET.Element, ET.Element]:
    """The root of an SBGN-ML file, and its map without glyphs."""
    root = ET.Element("sbgn", xmlns=NAMESPACE)
    drawing = ET.SubElement(root, "map", id=key, language=language, version=version)
    add_notes(drawing, (title,))
    return root, drawing


def as_file(root: ET.Element) -> str:
    """The text of an SBGN-ML file."""
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _safe(name: str) -> str:
    """A name as an XML id."""
    return "".join(each if each.isalnum() else "_" for each in name)


def add_glyph(parent: ET.Element, key: str, kind: str, box: Box) -> ET.Element:
    """A new glyph with its box."""
    glyph = ET.SubElement(parent, "glyph", {"id": key, "class": kind})
    ET.SubElement(
        glyph, "bbox", {name: str(value) for name, value in zip("xywh", _numbers(box), strict=True)}
    )
    return glyph


def _numbers(box: Box) -> tuple[int, int, int, int]:
    return box.x, box.y, box.w, box.h


def add_notes(element: ET.Element, paragraphs: Iterable[str]) -> None:
    """Notes come first in an element."""
    if not paragraphs:
        return
    notes = ET.Element("notes")
    body = ET.SubElement(notes, "body", xmlns=XHTML)
    for each in paragraphs:
        ET.SubElement(body, "p").text = each
    element.insert(0, notes)


def add_label(glyph: ET.Element, text: str) -> None:
    """A label comes before the box."""
    glyph.insert(0, ET.Element("label", text=text))


def _entity(parent: ET.Element, entity: Entity, shape: Shape) -> None:
    glyph = add_glyph(parent, entity.id, entity.kind, shape.box)
    if entity.compartment:
        glyph.set("compartmentRef", f"compartment__{entity.compartment}")
    _inside(glyph, entity.id, shape)
    add_notes(glyph, entity.notes)


def _inside(glyph: ET.Element, key: str, shape: Shape) -> None:
    """Label, states, unit of information and parts of a glyph."""
    part = shape.part
    if part is not None and part.kind != SOURCE:
        add_label(glyph, "\n".join(part.lines))
        for number, (pair, box) in enumerate(zip(part.variables, shape.states, strict=True), 1):
            variable = add_glyph(glyph, f"{key}.state{number}", "state variable", box)
            variable.insert(0, ET.Element("state", value=pair[0], variable=pair[1]))
    if shape.unit is not None:
        add_label(add_glyph(glyph, f"{key}.unit", "unit of information", shape.unit), HELD)
    for number, each in enumerate(shape.inside, start=1):
        name = f"{key}.part{number}"
        kind = each.part.kind if each.part is not None else BOUND_TOGETHER
        _inside(add_glyph(glyph, name, kind, each.box), name, each)


def _ports(glyph: ET.Element, key: str, node: Node) -> None:
    for number, (x, y) in enumerate(node.ports, start=1):
        ET.SubElement(glyph, "port", id=f"{key}.{number}", x=str(x), y=str(y))


def _arc(parent: ET.Element, key: str, arc: Arc) -> None:
    at_process = arc.process if arc.port is None else f"{arc.process}.{arc.port + 1}"
    ends = (arc.entity, at_process) if not arc.outward else (at_process, arc.entity)
    element = ET.SubElement(
        parent, "arc", {"id": key, "class": arc.kind, "source": ends[0], "target": ends[1]}
    )
    if arc.number is not None:
        number = add_glyph(element, f"{key}.number", "cardinality", arc.number)
        add_label(number, str(arc.stoichiometry))
    add_way(element, arc.points)


def add_way(arc: ET.Element, points: Sequence[Point]) -> None:
    """The points of an arc, from its source to its target."""
    names = ["start", *["next"] * (len(points) - 2), "end"]
    for name, (x, y) in zip(names, points, strict=True):
        ET.SubElement(arc, name, x=str(x), y=str(y))
