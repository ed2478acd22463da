"""How the drawings look: styles by role, in SBML's package render.

Colours are near those of the palette of Okabe and Ito, which colour-blind people tell apart, in
tints that black text is read on; what a box is shows in its outline too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import libsbml

from ketamine_mtor.sbgn.content import (
    BOUND_TOGETHER,
    MACROMOLECULE,
    NUCLEIC_ACID,
    SIMPLE_CHEMICAL,
    UNSPECIFIED,
)
from ketamine_mtor.sbgn.shapes import FONT, SMALL_FONT

#: Roles of glyphs beside those of species, which :func:`species_role` gives.
PLACE, PLACE_NAME, NAME, STATE, LABEL = "place", "place name", "name", "state", "label"
#: Roles of a reaction: which way it runs on the page, right, left, down or up.
WAYS = {(1, 0): "right", (-1, 0): "left", (0, 1): "down", (0, -1): "up"}
SUBSTRATE, PRODUCT, DRIVER = "substrate", "product", "activator"

#: What a species is to the colour of its box.
_FILLS = {
    MACROMOLECULE: ("protein", "#88c1ec"),
    BOUND_TOGETHER: ("complex", "#ffffff"),
    SIMPLE_CHEMICAL: ("chemical", "#f7f0a0"),
    NUCLEIC_ACID: ("transcript", "#4db894"),
    UNSPECIFIED: ("entity", "#e9c4da"),
}
_MEMBRANE, _AGAIN = " of a membrane", " drawn again"
_INK, _PAPER, _DRIVE = "#222222", "#ffffff", "#d55e00"
_FRAME, _GROUND = "#8a8a8a", "#fafaf8"
#: How deep corners are cut or round, in pixels; widths of a line.
_CORNER, _TIP = 7, 4
_THIN, _THICK = 1, 2
_DASHES = (4, 2)
_ARROW, _RING = "arrow", "ring"
_HEAD = 8
_ACROSS, _WHOLE = 50, 100
#: A corner of a polygon: share of width and height in percent, and pixels beside.
Corner = tuple[tuple[float, float], tuple[float, float]]


def species_role(kind: str, membrane: bool, again: bool) -> str:
    """The role of a species of a class of :mod:`ketamine_mtor.sbgn.content`.

    ``membrane`` says that it is in one; ``again`` that it is drawn more than once.
    """
    return _FILLS[kind][0] + _MEMBRANE * membrane + _AGAIN * again


def add(layout: libsbml.Layout, roles: Mapping[str, str]) -> None:
    """Put the styles beside a layout.

    ``roles`` is each glyph, by its id, to its role; the lines of reactions go by their own roles.
    libSBML cannot give a glyph a role of ours, so that a style lists the glyphs that have it.
    """
    information = layout.getPlugin("render").createLocalRenderInformation()
    information.setId(f"{layout.getId()}__styles")
    information.setName("by what a species is, and by its role in a reaction")
    information.setBackgroundColor(_PAPER)
    _head(information, _ARROW, _INK)
    _head(information, _RING, _DRIVE)
    for role, head in ((SUBSTRATE, ""), (PRODUCT, _ARROW), (DRIVER, _RING)):
        style = _style(information, role)
        style.addRole(role)
        if head:
            style.getGroup().setEndHead(f"{information.getId()}__{head}")
        if role == DRIVER:
            style.getGroup().setStroke(_DRIVE)
    drawn = dict(_drawn())
    glyphs: dict[str, list[str]] = {role: [] for role in drawn}
    for glyph, role in roles.items():
        glyphs[role].append(glyph)
    for role, draw in drawn.items():
        if glyphs[role]:
            style = _style(information, role)
            for each in glyphs[role]:
                style.addId(each)
            draw(style.getGroup())


def _style(information: libsbml.LocalRenderInformation, role: str) -> libsbml.LocalStyle:
    style = information.createStyle(f"{information.getId()}__{role.replace(' ', '_')}")
    style.getGroup().setStroke(_INK)
    style.getGroup().setStrokeWidth(_THIN)
    return style


def _drawn() -> Iterator[tuple[str, Callable[[libsbml.RenderGroup], None]]]:
    """Each role of a glyph, and what draws it."""
    yield PLACE, _frame
    for kind in _FILLS:
        for membrane in (False, True):
            for again in (False, True):
                draw = partial(_species, kind=kind, membrane=membrane, again=again)
                yield species_role(kind, membrane, again), draw
    for (dx, dy), role in WAYS.items():
        yield role, partial(_reaction, dx=dx, dy=dy)
    yield NAME, partial(_text, size=FONT)
    yield STATE, partial(_text, size=SMALL_FONT)
    yield LABEL, partial(_text, size=SMALL_FONT)
    yield PLACE_NAME, partial(_text, size=FONT, colour=_FRAME)


def _species(group: libsbml.RenderGroup, kind: str, membrane: bool, again: bool) -> None:
    """Round corners for a protein, cut ones for a complex, a stadium for a chemical."""
    group.setFill(_FILLS[kind][1])
    group.setStrokeWidth(_THICK if membrane else _THIN)
    if again:
        for each in _DASHES:
            group.addDash(each)
    if kind == BOUND_TOGETHER:
        _polygon(group, _cut())
    else:
        _rectangle(group, {MACROMOLECULE: _CORNER, SIMPLE_CHEMICAL: 2 * _CORNER}.get(kind, 0))


def _reaction(group: libsbml.RenderGroup, dx: int, dy: int) -> None:
    group.setFill(_PAPER)
    _polygon(group, _pointer(dx, dy))


def _text(group: libsbml.RenderGroup, size: int, colour: str = _INK) -> None:
    group.setStroke(colour)
    group.setFontFamily("sans-serif")
    group.setFontSize(libsbml.RelAbsVector(size, 0))
    group.setTextAnchor("middle")
    group.setVTextAnchor("middle")


def _frame(group: libsbml.RenderGroup) -> None:
    group.setStroke(_FRAME)
    group.setStrokeWidth(2)
    group.setFill(_GROUND)
    _rectangle(group, 2 * _CORNER)


def _rectangle(group: libsbml.RenderGroup, corner: int) -> None:
    rectangle = group.createRectangle()
    zero, whole = libsbml.RelAbsVector(0, 0), libsbml.RelAbsVector(0, _WHOLE)
    rectangle.setCoordinatesAndSize(zero, zero, zero, whole, whole)
    if corner:
        rectangle.setRadii(libsbml.RelAbsVector(corner, 0), libsbml.RelAbsVector(corner, 0))


def _polygon(group: libsbml.RenderGroup, corners: Iterable[Corner]) -> None:
    polygon = group.createPolygon()
    for (across, down), (right, below) in corners:
        point = polygon.createPoint()
        point.setX(libsbml.RelAbsVector(right, across))
        point.setY(libsbml.RelAbsVector(below, down))


def _cut() -> list[Corner]:
    """A rectangle with its corners cut."""
    c, n = _CORNER, _WHOLE
    return [
        ((0, 0), (c, 0)),
        ((n, 0), (-c, 0)),
        ((n, 0), (0, c)),
        ((n, n), (0, -c)),
        ((n, n), (-c, 0)),
        ((0, n), (c, 0)),
        ((0, n), (0, -c)),
        ((0, 0), (0, c)),
    ]


def _pointer(dx: int, dy: int) -> list[Corner]:
    """A box with a tip on the side that (dx, dy) points to."""
    n, m, t = _WHOLE, _ACROSS, _TIP
    if dx:
        tip, back = (n, 0) if dx > 0 else (0, n)
        return [
            ((back, 0), (0, 0)),
            ((tip, 0), (-t * dx, 0)),
            ((tip, m), (0, 0)),
            ((tip, n), (-t * dx, 0)),
            ((back, n), (0, 0)),
        ]
    tip, back = (n, 0) if dy > 0 else (0, n)
    return [
        ((0, back), (0, 0)),
        ((0, tip), (0, -t * dy)),
        ((m, tip), (0, 0)),
        ((n, tip), (0, -t * dy)),
        ((n, back), (0, 0)),
    ]


def _head(information: Any, name: str, colour: str) -> None:
    """The end of a line: a filled arrow or an empty ring, whose tip is where the line ends."""
    ending = information.createLineEnding()
    ending.setId(f"{information.getId()}__{name}")
    ending.setEnableRotationalMapping(True)
    box = ending.getBoundingBox()
    box.setX(-_HEAD)
    box.setY(-_HEAD / 2)
    box.setWidth(_HEAD)
    box.setHeight(_HEAD)
    group = ending.getGroup()
    group.setStroke(colour)
    group.setStrokeWidth(_THIN)
    if name == _ARROW:
        group.setFill(colour)
        n, m = _WHOLE, _ACROSS
        _polygon(group, [((0, 0), (0, 0)), ((n, m), (0, 0)), ((0, n), (0, 0))])
    else:
        group.setFill(_PAPER)
        ring = group.createEllipse()
        middle = libsbml.RelAbsVector(0, _ACROSS)
        ring.setCenter2D(middle, middle)
        ring.setRadii(middle, middle)
