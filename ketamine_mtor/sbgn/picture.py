"""A map with its layout as a picture (SVG), with the glyphs of SBGN."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import sqrt

from ketamine_mtor.sbgn.content import (
    ASSOCIATION,
    BOUND_TOGETHER,
    CATALYSIS,
    CONSUMPTION,
    DISSOCIATION,
    MACROMOLECULE,
    NUCLEIC_ACID,
    PRODUCTION,
    SIMPLE_CHEMICAL,
    SOURCE,
    Entity,
    Map,
    Part,
    Place,
    Process,
)
from ketamine_mtor.sbgn.layout import Arc, Layout, Node
from ketamine_mtor.sbgn.shapes import FONT, HELD, SMALL_FONT, Box, Shape

_LINE_COLOUR, _FRAME_COLOUR, _FRAME_FILL = "#333333", "#8a8a8a", "#f6f6f2"
_FILLS = {
    MACROMOLECULE: "#dcebf7",
    SIMPLE_CHEMICAL: "#fdf3d0",
    BOUND_TOGETHER: "#eeeeee",
    NUCLEIC_ACID: "#e3f1de",
    SOURCE: "#ffffff",
}
_OTHER_FILL = "#f5e4ec"
_ARC_COLOURS = {CONSUMPTION: _LINE_COLOUR, PRODUCTION: _LINE_COLOUR}
_DRIVE_COLOUR = "#a0522d"
#: Length and half width of an arrow's head; radius of that of catalysis; cut corners, round ones.
_HEAD, _HALF, _RING = 9, 4, 4
_CUT, _CORNER, _BEND = 6, 6, 14


def to_svg(map_: Map, layout: Layout) -> str:
    """The text of the picture."""
    w, h = layout.width, layout.height
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}"'
        f' font-family="Helvetica, Arial, sans-serif" font-size="{FONT}" text-anchor="middle">',
        f"<title>{escape(map_.title)}</title>",
        f'<rect width="{w}" height="{h}" fill="#ffffff"/>',
    ]
    lines += [_frame(layout.places[place.id]) for place in map_.places]
    for arc in layout.arcs:
        lines += _arc(arc)
    lines += [_heading(place, layout.places[place.id]) for place in map_.places]
    for entity in map_.entities:
        lines += [_opened(entity), *_shape(layout.shapes[entity.id], entity.kind), "</g>"]
    for process in map_.processes:
        lines += _process(process, layout.nodes[process.id])
    return "\n".join([*lines, "</svg>"]) + "\n"


def _opened(thing: Entity | Process) -> str:
    """A group whose title shows under the pointer."""
    said = escape("\n".join(thing.notes or (thing.id,)), quote=False)
    return f'<g stroke="{_LINE_COLOUR}" fill="none"><title>{said}</title>'


def _frame(box: Box) -> str:
    return (
        f'<rect {_at(box)} rx="16" fill="{_FRAME_FILL}" stroke="{_FRAME_COLOUR}" stroke-width="3"/>'
    )


def _heading(place: Place, box: Box) -> str:
    """A compartment's name, legible where arcs cross it."""
    return (
        f'<text x="{box.x + box.w // 2}" y="{box.y + FONT + 6}" fill="{_FRAME_COLOUR}"'
        f' font-weight="bold" stroke="{_FRAME_FILL}" stroke-width="4" paint-order="stroke">'
        f"{escape(place.name)}</text>"
    )


def _at(box: Box) -> str:
    return f'x="{box.x}" y="{box.y}" width="{box.w}" height="{box.h}"'


# Entities


def _shape(shape: Shape, kind: str) -> Iterator[str]:
    yield _outline(shape.box, kind)
    if shape.part is not None and kind != SOURCE:
        yield from _lines(shape.box, shape.part)
    for each in shape.inside:
        yield from _shape(each, each.part.kind if each.part else kind)
    if shape.part is not None:
        for (value, site), box in zip(shape.part.variables, shape.states, strict=True):
            yield _unit(box, f"{value}@{site}", box.h // 2)
    if shape.unit is not None:
        yield _unit(shape.unit, HELD, 0)


def _lines(box: Box, part: Part) -> Iterator[str]:
    x, y = box.x + box.w // 2, box.y + FONT + 4
    for number, line in enumerate(part.lines):
        size = f' font-size="{SMALL_FONT}"' if number else ""
        yield (
            f'<text x="{x}" y="{y + number * (FONT + 2)}"{size} fill="#000000" stroke="none">'
            f"{escape(line)}</text>"
        )


def _unit(box: Box, text: str, radius: int) -> str:
    x, y = box.x + box.w // 2, box.y + box.h // 2 + SMALL_FONT // 2 - 1
    return (
        f'<rect {_at(box)} rx="{radius}" fill="#ffffff"/>'
        f'<text x="{x}" y="{y}" font-size="{SMALL_FONT}" fill="#000000" stroke="none">'
        f"{escape(text)}</text>"
    )


def _outline(box: Box, kind: str) -> str:
    """The shape that tells what a glyph is."""
    fill = f'fill="{_FILLS.get(kind, _OTHER_FILL)}"'
    x, y, w, h = box.x, box.y, box.w, box.h
    if kind == MACROMOLECULE:
        return f'<rect {_at(box)} rx="{_CORNER}" {fill}/>'
    if kind == SIMPLE_CHEMICAL:
        return f'<rect {_at(box)} rx="{h // 2}" {fill}/>'
    if kind == NUCLEIC_ACID:
        r = _CORNER
        return (
            f'<path d="M{x} {y}h{w}v{h - r}q0 {r} {-r} {r}h{2 * r - w}q{-r} 0 {-r} {-r}z" {fill}/>'
        )
    if kind == BOUND_TOGETHER:
        c = _CUT
        return (
            f'<path d="M{x + c} {y}h{w - 2 * c}l{c} {c}v{h - 2 * c}l{-c} {c}h{2 * c - w}'
            f'l{-c} {-c}v{2 * c - h}z" {fill}/>'
        )
    mx, my = box.middle
    if kind == SOURCE:
        slash = f"M{x} {y + h}L{x + w} {y}"
        return f'<circle cx="{mx}" cy="{my}" r="{w // 2 - 2}" {fill}/><path d="{slash}"/>'
    return f'<ellipse cx="{mx}" cy="{my}" rx="{w // 2}" ry="{h // 2}" {fill}/>'


# Processes and arcs


def _process(process: Process, node: Node) -> Iterator[str]:
    box, (mx, my) = node.box, node.box.middle
    yield _opened(process)
    (ax, ay), (bx, by) = node.ports
    yield f'<path d="M{ax} {ay}L{bx} {by}"/>'
    r = box.w // 2
    if process.kind == ASSOCIATION:
        yield f'<circle cx="{mx}" cy="{my}" r="{r}" fill="{_LINE_COLOUR}"/>'
    elif process.kind == DISSOCIATION:
        yield f'<circle cx="{mx}" cy="{my}" r="{r}" fill="#ffffff"/>'
        yield f'<circle cx="{mx}" cy="{my}" r="{r - 3}"/>'
    else:
        yield f'<rect {_at(box)} fill="#ffffff"/>'
    yield "</g>"


def _arc(arc: Arc) -> Iterator[str]:
    """A line with its head, which ends where the arc does."""
    colour = _ARC_COLOURS.get(arc.kind, _DRIVE_COLOUR)
    (x, y), (fx, fy) = arc.points[-1], arc.points[-2]
    dx, dy = float(x - fx), float(y - fy)
    length = sqrt(dx * dx + dy * dy) or 1.0
    dx, dy = dx / length, dy / length
    back = {CONSUMPTION: 0, CATALYSIS: 2 * _RING}.get(arc.kind, _HEAD)
    line = [*arc.points[:-1], (x - dx * back, y - dy * back)]
    yield f'<path d="{rounded(line)}" fill="none" stroke="{colour}"/>'
    if arc.kind == CATALYSIS:
        at = f'cx="{_short(x - dx * _RING)}" cy="{_short(y - dy * _RING)}"'
        yield f'<circle {at} r="{_RING}" fill="#ffffff" stroke="{colour}"/>'
    elif arc.kind != CONSUMPTION:
        bx, by = x - dx * _HEAD, y - dy * _HEAD
        corners = [(x, y), (bx - dy * _HALF, by + dx * _HALF), (bx + dy * _HALF, by - dx * _HALF)]
        fill = colour if arc.kind == PRODUCTION else "#ffffff"
        yield f'<path d="M{joined(corners)}z" fill="{fill}" stroke="{colour}"/>'
    if arc.number is not None:
        yield f'<g stroke="{_LINE_COLOUR}">{_unit(arc.number, str(arc.stoichiometry), 0)}</g>'


def rounded(line: Sequence[tuple[float, float]]) -> str:
    """A line of straight stretches whose corners are round."""
    path = [f"M{_short(line[0][0])} {_short(line[0][1])}"]
    for before, corner, after in zip(line, line[1:], line[2:], strict=False):
        (ax, ay), (bx, by) = _towards(corner, before), _towards(corner, after)
        path.append(f"L{_short(ax)} {_short(ay)}Q{joined([corner])} {_short(bx)} {_short(by)}")
    return "".join([*path, f"L{joined(line[-1:])}"])


def _towards(corner: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """The point at which the bend of a corner starts, on the way to its neighbour."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = sqrt(dx * dx + dy * dy) or 1.0
    share = min(_BEND / length, 0.5)
    return corner[0] + dx * share, corner[1] + dy * share


def joined(corners: Sequence[tuple[float, float]]) -> str:
    """Corners with straight stretches between them, without the first letter of a path."""
    return "L".join(f"{_short(x)} {_short(y)}" for x, y in corners)


def _short(number: float) -> str:
    """A coordinate to a tenth of a pixel."""
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
