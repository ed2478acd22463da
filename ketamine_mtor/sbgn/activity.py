"""The caption as a map of SBGN Activity Flow: the model's observables, and what acts on what.

``validation/activities.yaml`` says what stands in it. The picture is drawn from the SBGN-ML text
alone, by :func:`picture`, without Graphviz.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ketamine_mtor import knowledge, paths
from ketamine_mtor.claims.loader import check_schema, load_claims, read_yaml
from ketamine_mtor.claims.words import fault, known
from ketamine_mtor.sbgn.activity_picture import (
    ACTIVITY,
    ACTIVITY_ID,
    CLAIMS,
    LABEL,
    LANGUAGE,
    STATE,
    picture,
)
from ketamine_mtor.sbgn.graphviz import Drawn, dot_node, run
from ketamine_mtor.sbgn.shapes import PADDING, Box, Point, text_width
from ketamine_mtor.sbgn.write import add_glyph, add_label, add_notes, add_way, as_file, new_map

__all__ = ["Activity", "Flow", "Influence", "arrange", "load_flow", "picture", "to_sbgn"]

DATA = "activities.yaml"
TITLE = "Ketamine and mTOR: the caption's activities"
_VERSION = "http://identifiers.org/combine.specifications/sbgn.af.level-1.version-1.2"
#: A bold label is as wide as one of this size that is not.
_BOLD = LABEL + 2
#: Height of a box, and between boxes and rows (inches, as Graphviz wants them).
_HEIGHT = LABEL + STATE + 2 * PADDING
_BETWEEN_BOXES, _BETWEEN_ROWS = 0.42, 0.55
#: How far off its end a way turns towards it.
_APPROACH = 20


@dataclass(frozen=True)
class Activity:
    """An activity: the observable ``id``, what it is of, and which state of that it counts."""

    id: str
    label: str
    state: str
    meaning: str

    @property
    def lines(self) -> tuple[str, ...]:
        """What is written in its box."""
        return (self.label, self.state) if self.state else (self.label,)


@dataclass(frozen=True)
class Influence:
    """An arrow between two activities, by their ids.

    ``kind`` is a class of arcs of Activity Flow; ``claims`` are the numbers (``C05``) of the
    caption's claims whose link it is, or ``note`` says why it is there.
    """

    source: str
    target: str
    kind: str
    claims: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Flow:
    """The activities in the caption's order, the influences, and the ids in rows of the picture."""

    activities: tuple[Activity, ...]
    influences: tuple[Influence, ...]
    rows: tuple[tuple[str, ...], ...]


def load_flow(folder: Path | None = None) -> Flow:
    """What ``activities.yaml`` says, checked.

    Parameters
    ----------
    folder
        Holds activities.yaml; the package's own ``validation/`` by default.

    Raises
    ------
    InputError
        One line: file, field and what is allowed, for an id that is no observable, an influence
        without an end, a claim of the caption that no influence has, or a row that lacks one.
    """
    path = (paths.validation() if folder is None else folder) / DATA
    document = read_yaml(path)
    check_schema(document, "activities.schema.json", path)
    activities = _activities(document["activities"], path.name)
    ids = {each.id for each in activities}
    influences = _influences(document["influences"], ids, path.name)
    rows = tuple(tuple(row) for row in document["rows"])
    _check_rows(rows, ids, path.name)
    return Flow(activities, influences, rows)


def _activities(given: Sequence[Mapping[str, Any]], file: str) -> tuple[Activity, ...]:
    observables = knowledge.load().observables
    found: dict[str, Activity] = {}
    for number, each in enumerate(given):
        key, where = each["id"], f"{file}, field activities.{number}.id"
        known(key, observables, where, "observable")
        if key in found:
            raise fault(where, f"'{key}' is there twice (allowed: each observable once)")
        found[key] = Activity(key, each["label"], each.get("state", ""), observables[key].meaning)
    return tuple(found.values())


def _influences(
    given: Sequence[Mapping[str, Any]], ids: set[str], file: str
) -> tuple[Influence, ...]:
    claims = [claim.number for claim in load_claims() if claim.kind == "caption"]
    found: dict[tuple[str, str], Influence] = {}
    for number, each in enumerate(given):
        where = f"{file}, field influences.{number}"
        for end in ("from", "to"):
            known(each[end], ids, f"{where}.{end}", "activity")
        for claim in each["claims"]:
            known(claim, claims, f"{where}.claims", "claim of the caption")
        ends = each["from"], each["to"]
        if ends[0] == ends[1] or ends in found:
            raise fault(where, f"{' to '.join(ends)} (allowed: two activities, each pair once)")
        if bool(each["claims"]) == ("note" in each):
            raise fault(where, "allowed: claims, or a note that says why there is none")
        found[ends] = Influence(*ends, each["kind"], tuple(each["claims"]), each.get("note", ""))
    covered = {claim for each in found.values() for claim in each.claims}
    for claim in claims:
        if claim not in covered:
            raise fault(f"{file}, field influences", f"none has claim {claim} (allowed: all have)")
    return tuple(found.values())


def _check_rows(rows: Sequence[Sequence[str]], ids: set[str], file: str) -> None:
    where = f"{file}, field rows"
    times = Counter(key for row in rows for key in row)
    for key in times:
        known(key, ids, where, "activity")
    for key in sorted(ids):
        if times[key] != 1:
            raise fault(where, f"'{key}' is there {times[key]} times (allowed: once)")


def to_sbgn(flow: Flow) -> str:
    """The text of the SBGN-ML file, laid out: glyphs ``activity__ID`` with a bbox in pixels.

    An arc's notes are the numbers of its claims, or why it is there.

    Raises
    ------
    MissingExtra
        Where Graphviz is not installed.
    """
    boxes, ways = arrange(flow)
    root, drawing = new_map("caption", TITLE, LANGUAGE, _VERSION)
    for each in flow.activities:
        glyph = add_glyph(drawing, ACTIVITY_ID + each.id, ACTIVITY, boxes[each.id])
        add_label(glyph, "\n".join(each.lines))
        add_notes(glyph, (each.meaning,))
    for influence, way in zip(flow.influences, ways, strict=True):
        ends = [ACTIVITY_ID + key for key in (influence.source, influence.target)]
        arc = ET.SubElement(
            drawing,
            "arc",
            {
                "id": f"influence__{influence.source}__{influence.target}",
                "class": influence.kind,
                "source": ends[0],
                "target": ends[1],
            },
        )
        add_notes(arc, (influence.note or CLAIMS + " ".join(influence.claims),))
        add_way(arc, way)
    return as_file(root)


# Layout


def arrange(flow: Flow) -> tuple[dict[str, Box], list[list[Point]]]:
    """The box of each activity, and the way of each influence from its source to its target.

    All in whole pixels, y downwards.

    Raises
    ------
    MissingExtra
        Where Graphviz is not installed.
    """
    order = [key for row in flow.rows for key in row]
    places = {key: place for place, key in enumerate(order)}
    drawn = Drawn(run(_dot(flow, places)))
    boxes = {}
    for each in flow.activities:
        (x, y), width = drawn.middle(each.id), _width(each)
        boxes[each.id] = Box(x - width // 2, y - _HEIGHT // 2, width, _HEIGHT)
    ways = []
    for number, influence in enumerate(flow.influences):
        way = drawn.way(number)
        forward = places[influence.source] < places[influence.target]
        ways.append(way if forward else way[::-1])
    _spread(flow, boxes, ways)
    return boxes, [_upright(way) for way in ways]


def _spread(flow: Flow, boxes: Mapping[str, Box], ways: Sequence[list[Point]]) -> None:
    """Put the ends of the ways evenly along the sides of their boxes, so that heads lie apart."""
    rows = {key: number for number, row in enumerate(flow.rows) for key in row}
    sides: dict[tuple[str, Point], list[tuple[int, int]]] = {}
    for number, each in enumerate(flow.influences):
        down = rows[each.target] - rows[each.source]
        right = boxes[each.target].x - boxes[each.source].x
        towards = (0, _sign(down)) if down else (_sign(right), 0)
        sides.setdefault((each.source, towards), []).append((number, 0))
        away = (-towards[0], -towards[1])
        sides.setdefault((each.target, away), []).append((number, -1))
    # All are sorted by where the ways come from, before any end is moved.
    for ends in sides.values():
        ends.sort(key=lambda end: ways[end[0]][1 if end[1] == 0 else -2])
    for (key, (across, along)), ends in sides.items():
        box = boxes[key]
        for place, (number, end) in enumerate(ends, start=1):
            share = place / (len(ends) + 1)
            if across:
                point = (box.x + (box.w if across > 0 else 0), box.y + round(box.h * share))
            else:
                point = (box.x + round(box.w * share), box.y + (box.h if along > 0 else 0))
            ways[number][end] = point


def _upright(way: list[Point]) -> list[Point]:
    """A way that ends at a right angle to the side of its box, and straight within a row."""
    (_, first), (x, last) = way[0], way[-1]
    if first == last:
        return [way[0], *(each for each in way[1:-1] if each[1] != first), way[-1]]
    before = last - _APPROACH * _sign(last - first)
    between = [each for each in way[1:-1] if min(first, before) < each[1] < max(first, before)]
    return [way[0], *between, (x, before), way[-1]]


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _width(activity: Activity) -> int:
    """Even, so that a box lies evenly about its middle."""
    widths = map(text_width, activity.lines, (_BOLD, STATE))
    return 2 * (max(widths) // 2 + PADDING)


def _dot(flow: Flow, places: Mapping[str, int]) -> str:
    lines = [
        "digraph {",
        f"splines=polyline; nodesep={_BETWEEN_BOXES}; ranksep={_BETWEEN_ROWS}; margin=0; pad=0;",
        'node [shape=box fixedsize=true label=""];',
        *(dot_node(each.id, _width(each), _HEIGHT) for each in flow.activities),
    ]
    for number, each in enumerate(flow.influences):
        # All run down or to the right for Graphviz, so that rows stay as they are given.
        first, last = sorted((each.source, each.target), key=places.__getitem__)
        lines.append(f'"{first}" -> "{last}" [id="{number}"];')
    for row in flow.rows:
        lines.append("{ rank=same; " + "; ".join(f'"{key}"' for key in row) + " }")
    # Lines that are not drawn hold the rows, and the order in a row, where no influence does.
    joined = {frozenset((each.source, each.target)) for each in flow.influences}
    neighbours = [pair for row in flow.rows for pair in pairwise(row)]
    neighbours += [(above[0], below[0]) for above, below in pairwise(flow.rows)]
    hidden = [pair for pair in neighbours if frozenset(pair) not in joined]
    for number, (first, last) in enumerate(hidden, start=len(flow.influences)):
        lines.append(f'"{first}" -> "{last}" [style=invis id="{number}"];')
    return "\n".join([*lines, "}"])
