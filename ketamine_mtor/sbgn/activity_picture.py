"""The picture (SVG) of a map of SBGN Activity Flow, drawn from its SBGN-ML text alone."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import sqrt

from ketamine_mtor.errors import InputError
from ketamine_mtor.sbgn.picture import joined, rounded
from ketamine_mtor.sbgn.shapes import Box, Point, text_width
from ketamine_mtor.sbgn.write import NAMESPACE, XHTML

#: The map of the caption's activities, by its path from the root.
FILE = "sbml/ketamine_mtor_activity.sbgn"
LANGUAGE = "activity flow"
ACTIVITY, ACTIVITY_ID = "biological activity", "activity__"
#: What stands before the numbers of claims in an arc's notes.
CLAIMS = "claims: "
#: Sizes of the two lines of text in a box.
LABEL, STATE = 14, 11
_TAG, _PARAGRAPH = f"{{{NAMESPACE}}}", f"{{{XHTML}}}p"
_MARGIN, _CORNER = 14, 4
#: Length and half width of an arrow's head; how far the bar of a necessary stimulation is from
#: it, and that of a negative influence from what it ends at, so that it does not lie on the border.
_HEAD, _HALF, _BAR, _GAP = 11, 6, 4, 4
_STROKE = 1.6
#: Height of the legend, length of the lines in it, how far its text stands below their middle.
_LEGEND, _SAMPLE, _MIDDLE = 26, 44, 4
#: How far the lines of the text stand below the middle of a box.
_ALONE, _UPPER, _LOWER = 5, -2, 13
_POSITIVE, _NEGATIVE = "positive influence", "negative influence"
_NECESSARY, _UNKNOWN = "necessary stimulation", "unknown influence"
#: Class of an arc in SBGN-ML: its class in the picture, and its colour.
_KINDS = {
    _POSITIVE: ("positive", "#1b6ca8"),
    _NEGATIVE: ("negative", "#b3261e"),
    _NECESSARY: ("necessary", "#5b3f8c"),
    _UNKNOWN: ("unknown", "#666666"),
}
_INK, _SOFT, _FILL, _PAPER = "#222222", "#555555", "#eef4fa", "#ffffff"


def picture(sbgn_text: str) -> str:
    """The text of an SVG, in pixels; it can stand in a page as it is.

    An activity is a ``g`` of class ``activity`` with its observable in ``data-observable``, an
    influence a ``path`` of class ``influence`` with ``data-from``, ``data-to`` and
    ``data-claims``. Colours are the custom properties ``--activity`` (boxes), ``--ink``,
    ``--soft`` (text), ``--paper``, and ``--positive``, ``--negative``, ``--necessary``,
    ``--unknown``.

    Raises
    ------
    InputError
        Where the text is no SBGN-ML of Activity Flow, or has other glyphs and arcs than these.
    """
    map_ = _map(sbgn_text)
    glyphs = map_.findall(f"{_TAG}glyph")
    boxes = [_box(each) for each in glyphs]
    arcs = map_.findall(f"{_TAG}arc")
    points = [point for each in arcs for point in _way(each)]
    width = max([box.x + box.w for box in boxes] + [x for x, _ in points]) + _MARGIN
    low = max([box.y + box.h for box in boxes] + [y for _, y in points]) + _MARGIN
    height = low + _LEGEND
    names = {_of(each, "id"): _name(each) for each in glyphs}
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="activity-flow" viewBox="0 0 {width}'
        f' {height}" font-family="Helvetica, Arial, sans-serif" text-anchor="middle">',
        f"<title>{escape(_said(map_), quote=False)}</title>",
        f"<style>{_style()}</style>",
        f'<rect class="paper" width="{width}" height="{height}" fill="{_PAPER}"/>',
    ]
    lines += [_influence(each, names) for each in arcs]
    for glyph, box in zip(glyphs, boxes, strict=True):
        lines += _activity(glyph, box)
    lines += _legend(low, {each.get("class") for each in arcs})
    return "\n".join([*lines, "</svg>"]) + "\n"


def _style() -> str:
    """Colours that a page can change; programs that do not know them use the attributes."""
    own = ".activity-flow"
    return " ".join(
        [
            f"{own} .paper {{ fill: var(--paper, {_PAPER}) }}",
            f"{own} .activity rect {{ fill: var(--activity, {_FILL});"
            f" stroke: var(--ink, {_INK}) }}",
            f"{own} .activity .name {{ fill: var(--ink, {_INK}) }}",
            f"{own} .state {{ fill: var(--soft, {_SOFT}) }}",
            *(
                f"{own} .{name} {{ stroke: var(--{name}, {colour}) }}"
                for name, colour in _KINDS.values()
            ),
        ]
    )


# What stands in the text


def _map(sbgn_text: str) -> ET.Element:
    """The map of a text, in which everything can be drawn."""
    try:
        map_ = ET.fromstring(sbgn_text).find(f"{_TAG}map")
    except ET.ParseError as error:
        raise InputError(f"the map of activities is no XML: {error}") from None
    if map_ is None or map_.get("language") != LANGUAGE:
        raise InputError(f"the map of activities is no SBGN-ML of the language '{LANGUAGE}'")
    for tag, allowed in (("glyph", (ACTIVITY,)), ("arc", tuple(_KINDS))):
        for each in map_.findall(f"{_TAG}{tag}"):
            if each.get("class") not in allowed:
                raise InputError(
                    f"{tag} {each.get('id')} of the map of activities has class"
                    f" '{each.get('class')}' (allowed: {', '.join(allowed)})"
                )
    if map_.find(f"{_TAG}glyph") is None:
        raise InputError("the map of activities has no glyph")
    return map_


def _of(element: ET.Element, name: str) -> str:
    """An attribute that SBGN-ML asks for."""
    return element.attrib[name]


def _box(glyph: ET.Element) -> Box:
    (box,) = glyph.findall(f"{_TAG}bbox")
    return Box(*(round(float(_of(box, name))) for name in "xywh"))


def _label(glyph: ET.Element) -> list[str]:
    (label,) = glyph.findall(f"{_TAG}label")
    return _of(label, "text").split("\n")


def _name(glyph: ET.Element) -> str:
    """A label in one line."""
    name, *state = _label(glyph)
    return f"{name} ({', '.join(state)})" if state else name


def _said(element: ET.Element) -> str:
    """What the notes of an element say."""
    return " ".join(each.text or "" for each in element.findall(f"{_TAG}notes//{_PARAGRAPH}"))


def _way(arc: ET.Element) -> list[Point]:
    ends = [each for name in ("start", "next", "end") for each in arc.findall(f"{_TAG}{name}")]
    return [(round(float(_of(each, "x"))), round(float(_of(each, "y")))) for each in ends]


# What is drawn


def _activity(glyph: ET.Element, box: Box) -> Iterator[str]:
    key = _of(glyph, "id")
    observable = key.removeprefix(ACTIVITY_ID)
    name, *state = _label(glyph)
    x, y = box.middle
    yield f'<g class="activity" id="{key}" data-observable="{observable}">'
    yield f"<title>{escape(f'{observable}: {_said(glyph)}', quote=False)}</title>"
    yield (
        f'<rect x="{box.x}" y="{box.y}" width="{box.w}" height="{box.h}" rx="{_CORNER}"'
        f' fill="{_FILL}" stroke="{_INK}"/>'
    )
    yield (
        f'<text class="name" x="{x}" y="{y + (_UPPER if state else _ALONE)}" font-size="{LABEL}"'
        f' font-weight="bold" fill="{_INK}">{escape(name)}</text>'
    )
    for each in state:
        yield (
            f'<text class="state" x="{x}" y="{y + _LOWER}" font-size="{STATE}"'
            f' fill="{_SOFT}">{escape(each)}</text>'
        )
    yield "</g>"


def _influence(arc: ET.Element, names: Mapping[str, str]) -> str:
    """A line with its head, as one path, and what it says as its title."""
    kind = _of(arc, "class")
    name, colour = _KINDS[kind]
    ends = [_of(arc, "source"), _of(arc, "target")]
    source, target = (names[each] for each in ends)
    said = _said(arc)
    claims = said.removeprefix(CLAIMS) if said.startswith(CLAIMS) else ""
    title = escape(f"{kind} of {source} on {target}; {said}", quote=False)
    start, end = (each.removeprefix(ACTIVITY_ID) for each in ends)
    return (
        f'<path class="influence {name}" data-from="{start}" data-to="{end}"'
        f' data-claims="{claims}" d="{_line(kind, _way(arc))}" fill="none" stroke="{colour}"'
        f' stroke-width="{_STROKE}"><title>{title}</title></path>'
    )


def _legend(top: int, kinds: set[str | None]) -> Iterator[str]:
    """The classes of arcs that a map has, side by side at its foot."""
    x = _MARGIN
    for kind, (name, colour) in _KINDS.items():
        if kind not in kinds:
            continue
        y = top + _LEGEND // 2
        line = _line(kind, [(x, y), (x + _SAMPLE, y)])
        yield (
            f'<path class="legend {name}" d="{line}" fill="none" stroke="{colour}"'
            f' stroke-width="{_STROKE}"/>'
        )
        x += _SAMPLE + _MARGIN
        yield (
            f'<text class="state" x="{x}" y="{y + _MIDDLE}" font-size="{STATE}" fill="{_SOFT}"'
            f' text-anchor="start">{kind}</text>'
        )
        x += text_width(kind, STATE) + _MARGIN


def _line(kind: str, points: Sequence[Point]) -> str:
    """The path of an arc with the head that its class has, which ends where the arc does."""
    (x, y), (fx, fy) = points[-1], points[-2]
    length = sqrt((x - fx) ** 2 + (y - fy) ** 2) or 1.0
    dx, dy = (x - fx) / length, (y - fy) / length

    def at(back: float, aside: float = 0) -> tuple[float, float]:
        """The point so far back from the end, and to the side of it."""
        return x - dx * back - dy * aside, y - dy * back + dx * aside

    bar = [at(_GAP, _HALF), at(_GAP, -_HALF)]
    triangle = [at(0), at(_HEAD, _HALF), at(_HEAD, -_HALF)]
    diamond = [at(0), at(_HEAD / 2, _HALF), at(_HEAD), at(_HEAD / 2, -_HALF)]
    far = _HEAD + _BAR
    back, head = {
        _POSITIVE: (_HEAD, f"M{joined(triangle)}z"),
        _NEGATIVE: (_GAP, f"M{joined(bar)}"),
        _NECESSARY: (far, f"M{joined(triangle)}zM{joined([at(far, _HALF), at(far, -_HALF)])}"),
        _UNKNOWN: (_HEAD, f"M{joined(diamond)}z"),
    }[kind]
    return rounded([*points[:-1], at(back)]) + head
