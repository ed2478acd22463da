"""Where everything stands: boxes placed by Graphviz, processes with their ports, arcs.

A unit is a pixel, and all coordinates are whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from ketamine_mtor.sbgn.content import PRODUCTION, SOURCE, UNSPECIFIED, Entity, Map, Process
from ketamine_mtor.sbgn.graphviz import PORT, Link, draw, links_of
from ketamine_mtor.sbgn.shapes import UNIT_HEIGHT, Box, Point, Shape, cell, entity_shape

#: How far off a process an arc turns to its side.
_APPROACH = 14


@dataclass(frozen=True)
class Node:
    """A drawn process: its box, its two ports on the side of what goes in and out, its boxes."""

    box: Box
    ports: tuple[Point, Point]
    count: int = 1

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The boxes that its box consists of, from the port of what goes in to the other."""
        x, y, n = self.box.x, self.box.y, self.count
        w, h = (self.box.w, self.box.h // n) if self.vertical else (self.box.w // n, self.box.h)
        row = [
            Box(x, y + i * h, w, h) if self.vertical else Box(x + i * w, y, w, h) for i in range(n)
        ]
        return tuple(row if self.ports[0] < self.ports[1] else row[::-1])

    @property
    def vertical(self) -> bool:
        """Whether it runs up or down."""
        return self.ports[0][0] == self.ports[1][0]


@dataclass(frozen=True)
class Arc:
    """A drawn arc between an entity and a process: at its port 0 or 1, or at the side of one of
    its boxes (None)."""

    kind: str
    process: str
    entity: str
    port: int | None
    points: tuple[Point, ...]
    stoichiometry: int = 1
    box: int = 0

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


def arrange(map_: Map, shape: Callable[[Entity], Shape] = entity_shape) -> Layout:
    """Place all of a map; ``shape`` gives what an entity looks like, somewhere.

    Raises
    ------
    MissingExtra
        Where Graphviz is not installed.
    """
    shapes = {each.id: shape(each) for each in map_.entities}
    links = [link for process in map_.processes for link in links_of(process, map_)]
    drawn = draw(map_, shapes, links)
    shapes = {
        key: each.moved(*_corner(drawn.middle(key), each.box)) for key, each in shapes.items()
    }
    ways = {link: _from_entity(link, drawn.way(number)) for number, link in enumerate(links)}
    nodes = {
        each.id: _node(
            each,
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


def _corner(middle: Point, box: Box) -> Point:
    return middle[0] - box.w // 2, middle[1] - box.h // 2


# Ends of arcs


def _from_entity(link: Link, way: list[Point]) -> list[Point]:
    """The way of an arc from its entity to its process, of at least two points."""
    found = way[::-1] if link.port == 1 else way
    return found if len(found) > 1 else [*found, *found]


def _node(process: Process, middle: Point, arrivals: Sequence[tuple[int | None, Point]]) -> Node:
    """A process with its ports where the arcs come from: the port and the last bend of each."""
    (x, y), (w, h), count = middle, cell(process), len(process.labels)
    far = count * max(w, h) // 2 + PORT

    def ports(direction: Point) -> tuple[Point, Point]:
        dx, dy = direction
        across, down = count * w // 2 + PORT, count * h // 2 + PORT
        return (x - dx * across, y - dy * down), (x + dx * across, y + dy * down)

    def detour(direction: Point) -> int:
        sides = ports(direction)
        return sum(_squared(sides[port], bend) for port, bend in arrivals if port is not None)

    # From far or near, what counts is the side that an arc comes from.
    arrivals = [(port, _beside(middle, bend, 2 * far)) for port, bend in arrivals]
    best = min([(1, 0), (0, 1), (-1, 0), (0, -1)], key=detour)
    width, height = (count * w, h) if best[0] else (w, count * h)
    return Node(Box(x - width // 2, y - height // 2, width, height), ports(best), count)


def _beside(middle: Point, other: Point, far: int) -> Point:
    """The point that lies ``far`` from the middle on the way to another."""
    dx, dy = other[0] - middle[0], other[1] - middle[1]
    length = sqrt(dx * dx + dy * dy) or 1.0
    return middle[0] + round(dx / length * far), middle[1] + round(dy / length * far)


def _squared(a: Point, b: Point) -> int:
    """The distance squared, so that one long way round counts more than two short ones."""
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def _arc(
    link: Link, way: Sequence[Point], shape: Shape, node: Node, taken: set[tuple[str, Point]]
) -> Arc:
    """An edge with its ends on the process and on the entity's border.

    ``taken`` are the sides of processes at which an arc ends already.
    """
    bends = list(way[1:-1])
    if link.port is None:
        box = node.boxes[link.box]
        end, before = _side(box, node.vertical, way[-2])
        if (link.process, end) in taken:
            end, before = (_mirrored(each, box.middle) for each in (end, before))
        taken.add((link.process, end))
        bends.append(before)
    else:
        end = node.ports[link.port]
    points = (_border(shape, bends[0] if bends else end), *bends, end)
    if link.kind == PRODUCTION:
        points = points[::-1]
    return Arc(
        link.kind, link.process, link.entity, link.port, points, link.stoichiometry, link.box
    )


def _side(box: Box, vertical: bool, towards: Point) -> tuple[Point, Point]:
    """The middle of that side of a box of a process without a port that faces a point, and a
    point before it from which an arc gets there upright."""
    x, y = box.middle
    ends = []
    for away in (0, _APPROACH):
        if vertical:
            away += box.w // 2
            ends.append((x + (away if towards[0] > x else -away), y))
        else:
            away += box.h // 2
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
